package figure

import (
	"image/color"
	"math"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	textSize   = vg.Length(8)
	letterSize = vg.Length(9)
	lineWidth  = vg.Length(1.1)
	thinWidth  = vg.Length(0.5)
	tickLength = vg.Length(2.5)
	rowHeight  = vg.Length(10.5)
	bandAlpha  = 56
)

var (
	ink     = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	axisInk = color.NRGBA{0x55, 0x55, 0x55, 0xff}
	markInk = color.NRGBA{0x55, 0x55, 0x55, 0xff}
	gridInk = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}

	blue       = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	vermillion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	skyBlue    = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	green      = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	purple     = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
	orange     = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	black      = color.NRGBA{0x00, 0x00, 0x00, 0xff}
)

// lineStyle distinguishes a series from others, with and without colour.
type lineStyle struct {
	color  color.NRGBA
	dash   []vg.Length
	marker shape
}

// lineStyles leaves out the yellow of Okabe and Ito, which is hard to see on white.
var lineStyles = []lineStyle{
	{blue, nil, circle},
	{vermillion, []vg.Length{4.5, 2}, square},
	{green, []vg.Length{1.3, 1.5}, triangle},
	{black, []vg.Length{7, 2, 1.3, 2}, diamond},
	{purple, []vg.Length{8, 2.5}, circle},
	{orange, []vg.Length{4, 1.6, 1.3, 1.6, 1.3, 1.6}, square},
	{skyBlue, []vg.Length{1.3, 3.2}, triangle},
}

// styleOf returns a line style. Every number has one, also a negative number.
func styleOf(i int) lineStyle {
	n := len(lineStyles)
	return lineStyles[((i%n)+n)%n]
}

func (s lineStyle) stroke() draw.LineStyle {
	return draw.LineStyle{Color: s.color, Width: lineWidth, Dashes: s.dash}
}

// band returns the colour of an interval. It is transparent, so that two overlapping
// bands both stay visible.
func (s lineStyle) band() color.NRGBA {
	c := s.color
	c.A = bandAlpha
	return c
}

// face is a weight and a slope of the typeface.
type face struct {
	weight stdfont.Weight
	style  stdfont.Style
}

var (
	upright = face{stdfont.WeightNormal, stdfont.StyleNormal}
	bold    = face{stdfont.WeightBold, stdfont.StyleNormal}
	italic  = face{stdfont.WeightNormal, stdfont.StyleItalic}
)

func (f face) sized(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Weight: f.weight, Style: f.style, Size: size}
}

// label returns the style of the labels in a figure. The Y alignments of gonum are
// relative to the top of the line: −1 puts its bottom at the point.
func label(x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: upright.sized(textSize),
		XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler,
	}
}

func textWidth(s string) vg.Length { return upright.width(s) }

// width returns the width of a text of size textSize.
func (f face) width(s string) vg.Length {
	sty := label(text.XLeft, text.YTop)
	sty.Font = f.sized(textSize)
	return sty.Width(s)
}

// shape is the outline of a marker.
type shape int

const (
	circle shape = iota
	square
	triangle
	diamond
)

// path returns the outline of the marker around a point. Its curves are cubic, because
// the PDF surface draws arcs wrongly.
func (s shape) path(at vg.Point, r vg.Length) vg.Path {
	if s == circle {
		return circlePath(at, r)
	}
	corners := [][2]float64{{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}
	switch s {
	case triangle:
		corners = [][2]float64{{-1.1, -0.75}, {1.1, -0.75}, {0, 1.2}}
	case diamond:
		corners = [][2]float64{{-1.2, 0}, {0, -1.2}, {1.2, 0}, {0, 1.2}}
	}
	var p vg.Path
	for i, c := range corners {
		pt := vg.Point{X: at.X + vg.Length(r*vg.Length(c[0])), Y: at.Y + vg.Length(r*vg.Length(c[1]))}
		if i == 0 {
			p.Move(pt)
			continue
		}
		p.Line(pt)
	}
	p.Close()
	return p
}

func circlePath(at vg.Point, r vg.Length) vg.Path {
	const k = 4 * (math.Sqrt2 - 1) / 3 // makes the middle of each cubic quarter lie on the circle
	pt := func(x, y float64) vg.Point {
		return vg.Point{X: at.X + vg.Length(r*vg.Length(x)), Y: at.Y + vg.Length(r*vg.Length(y))}
	}
	var p vg.Path
	p.Move(pt(1, 0))
	p.CubeTo(pt(1, k), pt(k, 1), pt(0, 1))
	p.CubeTo(pt(-k, 1), pt(-1, k), pt(-1, 0))
	p.CubeTo(pt(-1, -k), pt(-k, -1), pt(0, -1))
	p.CubeTo(pt(k, -1), pt(1, -k), pt(1, 0))
	p.Close()
	return p
}
