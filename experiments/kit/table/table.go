// Package table writes the same table for people and for programs. The formats are
// terminal, Markdown, LaTeX, HTML, CSV and JSON.
//
// A Table holds unrounded values together with their formats. The writers for people
// share one rounding function, and the writers for programs give every digit, so the
// formats cannot disagree.
//
// Assumption: intervals are printed as "estimate [low, high]". A value that does not
// exist is printed as a dash, and the notes give the reason.
// Assumption: units stand in the head of a column and never in its cells, and
// amounts of money are written out, never with k or M.
//
// Sources: the LaTeX body follows the rules of the booktabs package (Fear,
// 2020): no vertical lines, three horizontal ones.
package table

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/param"
)

// Table is a rectangle of cells with a title above and notes below.
type Table struct {
	// Name identifies the table in files, for example "attack_roi".
	Name string
	// Title is one line above the table.
	Title string
	// Columns describe the cells of each row, in order.
	Columns []Column
	// Rows hold one cell for each column.
	Rows [][]Cell
	// Notes are printed below the table, one paragraph each.
	Notes []string
}

// Column is the head of a column.
type Column struct {
	// Name is the text of the head.
	Name string
	// Unit is printed in brackets after the name. For cells with
	// Format.Percent it is "%".
	Unit string
	// Align places the cells. The zero value puts numbers right and text left.
	Align Align
}

// Align is the alignment of the cells in a column.
type Align int

// The alignments. Auto is Right for columns with a number and Left for others.
const (
	Auto Align = iota
	Left
	Right
	Center
)

// Format is the way to print a number.
type Format struct {
	// Decimals is the number of digits after the point.
	Decimals int
	// Sign puts a plus sign before positive numbers.
	Sign bool
	// Percent prints a fraction in hundredths, without a per cent sign. The unit of
	// the column is then "%".
	Percent bool
}

// Money returns the format of an amount of money, with the given number of digits after
// the point. Only losses have a sign.
func Money(decimals int) Format { return Format{Decimals: decimals} }

// Percent returns the format of a fraction in hundredths, with the given number of
// digits after the point.
func Percent(decimals int) Format { return Format{Decimals: decimals, Percent: true} }

type kind int

const (
	empty kind = iota
	text
	number
	estimate
)

// Cell is a text, a number, an estimate with its interval, or empty. The zero value is
// an empty cell without a reason.
type Cell struct {
	kind          kind
	text          string
	value, lo, hi float64
	format        Format
}

// Text returns a cell with a text.
func Text(s string) Cell { return Cell{kind: text, text: s} }

// Number returns a cell with one value. The value is in the unit of its column, or a
// fraction when the format is a percentage. NaN gives an empty cell. Minus zero becomes
// zero.
func Number(v float64, f Format) Cell {
	if math.IsNaN(v) {
		return Empty("not defined")
	}
	return Cell{kind: number, value: float64(v) + 0, format: f}
}

// Estimate returns a cell with a value and the ends of its interval. If the value is
// NaN the cell is empty; an end that is NaN is printed as a dash.
func Estimate(v, lo, hi float64, f Format) Cell {
	if math.IsNaN(v) {
		return Empty("not defined")
	}
	return Cell{kind: estimate, value: v + 0, lo: lo + 0, hi: hi + 0, format: f}
}

// Empty returns a cell without a value. The notes of the table give the reason.
func Empty(reason string) Cell { return Cell{kind: empty, text: reason} }

// Value returns the unrounded number of a cell and the ends of its interval. Without an
// interval both ends are the number itself. ok is false when the cell has no number.
func (c Cell) Value() (v, lo, hi float64, ok bool) {
	switch c.kind {
	case number:
		return c.value, c.value, c.value, true
	case estimate:
		return c.value, c.lo, c.hi, true
	}
	return math.NaN(), math.NaN(), math.NaN(), false
}

// stored is the form of a cell for encoding/gob, which skips unexported fields.
type stored struct {
	Kind          int
	Text          string
	Value, Lo, Hi float64
	Format        Format
}

// GobEncode encodes a cell with all digits, so that a table can be stored.
func (c Cell) GobEncode() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(stored{int(c.kind), c.text, c.value, c.lo, c.hi, c.format})
	return b.Bytes(), err
}

// GobDecode decodes a cell from the bytes of GobEncode.
func (c *Cell) GobDecode(b []byte) error {
	var s stored
	err := gob.NewDecoder(bytes.NewReader(b)).Decode(&s)
	*c = Cell{kind(s.Kind), s.Text, s.Value, s.Lo, s.Hi, s.Format}
	return err
}

var (
	intervalMethod = regexp.MustCompile(`Student|Wilson|BCa|[Bb]ootstrap`)
	intervalSize   = regexp.MustCompile(`\bn\b|replications|worlds|seeds|samples|batches`)
)

// StatesIntervals reports whether a text names a method for intervals and the number of
// observations.
func StatesIntervals(text string) bool {
	return intervalMethod.MatchString(text) && intervalSize.MatchString(text)
}

