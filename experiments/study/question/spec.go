// Package question holds what an experiment asks. It reads, sets and checks presets, makes
// the cells of their axes, and makes the matrix of attacks. It also says what identifies a
// question, and so which stored replications answer it. It runs nothing and writes nothing.
//
// A preset is a YAML file. A Spec is a preset without axes: one attack in one world. A
// Sweep is a preset with its axes, and has one Spec for each point of a grid or of a
// sample. Replication r of every Spec has the seed Mix(master, r), so that cells with
// the same master seed are paired.
package question

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/presets"
	"stakeout/experiments/sim"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// Header is the top of a preset.
type Header struct {
	Name         string  `key:"name" default:"" source:"Choice of the experimenter" doc:"Name of the preset, kebab-case"`
	Question     string  `key:"question" default:"" source:"Choice of the experimenter" doc:"The question that it answers, in one sentence"`
	Attack       string  `key:"attack" default:"" source:"Choice of the experimenter" doc:"Name of the attack, see list"`
	Mechanism    string  `key:"mechanism" default:"pos" source:"Choice of the experimenter" doc:"Name of the election mechanism, see list"`
	Remedy       string  `key:"remedy" default:"none" source:"Choice of the experimenter" doc:"Name of the remedy, see list"`
	Replications int     `key:"replications" default:"100" unit:"1" min:"1" max:"1000000" source:"Choice of the experimenter" doc:"Number of replications, each with three worlds"`
	Seed         int     `key:"seed" default:"7698" unit:"1" min:"0" max:"9007199254740991" source:"Number of the thread on ethresear.ch" doc:"Master seed"`
	HorizonDays  float64 `key:"horizon_days" default:"60" unit:"d" min:"0.1" max:"3650" source:"Choice of the experimenter" doc:"Measured time after the warm-up"`
	WorldWins    bool    `key:"world_wins" default:"false" source:"Choice of the experimenter" doc:"Whether the named world wins over what the preset says about the world; false: the preset wins"`
	StartDays    float64 `key:"start_days" default:"1" unit:"d" min:"0" max:"3650" source:"Choice of the experimenter" doc:"Start of the attack's plan after the warm-up"`
}

// Spec is a preset that has been read and checked.
type Spec struct {
	Header
	World  sim.Config
	Params strategies.Params // nil when there is no such attack
	Entry  strategies.Entry
	stated map[string]string // what the preset itself says, by path
	auto   bool              // the horizon follows the plan
	file   string            // where the preset comes from, as it was given
	layer  *layer            // the world beneath the preset, nil for a spec that was read back
	in     string            // the world that was given besides the preset, or empty
}

// worldPart is the layout of a preset file without attack_params, whose struct
// depends on the attack.
type worldPart struct {
	Header
	World sim.Config `key:"world" doc:"The world without an attacker"`
}

// Load reads a built-in preset or a file, or a variant such as
// dos-short@burn-auction+hard-fork: a preset under another leader selection and, after
// the plus, with another remedy. All problems are returned at once, as a *notation.Error;
// overrides are path=value pairs as on the command line.
func Load(name string, overrides ...string) (*Spec, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	return f.parse(overrides)
}

// source is the text of a preset with the place that it comes from.
type source struct {
	file string
	text []byte
	name string   // of the variant, or empty
	set  []string // what the variant changes
	// builtin is set for a preset of the program, whose file the user has never seen.
	builtin bool
	world   *WorldText // a world that is not read from its file again, or nil
	bare    bool       // everything is stated, so that no world is needed
}

// open finds a preset or a variant by name.
func open(name string) (source, error) {
	file, text, err := presets.Source(name)
	base, place, variant := strings.Cut(name, "@")
	if err == nil || !variant {
		return source{file: file, text: text, builtin: file != name}, err
	}
	if err := variantFault(name, base, place); err != nil {
		return source{}, err
	}
	if file, text, err = presets.Source(base); err != nil {
		return source{}, err
	}
	mechanism, remedy, both := strings.Cut(place, "+")
	f := source{file: file, text: text, builtin: true, name: name, set: []string{"mechanism=" + mechanism}}
	if both {
		f.set = append(f.set, "remedy="+remedy)
	}
	return f, nil
}

