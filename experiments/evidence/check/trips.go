package check

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
	"stakeout/market/book"
)

// sweepMarks are the times after a sweep at which the book is measured.
var sweepMarks = [...]struct {
	name    string
	minutes float64
}{{"1 block", 0}, {"1 min", 1}, {"6 min", 6}, {"1 h", 60}, {"6 h", 360}, {"1 d", 1440}}

const marks = len(sweepMarks)

// looks are the mid and the depth of both sides of the book at each mark.
type looks struct {
	mid   [marks]float64    // USD
	depth [marks][2]float64 // tokens by side
}

// watch runs a world through the marks after a tick and measures the book at each.
func watch(ctx context.Context, w *sim.World, start uint32) (l looks, err error) {
	for i, m := range sweepMarks {
		if err := trial.Advance(ctx, w, start+max(w.Ticks(m.minutes/1440), 1)); err != nil {
			return l, err
		}
		l.mid[i] = midOf(w)
		l.depth[i] = [2]float64{book.Buy: depthOf(w, book.Buy), book.Sell: depthOf(w, book.Sell)}
	}
	return l, nil
}

const (
	resiliency = "H. Degryse, F. de Jong, M. van Ravenswaaij, G. Wuyts, “Aggressive orders and the resiliency of a " +
		"limit order market”, Review of Finance 9(2), 201–242, 2005, and " +
		"J. Large, “Measuring the resiliency of an electronic limit order book”, Journal of Financial Markets 10(1), " +
		"1–25, 2007: books refill within minutes, where they do; 80 % is an assumption"
	noArbitrage = "G. Huberman and W. Stanzl, “Price manipulation and quasi-arbitrage”, Econometrica 72(4), " +
		"1247–1275, 2004: without quasi-arbitrage no round trip gains on average"
	tripNote = "Trips buy for a sum and sell all again; the result, in % of the sum, is free of drift: each fill " +
		"is also valued at the price of the world without it. Fast is within ten minutes, slow over a day."
)

// sweep is the outcome of the sweep of one side, next to the same world without it.
type sweep struct {
	move  [marks]float64 // ln, in the direction of the sweep
	depth [marks]float64 // of the side swept, tokens
	usual [marks]float64 // the same without the sweep
}

// sweepBoth sweeps each side on a branch of s.start; still is the same book without a
// sweep.
func sweepBoth(ctx context.Context, s *scratch, still looks) (out []sweep, err error) {
	for _, taker := range [...]book.Side{book.Buy, book.Sell} {
		b := &s.branch
		b.CopyFrom(&s.start)
		swept := taker.Opposite()
		tokens := depthOf(b, swept)
		if err := endow(b, 2*tokens*midOf(b), tokens); err != nil {
			return nil, err
		}
		now := b.Tick() + 1
		b.SetAttacker(&trader{id: b.Attackers()[0], tasks: []task{
			{side: taker, tokens: tokens, from: now, until: now, every: 1, slack: 0.02},
		}})
		after, err := watch(ctx, b, s.start.Tick())
		if err != nil {
			return nil, err
		}
		var x sweep
		for i := range sweepMarks {
			x.move[i] = direction(taker) * exact.Log(after.mid[i]/still.mid[i])
			x.depth[i], x.usual[i] = after.depth[i][swept], still.depth[i][swept]
		}
		out = append(out, x)
	}
	return out, nil
}

// direction is 1 for a buyer and −1 for a seller.
func direction(s book.Side) float64 {
	if s == book.Buy {
		return 1
	}
	return -1
}

func sweepLines(worlds []factWorld) (lines []line) {
	total := func(pick []int, f func(*sweep) float64) (sum, n float64) {
		for _, i := range pick {
			for j := range worlds[i].sweeps {
				sum += f(&worlds[i].sweeps[j])
				n++
			}
		}
		return sum, n
	}
	ratio := func(a, b func(*sweep) float64) measured {
		return pooled(len(worlds), func(pick []int) float64 {
			x, _ := total(pick, a)
			y, _ := total(pick, b)
			return x / y
		})
	}
	for i, m := range sweepMarks[:4] {
		target, source := untargeted, ""
		if i == 2 {
			target, source = atLeast(80), resiliency
		}
		lines = append(lines, line{"sweep: depth back, " + m.name, "%", target, source,
			ratio(func(s *sweep) float64 { return s.depth[i] }, func(s *sweep) float64 { return s.usual[i] }).times(100), 1})
	}
	for i, m := range sweepMarks {
		lines = append(lines, line{"sweep: move, " + m.name, "%", untargeted, "",
			pooled(len(worlds), func(pick []int) float64 {
				sum, n := total(pick, func(s *sweep) float64 { return s.move[i] })
				return sum / n
			}).times(100), 2})
	}
	return append(lines, line{"sweep: move left, 1 d", "%", atMost(100.0 / 3),
		"Assumption: a sweep that knows nothing leaves at most a third of its first move",
		ratio(func(s *sweep) float64 { return s.move[marks-1] }, func(s *sweep) float64 { return s.move[0] }).times(100), 1})
}

