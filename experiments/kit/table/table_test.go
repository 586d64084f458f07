package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"

	"stakeout/experiments/kit/transcript"
)

// roi returns a table of attacks with invented numbers.
func roi() *Table {
	t := &Table{
		Name: "attack_roi", Title: "Return on attack, by mechanism (invented numbers)",
		Columns: []Column{
			{Name: "Attack"}, {Name: "Leader selection"}, {Name: "Capital at risk", Unit: "€"},
			{Name: "Peak stake share", Unit: "%"}, {Name: "Cost", Unit: "€"}, {Name: "Revenue", Unit: "€"},
			{Name: "Net profit [95 % CI]", Unit: "€"}, {Name: "ROI [95 % CI]", Unit: "%"},
			{Name: "Excess over honest [95 % CI]", Unit: "€"},
			{Name: "Pr(profit)", Unit: "%"}, {Name: "ES 95 %", Unit: "€"}, {Name: "Break-even capital", Unit: "€"},
		},
		Notes: []string{"n = 1,000 replications, seeds 1–1000, horizon 720 h; 95 % paired BCa intervals, Holm-adjusted; " +
			"the honest alternative stakes the same capital."},
	}
	names := []string{"DoS and short", "Fake DoS with lured stake", "Withdrawal_ransom & bribe | λ < 1", "Empty blocks"}
	mech := []string{"Proof of stake", "Burn auction", "Lottery", "Committee"}
	for i := range names {
		k := float64(i + 1)
		p := 1234567.891/k - 700000
		be := Number(2500000/k, Money(0))
		if i == 3 {
			be = Empty("no crossing up to ten times the capital")
		}
		t.Rows = append(t.Rows, []Cell{
			Text(names[i]), Text(mech[i]), Number(5e6/k, Money(0)), Number(0.145/k, Percent(1)),
			Number(812345.6*k, Money(0)), Number(812345.6*k+p, Money(0)),
			Estimate(p, p-150000, p+150000.5, Money(0)), Estimate(p/(5e6/k), (p-150000)/(5e6/k), (p+150000)/(5e6/k), Percent(1)),
			Estimate(p-40000, p-190000, p+110000, Money(0)), Number(0.985/k, Percent(1)), Number(-400000*k, Money(0)), be,
		})
	}
	return t
}

