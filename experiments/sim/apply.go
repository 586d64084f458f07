package sim

import (
	"stakeout/agents"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/market/perp"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
)

// needs is the role that each verb takes. Verbs that are not listed take none.
var needs = [agents.Verbs]agents.Capability{
	agents.Submit: agents.CanTrade, agents.Cancel: agents.CanTrade, agents.CancelAll: agents.CanTrade,
	agents.AddPerp: agents.CanTrade, agents.FreePerp: agents.CanTrade,
	agents.Stake: agents.CanStake, agents.Unstake: agents.CanStake, agents.Delegate: agents.CanStake,
	agents.SetPolicy: agents.CanBuild, agents.Spend: agents.CanBuild,
	agents.Bid: agents.CanBuild, agents.SetMining: agents.CanBuild,
	agents.Borrow: agents.CanBorrow, agents.Repay: agents.CanBorrow,
	agents.AddMargin: agents.CanBorrow, agents.FreeMargin: agents.CanBorrow,
	agents.Send: agents.CanUse, agents.Join: agents.CanUse, agents.Bridge: agents.CanUse,
	agents.AskExit: agents.CanUse, agents.ForceExit: agents.CanUse,
	agents.BuyEther: agents.CanVault, agents.SellEther: agents.CanVault,
	agents.LockEther: agents.CanVault, agents.UnlockEther: agents.CanVault,
	agents.Mint: agents.CanVault, agents.Wipe: agents.CanVault,
	agents.Bite: agents.CanVault, agents.Take: agents.CanVault,
}

// apply carries out the wishes of a round in their order. A wish that the rules
// refuse changes nothing and is counted.
func (w *World) apply() {
	for i := range w.do.List {
		if !w.carryOut(&w.do.List[i]) {
			w.refused++
		}
	}
	for _, k := range w.do.Wakes {
		if i, ok := w.index(k.Agent); ok {
			w.wheel.put(i, k.Tick, w.tick)
		} else {
			w.refused++
		}
	}
	w.do.Reset()
}

// index is the place of an agent in the list of agents; ok is false when no agent
// has the id.
func (w *World) index(id agents.ID) (i int32, ok bool) {
	return int32(id - ledger.First), id >= ledger.First && id-ledger.First < agents.ID(w.people.size())
}

// disown voids the wishes, from the given places of the lists on, that a strategy has
// made in the name of other strategies' agents.
func (w *World) disown(strategy uint8, list, wakes int) {
	for k := list; k < len(w.do.List); k++ {
		if i, ok := w.index(w.do.List[k].Agent); !ok || w.people.kindOf[i] != strategy {
			w.do.List[k].Agent = ledger.Outside
		}
	}
	for k := wakes; k < len(w.do.Wakes); k++ {
		if i, ok := w.index(w.do.Wakes[k].Agent); !ok || w.people.kindOf[i] != strategy {
			w.do.Wakes[k].Agent = ledger.Outside
		}
	}
}

func (w *World) carryOut(a *agents.Action) bool {
	at, ok := w.index(a.Agent)
	if !ok || a.Verb >= agents.Verbs || w.people.can(at)&needs[a.Verb] != needs[a.Verb] {
		return false
	}
	switch a.Verb {
	case agents.Submit, agents.Cancel, agents.CancelAll:
		if a.Pair == agents.PerpPair {
			return w.contract(a)
		}
		return w.spot(a)
	case agents.Send, agents.Join, agents.AskExit, agents.ForceExit, agents.Bridge:
		return w.use(a)
	case agents.Say:
		return w.remedy.Hear(w.remedyWorld(), remedy.Message{
			By: a.Agent, About: a.Other, Word: a.Word, Count: a.Count, Amount: a.Amount, Gas: a.Gas,
		})
	case agents.Bid:
		return w.bid(a)
	case agents.Disturb:
		return w.disturb(a)
	case agents.SetMining:
		return w.setMining(a)
	case agents.AddPerp:
		return w.perp.Deposit(a.Agent, a.Amount) == nil
	case agents.FreePerp:
		return w.perp.Withdraw(a.Agent, a.Amount) == nil
	case agents.BuyEther, agents.SellEther:
		return w.convert(a)
	case agents.LockEther, agents.UnlockEther, agents.Mint, agents.Wipe, agents.Bite, agents.Take:
		return w.vault(a)
	case agents.Lend, agents.Recall, agents.Borrow, agents.Repay, agents.AddMargin, agents.FreeMargin:
		return w.loan(a)
	case agents.Pay, agents.Consume, agents.Spend:
		return w.pay(a)
	}
	return w.stake(a)
}