// tripDays is the length of the longest round trip and one hour in reserve.
const tripDays = 2 + 1.0/24

// fastDays and slowDays are the lengths of each half of a round trip: ten minutes and a
// day.
const fastDays, slowDays = 10.0 / 1440, 1.0

// tripPlan is one kind of round trip.
type tripPlan struct {
	usd       float64 // size
	buy, sell float64 // days that each half takes
}

func tripPlans() (list []tripPlan) {
	for _, usd := range [...]float64{200_000, 2_000_000} {
		for _, buy := range [...]float64{fastDays, slowDays} {
			for _, sell := range [...]float64{fastDays, slowDays} {
				list = append(list, tripPlan{usd, buy, sell})
			}
		}
	}
	return list
}

func (p tripPlan) String() string {
	speed := func(days float64) string {
		if days == fastDays {
			return "fast"
		}
		return "slow"
	}
	return fmt.Sprintf("trip %.1f M USD, %s then %s", p.usd/1e6, speed(p.buy), speed(p.sell))
}

// trip is a finished round trip.
type trip struct {
	plan         int     // position in tripPlans
	profit, left float64 // shares of the size; left is the value of tokens that remain unsold
}

// roundTrips executes every plan on a branch of s.start; still is the same world without
// a trip, and has run past the end of all trips.
func roundTrips(ctx context.Context, s *scratch, still *sim.World) (out []trip, err error) {
	for k, p := range tripPlans() {
		b := &s.branch
		b.CopyFrom(&s.start)
		if err := endow(b, 3*p.usd, 0); err != nil {
			return nil, err
		}
		now := b.Tick() + 1
		mid, end := now+b.Ticks(p.buy), now+b.Ticks(p.buy+p.sell)
		b.SetAttacker(&trader{id: b.Attackers()[0], tasks: []task{
			{side: book.Buy, tokens: p.usd / midOf(b), from: now, until: mid, every: pace(b, p.buy), slack: 0.05},
			{side: book.Sell, all: true, from: mid + 1, until: end, every: pace(b, p.sell), slack: 0.05},
		}})
		if err := trial.Advance(ctx, b, end+1); err != nil {
			return nil, err
		}
		profit, left := tripResult(b, still)
		out = append(out, trip{k, profit / p.usd, left / p.usd})
	}
	return out, nil
}

// pace is the number of ticks between child orders: one in a fast half of a trip, ten
// minutes in a slow one.
func pace(w *sim.World, days float64) uint32 {
	if days == fastDays {
		return 1
	}
	return w.Ticks(10.0 / 1440)
}

// tripResult is the profit in USD with unsold tokens at what they fetch in the book now,
// less the gain of the same position at the prices of the world without the trip. That
// removes the drift of the price. The value of the unsold tokens is left; at a mid that
// nobody bids it would be the gain of a corner that cannot be sold.
func tripResult(b, still *sim.World) (profit, left float64) {
	tick, tokens := b.View().TickUSD, 0.0
	for _, f := range b.Exchange().Log() {
		q := float64(direction(f.Side) * float64(f.Lots))
		profit -= float64(q*(float64(float64(f.Price)*tick)-still.PriceAt(f.Tick))) + f.Fee.Units()
		tokens += q
	}
	_, notional := b.Exchange().Walk(book.Sell, uint64(max(tokens, 0)))
	left = float64(float64(notional) * tick)
	return profit + left - float64(tokens*still.PriceAt(b.Tick())), left
}

// tripsOf groups round trips by world.
func tripsOf(worlds []factWorld) (out [][]trip) {
	for i := range worlds {
		out = append(out, worlds[i].trips)
	}
	return out
}

func tripLines(worlds [][]trip) (lines []line) {
	for k, p := range tripPlans() {
		var means []float64
		for _, trips := range worlds {
			sum, n := 0.0, 0.0
			for _, t := range trips {
				if t.plan == k {
					sum += t.profit
					n++
				}
			}
			if n > 0 {
				means = append(means, sum/n)
			}
		}
		lines = append(lines, line{p.String(), "%", atMost(0), noArbitrage,
			meanOf(means).times(100), 3})
	}
	return lines
}
