package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"stakeout/market/book"
)

// itchKinds are the messages of TotalView-ITCH 5.0 with their length in bytes.
var itchKinds = map[byte]struct {
	name  string
	bytes int
}{
	'S': {"S system event", 12}, 'R': {"R stock directory", 39}, 'H': {"H trading action", 25},
	'Y': {"Y short sale restriction", 20}, 'L': {"L participant position", 26}, 'V': {"V circuit breaker levels", 35},
	'W': {"W circuit breaker status", 12}, 'K': {"K IPO quoting period", 28}, 'J': {"J auction collar", 35},
	'h': {"h operational halt", 21}, 'A': {"A add", 36}, 'F': {"F add with attribution", 40}, 'E': {"E execution", 31},
	'C': {"C execution with price", 36}, 'X': {"X cancellation", 23}, 'D': {"D deletion", 19}, 'U': {"U replacement", 35},
	'P': {"P trade", 44}, 'Q': {"Q cross", 40}, 'B': {"B broken trade", 19}, 'I': {"I imbalance", 50},
	'N': {"N retail interest", 20}, 'O': {"O direct listing", 48},
}

// The places of fields in a message. All numbers are big-endian.
const (
	itchLocate = 1  // number of the stock on this day, in most messages
	itchOrder  = 11 // reference number of the order
	itchSide   = 19 // of an add
	itchShares = 20 // of an add
	itchStock  = 24 // of an add
	itchPrice  = 32 // of an add, and of an execution with price
	itchCut    = 19 // shares of an execution or a cancellation
	itchNew    = 19 // new reference number of a replacement, before shares and price
)

// isITCH reports whether the first bytes are a message with its length before it.
func isITCH(head []byte) bool {
	if len(head) < 3 {
		return false
	}
	k, known := itchKinds[head[2]]
	return known && int(binary.BigEndian.Uint16(head)) == k.bytes
}

// itch replays one stock of a file of Nasdaq's TotalView-ITCH 5.0.
type itch struct {
	flow
	stock  string // that was asked for or came first; empty before
	asked  bool
	locate uint16 // of the stock, 0 before it is known
}

func replayITCH(o Options, messages, _ *source, out *rows) (*Summary, error) {
	x := &itch{flow: flow{sum: &Summary{Format: "itch", Messages: o.Messages}, types: tally{}, out: out, src: messages,
		decimals: dollarDecimals, currency: "USD", tick: cent}, stock: o.Symbol, asked: o.Symbol != ""}
	out.unit(dollarDecimals, 0)
	var prefix [2]byte
	var longest [1 << 16]byte
	for !messages.ended && !messages.faults.any() {
		_, err := io.ReadFull(messages.in, prefix[:])
		size := int(binary.BigEndian.Uint16(prefix[:]))
		if err != nil || size == 0 { // A length of zero ends a session.
			if err := messages.end(err); err != nil {
				return nil, err
			}
			break
		}
		messages.line++
		text := longest[:size]
		if _, err := io.ReadFull(messages.in, text); err != nil {
			messages.line--
			return nil, messages.end(within(err))
		}
		if err := x.message(text); err != nil {
			return nil, err
		}
	}
	if x.sum.Events == 0 && !messages.faults.any() {
		messages.line = max(messages.line, 1)
		messages.fault(0, "file", "no message about an order"+of(o.Symbol), "at least one")
	}
	return x.summarise(symbol(x.stock)), nil
}

func of(stock string) string {
	if stock == "" {
		return ""
	}
	return fmt.Sprintf(" of %q", stock)
}

// message carries out a message if it is about the stock.
func (x *itch) message(m []byte) error {
	k, known := itchKinds[m[0]]
	switch {
	case !known && x.src.line == 1, known && len(m) < k.bytes:
		x.src.fault(0, "message", fmt.Sprintf("%d bytes that begin with %q", len(m), m[0]),
			"a message of TotalView-ITCH 5.0 with its length before it")
		return nil
	case !known:
		return nil // Later versions may have more messages.
	case m[0] == 'S':
		// The day begins with an empty book.
		x.complete = x.complete || m[itchOrder] == 'O' && x.r == nil
		return nil
	}
	if (m[0] == 'A' || m[0] == 'F') && !x.find(m) {
		return nil
	}
	if !strings.ContainsRune("AFECXDU", rune(m[0])) {
		return nil
	}
	if binary.BigEndian.Uint16(m[itchLocate:]) != x.locate || x.locate == 0 {
		x.passed++
		return nil
	}
	x.act(m, k.name)
	return x.wrote()
}

// find learns the number of the stock from an add, and reports whether to go on. Without a name the first stock is
// the one; a second one is a problem then.
func (x *itch) find(m []byte) bool {
	locate, stock := binary.BigEndian.Uint16(m[itchLocate:]), string(bytes.TrimRight(m[itchStock:itchPrice], " \x00"))
	switch {
	case x.locate == 0 && (!x.asked || stock == x.stock):
		x.locate, x.stock = locate, stock
	case locate != x.locate && !x.asked:
		x.src.fault(0, "stock", fmt.Sprintf("orders of %q besides those of %q", stock, x.stock),
			"one stock; choose one with --symbol")
		return false
	}
	return true
}

// act carries out a message about the stock.
func (x *itch) act(m []byte, kind string) {
	u32 := func(at int) uint64 { return uint64(binary.BigEndian.Uint32(m[at:])) }
	id := ref{0, binary.BigEndian.Uint64(m[itchOrder:])}
	price := int64(0)
	if m[0] == 'A' || m[0] == 'F' || m[0] == 'C' {
		price = int64(u32(itchPrice))
	}
	x.said(kind, price)
	switch m[0] {
	case 'A', 'F':
		side, ok := map[byte]book.Side{'B': book.Buy, 'S': book.Sell}[m[itchSide]]
		if !ok || price == 0 || u32(itchShares) == 0 {
			x.src.fault(0, "order", fmt.Sprintf("side %q, %d shares, price %d", m[itchSide], u32(itchShares), price),
				"side 'B' or 'S', shares and a price above 0")
			return
		}
		x.add(id, side, price, u32(itchShares))
	case 'E':
		x.trade(id, u32(itchCut))
	case 'C':
		// A cross trades at its own price, whatever the order's turn.
		if at, _, _, ok := x.r.state(id); ok && x.r.grid.price(at) == price {
			x.trade(id, u32(itchCut))
			return
		}
		x.apart++
		x.cut(id, u32(itchCut))
	case 'X':
		x.cut(id, u32(itchCut))
	case 'D':
		x.drop(id)
	case 'U':
		x.replace(id, ref{0, binary.BigEndian.Uint64(m[itchNew:])}, u32(itchNew+8), int64(u32(itchNew+12)))
	}
}

// replace takes an order away and rests another one of its side, which is the youngest at its price.
func (x *itch) replace(id, by ref, shares uint64, price int64) {
	_, side, left, ok := x.known(id)
	if !ok {
		return
	}
	if price == 0 || shares == 0 {
		x.src.fault(0, "replacement", fmt.Sprintf("%d shares, price %d", shares, price), "shares and a price above 0")
		return
	}
	x.r.reduce(id, left)
	x.add(by, side, price, shares)
}
