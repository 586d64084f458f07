// Package transcript compares the results of tests with golden files.
//
// A transcript is a golden file in testdata/*.txt that lists commands on a small
// world and the reactions to them. It serves as a readable specification of a
// module, and tests replay it. The flag -update rewrites the golden files after an
// intended change. Only tests import this package.
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

// Golden fails the test unless the file holds the text got. With -update it writes
// got to the file instead.
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
		t.Errorf("%s differs (-want +got), run with -update if the change is intended:\n%s", file,
			cmp.Diff(string(want), got))
	}
}

// Files passes the text of every transcript to again, which returns the text with
// the present reactions, and compares the two. It fails when there are fewer than
// least transcripts, so that a missing file does not go unnoticed.
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

// Replay runs the commands of a transcript again. It copies the text to out
// without the old reactions, which are the lines that begin with "=". After each
// command it calls run, which writes the new reactions to out. Empty lines, and
// remarks, whose first word is "#", are no commands.
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
