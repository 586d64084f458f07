package record

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var remembered = []Column{{Name: "name", Type: Text, Unit: NoUnit, Doc: "A name."},
	{Name: "x", Type: Float, Unit: "USD", Doc: "A number."}}

func memoryIn(t *testing.T, dir string, by Program) *Memory {
	t.Helper()
	m, err := OpenMemory(dir, by, remembered...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A later invocation recalls the last rows under each key, and a torn line loses no
// other line.
func TestMemoryRecalls(t *testing.T) {
	dir, by := t.TempDir(), Program{Version: "1", Code: "c"}
	row := func(name string, x float64) Row { return Row{TextValue(name), FloatValue(x)} }
	m := memoryIn(t, dir, by)
	for _, k := range []struct {
		key  string
		rows []Row
	}{{"a", []Row{row("old", 1)}}, {"b", []Row{row("two", 2), row("three", 3)}}, {"a", []Row{row("new", 4)}}} {
		if err := m.Keep(k.key, k.rows...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenMemory(dir, by, remembered...); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second process gets the folder: %v", err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, journalName)
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append(text, "torn"...), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	m = memoryIn(t, dir, by)
	for key, want := range map[string][]Row{"a": {row("new", 4)}, "b": {row("two", 2), row("three", 3)}, "c": nil} {
		got, ok, err := m.Recall(key)
		if err != nil || ok != (want != nil) ||
			!slices.EqualFunc(got, want, func(a, b Row) bool { return slices.Equal(a, b) }) {
			t.Errorf("%s: %v, %t, %v; want %v", key, got, ok, err, want)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	m = memoryIn(t, dir, Program{Version: "1", Code: "d"})
	defer m.Close()
	if _, ok, err := m.Recall("a"); ok || err != nil {
		t.Errorf("other code is recalled: %t, %v", ok, err)
	}
}

func TestNoMemory(t *testing.T) {
	var m *Memory
	if err := m.Keep("a"); err != nil {
		t.Error(err)
	}
	if _, ok, err := m.Recall("a"); ok || err != nil {
		t.Errorf("%t, %v", ok, err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenMemory(t.TempDir(), Program{}, Column{Name: "no unit", Type: Float}); err == nil {
		t.Error("OpenMemory accepts a faulty column")
	}
}
