package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"stakeout/experiments/kit/limit"
)

// folder is an open folder. Names below it are relative and use slashes. No symbolic
// link below it is followed, because the folder may come from somebody else: a link
// under the name of a file of ours would make us overwrite or show a file elsewhere.
// os.Root keeps every operation inside even when a link appears at the last moment.
type folder struct {
	path string // for messages
	root *os.Root
	hook hook
}

// openFolder opens a folder that exists. Links in its own path are followed, because
// the user names it.
func openFolder(path string, h hook) (*folder, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &folder{path, root, h}, nil
}

// makeFolder opens a folder and creates it with its parents if necessary.
func makeFolder(path string, h hook) (*folder, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		err := h.before(opCreate, path)
		if err == nil {
			err = os.MkdirAll(path, 0o777)
		}
		if err != nil {
			return nil, explain("create folder", path, err)
		}
	}
	d, err := openFolder(path, h)
	if err != nil {
		return nil, explain("open folder", path, err)
	}
	return d, nil
}

// below opens a folder in this one and creates it if necessary.
func (d *folder) below(name string) (*folder, error) {
	if err := d.mkdir(name); err != nil {
		return nil, err
	}
	root, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, explain("open folder", d.full(name), err)
	}
	return &folder{d.full(name), root, d.hook}, nil
}

func (d *folder) close() { d.root.Close() }

// full is the path of a name, for messages.
func (d *folder) full(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }

// The reasons to leave a name alone.
var (
	errIsFolder = errors.New("a folder stands under that name")
	errOutside  = errors.New("the name leads out of the folder")
	errLink     = errors.New("it is a symbolic link, and none is followed here")
	errNoFile   = errors.New("it is a device, a pipe or a socket and no file")
)

// plain returns an error that names the place where a name leads out of the folder,
// through a symbolic link, or to something that is neither a file nor a folder. A name
// that does not exist is plain.
func (d *folder) plain(name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return d.refuse(name, errOutside)
	}
	name = filepath.ToSlash(filepath.FromSlash(name))
	for end := 0; end < len(name); {
		next := strings.IndexByte(name[end+1:], '/')
		if end += 1 + next; next < 0 {
			end = len(name)
		}
		info, err := d.root.Lstat(name[:end])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return d.refuse(name[:end], cause(err))
		case info.Mode()&fs.ModeSymlink != 0:
			return d.refuse(name[:end], errLink)
		case !info.Mode().IsRegular() && !info.IsDir():
			return d.refuse(name[:end], errNoFile)
		}
	}
	return nil
}

func (d *folder) refuse(name string, why error) error {
	return &fs.PathError{Op: "use", Path: d.full(name), Err: why}
}

// mkdir creates a folder with its parents unless it is there.
func (d *folder) mkdir(name string) error {
	if err := d.plain(name); err != nil {
		return explain("create folder", d.full(name), err)
	}
	if info, err := d.root.Lstat(name); err == nil && info.IsDir() {
		return nil
	}
	err := d.hook.before(opCreate, d.full(name))
	if err == nil {
		err = d.root.MkdirAll(name, 0o777)
	}
	if err != nil {
		return explain("create folder", d.full(name), err)
	}
	return nil
}

// open opens a file for reading.
func (d *folder) open(name string) (*os.File, error) {
	if err := d.plain(name); err != nil {
		return nil, err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: d.full(name), Err: cause(err)}
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, d.refuse(name, errIsFolder)
	}
	return f, nil
}

// read returns the bytes of a file of at most most bytes.
func (d *folder) read(name string, most int) ([]byte, error) {
	f, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return limit.ReadAll(f, d.full(name), most)
}

// remove deletes a file. A missing file is no error.
func (d *folder) remove(name string) error {
	err := d.plain(name)
	if err == nil {
		err = d.hook.before(opRemove, d.full(name))
	}
	if err == nil {
		err = d.root.Remove(name)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explain("remove", d.full(name), err)
	}
	return nil
}

// create starts a file in the folder and creates the folders that lead to it.
func (d *folder) create(name string) (*File, error) {
	full := d.full(name)
	if err := d.plain(name); err != nil {
		return nil, explain("write", full, err)
	}
	if info, err := d.root.Lstat(name); err == nil && info.IsDir() {
		return nil, explain("write", full, errIsFolder)
	}
	if err := d.mkdir(path.Dir(name)); err != nil {
		return nil, err
	}
	if err := d.hook.before(opCreate, full); err != nil {
		return nil, explain("create", full, err)
	}
	for n := 0; ; n++ {
		temporary := temporaryName(name, fmt.Sprintf("%d-%d", os.Getpid(), n))
		f, err := d.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case errors.Is(err, fs.ErrExist):
		case err != nil:
			return nil, explain("create", full, err)
		case hold(f) && d.names(temporary, f):
			return newFile(d, name, temporary, f), nil
		default: // Another process took it for the file of a dead one.
			f.Close()
		}
	}
}

// names reports whether a name is still that of the open file.
func (d *folder) names(name string, f *os.File) bool {
	named, err := d.root.Lstat(name)
	if err != nil {
		return false
	}
	open, err := f.Stat()
	return err == nil && os.SameFile(named, open)
}

// replace replaces a file by a text.
func (d *folder) replace(name string, text []byte) error {
	f, err := d.create(name)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Commit()
}

// tidy removes the temporary files of a name that dead processes have left. A process
// that lives holds its own.
func (d *folder) tidy(name string) {
	entries, err := fs.ReadDir(d.root.FS(), path.Dir(name))
	if err != nil {
		return // What cannot be listed will fail to be written, with a reason.
	}
	before, after, _ := strings.Cut(path.Base(temporaryName(name, "\x00")), "\x00")
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), before) || !strings.HasSuffix(e.Name(), after) {
			continue
		}
		left := path.Join(path.Dir(name), e.Name())
		f, err := d.root.OpenFile(left, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if abandoned(f) && d.hook.before(opRemove, d.full(left)) == nil {
			d.root.Remove(left)
		}
		f.Close()
	}
}

// ReadFile reads a file of at most most bytes of a results folder by its name in it, with slashes. Like every
// reader and writer of this package it refuses a name that leads out of the folder or
// through a symbolic link.
func ReadFile(dir, name string, most int) ([]byte, error) {
	d, err := openFolder(dir, nil)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: filepath.Join(dir, filepath.FromSlash(name)), Err: cause(err)}
	}
	defer d.close()
	return d.read(name, most)
}

// Plain fails when a name in a folder leads through a symbolic link. A folder that does
// not exist holds none.
func Plain(dir, name string) error {
	d, err := openFolder(dir, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain("open folder", dir, err)
	}
	defer d.close()
	if err := d.plain(name); err != nil {
		return explain("use", d.full(name), err)
	}
	return nil
}
