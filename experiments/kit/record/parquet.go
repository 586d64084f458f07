package record

import (
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// The keys of the metadata that a ParquetWriter adds to a file.
const (
	keySchema   = "stakeout.schema"
	keySpecHash = "stakeout.spec_sha256"
)

// These numbers limit the memory of a writer. For each column it holds the page in
// progress and the compressed pages of the row group; with 150 columns that is about
// 12 MB. Only the footer grows with the rows, by about 1 kB a column and group. Parquet
// allows 32,767 groups, which is 1.3e8 rows.
const (
	rowsPerGroup = 4096
	pageBytes    = 32 << 10
)

// orderedGroup is a Parquet group that keeps the order of the columns; parquet.Group
// would sort them by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

func (g orderedGroup) Fields() []parquet.Field { return g.fields }

// namedNode is a column of an orderedGroup.
type namedNode struct {
	parquet.Node
	name string
}

func (n namedNode) Name() string { return n.name }

func (n namedNode) Value(base reflect.Value) reflect.Value {
	return base.MapIndex(reflect.ValueOf(n.name))
}

// parquetSchema builds the schema of the file. Every column is optional, because
// any value may be missing.
func parquetSchema(s Schema) *parquet.Schema {
	g := orderedGroup{Group: parquet.Group{}}
	for _, c := range s.Columns {
		node := parquet.Optional(leaf(c.Type))
		g.Group[c.Name] = node
		g.fields = append(g.fields, namedNode{node, c.Name})
	}
	return parquet.NewSchema(s.Name, g)
}

// leaf returns the Parquet form of a type. No column uses a dictionary: parquet-go cuts
// the runs of its indices differently with AVX2 and without, and the bytes of the file
// would depend on the processor. Compression removes the repetitions all the same.
func leaf(t Type) parquet.Node {
	switch t {
	case Int:
		return parquet.Leaf(parquet.Int64Type)
	case Float:
		return parquet.Leaf(parquet.DoubleType)
	case Bool:
		return parquet.Leaf(parquet.BooleanType)
	}
	return parquet.Encoded(parquet.String(), &parquet.Plain)
}

// ParquetWriter writes the rows of one schema as Parquet with Zstandard
// compression. The same rows give the same bytes.
type ParquetWriter struct {
	schema Schema
	w      *parquet.GenericWriter[any]
	batch  [64]parquet.Row // written together, because a call of parquet-go is expensive
	n      int             // rows in the batch
}

// NewParquetWriter starts a file. Its metadata hold the schema with units and
// descriptions, and the hash of the specification of the rows.
func NewParquetWriter(w io.Writer, s Schema, specHash string) (*ParquetWriter, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	codec, err := newFrugal()
	if err != nil {
		return nil, err
	}
	pw := parquet.NewGenericWriter[any](w, parquetSchema(s),
		parquet.Compression(codec),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.PageBufferSize(pageBytes),
		parquet.CreatedBy("stakeout", "1", "record"),
		parquet.KeyValueMetadata(keySchema, s.canonical()),
		parquet.KeyValueMetadata(keySpecHash, specHash))
	return &ParquetWriter{schema: s, w: pw}, nil
}

// Write adds a row. It fails as CSVWriter.Write does.
func (p *ParquetWriter) Write(r Row) error {
	if err := p.schema.check(r); err != nil {
		return err
	}
	out := p.batch[p.n][:0]
	for i := range r {
		out = append(out, r[i].parquet(i))
	}
	p.batch[p.n] = out
	if p.n++; p.n == len(p.batch) {
		return p.flush()
	}
	return nil
}

func (p *ParquetWriter) flush() error {
	_, err := p.w.WriteRows(p.batch[:p.n])
	p.n = 0
	return err
}

// Close writes the last group and the footer, without which no reader opens the
// file. It leaves the underlying writer open.
func (p *ParquetWriter) Close() error {
	return errors.Join(p.flush(), p.w.Close())
}

// parquet returns the value as an entry of a Parquet row. Definition level 1 says
// that the value is present, and level 0 that it is missing.
func (v *Value) parquet(column int) parquet.Value {
	switch v.kind {
	case Int:
		return parquet.Int64Value(v.i).Level(0, 1, column)
	case Float:
		return parquet.DoubleValue(v.f).Level(0, 1, column)
	case Text:
		return parquet.ByteArrayValue([]byte(v.s)).Level(0, 1, column)
	case Bool:
		return parquet.BooleanValue(v.i != 0).Level(0, 1, column)
	}
	return parquet.NullValue().Level(0, 0, column)
}

// ParquetReader reads the files of a ParquetWriter.
type ParquetReader struct {
	schema Schema
	groups []parquet.RowGroup
	rows   parquet.Rows
	buf    [64]parquet.Row
	ready  []Row
	left   int64 // rows in the footer that were not read yet
}

// NewParquetReader opens a file of size bytes. It refuses a file whose stored schema
// is not s, because parquet-go would read it without an error. Unless specHash is
// empty, it also refuses a file with another spec hash.
func NewParquetReader(r io.ReaderAt, size int64, s Schema, specHash string) (p *ParquetReader, err error) {
	defer caught(&err, s.Name)
	if err := s.Check(); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(r, size)
	if err != nil {
		return nil, errorf("record: table %s: %w", s.Name, err)
	}
	stored, ok := f.Lookup(keySchema)
	if !ok {
		return nil, errorf("record: table %s: the file was not written by this program: it holds no schema", s.Name)
	}
	if stored != s.canonical() || f.Schema().String() != parquetSchema(s).String() {
		return nil, errorf("record: table %s: another schema: the file holds %s", s.Name, stored)
	}
	if got, _ := f.Lookup(keySpecHash); specHash != "" && got != specHash {
		return nil, errorf("record: table %s: the file belongs to spec %s, want %s", s.Name, got, specHash)
	}
	return &ParquetReader{schema: s, groups: f.RowGroups(), left: f.NumRows()}, nil
}

// caught turns a panic into an error, because parquet-go panics on some damaged
// files.
func caught(err *error, table string) {
	if r := recover(); r != nil {
		*err = errorf("record: table %s: damaged Parquet file: %v", table, r)
	}
}

// Read returns the next row, and io.EOF after the last one. It fails on a damaged
// file.
func (p *ParquetReader) Read() (row Row, err error) {
	defer caught(&err, p.schema.Name)
	for len(p.ready) == 0 {
		if p.rows == nil && len(p.groups) == 0 && p.left == 0 {
			return nil, io.EOF
		}
		if err := p.fill(); err != nil {
			return nil, errorf("record: table %s: damaged Parquet file: %w", p.schema.Name, noEOF(err))
		}
	}
	row, p.ready = p.ready[0], p.ready[1:]
	return row, nil
}

// fill reads the next rows and moves on to the next group when one ends. It copies
// the rows before it closes their group, because the buffers of the group hold their
// texts.
func (p *ParquetReader) fill() error {
	if p.rows == nil {
		if len(p.groups) == 0 {
			return io.ErrUnexpectedEOF
		}
		p.rows = p.groups[0].Rows()
		p.groups = p.groups[1:]
	}
	n, end := p.rows.ReadRows(p.buf[:])
	if err := p.take(p.buf[:n]); err != nil {
		return err
	}
	if errors.Is(end, io.EOF) {
		rows := p.rows
		p.rows = nil
		return rows.Close()
	}
	if end == nil && n == 0 {
		return io.ErrNoProgress
	}
	return end
}

// take converts rows and makes them ready to be read.
func (p *ParquetReader) take(in []parquet.Row) error {
	p.ready = p.ready[:0]
	p.left -= int64(len(in))
	for _, cells := range in {
		row := make(Row, len(p.schema.Columns))
		if len(cells) != len(row) {
			return fmt.Errorf("row of %d values, want %d", len(cells), len(row))
		}
		for i, cell := range cells {
			row[i] = fromParquet(p.schema.Columns[i].Type, cell)
		}
		if err := p.schema.check(row); err != nil {
			return err
		}
		p.ready = append(p.ready, row)
	}
	return nil
}

func fromParquet(t Type, v parquet.Value) Value {
	switch {
	case v.IsNull():
		return Value{}
	case t == Int:
		return IntValue(v.Int64())
	case t == Float:
		return FloatValue(v.Double())
	case t == Bool:
		return BoolValue(v.Boolean())
	}
	return TextValue(string(v.ByteArray()))
}

// Close releases the buffers. It leaves the underlying reader open.
func (p *ParquetReader) Close() error {
	p.groups, p.ready, p.left = nil, nil, 0
	if p.rows == nil {
		return nil
	}
	rows := p.rows
	p.rows = nil
	return rows.Close()
}
