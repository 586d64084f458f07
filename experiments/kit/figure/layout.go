package figure

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Gaps between the parts of a figure, in points.
const (
	margin    = vg.Length(2)
	panelGap  = vg.Length(12)
	axisSpace = vg.Length(44)
)

// grid returns the numbers of columns and rows of panels.
func (f *Figure) grid() (cols, rows int) {
	cols = f.Columns
	if cols == 0 {
		cols = 1
		if f.Width == DoubleColumn {
			cols = min(len(f.Panels), 2)
		}
		if f.Width == DoubleColumn && len(f.Panels) == 3 {
			cols = 3
		}
	}
	return cols, (len(f.Panels) + cols - 1) / cols
}

func (f *Figure) size() (w, h vg.Length) {
	return vg.Length(vg.Length(f.Width) * vg.Millimeter), vg.Length(vg.Length(f.HeightMM) * vg.Millimeter)
}

// drawing is the layout of a figure, with one plot and one chart for each panel.
type drawing struct {
	plots  [][]*plot.Plot
	charts [][]*chart
	tiles  draw.Tiles
}

// chart holds what a panel needs in addition to its plot.
type chart struct {
	panel *Panel
	head  *header
	scale heatScale // of a heat map
}

// draw lays out the figure and draws it on a surface of the same size.
func (f *Figure) draw(surface vg.Canvas) error {
	w, h := f.size()
	page := draw.NewCanvas(surface, w, h)
	page.SetColor(black)
	page = draw.Crop(page, margin, -margin, margin, -margin)
	area, err := newLegend(f).draw(page)
	if err != nil {
		return err
	}
	d, err := f.charts(area)
	if err != nil {
		return err
	}
	return d.draw(area)
}

// charts builds the plot of every panel for the given area.
func (f *Figure) charts(area draw.Canvas) (*drawing, error) {
	cols, rows := f.grid()
	size := vg.Point{
		X: (area.Size().X-vg.Length(panelGap*vg.Length(cols-1)))/vg.Length(cols) - axisSpace,
		Y: (area.Size().Y-vg.Length(panelGap*vg.Length(rows-1)))/vg.Length(rows) - axisSpace*0.8,
	}
	d := &drawing{tiles: draw.Tiles{Cols: cols, Rows: rows, PadX: panelGap, PadY: panelGap}}
	for r := range rows {
		d.plots = append(d.plots, make([]*plot.Plot, cols))
		d.charts = append(d.charts, make([]*chart, cols))
		for c := range cols {
			i := r*cols + c
			if i >= len(f.Panels) {
				continue
			}
			p := &f.Panels[i]
			d.charts[r][c] = &chart{panel: p, head: &header{panel: p}}
			if p.Heat != nil {
				d.charts[r][c].scale = f.heatScale(p.Heat)
			}
			plt, err := d.charts[r][c].plot(size)
			if err != nil {
				return nil, fmt.Errorf("figure: panel %d: %w", i+1, err)
			}
			d.plots[r][c] = plt
		}
	}
	return d, nil
}

// draw aligns the panels twice. The labels of the marks can be placed only when the
// width of the axes is known. They then take height, which changes the alignment.
func (d *drawing) draw(area draw.Canvas) error {
	tiles := plot.Align(d.plots, d.tiles, area)
	for r, row := range d.plots {
		for c, p := range row {
			if p == nil {
				continue
			}
			if err := d.charts[r][c].head.place(p, p.DataCanvas(tiles[r][c])); err != nil {
				return fmt.Errorf("figure: panel %d: %w", r*len(row)+c+1, err)
			}
		}
	}
	tiles = plot.Align(d.plots, d.tiles, area)
	left := make([]vg.Length, d.tiles.Cols)
	for c := range left {
		left[c] = area.Max.X
		for r := range d.plots {
			left[c] = min(left[c], tiles[r][c].Min.X)
		}
	}
	for r, row := range d.plots {
		for c, p := range row {
			if p == nil {
				continue
			}
			data := p.DataCanvas(tiles[r][c])
			if err := checkRoom(p, area, data); err != nil {
				return fmt.Errorf("figure: panel %d: %w", r*len(row)+c+1, err)
			}
			p.Draw(tiles[r][c])
			d.charts[r][c].head.drawLetter(data, left[c], d.headerRows(r))
		}
	}
	return nil
}

// headerRows returns the largest number of rows of labels above a panel in a row of
// panels.
func (d *drawing) headerRows(row int) (rows int) {
	for _, c := range d.charts[row] {
		if c != nil {
			rows = max(rows, c.head.rows)
		}
	}
	return rows
}

// checkRoom returns an error when the labels leave too little room for the axes.
func checkRoom(p *plot.Plot, page, data draw.Canvas) error {
	const least = 4 * textSize
	if data.Size().X < least || data.Size().Y < least {
		return errors.New("no room left for the axes; make the figure larger or its labels shorter")
	}
	if textWidth(p.Y.Label.Text) > page.Size().Y || textWidth(p.X.Label.Text) > page.Size().X {
		return errors.New("the label of an axis is longer than the figure; shorten it")
	}
	return nil
}

// plot builds the axes and the content of the panel. The size is an estimate of the
// data area; it determines the number of ticks.
func (c *chart) plot(size vg.Point) (*plot.Plot, error) {
	p := plot.New()
	p.BackgroundColor = nil
	styleAxis(&p.X, text.XCenter, text.YTop)
	styleAxis(&p.Y, text.XRight, -0.6)
	p.X.Label.Text, p.Y.Label.Text = c.panel.XLabel, c.panel.YLabel
	var err error
	switch {
	case c.panel.Heat != nil:
		err = c.addHeat(p, size)
	case c.panel.Waterfall != nil:
		err = c.addWaterfall(p, size)
	default:
		c.addSeries(p, size)
	}
	p.Add(c.head)
	return p, err
}

func styleAxis(a *plot.Axis, x text.XAlignment, y text.YAlignment) {
	a.Padding = 0
	a.LineStyle = draw.LineStyle{Color: axisInk, Width: thinWidth}
	a.Tick.LineStyle = a.LineStyle
	a.Tick.Length = tickLength
	a.Tick.Label = label(x, y)
	a.Label.TextStyle = label(text.XCenter, text.YBottom)
	a.Label.Padding = 2
}

// write draws one line of text whose baseline goes through the point.
func write(c draw.Canvas, at vg.Point, x text.XAlignment, s string) {
	writeFace(c, at, x, s, textSize, upright)
}

func writeFace(c draw.Canvas, at vg.Point, x text.XAlignment, s string, size vg.Length, f face) {
	lookedUp := plot.DefaultTextHandler.Cache().Lookup(f.sized(size), size)
	at.X += vg.Length(vg.Length(x) * lookedUp.Width(s))
	c.FillString(lookedUp, at, s)
}

// halfCapital is the distance from the middle of a digit down to its baseline.
const halfCapital = 0.36 * textSize
