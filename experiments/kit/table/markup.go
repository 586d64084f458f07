package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Markdown writes a pipe table (GitHub Flavored Markdown 4.10) with the title
// in bold above it and the notes below. It fails when the table is not valid or when
// writing fails.
func (t *Table) Markdown(w io.Writer) error {
	return t.emit(w, func(b *bytes.Buffer) {
		if t.Title != "" {
			fmt.Fprintf(b, "**%s**\n\n", markdown(t.Title))
		}
		rule := make([]string, len(t.Columns))
		head := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			head[i] = markdown(c.head())
			rule[i] = map[Align]string{Left: ":---", Right: "---:", Center: ":---:"}[t.align(i)]
		}
		writePipes(b, head)
		writePipes(b, rule)
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for i, c := range row {
				cells[i] = plain.cell(c, markdown)
			}
			writePipes(b, cells)
		}
		for _, n := range t.notes() {
			fmt.Fprintf(b, "\n%s\n", markdown(n))
		}
	})
}

func writePipes(b *bytes.Buffer, cells []string) {
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

// emit validates the table, builds the text in memory and writes it in one piece.
func (t *Table) emit(w io.Writer, build func(*bytes.Buffer)) error {
	if err := t.Validate(); err != nil {
		return err
	}
	var b bytes.Buffer
	build(&b)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("table %q: %w", t.Name, err)
	}
	return nil
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "#", `\#`,
	"[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "$", `\$`,
)

func markdown(s string) string { return markdownEscapes.Replace(oneLine(s)) }

// latexNotation needs no LaTeX package. The minus is set in math mode, and the braces
// around the comma prevent the space after punctuation there.
var latexNotation = notation{minus: "$-$", group: "{,}", dash: `\textemdash{}`, infinity: `$\infty$`}

// LaTeX writes the body of a table for \input, without float and caption: a tabular in
// the booktabs style and the notes in a minipage. Intervals stand below their
// estimates, as is usual in economics. If the table is wider than a line of small
// print, it continues in further tabulars below, each with the first column. Columns
// of sentences are broken into lines, which needs the package array. LaTeX fails when
// the table is not valid or when writing fails.
func (t *Table) LaTeX(w io.Writer) error {
	return t.emit(w, func(b *bytes.Buffer) {
		fmt.Fprintf(b, "%% %s\n", strings.ToValidUTF8(oneLine(t.Title), ""))
		for i, block := range t.blocks() {
			if i > 0 {
				b.WriteString("\\par\\medskip\n")
			}
			block.tabular(b)
		}
		if notes := t.notes(); len(notes) > 0 {
			b.WriteString("\\par\\smallskip\\noindent\n\\begin{minipage}{\\linewidth}\\footnotesize\n")
			for _, n := range notes {
				b.WriteString(LaTeXText(n) + "\\par\n")
			}
			b.WriteString("\\end{minipage}\n")
		}
	})
}

func (t *Table) tabular(b *bytes.Buffer) {
	fmt.Fprintf(b, "\\begin{tabular}{@{}%s@{}}\n\\toprule\n", t.latexColumns())
	t.latexHead(b)
	b.WriteString("\\midrule\n")
	for i, row := range t.Rows {
		if i > 0 && t.hasIntervals() {
			b.WriteString("\\addlinespace[2pt]\n")
		}
		writeLaTeXRow(b, row)
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
}

// blocks divides the columns into the smallest number of tables that fit on a line, and
// makes the widest of them as narrow as possible. Each table begins with the first
// column.
func (t *Table) blocks() []*Table {
	out := t.cut(lineCells)
	for line := lineCells - 1; line > 0; line-- {
		next := t.cut(line)
		if len(next) > len(out) {
			break
		}
		out = next
	}
	return out
}

// cut divides the columns into tables of at most line characters.
func (t *Table) cut(line int) (out []*Table) {
	widths := t.widths(layout{split: true})
	var block *Table
	room := 0
	for col := 1; col < len(t.Columns) || block == nil; col++ {
		if block == nil || col > 1 && widths[col]+columnGap > room {
			block = &Table{Rows: make([][]Cell, len(t.Rows))}
			block.add(t, 0)
			out, room = append(out, block), line-widths[0]
		}
		if col < len(t.Columns) {
			block.add(t, col)
			room -= widths[col] + columnGap
		}
	}
	return out
}

// add appends a column of another table to the table.
func (t *Table) add(from *Table, col int) {
	t.Columns = append(t.Columns, from.Columns[col])
	for i, row := range from.Rows {
		t.Rows[i] = append(t.Rows[i], row[col])
	}
}

// widths returns the widths of the columns in characters. A column of sentences has the
// width that it has after its sentences are broken into lines.
func (t *Table) widths(l layout) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = lineWidth(wrapHead(c.head(), headCells))
		for _, row := range t.Rows {
			widths[i] = max(widths[i], lineWidth(l.cell(row[i])))
		}
		if t.align(i) == Left {
			widths[i] = min(widths[i], longestCells)
		}
	}
	return widths
}

