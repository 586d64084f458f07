package axis

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"
)

// The randomised Halton points are those of gonum.
func TestHaltonPointsAreThoseOfGonum(t *testing.T) {
	const points, axes, seed = 100, 40, 7698
	got := Sample{Method: Halton, Points: points}.Draw(axes, seed)
	want := mat.NewDense(points, axes, nil)
	samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(axes, nil), Src: rand.NewPCG(seed, stream)}.Sample(want)
	for i, point := range got {
		for j, x := range point {
			if math.Abs(x-want.At(i, j)) > 1e-15 {
				t.Fatalf("point %d, axis %d: %v, want %v", i, j, x, want.At(i, j))
			}
		}
	}
}

// The bits of both samples are pinned, because a parameter is their image rounded to twelve
// digits.
func TestGoldenSamples(t *testing.T) {
	for method, want := range map[string]uint64{LatinHypercube: 0x36a64f305574179c, Halton: 0xd92f8b8d409054df} {
		hash := uint64(14695981039346656037)
		for _, point := range (Sample{Method: method, Points: 300}).Draw(7, 7698) {
			for _, x := range point {
				hash = (hash ^ math.Float64bits(x)) * 1099511628211
			}
		}
		if hash != want {
			t.Errorf("%s: %#x, want %#x", method, hash, want)
		}
	}
}
