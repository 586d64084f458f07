// Package transcript replays the transcripts of tests: small worlds written down
// as commands with the reactions that they got, in testdata/*.txt. They are read
// as the specification of a module, and rewritten with the flag -update after a
// change that is meant. Only tests import it.
package transcript

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the transcripts in testdata")

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
			switch got := again(t, string(text)); {
			case got == string(text):
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("%s reads differently now:\n%s", file, got)
			}
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
