package table

import (
	"bytes"
	"html/template"
	"io"
)

// page is the markup of a table: heads with a scope, so that a screen reader can
// name the row and the column of a cell, and a frame that scrolls by itself where
// the screen is narrow. Intervals are on a line of their own.
var page = template.Must(template.New("table").Parse(
	`{{if .Rows}}<div class="scroll" role="group" tabindex="0" aria-label="{{.Title}}">
<table class="table-{{.Name}}">
<caption>{{.Title}}</caption>
<thead><tr>{{range .Heads}}<th scope="col" class="{{.Class}}">{{.Text}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range $i, $c := . -}}
{{if $i}}<td class="{{$c.Class}}">{{else}}<th scope="row" class="{{$c.Class}}">{{end}}{{$c.Text -}}
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

// HTML writes the table as a fragment of a page, with its title as caption and its
// notes below. A table without rows is its title and its notes. The first cell of
// each row is its head. Text is escaped. It fails when a row does not match the
// columns or when writing fails.
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

// shown are the heads and the cells. A long table of one or two rows lies on its
// side, so that it fits a page.
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

// turned makes columns of rows.
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

// class is the alignment of a column, as the style sheet of the page names it.
func (t *Table) class(col int) string {
	return map[Align]string{Left: "left", Right: "right", Center: "center"}[t.align(col)]
}
