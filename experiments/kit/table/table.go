// Package table writes one table for people and for programs: terminal,
// Markdown, LaTeX, CSV and JSON show the same numbers.
//
// A Table holds unrounded values together with the way to print them. The
// writers for people share one rounding function, and the writers for
// programs give every digit, so no two of them can disagree.
//
// Assumption: intervals are printed as "estimate [low, high]", and a value
// that does not exist is printed as a dash whose reason stands in the notes.
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
	// Name identifies the table in files, such as "attack_roi".
	Name string
	// Title is one line above the table.
	Title string
	// Columns head the cells of each row, in order.
	Columns []Column
	// Rows hold one cell a column.
	Rows [][]Cell
	// Notes are printed below the table, one paragraph each.
	Notes []string
}

// Column is the head of a column.
type Column struct {
	// Name is what the column shows.
	Name string
	// Unit is printed in brackets after the name. For cells with
	// Format.Percent it is "%".
	Unit string
	// Align places the cells. The zero value sets numbers right, text left.
	Align Align
}

// Align is the side of a column on which its cells stand.
type Align int

// The alignments; Auto is Right for columns with a number, else Left.
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
	// Percent prints a fraction in hundredths; the unit says so.
	Percent bool
}

// Money is the format of an amount: signed nowhere but for losses, with the
// given number of digits after the point.
func Money(decimals int) Format { return Format{Decimals: decimals} }

// Percent is the format of a fraction in hundredths.
func Percent(decimals int) Format { return Format{Decimals: decimals, Percent: true} }

type kind int

const (
	empty kind = iota
	text
	number
	estimate
)

// Cell is a text, a number, an estimate with its interval, or nothing. The
// zero value is a cell with nothing in it and no reason.
type Cell struct {
	kind          kind
	text          string
	value, lo, hi float64
	format        Format
}

// Text is a cell of words.
func Text(s string) Cell { return Cell{kind: text, text: s} }

// Number is a cell of one value, in the unit of its column, or a fraction when the
// format is a percentage. NaN is a missing value; a negative zero loses its sign.
func Number(v float64, f Format) Cell {
	if math.IsNaN(v) {
		return Empty("not defined")
	}
	return Cell{kind: number, value: v + 0, format: f}
}

// Estimate is a cell of a value with the ends of its interval. A missing
// value is an empty cell; a missing end is printed as a dash.
func Estimate(v, lo, hi float64, f Format) Cell {
	if math.IsNaN(v) {
		return Empty("not defined")
	}
	return Cell{kind: estimate, value: v + 0, lo: lo + 0, hi: hi + 0, format: f}
}

// Empty is a cell without a value. The reason goes to the notes of the table.
func Empty(reason string) Cell { return Cell{kind: empty, text: reason} }

// Value is the unrounded number of a cell with the ends of its interval, which are
// the number itself where the cell has none, and whether there is a number.
func (c Cell) Value() (v, lo, hi float64, ok bool) {
	switch c.kind {
	case number:
		return c.value, c.value, c.value, true
	case estimate:
		return c.value, c.lo, c.hi, true
	}
	return math.NaN(), math.NaN(), math.NaN(), false
}

// stored is a cell as encoding/gob sees it.
type stored struct {
	Kind          int
	Text          string
	Value, Lo, Hi float64
	Format        Format
}

// GobEncode lets a table be stored as a value, with all digits.
func (c Cell) GobEncode() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(stored{int(c.kind), c.text, c.value, c.lo, c.hi, c.format})
	return b.Bytes(), err
}

// GobDecode reads what GobEncode wrote.
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

// StatesIntervals tells whether a text names a method of making intervals, and says of
// how many observations.
func StatesIntervals(text string) bool {
	return intervalMethod.MatchString(text) && intervalSize.MatchString(text)
}

// statesIntervals tells whether a reader learns how the intervals in the table were
// made, where it has any.
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

// Validate reports the first row that does not have one cell a column, and intervals of
// which neither heads nor notes say how and of what they were made.
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

// notes are the notes of the table and the reasons of its empty cells, each
// reason once for every column.
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

// rounded is a number as it is printed: its sign, and its digits before and
// after the point.
type rounded struct {
	sign        byte
	whole, frac string
}

// round is the one place where numbers lose digits. It rounds the exact
// binary value to the nearest decimal, ties to even; what rounds to zero has
// no sign. Percentages are shifted in decimal, since 100 × 0.145 is not 14.5
// in binary.
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

// shiftedTwo moves the decimal point of the shortest decimal form of v.
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

// notation is how a writer spells the parts of a number.
type notation struct {
	minus, group, dash, infinity string
}

// plain is the notation of terminal and Markdown.
var plain = notation{minus: "−", group: ",", dash: Dash, infinity: "∞"}

// number spells one value.
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

// interval spells the ends of an estimate, or nothing for another cell.
func (n notation) interval(c Cell) string {
	if c.kind != estimate {
		return ""
	}
	return "[" + n.number(c.lo, c.format) + ", " + n.number(c.hi, c.format) + "]"
}

// value spells a cell without its interval. Text is left to the writer, which
// knows what to escape.
func (n notation) value(c Cell, escape func(string) string) string {
	switch c.kind {
	case text:
		return escape(c.text)
	case empty:
		return n.dash
	}
	return n.number(c.value, c.format)
}

// cell spells a cell with its interval.
func (n notation) cell(c Cell, escape func(string) string) string {
	s := n.value(c, escape)
	if i := n.interval(c); i != "" {
		s += " " + i
	}
	return s
}

// String is the cell as a terminal shows it on one line.
func (c Cell) String() string { return plain.cell(c, oneLine) }

// oneLine replaces every run of white space by one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// head is the name of a column with its unit.
func (c Column) head() string {
	if c.Unit == "" {
		return oneLine(c.Name)
	}
	return oneLine(c.Name) + " (" + oneLine(c.Unit) + ")"
}
