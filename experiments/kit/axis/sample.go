package axis

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"stakeout/experiments/kit/param"
)

// The methods of a sample, as users write them.
const (
	LatinHypercube = "lhs"
	Halton         = "halton"
)

// Methods lists the methods of a sample.
func Methods() []string { return []string{LatinHypercube, Halton} }

// Sample asks for a number of points from the unit cube of all axes. The zero
// value asks for none, and the axes then form a grid.
type Sample struct {
	Method string
	Points int
}

// ParseSample reads a sample from an argument of the command line, such as
// lhs:64 or halton:64.
func ParseSample(text string) (s Sample, fault *param.Problem) {
	const form = "lhs:POINTS or halton:POINTS"
	method, points, ok := strings.Cut(text, ":")
	s.Method = method
	if method != LatinHypercube && method != Halton {
		return s, problem("sample.method", fmt.Sprintf("there is no sample %q", method), form,
			param.DidYouMean(param.Nearest(method, Methods())))
	}
	n, wrong := param.Whole(points, 1, maxPoints)
	if !ok || wrong != nil {
		return s, problem("sample.points", fmt.Sprintf("%.60q is not a number of points", points),
			form+fmt.Sprintf(", with 1 to %d points", maxPoints), hintOf(wrong))
	}
	s.Points = n
	return s, nil
}

func hintOf(p *param.Problem) string {
	if p == nil {
		return ""
	}
	return p.Hint
}

// stream keeps the draws of a sample apart from other draws of the same seed.
const stream = 0x617869735f73616d // "axis_sam"

// Draw returns the points of the sample in the unit cube, one row for each point
// and one column for each axis; it returns nil without points or axes. The same
// seed gives the same points. There may be a thousand axes.
func (s Sample) Draw(axes int, seed uint64) [][]float64 {
	if s.Points == 0 || axes == 0 {
		return nil
	}
	batch, source := mat.NewDense(s.Points, axes, nil), rand.NewPCG(seed, stream)
	out := make([][]float64, s.Points)
	for i := range out {
		out[i] = batch.RawRowView(i)
	}
	if s.Method == Halton {
		halton(out, rand.New(source).Perm)
	} else {
		samplemv.LatinHypercube{Q: distmv.NewUnitUniform(axes, nil), Src: source}.Sample(batch)
	}
	return out
}

// halton adds the points of a randomised Halton sequence to zeros: coordinate j has the
// digits of the number of the point in the j-th prime base, each place permuted. The points
// are those of gonum's samplemv, which fuses the product with the sum where the processor
// can, so that last digits would differ.
// Source: A. B. Owen, "A randomized Halton algorithm in R", arXiv 1706.02808, 2017.
func halton(points [][]float64, permutation func(n int) []int) {
	base := 1
	for j := range points[0] {
		for base++; !prime(base); base++ {
		}
		period := int64(1)
		for place := 1 / float64(base); 1-place < 1; place /= float64(base) {
			digit := permutation(base)
			for i := range points {
				points[i][j] += float64(float64(digit[int64(i)/period%int64(base)]) * place)
			}
			period *= int64(base)
		}
	}
}

func prime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

// Grid returns every combination of values of the axes as indices into their
// values; values holds the number of values of each axis. The last axis varies
// fastest. Without axes there is one, empty combination.
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
