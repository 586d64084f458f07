package record

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Format chooses the files that a table is written to; the formats add up.
type Format uint8

// The formats of a table.
const (
	CSV Format = 1 << iota
	Parquet
)

// Table is a table whose rows come run by run.
type Table struct {
	Schema  Schema
	Formats Format
}

// Run is a finished run: its key, its place in the plan of the experiment, and
// its rows by the name of their table.
type Run struct {
	Key   string
	Order int64
	Rows  map[string][]Row
}

// Store is the results folder of one experiment, open for writing by one
// process. Its methods may be called from several goroutines, except Close.
type Store struct {
	dir     string
	lock    *os.File
	hook    hook
	tables  []Table
	journal *journal

	mu       sync.Mutex
	manifest Manifest
	schemas  []described
	timing   Timing
	names    map[string]bool // of the files being written or written
	stale    []string        // files of the experiment that was here before
	open     int             // table writers and files that are neither committed nor aborted
	err      error
}

// Open creates or reopens dir/<experiment> for the given tables. Runs that an
// interrupted invocation finished are there again, by their keys. It fails if
// another process has the folder, naming it, and on a faulty schema.
//
// From here until Close the folder has no manifest: its earlier tables stand
// until Close replaces them, but nothing vouches for them as a whole.
func Open(dir string, m Manifest, tables ...Table) (*Store, error) {
	return open(dir, m, tables, nil)
}

func open(dir string, m Manifest, tables []Table, h hook) (*Store, error) {
	if err := checkTables(m, tables); err != nil {
		return nil, err
	}
	s := &Store{dir: filepath.Join(dir, m.Experiment), hook: h, tables: tables, manifest: m, names: map[string]bool{}}
	s.timing = Timing{Command: m.Command, GOOS: runtime.GOOS, GOARCH: runtime.GOARCH,
		CPUs: runtime.NumCPU(), Phases: []Phase{}}
	s.manifest.complete()
	if err := makeFolder(s.dir, h); err != nil {
		return nil, err
	}
	var err error
	if s.lock, err = lock(s.dir); err != nil {
		return nil, err
	}
	if err := s.prepare(); err != nil {
		unlock(s.lock)
		return nil, err
	}
	return s, nil
}

func checkTables(m Manifest, tables []Table) error {
	err := m.check()
	seen := map[string]bool{}
	for _, t := range tables {
		err = errors.Join(err, t.Schema.Check(), t.Formats.check())
		if seen[t.Schema.Name] {
			err = errors.Join(err, errorf("record: table %s is opened twice", t.Schema.Name))
		}
		seen[t.Schema.Name] = true
	}
	return err
}

func (f Format) check() error {
	if f == 0 || f&^(CSV|Parquet) != 0 {
		return errorf("record: format %d: want CSV, Parquet or both", f)
	}
	return nil
}

// prepare clears what a killed process left and opens the journal.
func (s *Store) prepare() error {
	if old, err := ReadManifest(s.dir); err == nil {
		for _, f := range old.Files {
			if filepath.IsLocal(f.Name) && f.Name != journalName && f.Name != recipeName {
				s.stale = append(s.stale, f.Name)
			}
		}
	}
	if err := remove(filepath.Join(s.dir, manifestName), s.hook); err != nil {
		return err
	}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && isTemporary(d.Name()) {
			return remove(path, s.hook)
		}
		return err
	})
	if err != nil {
		return err
	}
	schemas := make([]Schema, len(s.tables))
	for i, t := range s.tables {
		schemas[i] = t.Schema
	}
	if s.journal, err = openJournal(s.dir, s.manifest.Code, schemas, s.hook); err != nil {
		return err
	}
	if err = s.keepRecipe(); err != nil {
		s.journal.f.Close()
	}
	return err
}

// keepRecipe replaces what an earlier invocation may have left.
func (s *Store) keepRecipe() error {
	path := filepath.Join(s.dir, recipeName)
	if s.manifest.Recipe == nil {
		return remove(path, s.hook)
	}
	return replace(path, s.manifest.Recipe, s.hook)
}

// Dir is the folder of the experiment.
func (s *Store) Dir() string { return s.dir }

// ConfigHash is the SHA-256 of the configuration, in hexadecimal.
func (s *Store) ConfigHash() string { return s.manifest.ConfigSHA256 }

// Finished is the number of runs in the journal, and how many of its lines
// were dropped on opening because they were torn, damaged, or of other columns or code.
func (s *Store) Finished() (runs, dropped int) {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.index.runs + len(s.journal.index.left), s.journal.dropped
}

// Record keeps a finished run. When it returns, the run survives the death of
// the process; a power cut may take the last few. It fails on rows that do not
// fit their schema, on a place that has a run already, and when the
// journal cannot be written; after the latter no run can be recorded any more.
func (s *Store) Record(r Run) error { return s.journal.add(r.Key, r.Order, r.Rows) }

// Reuse places a run that an earlier invocation finished, and tells whether
// there is one. A run that is neither recorded nor re-used is in no table.
func (s *Store) Reuse(key string, order int64) (bool, error) {
	ok, err := s.journal.reuse(key, order)
	if ok {
		s.mu.Lock()
		s.timing.Reused++
		s.mu.Unlock()
	}
	return ok, err
}

// Rows returns the rows of the run at a place of the plan in a table, in the order in
// which they were recorded, and whether there is such a run.
func (s *Store) Rows(order int64, table string) (rows []Row, ok bool, err error) {
	schema, err := s.schema(table)
	if err != nil {
		return nil, false, err
	}
	p, ok := s.journal.find(order)
	if !ok {
		return nil, false, nil
	}
	texts, err := s.journal.read(p)
	if err != nil {
		return nil, true, err
	}
	err = eachRow(schema, texts[table], func(r Row) error { rows = append(rows, r); return nil })
	return rows, true, err
}

