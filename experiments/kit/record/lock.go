package record

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
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
func lock(d *folder) (*os.File, error) {
	for {
		f, err := openLocked(d)
		if errors.Is(err, errLocked) {
			return nil, errorf("record: %s is in use by %s: wait for it, stop it, or choose another folder with --out",
				d.path, holder(d))
		}
		if err != nil {
			return nil, explain("lock", d.full(lockName), err)
		}
		// The former owner may have removed the file between the opening and the
		// locking. A lock on a removed file would exclude no other process.
		if !d.names(lockName, f) {
			f.Close()
			continue
		}
		if err := claim(f); err != nil {
			f.Close()
			return nil, explain("lock", d.full(lockName), err)
		}
		return f, nil
	}
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
func holder(d *folder) string {
	b, err := d.read(lockName, longestLock)
	pid, bad := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || bad != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}
