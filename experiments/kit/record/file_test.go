package record

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestMain also runs the child processes of the tests: one kills itself, and another
// holds a store until its input ends. The tests sync thousands of times, so they use a
// folder in memory if the machine has one.
func TestMain(m *testing.M) {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() && os.Getenv("TMPDIR") == "" {
		os.Setenv("TMPDIR", "/dev/shm")
	}
	if dir := os.Getenv("RECORD_TEST_KILL"); dir != "" {
		dieIn(dir)
	}
	dir := os.Getenv("RECORD_TEST_HOLD")
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Open(dir, testManifest(), testTables()...)
	fmt.Println("opened", err)
	bufio.NewReader(os.Stdin).ReadByte()
	if err == nil {
		s.Close(Partial, "test")
	}
}

func TestTwoStores(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, testManifest())
	must(t, err)
	_, err = Open(dir, testManifest())
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("second store: %v", err)
	}
	must(t, s.Close(Complete, ""))
	s, err = Open(dir, testManifest())
	must(t, err)
	must(t, s.Close(Complete, ""))
	if _, err := os.Stat(filepath.Join(s.Dir(), lockName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock file stays: %v", err)
	}
}

func TestLockOfAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RECORD_TEST_HOLD="+dir)
	stdin, err := child.StdinPipe()
	must(t, err)
	defer stdin.Close()
	stdout, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "opened <nil>\n" {
		t.Fatalf("child says %q, %v", line, err)
	}
	_, err = Open(dir, testManifest())
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d", child.Process.Pid)) {
		t.Errorf("store of a live process: %v", err)
	}
	must(t, child.Process.Kill())
	child.Wait()
	if _, err := os.Stat(filepath.Join(dir, "dos-short", lockName)); err != nil {
		t.Errorf("the killed process left no lock file: %v", err)
	}
	s, err := Open(dir, testManifest())
	must(t, err)
	must(t, s.Close(Complete, ""))
}

func TestAbortAndFailureLeaveNothing(t *testing.T) {
	for _, failing := range []operation{"", opWrite, opSync, opRename} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.csv")
		must(t, os.WriteFile(path, []byte("old"), 0o666))
		f, err := create(path, func(op operation, _ string) error {
			if op == failing {
				return syscall.EIO
			}
			return nil
		})
		must(t, err)
		f.Write([]byte("new and longer"))
		if failing == "" {
			f.Abort()
		} else if err := f.Commit(); !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", failing, err)
		}
		f.Abort()
		if got := contents(t, dir); len(got) != 1 || got["a.csv"] != "old" {
			t.Errorf("%s: folder holds %v", failing, got)
		}
	}
}

func TestCommitReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "a.csv")
	for _, text := range []string{"first", "second"} {
		f, err := Create(path)
		must(t, err)
		defer f.Abort()
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		must(t, f.Commit())
		if f.Commit() == nil {
			t.Error("committed twice")
		}
		sum, size, err := openTestFolder(t, dir).hash("sub/a.csv")
		if err != nil || sum != f.Sum() || size != f.Size() {
			t.Errorf("hash %s of %d bytes, want %s of %d (%v)", f.Sum(), f.Size(), sum, size, err)
		}
	}
	if got := contents(t, dir); len(got) != 1 || got[filepath.Join("sub", "a.csv")] != "second" {
		t.Errorf("folder holds %v", got)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o666))
	_, err := Create(filepath.Join(file, "runs.csv"))
	demand(t, "file as folder", err, file, "a file stands where a folder is needed")
	_, err = Open(file, testManifest())
	demand(t, "file as results folder", err, file, "a file stands where a folder is needed")
	must(t, os.WriteFile(filepath.Join(dir, "dos-short"), nil, 0o666))
	_, err = Open(dir, testManifest())
	demand(t, "file as experiment folder", err, "dos-short", "a file stands where a folder is needed")
	_, err = Create(dir)
	demand(t, "folder as file", err, dir, "a folder stands under that name")
	_, err = create(filepath.Join(dir, "x"), func(operation, string) error { return syscall.EACCES })
	demand(t, "unwritable", err, "x", "make the folder writable")
}

func TestUnwritableFolder(t *testing.T) {
	dir := t.TempDir()
	if os.Getuid() == 0 && runtime.GOOS == "linux" {
		dir = "/sys" // refuses new files even to root
	} else if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("no folder is unwritable here")
	} else {
		must(t, os.Chmod(dir, 0o555))
	}
	_, err := Create(filepath.Join(dir, "runs.csv"))
	demand(t, "Create", err, "runs.csv", "make the folder writable")
	_, err = Open(dir, testManifest())
	demand(t, "Open", err, "dos-short", "make the folder writable")
}

func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "runs.csv"))
	must(t, err)
	// A link to the device, because a file that fails is removed by its name.
	temporary := filepath.Join(dir, f.temporary)
	must(t, f.f.Close())
	must(t, os.Remove(temporary))
	must(t, os.Symlink("/dev/full", temporary))
	f.f, err = os.OpenFile(temporary, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.Write([]byte("x"))
	demand(t, "write", err, "runs.csv", "free some space")
	demand(t, "commit", f.Commit(), "runs.csv", "free some space")
	if got := contents(t, dir); len(got) != 0 {
		t.Errorf("folder holds %v", got)
	}
}

func demand(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %v does not say %q", what, err, part)
		}
	}
}
