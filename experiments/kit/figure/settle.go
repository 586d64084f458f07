package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// grid is the number of steps in a point to which coordinates are rounded. Gonum lays a
// plot out with fused multiply-add where the processor has it, and the last bits differ;
// a hundredth of a point hides them.
const grid = 100

// apart from ties: without the shift, round coordinates such as 7.125 would lie where the
// last bit decides to which side they are rounded.
const shift = 0.045472884

// settled returns a coordinate on the grid.
func settled(x vg.Length) vg.Length {
	return vg.Length(math.Floor(float64(float64(x)*grid)+0.5+shift) / grid)
}

// Push keeps the turn of the surface until Pop.
func (c *canvas) Push() {
	c.turns = append(c.turns, c.turn)
	c.Canvas.Push()
}

// Pop restores what Push kept.
func (c *canvas) Pop() {
	last := len(c.turns) - 1
	c.turn, c.turns = c.turns[last], c.turns[:last]
	c.Canvas.Pop()
}

// Rotate turns what follows by quarters of a circle, which needs no sine. Figures use no
// other angle; it would be an error.
func (c *canvas) Rotate(radians float64) {
	quarters := math.Round(radians / (math.Pi / 2))
	if math.Abs(float64(quarters*(math.Pi/2))-radians) > 1e-9 && c.err == nil {
		c.err = fmt.Errorf("figure: a text is turned by %v, which is no quarter of a circle", radians)
	}
	c.turn = (c.turn + int(quarters)) & 3
}

// Translate and Scale would move points off the grid. No figure uses them.
func (c *canvas) Translate(vg.Point) { c.unsupported("moved") }

// Scale is as Translate.
func (c *canvas) Scale(float64, float64) { c.unsupported("scaled") }

func (c *canvas) unsupported(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("figure: the surface is %s, which its grid does not allow", what)
	}
}

// SetLineDash sets the dashes. Those of a raster are cut here, in Stroke, because the
// raster library cuts them with fused arithmetic.
func (c *canvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	if c.dash = nil; c.raster && offset == 0 {
		c.dash, pattern = pattern, nil
	}
	c.Canvas.SetLineDash(pattern, offset)
}

// Stroke strokes the path with its points on the grid.
func (c *canvas) Stroke(p vg.Path) {
	p = c.settle(p)
	if len(c.dash) > 0 {
		p = dashes(p, c.dash)
	}
	c.Canvas.Stroke(p)
}

// Fill fills the path with its points on the grid.
func (c *canvas) Fill(p vg.Path) { c.Canvas.Fill(c.settle(p)) }

// settle turns a path, puts its points on the grid and, for a raster, replaces curves by
// lines. Paths have no arcs.
func (c *canvas) settle(p vg.Path) vg.Path {
	at := func(q vg.Point) vg.Point {
		for range c.turn {
			q = vg.Point{X: -q.Y, Y: q.X}
		}
		return vg.Point{X: settled(q.X), Y: settled(q.Y)}
	}
	out := make(vg.Path, 0, len(p))
	var from vg.Point
	for _, part := range p {
		if part.Type == vg.ArcComp {
			c.unsupported("asked for an arc")
		}
		part.Pos = at(part.Pos)
		control := make([]vg.Point, len(part.Control))
		for i, q := range part.Control {
			control[i] = at(q)
		}
		part.Control = control
		if c.raster && len(control) == 2 {
			out = flatten(out, from, control[0], control[1], part.Pos)
		} else {
			out = append(out, part)
		}
		if part.Type != vg.CloseComp {
			from = part.Pos
		}
	}
	return out
}

// flatten appends a cubic curve as lines of about half a point.
func flatten(p vg.Path, a, b, c, d vg.Point) vg.Path {
	n := 4 + int(2*(length(b.Sub(a))+length(c.Sub(b))+length(d.Sub(c))))
	for i := 1; i < n; i++ {
		t := vg.Length(i) / vg.Length(n)
		ab, bc, cd := between(a, b, t), between(b, c, t), between(c, d, t)
		p.Line(between(between(ab, bc, t), between(bc, cd, t), t))
	}
	p.Line(d)
	return p
}

// dashes cuts a path of lines into the dashes of a pattern of dashes and gaps.
func dashes(p vg.Path, pattern []vg.Length) (out vg.Path) {
	var from vg.Point
	k, left := 0, pattern[0]
	for _, part := range p {
		if part.Type != vg.LineComp {
			from, k, left = part.Pos, 0, pattern[0]
			out.Move(from)
			continue
		}
		for {
			gone := length(part.Pos.Sub(from))
			if gone <= left {
				left -= gone
				break
			}
			from = between(from, part.Pos, left/gone)
			if k%2 == 0 {
				out.Line(from)
			} else {
				out.Move(from)
			}
			k = (k + 1) % len(pattern)
			left = pattern[k]
		}
		if from = part.Pos; k%2 == 0 {
			out.Line(from)
		}
	}
	return out
}
