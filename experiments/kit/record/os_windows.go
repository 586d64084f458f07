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

// openLocked opens the file so that others may read it and not write it.
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

// unlock releases the lock file, then removes it: Windows removes no open file
// and refuses if another process has opened it meanwhile.
func unlock(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}

// syncFolder does nothing: Windows cannot sync a folder.
func syncFolder(string) error { return nil }

// diskFull tells whether there is no room left.
func diskFull(err error) bool {
	return errors.Is(err, errorDiskFull) || errors.Is(err, handleDiskFull)
}
