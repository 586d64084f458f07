package main

import (
	"fmt"
	"slices"
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
		name, joined, is := flagName(args[i])
		switch {
		case args[i] == "--":
			words = append(words, args[i+1:]...)
			i = len(args)
		case !is:
			words = append(words, args[i])
		default:
			f, err := findFlag(app, verb, name)
			if err != nil {
				return nil, err
			}
			flags = append(flags, args[i])
			if joined || isSwitch(f) {
				continue
			}
			if i++; i == len(args) {
				return nil, usagef("flag --%s needs a value", name)
			}
			flags = append(flags, args[i])
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
		valid = append(valid, f.Names()...)
	}
	near := ""
	if n := param.Nearest(name, valid); n != "" {
		near = "; did you mean --" + n + "?"
	}
	return nil, usagef("there is no flag --%s%s%s", name, of, near)
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
