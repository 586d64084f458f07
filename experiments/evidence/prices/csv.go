package prices

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/kit/limit"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
)

// The names by which columns are found, in the order of preference.
var (
	timeNames   = strings.Fields("time timestamp datetime date_time date day days seconds ts t unix open_time close_time")
	priceNames  = strings.Fields("price close adj_close last last_price mid mid_price px value rate")
	volumeNames = strings.Fields("volume vol quantity qty base_volume amount")
	spreadNames = strings.Fields("spread spread_bp spread_bps")
	depthNames  = strings.Fields("depth depth_1pc")
)

// The limits of a file of prices. A row takes some hundred bytes of memory until the
// facts are told.
const (
	largest     = 1 << 30 // bytes, unpacked
	mostRows    = 2_000_000
	mostColumns = 1000
	mostReturns = 250_000
)

// place is where a column stands in a row; −1 is nowhere.
type place struct{ time, price, volume, spread, depth int }

// file is a CSV file being read.
type file struct {
	name  string
	text  *limit.Reader
	csv   *csv.Reader
	names []string
	at    place
	clock clock
	path  facts.Path
	lines []int32 // of each row
	err   notation.Error

	missing map[string]int // values by column
}

func readFile(name string, o Options) (*Source, error) {
	f, err := limit.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := plain(f)
	if err != nil {
		return nil, whole(name, "%v", err)
	}
	return parse(name, text, o)
}

// plain undoes gzip, which its first two bytes tell.
func plain(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, err := b.Peek(2); err != nil || !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	return bufio.NewReaderSize(z, 1<<16), err
}

// parse reads a file whose name is for messages only.
func parse(name string, text *bufio.Reader, o Options) (*Source, error) {
	limited := limit.NewReader(text, name, largest, limit.Row)
	f := &file{name: name, text: limited, csv: csv.NewReader(limited), missing: map[string]int{}}
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = text.Discard(3)
	}
	f.csv.Comma, f.csv.FieldsPerRecord, f.csv.TrimLeadingSpace, f.csv.ReuseRecord = separator(text), -1, true, true
	if err := f.header(o); err != nil {
		return nil, err
	}
	if err := f.rows(); err != nil {
		return nil, err
	}
	if len(f.path.Time) == 0 && len(f.err.Problems) == 0 {
		f.problem(1, 0, "%v", errEmpty)
	}
	notes := f.order()
	if len(f.err.Problems) > 0 {
		return nil, &f.err
	}
	for _, c := range f.names {
		if n := f.missing[c]; n > 0 {
			notes = append(notes, fmt.Sprintf("WARNING: missing values: %d of %d in column %s.", n, len(f.path.Time), c))
		}
	}
	return &Source{Paths: []facts.Path{f.path}, Notes: notes, Most: mostReturns}, nil
}

