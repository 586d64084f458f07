package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArrange(t *testing.T) {
	for _, c := range []struct{ in, want, err string }{
		{"run dos-short --reps 3", "run --reps 3 -- dos-short", ""},
		{"run --reps 3 dos-short", "run --reps 3 -- dos-short", ""},
		{"--reps 3 run dos-short", "run --reps 3 -- dos-short", ""},
		{"run dos-short --set a=1,2 --set b=-1 --json", "run --set a=1,2 --set b=-1 --json -- dos-short", ""},
		{"run dos-short --reps=3", "run --reps=3 -- dos-short", ""},
		{"run --json dos-short", "run --json -- dos-short", ""},
		{"run --seed -1 dos-short", "run --seed -1 -- dos-short", ""},
		{"run -- --odd", "run -- --odd", ""},
		{"run - x", "run -- - x", ""},
		{"list", "list --", ""},
		{"--help", "--help", ""},
		{"", "", ""},
		{"help", "help --", ""},
		{"help run", "help -- run", ""},
		{"list --help extra", "list --help", ""},
		{"run --set a=1 -h", "run --help", ""},
		{"run dos-short --rep 3", "", `there is no flag --rep of run; did you mean --reps?`},
		{"run dos-short --zzzzzzzz", "", `there is no flag --zzzzzzzz of run`},
		{"list --reps 3", "", `there is no flag --reps of list`},
		{"rnu dos-short", "", `there is no command "rnu"; did you mean "run"?`},
		{"run dos-short --reps", "", `flag --reps needs a value`},
	} {
		app := newProgram(io.Discard, io.Discard).app()
		got, err := arrange(app, strings.Fields(c.in))
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)) {
			t.Errorf("%s: error %v, want %q", c.in, err, c.err)
		}
		if diff := cmp.Diff(strings.Join(got, " "), c.want); diff != "" {
			t.Errorf("%s: (-got +want)\n%s", c.in, diff)
		}
	}
}

// Whatever is typed, arranging it neither panics nor loses a word.
func FuzzArrange(f *testing.F) {
	for _, line := range []string{"run dos-short --reps 3", "--workers=1e3 run - -- --x", "check a --days=0x1",
		"list -h x", "sweep --axis a=1 plan b --shards 1_0", "-- --", "run --n 3"} {
		f.Add(line)
	}
	app := newProgram(io.Discard, io.Discard).app()
	f.Fuzz(func(t *testing.T, line string) {
		in := strings.Fields(line)
		got, err := arrange(app, in)
		if err != nil {
			if err.Error() == "" {
				t.Errorf("%q: an error without a word", line)
			}
			return
		}
		help := slices.Contains(got, "--help")
		if len(got) > len(in)+1 || !help && len(got) < len(in)-1 {
			t.Errorf("%q becomes %q", in, got)
		}
	})
}