func output(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func terminal(tab *Table, width int) func(io.Writer) error {
	return func(w io.Writer) error { return tab.Terminal(w, width) }
}

func TestGoldenFiles(t *testing.T) {
	tab := roi()
	for name, write := range map[string]func(io.Writer) error{
		"roi.220.txt": terminal(tab, 220), "roi.160.txt": terminal(tab, 160), "roi.100.txt": terminal(tab, 100),
		"roi.md": tab.Markdown, "roi.tex": tab.LaTeX, "roi.csv": tab.CSV, "roi.json": tab.JSON,
	} {
		got, path := output(t, write), filepath.Join("testdata", name)
		transcript.Golden(t, path, got)
	}
}

// TestWritersAgree reads the numbers back from each writer and compares them.
func TestWritersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	tab := &Table{Name: "t", Columns: []Column{{Name: "a"}, {Name: "b"}, {Name: "c", Unit: "%"}},
		Notes: []string{"Student's t, n = 2."}}
	for range 200 {
		v := (r.Float64() - 0.5) * math.Pow(10, r.Float64()*12-4)
		f := Format{Decimals: r.IntN(4), Sign: r.IntN(2) == 0}
		tab.Rows = append(tab.Rows, []Cell{Number(v, f), Estimate(v, v-1.5, v+math.Pi, f), Number(v, Percent(f.Decimals))})
	}
	markdown := strings.Split(output(t, tab.Markdown), "\n")[2:]
	tex := strings.Split(output(t, tab.LaTeX), "\n")[5:]
	// With no title the head takes one line of output, and its rule follows.
	screen := strings.Split(output(t, terminal(tab, 500)), "\n")[3:]
	rows, err := csv.NewReader(strings.NewReader(output(t, tab.CSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var decoded jsonTable
	if err := json.Unmarshal([]byte(output(t, tab.JSON)), &decoded); err != nil {
		t.Fatal(err)
	}
	for i, row := range tab.Rows {
		var shown []string
		for _, c := range row {
			shown = append(shown, c.String())
		}
		want := strings.Join(shown, " ")
		if got := strings.Join(strings.Fields(screen[i]), " "); got != want {
			t.Fatalf("terminal row %d: %q, want %q", i, got, want)
		}
		if got := strings.Trim(strings.ReplaceAll(markdown[i], " | ", " "), "| "); got != want {
			t.Fatalf("Markdown row %d: %q, want %q", i, got, want)
		}
		back := strings.NewReplacer("$-$", "−", "{,}", ",", ` \\`, "")
		values := strings.Split(back.Replace(tex[3*i]), " & ")
		values[1] += " " + strings.Split(back.Replace(tex[3*i+1]), " & ")[1]
		if got := strings.Join(values, " "); got != want {
			t.Fatalf("LaTeX row %d: %q, want %q", i, got, want)
		}
		for j, c := range []Cell{row[0], row[1], {kind: number, value: row[1].lo}, {kind: number, value: row[1].hi}, row[2]} {
			if v, err := strconv.ParseFloat(rows[i+1][j], 64); err != nil || v != c.value {
				t.Fatalf("CSV row %d: %v, want %v", i, rows[i+1][j], c.value)
			}
		}
		for j, c := range row {
			if got := decoded.Rows[i][j]; got.Text != shown[j] || *got.Value != c.value {
				t.Fatalf("JSON row %d: %+v, want %v", i, got, c)
			}
		}
	}
}

func TestRounding(t *testing.T) {
	for _, c := range []struct {
		cell Cell
		want string
	}{
		{Number(1234567.5, Money(0)), "1,234,568"},
		{Number(-1234.567, Money(2)), "−1,234.57"},
		{Number(-0.004, Money(2)), "0.00"},
		{Number(math.Copysign(0, -1), Money(0)), "0"},
		{Number(0.004, Format{Decimals: 2, Sign: true}), "0.00"},
		{Number(3, Format{Sign: true}), "+3"},
		{Number(0.145, Percent(1)), "14.5"},
		{Number(0.07, Percent(0)), "7"},
		{Number(0.575, Percent(1)), "57.5"},
		{Number(0, Percent(1)), "0.0"},
		{Number(1e22, Money(0)), "10,000,000,000,000,000,000,000"},
		{Number(999.5, Money(0)), "1,000"},
		{Number(math.Inf(-1), Money(0)), "−∞"},
		{Number(math.NaN(), Money(0)), Dash},
		{Estimate(1.2, 0.3, 2.1, Money(1)), "1.2 [0.3, 2.1]"},
		{Estimate(1.2, math.NaN(), math.NaN(), Money(1)), "1.2 [—, —]"},
		{Empty("none"), Dash},
		{Text("a\n b"), "a b"},
	} {
		if got := c.cell.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestTerminalFits checks every width at which the table can fit.
func TestTerminalFits(t *testing.T) {
	cond := &runewidth.Condition{EastAsianWidth: false}
	for width := 50; width <= 240; width++ {
		for line := range strings.Lines(output(t, terminal(roi(), width))) {
			line = strings.TrimSuffix(line, "\n")
			if got := cond.StringWidth(line); got > width {
				t.Fatalf("width %d: a line of %d: %s", width, got, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Fatalf("width %d: trailing blanks: %q", width, line)
			}
		}
	}
}

// TestTwelveColumnsStandAt160 recognises the upright form by a head of at most three
// lines that names all columns.
func TestTwelveColumnsStandAt160(t *testing.T) {
	lines := strings.Split(output(t, terminal(roi(), 160)), "\n")
	head := strings.Join(lines[2:5], " ")
	for _, word := range []string{"Attack", "selection", "Excess", "Break-even", "Pr(profit)"} {
		if !strings.Contains(head, word) {
			t.Errorf("%q is not in the head:\n%s", word, head)
		}
	}
}

// TestStackedShowsEveryCell looks for each cell in the narrow form.
func TestStackedShowsEveryCell(t *testing.T) {
	tab := roi()
	got := strings.Join(strings.Fields(output(t, terminal(tab, 60))), " ")
	for _, row := range tab.Rows {
		for _, c := range row {
			if c.kind != text && !strings.Contains(got, plain.value(c, oneLine)) || !strings.Contains(got, plain.interval(c)) {
				t.Errorf("cell %q is missing", c)
			}
		}
	}
}

func TestNoRows(t *testing.T) {
	tab := &Table{Name: "t", Columns: []Column{{Name: "Attack"}, {Name: "Cost", Unit: "€"}}}
	for _, width := range []int{10, 80} {
		if got := output(t, terminal(tab, width)); !strings.Contains(got, "Cost") {
			t.Errorf("got %q", got)
		}
	}
	if got := output(t, tab.CSV); got != "Attack,Cost (€)\n" {
		t.Errorf("got %q", got)
	}
	if got := output(t, tab.JSON); !strings.Contains(got, `"rows": []`) {
		t.Errorf("got %s", got)
	}
}

func TestReasonsStandInNotes(t *testing.T) {
	tab := &Table{Columns: []Column{{Name: "ROI"}},
		Rows: [][]Cell{{Empty("no capital")}, {Empty("no capital")}, {Empty("")}}}
	for name, write := range map[string]func(io.Writer) error{"terminal": terminal(tab, 40), "Markdown": tab.Markdown,
		"LaTeX": tab.LaTeX} {
		if got := output(t, write); strings.Count(got, "no capital") != 1 {
			t.Errorf("%s: want the reason once:\n%s", name, got)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrors(t *testing.T) {
	bad := &Table{Name: "attack_roi", Columns: []Column{{}, {}}, Rows: [][]Cell{{Text("a"), Text("b")}, {Text("a")}}}
	for name, write := range map[string]func(io.Writer) error{
		"terminal": terminal(bad, 80), "Markdown": bad.Markdown, "LaTeX": bad.LaTeX, "CSV": bad.CSV, "JSON": bad.JSON,
	} {
		if err := write(io.Discard); err == nil || !strings.Contains(err.Error(), `"attack_roi": row 2 has 1 cells for 2`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	silent := roi()
	silent.Notes = []string{"95 % intervals."}
	if err := silent.CSV(io.Discard); err == nil ||
		!strings.Contains(err.Error(), "names the method and the n of its intervals") {
		t.Errorf("intervals of no method: %v", err)
	}
	good := roi()
	for name, write := range map[string]func(io.Writer) error{
		"terminal": terminal(good, 80), "Markdown": good.Markdown, "LaTeX": good.LaTeX, "CSV": good.CSV, "JSON": good.JSON,
	} {
		if err := write(broken{}); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMarkdownEscapes(t *testing.T) {
	tab := &Table{Columns: []Column{{Name: "a|b"}}, Rows: [][]Cell{{Text("x | y_z\n<b> `c` \\ & *")}}}
	want := "| a\\|b |\n| :--- |\n| x \\| y\\_z &lt;b&gt; \\`c\\` \\\\ &amp; \\* |\n"
	if got := output(t, tab.Markdown); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// unlatex undoes LaTeXText with the inverse table of escapes. It is false for a special
// character outside of any escape.
func unlatex(s string) (string, bool) {
	pairs := [][2]string{
		{`\textbackslash{}`, `\`}, {`\textasciitilde{}`, "~"}, {`\textasciicircum{}`, "^"}, {`\textless{}`, "<"},
		{`\textgreater{}`, ">"},
		{`\textbar{}`, "|"}, {`\textemdash{}`, "—"}, {`\textendash{}`, "–"}, {`\texteuro{}`, "€"}, {"$^2$", "²"},
		{"$-$", "−"},
		{`\{`, "{"}, {`\}`, "}"}, {`\&`, "&"}, {`\%`, "%"}, {`\$`, "$"}, {`\#`, "#"}, {`\_`, "_"},
		{`$\times$`, "×"}, {`$\cdot$`, "·"}, {`$\leq$`, "≤"}, {`$\geq$`, "≥"}, {`$\infty$`, "∞"}, {`$\pm$`, "±"},
		{`$\alpha$`, "α"}, {`$\beta$`, "β"}, {`$\gamma$`, "γ"}, {`$\delta$`, "δ"}, {`$\varepsilon$`, "ε"}, {`$\theta$`, "θ"},
		{`$\lambda$`, "λ"}, {`$\mu$`, "μ"}, {`$\pi$`, "π"}, {`$\rho$`, "ρ"}, {`$\sigma$`, "σ"}, {`$\tau$`, "τ"},
		{`$\Delta$`, "Δ"},
	}
	var b strings.Builder
next:
	for s != "" {
		for _, p := range pairs {
			if strings.HasPrefix(s, p[0]) {
				b.WriteString(p[1])
				s = s[len(p[0]):]
				continue next
			}
		}
		if strings.ContainsRune(`&%$#_{}~^\<>|`, rune(s[0])) {
			return b.String(), false
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String(), true
}

func FuzzLaTeXEscape(f *testing.F) {
	for _, s := range []string{`50 % of R&D_x {a} ~^\ $1 #2`, `\\`, "λ² − 1 ≤ €3", "a\nb", `\textbackslash{}`, "\xff$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := LaTeXText(s)
		back, ok := unlatex(got)
		if !ok || back != oneLine(s) {
			t.Errorf("%q became %q, which reads %q", s, got, back)
		}
		if strings.ContainsAny(got, "\n\r") {
			t.Errorf("%q keeps a line break", got)
		}
	})
}

func TestLaTeXRowThatStartsWithABracket(t *testing.T) {
	tab := &Table{Columns: []Column{{Name: "[x]"}}, Rows: [][]Cell{{Text("* star")}}}
	got := output(t, tab.LaTeX)
	if !strings.Contains(got, "\n{}[x] ") || !strings.Contains(got, "\n{}* star") {
		t.Errorf("got %s", got)
	}
}

func TestHeadsTakeThreeLinesAtMost(t *testing.T) {
	if got := wrapHead("Excess over the honest use of capital [95 % CI] (€)", 4); strings.Count(got, "\n") != 2 ||
		strings.Contains(got, "[95\n") {
		t.Errorf("got %q", got)
	}
}

// Minus zero, such as the mean of losses of zero, prints as zero for programs, too.
func TestNoNegativeZero(t *testing.T) {
	zero := math.Copysign(0, -1)
	table := &Table{Name: "x", Columns: []Column{{Name: "a"}, {Name: "b"}},
		Rows: [][]Cell{{Number(zero, Format{}), Estimate(zero, zero, zero, Format{})}}}
	var csv, json strings.Builder
	if err := errors.Join(table.CSV(&csv), table.JSON(&json)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(csv.String()+json.String(), "-0") {
		t.Errorf("%s\n%s", csv.String(), json.String())
	}
}

// A wide table continues below. Every block fits on a line and begins with the first
// column, and no column is lost.
func TestBlocksOfLaTeX(t *testing.T) {
	table := &Table{Name: "wide", Rows: [][]Cell{{Text("row")}}, Columns: []Column{{Name: "Name"}}}
	for i := range 30 {
		table.Columns = append(table.Columns, Column{Name: fmt.Sprint("Column", i)})
		table.Rows[0] = append(table.Rows[0], Number(float64(i), Format{}))
	}
	seen := 0
	for _, block := range table.blocks() {
		width := 0
		for _, w := range block.widths(layout{split: true}) {
			width += w + columnGap
		}
		if block.Columns[0].Name != "Name" || width-columnGap > lineCells || len(block.Rows[0]) != len(block.Columns) {
			t.Errorf("a block of %d characters with the columns %v", width, block.Columns)
		}
		seen += len(block.Columns) - 1
	}
	if seen != 30 {
		t.Errorf("%d columns, want 30", seen)
	}
	for _, small := range []*Table{{Columns: table.Columns[:1]}, {Columns: table.Columns[:2]}} {
		if n := len(small.blocks()); n != 1 {
			t.Errorf("%d columns in %d blocks", len(small.Columns), n)
		}
	}
}

// A reader of an interval learns its method and its number of observations.
func TestStatesIntervals(t *testing.T) {
	for text, want := range map[string]bool{
		"95 % intervals (Student's t), n = 20.":           true,
		"Intervals: BCa bootstrap over 12 worlds.":        true,
		"Wilson, 40 replications":                         true,
		"95 % intervals, n = 20.":                         false,
		"95 % intervals (Student's t).":                   false,
		"Student's t; nothing here is of a known number.": false,
	} {
		if got := StatesIntervals(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
