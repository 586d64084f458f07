package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// mixed has a column of every type, not in alphabetical order.
var mixed = Schema{Name: "runs", Columns: []Column{
	{"run_key", Text, NoUnit, "Identifies the run."},
	{"epochs", Int, "epoch", "Number of epochs."},
	{"y_roi", Float, Dimensionless, "Net profit over capital at risk."},
	{"failed", Bool, Dimensionless, "Whether the run stopped early."},
	{"a_note", Text, NoUnit, "Any text at all."},
}}

var narrow = Schema{Name: "narrow", Columns: []Column{{"x", Float, "USD", "An amount of money."}}}

// awkward returns rows with values that file formats often change or lose.
func awkward() []Row {
	texts := []string{"", "plain", "a,b", `say "x"`, "two\nlines", "cr\rlf\r\n", "λ σ² € – 日本", " pad ", `""`, "\x00",
		"\ufeff", "-1", "true"}
	floats := []float64{0, math.Copysign(0, -1), 0.1, 1.0 / 3, math.MaxFloat64, math.SmallestNonzeroFloat64, -1e-300,
		1e21, 123456789}
	ints := []int64{0, -1, math.MaxInt64, math.MinInt64, 1<<53 + 1}
	rows := []Row{make(Row, 5)}
	for i := range 40 {
		row := Row{TextValue(fmt.Sprint("k", i)), IntValue(ints[i%len(ints)]), FloatValue(floats[i%len(floats)]),
			BoolValue(i%2 == 0), TextValue(texts[i%len(texts)])}
		if i%7 == 3 {
			row[i%5] = MissingValue()
		}
		rows = append(rows, row)
	}
	return rows
}

func writeCSV(t testing.TB, s Schema, rows []Row) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewCSVWriter(&b, s)
	must(t, err)
	for _, r := range rows {
		must(t, w.Write(r))
	}
	must(t, w.Close())
	return b.Bytes()
}

func writeParquet(t testing.TB, s Schema, rows []Row) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewParquetWriter(&b, s, "spec")
	must(t, err)
	for _, r := range rows {
		must(t, w.Write(r))
	}
	must(t, w.Close())
	return b.Bytes()
}

func readCSV(b []byte, s Schema) ([]Row, error) {
	r, err := NewCSVReader(bytes.NewReader(b), s)
	if err != nil {
		return nil, err
	}
	return readAll(r)
}

func readParquet(b []byte, s Schema, spec string) ([]Row, error) {
	r, err := NewParquetReader(bytes.NewReader(b), int64(len(b)), s, spec)
	if err != nil {
		return nil, err
	}
	rows, err := readAll(r)
	return rows, errors.Join(err, r.Close())
}

