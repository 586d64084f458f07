package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"

	"stakeout/experiments/kit/notation"
)

// faults collects the problems of all files of a replay. After the first problem
// the replay stops, and the files are only read on to find further problems.
type faults struct{ list []notation.Problem }

func (f *faults) full() bool { return len(f.list) >= notation.Limit }
func (f *faults) any() bool  { return len(f.list) > 0 }

func (f *faults) err() error {
	if !f.any() {
		return nil
	}
	return &notation.Error{Problems: f.list}
}

// longestLine bounds a line in bytes. It is large because a level 3 answer puts a
// whole book on one line.
const longestLine = 1 << 28

// source reads the lines of a file. It recognises gzip by the first two bytes, so
// that the name of a compressed file does not matter.
type source struct {
	name   string
	file   *os.File
	lines  *bufio.Scanner
	line   int    // number of the current line, 0 before the first
	text   []byte // the current line without blanks around it
	faults *faults
	ended  bool // no line is left
}

// open opens a file for reading line by line. It returns errors of the file system
// unwrapped; a broken gzip header becomes a problem in f.
func open(name string, f *faults) (*source, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	s := &source{name: name, file: file, faults: f}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, &os.PathError{Op: "read", Path: name, Err: errors.New("is a folder")}
	}
	s.read(file)
	return s, nil
}

// read sets up the scanner of lines, with decompression where the stream is gzip.
func (s *source) read(from io.Reader) {
	in := bufio.NewReaderSize(from, 1<<16)
	stream := io.Reader(in)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			s.line = 1
			s.fault(0, "file", "a broken gzip header", "a file compressed by gzip, or plain text")
			s.ended = true
		} else {
			stream = z
		}
	}
	s.lines = bufio.NewScanner(stream)
	s.lines.Buffer(make([]byte, 0, 1<<16), longestLine)
}

func (s *source) close() {
	if s.file != nil {
		s.file.Close()
	}
}

// next moves to the next line that is not blank, and returns false at the end of
// the file. Damaged content becomes a problem; the error is one of the file system.
func (s *source) next() (bool, error) {
	for !s.ended && s.lines.Scan() {
		s.line++
		s.text = bytes.TrimSpace(s.lines.Bytes())
		if s.line == 1 {
			s.text = bytes.TrimPrefix(s.text, []byte("\xef\xbb\xbf"))
		}
		if len(s.text) > 0 {
			return true, nil
		}
	}
	if s.ended {
		return false, nil
	}
	s.ended = true
	switch err := s.lines.Err(); {
	case err == nil:
		return false, nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		s.line++
		s.fault(0, "file", "the end of a damaged compressed file", "a complete file")
		return false, nil
	case errors.Is(err, bufio.ErrTooLong):
		s.line++
		s.fault(0, "line", "a line without an end", "lines of text")
		return false, nil
	default:
		var path *os.PathError
		if errors.As(err, &path) {
			return false, err
		}
		s.line++
		s.fault(0, "file", err.Error(), "a complete file")
		return false, nil
	}
}

// fault notes a problem on the current line; column 0 means the line as a whole.
func (s *source) fault(column int, field, found, expected string) {
	if !s.faults.full() {
		text := fmt.Sprintf("%s: found %s, expected %s", field, found, expected)
		s.faults.list = append(s.faults.list, notation.ProblemAt(s.name, s.line, column, text))
	}
}

// shown quotes a field for an error, cut at 40 bytes.
func shown(text []byte) string {
	const longest = 40
	if len(text) == 0 {
		return "nothing"
	}
	if len(text) > longest {
		return fmt.Sprintf("%q…", text[:longest])
	}
	return fmt.Sprintf("%q", text)
}
