package wire

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// events runs lines and returns the events, one line each.
func events(s *Session, lines ...string) (out []string) {
	for _, l := range lines {
		out = append(out, strings.FieldsFunc(string(s.Line([]byte(l+"\n"))), func(r rune) bool { return r == '\n' })...)
	}
	return out
}

const sell5 = `{"op":"new","id":"m","owner":"ann","side":"sell","price":100,"quantity":5}`

// TestOrders tests the effect of each form of an order on five lots offered at
// 100.
func TestOrders(t *testing.T) {
	for order, want := range map[string]string{
		`"price":100,"quantity":7`:                                      "accept trade rests 2",
		`"price":99,"quantity":7`:                                       "accept rests 7",
		`"price":100,"quantity":7,"tif":"gtc","type":"limit"`:           "accept trade rests 2",
		`"price":100,"quantity":7,"tif":"ioc"`:                          "accept trade cancel:ioc",
		`"price":100,"quantity":7,"type":"ioc"`:                         "accept trade cancel:ioc",
		`"price":99,"quantity":7,"type":"ioc"`:                          "accept cancel:ioc",
		`"price":100,"quantity":7,"tif":"fok"`:                          "reject:8",
		`"price":100,"quantity":5,"type":"fok"`:                         "accept trade",
		`"quantity":7,"type":"market"`:                                  "accept trade cancel:market",
		`"quantity":7,"type":"market","tif":"ioc"`:                      "accept trade cancel:market",
		`"quantity":7,"type":"market","tif":"fok"`:                      "reject:8",
		`"quantity":4,"type":"market","tif":"fok"`:                      "accept trade",
		`"price":100,"quantity":7,"type":"post-only"`:                   "reject:7",
		`"price":99,"quantity":7,"type":"post-only"`:                    "accept rests 7",
		`"price":99,"quantity":7,"flags":["post-only"]`:                 "accept rests 7",
		`"price":100,"quantity":7,"type":"limit","flags":["post-only"]`: "reject:7",
		`"price":99,"quantity":7,"flags":[]`:                            "accept rests 7",
		`"price":99,"quantity":7,"flags":["postonly"]`:                  "error:flags",
		`"price":99,"quantity":7,"flags":"post-only"`:                   "error:flags",
		`"price":99,"quantity":7,"type":"ioc","flags":["post-only"]`:    "error:flags",
		`"price":99,"quantity":7,"tif":"gtt","expiry":9`:                "accept rests 7",
		`"price":99,"quantity":7,"display":2`:                           "accept rests 7",
		`"price":100,"quantity":7,"min":6`:                              "reject:13",
		`"quantity":7,"type":"stop","trigger":100`:                      "accept rests 7",
		`"price":99,"quantity":7,"type":"stop-limit","trigger":100`:     "accept rests 7",
		`"price":0,"quantity":7`:                                        "reject:4",
		`"price":16777216,"quantity":7`:                                 "reject:4",
		`"price":16777215,"quantity":7`:                                 "accept trade rests 2",
		`"price":100,"quantity":0`:                                      "reject:5",
		`"price":100,"quantity":7,"owner":"ann"`:                        "accept cancel:self-trade rests 7",
		`"price":100,"quantity":7,"owner":"ann","stp":"cancel-both"`:    "accept cancel:self-trade cancel:self-trade",
		`"price":100,"quantity":7,"owner":"ann","stp":"decrement"`:      "accept cancel:self-trade reduce:self-trade rests 2",
		`"price":100,"quantity":7,"owner":"ann","stp":"cancel-newest"`:  "accept cancel:self-trade",
		`"quantity":7`:                                      "error:price",
		`"price":-1,"quantity":7`:                           "error:price",
		`"price":100,"quantity":7,"tif":"gtt"`:              "error:expiry",
		`"price":100,"quantity":7,"trigger":5`:              "error:trigger",
		`"price":100,"quantity":7,"type":"stop-limit"`:      "error:trigger",
		`"price":100,"quantity":7,"type":"fok","tif":"ioc"`: "error:tif",
		`"price":100,"quantity":7,"id":""`:                  "error:id",
		`"price":100,"quantity":7,"id":1.5`:                 "error:id",
		`"price":100,"quantity":4294967296`:                 "error:quantity",
	} {
		s := New()
		events(s, sell5)
		if got := summary(t, s, events(s, `{"op":"new","side":"buy",`+order+`}`)); got != want {
			t.Errorf("%s: %s, want %s", order, got, want)
		}
	}
}

// summary lists the events with their reason, code or field, and what rests of
// the buyer.
func summary(t *testing.T, s *Session, list []string) string {
	t.Helper()
	var out []string
	for _, e := range list {
		var v struct {
			Event, Reason, Field string
			Code                 int
		}
		if err := json.Unmarshal([]byte(e), &v); err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		switch {
		case v.Code != 0:
			v.Event += fmt.Sprint(":", v.Code)
		case v.Reason+v.Field != "":
			v.Event += ":" + v.Reason + v.Field
		}
		out = append(out, v.Event)
	}
	var state struct {
		Orders, Waiting []struct {
			Side     string
			Quantity int
		}
	}
	if err := json.Unmarshal([]byte(events(s, `{"op":"book","orders":true}`)[0]), &state); err != nil {
		t.Fatal(err)
	}
	for _, o := range append(state.Orders, state.Waiting...) {
		if o.Side == "buy" {
			out = append(out, fmt.Sprint("rests ", o.Quantity))
		}
	}
	return strings.Join(out, " ")
}

