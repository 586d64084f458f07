package claims

import (
	"fmt"
	"strconv"

	"stakeout/experiments/kit/figure"
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
			{Name: "Measured [95 % CI]"}, {Name: "Test"},
		}}
	for _, f := range findings {
		id, verdict := f.Claim.ID, string(f.Verdict)
		for _, r := range f.Results {
			format := table.Format{Decimals: r.Test.Of.Decimals}
			t.Rows = append(t.Rows, []table.Cell{
				table.Text(id), table.Text(verdict), table.Text(r.Test.When), table.Text(r.Test.statement()),
				table.Estimate(r.Got.Mean, r.Got.Lo, r.Got.Hi, format), table.Text(string(r.Verdict)),
			})
			id, verdict = "", ""
		}
	}
	t.Notes = append(t.Notes, fmt.Sprintf("%d paired replications each; intervals are Student's. "+
		"A test holds when its whole interval lies on the stated side, fails when it lies on the other, "+
		"and cannot be told when it crosses the bound. "+
		"A claim depends when some of its tests hold and some fail.", reps))
	for _, f := range findings {
		note := fmt.Sprintf("%s (%s): “%s” Read as: %s", f.Claim.ID, f.Claim.By, f.Claim.Quote, f.Claim.Reading)
		if f.Turns != "" {
			note += " The first test " + f.Turns + "."
		}
		t.Notes = append(t.Notes, note+" See `"+f.Claim.Tests[0].command()+"`.")
	}
	return t
}
