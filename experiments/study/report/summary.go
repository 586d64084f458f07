package report

import (
	"math"

	"stakeout/experiments/kit/stat"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
)

// Estimate is a quantity over the replications of a cell.
type Estimate struct {
	stat.Interval   // Student's interval of the mean
	Median, P5, P95 float64
	BCaLo, BCaHi    float64 // bootstrap interval of the mean; NaN unless asked for
	Warnings        []stat.Warning
	Missing         int // replications in which the quantity is not defined
}

// Summary holds the statistics of a cell that tables and verdicts share. Money
// is in USD, ROI and shares are fractions.
type Summary struct {
	Cell                                *Cell
	Level                               float64
	Profit, ROI, Advantage              Estimate // with bootstrap intervals
	Net, Effect, HonestProfit           Estimate // net of drift, with coefficient one; effect of the act
	Luck                                Luck
	Capital, PeakStake, Cost, Revenue   Estimate
	ProfitShare, BeatsHonest, RuinShare Share   // BeatsHonest: with an advantage above zero
	VaR, ES                             float64 // of profit at Level, USD; losses are negative
	ESLo, ESHi                          float64
	PairingRatio                        float64
	// p-values of the advantage, by Holm and by Benjamini–Hochberg over Family cells
	Adjusted, Q float64
	Family      int
	spread      [][len(statistics)]float64 // of the data file, by quantity
}

// Luck says how much of the spread of profit is drift. The multiple of the log drift
// behind the interval of the advantage is fitted over the other replications; Slope is one
// and that multiple over all of them, the dollars of profit that come with one of drift.
type Luck struct {
	Raw, Net, Fitted float64 // standard deviations of profit, net of drift, and of the advantage, USD
	Slope            float64
	Free             bool    // the slope was fitted, and is not one by decree
	Shift            float64 // p-value of a mean log drift of zero
}

// Share is a relative frequency with its interval.
type Share struct {
	K, N   int
	Lo, Hi float64
}

// Value is the frequency, NaN without observations.
func (s Share) Value() float64 { return float64(s.K) / float64(s.N) }

// ruin is the loss, as a share of capital at risk, from which on a replication
// counts as ruin.
const ruin = 0.5

// bootSeed starts the streams of the bootstrap; it is a constant because the
// numbers of a table must not depend on when or where it is made.
const bootSeed = 7698

// Summaries are the statistics of every cell, computed once.
func (s *Study) Summaries() []*Summary {
	if s.summaries == nil {
		s.summaries = s.summarise()
	}
	return s.summaries
}

// Told is whether the advantage differs from zero at the level of the study, adjusted
// over its cells.
func (x *Summary) Told() bool { return x.Advantage.N > 1 && x.Adjusted <= 1-x.Level }

func (s *Study) summarise() []*Summary {
	out := make([]*Summary, len(s.Cells))
	p := make([]float64, len(s.Cells))
	for i, c := range s.Cells {
		if out[i] = c.kept; out[i] == nil {
			out[i] = c.summary(s.Level)
		}
		p[i] = out[i].Advantage.P
	}
	for i, adjusted := range stat.Holm(p) {
		out[i].Adjusted, out[i].Family = adjusted, len(p)
	}
	for i, adjusted := range stat.BenjaminiHochberg(p) {
		out[i].Q = adjusted
	}
	return out
}

