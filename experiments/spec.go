// Package experiments puts questions to the model: presets, replications with
// their three worlds, the pool of workers, and the tables and figures drawn
// from the stored results.
//
// A preset is a YAML file. Replication r of every experiment uses the seed
// Mix(master, r), so that experiments are paired; each replication runs the
// attack, the honest use of the same capital, and a world in which the capital
// stays idle. The three share everything up to the start of the attack: the
// world is run once to that point and branched.
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
	Params any // pointer to the attack's parameter struct
	attack strategies.Entry
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

// Load reads a built-in preset or a file. All problems are returned at once, as
// a *preset.Error; overrides are path=value pairs as on the command line.
func Load(name string, overrides ...string) (*Spec, error) {
	file, text, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Parse(file, text, overrides...)
}

// Parse reads a preset from its text.
func Parse(file string, text []byte, overrides ...string) (*Spec, error) {
	doc, problems := preset.Parse(file, text)
	var part worldPart
	param.Defaults(&part)
	problems = append(problems, doc.Decode("", &part, "attack_params")...)
	s := &Spec{Header: part.Header, World: part.World}
	if e, ok := strategies.Find(s.Attack); ok {
		s.attack, s.Params = e, e.Params()
		param.Defaults(s.Params)
		problems = append(problems, doc.Decode("attack_params", s.Params)...)
	} else if len(problems) == 0 || doc.Has("attack") {
		problems = append(problems, unknown(doc, "attack", s.Attack, attackNames()))
	}
	if len(problems) == 0 {
		for _, o := range overrides {
			if err := s.Set(o); err != nil {
				return nil, err
			}
		}
	}
	problems = append(problems, s.cross(doc)...)
	if err := preset.Errors(problems); err != nil {
		return nil, err
	}
	return s, nil
}

// Set applies one path=value override, such as
// world.market.taker_fee_bps=5 or attack_params.budget_usd=2000000.
func (s *Spec) Set(assignment string) error {
	name, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return fmt.Errorf("--set %s: expected path=value", assignment)
	}
	if rest, is := strings.CutPrefix(name, "attack_params."); is {
		return param.Set(s.Params, rest, value)
	}
	part := worldPart{Header: s.Header, World: s.World}
	if err := param.Set(&part, name, value); err != nil {
		return err
	}
	s.Header, s.World = part.Header, part.World
	return nil
}

func attackNames() (names []string) {
	for _, e := range strategies.All() {
		names = append(names, e.Name)
	}
	return names
}

// cross checks what concerns more than one value.
func (s *Spec) cross(doc *preset.Document) (out []preset.Problem) {
	add := func(path, message, expected string) { out = append(out, doc.At(path, message, expected)) }
	if s.Name == "" {
		add("name", "is missing", "a kebab-case name")
	}
	if s.Question == "" {
		add("question", "is missing", "the question that the preset answers, in one sentence")
	}
	if _, ok := election.Find(s.Mechanism); !ok {
		out = append(out, unknown(doc, "mechanism", s.Mechanism, mechanismNames()))
	}
	if _, ok := remedy.Find(s.Remedy); !ok {
		out = append(out, unknown(doc, "remedy", s.Remedy, remedyNames()))
	}
	w := &s.World
	if w.Rollup.DeadlineBlocks >= w.Rollup.BlocksPerSlot {
		add("world.rollup.deadline_blocks", "leaves no time to build", "less than blocks_per_slot")
	}
	if w.Time.WarmupDays < 2*w.Rollup.UnbondingDays {
		add("world.time.warmup_days", "is shorter than twice the unbonding time, so the unbonding pipeline starts empty", "at least twice world.rollup.unbonding_days")
	}
	if s.attack.Days != nil {
		if need := s.StartDays + s.attack.Days(s.Params) - 7 + w.Rollup.UnbondingDays; need > s.HorizonDays {
			add("horizon_days", fmt.Sprintf("ends before the attack has unwound on day %g", need), "a longer horizon or shorter attack_params")
		}
	}
	return append(out, s.crossShares(doc)...)
}

// crossShares checks that the supply is handed out exactly once.
func (s *Spec) crossShares(doc *preset.Document) (out []preset.Problem) {
	w := &s.World
	if err := w.Lending.Validate(); err != nil {
		out = append(out, doc.At("world.lending", err.Error(), "consistent margins and rates"))
	}
	sum := w.Stakers.HoldShare + w.Makers.HoldShare + w.Noise.HoldShare + w.Chartists.HoldShare + w.Holders.HoldShare
	if sum < 0.999 || sum > 1.001 {
		out = append(out, doc.At("world", fmt.Sprintf("the hold_share of stakers, makers, noise, chartists and holders sum to %.4g", sum), "1"))
	}
	if cap := float64(w.Lending.BorrowCap) / 1e6; cap > w.Opening.Supply {
		out = append(out, doc.At("world.lending.borrow_cap_tokens", "is more than the supply", "at most world.opening.supply_tokens"))
	}
	return out
}

func unknown(doc *preset.Document, path, name string, valid []string) preset.Problem {
	p := doc.At(path, fmt.Sprintf("there is no %s %q", path, name), "one of "+strings.Join(valid, ", "))
	if near := param.Nearest(name, valid); near != "" {
		p.Hint = param.DidYouMean(near)
	}
	return p
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
