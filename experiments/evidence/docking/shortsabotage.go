package docking

import (
	"context"
	"errors"
	"fmt"
	"math"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/root"
	"stakeout/market/ledger"
	"stakeout/market/lending"
)

var _ = register(Entry{
	Name: "short-and-sabotage",
	Doc: "How much must be sold short for sabotage to pay for the stake that it costs, and how large a short is best " +
		"when trading moves the price.",
	Source: "S. Lee and S. Kim, “Short selling attack: a self-destructive but profitable 51% attack on PoS " +
		"blockchains”, 2018, and “Shorting attack”, Concurrency and Computation, 2021; J. A. Kroll, I. C. Davey, E. W. " +
		"Felten, “The economics of Bitcoin mining”, 2013, for the name Goldfinger; short over stake [1 − (1−φ)(1−d)]/(d − " +
		"rT), and with impact Yσ√(Q/V) on both ways the best short V[(d − rT)/(2Yσ)]² with profit S*(d − rT)/3, in the " +
		"form used here and not read in the papers; B. Tóth and others, “Anomalous price impact and the critical nature of " +
		"liquidity in financial markets”, Physical Review X 1, 021006, 2011, for the book whose depth grows linearly",
	Code: "market/lending Pool.Borrow, Accrue and Repay, market Exchange.Submit and mechanisms/rollup State.Condemn",
	run:  shortAndSabotage,
})

const (
	parTolerance  = 0.02 // of short over stake, without impact
	bestTolerance = 0.1  // of the best short and its profit
)

// sabotage is one attack: borrow, sell, attack, buy back, repay.
//
// Assumption: the price falls by d however much is sold, there are no fees, cash behind
// the loan costs nothing, and the book is full again for the purchase.
type sabotage struct {
	fall    float64 // d: imposed, share of the opening price of one dollar
	slashed float64 // φ: share of the stake
	rate    float64 // r: of the loan, a year
	days    float64 // T
	impact  float64 // Yσ: impact of trading V at once, share of the opening price; 0 means none
	shrinks bool    // after the fall the book is as deep at the same share of the price, instead of at the same distance
	// the pool has the default rules and holds what it does in the default world, instead of plenty at
	// a flat rate
	lending bool
}

const (
	saboteur        = ledger.First
	quoter          = ledger.First + 1
	lender          = ledger.First + 2
	sabotageOwners  = int(ledger.First) + 3
	par             = 10_000     // opening price in ticks of a basis point of a dollar
	sabotageVolume  = 10_000_000 // V: tokens a day
	defaultSupplied = 3_000_000  // tokens in the pool of the default world, twice the borrow cap
)

// margin is d − rT: what the short earns on its value when trading moves no price.
func (s sabotage) margin() float64 { return s.fall - s.rate*s.days/365 }

// best is the published best short over V, and its profit over V at one dollar.
func (s sabotage) best() (short, profit float64) {
	m := s.margin()
	short = exact.Pow(m/(2*s.impact), 2)
	return short, short * m / 3
}

// cost is the published short over stake.
func (s sabotage) cost() float64 { return (1 - float64((1-s.slashed)*(1-s.fall))) / s.margin() }

// errThin is returned when the book has no price left for the size.
var errThin = errors.New("the book is too thin")

// even is the short over a stake at which the attack breaks even.
func (s sabotage) even() (float64, error) {
	const stake = 1_000_000
	lo, hi, err := root.Bisect(0.01, 100, root.Geometric, root.Ratio(1+1e-4), func(q float64) (bool, error) {
		gain, err := s.run(stake, math.Round(q*stake))
		return gain > 0, err
	})
	return root.Geometric(lo, hi), err
}

// search finds the best short over V and its profit over V, on a grid of sizes
// and then on a finer one around the best of it.
func (s sabotage) search(points int) (short, profit float64, err error) {
	lo, hi := 0.01, 50.0
	for _, n := range []int{points, points} {
		step := exact.Pow(hi/lo, 1/float64(n-1))
		for i, q := 0, lo; i < n; i, q = i+1, q*step {
			gain, err := s.run(0, math.Round(q*sabotageVolume))
			if errors.Is(err, errThin) || errors.Is(err, lending.ErrCap) {
				break
			}
			if err != nil {
				return 0, 0, err
			}
			if gain/sabotageVolume > profit {
				short, profit = q, gain/sabotageVolume
			}
		}
		lo, hi = short/step, short*step
	}
	return short, profit, nil
}

