package report

import (
	"fmt"
	"math"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/study/column"
)

// moments accumulate a mean and a variance in one pass.
// Source: B. P. Welford, "Note on a method for calculating corrected sums of
// squares and products", Technometrics 4(3), 1962.
type moments struct {
	n        int
	mean, m2 float64
}

// add takes a value in. The conversion keeps a product that the caller passes from being
// fused with the difference below.
func (m *moments) add(x float64) {
	x = float64(x)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return // Such as users against an idle world without any.
	}
	m.n++
	d := x - m.mean
	m.mean += d / float64(m.n)
	m.m2 += float64(d * (x - m.mean))
}

// The quantities of a world that are averaged, all in per cent: 100 times the
// log of the price against the idle world's, the share of empty slots, and the
// change of users against the idle world.
const (
	priceLine = "price"
	emptyLine = "empty"
	usersLine = "users"
)

// Paths are the means over replications of a cell's series, moment by moment.
type Paths struct {
	Days   []float64
	lines  map[string][]moments // by world and quantity
	reps   int
	paired map[string][]moment // rows of the replication being read, by world
}

// moment is what the figures need of a row of series.
type moment struct{ day, lnPrice, empty, users float64 }

// ReadPaths streams the rows of series, which must come replication by replication. It
// keeps means and variances only, so memory does not grow with the replications.
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
		value := func(name string) float64 { return r[at[name]].Number() }
		p.paired[world] = append(p.paired[world],
			moment{value("day"), exact.Log(value("price")), value("empty_share_day"), value("users")})
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
	for _, world := range column.AllWorlds {
		rows := p.paired[world]
		if len(rows) != len(idle) || len(rows) != len(p.Days) {
			continue
		}
		for i, m := range rows {
			p.line(world, priceLine)[i].add(100 * (m.lnPrice - idle[i].lnPrice))
			p.line(world, emptyLine)[i].add(100 * m.empty)
			p.line(world, usersLine)[i].add(100 * (m.users/idle[i].users - 1))
		}
	}
	p.reps++
	for world := range p.paired {
		p.paired[world] = p.paired[world][:0]
	}
}

// measured is the place of the first moment after the warm-up.
func (p *Paths) measured() int {
	for i, day := range p.Days {
		if day >= 0 {
			return i
		}
	}
	return len(p.Days)
}

func (p *Paths) line(world, quantity string) []moments {
	key := world + "/" + quantity
	if p.lines[key] == nil {
		p.lines[key] = make([]moments, len(p.Days))
	}
	return p.lines[key]
}

// band is the mean of a quantity at every moment with the ends of Student's interval. With
// a single replication the ends are infinite, and figures leave them out.
func (p *Paths) band(world, quantity string, level float64) (mean, lo, hi []float64) {
	for _, m := range p.line(world, quantity) {
		half := math.NaN()
		if m.n > 1 {
			half = stat.StudentQuantile((1+level)/2, float64(m.n-1)) * math.Sqrt(m.m2/float64(m.n-1)/float64(m.n))
		}
		mean, lo, hi = append(mean, m.mean), append(lo, m.mean-half), append(hi, m.mean+half)
	}
	return mean, lo, hi
}
