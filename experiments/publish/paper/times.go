package paper

import (
	"encoding/json"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"stakeout/experiments/kit/limit"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
)

// TimesName is the file with the wall times of a form. It is no exhibit, and besides the
// files below runs it is the only file that differs between two builds.
const TimesName = "times.json"

// Time is the wall time of a piece of evidence in the invocation that completed it.
type Time struct {
	Evidence string  `json:"evidence"`
	Seconds  float64 `json:"seconds"`
	CPUs     int     `json:"cpus"`
}

// Times are the wall times of a form in the order in which the evidence was found.
type Times []Time

// ReadTimes reads the times of a form. A file that cannot be read gives no times.
func ReadTimes(o Options) (t Times) {
	text, err := limit.ReadFile(filepath.Join(o.Dir(), TimesName), 1<<20)
	if err == nil && json.Unmarshal(text, &t) != nil {
		return nil
	}
	return t
}

// add keeps a time and replaces an earlier time of the same evidence.
func (t *Times) add(what string, d time.Duration) {
	entry := Time{what, d.Seconds(), runtime.NumCPU()}
	if i := slices.IndexFunc(*t, func(x Time) bool { return x.Evidence == what }); i >= 0 {
		(*t)[i] = entry
		return
	}
	*t = append(*t, entry)
}

// write replaces the file.
func (t Times) write(o Options) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return record.WriteFile(filepath.Join(o.Dir(), TimesName), append(text, '\n'))
}

// Table shows the times with their sum.
func (t Times) Table() *table.Table {
	out := &table.Table{Name: "times", Title: "Wall time of the evidence",
		Columns: []table.Column{{Name: "Evidence"}, {Name: "Wall time", Unit: "s"}, {Name: "Processors"}}}
	sum := 0.0
	for _, x := range t {
		out.Rows = append(out.Rows,
			[]table.Cell{table.Text(x.Evidence), table.Number(x.Seconds, table.Format{}),
				table.Number(float64(x.CPUs), table.Format{})})
		sum += x.Seconds
	}
	out.Rows = append(out.Rows, []table.Cell{table.Text("all"), table.Number(sum, table.Format{}), table.Empty("")})
	out.Notes = []string{"Each is the time of the invocation that ended it; a resumed one is shorter."}
	return out
}
