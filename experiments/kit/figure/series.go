package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"stakeout/experiments/kit/exact"
)

// xRange returns the range of all values on the X axis.
func (p *Panel) xRange() interval {
	r := nothing()
	for _, l := range p.Lines {
		r.include(l.X...)
	}
	for _, b := range p.Bands {
		r.include(b.X...)
	}
	for _, m := range p.Marks {
		r.include(m.X)
	}
	r.include(p.XIncludes...)
	return r
}

// yRange returns the range of all values on the Y axis.
func (p *Panel) yRange() interval {
	r := nothing()
	for _, l := range p.Lines {
		r.include(l.Y...)
		r.include(l.Lo...)
		r.include(l.Hi...)
	}
	for _, b := range p.Bands {
		r.include(b.Lo...)
		r.include(b.Hi...)
	}
	if p.ZeroLine && !r.empty() {
		r.include(0)
	}
	return r
}

// margins adds room at both ends of an X axis with markers or error bars, so that none
// of them lies on the frame.
func (p *Panel) margins(r interval) interval {
	for _, l := range p.Lines {
		if !l.Points && l.Lo == nil {
			continue
		}
		if p.XLog {
			k := exact.Pow(r.max/r.min, 0.03)
			return interval{r.min / k, r.max * k}
		}
		d := float64(0.03 * (r.max - r.min))
		return interval{r.min - d, r.max + d}
	}
	return r
}

// addSeries sets up both axes. It adds, from back to front, the grid, the bands, the
// zero line and the lines.
func (c *chart) addSeries(p *plot.Plot, size vg.Point) {
	x := c.panel.margins(c.panel.xRange().widened(c.panel.XLog))
	y := c.panel.yRange().widened(c.panel.YLog)
	setAxis(&p.X, x, c.panel.XLog, size.X, false)
	setAxis(&p.Y, y, c.panel.YLog, size.Y, true)
	c.panel = c.panel.onAxes()
	c.head.panel = c.panel
	p.Add(gridLines{x: true, y: true})
	for i := range c.panel.Bands {
		p.Add(bandPlotter{&c.panel.Bands[i]})
	}
	if c.panel.ZeroLine {
		p.Add(zeroLine{})
	}
	for i := range c.panel.Lines {
		p.Add(linePlotter{&c.panel.Lines[i]})
	}
}

// setAxis sets range, scale and ticks of an axis. A vertical axis ends on a tick, so
// that grid lines close the area; a horizontal axis ends with the data.
func setAxis(a *plot.Axis, r interval, log bool, length vg.Length, vertical bool) {
	var ticks []plot.Tick
	if log {
		r, ticks = logarithmic(r, length, vertical, vertical)
		r = interval{exact.Log10(r.min), exact.Log10(r.max)}
		for i := range ticks {
			ticks[i].Value = exact.Log10(ticks[i].Value)
		}
	} else {
		r, ticks = linear(r, length, vertical, vertical)
	}
	a.Min, a.Max = r.min, r.max
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// onAxes returns a copy of the panel in which the values of logarithmic axes are
// replaced by their decimal logarithms. The plotting library then draws linear axes.
// On an axis with another scale it would misjudge the room for the labels.
func (p *Panel) onAxes() *Panel {
	x, y := onAxis(p.XLog), onAxis(p.YLog)
	q := *p
	q.Lines, q.Bands, q.Marks = nil, nil, nil
	for _, l := range p.Lines {
		l.X, l.Y, l.Lo, l.Hi = x(l.X), y(l.Y), y(l.Lo), y(l.Hi)
		q.Lines = append(q.Lines, l)
	}
	for _, b := range p.Bands {
		b.X, b.Lo, b.Hi = x(b.X), y(b.Lo), y(b.Hi)
		q.Bands = append(q.Bands, b)
	}
	for _, m := range p.Marks {
		m.X = x([]float64{m.X})[0]
		q.Marks = append(q.Marks, m)
	}
	return &q
}

// onAxis returns the function that places the values of one axis.
func onAxis(log bool) func([]float64) []float64 {
	return func(v []float64) []float64 {
		if !log {
			return v
		}
		out := make([]float64, len(v))
		for i, x := range v {
			out[i] = exact.Log10(x)
		}
		return out
	}
}

// gridLines draws light lines across the data area at the labelled ticks.
type gridLines struct{ x, y bool }

// Plot implements plot.Plotter.
func (g gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	sty := draw.LineStyle{Color: gridInk, Width: thinWidth}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := c.X(p.X.Norm(t.Value)); g.x && !t.IsMinor() && c.ContainsX(x) {
			c.StrokeLine2(sty, x, c.Min.Y, x, c.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := c.Y(p.Y.Norm(t.Value)); g.y && !t.IsMinor() && c.ContainsY(y) {
			c.StrokeLine2(sty, c.Min.X, y, c.Max.X, y)
		}
	}
}

type zeroLine struct{}

// Plot implements plot.Plotter.
func (zeroLine) Plot(c draw.Canvas, p *plot.Plot) {
	y := c.Y(p.Y.Norm(0))
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.7}, c.Min.X, y, c.Max.X, y)
}

type bandPlotter struct{ b *Band }

