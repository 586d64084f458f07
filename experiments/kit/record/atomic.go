package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// A hook is called before each operation that changes a file. An error of the hook
// replaces the operation, so that tests can simulate crashes and full disks. Outside
// tests it is nil.
type hook func(op operation, path string) error

// operation names the operation that follows a call of a hook.
type operation string

const (
	opCreate   operation = "create"
	opWrite    operation = "write"
	opSync     operation = "sync"
	opRename   operation = "rename"
	opSyncDir  operation = "sync folder"
	opRemove   operation = "remove"
	opTruncate operation = "truncate"
)

func (h hook) before(op operation, path string) error {
	if h == nil {
		return nil
	}
	return h(op, path)
}

// File is a file in progress. It has a temporary name in the folder of its target,
// and Commit gives it the name of the target. An earlier file of that name stays
// until Commit; after Abort or a crash it stays unchanged.
type File struct {
	dir       *folder
	own       bool   // the folder is open for this file alone
	name      string // in the folder
	temporary string
	path      string // for messages
	f         *os.File
	sum       hash.Hash
	size      int64
	err       error // the first failure, after which Commit fails
	done      bool
}

func newFile(d *folder, name, temporary string, f *os.File) *File {
	return &File{dir: d, name: name, temporary: temporary, path: d.full(name), f: f, sum: sha256.New()}
}

// temporarySuffix ends the names of temporary files, .<base>.<pid>-<n>.tmp.
const temporarySuffix = ".tmp"

// temporaryName is the name under which a file is written; whose tells writers apart.
func temporaryName(name, whose string) string {
	return path.Join(path.Dir(name), "."+path.Base(name)+"."+whose+temporarySuffix)
}

// Create starts a file that will replace path. It creates the folder if necessary, and
// removes what a killed process has left of an earlier attempt. It refuses to replace
// anything but a file, such as a device or a symbolic link. Its errors name the path and
// say what the user can do.
func Create(path string) (*File, error) { return create(path, nil) }

// WriteFile replaces the file at path by a text. As with Create, the file is never
// incomplete.
func WriteFile(path string, text []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Commit()
}

func create(path string, h hook) (*File, error) {
	path = filepath.Clean(path)
	d, err := makeFolder(filepath.Dir(path), h)
	if err != nil {
		return nil, err
	}
	d.tidy(filepath.Base(path))
	f, err := d.create(filepath.Base(path))
	if err != nil {
		d.close()
		return nil, err
	}
	f.own = true
	return f, nil
}

// Write appends to the file. After a failure every later Write and Commit
// returns that failure.
func (f *File) Write(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if err := f.dir.hook.before(opWrite, f.path); err != nil {
		n, _ := f.f.Write(b[:len(b)/2])
		f.err = explain("write", f.path, err)
		return n, f.err
	}
	n, err := f.f.Write(b)
	f.sum.Write(b[:n])
	f.size += int64(n)
	if err != nil {
		f.err = explain("write", f.path, err)
	}
	return n, f.err
}

// Commit syncs the file, gives it its name and syncs the folder. When the first or
// second step fails, the temporary file is removed and an earlier file keeps its
// name. When only the last step fails, the new file is in place and complete, but a
// power cut may still bring back the old one.
func (f *File) Commit() error {
	if f.done {
		return explain("commit", f.path, fs.ErrClosed)
	}
	defer f.leave()
	f.step(opSync, f.f.Sync)
	f.done = true
	if err := f.f.Close(); err != nil && f.err == nil {
		f.err = explain("close", f.path, err)
	}
	f.step(opRename, func() error { return f.dir.root.Rename(f.temporary, f.name) })
	if f.err != nil {
		f.discard()
		return f.err
	}
	f.step(opSyncDir, func() error { return f.dir.sync(path.Dir(f.name)) })
	return f.err
}

// leave closes the folder if it is open for this file alone.
func (f *File) leave() {
	if f.own {
		f.dir.close()
	}
}

// step does one operation unless an earlier one failed.
func (f *File) step(op operation, do func() error) {
	if f.err != nil {
		return
	}
	err := f.dir.hook.before(op, f.path)
	if err == nil {
		err = do()
	}
	if err != nil {
		f.err = explain(string(op), f.path, err)
	}
}

// Abort drops the file. After Commit it does nothing, so it can be deferred.
func (f *File) Abort() {
	if f.done {
		return
	}
	f.done = true
	defer f.leave()
	f.f.Close()
	f.discard()
}

// discard removes the temporary file. If that fails, the next store in the folder
// removes the file.
func (f *File) discard() {
	if f.dir.hook.before(opRemove, f.path) == nil {
		f.dir.root.Remove(f.temporary)
	}
}

// Sum returns the SHA-256 of the bytes written, in hexadecimal.
func (f *File) Sum() string { return hex.EncodeToString(f.sum.Sum(nil)) }

// Size returns the number of bytes written.
func (f *File) Size() int64 { return f.size }

// isTemporary reports whether a file name is the temporary name of a File.
func isTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, temporarySuffix)
}

// explain adds advice for the user to an error of the file system.
func explain(op, path string, err error) error {
	advice := ""
	switch {
	case diskFull(err):
		advice = "; free some space or choose another disk with --out, then resume: finished runs are kept"
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		advice = "; make the folder writable or choose another with --out"
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrExist):
		advice = "; a file stands where a folder is needed: move it away or choose another folder with --out"
	case errors.Is(err, errIsFolder), errors.Is(err, errLink), errors.Is(err, errNoFile):
		advice = "; move it away or choose another folder with --out"
	case errors.Is(err, fs.ErrNotExist):
		advice = "; check the path given with --out"
	}
	var at *fs.PathError
	if errors.As(err, &at) && (errors.Is(err, errLink) || errors.Is(err, errNoFile)) {
		path = at.Path // It may be one of the folders that lead to the path.
	}
	return errorf("record: cannot %s %s: %w%s", op, path, cause(err), advice)
}

// cause strips the path from an error of the file system. The path is often the
// temporary name, which would confuse a user beside the name of the target.
func cause(err error) error {
	var inner *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &inner):
		return inner.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
