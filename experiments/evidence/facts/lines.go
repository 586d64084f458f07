package facts

import (
	"fmt"
	"math"
	"slices"

	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
)

// reported is a line about which nothing is claimed.
func reported(what, unit string, e Estimate, decimals int) Line {
	return Line{what, unit, Unclaimed, "", e, decimals}
}

// bounceSeconds is the interval below which the bounce between bid and ask
// correlates returns, by Cont (2001).
const bounceSeconds = 20 * 60

// claimedFrom is a fact that is only reported at intervals below the one for
// which its range is known; ranges for a day are claimed at a day alone.
func (m *measurement) claimedFrom(interval float64, f Fact) Fact {
	if m.Interval < interval || interval == day && m.Interval != day {
		f.Accepted, f.Source = Unclaimed, ""
	}
	return f
}

// returnLines are the facts of returns.
func (m *measurement) returnLines() []Line {
	at := func(i int) Estimate { return m.got[i] }
	lines := []Line{
		reported("drift of ln price", "1/year", at(m.drift), 2),
		AnnualVolatility.Line(at(m.volatility)),
		m.claimedFrom(day, Kurtosis).Line(at(m.kurtosis)),
		reported("excess kurtosis", "1", at(m.kurtosis).less(3), 1),
		TailIndex5.Line(m.tailIndex(0, 0)), TailIndex10.Line(m.tailIndex(0, 1)),
	}
	for i, side := range [...]string{"losses", "gains"} {
		for j, of := range [...]string{"5", "10"} {
			f := [...]Fact{TailIndex5, TailIndex10}[j]
			f.Name = fmt.Sprintf("tail index, %s, %s %% of all returns", side, of)
			lines = append(lines, f.Line(m.tailIndex(i+1, j)))
		}
	}
	lines = append(lines,
		m.claimedFrom(bounceSeconds, ACFReturns1).Line(at(m.acf[0][0])), m.claimedFrom(day, ACFSizes1).Line(at(m.acf[1][0])),
		ACFSizes5.Line(at(m.acf[1][4])), ACFSizes10.Line(at(m.acf[1][9])),
		clustering.Line(at(m.cluster)), powerDecay.Line(at(m.decay)),
		reported("p of Ljung and Box, returns, lags 1 to 20", "1", m.ljungBox(0), 3),
		reported("p of Ljung and Box, |returns|, lags 1 to 20", "1", m.ljungBox(1), 3),
		aggregated.Line(m.aggregated),
		reported("variance ratio, 5 periods", "1", m.varianceRatio(aggregatedOver), 2),
		reported("leverage: return with next squared return", "1", at(m.leverage), 3))
	if m.volume != nil {
		lines = append(lines, volumeSize.Line(at(m.volumeSize)))
	}
	return lines
}

// tailIndex is the tail index of a column (sizes, losses, gains) at one of the fractions.
// Within few clusters its interval is the closed form, with twins counted once.
func (m *measurement) tailIndex(column, fraction int) Estimate {
	e := m.got[m.hill[column][fraction]]
	if m.clusters() < enoughClusters {
		k := int(float64(tailCount(len(m.r), tailFractions[fraction])) / m.twins())
		e.Lo, e.Hi = HillInterval(e.Value, k)
	}
	return e
}

// ljungBox is the p-value of a column, 0 for returns and 1 for sizes.
func (m *measurement) ljungBox(column int) Estimate {
	acf, pairs := make([]float64, lags), make([]int, lags)
	for lag := range lags {
		acf[lag], pairs[lag] = m.got[m.acf[column][lag]].Value, int(float64(m.pairs(lag+1))/m.twins())
	}
	_, p := LjungBox(acf, pairs, len(m.moments))
	return bare(p, len(m.r))
}

// varianceRatio has the interval of its closed form.
func (m *measurement) varianceRatio(q int) Estimate {
	v, se := VarianceRatio(m.stretches(m.r), q)
	se *= math.Sqrt(m.twins())
	const z = 1.959963984540054 // The normal quantile of Level.
	return Estimate{v, v - float64(z*se), v + float64(z*se), len(m.r)}
}

