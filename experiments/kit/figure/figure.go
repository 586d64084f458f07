// Package figure draws the figures of a paper from plain data. They are line charts
// with interval bands, heat maps and waterfalls, all in one style.
//
// A Figure is a value that holds no type of the drawing library. Write renders the
// same drawing as PDF, SVG and PNG. It also writes the data, the caption and a
// Vega-Lite specification, so that a reader can check or redraw every mark.
//
// Assumption: a journal column is 84 mm and a full page is 174 mm wide, and
// 8 pt is the smallest text that a journal accepts.
// Assumption: colour is never the only carrier of meaning. Every line style has a
// different dash pattern. Every cell of a heat map prints its number, in a type
// that shows the result of a test.
//
// Sources: Okabe and Ito (2008), "Color Universal Design", for the palette;
// Satyanarayan et al. (2017), "Vega-Lite: A Grammar of Interactive Graphics";
// Heckbert (1990), "Nice numbers for graph labels", Graphics Gems, for the 1–2–5
// rule of axis steps.
package figure

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Width is the printed width of a figure in millimetres.
type Width float64

// The two widths that journals print.
const (
	SingleColumn Width = 84
	DoubleColumn Width = 174
)

// TallestMM is the tallest figure that leaves room for a caption on a page, in
// millimetres.
const TallestMM = 240

// Figure is one printed figure of one or more panels.
type Figure struct {
	// Width is SingleColumn or DoubleColumn.
	Width Width
	// HeightMM is the whole height in millimetres, including the legend.
	HeightMM float64
	// Columns is the number of panels side by side. Zero means one on a
	// single column, and two (three for exactly three panels) otherwise.
	Columns int
	// Panels fill the rows from left to right.
	Panels []Panel
	// Caption is the plain text below the figure. It states n, seeds and interval.
	Caption string
}

// Panel is one pair of axes. It shows lines, bands and marks, or one heat
// map, or one waterfall.
type Panel struct {
	// XLabel and YLabel name the quantity and, in brackets, its unit.
	XLabel, YLabel string
	// Lines, Bands and Marks share the axes of the panel.
	Lines []Line
	Bands []Band
	Marks []Mark
	// ZeroLine draws a line at y = 0 and makes the axis include it.
	ZeroLine bool
	// XIncludes are values that the X axis includes even without data there.
	XIncludes []float64
	// XLog and YLog make an axis logarithmic; all its values must be > 0.
	XLog, YLog bool
	// Legend lists the named lines and bands of this panel, outside the axes.
	Legend bool
	// Title is the panel letter, such as "a". The title of a figure belongs
	// in its caption.
	Title string
	// Heat, when set, is the only content of the panel.
	Heat *Heat
	// Waterfall, when set, is the only content of the panel.
	Waterfall *Waterfall
}

// Line is one series. A NaN in Y leaves a gap.
type Line struct {
	Name string
	X, Y []float64
	// Lo and Hi, when set, are the ends of an error bar at each point. The points
	// then have markers.
	Lo, Hi []float64
	// Points draws markers instead of a connected line.
	Points bool
	// Style selects colour, dash pattern and marker. Numbers beyond the last style
	// start again from the first.
	Style int
}

// Band is an interval around a line: the area between Lo and Hi over X.
// A NaN in Lo or Hi leaves a gap.
type Band struct {
	// Name, when set, gives the band a separate entry in the legend.
	Name      string
	X, Lo, Hi []float64
	Style     int
}

// Mark is an event at X: a vertical line with a small label above the axes.
type Mark struct {
	X     float64
	Label string
}

// Heat is a map of Z over two axes with a diverging scale centred on zero.
type Heat struct {
	// Cols and Rows name the columns from left to right and the rows from
	// bottom to top. Number formats a value for use as a name.
	Cols, Rows []string
	// Z[row][col] is the value of a cell; NaN is drawn as a missing cell.
	Z [][]float64
	// Told[row][col], when set, says whether a test distinguishes the value of a
	// cell from zero. Numbers that it does not distinguish are in italics; of the
	// others, positive numbers are bold.
	Told [][]bool
	// Label names the colour bar, with its unit.
	Label string
	// Decimals is the number of digits after the point in each cell.
	Decimals int
	// Linear, when above zero, makes the colours logarithmic for values whose size is
	// above about Linear. It serves maps whose values differ by powers of ten.
	Linear float64
	// Signs prints +, − or 0 in each cell instead of the number, for grids too fine
	// for numbers. A number that rounds to zero prints 0.
	Signs bool
}

// Waterfall shows how signed amounts add up. Each amount is a bar below the previous
// one.
type Waterfall struct {
	Labels []string
	// Values are the signed steps, in the unit of the panel's XLabel.
	Values []float64
	// Total, when set, names a last bar from zero to the sum.
	Total string
	// Decimals is the number of digits after the point of each label.
	Decimals int
}

