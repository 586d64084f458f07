package record

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"stakeout/experiments/kit/limit"
)

// journalName is the file of the finished runs of an incomplete experiment.
const journalName = "runs.journal"

// The journal is synced after this many runs or bytes, so a power cut loses no more
// than that. A process that is killed loses no finished run, because every run is
// one write.
const (
	syncRuns  = 64
	syncBytes = 4 << 20
)

// sumLen is the length of the checksum of a line: 64 bits in hexadecimal.
const sumLen = 16

// RunKey returns a key for the result of one run, because the same model version,
// resolved configuration, seed and cell give the same rows. The key is the first
// 128 bits of a SHA-256 in hexadecimal. The hash covers each part with its length,
// so that different parts cannot join to the same text.
func RunKey(version, configHash string, seed uint64, cell string) string {
	h := sha256.New()
	for _, part := range []string{version, configHash, fmt.Sprint(seed), cell} {
		fmt.Fprintf(h, "%d:%s,", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// journal holds the rows of finished runs, one line for each run:
//
//	checksum key {"table":"rows as CSV",…}
//
// The checksum covers the line, the schemas and the code of the program. The journal
// therefore recognises and drops a line that is torn, damaged, or written for other
// columns or by other code.
type journal struct {
	mu      sync.Mutex
	path    string // for messages
	dir     *folder
	f       *os.File
	schemas []Schema
	salt    []byte // enters every checksum: code and schemas
	index   index
	end     int64 // behind the last whole line, in bytes
	dropped int   // damaged or foreign lines in the file at opening
	runs    int   // not yet synced
	bytes   int   // not yet synced
	err     error // the first failure, after which the journal takes no more runs
}

// openJournal opens or creates the journal in dir and indexes the whole lines. It
// cuts off what follows the last whole line.
func openJournal(dir *folder, code string, schemas []Schema) (*journal, error) {
	j := &journal{path: dir.full(journalName), dir: dir, schemas: schemas,
		salt: []byte(code + schemasHash(schemas)), index: newIndex()}
	err := dir.plain(journalName)
	if err == nil {
		err = dir.hook.before(opCreate, j.path)
	}
	if err == nil {
		j.f, err = dir.root.OpenFile(journalName, os.O_RDWR|os.O_CREATE, 0o666)
	}
	if err != nil {
		return nil, explain("create", j.path, err)
	}
	if err := j.recover(); err != nil {
		j.f.Close()
		return nil, explain("read", j.path, err)
	}
	return j, nil
}

func (j *journal) recover() error {
	if err := j.load(j.f); err != nil {
		return err
	}
	if err := j.dir.hook.before(opTruncate, j.path); err != nil {
		return err
	}
	if err := j.f.Truncate(j.end); err != nil {
		return err
	}
	if err := j.dir.hook.before(opSyncDir, j.path); err != nil {
		return err
	}
	return j.dir.sync(".")
}

// load indexes the whole lines of r and sets j.end behind the last of them.
func (j *journal) load(r io.Reader) error {
	in := bufio.NewReaderSize(r, 1<<20)
	for offset := int64(0); ; {
		line, size, err := runLine(in)
		if err != nil && err != io.EOF {
			return err
		}
		if key, _, ok := j.split(line); ok {
			j.index.left[markOf(key)] = place{offset, int32(len(line))}
			j.end = offset + int64(len(line))
		} else if size > 0 {
			j.dropped++
		}
		if err == io.EOF {
			return nil
		}
		offset += size
	}
}

// runLine reads a line with its end, and returns the bytes that it takes in the file. Of a
// line that is too long to be a run, it keeps nothing.
func runLine(in *bufio.Reader) (line []byte, size int64, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if size += int64(len(part)); size <= longestRun {
			line = append(line, part...)
		} else {
			line = nil
		}
		if err != bufio.ErrBufferFull {
			return line, size, err
		}
	}
}

// split checks a line and divides it into key and body.
func (j *journal) split(line []byte) (key string, body []byte, ok bool) {
	if len(line) < sumLen+2 || len(line) > longestRun || line[len(line)-1] != '\n' {
		return "", nil, false
	}
	sum, payload := line[:sumLen], line[sumLen:len(line)-1]
	if string(sum) != j.sum(payload) {
		return "", nil, false
	}
	k, body, ok := bytes.Cut(payload[1:], []byte(" "))
	return string(k), body, ok && payload[0] == ' '
}

func (j *journal) sum(payload []byte) string {
	h := sha256.New()
	h.Write(j.salt)
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil)[:sumLen/2])
}