// volumeLines are the quantiles of volumes over days.
func (m *measurement) volumeLines() []Line {
	if m.volume == nil {
		return nil
	}
	daily := m.returns
	if m.Interval != day {
		daily = sampleReturns(m.paths, day)
	}
	if len(daily.volume) < fewestReturns {
		return nil
	}
	var block float64 = 1
	if clean := gather(nil, daily.volume, daily.all); len(clean) == len(daily.volume) {
		block = daily.blockLength(daily.volume)
	}
	got := daily.quantiles(daily.volume, block, 0.5, 0.05, 0.95)
	median, low, high := m.ofSupply(DailyVolume, got[0]), got[1], got[2]
	return []Line{median,
		m.alike(median, "daily volume, 5 % quantile", low), m.alike(median, "daily volume, 95 % quantile", high)}
}

// ofSupply holds an amount against a fact in per cent of the supply; without one
// it is only reported.
func (m *measurement) ofSupply(f Fact, e Estimate) Line {
	if m.Supply > 0 {
		return f.Line(e.times(100 / m.Supply))
	}
	return reported(f.Name, "units", e, 0)
}

// alike reports a further quantile in the unit of the first.
func (m *measurement) alike(first Line, what string, e Estimate) Line {
	if m.Supply > 0 {
		e = e.times(100 / m.Supply)
	}
	return reported(what, first.Unit, e, first.Decimals)
}

// quantiles of a column, each with its interval.
func (p *panel) quantiles(x []float64, block float64, probabilities ...float64) []Estimate {
	var of []statistic
	var buffer []float64
	for i, q := range probabilities {
		of = append(of, func(picks []int) float64 {
			if i == 0 { // Statistics run in their order: the others find the values sorted.
				buffer = gather(buffer, x, picks)
				slices.Sort(buffer)
			}
			return stat.Quantile(buffer, q)
		})
	}
	return p.estimate(block, of)
}

// bookLines are the quantiles of depth and spread over the rows.
func (m *measurement) bookLines() (lines []Line) {
	if p, x := bookRows(m.paths, func(p *Path) []float64 { return p.Depth }); p != nil {
		lines = append(lines, m.ofSupply(Depth1, p.quantiles(x, p.blockLength(x), 0.5)[0]))
	}
	p, x := bookRows(m.paths, func(p *Path) []float64 { return p.Spread })
	if p == nil {
		return lines
	}
	block := p.blockLength(x)
	got := p.quantiles(x, block, 0.5, 0.95)
	f := HoursWide
	f.Name = "rows with a spread > 50 bp"
	return append(lines, MedianSpread.Line(got[0]), reported("spread, 95 % quantile", "bp", got[1], 1),
		f.Line(p.wideShare(x, block)))
}

// wideShare is the share of rows in per cent that are wider than WideBps. Where
// none or all are, resamples have nothing to vary, and the rule of three takes
// the blocks as independent.
func (p *panel) wideShare(x []float64, block float64) Estimate {
	count := func(picks []int) (n int) {
		for _, t := range picks {
			if x[t] > WideBps {
				n++
			}
		}
		return n
	}
	n := len(p.all)
	if k := count(p.all); k == 0 || k == n {
		blocks := max(int(float64(len(p.moments))/block), 1)
		lo, hi := stat.Share(k/n*blocks, blocks, Level)
		return Estimate{float64(k / n), lo, hi, n}.times(100)
	}
	return p.estimate(block, []statistic{func(picks []int) float64 {
		return 100 * float64(count(picks)) / float64(len(picks))
	}})[0]
}

// stretches cuts a column back into its stretches.
func (p *panel) stretches(x []float64) (out [][]float64) {
	for from := 0; from < len(x); {
		to := from + p.rest[from] + 1
		out = append(out, x[from:to])
		from = to
	}
	return out
}

