package facts

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
)

// Options say how a series is measured.
type Options struct {
	Interval float64 // between prices, seconds; 0 is a day
	Supply   float64 // all there is of what is traded, in units of the volume; 0 is unknown
	Title    string  // names the source
	Notes    []string
	Most     int // returns that are measured, since each takes some hundred bytes; 0 is no limit
}

// ErrInterval is wrapped by the error of Measure for an interval that does not
// suit the series: too few returns, or rows further apart.
var ErrInterval = errors.New("the interval does not suit the series")

const (
	fewestReturns = 10  // below which nothing is estimated
	fewReturns    = 250 // below which tails and lags are warned about
	lags          = 20
)

// tailFractions are the shares of all returns that count as a tail.
var tailFractions = [...]float64{0.05, 0.1}

// The horizons, in periods, of the table of horizons.
var horizons = [...]int{1, 2, 5, 10, 20}

// aggregatedOver is the horizon that is held against one period.
const aggregatedOver = 5

// Result is what a series shows: the facts, the autocorrelations by lag and the
// variance and kurtosis by horizon.
type Result struct {
	Judged
	Lags, Horizons *table.Table
}

// Tables lists the tables in the order in which they are printed.
func (r *Result) Tables() []*table.Table { return []*table.Table{r.Table, r.Lags, r.Horizons} }

// Measure estimates all facts of recorded paths. It fails with ErrInterval.
func Measure(paths []Path, o Options) (*Result, error) {
	if o.Interval == 0 {
		o.Interval = day
	}
	if len(paths) == 0 || len(paths[0].Time) == 0 {
		return nil, fmt.Errorf("%w: there is no price", ErrInterval)
	}
	if gap, regular := paths[0].spacing(); regular && gap > 1.01*o.Interval {
		return nil, fmt.Errorf("%w: rows are %s apart, prices %s apart were asked for", ErrInterval, Period(math.Round(gap)),
			Period(o.Interval))
	}
	if err := few(paths, o); err != nil {
		return nil, err
	}
	r := sampleReturns(paths, o.Interval)
	if len(r.r) < fewestReturns {
		return nil, fmt.Errorf("%w: %d returns over %s, expected %d or more%s", ErrInterval, len(r.r), Period(o.Interval),
			fewestReturns, shorter(paths, o.Interval))
	}
	m := &measurement{returns: r, paths: paths, Options: o, block: r.longestBlock()}
	m.gather()
	out := &Result{Lags: m.lagTable(), Horizons: m.horizonTable()}
	lines := append(m.returnLines(), m.volumeLines()...)
	lines = append(lines, m.bookLines()...)
	out.Judged = *Judge("facts", "Stylised facts: "+o.Title, "a longer series decides it", lines, m.notes()...)
	return out, nil
}

// few refuses more intervals with a price than returns may be measured. It counts before
// anything is made of them.
func few(paths []Path, o Options) error {
	n := 0
	for i := range paths {
		p := &paths[i]
		mark, last := p.marks(o.Interval), math.MinInt
		for row := range p.Time {
			if k := mark(row); k != last {
				n, last = n+1, k
			}
		}
	}
	if o.Most > 0 && n > o.Most {
		return fmt.Errorf("%w: %d intervals of %s have a price, expected at most %d; a longer interval has fewer",
			ErrInterval, n, Period(o.Interval), o.Most)
	}
	return nil
}

// shorter advises an interval at which the first path has enough returns, if it
// has the rows.
func shorter(paths []Path, interval float64) string {
	p := &paths[0]
	gap, _ := p.spacing()
	for _, n := range [...]float64{3600, 60, 10, 1} {
		if enough := (p.Time[len(p.Time)-1]-p.Time[0])/n >= fewestReturns; enough && n < interval && n >= gap {
			return "; an interval of " + Period(n) + " has them"
		}
	}
	return ""
}

// longestBlock is the longest of the lengths that suit returns, their sizes and
// their squares: the statistics of returns feel the dependence of all three.
func (r *returns) longestBlock() float64 {
	squares := make([]float64, len(r.r))
	for i, v := range r.r {
		squares[i] = float64(v * v)
	}
	return max(r.blockLength(r.r), r.blockLength(r.size), r.blockLength(squares))
}

// measurement collects the statistics of returns, so that all of them see the
// same resamples.
type measurement struct {
	*returns
	Options
	paths  []Path
	block  float64
	buffer []float64
	of     []statistic
	got    []Estimate

	drift, volatility, kurtosis, cluster, decay, leverage, volumeSize int
	hill                                                              [3][2]int // of sizes, losses, gains; 5 and 10 %
	acf                                                               [2][lags]int
	horizon                                                           [len(horizons)]Estimate
	aggregated                                                        Estimate
}