// Each visits all rows of a table in the order of the plan, as Close will
// write them. It is what derived tables are computed from.
func (s *Store) Each(table string, visit func(Row) error) error {
	schema, err := s.schema(table)
	if err != nil {
		return err
	}
	return s.journal.each(func(texts map[string]string) error {
		return eachRow(schema, texts[table], visit)
	})
}

func (s *Store) schema(table string) (Schema, error) {
	for _, t := range s.tables {
		if t.Schema.Name == table {
			return t.Schema, nil
		}
	}
	return Schema{}, errorf("record: %s: no table %q was opened", s.dir, table)
}

// Phase adds the wall time of a part of the work to timing.json.
func (s *Store) Phase(name string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timing.Phases = append(s.timing.Phases, Phase{name, d.Seconds()})
}

// Workers notes the number of workers in timing.json.
func (s *Store) Workers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timing.Workers = n
}

// Close writes the tables, schema.json, timing.json and, last, the manifest, removes
// the files of an earlier experiment in the folder that this one does not have,
// and releases the folder, also when it fails. Partial needs a reason and
// keeps the journal for a resumption; Complete removes it. It fails while a
// file or table is neither committed nor aborted. After a failure the journal
// is kept, and there is no manifest unless only its last sync failed.
func (s *Store) Close(status Status, reason string) error {
	if s.lock == nil {
		return errorf("record: %s: the store is closed", s.dir)
	}
	err := s.checkClose(status, reason)
	if err == nil {
		s.manifest.Status, s.manifest.Reason = status, reason
		err = s.finish()
	}
	s.journal.f.Close()
	if err == nil && status == Complete {
		err = errors.Join(remove(filepath.Join(s.dir, recipeName), s.hook), remove(s.journal.path, s.hook))
	}
	unlock(s.lock)
	s.lock = nil
	return err
}

func (s *Store) checkClose(status Status, reason string) error {
	switch {
	case status != Complete && status != Partial:
		return errorf("record: %s: status %q, want complete or partial", s.dir, status)
	case (status == Partial) != (reason != ""):
		return errorf("record: %s: a partial experiment has a reason, a complete one has none", s.dir)
	case s.open > 0:
		return errorf("record: %s: %d files are still being written", s.dir, s.open)
	case status == Complete:
		return errors.Join(s.journal.err, s.err)
	}
	return nil
}

// finish writes everything, the manifest last.
func (s *Store) finish() error {
	if err := s.writeTables(); err != nil {
		return err
	}
	slices.SortFunc(s.schemas, func(a, b described) int { return cmp.Compare(a.File, b.File) })
	text, err := encode(schemaFile{s.schemas})
	if err == nil {
		err = s.whole(schemaName, text)
	}
	for _, name := range s.stale {
		if err == nil && !s.names[name] {
			err = remove(filepath.Join(s.dir, filepath.FromSlash(name)), s.hook)
		}
	}
	if err == nil && s.manifest.Status == Partial {
		err = s.listJournal()
	}
	if err != nil {
		return err
	}
	s.timing.Dropped = s.journal.dropped
	slices.SortFunc(s.manifest.Files, func(a, b Output) int { return cmp.Compare(a.Name, b.Name) })
	if err := s.sealed(timingName, s.timing); err != nil {
		return err
	}
	return s.sealed(manifestName, s.manifest)
}

// writeTables goes through the journal once and fills all tables.
func (s *Store) writeTables() error {
	writers := make([]*TableWriter, len(s.tables))
	for i, t := range s.tables {
		w, err := s.table(t.Schema, t.Formats)
		if err != nil {
			return err
		}
		defer w.Abort()
		writers[i] = w
	}
	err := s.journal.each(func(texts map[string]string) error {
		for i, t := range s.tables {
			if err := eachRow(t.Schema, texts[t.Schema.Name], writers[i].Write); err != nil {
				return err
			}
		}
		return nil
	})
	for i := 0; i < len(writers) && err == nil; i++ {
		err = writers[i].Commit()
	}
	return err
}

// listJournal puts the journal and the recipe of a partial experiment into the
// manifest.
func (s *Store) listJournal() error {
	if s.journal.err == nil {
		if err := s.journal.sync(); err != nil {
			return err
		}
	}
	if err := s.journal.f.Truncate(s.journal.end); err != nil {
		return explain("truncate", s.journal.path, err)
	}
	for _, name := range []string{journalName, recipeName} {
		sum, size, err := hashFile(filepath.Join(s.dir, name))
		if name == recipeName && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		s.manifest.Files = append(s.manifest.Files, Output{name, sum, size})
	}
	return nil
}

// WriteFile writes a file in one piece and lists it in the manifest.
func (s *Store) WriteFile(name string, text []byte) error {
	f, err := s.Create(name)
	return fill(f, err, text)
}

// whole is WriteFile for the files of the store itself.
func (s *Store) whole(name string, text []byte) error {
	f, err := s.create(name)
	return fill(f, err, text)
}

// fill writes the whole of a file that was created, or passes on why it was not.
func fill(f *Artifact, err error, text []byte) error {
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Commit()
}

// sealed writes a file that carries its own hash and is not listed.
func (s *Store) sealed(name string, v any) error {
	text, err := seal(v)
	if err != nil {
		return err
	}
	return replace(filepath.Join(s.dir, name), text, s.hook)
}
