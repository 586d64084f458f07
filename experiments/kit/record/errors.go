package record

import "fmt"

// Error is a fault of a results folder, of a file in it, or of what was to be stored: a folder that another process
// uses, a damaged table, a disk that is full. A caller tells it by its type from a fault of the model. What the file
// system says is wrapped in it.
type Error struct{ err error }

func (e *Error) Error() string { return e.err.Error() }

// Unwrap returns the error with its causes.
func (e *Error) Unwrap() error { return e.err }

// errorf makes an Error as fmt.Errorf makes an error.
func errorf(format string, args ...any) error { return &Error{fmt.Errorf(format, args...)} }
