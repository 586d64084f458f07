// Package replay rebuilds a limit order book from recorded order flow and compares it with the record.
// The book is the model's own, package market/book, and the messages are those of a real session. The
// book itself matches every execution, so the file shows whether the same order leads its queue.
//
// # LOBSTER
//
// A message file has one event a line: time (seconds after midnight), type (1
// submission, 2 partial cancellation, 3 deletion, 4 execution of a visible
// order, 5 of a hidden one, 6 cross, 7 halt), order id, size, price in dollars ×
// 10,000, direction of the resting order (1 buy, −1 sell). The orderbook file
// has one row an event: ask price, ask size, bid price, bid size for each level;
// ±9999999999 with size 0 is an empty level. A file of N levels holds only
// events that touch the best N levels, so orders behind those levels are unknown
// until their price comes into sight. After each message the book is compared
// with the row. Each difference gets a reason, and the book is then corrected to
// the row, so that later rows do not count it again. An error in a single row
// counts twice: in that row, and in the next row, which returns to the truth.
//
// # Coinbase Exchange
//
// One JSON object a line, as the channel "full" sends them: received, open,
// match, done, change, activate, with sequence numbers; and answers of the level
// 3 book (sequence, bids and asks as [price, size, order id]), in the same file
// or in a second one. The first answer seeds the book; each later answer is
// compared with the whole book. Lost messages show as gaps in the sequence.
//
// # Market by order and ITCH
//
// Databento's schema mbo, as CSV or DBN, and Nasdaq's TotalView-ITCH 5.0, with the
// length before each message, name every order. A fill of mbo is executed by the
// book, and the cancellation that follows it takes nothing more. The book counts
// as complete after a clear (mbo) or when the day begins (ITCH); from then on what
// disagrees with it is a contradiction.
//
// # Limits
//
// Files are streams of any length, plain or compressed by gzip, zstd or xz. A line
// has at most 1 MiB, in a feed of Coinbase 32 MiB; a decompressor looks back 64
// MiB; 524,288 orders rest at a time. So a replay keeps to 256 MB of memory.
//
// Assumption: prices move within 2^24 ticks. The tick is a cent until a price
// lies between two ticks; it then becomes the greatest common divisor of tick and
// price. Orders outside of the window around the best price are counted and left
// out. The lot is a share in LOBSTER; in a feed it is one unit of the base
// currency until a size is no multiple of the lot, and shrinks in the same way.
// Assumption: a venue may report simultaneous trades in another order than that
// of the queue. An execution out of turn is therefore counted, but not as wrong.
// Assumption: orders at one price of a level 3 answer are listed oldest first.
//
// Sources: R. Huang, T. Polak, "LOBSTER: limit order book reconstruction system",
// 2011, and https://lobsterdata.com/info/DataStructure.php;
// https://docs.cdp.coinbase.com/exchange/websocket-feed/channels (channel full)
// and https://docs.cdp.coinbase.com/exchange/reference (product book, level 3);
// https://databento.com/docs/schemas-and-data-formats/mbo; Nasdaq TotalView-ITCH 5.0
// specification.
package replay
