package question

import (
	"errors"
	"strconv"

	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// ComparisonName is the name of the experiment that Comparison makes.
const ComparisonName = "compare"

const ComparisonQuestion = "Which attack pays under which leader selection and which remedy?"

// VariantName is the name by which Load finds an attack's own preset under another leader
// selection and remedy.
func VariantName(attack, mechanism, remedy string) string {
	return attack + "@" + mechanism + "+" + remedy
}

// Home is the leader selection and the remedy of an attack's own preset, empty for an
// attack without one.
func Home(attack string) (mechanism, remedy string) {
	own, err := Load(attack)
	if err != nil {
		return "", ""
	}
	return own.Mechanism, own.Remedy
}

// HomeMechanism is the leader selection of an attack's own preset.
func HomeMechanism(attack string) string {
	mechanism, _ := Home(attack)
	return mechanism
}

// comparisonReps is the number of paired seeds of a cell of the matrix.
const comparisonReps = 20

// Comparison is the matrix of attacks: each attack's own preset under every leader
// selection without a remedy, and with every remedy under its own leader selection;
// with all set, every attack under every pair. Pairs without a lever are left out.
// A cell has reps replications, or comparisonReps when reps is not above 0. It fails when a
// built-in preset does not load.
func Comparison(all bool, reps int) (*Sweep, error) {
	if reps <= 0 {
		reps = comparisonReps
	}
	w := &Sweep{Apart: []string{"attack", "mechanism", "remedy"}, Recipe: &Recipe{Matrix: &MatrixOf{all, reps}}}
	for _, a := range strategies.All() {
		own, err := Load(a.Name)
		if err != nil {
			return nil, err
		}
		for _, m := range election.All() {
			for _, r := range remedy.All() {
				home := m.Name == own.Mechanism || r.Name == own.Remedy
				levers := a.Needs.In(m.Rules()) && a.Needs.Under(r.New(&own.World.Remedies).Rules())
				if !levers || !r.In(m.Rules()) || !all && !home {
					continue
				}
				s, err := Load(VariantName(a.Name, m.Name, r.Name), "replications="+strconv.Itoa(reps))
				if err != nil {
					return nil, err
				}
				w.Cells = append(w.Cells, s)
			}
		}
	}
	if len(w.Cells) == 0 {
		return nil, errors.New("no attack has a preset of its name")
	}
	w.Spec = w.Cells[0].Clone()
	w.Spec.Name, w.Spec.Question = ComparisonName, ComparisonQuestion
	return w, nil
}

// Alone is the sweep of one cell that a spec makes.
func Alone(s *Spec) *Sweep { return Together(s.Name, s) }

// Together is an experiment whose cells are separate specs.
func Together(name string, specs ...*Spec) *Sweep {
	w := &Sweep{Spec: &Spec{}, Cells: specs}
	if len(specs) > 0 {
		w.Spec = specs[0].Clone()
	}
	w.Spec.Name = name
	return w
}