func (t *Table) hasIntervals() bool {
	for col := range t.Columns {
		if t.has(col, isEstimate) {
			return true
		}
	}
	return false
}

// writeLaTeXRow writes the values and, if there are any, the intervals in a separate row
// below.
func writeLaTeXRow(b *bytes.Buffer, row []Cell) {
	values, intervals := make([]string, len(row)), make([]string, len(row))
	for i, c := range row {
		values[i] = latexNotation.value(c, LaTeXText)
		intervals[i] = latexNotation.interval(c)
	}
	writeAmpersands(b, values)
	if strings.Join(intervals, "") != "" {
		writeAmpersands(b, intervals)
	}
}

func (t *Table) latexColumns() string {
	var b strings.Builder
	for i, w := range t.widths(layout{split: true}) {
		if t.align(i) == Left && w == longestCells {
			b.WriteString(paragraph(float64(w) / lineCells))
			continue
		}
		b.WriteString(map[Align]string{Left: "l", Right: "r", Center: "c"}[t.align(i)])
	}
	return b.String()
}

// latexHead writes the heads broken into lines. Each line is a row of the tabular, so
// that no further package is necessary.
func (t *Table) latexHead(b *bytes.Buffer) {
	heads := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = wrapHead(c.head(), headCells)
	}
	bottomAlign(heads)
	for line := range strings.Count(heads[0], "\n") + 1 {
		cells := make([]string, len(heads))
		for i, h := range heads {
			cells[i] = LaTeXText(strings.Split(h, "\n")[line])
		}
		writeAmpersands(b, cells)
	}
}

// writeAmpersands writes one row. It puts an empty group before a leading bracket or
// star, which LaTeX would otherwise read as an argument of the preceding \\.
func writeAmpersands(b *bytes.Buffer, cells []string) {
	row := strings.Join(cells, " & ")
	if strings.HasPrefix(row, "[") || strings.HasPrefix(row, "*") {
		row = "{}" + row
	}
	fmt.Fprintf(b, "%s \\\\\n", row)
}

// latexEscapes replaces the special characters of LaTeX, characters that its text fonts
// lack, and the Greek letters and signs of the tables.
var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "<", `\textless{}`, ">", `\textgreater{}`, "|", `\textbar{}`,
	"--", "-{}-", "−", "$-$", "—", `\textemdash{}`, "–", `\textendash{}`, "×", `$\times$`, "·", `$\cdot$`,
	"≤", `$\leq$`, "≥", `$\geq$`, "∞", `$\infty$`, "±", `$\pm$`, "€", `\texteuro{}`, "²", "$^2$", "₂", "$_2$", "√",
	`$\surd$`, "φ", `$\varphi$`, "µ", `\textmu{}`,
	"α", `$\alpha$`, "β", `$\beta$`, "γ", `$\gamma$`, "δ", `$\delta$`, "ε", `$\varepsilon$`, "θ", `$\theta$`,
	"λ", `$\lambda$`, "μ", `$\mu$`, "π", `$\pi$`, "ρ", `$\rho$`, "σ", `$\sigma$`, "τ", `$\tau$`, "Δ", `$\Delta$`,
)

