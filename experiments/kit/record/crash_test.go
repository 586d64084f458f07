package record

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "kill processes at 1,000 points instead of 40")

func TestTornJournal(t *testing.T) {
	dir := t.TempDir()
	const runs = 4
	must(t, session(dir, upTo(runs), Partial, "interrupted", nil))
	whole, err := os.ReadFile(filepath.Join(dir, "dos-short", journalName))
	must(t, err)
	schemas := []Schema{mixed, narrow}
	ends := []int{}
	for i, b := range whole {
		if b == '\n' {
			ends = append(ends, i+1)
		}
	}
	folder := t.TempDir()
	for n := range len(whole) + 1 {
		must(t, os.WriteFile(filepath.Join(folder, journalName), whole[:n], 0o666))
		j, err := openJournal(openTestFolder(t, folder), "", schemas)
		must(t, err)
		want := 0
		for _, end := range ends {
			if end <= n {
				want++
			}
		}
		for i := range runs {
			if _, ok := j.index.left[markOf(testKey(i))]; ok != (i < want) {
				t.Fatalf("cut at %d of %d: run %d there: %v, want the first %d", n, len(whole), i, ok, want)
			}
		}
		must(t, j.add(testKey(99), 99, testRun(99).Rows))
		j.f.Close()
		j, err = openJournal(openTestFolder(t, folder), "", schemas)
		if err != nil || len(j.index.left) != want+1 || j.dropped != 0 {
			t.Fatalf("cut at %d: %d runs after one more was added, want %d (%d dropped, %v)", n, len(j.index.left), want+1,
				j.dropped, err)
		}
		j.f.Close()
	}
}

// A damaged line in the middle loses that line and no other.
func TestDamagedJournal(t *testing.T) {
	dir := t.TempDir()
	_, want := unbroken(t)
	path := filepath.Join(dir, "dos-short", journalName)
	rng := chance(3)
	for range 30 {
		must(t, session(dir, upTo(planned), Partial, "interrupted", nil))
		b, err := os.ReadFile(path)
		must(t, err)
		b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
		must(t, os.WriteFile(path, b, 0o666))
		s, err := Open(dir, testManifest(), testTables()...)
		must(t, err)
		if runs, dropped := s.Finished(); runs < planned-2 || runs >= planned || dropped == 0 {
			t.Fatalf("%d runs and %d dropped lines after one flip", runs, dropped)
		}
		must(t, work(s, upTo(planned)))
		must(t, s.Close(Complete, ""))
		same(t, "after a flip in the journal", contents(t, s.Dir()), want)
	}
}

// At each operation the process dies, or only this operation fails. No file is ever
// incomplete, and a resumed experiment ends in the bytes of an uninterrupted one.
func TestFaultAtEveryOperation(t *testing.T) {
	_, want := unbroken(t)
	for _, dies := range []bool{false, true} {
		for n := 0; ; n++ {
			dir := t.TempDir()
			folder := filepath.Join(dir, "dos-short")
			must(t, session(dir, []int{6, 2}, Partial, "interrupted", nil))
			before := contents(t, folder)
			count := 0
			h := func(op operation, path string) error {
				count++
				if count-1 == n || dies && count > n {
					return syscall.ENOSPC
				}
				return nil
			}
			err := session(dir, upTo(planned), Complete, "", h)
			if count <= n {
				must(t, err)
				break
			}
			noTornFile(t, folder, before, want, fmt.Sprintf("fault %d (process dies: %v)", n, dies))
			must(t, session(dir, upTo(planned), Complete, "", nil))
			same(t, fmt.Sprint("resumed after fault ", n), contents(t, folder), want)
			if problems := Verify(folder); problems != nil {
				t.Fatalf("resumed after fault %d: %v", n, problems)
			}
		}
	}
}

// dieIn is the child process of TestKilledAtRandomPoints. It continues the experiment
// in dir and kills itself before the operation whose number the environment gives, or
// after a given number of microseconds.
func dieIn(dir string) {
	die := func() {
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Kill()
		}
		select {} // Do nothing more until the signal arrives.
	}
	var at, microseconds, seed int
	fmt.Sscan(os.Getenv("RECORD_TEST_WHEN"), &at, &microseconds, &seed)
	if microseconds > 0 {
		time.AfterFunc(time.Duration(microseconds)*time.Microsecond, die)
	}
	order := chance(uint64(seed)).Perm(planned)
	err := session(dir, order, Complete, "", func(operation, string) error {
		if at--; at == 0 {
			die()
		}
		return nil
	})
	fmt.Println(err)
	os.Exit(7)
}

