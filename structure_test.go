// Package stakeout_test holds the shape of the program to its plan: which
// package may import which, what the simulation core may not touch, and how
// long functions and files may grow.
//
// Assumption: the folders market, mechanisms, agents, strategies,
// experiments/sim, experiments/kit/draw and experiments/kit/exact are the core,
// whose results must be the same bytes on every machine; everything else may use
// the whole language.
package stakeout_test

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const module = "stakeout"

// floor is a storey of the program. Its packages import those of lower floors;
// on an open floor they import each other, too, as far as Go allows.
type floor struct {
	name, purpose string
	packages      []string // folders; a star stands for one name
	open          bool
}

// floors are the storeys from the ground up.
var floors = []floor{
	{"kit", "tools that know nothing of the model", []string{".", "market/ledger", "experiments/kit/*"}, true},
	{"books and chains", "state that agents act on", []string{"market/book", "market/lending", "market/vault",
		"mechanisms/layer1", "mechanisms/rollup"}, false},
	{"venues and rules", "what joins books, and who leads", []string{"market", "market/perp", "market/wire",
		"mechanisms/election", "mechanisms/remedy"}, false},
	{"agents", "who acts", []string{"agents"}, false},
	{"strategies", "who attacks", []string{"strategies"}, false},
	{"world", "one simulated history", []string{"experiments/sim"}, false},
	{"study", "a question, its replications and their statistics",
		[]string{"experiments/study/*", "experiments/presets", "experiments/worlds"}, true},
	{"hall", "run, resume and read back", []string{"experiments"}, false},
	{"instruments", "what asks many questions in a row", []string{"experiments/instruments/*"}, true},
	{"evidence", "why to believe the model", []string{"experiments/evidence/*"}, true},
	{"publish", "pages, paper, description, catalogue", []string{"experiments/publish/*"}, true},
	{"command", "flags, words and exit codes", []string{"cmd/stakeout"}, false},
}

// only lists packages that may import nothing of the project but these.
var only = map[string][]string{
	"experiments/kit/param": {}, "experiments/kit/catalogue": {}, "experiments/kit/transcript": {},
	"experiments/kit/exact": {}, "experiments/kit/root": {}, "experiments/kit/pool": {}, "experiments/kit/limit": {},
	"experiments/kit/record":   {"experiments/kit/limit"},
	"market/ledger":            {"experiments/kit/exact"},
	"experiments/kit/table":    {"experiments/kit/param"},
	"experiments/presets":      {"experiments/kit/param", "experiments/kit/limit", "experiments/kit/notation"},
	"experiments/worlds":       {"experiments/kit/param", "experiments/kit/limit", "experiments/kit/notation"},
	"experiments/kit/draw":     {"experiments/kit/exact"},
	"experiments/kit/stat":     {"experiments/kit/draw", "experiments/kit/exact"},
	"experiments/kit/notation": {"experiments/kit/param"},
	"experiments/kit/axis":     {"experiments/kit/param", "experiments/kit/exact"},
}

// core reports whether a package belongs to the simulation core.
func core(pkg string) bool {
	top, _, _ := strings.Cut(pkg, "/")
	return top == "market" || top == "mechanisms" || top == "agents" || top == "strategies" ||
		pkg == "experiments/sim" || pkg == "experiments/kit/draw" || pkg == "experiments/kit/exact"
}

// unit is one package as it was parsed, without its tests.
type unit struct {
	name  string // as in its package clause
	files map[string]*ast.File
}

// packages parses every Go file of the module but the tests, by folder.
func packages(t *testing.T, fset *token.FileSet) map[string]*unit {
	t.Helper()
	out := map[string]*unit{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "results") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(file))
		if out[dir] == nil {
			out[dir] = &unit{files: map[string]*ast.File{}}
		}
		out[dir].files[file], out[dir].name = f, f.Name.Name
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// imports yields the unquoted import paths of a file.
func imports(f *ast.File) (out []string) {
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		out = append(out, p)
	}
	return out
}

// storey finds the floor of a package.
func storey(pkg string) (int, bool) {
	for i, f := range floors {
		for _, pattern := range f.packages {
			if ok, _ := path.Match(pattern, pkg); ok {
				return i, true
			}
		}
	}
	return 0, false
}

// mayImport tells whether package from may import package to of the project.
func mayImport(from, to string) bool {
	if list, limited := only[from]; limited {
		return slices.Contains(list, to)
	}
	a, okA := storey(from)
	b, okB := storey(to)
	return okA && okB && (b < a || b == a && floors[a].open)
}

