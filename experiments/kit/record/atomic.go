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

// A hook stands before each operation on a file that changes it and may fail
// it in the operation's place: tests pull the plug with it. It is nil in use.
type hook func(op operation, path string) error

// operation names what a hook stands before.
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

// File is a file on its way: it is written under a temporary name in the
// folder of its target and gets its own name only by Commit. Until then, and
// for ever after Abort or a crash, whatever stood under that name stays.
type File struct {
	path string
	f    *os.File
	hook hook
	sum  hash.Hash
	size int64
	err  error // the first failure; nothing is committed after it
	done bool
}

// temporary files are named .<base>.<pid>-<n>.tmp.
const temporarySuffix = ".tmp"

// Create starts a file that will replace path, creating its folder if needed.
// Its errors name the path and say what to do.
func Create(path string) (*File, error) { return create(path, nil) }

// WriteFile replaces path by a text in one piece, as Create does.
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

// Commit syncs the file, gives it its name and syncs the folder. If it fails
// the temporary file is gone and the name is as it was, except when only the
// last step failed: then the new file stands there, whole, but a power cut
// may still bring back the old one.
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

// discard removes the temporary file. A failure leaves a hidden file behind,
// which the next store in the folder clears away.
func (f *File) discard(temporary string) {
	if f.hook.before(opRemove, f.path) == nil {
		os.Remove(temporary)
	}
}

// Sum is the SHA-256 of what was written, in hexadecimal; Size its bytes.
func (f *File) Sum() string { return hex.EncodeToString(f.sum.Sum(nil)) }

// Size is the number of bytes written.
func (f *File) Size() int64 { return f.size }

// remove deletes a file; that it is not there is fine.
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

// isTemporary tells whether a file name is that of a file on its way.
func isTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, temporarySuffix)
}

var errIsFolder = errors.New("a folder stands under that name")

// explain adds to an error of the file system what the user can do about it.
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

// cause strips the inner path from an error: for a user the temporary name is
// noise beside that of the target.
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
