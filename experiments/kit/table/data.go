package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
)

// CSV writes a head row and the unrounded values (RFC 4180). A column with an estimate
// becomes three columns: the value, "lo" and "hi". Percentages are written as
// fractions, and their head has the unit "fraction" instead of "%". Empty cells are
// empty fields. CSV leaves out title and notes. It fails when the table is not valid or
// when writing fails.
func (t *Table) CSV(w io.Writer) error {
	return t.emit(w, func(b *bytes.Buffer) {
		// Writing to memory cannot fail, hence the ignored results.
		out := csv.NewWriter(b)
		var head []string
		for i, c := range t.Columns {
			c.Unit = t.rawUnit(i)
			head = append(head, c.head())
			if t.has(i, isEstimate) {
				lo, hi := c, c
				lo.Name += " lo"
				hi.Name += " hi"
				head = append(head, lo.head(), hi.head())
			}
		}
		_ = out.Write(head)
		for _, row := range t.Rows {
			_ = out.Write(t.rawRow(row))
		}
		out.Flush()
	})
}

func (t *Table) rawRow(row []Cell) []string {
	var out []string
	for i, c := range row {
		out = append(out, c.raw())
		if !t.has(i, isEstimate) {
			continue
		}
		if c.kind == estimate {
			out = append(out, digits(c.lo), digits(c.hi))
		} else {
			out = append(out, "", "")
		}
	}
	return out
}

// raw returns the cell with all digits.
func (c Cell) raw() string {
	switch c.kind {
	case text:
		return oneLine(c.text)
	case empty:
		return ""
	}
	return digits(c.value)
}

// digits returns the shortest decimal that reads back as the same float64. It is empty
// for NaN.
func digits(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func isEstimate(c Cell) bool { return c.kind == estimate }

func isPercent(c Cell) bool { return c.format.Percent }

// has reports whether any cell of the column is of a sort.
func (t *Table) has(col int, sort func(Cell) bool) bool {
	return slices.ContainsFunc(t.Rows, func(row []Cell) bool { return sort(row[col]) })
}

// rawUnit returns the unit of the unrounded values.
func (t *Table) rawUnit(col int) string {
	if t.has(col, isPercent) {
		return "fraction"
	}
	return t.Columns[col].Unit
}

type jsonTable struct {
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Columns []jsonColumn `json:"columns"`
	Rows    [][]jsonCell `json:"rows"`
	Notes   []string     `json:"notes"`
}

type jsonColumn struct {
	Name string `json:"name"`
	// Unit belongs to the values and ShownUnit to the text.
	Unit      string `json:"unit,omitempty"`
	ShownUnit string `json:"shown_unit,omitempty"`
}

// jsonCell is a cell in JSON. It has no value for texts, empty cells and infinite values,
// which JSON cannot express.
type jsonCell struct {
	Text   string   `json:"text"`
	Value  *float64 `json:"value,omitempty"`
	Lo     *float64 `json:"lo,omitempty"`
	Hi     *float64 `json:"hi,omitempty"`
	Reason string   `json:"reason,omitempty"`
}

// JSON writes the table with the unrounded values and with their text for people. It
// fails when the table is not valid or when writing fails.
func (t *Table) JSON(w io.Writer) error {
	var failed error
	err := t.emit(w, func(b *bytes.Buffer) {
		out := jsonTable{Name: t.Name, Title: t.Title, Notes: append([]string{}, t.Notes...), Rows: [][]jsonCell{}}
		for i, c := range t.Columns {
			out.Columns = append(out.Columns, jsonColumn{Name: c.Name, Unit: t.rawUnit(i), ShownUnit: c.Unit})
		}
		for _, row := range t.Rows {
			cells := make([]jsonCell, len(row))
			for i, c := range row {
				cells[i] = c.json()
			}
			out.Rows = append(out.Rows, cells)
		}
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		failed = enc.Encode(out)
	})
	if failed != nil {
		return failed
	}
	return err
}

func (c Cell) json() jsonCell {
	out := jsonCell{Text: c.String()}
	switch c.kind {
	case empty:
		out.Reason = c.text
	case number:
		out.Value = finite(c.value)
	case estimate:
		out.Value, out.Lo, out.Hi = finite(c.value), finite(c.lo), finite(c.hi)
	}
	return out
}

// finite returns nil for NaN and infinite values.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
