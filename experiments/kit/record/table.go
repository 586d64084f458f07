package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Artifact is a file of a store in progress, such as a figure, a caption or a LaTeX
// table. Commit gives it its name and lists it in the manifest.
type Artifact struct {
	file  *File
	store *Store
	name  string
	done  bool
}

// Create starts a file in the folder. The name is relative and uses slashes. Create
// refuses names outside the folder, names of the files that the store itself writes,
// and a name that this invocation has already used.
func (s *Store) Create(name string) (*Artifact, error) {
	outside := !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name || name == "."
	if outside || isTemporary(path.Base(name)) {
		return nil, errorf("record: %q is not the name of a file inside the results folder", name)
	}
	if slices.Contains([]string{manifestName, timingName, schemaName, journalName, lockName}, name) {
		return nil, errorf("record: the store writes %s itself", name)
	}
	return s.create(name)
}

func (s *Store) create(name string) (*Artifact, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names[name] {
		return nil, errorf("record: %s is written twice", s.dir.full(name))
	}
	f, err := s.dir.create(name)
	if err != nil {
		return nil, err
	}
	s.names[name] = true
	s.open++
	return &Artifact{file: f, store: s, name: name}, nil
}

// Write appends to the file.
func (a *Artifact) Write(b []byte) (int, error) { return a.file.Write(b) }

// Commit gives the file its name and lists it in the manifest. On failure it drops
// the file.
func (a *Artifact) Commit() error {
	err := a.file.Commit()
	a.end(err)
	return err
}

// Abort drops the file unless it was committed.
func (a *Artifact) Abort() {
	if a.done {
		return
	}
	a.file.Abort()
	a.end(errAborted)
}

// errAborted tells end that the caller dropped the file on purpose.
var errAborted = errors.New("aborted")

// end closes the account of the file: it is no longer open, and the manifest lists
// it if err is nil. After a failed commit the store cannot close as complete.
func (a *Artifact) end(err error) {
	if a.done {
		return
	}
	a.done = true
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	a.store.open--
	if err == nil {
		a.store.manifest.Files = append(a.store.manifest.Files, Output{a.name, a.file.Sum(), a.file.Size()})
		return
	}
	delete(a.store.names, a.name)
	if err != errAborted {
		a.store.err = err
	}
}

// rowWriter is the interface of CSVWriter and ParquetWriter.
type rowWriter interface {
	Write(Row) error
	Close() error
}

// TableWriter writes one table, to one file for each format.
type TableWriter struct {
	schema  Schema
	files   []*Artifact
	writers []rowWriter
}

// Table starts a table whose rows the caller writes, such as a table derived from
// the runs. Its files are <schema name>.csv and <schema name>.parquet.
func (s *Store) Table(schema Schema, formats Format) (*TableWriter, error) {
	if _, err := s.schema(schema.Name); err == nil {
		return nil, errorf("record: table %s comes from the runs: give its rows to Record", schema.Name)
	}
	return s.table(schema, formats)
}

func (s *Store) table(schema Schema, formats Format) (*TableWriter, error) {
	if err := errors.Join(schema.Check(), formats.check()); err != nil {
		return nil, err
	}
	t := &TableWriter{schema: schema}
	var err error
	if formats&CSV != 0 {
		err = t.add(s, ".csv", func(w io.Writer) (rowWriter, error) { return NewCSVWriter(w, schema) })
	}
	if err == nil && formats&Parquet != 0 {
		err = t.add(s, ".parquet", func(w io.Writer) (rowWriter, error) {
			return NewParquetWriter(w, schema, s.manifest.ConfigSHA256)
		})
	}
	if err != nil {
		t.Abort()
		return nil, err
	}
	return t, nil
}

func (t *TableWriter) add(s *Store, suffix string, start func(io.Writer) (rowWriter, error)) error {
	a, err := s.create(t.schema.Name + suffix)
	if err != nil {
		return err
	}
	t.files = append(t.files, a)
	w, err := start(a)
	t.writers = append(t.writers, w)
	return err
}

// Write adds a row. It fails as CSVWriter.Write does.
func (t *TableWriter) Write(r Row) error {
	for _, w := range t.writers {
		if err := w.Write(r); err != nil {
			return err
		}
	}
	return nil
}

// Commit ends the files, gives them their names and lists them in the manifest and
// in schema.json. On failure it drops the files that are not yet committed.
func (t *TableWriter) Commit() error {
	for i, w := range t.writers {
		err := w.Close()
		if err == nil {
			err = t.files[i].Commit()
		}
		if err != nil {
			t.Abort()
			return err
		}
		s := t.files[i].store
		s.mu.Lock()
		s.schemas = append(s.schemas, described{t.files[i].name, t.schema.Name, t.schema.Columns})
		s.mu.Unlock()
	}
	return nil
}

// Abort drops the files that were not committed.
func (t *TableWriter) Abort() {
	for _, f := range t.files {
		f.Abort()
	}
}

// rowReader is the interface of CSVReader and ParquetReader.
type rowReader interface {
	Read() (Row, error)
}

// TableReader reads a table from its file.
type TableReader struct {
	rowReader
	file *os.File
}

// OpenTable opens a .csv or .parquet file. It refuses a file of another schema and,
// unless specHash is empty, a Parquet file with another spec hash.
func OpenTable(path string, s Schema, specHash string) (*TableReader, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, explain("read", path, err)
	}
	t := &TableReader{file: f}
	switch filepath.Ext(path) {
	case ".csv":
		t.rowReader, err = NewCSVReader(f, s)
	case ".parquet":
		var info os.FileInfo
		if info, err = f.Stat(); err == nil {
			t.rowReader, err = NewParquetReader(f, info.Size(), s, specHash)
		}
	default:
		err = errors.New("the name of a table ends in .csv or .parquet")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// openFile opens a file in a results folder.
func openFile(path string) (*os.File, error) {
	d, err := openFolder(filepath.Dir(path), nil)
	if err != nil {
		return nil, err
	}
	defer d.close()
	return d.open(filepath.Base(path))
}

// Close closes the file.
func (t *TableReader) Close() error {
	if p, ok := t.rowReader.(*ParquetReader); ok {
		return errors.Join(p.Close(), t.file.Close())
	}
	return t.file.Close()
}

// ReadSchemas returns the schemas of the tables of a closed folder, by the name of
// their files.
func ReadSchemas(dir string) (map[string]Schema, error) {
	path := filepath.Join(dir, schemaName)
	b, err := readText(dir, schemaName)
	if err != nil {
		return nil, explain("read", path, err)
	}
	var all schemaFile
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, errorf("record: %s: %w", path, err)
	}
	schemas := make(map[string]Schema, len(all.Files))
	for _, d := range all.Files {
		if err := d.schema().Check(); err != nil || !strings.HasPrefix(d.File, d.Table+".") {
			return nil, errors.Join(errorf("record: %s: %s is not described", path, d.File), err)
		}
		schemas[d.File] = d.schema()
	}
	return schemas, nil
}
