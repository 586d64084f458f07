package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/market/perp"
	"stakeout/market/vault"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// View is all that an agent may know: public state, frozen while a round is
// being decided, and its own accounts.
type View struct {
	Tick        uint32  // the tick of the round
	TicksPerDay float64 // ticks in a day

	// The market. Prices in USD a token unless they are in ticks.
	Bid, Ask             uint32  // ticks; 0 when that side is empty
	Mid, LnMid           float64 // middle of the last quote that had two sides
	TickUSD              float64 // price step
	SigmaFast, SigmaSlow float64 // of daily log returns, half-lives 6 h and 10 d
	Flow                 float64 // tokens bought less tokens sold by takers since the start
	Volume               float64 // tokens traded since the start

	Dai  Quote // the market of dai
	Perp Quote // the market of the perpetual future; Mid is 0 before it has two sides

	FundingsDay float64 // funding payments a day
	FundingCap  float64 // most that is paid at once, as a share of the value of a position

	// News that no agent causes, as logs relative to the start.
	LnETH, LnActivity float64
	LnOwn             float64 // what holders think of the token beyond its fees; those who do not hold it do not know
	Activity          float64 // activity, 1 at the start
	EthUSD            float64 // price of ETH
	GasGwei           float64 // price of prompt inclusion on layer one

	DisturbUSD float64 // price of an hour of a network attack on an operator

	Service *rollup.Public     // public record of the rollup
	Remedy  *remedy.Rulebook   // what the remedy in force adds to the contract
	Docket  *remedy.Docket     // its open case, question or move
	Away    bool               // the view from the second rollup
	Auction *election.Board    // of leadership; nil where it is not sold
	Ahead   *election.Schedule // leaders to come, where there is such a record; empty while they are secret
	Rollup  *rollup.Params     // rules of the contract

	token  ledger.Asset // the token that is staked in the viewer's rollup
	stream *draw.Stream
	led    *ledger.Ledger
	x      *market.Exchange
	dai    *market.Exchange
	perp   *perp.Market
	pool   *lending.Pool
	vaults *vault.System
	roll   *rollup.State
}

// Quote is the top of a market.
type Quote struct {
	Bid, Ask uint32  // ticks; 0 when that side is empty
	Mid      float64 // middle of the last quote that had two sides, USD, but not beyond a side that is there
}

// NewView returns a view of the given parts of one world. All markets must
// have the same price step.
func NewView(
	l *ledger.Ledger, x, dai *market.Exchange, f *perp.Market, p *lending.Pool, s *vault.System,
	r *rollup.State, stream *draw.Stream,
) *View {
	v := &View{
		token: x.Params().Base, stream: stream, led: l, x: x, dai: dai, perp: f, pool: p, vaults: s, roll: r,
		Service: r.Public(), Rollup: r.Params(),
		Remedy: remedy.Fixed(remedy.Rules{}), Docket: new(remedy.Docket),
	}
	v.Dai.Mid = 1
	v.TickUSD = float64(x.Params().TickSize) / float64(x.Params().Lot)
	return v
}

// CopyFrom makes v show the figures of src. It keeps looking at its own world.
func (v *View) CopyFrom(src *View) {
	keep := *v
	*v = *src
	v.stream, v.led, v.x, v.dai = keep.stream, keep.led, keep.x, keep.dai
	v.perp, v.pool, v.vaults, v.roll = keep.perp, keep.pool, keep.vaults, keep.roll
	v.Service, v.Rollup = keep.Service, keep.Rollup
}

// See brings the view from a second rollup up to date with the view from the first.
// Where the second rollup has its own token it goes on showing that token's market.
func (v *View) See(src *View) {
	keep := *v
	v.CopyFrom(src)
	v.Away, v.token = true, keep.token
	if v.x != src.x {
		v.Bid, v.Ask, v.Mid, v.LnMid, v.Flow, v.Volume = keep.Bid, keep.Ask, keep.Mid, keep.LnMid, keep.Flow, keep.Volume
		v.Refresh()
	}
}

// bound keeps the reference price of a market that lacks a side within the quotes that
// there are, so that it goes where the market goes.
func (v *View) bound() {
	switch bid, ask := float64(v.Bid)*v.TickUSD, float64(v.Ask)*v.TickUSD; {
	case v.Bid > 0 && v.Mid < bid:
		v.SetMid(bid)
	case v.Ask > 0 && v.Mid > ask:
		v.SetMid(ask)
	}
}

// asset is the asset itself, but for the token the one of the viewer's rollup.
func (v *View) asset(a ledger.Asset) ledger.Asset {
	if a == ledger.Token {
		return v.token
	}
	return a
}