// add takes a statistic and returns its place.
func (m *measurement) add(f statistic) int {
	m.of = append(m.of, f)
	return len(m.of) - 1
}

// over is a statistic of the values of a column.
func (m *measurement) over(x []float64, f func([]float64) float64) statistic {
	return func(picks []int) float64 {
		m.buffer = gather(m.buffer, x, picks)
		return f(m.buffer)
	}
}

func (m *measurement) gather() {
	m.drift = m.add(m.over(m.r, func(x []float64) float64 { return stat.Mean(x) * m.perYear }))
	m.volatility = m.add(m.over(m.r, func(x []float64) float64 { return AnnualisedVolatility(x, m.perYear) }))
	m.kurtosis = m.add(m.over(m.r, stat.Kurtosis))
	for i, x := range [][]float64{m.size, Side(m.r, -1), Side(m.r, 1)} {
		tail := newTail(x)
		for j, fraction := range tailFractions {
			m.hill[i][j] = m.add(func(picks []int) float64 { return tail.index(picks, fraction) })
		}
	}
	// Statistics run in their order: the first lag of a curve computes all of it.
	var curve [2][lags]float64
	for i, x := range [...][]float64{m.r, m.size} {
		for lag := range lags {
			m.acf[i][lag] = m.add(func(picks []int) float64 {
				if lag == 0 {
					m.correlogram(x, picks, 1, curve[i][:])
				}
				return curve[i][lag]
			})
		}
	}
	m.cluster = m.add(func([]int) float64 { return stat.Mean(curve[1][:10]) })
	m.decay = m.add(func([]int) float64 { return decayExponent(curve[1][:]) })
	m.leverage = m.add(func(picks []int) float64 { return m.panel.leverage(m.r, picks, 1) })
	if m.volume != nil {
		m.volumeSize = m.add(func(picks []int) float64 {
			return correlation(picks, func(t int) (float64, float64) { return m.volume[t], m.size[t] })
		})
	}
	m.got = m.estimate(m.block, m.of)
	m.aggregate()
}

// aggregate estimates the kurtosis by horizon. Sums that overlap depend on each
// other for as long as the horizon, so that blocks are at least twice that.
func (m *measurement) aggregate() {
	for i, h := range horizons {
		kurtosis := m.over(m.sums(h), stat.Kurtosis)
		of := []statistic{kurtosis}
		if h == aggregatedOver {
			of = append(of, func(picks []int) float64 { return kurtosis(picks) - m.over(m.r, stat.Kurtosis)(picks) })
		}
		got := m.estimate(max(m.block, float64(2*h)), of)
		if m.horizon[i] = got[0]; h == aggregatedOver {
			m.aggregated = got[1]
		}
	}
}

// decayExponent is the exponent of the power law through the autocorrelations at lags 1
// on; those that are not positive have no logarithm and are left out.
func decayExponent(acf []float64) float64 {
	lag := make([]float64, len(acf))
	for i := range lag {
		lag[i] = float64(i + 1)
	}
	slope, _ := PowerLaw(lag, acf, nil)
	return -slope
}

// sums are the returns over h periods that begin at each position, overlapping,
// NaN where the stretch is too short.
func (m *measurement) sums(h int) []float64 {
	out := make([]float64, len(m.r))
	for t := range out {
		if m.rest[t] < h-1 {
			out[t] = math.NaN()
			continue
		}
		for _, v := range m.r[t : t+h] {
			out[t] += v
		}
	}
	return out
}

// tail orders sizes once, so that the index of a resample needs no sorting.
type tail struct {
	sizes []float64
	order []int // positions, largest first
	count []int
	top   []float64
}

func newTail(sizes []float64) *tail {
	t := &tail{sizes: sizes, count: make([]int, len(sizes)), order: make([]int, len(sizes))}
	for i := range t.order {
		t.order[i] = i
	}
	slices.SortStableFunc(t.order, func(a, b int) int {
		switch {
		case sizes[a] > sizes[b]:
			return -1
		case sizes[a] < sizes[b]:
			return 1
		}
		return 0
	})
	return t
}

// index is Hill of the sizes that were picked.
func (t *tail) index(picks []int, fraction float64) float64 {
	k := tailCount(len(picks), fraction)
	if k == 0 {
		return math.NaN()
	}
	clear(t.count)
	for _, p := range picks {
		t.count[p]++
	}
	t.top = t.top[:0]
	for _, p := range t.order {
		for range t.count[p] {
			if len(t.top) == k+1 {
				break
			}
			t.top = append(t.top, t.sizes[p])
		}
	}
	slices.Reverse(t.top)
	return hill(t.top)
}
