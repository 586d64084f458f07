package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// eol ends every line, as RFC 4180 has it.
const eol = "\r\n"

// appendCSV writes one row. A missing value is an empty field and an empty
// text is a quoted one, so that the two are told apart. encoding/csv does not
// separate them, drops an empty line and rewrites line ends inside texts,
// which is why the few lines below are our own.
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
	_, err := c.w.Write(c.buf)
	return err
}

// Close passes on what is buffered. It leaves the underlying writer open.
func (c *CSVWriter) Close() error { return c.w.Flush() }

// CSVReader reads what a CSVWriter wrote. It also takes bare line feeds as
// line ends.
type CSVReader struct {
	schema Schema
	r      *bufio.Reader
	line   int
	text   []byte
}

// NewCSVReader reads the header line and refuses a file whose column names
// differ from the schema's in any way. CSV carries no types or units: those
// are in schema.json.
func NewCSVReader(r io.Reader, s Schema) (*CSVReader, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	c := newRowReader(r, s)
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

// Read returns the next row, io.EOF after the last one, and an error that
// names line and column for anything malformed, including a cut last line.
func (c *CSVReader) Read() (Row, error) {
	if _, err := c.r.Peek(1); err == io.EOF {
		return nil, io.EOF
	}
	row := make(Row, len(c.schema.Columns))
	line := c.line
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

// value reads one field of the given type and tells whether it ends the line.
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

// field reads one field into c.text.
func (c *CSVReader) field() (quoted, last bool, err error) {
	c.text = c.text[:0]
	b, err := c.r.ReadByte()
	if err == nil && b == '"' {
		quoted = true
		b, err = c.quoted()
	}
	for err == nil && b != ',' && b != '\n' && b != '\r' {
		if quoted || b == '"' {
			return quoted, false, errors.New("stray quotation mark")
		}
		c.text = append(c.text, b)
		b, err = c.r.ReadByte()
	}
	if err == nil && b == '\r' {
		if b, err = c.r.ReadByte(); err == nil && b != '\n' {
			err = errors.New("bare carriage return")
		}
	}
	if err == nil && b == '\n' {
		c.line++
	}
	return quoted, b == '\n', err
}

// quoted reads up to the closing mark and returns the byte that follows it.
func (c *CSVReader) quoted() (byte, error) {
	for {
		b, err := c.r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b == '"' {
			if b, err = c.r.ReadByte(); err != nil || b != '"' {
				return b, err
			}
		} else if b == '\n' {
			c.line++
		}
		c.text = append(c.text, b)
	}
}

// noEOF turns the end of the file inside a row into an error that callers
// cannot take for the end of the table.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
