package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
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
	path string
	f    *os.File
	hook hook
	sum  hash.Hash
	size int64
	err  error // the first failure, after which Commit fails
	done bool
}

// temporarySuffix ends the names of temporary files, .<base>.<pid>-<n>.tmp.
const temporarySuffix = ".tmp"

// Create starts a file that will replace path. It creates the folder if necessary.
// Its errors name the path and say what the user can do.
func Create(path string) (*File, error) { return create(path, nil) }

// WriteFile replaces the file at path by a text. As with Create, the file is never
// incomplete.
func WriteFile(path string, text []byte) error { return replace(path, text, nil) }

func replace(path string, text []byte, h hook) error {
	f, err := create(path, h)
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
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, explain("write", path, errIsFolder)
	}
	if err := makeFolder(filepath.Dir(path), h); err != nil {
		return nil, err
	}
	if err := h.before(opCreate, path); err != nil {
		return nil, explain("create", path, err)
	}
	for n := 0; ; n++ {
		name := fmt.Sprintf(".%s.%d-%d%s", filepath.Base(path), os.Getpid(), n, temporarySuffix)
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			return &File{path: path, f: f, hook: h, sum: sha256.New()}, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, explain("create", path, err)
		}
	}
}

// makeFolder creates a folder with its parents.
func makeFolder(dir string, h hook) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	err := h.before(opCreate, dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err != nil {
		return explain("create folder", dir, err)
	}
	return nil
}

// Write appends to the file. After a failure every later Write and Commit
// returns that failure.
func (f *File) Write(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if err := f.hook.before(opWrite, f.path); err != nil {
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
	temporary := f.f.Name()
	f.step(opSync, f.f.Sync)
	f.done = true
	if err := f.f.Close(); err != nil && f.err == nil {
		f.err = explain("close", f.path, err)
	}
	f.step(opRename, func() error { return os.Rename(temporary, f.path) })
	if f.err != nil {
		f.discard(temporary)
		return f.err
	}
	f.step(opSyncDir, func() error { return syncFolder(filepath.Dir(f.path)) })
	return f.err
}

// step does one operation unless an earlier one failed.
func (f *File) step(op operation, do func() error) {
	if f.err != nil {
		return
	}
	err := f.hook.before(op, f.path)
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
	f.f.Close()
	f.discard(f.f.Name())
}

// discard removes the temporary file. If that fails, the next store in the folder
// removes the file.
func (f *File) discard(temporary string) {
	if f.hook.before(opRemove, f.path) == nil {
		os.Remove(temporary)
	}
}

// Sum returns the SHA-256 of the bytes written, in hexadecimal.
func (f *File) Sum() string { return hex.EncodeToString(f.sum.Sum(nil)) }

// Size returns the number of bytes written.
func (f *File) Size() int64 { return f.size }

// remove deletes a file. A missing file is no error.
func remove(path string, h hook) error {
	err := h.before(opRemove, path)
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain("remove", path, err)
	}
	return nil
}

// isTemporary reports whether a file name is the temporary name of a File.
func isTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, temporarySuffix)
}

var errIsFolder = errors.New("a folder stands under that name")

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
	case errors.Is(err, errIsFolder):
		advice = "; move it away or choose another folder with --out"
	case errors.Is(err, fs.ErrNotExist):
		advice = "; check the path given with --out"
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
