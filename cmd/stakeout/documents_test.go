package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"stakeout/experiments/evidence/docking"
)

var (
	update = flag.Bool("update", false, "rewrite the generated parts of the documents; takes minutes")
	long   = flag.Bool("long", false, "compare the output in the documents with a full run")
)

const (
	typed       = "go run ./cmd/stakeout "
	front       = "../../README.md"
	replication = "../../experiments/publish/paper/REPLICATION.md"
	exhibits    = "../../experiments/publish/paper/map.csv"
)

// document is a text with commands in it: the README, the README of the replication package, or a topic of help.
type document struct{ file, text string }

// name is the file without its folder.
func (d document) name() string { return filepath.Base(d.file) }

func read(t *testing.T, file string) document {
	t.Helper()
	file, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return document{file, string(b)}
}

// documents returns all of them, the README first.
func documents(t *testing.T) (list []document) {
	t.Helper()
	list = append(list, read(t, front))
	for _, name := range topicNames() {
		list = append(list, read(t, "topics/"+name+".md"))
	}
	return append(list, read(t, replication))
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
	shell    = regexp.MustCompile("(?s)```sh\n(.*?)```")
)

// TestDocumentCommands runs every command of every block marked "run:", with the flags of the mark where the command
// takes them. The documents share a folder, in which the first command of the README has left its results.
func TestDocumentCommands(t *testing.T) {
	list := documents(t)
	tmp := t.TempDir()
	t.Chdir(tmp)
	for _, d := range list {
		for _, m := range examples.FindAllStringSubmatch(d.text, -1) {
			body := strings.TrimSuffix(strings.TrimPrefix(m[0], "```yaml\n"), "```")
			save(t, m[1]+".yaml", body)
		}
		for _, m := range samples.FindAllStringSubmatch(d.text, -1) {
			save(t, m[1], m[2])
		}
	}
	invoke(t, "run", "dos-short", "--reps", "2", "--out", "results")
	for _, d := range list {
		t.Run(d.name(), func(t *testing.T) { runBlocks(t, d, tmp) })
	}
}

