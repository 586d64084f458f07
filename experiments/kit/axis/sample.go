package axis

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"stakeout/experiments/kit/param"
)

// The methods of a sample.
const (
	LatinHypercube = "lhs"
	Halton         = "halton"
)

// Methods lists them.
func Methods() []string { return []string{LatinHypercube, Halton} }

// Sample asks for a number of points from the box of all axes. Without points
// the axes form a grid.
type Sample struct {
	Method string
	Points int
}

// ParseSample reads a sample as the command line has it: lhs:64 or halton:64.
func ParseSample(text string) (s Sample, fault *param.Problem) {
	const form = "lhs:POINTS or halton:POINTS"
	method, points, ok := strings.Cut(text, ":")
	s.Method = method
	if method != LatinHypercube && method != Halton {
		return s, problem("sample.method", fmt.Sprintf("there is no sample %q", method), form,
			param.DidYouMean(param.Nearest(method, Methods())))
	}
	n, err := strconv.Atoi(points)
	if !ok || err != nil || n < 1 || n > maxPoints {
		return s, problem("sample.points", fmt.Sprintf("%q is not a number of points", points),
			form+fmt.Sprintf(", with 1 to %d points", maxPoints), "")
	}
	s.Points = n
	return s, nil
}

// stream separates the draws of a sample from all others of the same seed.
const stream = 0x617869735f73616d // "axis_sam"

// Draw gives the points of the sample in the unit cube, one row a point. The
// same seed gives the same points; there may be a thousand axes.
func (s Sample) Draw(axes int, seed uint64) [][]float64 {
	if s.Points == 0 || axes == 0 {
		return nil
	}
	batch, cube := mat.NewDense(s.Points, axes, nil), distmv.NewUnitUniform(axes, nil)
	source := rand.NewPCG(seed, stream)
	if s.Method == Halton {
		samplemv.Halton{Kind: samplemv.Owen, Q: cube, Src: source}.Sample(batch)
	} else {
		samplemv.LatinHypercube{Q: cube, Src: source}.Sample(batch)
	}
	out := make([][]float64, s.Points)
	for i := range out {
		out[i] = batch.RawRowView(i)
	}
	return out
}

// Grid gives the combinations of axes with so many values each, as indices, the
// last axis varying fastest.
func Grid(values []int) [][]int {
	total := 1
	for _, n := range values {
		total *= n
	}
	out := make([][]int, total)
	for i := range out {
		out[i] = make([]int, len(values))
		for rest, k := i, len(values)-1; k >= 0; k-- {
			out[i][k], rest = rest%values[k], rest/values[k]
		}
	}
	return out
}
