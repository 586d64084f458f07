package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the file that a running store holds locked. The operating
// system releases the lock when its process dies, so that a stale file of a
// dead process never needs to be told from a live one by its pid, which
// another process may have got by then.
const lockName = ".lock"

// errLocked says that another open file holds the lock.
var errLocked = errors.New("locked")

// lock takes the folder for this store, or names the process that has it.
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
		// The former holder may have removed the name between the opening
		// and the locking; a lock on a nameless file would exclude nobody.
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

// names tells whether path is the name of the open file.
func names(path string, f *os.File) bool {
	named, err := os.Stat(path)
	if err != nil {
		return false
	}
	open, err := f.Stat()
	return err == nil && os.SameFile(named, open)
}

// claim writes the pid into the lock file, for the message above.
func claim(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func holder(path string) string {
	b, err := os.ReadFile(path)
	pid, bad := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || bad != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}