func save(t *testing.T, file, text string) {
	t.Helper()
	if _, err := os.Stat(file); err == nil {
		t.Errorf("two documents have an example of the name %s", file)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runBlocks runs the marked commands of a document. A line that ends in a backslash goes on in the next.
func runBlocks(t *testing.T, d document, tmp string) {
	for _, m := range blocks.FindAllStringSubmatch(d.text, -1) {
		extra := strings.Fields(strings.ReplaceAll(m[1], "{tmp}", filepath.Join(tmp, "results")))
		for line := range strings.Lines(strings.ReplaceAll(m[2], "\\\n", "")) {
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

// Every block of commands is run here, or each of its lines elsewhere. The block of an order book is that of
// TestBookDialogue.
func TestDocumentsHaveNoOtherCommands(t *testing.T) {
	for _, d := range documents(t) {
		for _, m := range shell.FindAllStringSubmatch(blocks.ReplaceAllString(d.text, ""), -1) {
			if strings.Contains(m[1], "<<'END'") {
				continue
			}
			for line := range strings.Lines(m[1]) {
				command, _, _ := strings.Cut(line, "#")
				if command = strings.TrimSpace(command); command != "" && elsewhere[command] == "" {
					t.Errorf("%s: nothing runs %q", d.name(), command)
				}
			}
		}
	}
}

var dialogue = regexp.MustCompile(
	"(?s)```sh\ngo run ./cmd/stakeout book <<'END'\n(.*?)END\n```\n\n```text\n(.*?)```")

// TestBookDialogue holds the answers of the order book to those that its topic prints.
func TestBookDialogue(t *testing.T) {
	m := dialogue.FindStringSubmatch(topic("book"))
	if m == nil {
		t.Fatal("the topic book has no dialogue")
	}
	var out, errs bytes.Buffer
	p := newProgram(&out, &errs)
	p.in = strings.NewReader(m[1])
	if code := p.main(context.Background(), []string{"stakeout", "book"}); code != exitFine {
		t.Errorf("exit code %d\n%s", code, errs.String())
	}
	if diff := cmp.Diff(m[2], out.String()); diff != "" {
		t.Errorf("the answers differ (-topic +got):\n%s", diff)
	}
}

// output is a printed output: the mark with the command and the lines of it that are shown, and the text.
var output = regexp.MustCompile("(?s)(<!-- output of: ([^,\n]*)(?:, lines ([0-9, -]*))? -->\n```text\n)(.*?)" +
	"(```\n<!-- end of output -->)")

// promised are parts of the printed outputs that a reader is promised, by command.
var promised = map[string][]string{
	"run dos-short": {"Return on attacks: dos-short", "Net profit", "[…]", "The attack does not pay"},
}

// TestDocumentOutput compares the printed outputs with a full run (-long) or rewrites them (-update). Without either
// it only holds that each has the parts that a reader is promised.
func TestDocumentOutput(t *testing.T) {
	list, found := documents(t), 0
	if *long || *update {
		t.Chdir(t.TempDir())
	}
	for _, d := range list {
		text := d.text
		for _, m := range output.FindAllStringSubmatch(d.text, -1) {
			found++
			if !*long && !*update {
				holdsPromise(t, m[2], m[4])
				continue
			}
			got := excerpt(t, invoke(t, strings.Fields(m[2])...), m[3])
			holdsPromise(t, m[2], got)
			if *update {
				text = strings.Replace(text, m[0], m[1]+got+m[5], 1)
			} else if diff := cmp.Diff(m[4], got); diff != "" {
				t.Errorf("the output of %s in %s is not what it prints (-printed +run):\n%s", m[2], d.name(), diff)
			}
		}
		rewrite(t, d, text)
	}
	if found != len(promised) {
		t.Errorf("found %d printed outputs, want %d", found, len(promised))
	}
}

func holdsPromise(t *testing.T, command, printed string) {
	t.Helper()
	if len(promised[command]) == 0 {
		t.Errorf("nothing is promised of the output of %s", command)
	}
	for _, part := range promised[command] {
		if !strings.Contains(printed, part) {
			t.Errorf("the output of %s lacks %q; run this test with -update", command, part)
		}
	}
}

// rewrite saves a document whose generated parts have changed, with -update only.
func rewrite(t *testing.T, d document, text string) {
	t.Helper()
	if !*update || text == d.text {
		return
	}
	if err := os.WriteFile(d.file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// excerpt returns some lines of a text, such as "1-20, 35-38", with a mark between the pieces. Without a list it
// returns all lines.
func excerpt(t *testing.T, text, list string) string {
	t.Helper()
	if list == "" {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	var pieces []string
	for _, piece := range strings.Split(list, ",") {
		from, to, _ := strings.Cut(strings.TrimSpace(piece), "-")
		a, errA := strconv.Atoi(from)
		b, errB := strconv.Atoi(to)
		if errA != nil || errB != nil || a < 1 || b < a || b > len(lines) {
			t.Fatalf("lines %s: expected ranges such as 1-20 within %d lines", list, len(lines))
		}
		pieces = append(pieces, strings.Join(lines[a-1:b], ""))
	}
	return strings.Join(pieces, "[…]\n")
}

func TestExcerpt(t *testing.T) {
	const text = "a\nb\nc\nd\n"
	for list, want := range map[string]string{"": text, "2-3": "b\nc\n", "1-1, 3-4": "a\n[…]\nc\nd\n"} {
		if got := excerpt(t, text, list); got != want {
			t.Errorf("lines %q: %q, want %q", list, got, want)
		}
	}
}

// A newcomer reads the README to its end, and each topic of help is named in it once.
func TestReadmeIsShort(t *testing.T) {
	d := read(t, front)
	if n := strings.Count(d.text, "\n"); n > 250 {
		t.Errorf("README.md has %d lines, at most 250", n)
	}
	for _, name := range topicNames() {
		if n := strings.Count(d.text, "`help "+name+"`"); n != 1 {
			t.Errorf("README.md names the topic %s %d times, want once", name, n)
		}
	}
}

func TestReadmeNamesEveryPreset(t *testing.T) {
	text := read(t, front).text
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

func TestTopicNamesEveryDockingTarget(t *testing.T) {
	text := strings.Join(strings.Fields(topic("docking")), " ")
	for _, e := range docking.All() {
		if !strings.Contains(text, "- `"+e.Name+"`: "+e.Doc) {
			t.Errorf("the topic docking does not list %s with what it reproduces", e.Name)
		}
	}
}

// TestTopicsAreReadable holds the topics to the width of a terminal, except within blocks of text that are copied as
// they are, and to a heading that the list of topics can use.
func TestTopicsAreReadable(t *testing.T) {
	for _, name := range topicNames() {
		text, inBlock := readable(topic(name), "stakeout"), false
		if heading, _, _ := strings.Cut(text, "\n"); !strings.HasPrefix(heading, "# ") || !strings.Contains(heading, ": ") {
			t.Errorf("%s starts with %q, want # Title: what it is about", name, heading)
		}
		if strings.Contains(text, "<!--") || strings.Contains(text, "go run ./cmd") {
			t.Errorf("%s shows what is meant for the tests", name)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "```text") || strings.HasPrefix(line, "```\n") {
				inBlock = !inBlock && line != "```\n"
			}
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 && !inBlock {
				t.Errorf("%s: %d columns, at most 100: %s", name, n, line)
			}
		}
	}
}

// A topic or a command is found by its name, and an unknown name gets the nearest one.
func TestHelp(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"help", exitFine, []string{"COMMANDS:", "TOPICS", "sweeps      vary parameters"}},
		{"--help", exitFine, []string{"COMMANDS:", "TOPICS"}},
		{"help sweeps", exitFine, []string{"# Sweeps: ", "stakeout sweep dos-short"}},
		{"help sweep", exitFine, []string{"stakeout sweep - ", "More: `stakeout help sweeps`, `stakeout help shards`"}},
		{"help replay", exitFine, []string{"# Replay: ", "--levels NUMBER"}},
		{"help help", exitFine, []string{"stakeout help - "}},
		{"list --help extra", exitFine, []string{"stakeout list - "}},
		{"help sweps", exitUsage, []string{`there is no topic or command "sweps"; did you mean "sweeps"?`}},
		{"help run now", exitUsage, []string{"help takes one topic or command, and 2 were given"}},
	} {
		var out bytes.Buffer
		args := append([]string{"stakeout"}, strings.Fields(c.args)...)
		if code := newProgram(&out, &out).main(context.Background(), args); code != c.code {
			t.Errorf("%s: exit code %d, want %d", c.args, code, c.code)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s does not print %q:\n%s", c.args, want, out.String())
			}
		}
	}
}

// Commands point to topics that exist.
func TestMoreAbout(t *testing.T) {
	names := topicNames()
	for verb, list := range moreAbout {
		for _, name := range list {
			if !slices.Contains(names, name) {
				t.Errorf("%s points to the topic %s, which does not exist", verb, name)
			}
		}
	}
}

var exhibitList = regexp.MustCompile("(?s)(<!-- exhibits -->\n).*?(<!-- end of exhibits -->)")

// TestReplicationListsEveryExhibit holds the list of tables and figures to the map that the paper is built by. With
// -update it rewrites the list.
func TestReplicationListsEveryExhibit(t *testing.T) {
	f, err := os.Open(exhibits)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d rows: %v", exhibits, len(rows), err)
	}
	var b strings.Builder
	b.WriteString("| figure or table | file | what it shows |\n|---|---|---|\n")
	for _, r := range rows[1:] {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", r[0], r[3], r[4])
	}
	d := read(t, replication)
	m := exhibitList.FindStringSubmatch(d.text)
	if m == nil {
		t.Fatal("REPLICATION.md has no marked list")
	}
	want := m[1] + b.String() + m[2]
	rewrite(t, d, strings.Replace(d.text, m[0], want, 1))
	if diff := cmp.Diff(m[0], want); diff != "" && !*update {
		t.Errorf("the list in REPLICATION.md is not map.csv (-list +map); run this test with -update:\n%s", diff)
	}
}
