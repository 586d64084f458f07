package record

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Format chooses the files of a table. Formats combine with |.
type Format uint8

// The formats of a table.
const (
	CSV Format = 1 << iota
	Parquet
)

// Table is a table whose rows come from the runs.
type Table struct {
	Schema  Schema
	Formats Format
}

// Run is a finished run.
type Run struct {
	Key   string           // as RunKey gives it
	Order int64            // the place in the plan of the experiment, from 0
	Rows  map[string][]Row // by the name of their table
}

// Store is the results folder of one experiment, which one process has open for
// writing. Several goroutines may call its methods at the same time, except Close.
type Store struct {
	dir     *folder
	lock    *os.File
	tables  []Table
	journal *journal

	mu       sync.Mutex
	manifest Manifest
	schemas  []described
	timing   Timing
	names    map[string]bool // of all files that are written or in progress
	stale    []string        // files of an earlier experiment in the folder
	open     int             // files that are neither committed nor aborted
	err      error           // the failure of a commit, after which Close refuses Complete
}

// Open creates or reopens dir/<experiment> for the given tables. Reuse finds the
// runs that an interrupted invocation finished by their keys. Open fails on a
// faulty schema and when another process has the folder open; the error then names
// that process.
//
// Until Close the folder has no manifest. Tables of an earlier experiment stay until
// Close replaces them, but nothing certifies the folder as a whole.
func Open(dir string, m Manifest, tables ...Table) (*Store, error) {
	return open(dir, m, tables, nil)
}

func open(dir string, m Manifest, tables []Table, h hook) (*Store, error) {
	if err := checkTables(m, tables); err != nil {
		return nil, err
	}
	s := &Store{tables: tables, manifest: m, names: map[string]bool{}}
	s.timing = Timing{Command: m.Command, GOOS: runtime.GOOS, GOARCH: runtime.GOARCH,
		CPUs: runtime.NumCPU(), Phases: []Phase{}}
	s.manifest.complete()
	out, err := makeFolder(dir, h)
	if err != nil {
		return nil, err
	}
	defer out.close()
	if s.dir, err = out.below(m.Experiment); err != nil {
		return nil, err
	}
	if s.lock, err = lock(s.dir); err != nil {
		s.dir.close()
		return nil, err
	}
	if err := s.prepare(); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// release gives the folder to the next store.
func (s *Store) release() {
	unlock(s.dir, s.lock)
	s.dir.close()
	s.lock = nil
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

// Dir returns the folder of the experiment.
func (s *Store) Dir() string { return s.dir.path }

// ConfigHash returns the SHA-256 of the configuration, in hexadecimal.
func (s *Store) ConfigHash() string { return s.manifest.ConfigSHA256 }

// Finished returns the number of runs in the journal, and the number of lines that
// Open dropped because they were torn, damaged, or written for other columns or by
// other code.
func (s *Store) Finished() (runs, dropped int) {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.index.runs + len(s.journal.index.left), s.journal.dropped
}

// Record keeps a finished run. Once it has returned, the run survives the death of
// the process; a power cut may lose the last few runs. Record fails on rows that do
// not fit their schema, on a place that already has a run, and when it cannot write
// the journal. After a failure to write, the store records no further run.
func (s *Store) Record(r Run) error { return s.journal.add(r.Key, r.Order, r.Rows) }

// Reuse gives a run of an earlier invocation a place in the plan, and reports
// whether there is such a run. Tables hold only runs that were recorded or re-used.
func (s *Store) Reuse(key string, order int64) (bool, error) {
	ok, err := s.journal.reuse(key, order)
	if ok {
		s.mu.Lock()
		s.timing.Reused++
		s.mu.Unlock()
	}
	return ok, err
}

// Rows returns the rows of one run in a table, in the order in which they were
// recorded. order is the place of the run in the plan; ok is false when the place has
// no run.
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

// Each visits all rows of a table in the order of the plan, as Close will write
// them. Derived tables are computed from these rows.
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
	return Schema{}, errorf("record: %s: no table %q was opened", s.Dir(), table)
}

// Phase adds a part of the work and its wall time to timing.json.
func (s *Store) Phase(name string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timing.Phases = append(s.timing.Phases, Phase{name, d.Seconds()})
}

// Workers sets the number of workers in timing.json.
func (s *Store) Workers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timing.Workers = n
}

// Close writes the tables, schema.json, timing.json and, last, the manifest. It
// removes files of an earlier experiment in the folder that this one does not
// write. Partial needs a reason and keeps the journal for a resumption; Complete
// removes the journal. Close fails while a file or table is neither committed nor
// aborted. After a failure the journal stays, and the folder has no manifest unless
// only the last sync of the manifest failed. Close always releases the folder.
func (s *Store) Close(status Status, reason string) error {
	if s.lock == nil {
		return errorf("record: %s: the store is closed", s.Dir())
	}
	err := s.checkClose(status, reason)
	if err == nil {
		s.manifest.Status, s.manifest.Reason = status, reason
		err = s.finish()
	}
	s.journal.f.Close()
	if err == nil && status == Complete {
		err = errors.Join(s.dir.remove(recipeName), s.dir.remove(journalName))
	}
	s.release()
	return err
}

func (s *Store) checkClose(status Status, reason string) error {
	switch {
	case status != Complete && status != Partial:
		return errorf("record: %s: status %q, want complete or partial", s.Dir(), status)
	case (status == Partial) != (reason != ""):
		return errorf("record: %s: a partial experiment has a reason, a complete one has none", s.Dir())
	case s.open > 0:
		return errorf("record: %s: %d files are still being written", s.Dir(), s.open)
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
			err = s.dir.remove(name)
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

// writeTables fills all tables in one pass through the journal.
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
		sum, size, err := s.dir.hash(name)
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

// WriteFile writes a file in one piece. The manifest lists it.
func (s *Store) WriteFile(name string, text []byte) error {
	f, err := s.Create(name)
	return fill(f, err, text)
}

// whole is WriteFile for the files whose names Create refuses.
func (s *Store) whole(name string, text []byte) error {
	f, err := s.create(name)
	return fill(f, err, text)
}

// fill writes the text to a new file and commits the file. err is the error of
// creating the file, which fill returns.
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

// sealed writes a file that ends with a hash of itself. The manifest does not list
// it.
func (s *Store) sealed(name string, v any) error {
	text, err := seal(v)
	if err != nil {
		return err
	}
	return s.dir.replace(name, text)
}
