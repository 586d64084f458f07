package sim

import (
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// The day of ABIDES' configuration rmsc04 in counts and rates (Byrd, Hybinette
// and Balch 2020; Amrouni et al. 2021): six and a half hours by the second,
// 1,000 noise traders who come once, 102 value traders who replace one order
// every 175 s on average by a noisy view of a mean-reverting fundamental, 12
// momentum traders who compare two averages of the mid every 37 s, and 2 makers
// with ten levels a side every minute.
const (
	abidesSeconds  = 23400
	abidesNoise    = 1000
	abidesValue    = 102
	abidesMomentum = 12
	abidesMakers   = 2
	abidesLevels   = 10
	abidesSize     = 50 // lots of an order; value traders send 40, 50 or 60
)

// fundamental is the log of the worth of the token: an Ornstein–Uhlenbeck path by the
// second, the same for all traders.
func fundamental(seed uint64) []float64 {
	s := draw.New(seed)
	path := make([]float64, abidesSeconds+1)
	for t := 1; t < len(path); t++ {
		path[t] = path[t-1]*(1-1.0/1800) + 0.0004*s.At(draw.News, 0, uint32(t)).Norm()
	}
	return path
}

type onceNoise struct{}

func (n onceNoise) Clone() agents.Strategy { return n }

func (n onceNoise) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		r := v.Rand(a)
		side, price := book.Buy, v.Ask
		if r.Intn(2) == 1 {
			side, price = book.Sell, v.Bid
		}
		do.Order(a.ID, 0, side, book.Limit, price, abidesSize)
	}
}

type valueTraders struct{ path []float64 }

func (t *valueTraders) Clone() agents.Strategy { return t }

func (t *valueTraders) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		r := v.Rand(a)
		if _, _, _, open := v.Open(a.ID, 0); open {
			do.Cancel(a.ID, 0)
		}
		view := t.path[min(v.Tick, abidesSeconds)] + 0.002*r.Norm()
		side := book.Buy
		if view < v.LnMid {
			side = book.Sell
		}
		do.Order(a.ID, 0, side, book.Limit, v.Price(exact.Exp(view)), abidesSize-10+10*uint32(r.Intn(3)))
		do.WakeAt(a.ID, v.Tick+1+uint32(175*r.Exponential()))
	}
}

// momentum keeps the last fifty mids that each trader has seen.
type momentum struct {
	seen [abidesMomentum][50]float64
	n    [abidesMomentum]int
}

func (t *momentum) Clone() agents.Strategy { c := *t; return &c }

func (t *momentum) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		t.seen[a.Row][t.n[a.Row]%50] = v.Mid
		t.n[a.Row]++
		long, short := 0.0, 0.0
		for k := 1; k <= min(t.n[a.Row], 50); k++ {
			x := t.seen[a.Row][(t.n[a.Row]-k)%50]
			if long += x; k <= 20 {
				short += x
			}
		}
		if t.n[a.Row] >= 50 {
			side, price := book.Sell, v.Bid
			if short/20 >= long/50 {
				side, price = book.Buy, v.Ask
			}
			do.Order(a.ID, 0, side, book.Limit, price, abidesSize)
		}
		do.WakeAt(a.ID, v.Tick+1+uint32(37*v.Rand(a).Exponential()))
	}
}

type ladder struct{}

func (l ladder) Clone() agents.Strategy { return l }

func (l ladder) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		do.CancelAll(a.ID)
		mid := v.Price(v.Mid)
		for k := range uint32(abidesLevels) {
			do.Order(a.ID, uint16(k), book.Buy, book.Limit, mid-3-2*k, abidesSize)
			do.Order(a.ID, uint16(k+abidesLevels), book.Sell, book.Limit, mid+3+2*k, abidesSize)
		}
		do.WakeAt(a.ID, v.Tick+60)
	}
}

// abidesDay is the market a second before it opens. The other kinds have few agents,
// which sleep, since a world must have them.
func abidesDay(t testing.TB, seed uint64) *World {
	c := defaults(t)
	c.Layer1.BlockSeconds = 1
	c.Stakers.Count, c.Noise.Count = abidesValue, abidesNoise
	c.Chartists.Count, c.Makers.Count = abidesMomentum, abidesMakers
	c.Holders.Count, c.Shorters.Count, c.Users.Count, c.Coordinators.Count = 0, 0, 1, 1
	c.VaultOwners.Count, c.Arbitrageurs.Count = 0, 0
	c.Users.WakeHours, c.Coordinators.WakeHours = 1000, 1000
	w := world(t, c, "none", seed)
	w.strategies[numberOf(RowStakers)] = &valueTraders{fundamental(seed)}
	w.strategies[numberOf(RowNoise)] = onceNoise{}
	w.strategies[numberOf(RowChartists)] = &momentum{}
	w.strategies[numberOf(RowMakers)] = ladder{}
	for i := range int32(w.people.size()) {
		switch w.people.kindOf[i] {
		case uint8(numberOf(RowMakers)):
			w.x.Register(idOf(i), 2*abidesLevels)
			w.wheel.put(i, 1, 0)
		case uint8(numberOf(RowNoise)):
			w.wheel.put(i, 2+uint32(w.stream.At(draw.Wake, w.people.key(i), 1).Intn(abidesSeconds-2)), 0)
		default:
			w.wheel.put(i, 2+uint32(w.stream.At(draw.Wake, w.people.key(i), 1).Intn(175)), 0)
		}
	}
	return w
}

// abidesCounts runs the day and counts wakings and order operations.
func abidesCounts(t testing.TB, w *World) (wakes, operations, trades uint64) {
	for w.tick < abidesSeconds {
		if err := w.Step(); err != nil {
			t.Fatal(err)
		}
		wakes += uint64(len(w.awake))
	}
	s := w.x.Stats()
	return wakes, s.Orders + s.Cancels, s.Trades
}

// The day has the size of ABIDES': about 25,000 wakings, 42,000 order operations
// and 19,700 trades; and it keeps every invariant.
func TestAbidesDay(t *testing.T) {
	w := abidesDay(t, 1)
	wakes, operations, trades := abidesCounts(t, w)
	t.Logf("%d wakings, %d order operations, %d trades", wakes, operations, trades)
	for _, c := range []struct {
		what      string
		got, want uint64
	}{{"wakings", wakes, 25000}, {"order operations", operations, 42000}, {"trades", trades, 19700}} {
		if c.got < c.want*8/10 || c.got > c.want*13/10 {
			t.Errorf("%d %s, want about %d", c.got, c.what, c.want)
		}
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
	if w.led.Flow(RowNoise, ledger.Trade, ledger.Cash) == 0 {
		t.Error("noise traders did not trade")
	}
}

// BenchmarkAbidesDay is the whole day with accounts, holds and fees; the making
// of the world is not timed.
func BenchmarkAbidesDay(b *testing.B) {
	var wakes, operations uint64
	for b.Loop() {
		b.StopTimer()
		w := abidesDay(b, 1)
		b.StartTimer()
		n, m, _ := abidesCounts(b, w)
		wakes, operations = wakes+n, operations+m
	}
	b.ReportMetric(float64(wakes)/b.Elapsed().Seconds(), "wakes/s")
	b.ReportMetric(float64(operations)/b.Elapsed().Seconds(), "orders/s")
}
