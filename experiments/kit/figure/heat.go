package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"stakeout/experiments/kit/exact"
)

const (
	barWidth = vg.Length(8)
	barGap   = vg.Length(7)
)

// heatPlotter draws the cells and, to the right of the axes, the colour bar.
type heatPlotter struct {
	h     *Heat
	scale heatScale
	ticks []plot.Tick
}

// heatScale maps values to colours. Zero is white, and values of equal size have
// colours of equal strength on both sides of zero. The colour bar shows only the range
// of the values, so that a map of one sign has a bar of one colour. If linear is above
// zero, the scale is logarithmic beyond it.
type heatScale struct {
	interval
	linear float64
}

// heatScale returns the scale of a map. Maps with the same label share a scale, so that
// a reader can compare their colours.
func (f *Figure) heatScale(h *Heat) heatScale {
	s := heatScale{interval{0, 0}, h.Linear}
	for i := range f.Panels {
		if other := f.Panels[i].Heat; other != nil && other.Label == h.Label && other.Linear == h.Linear {
			for _, row := range other.Z {
				s.include(row...)
			}
		}
	}
	if s.min == s.max {
		s.max = 1
	}
	return s
}

// limit returns the size of the value with the strongest colour.
func (s heatScale) limit() float64 { return math.Max(-s.min, s.max) }

// share returns the strength of the colour of a value, from −1 to 1.
func (s heatScale) share(z float64) float64 {
	if l := s.linear; l > 0 {
		return math.Copysign(exact.Log1p(math.Abs(z)/l)/exact.Log1p(s.limit()/l), z)
	}
	return z / s.limit()
}

// addHeat sets nominal axes and adds the map.
func (c *chart) addHeat(p *plot.Plot, size vg.Point) error {
	h := c.panel.Heat
	hp := &heatPlotter{h: h, scale: c.scale}
	if h.Linear > 0 {
		hp.ticks = hp.scale.powers()
	} else {
		hp.scale.interval, hp.ticks = linear(hp.scale.interval, size.Y, true, false)
	}
	cell := vg.Point{X: (size.X - hp.barSpace()) / vg.Length(len(h.Cols)), Y: size.Y / vg.Length(len(h.Rows))}
	cols, err := wrapped(h.Cols, cell.X)
	if err != nil {
		return err
	}
	if w := hp.widestText(); w > cell.X-2 || cell.Y < textSize {
		return fmt.Errorf("heat map: cells of %.0f × %.0f pt are too small for the numbers; use a wider figure, fewer "+
			"decimals or Signs", float64(cell.X), float64(cell.Y))
	}
	nominal(&p.X, cols)
	nominal(&p.Y, h.Rows)
	p.Add(hp)
	return nil
}

// powers returns the ticks of a logarithmic scale within its range. They are zero and,
// for both signs, the powers of ten from linear upwards.
func (s heatScale) powers() []plot.Tick {
	ticks := []plot.Tick{{Label: Number(0, 0)}}
	for x := math.Pow10(int(math.Ceil(exact.Log10(s.linear)))); x <= s.limit(); x *= 10 {
		for _, v := range []float64{x, -x} {
			if v >= s.min && v <= s.max {
				ticks = append(ticks, plot.Tick{Value: v, Label: Number(v, max(0, -int(math.Floor(exact.Log10(x)))))})
			}
		}
	}
	return ticks
}

// nominal sets up an axis with names at 0, 1, 2 and so on, without tick marks.
func nominal(a *plot.Axis, names []string) {
	ticks := make([]plot.Tick, len(names))
	for i, n := range names {
		ticks[i] = plot.Tick{Value: float64(i), Label: n}
	}
	a.Min, a.Max = -0.5, float64(len(names))-0.5
	a.Tick.Marker = plot.ConstantTicks(ticks)
	a.Tick.LineStyle.Width = 0
	a.LineStyle.Width = 0
	a.Padding = 2
}

// wrapped breaks names at spaces so that each fits its column. It adds empty lines to
// shorter names, because names with different numbers of lines would not start at the
// same height.
func wrapped(names []string, width vg.Length) ([]string, error) {
	out, most := make([]string, len(names)), 0
	for i, n := range names {
		line := ""
		for _, word := range strings.Fields(n) {
			if textWidth(word) > width-2 {
				return nil, fmt.Errorf("heat map: the name %q does not fit its column of %.0f pt", n, float64(width))
			}
			switch {
			case line == "":
				line = word
			case textWidth(line+" "+word) > width-2:
				out[i] += line + "\n"
				line = word
			default:
				line += " " + word
			}
		}
		out[i] += line
		most = max(most, strings.Count(out[i], "\n"))
	}
	for i := range out {
		out[i] += strings.Repeat("\n ", most-strings.Count(out[i], "\n"))
	}
	return out, nil
}

// cellText returns the text of a cell.
func (h *Heat) cellText(z float64) string {
	if math.IsNaN(z) {
		return "–"
	}
	s := Number(z, h.Decimals)
	if !h.Signs {
		return s
	}
	switch {
	case strings.HasPrefix(s, "−"):
		return "−"
	case strings.Trim(s, "0.") == "":
		return "0"
	}
	return "+"
}

