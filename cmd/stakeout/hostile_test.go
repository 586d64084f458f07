//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
)

// mostMemory is the peak that no file may cost, in kB as Linux counts it.
const mostMemory = 256_000

// hostile is a file that somebody made to break a reader, and what the program must answer.
type hostile struct {
	name string
	args string // FILE stands for the file
	file func(t *testing.T, path string)
	code int
	says string // part of the only line, or of the last
}

// text writes a small file.
func text(content string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// repeated writes a part many times, after a head and before a tail.
func repeated(head, part string, times int, tail string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fill(t, f, head, part, times, tail)
	}
}

// bomb is repeated, packed by gzip.
func bomb(head, part string, times int, tail string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
		fill(t, z, head, part, times, tail)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func fill(t *testing.T, w io.Writer, head, part string, times int, tail string) {
	t.Helper()
	per := max(1, (1<<20)/len(part))
	block := strings.Repeat(part, per)
	write := func(s string) {
		if _, err := io.WriteString(w, s); err != nil {
			t.Fatal(err)
		}
	}
	write(head)
	for ; times >= per; times -= per {
		write(block)
	}
	write(strings.Repeat(part, times) + tail)
}

// sparse makes a file of a gibibyte of zeros that takes no room.
func sparse(t *testing.T, path string) {
	text("")(t, path)
	if err := os.Truncate(path, 1<<30); err != nil {
		t.Fatal(err)
	}
}

func link(to string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
}

func folder(t *testing.T, path string) {
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func fifo(t *testing.T, path string) {
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}

// within makes the file one of a folder, and the path the folder.
func within(name string, file func(*testing.T, string)) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		folder(t, path)
		file(t, filepath.Join(path, name))
	}
}

// preset is a head to which a line is added.
const preset = "name: hostile\nquestion: Does it end?\nattack: dos-short\n"

// presetFiles are hostile presets and sweeps.
func presetFiles() []hostile {
	const check = "check FILE.yaml"
	goesOn := "goes on after 64 KiB"
	return []hostile{
		{"zeros", check, link("/dev/zero"), 3, goesOn},
		{"random bytes", check, link("/dev/urandom"), 3, goesOn},
		{"newlines", check, repeated("", "\n", 110_000_000, ""), 3, goesOn},
		{"sparse", check, sparse, 3, goesOn},
		{"one line", check, repeated(preset+"#", "x", 200_000_000, ""), 3, goesOn},
		{"nothing", check, text(""), 3, ":1:1: the file is empty"},
		{"null device", check, link("/dev/null"), 3, "empty"},
		{"folder", check, folder, 3, "is a folder; expected a file"},
		{"pipe", check, fifo, 3, "is a pipe to which nobody writes"},
		{"loop of links", check, link("loop.yaml"), 5, ""},
		{"brackets", check, repeated("a: ", "[", 60_000, ""), 3, "nests more than 32 levels"},
		{"braces", check, repeated("a: ", "{a: ", 15_000, ""), 3, "nests more than 32 levels"},
		{"dashes", check, repeated("a: ", "- ", 30_000, "x"), 3, ""},
		{"anchors", check, text("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nname: x\n"), 3, "no anchors"},
		{"merge keys", check, text("a: &a {b: 1}\nc: {<<: *a}\n"), 3, ""},
		{"tag", check, text("name: !!binary aGk=\n"), 3, "no tags"},
		{"documents", check, repeated("", "---\nname: x\n", 5000, ""), 3, "one document"},
		{"directive", check, text("%YAML 1.1\n---\nname: x\n"), 3, ""},
		{"keys", check, repeated(preset, "x: 1\n", 12_000, ""), 3, "twice"},
		{"unknown keys", check, func(t *testing.T, path string) {
			var b strings.Builder
			for i := range 5000 {
				fmt.Fprintf(&b, "key%d: 1\n", i)
			}
			text(preset+b.String())(t, path)
		}, 3, "unknown key"},
		{"latin 1", check, text("name: caf\xe9\n"), 3, "not valid UTF-8"},
		{"UTF-16", check, text("\xff\xfen\x00a\x00m\x00e\x00"), 3, "not valid UTF-8"},
		{"escape", check, text(strings.Replace(preset, "Does it end?", `"a\e[31mb"`, 1)), 3,
			"U+001B, which is not printed"},
		{"raw escape", check, text(strings.Replace(preset, "Does", "\x1b[31m", 1)), 3, "control character U+001B"},
		{"override", check, text(strings.Replace(preset, "Does", "\u202e", 1)), 3, "U+202E, which is not printed"},
		{"lines", check, text(strings.Replace(preset, "Does it end?", `"a\nb"`, 1)), 3, "is one line"},
		{"long question", check, text(strings.Replace(preset, "end?", strings.Repeat("end? ", 1000), 1)), 3,
			"at most 500"},
		{"long name", check, text(strings.Replace(preset, "hostile", strings.Repeat("a", 300), 1)), 3, "at most 100"},
		{"long number", check, text(preset + "seed: " + strings.Repeat("9", 50_000) + "\n"), 3, "seed"},
		{"huge exponent", check, text(preset + "seed: 1e999999999\n"), 3, "seed"},
		{"underscores", check, text(preset + "replications: 1_000\n"), 3, "write 1000"},
		{"escaped key", check, text(preset + "\"\\e[31m\": 1\n"), 3, "is no name"},
		{"grid", check, text(preset + "axes:\n  seed: [1]\n  world.users.leave_below: {from: 0, to: 1, points: 100000}\n" +
			"  attack_params.budget_usd: {from: 1e6, to: 2e6, points: 100000}\n"), 3, "cannot vary"},
		{"too many cells", check, text(preset + "axes:\n  world.users.leave_below: {from: 0, to: 1, points: 100000}\n" +
			"  attack_params.budget_usd: {from: 1e6, to: 2e6, points: 100000}\n"), 3, "more than 100000 cells"},
	}
}

