package notation

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/transcript"
)

// Header, world and dosParams resemble the structs that a preset feeds.
type Header struct {
	Name         string `key:"name" default:"" source:"-" doc:"name"`
	Question     string `key:"question" default:"" source:"-" doc:"question"`
	Attack       string `key:"attack" default:"none" oneof:"none|dos-short|fake-dos" source:"-" doc:"attack"`
	Mechanism    string `key:"mechanism" default:"pos" oneof:"pos|burn-auction|proof-of-burn" source:"-" doc:"leader election"`
	Remedy       string `key:"remedy" default:"none" oneof:"none|vote" source:"-" doc:"remedy"`
	Replications int    `key:"replications" default:"100" unit:"1" min:"1" max:"10000" source:"-" doc:"runs a cell"`
	HorizonDays  int    `key:"horizon_days" default:"60" unit:"d" min:"1" max:"3650" source:"-" doc:"simulated time"`
}

type world struct {
	Time struct {
		BlockSeconds float64 `key:"block_seconds" default:"13" unit:"s" min:"1" max:"600" source:"-" doc:"block interval"`
	} `key:"time" doc:"clock"`
	Market struct {
		TakerFeeBps float64   `key:"taker_fee_bps" default:"10" unit:"bp" min:"0" max:"100" source:"-" doc:"fee"`
		DepthShare  []float64 `key:"depth_share" default:"0.5, 0.25" unit:"share" min:"0" max:"1" source:"-" doc:"depth"`
		Shorting    bool      `key:"shorting" default:"true" source:"-" doc:"short sales allowed"`
	} `key:"market" doc:"exchange"`
	Rollup struct {
		StakeShare    float64 `key:"stake_share" default:"0.2" unit:"share" min:"0" max:"1" source:"-" doc:"stake"`
		UnbondingDays float64 `key:"unbonding_days" default:"7" unit:"d" min:"0" max:"60" source:"-" doc:"unbonding"`
		CapTokens     int64   `key:"cap_tokens" default:"1000" scale:"1000000" unit:"tokens" min:"0" max:"1000000" source:"-" doc:"cap"`
		Validators    uint8   `key:"validators" default:"4" unit:"1" source:"-" doc:"count"`
	} `key:"rollup" doc:"rollup"`
}

type dosParams struct {
	BudgetUSD int64  `key:"budget_usd" default:"1000000" scale:"1000000" unit:"USD" min:"0" max:"1000000000" source:"-" doc:"budget"`
	Label     string `key:"label" default:"" source:"-" doc:"label"`
}

type all struct {
	Header Header
	World  world
	Dos    dosParams
}

func load(file string, src []byte) (all, *Document, []Problem) {
	var a all
	param.Defaults(&a.Header)
	param.Defaults(&a.World)
	param.Defaults(&a.Dos)
	doc, problems := Parse(file, src)
	problems = append(problems, doc.Decode("", &a.Header, "world", "attack_params")...)
	problems = append(problems, doc.Decode("world", &a.World)...)
	problems = append(problems, doc.Decode("attack_params", &a.Dos)...)
	return a, doc, problems
}

const good = `# A comment.
name: dos-short
question: Does a short position pay for the empty blocks that its holder builds?
attack: dos-short
mechanism: pos
remedy: none
replications: 250
horizon_days: 1e1
world:
  time: {block_seconds: 12.5}
  market:
    taker_fee_bps: 3
    depth_share: [0.1, 0.2]
    shorting: false
  rollup: {cap_tokens: 0.000001}
attack_params: {budget_usd: 5e6, label: "5"}
`

