package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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

// The longest lines in bytes. A line of a table has some numbers for each level; a level 3 answer puts a whole book
// on one line.
const (
	longestRow  = 1 << 20
	longestLine = 1 << 25
)

// source reads the lines or the messages of a file.
type source struct {
	name   string
	shut   func()
	in     *bufio.Reader  // the content, without compression
	lines  *bufio.Scanner // of in, made by the first next
	line   int            // number of the current line or message, 0 before the first
	text   []byte         // the current line without blanks around it
	faults *faults
	ended  bool // no line is left
	failed bool // a read failed before the end of the file
	pack   string
}

// open opens a file for reading. It returns errors of the file system
// unwrapped; a broken compression header becomes a problem in f.
func open(ctx context.Context, name string, stdin io.Reader, f *faults) (*source, error) {
	raw, shut, err := stream(ctx, name, stdin)
	if err != nil {
		return nil, err
	}
	s := &source{name: name, shut: shut, faults: f}
	if name == StandardInput {
		s.name = "standard input"
	}
	pack, content, err := decompressed(ctx, raw)
	s.pack = pack
	if err != nil && !isFileError(err) {
		s.line = 1
		s.fault(0, "file", "a broken "+pack+" header ("+err.Error()+")", "a compressed file, or one that is not compressed")
		s.ended = true
		content, err = bytes.NewReader(nil), nil
	}
	if err != nil {
		shut()
		return nil, err
	}
	s.in = bufio.NewReaderSize(content, chunk)
	return s, nil
}

func (s *source) close() {
	if s.shut != nil {
		s.shut()
	}
}

// next moves to the next line that is not blank, and returns false at the end of
// the file. Damaged content becomes a problem; the error is one of the file system
// or of the context.
func (s *source) next(longest int) (bool, error) {
	if s.lines == nil {
		s.lines = bufio.NewScanner(&failing{s.in, &s.failed})
		s.lines.Buffer(make([]byte, 0, chunk), longest)
		s.lines.Split(s.split)
	}
	for !s.ended && s.lines.Scan() {
		s.line++
		s.text = bytes.TrimSpace(s.lines.Bytes())
		if s.line == 1 {
			s.text = bytes.TrimPrefix(s.text, []byte(byteOrderMark))
		}
		if len(s.text) > 0 {
			return true, nil
		}
	}
	if s.ended {
		return false, nil
	}
	if errors.Is(s.lines.Err(), bufio.ErrTooLong) {
		s.ended = true
		s.line++
		s.fault(0, "line", fmt.Sprintf("a line of more than %d bytes", longest), "lines of text")
		return false, nil
	}
	return false, s.end(s.lines.Err())
}

// failing notes whether a read has failed before the end.
type failing struct {
	in     io.Reader
	failed *bool
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.in.Read(p)
	*f.failed = *f.failed || err != nil && err != io.EOF
	return n, err
}

// split cuts at the ends of lines, and drops what a failed read has left of a line.
func (s *source) split(text []byte, atEnd bool) (int, []byte, error) {
	if s.failed && bytes.IndexByte(text, '\n') < 0 {
		return len(text), nil, nil
	}
	return bufio.ScanLines(text, atEnd)
}

const byteOrderMark = "\xef\xbb\xbf"

// end ends a file with the error of its last read, nil at its regular end.
func (s *source) end(err error) error {
	s.ended = true
	found := ""
	switch {
	case err == nil, err == io.EOF:
		return nil
	case isFileError(err):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) && s.pack == "":
		found = "the end of the file within a message"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		found = "the end of a damaged compressed file"
	default:
		found = err.Error()
	}
	s.line++
	s.fault(0, "file", found, "a complete file")
	return nil
}

// fault notes a problem on the current line; column 0 means the line as a whole.
func (s *source) fault(column int, field, found, expected string) {
	if !s.faults.full() {
		text := fmt.Sprintf("%s: found %s, expected %s", field, found, expected)
		s.faults.list = append(s.faults.list, notation.ProblemAt(s.name, s.line, column, text))
	}
}

// unknown notes that the content is of no format. A file that is damaged has its problem already.
func (s *source) unknown(head []byte) {
	if s.faults.any() {
		return
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	found := shown(line)
	if len(head) == 0 {
		found = "no message"
	}
	s.line = 1
	s.fault(0, "file", found, "order flow in one of the formats "+strings.Join(Formats, ", "))
}

// alien ends a file whose first line is none of its format: one problem says it all.
func (s *source) alien(format string) {
	if s.line > 1 || len(s.faults.list) == 0 {
		return
	}
	s.ended = true
	s.faults.list = s.faults.list[:1]
	s.faults.list[0].Message += "; this is no " + format
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
