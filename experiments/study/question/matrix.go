package question

import (
	"errors"
	"slices"
	"strconv"

	"stakeout/experiments/worlds"
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

// Home is the leader selection and the remedy of an attack's own preset in a world, empty
// for an attack without a preset. A world that is not built in counts as the default.
func Home(attack, world string) (mechanism, remedy string) {
	if !slices.Contains(worlds.Names(), world) {
		world = worlds.Default
	}
	own, err := Load(attack, InWorld+world)
	if err != nil {
		return "", ""
	}
	return own.Mechanism, own.Remedy
}

// HomeMechanism gives the leader selection of an attack's own preset in a world.
func HomeMechanism(world string) func(attack string) string {
	return func(attack string) string {
		mechanism, _ := Home(attack, world)
		return mechanism
	}
}

// comparisonReps is the number of paired seeds of a cell of the matrix.
const comparisonReps = 20

// Comparison is the matrix of attacks: each attack's own preset under every leader
// selection without a remedy, and with every remedy under its own leader selection;
// with all set, every attack under every pair. Pairs without a lever are left out. All
// cells are in one world, of which a preset's own settings are no part; where a preset has
// any, its attack has second cells with them. An empty world is the default. A cell has
// reps replications, or comparisonReps when reps is not above 0. It fails when there is no
// such world and when a built-in preset does not load.
func Comparison(all bool, reps int, world string) (*Sweep, error) {
	if world == "" {
		world = worlds.Default
	}
	return MatrixOf{All: all, Reps: reps, World: world}.make()
}

func (m MatrixOf) make() (*Sweep, error) {
	if m.Reps <= 0 {
		m.Reps = comparisonReps
	}
	f := source{world: m.Text}
	in, _, err := f.choose(nil, m.World)
	if err != nil {
		return nil, err
	}
	if in.File == in.name {
		m.Text = &in.WorldText
	}
	w := &Sweep{Apart: []string{"attack", "mechanism", "remedy", winsPath}, Recipe: &Recipe{Matrix: &m}}
	for _, wins := range []bool{true, false} {
		for _, a := range strategies.All() {
			if err := m.cells(w, a, wins); err != nil {
				return nil, err
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

// cells adds the cells of an attack, with the world alone or with the settings of its
// preset. Without such settings the second are none.
func (m MatrixOf) cells(w *Sweep, a strategies.Entry, wins bool) error {
	load := func(name string) (*Spec, error) {
		f, err := open(name)
		if err != nil {
			return nil, err
		}
		f.world = m.Text
		return f.parse([]string{"replications=" + strconv.Itoa(m.Reps), InWorld + m.World,
			winsPath + "=" + strconv.FormatBool(wins)})
	}
	own, err := load(a.Name)
	if err != nil {
		return err
	}
	if !wins && own.WorldHash() == w.Cells[0].WorldHash() {
		return nil
	}
	for _, e := range election.All() {
		for _, r := range remedy.All() {
			home := e.Name == own.Mechanism || r.Name == own.Remedy
			levers := a.Needs.In(e.Rules()) && a.Needs.Under(r.New(&own.World.Remedies).Rules())
			if !levers || !r.In(e.Rules()) || !m.All && !home {
				continue
			}
			s, err := load(VariantName(a.Name, e.Name, r.Name))
			if err != nil {
				return err
			}
			w.Cells = append(w.Cells, s)
		}
	}
	return nil
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
