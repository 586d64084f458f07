//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// failWrites lets a write to a pipe without a reader, and one beyond the limit of the size of a file, fail. Go would
// end the program by the signals, and for the second one would print a stack trace.
func failWrites() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGXFSZ)
}

// closedAtStart reports whether the caller had closed the file. Go then opens the null device in its place, for
// reading and writing. A shell that is told to use the device opens it for writing only. Few callers open it as Go
// does, Python's DEVNULL among them, and nothing tells those apart; an output that is lost without a word is worse
// than one that is refused. Where standard error is such a device as well, both were given on purpose.
func closedAtStart(f *os.File) bool {
	return replaced(f) && !replaced(os.Stderr)
}

func replaced(f *os.File) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	if err != nil || !os.SameFile(null, info) {
		return false
	}
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR && flags&unix.O_APPEND == 0
}
