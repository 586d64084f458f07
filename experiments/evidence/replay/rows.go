package replay

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"stakeout/market/book"
)

// rows writes the rebuilt book in the layout of LOBSTER's orderbook file: after each message a line of ask price, ask
// size, bid price and bid size for each level. Prices count ten-thousandths of the currency, with a point where a
// price is finer. All methods of nil do nothing.
type rows struct {
	path          string
	file          *os.File
	out           *bufio.Writer
	levels        int
	price, size   int // digits after the point of a price in ten-thousandths, and of a size
	line          []byte
	list          []book.Level
	done, replace bool
}

// defaultLevels is the number of levels that are written when the command line gives none.
const defaultLevels = 10

// createRows begins a file next to its final place, so that a reader never finds half a book there. What is no plain
// file, such as a pipe, is written at once.
func createRows(o Options) (*rows, error) {
	w := &rows{path: o.Rebuilt, levels: o.Levels, replace: true}
	if w.levels == 0 {
		w.levels = defaultLevels
	}
	info, err := os.Stat(o.Rebuilt)
	switch {
	case err == nil && info.IsDir():
		return nil, &os.PathError{Op: "write", Path: o.Rebuilt, Err: errors.New("is a folder")}
	case err == nil && !info.Mode().IsRegular():
		w.replace = false
		w.file, err = os.OpenFile(o.Rebuilt, os.O_WRONLY, 0)
	default:
		w.file, err = os.CreateTemp(filepath.Dir(o.Rebuilt), "."+filepath.Base(o.Rebuilt)+"-*")
	}
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewWriterSize(w.file, chunk)
	return w, nil
}

// unit tells the digits after the point of prices and of sizes as the engine counts them.
func (w *rows) unit(price, size int) {
	if w != nil {
		w.price, w.size = price-dollarDecimals, size
	}
}

// write writes the levels of a book after a message. It is also where a book that has grown too large ends the replay.
func (w *rows) write(r *rebuilt, messages *source) error {
	if r.crowded {
		messages.fault(0, "book", fmt.Sprintf("more than %d orders that rest", mostOrders), "fewer")
		messages.ended = true
		return nil
	}
	if w == nil {
		return nil
	}
	var sides [2][]book.Level
	w.list = r.book.Levels(book.Buy, w.levels, w.list[:0])
	n := len(w.list)
	w.list = r.book.Levels(book.Sell, w.levels, w.list)
	sides[book.Buy], sides[book.Sell] = w.list[:n], w.list[n:]
	w.line = w.line[:0]
	for i := range w.levels {
		for _, side := range [...]book.Side{book.Sell, book.Buy} {
			if len(w.line) > 0 {
				w.line = append(w.line, ',')
			}
			if i < len(sides[side]) {
				w.level(r, sides[side][i])
			} else {
				w.line = append(w.line, [2]string{book.Buy: "-9999999999,0", book.Sell: "9999999999,0"}[side]...)
			}
		}
	}
	_, err := w.out.Write(append(w.line, '\n'))
	return err
}

func (w *rows) level(r *rebuilt, l book.Level) {
	w.number(r.grid.price(l.Price), w.price)
	w.line = append(w.line, ',')
	w.number(int64(l.Lots*r.lot), w.size)
}

func (w *rows) number(n int64, places int) {
	if places == 0 {
		w.line = strconv.AppendInt(w.line, n, 10)
	} else {
		w.line = append(w.line, decimalText(n, places)...)
	}
}

// finish puts the file in its place.
func (w *rows) finish() error {
	if w == nil {
		return nil
	}
	err := errors.Join(w.out.Flush(), w.file.Close())
	if err == nil && w.replace {
		const readable = 0o644
		err = errors.Join(os.Chmod(w.file.Name(), readable), os.Rename(w.file.Name(), w.path))
	}
	w.done = err == nil
	return err
}

// discard removes a file that was not finished.
func (w *rows) discard() {
	if w == nil || w.done {
		return
	}
	w.file.Close()
	if w.replace {
		os.Remove(w.file.Name())
	}
}