func TestGoodPreset(t *testing.T) {
	for name, src := range map[string]string{
		"LF": good, "CRLF": strings.ReplaceAll(good, "\n", "\r\n"), "BOM": "\uFEFF" + good,
		"markers": "---\n" + good + "...\n",
	} {
		a, _, problems := load("good.yaml", []byte(src))
		if err := Errors(problems); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var want all
		param.Defaults(&want.World)
		want.Header = Header{"dos-short", "Does a short position pay for the empty blocks that its holder builds?",
			"dos-short", "pos", "none", 250, 10}
		want.World.Time.BlockSeconds = 12.5
		want.World.Market.TakerFeeBps = 3
		want.World.Market.DepthShare = []float64{0.1, 0.2}
		want.World.Market.Shorting = false
		want.World.Rollup.CapTokens = 1
		want.Dos = dosParams{5_000_000_000_000, "5"}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestWrongPresets compares the problems of every file in testdata/wrong with
// the .want file beside it.
func TestWrongPresets(t *testing.T) {
	files, _ := filepath.Glob("testdata/wrong/*.yaml")
	if len(files) < 69 {
		t.Fatalf("%d wrong presets", len(files))
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _, problems := load(filepath.Base(file), src)
		if len(problems) == 0 {
			t.Errorf("%s: no problem found", file)
			continue
		}
		checkPositions(t, src, problems)
		transcript.Golden(t, strings.TrimSuffix(file, ".yaml")+".want", Errors(problems).Error()+"\n")
	}
}

// checkPositions fails unless every problem points into src. One column past the
// end of a line is allowed.
func checkPositions(t *testing.T, src []byte, problems []Problem) {
	t.Helper()
	lines := strings.Split(string(src), "\n")
	for _, p := range problems {
		if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len([]rune(lines[p.Line-1]))+1 {
			t.Errorf("position outside the file: %s\n%q", p, src)
		}
	}
}

func TestWrongValuesKeepDefaults(t *testing.T) {
	a, _, problems := load("x",
		[]byte("replications: many\nhorizon_days: 0\nworld: {market: {depth_share: [0.1, 2]}, time: {block_seconds: 14}}\n"))
	if len(problems) != 3 {
		t.Fatalf("problems: %v", problems)
	}
	var want all
	param.Defaults(&want.Header)
	param.Defaults(&want.World)
	param.Defaults(&want.Dos)
	want.World.Time.BlockSeconds = 14
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOneStructForAll decodes header and world by one call, which can name the
// right place of a misplaced key. Keys for other calls are valid only directly in
// the section.
func TestOneStructForAll(t *testing.T) {
	var both struct {
		Header
		World world `key:"world" doc:"world"`
	}
	param.Defaults(&both)
	doc, problems := Parse("x",
		[]byte("name: a\ntaker_fee_bps: 4\nworld: {time: {block_seconds: 14, attack_params: 3}}\nattack_params: {}\n"))
	problems = append(problems, doc.Decode("", &both, "attack_params")...)
	want := `x:2:1: taker_fee_bps: unknown key; expected one of name, question, attack, mechanism, remedy, ` +
		`replications, horizon_days, world, attack_params; did you mean "world.market.taker_fee_bps"?
x:3:35: world.time.attack_params: unknown key; expected one of block_seconds`
	if diff := cmp.Diff(want, Errors(problems).Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if both.Name != "a" || both.World.Time.BlockSeconds != 14 {
		t.Errorf("%+v", both)
	}
}

func TestPositionsOfLaterChecks(t *testing.T) {
	_, doc, _ := load("x.yaml", []byte("name: a\nworld:\n  rollup:\n    cap_tokens:  5 \n"))
	for _, c := range []struct{ path, want string }{
		{"world.rollup.cap_tokens", "x.yaml:4:18: world.rollup.cap_tokens: m; expected e"},
		{"world.rollup.stake_share", "x.yaml:3:3: world.rollup.stake_share: m; expected e"},
		{"world.market.taker_fee_bps", "x.yaml:2:1: world.market.taker_fee_bps: m; expected e"},
		{"attack", "x.yaml:1:1: attack: m; expected e"},
	} {
		if got := doc.At(c.path, "m", "e").Error(); got != c.want {
			t.Errorf("At(%s) = %s, want %s", c.path, got, c.want)
		}
	}
	if got := doc.Keys(""); !reflect.DeepEqual(got, []string{"name", "world"}) {
		t.Errorf("Keys = %v", got)
	}
	if doc.Line("world.rollup.cap_tokens") != 4 || doc.Line("attack") != 0 {
		t.Error("wrong Line")
	}
	if !doc.Has("world.rollup") || doc.Has("world.rollup.cap_tokens.x") || doc.Keys("nowhere") != nil {
		t.Error("wrong Has or Keys")
	}
}

func TestErrors(t *testing.T) {
	if Errors(nil) != nil {
		t.Error("an error without problems")
	}
	at := func(line, column int, message string) Problem {
		return ProblemAt("f", line, column, message)
	}
	given := []Problem{at(2, 1, "c"), at(1, 9, "b"), at(1, 2, "a")}
	err := Errors(given)
	var all *Error
	if !errors.As(err, &all) || len(all.Problems) != 3 || given[0].Message != "c" {
		t.Fatalf("error %#v", err)
	}
	if got := err.Error(); got != "f:1:2: a\nf:1:9: b\nf:2:1: c" {
		t.Errorf("order: %s", got)
	}
}

// TestHostileInput parses input on which the library alone would overflow its stack
// or take seconds.
func TestHostileInput(t *testing.T) {
	for _, s := range []string{"[", "{a: ", "- ", "? ", "[\n", "a: [", "&a ", "!!t ", "- ? ", "[{", "\"", "|\n", "\t",
		"*a ", "<<: "} {
		src := []byte(strings.Repeat(s, 60_000/len(s)))
		doc, problems := Parse("x", src)
		if len(problems) == 0 || doc == nil {
			t.Errorf("%q repeated: no problem", s)
		}
		checkPositions(t, src, problems)
	}
	if _, problems := Parse("x", make([]byte, Largest+1)); len(problems) != 1 {
		t.Errorf("too large: %v", problems)
	}
}

// TestCanonicalReadsBack checks that the canonical text of any valid
// parameters is a preset that gives the same parameters.
func TestCanonicalReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want, got all
		param.Defaults(&want.World)
		param.Defaults(&want.Dos)
		share := rapid.Float64Range(0, 1)
		want.World.Time.BlockSeconds = rapid.Float64Range(1, 600).Draw(t, "seconds")
		want.World.Market.DepthShare = rapid.SliceOf(share).Draw(t, "depth")
		want.World.Market.Shorting = rapid.Bool().Draw(t, "shorting")
		want.World.Rollup.StakeShare = share.Draw(t, "stake")
		want.World.Rollup.Validators = rapid.Uint8().Draw(t, "validators")
		want.World.Rollup.CapTokens = rapid.Int64Range(0, 1e12).Draw(t, "cap")
		want.Dos.BudgetUSD = rapid.Int64Range(0, 1e15).Draw(t, "budget")
		want.Dos.Label = rapid.StringOfN(rapid.RuneFrom(nil, unicode.GraphicRanges...), 0, 80, -1).Draw(t, "label")
		for i, part := range []struct{ from, into any }{{&want.World, &got.World}, {&want.Dos, &got.Dos}} {
			text := param.Canonical(part.from)
			doc, problems := Parse("canonical", text)
			param.Defaults(part.into)
			if err := Errors(append(problems, doc.Decode("", part.into)...)); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if again := param.Canonical(part.into); string(again) != string(text) {
				t.Fatalf("part %d: %s became %s", i, text, again)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/wrong/*.yaml")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, src []byte) {
		a, doc, problems := load("x", src)
		checkPositions(t, src, problems)
		for _, p := range [...]any{&a.Header, &a.World, &a.Dos} {
			if bad := param.Check(p); len(bad) > 0 {
				t.Errorf("accepted %v from %q", bad, src)
			}
		}
		for _, key := range doc.Keys("") {
			if doc.Line(key) < 1 {
				t.Errorf("key %q has no line", key)
			}
		}
	})
}
