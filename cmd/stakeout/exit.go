package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"stakeout/experiments"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/presets"
)

// The exit codes.
const (
	exitFine        = 0
	exitUsage       = 2
	exitInput       = 3
	exitInvariant   = 4
	exitFiles       = 5
	exitInterrupted = 130
)

// inputError is a valid command line that asks for something that is not there
// or not allowed.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// exitCode sorts an error into one of the exit codes. What is neither the
// user's nor the file system's doing is an invariant of the model.
func exitCode(err error) int {
	var (
		usage   usageError
		input   inputError
		invalid *notation.Error
		value   param.Problem
		plan    experiments.PlanError
		path    *fs.PathError
		link    *os.LinkError
		system  *os.SyscallError
		number  syscall.Errno
	)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &input), errors.As(err, &invalid), errors.As(err, &value), errors.As(err, &plan), errors.Is(err, presets.ErrPreset):
		return exitInput
	case errors.As(err, &path), errors.As(err, &link), errors.As(err, &system), errors.As(err, &number),
		strings.HasPrefix(err.Error(), "record: "): // such as a folder that another process has
		return exitFiles
	}
	return exitInvariant
}

// report prints an error for the user, each problem of a preset or of a file
// of data on one line, and returns the exit code.
func report(w io.Writer, err error) int {
	code := exitCode(err)
	var invalid *notation.Error
	var off offTarget
	switch {
	case err == nil:
	case errors.As(err, &invalid):
		fmt.Fprintln(w, invalid)
	case code == exitInterrupted:
		fmt.Fprintln(w, "stakeout: interrupted")
	case errors.As(err, &off):
		fmt.Fprintln(w, "stakeout:", off)
	case code == exitInvariant:
		fmt.Fprintf(w, "stakeout: the model broke one of its own rules, which is a fault of the program: %v\n", err)
	default:
		fmt.Fprintln(w, "stakeout:", err)
	}
	return code
}

// interrupted says how work that is stored as it goes is taken up again.
func (p *program) interrupted() {
	fmt.Fprintln(p.out, "Interrupted. The same command again goes on from there.")
	p.next(again(p.command)...)
}
