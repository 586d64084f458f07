package figure

import (
	"math"
	"strings"
	"testing"
)

// The scale is odd, rises, ends at the limit, and gives every power of ten the same
// room far from zero.
func TestLogarithmicColours(t *testing.T) {
	scale := heatScale{interval{-1e5, 1e5}, 10}
	last := -1.0
	for _, z := range []float64{-1e5, -1e3, -10, 0, 1, 10, 1e3, 1e5} {
		s := scale.share(z)
		if s < last || math.Abs(s+scale.share(-z)) > 1e-15 {
			t.Errorf("share(%v) = %v after %v, and %v for the other sign", z, s, last, scale.share(-z))
		}
		last = s
	}
	if scale.share(1e5) != 1 {
		t.Errorf("the limit is at %v", scale.share(1e5))
	}
	if a, b := scale.share(1e4)-scale.share(1e3), scale.share(1e5)-scale.share(1e4); math.Abs(a-b) > 1e-3 {
		t.Errorf("two powers of ten have %v and %v", a, b)
	}
	for _, tick := range scale.powers() {
		if math.Abs(tick.Value) > 1e5 || tick.Label == "" {
			t.Errorf("a tick at %v labelled %q", tick.Value, tick.Label)
		}
	}
	if n := len(scale.powers()); n != 11 {
		t.Errorf("%d ticks, want zero and five powers of both signs", n)
	}
}

// A map of one sign has a bar of one colour, which is as strong as in a map of both
// signs. Maps with the same label share their scale.
func TestScalesOfHeatMaps(t *testing.T) {
	of := func(label string, z ...float64) Panel { return Panel{Heat: &Heat{Label: label, Z: [][]float64{z}}} }
	f := &Figure{Panels: []Panel{of("a", 10, 20, math.NaN()), of("a", 0, 80), of("b", -5, -10), of("c", -30, 10),
		of("d", 0)}}
	for i, want := range []interval{{0, 80}, {0, 80}, {-10, 0}, {-30, 10}, {0, 1}} {
		s := f.heatScale(f.Panels[i].Heat)
		if s.interval != want || s.limit() != math.Max(-want.min, want.max) || s.color(0) != shade(0) {
			t.Errorf("panel %d: %v with the limit %v, want %v", i, s.interval, s.limit(), want)
		}
		if got := math.Max(math.Abs(s.share(s.min)), math.Abs(s.share(s.max))); got != 1 {
			t.Errorf("panel %d: the strongest colour has the strength %v", i, got)
		}
	}
}

// The type of a cell shows the result of its test, so that a grey print keeps the
// result. The data and the Vega-Lite file have it, too.
func TestTypeOfCells(t *testing.T) {
	h := &Heat{
		Cols: []string{"a", "b", "c", "d", "e"}, Rows: []string{"r"}, Label: "z",
		Z:    [][]float64{{2, -2, 1, -1, math.NaN()}},
		Told: [][]bool{{true, true, false, false, false}},
	}
	for i, want := range []face{bold, upright, italic, italic, upright} {
		if got := h.cellFace(0, i); got != want {
			t.Errorf("cell %s is %v, want %v", h.Cols[i], got, want)
		}
	}
	f := &Figure{Width: SingleColumn, HeightMM: 60, Panels: []Panel{{Heat: h}}}
	data := string(f.csv())
	for _, want := range []string{"1,told from zero,cell,z,a,r,2", "1,told from zero,cell,z,b,r,-2",
		"1,not told from zero,cell,z,c,r,1", "1,,cell,z,e,r,NaN"} {
		if !strings.Contains(data, want) {
			t.Errorf("the data lack %q:\n%s", want, data)
		}
	}
	grammar, err := f.vegaLite()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"face": "bold"`, `datum.face == 'italic'`, `"fontStyle": "italic"`} {
		if !strings.Contains(string(grammar), want) {
			t.Errorf("the Vega-Lite file lacks %q", want)
		}
	}
	h.Told = nil
	if got := h.cellFace(0, 0); got != upright {
		t.Errorf("without a test a cell is %v", got)
	}
	h.Told = [][]bool{{true}}
	if err := f.Validate(); err == nil || !strings.Contains(err.Error(), "1 tests for 5 column names") {
		t.Errorf("a row of tests that is too short gives %v", err)
	}
}
