package paper

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/report"
)

var update = flag.Bool("update", false, "write map.csv")

// small are exhibits that rest on every kind of evidence and need few runs.
func small(t *testing.T) []Exhibit {
	t.Helper()
	list, err := Find([]string{"docking-auctions", "cost-of-moving", "levers-mechanisms", "appendix"})
	if err != nil {
		t.Fatal(err)
	}
	two := axes{2, []string{"attack_params.budget_usd=1000000,2000000"}}
	e := experiment{name: "small", preset: "dos-empty-blocks",
		set: []string{"horizon_days=16", "attack_params.build_days=1", "attack_params.act_days=2",
			"attack_params.sell_days=1"}, quick: two, full: two}
	return append(list, Exhibit{Name: "small", table: func(ctx context.Context, a *archive) (*table.Table, error) {
		s, err := a.study(ctx, e)
		if err != nil {
			return nil, err
		}
		return report.Returns(s), nil
	}})
}

// A second build gives the same bytes from what is stored, after it lost its
// figures and tables; nothing is simulated for it.
func TestDrawnAgainWithoutRuns(t *testing.T) {
	dir, list := t.TempDir(), small(t)
	make := func(o Options) *Comparison {
		o.Out, o.Quick, o.Version = dir, true, "test"
		b, err := Build(context.Background(), list, o)
		if err != nil {
			t.Fatal(err)
		}
		c, err := b.Compare()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := make(Options{})
	for _, part := range []string{"figures", "tables", "text"} {
		if err := os.RemoveAll(filepath.Join(dir, "paper-quick", part)); err != nil {
			t.Fatal(err)
		}
	}
	second := make(Options{Workers: 1, Progress: func(what string) (func(int, int), func()) {
		t.Errorf("%s was found again", what)
		return nil, func() {}
	}})
	if first.Hashes != second.Hashes || first.Files < len(list) {
		t.Errorf("first:\n%ssecond:\n%s", first.Hashes, second.Hashes)
	}
}

// An interrupted build goes on, and ends in the bytes of an unbroken one.
func TestInterruptedBuild(t *testing.T) {
	list := small(t)
	hashes := func(dir string) string {
		b, err := Build(context.Background(), list, Options{Out: dir, Quick: true, Program: record.Program{Version: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := b.Compare()
		if err != nil {
			t.Fatal(err)
		}
		return c.Hashes
	}
	broken := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Build(ctx, list, Options{Out: broken, Quick: true, Program: record.Program{Version: "test"}, Workers: 1,
		Progress: func(what string) (func(int, int), func()) {
			return func(done, _ int) {
				if what == "small" && done == 2 {
					cancel()
				}
			}, func() {}
		}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the build was not interrupted: %v", err)
	}
	if a, b := hashes(broken), hashes(t.TempDir()); a != b {
		t.Errorf("resumed:\n%sunbroken:\n%s", a, b)
	}
}

// Fresh evidence is what a later build will read, to the bit.
func TestFreshEvidenceIsStoredEvidence(t *testing.T) {
	a, err := openArchive(Options{Out: t.TempDir(), Program: record.Program{Version: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.memory.Close()
	find := func() ([]float64, error) { return []float64{math.Copysign(0, -1), math.NaN(), math.Inf(1), 0.1}, nil }
	fresh, err := keep(a, "x", "key", find)
	if err != nil {
		t.Fatal(err)
	}
	stored, ok, err := recall[[]float64](a, record.RunKey("x", "key", 0, ""))
	if err != nil || !ok || len(fresh) != 4 {
		t.Fatalf("stored %v, fresh %v", ok, fresh)
	}
	for i := range fresh {
		if math.Float64bits(fresh[i]) != math.Float64bits(stored[i]) {
			t.Errorf("value %d is %v fresh and %v stored", i, fresh[i], stored[i])
		}
	}
	c := figure.Line{X: []float64{math.Copysign(0, -1)}, Points: true}
	line, err := keep(a, "y", "key", func() (figure.Line, error) { return c, nil })
	if err != nil {
		t.Fatal(err)
	}
	again, ok, err := recall[figure.Line](a, record.RunKey("y", "key", 0, ""))
	if err != nil || !ok || math.Float64bits(line.X[0]) != math.Float64bits(again.X[0]) {
		t.Errorf("a line is %v fresh and %v stored", line, again)
	}
}

// Evidence of another version or of other code is not taken for this one's.
func TestAnotherProgramRunsAgain(t *testing.T) {
	dir := t.TempDir()
	list, err := Find([]string{"docking-auctions"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Build(context.Background(), list,
		Options{Out: dir, Quick: true, Program: record.Program{Version: "test"}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		version, findings string
		want              bool
	}{{"test", "", false}, {"another", "", true}, {"another", "changed", true}, {"another", "changed", false}} {
		ran := false
		o := Options{Out: dir, Quick: true, Program: record.Program{Version: c.version}, Findings: c.findings,
			Progress: func(string) (func(int, int), func()) {
				ran = true
				return nil, func() {}
			}}
		if _, err := Build(context.Background(), list, o); err != nil {
			t.Fatal(err)
		}
		if ran != c.want {
			t.Errorf("version %s, code %q: ran %t", c.version, c.findings, ran)
		}
	}
}

// The caption of every table that the paper shows is made.
func TestCaptionsOfTables(t *testing.T) {
	made, err := captions(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("paper.tex")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^\\exhibit(?:table|long)\{([a-z-]+)\}\{(.*)\}$`).FindAllStringSubmatch(string(text),
		-1)
	if len(shown) == 0 {
		t.Fatal("the paper shows no table")
	}
	for _, m := range shown {
		macro := `\` + macroName("caption "+m[1])
		if m[2] != macro || !strings.Contains(string(made), `\newcommand{`+macro+`}{`) {
			t.Errorf("the caption of %s is %s, want %s", m[1], m[2], macro)
		}
	}
}

// Every exhibit is named in the paper, and the paper names no other. LaTeX numbers them
// in the order of the paper, which must be that of their own numbers.
func TestPaperShowsEveryExhibit(t *testing.T) {
	text, err := os.ReadFile("paper.tex")
	if err != nil {
		t.Fatal(err)
	}
	named, order := map[string]bool{}, map[string][]string{}
	for _, m := range regexp.MustCompile(`(?m)^\\exhibit(figure|table|wide|long)\{([a-z-]+)\}`).FindAllStringSubmatch(
		string(text), -1) {
		folder := "tables/"
		if m[1] == "figure" {
			folder = "figures/"
		}
		named[folder+m[2]] = true
		order[folder] = append(order[folder], m[2])
	}
	next := map[string]int{}
	for _, e := range All() {
		key := e.Folder() + "/" + e.Name
		if folder := e.Folder() + "/"; named[key] {
			if got := order[folder][next[folder]]; got != e.Name {
				t.Errorf("%s is %s, where the paper has %s", e.Number, e.Name, got)
			}
			next[folder]++
		}
		if !named[key] && e.text == nil && !strings.HasPrefix(e.Name, "docking-") && e.Name != "parameters" {
			t.Errorf("paper.tex does not show %s", key)
		}
		delete(named, key)
	}
	for key := range named {
		t.Errorf("paper.tex shows %s, which nothing makes", key)
	}
}

// Every macro that the paper uses is one that numbers makes, whatever the results.
func TestMacroNames(t *testing.T) {
	for words, want := range map[string]string{"headline advantage": "HeadlineAdvantage",
		"advantage dos-short interval": "AdvantageDosShortInterval", "top 10": "TopOneZero"} {
		if got := macroName(words); got != want {
			t.Errorf("%q became %s, want %s", words, got, want)
		}
	}
	seen := map[string]string{}
	for _, e := range All() {
		name := macroName(e.Name)
		if !regexp.MustCompile(`^[A-Za-z]+$`).MatchString(name) {
			t.Errorf("%q became %q, which TeX cannot read", e.Name, name)
		}
		key := e.Folder() + name
		if other, twice := seen[key]; twice {
			t.Errorf("%s and %s have the same macro", e.Name, other)
		}
		seen[key] = e.Name
	}
}

func TestCrossing(t *testing.T) {
	at := func(ys ...float64) (points []point) {
		for i, y := range ys {
			var p point
			p.x.Mean, p.y.Mean = float64(i)*1e6, y
			points = append(points, p)
		}
		return points
	}
	for _, c := range []struct {
		ys   []float64
		want string
	}{{[]float64{-1, 1}, "0.50"}, {[]float64{-1, 3, -3}, "0.25, 1.50"}, {[]float64{1, 2}, "none: a gain at all"},
		{[]float64{-1, -2}, "none: a loss at all"}} {
		cell := crossing(at(c.ys...))
		if got := cell.String(); got != c.want {
			t.Errorf("%v: %s, want %s", c.ys, got, c.want)
		}
	}
}

func TestUnknownExhibit(t *testing.T) {
	_, err := Find([]string{"price-under-atack"})
	if err == nil || !strings.Contains(err.Error(), "price-under-attack") {
		t.Errorf("got %v, want the nearest name", err)
	}
}

// The map of the replication package says in which line of which file every
// exhibit is made.
func TestMap(t *testing.T) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"Figure/Table #", "Program", "Line Number", "Output file", "Note"})
	lines := map[string]place{}
	for _, file := range []string{"figures.go", "tables.go"} {
		find(t, lines, "experiments/publish/paper/"+file, file)
	}
	targets, err := filepath.Glob("../../evidence/docking/*.go")
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]place{}
	for _, file := range targets {
		find(t, made, "experiments/evidence/docking/"+filepath.Base(file), file)
	}
	for _, e := range docking.All() {
		lines["docking-"+e.Name] = made[e.Name]
	}
	for _, e := range All() {
		if e.text != nil {
			continue
		}
		at, ok := lines[key(e)]
		if !ok {
			t.Fatalf("%s is registered nowhere", e.Name)
		}
		ext := ".tex"
		if e.figure != nil {
			ext = ".pdf"
		}
		_ = w.Write([]string{e.Number, at.file, strconv.Itoa(at.line), e.Folder() + "/" + e.Name + ext, e.Doc})
	}
	w.Flush()
	if *update {
		if err := os.WriteFile("map.csv", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("map.csv")
	if err != nil || string(got) != b.String() {
		t.Errorf("map.csv is not what the code says (%v); run this test with -update", err)
	}
}

// place is where an exhibit is registered.
type place struct {
	file string
	line int
}

// key tells a figure from a table of the same name.
func key(e Exhibit) string {
	if e.table != nil {
		return "tables.go " + e.Name
	}
	if strings.HasPrefix(e.Name, "docking-") {
		return e.Name
	}
	return "figures.go " + e.Name
}

// find records the lines of the fields Name of a file by their value.
func find(t *testing.T, lines map[string]place, name, file string) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		id, isID := kv.Key.(*ast.Ident)
		lit, isText := kv.Value.(*ast.BasicLit)
		if !isID || !isText || id.Name != "Name" {
			return true
		}
		value, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		at := place{name, set.Position(kv.Pos()).Line}
		if _, known := lines[value]; !known && strings.Contains(name, "docking") {
			lines[value] = at
		}
		if k := fmt.Sprint(filepath.Base(file), " ", value); lines[k] == (place{}) {
			lines[k] = at
		}
		return true
	})
}