// purpose is the first sentence of a package comment without the package's name.
func (u *unit) purpose() string {
	for _, f := range u.files {
		if f.Doc != nil {
			text := new(doc.Package).Synopsis(f.Doc.Text())
			_, text, _ = strings.Cut(strings.TrimPrefix(text, "Package "), " ")
			return strings.TrimSuffix(text, ".")
		}
	}
	return ""
}

// draw prints the floors from the roof down, or only those of a wing, with the packages
// of each and what they say of themselves.
func draw(units map[string]*unit, wing string) string {
	var b strings.Builder
	dirs, width := slices.Sorted(maps.Keys(units)), 0
	for _, dir := range dirs {
		if strings.HasPrefix(dir, wing) {
			width = max(width, len(dir)-len(wing))
		}
	}
	for i := len(floors) - 1; i >= 0; i-- {
		var rooms []string
		for _, dir := range dirs {
			if n, ok := storey(dir); ok && n == i && strings.HasPrefix(dir, wing) {
				name := strings.TrimPrefix(dir, wing)
				text := fmt.Sprintf("    %-*s  %s", width, name, units[dir].purpose())
				if r := []rune(text); len(r) > maxColumns-8 {
					text = string(r[:maxColumns-9])
					text = text[:strings.LastIndexAny(text, " :;,")] + "…"
				}
				rooms = append(rooms, text)
			}
		}
		if len(rooms) > 0 {
			fmt.Fprintf(&b, "%s: %s\n%s\n", floors[i].name, floors[i].purpose, strings.Join(rooms, "\n"))
		}
	}
	return b.String()
}

func TestStructure(t *testing.T) {
	units := packages(t, token.NewFileSet())
	t.Log("\n" + draw(units, ""))
	for dir, u := range units {
		if u.purpose() == "" {
			t.Errorf("%s: no package comment says what it is for", dir)
		}
		if _, ok := storey(dir); !ok {
			t.Errorf("%s: has no place among the floors of this test", dir)
		}
		for file, f := range u.files {
			for _, p := range imports(f) {
				if to, ours := strings.CutPrefix(p, module+"/"); ours && !mayImport(dir, to) {
					t.Errorf("%s: package %s may not import %s", file, dir, to)
				}
			}
		}
	}
}

// mapFile holds the map of the wing and the places where a reader adds something.
const mapFile = "experiments/doc.go"

func TestMapIsTheWing(t *testing.T) {
	fset := token.NewFileSet()
	units := packages(t, fset)
	text := units["experiments"].files[mapFile].Doc.Text()
	var want strings.Builder
	for line := range strings.Lines(draw(units, "experiments/")) {
		want.WriteString("\t" + line)
	}
	if !strings.Contains(text, want.String()) {
		t.Errorf("%s does not hold the map; it is\n%s", mapFile, want.String())
	}
	trips := 0
	for line := range strings.Lines(text) {
		what, place, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || !strings.HasPrefix(what, "a") || !strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "\t ") {
			continue
		}
		trips++
		for _, p := range regexp.MustCompile(`[a-z0-9]+(/[a-zA-Z0-9_.-]+)+`).FindAllString(place, -1) {
			if _, err := os.Stat(strings.Replace(p, "NAME.go", "", 1)); err != nil {
				t.Errorf("%s: %s leads to %s, which is not there", mapFile, what, p)
			}
		}
	}
	if trips != 7 {
		t.Errorf("%s: %d places to add something, want 7", mapFile, trips)
	}
}

func TestFloorsRefuse(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"market/book", "market/ledger", true},
		{"market/ledger", "market/book", false},
		{"market/book", "market/lending", false},
		{"market/wire", "market/book", true},
		{"market/wire", "market", false},
		{"experiments/kit/record", "market/ledger", false},
		{"experiments/kit/table", "experiments/kit/stat", false},
		{"experiments/study/report", "experiments/kit/stat", true},
		{"experiments/study/report", "experiments", false},
		{"experiments", "experiments/study/report", true},
		{"experiments/evidence/check", "experiments/evidence/accounts", true},
		{"experiments/evidence/check", "experiments/publish/paper", false},
		{"experiments/sim", "experiments/kit/record", true},
		{"agents", "strategies", false},
		{"experiments/elsewhere", "market/ledger", false},
	} {
		if got := mayImport(c.from, c.to); got != c.want {
			t.Errorf("mayImport(%s, %s) = %v", c.from, c.to, got)
		}
	}
}

