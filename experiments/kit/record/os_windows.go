package record

import (
	"errors"
	"os"
	"syscall"
)

// Error codes of Windows that package syscall does not name.
const (
	sharingViolation syscall.Errno = 32
	handleDiskFull   syscall.Errno = 39
	errorDiskFull    syscall.Errno = 112
)

// openLocked opens the file so that other processes can read it but not write it.
func openLocked(d *folder) (*os.File, error) {
	if err := d.plain(lockName); err != nil {
		return nil, err
	}
	path := d.full(lockName)
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE,
		syscall.FILE_SHARE_READ, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// unlock releases the lock file and then removes it, because Windows cannot remove
// an open file. It also refuses to remove a file that another process has opened
// meanwhile.
func unlock(d *folder, f *os.File) {
	f.Close()
	d.root.Remove(lockName)
}

// hold does nothing: nobody removes temporary files beside a folder of results here.
func hold(*os.File) bool { return true }

// abandoned reports nothing, since a lock here would have to be taken when the file is opened.
func abandoned(*os.File) bool { return false }

// sync does nothing: Windows cannot sync a folder.
func (d *folder) sync(string) error { return nil }

// diskFull reports whether the disk is full.
func diskFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, handleDiskFull)
}
