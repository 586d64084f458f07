package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// stdout is standard output. All verbs print through it. After a write that failed it takes nothing more and stops the
// work, because nobody would see what comes of it; main then reports the failure whatever the verb made of it.
type stdout struct {
	mu   sync.Mutex
	w    io.Writer
	err  error  // the first failure
	stop func() // called at the first failure, or nil
}

// newStdout takes writes for w. One that was closed before the program began fails at the first of them.
func newStdout(w io.Writer) *stdout {
	o := &stdout{w: w}
	if f, is := w.(*os.File); is && closedAtStart(f) {
		o.w = closedFile{}
	}
	return o
}

func (o *stdout) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(b)
	if err != nil {
		o.err = outputError{err}
		if o.stop != nil {
			o.stop()
		}
		return n, o.err
	}
	return n, nil
}

// failure is the first failure, or nil.
func (o *stdout) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// closedFile stands for a standard output that the caller closed.
type closedFile struct{}

func (closedFile) Write([]byte) (int, error) { return 0, errClosed }

var errClosed = errors.New("it is closed, or the null device opened for reading as well, which looks the same here")

// outputError is a failure to write to standard output: full, closed, a pipe without a reader, too long.
type outputError struct{ cause error }

func (e outputError) Unwrap() error { return e.cause }
func (e outputError) exitCode() int { return exitFiles }

func (e outputError) Error() string {
	cause := e.cause
	var inner *fs.PathError
	if errors.As(cause, &inner) {
		cause = inner.Err
	}
	text := "cannot write to standard output: " + cause.Error()
	if errors.Is(cause, syscall.ENOSPC) {
		text += "; send it to a disk with more space"
	}
	return text
}
