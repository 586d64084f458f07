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

// memory keeps on disk what experiments gave, replication by replication, so that an
// interrupted trial of claims goes on where it was. Without a folder it keeps nothing.
//
// A file is one experiment of one program under the eyes of certain
// measures: a checksum of the rest, and a row of values for each measure.
type memory struct {
	dir string
	by  record.Program
}

func (m memory) path(t *experiment) string {
	var names []string
	for _, of := range t.of {
		names = append(names, of.Name)
	}
	return filepath.Join(m.dir, t.spec.Key(m.by.Version+m.by.Code)+"-"+sum([]byte(strings.Join(names, "\n")))[:8]+".csv")
}

// keep stores what a trial has given so far.
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

// recall gives a trial the values that are stored, if there are any of all its
// measures in a whole file, and returns the number of replications.
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
