package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// header is the space above the data area. It holds the panel letter and the labels of
// the marks. A label is like a flag, and the vertical line of its mark is the pole.
type header struct {
	panel *Panel
	flags []flag
	rows  int
}

// flag is the placed label of a mark, in points from the left of the axes.
type flag struct {
	pole, left, width vg.Length
	row               int
	text              string
	// stub ends the pole at the top of the axes. It is set when poles up to the
	// labels would cross other labels.
	stub bool
}

// GlyphBoxes implements plot.GlyphBoxer. It reserves the room for the header.
func (h *header) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	height := rowHeight * vg.Length(h.rows)
	if h.panel.Title != "" {
		height = max(height, rowHeight) + h.titleRow()
	}
	if height == 0 {
		return nil
	}
	return []plot.GlyphBox{{X: 0.5, Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: height + 2}}}}
}

// titleRow returns the extra height for a title that is too long to stand beside the
// labels of the marks.
func (h *header) titleRow() vg.Length {
	if h.rows > 0 && len([]rune(h.panel.Title)) > 3 {
		return rowHeight
	}
	return 0
}

// place gives every label a row and a side, so that no label covers another label or
// the pole of another label. It fails when a label is wider than the axes.
func (h *header) place(p *plot.Plot, data draw.Canvas) error {
	h.flags, h.rows = nil, 0
	width := data.Size().X
	for _, m := range h.panel.Marks {
		w := textWidth(m.Label) + 3
		if w > width {
			return fmt.Errorf("the label of mark %q is wider than the axes; shorten it or make the figure wider", m.Label)
		}
		h.flags = append(h.flags, flag{pole: vg.Length(p.X.Norm(m.X)) * width, width: w, text: m.Label})
	}
	slices.SortStableFunc(h.flags, func(a, b flag) int {
		switch {
		case a.pole < b.pole:
			return -1
		case a.pole > b.pole:
			return 1
		}
		return 0
	})
	h.chooseSides(width)
	return nil
}

// chooseSides puts each label on the left or the right of its pole. For up to ten
// labels it tries every combination and keeps the one with the fewest rows, starting
// with all labels on the right. If none works, it uses a ladder.
func (h *header) chooseSides(width vg.Length) {
	n := len(h.flags)
	best, bestRows := []flag(nil), n+1
	for mask := 0; n <= 10 && mask < 1<<n; mask++ {
		try := slices.Clone(h.flags)
		if !takeSides(try, mask, width) {
			continue
		}
		if rows := stack(try); rows < bestRows {
			best, bestRows = try, rows
		}
	}
	if best == nil {
		best, bestRows = ladder(h.flags, width), n
	}
	h.flags, h.rows = best, bestRows
}

// takeSides sets the left ends of the labels and reports whether all labels stay
// inside the axes. A set bit of mask puts its label on the left.
func takeSides(f []flag, mask int, width vg.Length) bool {
	for i := range f {
		f[i].left = f[i].pole
		if mask>>i&1 == 1 {
			f[i].left -= f[i].width
		}
		if f[i].left < -0.01 || f[i].left+f[i].width > width+0.01 {
			return false
		}
	}
	return true
}

// stack gives each label the lowest row without conflicts and returns the number of
// rows. It returns more rows than there are labels when two labels cover the poles of
// each other, because there is then no solution.
func stack(f []flag) int {
	rows := 0
	for changed, rounds := true, 0; changed; rounds++ {
		if rounds > len(f)+1 {
			return len(f) + 1
		}
		changed = false
		for i := range f {
			for j := range f {
				if i != j && f[j].row >= f[i].row && f[i].mustTop(f[j], i < j) {
					f[i].row = f[j].row + 1
					changed = true
				}
			}
			rows = max(rows, f[i].row+1)
		}
	}
	return rows
}

// mustTop reports whether label a must lie above label b. It must when it covers the
// pole of b, and when both overlap in one row and a comes first.
func (a flag) mustTop(b flag, first bool) bool {
	if a.text == "" || b.text == "" {
		return false
	}
	const clear = 2
	covers := func(x, y flag) bool {
		return y.pole > x.left-clear && y.pole < x.left+x.width+clear && y.pole != x.pole
	}
	if covers(a, b) {
		return true
	}
	overlap := a.left < b.left+b.width+clear && b.left < a.left+a.width+clear
	return overlap && !covers(b, a) && first && a.row == b.row
}

// ladder is the last resort. Each label gets a separate row, with the first mark on
// top, and moves to the left until it is inside the axes.
func ladder(f []flag, width vg.Length) []flag {
	out := slices.Clone(f)
	for i := range out {
		out[i].left = min(out[i].pole, width-out[i].width)
		out[i].row = len(out) - 1 - i
		out[i].stub = true
	}
	return out
}

// Plot implements plot.Plotter. It draws the poles and their labels.
func (h *header) Plot(c draw.Canvas, _ *plot.Plot) {
	sty := draw.LineStyle{Color: markInk, Width: 0.6, Dashes: []vg.Length{2, 1.5}}
	for _, f := range h.flags {
		x := c.Min.X + f.pole
		top := c.Max.Y
		if f.text != "" && !f.stub {
			top += vg.Length(rowHeight*vg.Length(f.row)) + rowHeight - 1
		}
		c.StrokeLine2(sty, x, c.Min.Y, x, top)
	}
	for _, f := range h.flags {
		at := vg.Point{X: c.Min.X + f.left + 2, Y: c.Max.Y + vg.Length(rowHeight*vg.Length(f.row)) + 3}
		if f.left < f.pole-0.01 {
			at.X -= 1
		}
		c.SetColor(ink)
		write(c, at, text.XLeft, f.text)
	}
}

// drawLetter writes the panel letter at the top of the header, above the labels of the
// axes. left is the edge that the panels of a column share; rows is the number of rows
// of labels that the panels of a row share.
func (h *header) drawLetter(data draw.Canvas, left vg.Length, rows int) {
	if h.panel.Title == "" {
		return
	}
	y := data.Max.Y + 3 + 2 + vg.Length(rowHeight*vg.Length(max(rows-1, 0)))
	if h.titleRow() > 0 {
		y = data.Max.Y + 3 + 2 + vg.Length(rowHeight*vg.Length(h.rows))
	}
	data.SetColor(ink)
	writeFace(data, vg.Point{X: left, Y: y}, text.XLeft, h.panel.Title, letterSize, bold)
}
