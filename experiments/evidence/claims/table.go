package claims

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
)

// number prints a bound with the decimals and the unit of its measure; a whole number
// has no decimals.
func number(x float64, m Measure) string {
	if m.Decimals == 0 || x == float64(int64(x)) {
		return figure.Number(x, 0) + " " + m.Unit
	}
	return figure.Number(x, m.Decimals) + " " + m.Unit
}

// List shows the claims with their readings and the number of their tests.
func List(list []*Claim) *table.Table {
	t := &table.Table{Name: "claims", Title: "The claims of the thread",
		Columns: []table.Column{
			{Name: "Claim"}, {Name: "By"}, {Name: "Sentence"}, {Name: "Read as"}, {Name: "Tests", Align: table.Right},
		}}
	for _, c := range list {
		t.Rows = append(t.Rows, []table.Cell{
			table.Text(c.ID), table.Text(c.By), table.Text("“" + c.Quote + "”"), table.Text(c.Reading),
			table.Text(strconv.Itoa(len(c.Tests))),
		})
	}
	return t
}

// Ledger shows the verdicts with the estimates behind them; reps is the number of
// replications of each experiment.
func Ledger(findings []Finding, reps int) *table.Table {
	t := &table.Table{Name: "claims_ledger", Title: "Verdicts on the claims of the thread",
		Columns: []table.Column{
			{Name: "Claim"}, {Name: "Verdict"}, {Name: "When"}, {Name: "Holds if"},
			{Name: "Measured [95 % CI]"}, {Name: "p (Holm)", Align: table.Right}, {Name: "q (BH)", Align: table.Right},
			{Name: "Test"},
		}}
	for _, f := range findings {
		id, verdict := f.Claim.ID, string(f.Verdict)
		for _, r := range f.Results {
			format := table.Format{Decimals: r.Test.Of.Decimals}
			t.Rows = append(t.Rows, []table.Cell{
				table.Text(id), table.Text(verdict), table.Text(r.Test.When), table.Text(r.Test.statement()),
				table.Estimate(r.Got.Mean, r.Got.Lo, r.Got.Hi, format), odds(&r, r.Holm), odds(&r, r.Q),
				table.Text(string(r.Verdict)),
			})
			id, verdict = "", ""
		}
		if f.Verdict == NotHere {
			none := table.Empty("the experiment cannot be set up in this world")
			t.Rows = append(t.Rows, []table.Cell{table.Text(id), table.Text(verdict), none, none, none, none, none, none})
		}
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%d paired replications each; intervals are Student's, and Clopper–Pearson for "+
		"questions answered with the lie. "+
		"A test holds when its whole interval lies on the stated side, fails when it lies on the other, "+
		"and cannot be told when it crosses the bound or when p, adjusted by Holm over the tests of the claim, exceeds "+
		"5 %%. "+
		"A claim depends when some of its tests hold and some fail. A claim under revision has no verdict, because its "+
		"experiment does not ask what the sentence says.", reps))
	t.Notes = append(t.Notes, precision(reps), chance(findings))
	t.Notes = append(t.Notes, warnings(findings, reps)...)
	for _, f := range findings {
		note := fmt.Sprintf("%s (%s): “%s” Read as: %s", f.Claim.ID, f.Claim.By, f.Claim.Quote, f.Claim.Reading)
		if why := revisions[f.Claim.ID]; why != "" {
			note += " Under revision: " + why + "."
		}
		if f.Why != "" {
			note += " No experiment in this world: " + f.Why + "."
		}
		if f.Turns != "" {
			note += " The first test " + f.Turns + "."
		}
		t.Notes = append(t.Notes, note+" See `"+f.Claim.Tests[0].command()+"`.")
	}
	return t
}

// odds is the cell of a p-value. Below a thousandth its digits mean nothing, because the
// differences are only about normal.
func odds(r *Result, p float64) table.Cell {
	switch {
	case r.Verdict == Identity:
		return table.Empty("an identity is not tested")
	case math.IsNaN(p):
		return table.Empty("a sample without variance has no p-value")
	case p < 0.001:
		return table.Text("<0.001")
	}
	return table.Number(p, table.Format{Decimals: 3})
}

// precision says how small a difference so many replications tell.
func precision(reps int) string {
	n := float64(reps)
	return fmt.Sprintf("Precision reached: %d replications tell a mean from its bound when the two are %s standard "+
		"deviations of a replication apart.", reps,
		table.Number(stat.StudentQuantile((1+confidence)/2, n-1)/math.Sqrt(n), table.Format{Decimals: 2}))
}

// chance says how many of the tests that are told may be false.
func chance(findings []Finding) string {
	all, told, lost := 0, 0, 0
	for _, f := range findings {
		for i := range f.Results {
			r := &f.Results[i]
			if !r.tested() {
				continue
			}
			all++
			if r.Verdict != CannotTell {
				if told++; r.Q > 1-confidence {
					lost++
				}
			}
		}
	}
	return fmt.Sprintf("q is adjusted over all %d tests of the table by Benjamini and Hochberg: of the tests with q up "+
		"to 5 %%, at most one in twenty is expected to be told falsely. Of %d tests told, %d have a larger q.", all, told,
		lost)
}

// warnings lists what limits the tests, one line a kind.
func warnings(findings []Finding, reps int) (notes []string) {
	for _, w := range [...]stat.Warning{stat.FewReplications, stat.ZeroVariance, stat.HeavySkew, stat.IntervalsDiffer,
		stat.NotFinite} {
		var where []string
		for _, f := range findings {
			for _, r := range f.Results {
				if slices.Contains(r.Warnings, w) && r.Verdict != Identity {
					where = append(where, f.Claim.ID+" "+r.Test.When)
				}
			}
		}
		switch {
		case len(where) == 0:
			continue
		case w == stat.FewReplications:
			where = []string{"all tests"}
		}
		note := fmt.Sprintf("Warning: %s (%s).", w, strings.Join(where, "; "))
		if w == stat.ZeroVariance {
			_, hi := stat.ClopperPearson(0, reps, confidence)
			note += fmt.Sprintf(" They get no verdict: that %d worlds agree leaves up to %s %% of worlds that differ "+
				"(Clopper–Pearson).", reps, table.Number(hi, table.Percent(1)))
		}
		notes = append(notes, note)
	}
	for _, f := range findings {
		for _, r := range f.Results {
			if r.Verdict == Identity {
				notes = append(notes, fmt.Sprintf("%s, %s, is an identity: %s. It does not count in the verdict.", f.Claim.ID,
					r.Test.When, r.Test.Identity))
			}
		}
	}
	return notes
}
