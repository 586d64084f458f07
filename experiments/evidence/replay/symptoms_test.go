package replay

import (
	"io"
	"strings"
	"testing"
)

// What is wrong in a file of a new format is one line with file, line and what was expected.
func TestMalformedRecords(t *testing.T) {
	const header = "action,side,price,size,order_id,instrument_id\n"
	top := entriesOf(nil)
	top[0].flags = topOfBook
	for _, c := range []struct{ format, content, want string }{
		{"mbo", "a,b\n", "f:1:1: line: found no column instrument_id"},
		{"mbo", header + "A,B,1.5,1,7\n", "f:2:1: line: found 5 fields, expected 6 as in the header"},
		{"mbo", header + "Z,B,1.5,1,7,1\n", `f:2:1: action: found "Z", expected A, C, M, R, T, F or N`},
		{"mbo", header + "A,Q,1.5,1,7,1\n", `f:2:3: side: found "Q"`},
		{"mbo", header + "A,B,1.0000000001,1,7,1\n", `f:2:5: price: found "1.0000000001"`},
		{"mbo", header + "A,B,1.5,4294967296,7,1\n", `f:2:9: size: found "4294967296", expected a whole number from 0 to`},
		{"mbo", header + "A,B,1.5,0,7,1\n", "f:2: A add: found side 'B', price 1.5, size 0"},
		{"mbo", header, "f:1: file: found no record"},
		{"dbn", "DBN\x09\x00\x00\x00\x00", `f:1: file: found "DBN\t", expected a file of DBN, version 1 to 3`},
		{"dbn", "DBN\x01\xff\x00\x00\x00", "f:1: file: found the end of the file within a message"},
		{"dbn", "DBN\x01\x00\x00\x00\x00\x01\xa0", "f:1: record: found type 160 of 4 bytes"},
		{"dbn", string(dbnOf(top, 1)), "f:2: flags: found a record that replaces the top of the book"},
		{"dbn", string(dbnOf(entriesOf(nil), 1)[:150]), "f:2: file: found the end of the file within a message"},
		{"itch", "\x00\x05hello", "f:1: message: found 5 bytes that begin with 'h'"},
		{"itch", "ACGT", "f:1: file: found the end of the file within a message"},
		{"itch", string(itchMessage('A', uint64(1), "Q", uint32(50), "STAKE   ", uint32(10_000))),
			"f:1: order: found side 'Q'"},
		{"itch", string(itchOf(nil)), "f:1: file: found no message about an order"},
		{"", "hello\nworld\n", `f:1: file: found "hello", expected order flow in one of the formats lobster, coinbase`},
		{"", "", "f:1: file: found no message"},
		{"", strings.Repeat("\x00", 1<<20), "f:1: file: found "},
		{"", "1,2,3\n4,5,6\n7,8,9\n", "f:1:1: line: found 3 fields, expected 6: time, type, order id, size, price, " +
			"direction; " +
			"this is no message file of LOBSTER"},
		{"lobster", "time,type\nx\ny\n", "f:1:1: line: found 2 fields"},
		{"lobster", "a,b,c,d,e,f\na,b,c,d,e,f\n", `f:1:1: time: found "a"`},
		{"coinbase", "hello\nworld\n", "this is no feed of Coinbase"},
		{"lobster", strings.Repeat("1", 2*longestRow), "f:1: line: found a line of more than 1048576 bytes, expected"},
	} {
		_, err := Run(t.Context(), Options{Format: c.format, Messages: write(t, "f", c.content)})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %.40q: %v, want %s", c.format, c.content, err, c.want)
		}
	}
}

// The right limit is named: 64 bits for an id of LOBSTER, the largest number for a size of Coinbase.
func TestLimitsOfNumbersAreNamed(t *testing.T) {
	line := func(id string) string { return "1.0,1," + id + ",10,1000000,1\n" }
	if s := replayed(t, Options{Messages: write(t, "m.csv", line("9223372036854775807"))}); s.PeakOrders != 1 {
		t.Errorf("%+v", s)
	}
	_, err := Run(t.Context(), Options{Format: "lobster", Messages: write(t, "m.csv", line("9223372036854775808"))})
	if err == nil || !strings.Contains(err.Error(), "expected a whole number from 1 to 9223372036854775807") {
		t.Error(err)
	}
	open := func(size string) string {
		return `{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"1","remaining_size":"` + size + `"}`
	}
	for size, want := range map[string]string{"10000000000.5": "", "92233720368.54775807": "",
		"92233720368.54775808": "a decimal number above 0 of at most 92233720368.54775807",
		"1.000000001":          "with at most 8 digits after the point"} {
		s, err := Run(t.Context(), feed(t, open(size)))
		if want == "" && (err != nil || s.PeakOrders != 1 || count(s.Unmatched, "beyond the book") > 0) ||
			want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v %+v", size, err, s)
		}
	}
}

// An order that nobody has named takes nothing from those that are named, so that these are executed later as known.
func TestAnUnknownExecutionLeavesTheNamedOrders(t *testing.T) {
	s := replayed(t, Options{Messages: write(t, "m.csv",
		"1.0,1,11,50,1000000,1\n2.0,4,7,20,1000000,1\n3.0,4,11,50,1000000,1\n")})
	if count(s.Unmatched, "unknown orders") != 1 || count(s.Turns, "executed in turn") != 1 || !s.Sound() {
		t.Errorf("%v %v", s.Unmatched, s.Turns)
	}
}

// An order that was opened and matched in full has rested when it is done.
func TestAnOrderMatchedInFullHasRested(t *testing.T) {
	done := `{"type":"done","sequence":3,"order_id":"x","side":"buy","price":"1","reason":"filled","remaining_size":"0"}`
	s := replayed(t, feed(t, `{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"1","remaining_size":"2"}`,
		`{"type":"match","sequence":2,"maker_order_id":"x","side":"buy","price":"1","size":"2"}`, done,
		strings.ReplaceAll(strings.ReplaceAll(done, "3", "4"), `"x"`, `"y"`)))
	if count(s.Unmatched, "never rested") != 1 || !s.Sound() {
		t.Errorf("%v %s", s.Unmatched, s.FirstContradiction)
	}
}

// endless gives the same bytes for ever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	if len(p) < len(e) {
		return 0, io.ErrShortBuffer
	}
	n := 0
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}
