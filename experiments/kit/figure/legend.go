package figure

import (
	"errors"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	swatchWidth = vg.Length(20)
	swatchGap   = vg.Length(4)
	entryGap    = vg.Length(14)
	legendRow   = vg.Length(11)
	belowGap    = vg.Length(5)
)

// entry is one name in the legend, with the marks of its series on the axes.
type entry struct {
	name               string
	style              int
	line, points, band bool
}

// legend lists the distinct entries of all panels that ask for one.
type legend struct {
	entries []entry
	right   bool
}

// newLegend collects the entries. A wide figure with its panels in one column may have
// its legend on the right; every other figure has it below.
func newLegend(f *Figure) *legend {
	cols, _ := f.grid()
	l := &legend{right: f.Width == DoubleColumn && cols == 1}
	for i := range f.Panels {
		if f.Panels[i].Legend {
			l.collect(&f.Panels[i])
		}
	}
	return l
}

func (l *legend) collect(p *Panel) {
	for _, s := range p.Lines {
		e := entry{name: s.Name, style: s.Style, line: !s.Points, points: s.Points || s.Lo != nil}
		for _, b := range p.Bands {
			e.band = e.band || b.Name == "" && b.Style == s.Style
		}
		l.add(e)
	}
	for _, b := range p.Bands {
		l.add(entry{name: b.Name, style: b.Style, band: true})
	}
}

func (l *legend) add(e entry) {
	if e.name == "" {
		return
	}
	for i, old := range l.entries {
		if old.name == e.name && old.style == e.style {
			l.entries[i].line = old.line || e.line
			l.entries[i].points = old.points || e.points
			l.entries[i].band = old.band || e.band
			return
		}
	}
	l.entries = append(l.entries, e)
}

func (e entry) width() vg.Length { return swatchWidth + swatchGap + textWidth(e.name) }

func (l *legend) widest() vg.Length {
	w := vg.Length(0)
	for _, e := range l.entries {
		w = max(w, e.width())
	}
	return w
}

// draw draws the legend at an edge of the page and returns the rest of the page. When
// both edges are possible, it takes the edge that leaves the larger rest.
func (l *legend) draw(page draw.Canvas) (draw.Canvas, error) {
	if len(l.entries) == 0 {
		return page, nil
	}
	if l.widest() > page.Size().X*0.98 {
		return page, errors.New("figure: a name in the legend is wider than the figure")
	}
	_, rows := l.columns(page.Size().X)
	below := page.Size().X * (vg.Length(legendRow*vg.Length(rows)) + belowGap)
	if l.right && page.Size().Y*(l.widest()+entryGap) < below {
		return l.drawRight(page), nil
	}
	return l.drawBelow(page), nil
}

// columns returns the numbers of columns and rows of a legend. All entries are in one
// row if they fit the width, and otherwise in columns of equal width.
func (l *legend) columns(width vg.Length) (cols, rows int) {
	if l.total() <= width {
		return len(l.entries), 1
	}
	cols = max(1, min(len(l.entries), int((width+entryGap)/(l.widest()+entryGap))))
	return cols, (len(l.entries) + cols - 1) / cols
}

// total returns the width of all entries in one row.
func (l *legend) total() vg.Length {
	w := -entryGap
	for _, e := range l.entries {
		w += e.width() + entryGap
	}
	return w
}

func (l *legend) drawRight(page draw.Canvas) draw.Canvas {
	w := l.widest()
	y := page.Max.Y - 2*rowHeight
	for _, e := range l.entries {
		e.draw(page, vg.Point{X: page.Max.X - w, Y: y})
		y -= legendRow
	}
	return draw.Crop(page, 0, -w-entryGap, 0, 0)
}

// drawBelow sets the entries in one centred row if they fit. Otherwise it sets them in
// columns of equal width and fills these row by row.
func (l *legend) drawBelow(page draw.Canvas) draw.Canvas {
	cols, rows := l.columns(page.Size().X)
	if total := l.total(); total <= page.Size().X {
		x := page.Min.X + vg.Length((page.Size().X-total)/2)
		for _, e := range l.entries {
			e.draw(page, vg.Point{X: x, Y: page.Min.Y + 0.4*legendRow})
			x += e.width() + entryGap
		}
		return draw.Crop(page, 0, 0, legendRow+belowGap, 0)
	}
	w := l.widest() + entryGap
	left := page.Min.X + vg.Length((page.Size().X-vg.Length(w*vg.Length(cols))+entryGap)/2)
	for i, e := range l.entries {
		e.draw(page, vg.Point{
			X: left + vg.Length(w*vg.Length(i%cols)),
			Y: page.Min.Y + vg.Length(legendRow*(vg.Length(rows-1-i/cols)+0.4)),
		})
	}
	return draw.Crop(page, 0, 0, vg.Length(legendRow*vg.Length(rows))+belowGap, 0)
}

// draw draws swatch and name. The height of at is the middle of the text.
func (e entry) draw(c draw.Canvas, at vg.Point) {
	sty := styleOf(e.style)
	if e.band {
		c.SetColor(sty.band())
		c.Fill(vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - 3}, Max: vg.Point{X: at.X + swatchWidth, Y: at.Y + 3}}.Path())
	}
	if e.line {
		c.StrokeLine2(sty.stroke(), at.X, at.Y, at.X+swatchWidth, at.Y)
	}
	if e.points {
		drawMarker(c, sty, vg.Point{X: at.X + swatchWidth/2, Y: at.Y})
	}
	c.SetColor(ink)
	write(c, vg.Point{X: at.X + swatchWidth + swatchGap, Y: at.Y - halfCapital}, text.XLeft, e.name)
}