func TestPackageNames(t *testing.T) {
	vague := []string{"util", "utils", "common", "types", "helper", "helpers", "base", "misc", "shared"}
	for dir, u := range packages(t, token.NewFileSet()) {
		if slices.Contains(vague, u.name) || slices.Contains(vague, path.Base(dir)) {
			t.Errorf("%s: package %s says nothing about what it holds", dir, u.name)
		}
	}
}

// exactMath lists what of package math gives the same bits on every processor.
var exactMath = strings.Fields(`Abs Ceil Copysign Float32bits Float32frombits Float64bits Float64frombits
	Floor Frexp Inf IsInf IsNaN Ldexp Max MaxFloat64 MaxInt MaxInt32 MaxInt64 MaxUint16 MaxUint32 MaxUint64 MaxUint8
	Min MinInt MinInt32 MinInt64 Mod Modf NaN Nextafter Round RoundToEven Signbit SmallestNonzeroFloat64
	Sqrt Trunc Pow10 Ln2 E Pi Sqrt2 MaxInt16 MaxInt8 MinInt16 MinInt8`)

// forbidden are imports that bring a clock, files, chance, threads, logs or an
// unordered iteration into the core.
var forbidden = strings.Fields("time os sync sync/atomic log log/slog math/rand math/rand/v2 crypto/rand maps " +
	"context io net runtime unsafe reflect")

// coreFaults lists what a file of the core must not do. The types tell maps
// from slices; they may be incomplete.
func coreFaults(pkg string, f *ast.File, info *types.Info) (faults []fault) {
	add := func(n ast.Node, format string, args ...any) {
		faults = append(faults, fault{n.Pos(), fmt.Sprintf(format, args...)})
	}
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		if slices.Contains(forbidden, p) || (strings.HasPrefix(p, "golang.org/x/exp/rand") && pkg != "experiments/kit/draw") {
			add(i, "imports %s", p)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			add(n, "starts a goroutine")
		case *ast.SelectStmt:
			add(n, "selects between channels")
		case *ast.RangeStmt:
			if tv, ok := info.Types[n.X]; ok && tv.Type != nil && isMap(tv.Type) {
				add(n, "iterates over a map, in no order")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				if x.Name == "math" && !slices.Contains(exactMath, n.Sel.Name) {
					add(n, "uses math.%s, which differs between processors", n.Sel.Name)
				}
				if x.Name == "fmt" && (strings.HasPrefix(n.Sel.Name, "Print") || strings.HasPrefix(n.Sel.Name, "Fprint")) {
					add(n, "prints")
				}
			}
		}
		return true
	})
	return faults
}

type fault struct {
	pos  token.Pos
	what string
}

func isMap(t types.Type) bool {
	_, is := t.Underlying().(*types.Map)
	return is
}

// checker resolves types within the project; packages from elsewhere are
// empty, which leaves their expressions without a type.
type checker struct {
	fset  *token.FileSet
	units map[string]*unit
	done  map[string]*types.Package
	infos map[string]*types.Info
}

// Import implements types.Importer.
func (c *checker) Import(p string) (*types.Package, error) {
	dir, ours := strings.CutPrefix(p, module+"/")
	u := c.units[dir]
	if c.done[p] != nil || !ours || u == nil {
		if c.done[p] == nil {
			c.done[p] = types.NewPackage(p, path.Base(p))
			c.done[p].MarkComplete()
		}
		return c.done[p], nil
	}
	var files []*ast.File
	for _, f := range u.files {
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: c, Error: func(error) {}}
	// Errors are expected, since packages from elsewhere are empty.
	pkg, _ := conf.Check(p, c.fset, files, info)
	c.done[p], c.infos[dir] = pkg, info
	return pkg, nil
}

func TestCoreIsPure(t *testing.T) {
	fset := token.NewFileSet()
	units := packages(t, fset)
	c := &checker{fset, units, map[string]*types.Package{}, map[string]*types.Info{}}
	for dir, u := range units {
		if !core(dir) {
			continue
		}
		c.Import(module + "/" + dir)
		for _, f := range u.files {
			for _, bad := range coreFaults(dir, f, c.infos[dir]) {
				t.Errorf("%s: %s", fset.Position(bad.pos), bad.what)
			}
		}
	}
}

