package question_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/presets"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
	"stakeout/experiments/worlds"
)

func load(t *testing.T, name string, set ...string) *question.Spec {
	t.Helper()
	s, err := question.Load(name, set...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The default world is the world 2020, value by value and source by source.
func TestTheDefaultIsTheWorld2020(t *testing.T) {
	var want sim.Config
	param.Defaults(&want)
	got, err := question.World(worlds.Default)
	if err != nil {
		t.Fatal(err)
	}
	if worlds.Default != "2020" || !reflect.DeepEqual(*got, want) {
		t.Errorf("world %s differs from the defaults", worlds.Default)
	}
	_, list, err := question.Settings(worlds.Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if x.Path != "mechanism" && x.Source != x.Field.Source {
			t.Errorf("%s: the source %q is %q in the default", x.Path, x.Source, x.Field.Source)
		}
	}
	a, b := load(t, "dos-short"), load(t, "dos-short", "world=2020")
	if a.ReplicationHash() != b.ReplicationHash() || string(a.Canonical()) != string(b.Canonical()) {
		t.Error("dos-short in world 2020 is not dos-short")
	}
}

// Every value of a built-in world has a source, and what one world states, all state.
func TestWorldsStateTheirSources(t *testing.T) {
	stated := map[string][]string{}
	for _, name := range worlds.Names() {
		about, list, err := question.Settings(name)
		if err != nil {
			t.Fatal(err)
		}
		if about == "" {
			t.Errorf("world %s does not say what it describes", name)
		}
		for _, x := range list {
			if x.Source == "" {
				t.Errorf("world %s: %s has no source", name, x.Path)
			}
			stated[name] = append(stated[name], x.Path)
		}
	}
	for _, path := range stated["2026"] {
		if !slices.Contains(stated["2020"], path) {
			t.Errorf("world 2026 states %s and world 2020 does not", path)
		}
	}
}

func TestPresetsLoadInEveryWorld(t *testing.T) {
	for _, world := range worlds.Names() {
		for _, name := range presets.Names() {
			if _, err := question.Load(name, "world="+world); err != nil {
				t.Errorf("%s in world %s: %v", name, world, err)
			}
		}
	}
}

// The layers, from below: default, world, preset, override.
func TestLayersOfSettings(t *testing.T) {
	for _, c := range []struct {
		preset string
		set    []string
		path   string
		want   string
	}{
		{"takeover-slash-2020", nil, "world.rollup.slash_miss_share", "0.001"},
		{"takeover-slash-2020", []string{"world=2026"}, "world.rollup.slash_miss_share", "0.01"},
		{"takeover-slash", []string{"world=2026"}, "world.rollup.slash_miss_share", "0.2"},
		{"takeover-slash", []string{"world=2026", "world_wins=true"}, "world.rollup.slash_miss_share", "0.01"},
		{"takeover-slash", []string{"world.rollup.slash_miss_share=0.5", "world=2026"}, "world.rollup.slash_miss_share",
			"0.5"},
		{"takeover-slash", []string{"world=2026", "world_wins=true", "world.rollup.slash_miss_share=0.5"},
			"world.rollup.slash_miss_share", "0.5"},
		{"dos-short", nil, "mechanism", "pos"},
		{"dos-short", []string{"world=2026"}, "mechanism", "bft-committee"},
		{"slash-network", []string{"world=2026"}, "mechanism", "pos"},
		{"dos-short@pos", []string{"world=2026"}, "mechanism", "pos"},
		{"dos-short", []string{"world.name=2026"}, "world.name", "2026"},
	} {
		if got, _ := load(t, c.preset, c.set...).Value(c.path); got != c.want {
			t.Errorf("%s %q: %s is %s, want %s", c.preset, c.set, c.path, got, c.want)
		}
	}
}

// A preset may name its world, and the command line another one.
func TestPresetsNameTheirWorld(t *testing.T) {
	text := "name: mine\nquestion: Why?\nattack: dos-short\nworld: {name: \"2026\", users: {leave_below: 0.3}}\n"
	for _, c := range []struct{ set, want string }{{"", "2026 0.3 12"}, {"world=2020", "2020 0.3 13"}} {
		var set []string
		if c.set != "" {
			set = []string{c.set}
		}
		s, err := question.Parse("mine.yaml", []byte(text), set...)
		if err != nil {
			t.Fatal(err)
		}
		x := s.Texts()
		got := x["world.name"] + " " + x["world.users.leave_below"] + " " + x["world.layer1.block_seconds"]
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.set, got, c.want)
		}
	}
	_, err := question.Parse("mine.yaml", []byte(strings.Replace(text, "2026", "2062", 1)))
	if err == nil || !strings.HasPrefix(err.Error(), "mine.yaml:4:") ||
		!strings.Contains(err.Error(), `did you mean "2026"?`) {
		t.Errorf("%v", err)
	}
}

