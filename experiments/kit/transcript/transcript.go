// Package transcript compares what a test got with what stands on file, and
// replays the transcripts of tests: small worlds written down as commands with
// the reactions that they got, in testdata/*.txt. They are read as the
// specification of a module. The flag -update rewrites the files after a change
// that is meant. Only tests import it.
package transcript

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// Golden fails unless a file holds what a test got.
func Golden(t *testing.T, file, got string) {
	t.Helper()
	want, err := os.ReadFile(file)
	switch {
	case err == nil && got == string(want):
	case *update:
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	case err != nil:
		t.Fatal(err)
	default:
		t.Errorf("%s differs (-want +got), run with -update when the change is meant:\n%s", file, cmp.Diff(string(want), got))
	}
}

// Files compares every transcript with what again makes of its text. There must
// be at least so many.
func Files(t *testing.T, least int, again func(t *testing.T, text string) string) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < least {
		t.Fatalf("%d transcripts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			Golden(t, file, again(t, string(text)))
		})
	}
}

// Replay writes a text to out without its reactions, which are the lines that
// begin with "=", and calls run after every line that is a command: not empty
// and not a remark that begins with "#". What run writes to out are the
// reactions as they are now.
func Replay(text string, out *strings.Builder, run func(verb string, args []string)) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "=") {
			continue
		}
		out.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			run(words[0], words[1:])
		}
	}
}
