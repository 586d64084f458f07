// Package experiments puts questions to the model: presets, replications with
// their three worlds, the pool of workers, and the tables and figures drawn
// from the stored results.
//
// A preset is a YAML file. Replication r of every experiment uses the seed
// Mix(master, r), so that experiments are paired; each replication runs the
// attack, the honest use of the same capital, and a world in which the capital
// stays idle. The three share everything up to the start of the attack: the
// world is run once to that point and branched.
//
// A sweep is a preset with axes: one experiment whose cells are the points of a
// grid or of a sample. A plan cuts it into shards, which other machines run and
// which merge to the same bytes. With a precision the results decide how many
// replications a cell gets.
//
// A program starts with Load and Run, or with LoadSweep and its Run, and finds the
// statistics in Result.Study; the command line has no other way in. Every results
// folder can be read again with report.Load.
package experiments

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"stakeout/experiments/param"
	"stakeout/experiments/preset"
	"stakeout/experiments/sim"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

//go:embed presets/*.yaml
var presets embed.FS

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
	StartDays    float64 `key:"start_days" default:"1" unit:"d" min:"0" max:"3650" source:"Choice of the experimenter" doc:"Start of the attack's plan after the warm-up"`
}

// Spec is a preset that has been read and checked.
type Spec struct {
	Header
	World  sim.Config
	Params strategies.Params // nil when there is no such attack
	attack strategies.Entry
	stated map[string]string // what the preset itself says, by path
}

// worldPart is the layout of a preset file without attack_params, whose struct
// depends on the attack.
type worldPart struct {
	Header
	World sim.Config `key:"world" doc:"The world without an attacker"`
}

// Presets lists the names of the built-in presets in alphabetical order.
func Presets() []string {
	files, _ := fs.Glob(presets, "presets/*.yaml")
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	slices.Sort(names)
	return names
}

// ErrPreset is wrapped by the errors of Load for a name that is neither a
// preset nor a file.
var ErrPreset = errors.New("no such preset")

// Source returns the text of a built-in preset or of a file.
func Source(name string) (file string, text []byte, err error) {
	if b, err := presets.ReadFile("presets/" + name + ".yaml"); err == nil {
		return name + ".yaml", b, nil
	}
	b, err := os.ReadFile(name)
	if err == nil {
		return name, b, nil
	}
	if !strings.ContainsAny(name, "./\\") {
		return name, nil, fmt.Errorf("%w %q%s; `stakeout list` shows them all", ErrPreset, name, hint(name, Presets()))
	}
	return name, nil, err
}

func hint(name string, valid []string) string {
	if near := param.Nearest(name, valid); near != "" {
		return "; " + param.DidYouMean(near)
	}
	return ""
}

// Load reads a built-in preset or a file, or a crossing like
// dos-short@burn-auction+hard-fork: a preset under a leader selection and, after the
// plus, with a remedy. All problems are returned at once, as a *preset.Error;
// overrides are path=value pairs as on the command line.
func Load(name string, overrides ...string) (*Spec, error) {
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	return f.parse(overrides)
}

// source is the text of a preset and where it is put.
type source struct {
	file string
	text []byte
	name string   // of the crossing, or empty
	set  []string // what the crossing changes
}

// open finds a preset or a crossing by name.
func open(name string) (source, error) {
	file, text, err := Source(name)
	base, place, crossed := strings.Cut(name, "@")
	if err == nil || !crossed {
		return source{file: file, text: text}, err
	}
	if file, text, err = Source(base); err != nil {
		return source{}, err
	}
	mechanism, remedy, both := strings.Cut(place, "+")
	f := source{file: file, text: text, name: name, set: []string{"mechanism=" + mechanism}}
	if both {
		f.set = append(f.set, "remedy="+remedy)
	}
	return f, nil
}

// Parse reads a preset from its text. Of a preset with axes, which LoadSweep
// reads, it gives the values that do not vary.
func Parse(file string, text []byte, overrides ...string) (*Spec, error) {
	return source{file: file, text: text}.parse(overrides)
}

func (f source) parse(overrides []string) (*Spec, error) {
	s, doc, problems, err := f.read(overrides)
	if err != nil {
		return nil, err
	}
	if doc.Has("") { // What cannot be read at all has one problem only.
		problems = append(problems, s.cross(doc)...)
	}
	if err := preset.Errors(problems); err != nil {
		return nil, err
	}
	return s, nil
}

// read decodes a preset without looking at how its values go together. The
// error is that of an override.
func (f source) read(overrides []string) (*Spec, *preset.Document, []preset.Problem, error) {
	doc, problems := preset.Parse(f.file, f.text)
	var part worldPart
	param.Defaults(&part)
	problems = append(problems, underWorld(doc.Decode("", &part, "attack_params", preset.Paths, sampleSection, precisionSection))...)
	s := &Spec{Header: part.Header, World: part.World}
	if e, ok := strategies.Find(s.Attack); ok {
		s.attack, s.Params = e, e.Params()
		param.Defaults(s.Params)
		problems = append(problems, doc.Decode("attack_params", s.Params)...)
	} else {
		problems = append(problems, s.attackProblem(doc)...)
	}
	if f.name != "" {
		s.Name = f.name
		for _, o := range f.set {
			if err := s.Set(o); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	s.stated = s.texts()
	if len(problems) == 0 {
		for _, o := range attackFirst(overrides) {
			if err := s.Set(o); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	return s, doc, problems, nil
}

// attackProblem says why there is no attack; one of the wrong type has its
// problem already.
func (s *Spec) attackProblem(doc *preset.Document) []preset.Problem {
	switch {
	case !doc.Has(""):
	case !doc.Has("attack"):
		return []preset.Problem{doc.At("attack", "is missing", "one of "+strings.Join(attackNames(), ", "))}
	case s.Attack != "":
		return []preset.Problem{unknown(doc, "attack", s.Attack, attackNames())}
	}
	return nil
}

// underWorld adds a hint to sections that stand beside world instead of in it.
func underWorld(problems []preset.Problem) []preset.Problem {
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
	if rest, is := strings.CutPrefix(name, attackPrefix); is {
		return s.setAttackParameter(rest, value)
	}
	if name == "attack" {
		return s.switchAttack(value)
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
		p := param.Problem{Path: attackPrefix + name, Message: "unknown parameter of " + s.Attack, Hint: "`stakeout show " + s.Attack + "` lists its parameters"}
		if near := param.NearestPath(name, valid); near != "" {
			p.Hint = param.DidYouMean(attackPrefix + near)
		}
		return p
	}
	err := param.Set(s.Params, name, value)
	var problem param.Problem
	if errors.As(err, &problem) {
		problem.Path = attackPrefix + name
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
		p := unknown(nil, "attack", name, attackNames())
		return param.Problem{Path: p.Path, Message: p.Message, Expected: p.Expected, Hint: p.Hint}
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
		s.Attack, s.attack, s.Params = name, e, params
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

// Canonical is the resolved configuration as text: what the run key and the
// manifest hash.
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
