//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package record

import (
	"errors"
	"os"
	"syscall"
)

// openLocked opens the lock file of a folder and takes its lock without waiting.
func openLocked(d *folder) (*os.File, error) {
	if err := d.plain(lockName); err != nil {
		return nil, err
	}
	f, err := d.root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errLocked
	}
	return nil, err
}

// unlock removes the lock file while it is still held, then releases it.
func unlock(d *folder, f *os.File) {
	d.root.Remove(lockName)
	f.Close()
}

// hold locks a temporary file while this process writes it. It is false only when
// another process has the lock.
func hold(f *os.File) bool {
	return !errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// abandoned reports whether no process holds a temporary file.
func abandoned(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// sync makes sure that the names in a folder survive a power cut.
func (d *folder) sync(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// diskFull reports whether the disk or the quota of the user is full.
func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
