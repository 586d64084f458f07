package figure

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// step is one bar of a waterfall, from one running sum to the next.
type step struct {
	name     string
	from, to float64
	total    bool
}

// steps adds up the values in the given order.
func (w *Waterfall) steps() []step {
	var out []step
	sum := 0.0
	for i, v := range w.Values {
		out = append(out, step{name: w.Labels[i], from: sum, to: sum + v})
		sum += v
	}
	if w.Total != "" {
		out = append(out, step{name: w.Total, to: sum, total: true})
	}
	return out
}

type waterfallPlotter struct {
	steps    []step
	decimals int
}

// addWaterfall sets up the axes with the first step on top, and adds the bars.
func (c *chart) addWaterfall(p *plot.Plot, size vg.Point) error {
	wp := &waterfallPlotter{steps: c.panel.Waterfall.steps(), decimals: c.panel.Waterfall.Decimals}
	n := len(wp.steps)
	if size.Y < vg.Length(n)*(textSize+1) {
		return fmt.Errorf("waterfall: %d bars need a taller figure", n)
	}
	names := make([]string, n)
	r := interval{0, 0}
	for i, s := range wp.steps {
		names[n-1-i] = s.name
		r.include(s.from, s.to)
	}
	nominal(&p.Y, names)
	p.Y.Padding = 3
	setAxis(&p.X, wp.roomForLabels(r.widened(false), size.X), false, size.X, false)
	p.Add(gridLines{x: true}, wp)
	return nil
}

// roomForLabels widens the range, so that the amounts beside the bars stay inside the
// axes.
func (wp *waterfallPlotter) roomForLabels(r interval, width vg.Length) interval {
	out := r
	unit := (r.max - r.min) / float64(max(width*0.6, 1))
	for _, s := range wp.steps {
		w := float64(float64(textWidth(wp.amount(s))+6) * unit)
		switch right, end := s.side(w); {
		case right:
			out.include(end + w)
		default:
			out.include(end - w)
		}
	}
	return out
}

// side returns the end of a bar at which its amount stands, and whether the amount
// stands to the right of it. The amount stands beyond the end to which the bar grows.
// If an amount of width w would cross the zero line there, it stands at the other end.
func (s step) side(w float64) (right bool, end float64) {
	switch {
	case s.total || s.from == 0:
	case s.to < s.from && s.to > 0 && s.to < w:
		return true, s.from
	case s.to >= s.from && s.to < 0 && s.to > -w:
		return false, s.from
	}
	return s.to >= s.from, s.to
}

// amount returns the label of a bar. Gains have a plus sign unless they round to zero.
func (wp *waterfallPlotter) amount(s step) string {
	text := Number(s.to-s.from, wp.decimals)
	if !s.total && s.to > s.from && text != Number(0, wp.decimals) {
		return "+" + text
	}
	return text
}

// Plot implements plot.Plotter. Gains are light and losses are dark, so that they also
// differ in a grey print.
func (wp *waterfallPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	const half = 0.32
	n := len(wp.steps)
	at := func(v float64) vg.Length { return c.X(p.X.Norm(v)) }
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.7}, at(0), c.Min.Y, at(0), c.Max.Y)
	for i, s := range wp.steps {
		mid := float64(n - 1 - i)
		y0, y1 := c.Y(p.Y.Norm(mid-half)), c.Y(p.Y.Norm(mid+half))
		fill := skyBlue
		switch {
		case s.total:
			fill = axisInk
		case s.to < s.from:
			fill = vermillion
		}
		c.SetColor(fill)
		x0, x1 := min(at(s.from), at(s.to)), max(at(s.from), at(s.to))
		if x1-x0 < thinWidth { // A bar too small to see becomes a thin line, so that the chain has no gap.
			x0, x1 = (x0+x1-thinWidth)/2, (x0+x1+thinWidth)/2
			c.SetColor(axisInk)
		}
		c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}.Path())
		if i+1 < n {
			c.StrokeLine2(draw.LineStyle{Color: axisInk, Width: thinWidth}, at(s.to), y0, at(s.to), c.Y(p.Y.Norm(mid-1+half)))
		}
		unit := (p.X.Max - p.X.Min) / float64(c.Size().X)
		right, end := s.side(float64(textWidth(wp.amount(s))+6) * unit)
		wp.writeAmount(c, wp.amount(s), right, at(end), (y0+y1)/2)
	}
}

// writeAmount writes the amount beside x and erases the grid behind it.
func (wp *waterfallPlotter) writeAmount(c draw.Canvas, amount string, right bool, x, y vg.Length) {
	align, x := text.XLeft, x+3
	if !right {
		align, x = text.XRight, x-6
	}
	left := x + vg.Length(vg.Length(align)*textWidth(amount))
	c.SetColor(color.White)
	c.Fill(vg.Rectangle{
		Min: vg.Point{X: left - 1, Y: y - textSize/2},
		Max: vg.Point{X: left + textWidth(amount) + 1, Y: y + textSize/2},
	}.Path())
	c.SetColor(ink)
	write(c, vg.Point{X: x, Y: y - halfCapital}, align, amount)
}
