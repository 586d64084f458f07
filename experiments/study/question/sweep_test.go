package question_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/transcript"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/tiny"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// The matrix has every pair that applies and no other; the quick form leaves out
// remedies under foreign leader selections.
func TestComparison(t *testing.T) {
	for _, all := range []bool{false, true} {
		w, err := question.Comparison(all, 2, "")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, c := range w.Cells {
			seen[c.Attack+c.Mechanism+c.Remedy] = true
			if c.Name != question.VariantName(c.Attack, c.Mechanism, c.Remedy) {
				t.Errorf("%s under %s with %s is called %s", c.Attack, c.Mechanism, c.Remedy, c.Name)
			}
		}
		for _, a := range strategies.All() {
			own, err := question.Load(a.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range election.All() {
				for _, r := range remedy.All() {
					levers := a.Needs.In(m.Rules()) && a.Needs.Under(r.New(&own.World.Remedies).Rules()) && r.In(m.Rules())
					want := levers && (all || r.Name == own.Remedy || m.Name == own.Mechanism)
					if all && !want {
						if _, err := question.Load(question.VariantName(a.Name, m.Name, r.Name)); err == nil {
							t.Errorf("%s has no lever under %s with %s and loads", a.Name, m.Name, r.Name)
						}
					}
					if seen[a.Name+m.Name+r.Name] != want {
						t.Errorf("all %v: %s under %s with %s: %v", all, a.Name, m.Name, r.Name, !want)
					}
				}
			}
		}
	}
}

func TestCellsOfAGrid(t *testing.T) {
	w := tiny.Sweep(t, tiny.Variation(tiny.Axes...))
	var got []string
	for _, c := range w.Cells {
		x := c.Texts()
		got = append(got, x["world.users.leave_below"]+" "+x["attack_params.budget_usd"])
	}
	const want = "0.3 1000000, 0.3 2000000, 0.3 4000000, 0.3 8000000, 0.9 1000000, 0.9 2000000, 0.9 4000000, 0.9 8000000"
	if strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
	if w.Runs() != 24 {
		t.Errorf("%d runs", w.Runs())
	}
}

func TestCellsOfASample(t *testing.T) {
	v := tiny.Variation("world.users.leave_below=0.2..0.8", "attack_params.budget_usd=1e6..16e6:log", "mechanism=pos")
	for _, method := range []string{"lhs:9", "halton:9"} {
		v.Sample = method
		a, b := tiny.Sweep(t, v), tiny.Sweep(t, v)
		if len(a.Cells) != 9 || a.Canonical() != b.Canonical() {
			t.Fatalf("%s: %d cells", method, len(a.Cells))
		}
		for i := range a.Cells {
			if string(a.Cells[i].Canonical()) != string(b.Cells[i].Canonical()) {
				t.Errorf("%s: cell %d differs from time to time", method, i)
			}
			if l := a.Cells[i].World.Users.LeaveBelow; l < 0.2 || l > 0.8 {
				t.Errorf("%s: loyalty %g", method, l)
			}
		}
	}
}

// A sweep over attacks takes parameters that only one of them has.
func TestAttackAsAnAxis(t *testing.T) {
	_, err := question.LoadSweep("dos-short", tiny.Variation("attack=dos-short,fake-dos", "attack_params.hold_days=1,2"))
	if err == nil || !strings.Contains(err.Error(), "unknown parameter of dos-short") ||
		!strings.Contains(err.Error(), "in 2 of 4 cells, first in cell 1 (attack=dos-short, attack_params.hold_days=1)") {
		t.Errorf("%v", err)
	}
}

// Every wrong sweep in testdata/wrong_axes has its problems, one a line, in the
// .want file beside it. A first line of the form "# flags: " is a command line.
func TestWrongAxes(t *testing.T) {
	files, _ := filepath.Glob("testdata/wrong_axes/*.yaml")
	if len(files) < 68 {
		t.Fatalf("%d wrong sweeps", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = question.ParseSweep(filepath.Base(file), text, flagsOf(string(text)))
		var invalid *notation.Error
		if !errors.As(err, &invalid) {
			t.Errorf("%s: error %v", file, err)
			continue
		}
		golden, got := strings.TrimSuffix(file, ".yaml")+".want", invalid.Error()+"\n"
		transcript.Golden(t, golden, got)
	}
}

// flagsOf reads the axes and the sample that the first line of a file names.
func flagsOf(text string) (v question.Variation) {
	first, _, _ := strings.Cut(text, "\n")
	line, is := strings.CutPrefix(first, "# flags: ")
	if !is {
		return v
	}
	words := strings.Fields(line)
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "--axis":
			v.Axes = append(v.Axes, words[i+1])
		case "--sample":
			v.Sample = words[i+1]
		case "--precision":
			v.Precision = words[i+1]
		case "--set":
			v.Set = append(v.Set, words[i+1])
		}
	}
	return v
}

// Names out of the catalogue, whose list grows, get the nearest one.
func TestWrongNamesOnAxes(t *testing.T) {
	for flag, want := range map[string][2]string{
		"attack=dos-short,fake-doss": {`attack: there is no attack "fake-doss"; expected one of `,
			`did you mean "fake-dos"?`},
		"mechanism=pos,pso": {`mechanism: there is no mechanism "pso"; expected one of `,
			`did you mean "pos"?`},
		"remedy=none,nonee": {`remedy: there is no remedy "nonee"; expected one of `,
			`did you mean "none"?`},
	} {
		_, err := question.LoadSweep("dos-short", question.Variation{Axes: []string{flag}})
		if err == nil || !strings.HasPrefix(err.Error(), "--axis "+flag+": "+want[0]) ||
			!strings.HasSuffix(err.Error(), want[1]) {
			t.Errorf("%s: %v", flag, err)
		}
	}
}