func readAll(r rowReader) (rows []Row, err error) {
	for {
		row, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRoundTrip(t *testing.T) {
	narrowRows := []Row{{FloatValue(1.5)}, {MissingValue()}, {MissingValue()}, {FloatValue(-2)}, {MissingValue()}}
	for _, c := range []struct {
		s    Schema
		rows []Row
	}{{mixed, awkward()}, {narrow, narrowRows}, {mixed, nil}} {
		got, err := readCSV(writeCSV(t, c.s, c.rows), c.s)
		if err != nil || !reflect.DeepEqual(got, c.rows) {
			t.Errorf("CSV of %s: %v\n got %v\nwant %v", c.s.Name, err, got, c.rows)
		}
		got, err = readParquet(writeParquet(t, c.s, c.rows), c.s, "spec")
		if err != nil || !reflect.DeepEqual(got, c.rows) {
			t.Errorf("Parquet of %s: %v\n got %v\nwant %v", c.s.Name, err, got, c.rows)
		}
	}
}

func TestCSVText(t *testing.T) {
	row := Row{TextValue(`a "b"`), IntValue(-3), FloatValue(0.1), BoolValue(true), TextValue("")}
	got := string(writeCSV(t, mixed, []Row{row, make(Row, 5)}))
	want := "run_key,epochs,y_roi,failed,a_note\r\n\"a \"\"b\"\"\",-3,0.1,true,\"\"\r\n,,,,\r\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParquetManyGroups(t *testing.T) {
	var rows []Row
	for i := range 2*rowsPerGroup + 77 {
		rows = append(rows, Row{TextValue(fmt.Sprint(i % 9)), IntValue(int64(i)), FloatValue(float64(i) / 3), MissingValue(),
			TextValue(fmt.Sprint("text ", i))})
	}
	file := writeParquet(t, mixed, rows)
	r, err := NewParquetReader(bytes.NewReader(file), int64(len(file)), mixed, "")
	must(t, err)
	if len(r.groups) != 3 {
		t.Errorf("%d row groups, want 3", len(r.groups))
	}
	got, err := readAll(r)
	if err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("%d rows come back (%v), want the %d written", len(got), err, len(rows))
	}
	if again := writeParquet(t, mixed, rows); !bytes.Equal(file, again) {
		t.Error("the same rows gave other bytes")
	}
}

func TestForeignSchemaIsRefused(t *testing.T) {
	rows := awkward()
	csv, parquet := writeCSV(t, mixed, rows), writeParquet(t, mixed, rows)
	change := func(f func(*Schema)) Schema {
		s := Schema{mixed.Name, append([]Column(nil), mixed.Columns...)}
		f(&s)
		return s
	}
	type foreign struct {
		name string
		s    Schema
		csv  bool // whether CSV files reveal the difference
	}
	for _, c := range []foreign{
		{"renamed column", change(func(s *Schema) { s.Columns[1].Name = "epoch_count" }), true},
		{"column less", change(func(s *Schema) { s.Columns = s.Columns[:4] }), true},
		{"column more", change(func(s *Schema) { s.Columns = append(s.Columns, Column{"z", Int, "1", "One more."}) }), true},
		{"other order", change(func(s *Schema) { s.Columns[0], s.Columns[4] = s.Columns[4], s.Columns[0] }), true},
		{"other unit", change(func(s *Schema) { s.Columns[1].Unit = "tick" }), false},
		{"other type", change(func(s *Schema) { s.Columns[1].Type = Float }), false},
		{"other table", change(func(s *Schema) { s.Name = "series" }), false},
	} {
		if _, err := readParquet(parquet, c.s, ""); err == nil {
			t.Errorf("Parquet reader took a file with %s", c.name)
		}
		if _, err := NewCSVReader(bytes.NewReader(csv), c.s); (err != nil) != c.csv {
			t.Errorf("CSV reader on %s: %v", c.name, err)
		}
	}
	if _, err := readParquet(parquet, mixed, "another spec"); err == nil ||
		!strings.Contains(err.Error(), "another spec") {
		t.Errorf("file of another spec: %v", err)
	}
}

func TestRowsThatDoNotFit(t *testing.T) {
	good := Row{TextValue("k"), IntValue(1), FloatValue(1), BoolValue(true), TextValue("x")}
	bad := map[string]func(Row) Row{
		"NaN":           func(r Row) Row { r[2] = FloatValue(math.NaN()); return r },
		"Inf":           func(r Row) Row { r[2] = FloatValue(math.Inf(-1)); return r },
		"int for float": func(r Row) Row { r[2] = IntValue(1); return r },
		"invalid UTF-8": func(r Row) Row { r[4] = TextValue("\xff"); return r },
		"short":         func(r Row) Row { return r[:4] },
	}
	for name, spoil := range bad {
		row := spoil(append(Row(nil), good...))
		c, err := NewCSVWriter(io.Discard, mixed)
		must(t, err)
		p, err := NewParquetWriter(io.Discard, mixed, "")
		must(t, err)
		if c.Write(row) == nil || p.Write(row) == nil {
			t.Errorf("%s was written", name)
		}
		must(t, errors.Join(c.Write(good), p.Write(good)))
	}
}

func TestMalformedCSV(t *testing.T) {
	const head = "x\r\n"
	for _, text := range []string{"", "y\r\n", "x,y\r\n", "x", head + "1", head + "1\r", head + "1,2\r\n",
		head + "NaN\r\n", head + "Inf\r\n",
		head + "0x1p3\r\n", head + "1_0\r\n", head + "\"1\"\r\n", head + "1\"\r\n", head + "\"1", head + "1\r2\r\n",
		head + "1e999\r\n", head + "one\r\n"} {
		if rows, err := readCSV([]byte(text), narrow); err == nil || err == io.EOF {
			t.Errorf("%q was read as %v", text, rows)
		}
	}
	if rows, err := readCSV([]byte("x\n1\n\n2\n"), narrow); err != nil || len(rows) != 3 || rows[1][0] != MissingValue() {
		t.Errorf("line feeds: %v, %v", rows, err)
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	rows := awkward()
	csv := writeCSV(t, mixed, rows)
	for n := range csv {
		got, err := readCSV(csv[:n], mixed)
		if err == nil && (csv[n-1] != '\n' || len(got) == len(rows)) {
			t.Fatalf("CSV cut at %d of %d was read without an error", n, len(csv))
		}
	}
	file := writeParquet(t, mixed, rows)
	for n := range file {
		if _, err := readParquet(file[:n], mixed, ""); err == nil {
			t.Fatalf("Parquet cut at %d of %d was read without an error", n, len(file))
		}
	}
}

// A damaged Parquet file gives an error or rows, never a panic or a hang.
func TestDamagedParquetDoesNotPanic(t *testing.T) {
	file := writeParquet(t, mixed, awkward())
	failed := 0
	for n := range file {
		b := bytes.Clone(file)
		b[n] ^= byte(1 + n%255)
		if _, err := readParquet(b, mixed, "spec"); err != nil {
			failed++
		}
	}
	if failed < len(file)/2 {
		t.Errorf("only %d of %d flips gave an error", failed, len(file))
	}
}

func TestSchemaCheck(t *testing.T) {
	must(t, mixed.Check())
	ok := Column{"a", Int, "tick", "A good column."}
	for name, cols := range map[string][]Column{
		"none":          nil,
		"twice":         {ok, {"A", Int, "tick", "The same for SQL."}},
		"no unit":       {{"a", Int, "", "A column."}},
		"number with —": {{"a", Int, NoUnit, "A column."}},
		"text with 1":   {{"a", Text, Dimensionless, "A column."}},
		"no sentence":   {{"a", Int, "1", "number"}},
		"no doc":        {{"a", Int, "1", ""}},
		"no type":       {{"a", Missing, "1", "A column."}},
		"odd name":      {{"a b", Int, "1", "A column."}},
		"quoted name":   {{`"a"`, Int, "1", "A column."}},
	} {
		if err := (Schema{"t", cols}).Check(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if (Schema{"../t", []Column{ok}}).Check() == nil {
		t.Error("a table name may leave its folder")
	}
}

// Writing four times as many rows takes no more memory, apart from the footer.
func TestMemoryDoesNotGrow(t *testing.T) {
	heap := func(rows int) uint64 {
		c, err := NewCSVWriter(io.Discard, mixed)
		must(t, err)
		p, err := NewParquetWriter(io.Discard, mixed, "")
		must(t, err)
		for i := range rows {
			row := Row{TextValue("key"), IntValue(int64(i)), FloatValue(float64(i)), BoolValue(true), TextValue("note")}
			must(t, errors.Join(c.Write(row), p.Write(row)))
		}
		var m runtime.MemStats
		runtime.GC() // The first collection moves pooled buffers aside,
		runtime.GC() // the second one frees them.
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(p)
		return m.HeapAlloc
	}
	few, many := heap(8*rowsPerGroup), heap(32*rowsPerGroup)
	if many > few+1<<20 {
		t.Errorf("heap of %d bytes after 131 k rows, %d after 524 k", few, many)
	}
}

func TestOpenTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.csv")
	f, err := Create(path)
	must(t, err)
	_, err = f.Write(writeCSV(t, mixed, awkward()))
	must(t, err)
	must(t, f.Commit())
	r, err := OpenTable(path, mixed, "")
	must(t, err)
	defer r.Close()
	if rows, err := readAll(r); err != nil || len(rows) != len(awkward()) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if _, err := OpenTable(path, narrow, ""); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("another schema: %v", err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add(writeCSV(f, mixed, awkward()))
	f.Add([]byte("run_key,epochs,y_roi,failed,a_note\nk,1,+.5e3,false,\"\"\"\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := readCSV(b, mixed)
		if err != nil {
			return
		}
		again, err := readCSV(writeCSV(t, mixed, rows), mixed)
		if err != nil || !reflect.DeepEqual(rows, again) {
			t.Fatalf("%v\nread    %v\nrewrote %v", err, rows, again)
		}
	})
}

// chance is a generator for tests, seeded so that a failure repeats.
func chance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// A store keeps only the place of a run in memory, not its rows.
func TestMemoryOfAStoreHardlyGrows(t *testing.T) {
	heap := func(runs int) uint64 {
		s, err := Open(t.TempDir(), testManifest(), testTables()...)
		must(t, err)
		for i := range runs {
			r := testRun(i)
			r.Key = testKey(i)
			must(t, s.Record(r))
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		must(t, s.Close(Partial, "test"))
		return m.HeapAlloc
	}
	const few, many, each = 1000, 20_000, 120
	a, b := heap(few), heap(many)
	if b > a+(many-few)*each {
		t.Errorf("heap of %d bytes after %d runs, %d after %d: more than %d bytes a run", a, few, b, many, each)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[Value]float64{FloatValue(0.5): 0.5, IntValue(-3): -3, BoolValue(true): 1,
		BoolValue(false): 0} {
		if got := v.Number(); got != want {
			t.Errorf("%v is %v", v, got)
		}
	}
	for _, v := range []Value{MissingValue(), TextValue("1")} {
		if got := v.Number(); !math.IsNaN(got) {
			t.Errorf("%v is the number %v", v, got)
		}
	}
}
