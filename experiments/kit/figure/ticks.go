package figure

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"stakeout/experiments/kit/exact"
)

// interval is a range of data values. It is empty while min is above max.
type interval struct{ min, max float64 }

// nothing returns an empty range.
func nothing() interval { return interval{math.Inf(1), math.Inf(-1)} }

func (r interval) empty() bool { return r.min > r.max }

// include widens the range to the values. It skips missing ones.
func (r *interval) include(v ...float64) {
	for _, x := range v {
		if !math.IsNaN(x) {
			r.min, r.max = math.Min(r.min, x), math.Max(r.max, x)
		}
	}
}

// widened adds room around a range that is a single value.
func (r interval) widened(log bool) interval {
	if r.max > r.min && r.max-r.min > 1e-12*math.Max(math.Abs(r.min), math.Abs(r.max)) {
		return r
	}
	if log {
		return interval{r.min / 2, r.max * 2}
	}
	half := math.Max(math.Abs(r.max)*0.1, 1e-9)
	if r.max == 0 {
		half = 1
	}
	return interval{r.min - half, r.max + half}
}

// Number formats a value with a typographic minus sign, commas between thousands and
// the given number of digits after the point. A value that rounds to zero has no sign.
func Number(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', max(decimals, 0), 64)
	whole, frac, _ := strings.Cut(s, ".")
	var b strings.Builder
	if v < 0 && strings.Trim(s, "0.") != "" {
		b.WriteString("−")
	}
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

// tickStep is mantissa × 10^exp with a mantissa of 1, 2 or 5.
type tickStep struct {
	mantissa float64
	exp      int
}

func (s tickStep) size() float64 { return s.at(1) }

// at returns k steps as the float64 nearest to the decimal number. Repeated addition
// would miss it by rounding.
func (s tickStep) at(k float64) float64 {
	if s.exp < 0 {
		return k * s.mantissa / math.Pow10(-s.exp)
	}
	return k * s.mantissa * math.Pow10(s.exp)
}

func (s tickStep) label(k float64) string { return Number(s.at(k), max(0, -s.exp)) }

// linear returns the range and the ticks of a linear axis, with the smallest step whose
// labels fit. expand extends the range to the next ticks.
func linear(r interval, length vg.Length, vertical, expand bool) (interval, []plot.Tick) {
	exp := int(math.Floor(exact.Log10(r.max-r.min))) - 2
	for ; ; exp++ {
		for _, m := range []float64{1, 2, 5} {
			s := tickStep{m, exp}
			first, last := math.Ceil(r.min/s.size()-1e-9), math.Floor(r.max/s.size()+1e-9)
			if expand {
				first, last = math.Floor(r.min/s.size()+1e-9), math.Ceil(r.max/s.size()-1e-9)
			}
			if !s.fits(first, last, length, vertical) {
				continue
			}
			if expand {
				return s.closed(r, first, last)
			}
			// A tick beyond the range by a rounding error would get no room for its label.
			r.include(s.at(first), s.at(last))
			return r, s.ticks(first, last)
		}
	}
}

// closed ends the range on ticks. If the data pass the last but one tick only a little,
// most of the last step would stay empty; then the range ends just beyond the data.
func (s tickStep) closed(r interval, first, last float64) (interval, []plot.Tick) {
	const little = 0.15
	out := interval{s.at(first), s.at(last)}
	room := float64(0.02 * (r.max - r.min))
	if short := s.at(first + 1); last-first > 2 && r.min < short && short-r.min < little*s.size() {
		out.min, first = r.min-room, first+1
	}
	if short := s.at(last - 1); last-first > 2 && r.max > short && r.max-short < little*s.size() {
		out.max, last = r.max+room, last-1
	}
	return out, s.ticks(first, last)
}

// fits reports whether the labels of the ticks have enough distance.
func (s tickStep) fits(first, last float64, length vg.Length, vertical bool) bool {
	n := last - first + 1
	if n <= 2 {
		return true
	}
	if n > 9 {
		return false
	}
	if vertical {
		return vg.Length(n)*2*textSize <= length
	}
	widest := max(textWidth(s.label(first)), textWidth(s.label(last)))
	return vg.Length(n)*(widest+2*textSize) <= length+2*textSize
}

func (s tickStep) ticks(first, last float64) []plot.Tick {
	var t []plot.Tick
	for k := first; k <= last; k++ {
		t = append(t, plot.Tick{Value: s.at(k), Label: s.label(k)})
	}
	return t
}

// logarithmic returns the range and the ticks of a logarithmic axis. Labels stand at
// the powers of ten, or at every second, third and so on if there is not enough room.
// On a short axis with enough room, labels stand also at 2 and 5, or at 3. The other
// multiples are minor ticks.
func logarithmic(r interval, length vg.Length, vertical, expand bool) (interval, []plot.Tick) {
	if expand {
		r = interval{round125(r.min, false), round125(r.max, true)}
	}
	const manyDecades = 3 // Longer axes have labels only at powers of ten.
	for _, fine := range [][]int{{1, 2, 5}, {1, 3}} {
		if t := logTicks(r, 1, fine...); exact.Log10(r.max/r.min) <= manyDecades && apart(r, t, length, vertical) {
			return r, t
		}
	}
	for every := 1; ; every++ {
		if t := logTicks(r, every, 1); apart(r, t, length, vertical) {
			return r, t
		}
	}
}

// logTicks returns the ticks of a logarithmic axis. Labels stand at the labelled
// multiples of the first power of ten in the range and then of each power, or of every
// second, third and so on, as every says. Either all labels are short or none is.
func logTicks(r interval, every int, labelled ...int) (t []plot.Tick) {
	within := interval{r.min * (1 - 1e-9), r.max * (1 + 1e-9)}
	least := int(math.Ceil(exact.Log10(within.min)))
	short := within.min < 1e-6 || within.max >= 1e7
	for e := int(math.Floor(exact.Log10(r.min))); e <= int(math.Ceil(exact.Log10(r.max))); e++ {
		for m := 1; m <= 9; m++ {
			v := tickStep{float64(m), e}.size()
			if v < within.min || v > within.max {
				continue
			}
			tick := plot.Tick{Value: v}
			if slices.Contains(labelled, m) && (e-least)%every == 0 {
				tick.Label = logLabel(m, e, short)
			}
			t = append(t, tick)
		}
	}
	return t
}

// apart reports whether the labels of a logarithmic axis have enough distance.
func apart(r interval, ticks []plot.Tick, length vg.Length, vertical bool) bool {
	var last plot.Tick
	for _, t := range ticks {
		if t.Label == "" {
			continue
		}
		need := 2 * textSize
		if !vertical {
			need = vg.Length((textWidth(last.Label)+textWidth(t.Label))/2) + textSize
		}
		if last.Label != "" && length*vg.Length(exact.Log(t.Value/last.Value)/exact.Log(r.max/r.min)) < need {
			return false
		}
		last = t
	}
	return true
}

// logLabel returns the label of m × 10^e, with an exponent if short is set.
func logLabel(m, e int, short bool) string {
	if short && e != 0 {
		return strconv.Itoa(m) + "e" + Number(float64(e), 0)
	}
	return Number(tickStep{float64(m), e}.size(), max(0, -e))
}

// round125 rounds up or down to a number with the mantissa 1, 2 or 5.
func round125(v float64, up bool) float64 {
	e := int(math.Floor(exact.Log10(v)))
	best := tickStep{1, e}.size()
	for _, s := range []tickStep{{1, e}, {2, e}, {5, e}, {1, e + 1}} {
		if up && s.size() >= v*(1-1e-9) {
			return s.size()
		}
		if !up && s.size() <= v*(1+1e-9) {
			best = s.size()
		}
	}
	if up {
		return tickStep{1, e + 1}.size()
	}
	return best
}
