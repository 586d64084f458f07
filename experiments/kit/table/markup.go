package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Markdown writes a pipe table (GitHub Flavored Markdown 4.10) with the title
// in bold above it and the notes below. It fails when a row does not match
// the columns or when writing fails.
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

// emit validates, builds the text in memory and writes it at once.
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

// latexNotation needs no package: the minus is set in mathematics, and the
// braces keep the comma from being spaced as punctuation there.
var latexNotation = notation{minus: "$-$", group: "{,}", dash: `\textemdash{}`, infinity: `$\infty$`}

// LaTeX writes the body of a table: a tabular in the booktabs style and its
// notes in a minipage, without float and caption, to be read with \input.
// Intervals stand below their estimates, as is usual in economics. A table that
// is wider than a line of small print continues in further tabulars below, each
// with the first column. Columns of sentences are broken into lines, which takes
// the package array. It fails when a row does not match the columns or when
// writing fails.
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

// blocks cuts the columns into as few tables as fit on a line, as narrow as they can
// be, each of which begins with the first column.
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

// cut fills lines with columns.
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

// add appends a column of another table.
func (t *Table) add(from *Table, col int) {
	t.Columns = append(t.Columns, from.Columns[col])
	for i, row := range from.Rows {
		t.Rows[i] = append(t.Rows[i], row[col])
	}
}

// widths are the widths of the columns in characters, those of sentences once they
// are broken.
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

// writeLaTeXRow writes the values and, when there are any, the intervals in a
// row of their own.
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

// latexHead writes the heads broken into lines, each line a row of the
// tabular, which needs no further package.
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

// writeAmpersands writes one row. An empty group goes before a bracket that
// would otherwise read as the optional argument of the \\ before it.
func writeAmpersands(b *bytes.Buffer, cells []string) {
	row := strings.Join(cells, " & ")
	if strings.HasPrefix(row, "[") || strings.HasPrefix(row, "*") {
		row = "{}" + row
	}
	fmt.Fprintf(b, "%s \\\\\n", row)
}

// latexEscapes are the characters that mean something to LaTeX, those that
// its text fonts lack, and the Greek letters and signs of our tables.
var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "<", `\textless{}`, ">", `\textgreater{}`, "|", `\textbar{}`,
	"--", "-{}-", "−", "$-$", "—", `\textemdash{}`, "–", `\textendash{}`, "×", `$\times$`, "·", `$\cdot$`,
	"≤", `$\leq$`, "≥", `$\geq$`, "∞", `$\infty$`, "±", `$\pm$`, "€", `\texteuro{}`, "²", "$^2$", "₂", "$_2$", "√",
	`$\surd$`, "φ", `$\varphi$`, "µ", `\textmu{}`,
	"α", `$\alpha$`, "β", `$\beta$`, "γ", `$\gamma$`, "δ", `$\delta$`, "ε", `$\varepsilon$`, "θ", `$\theta$`,
	"λ", `$\lambda$`, "μ", `$\mu$`, "π", `$\pi$`, "ρ", `$\rho$`, "σ", `$\sigma$`, "τ", `$\tau$`, "Δ", `$\Delta$`,
)

// LaTeXText is a text as LaTeX prints it, on one line.
func LaTeXText(s string) string { return latexEscapes.Replace(oneLine(s)) }

// LongLaTeX writes a table that may break over pages: a longtable whose head is
// repeated, in the booktabs style, with columns of words broken into lines, and the
// notes as paragraphs below it. It needs the packages booktabs, longtable and array.
// Intervals stand beside their estimates, or below them where the words need the room.
// It fails when a row does not match the columns or when writing fails.
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

// The widths of tables in LaTeX, in characters: what fits on one line of small print,
// the gap between two columns, the width to which heads are broken if they can be, the
// words above which a column of a long table is broken into lines, and the most that a
// broken column asks for.
const (
	lineCells    = 112
	columnGap    = 3
	headCells    = 14
	brokenCells  = 18
	longestCells = 60
)

// paragraphs are the columns of a long table: words share, as they need it, what the
// numbers leave of the line.
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

// longLayout is the layout of a long table. Words need the room of the intervals when
// they have less than half of what they ask for.
func (t *Table) longLayout() layout {
	fixed, wanted := t.shares(t.widths(layout{}))
	return layout{split: wanted > 2*(lineCells-fixed)}
}

// shares are the width that numbers take of a line and the width that words ask for.
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

// longestWord is the length of the longest part of a column's cells that is not broken
// into lines.
func (t *Table) longestWord(col int) (most int) {
	for _, row := range t.Rows {
		for _, word := range strings.FieldsFunc(row[col].String(), func(r rune) bool { return r == ' ' || r == '-' }) {
			most = max(most, lineWidth(word))
		}
	}
	return most
}

// paragraph is a column of words broken into lines, by its share of the line.
func paragraph(share float64) string {
	return fmt.Sprintf(">{\\raggedright\\arraybackslash}p{%.2f\\linewidth}", share)
}
