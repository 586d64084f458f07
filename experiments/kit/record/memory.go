package record

import (
	"errors"
	"fmt"
	"os"
)

// memoryTable is the only table in the journal of a Memory.
const memoryTable = "rows"

// Memory keeps the rows of finished work under a key, so that a later invocation does
// not repeat the work. It is a journal that is never turned into tables. Work that a
// killed process has kept is available again; damaged lines and the work of other code
// are dropped. Several goroutines may call Recall and Keep at the same time. The zero
// value and nil keep nothing.
type Memory struct {
	dir     *folder
	lock    *os.File
	journal *journal
	schema  Schema
}

// OpenMemory opens or creates the memory in a folder, for rows of the given columns. It
// fails when another process has the folder open, when it cannot write to the folder,
// and on a faulty column.
func OpenMemory(dir string, by Program, columns ...Column) (*Memory, error) {
	m := &Memory{schema: Schema{Name: memoryTable, Columns: columns}}
	if err := m.schema.Check(); err != nil {
		return nil, err
	}
	var err error
	if m.dir, err = makeFolder(dir, nil); err != nil {
		return nil, err
	}
	if m.lock, err = lock(m.dir); err != nil {
		m.dir.close()
		return nil, err
	}
	if m.journal, err = openJournal(m.dir, by.Version+" "+by.Code, []Schema{m.schema}); err != nil {
		unlock(m.dir, m.lock)
		m.dir.close()
		return nil, err
	}
	return m, nil
}

// Recall returns the rows that were last kept under a key. ok is false when there are
// none.
func (m *Memory) Recall(key string) (rows []Row, ok bool, err error) {
	if m == nil || m.journal == nil {
		return nil, false, nil
	}
	p, ok := m.journal.lookUp(key)
	if !ok {
		return nil, false, nil
	}
	texts, err := m.journal.read(p)
	if err == nil {
		err = eachRow(m.schema, texts[memoryTable], func(r Row) error { rows = append(rows, r); return nil })
	}
	return rows, err == nil, err
}

// Keep keeps rows under a key and replaces earlier rows under this key. Once it has
// returned, the rows survive the death of the process.
func (m *Memory) Keep(key string, rows ...Row) error {
	if m == nil || m.journal == nil {
		return nil
	}
	return m.journal.keep(key, map[string][]Row{memoryTable: rows})
}

// Close syncs the journal, so that the rows survive a power cut, and releases the
// folder. Afterwards the memory keeps nothing.
func (m *Memory) Close() error {
	if m == nil || m.journal == nil {
		return nil
	}
	m.journal.mu.Lock()
	defer m.journal.mu.Unlock()
	err := errors.Join(m.journal.sync(), m.journal.f.Close())
	unlock(m.dir, m.lock)
	m.dir.close()
	m.journal = nil
	if err != nil {
		return fmt.Errorf("%s: %w", m.dir.path, err)
	}
	return nil
}
