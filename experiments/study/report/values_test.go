package report

import (
	"os"
	"runtime"
	"slices"
	"testing"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
)

// Numbers come back as they went in, before and after they went to disk, and a
// second cell finds nothing of the first.
func TestValuesComeBack(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	v := &values{columns: make([][]float64, 3)}
	for _, n := range []int{1, blockRows - 1, blockRows, 2*blockRows + 5, 7} {
		v.reset()
		for i := range n {
			if err := v.add([]float64{float64(i), -float64(i), float64(n)}); err != nil {
				t.Fatal(err)
			}
		}
		for k := range 3 {
			got, err := v.column(k)
			if err != nil || len(got) != n || v.n() != n {
				t.Fatalf("column %d of %d rows: %d, %v", k, n, len(got), err)
			}
			for i, x := range got {
				if want := [...]float64{float64(i), -float64(i), float64(n)}[k]; x != want {
					t.Fatalf("row %d of %d, column %d: %g, want %g", i, n, k, x, want)
				}
			}
		}
	}
	if runtime.GOOS == "windows" {
		dispose(v.file)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d files are left (%v)", len(left), err)
	}
	if _, err := v.column(0); err != nil {
		t.Errorf("what is in memory: %v", err)
	}
}

// What cannot be read back is an error of the study and no number.
func TestLostValuesAreAnError(t *testing.T) {
	schema, one := rows([]float64{1}, []float64{2})
	s, err := NewStudy(Meta{}, schema, func(visit func(record.Row) error) error {
		for range 2 * blockRows {
			if err := visit(one[0]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || s.Err() != nil || s.Cells[0].N() != 2*blockRows {
		t.Fatal(err, s.Err())
	}
	s.Cells[0].numbers.file.Close()
	s.Cells[0].Values(column.Advantage)
	if s.Err() == nil {
		t.Error("a file that cannot be read is no error")
	}
}

// A cell of sixteen times the replications keeps no more memory.
func TestMemoryOfACellDoesNotGrow(t *testing.T) {
	schema, one := rows([]float64{1}, []float64{2})
	heap := func(n int) uint64 {
		var m runtime.MemStats
		_, err := NewStudy(Meta{}, schema, func(visit func(record.Row) error) error {
			for range n {
				if err := visit(one[0]); err != nil {
					return err
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&m)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return m.HeapAlloc
	}
	few, many := heap(blockRows+9), heap(16*blockRows+9)
	if many > few+1<<20 {
		t.Errorf("heap of %d bytes after %d replications, %d after %d", few, blockRows, many, 16*blockRows)
	}
}

// A lean study, which re-uses its memory from cell to cell, says the same as one
// that keeps everything.
func TestLeanStudyOfLargeCells(t *testing.T) {
	attack, honest := make([]float64, blockRows+3), make([]float64, blockRows+3)
	for i := range attack {
		attack[i], honest[i] = float64(i%97), float64(i%89)
	}
	schema, all := rows(attack, honest)
	id := slices.IndexFunc(schema.Columns, func(c record.Column) bool { return c.Name == "cell_id" })
	each := func(visit func(record.Row) error) error {
		for cell := range 2 {
			for _, r := range all[:len(all)-cell*blockRows] {
				r[id] = record.TextValue(string(rune('a' + cell)))
				if err := visit(r); err != nil {
					return err
				}
			}
		}
		return nil
	}
	full, err := NewStudy(Meta{}, schema, each)
	if err != nil {
		t.Fatal(err)
	}
	lean, err := NewStudy(Meta{Lean: true}, schema, each)
	if err != nil {
		t.Fatal(err)
	}
	_, wanted := Dataset(full)
	_, got := Dataset(lean)
	a, b := slices.Collect(wanted), slices.Collect(got)
	for i := range a {
		if !slices.Equal(a[i], b[i]) {
			t.Errorf("cell %d differs", i)
		}
	}
}
