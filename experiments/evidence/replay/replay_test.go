package replay

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stakeout/experiments/kit/notation"
)

// write puts a text into a temporary file and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func replayed(t testing.TB, o Options) *Summary {
	t.Helper()
	if o.Format == "" {
		o.Format = "lobster"
	}
	s, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// count finds a number by its name, or returns -1.
func count(list []Count, name string) int {
	for _, c := range list {
		if c.Name == name {
			return c.N
		}
	}
	return -1
}

func TestSample(t *testing.T) {
	s := replayed(t, Options{Messages: "testdata/messages.csv", Book: "testdata/orderbook.csv"})
	if s.Events != 9 || s.Compared != 8 || s.Exact != 7 || s.Wrong != 0 || s.Contradictions != 0 || s.Levels != 2 {
		t.Errorf("summary %+v", s)
	}
	if n := count(s.Reasons, "newly revealed level"); n != 1 {
		t.Errorf("%d rows with a newly revealed level, want 1", n)
	}
	want := &Difference{Event: 6, Line: 6, Side: "sell", Price: "100.0200 USD",
		Book: "0", File: "70", Reason: "newly revealed level"}
	if diff := cmp.Diff(want, s.First); diff != "" {
		t.Errorf("first difference (-want +got):\n%s", diff)
	}
	for _, table := range s.Tables() {
		if err := table.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// Sessions made up by an independent list of orders have no wrong row and no
// contradiction at any number of levels, and every trade meets the head of its queue.
func TestMadeUpSessions(t *testing.T) {
	for levels := range 11 {
		levels := max(levels, 1)
		for seed := range int64(20) {
			x := newSession(seed, levels)
			for range 600 {
				x.act()
			}
			o := Options{Messages: write(t, "m.csv", x.messages.String()), Book: write(t, "b.csv", x.rows.String())}
			s := replayed(t, o)
			if s.Wrong != 0 || s.Contradictions != 0 || count(s.Turns, "out of turn") != 0 || s.Events != x.events {
				t.Fatalf("levels %d, seed %d: wrong %d (%v), contradictions %d (%s), out of turn %d, events %d of %d", levels, seed,
					s.Wrong, s.FirstWrong, s.Contradictions, s.FirstContradiction, count(s.Turns, "out of turn"), s.Events, x.events)
			}
			sum := s.Exact
			for _, c := range s.Reasons {
				sum += c.N
			}
			if sum != s.Compared || s.Compared != s.Events-1 {
				t.Fatalf("levels %d, seed %d: %d rows accounted for of %d", levels, seed, sum, s.Compared)
			}
			o.Book = ""
			if s = replayed(t, o); s.Contradictions != 0 {
				t.Fatalf("levels %d, seed %d, without rows: %s", levels, seed, s.FirstContradiction)
			}
		}
	}
}

// When every level is visible only the first row can differ.
func TestWholeBookIsExact(t *testing.T) {
	x := newSession(3, 40)
	for range 2000 {
		x.act()
	}
	s := replayed(t, Options{Messages: write(t, "m.csv", x.messages.String()), Book: write(t, "b.csv", x.rows.String())})
	if s.Exact != s.Compared || s.Compared < 1500 {
		t.Errorf("%d of %d rows exact", s.Exact, s.Compared)
	}
}

// A row with a changed size is reported at its line, or at the next one.
func TestWrongIsFound(t *testing.T) {
	x := newSession(5, 5)
	for range 400 {
		x.act()
	}
	rows := strings.Split(x.rows.String(), "\n")
	for k := 50; k < 250; k += 7 {
		tampered := append([]string{}, rows...)
		cells := strings.Split(tampered[k], ",")
		cells[1] += "1" // The size of the best ask.
		tampered[k] = strings.Join(cells, ",")
		book := write(t, "b.csv", strings.Join(tampered, "\n"))
		s := replayed(t, Options{Messages: write(t, "m.csv", x.messages.String()), Book: book})
		// A best ask that has just come into sight has no known size yet, so that only the next row differs.
		if s.Wrong == 0 || s.FirstWrong.Line != k+1 && s.FirstWrong.Line != k+2 {
			t.Errorf("row %d tampered with: %d wrong, first %v", k+1, s.Wrong, s.FirstWrong)
		}
		if s.Sound() {
			t.Errorf("row %d tampered with, and all is sound", k+1)
		}
	}
}

// A message that is missing together with its row is noticed if it changed a price
// that stays in sight: the rows around it differ there without a message as reason.
func TestMissingMessageIsFound(t *testing.T) {
	x := newSession(5, 5)
	for range 400 {
		x.act()
	}
	messages := strings.Split(strings.TrimSpace(x.messages.String()), "\n")
	rows := strings.Split(strings.TrimSpace(x.rows.String()), "\n")
	tried := 0
	for k := 50; k < 250; k++ {
		m := strings.Split(messages[k], ",")
		shown := func(row int) bool { return strings.Contains(rows[row], m[4]+",") }
		if m[1] == "5" || !shown(k-1) || !shown(k) || !shown(k+1) || m[4] == strings.Split(messages[k+1], ",")[4] {
			continue
		}
		tried++
		without := func(lines []string) string { return strings.Join(slices.Delete(slices.Clone(lines), k, k+1), "\n") }
		s := replayed(t, Options{Messages: write(t, "m.csv", without(messages)), Book: write(t, "b.csv", without(rows))})
		if s.Wrong == 0 || s.FirstWrong.Line != k+1 {
			t.Errorf("message %d (%s) is missing: %d wrong, first %v", k+1, messages[k], s.Wrong, s.FirstWrong)
		}
	}
	if tried < 30 {
		t.Errorf("only %d messages were left out", tried)
	}
}

// The same lines give the same summary when they are compressed, or have other line
// ends, blank lines or blanks.
func TestStorage(t *testing.T) {
	messages, _ := os.ReadFile("testdata/messages.csv")
	rows, _ := os.ReadFile("testdata/orderbook.csv")
	want := replayed(t, Options{Messages: "testdata/messages.csv", Book: "testdata/orderbook.csv"})
	for name, form := range map[string]func([]byte) string{
		"compressed":      func(b []byte) string { return gzipped(t, string(b)) },
		"windows":         func(b []byte) string { return strings.ReplaceAll(string(b), "\n", "\r\n") },
		"no last newline": func(b []byte) string { return strings.TrimSpace(string(b)) },
		"byte order mark": func(b []byte) string { return "\ufeff" + string(b) },
		"blank lines":     func(b []byte) string { return strings.ReplaceAll(string(b), "\n", "\n\n  \n") },
		"blanks":          func(b []byte) string { return strings.ReplaceAll(string(b), ",", " , ") },
	} {
		got := replayed(t, Options{Messages: write(t, "m.csv", form(messages)), Book: write(t, "b.csv", form(rows))})
		got.Messages, got.Book = want.Messages, want.Book
		if name == "blank lines" {
			got.First.Line = want.First.Line
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMalformed(t *testing.T) {
	const good = "34200.1,1,11,50,1000100,-1\n"
	for _, c := range []struct{ messages, rows, want string }{
		{"", "", "m.csv:1: file: found no message, expected at least one line"},
		{"time,type,id,size,price,direction\n", "", `m.csv:1:1: time: found "time"`},
		{"34200.1,1,11,50,1000100\n", "", "m.csv:1:1: line: found 5 fields, expected 6"},
		{good + "34200.1,8,11,50,1000100,-1\n", "", `m.csv:2:9: type: found "8", expected a whole number from 1 to 7`},
		{good + "34200.1,1,0,50,1000100,-1\n", "", `m.csv:2:11: order id: found "0"`},
		{good + "34200.1,1,12,-50,1000100,-1\n", "", `m.csv:2:14: size: found "-50"`},
		{good + "34200.1,1,12,0,1000100,-1\n", "", `m.csv:2:14: size: found "0"`},
		{good + "34200.1,1,12,5,-1,-1\n", "", `m.csv:2:16: price: found "-1"`},
		{good + "34200.1,1,12,5,1.5,-1\n", "", `m.csv:2:16: price: found "1.5"`},
		{good + "34200.1,1,12,5,100,0\n", "", `m.csv:2:20: direction: found "0"`},
		{good + "34200.1,7,0,0,2,-1\n", "", `m.csv:2:15: price: found "2"`},
		{good + "34200.x,1,12,5,100,1\n", "", `m.csv:2:1: time: found "34200.x"`},
		{good, "1000100,50,999900\n", "b.csv:1:1: line: found 3 fields, expected four for each level"},
		{good + good, "1000100,50,999900,1\n", "b.csv:2: file: found the end of the file, expected a row for each message"},
		{good, "1000100,50,999900,1\n1000100,50,999900,1\n", "b.csv:2: line: found a row, expected the end of the file"},
		{good, "1000100,-50,999900,1\n", `b.csv:1:9: ask size: found "-50"`},
		{good, "9999999999,50,999900,1\n",
			`b.csv:1:1: ask price: found "9999999999", expected a price above 0 for a level with shares`},
		{good + good, "1000100,50,999900,1\n1000100,50,999900,1,2,3,4,5\n",
			"b.csv:2:1: line: found 2 levels, expected 1 as in the first row"},
	} {
		dir := t.TempDir()
		o := Options{Messages: filepath.Join(dir, "m.csv"), Format: "lobster"}
		os.WriteFile(o.Messages, []byte(c.messages), 0o644)
		if c.rows != "" {
			o.Book = filepath.Join(dir, "b.csv")
			os.WriteFile(o.Book, []byte(c.rows), 0o644)
		}
		_, err := Run(context.Background(), o)
		var bad *notation.Error
		if !errors.As(err, &bad) || !strings.Contains(bad.Problems[0].Error(), c.want) {
			t.Errorf("%q and %q: %v, want %s", c.messages, c.rows, err, c.want)
		}
	}
}

// All problems of a file are found, up to the limit.
func TestAllProblems(t *testing.T) {
	run := func(format, messages string) error {
		_, err := Run(context.Background(), Options{Format: format, Messages: messages})
		return err
	}
	err := run("lobster", write(t, "m.csv", strings.Repeat("34200.1,9,0,-1,0,5\n", 100)))
	var bad *notation.Error
	if !errors.As(err, &bad) || len(bad.Problems) != notation.Limit {
		t.Fatalf("%v", err)
	}
	if p := bad.Problems[4]; p.Line != 1 && p.Line != 2 {
		t.Errorf("the fifth problem is on line %d", p.Line)
	}
	whole := gzipped(t, strings.Repeat("34200.1,1,11,50,1000100,-1\n", 1000))
	if err = run("lobster", write(t, "m.csv.gz", whole[:len(whole)-9])); !errors.As(err, &bad) {
		t.Errorf("a cut compressed file gives %v", err)
	}
	if err = run("lobster", "testdata"); err == nil || errors.As(err, &bad) {
		t.Errorf("a folder gives %v", err)
	}
	if err = run("lobstr", "x"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"lobster"`) {
		t.Errorf("an unknown format gives %v", err)
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	return b.String()
}

// The halt is the reason of rows with crossed orders, and the book is exact again
// after the halt.
func TestHalt(t *testing.T) {
	messages := `1.0,1,1,10,1000000,1
2.0,7,0,0,-1,-1
3.0,1,2,20,999900,-1
4.0,7,0,0,0,-1
5.0,6,-1,10,999900,-1
6.0,7,0,0,1,-1
7.0,1,3,5,999800,1
8.0,3,3,5,999800,1
`
	const none = "9999999999,0,"
	rows := none + "1000000,10\n" + none + "1000000,10\n999900,20,1000000,10\n999900,20,1000000,10\n" +
		"999900,10,-9999999999,0\n999900,10,-9999999999,0\n999900,10,999800,5\n999900,10,-9999999999,0\n"
	s := replayed(t, Options{Messages: write(t, "m.csv", messages), Book: write(t, "b.csv", rows)})
	if !s.Sound() || count(s.Reasons, "halt") != 3 || s.Exact != 4 {
		t.Errorf("sound %v, reasons %v, exact %d of %d, first wrong %v",
			s.Sound(), s.Reasons, s.Exact, s.Compared, s.FirstWrong)
	}
}

// A price between two cents moves the book with all its orders to a finer grid.
// Prices out of reach are left out.
func TestGrid(t *testing.T) {
	var messages, rows strings.Builder
	for i := range 40 {
		fmt.Fprintf(&messages, "%d.0,1,%d,10,%d,1\n", i+1, i+1, 1_000_000+100*i)
		fmt.Fprintf(&rows, "1999999900,7,%d,10\n", 1_000_000+100*i)
	}
	messages.WriteString("50.0,1,50,10,1003950,1\n51.0,4,50,10,1003950,1\n52.0,4,40,10,1003900,1\n")
	rows.WriteString("1999999900,7,1003950,10\n1999999900,7,1003900,10\n1999999900,7,1003800,10\n")
	s := replayed(t, Options{Messages: write(t, "m.csv", messages.String()), Book: write(t, "b.csv", rows.String())})
	if !s.Sound() || s.Exact != s.Compared || s.Tick != "0.0050 USD" || count(s.Turns, "executed in turn") != 2 {
		t.Errorf("sound %v (%v), exact %d of %d, tick %s, turns %v",
			s.Sound(), s.FirstWrong, s.Exact, s.Compared, s.Tick, s.Turns)
	}
}

// A message that cannot be true is a contradiction, reported with its line.
func TestContradictions(t *testing.T) {
	const order = "1.0,1,1,10,1000000,1\n"
	for more, want := range map[string]string{
		"2.0,1,1,10,1000000,1\n":   "line 2: order 1 is submitted although it rests",
		"2.0,4,1,11,1000000,1\n":   "line 2: execution of 11 shares of order 1, which has 10",
		"2.0,3,1,10,1000100,1\n":   "line 2: order 1 rests at 100.0000 USD to buy, not at 100.0100 USD to buy",
		"2.0,3,1,10,1000000,-1\n":  "line 2: order 1 rests at 100.0000 USD to buy, not at 100.0000 USD to sell",
		"\n\n2.0,2,1,50,1000000,1": "line 4: partial cancellation of 50 shares of order 1, which has 10",
	} {
		if s := replayed(t, Options{Messages: write(t, "m.csv", order+more)}); s.FirstContradiction != want || s.Sound() {
			t.Errorf("%q: %q, want %q", more, s.FirstContradiction, want)
		}
	}
}

// Ten times the events with the same number of live orders take at most half as much
// memory again.
func TestMemoryFollowsTheLiveBook(t *testing.T) {
	use := func(events int) uint64 {
		var b strings.Builder
		for i := range events {
			kind, id := 1, i
			if i >= 50 {
				kind, id = 1+2*(i%2), 1000+i/2
			}
			fmt.Fprintf(&b, "%d.0,%d,%d,10,%d,1\n", 1+i/1000, kind, 1+id, 1_000_000+100*(id%20))
		}
		o := Options{Messages: write(t, "m.csv", b.String())}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s := replayed(t, o)
		runtime.ReadMemStats(&after)
		if s.Events != events {
			t.Fatalf("%d events of %d", s.Events, events)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	if small, large := use(10_000), use(100_000); large > small+small/2 {
		t.Errorf("%d bytes for 10,000 events, %d for 100,000", small, large)
	}
}

func FuzzLobster(f *testing.F) {
	messages, _ := os.ReadFile("testdata/messages.csv")
	rows, _ := os.ReadFile("testdata/orderbook.csv")
	f.Add(string(messages), string(rows))
	x := newSession(1, 3)
	for range 60 {
		x.act()
	}
	f.Add(x.messages.String(), x.rows.String())
	f.Add("1.0,1,1,10,1000000,1\n2.0,1,1,10,1,-1\n3.0,4,9,4294967295,1000000,1\n",
		"1,1,2,1\n1,1,1,1\n999999999999,1,1,1\n")
	f.Fuzz(func(t *testing.T, messages, rows string) {
		o := Options{Format: "lobster", Messages: write(t, "m.csv", messages), Book: write(t, "b.csv", rows)}
		s, err := Run(context.Background(), o)
		var bad *notation.Error
		if err != nil && !errors.As(err, &bad) {
			t.Fatal(err)
		}
		if err == nil && s.Exact > s.Compared {
			t.Errorf("%d of %d rows exact", s.Exact, s.Compared)
		}
	})
}

// BenchmarkLobster measures the events per second of a made-up session at ten levels,
// without rows and with rows to compare.
func BenchmarkLobster(b *testing.B) {
	x := newSession(7, 10)
	for range 20_000 {
		x.act()
	}
	o := Options{Format: "lobster", Messages: write(b, "m.csv", x.messages.String())}
	rows := write(b, "b.csv", x.rows.String())
	for _, book := range []string{"", rows} {
		name := "messages"
		if o.Book = book; book != "" {
			name = "with-rows"
		}
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if s, err := Run(context.Background(), o); err != nil || s.Wrong > 0 {
					b.Fatal(s, err)
				}
			}
			b.ReportMetric(float64(x.events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
