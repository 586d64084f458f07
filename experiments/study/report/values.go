package report

import (
	"encoding/binary"
	"math"
	"os"
	"runtime"
)

// blockRows is how many replications of a cell stay in memory.
const blockRows = 4096

// values are the numbers of a cell, column by column. All but the last
// replications lie in a temporary file, block after block, so that a cell of any
// size takes the same memory. Where no such file can be written they stay in memory.
type values struct {
	columns [][]float64 // of the block that is being filled
	spilled int         // replications in the file
	file    *os.File
	keep    bool // all further numbers in memory
}

// n is the number of replications.
func (v *values) n() int { return v.spilled + len(v.columns[0]) }

// add takes a replication.
func (v *values) add(row []float64) error {
	for i, x := range row {
		v.columns[i] = append(v.columns[i], x)
	}
	if len(v.columns[0]) >= blockRows && !v.keep {
		v.keep = v.spill() != nil
	}
	return nil
}

// reset forgets all numbers.
func (v *values) reset() {
	for i := range v.columns {
		v.columns[i] = v.columns[i][:0]
	}
	v.spilled = 0
}

// spill moves a full block to the file.
func (v *values) spill() error {
	if v.file == nil {
		f, err := os.CreateTemp("", "stakeout-values-")
		if err != nil {
			return err
		}
		v.file = f
		// A nameless file is gone with the process. Windows does not take the
		// name of an open file, so it goes when the numbers go.
		if os.Remove(f.Name()) != nil {
			runtime.AddCleanup(v, dispose, f)
		}
	}
	var text []byte
	for i, c := range v.columns {
		text = text[:0]
		for _, x := range c {
			text = binary.LittleEndian.AppendUint64(text, math.Float64bits(x))
		}
		at := int64(v.spilled/blockRows*len(v.columns)+i) * int64(len(text))
		if _, err := v.file.WriteAt(text, at); err != nil {
			return err
		}
	}
	for i, c := range v.columns {
		v.columns[i] = c[:0]
	}
	v.spilled += blockRows
	return nil
}

// column returns all numbers of a column.
func (v *values) column(i int) ([]float64, error) {
	if v.spilled == 0 {
		return v.columns[i], nil
	}
	out, text := make([]float64, 0, v.n()), make([]byte, 8*blockRows)
	for block := range v.spilled / blockRows {
		if _, err := v.file.ReadAt(text, int64(block*len(v.columns)+i)*int64(len(text))); err != nil {
			return nil, err
		}
		for k := 0; k < len(text); k += 8 {
			out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(text[k:])))
		}
	}
	return append(out, v.columns[i]...), nil
}

// dispose removes a temporary file, which is nobody's loss if it fails.
func dispose(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}