// priceFiles are hostile files of prices.
func priceFiles() []hostile {
	const facts = "facts FILE.csv"
	row := "the row goes on after 1 MiB"
	return []hostile{
		{"zeros", facts, link("/dev/zero"), 3, row},
		{"newlines", facts, repeated("", "\n", 110_000_000, ""), 3, row},
		{"sparse", facts, sparse, 3, row},
		{"nothing", facts, text(""), 3, "the file is empty"},
		{"pipe", facts, fifo, 3, ""},
		{"one name", facts, repeated("", "x", 300_000_000, ""), 3, row},
		{"many names", facts, repeated("time,price", ",x", 400_000, "\n1,1\n"), 3, "columns, expected at most 1000"},
		{"open quote", facts, repeated("time,price\n1,\"", "x\n", 100_000_000, ""), 3, row},
		{"quotes", facts, repeated("time,price\n1,", `"`, 50_000_000, ""), 3, ""},
		{"bomb of a line", facts, bomb("time,price\n", "1", 1<<30, ""), 3, row},
		{"bomb of newlines", facts, bomb("time,price\n1,1\n", "\n", 1<<30, ""), 3, row},
		{"bomb of rows", facts, bomb("time,price,volume,spread,depth\n", "1,1,1,1,1\n", 30_000_000, ""), 3,
			"after 2000000 rows"},
		{"bomb of wrong rows", facts, bomb("time,price\n", "x,y\n", 30_000_000, ""), 3, "after 2000000 rows"},
		{"bomb in a bomb", facts, bomb("\x1f\x8b\x08\x00", "\x00", 1<<28, ""), 3, row},
		{"cut gzip", facts, text("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x2b"), 3, ""},
		{"gzip of nothing", facts, text("\x1f\x8b"), 3, ""},
		{"two prices", facts, text("time,price,price\n1,1,2\n2,1,2\n"), 3, `the column "price" is there twice`},
		{"short rows", facts, repeated("time,price\n", "1\n", 100_000, ""), 3, "more problems"},
		{"infinity", facts, text("time,price\n1,inf\n2,1\n"), 3, `"inf" is not a number`},
		{"hexadecimal", facts, text("time,price\n0x1,1\n"), 3, "not a time"},
		{"back in time", facts, repeated("time,price\n", "2,1\n1,1\n", 1000, ""), 3, "goes back in time"},
		{"control characters", facts, text("time,price\x1b[31m\n1,1\n"), 3, "no price column"},
		{"too many returns", facts + " --interval 1s", func(t *testing.T, path string) {
			var b bytes.Buffer
			b.WriteString("time,price\n")
			for i := range 300_000 {
				fmt.Fprintf(&b, "%d,%d\n", i, 1+i%7)
			}
			text(b.String())(t, path)
		}, 3, "expected at most 250000"},
		{"parquet", facts, text("PAR1\x15\x04\x15\x10\"\x00PAR1"), 3, ""},
	}
}

