package paper

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/study/report"
)

// macros are TeX macros in the order of their definition.
type macros struct{ text strings.Builder }

// set defines a macro; its name is made of words and numbers.
func (m *macros) set(name, value string) {
	fmt.Fprintf(&m.text, "\\newcommand{\\%s}{%s}\n", macroName(name), value)
}

// count defines a whole number.
func (m *macros) count(name string, n int) { m.set(name, strconv.Itoa(n)) }

// money defines an amount in thousand USD and its interval.
func (m *macros) money(name string, e *report.Estimate) {
	m.set(name, thousands(e.Mean))
	if e.N > 1 {
		m.set(name+" interval", "["+thousands(e.Lo)+", "+thousands(e.Hi)+"]")
	} else {
		m.set(name+" interval", "[\\textemdash{}, \\textemdash{}]")
	}
}

func thousands(usd float64) string {
	return strings.ReplaceAll(figure.Number(usd/1000, 0), "−", "$-$")
}

// macroName joins words into a name of letters, since TeX allows nothing else.
func macroName(words string) string {
	var b strings.Builder
	digits := [...]string{"Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"}
	up := true
	for _, r := range words {
		switch {
		case r >= '0' && r <= '9':
			b.WriteString(digits[r-'0'])
			up = true
		case r >= 'a' && r <= 'z' && up, r >= 'A' && r <= 'Z':
			b.WriteString(strings.ToUpper(string(r)))
			up = false
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		default:
			up = true
		}
	}
	return b.String()
}

// numbers defines the macros of the paper's text.
func numbers(ctx context.Context, a *archive) ([]byte, error) {
	m := new(macros)
	fmt.Fprintf(&m.text, "%% Numbers of the text, in thousand USD where they are money. Made by the command figures; "+
		"model version %s.\n", a.Version)
	form := "full"
	if a.Quick {
		form = "quick"
	}
	m.set("build form", form)
	m.set("model version", a.Version)
	h, err := a.study(ctx, headline)
	if err != nil {
		return nil, err
	}
	x := h.Summaries()[0]
	m.count("headline n", x.Cell.N())
	m.money("headline profit", &x.Profit)
	m.money("headline advantage", &x.Advantage)
	m.money("headline net", &x.Net)
	m.money("headline capital", &x.Capital)
	s, err := a.study(ctx, matrix)
	if err != nil {
		return nil, err
	}
	m.count("matrix n", a.reps(matrix))
	m.count("matrix cells", len(s.Cells))
	gain, loss := 0, 0
	for _, x := range atHome(s) {
		m.money("advantage "+x.Cell.Attack, &x.Advantage)
	}
	for _, x := range s.Summaries() {
		switch {
		case !x.Told():
		case x.Advantage.Mean > 0:
			gain++
		default:
			loss++
		}
	}
	m.count("matrix gains", gain)
	m.count("matrix losses", loss)
	m.count("matrix open", len(s.Cells)-gain-loss)
	if err := a.judged(ctx, m); err != nil {
		return nil, err
	}
	return []byte(m.text.String()), nil
}

// judged defines the numbers of verdicts on targets and claims.
func (a *archive) judged(ctx context.Context, m *macros) error {
	pass, rows := 0, 0
	for _, e := range docking.All() {
		o, err := a.target(ctx, e)
		if err != nil {
			return err
		}
		pass += o.Count(docking.Pass)
		rows += len(o.Rows) - o.Count(docking.Reported) - o.Count(docking.Identity)
	}
	m.count("docking targets", len(docking.All()))
	m.count("docking rows", rows)
	m.count("docking pass", pass)
	t, err := a.ledger(ctx)
	if err != nil {
		return err
	}
	verdicts := map[string]int{}
	for _, r := range t.Rows {
		if r[0].String() != "" {
			verdicts[r[1].String()]++
			verdicts[""]++
		}
	}
	m.count("claims", verdicts[""])
	for _, v := range []string{"holds", "fails", "depends", "cannot be told"} {
		m.count("claims "+v, verdicts[v])
	}
	return nil
}
