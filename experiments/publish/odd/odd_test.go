package odd

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/param"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

var update = flag.Bool("update", false, "rewrite ODD.md and the files of tables")

// top is the folder of the module.
const top = "../../.."

var root = os.DirFS(top)

// most is how many bytes of prose a reader is asked to read.
const most = 40_000

// TestDescriptionIsCurrent holds ODD.md and the files of tables to what the program says of itself. With -update it
// rewrites them.
func TestDescriptionIsCurrent(t *testing.T) {
	got, err := Describe(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		file := filepath.Join(top, filepath.FromSlash(p.File()))
		if *update {
			if err := os.WriteFile(file, []byte(p.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if p.Text != string(want) {
			t.Errorf("%s differs from the program; `go test ./%s -update` writes it anew", p.File(), home)
		}
	}
	if n := len(got[0].Text); n > most {
		t.Errorf("ODD.md has %d bytes, at most %d: long tables belong to the files beside this package", n, most)
	}
}

// Every file of tables that the folder holds is part of the description, and the program carries it.
func TestPartsAreAllThere(t *testing.T) {
	if *update {
		t.Skip("the program carries the files of before the update")
	}
	files, err := filepath.Glob("*.md")
	if err != nil || len(files) != len(tables) {
		t.Errorf("files of tables: %q, want %q: %v", files, tables, err)
	}
	for _, p := range Parts() {
		if raw, err := fs.ReadFile(root, p.File()); err != nil || string(raw) != p.Text {
			t.Errorf("the program does not carry %s as it is: %v", p.File(), err)
		}
	}
}

// TestCataloguesAreInTheTemplate looks for everything that can be chosen by name in the text itself, because nothing
// else notices a table that the templates have lost.
func TestCataloguesAreInTheTemplate(t *testing.T) {
	var starts []string
	for _, e := range strategies.All() {
		starts = append(starts, "## "+e.Name)
	}
	for _, e := range election.All() {
		starts = append(starts, "| "+e.Name+" | "+e.Doc[:10])
	}
	for _, e := range remedy.All() {
		starts = append(starts, "| "+e.Name+" | "+e.Doc[:10])
	}
	for _, e := range docking.All() {
		starts = append(starts, "| "+e.Name+" | ")
	}
	s, err := parse(root)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := s.kinds()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kinds {
		if k.field != "" {
			starts = append(starts, "- `"+k.rules+".", "| "+k.state+".")
		}
	}
	var all strings.Builder
	for _, p := range Parts() {
		raw, err := fs.ReadFile(root, p.File())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	for _, s := range starts {
		if !strings.Contains(all.String(), "\n"+s) {
			t.Errorf("no line of the description starts with %q", s)
		}
	}
}

// overlay is a folder in which one file reads otherwise.
type overlay struct {
	fs.FS
	name, text string
}

func (o overlay) ReadFile(name string) ([]byte, error) {
	if name == o.name {
		return []byte(o.text), nil
	}
	return fs.ReadFile(o.FS, name)
}

// TestWhatIsNotDescribedIsAnError takes one description after another away.
func TestWhatIsNotDescribedIsAnError(t *testing.T) {
	for _, c := range []struct{ file, old, new, prose, want string }{
		{"agents/maker.go", " // half-spread in calm markets, as a share of the price", "",
			`{{state "agents" "maker"}}`, "maker.spread in agents is not described"},
		{"agents/maker.go", "// half-spread in calm markets, as a share of the price", "// bp",
			`{{state "agents" "maker"}}`, "maker.spread in agents is not described"},
		{"agents/maker.go", "type maker struct {", "type maker struct {\n\tfurther int",
			`{{state "agents" "maker"}}`, "maker.further in agents is not described"},
		{"agents/maker.go", "// level replaces", "//\n\nvar _ = 0 // level replaces",
			`{{rules "agents" "Makers"}}`, "method level of Makers in agents has no comment"},
		{"agents/maker.go", "// MakerParams describe the market makers.\n//\n", "\n",
			`{{kinds}}`, "the comment on agents.MakerParams does not say whom it describes"},
		{"experiments/sim/phases.go", "// nature draws the news of an interval and publishes them.\n", "",
			`{{schedule}}`, "phase nature has no comment"},
		{"agents/action.go", " // the order in a slot", "",
			`{{constants "agents" "Verb" "Verb"}}`, "Cancel in agents has no comment"},
		{"agents/agent.go", "package", "package",
			`{{parameters "world.market."}}`, "no table shows world.opening.price_usd"},
		{"agents/agent.go", "package", "package",
			`{{value "world.makers.number"}}`, "there is no parameter world.makers.number"},
		{"agents/agent.go", "package", "package",
			`{{state "agents" "wizard"}}`, "there is no type wizard in agents"},
		{"agents/agent.go", "package", "package",
			`{{see "parameters" "Wizards" "Table"}}`, `the prose points to "Wizards" of "parameters"`},
	} {
		raw, err := fs.ReadFile(root, c.file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), c.old) {
			t.Fatalf("%s has no %q", c.file, c.old)
		}
		_, err = describe(overlay{root, c.file, strings.Replace(string(raw), c.old, c.new, 1)}, []Part{{Prose, c.prose}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %.200v, want %q", c.prose, err, c.want)
		}
	}
}

func TestDescribeRefusesAnotherFolder(t *testing.T) {
	_, err := Describe(fstest.MapFS{"go.mod": {Data: []byte("module other\n")}})
	if err == nil || !strings.Contains(err.Error(), "no go.mod of this program") {
		t.Errorf("error %v", err)
	}
}

func TestEntriesMustBeDescribed(t *testing.T) {
	_, err := catalogue("Remedy", [][]string{{"pillory", "", "nobody"}})
	if err == nil || !strings.Contains(err.Error(), `remedy "pillory" is not described`) {
		t.Errorf("a remedy without a sentence: %v", err)
	}
	d := &describer{shown: map[string]bool{}}
	_, err = d.attack(strategies.Entry{Name: "flood", Doc: "Send much."})
	if err == nil || !strings.Contains(err.Error(), "attack flood is not described") {
		t.Errorf("an attack without a source: %v", err)
	}
	d.row(field{"world.x", param.Field{Doc: "A number"}}, "world.x")
	if len(d.faults) != 1 || !strings.Contains(d.faults[0], "world.x has no meaning or no source") {
		t.Errorf("a parameter without a source: %q", d.faults)
	}
}

// TestStatementsAreCut tells one assumption from the next, from a source and from
// the paragraph that follows.
func TestStatementsAreCut(t *testing.T) {
	s, err := parse(fstest.MapFS{"a/b.go": {Data: []byte(`// Package a does a thing. Assumption: the sun
// rises. Assumption: it sets.
//
// Assumption: the moon is round.
// Source: Galileo (1610).
package a

// f is f.
//
// Assumption: f is cheap.
func f() {
	_ = "Assumption: text is no comment"
	// Assumption: inside, too.
}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, mark := range []string{"Assumption", "Source"} {
		for _, a := range s.statements(mark) {
			got = append(got, a.where+"|"+a.about+"|"+a.text)
		}
	}
	want := "a/b.go|package|The sun rises. a/b.go|package|It sets. a/b.go|package|The moon is round. " +
		"a/b.go|f|F is cheap. a/b.go||Inside, too. a/b.go|package|Galileo (1610)."
	if strings.Join(got, " ") != want {
		t.Errorf("statements %q", got)
	}
}

func TestGrouped(t *testing.T) {
	for in, want := range map[string]string{
		"2020": "2020", "100000000": "100,000,000", "12345.678": "12,345.678", "0.0001": "0.0001"} {
		if got := grouped(in); got != want {
			t.Errorf("grouped(%s) = %s, want %s", in, got, want)
		}
	}
}

// TestAllFactsAreListed counts the facts in the source of package facts.
func TestAllFactsAreListed(t *testing.T) {
	raw, err := fs.ReadFile(root, "experiments/evidence/facts/accepted.go")
	if err != nil {
		t.Fatal(err)
	}
	if declared := strings.Count(string(raw), "= Fact{"); declared != len(facts.All()) || declared == 0 {
		t.Errorf("%d facts declared, %d listed", declared, len(facts.All()))
	}
}
