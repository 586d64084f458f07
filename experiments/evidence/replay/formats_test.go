package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// happening is an event of a made-up session, numbered as LOBSTER does.
type happening struct {
	kind        kind
	id          uint64
	size, price int64
	buy         bool
}

// happenings carries out events of a session whose levels are all visible, after the orders that it begins with.
func (s *session) happenings(events int) (list []happening) {
	for _, o := range s.orders {
		list = append(list, happening{submission, uint64(o.id), int64(o.size), o.price, o.buy})
	}
	s.messages.Reset()
	s.rows.Reset()
	for range events {
		s.act()
	}
	for line := range strings.Lines(s.messages.String()) {
		var n [6]int64
		for i, text := range strings.Split(strings.TrimSpace(line), ",") {
			n[i], _ = strconv.ParseInt(text, 10, 64)
		}
		list = append(list, happening{kind(n[1]), uint64(n[2]), n[3], n[4], n[5] == 1})
	}
	return list
}

// itchMessage puts the length before a message of one stock.
func itchMessage(kind byte, fields ...any) []byte {
	var b bytes.Buffer
	b.WriteByte(kind)
	for _, f := range append([]any{uint16(7), uint16(0), [6]byte{}}, fields...) {
		if text, ok := f.(string); ok {
			f = []byte(text)
		}
		binary.Write(&b, binary.BigEndian, f)
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(b.Len())), b.Bytes()...)
}

// itchOf is a day of one stock as TotalView-ITCH 5.0 has it.
func itchOf(list []happening) []byte {
	out := itchMessage('S', "O")
	for i, h := range list {
		side := map[bool]string{true: "B", false: "S"}[h.buy]
		size, price := uint32(h.size), uint32(h.price)
		switch h.kind {
		case submission:
			if i%2 == 0 {
				out = append(out, itchMessage('A', h.id, side, size, "STAKE   ", price)...)
			} else {
				out = append(out, itchMessage('F', h.id, side, size, "STAKE   ", price, "MPID")...)
			}
		case partialCancellation:
			out = append(out, itchMessage('X', h.id, size)...)
		case deletion:
			out = append(out, itchMessage('D', h.id)...)
		case execution:
			out = append(out, itchMessage('E', h.id, size, uint64(i))...)
		case hiddenExecution:
			out = append(out, itchMessage('P', uint64(0), "B", size, "STAKE   ", price, uint64(i))...)
		}
	}
	return append(out, 0, 0)
}

// entriesOf is the same record by market by order: a fill is followed by the cancellation of what was filled.
func entriesOf(list []happening) (out []entry) {
	out = append(out, entry{action: 'R', side: 'N', price: noMBOPrice})
	add := func(action byte, h happening) {
		side := map[bool]byte{true: 'B', false: 'A'}[h.buy]
		out = append(out, entry{action: action, side: side, order: h.id, size: uint64(h.size), price: 100_000 * h.price})
	}
	for _, h := range list {
		switch h.kind {
		case submission:
			add('A', h)
		case partialCancellation, deletion:
			add('C', h)
		case execution:
			add('T', happening{size: h.size, price: h.price, buy: !h.buy})
			add('F', h)
			add('C', h)
		case hiddenExecution:
			add('T', happening{size: h.size, price: h.price})
		}
	}
	for i := range out {
		out[i].publisher, out[i].instrument, out[i].symbol = 1, 42, "STKZ6"
	}
	return out
}

// csvOf is a record as Databento writes it; pretty prices have a point.
func csvOf(list []entry, pretty bool) []byte {
	var b bytes.Buffer
	b.WriteString("ts_recv,ts_event,rtype,publisher_id,instrument_id,action,side,price,size,channel_id,order_id,flags," +
		"ts_in_delta,sequence,symbol\n")
	for i, e := range list {
		price := fmt.Sprint(e.price)
		if pretty && e.price == noMBOPrice {
			price = ""
		} else if pretty {
			price = fmt.Sprintf("%d.%09d", e.price/1e9, e.price%1e9)
		}
		fmt.Fprintf(&b, "%d,%d,160,%d,%d,%c,%c,%s,%d,0,%d,%d,0,%d,%s\n", i, i, e.publisher, e.instrument, e.action, e.side,
			price, e.size, e.order, e.flags, i, e.symbol)
	}
	return b.Bytes()
}

