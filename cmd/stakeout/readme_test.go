package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stakeout/experiments/evidence/docking"
)

var (
	update = flag.Bool("update", false, "rewrite the output in README.md; takes minutes")
	long   = flag.Bool("long", false, "compare the output in README.md with a full run")
)

const typed = "go run ./cmd/stakeout "

// readme returns the text and the folder of the repository.
func readme(t *testing.T) (file, text string) {
	t.Helper()
	file, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, string(b)
}

// invoke runs a command line in the test's own process, as if typed in a clone.
func invoke(t *testing.T, args ...string) (out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"/tmp/go-build/stakeout"}, args...)
	if code := newProgram(&stdout, &stderr).main(context.Background(), args); code != exitFine {
		t.Errorf("%v: exit code %d\n%s", args[1:], code, stderr.String())
	}
	return stdout.String()
}

var (
	blocks   = regexp.MustCompile("(?s)<!-- run:([^\n]*) -->\n```sh\n(.*?)```")
	examples = regexp.MustCompile("(?s)```yaml\nname: ([a-z-]+)\n.*?```")
	samples  = regexp.MustCompile("(?s)<!-- file: ([a-z.]+) -->\n```text\n(.*?)```")
)

// TestReadmeCommands runs every command of every block marked "run:", with the
// flags of the mark where the command takes them.
func TestReadmeCommands(t *testing.T) {
	_, text := readme(t)
	tmp := t.TempDir()
	t.Chdir(tmp)
	for _, m := range examples.FindAllStringSubmatch(text, -1) {
		body := strings.TrimSuffix(strings.TrimPrefix(m[0], "```yaml\n"), "```")
		if err := os.WriteFile(m[1]+".yaml", []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range samples.FindAllStringSubmatch(text, -1) {
		if err := os.WriteFile(m[1], []byte(m[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found := blocks.FindAllStringSubmatch(text, -1)
	if len(found) < 3 {
		t.Fatalf("found %d marked blocks", len(found))
	}
	for _, m := range found {
		extra := strings.Fields(strings.ReplaceAll(m[1], "{tmp}", filepath.Join(tmp, "results")))
		for line := range strings.Lines(m[2]) {
			line = strings.TrimSpace(line)
			args, ours := strings.CutPrefix(line, typed)
			if !ours {
				t.Errorf("%q does not start with %q", line, typed)
				continue
			}
			if out := invoke(t, append(strings.Fields(args), extra...)...); out == "" {
				t.Errorf("%s printed nothing", line)
			}
		}
	}
}

var dialogue = regexp.MustCompile("(?s)```sh\ngo run ./cmd/stakeout book <<'END'\n(.*?)END\n```\n\n```text\n(.*?)```")

// TestReadmeBook holds the answers of the order book to those that are printed.
func TestReadmeBook(t *testing.T) {
	_, text := readme(t)
	m := dialogue.FindStringSubmatch(text)
	if m == nil {
		t.Fatal("README.md has no order book")
	}
	var out, errs bytes.Buffer
	p := newProgram(&out, &errs)
	p.in = strings.NewReader(m[1])
	if code := p.main(context.Background(), []string{"stakeout", "book"}); code != exitFine {
		t.Errorf("exit code %d\n%s", code, errs.String())
	}
	if diff := cmp.Diff(m[2], out.String()); diff != "" {
		t.Errorf("the answers differ (-README +got):\n%s", diff)
	}
}

// elsewhere are the commands that no test of this package runs, with what runs them.
var elsewhere = map[string]string{
	"go test ./...":           ".ci/run",
	"go build ./cmd/stakeout": ".ci/slurm-lab",
	"make figures-quick":      ".ci/paper, without make",
	"make paper":              ".ci/paper, without make",
	"Rscript experiments/publish/paper/ggplot2.R results/paper-quick/figures second-rendering": ".ci/paper",
	"make figures": "nothing: hours; the exhibits are those of make figures-quick",
	"./stakeout sweep submit cluster --backend slurm":      "testdata/script/sweep.txtar",
	"./stakeout sweep submit cluster --backend slurm --go": ".ci/slurm-lab",
}

// Every block of commands is run here, or each of its lines elsewhere. The block of
// an order book is that of TestReadmeBook.
func TestReadmeHasNoOtherCommands(t *testing.T) {
	_, text := readme(t)
	for _, m := range shell.FindAllStringSubmatch(blocks.ReplaceAllString(text, ""), -1) {
		if strings.Contains(m[1], "<<'END'") {
			continue
		}
		for line := range strings.Lines(m[1]) {
			command, _, _ := strings.Cut(line, "#")
			if command = strings.TrimSpace(command); command != "" && elsewhere[command] == "" {
				t.Errorf("nothing runs %q", command)
			}
		}
	}
}

var shell = regexp.MustCompile("(?s)```sh\n(.*?)```")

var output = regexp.MustCompile("(?s)(<!-- output of: ([^\n]*) -->\n```text\n)(.*?)(```\n<!-- end of output -->)")

// TestReadmeOutput compares the printed outputs with a full run (-long) or
// rewrites them (-update). Without either it only holds that there are some, with
// the parts that a reader is promised.
func TestReadmeOutput(t *testing.T) {
	file, text := readme(t)
	all := output.FindAllStringSubmatch(text, -1)
	if len(all) != len(promised) {
		t.Fatalf("README.md has %d marked outputs, want %d", len(all), len(promised))
	}
	if *long || *update {
		t.Chdir(t.TempDir())
	}
	for i, m := range all {
		for _, part := range promised[i] {
			if !*update && !strings.Contains(m[3], part) {
				t.Errorf("the output of %s lacks %q; run this test with -update", m[2], part)
			}
		}
		if !*long && !*update {
			continue
		}
		got := invoke(t, strings.Fields(m[2])...)
		if *update {
			text = strings.Replace(text, m[0], m[1]+got+m[4], 1)
		} else if diff := cmp.Diff(m[3], got); diff != "" {
			t.Errorf("the output of %s in README.md is not what it prints (-README +run):\n%s", m[2], diff)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// promised are parts of the marked outputs, in their order.
var promised = [][]string{
	{"Return on attacks: dos-short", "Net profit", "Money by channel", "Who gained and who paid", "manifest.json", "Next: " + typed},
	{"Verdicts on the claims", "C19", "R2", "R8", "20 paired replications"},
}

func TestReadmeNamesEveryPreset(t *testing.T) {
	_, text := readme(t)
	files, err := filepath.Glob("../../experiments/presets/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no presets: ", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".yaml")
		_, question, _ := strings.Cut(string(b), "question: ")
		question, _, _ = strings.Cut(question, "\n")
		if !strings.Contains(text, "| `"+name+"` | "+strings.Trim(question, `"'`)+" |") {
			t.Errorf("README.md does not list preset %s with its question", name)
		}
	}
}

func TestReadmeNamesEveryDockingTarget(t *testing.T) {
	_, text := readme(t)
	for _, e := range docking.All() {
		if !strings.Contains(text, "| `"+e.Name+"` | "+e.Doc+" |") {
			t.Errorf("README.md does not list the docking target %s with what it reproduces", e.Name)
		}
	}
}