func TestWrongWorlds(t *testing.T) {
	dir, files := t.TempDir(), 0
	write := func(text string) string {
		files++
		file := filepath.Join(dir, strconv.Itoa(files)+"w.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, c := range []struct{ world, want string }{
		{"2062", `--world 2062: no such world "2062"; expected 2020, 2026 or a file; did you mean "2026"?`},
		{write("name: mine\nworld: {rollup: {slots: 3}}\n"), "w.yaml:2:18: world.rollup.slots: unknown key"},
		{write("name: mine\nworld: {layer1: {block_seconds: 9999}}\n"),
			"w.yaml:2:33: world.layer1.block_seconds: 9999 is too large"},
		{write("world: {}\n"), "w.yaml:1:1: name: is missing"},
		{write("name: \"2026\"\n"), "w.yaml:1:7: name: 2026 is the name of a built-in world"},
		{write("name: mine\nmechanism: poss\n"), "w.yaml:2:12: mechanism: there is no mechanism \"poss\""},
		{write("name: mine\nsources: {world.layer1.block_second: here}\n"), "did you mean \"world.layer1.block_seconds\"?"},
		{write("name: mine\nworld: {layer1: {fee_market: eip1559, background_log_mean: -1}}\n"),
			"w.yaml: world.layer1.usual_tip_gwei: 1 is not below the median price of block space of 0.368 gwei"},
	} {
		_, err := question.Load("dos-short", "world="+c.world)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.world, err, c.want)
		}
	}
}

// The settings of a world are part of the identity of a replication, and its name is not.
func TestWorldsAreIdentity(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	text := "name: mine\nworld:\n  users: {leave_below: 0.5}\nsources:\n  world.users.leave_below: Here\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	plain, modern, own := load(t, "dos-short"), load(t, "dos-short", "world=2026"), load(t, "dos-short", "world="+file)
	set := load(t, "dos-short", "world.users.leave_below=0.5")
	if plain.ReplicationHash() == modern.ReplicationHash() || plain.WorldHash() == modern.WorldHash() {
		t.Error("world 2026 has the hash of world 2020")
	}
	if own.ReplicationHash() != set.ReplicationHash() || own.WorldHash() != set.WorldHash() {
		t.Error("the name of a world counts")
	}
	if h := load(t, "dos-empty-blocks@pos+hard-fork", "world=2026").WorldHash(); h != modern.WorldHash() ||
		len(h) != 8 {
		t.Errorf("world hash %s under another election, remedy and attack, %s", h, modern.WorldHash())
	}
	for s, want := range map[*question.Spec]string{plain: "dos-short", modern: "dos-short, world 2026",
		own: "dos-short, world mine"} {
		if s.Title() != want {
			t.Errorf("title %q, want %q", s.Title(), want)
		}
	}
	if got, want := own.Replay(own.Stated()), "stakeout explain dos-short --world "+file+" --rep "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	source := ""
	own.Walk(func(path string, f param.Field) {
		if path == "world.users.leave_below" {
			source = own.Source(path, f)
		}
	})
	if source != "Here" {
		t.Errorf("source %q", source)
	}
	back, _, err := question.Reread("manifest.json", own.Canonical())
	if err != nil || back.Title() != own.Title() || back.ReplicationHash() != own.ReplicationHash() {
		t.Errorf("read back: %v", err)
	}
}

// A sweep in a world of a file is made again without the file, by recipe and by plan.
func TestRecipesKeepTheWorld(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte("name: mine\nworld:\n  users: {leave_below: 0.5}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := question.LoadSweep("dos-short", question.Variation{Set: []string{"world=" + file}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := question.Comparison(false, 1, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for _, w := range []*question.Sweep{w, m} {
		again, err := w.Recipe.Remake()
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Cells) != len(w.Cells) || again.Cells[0].ReplicationHash() != w.Cells[0].ReplicationHash() {
			t.Error("another sweep came back")
		}
	}
	if _, err := question.LoadSweep("dos-short", question.Variation{Set: []string{"world=" + file}}); !errors.Is(err,
		os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// In panel a of the matrix every cell is in one world; panel b has the settings of the
// presets that change the world.
func TestTheMatrixIsInOneWorld(t *testing.T) {
	for _, world := range []string{"", "2026"} {
		w, err := question.Comparison(false, 1, world)
		if err != nil {
			t.Fatal(err)
		}
		one := w.Cells[0].WorldHash()
		if want := load(t, "dos-empty-blocks", "world="+w.Cells[0].World.Name).WorldHash(); one != want {
			t.Errorf("panel a is in %s, the world has %s", one, want)
		}
		own := map[string]int{}
		for _, c := range w.Cells {
			switch {
			case c.WorldWins && c.WorldHash() != one:
				t.Errorf("%s is not in the world %s", c.Name, one)
			case !c.WorldWins && c.WorldHash() == one:
				t.Errorf("%s has no settings of its own", c.Name)
			case !c.WorldWins:
				own[c.Attack]++
			}
		}
		want := []string{"dos-lockup", "fake-dos", "fake-dos-repeat", "slash-miner", "slash-network", "takeover-slash"}
		if world == "2026" { // what the presets of the other two state is so there
			want = slices.DeleteFunc(want, func(s string) bool { return s == "slash-miner" || s == "slash-network" })
		}
		for _, a := range want {
			if own[a] == 0 {
				t.Errorf("world %q: panel b lacks %s: %v", world, a, own)
			}
		}
		if len(own) != len(want) {
			t.Errorf("world %q: panel b has %v", world, own)
		}
	}
}