// storedFiles are hostile results, plans and recipes.
func storedFiles() []hostile {
	long := "goes on after 16 MiB"
	values := "more than 500000 values"
	return []hostile{
		{"manifest of zeros", "report FILE", within("manifest.json", sparse), 3, long},
		{"manifest is a link", "report FILE", within("manifest.json", link("/dev/zero")), 3, "is a symbolic link"},
		{"sparse manifest", "verify FILE", within("manifest.json", sparse), 4, "2 problems"},
		{"manifest of files", "verify FILE", within("manifest.json", repeated(`{"files":[`, "{},", 5_000_000, "{}]}")), 4,
			"2 problems"},
		{"manifest of braces", "report FILE", within("manifest.json", repeated("", "[", 10_000_000, "")), 3, values},
		{"manifest is a folder", "report FILE", within("manifest.json", folder), 3, "a folder stands under that name"},
		{"manifest is a pipe", "report FILE", within("manifest.json", fifo), 3, "a pipe or a socket and no file"},
		{"schema of zeros", "facts FILE", within("schema.json", sparse), 3, long},
		{"schema of columns", "facts FILE", within("schema.json",
			repeated(`{"files":[{"columns":[`, "{},", 5_000_000, "{}]}]}")), 3, values},
		{"deep schema", "facts FILE", within("schema.json", repeated("", `{"files":`, 100_000, "")), 5, ""},
		{"recipe of zeros", "resume FILE", within("resume.json", sparse), 3, "goes on after 4 MiB"},
		{"recipe of texts", "resume FILE", within("resume.json", repeated(`{"set":[`, `"",`, 1_300_000, `""]}`)), 3, values},
		{"recipe is a pipe", "resume FILE", within("resume.json", fifo), 5, "a pipe or a socket and no file"},
		{"plan of zeros", "sweep missing FILE", within("plan.json", sparse), 3, "goes on after 4 MiB"},
		{"plan of texts", "sweep missing FILE", within("plan.json", repeated(`{"command":[`, `"",`, 1_300_000, `""]}`)), 3,
			values},
		{"plan with a mark", "sweep missing FILE", within("plan.json", text("\ufeff{}")), 3, "was made by version"},
		{"plan is a folder", "sweep missing FILE", within("plan.json", folder), 5, "a folder stands under that name"},
	}
}

// TestHostileInput gives readers what was made to break them. Each ends with one message and the exit code of wrong
// input, in less memory than a small machine has.
func TestHostileInput(t *testing.T) {
	if testing.Short() {
		t.Skip("writes some hundred megabytes")
	}
	files := append(append(presetFiles(), priceFiles()...), storedFiles()...)
	if len(files) < 60 {
		t.Fatalf("%d files", len(files))
	}
	for _, h := range files {
		kind, _, _ := strings.Cut(h.args, " ")
		t.Run(kind+"/"+h.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			args := strings.Fields(h.args)
			for i, a := range args {
				if strings.HasPrefix(a, "FILE") {
					args[i] = strings.Replace(a, "FILE", "hostile", 1)
					h.file(t, args[i])
				}
			}
			answer(t, h, args)
		})
	}
}

// answer runs the program and looks at its code, its words and its memory.
func answer(t *testing.T, h hostile, args []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Args[0] = "stakeout" // which the test's own process obeys
	var errs bytes.Buffer
	cmd.Stderr = &errs
	start := time.Now()
	_ = cmd.Run() // The exit code says more.
	said := ""
	for line := range strings.Lines(errs.String()) {
		if !strings.Contains(line, ": at work for ") {
			said += line
		}
	}
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	code := cmd.ProcessState.ExitCode()
	t.Logf("%d kB, %s, code %d: %.150s", peak, time.Since(start).Round(10*time.Millisecond), code, said)
	if code != h.code {
		t.Errorf("exit code %d, want %d: %.400s", code, h.code, said)
	}
	if peak > mostMemory {
		t.Errorf("%d kB of memory, expected at most %d", peak, mostMemory)
	}
	if !strings.Contains(said, h.says) || strings.Contains(said, "goroutine ") {
		t.Errorf("said %.400q, expected %q", said, h.says)
	}
	hidden := func(c rune) bool { return !unicode.IsGraphic(c) && c != '\n' }
	if strings.IndexFunc(said, hidden) >= 0 || len(said) > 20_000 || said == "" {
		t.Errorf("said %d bytes with signs that are not printed, or nothing: %.400q", len(said), said)
	}
}