// line encodes a run after checking every row against its schema.
func (j *journal) line(key string, tables map[string][]Row) ([]byte, error) {
	if !plainKey(key) {
		return nil, errorf("record: run key %q: want letters and digits, as RunKey gives them", key)
	}
	texts := make(map[string]string, len(tables))
	for i := range j.schemas {
		s := &j.schemas[i]
		var b []byte
		for _, row := range tables[s.Name] {
			if err := s.check(row); err != nil {
				return nil, fmt.Errorf("%w (run %s)", err, key)
			}
			before := len(b)
			if b = appendCSV(b, row); len(b)-before > limit.Row {
				return nil, errorf("record: table %s: %w (run %s)", s.Name, errLongRow, key)
			}
		}
		texts[s.Name] = string(b)
	}
	for name := range tables {
		if _, known := texts[name]; !known {
			return nil, errorf("record: run %s: no table %q was opened", key, name)
		}
	}
	body, err := json.Marshal(texts)
	if err != nil {
		return nil, err
	}
	payload := slices.Concat([]byte(" "+key+" "), body)
	return slices.Concat([]byte(j.sum(payload)), payload, []byte("\n")), nil
}

func plainKey(key string) bool {
	for _, r := range key {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return key != ""
}

// add appends a run at a place of the plan.
func (j *journal) add(key string, order int64, tables map[string][]Row) error {
	return j.append(key, tables, func() error { return j.index.free(key, order) },
		func(p place) { j.index.put(key, order, p) })
}

// keep appends rows under a key. They have no place in a plan.
func (j *journal) keep(key string, tables map[string][]Row) error {
	return j.append(key, tables, func() error { return nil }, func(p place) { j.index.left[markOf(key)] = p })
}

// append writes a line and passes its place to put, unless may returns an error. After
// the first failure to write, the journal takes no more runs.
func (j *journal) append(key string, tables map[string][]Row, may func() error, put func(place)) error {
	line, err := j.line(key, tables)
	if err == nil && len(line) > longestRun {
		err = errorf("record: run %s: %d bytes: want at most %s", key, len(line), limit.Bytes(longestRun))
	}
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	if err := may(); err != nil {
		return err
	}
	if err := j.write(line); err != nil {
		j.err = explain("write", j.path, err)
		return j.err
	}
	put(place{j.end, int32(len(line))})
	j.end += int64(len(line))
	j.runs, j.bytes = j.runs+1, j.bytes+len(line)
	if j.runs >= syncRuns || j.bytes >= syncBytes {
		return j.sync()
	}
	return nil
}

// lookUp finds the line under a key that has no place in the plan: one of an earlier
// invocation, or one that keep wrote.
func (j *journal) lookUp(key string) (place, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	p, ok := j.index.left[markOf(key)]
	return p, ok
}

// write appends a line. When a hook fails it, half of the line is written, as in a
// crash.
func (j *journal) write(line []byte) error {
	if err := j.dir.hook.before(opWrite, j.path); err != nil {
		j.f.WriteAt(line[:len(line)/2], j.end)
		return err
	}
	_, err := j.f.WriteAt(line, j.end)
	return err
}

// sync makes sure that the runs so far survive a power cut.
func (j *journal) sync() error {
	if j.err != nil {
		return j.err
	}
	err := j.dir.hook.before(opSync, j.path)
	if err == nil {
		err = j.f.Sync()
	}
	if err != nil {
		j.err = explain("sync", j.path, err)
		return j.err
	}
	j.runs, j.bytes = 0, 0
	return nil
}

// reuse gives a run of an earlier invocation its place in the plan.
func (j *journal) reuse(key string, order int64) (bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	p, ok := j.index.left[markOf(key)]
	if !ok {
		return false, nil
	}
	if err := j.index.free(key, order); err != nil {
		return false, err
	}
	j.index.put(key, order, p)
	return true, nil
}

// find returns the line of the run at a place of the plan.
func (j *journal) find(order int64) (place, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.index.at(order)
}

// read returns the tables of a run as CSV text.
func (j *journal) read(p place) (map[string]string, error) {
	line := make([]byte, p.size)
	if _, err := j.f.ReadAt(line, p.offset); err != nil {
		return nil, explain("read", j.path, noEOF(err))
	}
	_, body, ok := j.split(line)
	if !ok {
		return nil, errorf("record: %s: the run at byte %d was damaged while the store was open: resume to repeat it",
			j.path, p.offset)
	}
	var texts map[string]string
	err := json.Unmarshal(body, &texts)
	return texts, err
}

// each visits the runs in the order of the plan.
func (j *journal) each(visit func(texts map[string]string) error) error {
	j.mu.Lock()
	stretches := j.index.stretches()
	j.mu.Unlock()
	for _, s := range stretches {
		for order := s * stretchRuns; order < (s+1)*stretchRuns; order++ {
			p, ok := j.find(order)
			if !ok {
				continue
			}
			texts, err := j.read(p)
			if err == nil {
				err = visit(texts)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// eachRow decodes the rows of one table of one run.
func eachRow(s Schema, text string, visit func(Row) error) error {
	r := newRowReader(strings.NewReader(text), s)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(row)
		}
		if err != nil {
			return err
		}
	}
}