// dbnOf is a record in DBN, with metadata that nobody reads and a record of another type.
func dbnOf(list []entry, version byte) []byte {
	le := binary.LittleEndian
	out := append([]byte("DBN"), version)
	out = le.AppendUint32(out, 100)
	out = append(out, make([]byte, 100)...)
	out = append(out, 6, 21)
	out = append(out, make([]byte, 22)...)
	for _, e := range list {
		out = append(out, 14, dbnMBO)
		out = le.AppendUint16(out, uint16(e.publisher))
		out = le.AppendUint32(out, uint32(e.instrument))
		out = append(out, make([]byte, 8)...)
		out = le.AppendUint64(out, e.order)
		out = le.AppendUint64(out, uint64(e.price))
		out = le.AppendUint32(out, uint32(e.size))
		out = append(out, byte(e.flags), 0, e.action, e.side)
		out = append(out, make([]byte, 16)...)
	}
	return out
}

// ofAll writes a session in every format that names all orders.
func ofAll(list []happening) map[string][]byte {
	entries := entriesOf(list)
	return map[string][]byte{"itch": itchOf(list), "mbo": csvOf(entries, false), "mbo pretty": csvOf(entries, true),
		"dbn": dbnOf(entries, 1), "dbn 3": dbnOf(entries, 3)}
}

// A session made up by an independent list of orders is rebuilt from every format: nothing contradicts it, every trade
// meets the head of its queue, and the last written row is the last book of the list.
func TestSessionsInEveryFormat(t *testing.T) {
	for seed := range int64(5) {
		x := newSession(seed, 40)
		list := x.happenings(1500)
		rows := strings.Split(strings.TrimSpace(x.rows.String()), "\n")
		executions := strings.Count(fmt.Sprint(list), "{4 ")
		for name, content := range ofAll(list) {
			out := filepath.Join(t.TempDir(), "book.csv")
			s, err := Run(t.Context(), Options{Messages: write(t, "f", string(content)), Rebuilt: out, Levels: 40})
			if err != nil {
				t.Fatal(name, err)
			}
			if !strings.HasPrefix(name, s.Format) || !s.Sound() || count(s.Unmatched, "unknown orders") != 0 ||
				count(s.Turns, "executed in turn") != executions || count(s.Turns, "out of turn") != 0 || executions < 100 {
				t.Fatalf("%s: %s, %v, %v, %d executions, %s", name, s.Format, s.Turns, s.Unmatched, executions,
					s.FirstContradiction)
			}
			raw, _ := os.ReadFile(out)
			written := strings.Split(strings.TrimSpace(string(raw)), "\n")
			if got, want := written[len(written)-1], rows[len(rows)-1]; got != want {
				t.Fatalf("%s: last row\n%s\nwant\n%s", name, got, want)
			}
			if name == "itch" && len(written) != len(list)-strings.Count(fmt.Sprint(list), "{5 ") {
				t.Errorf("%d rows for %d messages", len(written), len(list))
			}
		}
	}
}

