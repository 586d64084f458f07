package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// ArbitrageurParams describe those who hold dai and move it where it is dear.
// Each quotes both sides around its reservation price, which is a dollar at its
// normal holding and rises as its holding falls, so that together they are the
// supply curve of dai, without an upper end. They put unsafe vaults up for auction and
// bid when that pays, carry dai into the rollup, and carry it out when it is dear.
//
// Sources: Ho and Stoll (1981), Avellaneda and Stoikov (2008) for the
// reservation price; Klages-Mundt and Minca (2019) and MakerDAO's account of 12
// and 13 March 2020, when liquidators ran out of dai, for where the peg breaks.
type ArbitrageurParams struct {
	Count         int     `key:"count" default:"30" unit:"1" min:"0" max:"1000000" source:"Assumption: enough for a smooth supply curve" doc:"Number of holders of dai"`
	InsideShare   float64 `key:"inside_share" default:"0.25" unit:"share" min:"0" max:"1" source:"Assumption: a quarter; the thread's lock-up has half" doc:"Share of the dai in existence that is inside the rollup at the opening"`
	Slope         float64 `key:"reservation_slope" default:"0.6" unit:"1" min:"0.0001" max:"10" source:"Calibrated: dai rises by 8 to 12 % when ether halves (check dai)" doc:"Median premium over a dollar for which a holder would part with the last of its dai; lognormal with log s.d. 0.5"`
	HabitDays     float64 `key:"habit_days" default:"7" unit:"d" min:"0.01" max:"10000" source:"Calibrated: dai 1 to 4 % dear two weeks after ether has halved (check dai)" doc:"Half-life in which what a holder has becomes its normal holding, since others take the place of dai that is dear"`
	Carry         float64 `key:"withdrawal_premium" default:"0.01" unit:"1" min:"0" max:"1" source:"Assumption: a percent pays for the trouble of moving" doc:"Median premium at which dai is carried out of the rollup; lognormal with log s.d. 0.5; it goes back at a third of that"`
	HalfSpreadBps float64 `key:"half_spread_bps" default:"10" unit:"bp" min:"0.1" max:"1000" source:"Assumption: a tight spread, as between stable assets" doc:"Half-spread of the quotes; uniform factor 0.5 to 2 over holders"`
	QuoteShare    float64 `key:"quote_share" default:"0.003" unit:"share" min:"0.0001" max:"1" source:"Assumption: a small part, beside what the reservation price asks for" doc:"Least size of a quote over the normal holding"`
	CashRatio     float64 `key:"cash_ratio" default:"0.5" unit:"1" min:"0" max:"100" source:"Assumption: bids for half as much as is held" doc:"Cash for each dai held"`
	WakeHours     float64 `key:"wake_hours" default:"2" unit:"h" min:"0.01" max:"1000" source:"Assumption: with thirty holders some quote is renewed every four minutes" doc:"Mean time between looks"`
	Turnover      float64 `key:"turnover_per_day" default:"0.05" unit:"1" min:"0" max:"10" source:"Assumption: a twentieth of the dai in existence changes hands a day for reasons of its own" doc:"Dai that a holder buys or sells a day without a view, over its normal holding"`
	RetryDays     float64 `key:"retry_days" default:"1" unit:"d" min:"0.01" max:"100" source:"Assumption: as users" doc:"Time that a withdrawal waits for the coordinator before it goes through the layer-one queue, where there is one"`
}

// Arbitrageurs is the population of dai holders.
type Arbitrageurs struct {
	p    ArbitrageurParams
	each float64 // normal holding at the opening
	rows []arbitrageur
}

type arbitrageur struct {
	normal float64 // normal holding, dai
	tick   uint32  // of the last look
	slope  float64 // slope of the reservation price in the share sold
	carry  float64 // premium at which dai is worth carrying out of the rollup
	spread float64 // half-spread, as a share of the price
	home   bool    // its dai belongs inside the rollup
	asked  uint32  // tick of the first request to withdraw, 0 for none
}

