// Package limit reads files of unknown origin at a bounded cost. Every reader of the
// program states how many bytes a file and one of its rows may have; the limit is looked
// at before more is read, so that a device without an end, a file of newlines or a
// packed bomb costs what the limit allows and not what they hold.
//
// A pipe is read when somebody writes to it, because shells pass the output of a command
// as one. A folder, and a pipe to which nobody writes, are refused and not waited for.
//
// Assumption: the bounds of all readers together keep the program below 256 MB on any
// file, which the tests of cmd/stakeout measure.
package limit

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// Row is the most bytes of one row of a table, of prices as well as of stored results.
const Row = 1 << 20

// Error is a file that costs more than its reader allows, or that is no file to read.
type Error struct {
	File string
	Line int // from 1; 0 is the file as a whole
	What string
}

// Error gives the file, the line and what is wrong in one line.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.What
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}

// Open opens a file for reading. It refuses what is no file to read.
func Open(path string) (*os.File, error) {
	// A pipe without a writer would make a plain open wait, and no signal ends that.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = &Error{File: path, What: "is a folder; expected a file"}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ReadFile reads a file of at most most bytes.
func ReadFile(path string, most int) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, path, most)
}

// ReadAll reads an open file of at most most bytes, whose name is for messages.
func ReadAll(f fs.File, name string, most int) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(int(min(info.Size(), int64(most))) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(f, int64(most)+1)); err != nil {
		return nil, err
	}
	switch text := b.Bytes(); {
	case len(text) > most:
		line := 1 + bytes.Count(text[:most], []byte("\n"))
		return nil, &Error{name, line, "the file goes on after " + Bytes(most) + ", the most that is read of it"}
	case len(text) == 0 && info.Mode()&fs.ModeNamedPipe != 0:
		return nil, &Error{File: name, What: "is a pipe to which nobody writes"}
	default:
		return text, nil
	}
}

// Bytes is a number of bytes in words: of whole mebibytes or kibibytes where it is some.
func Bytes(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.Itoa(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.Itoa(n>>10) + " KiB"
	}
	return strconv.Itoa(n) + " bytes"
}

// Reader passes on at most a number of bytes, and at most a number of them between two
// calls of Next. Reading beyond either fails with an Error, which names the line.
type Reader struct {
	in        io.Reader
	file      string
	most, row int // limits
	left      int // bytes of the file that may still be read
	rest      int // bytes of the row that may still be read
	lines     int // that have ended
	err       error
}

// NewReader limits what is read of a file, whose name is for messages.
func NewReader(in io.Reader, file string, most, row int) *Reader {
	return &Reader{in: in, file: file, most: most, row: row, left: most, rest: row}
}

// Next begins a row. A caller that reads ahead, as every buffered reader does, counts
// what it has ahead to the row before, so its buffer must be small beside the limit.
func (r *Reader) Next() { r.rest = r.row }

// Read implements io.Reader.
func (r *Reader) Read(b []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(b[:min(len(b), r.left+1, r.rest+1)])
	switch {
	case n > r.left:
		r.err = &Error{r.file, r.line(b[:n]), "the file goes on after " + Bytes(r.most) + ", the most that is read of it"}
	case n > r.rest:
		r.err = &Error{r.file, r.line(b[:n]), "the row goes on after " + Bytes(r.row) + ", the most that a row may have"}
	default:
		r.lines += bytes.Count(b[:n], []byte("\n"))
		r.left, r.rest = r.left-n, r.rest-n
		return n, err
	}
	return 0, r.err
}

// Line is the line that is read next, from 1.
func (r *Reader) Line() int { return r.lines + 1 }

// line is the line on which the last of some bytes stands.
func (r *Reader) line(b []byte) int { return r.lines + bytes.Count(b[:len(b)-1], []byte("\n")) + 1 }

// JSON refuses a text of JSON with so many values that the structs for them would take
// far more memory than the text: it counts the signs that separate values.
func JSON(file string, text []byte, most int) error {
	n, line := 0, 1
	for _, c := range text {
		switch c {
		case ',', '[', '{':
			n++
		case '\n':
			line++
		}
		if n > most {
			return &Error{file, line, fmt.Sprintf("the file holds more than %d values, the most that is read of it", most)}
		}
	}
	return nil
}