var packings = map[string]func(t testing.TB, text []byte) []byte{
	"plain": func(_ testing.TB, text []byte) []byte { return text },
	"gzip":  func(t testing.TB, text []byte) []byte { return []byte(gzipped(t.(*testing.T), string(text))) },
	"zstd": func(t testing.TB, text []byte) []byte {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll(text, nil)
	},
	"xz": func(t testing.TB, text []byte) []byte {
		var b bytes.Buffer
		w, err := xz.NewWriter(&b)
		if err == nil {
			_, err = w.Write(text)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	},
}

// Every format is read from a file and from standard input, in every compression, and a cut file is a problem.
func TestCompressionsAndStandardInput(t *testing.T) {
	contents := ofAll(newSession(1, 40).happenings(200))
	contents["lobster"], _ = os.ReadFile("testdata/messages.csv")
	contents["coinbase"], _ = os.ReadFile("testdata/feed.jsonl")
	for name, content := range contents {
		want, err := Run(t.Context(), Options{Messages: write(t, "f", string(content))})
		if err != nil {
			t.Fatal(name, err)
		}
		for pack, by := range packings {
			packed := by(t, content)
			for from, o := range map[string]Options{"file": {Messages: write(t, "f", string(packed))},
				"standard input": {Messages: "-", Stdin: bytes.NewReader(packed)}} {
				s, err := Run(t.Context(), o)
				if err != nil || s.Events != want.Events || s.PeakOrders != want.PeakOrders || s.Format != want.Format {
					t.Errorf("%s in %s from %s: %v", name, pack, from, err)
				}
			}
			if pack == "plain" {
				continue
			}
			_, err := Run(t.Context(), Options{Messages: write(t, "f", string(packed[:len(packed)*2/3]))})
			if err == nil || !strings.Contains(err.Error(), "f:") || strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("%s in %s, cut: %v", name, pack, err)
			}
		}
	}
}

// The states of the book may come from standard input, but not with the messages.
func TestBookStatesFromStandardInput(t *testing.T) {
	rows, _ := os.ReadFile("testdata/orderbook.csv")
	s, err := Run(t.Context(), Options{Messages: "testdata/messages.csv", Book: "-", Stdin: bytes.NewReader(rows)})
	if err != nil || s.Exact != 7 {
		t.Errorf("%+v %v", s, err)
	}
	_, err = Run(t.Context(), Options{Messages: "-", Book: "-", Stdin: bytes.NewReader(rows)})
	if err == nil || !strings.Contains(err.Error(), "cannot be combined") {
		t.Errorf("both from standard input: %v", err)
	}
	_, err = Run(t.Context(), Options{Messages: write(t, "f", string(itchOf(nil))), Format: "itch",
		Book: "testdata/orderbook.csv"})
	if err == nil || !strings.Contains(err.Error(), "cannot be combined") {
		t.Errorf("states for itch: %v", err)
	}
}