// How arbitrageurs differ, quote and move.
//
// Assumption: thumb rules of which none has been swept. Dai goes back into the
// rollup at a third of the premium that brings it out, so that it does not go to and
// fro, and only when nearly the whole normal holding is outside; withdrawals pay a
// fifth above their gas and a tenth of what the sale would gain.
const (
	slopeSD     = 0.5   // log s.d. of the slope over holders
	carrySD     = 0.5   // log s.d. of the premium for carrying out
	spreadLow   = 0.5   // least half-spread over the mean
	spreadHigh  = 2     // largest half-spread over the mean
	backDivisor = 3     // premium at which dai comes out over the one at which it goes back
	leastHabit  = 0.1   // least normal holding over that of the opening
	backHolding = 0.9   // share of the normal holding that must be outside then
	spendSlack  = 0.005 // distance from the middle at which dai is bought and sold without a view
	etherFee    = 0.001 // cost of selling the ether bought in an auction, as a share of its price
	bidderGain  = 0.01  // least gain from it over the dai that is spent, a percent
	cashShare   = 0.99  // of free cash that stands behind a bid, the rest pays fees
	gasMarkup   = 1.2   // offered for a withdrawal over its gas
	gainShare   = 0.1   // of the gain from the sale that is offered on top
	quoteStale  = 5000  // a quote is renewed when it is off by more than one in so many ticks, two basis points
)

// NewArbitrageurs draws a population that holds o.Dai together and calls endow
// for each agent.
func NewArbitrageurs(p ArbitrageurParams, o Opening, list []Agent, s *draw.Stream, endow Endow) *Arbitrageurs {
	each := o.Dai / max(float64(len(list)), 1)
	t := &Arbitrageurs{p: p, each: each, rows: make([]arbitrageur, len(list))}
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.normal = each
		row.slope = p.Slope * r.Lognormal(slopeSD)
		row.carry = p.Carry * r.Lognormal(carrySD)
		row.spread = p.HalfSpreadBps * basisPoint * r.Uniform(spreadLow, spreadHigh)
		row.home = int(float64(i+1)*p.InsideShare) > int(float64(i)*p.InsideShare)
		e := Endowment{Dai: each, Cash: p.CashRatio * each}
		if row.home {
			e.Dai, e.DaiInside = 0, each
		}
		endow(a.ID, e)
	}
	return t
}

// Clone implements Strategy.
func (t *Arbitrageurs) Clone() Strategy {
	c := *t
	c.rows = append([]arbitrageur(nil), t.rows...)
	return &c
}

// Decide implements Strategy.
func (t *Arbitrageurs) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		do.Move(SellEther, a.ID, v.Free(a.ID, ledger.Ether))
		pace := t.p.WakeHours / hours
		if t.one(a, &t.rows[a.Row], v, do) {
			pace = min(pace, 1.0/tenMinutes)
		}
		do.WakeAt(a.ID, later(v, jitter(v.Rand(a))*pace*v.TicksPerDay))
	}
}

// one puts an unsafe vault up for auction, and does what pays most: a bid in an
// auction, else carrying dai to where it is wanted, else quoting. It reports whether the
// next look is soon, which it is while there are auctions.
func (t *Arbitrageurs) one(a Agent, row *arbitrageur, v *View, do *Actions) bool {
	inside := v.Pocket(a.ID, ledger.Dai, ledger.Rollup)
	liquid := v.Free(a.ID, ledger.Dai) + v.Pocket(a.ID, ledger.Dai, ledger.Held)
	t.settle(row, (inside + liquid).Units(), v)
	owner, soon := v.Unsafe(int(a.Row))
	if soon {
		do.Bite(a.ID, owner)
	}
	if owner, tab, price := v.Cheapest(); price > 0 {
		soon = true
		if t.bid(a.ID, row, owner, tab, inside, liquid, price, v, do) {
			return true
		}
	}
	switch {
	case inside > 0 && (v.Dai.Mid > 1+row.carry || v.Leaving(a.ID)):
		t.withdraw(a.ID, row, inside, v, do)
	case row.home && v.Dai.Mid < 1+row.carry/backDivisor && liquid.Units() > backHolding*row.normal:
		do.CancelDai(a.ID)
		do.Move(Bridge, a.ID, liquid)
	default:
		row.asked = 0
		t.quote(a.ID, row, inside, liquid, v, do)
		t.spend(a, row, v, do)
	}
	return soon
}

// spend buys or sells dai without a view of its price, within half a percent of the
// middle.
func (t *Arbitrageurs) spend(a Agent, row *arbitrageur, v *View, do *Actions) {
	r := v.Rand(a)
	side := book.Side(r.Intn(2))
	dai := t.p.Turnover * t.p.WakeHours / hours * row.normal * r.Exponential()
	if side == book.Sell {
		dai = min(dai, v.Free(a.ID, ledger.Dai).Units())
	}
	price := v.Price(v.Dai.Mid * within(side, spendSlack))
	do.DaiOrder(a.ID, takingSlot, side, book.ImmediateOrCancel, price, v.Lots(dai))
}

