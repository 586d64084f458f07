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

// The level 3 books may stand in a file of their own.
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
	open501 = `{"type":"open","sequence":501,"product_id":"T-USD","order_id":"x","side":"sell","price":"99.75",` +
		`"remaining_size":"0.7"}`
)

// What cannot be true in a complete feed is a contradiction; after a gap it is
// what was lost.
func TestCoinbaseContradictions(t *testing.T) {
	for line, want := range map[string]string{
		`{"type":"match","sequence":502,"maker_order_id":"b2","side":"buy",` +
			`"price":"99.50","size":"1"}`: "",
		`{"type":"match","sequence":502,"maker_order_id":"b1","side":"buy",` +
			`"price":"99.50","size":"3"}`: "line 3: order b1 trades 3, and has 2",
		`{"type":"match","sequence":502,"maker_order_id":"b1","side":"buy",` +
			`"price":"99.60","size":"1"}`: "line 3: order b1 trades at 99.60 to buy, and rests elsewhere",
		`{"type":"match","sequence":502,"maker_order_id":"b9","side":"buy",` +
			`"price":"99.50","size":"1"}`: "line 3: order b9 trades, and does not rest",
		`{"type":"open","sequence":502,"order_id":"x","side":"sell","price":"99.80",` +
			`"remaining_size":"1"}`: "line 3: order x opens although it rests",
		`{"type":"open","sequence":502,"order_id":"y","side":"buy","price":"99.75",` +
			`"remaining_size":"1"}`: "line 3: order y to buy at 99.75 opens through the best price of the other side",
		`{"type":"done","sequence":502,"order_id":"b1","side":"buy","price":"1.00","reason":"canceled",` +
			`"remaining_size":"2"}`: "",
		`{"type":"done","sequence":502,"order_id":"b1","side":"buy","price":"99.50","reason":"canceled",` +
			`"remaining_size":"1"}`: "line 3: order b1 is done (canceled) with 1 left, and rests with 2",
		`{"type":"done","sequence":502,"order_id":"b1","side":"buy","price":"99.50","reason":"filled",` +
			`"remaining_size":"0"}`: "line 3: order b1 is done (filled) with 0 left, and rests with 2",
		`{"type":"change","sequence":502,"order_id":"b1","side":"buy","price":"99.50","old_size":"5",` +
			`"new_size":"1"}`: "line 3: order b1 changes from 5, and has 2",
		`{"type":"change","sequence":502,"order_id":"never-open","side":"buy","price":"99.50","old_size":"5",` +
			`"new_size":"1"}`: "",
		`{"sequence":501,"bids":[["99.50","2","b1"],["99.50","1","b2"]],"asks":[["99.75","0.7","x"],["100",` +
			`"200","a1"]]}`: "",
		`{"type":"ticker","sequence":777,"product_id":"T-USD"}` + "\n" + `{"type":"heartbeat","sequence":777}` + "\n" +
			`{"type":"subscriptions"}`: "",
	} {
		s := replayed(t, feed(t, seed500, open501, line))
		if s.FirstContradiction != want || (want == "") != s.Sound() || s.GapCount != 0 {
			t.Errorf("%s: %q, want %q", line, s.FirstContradiction, want)
		}
		later := strings.ReplaceAll(line, `"sequence":502`, `"sequence":600`)
		if s = replayed(t, feed(t, seed500, open501, later)); later != line && !strings.Contains(want, "although it rests") &&
			s.Contradictions != 0 {
			t.Errorf("after a gap %s: %s", line, s.FirstContradiction)
		}
	}
}