// Validate returns the first reason why the figure cannot be drawn. The error names
// the panel, the series and the index.
func (f *Figure) Validate() error {
	if f.Width != SingleColumn && f.Width != DoubleColumn {
		return fmt.Errorf("figure: width is %v mm, want %v or %v", float64(f.Width), float64(SingleColumn),
			float64(DoubleColumn))
	}
	if !(f.HeightMM >= 30 && f.HeightMM <= TallestMM) {
		return fmt.Errorf("figure: height is %v mm, want 30 to %v", f.HeightMM, TallestMM)
	}
	if len(f.Panels) == 0 {
		return errors.New("figure: no panels")
	}
	if f.Columns < 0 || f.Columns > len(f.Panels) {
		return fmt.Errorf("figure: %d columns for %d panels", f.Columns, len(f.Panels))
	}
	for i := range f.Panels {
		if err := f.Panels[i].validate(); err != nil {
			return fmt.Errorf("figure: panel %d: %w", i+1, err)
		}
	}
	return nil
}

func (p *Panel) validate() error {
	series := len(p.Lines) + len(p.Bands)
	switch {
	case p.Heat != nil && (p.Waterfall != nil || series+len(p.Marks) > 0):
		return errors.New("a heat map shares its panel with something else")
	case p.Heat != nil:
		return p.Heat.validate()
	case p.Waterfall != nil && series+len(p.Marks) > 0:
		return errors.New("a waterfall shares its panel with something else")
	case p.Waterfall != nil:
		return p.Waterfall.validate()
	case series == 0:
		return errors.New("no lines, bands, heat map or waterfall")
	case p.ZeroLine && p.YLog:
		return errors.New("a logarithmic axis has no zero line")
	}
	for _, label := range []string{p.XLabel, p.YLabel} {
		if label != "" && !strings.HasSuffix(label, ")") {
			return fmt.Errorf("the axis %q has no unit; a pure number has the unit (1)", label)
		}
	}
	return p.validateSeries()
}

func (p *Panel) validateSeries() error {
	for _, l := range p.Lines {
		cols := [][]float64{l.Y}
		if l.Lo != nil || l.Hi != nil {
			cols = append(cols, l.Lo, l.Hi)
		}
		if err := p.validateColumns(l.X, cols...); err != nil {
			return fmt.Errorf("line %q: %w", l.Name, err)
		}
	}
	for _, b := range p.Bands {
		if err := p.validateColumns(b.X, b.Lo, b.Hi); err != nil {
			return fmt.Errorf("band %q: %w", b.Name, err)
		}
	}
	for _, m := range p.Marks {
		if err := p.validateColumns([]float64{m.X}); err != nil {
			return fmt.Errorf("mark %q: %w", m.Label, err)
		}
	}
	return p.validateDrawable()
}

// validateDrawable refuses a panel without any value to place, because its axes would
// have no range.
func (p *Panel) validateDrawable() error {
	if r := p.yRange(); r.empty() {
		return errors.New("every value is missing")
	}
	return nil
}

func (p *Panel) validateColumns(x []float64, ys ...[]float64) error {
	if len(x) == 0 {
		return errors.New("no points")
	}
	if err := finite("x", x, p.XLog, false); err != nil {
		return err
	}
	for _, y := range ys {
		if len(y) != len(x) {
			return fmt.Errorf("%d x values but %d y, lo or hi values", len(x), len(y))
		}
		if err := finite("y", y, p.YLog, true); err != nil {
			return err
		}
	}
	return nil
}

// finite checks that an axis can show every value. nan allows missing values.
func finite(name string, v []float64, log, nan bool) error {
	for i, x := range v {
		switch {
		case math.IsNaN(x) && nan:
		case math.IsNaN(x) || math.IsInf(x, 0):
			return fmt.Errorf("%s[%d] is %v", name, i, x)
		case log && x <= 0:
			return fmt.Errorf("%s[%d] is %v, which a logarithmic axis cannot show", name, i, x)
		}
	}
	return nil
}

func (h *Heat) validate() error {
	if h.Linear < 0 || math.IsNaN(h.Linear) || math.IsInf(h.Linear, 0) {
		return fmt.Errorf("heat map: a scale that is linear up to %v", h.Linear)
	}
	if len(h.Rows) == 0 || len(h.Cols) == 0 {
		return errors.New("heat map without rows or columns")
	}
	if len(h.Z) != len(h.Rows) {
		return fmt.Errorf("heat map: %d rows of values for %d row names", len(h.Z), len(h.Rows))
	}
	if h.Told != nil && len(h.Told) != len(h.Rows) {
		return fmt.Errorf("heat map: %d rows of tests for %d row names", len(h.Told), len(h.Rows))
	}
	for i, row := range h.Z {
		if len(row) != len(h.Cols) {
			return fmt.Errorf("heat map: row %d has %d values for %d column names", i, len(row), len(h.Cols))
		}
		if h.Told != nil && len(h.Told[i]) != len(h.Cols) {
			return fmt.Errorf("heat map: row %d has %d tests for %d column names", i, len(h.Told[i]), len(h.Cols))
		}
		if err := finite("z", row, false, true); err != nil {
			return fmt.Errorf("heat map: row %d: %w", i, err)
		}
	}
	return nil
}

func (w *Waterfall) validate() error {
	if len(w.Values) == 0 || len(w.Values) != len(w.Labels) {
		return fmt.Errorf("waterfall: %d values for %d labels", len(w.Values), len(w.Labels))
	}
	return finite("waterfall", w.Values, false, false)
}
