package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/kit/param"
)

// usageError is a command line that cannot be understood.
type usageError string

func (e usageError) Error() string { return string(e) }
func (e usageError) exitCode() int { return exitUsage }

func usagef(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// arrange puts the flags of a command line before its positional arguments,
// because urfave/cli stops reading flags at the first positional one. The first
// positional argument is the verb. Everything after "--" is positional. An
// unknown verb or flag is refused with the nearest valid name.
func arrange(app *cli.App, args []string) ([]string, error) {
	var flags, words []string
	verb := app.Command(firstWord(app, args))
	for i := 0; i < len(args); i++ {
		_, _, is := flagName(args[i])
		switch {
		case args[i] == "--":
			words = append(words, args[i+1:]...)
			i = len(args)
		case !is:
			words = append(words, args[i])
		default:
			taken, used, err := takeFlag(app, verb, args[i:])
			if err != nil {
				return nil, err
			}
			flags, i = append(flags, taken...), i+used-1
		}
	}
	switch {
	case len(words) == 0:
		return flags, nil
	case verb == nil:
		return nil, usagef("there is no command %q%s; `stakeout help` shows them all",
			words[0], hint(words[0], verbNames(app)))
	}
	asked := func(flag string) bool { return slices.Contains([]string{"--help", "-help", "--h", "-h"}, flag) }
	if slices.ContainsFunc(flags, asked) {
		return []string{words[0], "--help"}, nil // urfave/cli would take a further word for a command to help with.
	}
	out := append([]string{words[0]}, flags...)
	return append(append(out, "--"), words[1:]...), nil
}

// takeFlag takes the flag at the start of args with its value. It returns them as urfave/cli reads them, and how many
// arguments they were.
func takeFlag(app *cli.App, verb *cli.Command, args []string) (taken []string, used int, err error) {
	name, joined, _ := flagName(args[0])
	f, err := findFlag(app, verb, name)
	switch {
	case err != nil:
		return nil, 0, err
	case isSwitch(f):
		return args[:1], 1, nil
	case joined:
		before, value, _ := strings.Cut(args[0], "=")
		value, err = plainNumber(f, name, value)
		return []string{before + "=" + value}, 1, err
	case len(args) == 1:
		return nil, 0, usagef("flag --%s needs a value", name)
	}
	value, err := plainNumber(f, name, args[1])
	return []string{args[0], value}, 2, err
}

// plainNumber reads the value of a flag that takes a number by the rule for numbers in presets, since urfave/cli reads
// 010 as eight and refuses 1e3. Other values stay as they are.
func plainNumber(f cli.Flag, name, text string) (string, error) {
	switch f.(type) {
	case *cli.IntFlag:
		n, fault := param.Whole(text, -mostCount, mostCount)
		if fault != nil {
			fault.Expected = "a whole number"
			return "", usagef("--%s: %v", name, fault)
		}
		return strconv.Itoa(n), nil
	case *cli.Float64Flag:
		if !param.IsNumber(text) {
			plain := ""
			if p := param.Plain(text); p != "" {
				plain = "; write " + p
			}
			return "", usagef("--%s: %.60q is not a number%s", name, text, plain)
		}
	}
	return text, nil
}

// mostCount bounds what is counted on a command line.
const mostCount = 1_000_000_000

// firstWord finds the verb: the first argument that is neither a flag nor the
// value of one. Which flags take a value does not depend on the verb.
func firstWord(app *cli.App, args []string) string {
	for i := 0; i < len(args); i++ {
		name, joined, is := flagName(args[i])
		if !is {
			return args[i]
		}
		if joined {
			continue
		}
		for _, c := range app.Commands {
			if f := lookup(c.Flags, name); f != nil && !isSwitch(f) {
				i++
				break
			}
		}
	}
	return ""
}

// flagName splits an argument that is a flag; a lone dash is a word.
func flagName(arg string) (name string, joined, is bool) {
	if len(arg) < 2 || arg[0] != '-' {
		return "", false, false
	}
	name, _, joined = strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name, joined, true
}

func findFlag(app *cli.App, verb *cli.Command, name string) (cli.Flag, error) {
	flags, of := app.Flags, ""
	if verb != nil {
		flags, of = slices.Concat(verb.Flags, app.Flags), " of "+verb.Name
	}
	if f := lookup(flags, name); f != nil {
		return f, nil
	}
	var valid []string
	for _, f := range flags {
		valid = append(valid, f.Names()[0]) // A second name is one letter, which is near to any other.
	}
	near := ""
	if n := cmp.Or(alias(name, valid), param.Nearest(name, valid)); n != "" {
		near = "; did you mean --" + n + "?"
	}
	return nil, usagef("there is no flag --%s%s%s", name, of, near)
}

// alias is the flag that other programs call by a name, if the verb has it.
func alias(name string, valid []string) string {
	called := map[string]string{"n": "reps", "r": "reps", "replications": "reps", "runs": "reps", "j": "workers",
		"jobs": "workers", "threads": "workers", "cores": "workers", "o": "out", "output": "out", "s": "seed"}
	if n := called[strings.ToLower(name)]; slices.Contains(valid, n) {
		return n
	}
	return ""
}

func lookup(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func isSwitch(f cli.Flag) bool {
	_, is := f.(*cli.BoolFlag)
	return is
}

func verbNames(app *cli.App) (names []string) {
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	return names
}

func hint(name string, valid []string) string {
	if near := param.Nearest(name, valid); near != "" {
		return "; " + param.DidYouMean(near)
	}
	return ""
}