// A process that is killed at random leaves no torn file, and the resumed experiment
// ends in the bytes of an uninterrupted one.
func TestKilledAtRandomPoints(t *testing.T) {
	points := 40
	if *long {
		points = 1000
	}
	_, want := unbroken(t)
	operations := 0
	start := time.Now()
	must(t, session(t.TempDir(), upTo(planned), Complete, "", func(operation, string) error { operations++; return nil }))
	whole := time.Since(start).Microseconds()
	random := chance(7698)
	killed := 0
	for i := range points {
		dir := t.TempDir()
		folder := filepath.Join(dir, "dos-short")
		must(t, session(dir, []int{6, 2}, Partial, "interrupted", nil))
		before := contents(t, folder)
		when := fmt.Sprint(1+random.IntN(operations), 0, i)
		if i%2 == 1 {
			when = fmt.Sprint(0, 1+random.Int64N(whole), i)
		}
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "RECORD_TEST_KILL="+dir, "RECORD_TEST_WHEN="+when)
		out, err := child.CombinedOutput()
		switch code := child.ProcessState.ExitCode(); {
		case code != 7:
			killed++
		case string(out) != "<nil>\n":
			t.Fatalf("%s: %v, %s", when, err, out)
		}
		noTornFile(t, folder, before, want, "killed at "+when)
		must(t, session(dir, upTo(planned), Complete, "", nil))
		same(t, "resumed after a kill at "+when, contents(t, folder), want)
		if problems := Verify(folder); problems != nil {
			t.Fatalf("resumed after a kill at %s: %v", when, problems)
		}
	}
	if killed < points/4 {
		t.Errorf("only %d of %d processes were killed", killed, points)
	}
	t.Logf("%d of %d processes were killed before their end", killed, points)
}

// noTornFile fails unless every file is either the old one or the new one.
func noTornFile(t *testing.T, folder string, before, after map[string]string, when string) {
	t.Helper()
	for name, text := range contents(t, folder) {
		ours := name == journalName || name == recipeName && text == "go on\n" || name == lockName ||
			isTemporary(filepath.Base(name))
		if !ours && text != before[name] && text != after[name] {
			t.Fatalf("%s: %s is neither the old file nor the new one", when, name)
		}
	}
	m, err := ReadManifest(folder)
	if err == nil && m.Status == Complete {
		for _, p := range Verify(folder) {
			if p.File != journalName && p.File != recipeName && p.File != lockName && !isTemporary(filepath.Base(p.File)) {
				t.Fatalf("%s: the manifest says complete, but %v", when, p)
			}
		}
	}
}

func TestFailedWriteForbidsComplete(t *testing.T) {
	full := false
	h := func(op operation, path string) error {
		if full && op == opWrite {
			return syscall.ENOSPC
		}
		return nil
	}
	dir := t.TempDir()
	s, err := open(dir, testManifest(), testTables(), h)
	must(t, err)
	must(t, s.Record(testRun(0)))
	full = true
	if err := s.Record(testRun(1)); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "resume") {
		t.Fatalf("full disk: %v", err)
	}
	full = false
	if s.Record(testRun(2)) == nil {
		t.Error("recorded after a failed write")
	}
	if s.Close(Complete, "") == nil {
		t.Error("closed as complete without a run")
	}
	must(t, session(dir, upTo(planned), Complete, "", nil))
	_, want := unbroken(t)
	same(t, "after a full disk", contents(t, s.Dir()), want)
}

func FuzzJournal(f *testing.F) {
	j := &journal{schemas: []Schema{mixed, narrow}, salt: []byte("salt"), index: newIndex()}
	line, err := j.line("abc", testRun(1).Rows)
	must(f, err)
	f.Add(line)
	f.Add(slices.Concat(line, line[:len(line)/2]))
	f.Add([]byte("0123456789abcdef \n\n 0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all := slices.Concat(b, []byte("\n"), line, b)
		j := &journal{schemas: j.schemas, salt: j.salt, index: newIndex()}
		must(t, j.load(bytes.NewReader(all)))
		p, ok := j.index.left[markOf("abc")]
		if !ok || j.end > int64(len(all)) {
			t.Fatalf("the whole line was not found: %v, end %d of %d", j.index, j.end, len(all))
		}
		if _, _, ok := j.split(all[p.offset:][:p.size]); !ok {
			t.Fatal("a place holds no whole line")
		}
	})
}
