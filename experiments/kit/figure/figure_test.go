package figure

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

func TestFilesWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	paths, err := pricePaths().Write(dir, "price")
	if err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 6 || len(paths) != 6 {
		t.Fatalf("got %v in the folder and %v", entries, paths)
	}
	pdf, _ := os.ReadFile(paths[0])
	if !bytes.HasPrefix(pdf, []byte("%PDF")) || bytes.Contains(pdf, []byte("/FontFile")) {
		t.Error("the PDF must hold outlines and no font")
	}
	svg, _ := os.ReadFile(paths[1])
	if bytes.Contains(svg, []byte("<text")) || bytes.Contains(svg, []byte("<image")) {
		t.Error("the SVG must hold paths only")
	}
	raster, _ := os.ReadFile(paths[2])
	cfg, err := png.DecodeConfig(bytes.NewReader(raster))
	if err != nil || math.Abs(float64(cfg.Width)-84/25.4*300) > 1 {
		t.Errorf("PNG of %d pixels: %v", cfg.Width, err)
	}
	if !bytes.Contains(raster, append([]byte("pHYs"), 0, 0, 0x2e, 0x23)) {
		t.Error("the PNG does not say that it has 300 dpi, which is 11,811 a metre")
	}
	caption, _ := os.ReadFile(paths[4])
	if !strings.Contains(string(caption), "95 % intervals") {
		t.Errorf("caption %q", caption)
	}
}

func TestDataFileListsEveryValue(t *testing.T) {
	f := &Figure{Panels: []Panel{{
		Lines: []Line{{Name: "a", X: []float64{1}, Y: []float64{1.0 / 3}, Lo: []float64{0}, Hi: []float64{1}}},
		Bands: []Band{{X: []float64{1}, Lo: []float64{-1}, Hi: []float64{2}}},
		Marks: []Mark{{5, "stop, now"}},
	}, {Lines: []Line{{Name: "b", X: []float64{2}, Y: []float64{3}, Points: true}}},
		{Heat: &Heat{Cols: []string{"c"}, Rows: []string{"r"}, Z: [][]float64{{-2}}, Label: "z"}},
		{Waterfall: &Waterfall{Labels: []string{"w"}, Values: []float64{3}, Total: "sum"}}}}
	want := `panel,series,kind,name,x,y,value,lo,hi
1,1,line,a,1,,0.3333333333333333,0,1
1,2,band,a,1,,,-1,2
1,,mark,"stop, now",5,,,,
2,1,points,b,2,,3,,
3,,cell,z,c,r,-2,,
4,,bar,w,,,3,0,3
4,,bar,sum,,,3,0,3
`
	if got := string(f.csv()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestErrors(t *testing.T) {
	line := func(x, y []float64) Panel { return Panel{Lines: []Line{{Name: "price", X: x, Y: y}}} }
	one := []float64{1}
	cases := []struct {
		name string
		fig  Figure
		want string
	}{
		{"width", Figure{Width: 90, HeightMM: 60, Panels: []Panel{line(one, one)}}, "width is 90 mm"},
		{"height", Figure{Width: SingleColumn, HeightMM: math.NaN(), Panels: []Panel{line(one, one)}}, "height is NaN"},
		{"no panels", Figure{Width: SingleColumn, HeightMM: 60}, "no panels"},
		{"empty panel", Figure{Width: SingleColumn, HeightMM: 60, Panels: []Panel{{}}}, "panel 1: no lines"},
		{"lengths", Figure{Width: SingleColumn, HeightMM: 60, Panels: []Panel{line(one, []float64{1, 2})}},
			`line "price": 1 x values but 2`},
		{"infinite", Figure{Width: SingleColumn, HeightMM: 60, Panels: []Panel{line(one, []float64{math.Inf(1)})}},
			"y[0] is +Inf"},
		{"all missing", Figure{Width: SingleColumn, HeightMM: 60, Panels: []Panel{line(one, []float64{math.NaN()})}},
			"every value is missing"},
		{"log of zero", Figure{Width: SingleColumn, HeightMM: 60,
			Panels: []Panel{{YLog: true, Lines: []Line{{X: one, Y: []float64{0}}}}}}, "logarithmic axis cannot show"},
		{"unit", Figure{Width: SingleColumn, HeightMM: 60,
			Panels: []Panel{{XLabel: "Block", Lines: []Line{{X: one, Y: one}}}}}, `"Block" has no unit`},
		{"glyph", Figure{Width: SingleColumn, HeightMM: 60,
			Panels: []Panel{{XLabel: "p\u209c (1)", Lines: []Line{{X: one, Y: one}}}}}, "U+209C"},
		{"mark", Figure{Width: SingleColumn, HeightMM: 60,
			Panels: []Panel{{Marks: []Mark{{1, strings.Repeat("long label ", 9)}}, Lines: []Line{{X: one, Y: one}}}}},
			"wider than the axes"},
		{"cells", Figure{Width: SingleColumn, HeightMM: 60, Panels: []Panel{{Heat: fineGrid(25)}}}, "too small"},
	}
	for _, c := range cases {
		dir := t.TempDir()
		if _, err := c.fig.Write(dir, "f"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left %v behind", c.name, left)
		}
	}
}

func fineGrid(n int) *Heat {
	h := &Heat{Decimals: 1}
	for range n {
		h.Cols, h.Rows = append(h.Cols, ""), append(h.Rows, "")
		h.Z = append(h.Z, make([]float64, n))
	}
	return h
}

func TestUnwritableFolderIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := pricePaths().Write(file, "price"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want an error that names %s", err, file)
	}
	dir := t.TempDir()
	taken := filepath.Join(dir, "price.pdf")
	if err := os.Mkdir(taken, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := pricePaths().Write(dir, "price"); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("got %v, want an error that names %s", err, taken)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		d    int
		want string
	}{
		{0.1 + 0.2, 1, "0.3"}, {-1234567.5, 0, "−1,234,568"}, {-0.0001, 2, "0.00"}, {999.995, 0, "1,000"}, {12, 0, "12"},
		{-100, 0, "−100"},
	} {
		if got := Number(c.v, c.d); got != c.want {
			t.Errorf("Number(%v, %d) = %q, want %q", c.v, c.d, got, c.want)
		}
	}
}

func TestTicksAreOneTwoFive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		lo := (r.Float64() - 0.5) * math.Pow(10, r.Float64()*12-6)
		rng, ticks := linear(interval{lo, lo + math.Pow(10, r.Float64()*12-6)}, 150, r.IntN(2) == 0, true)
		if len(ticks) < 2 || len(ticks) > 10 {
			t.Fatalf("%v: %d ticks", rng, len(ticks))
		}
		seen := map[string]bool{}
		step := ticks[1].Value - ticks[0].Value
		mantissa := step / math.Pow(10, math.Floor(math.Log10(step)+1e-6))
		if d := math.Min(math.Abs(mantissa-1), math.Min(math.Abs(mantissa-2), math.Abs(mantissa-5))); d > 1e-3 {
			t.Fatalf("step %v has mantissa %v", step, mantissa)
		}
		for _, k := range ticks {
			if seen[k.Label] || strings.Contains(k.Label, "-") {
				t.Fatalf("label %q in %v", k.Label, ticks)
			}
			seen[k.Label] = true
		}
	}
}