// statesIntervals reports whether heads and notes state the method and the number of
// observations of the intervals. It is true for a table without intervals.
func (t *Table) statesIntervals() bool {
	var text strings.Builder
	for _, c := range t.Columns {
		text.WriteString(c.Name + "\n")
	}
	text.WriteString(strings.Join(t.Notes, "\n"))
	has := func(c Cell) bool { return c.kind == estimate && c.lo < c.hi }
	return StatesIntervals(text.String()) ||
		!slices.ContainsFunc(t.Rows, func(row []Cell) bool { return slices.ContainsFunc(row, has) })
}

// Validate reports a table without columns, the first row that does not have one cell
// for each column, and intervals whose method or number of observations neither heads
// nor notes state.
func (t *Table) Validate() error {
	if len(t.Columns) == 0 {
		return fmt.Errorf("table %q: no columns", t.Name)
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("table %q: row %d has %d cells for %d columns", t.Name, i+1, len(row), len(t.Columns))
		}
	}
	if !t.statesIntervals() {
		return fmt.Errorf("table %q: no note names the method and the n of its intervals", t.Name)
	}
	return nil
}

// align resolves the alignment of a column.
func (t *Table) align(col int) Align {
	if a := t.Columns[col].Align; a != Auto {
		return a
	}
	for _, row := range t.Rows {
		if k := row[col].kind; k == number || k == estimate {
			return Right
		}
	}
	return Left
}

// notes returns the notes of the table, followed by the reasons of its empty cells. A
// column has each reason only once.
func (t *Table) notes() []string {
	out := append([]string{}, t.Notes...)
	for col, c := range t.Columns {
		for _, row := range t.Rows {
			if cell := row[col]; cell.kind == empty && cell.text != "" {
				if note := c.Name + " " + Dash + ": " + cell.text + "."; !slices.Contains(out, note) {
					out = append(out, note)
				}
			}
		}
	}
	return out
}

// Dash stands for a value that does not exist.
const Dash = "—"

// rounded is a number in the form in which it is printed.
type rounded struct {
	sign        byte   // '-', '+' or 0 for none
	whole, frac string // the digits before and after the point
}

// round is the only function that removes digits from numbers. It rounds the exact
// binary value to the nearest decimal, and ties to even. A number that rounds to zero
// has no sign. Percentages are shifted in decimal, because 100 × 0.145 is not 14.5 in
// binary.
func (f Format) round(v float64) rounded {
	if f.Percent {
		v = shiftedTwo(v)
	}
	r := rounded{}
	r.whole, r.frac, _ = strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', max(f.Decimals, 0), 64), ".")
	zero := strings.Trim(r.whole+r.frac, "0") == ""
	switch {
	case v < 0 && !zero:
		r.sign = '-'
	case f.Sign && v > 0 && !zero:
		r.sign = '+'
	}
	return r
}

// shiftedTwo multiplies v by 100 by moving the point in its shortest decimal form.
func shiftedTwo(v float64) float64 {
	mantissa, exp, ok := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	if !ok {
		return v
	}
	e, err := strconv.Atoi(exp)
	if err != nil {
		return v * 100
	}
	// An error here means overflow, for which ParseFloat returns infinity.
	out, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(e+2), 64)
	return out
}

// notation holds the texts that a format uses for the parts of a number.
type notation struct {
	minus, group, dash, infinity string
}

// plain is the notation of all formats for people except LaTeX.
var plain = notation{minus: "−", group: ",", dash: Dash, infinity: "∞"}

// number writes one value.
func (n notation) number(v float64, f Format) string {
	if math.IsNaN(v) {
		return n.dash
	}
	r := f.round(v)
	var b strings.Builder
	switch r.sign {
	case '-':
		b.WriteString(n.minus)
	case '+':
		b.WriteByte('+')
	}
	if math.IsInf(v, 0) {
		return b.String() + n.infinity
	}
	b.WriteString(param.Grouped(r.whole, n.group))
	if r.frac != "" {
		b.WriteString("." + r.frac)
	}
	return b.String()
}

// interval writes the ends of an estimate. It is empty for other cells.
func (n notation) interval(c Cell) string {
	if c.kind != estimate {
		return ""
	}
	return "[" + n.number(c.lo, c.format) + ", " + n.number(c.hi, c.format) + "]"
}

// value writes a cell without its interval. The caller gives the function that escapes
// text, because each format has different rules.
func (n notation) value(c Cell, escape func(string) string) string {
	switch c.kind {
	case text:
		return escape(c.text)
	case empty:
		return n.dash
	}
	return n.number(c.value, c.format)
}

// cell writes a cell with its interval.
func (n notation) cell(c Cell, escape func(string) string) string {
	s := n.value(c, escape)
	if i := n.interval(c); i != "" {
		s += " " + i
	}
	return s
}

// String returns the text of the cell on one line of a terminal.
func (c Cell) String() string { return plain.cell(c, oneLine) }

// oneLine replaces every run of white space by one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// head returns the name of a column with its unit.
func (c Column) head() string {
	if c.Unit == "" {
		return oneLine(c.Name)
	}
	return oneLine(c.Name) + " (" + oneLine(c.Unit) + ")"
}
