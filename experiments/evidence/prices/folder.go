package prices

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
)

// The columns of the table of series that say whose row it is, when it was and
// what is read of it.
const (
	seriesTable  = "series"
	tokenPrice   = "price"
	volumeColumn = "volume"
	spreadColumn = "spread"
	depthColumn  = "depth_1pc"
)

// readFolder reads the table of series of a results folder.
func readFolder(dir string, o Options) (*Source, error) {
	schemas, err := record.ReadSchemas(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notResults(dir)
	}
	if err != nil {
		return nil, err
	}
	for _, suffix := range []string{".parquet", ".csv"} {
		if schema, ok := schemas[seriesTable+suffix]; ok {
			return readSeries(dir, filepath.Join(dir, seriesTable+suffix), schema, o)
		}
	}
	return nil, whole(dir, "the folder has no table of series; run the preset again with this version")
}

// notResults explains a folder without results; the folder above those of the
// presets is a likely slip.
func notResults(dir string) error {
	found, _ := filepath.Glob(filepath.Join(dir, "*", "schema.json"))
	if len(found) == 0 {
		return whole(dir, "the folder has no schema.json; expected a folder that `stakeout run` wrote and finished, such "+
			"as results/dos-short")
	}
	return whole(dir, "the folder has no schema.json; %s", param.DidYouMean(filepath.Dir(found[0])))
}

// series is a table of series being read.
type series struct {
	file    string
	options Options
	at      map[string]int
	paths   []facts.Path
	of      map[string]int // path by cell, replication and world
	cluster map[int64]int
	worlds  []string
	cells   map[string]bool
	missing int
	err     notation.Error
}

func readSeries(dir, file string, schema record.Schema, o Options) (*Source, error) {
	if o.Column == "" {
		o.Column = tokenPrice
	}
	s := &series{file: file, options: o, at: map[string]int{}, of: map[string]int{}, cluster: map[int64]int{},
		cells: map[string]bool{}}
	var numbers []string
	for i, c := range schema.Columns {
		s.at[c.Name] = i
		if c.Type == record.Float {
			numbers = append(numbers, c.Name)
		}
	}
	if !slices.Contains(numbers, o.Column) {
		return nil, whole(file, "--column %s: %s", o.Column, noColumn(o.Column, numbers))
	}
	for _, need := range []string{"cell_id", "rep", "world", "day"} {
		if _, ok := s.at[need]; !ok {
			return nil, whole(file, "%s", noColumn(need, numbers))
		}
	}
	table, err := record.OpenTable(file, schema, "")
	if err != nil {
		return nil, err
	}
	defer table.Close()
	if err := s.rows(table); err != nil {
		return nil, err
	}
	return s.source(dir)
}

func (s *series) rows(table *record.TableReader) error {
	for line := 2; ; line++ {
		row, err := table.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		world := row[s.at["world"]].String()
		if !slices.Contains(s.worlds, world) {
			s.worlds = append(s.worlds, world)
		}
		if s.options.World == "" || s.options.World == world {
			s.row(line, world, row)
		}
	}
}

// row adds a row to its path.
func (s *series) row(line int, world string, row record.Row) {
	rep, _ := row[s.at["rep"]].Int()
	cell := row[s.at["cell_id"]].String()
	s.cells[cell] = true
	key := fmt.Sprintf("%s\x00%d\x00%s", cell, rep, world)
	i, ok := s.of[key]
	if !ok {
		if _, ok := s.cluster[rep]; !ok {
			s.cluster[rep] = len(s.cluster)
		}
		i = len(s.paths)
		s.of[key] = i
		s.paths = append(s.paths, facts.Path{Cluster: s.cluster[rep]})
	}
	p := &s.paths[i]
	value := func(name string) float64 {
		at, ok := s.at[name]
		if !ok {
			return math.NaN()
		}
		if v, ok := row[at].Float(); ok {
			return v
		}
		return math.NaN()
	}
	price := value(s.options.Column)
	if math.IsNaN(price) {
		s.missing++
	} else if !(price > 0) {
		text := fmt.Sprintf("%s: %g is out of range; expected a number above 0", s.options.Column, price)
		s.err.Add(notation.ProblemAt(s.file, line, 0, text))
	}
	p.Time, p.Price = append(p.Time, value("day")*86_400), append(p.Price, price)
	// Volume, spread and depth are of the market of the token.
	if s.options.Column == tokenPrice {
		p.Volume = append(p.Volume, value(volumeColumn))
		p.Spread, p.Depth = append(p.Spread, value(spreadColumn)), append(p.Depth, value(depthColumn))
	}
}

// source says what was read.
func (s *series) source(dir string) (*Source, error) {
	if len(s.err.Problems) > 0 {
		return nil, &s.err
	}
	if s.options.World != "" && !slices.Contains(s.worlds, s.options.World) {
		text := fmt.Sprintf("--world %s: there is no such world", s.options.World)
		if near := param.Nearest(s.options.World, s.worlds); near != "" {
			text += "; " + param.DidYouMean(near)
		}
		return nil, whole(s.file, "%s (worlds: %s)", text, strings.Join(s.worlds, ", "))
	}
	if len(s.paths) == 0 {
		return nil, whole(s.file, "%v", errEmpty)
	}
	out := &Source{Paths: s.paths, Notes: s.notes()}
	m, err := record.ReadManifest(dir)
	if errors.Is(err, os.ErrNotExist) {
		out.Notes = append(out.Notes, "WARNING: the folder has no manifest: the run was killed or still goes on.")
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	if s.options.Column == tokenPrice {
		out.Supply = supply(m.Config)
	}
	return out, nil
}

func (s *series) notes() []string {
	which := "all worlds (" + strings.Join(s.worlds, ", ") + ")"
	if s.options.World != "" {
		which = "the " + s.options.World + " world"
	}
	notes := []string{fmt.Sprintf("%d replications, %s; worlds of one replication are drawn together.",
		len(s.cluster), which)}
	if s.options.World == "" && len(s.worlds) > 1 {
		notes = append(notes, "The worlds of attackers are among them; --world idle is the market by itself.")
	}
	if len(s.cells) > 1 {
		notes = append(notes, fmt.Sprintf("WARNING: %d cells with different parameters are pooled.", len(s.cells)))
	}
	if s.missing > 0 {
		notes = append(notes, fmt.Sprintf("WARNING: missing values: %d in column %s.", s.missing, s.options.Column))
	}
	return notes
}

var supplyLine = regexp.MustCompile(`(?m)^\s*supply_tokens:\s*(\S+)\s*$`)

// supply finds the supply in the resolved configuration; it is unknown when
// cells differ in it.
func supply(config string) (tokens float64) {
	for _, m := range supplyLine.FindAllStringSubmatch(config, -1) {
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil || tokens != 0 && v != tokens {
			return 0
		}
		tokens = v
	}
	return tokens
}
