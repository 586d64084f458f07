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
func openLocked(path string) (*os.File, error) {
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
func unlock(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}

// syncFolder does nothing: Windows cannot sync a folder.
func syncFolder(string) error { return nil }

// diskFull reports whether the disk is full.
func diskFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, handleDiskFull)
}
