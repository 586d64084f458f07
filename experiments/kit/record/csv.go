package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"stakeout/experiments/kit/limit"
)

// errLongRow is a row that no reader of this package takes.
var errLongRow = errors.New("the row has more than " + limit.Bytes(limit.Row))

// eol ends every line, as RFC 4180 requires.
const eol = "\r\n"

// appendCSV appends one row. A missing value is an empty field, and an empty text is
// an empty field in quotes, so that readers can tell them apart. Package encoding/csv
// cannot be used: it does not tell them apart, drops empty lines and rewrites line
// ends inside texts.
func appendCSV(b []byte, r Row) []byte {
	for i := range r {
		if i > 0 {
			b = append(b, ',')
		}
		if r[i].kind == Text {
			b = appendField(b, r[i].s)
		} else {
			b = r[i].append(b)
		}
	}
	return append(b, eol...)
}

func appendField(b []byte, s string) []byte {
	if s != "" && !strings.ContainsAny(s, ",\"\r\n") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}

// CSVWriter writes the rows of one schema as CSV.
type CSVWriter struct {
	schema Schema
	w      *bufio.Writer
	buf    []byte
}

// NewCSVWriter writes the header line. It fails on a faulty schema.
func NewCSVWriter(w io.Writer, s Schema) (*CSVWriter, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	c := &CSVWriter{schema: s, w: bufio.NewWriterSize(w, 64<<10)}
	header := make(Row, len(s.Columns))
	for i, col := range s.Columns {
		header[i] = TextValue(col.Name)
	}
	_, err := c.w.Write(appendCSV(nil, header))
	return c, err
}

// Write adds a row. It fails on a row that does not fit the schema, on NaN and
// infinities, and when the file cannot be written.
func (c *CSVWriter) Write(r Row) error {
	if err := c.schema.check(r); err != nil {
		return err
	}
	c.buf = appendCSV(c.buf[:0], r)
	if len(c.buf) > limit.Row {
		return errorf("record: table %s: %w", c.schema.Name, errLongRow)
	}
	_, err := c.w.Write(c.buf)
	return err
}

// Close writes the buffered rows. It leaves the underlying writer open.
func (c *CSVWriter) Close() error { return c.w.Flush() }

// CSVReader reads the files of a CSVWriter. It also accepts bare line feeds as line
// ends.
type CSVReader struct {
	schema Schema
	r      *bufio.Reader
	line   int
	size   int // bytes of the row so far
	text   []byte
}

// NewCSVReader reads the header line. It refuses a file whose column names or their
// order differ from the schema. CSV files hold no types and units, so it cannot
// check these; schema.json has them.
func NewCSVReader(r io.Reader, s Schema) (*CSVReader, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	c := newRowReader(r, s)
	if mark, err := c.r.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = c.r.Discard(len(mark)) // Spreadsheets put it before the names.
	}
	for i, col := range s.Columns {
		_, last, err := c.field()
		if err != nil {
			return nil, errorf("record: table %s: header: %w", s.Name, noEOF(err))
		}
		if got := string(c.text); got != col.Name || last != (i == len(s.Columns)-1) {
			return nil, errorf("record: table %s: another schema: column %d is %q, want %q of %d columns", s.Name, i+1, got,
				col.Name, len(s.Columns))
		}
	}
	return c, nil
}

// newRowReader reads rows without a header line.
func newRowReader(r io.Reader, s Schema) *CSVReader {
	return &CSVReader{schema: s, r: bufio.NewReaderSize(r, 16<<10), line: 1}
}

// Read returns the next row, and io.EOF after the last one. Anything malformed,
// including an incomplete last line, gives an error that names line and column.
func (c *CSVReader) Read() (Row, error) {
	if _, err := c.r.Peek(1); err == io.EOF {
		return nil, io.EOF
	}
	row := make(Row, len(c.schema.Columns))
	line := c.line
	c.size = 0
	for i := range row {
		v, last, err := c.value(c.schema.Columns[i].Type)
		if err == nil && last != (i == len(row)-1) {
			err = fmt.Errorf("want %d fields", len(row))
		}
		if err != nil {
			return nil, errorf("record: table %s: line %d, column %s: %w", c.schema.Name, line, c.schema.Columns[i].Name,
				noEOF(err))
		}
		row[i] = v
	}
	return row, nil
}

// value reads one field of the given type and reports whether it ends the line.
func (c *CSVReader) value(t Type) (v Value, last bool, err error) {
	quoted, last, err := c.field()
	if err != nil || (len(c.text) == 0 && !quoted) {
		return Value{}, last, err
	}
	if quoted && t != Text {
		return Value{}, last, errors.New("only texts are quoted")
	}
	if v, err = parse(t, string(c.text)); err == nil && !utf8.ValidString(v.s) {
		err = errors.New("not valid UTF-8")
	}
	return v, last, err
}

// byte reads one byte of a row, which has at most limit.Row of them.
func (c *CSVReader) byte() (byte, error) {
	if c.size++; c.size > limit.Row {
		return 0, errLongRow
	}
	return c.r.ReadByte()
}

// field reads one field into c.text. It reports whether the field is in quotes and
// whether it ends the line.
func (c *CSVReader) field() (quoted, last bool, err error) {
	c.text = c.text[:0]
	b, err := c.byte()
	if err == nil && b == '"' {
		quoted = true
		b, err = c.quoted()
	}
	for err == nil && b != ',' && b != '\n' && b != '\r' {
		if quoted || b == '"' {
			return quoted, false, errors.New("stray quotation mark")
		}
		c.text = append(c.text, b)
		b, err = c.byte()
	}
	if err == nil && b == '\r' {
		if b, err = c.byte(); err == nil && b != '\n' {
			err = errors.New("bare carriage return")
		}
	}
	if err == nil && b == '\n' {
		c.line++
	}
	return quoted, b == '\n', err
}

// quoted reads up to the closing quotation mark and returns the byte behind it.
func (c *CSVReader) quoted() (byte, error) {
	for {
		b, err := c.byte()
		if err != nil {
			return 0, err
		}
		if b == '"' {
			if b, err = c.byte(); err != nil || b != '"' {
				return b, err
			}
		} else if b == '\n' {
			c.line++
		}
		c.text = append(c.text, b)
	}
}

// noEOF replaces io.EOF inside a row by io.ErrUnexpectedEOF, so that callers do not
// take it for the end of the table.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