// LaTeXText returns the LaTeX source that prints a text, on one line.
func LaTeXText(s string) string { return latexEscapes.Replace(oneLine(s)) }

// LongLaTeX writes a table that may continue on further pages. It is a longtable in the
// booktabs style with a repeated head and with the notes as paragraphs below. Columns
// of words are broken into lines. The packages booktabs, longtable and array are
// necessary. Intervals stand beside their estimates, or below them if the words need
// the room. LongLaTeX fails when the table is not valid or when writing fails.
func (t *Table) LongLaTeX(w io.Writer) error {
	return t.emit(w, func(b *bytes.Buffer) {
		fmt.Fprintf(b, "%% %s\n\\begin{longtable}{@{}%s@{}}\n\\toprule\n", strings.ToValidUTF8(oneLine(t.Title), ""),
			t.paragraphs())
		t.latexHead(b)
		b.WriteString("\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n")
		split := t.longLayout().split
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for i, c := range row {
				cells[i] = latexNotation.cell(c, LaTeXText)
				if interval := latexNotation.interval(c); split && interval != "" {
					cells[i] = fmt.Sprintf("\\begin{tabular}[t]{@{}r@{}}%s\\\\{}%s\\end{tabular}",
						latexNotation.value(c, LaTeXText), interval)
				}
			}
			writeAmpersands(b, cells)
		}
		b.WriteString("\\end{longtable}\n")
		for _, n := range t.notes() {
			b.WriteString("\\par\\noindent " + LaTeXText(n) + "\\par\n")
		}
	})
}

// The widths of tables in LaTeX, in characters.
const (
	lineCells    = 112 // one line of small print
	columnGap    = 3   // the gap between two columns
	headCells    = 14  // the width to which heads are broken if possible
	brokenCells  = 18  // a long table breaks wider columns of words into lines
	longestCells = 60  // the largest width that a column of words asks for
)

// paragraphs returns the column specification of a long table. Numbers take their
// width; columns of words share the rest of the line in proportion to their widths.
func (t *Table) paragraphs() string {
	widths := t.widths(t.longLayout())
	fixed, wanted := t.shares(widths)
	var b strings.Builder
	for i, w := range widths {
		switch a := t.align(i); {
		case a == Left && w > brokenCells:
			share := float64(max(lineCells-fixed, lineCells/3)) / lineCells * float64(w) / float64(wanted)
			b.WriteString(paragraph(0.9 * max(share, float64(t.longestWord(i)+1)/lineCells)))
		default:
			b.WriteString(map[Align]string{Left: "l", Right: "r", Center: "c"}[a])
		}
	}
	return b.String()
}

// longLayout returns the layout of a long table. It puts intervals below their estimates
// when the words would otherwise have less than half of the width that they ask for.
func (t *Table) longLayout() layout {
	fixed, wanted := t.shares(t.widths(layout{}))
	return layout{split: wanted > 2*(lineCells-fixed)}
}

// shares returns the width that numbers take of a line, and the width that broken
// columns of words ask for.
func (t *Table) shares(widths []int) (fixed, wanted int) {
	for i, w := range widths {
		if t.align(i) == Left && w > brokenCells {
			wanted += w
		} else {
			fixed += w + columnGap
		}
	}
	return fixed, wanted
}

// longestWord returns the length of the longest part in the cells of a column that LaTeX
// does not break. It breaks at spaces and hyphens.
func (t *Table) longestWord(col int) (most int) {
	for _, row := range t.Rows {
		for _, word := range strings.FieldsFunc(row[col].String(), func(r rune) bool { return r == ' ' || r == '-' }) {
			most = max(most, lineWidth(word))
		}
	}
	return most
}

// paragraph returns the specification of a column of broken words with a share of the
// line.
func paragraph(share float64) string {
	return fmt.Sprintf(">{\\raggedright\\arraybackslash}p{%.2f\\linewidth}", share)
}