func (m *measurement) lagTable() *table.Table {
	t := &table.Table{Name: "facts_lags", Title: "Autocorrelation by lag",
		Columns: []table.Column{{Name: "Lag", Unit: "periods"}, {Name: "Returns [95 % CI]"}, {Name: "|Returns| [95 % CI]"}},
		Notes:   []string{m.how() + "."}}
	for lag := range lags {
		t.Rows = append(t.Rows, []table.Cell{table.Number(float64(lag+1), table.Format{}),
			m.got[m.acf[0][lag]].cell(3), m.got[m.acf[1][lag]].cell(3)})
	}
	return t
}

func (m *measurement) horizonTable() *table.Table {
	t := &table.Table{Name: "facts_horizons", Title: "Returns by horizon",
		Columns: []table.Column{{Name: "Horizon", Unit: "periods"}, {Name: "Kurtosis [95 % CI]"},
			{Name: "Variance ratio [95 % CI]"}, {Name: "n"}},
		Notes: []string{m.how() + ". Returns over longer horizons overlap; n counts those that do not. The interval of " +
			"the variance ratio is that of Lo and MacKinlay (1988), robust to changing volatility, for returns without " +
			"autocorrelation; it is 1 for a random walk."}}
	for i, h := range horizons {
		n := 0
		for from := 0; from < len(m.rest); from += m.rest[from] + 1 {
			n += (m.rest[from] + 1) / h
		}
		kurtosis := m.horizon[i]
		ratio := m.varianceRatio(h)
		if n < fewestReturns {
			kurtosis, ratio = bare(math.NaN(), n), bare(math.NaN(), n)
		}
		t.Rows = append(t.Rows, []table.Cell{table.Number(float64(h), table.Format{}), kurtosis.cell(1), ratio.cell(2),
			table.Number(float64(n), table.Format{})})
	}
	return t
}

// how says how intervals came about.
func (m *measurement) how() string {
	if m.clusters() < enoughClusters {
		return fmt.Sprintf("Intervals: 95 %%, BCa from the stationary bootstrap of Politis and Romano (1994), n = %d "+
			"returns in blocks of %.1f in the mean (Politis and White, 2004)", len(m.r), m.block)
	}
	return fmt.Sprintf("Intervals: 95 %%, BCa bootstrap of whole replications, n = %d", m.clusters())
}

// notes say how intervals came about and what limits the estimates.
func (m *measurement) notes() []string {
	notes := append([]string{
		fmt.Sprintf("Returns are logs of prices %s apart, annualised with %.1f of them a year; ACF is their "+
			"autocorrelation, the tail index is Hill's, of |returns| unless it says of which side. The ranges are those of "+
			"daily returns, volumes and books of mid-cap tokens; at another interval kurtosis and the first ACF of |returns| "+
			"are only reported, and that of returns below 20 min.", Period(m.Interval), m.perYear),
		m.how() + ". A p-value below 0.05 means that lags 1 to 20 together are not zero; for returns it rejects too often " +
			"where volatility changes. Price impact cannot be told from prices alone; the check impact has it.",
	}, m.Options.Notes...)
	if len(m.r) < fewReturns {
		notes = append(notes, fmt.Sprintf("WARNING: too short: %d returns; tails, lags and horizons need %d or more.",
			len(m.r), fewReturns))
	}
	if m.days < 7 {
		notes = append(notes, fmt.Sprintf("WARNING: too short: %.2g days; volatility and drift are annualised as if the "+
			"market never closed.", m.days))
	}
	if m.skipped > 0 {
		notes = append(notes, fmt.Sprintf("WARNING: irregular sampling: %d intervals without a price; the next price "+
			"closes them, and beyond %d in a row the series is cut.", m.skipped, maxSkip))
	}
	return notes
}

// Period prints a distance in seconds in the largest unit that is whole.
func Period(seconds float64) string {
	for _, u := range [...]struct {
		name    string
		seconds float64
	}{{"d", day}, {"h", 3600}, {"min", 60}} {
		if n := seconds / u.seconds; n >= 1 && n == math.Trunc(n) {
			return fmt.Sprintf("%g %s", n, u.name)
		}
	}
	return fmt.Sprintf("%g s", seconds)
}