// Plot implements plot.Plotter. It draws one polygon for each run without gaps.
func (bp bandPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	b := bp.b
	c.SetColor(styleOf(b.Style).band())
	for _, run := range runs(len(b.X), func(i int) bool { return math.IsNaN(b.Lo[i]) || math.IsNaN(b.Hi[i]) }) {
		var path vg.Path
		for i := run.first; i < run.end; i++ {
			pt := vg.Point{X: c.X(p.X.Norm(b.X[i])), Y: c.Y(p.Y.Norm(b.Hi[i]))}
			if i == run.first {
				path.Move(pt)
				continue
			}
			path.Line(pt)
		}
		for i := run.end - 1; i >= run.first; i-- {
			path.Line(vg.Point{X: c.X(p.X.Norm(b.X[i])), Y: c.Y(p.Y.Norm(b.Lo[i]))})
		}
		path.Close()
		c.Fill(path)
	}
}

type linePlotter struct{ l *Line }

// Plot implements plot.Plotter.
func (lp linePlotter) Plot(c draw.Canvas, p *plot.Plot) {
	l, sty := lp.l, styleOf(lp.l.Style)
	at := func(i int) vg.Point { return vg.Point{X: c.X(p.X.Norm(l.X[i])), Y: c.Y(p.Y.Norm(l.Y[i]))} }
	var marked []vg.Point
	for _, run := range runs(len(l.X), func(i int) bool { return math.IsNaN(l.Y[i]) }) {
		pts := make([]vg.Point, 0, run.end-run.first)
		for i := run.first; i < run.end; i++ {
			pts = append(pts, at(i))
		}
		if l.connects(run) {
			c.SetLineStyle(sty.stroke())
			c.Stroke(polyline(pts))
		}
		if l.marks(run) {
			marked = append(marked, pts...)
		}
	}
	for _, pt := range marked {
		drawEdge(c, sty, pt)
	}
	lp.errorBars(c, p, sty)
	for _, pt := range marked {
		drawMarker(c, sty, pt)
	}
}

// connects reports whether a run of points is drawn as a line.
func (l *Line) connects(run span) bool { return !l.Points && run.end-run.first > 1 }

// marks reports whether each point of a run has a marker. Points with an error bar need
// one to show its middle.
func (l *Line) marks(run span) bool { return !l.connects(run) || len(l.Lo) > 0 }

func (lp linePlotter) errorBars(c draw.Canvas, p *plot.Plot, sty lineStyle) {
	l := lp.l
	thin := draw.LineStyle{Color: sty.color, Width: 0.8}
	for i := range l.Lo {
		if math.IsNaN(l.Lo[i]) || math.IsNaN(l.Hi[i]) {
			continue
		}
		x, lo, hi := c.X(p.X.Norm(l.X[i])), c.Y(p.Y.Norm(l.Lo[i])), c.Y(p.Y.Norm(l.Hi[i]))
		c.StrokeLine2(thin, x, lo, x, hi)
		c.StrokeLine2(thin, x-1.5, lo, x+1.5, lo)
		c.StrokeLine2(thin, x-1.5, hi, x+1.5, hi)
	}
}

// drawEdge draws the white edge of a marker, which separates it from the marks below
// it.
func drawEdge(c draw.Canvas, sty lineStyle, at vg.Point) {
	c.SetColor(color.White)
	c.Fill(sty.marker.path(at, 2.5))
}

func drawMarker(c draw.Canvas, sty lineStyle, at vg.Point) {
	c.SetColor(sty.color)
	c.Fill(sty.marker.path(at, 2))
}

// span is the half-open range of indices [first, end).
type span struct{ first, end int }

// runs splits the indices from 0 to n − 1 into runs without missing points.
func runs(n int, missing func(int) bool) []span {
	var out []span
	for i := 0; i < n; i++ {
		if missing(i) {
			continue
		}
		first := i
		for i < n && !missing(i) {
			i++
		}
		out = append(out, span{first, i})
	}
	return out
}

// polyline connects the points. At a sharp corner it inserts a step that is too small
// to see. The surfaces draw mitred joints, and without the step a sharp corner would
// become a long spike that looks like data.
func polyline(pts []vg.Point) vg.Path {
	const step = 0.02
	var p vg.Path
	p.Move(pts[0])
	for i := 1; i < len(pts); i++ {
		if i+1 < len(pts) {
			u, v := direction(pts[i-1], pts[i]), direction(pts[i], pts[i+1])
			if w := (vg.Point{X: u.X + v.X, Y: u.Y + v.Y}); vg.Length(u.X*v.X)+vg.Length(u.Y*v.Y) < 0 {
				if n := length(w); n > 1e-6 {
					w = w.Scale(step / n)
				} else {
					w = vg.Point{X: -u.Y, Y: u.X}.Scale(step)
				}
				p.Line(pts[i].Sub(w))
				p.Line(pts[i].Add(w))
				continue
			}
		}
		p.Line(pts[i])
	}
	return p
}

func length(p vg.Point) vg.Length { return vg.Length(math.Sqrt(float64(p.X*p.X) + float64(p.Y*p.Y))) }

// direction returns the unit vector from a to b, or zero if they coincide.
func direction(a, b vg.Point) vg.Point {
	d := b.Sub(a)
	if n := length(d); n > 0 {
		return d.Scale(1 / n)
	}
	return vg.Point{}
}
