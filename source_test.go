package stakeout

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a module of a package and what it imports: the model, which has a test, and
// a drawing.
func tree(change map[string]string) fs.FS {
	files := map[string]string{
		"go.mod": "module stakeout\n",
		"run/run.go": "package run\n\nimport (\n\t\"fmt\"\n\n\t\"stakeout/draw\"\n\t\"stakeout/model\"\n)\n\nfunc " +
			"Run() { fmt.Println(model.Price); draw.It() }\n",
		"model/model.go":      "// Package model has a price.\npackage model\n\n// Price is in USD.\nconst Price = 2\n",
		"model/model_test.go": "package model\n",
		"draw/draw.go":        "package draw\n\nfunc It() {}\n",
		"other/other.go":      "package other\n",
		"presets/a.yaml":      "price: 2\n",
	}
	for name, text := range change {
		files[name] = text
	}
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestDigest(t *testing.T) {
	of := func(change map[string]string) string {
		sum, err := extent{[]string{"run"}, []string{"draw"}, []string{"go.mod", "presets/*.yaml"}}.digest(tree(change))
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	was := of(nil)
	for _, c := range []struct {
		name, file, text string
		same             bool
	}{
		{"a value", "model/model.go", "package model\n\nconst Price = 3\n", false},
		{"a type", "model/model.go", "package model\n\nconst Price = 2.0\n", false},
		{"a word to the compiler", "model/model.go", "//go:build linux\n\npackage model\n\nconst Price = 2\n", false},
		{"another file", "model/more.go", "package model\n", false},
		{"a module", "go.mod", "module stakeout\n\nrequire x v1\n", false},
		{"a preset", "presets/b.yaml", "price: 3\n", false},
		{"comments and blank lines", "model/model.go", "package model\n\n\n/* two */ const Price = 2; // USD\n", true},
		{"the ends of lines", "model/model.go", "package model\r\n\r\nconst Price = 2\r\n", true},
		{"those of data", "presets/a.yaml", "price: 2\r\n", true},
		{"a test", "model/model_test.go", "package model\n\nvar x int\n", true},
		{"a drawing", "draw/draw.go", "package draw\n\nfunc It() { panic(1) }\n", true},
		{"what is not imported", "other/other.go", "package other\n\nvar x int\n", true},
	} {
		if same := of(map[string]string{c.file: c.text}) == was; same != c.same {
			t.Errorf("%s: the digest is the same: %t, want %t", c.name, same, c.same)
		}
	}
	if _, err := (extent{packages: []string{"runs"}}).digest(tree(nil)); err == nil {
		t.Error("a package that is not there has a digest")
	}
}

// The digest of the code reaches every package of the model and of what measures it,
// and that of findings also who judges.
func TestOwnDigests(t *testing.T) {
	rounds := []string{"experiments/study/runner", "experiments/study/design"}
	model := []string{"experiments/study/trial", "experiments/study/stop", "experiments/kit/record",
		"experiments/study/measure", "experiments/sim",
		"experiments/kit/draw", "market/book", "market/ledger", "mechanisms/election", "mechanisms/remedy",
		"mechanisms/rollup",
		"agents", "strategies"}
	judges := []string{"experiments/evidence/check", "experiments/evidence/claims", "experiments/evidence/docking"}
	readers := []string{"experiments", "experiments/study/report", "experiments/instruments/shards",
		"experiments/publish/paper",
		"experiments/kit/figure", "experiments/kit/table"}
	own := fstest.MapFS{}
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var text []byte
			text, err = fs.ReadFile(source, name)
			own[name] = &fstest.MapFile{Data: text}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wasCode, wasFindings := Code(), Findings()
	changes := func(e extent, was, added string) bool {
		own[added] = &fstest.MapFile{Data: []byte("package added\n")}
		defer delete(own, added)
		sum, err := e.digest(own)
		if err != nil {
			t.Fatal(err)
		}
		return sum != was
	}
	for _, c := range []struct {
		dirs           []string
		code, findings bool
	}{
		{rounds, true, false}, {model, true, true}, {judges, false, true}, {readers, false, false},
	} {
		for _, dir := range c.dirs {
			if got := changes(code, wasCode, dir+"/added.go"); got != c.code {
				t.Errorf("a new file in %s changes the digest of the code: %t", dir, got)
			}
			if got := changes(findings, wasFindings, dir+"/added.go"); got != c.findings {
				t.Errorf("a new file in %s changes the digest of findings: %t", dir, got)
			}
		}
	}
}

// A number in the rule of stopping makes stored runs stale. A word of a table does not.
func TestDigestTellsRulesFromWords(t *testing.T) {
	own := fstest.MapFS{}
	for _, c := range []struct {
		file, was, now string
		same           bool
	}{
		{"experiments/study/stop/stop.go", "return min(2*n, p.Max)", "return min(3*n, p.Max)", false},
		{"experiments/study/stop/stop.go", "// Next is", "// Next gives", true},
		{"experiments/study/report/roi.go", "Return on attacks", "Returns of attacks", true},
		{"experiments/instruments/shards/cluster.go", "#SBATCH --job-name=", "#SBATCH -J ", true},
	} {
		clear(own)
		err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(source, name)
			if name == c.file {
				if !strings.Contains(string(text), c.was) {
					t.Fatalf("%s has no %q", name, c.was)
				}
				text = []byte(strings.Replace(string(text), c.was, c.now, 1))
			}
			own[name] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		sum, err := code.digest(own)
		if err != nil {
			t.Fatal(err)
		}
		if same := sum == Code(); same != c.same {
			t.Errorf("%s with %q: the digest is the same: %t, want %t", c.file, c.now, same, c.same)
		}
	}
}

func BenchmarkCode(b *testing.B) {
	for b.Loop() {
		Code()
	}
}