// settle moves the normal holding towards what the holder has.
func (t *Arbitrageurs) settle(row *arbitrageur, dai float64, v *View) {
	keep := exact.HalfLife(float64(v.Tick-row.tick)/v.TicksPerDay, t.p.HabitDays)
	row.tick = v.Tick
	row.normal = max(dai+float64((row.normal-dai)*keep), leastHabit*t.each)
}

// reserve is the price for which a holder parts with its next dai: a dollar at its
// normal holding, and higher the less it has left.
func (r *arbitrageur) reserve(dai ledger.Amount) float64 {
	return 1 + float64(r.slope*(1-dai.Units()/r.normal))
}

// bid buys ether in an auction when a dai spent there brings more than it costs in the
// market and than the holder wants for it: as much as makes the next dai worth the
// same to the holder. It buys more dai for up to what the auction gives for it, which
// has no upper bound. It reports whether the auction pays.
func (t *Arbitrageurs) bid(id ID, row *arbitrageur, owner ID, tab, inside, liquid ledger.Amount, price float64,
	v *View, do *Actions) bool {
	worth := v.EthUSD * (1 - etherFee) / price / (1 + bidderGain)
	if worth < v.Dai.Mid {
		return false
	}
	spare := (inside + liquid).Units() - float64(row.normal*max(1-(worth-1)/row.slope, 0))
	dai := min(tab, liquid, Amount(spare))
	do.CancelDai(id)
	do.Take(id, owner, dai)
	cash := v.Free(id, ledger.Cash) + v.Pocket(id, ledger.Cash, ledger.Held)
	if short := min((tab - dai).Units(), cashShare*cash.Units()/worth); short > 0 {
		do.DaiOrder(id, takingSlot, book.Buy, book.ImmediateOrCancel, v.Price(worth), v.Lots(short))
	}
	return true
}

// withdraw asks for all dai inside, through the coordinator and after a while
// through the queue of layer one. A fifth on top of the gas and a tenth of the gain
// from the sale may go in fees.
func (t *Arbitrageurs) withdraw(id ID, row *arbitrageur, inside ledger.Amount, v *View, do *Actions) {
	if row.asked == 0 {
		row.asked = v.Tick
	}
	if float64(v.Tick-row.asked) > t.p.RetryDays*v.TicksPerDay && v.mayForce() {
		do.Request(ForceExit, id, 1, 0)
		return
	}
	gas := float64(v.Rollup.WithdrawalGas) * v.GasGwei * gwei * v.EthUSD
	gain := float64(gainShare * inside.Units() * max(v.Dai.Mid-1, 0))
	do.Request(AskExit, id, 1, Amount(float64(gasMarkup*gas)+gain))
}

// quote rests an offer and a bid around the reservation price. When the market is
// beyond that price, the quote on its side stands between the two and is larger by
// the amount whose trade would move the reservation price to the market.
func (t *Arbitrageurs) quote(id ID, row *arbitrageur, inside, liquid ledger.Amount, v *View, do *Actions) {
	reserve := row.reserve(inside + liquid)
	beyond := v.Dai.Mid - reserve
	near := reserve + float64(patience*beyond)
	size := func(more float64) float64 { return row.normal * (t.p.QuoteShare + max(more, 0)/row.slope) }
	t.rest(id, passiveSlot, book.Sell, max(reserve, near)*(1+row.spread), min(size(beyond), liquid.Units()), v, do)
	cash := (v.Free(id, ledger.Cash) + v.Pocket(id, ledger.Cash, ledger.Held)).Units()
	bid := min(reserve, near) * (1 - row.spread)
	t.rest(id, bidSlot, book.Buy, bid, min(size(-beyond), cashShare*cash/bid), v, do)
}

// patience is where a quote stands between the reservation price, at 0, and a
// market that pays more, at 1.
//
// Assumption: a holder who wants to sell gives way by a tenth of the distance at a
// look.
const patience = 0.9

// bidSlot is the order slot of the bid that rests beside an offer.
const bidSlot = 2

// rest replaces a resting order whose price has moved by more than two basis
// points or that has shrunk by a quarter.
func (t *Arbitrageurs) rest(id ID, slot uint16, side book.Side, usd, dai float64, v *View, do *Actions) {
	price, lots := v.Price(max(usd, v.TickUSD)), v.Lots(dai)
	at, open, _, ok := v.OpenDai(id, slot)
	if near := max(at, price)-min(at, price) <= price/quoteStale; !ok || !near || open < lots-lots/4 {
		do.DaiOrder(id, slot, side, book.Limit, price, lots)
	}
}
