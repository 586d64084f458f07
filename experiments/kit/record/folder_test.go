package record

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func openTestFolder(t testing.TB, dir string) *folder {
	t.Helper()
	d, err := openFolder(dir, nil)
	must(t, err)
	t.Cleanup(d.close)
	return d
}

// link makes a symbolic link or skips the test.
func link(t *testing.T, target, name string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o777))
	if err := os.Symlink(target, name); err != nil {
		if runtime.GOOS == "windows" {
			t.Skip("no right to make symbolic links here")
		}
		t.Fatal(err)
	}
}

// strangersFolder makes a results folder that a stranger might send, and a victim beside it with
// files of the names that our own files have.
func strangersFolder(t *testing.T) (dir, folder, victim string) {
	t.Helper()
	dir, victim = t.TempDir(), t.TempDir()
	folder = filepath.Join(dir, "dos-short")
	must(t, session(dir, []int{6, 2}, Partial, "interrupted", nil))
	for _, name := range []string{"secret.txt", "roi.svg", lockName, journalName, manifestName, "runs.csv",
		filepath.Join("dos-short", journalName)} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(victim, name)), 0o777))
		must(t, os.WriteFile(filepath.Join(victim, name), []byte("precious\n"), 0o666))
	}
	return dir, folder, victim
}

// No name of ours that is a symbolic link is followed: the store does not open, and neither
// the victim nor the folder changes.
func TestLinksAreNotFollowed(t *testing.T) {
	for _, name := range []string{lockName, journalName, manifestName, timingName, schemaName, recipeName, "runs.csv",
		"runs.parquet", "figures", "figures/roi.svg", "figures/deep/er", ".runs.csv.1-0.tmp", "notes"} {
		for _, target := range []string{"secret.txt", ".", "nowhere"} {
			dir, folder, victim := strangersFolder(t)
			at := filepath.Join(folder, filepath.FromSlash(name))
			must(t, os.RemoveAll(at))
			link(t, filepath.Join(victim, target), at)
			before, inside := contents(t, victim), names(t, folder)
			_, err := Open(dir, testManifest(), testTables()...)
			demand(t, name+" to "+target, err, at, "symbolic link")
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: the message has several lines: %v", name, err)
			}
			same(t, name+" to "+target, contents(t, victim), before)
			if after := names(t, folder); after != inside {
				t.Errorf("%s to %s: the folder holds %s, and held %s", name, target, after, inside)
			}
			if got := Verify(folder); len(got) == 0 {
				t.Errorf("%s to %s: verify finds nothing", name, target)
			}
			if _, err := ReadFile(folder, name, 1<<20); err == nil {
				t.Errorf("%s to %s is read", name, target)
			}
			if _, err := OpenTable(at, mixed, ""); err == nil && strings.HasPrefix(name, "runs") {
				t.Errorf("%s to %s is read as a table", name, target)
			}
		}
	}
}

// names lists all names in a folder, links too.
func names(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		list = append(list, path)
		return err
	}))
	return strings.Join(list, " ")
}

// A link in place of the folder of the experiment leads nowhere either.
func TestFolderOfTheExperimentIsNoLink(t *testing.T) {
	dir, folder, victim := strangersFolder(t)
	must(t, os.RemoveAll(folder))
	link(t, filepath.Join(victim, "dos-short"), folder)
	before := contents(t, victim)
	_, err := Open(dir, testManifest(), testTables()...)
	demand(t, "link as folder", err, folder, "symbolic link")
	must(t, Plain(dir, "other"))
	demand(t, "link on the way", Plain(dir, "dos-short/deeper"), folder, "symbolic link")
	same(t, "link as folder", contents(t, victim), before)
}

// A manifest names the files of an earlier experiment, which are removed when the next one
// does not write them. One that names files elsewhere is forged.
func TestForgedManifest(t *testing.T) {
	for _, name := range []string{"link/secret.txt", "../secret.txt", "figures/../../secret.txt", "/etc/passwd", "..",
		""} {
		dir, folder, victim := strangersFolder(t)
		must(t, os.WriteFile(filepath.Join(dir, "secret.txt"), []byte("precious\n"), 0o666))
		m, err := ReadManifest(folder)
		must(t, err)
		m.Files = append(m.Files, Output{Name: name, SHA256: "0", Size: 1})
		text, err := seal(m)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(folder, manifestName), text, 0o666))
		if strings.HasPrefix(name, "link") {
			link(t, victim, filepath.Join(folder, "link"))
		}
		before := contents(t, dir)
		_, err = Open(dir, testManifest(), testTables()...)
		demand(t, name, err, folder)
		same(t, name, contents(t, dir), before)
		if got := contents(t, victim)["secret.txt"]; got != "precious\n" {
			t.Errorf("%s: the file of the victim holds %q", name, got)
		}
		if got := Verify(folder); len(got) == 0 {
			t.Errorf("%s: verify finds nothing", name)
		}
	}
}

// Devices and pipes are neither replaced nor read, which for a pipe would never end. The
// test has a pipe of its own, since a fault would replace a device of the machine.
func TestOnlyFilesAreReplacedAndRead(t *testing.T) {
	mkfifo, err := exec.LookPath("mkfifo")
	if err != nil {
		t.Skip("no mkfifo here")
	}
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	must(t, exec.Command(mkfifo, pipe).Run())
	demand(t, "write", WriteFile(pipe, []byte("x")), pipe, "no file")
	if _, err := ReadFile(dir, "pipe", 1<<20); !errors.Is(err, errNoFile) {
		t.Errorf("read: %v", err)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is gone: %v", err)
	}
}

// What a killed process has left of a file goes when the file is written again; what a
// process still writes stays.
func TestLeftoversOfDeadWritersGo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a lock on an open file cannot be told from one that is gone")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "page.html")
	dead := filepath.Join(dir, ".page.html.1-0.tmp")
	other := filepath.Join(dir, ".other.html.1-0.tmp")
	must(t, os.WriteFile(dead, []byte("half"), 0o666))
	must(t, os.WriteFile(other, []byte("half"), 0o666))
	living, err := Create(path)
	must(t, err)
	must(t, WriteFile(path, []byte("whole")))
	if got := names(t, dir); strings.Contains(got, dead) || !strings.Contains(got, other) ||
		!strings.Contains(got, living.temporary) {
		t.Errorf("the folder holds %s", got)
	}
	must(t, living.Commit())
}