func (c *Cell) summary(level float64) *Summary {
	of := func(quantity string) Estimate { return c.estimate(column.Outcome("attack", quantity), level) }
	freed := c.freed()
	s := &Summary{
		Cell: c, Level: level,
		Profit:       bootstrapped(c.Values(column.Outcome("attack", column.Profit)), level),
		ROI:          bootstrapped(c.Values(column.Outcome("attack", column.ROI)), level),
		Advantage:    bootstrapped(freed.Values, level),
		Net:          c.estimate(column.Net, level),
		Effect:       c.estimate(column.Effect, level),
		HonestProfit: c.estimate(column.Outcome("honest", column.Profit), level),
		Capital:      of(column.CapitalAtRisk), PeakStake: of(column.PeakStake), Cost: of(column.Cost),
		Revenue: of(column.Revenue),
	}
	profit, capital := c.Values(column.Outcome("attack", column.Profit)),
		c.Values(column.Outcome("attack", column.CapitalAtRisk))
	s.ProfitShare = share(profit, level, func(i int) bool { return profit[i] > 0 })
	advantage := c.Values(column.Advantage)
	s.BeatsHonest = share(advantage, level, func(i int) bool { return advantage[i] > 0 })
	s.Luck = Luck{stat.SD(profit), stat.SD(c.Values(column.Net)), stat.SD(freed.Values), 1 + freed.Slope, freed.Fitted,
		freed.Shift}
	s.RuinShare = share(profit, level, func(i int) bool { return capital[i] > 0 && profit[i] <= -ruin*capital[i] })
	s.VaR, s.ES = stat.VaR(profit, level), stat.ES(profit, level)
	s.ESLo, s.ESHi = stat.BCaES(profit, esResamples, level, bootSeed)
	s.PairingRatio = stat.PairingRatio(profit, c.Values(column.Outcome("honest", column.Profit)))
	return s
}

// esResamples is smaller than stat.Resamples because each one is sorted.
const esResamples = 1999

// share counts the replications in which something happens.
func share(values []float64, level float64, happens func(int) bool) (s Share) {
	s.N = len(values)
	for i := range values {
		if happens(i) {
			s.K++
		}
	}
	s.Lo, s.Hi = stat.Share(s.K, s.N, level)
	return s
}

// freed is the advantage of every replication, freed of the luck that is left in it.
func (c *Cell) freed() stat.Control {
	return measure.Freed(c.Values(column.Advantage), c.Values(column.LogDrift))
}

// Advantage is the headline: the mean advantage with its interval.
func (c *Cell) Advantage() Estimate { return EstimateOf(c.freed().Values) }

// Estimate summarises a column of runs over the replications of the cell that
// have a value there.
func (c *Cell) Estimate(name string) Estimate { return c.estimate(name, column.Level) }

// EstimateOf summarises values over replications, leaving out those that are NaN.
func EstimateOf(values []float64) Estimate { return estimateOf(values, column.Level) }

// estimate summarises a column, leaving out replications without a value.
func (c *Cell) estimate(name string, level float64) Estimate {
	return estimateOf(c.Values(name), level)
}

func estimateOf(all []float64, level float64) Estimate {
	e, _ := estimateAndValues(all, level)
	return e
}

func estimateAndValues(all []float64, level float64) (e Estimate, values []float64) {
	values = make([]float64, 0, len(all))
	for _, v := range all {
		if math.IsNaN(v) {
			e.Missing++
			continue
		}
		values = append(values, v)
	}
	e.Interval = stat.PairedT(values, level)
	e.Median, e.P5, e.P95 = stat.Quantile(values, 0.5), stat.Quantile(values, 0.05), stat.Quantile(values, 0.95)
	e.BCaLo, e.BCaHi = math.NaN(), math.NaN()
	return e, values
}

// bootstrapped is estimateOf with the bootstrap interval and its warnings.
func bootstrapped(all []float64, level float64) Estimate {
	e, values := estimateAndValues(all, level)
	if len(values) > 0 {
		e.BCaLo, e.BCaHi = stat.BCaMean(values, stat.Resamples, level, bootSeed)
		e.Warnings = stat.Warnings(values, e.Interval, e.BCaLo, e.BCaHi)
	}
	return e
}

// Sign is what the interval of a mean says about its sign: −1, +1, or 0 when
// it is not distinguishable from zero.
func (e *Estimate) Sign() int {
	switch {
	case e.N < 2:
		return 0
	case e.Lo > 0:
		return 1
	case e.Hi < 0:
		return -1
	}
	return 0
}