// TestNames tests that ids and owners are strings or numbers and are returned as
// they were written, and that the id of an order that is gone may be used again.
func TestNames(t *testing.T) {
	s := New()
	got := events(s, `{"op":"new","id":7,"owner":"","side":"buy","price":1,"quantity":1}`,
		`{"op":"new","id":7,"owner":12,"side":"buy","price":1,"quantity":1}`,
		`{"op":"new","side":"buy","price":2,"quantity":1}`,
		`{"op":"new","id":"7","side":"buy","price":1,"quantity":1}`,
		`{"op":"cancel","id":"7"}`,
		`{"op":"new","id":"7","side":"buy","price":1,"quantity":1}`,
		`{"op":"new","id":"a\"ü","owner":"o\\","side":"sell","price":2,"quantity":1}`)
	want := []string{
		`{"event":"error","line":1,"field":"owner","problem":"is \"\"","expected":"a string that is not empty, or a ` +
			`whole number"}`,
		`{"event":"accept","line":2,"id":7}`, `{"event":"accept","line":3,"id":8}`,
		`{"event":"reject","line":4,"id":"7","code":64,"reason":"duplicate id"}`,
		`{"event":"cancel","line":5,"id":"7","quantity":1,"reason":"user"}`, `{"event":"accept","line":6,"id":"7"}`,
		`{"event":"accept","line":7,"id":"a\"ü"}`,
		`{"event":"trade","line":7,"price":2,"quantity":1,"side":"sell","maker":8,"taker":"a\"ü","taker_owner":"o\\",` +
			`"maker_left":0,"taker_left":0}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRandomSession sends random lines: every event is JSON, every live id is in
// the book exactly once, and the same lines give the same events again.
func TestRandomSession(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	pick := func(list ...string) string { return list[r.Intn(len(list))] }
	a, b := New(), New()
	for range 30_000 {
		line := fmt.Sprintf(`{"op":"new","id":%d,"owner":%d,"side":%q,"price":%d,"quantity":%d%s}`, r.Intn(60), r.Intn(4),
			pick("buy", "sell"), 95+r.Intn(10), r.Intn(12), pick("", "", `,"tif":"ioc"`, `,"display":2`, `,"type":"post-only"`,
				`,"stp":"decrement"`, `,"stp":"cancel-both"`, `,"type":"stop-limit","trigger":100`, `,"type":"stop","trigger":101`,
				`,"expiry":`+fmt.Sprint(a.line/50)))
		switch r.Intn(12) {
		case 0, 1:
			line = fmt.Sprintf(`{"op":"cancel","id":%d}`, r.Intn(60))
		case 2, 3:
			line = fmt.Sprintf(`{"op":"amend","id":%d,%q:%d}`, r.Intn(60), pick("price", "quantity"), 90+r.Intn(20))
		case 4:
			line = pick(`{"op":"phase","phase":"call"}`, `{"op":"phase","phase":"continuous"}`,
				`{"op":"phase","phase":"continuous"}`,
				`{"op":"cancel-all","owner":2}`, fmt.Sprintf(`{"op":"clock","tick":%d}`, a.line/50))
		}
		x := string(a.Line([]byte(line)))
		if y := string(b.Line([]byte(line))); x != y {
			t.Fatalf("%s: %s, then %s", line, x, y)
		}
		for e := range strings.Lines(x) {
			if !json.Valid([]byte(e)) {
				t.Fatalf("%s: %s", line, e)
			}
		}
		if len(a.orders) != a.book.Live() {
			t.Fatalf("%s: %d names, %d orders\n%s", line, len(a.orders), a.book.Live(), x)
		}
	}
	for key, id := range a.orders {
		if _, ok := a.book.Get(id); !ok || a.names[id].key != key {
			t.Errorf("order %s is lost", key)
		}
	}
}

// FuzzLine tests that no line breaks a session and every answer is JSON.
func FuzzLine(f *testing.F) {
	for _, l := range []string{sell5, `{"op":"book","orders":true}`, `{"op":"amend","id":"m","quantity":2}`,
		`{"op":"phase","phase":"call","reference":3}`,
		`{"op":"band","low":1,"high":0}`, `{"op":`, `[]`, `{"op":"new"}{}`, "\xff", `{"op":{"op":1}}`, `null`,
		`{"op":"clock","tick":1e3}`} {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		s := New()
		for _, e := range events(s, sell5, line, `{"op":"new","side":"buy","price":100,"quantity":1}`,
			`{"op":"book","orders":true}`) {
			if !json.Valid([]byte(e)) {
				t.Fatalf("%q: %s", line, e)
			}
		}
		if len(s.orders) != s.book.Live() {
			t.Fatalf("%q: %d names, %d orders", line, len(s.orders), s.book.Live())
		}
	})
}
