// Package axis lays out the points of a sweep. An axis is a list or a range of
// values of one parameter, and a design combines the axes. The package handles
// values as numbers and texts; it does not know what their parameters mean.
//
// A grid combines every value of every axis, and the last axis varies fastest. A
// Latin hypercube or a scrambled Halton sample takes a given number of points
// from the unit cube of all axes; on the axis of a list, each value then owns an
// equal part of the unit interval.
//
// Assumption: numbers are rounded to twelve significant digits. A reader sees 0.3
// and not 0.30000000000000004, and the last bits, which may differ between
// processors, enter no configuration hash. Points of a sample have seven, unless the
// range is narrow.
//
// Sources: M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three
// methods for selecting values of input variables", Technometrics 21(2), 1979;
// A. B. Owen, "A randomized Halton algorithm in R", arXiv 1706.02808, 2017.
// Package samplemv of gonum computes both samples.
package axis

import (
	"fmt"
	"strconv"
	"strings"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/param"
)

// Axis is one parameter that a sweep varies, along a list or along a range.
type Axis struct {
	Path   string
	Values []string // the list, as a preset writes it; nil for a range
	Range  Range    // used when Values is nil
}

// Range is an interval of numbers that includes its ends.
type Range struct {
	From, To float64 // in the unit of the parameter, From below To
	Points   int     // on a grid; zero when a sample chooses the points
	Log      bool    // neighbouring points have equal ratios instead of equal distances
}

// form shows the syntax of an axis in problems.
const form = "PATH=a,b,c or PATH=from..to:points or PATH=from..to:points:log"

func problem(path, message, expected, hint string) *param.Problem {
	return &param.Problem{Path: path, Message: message, Expected: expected, Hint: hint}
}

// Parse reads an axis from an argument of the command line: PATH=a,b,c is a
// list, PATH=from..to:points a range in equal steps, and :log behind it makes
// the ratios equal instead. A range for a sample has no points. Parse does not
// check the values of a list against their parameter. A problem carries the path
// of the axis; the path is empty when text has none.
func Parse(text string) (a Axis, fault *param.Problem) {
	path, rest, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		return a, &param.Problem{Message: "is not an axis", Expected: form}
	}
	a.Path = path
	if strings.Contains(rest, "..") {
		a.Range, fault = parseRange(path, rest)
		return a, fault
	}
	if strings.Contains(rest, ":") {
		return a, problem(path, strconv.Quote(rest)+" is neither a list nor a range", form,
			"write two dots between the ends of a range")
	}
	for i, v := range strings.Split(rest, ",") {
		v = strings.TrimSpace(v)
		if v == "" {
			return a, problem(path, fmt.Sprintf("value %d is empty", i+1), form, "")
		}
		a.Values = append(a.Values, v)
	}
	return a, nil
}

func parseRange(path, text string) (r Range, fault *param.Problem) {
	ends, rest, _ := strings.Cut(text, ":")
	from, to, _ := strings.Cut(ends, "..")
	for _, end := range []struct {
		text string
		into *float64
	}{{from, &r.From}, {to, &r.To}} {
		if !param.IsNumber(end.text) {
			f := problem(path, strconv.Quote(end.text)+" is not the end of a range", "a number as a preset writes it", "")
			if plain := param.Plain(end.text); plain != "" {
				f.Hint = "write " + plain
			}
			return r, f
		}
		*end.into, _ = strconv.ParseFloat(end.text, 64) // Check refuses infinite ends.
	}
	for _, word := range strings.FieldsFunc(rest, func(c rune) bool { return c == ':' }) {
		n, wrong := param.Whole(word, -1_000_000_000, 1_000_000_000)
		switch {
		case wrong == nil && r.Points == 0 && !r.Log && n != 0:
			r.Points = n
		case word == "log" && !r.Log:
			r.Log = true
		case word == "linear" && !r.Log:
		default:
			return r, problem(path, strconv.Quote(word)+" has no meaning in a range", "from..to:points or from..to:points:log",
				param.DidYouMean(param.Nearest(word, []string{"log", "linear"})))
		}
	}
	return r, r.Check(path)
}

// maxPoints bounds the points of one axis and of one sample: a larger number is taken
// for a typing error.
const maxPoints = 100_000

// Check returns the first problem of a range, or nil. It does not compare the
// range with the bounds of its parameter.
func (r Range) Check(path string) *param.Problem {
	switch {
	case !(r.From < r.To) || r.To-r.From > 1e300: // NaN, infinite ends and widths that overflow fail, too.
		return problem(path, fmt.Sprintf("a range from %g to %g is not valid", r.From, r.To),
			"finite ends, the lower one first", "")
	case r.Log && r.From <= 0:
		return problem(path, fmt.Sprintf("a range in equal ratios cannot start at %g", r.From),
			"an end above 0, or a linear range", "")
	case r.Points < 0 || r.Points == 1 || r.Points > maxPoints:
		return problem(path, fmt.Sprintf("a range has %d points", r.Points), fmt.Sprintf("2 to %d points", maxPoints), "")
	}
	return nil
}

// At returns the number at the share u of the way from From to To. A share of 0
// or below gives From, and a share of 1 or above gives To, without rounding.
func (r Range) At(u float64) float64 {
	switch {
	case u <= 0:
		return r.From
	case u >= 1:
		return r.To
	case r.Log:
		return r.From * exact.Exp(u*exact.Log(r.To/r.From))
	}
	return r.From + float64(u*(r.To-r.From))
}

// sampledDigits are the significant digits of a sampled number: a reader sees 2042032 and not 2042031.95673, and no
// model of this kind tells the two apart.
const sampledDigits = 7

// Sampled is At for a point of a sample, rounded to seven significant digits, or to as many more as a narrow range
// takes to have a million values.
func (r Range) Sampled(u float64) float64 {
	x, digits := r.At(u), sampledDigits
	for size := max(r.From, -r.From, r.To, -r.To); size > 10*(r.To-r.From) && digits < 12; digits++ {
		size /= 10
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	return min(max(rounded, r.From), r.To)
}

// Grid returns the points of the range in ascending order, both ends included.
func (r Range) Grid() []float64 {
	out := make([]float64, r.Points)
	for i := range out {
		out[i] = r.At(float64(i) / float64(r.Points-1))
	}
	return out
}

// Text writes x with at most twelve significant digits. Unless decimals is
// negative, it also writes at most that many decimals.
func Text(x float64, decimals int) string {
	if decimals < 0 {
		return strconv.FormatFloat(x, 'g', 12, 64)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	text := strconv.FormatFloat(rounded, 'f', decimals, 64)
	if decimals > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
