package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// gap is the number of blanks between two columns.
const gap = 2

// headLines is the largest number of lines of a column head.
const headLines = 3

// columnsOf counts terminal columns. Unicode leaves the width of some dashes and signs
// open; here they always count as one column, so that the output is the same everywhere.
var columnsOf = &runewidth.Condition{EastAsianWidth: false}

// layout is a way to break cells into lines.
type layout struct {
	// split puts each interval below its estimate.
	split bool
	// ends puts the two ends of an interval on separate lines.
	ends bool
	// words is the width to which text is broken at spaces; zero keeps it on one line.
	words int
}

// layouts lists the layouts from wide to narrow.
var layouts = []layout{
	{}, {words: 40}, {split: true}, {split: true, words: 32}, {split: true, words: 24}, {split: true, words: 16},
	{split: true, words: 10}, {split: true, ends: true, words: 16},
}

// Terminal writes the table for a screen of the given width in columns. It takes the
// first layout that fits. The layouts first break text at spaces, then put intervals
// below their estimates, and then put the ends of intervals on separate lines. If none
// fits, the table lies on its side, with one column for each row and in as many blocks
// as necessary. Output exceeds the screen only if a single column is wider. Terminal
// fails when the table is not valid or when writing fails.
func (t *Table) Terminal(w io.Writer, width int) error {
	if err := t.Validate(); err != nil {
		return err
	}
	var b bytes.Buffer
	writeParagraph(&b, t.Title, width)
	if err := t.body(&b, width); err != nil {
		return fmt.Errorf("table %q: %w", t.Name, err)
	}
	for _, n := range t.notes() {
		writeParagraph(&b, n, width)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("table %q: %w", t.Name, err)
	}
	return nil
}

func (t *Table) body(w io.Writer, width int) error {
	for _, l := range layouts {
		g := t.upright(l)
		if g.width() <= width {
			return g.write(w)
		}
	}
	return t.stacked(w, width)
}

// grid is a table whose cells are broken into lines, ready to be drawn.
type grid struct {
	head   []string
	rows   [][]string
	aligns []Align
	// ruled draws a line between rows, for cells of many lines.
	ruled bool
}

// upright returns the table with its rows as rows.
func (t *Table) upright(l layout) grid {
	g := grid{ruled: l.ends}
	for col := range t.Columns {
		g.aligns = append(g.aligns, t.align(col))
	}
	for _, row := range t.Rows {
		g.rows = append(g.rows, l.cells(row))
	}
	for col, c := range t.Columns {
		g.head = append(g.head, wrapHead(c.head(), widestOf(g.rows, col)))
	}
	bottomAlign(g.head)
	return g
}

// cells breaks the cells of a row into lines.
func (l layout) cells(row []Cell) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = l.cell(c)
	}
	return out
}

func (l layout) cell(c Cell) string {
	switch {
	case c.kind == text && l.words > 0:
		return wrap(oneLine(c.text), l.words)
	case c.kind == estimate && l.ends:
		return plain.value(c, oneLine) + "\n" + strings.Replace(plain.interval(c), ", ", ",\n", 1)
	case c.kind == estimate && l.split:
		return plain.value(c, oneLine) + "\n" + plain.interval(c)
	}
	return c.String()
}

// stacked writes the table on its side, in blocks of columns. The cells of the first
// column become the heads.
func (t *Table) stacked(w io.Writer, width int) error {
	l := layout{split: true, words: 16}
	all := grid{head: []string{t.Columns[0].head()}, aligns: []Align{Left}}
	for _, c := range t.Columns[1:] {
		all.rows = append(all.rows, []string{wrap(c.head(), 18)})
	}
	if len(t.Rows) == 0 {
		return all.write(w)
	}
	for first := 0; first < len(t.Rows); {
		g, n := all, 0
		for n = 1; first+n <= len(t.Rows); n++ {
			next := t.block(all, t.Rows[first:first+n], l)
			if n > 1 && next.width() > width {
				break
			}
			g = next
		}
		if first > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		first += n - 1
		if err := g.write(w); err != nil {
			return err
		}
	}
	return nil
}

// block returns a grid that has the column of names and one column for each of the given
// rows.
func (t *Table) block(names grid, rows [][]Cell, l layout) grid {
	g := grid{head: append([]string{}, names.head...), aligns: append([]Align{}, names.aligns...)}
	for _, r := range names.rows {
		g.rows = append(g.rows, append([]string{}, r...))
	}
	for _, row := range rows {
		cells := l.cells(row)
		g.head = append(g.head, cells[0])
		g.aligns = append(g.aligns, Right)
		for i, c := range cells[1:] {
			g.rows[i] = append(g.rows[i], c)
		}
	}
	bottomAlign(g.head)
	return g
}

// width returns the width of the grid in terminal columns.
func (g grid) width() int {
	total := gap * (len(g.head) - 1)
	for col := range g.head {
		total += max(lineWidth(g.head[col]), widestOf(g.rows, col))
	}
	return total
}

// write draws the grid and cuts the trailing blanks of the padding.
func (g grid) write(w io.Writer) error {
	var b bytes.Buffer
	aligns := g.drawn()
	pad := tw.Padding{Left: tw.Empty, Right: strings.Repeat(" ", gap), Overwrite: true}
	off := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: aligns},
		Padding:    tw.CellPadding{Global: pad},
	}
	between := tw.Off
	if g.ruled {
		between = tw.On
	}
	out := tablewriter.NewTable(&b,
		tablewriter.WithConfig(tablewriter.Config{Header: off, Row: off}),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithTrimLine(tw.Off),
		tablewriter.WithEastAsian(tw.Off),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.Border{Left: tw.Off, Right: tw.Off, Top: tw.On, Bottom: tw.On},
			Symbols:  tw.NewSymbols(tw.StyleLight),
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: between}},
		})))
	out.Header(g.head)
	for _, r := range g.rows {
		if err := out.Append(r); err != nil {
			return err
		}
	}
	if err := out.Render(); err != nil {
		return err
	}
	return writeTrimmed(w, b.String(), g.width())
}

func (g grid) drawn() []tw.Align {
	out := make([]tw.Align, len(g.aligns))
	for i, a := range g.aligns {
		out[i] = map[Align]tw.Align{Left: tw.AlignLeft, Right: tw.AlignRight, Center: tw.AlignCenter}[a]
	}
	return out
}

// writeTrimmed cuts every line to the width. This removes the padding behind the last
// column from texts and from rules.
func writeTrimmed(w io.Writer, s string, width int) error {
	for line := range strings.Lines(s) {
		line = columnsOf.Truncate(strings.TrimRight(line, "\n"), width, "")
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// writeParagraph writes a text broken at spaces. It writes nothing for an empty text.
func writeParagraph(b *bytes.Buffer, s string, width int) {
	if s = oneLine(s); s != "" {
		b.WriteString(wrap(s, width) + "\n")
	}
}
