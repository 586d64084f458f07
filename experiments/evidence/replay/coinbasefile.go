package replay

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"

	"stakeout/market/book"
)

// The units of a Coinbase file: a price counts 1e-10 of the quote currency, a size
// 1e-8 of the base currency.
const (
	priceDecimals = 10
	sizeDecimals  = 8
)

// feedLine is a line of a Coinbase file: a message of the channel full, or an
// answer of the level 3 book, which has no type.
type feedLine struct {
	Type      string          `json:"type"`
	Sequence  uint64          `json:"sequence"`
	Product   string          `json:"product_id"`
	Order     string          `json:"order_id"`
	Maker     string          `json:"maker_order_id"`
	Side      string          `json:"side"`
	Price     string          `json:"price"`
	Size      string          `json:"size"`
	Remaining string          `json:"remaining_size"`
	NewSize   string          `json:"new_size"`
	OldSize   string          `json:"old_size"`
	NewPrice  string          `json:"new_price"`
	Reason    string          `json:"reason"`
	Bids      json.RawMessage `json:"bids"` // lists of price, size and order id
	Asks      json.RawMessage `json:"asks"`
}

// feedEvent is a line with its numbers parsed. Fields that its type does not have
// are zero.
type feedEvent struct {
	feedLine
	id       ref
	side     book.Side
	price    int64
	lots     uint64    // size, remaining_size or new_size
	old      uint64    // old_size
	hasLots  bool      // the line gives lots, which may be 0
	newPrice int64     // 0 when a change keeps the price
	state    *fullBook // of a level 3 answer, otherwise nil
}

// fullBook is a level 3 answer: every order of each side.
type fullBook [2][]listed

// listed is an order of a level 3 answer.
type listed struct {
	id    ref
	price int64
	lots  uint64
}

