package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"stakeout/experiments/kit/table"
)

// maxIndent bounds the column of names; a longer name pushes its line right.
const maxIndent = 24

// entries prints a table of texts as a list, because sentences do not fit into narrow columns. The first two cells of
// a row stand on a line. The others follow below with the heads of their columns, except where the text explains
// itself. A column without a head joins the one before it.
func (p *program) entries(t *table.Table) {
	fmt.Fprintln(p.out, t.Title)
	indent := 0
	for _, row := range t.Rows {
		indent = min(max(indent, utf8.RuneCountInString(row[0].String())+4), maxIndent)
	}
	for _, row := range t.Rows {
		first, rest := row[1].String(), []string(nil)
		for i, c := range row[2:] {
			switch head, text := t.Columns[i+2], strings.TrimSuffix(c.String(), "."); {
			case text == "", head.Name == "Unit" && text == "1":
			case head.Name == "":
				first += " " + text
			case head.Name == "Meaning", head.Name == "What it does":
				rest = append(rest, text)
			case head.Unit != "":
				rest = append(rest, head.Name+": "+text+" "+head.Unit)
			default:
				rest = append(rest, head.Name+": "+text)
			}
		}
		fmt.Fprintf(p.out, "  %-*s  %s\n", indent-4, row[0], wrap(first, p.width(), indent))
		if len(rest) > 0 {
			fmt.Fprintf(p.out, "%s%s\n", strings.Repeat(" ", indent), wrap(strings.Join(rest, "; "), p.width(), indent))
		}
	}
	for _, n := range t.Notes {
		fmt.Fprintln(p.out, wrap(n, p.width(), 0))
	}
}

// wrap breaks text at blanks so that it fits between indent and width. A word longer than a line stands alone on a
// line.
func wrap(text string, width, indent int) string {
	var b strings.Builder
	at := indent
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
