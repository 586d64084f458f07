// Package report turns stored rows into what an economist reads: statistics, tables,
// verdicts in words, and figures. It sees rows and never a world,
// so that everything in a paper can be drawn again from a results folder.
//
// A Study is the table runs by cell; its statistics pair the worlds of each
// replication. Assumption: replications are independent, and pairing is by
// replication within a cell. Intervals decide verdicts, never point estimates: an interval
// that contains zero gives the verdict not distinguishable from zero.
//
// Sources of the estimators are given in package stat.
package report

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/stop"
)

// Meta is what the rows of a study share.
type Meta struct {
	Experiment string
	Version    string // of the program
	Level      float64
	Partial    bool // interrupted: replications are missing at the end
	// Axes are the paths of the parameters that vary by plan.
	Axes []string
	// Precision is the rule by which replications were added, nil for a fixed number.
	Precision *stop.Rule
	// Lean keeps the statistics of a cell and drops its replications, so that
	// memory does not grow with their number. The rows of a cell must then
	// follow one another.
	Lean bool
}

// Study is the table runs of an experiment, cut into cells.
type Study struct {
	Meta
	Cells     []*Cell
	axes      []record.Column // columns of runs that hold the axes
	summaries []*Summary
}

// Cell holds the replications of one cell that came to their end, column by
// column, in the order of their numbers.
type Cell struct {
	ID, Preset, Attack, Mechanism, Remedy string
	World, WorldHash                      string // name of the world, and the hash of its settings
	Seed                                  string // master seed
	Config                                string // hash of the configuration
	Horizon                               float64
	Levels                                []record.Value // of the study's axes
	Failed                                int
	Why                                   string // error of the first failed replication
	reps                                  int
	numbers                               *values
	place                                 map[string]int // of a column in numbers
	kept                                  *Summary       // of a lean study
	err                                   error          // of reading the numbers
}

// N is the number of replications that came to their end.
func (c *Cell) N() int { return c.reps }

// Values are the numbers of an outcome, NaN where a value is missing. All are NaN when
// the table has no such column or cannot be read any more; Err then says so.
func (c *Cell) Values(name string) []float64 {
	i, known := c.place[name]
	if !known {
		near := param.DidYouMean(param.Nearest(name, slices.Sorted(maps.Keys(c.place))))
		c.err = cmp.Or(c.err, fmt.Errorf("report: the table runs has no column %s; %s", name,
			cmp.Or(near, "schema.json lists them")))
	} else if c.numbers != nil {
		v, err := c.numbers.column(i)
		if err == nil {
			return v
		}
		c.err = cmp.Or(c.err, err)
	}
	return slices.Repeat([]float64{math.NaN()}, c.reps)
}

// Err tells whether the numbers behind the statistics could not be read.
func (s *Study) Err() (err error) {
	for _, c := range s.Cells {
		err = errors.Join(err, c.err)
	}
	return err
}