// refOf is the name of an order: the bits of a UUID, or the FNV-1a hash of any other
// text.
func refOf(text string) ref {
	plain := strings.ReplaceAll(text, "-", "")
	var b [16]byte
	if n, err := hex.Decode(b[:], []byte(plain[:min(len(plain), 32)])); err != nil || n != 16 || len(plain) != 32 {
		h := fnv.New128a()
		h.Write([]byte(text))
		h.Sum(b[:0])
	}
	return ref{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// decimal reads a decimal number without sign, and returns it in units of 10^-places. Of a number that it refuses it
// tells what would be right.
func decimal(text string, places int) (n int64, wanted string) {
	before, after, _ := strings.Cut(text, ".")
	after = strings.TrimRight(after, "0")
	plain := before != "" && strings.Trim(before+after, "0123456789") == ""
	if !plain || len(after) > places {
		return 0, fmt.Sprintf("with at most %d digits after the point", places)
	}
	n, err := strconv.ParseInt(before+after+strings.Repeat("0", places-len(after)), 10, 64)
	if err != nil {
		return 0, "of at most " + decimalText(math.MaxInt64, places)
	}
	return n, ""
}

// event reads the current line, and returns false after a problem.
func (s *source) event() (e feedEvent, ok bool) {
	before := len(s.faults.list)
	if err := json.Unmarshal(s.text, &e.feedLine); err != nil {
		s.faultJSON(err)
		s.alien("feed of Coinbase")
		return e, false
	}
	switch {
	case e.Type == "" && e.Bids == nil && e.Asks == nil:
		s.fault(1, "type", "none", "a message with a type, or a level 3 book with bids and asks")
	case e.Type == "":
		s.needSequence(&e)
		e.state = &fullBook{book.Buy: s.listedOrders("bids", e.Bids), book.Sell: s.listedOrders("asks", e.Asks)}
		e.Bids, e.Asks = nil, nil
	case e.Type == "open":
		s.needOrder(&e, e.Order, "order_id")
		e.price = s.number("price", e.Price, priceDecimals)
		e.lots = uint64(s.number("remaining_size", e.Remaining, sizeDecimals))
	case e.Type == "match":
		s.needOrder(&e, e.Maker, "maker_order_id")
		e.price = s.number("price", e.Price, priceDecimals)
		e.lots = uint64(s.number("size", e.Size, sizeDecimals))
	case e.Type == "done":
		s.needOrder(&e, e.Order, "order_id")
		if e.hasLots = e.Remaining != ""; e.hasLots {
			e.lots = uint64(s.amount("remaining_size", e.Remaining, sizeDecimals))
		}
	case e.Type == "change":
		s.change(&e)
	case e.Type == "received", e.Type == "activate":
		s.needSequence(&e)
	}
	return e, len(s.faults.list) == before
}

// change reads the numbers of a change of size, of funds or, with new_price, of
// the price.
func (s *source) change(e *feedEvent) {
	s.needOrder(e, e.Order, "order_id")
	if e.hasLots = e.NewSize != ""; e.hasLots {
		e.lots = uint64(s.amount("new_size", e.NewSize, sizeDecimals))
	}
	if e.OldSize != "" {
		e.old = uint64(s.amount("old_size", e.OldSize, sizeDecimals))
	}
	if e.NewPrice != "" {
		e.newPrice = s.number("new_price", e.NewPrice, priceDecimals)
	}
}

func (s *source) needSequence(e *feedEvent) {
	if e.Sequence == 0 {
		s.fault(s.column("sequence"), "sequence", "none", "a whole number above 0")
	}
}

// needOrder reads the fields that every message about an order must have: sequence
// number, id and side.
func (s *source) needOrder(e *feedEvent, id, field string) {
	s.needSequence(e)
	if id == "" {
		s.fault(s.column(field), field, "nothing", "the id of an order")
	}
	e.id = refOf(id)
	switch e.Side {
	case "buy":
		e.side = book.Buy
	case "sell":
		e.side = book.Sell
	default:
		s.fault(s.column("side"), "side", shown([]byte(e.Side)), `"buy" or "sell"`)
	}
}

// number reads a decimal number above 0, in units of 10^-places.
func (s *source) number(field, text string, places int) int64 {
	n, wanted := decimal(text, places)
	if wanted == "" && n == 0 {
		wanted = fmt.Sprintf("with at most %d digits after the point", places)
	}
	if wanted != "" {
		s.fault(s.column(field), field, shown([]byte(text)), "a decimal number above 0 "+wanted)
	}
	return n
}

// amount reads a decimal number that may be 0, in units of 10^-places.
func (s *source) amount(field, text string, places int) int64 {
	n, wanted := decimal(text, places)
	if wanted != "" {
		s.fault(s.column(field), field, shown([]byte(text)), "a decimal number, 0 or more, "+wanted)
	}
	return n
}

// listedOrders reads a side of a level 3 answer, order by order, since a side can be as long as a line may be.
func (s *source) listedOrders(field string, list json.RawMessage) (out []listed) {
	if len(list) == 0 || string(list) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(list))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		s.fault(s.column(field), field, "no list", "a list of [price, size, order id]")
		return nil
	}
	for i := 0; d.More(); i++ {
		var o [3]string
		at := fmt.Sprintf("%s[%d]", field, i)
		switch err := d.Decode(&o); {
		case err != nil:
			s.fault(0, at, "no order", "[price, size, order id], each a text in quotes")
			return out
		case i >= mostOrders:
			s.fault(0, field, fmt.Sprintf("more than %d orders", mostOrders), "fewer")
			return out
		case o[2] == "":
			s.fault(0, at+" order id", "nothing", "the id of an order")
		}
		price, lots := s.number(at+" price", o[0], priceDecimals), s.number(at+" size", o[1], sizeDecimals)
		out = append(out, listed{refOf(o[2]), price, uint64(lots)})
	}
	return out
}

// column is the column of a key in the current line, 0 when the line lacks the key.
func (s *source) column(key string) int {
	return bytes.Index(s.text, []byte(`"`+key+`"`)) + 1
}

// faultJSON notes the place at which a line is no valid JSON, or has a value of the
// wrong type.
func (s *source) faultJSON(err error) {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		s.fault(int(syntax.Offset), "line", strings.TrimPrefix(syntax.Error(), "json: "), "one JSON object a line")
	case errors.As(err, &kind):
		expected := "a text in quotes"
		if kind.Field == "sequence" {
			expected = "a whole number above 0"
		}
		s.fault(int(kind.Offset), kind.Field, "a "+kind.Value, expected)
	default:
		s.fault(1, "line", err.Error(), "one JSON object a line")
	}
}
