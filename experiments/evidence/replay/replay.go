// Package replay rebuilds a limit order book from recorded order flow and holds
// it against the record: the model's own book, package market/book, on the
// messages of a real session. Every execution is matched by the book itself, so
// the file shows whether the book puts the same order at the head of the queue.
//
// # LOBSTER
//
// A message file has one event a line: time (seconds after midnight), type (1
// submission, 2 partial cancellation, 3 deletion, 4 execution of a visible
// order, 5 of a hidden one, 6 cross, 7 halt), order id, size, price in dollars ×
// 10,000, direction of the resting order (1 buy, −1 sell). The orderbook file
// has one row an event: ask price, ask size, bid price, bid size for each level;
// ±9999999999 with size 0 is an empty level. A file of N levels holds only
// events that touch the best N levels, so what rests behind them is unknown
// until it comes into sight. After each message the book is compared with the
// row, the difference gets a reason, and the book is made equal to the row, so
// that each difference is met once. A fault of one row is therefore met twice: in
// it, and in the next one, which goes back.
//
// # Coinbase Exchange
//
// One JSON object a line, as the channel "full" sends them: received, open,
// match, done, change, activate, with sequence numbers; and answers of the level
// 3 book (sequence, bids and asks as [price, size, order id]), in the same file
// or in one of their own. The first of these seeds the book and later ones are
// compared with all of it. Lost messages show as gaps in the sequence.
//
// Assumption: prices move within 2^24 ticks. The tick is a cent until a price
// lies between two ticks, and becomes what divides both then; orders outside of
// the window around the best price are counted and left out. The lot is a share
// in LOBSTER; in a feed it is one unit until a size asks for less.
// Assumption: a venue may report what trades at one moment in another order than
// it rested. An execution out of turn is therefore counted, and is not wrong.
// Assumption: orders at one price of a level 3 answer are listed oldest first.
//
// Sources: R. Huang, T. Polak, "LOBSTER: limit order book reconstruction system",
// 2011, and https://lobsterdata.com/info/DataStructure.php;
// https://docs.cdp.coinbase.com/exchange/websocket-feed/channels (channel full)
// and https://docs.cdp.coinbase.com/exchange/reference (product book, level 3).
package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"stakeout/experiments/kit/param"
)

// Options name the files and how to read them.
type Options struct {
	Messages string // file
	Book     string // file of book states; empty for none
	Levels   int    // levels to compare, 0 for all that the file has
	Format   string // one of Formats
}

// Formats are the file formats that can be replayed.
var Formats = []string{"lobster", "coinbase"}

// ErrFormat is wrapped by the error of Run for an unknown format.
var ErrFormat = errors.New("no such format")

// Run replays a file. The error is a *notation.Error when a file is malformed, with all
// its problems up to notation.Limit, or that of the file system or the context;
// what the record and the book disagree on is in the summary.
func Run(ctx context.Context, o Options) (*Summary, error) {
	switch o.Format {
	case "lobster":
		return replayLobster(ctx, o)
	case "coinbase":
		return replayCoinbase(ctx, o)
	}
	near := ""
	if n := param.Nearest(o.Format, Formats); n != "" {
		near = "; " + param.DidYouMean(n)
	}
	return nil, fmt.Errorf("%w %q%s; expected one of %q", ErrFormat, o.Format, near, slices.Clone(Formats))
}
