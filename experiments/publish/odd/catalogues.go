package odd

import (
	"fmt"
	"strings"

	"stakeout/experiments/evidence/accounts"
	"stakeout/experiments/evidence/check"
	"stakeout/experiments/evidence/claims"
	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/publish/menu"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/design"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
)

// catalogue is a table of entries with what each does and its source. An empty cell is an error.
func catalogue(head string, entries [][]string) (string, error) {
	for _, e := range entries {
		for _, cell := range e {
			if cell == "" {
				return "", fmt.Errorf("odd: %s %q is not described", strings.ToLower(head), e[0])
			}
		}
	}
	return texts("", []string{head, "What it does", "Source"}, entries)
}

func mechanisms() (string, error) {
	var rows [][]string
	for _, e := range election.All() {
		rows = append(rows, []string{e.Name, e.Doc, e.Source})
	}
	return catalogue("Leader selection", rows)
}

func remedies() (string, error) {
	var rows [][]string
	for _, e := range remedy.All() {
		rows = append(rows, []string{e.Name, e.Doc, e.Source})
	}
	return catalogue("Remedy", rows)
}

func dockingTable() (string, error) {
	var rows [][]string
	for _, e := range docking.All() {
		rows = append(rows, []string{e.Name, e.Doc, e.Source})
	}
	return catalogue("Target", rows)
}

// matrices say what applies where.
func matrices() (string, error) {
	var parts []string
	for _, t := range menu.Matrix() {
		text, err := markdown(t)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n\n"), nil
}

func factTable() (string, error) {
	var rows [][]string
	for _, f := range facts.All() {
		rows = append(rows, []string{f.Name, f.Unit, f.Accepted.String(), f.Source})
	}
	return texts("", []string{"Quantity", "Unit", "Accepted", "Source"}, rows)
}

func checkTable() (string, error) {
	var rows [][]string
	for _, c := range check.All() {
		rows = append(rows, []string{c.Name, c.Doc})
	}
	return texts("", []string{"Check", "What it holds the model to"}, rows)
}

func claimTable() (string, error) {
	var rows [][]string
	for _, c := range claims.All() {
		rows = append(rows, []string{c.ID, c.By, c.Reading})
	}
	return texts("", []string{"Claim", "By", "Read as"}, rows)
}

// columnTable lists the columns of a table of results. Left out are the parameters, and the columns of the honest
// world, which mirror those of the attack.
func columnTable(name string) (string, error) {
	schemas, err := design.Schemas()
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, s := range schemas {
		if s.Name != name {
			continue
		}
		for _, c := range s.Columns {
			if !strings.HasPrefix(c.Name, "p_") && !strings.HasPrefix(c.Name, "y_honest_") {
				rows = append(rows, []string{c.Name, c.Unit, c.Doc})
			}
		}
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("odd: there is no table %s", name)
	}
	return texts("", []string{"Column", "Unit", "What it is"}, rows)
}

// books are the balance sheet of the default world at the opening and what flowed
// in the days after it.
func (d *describer) books(days float64) (string, error) {
	w, err := sim.New(&d.world, "pos", "none", docking.Seed, [sim.Legs]ledger.Amount{})
	if err != nil {
		return "", err
	}
	before := accounts.Of(w)
	if err := w.Run(w.Ticks(days)); err != nil {
		return "", err
	}
	after := accounts.Of(w)
	var parts []string
	for _, m := range []*accounts.Matrix{before.BalanceSheet(), after.Flows(before), after.Reconciliation(before)} {
		text, err := markdown(m.Table())
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n\n"), nil
}