// What a package outside the core prints must be the same on every processor, too: it takes
// its elementary functions from kit/exact, and its distributions from kit/stat. Products that
// are fused with sums are found by the compiler, in .ci/run.
func TestArithmeticIsTheSameEverywhere(t *testing.T) {
	fset := token.NewFileSet()
	for dir, u := range packages(t, fset) {
		for _, f := range u.files {
			for _, bad := range inexact(f) {
				t.Errorf("%s: package %s %s", fset.Position(bad.pos), dir, bad.what)
			}
		}
	}
}

// inexact lists the uses of functions whose last bits depend on the processor.
func inexact(f *ast.File) (faults []fault) {
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		if strings.HasPrefix(p, "gonum.org/v1/gonum/") && !slices.Contains(exactGonum, p) {
			faults = append(faults, fault{i.Pos(), "imports " + p + ", whose results differ between processors"})
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "math" &&
			!slices.Contains(exactMath, s.Sel.Name) {
			faults = append(faults, fault{s.Pos(), "uses math." + s.Sel.Name + ", which differs between processors"})
		}
		return true
	})
	return faults
}

// exactGonum lists the packages of gonum of which only exact parts are used: Latin
// hypercubes, which divide and add.
var exactGonum = []string{"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/stat/distmv",
	"gonum.org/v1/gonum/stat/samplemv"}

func TestInexactArithmeticIsFound(t *testing.T) {
	const src = `package p
import ("math"; "gonum.org/v1/gonum/stat/distuv"; "gonum.org/v1/gonum/mat")
var x = math.Exp(1) + math.Sqrt(2) + math.Pow10(3) + distuv.UnitNormal.Quantile(0.1)`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if got := inexact(f); len(got) != 2 {
		t.Errorf("%v, want two faults", got)
	}
}

func TestCoreFaultsAreFound(t *testing.T) {
	const src = `package p
import ("time"; "math"; "fmt"; "golang.org/x/exp/rand")
type book map[string]int
type deep struct{ m book }
func f(d deep) {
	for range d.m {}
	for range []int{1} {}
	go fmt.Println(math.Exp(1), math.Sqrt(2), time.Now(), rand.Int())
}`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	u := map[string]*unit{"market/p": {files: map[string]*ast.File{"p.go": f}}}
	c := &checker{fset, u, map[string]*types.Package{}, map[string]*types.Info{}}
	c.Import(module + "/market/p")
	var got []string
	for _, bad := range coreFaults("market/p", f, c.infos["market/p"]) {
		got = append(got, strings.Fields(bad.what)[0]+" "+strconv.Itoa(fset.Position(bad.pos).Line))
	}
	want := []string{"imports 2", "imports 2", "iterates 6", "starts 8", "prints 8", "uses 8"}
	if !slices.Equal(got, want) {
		t.Errorf("faults %q, want %q", got, want)
	}
}

// The limits of size, in lines, and of width, in characters. Functions and files of
// tests may be longer, since a table of cases is read row by row.
const (
	maxFunction = 60
	maxFile     = 400
	maxColumns  = 120
)

// wide lists the files with lines beyond the limit, and how many each has. It may only
// shrink.
var wide = map[string]int{}

// A struct tag holds the documentation of a parameter on one line, however long.
var tagged = regexp.MustCompile("`[a-z]+:\"")

func TestWidth(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range []string{"agents", "cmd", "experiments", "market", "mechanisms", "strategies"} {
		err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(file) == ".go" {
				files = append(files, filepath.ToSlash(file))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines, first := 0, 0
		for i, line := range strings.Split(string(text), "\n") {
			if utf8.RuneCountInString(line) > maxColumns && !tagged.MatchString(line) {
				if lines++; first == 0 {
					first = i + 1
				}
			}
		}
		switch allowed := wide[file]; {
		case lines > allowed:
			t.Errorf("%s:%d: %d lines are wider than %d characters, at most %d may be", file, first, lines, maxColumns, allowed)
		case lines < allowed:
			t.Errorf("%s: %d lines are wider than %d characters: lower its number in the list from %d", file, lines,
				maxColumns, allowed)
		}
	}
}

func TestSizes(t *testing.T) {
	fset := token.NewFileSet()
	for _, u := range packages(t, fset) {
		for file, f := range u.files {
			if n := fset.File(f.FileStart).LineCount(); n > maxFile {
				t.Errorf("%s: %d lines, at most %d", file, n, maxFile)
			}
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				from, to := fset.Position(fn.Pos()), fset.Position(fn.End())
				if n := to.Line - from.Line + 1; n > maxFunction {
					t.Errorf("%s:%d: %s has %d lines, at most %d", file, from.Line, fn.Name.Name, n, maxFunction)
				}
			}
		}
	}
}
