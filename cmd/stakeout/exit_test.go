package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/market/ledger"
)

func TestExitCode(t *testing.T) {
	_, noFolder := record.Open(t.TempDir(), record.Manifest{Experiment: "no/name"})
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, exitFine},
		{usagef("what"), exitUsage},
		{fmt.Errorf("outer: %w", param.Problem{Path: "a"}), exitInput},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, exitFiles},
		{fmt.Errorf("merge: %w", noFolder), exitFiles},
		{errors.Join(fmt.Errorf("record: %w", ledger.ErrFunds), offTarget("1 problem")), exitInvariant},
		{inputError{fmt.Errorf("sbatch: %w", &exec.ExitError{})}, exitInput},
		{fmt.Errorf("after 3: %w", context.Canceled), exitInterrupted},
		{errors.Join(&fs.PathError{Op: "write", Path: "x", Err: fs.ErrClosed}, context.Canceled), exitInterrupted},
		{fmt.Errorf("tick 7: %w", ledger.ErrFunds), exitInvariant},
		{offTarget("not passed: facts"), exitInvariant},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("exitCode(%v) = %d, want %d", c.err, got, c.want)
		}
	}
}

// A folder that another run holds is a matter of files, not of the model.
func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	schema := record.Schema{Name: "runs",
		Columns: []record.Column{{Name: "x", Type: record.Int, Unit: "1", Doc: "A number for the test."}}}
	store, err := record.Open(dir,
		record.Manifest{Experiment: "dos-short", Program: record.Program{Version: "test"}},
		record.Table{Schema: schema, Formats: record.CSV})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(record.Partial, "the test is over")
	var out, errs bytes.Buffer
	args := []string{"stakeout", "run", "dos-short", "--reps", "1", "--out", dir}
	code := newProgram(&out, &errs).main(context.Background(), args)
	if code != exitFiles || !strings.Contains(errs.String(), "in use") {
		t.Errorf("exit code %d, want %d: %s", code, exitFiles, errs.String())
	}
}

// verify warns that a repetition may differ when other code has made the folder.
func TestVerifyTellsOtherCode(t *testing.T) {
	dir := t.TempDir()
	other := record.Program{Version: version, Code: "0123456789abcdef"}
	store, err := record.Open(dir, record.Manifest{Experiment: "tables", Program: other})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(record.Complete, ""); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	args := []string{"stakeout", "verify", filepath.Join(dir, "tables")}
	code := newProgram(&out, &errs).main(context.Background(), args)
	want := "made by version " + version + " (code 0123456789ab), and this is " + identity().Signature()
	if code != exitFine || !strings.Contains(out.String(), want) {
		t.Errorf("exit code %d: %s%s", code, out.String(), errs.String())
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text          string
		width, indent int
		want          string
	}{
		{"one two three", 7, 0, "one two\nthree"},
		{"one two three", 9, 2, "one two\n  three"},
		{"incomprehensible x", 5, 0, "incomprehensible\nx"},
		{"", 5, 0, ""},
	} {
		if got := wrap(c.text, c.width, c.indent); got != c.want {
			t.Errorf("wrap(%q, %d, %d) = %q, want %q", c.text, c.width, c.indent, got, c.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	for in, want := range map[string]string{"world.a=1,2": "world.a=1,2", "a b": "'a b'", "it's": `'it'\''s'`, "": "''"} {
		if got := quoted(in); got != want {
			t.Errorf("quoted(%q) = %s, want %s", in, got, want)
		}
	}
}
