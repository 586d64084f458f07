package record

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakeout/experiments/kit/limit"
)

// A line that is too long to be a run is dropped like any other damage, and the run behind it is found.
func TestJournalSkipsALongLine(t *testing.T) {
	j := &journal{schemas: []Schema{mixed, narrow}, salt: []byte("salt"), index: newIndex()}
	line, err := j.line("abc", testRun(1).Rows)
	must(t, err)
	long := io.LimitReader(zeros{}, longestRun+1<<20)
	must(t, j.load(io.MultiReader(long, strings.NewReader("\n"), bytes.NewReader(line))))
	p, ok := j.index.left[markOf("abc")]
	if !ok || p.offset != longestRun+1<<20+1 || j.dropped != 1 || j.end != p.offset+int64(len(line)) {
		t.Errorf("place %+v, %d dropped, end %d", p, j.dropped, j.end)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A row that no reader takes is not written either, to a table or to the journal.
func TestRowsHaveALimit(t *testing.T) {
	row := Row{TextValue(strings.Repeat("x", limit.Row))}
	s := Schema{Name: "texts", Columns: []Column{{"a", Text, NoUnit, "A text for the test."}}}
	w, err := NewCSVWriter(io.Discard, s)
	must(t, err)
	if err := w.Write(row); !errors.Is(err, errLongRow) {
		t.Errorf("written to a table: %v", err)
	}
	j := &journal{schemas: []Schema{s}, salt: []byte("salt"), index: newIndex()}
	if _, err := j.line("abc", map[string][]Row{"texts": {row}}); !errors.Is(err, errLongRow) {
		t.Errorf("written to the journal: %v", err)
	}
	for name, text := range map[string]string{"a long text": strings.Repeat("x", limit.Row+1),
		"an open quote": `"` + strings.Repeat("\n", limit.Row+1)} {
		if _, err := readCSV([]byte("a\r\n"+text), s); !errors.Is(err, errLongRow) {
			t.Errorf("%s was read: %v", name, err)
		}
	}
	if rows, err := readCSV([]byte("\ufeffa\r\nb\r\n"), s); err != nil || len(rows) != 1 {
		t.Errorf("with a byte-order mark: %v, %v", rows, err)
	}
}

// Files that say what a folder holds are read up to a limit and not beyond.
func FuzzReadSchemas(f *testing.F) {
	f.Add([]byte(`{"files":[{"file":"a.csv","table":"a","columns":[` +
		`{"name":"x","type":"int","unit":"1","description":"A number."}]}]}`))
	f.Add([]byte(`{"files":[{}]}`))
	f.Add([]byte("[[[["))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, schemaName), text, 0o600))
		must(t, os.WriteFile(filepath.Join(dir, recipeName), text, 0o600))
		schemas, err := ReadSchemas(dir)
		for name, s := range schemas {
			if err != nil || s.Check() != nil || !strings.HasPrefix(name, s.Name+".") {
				t.Errorf("%q gives %s: %+v, %v", text, name, s, err)
			}
		}
		if b, err := ReadRecipe(dir); err != nil || len(b) > len(text) {
			t.Errorf("the recipe %q reads as %q, %v", text, b, err)
		}
		_, _ = ReadManifest(dir)
	})
}
