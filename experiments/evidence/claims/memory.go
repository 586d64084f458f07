package claims

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"stakeout/experiments/kit/record"
)

// memory stores the values of experiments on disk after each replication, so that an
// interrupted trial of claims continues where it stopped. Without a folder it stores
// nothing.
//
// A file belongs to one experiment, one list of measures and one program. Its first
// line is a checksum of the rest, followed by one row of values for each measure.
type memory struct {
	dir string
	by  record.Program
}

// path names the file of an experiment. Hashes of program, parameters and measures in
// the name keep values apart that must not be mixed.
func (m memory) path(t *experiment) string {
	var names []string
	for _, of := range t.of {
		names = append(names, of.Name)
	}
	return filepath.Join(m.dir, t.spec.Key(m.by.Version+m.by.Code)+"-"+sum([]byte(strings.Join(names, "\n")))[:8]+".csv")
}

// keep stores the values of an experiment so far.
func (m memory) keep(t *experiment) error {
	if m.dir == "" {
		return nil
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, of := range t.of {
		row := []string{of.Name}
		for _, x := range t.values[of.Name] {
			row = append(row, strconv.FormatFloat(x, 'g', -1, 64))
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return record.WriteFile(m.path(t), append([]byte(sum(b.Bytes())+"\n"), b.Bytes()...))
}

// recall loads the stored values of at most most replications, and returns their
// number. It returns 0, so that everything is run, when the file is missing, damaged
// or lacks a measure.
func (m memory) recall(t *experiment, most int) int {
	if m.dir == "" {
		return 0
	}
	text, err := os.ReadFile(m.path(t))
	if err != nil {
		return 0
	}
	head, body, _ := strings.Cut(string(text), "\n")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || head != sum([]byte(body)) {
		return 0
	}
	stored := map[string][]float64{}
	for _, row := range rows {
		stored[row[0]] = []float64{}
		for _, field := range row[1:min(len(row), most+1)] {
			x, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return 0
			}
			stored[row[0]] = append(stored[row[0]], x)
		}
	}
	for _, of := range t.of {
		if stored[of.Name] == nil {
			return 0
		}
	}
	for _, of := range t.of {
		t.values[of.Name] = stored[of.Name]
	}
	return len(stored[t.of[0].Name])
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
