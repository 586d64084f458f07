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
	"stakeout/experiments/kit/limit"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/presets"
	"stakeout/experiments/worlds"
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

// coded is an error of this command that knows the exit code it stands for.
type coded interface {
	error
	exitCode() int
}

// inputError is a valid command line that asks for something that does not exist or is not allowed.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }
func (e inputError) exitCode() int { return exitInput }

// asInput makes an error that nothing else explains one of what the user asked for.
func asInput(err error) error {
	if err != nil && exitCode(err) == exitInvariant {
		return inputError{err}
	}
	return err
}

// exitCode sorts an error into one of the exit codes, by the types of the errors in it. An error that comes neither
// from the user nor from the file system is a broken rule of the model.
func exitCode(err error) int {
	var own coded
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &own):
		return own.exitCode()
	case has[*limit.Error](err), has[*notation.Error](err), has[param.Problem](err), has[experiments.PlanError](err),
		errors.Is(err, presets.ErrPreset), errors.Is(err, worlds.ErrWorld):
		return exitInput
	case has[*fs.PathError](err), has[*os.LinkError](err), has[*os.SyscallError](err), has[syscall.Errno](err),
		has[*record.Error](err):
		return exitFiles
	}
	return exitInvariant
}

// has tells whether an error of a type is among the causes of an error.
func has[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// report prints an error for the user, each problem of a file on a separate line, and returns
// the exit code.
func report(w io.Writer, err error) int {
	code := exitCode(err)
	w = visible{w}
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

// visible passes on messages with signs that are not printed as escapes: they repeat what users and files say.
type visible struct{ io.Writer }

func (v visible) Write(b []byte) (int, error) {
	lines := strings.Split(string(b), "\n")
	for i := range lines {
		lines[i] = param.Printable(lines[i])
	}
	_, err := io.WriteString(v.Writer, strings.Join(lines, "\n"))
	return len(b), err
}

// interrupted says how to go on with work that is stored while it runs.
func (p *program) interrupted() {
	fmt.Fprintln(p.out, "Interrupted. The same command again goes on from there.")
	p.next(again(p.command)...)
}
