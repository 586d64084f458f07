package sim

import (
	"math"

	"stakeout/agents"
	"stakeout/experiments/kit/exact"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

func exp(x float64) float64  { return exact.Exp(x) }
func sqrt(x float64) float64 { return math.Sqrt(x) }

// volatility is the public estimate of the volatility of daily log returns
// from returns over five minutes, each cut at four standard deviations so that
// one jump does not widen every quote for hours.
type volatility struct {
	every      uint32  // ticks between updates
	last       float64 // ln mid at the last update
	fast, slow float64 // variance a day, with half-lives of six hours and ten days
	keepFast   float64 // weight of the past in an update
	keepSlow   float64
	perDay     float64 // updates in a day
}

func newVolatility(perDay float64, p NewsParams, v *agents.View) volatility {
	every := max(math.Round(perDay/288), 1)
	day := float64(p.EthDaily*p.EthDaily) + float64(p.ActivityDaily*p.ActivityDaily)
	day = max(day, 1e-6)
	v.SigmaFast, v.SigmaSlow = sqrt(day), sqrt(day)
	return volatility{
		every: uint32(every), last: v.LnMid, fast: day, slow: day, perDay: perDay / every,
		keepFast: exact.HalfLife(every/perDay, 0.25), keepSlow: exact.HalfLife(every/perDay, 10),
	}
}

func (e *volatility) update(v *agents.View) {
	r := v.LnMid - e.last
	e.last = v.LnMid
	day := min(float64(r*r)*e.perDay, 16*e.slow)
	e.fast = day + float64((e.fast-day)*e.keepFast)
	e.slow = day + float64((e.slow-day)*e.keepSlow)
	e.fast, e.slow = max(e.fast, 1e-8), max(e.slow, 1e-8)
	v.SigmaFast, v.SigmaSlow = sqrt(e.fast), sqrt(e.slow)
}

// Sample is the state of a world at the end of an hour.
type Sample struct {
	Tick                  uint32
	Price                 float64 // of the token, USD (see World.price)
	OneSided              bool    // the book lacks a side
	LnETH, LnActivity     float64
	LnOwn                 float64
	Fundamental           float64 // Gordon value at public information, USD
	Active                float64 // cohorts
	Staked, Unbonding     float64 // tokens
	EmptyHour, EmptyDay   float64
	AttackerStake         float64 // tokens
	AttackerCash          float64 // USD, free or behind orders
	Reward                float64 // USD a year and token staked with a leader that served, at the opening price of ETH
	Borrowed, Lent        float64 // tokens
	BorrowRate            float64
	SpreadBps             float64
	Depth1, Depth2        float64 // tokens within 1 and 2 % of the mid, mean of the sides
	Volume                float64 // tokens traded since the start
	Flow                  float64 // tokens bought less tokens sold by takers since the start
	Waiting, Queue        float64 // transactions waiting, users in the exit queue
	GasGwei               float64
	SigmaFast             float64 // of daily log returns
	Transactions, Batches float64 // cumulative
	Slots, AttackerSlots  float64 // cumulative, all and led by the attacker
	Dai                   DaiSample
	Perp                  PerpSample
}

// DaiSample is the state of the market of dai at the end of an hour.
type DaiSample struct {
	Price          float64 // of the last trade, USD
	SpreadBps      float64 // 0 when a side is empty
	Supply, Inside float64 // dai in existence, and of it inside the rollup
	Locked         float64 // of that, dai whose holder has asked to leave and waits
	Volume         float64 // dai traded since the start
	Liquidated     float64 // ether taken from vaults since the start
}

// PerpSample is the state of the market of the perpetual future.
type PerpSample struct {
	Price        float64 // mid, USD
	OpenInterest float64 // tokens
	Volume       float64 // tokens traded since the start
}

// close measures. Of the things that agents act on it changes only the public estimate
// of volatility.
func (w *World) close() {
	if w.tick%w.volatility.every == 0 {
		w.view.Refresh()
		w.volatility.update(w.view)
	}
	if w.tick%PathTicks == 0 {
		w.view.Refresh()
		w.path = append(w.path, w.price())
	}
	if w.tick%w.hour() == 0 {
		w.view.Refresh()
		w.series = append(w.series, w.sample())
	}
	w.must(w.x.Err())
	w.must(w.dai.Err())
	w.must(w.perp.Err())
}

// price is what the token is worth in the book now: the mid while the quotes are close
// to each other, else what a clip of the supply fetches there, and nothing where nobody
// bids. A price at which nobody would buy is no price.
//
// Assumption: a clip is a thousandth of the supply, and quotes are close within a tenth.
func (w *World) price() float64 {
	v := w.view
	if v.Bid > 0 && v.Ask > 0 && float64(v.Ask) <= closeQuotes*float64(v.Bid) {
		return v.Mid
	}
	clip := max(uint64(w.opening.Supply*clipShare), 1)
	_, notional := w.x.Walk(book.Sell, clip)
	return float64(notional) * v.TickUSD / float64(clip)
}

const (
	closeQuotes = 1.1
	clipShare   = 0.001
)

// PathTicks is the distance in ticks between two points of the price path.
const PathTicks = 8

// PriceAt is the price in USD at the last point of the path at or before a tick.
func (w *World) PriceAt(tick uint32) float64 {
	if i := int(tick/PathTicks) - 1; i >= 0 && i < len(w.path) {
		return w.path[i]
	}
	return w.opening.Price
}

func (w *World) hour() uint32 { return uint32(math.Round(w.perDay / 24)) }

// Series is the record of all hours so far.
func (w *World) Series() []Sample { return w.series }

func (w *World) sample() Sample {
	v, p := w.view, w.roll.Public()
	s := Sample{
		Tick: w.tick, Price: w.price(), OneSided: v.Bid == 0 || v.Ask == 0, LnETH: v.LnETH, LnActivity: v.LnActivity,
		LnOwn:  v.LnOwn,
		Active: p.Active, Staked: p.Staked.Units(), Unbonding: p.Unbonding.Units(),
		EmptyHour: p.EmptyHour, EmptyDay: p.EmptyDay,
		Reward:   p.Served6h*p.ToStake/max(p.Staked.Units(), 1) + p.Served6h*p.ToSupply/w.opening.Supply,
		Borrowed: w.pool.Borrowed().Units(), Lent: w.pool.Supplied().Units(),
		Volume: v.Volume, Flow: v.Flow, Waiting: float64(p.Waiting), Queue: float64(w.roll.QueueLength()),
		GasGwei: v.GasGwei, SigmaFast: v.SigmaFast,
		Transactions: float64(p.Transactions), Batches: float64(p.Slots - p.MissedSlots),
	}
	s.BorrowRate, _ = w.pool.Rates()
	o := &w.opening
	s.Fundamental = o.Price * exp(v.LnETH+v.LnActivity+v.LnOwn) * p.PerUser30d * p.ActiveMonth / o.Revenue *
		o.Expected / p.Expected
	s.Slots = float64(p.Slots)
	for _, id := range w.attackers {
		s.AttackerSlots += float64(w.roll.Led(id))
		s.AttackerStake += w.led.Balance(id, ledger.Token, ledger.Staked).Units()
		s.AttackerCash += (w.led.Balance(id, ledger.Cash, ledger.Free) + w.led.Balance(id, ledger.Cash, ledger.Held)).Units()
	}
	if v.Bid > 0 && v.Ask > 0 {
		s.SpreadBps = float64(v.Ask-v.Bid) * v.TickUSD / v.Mid * 1e4
	}
	s.Depth1, s.Depth2 = w.depth(0.01), w.depth(0.02)
	s.Dai = w.daiSample()
	s.Perp = PerpSample{
		Price: v.Perp.Mid, OpenInterest: float64(w.perp.OpenInterest()), Volume: float64(w.perp.Stats().Lots),
	}
	return s
}

// DaiPrice is the price of the last trade of dai in USD. The mid would not do:
// when liquidators need all the dai there is, hardly anything is on offer.
func (w *World) DaiPrice() float64 {
	if q := w.dai.Quote(); q.HasTraded {
		return float64(q.Last) * w.view.TickUSD
	}
	return w.view.Dai.Mid
}

func (w *World) daiSample() DaiSample {
	d := &w.view.Dai
	_, _, lots, _ := w.dai.Top()
	s := DaiSample{
		Price: w.DaiPrice(), Volume: float64(lots),
		Supply: w.daiIn(ledger.Loan) + w.vaults.Debt(ledger.Treasury).Units(), Inside: w.daiIn(ledger.Rollup),
		Liquidated: -w.led.Flow(RowVaultOwners, ledger.Liquidation, ledger.Ether).Units(),
	}
	for _, a := range w.people.of(RowArbitrageurs) {
		if w.roll.Leaving(a.ID) {
			s.Locked += w.led.Balance(a.ID, ledger.Dai, ledger.Rollup).Units()
		}
	}
	if d.Bid > 0 && d.Ask > 0 {
		s.SpreadBps = float64(d.Ask-d.Bid) * w.view.TickUSD / d.Mid * 1e4
	}
	return s
}

// daiIn is the dai that vault owners owe (ledger.Loan) or that vault owners and
// arbitrageurs have in a pocket.
func (w *World) daiIn(p ledger.Pocket) (sum float64) {
	for _, row := range [...]ledger.Row{RowVaultOwners, RowArbitrageurs} {
		g := &w.people.groups[numberOf(row)]
		for i := range g.size {
			sum += w.led.Balance(idOf(g.first+i), ledger.Dai, p).Units()
		}
	}
	if p == ledger.Loan {
		return -sum
	}
	return sum
}

func (w *World) depth(within float64) float64 {
	v := w.view
	bid := w.x.Depth(book.Buy, v.Price(v.Mid*(1-within)))
	ask := w.x.Depth(book.Sell, v.Price(v.Mid*(1+within)))
	return float64(bid+ask) / 2
}

// Audit checks every invariant of the world. It is too slow for every tick: it is for
// tests and for the ends of epochs.
func (w *World) Audit() error {
	for _, check := range [...]func() error{
		w.led.Audit, w.checkMarkets, w.perp.Audit, w.pool.Audit, w.vaults.Audit, w.auditRollups, w.chain.Check,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return w.fault
}

func (w *World) auditRollups() error {
	for l := range w.layers {
		if err := l.roll.Audit(); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) checkMarkets() error {
	if x := w.Rival(); x != nil {
		return market.Check(w.x, w.dai, x)
	}
	return market.Check(w.x, w.dai)
}

// Hash is the 64-bit hash of everything that an agent can act on.
func (w *World) Hash() uint64 {
	h := w.perp.Hash(w.dai.Hash(w.x.Hash(w.led.Hash(uint64(w.tick)))))
	h = w.roll.Hash(w.chain.Hash(w.pool.Hash(w.vaults.Hash(h))))
	if w.away.roll != nil {
		h = w.away.roll.Hash(h)
	}
	if x := w.Rival(); x != nil {
		h = x.Hash(h)
	}
	v := w.view
	for _, x := range [...]float64{w.news.LnETH, w.news.LnActivity, w.news.LnOwn, v.Mid, v.Dai.Mid, v.SigmaFast,
		v.SigmaSlow} {
		h = (h ^ math.Float64bits(x)) * 0x9E3779B97F4A7C15
		h ^= h >> 31
	}
	return w.remedy.Docket().Case.Hash(w.network.hash(w.mining.hash(h)))
}

// Surplus is what users have had from the rollup so far besides the cash in the ledger,
// in USD: the value of what was served after the wait, and of that their gain over the
// fees; and what the balances of those who want out and cannot lose by the wait.
func (w *World) Surplus() (value, gain, trapped float64) {
	users, ok := w.strategies[numberOf(RowUsers)].(*agents.Users)
	if !ok {
		return 0, 0, 0
	}
	for row, a := range w.people.of(RowUsers) {
		gain += users.Surplus(row)
		if w.of(a.ID).roll.Balance(a.ID) > 0 {
			trapped += users.Trapped(row, w.view)
		}
	}
	fees := -w.led.Flow(RowUsers, ledger.TransactionFee, ledger.Cash).Units()
	return gain + fees, gain, trapped
}

// Trapped is the share of users who want to leave the first rollup and are still
// inside, by groups of equal size from the smallest balances to the largest.
func (w *World) Trapped(groups int) []float64 {
	users, ok := w.strategies[numberOf(RowUsers)].(*agents.Users)
	if !ok {
		return nil
	}
	all := w.people.of(RowUsers)
	order := users.ByBalance()
	out := make([]float64, groups)
	for i, row := range order {
		id := all[row].ID
		if w.roll.Balance(id) > 0 && users.Leaving(row) {
			out[i*groups/len(order)] += float64(groups) / float64(len(order))
		}
	}
	return out
}
