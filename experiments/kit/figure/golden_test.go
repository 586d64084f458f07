package figure

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
)

// The bytes of the pictures are pinned, so that a build for another processor can be held
// against them. The data files are left out, because the samples are invented with
// functions of package math.
func TestGoldenPictures(t *testing.T) {
	const want = "ec1bee997d38619e55d85ffb670aeda98420af44fa296e3cd1096ae8dc170407"
	all := sha256.New()
	list := samples()
	for _, name := range slices.Sorted(maps.Keys(list)) {
		files, err := list[name].render()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files[:3] {
			all.Write(f.Data)
			sum := sha256.Sum256(f.Data)
			t.Logf("%s%s %x", name, f.Ext, sum[:6])
		}
	}
	if got := fmt.Sprintf("%x", all.Sum(nil)); got != want {
		t.Errorf("SHA-256 %s, want %s", got, want)
	}
}

// Coordinates that differ by rounding errors settle on the same point, also where they
// lie in the middle between two points of the grid.
func TestRoundingErrorsDoNotMoveAPoint(t *testing.T) {
	for i := range 40_000 {
		x := vg.Length(i) / 400 // every second one is a multiple of half a step
		near := vg.Length(math.Nextafter(float64(x), 0))
		far := vg.Length(math.Nextafter(float64(x), 1e9))
		a, b, c := settled(near), settled(x), settled(far)
		if a != b || b != c || math.Abs(float64(b-x)) > 0.0051+shift/grid {
			t.Fatalf("%v settles at %v, %v and %v", x, a, b, c)
		}
	}
}

// A dashed path has dashes and gaps of the given lengths along all its corners.
func TestDashes(t *testing.T) {
	var p vg.Path
	p.Move(vg.Point{})
	p.Line(vg.Point{X: 4})
	p.Line(vg.Point{X: 4, Y: 5})
	var got []vg.Point
	for _, part := range dashes(p, []vg.Length{3, 2}) {
		got = append(got, part.Pos)
	}
	want := []vg.Point{{}, {X: 3}, {X: 4, Y: 1}, {X: 4, Y: 4}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
