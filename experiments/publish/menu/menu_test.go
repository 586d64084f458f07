package menu

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"stakeout/experiments/presets"
	"stakeout/experiments/study/question"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
)

func TestListAndShow(t *testing.T) {
	list, err := List()
	if err != nil {
		t.Fatal(err)
	}
	if len(list[0].Rows) != len(presets.Names()) {
		t.Errorf("%d presets are listed, there are %d", len(list[0].Rows), len(presets.Names()))
	}
	names := append(presets.Names(), "none", "court-aragon", "fake-dos")
	for _, e := range election.All() {
		names = append(names, e.Name)
		if tables, err := Show(e.Name); err != nil || len(tables) != 2 || len(tables[1].Rows) == 0 {
			t.Errorf("%s is shown without its parameters: %v", e.Name, err)
		}
	}
	for _, name := range names {
		tables, err := Show(name)
		if err != nil || len(tables) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		list = append(list, tables...)
	}
	shown := ""
	for _, row := range showEntry("court-aragon")[1].Rows {
		shown += row[0].String() + " "
	}
	if !strings.Contains(shown, "world.remedies.court_aragon.final_discount_share") ||
		!strings.Contains(shown, "world.remedies.case.bond_usd") || strings.Contains(shown, "kleros") {
		t.Errorf("court-aragon shows %s", shown)
	}
	for _, x := range list {
		if err := x.Markdown(new(bytes.Buffer)); err != nil {
			t.Error(err)
		}
	}
	if _, err := Show("dos-shrt"); !errors.Is(err, presets.ErrPreset) {
		t.Errorf("an unknown name gives %v", err)
	}
}

// Every attack applies somewhere, and where it does not the matrix says so and
// a preset is refused.
func TestMatrix(t *testing.T) {
	m := Matrix()[0]
	for _, row := range m.Rows {
		attack, applies := row[0].String(), 0
		for i, col := range m.Columns[1:] {
			_, err := question.Parse("x.yaml",
				[]byte("name: x\nquestion: Does it?\nattack: "+attack+"\nmechanism: "+col.Name+"\n"))
			refused := err != nil && strings.Contains(err.Error(), "has no lever")
			if refused != (row[i+1].String() == notApplicable) {
				t.Errorf("%s under %s: %v, and the matrix says %s", attack, col.Name, err, row[i+1])
			}
			if !refused {
				applies++
			}
		}
		if applies == 0 {
			t.Errorf("%s applies nowhere", attack)
		}
	}
}

// An attack that turns a remedy against others is refused under every remedy that
// does not offer it, with the nearest that does, and the matrix says the same.
func TestMatrixOfWeapons(t *testing.T) {
	m := Matrix()[2]
	refusals := 0
	for _, row := range m.Rows {
		for i, col := range m.Columns[1:] {
			_, err := question.Parse("x.yaml",
				[]byte("name: x\nquestion: Does it?\nattack: "+col.Name+"\nremedy: "+row[0].String()+"\n"))
			refused := err != nil && strings.Contains(err.Error(), "has no weapon") &&
				strings.Contains(err.Error(), "the nearest remedy that has it is ")
			if refused != (row[i+1].String() == notApplicable) {
				t.Errorf("%s under %s: %v, and the matrix says %s", col.Name, row[0], err, row[i+1])
			}
			if refused {
				refusals++
			}
		}
	}
	if n := len(remedy.All()); refusals != 3*n-4 {
		t.Errorf("%d of %d pairs refused", refusals, 3*n)
	}
}

// The same of remedies: the matrix and the check of presets agree on every pair.
func TestMatrixOfRemedies(t *testing.T) {
	m := Matrix()[1]
	for _, row := range m.Rows {
		for i, col := range m.Columns[1:] {
			_, err := question.Parse("x.yaml",
				[]byte("name: x\nquestion: Does it?\nattack: dos-short\nmechanism: "+col.Name+"\nremedy: "+row[0].String()+"\n"))
			refused := err != nil && strings.Contains(err.Error(), "takes stake or an office away")
			if refused != (row[i+1].String() == notApplicable) {
				t.Errorf("%s under %s: %v, and the matrix says %s", row[0], col.Name, err, row[i+1])
			}
		}
	}
}
