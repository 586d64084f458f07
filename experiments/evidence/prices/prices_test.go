package prices

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stakeout/experiments/kit/limit"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/record"
)

func parseText(text string, o Options) (*Source, error) {
	return parse("p.csv", bufio.NewReader(strings.NewReader(text)), o)
}

func TestFormsOfFiles(t *testing.T) {
	for name, text := range map[string]string{
		"dates":          "Date,Open,Close,Volume\n2020-07-01,9,1,10\n2020-07-02,9,2,20\n",
		"RFC 3339":       "timestamp,price,volume\n2020-07-01T00:00:00Z,1,10\n2020-07-02T02:00:00+02:00,2,20\n",
		"seconds":        "t,mid,qty\n1593561600,1,10\n1593648000,2,20\n",
		"milliseconds":   "open_time,last,vol\n1593561600000,1,10\n1593648000000,2,20\n",
		"nanoseconds":    "ts,px,vol\n1593561600000000000,1,10\n1593648000000000000,2,20\n",
		"semicolons":     "\ufefftime;price;volume\r\n2020-07-01 00:00:00;1;10\r\n2020-07-02 00:00:00;2;20\r\n",
		"tabs":           "time\tprice\tvolume\n2020-07-01\t1\t10\n2020-07-02\t2\t20\n",
		"quoted":         "\"time\",\"Adj Close\",\"volume\"\n\"2020-07-01\",\"1\",\"10\"\n\"2020-07-02\",\"2\",\"20\"\n",
		"newest first":   "date,price,volume\n2020-07-02,2,20\n2020-07-01,1,10\n",
		"missing values": "date,price,volume\n2020-07-01,1,10\n2020-07-02,2,20\n2020-07-03,,\n2020-07-04,NaN,null\n",
	} {
		s, err := parseText(text, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p := s.Paths[0]
		if p.Time[1]-p.Time[0] != 86_400 || p.Time[0] != 1593561600 || p.Price[0] != 1 || p.Price[1] != 2 ||
			p.Volume[1] != 20 || p.Spread != nil {
			t.Errorf("%s: %+v", name, p)
		}
		if missing := name == "missing values"; missing != strings.Contains(strings.Join(s.Notes, ""),
			"missing values: 2 of 4 in column price") {
			t.Errorf("%s: notes %q", name, s.Notes)
		}
	}
	s, err := parseText("day,a,spread_bps,depth_1pc\n0,1,5,7\n1,2,6,8\n", Options{Column: "A"})
	if err != nil || s.Paths[0].Time[1] != 86_400 || s.Paths[0].Spread[1] != 6 || s.Paths[0].Depth[1] != 8 ||
		s.Paths[0].Volume != nil {
		t.Errorf("days: %v, %+v", err, s)
	}
}

// Every problem has its place, what was expected, and the nearest name.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ text, column, want string }{
		{"date,price\n2020-07-01,1\n2020-07-02,0\n2020-07-03,-1\nyesterday,2\n2020-07-04,x\n2020-07-05\n", "",
			`p.csv:3:12: price: 0 is out of range; expected a number above 0
p.csv:4:12: price: -1 is out of range; expected a number above 0
p.csv:5:1: date: "yesterday" is not a time; expected RFC 3339 such as 2020-07-01T12:00:00Z, ` +
				`a date such as 2020-07-01, or seconds
p.csv:6:12: price: "x" is not a number; expected a number above 0
p.csv:7: the row has 1 fields, expected 2 as in the line of names`},
		{"date,price,volume\n2020-07-01,1,-3\n", "", "p.csv:2:14: volume: -3 is out of range; expected a number from 0 up"},
		{"date;price\n2020-07-01;1,5\n", "",
			`p.csv:2:12: price: "1,5" is not a number; expected a number above 0, with a decimal point`},
		{"date,prise\n2020-07-01,1\n", "",
			`p.csv:1: there is no price column among date, prise; column "prise" is nearly "price"; expected one called price,` +
				` close, adj_close, last, last_price, mid, mid_price, px, value, rate, or --column names another`},
		{"when,price\n2020-07-01,1\n", "",
			`p.csv:1: there is no time column among when, price; expected one called time, timestamp, datetime, date_time, ` +
				`date, day, days, seconds, ts, t, unix, open_time, close_time, or rename it`},
		{"date,price\n2020-07-01,1\n", "prise",
			`p.csv:1: --column prise: there is no column "prise"; did you mean "price"? (columns: date, price)`},
		{"date,price\n2020-07-02,1\n2020-07-01,1\n2020-07-03,1\n", "", "p.csv:3: date: goes back in time; expected rows in " +
			"the order of time"},
		{"date,price,Price\n2020-07-01,1,2\n", "",
			`p.csv:1:12: the column "Price" is there twice, first as column 2; expected a different name for each`},
		{"date,price\n2020-07-01,0x10\n", "", `p.csv:2:12: price: "0x10" is not a number; expected a number above 0`},
		{"date,price\n2020-07-01," + strings.Repeat("9", 500) + "x\n", "",
			`p.csv:2:12: price: "` + strings.Repeat("9", 60) + `" is not a number; expected a number above 0`},
		{"", "", "p.csv: the file is empty; expected a line of column names such as time,price"},
		{"date,price\n", "", "p.csv:1: there are no rows below the column names"},
		{"date,price\n\"2020,1\n", "", `p.csv:2:9: extraneous or missing " in quoted-field`},
		{"date,price\n2020-07-01,1e999\n", "", `p.csv:2:12: price: "1e999" is not a number; expected a number above 0`},
		{"seconds,price\n1,1\n2020-07-01,2\n", "",
			`p.csv:3:1: seconds: "2020-07-01" is not a time; expected RFC 3339 such as 2020-07-01T12:00:00Z, a date such as ` +
				`2020-07-01, or seconds`},
	} {
		_, err := parseText(c.text, Options{Column: c.column})
		var bad *notation.Error
		if !errors.As(err, &bad) {
			t.Errorf("%q: error %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

// The hour at which clocks go back is there twice in local times, and nothing in the file says so.
func TestEqualTimesAreNoted(t *testing.T) {
	const note = "WARNING: 1 rows have the time of the row before."
	for text, want := range map[string]bool{
		"time,price\n2020-10-25 02:30:00,1\n2020-10-25 02:30:00,2\n2020-10-25 03:30:00,2\n":                        true,
		"time,price\n2020-10-25T02:30:00Z,1\n2020-10-25T02:30:00Z,2\n":                                             false,
		"time,price\n2020-10-25 02:30:00+02:00,1\n2020-10-25 02:30:00+01:00,2\n":                                   false,
		"time,price\n1593561600,1\n1593561600,2\n":                                                                 false,
		"time,price\n2020-10-25 03:30:00,1\n2020-10-25 02:30:00,1\n2020-10-25 02:30:00,2\n2020-10-25 01:30:00,2\n": true,
	} {
		s, err := parseText(text, Options{})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := strings.Contains(strings.Join(s.Notes, "\n"), note); got != want {
			t.Errorf("%q: notes %q, want the warning: %t", text, s.Notes, want)
		}
	}
}

// A row has a limit, however it is made: one line, a field that never ends, or empty lines.
func TestRowsHaveALimit(t *testing.T) {
	const row = "the row goes on after 1 MiB, the most that a row may have"
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"a long line":   {"time,price\n1,1\n" + strings.Repeat("2", 3<<20), 3},
		"an open quote": {"time,price\n1,1\n\"" + strings.Repeat("\n", 3<<20), 1<<20 + 3},
		"empty lines":   {strings.Repeat("\n", 3<<20), 1<<20 + 1},
	} {
		_, err := parseText(c.text, Options{})
		var over *limit.Error
		if !errors.As(err, &over) || over.What != row || over.Line > c.line+8192 || over.Line < c.line-8192 {
			t.Errorf("%s: %v, want line %d", name, err, c.line)
		}
	}
	_, err := parseText(strings.Repeat("a,", mostColumns)+"a\n", Options{})
	if err == nil || !strings.Contains(err.Error(), "p.csv:1: the file has 1001 columns, expected at most 1000") {
		t.Errorf("columns: %v", err)
	}
}

func TestProblemsHaveALimit(t *testing.T) {
	_, err := parseText("date,price\n"+strings.Repeat("2020-07-01,0\n", 50), Options{})
	if lines := strings.Split(err.Error(), "\n"); len(lines) != notation.Limit+1 ||
		lines[notation.Limit] != "and 30 more problems" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestReadGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte("date,price\n2020-07-01,1.5\n"))
	z.Close()
	dir := t.TempDir()
	for name, content := range map[string][]byte{"p.csv.gz": b.Bytes(), "cut.gz": b.Bytes()[:b.Len()-9]} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Read(filepath.Join(dir, "p.csv.gz"), Options{})
	if err != nil || s.Paths[0].Price[0] != 1.5 {
		t.Errorf("%v, %+v", err, s)
	}
	if _, err := Read(filepath.Join(dir, "cut.gz"), Options{}); !strings.HasSuffix(err.Error(), "unexpected EOF") {
		t.Errorf("a cut file: %v", err)
	}
	if _, err := Read(filepath.Join(dir, "none.csv"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Read(filepath.Join(dir, "p.csv.gz"), Options{World: "idle"}); err == nil {
		t.Error("a file has no worlds")
	}
}

// results writes a folder with two replications of two worlds.
func results(t *testing.T, formats record.Format, price float64) string {
	t.Helper()
	number := func(name string) record.Column {
		return record.Column{Name: name, Type: record.Float, Unit: "1", Doc: "A number for the test."}
	}
	schema := record.Schema{Name: "series", Columns: []record.Column{
		{Name: "cell_id", Type: record.Text, Unit: record.NoUnit, Doc: "A text for the test."},
		{Name: "rep", Type: record.Int, Unit: "1", Doc: "A number for the test."},
		{Name: "world", Type: record.Text, Unit: record.NoUnit, Doc: "A text for the test."},
		number("day"), number("price"), number("volume"), number("spread"), number("dai_price")}}
	store, err := record.Open(t.TempDir(),
		record.Manifest{Experiment: "x", Program: record.Program{Version: "test"},
			Config: "world:\n  opening:\n    supply_tokens: 5000\n"}, record.Table{Schema: schema, Formats: formats})
	if err != nil {
		t.Fatal(err)
	}
	for rep := range int64(2) {
		var rows []record.Row
		for _, world := range []string{"attack", "idle"} {
			for day := range 3 {
				spread := record.FloatValue(4)
				if day == 1 {
					spread = record.MissingValue()
				}
				rows = append(rows, record.Row{record.TextValue("c"), record.IntValue(rep), record.TextValue(world),
					record.FloatValue(float64(day)),
					record.FloatValue(price + float64(day)), record.FloatValue(10), spread, record.FloatValue(1)})
			}
		}
		if err := store.Record(record.Run{Key: string(rune('a' + rep)), Order: rep,
			Rows: map[string][]record.Row{"series": rows}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(record.Complete, ""); err != nil {
		t.Fatal(err)
	}
	return store.Dir()
}

func TestReadFolder(t *testing.T) {
	for _, format := range []record.Format{record.CSV, record.Parquet} {
		dir := results(t, format, 1)
		s, err := Read(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var clusters []int
		for _, p := range s.Paths {
			clusters = append(clusters, p.Cluster)
		}
		if !slices.Equal(clusters, []int{0, 0, 1, 1}) || s.Supply != 5000 {
			t.Errorf("clusters %v, supply %g", clusters, s.Supply)
		}
		p := s.Paths[3]
		if !slices.Equal(p.Price, []float64{1, 2, 3}) || p.Time[2] != 2*86_400 || p.Volume[2] != 10 ||
			!math.IsNaN(p.Spread[1]) {
			t.Errorf("%+v", p)
		}
		s, err = Read(dir, Options{World: "idle", Column: "dai_price"})
		if err != nil || len(s.Paths) != 2 || s.Paths[0].Price[1] != 1 || s.Paths[0].Volume != nil || s.Supply != 0 {
			t.Errorf("%v, %+v", err, s)
		}
	}
}

func TestFolderProblems(t *testing.T) {
	dir := results(t, record.CSV, 1)
	for _, c := range []struct {
		dir  string
		o    Options
		want string
	}{
		{dir, Options{World: "idel"}, filepath.Join(dir, "series.csv") +
			`: --world idel: there is no such world; did you mean "idle"? (worlds: attack, idle)`},
		{dir, Options{Column: "prise"}, filepath.Join(dir, "series.csv") +
			`: --column prise: there is no column "prise"; did you mean "price"? (columns: day, price, volume, ` +
			`spread, dai_price)`},
		{filepath.Dir(dir), Options{}, filepath.Dir(dir) + `: the folder has no schema.json; did you mean "` + dir + `"?`},
		{t.TempDir(), Options{}, ""},
	} {
		_, err := Read(c.dir, c.o)
		var bad *notation.Error
		if !errors.As(err, &bad) || c.want != "" && err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	_, err := Read(results(t, record.CSV, -1), Options{})
	var bad *notation.Error
	if !errors.As(err, &bad) || len(bad.Problems) != 8 || bad.Problems[0].Line != 2 {
		t.Errorf("prices that are not positive: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("date,price\n2020-07-01,1\n")
	f.Add("t;mid;volume\n1;1;1\n2;;x\n")
	f.Add("\ufefftime\tprice\n\"1")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseText(text, Options{})
		if err == nil && len(s.Paths[0].Time) != len(s.Paths[0].Price) {
			t.Errorf("%d times, %d prices", len(s.Paths[0].Time), len(s.Paths[0].Price))
		}
		if err == nil && !slices.IsSorted(s.Paths[0].Time) {
			t.Error("times go back")
		}
		for _, p := range func() []float64 {
			if s == nil {
				return nil
			}
			return s.Paths[0].Price
		}() {
			if p <= 0 || math.IsInf(p, 0) {
				t.Errorf("price %g", p)
			}
		}
	})
}
