package facts

import (
	"math"
	"slices"

	"stakeout/experiments/kit/exact"
)

// Path is a price as it was recorded: rows in the order of time. A column that
// was not recorded is nil, and a missing value is NaN.
type Path struct {
	// Cluster numbers, from zero, what is independent of the rest: paths of one
	// cluster, such as the worlds of one replication, are drawn together.
	Cluster int
	Time    []float64 // seconds
	Price   []float64
	Volume  []float64 // traded since the row before
	Spread  []float64 // basis points
	Depth   []float64 // of one side within 1 % of the mid, in units of the volume
}

// longestClosure is the longest gap, in seconds, in which a market was closed
// and not unrecorded: closures count as time when volatility is annualised.
const longestClosure = 4 * day

// maxSkip is the number of intervals without a record beyond which a new
// stretch begins: weekends and holidays are shorter, nights between sessions of
// minutes longer.
const maxSkip = 5

// day is a day in seconds.
const day = 86_400

// span is the part of a path from one row to a later one that closes an
// interval. A span without a predecessor has from = to.
type span struct {
	from, to int
	fresh    bool // begins a stretch
}

// spacing is the median distance of rows in seconds, and whether all distances
// are within 1 % of it.
func (p *Path) spacing() (median float64, regular bool) {
	if len(p.Time) < 2 {
		return math.NaN(), false
	}
	gaps := make([]float64, len(p.Time)-1)
	for i := range gaps {
		gaps[i] = p.Time[i+1] - p.Time[i]
	}
	slices.Sort(gaps)
	median = gaps[len(gaps)/2]
	return median, median > 0 && gaps[0] > 0.99*median && gaps[len(gaps)-1] < 1.01*median
}

// marks numbers the interval that each row falls in. Rows at equal distances
// are counted, since the hours of a simulated world are not exactly hours; other
// rows fall between multiples of the interval, the later end included.
func (p *Path) marks(interval float64) func(row int) int {
	if gap, regular := p.spacing(); regular {
		every := math.Round(interval / gap)
		if every >= 1 && math.Abs(float64(every*gap)-interval) < 0.01*interval {
			return func(row int) int { return int(math.Ceil(float64(row) / every)) }
		}
	}
	first := math.Ceil(p.Time[0]/interval - 1e-9)
	return func(row int) int { return int(math.Ceil(p.Time[row]/interval-1e-9) - first) }
}

// sampled cuts a path into spans that end with the last price of each interval.
// It also returns how many intervals had none.
func (p *Path) sampled(interval float64) (spans []span, skipped int) {
	mark, last, row := p.marks(interval), 0, -1
	for i := range p.Time {
		if math.IsNaN(p.Price[i]) {
			continue
		}
		switch k := mark(i); {
		case row < 0:
			spans, last = append(spans, span{i, i, true}), k
		case k == last:
			spans[len(spans)-1].to = i
		default:
			s := span{row, i, k-last-1 > maxSkip}
			if skipped += k - last - 1; s.fresh {
				s.from = i
			}
			spans, last = append(spans, s), k
		}
		row = i
	}
	return spans, skipped
}

// volume is what was traded in a span; NaN when no row says.
func (p *Path) volume(s span) float64 {
	sum, known := 0.0, false
	for i := s.from + 1; i <= s.to; i++ {
		if v := p.Volume[i]; !math.IsNaN(v) {
			sum, known = sum+v, true
		}
	}
	if !known {
		return math.NaN()
	}
	return sum
}

// returns are the log returns of paths at an interval with the volumes beside
// them, ready for the bootstrap.
type returns struct {
	*panel
	r, size []float64
	volume  []float64 // nil when no path has any
	days    float64   // that the paths cover
	perYear float64
	skipped int // intervals without a price
}

// sampleReturns samples all paths. A path closes a cluster's axis where it ends,
// so that paths of equal times stand side by side.
func sampleReturns(paths []Path, interval float64) *returns {
	out := &returns{}
	var list []stretch
	var seconds float64
	traded := slices.ContainsFunc(paths, func(p Path) bool { return p.Volume != nil })
	for i := range paths {
		p := &paths[i]
		if len(p.Time) == 0 {
			continue
		}
		spans, skipped := p.sampled(interval)
		out.skipped += skipped
		offset := 0
		for k, s := range spans {
			if s.fresh {
				list = append(list, stretch{p.Cluster, offset, 0})
				if k > 0 {
					if closed := p.Time[s.from] - p.Time[spans[k-1].to]; closed <= longestClosure {
						seconds += closed
					}
				}
				continue
			}
			list[len(list)-1].n++
			offset++
			r := exact.Log(p.Price[s.to] / p.Price[s.from])
			out.r, out.size = append(out.r, r), append(out.size, math.Abs(r))
			seconds += p.Time[s.to] - p.Time[s.from]
			if traded {
				v := math.NaN()
				if p.Volume != nil {
					v = p.volume(s)
				}
				out.volume = append(out.volume, v)
			}
		}
	}
	out.panel, out.days = layOut(list), seconds/day
	out.perYear = float64(len(out.r)) / out.days * 365
	return out
}

// maxBookRows bounds the rows of the book that are resampled; evenly spaced ones
// say as much about quantiles.
const maxBookRows = 20_000

// bookRows lays out the values of a column of the book; it is nil when no path
// has one.
func bookRows(paths []Path, column func(*Path) []float64) (*panel, []float64) {
	total := 0
	for i := range paths {
		total += len(column(&paths[i]))
	}
	every := total/maxBookRows + 1
	var list []stretch
	var x []float64
	for i := range paths {
		s := stretch{cluster: paths[i].Cluster}
		for k, v := range column(&paths[i]) {
			if k%every == 0 && !math.IsNaN(v) {
				x = append(x, v)
				s.n++
			}
		}
		list = append(list, s)
	}
	if len(x) == 0 {
		return nil, nil
	}
	return layOut(list), x
}
