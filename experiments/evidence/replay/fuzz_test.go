package replay

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakeout/experiments/kit/notation"
)

// fuzzed replays any content, with the rebuilt book written, and holds that the only error is one about the content.
func fuzzed(t *testing.T, o Options, content []byte) {
	o.Messages, o.Stdin = StandardInput, bytes.NewReader(content)
	o.Rebuilt, o.Levels = filepath.Join(t.TempDir(), "rows"), 3
	s, err := Run(t.Context(), o)
	var bad *notation.Error
	switch {
	case err == nil:
		for _, table := range s.Tables() {
			if err := table.Validate(); err != nil {
				t.Error(err)
			}
		}
	case !errors.As(err, &bad):
		t.Fatal(err)
	case len(bad.Problems) == 0 || strings.Contains(err.Error(), "%!"):
		t.Errorf("%q", err)
	}
}

func FuzzITCH(f *testing.F) {
	f.Add(itchOf(newSession(1, 40).happenings(50)), "")
	f.Add(itchOf(newSession(2, 40).happenings(5)), "STAKE")
	f.Fuzz(func(t *testing.T, content []byte, symbol string) {
		fuzzed(t, Options{Format: "itch", Symbol: symbol}, content)
	})
}

func FuzzMBO(f *testing.F) {
	list := entriesOf(newSession(1, 40).happenings(50))
	f.Add(csvOf(list, false), "")
	f.Add(csvOf(list, true), "42")
	f.Fuzz(func(t *testing.T, content []byte, symbol string) {
		fuzzed(t, Options{Format: "mbo", Symbol: symbol}, content)
	})
}

func FuzzDBN(f *testing.F) {
	list := entriesOf(newSession(1, 40).happenings(50))
	f.Add(dbnOf(list, 1), "")
	f.Add(dbnOf(list[:5], 3), "42")
	f.Fuzz(func(t *testing.T, content []byte, symbol string) {
		fuzzed(t, Options{Format: "dbn", Symbol: symbol}, content)
	})
}

// FuzzAnyContent lets the content decide the format and the compression.
func FuzzAnyContent(f *testing.F) {
	feed, _ := os.ReadFile("testdata/feed.jsonl")
	list := newSession(1, 40).happenings(20)
	for _, pack := range []string{"plain", "zstd", "xz"} {
		f.Add(packings[pack](f, feed))
		for _, content := range ofAll(list) {
			f.Add(packings[pack](f, content))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 1<<16 {
			t.Skip("a bomb takes longer than the search has")
		}
		fuzzed(t, Options{}, content)
	})
}