// test names the result of the test of a cell. It is empty for a cell without a test.
func (h *Heat) test(row, col int) string {
	switch {
	case h.Told == nil || math.IsNaN(h.Z[row][col]):
		return ""
	case h.Told[row][col]:
		return "told from zero"
	}
	return "not told from zero"
}

// cellFace returns the type in which the number of a cell is set.
func (h *Heat) cellFace(row, col int) face {
	switch {
	case h.test(row, col) == "":
		return upright
	case !h.Told[row][col]:
		return italic
	case h.Z[row][col] > 0:
		return bold
	}
	return upright
}

func (hp *heatPlotter) widestText() vg.Length {
	w := vg.Length(0)
	for row, zs := range hp.h.Z {
		for col, z := range zs {
			w = max(w, hp.h.cellFace(row, col).width(hp.h.cellText(z)))
		}
	}
	return w
}

// barSpace returns the width of the colour bar with its tick labels and its label.
func (hp *heatPlotter) barSpace() vg.Length {
	w := vg.Length(0)
	for _, t := range hp.ticks {
		w = max(w, textWidth(t.Label))
	}
	w += barGap + barWidth + tickLength + 2
	if hp.h.Label != "" {
		w += rowHeight + 2
	}
	return w
}

// GlyphBoxes implements plot.GlyphBoxer. It reserves the room for the colour bar.
func (hp *heatPlotter) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: hp.barSpace()}}}}
}

// Plot implements plot.Plotter.
func (hp *heatPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	for row, zs := range hp.h.Z {
		for col, z := range zs {
			x0, x1 := c.X(p.X.Norm(float64(col)-0.5)), c.X(p.X.Norm(float64(col)+0.5))
			y0, y1 := c.Y(p.Y.Norm(float64(row)-0.5)), c.Y(p.Y.Norm(float64(row)+0.5))
			fill := hp.scale.color(z)
			c.SetColor(fill)
			c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}.Path())
			c.StrokeLines(draw.LineStyle{Color: gridInk, Width: thinWidth},
				[]vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}})
			c.SetColor(textOn(fill))
			writeFace(c, vg.Point{X: (x0 + x1) / 2, Y: vg.Length((y0+y1)/2) - halfCapital}, text.XCenter, hp.h.cellText(z),
				textSize, hp.h.cellFace(row, col))
		}
	}
	hp.drawBar(c)
}

func (hp *heatPlotter) drawBar(c draw.Canvas) {
	const steps = 128
	x0 := c.Max.X + barGap
	bottom, top := hp.scale.share(hp.scale.min), hp.scale.share(hp.scale.max)
	at := func(share float64) vg.Length { return c.Y((share - bottom) / (top - bottom)) }
	for i := range steps {
		lo, hi := bottom+float64((top-bottom)*float64(i)/steps), bottom+float64((top-bottom)*float64(i+1)/steps)
		c.SetColor(shade((lo + hi) / 2))
		c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: at(lo)},
			Max: vg.Point{X: x0 + barWidth, Y: min(at(hi)+bleed, c.Max.Y)}}.Path())
	}
	frame := draw.LineStyle{Color: axisInk, Width: thinWidth}
	x1 := x0 + barWidth
	c.StrokeLines(frame, []vg.Point{{X: x0, Y: c.Min.Y}, {X: x1, Y: c.Min.Y}, {X: x1, Y: c.Max.Y}, {X: x0, Y: c.Max.Y},
		{X: x0, Y: c.Min.Y}})
	for _, t := range hp.ticks {
		y := at(hp.scale.share(t.Value))
		c.StrokeLine2(frame, x1, y, x1+tickLength, y)
		c.SetColor(ink)
		write(c, vg.Point{X: x1 + tickLength + 2, Y: y - halfCapital}, text.XLeft, t.Label)
	}
	if hp.h.Label != "" {
		sty := label(text.XCenter, text.YBottom)
		sty.Rotation = math.Pi / 2
		c.FillText(sty, vg.Point{X: x0 + hp.barSpace() - barGap - 1, Y: c.Center().Y}, hp.h.Label)
	}
}

// color returns the colour of a cell. Missing values are grey.
func (s heatScale) color(z float64) color.NRGBA {
	if math.IsNaN(z) {
		return color.NRGBA{0xee, 0xee, 0xee, 0xff}
	}
	return shade(s.share(z))
}

// shade returns the colour of a strength: blue at −1, white at zero and vermillion at 1.
func shade(share float64) color.NRGBA {
	end := vermillion
	if share < 0 {
		end = blue
	}
	mix := func(v uint8) uint8 { return uint8(math.Round(255 + float64((float64(v)-255)*math.Abs(share)))) }
	return color.NRGBA{mix(end.R), mix(end.G), mix(end.B), 0xff}
}

// textOn returns the one of black and white that has the higher contrast with a
// background, by the relative luminance of the sRGB colour (WCAG 2.1).
func textOn(c color.NRGBA) color.NRGBA {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return exact.Pow((s+0.055)/1.055, 2.4)
	}
	l := float64(0.2126*linear(c.R)) + float64(0.7152*linear(c.G)) + float64(0.0722*linear(c.B))
	if 1.05/(l+0.05) > (l+0.05)/0.05 {
		return color.NRGBA{0xff, 0xff, 0xff, 0xff}
	}
	return black
}
