package limit

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, c := range []struct {
		text string
		line int // of the error, 0 for none
	}{{"", 0}, {"a\nb", 0}, {"1234", 0}, {"12345", 1}, {"1\n\n34", 3}, {"\n\n\n\n\n", 5}} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := ReadFile(path, 4)
		var over *Error
		switch {
		case c.line == 0 && (err != nil || string(b) != c.text):
			t.Errorf("%q: %q, %v", c.text, b, err)
		case c.line > 0 && (!errors.As(err, &over) || over.Line != c.line || over.File != path):
			t.Errorf("%q: %v, want line %d", c.text, err, c.line)
		}
	}
	if _, err := ReadFile(t.TempDir(), 4); err == nil || !strings.Contains(err.Error(), "is a folder; expected a file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadFile(path+"x", 4); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// What is within the limits passes unchanged, however the reader below cuts it.
func TestReaderPasses(t *testing.T) {
	const text = "one\ntwo\n\nthree"
	for name, in := range map[string]io.Reader{"whole": strings.NewReader(text),
		"bytes": iotest.OneByteReader(strings.NewReader(text)), "halves": iotest.HalfReader(strings.NewReader(text))} {
		if b, err := io.ReadAll(NewReader(in, "f", len(text), len(text))); err != nil || string(b) != text {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

func TestReaderRefuses(t *testing.T) {
	for _, c := range []struct {
		most, row int
		want      string
	}{
		{9, 100, "f:4: the file goes on after 9 bytes, the most that is read of it"},
		{100, 5, "f:2: the row goes on after 5 bytes, the most that a row may have"},
		{4, 4, "f:2: the file goes on after 4 bytes, the most that is read of it"},
	} {
		r := NewReader(iotest.OneByteReader(strings.NewReader("one\ntwo\n\nthree")), "f", c.most, c.row)
		_, err := io.ReadAll(r)
		if err == nil || err.Error() != c.want {
			t.Errorf("%d and %d: %v, want %s", c.most, c.row, err, c.want)
		}
		if _, again := r.Read(make([]byte, 1)); again != err {
			t.Errorf("reading on after the limit: %v", again)
		}
	}
	r := NewReader(strings.NewReader("12345678"), "f", 100, 4)
	for range 2 {
		r.Next()
		if n, err := io.ReadFull(r, make([]byte, 4)); n != 4 || err != nil {
			t.Errorf("a row of four: %d, %v", n, err)
		}
	}
}

func TestJSON(t *testing.T) {
	const text = "[1,\n{\"a\":[2,\n3]}]"
	if err := JSON("f", []byte(text), 5); err != nil {
		t.Error(err)
	}
	if err := JSON("f", []byte(text), 4); err == nil || !strings.HasPrefix(err.Error(), "f:2: the file holds more than") {
		t.Errorf("%v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add("a\nb\n", 3, 2, uint8(1))
	f.Add("\n\n\n", 2, 9, uint8(4))
	f.Fuzz(func(t *testing.T, text string, most, row int, every uint8) {
		if most < 0 || row < 0 || most > 1<<20 || row > 1<<20 {
			return
		}
		r, got := NewReader(strings.NewReader(text), "f", most, row), 0
		for step := 0; ; step++ {
			if every > 0 && step%int(every) == 0 {
				r.Next()
			}
			n, err := r.Read(make([]byte, 3))
			got += n
			var over *Error
			if errors.As(err, &over) && (over.Line < 1 || over.Line > 1+strings.Count(text, "\n")) {
				t.Fatalf("line %d of %q", over.Line, text)
			}
			if err != nil || step > len(text)+2 {
				break
			}
		}
		if got > most || got > len(text) {
			t.Errorf("%d bytes of %q, at most %d", got, text, most)
		}
	})
}