// spot carries out an order or a cancel in the market of the token or of dai.
func (w *World) spot(a *agents.Action) bool {
	x := w.of(a.Agent).x
	if a.Pair == agents.DaiPair {
		x = w.dai
	}
	switch a.Verb {
	case agents.Submit:
		a.Order.Owner = a.Agent
		return x.Execute(&a.Order) == 0
	case agents.Cancel:
		return x.Cancel(a.Agent, a.Order.Slot) == 0
	}
	x.CancelAll(a.Agent)
	return true
}

// contract carries out an order or a cancel in the market of the perpetual.
func (w *World) contract(a *agents.Action) bool {
	switch a.Verb {
	case agents.Submit:
		o := &a.Order
		_, err := w.perp.Submit(perp.Order{
			Owner: a.Agent, Slot: o.Slot, Side: o.Side, Kind: o.Kind, Price: o.Price, Lots: o.Lots,
		})
		return err == nil
	case agents.Cancel:
		return w.perp.Cancel(a.Agent, a.Order.Slot)
	}
	w.perp.CancelAll(a.Agent)
	return true
}

func (w *World) stake(a *agents.Action) bool {
	roll := w.of(a.Agent).roll
	switch a.Verb {
	case agents.Stake:
		return roll.Stake(a.Agent, a.Amount) == nil
	case agents.Unstake:
		return roll.Unstake(a.Agent, a.Amount, w.tick) == nil
	case agents.Delegate:
		if at, ok := w.index(a.Other); !ok || w.people.can(at)&agents.CanBuild == 0 {
			return false
		}
		return roll.Delegate(a.Agent, a.Other)
	case agents.SetPolicy:
		if a.Policy.MinFee < 0 || a.Policy.ExitFee < 0 {
			return false
		}
		roll.SetPolicy(a.Agent, a.Policy)
	}
	return true
}

func (w *World) use(a *agents.Action) bool {
	roll := w.of(a.Agent).roll
	switch a.Verb {
	case agents.Send:
		roll.Send(a.Agent, a.Count, a.Amount, w.tick)
		return true
	case agents.Join:
		if roll.Join(a.Agent, a.Amount) != nil {
			return false
		}
		roll.Activate(a.Agent, true)
		return true
	case agents.Bridge:
		return roll.Bridge(a.Agent, a.Amount) == nil
	case agents.AskExit:
		roll.AskExit(a.Agent, a.Count, a.Amount, w.tick)
	case agents.ForceExit:
		if !w.mayForce() || roll.ForceExit(a.Agent, a.Count) != nil {
			return false
		}
	}
	roll.Activate(a.Agent, false)
	return true
}

// bid places a bid where leadership is auctioned.
func (w *World) bid(a *agents.Action) bool {
	m, ok := w.mech.(election.Auction)
	return ok && m.Bid(w.roll, w.led, election.Bid{By: a.Agent, Count: a.Count, Limit: a.Amount})
}

// mayForce reports whether the contract now takes exits past the coordinators.
func (w *World) mayForce() bool {
	forces := func(r *remedy.Rules, _ *remedy.Docket) bool { return r.ForcedExit }
	return w.remedy.Docket().Exit.Open || remedy.Ask(w.remedy, forces)
}

func (w *World) loan(a *agents.Action) bool {
	if w.of(a.Agent) != &w.layer { // the pool lends the token of the first ledger
		return false
	}
	var err error
	switch a.Verb {
	case agents.Lend:
		err = w.pool.Deposit(a.Agent, a.Amount)
	case agents.Recall:
		err = w.pool.Withdraw(a.Agent, min(a.Amount, w.pool.Claim(a.Agent)))
	case agents.Borrow:
		err = w.pool.Borrow(a.Agent, a.Amount, w.mark())
	case agents.Repay:
		_, err = w.pool.Repay(a.Agent, a.Amount)
	case agents.AddMargin:
		err = w.pool.Post(a.Agent, a.Amount)
	case agents.FreeMargin:
		err = w.pool.Release(a.Agent, a.Amount, w.mark())
	}
	return err == nil
}