// Refresh freezes the market for the next round.
func (v *View) Refresh() {
	daiBid, daiAsk, _, _ := v.dai.Top()
	v.Dai.refresh(daiBid, daiAsk, v.TickUSD)
	perpBid, perpAsk := v.perp.Top()
	v.Perp.refresh(perpBid, perpAsk, v.TickUSD)
	bid, ask, lots, taken := v.x.Top()
	v.Flow, v.Volume = float64(taken), float64(lots)
	if bid == v.Bid && ask == v.Ask {
		return
	}
	v.Bid, v.Ask = bid, ask
	if bid > 0 && ask > 0 {
		v.Mid = (float64(bid) + float64(ask)) / 2 * v.TickUSD
		v.LnMid = exact.Log(v.Mid)
		return
	}
	v.bound()
}

func (q *Quote) refresh(bid, ask uint32, tick float64) {
	if bid == q.Bid && ask == q.Ask {
		return
	}
	q.Bid, q.Ask = bid, ask
	switch b, a := float64(float64(bid)*tick), float64(float64(ask)*tick); {
	case bid > 0 && ask > 0:
		q.Mid = (b + a) / 2
	case bid > 0 && q.Mid > 0:
		q.Mid = max(q.Mid, b)
	case ask > 0:
		q.Mid = min(q.Mid, a)
	}
}

// SetMid sets the reference price before there is a quote, in USD.
func (v *View) SetMid(price float64) { v.Mid, v.LnMid = price, exact.Log(price) }

// Rand returns the stream of an agent's decisions at this tick.
func (v *View) Rand(a Agent) *draw.Stream { return v.stream.At(draw.Decide, a.Key, v.Tick) }

// Warm reads the accounts of an agent in the given role, without a branch that
// would wait for them; the result means nothing.
func (v *View) Warm(a ID, can Capability) uint64 {
	cash := uint64(v.led.Balance(a, ledger.Cash, ledger.Free))
	if can&CanUse != 0 {
		return cash + v.roll.Warm(a)
	}
	return cash + uint64(v.led.Balance(a, ledger.Token, ledger.Free)) + v.x.Warm(a)
}

// Free is what an agent can spend of an asset, in micro-units.
func (v *View) Free(a ID, asset ledger.Asset) ledger.Amount {
	return v.led.Balance(a, v.asset(asset), ledger.Free)
}

// Pocket is what an agent has of an asset in a pocket, in micro-units.
func (v *View) Pocket(a ID, asset ledger.Asset, p ledger.Pocket) ledger.Amount {
	return v.led.Balance(a, v.asset(asset), p)
}

// Tokens is an agent's tokens in all pockets, lent ones included and owed ones
// subtracted.
func (v *View) Tokens(a ID) float64 {
	return float64(v.led.Total(a, v.token)) / float64(ledger.Unit)
}

// Cash is an agent's cash in all pockets in USD.
func (v *View) Cash(a ID) float64 {
	return float64(v.led.Total(a, ledger.Cash)) / float64(ledger.Unit)
}

// Open reports an agent's resting order in a slot.
func (v *View) Open(a ID, slot uint16) (price, lots uint32, side book.Side, ok bool) {
	return v.x.Open(a, slot)
}

// OpenDai reports an agent's resting order for dai in a slot.
func (v *View) OpenDai(a ID, slot uint16) (price, lots uint32, side book.Side, ok bool) {
	return v.dai.Open(a, slot)
}

// PerpPosition is an agent's position in the perpetual future in tokens,
// negative when short.
func (v *View) PerpPosition(a ID) float64 { return float64(v.perp.Position(a)) }

// PerpEquity is an agent's margin behind it, gains and losses included, in
// micro-USD.
func (v *View) PerpEquity(a ID) ledger.Amount { return v.perp.Equity(a) }

// PerpRoom is the number of tokens by which open interest could still grow.
func (v *View) PerpRoom() float64 { return float64(v.perp.Room()) }

// OpenPerp reports an agent's resting order for contracts in a slot.
func (v *View) OpenPerp(a ID, slot uint16) (price, lots uint32, ok bool) {
	price, lots, _, ok = v.perp.Open(a, slot)
	return price, lots, ok
}

// Vault is the ether locked by an owner and the dai that it owes.
func (v *View) Vault(a ID) (ether, debt float64) {
	return v.vaults.Collateral(a).Units(), v.vaults.Debt(a).Units()
}

// Unsafe is an owner whose vault may be put up for auction, or whose auction must start
// anew: the first at or after a place in the public list of vaults.
func (v *View) Unsafe(from int) (owner ID, ok bool) {
	for i := range v.vaults.Auctions() {
		if o, _, price := v.vaults.Auction(i, v.Tick); price == 0 {
			return o, true
		}
	}
	price, list := Amount(v.EthUSD), v.vaults.Owners()
	if v.vaults.AllSafe(price) {
		return 0, false
	}
	for i := range list {
		if o := list[(from+i)%len(list)]; !v.vaults.Safe(o, price) && !v.vaults.Auctioned(o) {
			return o, true
		}
	}
	return 0, false
}

// Auctioned reports whether the vault of an owner is being auctioned.
func (v *View) Auctioned(a ID) bool { return v.vaults.Auctioned(a) }