// TestMarkLabelsNeverOverlap places random flags and checks that no label touches
// another label, and that no pole runs through a label.
func TestMarkLabelsNeverOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		h := &header{}
		const width = 180
		pole := 0.0
		for range 1 + r.IntN(6) {
			pole += r.Float64() * 40
			h.flags = append(h.flags, flag{pole: vg.Length(min(pole, width)), width: vg.Length(20 + r.Float64()*50), text: "x"})
		}
		h.chooseSides(width)
		for i, a := range h.flags {
			if a.left < -0.1 || a.left+a.width > width+0.1 || a.row >= h.rows {
				t.Fatalf("label outside: %+v", a)
			}
			for _, b := range h.flags[i+1:] {
				if a.row == b.row && a.left < b.left+b.width && b.left < a.left+a.width {
					t.Fatalf("%+v overlaps %+v", a, b)
				}
			}
			for _, b := range h.flags {
				crosses := b.pole > a.left+0.1 && b.pole < a.left+a.width-0.1
				if crosses && b.pole != a.pole && b.row >= a.row && !b.stub {
					t.Fatalf("the pole of %+v runs through %+v", b, a)
				}
			}
		}
	}
}

// TestImageKeepsItsOrientation draws an image of two by two pixels and checks the
// places of its colours.
func TestImageKeepsItsOrientation(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	red, lime := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}
	img.Set(0, 0, red)
	img.Set(1, 1, lime)
	raster := vgimg.NewWith(vgimg.UseWH(100, 100), vgimg.UseDPI(72))
	c := &canvas{Canvas: raster}
	c.DrawImage(vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}, img)
	same := func(a, b color.Color) bool {
		r, g, bl, _ := a.RGBA()
		x, y, z, _ := b.RGBA()
		return r == x && g == y && bl == z
	}
	if got := raster.Image().At(25, 25); !same(got, red) {
		t.Errorf("top left is %v", got)
	}
	if got := raster.Image().At(75, 75); !same(got, lime) {
		t.Errorf("bottom right is %v", got)
	}
	svg := vgsvg.New(100, 100)
	(&canvas{Canvas: svg}).DrawImage(vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}, img)
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil || strings.Count(b.String(), "<path") != 2 {
		t.Errorf("want one path for each opaque pixel: %v\n%s", err, b.String())
	}
}