func (w *World) vault(a *agents.Action) bool {
	var err error
	price := agents.Amount(w.view.EthUSD)
	switch a.Verb {
	case agents.LockEther:
		err = w.vaults.Lock(a.Agent, a.Amount)
	case agents.UnlockEther:
		err = w.vaults.Unlock(a.Agent, a.Amount, price)
	case agents.Mint:
		err = w.vaults.Mint(a.Agent, a.Amount, price)
	case agents.Wipe:
		err = w.vaults.Wipe(a.Agent, a.Amount)
	case agents.Bite, agents.Take:
		if _, ok := w.index(a.Other); !ok {
			return false
		}
		if a.Verb == agents.Take {
			err = w.vaults.Take(a.Agent, a.Other, a.Amount, w.tick)
		} else {
			err = w.vaults.Bite(a.Other, price, w.tick)
		}
	}
	return err == nil
}

// convert exchanges ether for cash, rounded against the agent.
//
// Assumption: the market of ether is deep and outside the model; it takes a tenth of a
// percent.
func (w *World) convert(a *agents.Action) bool {
	price := agents.Amount(w.view.EthUSD)
	fee := price / 1000
	out := ledger.Transfer{From: a.Agent, To: ledger.Outside, Asset: ledger.Cash, Reason: ledger.Conversion}
	in := ledger.Transfer{From: ledger.Outside, To: a.Agent, Asset: ledger.Ether, Reason: ledger.Conversion}
	per, unit := ledger.Unit, price+fee
	if a.Verb == agents.SellEther {
		out.Asset, in.Asset = ledger.Ether, ledger.Cash
		per, unit = price-fee, ledger.Unit
	}
	out.Amount = a.Amount
	var ok bool
	if in.Amount, ok = ledger.MulDiv(a.Amount, per, max(unit, 1), ledger.Down); !ok || w.led.Post(out) != nil {
		return false
	}
	w.must(w.led.Post(in))
	return true
}

func (w *World) pay(a *agents.Action) bool {
	t := ledger.Transfer{Amount: a.Amount, From: a.Agent, To: ledger.Outside, Asset: ledger.Cash}
	switch a.Verb {
	case agents.Pay:
		if _, ok := w.index(a.Other); !ok {
			return false
		}
		t.To, t.Reason = a.Other, ledger.Pay
	case agents.Consume:
		if a.Amount > w.of(a.Agent).roll.Earned(a.Agent) {
			return false
		}
		t.Reason = ledger.Consumption
	case agents.Spend:
		t.Reason = ledger.OperatingCost
	}
	if w.led.Post(t) != nil {
		return false
	}
	if a.Verb == agents.Consume {
		w.of(a.Agent).roll.Reward(a.Agent, -a.Amount)
	}
	return true
}

// mark is the price of the book in micro-USD a token.
func (w *World) mark() ledger.Amount { return agents.Amount(w.view.Mid) }

// liquidationReach is how far above the mid the tokens of a called loan are bought.
//
// Assumption: ten percent at one check, so that a thin book is not emptied at once.
const liquidationReach = 1.1

// liquidate answers margin calls: the collateral buys the tokens back through
// the book, at up to ten percent above the mid at one check.
func (w *World) liquidate() {
	w.calls = w.pool.Check(w.mark(), w.calls[:0])
	for _, c := range w.calls {
		w.must(w.pool.Seize(c.Owner, c.Collateral))
		lots := uint32((c.Tokens + ledger.Unit - 1) / ledger.Unit)
		price := w.view.Price(w.view.Mid * liquidationReach)
		r := w.x.Submit(marketOrder(c.Owner, price, lots))
		bought := ledger.Amount(r.Filled) * ledger.Unit
		w.must(w.pool.Liquidate(c.Owner, bought))
		w.liquidated += bought
		_ = w.pool.WriteOff(c.Owner) // refused unless the collateral is gone
	}
	if len(w.calls) > 0 {
		w.view.Refresh()
	}
}

// takingSlot is the order slot that every trader uses for orders that never rest.
const takingSlot = 1

func marketOrder(o ledger.Owner, price, lots uint32) market.Order {
	return market.Order{
		Owner: o, Slot: takingSlot, Side: book.Buy, Kind: book.ImmediateOrCancel, Price: price, Lots: lots,
	}
}