// pays is the largest stake, in units of V, that a short position in units of V pays for.
func (s sabotage) pays(short float64) (float64, error) {
	lo, hi, err := root.Bisect(1e-4, 100, root.Geometric, root.Ratio(1+1e-4), func(q float64) (bool, error) {
		gain, err := s.run(math.Round(q*sabotageVolume), math.Round(short*sabotageVolume))
		return gain <= 0, err
	})
	return root.Geometric(lo, hi), err
}

// fortnight is a loan of two weeks at the rate at which the default pool bends.
func fortnight(s sabotage) sabotage {
	s.rate, s.days = 0.07, 14
	return s
}

// outage is the published fall of a token after a lasting takeover.
const outage = 0.126

func shortAndSabotage(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{
		Notes: []string{"Imposed are the fall d of the price and the book, which rests at the opening price for the sale " +
			"and at the fallen one for the way back; in the model both come from what agents do. Loan, interest, sale, slash " +
			"and repayment are the modules'. No fees; the stake that is left is valued at the fallen price.",
			fmt.Sprintf("With impact the book holds V·(x/Yσ)² tokens within x of the price, x as a share of the opening "+
				"price, so that the last token of Q trades Yσ√(Q/V) away; V is %d M tokens. The best short is found by attacks "+
				"on a grid of sizes.", sabotageVolume/1_000_000),
			"A loan is of tokens and so is its interest, which is paid at the fallen price: the model charges rT(1 − d) where " +
				"the formula has rT. The rows without a published value show what else matters: a long dear loan; a book that is " +
				"as deep at the same share of a lower price; and a pool with the default rules that holds 3 M tokens, where the " +
				"short ends at the bend of the curve, near 1.35 M tokens, far below the best."},
		Diagnosis: "interest in tokens, or the steps of a basis point of the book, weigh more than the tolerance.",
	}
	if err := out.breakEvens(ctx, s); err != nil {
		return nil, err
	}
	if err := out.bestShorts(ctx, s); err != nil {
		return nil, err
	}
	var err error
	out.Figure, err = sabotageFigure(s.pick(12, 40))
	return out, err
}

// sabotageSteps is the number of rows for progress.
const sabotageSteps = 12

// breakEvens adds the rows without impact.
func (o *Outcome) breakEvens(ctx context.Context, s Scale) error {
	rows := []struct {
		name string
		c    sabotage
	}{
		{"", sabotage{fall: outage}}, {"", sabotage{fall: outage, slashed: 0.1}}, {"", sabotage{fall: outage, slashed: 0.5}},
		{"", sabotage{fall: outage, slashed: 1}},
		{", two weeks at 7 %", fortnight(sabotage{fall: outage, slashed: 0.1})},
		{", 90 days at 20 %%; formula %.2f", sabotage{fall: outage, slashed: 0.1, rate: 0.2, days: 90}},
	}
	for i, r := range rows {
		got, err := r.c.even()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("short over stake at break-even, φ = %g", r.c.slashed)
		if i == len(rows)-1 {
			o.Rows = append(o.Rows, informative(name+fmt.Sprintf(r.name, r.c.cost()), exactValue(got), 3))
		} else {
			o.Rows = append(o.Rows, identity(relative(name+r.name, r.c.cost(), parTolerance, exactValue(got), 3)))
		}
		if err := s.step(ctx, i+1, sabotageSteps); err != nil {
			return err
		}
	}
	return nil
}