func TestAllLettersOfThePapersHaveGlyphs(t *testing.T) {
	c := &canvas{Canvas: vgsvg.New(50, 50)}
	face := label(0, 0).Handler.Cache().Lookup(upright.sized(8), 8)
	c.FillString(face, vg.Point{}, "λσ²€−–—×·≤≥αβδθμπτΔ±≈→…%")
	if c.err != nil {
		t.Error(c.err)
	}
}

func TestStylesDifferWithoutColour(t *testing.T) {
	for i, a := range lineStyles {
		for _, b := range lineStyles[i+1:] {
			if len(a.dash) == len(b.dash) && (len(a.dash) == 0 || a.dash[0] == b.dash[0] && a.dash[1] == b.dash[1]) {
				t.Errorf("dash patterns %v and %v are alike", a.dash, b.dash)
			}
		}
	}
}

func TestHeatSigns(t *testing.T) {
	h := &Heat{Signs: true, Decimals: 1}
	for z, want := range map[float64]string{3: "+", -0.04: "0", -2: "−", math.Inf(1): "+"} {
		if got := h.cellText(z); got != want {
			t.Errorf("%v: got %q, want %q", z, got, want)
		}
	}
	if _, err := (&Figure{Width: SingleColumn, HeightMM: 90,
		Panels: []Panel{{Heat: signsOnly(14)}}}).render(); err != nil {
		t.Error(err)
	}
}

func signsOnly(n int) *Heat {
	h := fineGrid(n)
	h.Signs = true
	return h
}

func TestPolylineHasNoSpikes(t *testing.T) {
	p := polyline([]vg.Point{{X: 0, Y: 0}, {X: 1, Y: 50}, {X: 2, Y: 0}, {X: 2, Y: 0}, {X: 30, Y: 0}})
	var prev, dir vg.Point
	for i, c := range p {
		if i > 0 {
			d := direction(prev, c.Pos)
			if i > 1 && d.X*dir.X+d.Y*dir.Y < -0.1 {
				t.Errorf("sharp corner at %v", prev)
			}
			dir = d
		}
		prev = c.Pos
	}
}

// A bar that rounds to zero is neither a gain nor a loss.
func TestWaterfallAmounts(t *testing.T) {
	w := &waterfallPlotter{decimals: 0}
	for _, c := range []struct {
		s    step
		want string
	}{
		{step{from: 10, to: 15}, "+5"},
		{step{from: 10, to: 5}, "−5"},
		{step{from: 10, to: 10.3}, "0"},
		{step{from: 10, to: 9.7}, "0"},
		{step{from: 10, to: 10}, "0"},
		{step{to: 12, total: true}, "12"},
	} {
		if got := w.amount(c.s); got != c.want {
			t.Errorf("%+v: %q, want %q", c.s, got, c.want)
		}
	}
}

// An amount stands beyond the end to which its bar grows, but never across the zero
// line.
func TestWaterfallSides(t *testing.T) {
	for _, c := range []struct {
		s     step
		w     float64
		right bool
		end   float64
	}{
		{step{from: 0, to: 50}, 10, true, 50},
		{step{from: 50, to: 20}, 10, false, 20},
		{step{from: 50, to: 5}, 10, true, 50},
		{step{from: 50, to: -5}, 10, false, -5},
		{step{from: -50, to: -5}, 10, false, -50},
		{step{from: -50, to: -20}, 10, true, -20},
		{step{from: 0, to: -5}, 10, false, -5},
		{step{to: 5, total: true}, 10, true, 5},
	} {
		if right, end := c.s.side(c.w); right != c.right || end != c.end {
			t.Errorf("%+v: right %v of %v", c.s, right, end)
		}
	}
}

// The labels of a logarithmic axis keep their distance, and either all or none of them
// are short.
func TestLabelsOfLogarithmicAxes(t *testing.T) {
	for _, c := range []struct {
		r    interval
		want string
	}{
		{interval{1, 100}, "1 2 5 10 20 50 100"},
		{interval{0.002, 0.5}, "0.003 0.01 0.03 0.1 0.3"},
		{interval{1e-9, 1}, "1e−9 1e−7 1e−5 1e−3 1e−1"},
		{interval{0.1, 1e6}, "0.1 10 1,000 100,000"},
	} {
		var labels []string
		_, ticks := logarithmic(c.r, 190, false, false)
		for _, tick := range ticks {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v: labels %q, want %q", c.r, got, c.want)
		}
	}
}
