package agents

import (
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Verb is what an action asks for. These are the public verbs: nobody has others,
// not even an attacker.
type Verb uint8

// The verbs.
const (
	Submit      Verb = iota // an order; a live order in the same slot is replaced
	Cancel                  // the order in a slot
	CancelAll               // all orders
	Stake                   // free tokens
	Unstake                 // staked tokens, spendable after the unbonding delay
	Delegate                // name Other as operator
	SetPolicy               // how to build when leading
	Lend                    // free tokens to the pool
	Recall                  // tokens lent
	Borrow                  // tokens against free cash
	Repay                   // borrowed tokens from free tokens
	AddMargin               // Amount of free cash behind a loan
	FreeMargin              // Amount of cash behind a loan, beyond the initial margin
	Send                    // Count rollup transactions at Amount each
	Join                    // bring Amount of cash into the rollup
	AskExit                 // Count users at up to Amount each, through the coordinator
	ForceExit               // Count users through the layer-one queue
	Pay                     // Amount of cash to Other
	Consume                 // rewards leave the model
	Spend                   // cash leaves the model as operating cost
	BuyEther                // for Amount of cash, at its exogenous price
	SellEther               // Amount of free ether
	LockEther               // Amount of free ether, into the vault
	UnlockEther             // Amount of ether, out of a vault that stays safe
	Mint                    // Amount of dai against the vault
	Wipe                    // Amount of the debt from free dai
	Bite                    // put Other's unsafe vault up for auction
	Take                    // up to Amount of dai for ether of Other's vault, at the price of its auction
	Bridge                  // Amount of free dai into the rollup
	AddPerp                 // Amount of free cash behind positions in the perpetual future
	FreePerp                // Amount of that back, beyond the initial margin
	Bid                     // up to Amount for each of the next Count lots of leadership; 0 takes bids back
	SetMining               // what the agent's block producer includes and builds upon: Mining
	Disturb                 // the network of operator Other for Count hours, at the price of a booter
	Say                     // a word to the remedy: Word, about Other, with Count and Amount
	Verbs
)

// Pair is a market.
type Pair uint8

// The markets. The staking token and dai are traded against cash; the perpetual
// future is a contract on the token.
const (
	TokenPair Pair = iota
	DaiPair
	PerpPair
	Pairs
)

// Action is one wish of one agent.
type Action struct {
	Order  market.Order
	Policy rollup.Policy
	Mining Mining
	Amount ledger.Amount
	Gas    float64
	Agent  ID
	Other  ID
	Count  uint32
	Verb   Verb
	Pair   Pair // of an order or a cancel
	Word   remedy.Word
}

// Mining is the standing policy of a block producer, in force from the next block
// on. The zero value is an honest producer.
type Mining struct {
	Refused   ID     // operator whose transactions are refused; ledger.Outside is nobody
	Inclusion bool   // leave those transactions out of the producer's blocks
	Building  bool   // build on no block that contains one of them
	GiveUp    uint32 // accept such a block once so many blocks follow it; 0 never
}

// Wake asks that an agent be woken at a tick.
type Wake struct {
	Agent ID
	Tick  uint32
}

// Actions collects the wishes of one round.
type Actions struct {
	List  []Action
	Wakes []Wake
}

// Reset empties the list and keeps its memory.
func (d *Actions) Reset() { d.List, d.Wakes = d.List[:0], d.Wakes[:0] }

func (d *Actions) add(v Verb, a ID) *Action {
	if len(d.List) == cap(d.List) {
		d.List = append(d.List, Action{})[:len(d.List)]
	}
	d.List = d.List[:len(d.List)+1]
	x := &d.List[len(d.List)-1]
	*x = Action{}
	x.Verb, x.Agent = v, a
	return x
}

// WakeAt asks to be woken at a tick. Each agent has one wake-up: the last one named.
func (d *Actions) WakeAt(a ID, tick uint32) { d.Wakes = append(d.Wakes, Wake{a, tick}) }

// Order sends an order of lots whole lots at price ticks from one of the
// agent's order slots.
func (d *Actions) Order(a ID, slot uint16, side book.Side, kind book.Kind, price, lots uint32) {
	if lots == 0 || price == 0 {
		return
	}
	// Field by field: a copy of a literal would stall on its own stores.
	o := &d.add(Submit, a).Order
	o.Owner, o.Slot, o.Side, o.Kind, o.Price, o.Lots = a, slot, side, kind, price, lots
}

// DaiOrder sends an order for whole dai at price ticks.
func (d *Actions) DaiOrder(a ID, slot uint16, side book.Side, kind book.Kind, price, lots uint32) {
	n := len(d.List)
	if d.Order(a, slot, side, kind, price, lots); len(d.List) > n {
		d.List[n].Pair = DaiPair
	}
}

// PerpOrder sends an order for whole contracts at price ticks.
func (d *Actions) PerpOrder(a ID, slot uint16, side book.Side, kind book.Kind, price, lots uint32) {
	n := len(d.List)
	if d.Order(a, slot, side, kind, price, lots); len(d.List) > n {
		d.List[n].Pair = PerpPair
	}
}

// CancelDai takes back all orders of the agent for dai.
func (d *Actions) CancelDai(a ID) { d.add(CancelAll, a).Pair = DaiPair }

// CancelPerp takes back the order for contracts in a slot.
func (d *Actions) CancelPerp(a ID, slot uint16) {
	x := d.add(Cancel, a)
	x.Pair, x.Order.Slot = PerpPair, slot
}

// Bite asks to put the vault of another owner up for auction.
func (d *Actions) Bite(a, owner ID) { d.add(Bite, a).Other = owner }

// Take asks to buy ether of an auctioned vault for up to some micro-dai.
func (d *Actions) Take(a, owner ID, dai ledger.Amount) {
	if dai > 0 {
		x := d.add(Take, a)
		x.Other, x.Amount = owner, dai
	}
}

// Until sends a post-only order that expires at a tick.
func (d *Actions) Until(tick uint32, a ID, slot uint16, side book.Side, price, lots uint32) {
	n := len(d.List)
	if d.Order(a, slot, side, book.PostOnly, price, lots); len(d.List) > n {
		d.List[n].Order.Expiry = tick
	}
}

// Cancel takes back the order in a slot.
func (d *Actions) Cancel(a ID, slot uint16) { d.add(Cancel, a).Order.Slot = slot }

// CancelAll takes back all orders of the agent.
func (d *Actions) CancelAll(a ID) { d.add(CancelAll, a) }

// Move asks for a verb that takes an amount and nothing else.
func (d *Actions) Move(v Verb, a ID, amount ledger.Amount) {
	if amount > 0 {
		d.add(v, a).Amount = amount
	}
}

// Delegate names the operator who builds for a.
func (d *Actions) Delegate(a, operator ID) { d.add(Delegate, a).Other = operator }

// Pay sends cash to another agent.
func (d *Actions) Pay(a, to ID, amount ledger.Amount) {
	if amount > 0 {
		x := d.add(Pay, a)
		x.Other, x.Amount = to, amount
	}
}

// Policy sets how a builds when it leads.
func (d *Actions) Policy(a ID, p rollup.Policy) { d.add(SetPolicy, a).Policy = p }

// Request asks for count transactions (Send) or the exit of count users
// (AskExit, ForceExit) at amount micro-USD each.
func (d *Actions) Request(v Verb, a ID, count uint32, amount ledger.Amount) {
	x := d.add(v, a)
	x.Count, x.Amount = count, amount
}

// Bid offers up to amount for each of the next count lots of the auction of
// leadership.
func (d *Actions) Bid(a ID, count uint32, amount ledger.Amount) {
	x := d.add(Bid, a)
	x.Count, x.Amount = count, amount
}

// Mine sets the standing policy of the block producer under the control of a.
func (d *Actions) Mine(a ID, p Mining) { d.add(SetMining, a).Mining = p }

// Disturb pays for hours of a network attack on an operator.
func (d *Actions) Disturb(a, operator ID, hours uint32) {
	x := d.add(Disturb, a)
	x.Other, x.Count = operator, hours
}

// Say sends a word to the remedy in force.
func (d *Actions) Say(a ID, m remedy.Message) {
	x := d.add(Say, a)
	x.Word, x.Other, x.Count, x.Amount, x.Gas = m.Word, m.About, m.Count, m.Amount, m.Gas
}
