package replay

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"stakeout/experiments/kit/notation"
)

func feed(t testing.TB, lines ...string) Options {
	return Options{Format: "coinbase", Messages: write(t, "feed.jsonl", strings.Join(lines, "\n"))}
}

func TestCoinbaseSample(t *testing.T) {
	s := replayed(t, Options{Format: "coinbase", Messages: "testdata/feed.jsonl"})
	if !s.Sound() || s.Events != 10 || s.Compared != 1 || s.Exact != 1 || count(s.Turns, "executed in turn") != 2 {
		t.Errorf("summary %+v", s)
	}
	if len(s.Gaps) != 1 || s.Gaps[0] != (Gap{Line: 12, First: 510, Last: 511}) {
		t.Errorf("gaps %v", s.Gaps)
	}
	for _, table := range s.Tables() {
		if err := table.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// The level 3 answers may stand in a second file.
func TestCoinbaseBookFile(t *testing.T) {
	raw, err := os.ReadFile("testdata/feed.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var messages, states []string
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.Contains(line, `"bids"`) {
			states = append(states, line)
		} else {
			messages = append(messages, line)
		}
	}
	o := feed(t, messages...)
	o.Book = write(t, "book.jsonl", strings.Join(states, "\n"))
	if s := replayed(t, o); !s.Sound() || s.Compared != 1 || s.Exact != 1 || s.GapCount != 1 {
		t.Errorf("summary %+v", s)
	}
}

const (
	seed500 = `{"sequence":500,"bids":[["99.50","2","b1"],["99.50","1","b2"]],"asks":[["100","200","a1"]]}`
	open501 = `{"type":"open","sequence":501,"product_id":"T-USD","order_id":"x",` +
		`"side":"sell","price":"99.75","remaining_size":"0.7"}`
)

// A message that disagrees with the book is a contradiction in a complete feed. After a
// gap it is none, because a lost message may explain it.
func TestCoinbaseContradictions(t *testing.T) {
	const at9950 = `"side":"buy","price":"99.50"`
	for _, c := range []struct{ line, want string }{
		{`{"type":"match","sequence":502,"maker_order_id":"b2",` + at9950 + `,"size":"1"}`, ""},
		{`{"type":"match","sequence":502,"maker_order_id":"b1",` + at9950 + `,"size":"3"}`,
			"line 3: order b1 trades 3, and has 2"},
		{`{"type":"match","sequence":502,"maker_order_id":"b1","side":"buy","price":"99.60","size":"1"}`,
			"line 3: order b1 trades at 99.60 to buy, and rests elsewhere"},
		{`{"type":"match","sequence":502,"maker_order_id":"b9",` + at9950 + `,"size":"1"}`,
			"line 3: order b9 trades, and does not rest"},
		{`{"type":"open","sequence":502,"order_id":"x","side":"sell","price":"99.80","remaining_size":"1"}`,
			"line 3: order x opens although it rests"},
		{`{"type":"open","sequence":502,"order_id":"y","side":"buy","price":"99.75","remaining_size":"1"}`,
			"line 3: order y to buy at 99.75 opens through the best price of the other side"},
		{`{"type":"done","sequence":502,"order_id":"b1","side":"buy","price":"1.00","reason":"canceled",` +
			`"remaining_size":"2"}`, ""},
		{`{"type":"done","sequence":502,"order_id":"b1",` + at9950 + `,"reason":"canceled","remaining_size":"1"}`,
			"line 3: order b1 is done (canceled) with 1 left, and rests with 2"},
		{`{"type":"done","sequence":502,"order_id":"b1",` + at9950 + `,"reason":"filled","remaining_size":"0"}`,
			"line 3: order b1 is done (filled) with 0 left, and rests with 2"},
		{`{"type":"change","sequence":502,"order_id":"b1",` + at9950 + `,"old_size":"5","new_size":"1"}`,
			"line 3: order b1 changes from 5, and has 2"},
		{`{"type":"change","sequence":502,"order_id":"never-open",` + at9950 + `,"old_size":"5","new_size":"1"}`, ""},
		{`{"sequence":501,"bids":[["99.50","2","b1"],["99.50","1","b2"]],` +
			`"asks":[["99.75","0.7","x"],["100","200","a1"]]}`, ""},
		{`{"type":"ticker","sequence":777,"product_id":"T-USD"}` + "\n" + `{"type":"heartbeat","sequence":777}` + "\n" +
			`{"type":"subscriptions"}`, ""},
	} {
		s := replayed(t, feed(t, seed500, open501, c.line))
		if s.FirstContradiction != c.want || (c.want == "") != s.Sound() || s.GapCount != 0 {
			t.Errorf("%s: %q, want %q", c.line, s.FirstContradiction, c.want)
		}
		later := strings.ReplaceAll(c.line, `"sequence":502`, `"sequence":600`)
		if later == c.line || strings.Contains(c.want, "although it rests") {
			continue
		}
		if s = replayed(t, feed(t, seed500, open501, later)); s.Contradictions != 0 {
			t.Errorf("after a gap %s: %s", c.line, s.FirstContradiction)
		}
	}
}

// A trade that passes over an older order is out of turn. A level 3 answer that
// differs counts as wrong and replaces the book.
func TestCoinbaseTurnsAndStates(t *testing.T) {
	s := replayed(t, feed(t, seed500,
		`{"type":"match","sequence":501,"maker_order_id":"b2","side":"buy","price":"99.50","size":"0.5"}`,
		`{"type":"match","sequence":502,"maker_order_id":"b1","side":"buy","price":"99.50","size":"0.5"}`,
		`{"sequence":502,"bids":[["99.50","1.5","b1"],["99.50","0.5","b2"]],"asks":[["100","200","a1"]]}`))
	if count(s.Turns, "out of turn") != 1 || count(s.Turns, "executed in turn") != 1 || s.Exact != 1 {
		t.Errorf("turns %v, %d of %d exact", s.Turns, s.Exact, s.Compared)
	}
	const withoutB2 = `{"sequence":501,"bids":[["99.50","2","b1"]],"asks":[["99.75","0.7","x"],["100","200","a1"]]}`
	s = replayed(t, feed(t, seed500, open501, withoutB2, withoutB2))
	if s.Wrong != 1 || s.Exact != 1 || s.FirstWrong.Side != "buy" || s.FirstWrong.Book != "1" || s.FirstWrong.File != "0" {
		t.Errorf("wrong %d, exact %d, first %v", s.Wrong, s.Exact, s.FirstWrong)
	}
}

// Without a level 3 answer trades with unknown orders are no contradiction. An order
// with more lots than one order of the book can have trades in parts.
func TestCoinbaseUnknownStartAndLargeOrders(t *testing.T) {
	s := replayed(t, feed(t,
		`{"type":"match","sequence":1,"maker_order_id":"old","side":"buy","price":"0.00000801","size":"1"}`,
		`{"type":"open","sequence":2,"order_id":"big","side":"sell","price":"0.00000802","remaining_size":"150.50000001"}`,
		`{"type":"match","sequence":3,"maker_order_id":"big","side":"sell","price":"0.00000802","size":"100.25"}`,
		`{"type":"change","sequence":4,"order_id":"big","side":"sell","price":"0.00000802",`+
			`"old_size":"50.25000001","new_size":"0.25"}`,
		`{"type":"done","sequence":5,"order_id":"big","side":"sell","price":"0.00000802",`+
			`"reason":"canceled","remaining_size":"0.25"}`))
	if !s.Sound() || count(s.Unmatched, "before the start") != 1 || count(s.Turns, "executed in turn") != 1 {
		t.Errorf("summary %+v", s)
	}
}

func TestCoinbaseMalformed(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{"type":"open"`,
			"feed.jsonl:1:14: line: found unexpected end of JSON input, expected one JSON object a line"},
		{`[1]`, "expected a text in quotes"},
		{`{"bid":1}`, "feed.jsonl:1:1: type: found none"},
		{`{"type":"open","sequence":"x"}`, "sequence: found a string, expected a whole number above 0"},
		{`{"type":"open","sequence":1,"order_id":"x","side":"by","price":"1","remaining_size":"1"}`,
			`feed.jsonl:1:44: side: found "by", expected "buy" or "sell"`},
		{`{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"-1","remaining_size":"1"}`,
			`price: found "-1", expected a decimal number above 0`},
		{`{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"1","remaining_size":"0"}`,
			`remaining_size: found "0"`},
		{`{"type":"match","sequence":1,"side":"buy","price":"1","size":"1"}`,
			"maker_order_id: found nothing, expected the id of an order"},
		{`{"type":"received"}`, "sequence: found none, expected a whole number above 0"},
		{`{"sequence":1,"bids":[["1","x","a"]],"asks":[]}`, `bids[0] size: found "x"`},
		{`{"type":"received","sequence":1,"product_id":"A-B"}` + "\n" +
			`{"type":"received","sequence":2,"product_id":"C-D"}`,
			`feed.jsonl:2:33: product_id: found "C-D", expected "A-B"`},
	} {
		_, err := Run(context.Background(), feed(t, c.line))
		var bad *notation.Error
		if !errors.As(err, &bad) || !strings.Contains(bad.Problems[0].Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.line, err, c.want)
		}
	}
}

func FuzzCoinbase(f *testing.F) {
	raw, _ := os.ReadFile("testdata/feed.jsonl")
	f.Add(string(raw))
	f.Add(seed500 + "\n" + open501)
	f.Fuzz(func(t *testing.T, lines string) {
		_, err := Run(context.Background(), feed(t, lines))
		var bad *notation.Error
		if err != nil && !errors.As(err, &bad) {
			t.Fatal(err)
		}
	})
}
