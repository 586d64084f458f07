package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"stakeout/experiments/kit/limit"
)

// lockName is the file that an open store locks. The operating system releases the
// lock when the process dies. The store therefore does not need the pid in the file
// to find out whether its owner still runs, which would be unsafe, because another
// process may have the same pid later.
const lockName = ".lock"

// errLocked is the error of openLocked when another process holds the lock.
var errLocked = errors.New("locked")

// lock takes the folder for this store. Its error names the process that has the
// folder.
func lock(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	for {
		f, err := openLocked(path)
		if errors.Is(err, errLocked) {
			return nil, errorf("record: %s is in use by %s: wait for it, stop it, or choose another folder with --out", dir,
				holder(path))
		}
		if err != nil {
			return nil, explain("lock", path, err)
		}
		// The former owner may have removed the file between the opening and the
		// locking. A lock on a removed file would exclude no other process.
		if !names(path, f) {
			f.Close()
			continue
		}
		if err := claim(f); err != nil {
			f.Close()
			return nil, explain("lock", path, err)
		}
		return f, nil
	}
}

// names reports whether path is still the name of the open file.
func names(path string, f *os.File) bool {
	named, err := os.Stat(path)
	if err != nil {
		return false
	}
	open, err := f.Stat()
	return err == nil && os.SameFile(named, open)
}

// claim writes the pid into the lock file, so that holder can name it.
func claim(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder names the process that holds the lock, for an error message.
func holder(path string) string {
	b, err := limit.ReadFile(path, longestLock)
	pid, bad := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || bad != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}