// Parse reads a preset from its text. From a preset with axes it returns the values that
// do not vary; LoadSweep reads the axes.
func Parse(file string, text []byte, overrides ...string) (*Spec, error) {
	return source{file: file, text: text}.parse(overrides)
}

func (f source) parse(overrides []string) (*Spec, error) {
	s, doc, problems, err := f.read(overrides)
	if err != nil {
		return nil, err
	}
	if doc.Has("") { // A text that cannot be read at all has one problem only.
		problems = append(problems, s.inconsistencies(doc)...)
	}
	f.blame(s, doc, problems, overrides)
	if err := notation.Errors(problems); err != nil {
		return nil, err
	}
	return s, nil
}

// read decodes a preset without checking how its values go together. The error is the
// error of an override.
func (f source) read(overrides []string) (*Spec, *notation.Document, []notation.Problem, error) {
	doc, problems := notation.Parse(f.file, f.text)
	s, overrides, problems, err := f.place(doc, problems, overrides)
	if err != nil {
		return nil, nil, nil, err
	}
	if e, ok := strategies.Find(s.Attack); ok {
		s.Entry, s.Params = e, e.Params()
		param.Defaults(s.Params)
		problems = append(problems, doc.Decode("attack_params", s.Params)...)
	} else {
		problems = append(problems, s.attackProblem(doc)...)
	}
	problems = s.readHorizon(doc, problems)
	if f.name != "" {
		s.Name = f.name
		for _, o := range f.set {
			if err := s.Set(o); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	s.settle()
	s.stated = s.Texts()
	if len(problems) == 0 {
		for _, o := range attackFirst(overrides) {
			if err := s.Set(o); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	s.settle()
	return s, doc, problems, nil
}

// place puts the preset into its world. It returns the overrides that are left.
func (f source) place(doc *notation.Document, problems []notation.Problem, overrides []string) (*Spec, []string,
	[]notation.Problem, error) {
	s := &Spec{file: f.file}
	var part worldPart
	param.Defaults(&part)
	if !f.bare {
		s.in, overrides = worldOf(overrides)
		w, faults, err := f.choose(doc, s.in)
		if err != nil {
			return nil, nil, nil, err
		}
		problems = append(append(problems, w.problems...), faults...)
		part, s.layer = w.part, w
	}
	problems = append(problems,
		underWorld(doc.Decode("", &part, "attack_params", notation.Paths, SampleSection, PrecisionSection))...)
	s.Header, s.World = part.Header, part.World
	if s.layer != nil {
		s.World.Name = s.layer.part.World.Name
		for _, o := range overrides {
			if value, is := strings.CutPrefix(o, winsPath+"="); is {
				s.WorldWins = value == "true"
			}
		}
		if s.WorldWins {
			s.World = s.layer.part.World
		}
	}
	return s, overrides, problems, nil
}

// Reread reads the configuration of a manifest back: a spec and the paths of its axes. It
// does not check again how the values go together.
func Reread(file string, text []byte) (*Spec, []string, error) {
	s, doc, problems, err := source{file: file, text: text, bare: true}.read(nil)
	if err = errors.Join(err, notation.Errors(problems)); err != nil {
		return nil, nil, err
	}
	return s, doc.Keys(notation.Paths), nil
}

// Known tells whether a name is a preset, a file, or a variant of a preset.
func Known(name string) bool {
	_, err := open(name)
	return err == nil
}

// attackProblem says why there is no attack. An attack of the wrong type already has a
// problem.
func (s *Spec) attackProblem(doc *notation.Document) []notation.Problem {
	switch {
	case !doc.Has(""):
	case !doc.Has("attack"):
		return []notation.Problem{doc.At("attack", "is missing", "one of "+strings.Join(attackNames(), ", "))}
	case s.Attack != "":
		return []notation.Problem{unknown(doc, "attack", s.Attack, attackNames())}
	}
	return nil
}

// underWorld adds a hint to sections that stand beside world instead of in it.
func underWorld(problems []notation.Problem) []notation.Problem {
	param.Sections(new(sim.Config), func(path, _ string) {
		for i := range problems {
			if p := &problems[i]; p.Path == path && p.Hint == "" {
				p.Hint = param.DidYouMean("world." + path)
			}
		}
	})
	return problems
}

// attackFirst moves the choice of an attack to the front, so that parameters of
// the new attack may be set before or after it.
func attackFirst(overrides []string) []string {
	sorted := slices.Clone(overrides)
	slices.SortStableFunc(sorted, func(a, b string) int {
		switch x, y := strings.HasPrefix(a, "attack="), strings.HasPrefix(b, "attack="); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return sorted
}

// Set applies one path=value override, such as
// world.market.taker_fee_bps=5 or attack_params.budget_usd=2000000. Another
// attack keeps the parameters that it shares with the one before, and takes its
// own defaults for the others.
func (s *Spec) Set(assignment string) error {
	name, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return fmt.Errorf("--set %s: expected path=value", assignment)
	}
	if rest, is := strings.CutPrefix(name, AttackPrefix); is {
		return s.setAttackParameter(rest, value)
	}
	if name == "attack" {
		return s.switchAttack(value)
	}
	if name == WorldPath && s.World.Name != value {
		return param.Problem{Path: WorldPath, Message: "names the settings beneath the preset and cannot be set alone",
			Hint: "write --world " + value}
	}
	if name == horizonPath {
		if s.auto = value == Auto; s.auto {
			return nil
		}
	}
	part := worldPart{Header: s.Header, World: s.World}
	if err := param.Set(&part, name, value); err != nil {
		return err
	}
	s.Header, s.World = part.Header, part.World
	return nil
}

// setAttackParameter names problems by their full path.
func (s *Spec) setAttackParameter(name, value string) error {
	if valid := paths(s.Params); !slices.Contains(valid, name) {
		p := param.Problem{Path: AttackPrefix + name, Message: "unknown parameter of " + s.Attack, Hint: "`stakeout show " +
			s.Attack + "` lists its parameters"}
		if near := param.NearestPath(name, valid); near != "" {
			p.Hint = param.DidYouMean(AttackPrefix + near)
		}
		return p
	}
	err := param.Set(s.Params, name, value)
	var problem param.Problem
	if errors.As(err, &problem) {
		problem.Path = AttackPrefix + name
		return problem
	}
	return err
}

func paths(params any) (list []string) {
	param.Walk(params, func(path string, _ param.Field) { list = append(list, path) })
	return list
}

func (s *Spec) switchAttack(name string) error {
	e, ok := strategies.Find(name)
	if !ok {
		return unknown(nil, "attack", name, attackNames()).Problem
	}
	params := e.Params()
	param.Defaults(params)
	var shared error
	param.Walk(s.Params, func(path string, f param.Field) {
		if f.Changed && shared == nil && slices.Contains(paths(params), path) {
			shared = param.Set(params, path, f.Value)
		}
	})
	if shared == nil {
		s.Attack, s.Entry, s.Params = name, e, params
	}
	return shared
}

func attackNames() (names []string) {
	for _, e := range strategies.All() {
		names = append(names, e.Name)
	}
	return names
}

func mechanismNames() (names []string) {
	for _, e := range election.All() {
		names = append(names, e.Name)
	}
	return names
}

func remedyNames() (names []string) {
	for _, e := range remedy.All() {
		names = append(names, e.Name)
	}
	return names
}

// Canonical is the resolved configuration as text. The run key and the manifest hold its
// hash.
func (s *Spec) Canonical() []byte {
	text := param.Canonical(&worldPart{Header: s.Header, World: s.World})
	if s.Params != nil {
		text = append(text, "attack_params:\n"...)
		for _, line := range strings.SplitAfter(string(param.Canonical(s.Params)), "\n") {
			if line != "" {
				text = append(text, "  "+line...)
			}
		}
	}
	return text
}

// Marks are the events of the attack's plan, in days after the warm-up.
func (s *Spec) Marks() (out []strategies.Mark) {
	if s.Entry.Marks == nil {
		return nil
	}
	for _, m := range s.Entry.Marks(s.Params) {
		m.Days += s.StartDays
		out = append(out, m)
	}
	return out
}

// Value is the text of the parameter at a path in the notation of presets, and whether the
// spec has the parameter.
func (s *Spec) Value(path string) (text string, ok bool) {
	text, ok = s.Texts()[path]
	return text, ok
}
