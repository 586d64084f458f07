//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/study/tiny"
)

// smallPreset is a preset whose replications take a fraction of a second.
const smallPreset = `name: tiny
question: Does the program write what it should, or say why not?
attack: dos-short
replications: 2
horizon_days: 1.5
start_days: 0.25
world:
  time: {warmup_days: 0.25, rounds: 2}
  rollup: {unbonding_days: 0.1}
  users: {count: 20}
  stakers: {count: 20}
  noise: {count: 20}
  chartists: {count: 5}
  holders: {count: 10}
  shorters: {count: 4}
  coordinators: {count: 3}
attack_params: {build_days: 0.25, act_days: 0.25, sell_days: 0.25}
`

// laboratory makes a folder with everything that the verbs below read.
func laboratory(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	prices := "day,price\n"
	for i := range 400 {
		prices += fmt.Sprintf("%d,%d\n", i, 100+i%7)
	}
	for name, text := range map[string]string{
		"tiny.yaml": smallPreset, "prices.csv": prices, "m.csv": "34200.0,1,1,10,1000000,1\n34200.1,4,1,4,1000000,1\n",
		"wide.yaml": smallPreset + "axes: {world.users.leave_below: [0.3, 0.9]}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"run tiny.yaml --out done", "sweep plan wide.yaml --shards 2 --out half",
		"sweep plan wide.yaml --shards 2 --out whole", "sweep submit whole"} {
		if out, err := inFolder(dir, strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	return dir
}

// inFolder is a call of the program, which the tests have in their path.
func inFolder(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("stakeout", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(`{"op":"new","side":"buy","price":10,"quantity":1}`+"\n")
	return cmd
}

// printing is a command line for every way to print. FOLDER is another folder for every call.
var printing = strings.Split(`help
--help
--version
help sweeps
help run
run --help
list
list --json
list --matrix
show dos-short
show tiny.yaml --set seed=3 --json
run tiny.yaml --dry-run
run tiny.yaml --out FOLDER --workers 1
run tiny.yaml --out FOLDER --json
sweep wide.yaml --out FOLDER --json
sweep plan wide.yaml --shards 2 --out FOLDER
sweep run whole --shard 0
sweep missing half
sweep submit whole
sweep submit half --backend slurm
sweep submit half --backend kubernetes
sweep submit half --backend htcondor
sweep merge whole --out FOLDER
resume done/tiny
verify done/tiny
verify done/tiny --json
export done/tiny
break-even tiny.yaml --axis world.users.leave_below=0.3..0.9:2 --halvings 0 --reps 2 --out FOLDER
compare --dry-run
compare --dry-run --json
explain tiny.yaml
report done/tiny --out FOLDER/page.html
check
check tiny.yaml
check accounts --seeds 1 --days 1
schema
claims
facts prices.csv --interval 1d
facts prices.csv --interval 1d --json
replay m.csv
dock fee-path --out FOLDER
figures --list
figures levers-mechanisms --quick --out FOLDER
describe
describe prose
book`, "\n")

// losses are the ways in which standard output can fail.
var losses = []struct {
	name string
	lose func(t *testing.T, cmd *exec.Cmd) // or skip
}{
	{"full", func(t *testing.T, cmd *exec.Cmd) {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0) // Opened only: a name that is written anew is replaced.
		if err != nil {
			t.Skip("no device here is always full")
		}
		t.Cleanup(func() { full.Close() })
		cmd.Stdout = full
	}},
	{"closed", func(_ *testing.T, cmd *exec.Cmd) { throughShell(cmd, `exec "$0" "$@" >&-`) }},
	{"no reader", func(t *testing.T, cmd *exec.Cmd) {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		t.Cleanup(func() { out.Close() })
		cmd.Stdout = out
	}},
	{"too long", func(_ *testing.T, cmd *exec.Cmd) { throughShell(cmd, `ulimit -f 0 && exec "$0" "$@" >"$OUT"`) }},
}

// throughShell lets a shell call the program.
func throughShell(cmd *exec.Cmd, script string) {
	cmd.Args = append([]string{"sh", "-c", script, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
}

// fails demands that a call ended with exit code 5, one line of the program about it, and nothing of Go.
func fails(t *testing.T, cmd *exec.Cmd, about string) {
	t.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	err := cmd.Run()
	var lines []string
	for line := range strings.Lines(errs.String()) {
		if strings.HasPrefix(line, "stakeout: ") {
			lines = append(lines, line)
		}
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFiles {
		t.Errorf("%v, want exit code %d", err, exitFiles)
	}
	if len(lines) != 1 || !strings.Contains(lines[0], about) {
		t.Errorf("want one line about %q, got %q", about, lines)
	}
	for _, crash := range []string{"goroutine ", "panic:", "fatal error", "SIG"} {
		if strings.Contains(errs.String(), crash) {
			t.Errorf("a stack trace was printed:\n%s", errs.String())
		}
	}
}

// Whatever prints ends with exit code 5 and one line when standard output fails.
func TestStandardOutputFails(t *testing.T) {
	dir := laboratory(t)
	for _, c := range newProgram(nil, nil).app().Commands {
		starts := func(line string) bool { return strings.Fields(line)[0] == c.Name }
		if !slices.ContainsFunc(printing, starts) {
			t.Errorf("no call of %s is tested", c.Name)
		}
	}
	for _, loss := range losses {
		t.Run(loss.name, func(t *testing.T) {
			t.Parallel()
			for _, line := range printing {
				t.Run(line, func(t *testing.T) {
					folder := t.TempDir()
					cmd := inFolder(dir, strings.Fields(strings.ReplaceAll(line, "FOLDER", folder))...)
					cmd.Env = append(os.Environ(), "OUT="+filepath.Join(folder, "out"))
					loss.lose(t, cmd)
					about := "cannot write to standard output"
					if loss.name == "too long" { // The limit holds for the files of results, too.
						about = "cannot "
					}
					fails(t, cmd, about)
					noLeftovers(t, folder)
				})
			}
		})
	}
}

// A reader that has read enough ends the program as well.
func TestReaderLeavesAfterALine(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd := inFolder(t.TempDir(), "describe") // longer than any buffer of a pipe
	cmd.Stdout = out
	go func() {
		_, _ = bufio.NewReaderSize(in, 16).ReadString('\n')
		in.Close()
	}()
	fails(t, cmd, "cannot write to standard output")
	out.Close()
}

// The null device, as a shell opens it, takes everything.
func TestNullDeviceIsNoFailure(t *testing.T) {
	cmd := inFolder(t.TempDir(), "list")
	throughShell(cmd, `exec "$0" "$@" >/dev/null`)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// noLeftovers fails for a file that was half written. The next run of a results folder removes those of a process that
// was killed; nothing was killed here.
func noLeftovers(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s is left over", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// writing are the verbs that write files, into the folder DISK.
var writing = strings.Split(`run tiny.yaml --workers 1 --out DISK
sweep wide.yaml --out DISK
sweep plan wide.yaml --shards 2 --out DISK
sweep merge whole --out DISK
break-even tiny.yaml --axis world.users.leave_below=0.3..0.9:2 --halvings 0 --reps 2 --out DISK
report done/tiny --out DISK/page.html
dock fee-path --out DISK
figures levers-mechanisms --quick --out DISK
figures levers-mechanisms --quick --out FOLDER --hashes DISK/hashes`, "\n")

// fits tells whether what a call writes is no larger than a disk.
func fits(line, size string) bool {
	tiny, some := strings.Contains(line, "plan") || strings.Contains(line, "hashes"), strings.Contains(line, "levers")
	page, merge := strings.Contains(line, "page"), strings.Contains(line, "merge")
	return tiny || size != "4k" && (some || page) || size == "120k" && merge
}

// A disk that is full or cannot be written to gives one line and exit code 5. What is on it is whole, and with more
// space the same command writes the bytes that it writes elsewhere.
func TestDiskFails(t *testing.T) {
	unshare, err := exec.LookPath("unshare")
	if err != nil || exec.Command(unshare, "-rm", "mount", "-t", "tmpfs", "none", t.TempDir()).Run() != nil {
		t.Skip("needs the right to mount a file system of a few kB in a space of its own")
	}
	dir := laboratory(t)
	const script = `mount -t tmpfs -o "$OPTION" none "$DISK" || exit 98
"$0" "$@" >/dev/null
code=$?
mount -o remount,rw,size=64m "$DISK" || exit 97
"$0" "$@" >/dev/null 2>&1 || exit 96
cp -R "$DISK/." "$COPY"
exit $code`
	for _, size := range []string{"4k", "40k", "120k", "read-only"} { // of which a folder takes 4k
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			for _, line := range writing {
				if size != "read-only" && fits(line, size) {
					continue
				}
				t.Run(line, func(t *testing.T) {
					disk, folder, twin := t.TempDir(), t.TempDir(), t.TempDir()
					cmd := inFolder(dir, strings.Fields(strings.NewReplacer("FOLDER", folder, "DISK", disk).Replace(line))...)
					option := "size=" + size
					if size == "read-only" {
						option = "ro"
					}
					cmd.Env = append(os.Environ(), "DISK="+disk, "OPTION="+option, "COPY="+twin)
					throughShell(cmd, script)
					cmd.Args, cmd.Path = append([]string{"unshare", "-rm"}, cmd.Args...), unshare
					fails(t, cmd, disk)
					noLeftovers(t, twin)
					if strings.HasPrefix(line, "run") {
						tiny.SameFiles(t, line, tiny.Files(t, filepath.Join(dir, "done", "tiny")),
							tiny.Files(t, filepath.Join(twin, "tiny")))
					}
				})
			}
		})
	}
}

// Figures are drawn without the system's temporary folder, so one that is missing does no harm.
func TestTemporaryFolderIsNotUsed(t *testing.T) {
	dir := laboratory(t)
	for _, line := range []string{"run tiny.yaml --out there", "report done/tiny --out page.html",
		"dock fee-path --out there"} {
		cmd := inFolder(dir, strings.Fields(line)...)
		cmd.Env = append(os.Environ(), "TMPDIR="+filepath.Join(dir, "nowhere"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
}

// A folder whose name has a line end is refused by name, and nothing of it is in a script or runs.
func TestSubmitRefusesALineEnd(t *testing.T) {
	dir := laboratory(t)
	folder := "sl/a\ntouch PWNED\nb"
	plan := inFolder(dir, "sweep", "plan", "wide.yaml", "--shards", "2", "--out", folder)
	if out, err := plan.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, backend := range []string{"slurm", "htcondor"} {
		cmd := inFolder(dir, "sweep", "submit", folder, "--backend", backend)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitInput || out.Len() > 0 ||
			strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), "line end") {
			t.Errorf("%s: %v\n%s%s", backend, err, out.String(), errs.String())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, folder, "submit.sh")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a script was written: %v", err)
	}
}

// The column replay names the file that was given, and its command works where that was given.
func TestReplayNamesTheFile(t *testing.T) {
	dir := laboratory(t)
	if err := os.MkdirAll(filepath.Join(dir, "my presets"), 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("my presets", "second look.yml")
	if err := os.WriteFile(filepath.Join(dir, file), []byte(smallPreset), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := inFolder(dir, "run", file, "--seed", "5").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rows, err := os.ReadFile(filepath.Join(dir, "results", "tiny", "runs.csv"))
	want := "stakeout explain 'my presets/second look.yml' --set 'seed=5' --rep 1"
	if err != nil || !bytes.Contains(rows, []byte(want)) {
		t.Fatalf("no %q in the rows, %v", want, err)
	}
	again := exec.Command("sh", "-c", want)
	again.Dir = dir
	if out, err := again.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("tiny, replication 1, seed ")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// A verb that only reads ends at the first interruption, even while its reader waits.
func TestReadingVerbsEndAtOnce(t *testing.T) {
	for _, verb := range []string{"facts", "replay", "verify", "export", "check", "explain"} {
		ctx, stop := context.WithCancel(context.Background())
		wait := func(*cli.Context) error {
			stop()
			select {} // as a pipe that nobody writes to
		}
		app := newProgram(io.Discard, io.Discard).app()
		app.Commands = []*cli.Command{{Name: verb, Action: newProgram(io.Discard, io.Discard).attended(verb, wait)}}
		if err := app.RunContext(ctx, []string{"stakeout", verb}); exitCode(err) != exitInterrupted {
			t.Errorf("%s: %v, want an interruption", verb, err)
		}
	}
}