// Cheapest is the auction that sells ether at the lowest price: whose vault it is, what
// it still has to raise in micro-dai, and the price in dai an ether. The price is 0 when
// there is none.
func (v *View) Cheapest() (owner ID, tab ledger.Amount, price float64) {
	for i := range v.vaults.Auctions() {
		o, left, p := v.vaults.Auction(i, v.Tick)
		if x := p.Units(); x > 0 && (price == 0 || x < price) {
			owner, tab, price = o, left, x
		}
	}
	return owner, tab, price
}

// Mind returns the stream of an agent's opinion on a numbered case.
func (v *View) Mind(a Agent, number uint32) *draw.Stream {
	return v.stream.At(draw.Opinion, a.Key, number)
}

// mayForce reports whether the rules open the queue of layer one to users.
func (v *View) mayForce() bool { return remedy.Ask(v.Remedy, forces) }

func forces(r *remedy.Rules, _ *remedy.Docket) bool { return r.ForcedExit }

// Record is the public record of an operator.
func (v *View) Record(operator ID) rollup.Record { return v.roll.RecordOf(operator) }

// Guilt is the chance that an operator withholds service, by its public record.
func (v *View) Guilt(operator ID) float64 { return v.roll.Guilt(operator) }

// LeaderPrice is what the leader of the present slot asks for a transaction, in
// micro-USD.
func (v *View) LeaderPrice() ledger.Amount {
	return v.roll.PolicyOf(v.Service.Leader.Operator).MinFee
}

// LossRate is the share of the stake behind an operator that is slashed a year.
func (v *View) LossRate(operator ID) float64 { return v.roll.LossRate(operator, v.Tick) }

// Backing is the stake behind an operator that elects leaders.
func (v *View) Backing(operator ID) ledger.Amount { return v.roll.Backing(operator) }

// Operator is the operator that builds for an agent.
func (v *View) Operator(a ID) ID { return v.roll.OperatorOf(a) }

// Seats is the number of seats that an agent has in the round of a court.
func (v *View) Seats(a ID) (n float64) {
	for _, o := range v.Docket.Case.Jurors {
		if o == a {
			n++
		}
	}
	return n
}

// Earned is the reward that an agent has not consumed yet.
func (v *View) Earned(a ID) ledger.Amount { return v.roll.Earned(a) }

// Led is the number of slots that an agent has led.
func (v *View) Led(a ID) uint32 { return v.roll.Led(a) }

// Made is what an agent has earned with the slots that it led, in micro-USD: fees and
// extracted value less layer-one gas.
func (v *View) Made(a ID) ledger.Amount { return v.roll.Made(a) }

// Waiting is the number of an agent's rollup transactions that wait, and the tick since
// which they wait.
func (v *View) Waiting(a ID) (count, since uint32) { return v.roll.Waiting(a) }

// Served is the last inclusion of an agent's transactions.
func (v *View) Served(a ID) rollup.Served { return v.roll.LastServed(a) }

// Leaving reports whether an exit of the agent waits.
func (v *View) Leaving(a ID) bool { return v.roll.Leaving(a) }

// Debt is what an agent owes to the pool, in micro-tokens with interest.
func (v *View) Debt(a ID) ledger.Amount { return v.pool.Debt(a) }

// Claim is what an agent has lent, in micro-tokens with interest. The pool lends
// the token of the first ledger only.
func (v *View) Claim(a ID) ledger.Amount {
	if v.token != ledger.Token {
		return 0
	}
	return v.pool.Claim(a)
}

// Borrowable is the most that anybody can borrow now, in micro-tokens.
func (v *View) Borrowable() ledger.Amount { return v.pool.Available() }

// BorrowRate is the yearly rate that borrowers pay.
func (v *View) BorrowRate() float64 { b, _ := v.pool.Rates(); return b }

// LendRateIf is the yearly rate that lenders would earn if supply changed by extra.
func (v *View) LendRateIf(extra ledger.Amount) float64 { return v.pool.LendRateIf(extra) }

// Collateral is an agent's cash behind its loan, in micro-USD.
func (v *View) Collateral(a ID) ledger.Amount {
	return v.led.Balance(a, ledger.Cash, ledger.Collateral)
}

// Lots is a number of tokens as whole lots, rounded down.
func (v *View) Lots(tokens float64) uint32 {
	if tokens <= 0 {
		return 0
	}
	return uint32(tokens)
}

// Price is a price in USD as ticks, rounded to the nearest and at least 1.
func (v *View) Price(usd float64) uint32 {
	t := usd/v.TickUSD + 0.5
	if t < 1 {
		return 1
	}
	return uint32(t)
}

// Amount is a number of tokens or USD in micro-units, rounded down.
func Amount(units float64) ledger.Amount {
	if units <= 0 {
		return 0
	}
	return ledger.Amount(float64(units * float64(ledger.Unit)))
}
