package table

import "strings"

// lineWidth returns the width of the widest line of a text, in terminal columns.
func lineWidth(s string) int {
	w := 0
	for line := range strings.SplitSeq(s, "\n") {
		w = max(w, columnsOf.StringWidth(line))
	}
	return w
}

// widestOf returns the width of the widest cell in a column, in terminal columns.
func widestOf(rows [][]string, col int) int {
	w := 0
	for _, r := range rows {
		w = max(w, lineWidth(r[col]))
	}
	return w
}

// wrap breaks a text at spaces into lines of at most the given width. A longer word gets
// a separate line, which then exceeds the width.
func wrap(s string, width int) string {
	var lines []string
	line := ""
	for _, word := range words(s) {
		switch {
		case line == "":
			line = word
		case columnsOf.StringWidth(line)+1+columnsOf.StringWidth(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return strings.Join(append(lines, line), "\n")
}

// words splits a text at spaces but keeps a short bracket such as [95 % CI] together.
func words(s string) []string {
	const short = 12
	var out []string
	open := false
	for _, f := range strings.Fields(s) {
		if last := len(out) - 1; open && len(out[last])+len(f) < short {
			out[last] += " " + f
		} else {
			out = append(out, f)
			open = strings.HasPrefix(f, "[")
		}
		open = open && !strings.Contains(f, "]")
	}
	return out
}

// wrapHead breaks the head of a column into at most headLines lines. The head is as
// narrow as the cells if possible, and otherwise as narrow as the lines allow.
func wrapHead(s string, cells int) string {
	for width := max(cells, 1); ; width++ {
		if out := wrap(s, width); strings.Count(out, "\n") < headLines {
			return out
		}
	}
}

// bottomAlign puts empty lines above the shorter heads, so that all heads end just above
// the first row.
func bottomAlign(heads []string) {
	most := 0
	for _, h := range heads {
		most = max(most, strings.Count(h, "\n"))
	}
	for i, h := range heads {
		heads[i] = strings.Repeat("\n", most-strings.Count(h, "\n")) + h
	}
}