// NewStudy collects the rows of runs that each visits, in their order.
func NewStudy(m Meta, schema record.Schema, each func(visit func(record.Row) error) error) (*Study, error) {
	m.Level = cmp.Or(m.Level, column.Level)
	s := &Study{Meta: m}
	at := map[string]int{}
	for i, c := range schema.Columns {
		at[c.Name] = i
	}
	for _, need := range []string{"cell_id", "status", "stop_reason", column.Advantage} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("report: the table %s has no column %s", schema.Name, need)
		}
	}
	for _, path := range m.Axes {
		i, ok := at[column.Parameter(path)]
		if !ok {
			return nil, fmt.Errorf("report: the table %s has no column of the axis %s", schema.Name, path)
		}
		s.axes = append(s.axes, schema.Columns[i])
	}
	place, from := outcomes(schema)
	cells := map[string]*Cell{}
	var last *Cell
	numbers := make([]float64, len(from))
	err := each(func(r record.Row) error {
		text := func(name string) string {
			if i, ok := at[name]; ok {
				return r[i].String()
			}
			return ""
		}
		id := text("cell_id")
		c := cells[id]
		if c == nil {
			last.settle(m)
			c = newCell(id, text)
			c.place, c.numbers = place, last.room(m, len(from))
			for _, col := range s.axes {
				c.Levels = append(c.Levels, r[at[col.Name]])
			}
			cells[id], last = c, c
			s.Cells = append(s.Cells, c)
		}
		if c.kept != nil {
			return fmt.Errorf("report: the rows of %s do not follow one another", id)
		}
		if text("status") != column.OK {
			c.Failed++
			c.Why = cmp.Or(c.Why, text("stop_reason"))
			return nil
		}
		for i, k := range from {
			numbers[i] = r[k].Number()
		}
		c.reps++
		return c.numbers.add(numbers)
	})
	last.settle(m)
	last.room(m, 0) // drops its numbers
	return s, errors.Join(err, s.Err())
}

// outcomes finds the columns of numbers that differ between the replications of
// a cell: the place of each, and the column of runs at each place.
func outcomes(schema record.Schema) (place map[string]int, from []int) {
	place = map[string]int{}
	for i, c := range schema.Columns {
		if c.Type != record.Text && strings.HasPrefix(c.Name, "y_") {
			place[c.Name] = len(from)
			from = append(from, i)
		}
	}
	return place, from
}

// room is for the numbers of the next cell: of a lean study that of the last one,
// which has dropped them.
func (c *Cell) room(m Meta, columns int) *values {
	if c == nil || !m.Lean {
		return &values{columns: make([][]float64, columns)}
	}
	v := c.numbers
	c.numbers = nil
	v.reset()
	return v
}

// settle computes all statistics of a cell of a lean study and drops its
// replications.
func (c *Cell) settle(m Meta) {
	if c == nil || !m.Lean {
		return
	}
	c.kept = c.summary(m.Level)
	c.kept.spreads(m.Level)
}

func newCell(id string, text func(string) string) *Cell {
	c := &Cell{
		ID: id, Preset: text("preset"), Config: text("config_sha256"), Seed: text(column.Parameter("seed")),
		Attack: text(column.Parameter("attack")), Mechanism: text(column.Parameter("mechanism")),
		Remedy: text(column.Parameter("remedy")), World: text("world"), WorldHash: text("world_sha256"),
	}
	// A missing horizon reads as zero.
	_, _ = fmt.Sscan(text(column.Parameter("horizon_days")), &c.Horizon)
	return c
}

// Load reads the study of a closed results folder.
func Load(dir string) (*Study, error) { return LoadSweep(dir, nil, false) }

// LoadPaths reads the series of a closed results folder, by the cell's ID.
func LoadPaths(dir string) (map[string]*Paths, error) {
	schema, each, err := open(dir, column.SeriesTable)
	if err != nil {
		return nil, err
	}
	return ReadPaths(schema, each)
}

// open finds a table of a closed folder in either format.
func open(dir, name string) (record.Schema, func(func(record.Row) error) error, error) {
	schemas, err := record.ReadSchemas(dir)
	if err != nil {
		return record.Schema{}, nil, err
	}
	for _, file := range []string{name + ".csv", name + ".parquet"} {
		schema, ok := schemas[file]
		if !ok {
			continue
		}
		return schema, func(visit func(record.Row) error) error {
			return eachRow(filepath.Join(dir, file), schema, visit)
		}, nil
	}
	return record.Schema{}, nil, fmt.Errorf("report: %s: %w", filepath.Join(dir, name), os.ErrNotExist)
}

func eachRow(path string, schema record.Schema, visit func(record.Row) error) (err error) {
	t, err := record.OpenTable(path, schema, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	for {
		row, err := t.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = visit(row)
		}
		if err != nil {
			return err
		}
	}
}