// A trade that passes over an older order is out of turn; a level 3 book that
// differs is wrong and becomes the book.
func TestCoinbaseTurnsAndStates(t *testing.T) {
	s := replayed(t, feed(t, seed500,
		`{"type":"match","sequence":501,"maker_order_id":"b2","side":"buy","price":"99.50","size":"0.5"}`,
		`{"type":"match","sequence":502,"maker_order_id":"b1","side":"buy","price":"99.50","size":"0.5"}`,
		`{"sequence":502,"bids":[["99.50","1.5","b1"],["99.50","0.5","b2"]],"asks":[["100","200","a1"]]}`))
	if count(s.Turns, "out of turn") != 1 || count(s.Turns, "executed in turn") != 1 || s.Exact != 1 {
		t.Errorf("turns %v, %d of %d exact", s.Turns, s.Exact, s.Compared)
	}
	s = replayed(t, feed(t, seed500, open501,
		`{"sequence":501,"bids":[["99.50","2","b1"]],"asks":[["99.75","0.7","x"],["100","200","a1"]]}`,
		`{"sequence":501,"bids":[["99.50","2","b1"]],"asks":[["99.75","0.7","x"],["100","200","a1"]]}`))
	if s.Wrong != 1 || s.Exact != 1 || s.FirstWrong.Side != "buy" || s.FirstWrong.Book != "1" || s.FirstWrong.File != "0" {
		t.Errorf("wrong %d, exact %d, first %v", s.Wrong, s.Exact, s.FirstWrong)
	}
}

// Without a level 3 book trades with unknown orders are explained, and an order
// larger than a book takes at once is traded in parts.
func TestCoinbaseUnknownStartAndLargeOrders(t *testing.T) {
	s := replayed(t, feed(t,
		`{"type":"match","sequence":1,"maker_order_id":"old","side":"buy","price":"0.00000801","size":"1"}`,
		`{"type":"open","sequence":2,"order_id":"big","side":"sell","price":"0.00000802","remaining_size":"150.50000001"}`,
		`{"type":"match","sequence":3,"maker_order_id":"big","side":"sell","price":"0.00000802","size":"100.25"}`,
		`{"type":"change","sequence":4,"order_id":"big","side":"sell","price":"0.00000802","old_size":"50.25000001",`+
			`"new_size":"0.25"}`,
		`{"type":"done","sequence":5,"order_id":"big","side":"sell","price":"0.00000802","reason":"canceled",`+
			`"remaining_size":"0.25"}`))
	if !s.Sound() || count(s.Unmatched, "before the start") != 1 || count(s.Turns, "executed in turn") != 1 {
		t.Errorf("summary %+v", s)
	}
}

func TestCoinbaseMalformed(t *testing.T) {
	for line, want := range map[string]string{
		`{"type":"open"`: "feed.jsonl:1:14: line: found unexpected end of JSON input, expected one JSON " +
			"object a line",
		`[1]`:                            "expected a text in quotes",
		`{"bid":1}`:                      "feed.jsonl:1:1: type: found none",
		`{"type":"open","sequence":"x"}`: "sequence: found a string, expected a whole number above 0",
		`{"type":"open","sequence":1,"order_id":"x","side":"by","price":"1","remaining_size":"1"}`: `feed.jsonl:1:44: ` +
			`side: found "by", expected "buy" or "sell"`,
		`{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"-1","remaining_size":"1"}`: `price: found "-1", ` +
			`expected a decimal number above 0`,
		`{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"1",` +
			`"remaining_size":"0"}`: `remaining_size: found "0"`,
		`{"type":"match","sequence":1,"side":"buy","price":"1","size":"1"}`: "maker_order_id: " +
			"found nothing, expected the id of an order",
		`{"type":"received"}`:                             "sequence: found none, expected a whole number above 0",
		`{"sequence":1,"bids":[["1","x","a"]],"asks":[]}`: `bids[0] size: found "x"`,
		`{"type":"received","sequence":1,"product_id":"A-B"}` + "\n" +
			`{"type":"received","sequence":2,"product_id":"C-D"}`: `feed.jsonl:2:33: product_id: found "C-D", expected "A-B"`,
	} {
		_, err := Run(context.Background(), feed(t, line))
		var bad *notation.Error
		if !errors.As(err, &bad) || !strings.Contains(bad.Problems[0].Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
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
