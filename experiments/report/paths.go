package report

import (
	"fmt"
	"math"

	"stakeout/experiments/record"
)

// moments accumulate a mean and a variance in one pass.
// Source: B. P. Welford, "Note on a method for calculating corrected sums of
// squares and products", Technometrics 4(3), 1962.
type moments struct {
	n        int
	mean, m2 float64
}

func (m *moments) add(x float64) {
	if math.IsNaN(x) {
		return
	}
	m.n++
	d := x - m.mean
	m.mean += d / float64(m.n)
	m.m2 += d * (x - m.mean)
}

// Paths are the means over replications of a cell's series, moment by moment.
type Paths struct {
	Days   []float64
	lines  map[string][]moments // by the name of what is averaged
	reps   int
	idle   []float64 // ln price of the idle world of the replication being read
	paired map[string][]moment
}

// moment is what the figures need of a row of series.
type moment struct{ day, lnPrice, empty, users float64 }

// ReadPaths streams the rows of series, which come replication by replication,
// and keeps means and variances only: memory does not grow with their number.
func ReadPaths(schema record.Schema, each func(visit func(record.Row) error) error) (map[string]*Paths, error) {
	at := map[string]int{}
	for i, c := range schema.Columns {
		at[c.Name] = i
	}
	for _, need := range []string{"cell_id", "rep", "world", "day", "price", "users", "empty_share_day"} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("report: the table %s has no column %s", schema.Name, need)
		}
	}
	cells := map[string]*Paths{}
	var now *Paths
	rep := int64(-1)
	err := each(func(r record.Row) error {
		id := r[at["cell_id"]].String()
		number, _ := r[at["rep"]].Int()
		p := cells[id]
		if p == nil {
			p = &Paths{lines: map[string][]moments{}, paired: map[string][]moment{}}
			cells[id] = p
		}
		if p != now || number != rep {
			now.settle()
			now, rep = p, number
		}
		world := r[at["world"]].String()
		value := func(name string) float64 { return asFloat(r[at[name]]) }
		p.paired[world] = append(p.paired[world], moment{value("day"), math.Log(value("price")), value("empty_share_day"), value("users")})
		return nil
	})
	now.settle()
	return cells, err
}

// settle adds the replication that has been read to the means.
func (p *Paths) settle() {
	if p == nil {
		return
	}
	idle := p.paired["idle"]
	if p.Days == nil {
		for _, m := range idle {
			p.Days = append(p.Days, m.day)
		}
	}
	for _, world := range AllWorlds {
		rows := p.paired[world]
		if len(rows) != len(idle) || len(rows) != len(p.Days) {
			continue
		}
		for i, m := range rows {
			p.line(world, "price")[i].add(m.lnPrice - idle[i].lnPrice)
			p.line(world, "empty")[i].add(m.empty)
			p.line(world, "users")[i].add(m.users / idle[0].users)
		}
	}
	p.reps++
	for world := range p.paired {
		p.paired[world] = p.paired[world][:0]
	}
}

func (p *Paths) line(world, quantity string) []moments {
	key := world + "/" + quantity
	if p.lines[key] == nil {
		p.lines[key] = make([]moments, len(p.Days))
	}
	return p.lines[key]
}