// bestShorts adds the rows with impact.
func (o *Outcome) bestShorts(ctx context.Context, s Scale) error {
	points, done := s.pick(40, 200), 6
	for i, c := range []sabotage{{fall: outage, impact: 0.05}, {fall: outage, impact: 0.1}, {fall: 0.3, impact: 0.05}} {
		c = fortnight(c)
		short, profit, err := c.search(points)
		if err != nil {
			return err
		}
		wantShort, wantProfit := c.best()
		at := fmt.Sprintf(", d = %g %%, Yσ = %g %%", 100*c.fall, 100*c.impact)
		o.Rows = append(o.Rows, relative("best short over V"+at, wantShort, bestTolerance, exactValue(short), 3),
			relative("its profit over V at one dollar"+at, wantProfit, bestTolerance, exactValue(profit), 4))
		if i == 0 {
			c.slashed = 0.1
			stake, err := c.pays(wantShort)
			if err != nil {
				return err
			}
			o.Rows = append(o.Rows, relative("largest stake over V that it pays for, φ = 0.1", wantProfit/(c.cost()*c.margin()),
				bestTolerance, exactValue(stake), 3))
		}
		done++
		if err := s.step(ctx, done, sabotageSteps); err != nil {
			return err
		}
	}
	for _, r := range []struct {
		name string
		c    sabotage
	}{
		{"best short over V, book as deep at the same share of a lower price, Yσ = 5 %",
			sabotage{fall: outage, impact: 0.05, shrinks: true}},
		{"best short over V, default pool of 3 M tokens, Yσ = 5 %", sabotage{fall: outage, impact: 0.05, lending: true}},
	} {
		short, _, err := fortnight(r.c).search(points)
		if err != nil {
			return err
		}
		o.Rows = append(o.Rows, informative(r.name, exactValue(short), 3))
		done++
		if err := s.step(ctx, done, sabotageSteps); err != nil {
			return err
		}
	}
	return s.step(ctx, sabotageSteps, sabotageSteps)
}

// sabotageFigure shows the break-even over the slash, and the profit over the size.
func sabotageFigure(points int) (*figure.Figure, error) {
	even := figure.Panel{Title: "a", Legend: true, XLabel: "Share of stake slashed, φ (1)",
		YLabel: "Short over stake at break-even (1)", ZeroLine: true}
	for style, fall := range []float64{outage, 0.3} {
		c := sabotage{fall: fall}
		law := figure.Line{Name: fmt.Sprintf("law, d = %g %%", 100*fall), Style: style}
		got := figure.Line{Name: fmt.Sprintf("model, d = %g %%", 100*fall), Style: style, Points: true}
		for i := range 6 {
			c.slashed = float64(i) / 5
			y, err := c.even()
			if err != nil {
				return nil, err
			}
			law.X, law.Y = append(law.X, c.slashed), append(law.Y, c.cost())
			got.X, got.Y = append(got.X, c.slashed), append(got.Y, y)
		}
		even.Lines = append(even.Lines, law, got)
	}
	size := figure.Panel{Title: "b", Legend: true, XLabel: "Short over daily volume V (1)", YLabel: "Profit (% of V)",
		ZeroLine: true}
	for i, impact := range []float64{0.05, 0.1} {
		c := fortnight(sabotage{fall: outage, impact: impact})
		law := figure.Line{Name: fmt.Sprintf("law, Yσ = %g %%", 100*impact), Style: i + 2}
		got := figure.Line{Name: fmt.Sprintf("model, Yσ = %g %%", 100*impact), Style: i + 2, Points: true}
		best, _ := c.best()
		for k := range 101 {
			q := 2.5 * best * float64(k) / 100
			law.X, law.Y = append(law.X, q), append(law.Y, 100*q*(c.margin()-float64(4.0/3*impact*math.Sqrt(q))))
		}
		for k, n := 1, points/(i+1); k <= n; k++ {
			q := 2.5 * best * float64(k) / float64(n)
			gain, err := c.run(0, math.Round(q*sabotageVolume))
			if err != nil {
				return nil, err
			}
			got.X, got.Y = append(got.X, q), append(got.Y, 100*gain/sabotageVolume)
		}
		size.Lines = append(size.Lines, law, got)
		size.Marks = append(size.Marks, figure.Mark{X: best, Label: "S*"})
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 80, Columns: 2, Panels: []figure.Panel{even, size},
		Caption: "Short and sabotage when the price falls by d, which is imposed. (a) Short over stake at which the short " +
			"pays for the slash φ and the fall of the stake, without impact or interest. (b) Profit of the short with " +
			"square-root impact on both ways, d = 12.6 %, two weeks at 7 % a year; S*: published best short. Lines: published " +
			"laws; points: attacks through the model's pool, exchange and staking contract."}, nil
}
