package table

import (
	"bytes"
	"html/template"
	"io"
)

// page is the template of a table. Heads have a scope, so that a screen reader can name
// the row and the column of a cell. The frame around the table scrolls on a narrow
// screen. Intervals stand in separate elements, so that a style sheet can put them on
// separate lines.
var page = template.Must(template.New("table").Parse(
	`{{if .Rows}}<div class="scroll" role="group" tabindex="0" aria-label="{{.Title}}">
<table class="table-{{.Name}}">
<caption>{{.Title}}</caption>
<thead><tr>{{range .Heads}}<th scope="col" class="{{.Class}}">{{.Text}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range $i, $c := .}}{{if $i}}<td class="{{$c.Class}}">{{else -}}
<th scope="row" class="{{$c.Class}}">{{end}}{{$c.Text -}}
{{if $c.Interval}}<span class="interval">{{$c.Interval}}</span>{{end}}{{if $i}}</td>{{else}}</th>{{end}}{{end}}</tr>
{{end}}</tbody>
</table>
</div>
{{else if .Title}}<p><strong>{{.Title}}</strong></p>
{{end}}{{if .Notes}}<div class="notes">
{{range .Notes}}<p>{{.}}</p>
{{end}}</div>
{{end}}`))

// shown is a cell or a head in a page.
type shown struct{ Text, Interval, Class string }

// HTML writes the table as a fragment of a page, with the title as caption and the
// notes below. A table without rows gives only title and notes. The first cell of each
// row is its head. Text is escaped. HTML fails when the table is not valid or when
// writing fails.
func (t *Table) HTML(w io.Writer) error {
	v := struct {
		Name, Title string
		Heads       []shown
		Rows        [][]shown
		Notes       []string
	}{Name: t.Name, Title: oneLine(t.Title)}
	var failed error
	err := t.emit(w, func(b *bytes.Buffer) {
		v.Heads, v.Rows = t.shown()
		v.Notes = t.notes()
		failed = page.Execute(b, v)
	})
	if failed != nil {
		return failed
	}
	return err
}

// shown returns the heads and the cells. It turns a table with many columns and only one
// or two rows on its side, so that the table fits a page.
func (t *Table) shown() (heads []shown, rows [][]shown) {
	grid := [][]shown{{}}
	for i, c := range t.Columns {
		grid[0] = append(grid[0], shown{Text: c.head(), Class: t.class(i)})
	}
	for _, row := range t.Rows {
		cells := make([]shown, len(row))
		for i, c := range row {
			cells[i] = shown{plain.value(c, oneLine), plain.interval(c), t.class(i)}
		}
		grid = append(grid, cells)
	}
	if len(t.Rows) < 3 && len(t.Columns) > 8 {
		grid = turned(grid)
	}
	return grid[0], grid[1:]
}

// turned exchanges rows and columns.
func turned(grid [][]shown) [][]shown {
	out := make([][]shown, len(grid[0]))
	for i := range out {
		for k, row := range grid {
			cell := row[i]
			cell.Class = map[bool]string{true: "left", false: "right"}[k == 0]
			out[i] = append(out[i], cell)
		}
	}
	return out
}

// class returns the name of the alignment of a column in the style sheet of the page.
func (t *Table) class(col int) string {
	return map[Align]string{Left: "left", Right: "right", Center: "center"}[t.align(col)]
}