// separator is the one of comma, semicolon and tab that the first line has most of.
func separator(text *bufio.Reader) rune {
	first, _ := text.Peek(4096)
	line, _, _ := bytes.Cut(first, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func (f *file) problem(line, column int, format string, args ...any) {
	f.err.Add(notation.ProblemAt(f.name, line, column, fmt.Sprintf(format, args...)))
}

// header reads the line of names and finds the columns.
func (f *file) header(o Options) error {
	record, err := f.csv.Read()
	if err == io.EOF {
		return whole(f.name, "the file is empty; expected a line of column names such as time,price")
	}
	if err != nil {
		return f.malformed(err)
	}
	if len(record) > mostColumns {
		f.problem(1, 0, "the file has %d columns, expected at most %d", len(record), mostColumns)
		return &f.err
	}
	f.names = slices.Clone(record)
	for i := range f.names {
		f.names[i] = strings.TrimSpace(f.names[i])
	}
	f.twice()
	f.at = place{f.find(timeNames), f.find(priceNames), f.find(volumeNames), f.find(spreadNames), f.find(depthNames)}
	if o.Column != "" {
		if f.at.price = slices.IndexFunc(f.names,
			func(n string) bool { return strings.EqualFold(n, o.Column) }); f.at.price < 0 {
			f.problem(1, 0, "--column %s: %s", o.Column, noColumn(o.Column, f.names))
		}
	} else if f.at.price < 0 {
		f.unfound("price", "--column names another", priceNames)
	}
	if f.at.time < 0 {
		f.unfound("time", "rename it", timeNames)
	}
	if len(f.err.Problems) > 0 {
		return &f.err
	}
	f.clock.days = strings.HasPrefix(fold(f.names[f.at.time]), "day")
	for _, c := range []struct {
		at     int
		values *[]float64
	}{{f.at.volume, &f.path.Volume}, {f.at.spread, &f.path.Spread}, {f.at.depth, &f.path.Depth}} {
		if c.at >= 0 {
			*c.values = []float64{}
		}
	}
	return nil
}

// twice reports columns of one name, of which a reader would have to choose one.
func (f *file) twice() {
	for i, name := range f.names {
		first := slices.IndexFunc(f.names[:i], func(n string) bool { return fold(n) == fold(name) })
		if first >= 0 && name != "" {
			line, column := f.csv.FieldPos(i)
			f.problem(line, column, "the column %.60q is there twice, first as column %d; expected a different name for each",
				name, first+1)
		}
	}
}

func fold(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(name))
}

// find is the column with the first of the names that there is.
func (f *file) find(names []string) int {
	for _, n := range names {
		if i := slices.IndexFunc(f.names, func(c string) bool { return fold(c) == n }); i >= 0 {
			return i
		}
	}
	return -1
}

// unfound says which columns there are, and which is nearly called as expected.
func (f *file) unfound(what, remedy string, names []string) {
	near := ""
	for i, n := range f.names {
		taken := i == f.at.time || i == f.at.price || i == f.at.volume
		if like := param.Nearest(n, names); like != "" && near == "" && !taken {
			near = fmt.Sprintf("; column %q is nearly %q", n, like)
		}
	}
	f.problem(1, 0, "there is no %s column among %s%s; expected one called %s, or %s", what, some(f.names),
		near, strings.Join(names, ", "), remedy)
}

// malformed turns an error of the CSV reader into a problem.
func (f *file) malformed(err error) error {
	var bad *csv.ParseError
	var system *fs.PathError
	var over *limit.Error
	switch {
	case errors.As(err, &over), errors.As(err, &system):
		return err
	case errors.As(err, &bad):
		f.problem(bad.Line, bad.Column, "%v", bad.Err)
	default:
		f.problem(f.text.Line(), 0, "%v", err)
	}
	return &f.err
}

// rows reads everything below the names.
func (f *file) rows() error {
	for n := 0; ; n++ {
		f.text.Next()
		record, err := f.csv.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return f.malformed(err)
		}
		line, _ := f.csv.FieldPos(0)
		if n == mostRows {
			return &limit.Error{File: f.name, Line: line, What: fmt.Sprintf("the file goes on after %d rows, "+
				"the most that are read of it; a longer interval between rows, or a part of the file, has fewer", mostRows)}
		}
		if len(record) != len(f.names) {
			f.problem(line, 0, "the row has %d fields, expected %d as in the line of names", len(record), len(f.names))
			continue
		}
		t, err := f.clock.read(strings.TrimSpace(record[f.at.time]))
		if err != nil {
			f.field(f.at.time, "%v", err)
			continue
		}
		p := &f.path
		p.Time, f.lines = append(p.Time, t), append(f.lines, int32(line))
		p.Price = append(p.Price, f.number(record, f.at.price, true))
		for _, c := range []struct {
			at     int
			values *[]float64
		}{{f.at.volume, &p.Volume}, {f.at.spread, &p.Spread}, {f.at.depth, &p.Depth}} {
			if c.at >= 0 {
				*c.values = append(*c.values, f.number(record, c.at, false))
			}
		}
	}
}

// field is a problem with a field of the row read last.
func (f *file) field(at int, format string, args ...any) {
	line, column := f.csv.FieldPos(at)
	f.problem(line, column, "%s: %s", f.names[at], fmt.Sprintf(format, args...))
}

// number reads a value that must be positive, or at least not negative; NaN is
// one that is missing.
func (f *file) number(record []string, at int, positive bool) float64 {
	text := strings.TrimSpace(record[at])
	switch strings.ToLower(text) {
	case "", "na", "n/a", "nan", "null", "none", "-":
		f.missing[f.names[at]]++
		return math.NaN()
	}
	v, err := decimal(text)
	expected := "a number from 0 up"
	if positive {
		expected = "a number above 0"
	}
	switch {
	case err != nil && strings.Count(text, ",") == 1:
		f.field(at, "%.60q is not a number; expected %s, with a decimal point", text, expected)
	case err != nil:
		f.field(at, "%.60q is not a number; expected %s", text, expected)
	case math.IsInf(v, 0) || v < 0 || positive && v == 0:
		f.field(at, "%.60s is out of range; expected %s", text, expected)
	}
	return v
}

// order turns a file that begins with the newest row around, and finds rows
// that go back in time.
func (f *file) order() (notes []string) {
	t, back, same := f.path.Time, 0, 0
	for i := 1; i < len(t); i++ {
		switch {
		case t[i] < t[i-1]:
			back++
		case t[i] == t[i-1]:
			same++
		}
	}
	if same > 0 && f.clock.local() {
		notes = append(notes, fmt.Sprintf("WARNING: %d rows have the time of the row before. Times without an offset are "+
			"taken for UTC; if they are local, the hour at which clocks go back is there twice.", same))
	}
	if back > 0 && back+same >= len(t)-1 {
		for _, x := range [][]float64{t, f.path.Price, f.path.Volume, f.path.Spread, f.path.Depth} {
			slices.Reverse(x)
		}
		return append(notes, "The file begins with the newest row; it was read from its end.")
	}
	for i := 1; i < len(t) && back > 0; i++ {
		if t[i] < t[i-1] {
			f.problem(int(f.lines[i]), 0, "%s: goes back in time; expected rows in the order of time", f.names[f.at.time])
		}
	}
	return notes
}