// A file of several instruments needs a name, and with one the others are left out.
func TestOneInstrumentOfMany(t *testing.T) {
	list := newSession(3, 40).happenings(100)
	entries := entriesOf(list)
	var mixed []entry
	for _, e := range entries {
		other := e
		other.instrument, other.symbol, other.order = 43, "OTHER", e.order+1_000_000
		mixed = append(mixed, e, other)
	}
	day := itchOf(list)
	both := append([]byte(nil), day[:len(day)-2]...)
	other := itchMessage('A', uint64(9), "B", uint32(5), "OTHER   ", uint32(10_000))
	binary.BigEndian.PutUint16(other[3:], 8)
	both = append(both, other...)
	want := replayed(t, Options{Format: "mbo", Messages: write(t, "f", string(csvOf(entries, false)))})
	for name, c := range map[string]struct {
		content []byte
		symbol  string
		events  int
	}{
		"csv by symbol": {csvOf(mixed, true), "STKZ6", want.Events}, "csv by number": {csvOf(mixed, true), "42", want.Events},
		"dbn by number": {dbnOf(mixed, 2), "42", want.Events}, "itch": {both, "OTHER", 1},
		"csv": {csvOf(mixed, false), "", 0},
		"dbn": {dbnOf(mixed, 2), "", 0}, "itch without a name": {both, "", 0}, "unknown": {both, "NOBODY", 0},
		"unknown in csv": {csvOf(mixed, false), "NOBODY", 0},
	} {
		s, err := Run(t.Context(), Options{Messages: write(t, "f", string(c.content)), Symbol: c.symbol})
		if c.events == 0 {
			if err == nil || strings.Contains(err.Error(), "\n") ||
				c.symbol == "" && !strings.Contains(err.Error(), "--symbol") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || s.Events != c.events || count(s.Unmatched, "other instruments") < 1 {
			t.Errorf("%s: %+v %v", name, s, err)
		}
	}
}

// Replacements and executions at another price leave the book as the messages say.
func TestITCHReplacementsAndCrosses(t *testing.T) {
	day := bytes.Join([][]byte{itchMessage('S', "O"),
		itchMessage('A', uint64(1), "B", uint32(50), "STAKE   ", uint32(10_000)),
		itchMessage('A', uint64(2), "B", uint32(70), "STAKE   ", uint32(10_000)),
		itchMessage('U', uint64(1), uint64(3), uint32(40), uint32(10_000)),
		itchMessage('C', uint64(3), uint32(10), uint64(1), "N", uint32(9_900)),
		itchMessage('E', uint64(2), uint32(70), uint64(2)),
		itchMessage('C', uint64(3), uint32(5), uint64(3), "Y", uint32(10_000)),
		itchMessage('z'), itchMessage('E', uint64(99), uint32(70), uint64(2))}, nil)
	out := filepath.Join(t.TempDir(), "book.csv")
	s, err := Run(t.Context(), Options{Messages: write(t, "f", string(day)), Rebuilt: out, Levels: 1})
	if err != nil || count(s.Turns, "executed in turn") != 2 || count(s.Unmatched, "apart from the queue") != 1 ||
		s.FirstContradiction != "line 9: order 99 does not rest" {
		t.Errorf("%+v %v", s, err)
	}
	raw, _ := os.ReadFile(out)
	const none = "9999999999,0,"
	want := none + "10000,50\n" + none + "10000,120\n" + none + "10000,110\n" + none +
		"10000,100\n" + none + "10000,30\n" +
		none + "10000,25\n" + none + "10000,25\n"
	if string(raw) != want {
		t.Errorf("rows\n%swant\n%s", raw, want)
	}
}

// A modified order keeps its place only if it shrinks at its price; a cleared book is empty and complete.
func TestMBOModificationsAndClears(t *testing.T) {
	rest := func(action byte, id, size uint64, price int64) entry {
		return entry{action: action, side: 'B', order: id, size: size, price: price * 1e9, publisher: 1, instrument: 1}
	}
	list := []entry{rest('C', 5, 1, 9), rest('A', 1, 10, 100), rest('A', 2, 10, 100), rest('M', 1, 5, 100),
		rest('F', 1, 2, 100),
		rest('M', 1, 3, 100), rest('M', 1, 9, 100), rest('F', 2, 10, 100), rest('C', 2, 10, 100),
		{action: 'R', side: 'N', publisher: 1, instrument: 1, price: noMBOPrice}, rest('C', 1, 9, 100)}
	s := replayed(t, Options{Format: "dbn", Messages: write(t, "f", string(dbnOf(list, 1)))})
	if count(s.Turns, "executed in turn") != 2 || count(s.Unmatched, "unknown orders") != 1 ||
		s.FirstContradiction != "line 12: order 1 does not rest" {
		t.Errorf("%v %v %q", s.Turns, s.Unmatched, s.FirstContradiction)
	}
}

// A price far from the smallest tick is in reach although a clear without a price comes first.
func TestTheFirstOrderShowsWherePricesAre(t *testing.T) {
	list := []entry{{action: 'R', side: 'N', price: noMBOPrice, publisher: 1, instrument: 1},
		{action: 'A', side: 'B', order: 1, size: 1, price: 900_000 * 1e9, publisher: 1, instrument: 1}}
	s := replayed(t, Options{Format: "dbn", Messages: write(t, "f", string(dbnOf(list, 1)))})
	if s.PeakOrders != 1 || count(s.Unmatched, "beyond the book") > 0 {
		t.Errorf("%+v", s)
	}
}
