// Package prices reads recorded prices for the estimators of package facts: the
// series of a results folder, or a CSV file from elsewhere, gzipped or not.
//
// A file has a line of column names, a column of times and one of prices, and
// may have volumes, spreads and depths. Times are RFC 3339, dates, or numbers:
// seconds, or milli-, micro- or nanoseconds where they are too large for those.
// A column called day or days counts days. Everything that is wrong with a file
// is a problem with its line and column; problems are collected up to a limit,
// since a file with one usually has more. What only limits the estimates, such
// as missing values, is a note.
//
// Assumption: the worlds of one replication share what drives them, also across
// the cells of an experiment; replications are independent of each other.
// Assumption: a volume is what was traded since the row before, a spread is in
// basis points, and a depth is in units of the volume.
//
// Sources: CSV is RFC 4180, with semicolons or tabs where the line of names has
// those; times are RFC 3339.
package prices

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
)

// Options choose what to read.
type Options struct {
	Column string // of prices; empty finds it by name
	World  string // of a results folder; empty takes all
}

// Source is what was read.
type Source struct {
	Paths  []facts.Path
	Supply float64  // all there is of what is traded, 0 when unknown
	Notes  []string // what limits the estimates, in sentences
	Most   int      // returns that may be made of them, 0 for any number
}

// Read reads a results folder or a file. It fails with a *notation.Error for what the
// user can mend in it, and with the error of the file system.
func Read(name string, o Options) (*Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return readFolder(name, o)
	}
	if o.World != "" {
		return nil, whole(name, "a file has no worlds; --world is for results folders")
	}
	return readFile(name, o)
}

// whole is an error of the source as a whole.
func whole(file, format string, args ...any) error {
	return &notation.Error{Problems: []notation.Problem{notation.ProblemAt(file, 0, 0, fmt.Sprintf(format, args...))}}
}

// noColumn says which column does not exist and which one may have been meant.
func noColumn(name string, valid []string) string {
	text := fmt.Sprintf("there is no column %q", name)
	if near := param.Nearest(name, valid); near != "" {
		text += "; " + param.DidYouMean(near)
	}
	return text + " (columns: " + some(valid) + ")"
}

// some lists the first names of many.
func some(names []string) string {
	const most = 20
	shown := slices.Clone(names[:min(len(names), most)])
	for i, n := range shown {
		if r := []rune(n); len(r) > 60 {
			shown[i] = string(r[:60]) + "…"
		}
	}
	if len(names) > most {
		shown = append(shown, fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(shown, ", ")
}

// errEmpty is a source without a row.
var errEmpty = errors.New("there are no rows below the column names")
