package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Problem is one difference between a folder and its manifest.
type Problem struct {
	File string // relative to the folder, with slashes
	What string
}

// String names the file and what is wrong with it.
func (p Problem) String() string { return p.File + ": " + p.What }

// Verify hashes every file of a closed folder again. It returns, sorted by file, what
// has changed, is missing or does not belong there, and for a changed table whether
// it can still be read. When there are no problems, every byte is as it was written.
// To be partial is not a problem.
func Verify(dir string) []Problem {
	v := &verifier{path: dir, known: []string{manifestName, timingName}}
	var err error
	if v.dir, err = openFolder(dir, nil); err != nil {
		return []Problem{{".", fmt.Sprintf("unreadable: %v", cause(err))}}
	}
	defer v.dir.close()
	m := v.manifest()
	v.timing()
	for _, o := range m.Files {
		v.output(o)
	}
	v.foreign(m.Status)
	slices.SortFunc(v.problems, func(a, b Problem) int {
		return strings.Compare(a.String(), b.String())
	})
	return v.problems
}

// Begun reports whether a folder holds a file that only a store writes, so that there
// is something to verify.
func Begun(dir string) bool {
	return slices.ContainsFunc([]string{manifestName, schemaName, journalName, lockName}, func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	})
}

type verifier struct {
	path     string
	dir      *folder
	known    []string
	problems []Problem
}

func (v *verifier) found(file, format string, args ...any) {
	v.problems = append(v.problems, Problem{file, fmt.Sprintf(format, args...)})
}

// manifest reads the manifest. It uses a changed manifest, too, if that can be read,
// so that one flipped byte does not hide the state of the other files.
func (v *verifier) manifest() (m Manifest) {
	b, err := v.dir.readText(manifestName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.found(manifestName, "missing: the run still goes on or was killed; resume it")
		return m
	case err != nil:
		v.found(manifestName, "unreadable: %v", cause(err))
		return m
	case !sealIntact(b):
		v.found(manifestName, "changed: its bytes do not match its self_sha256")
	}
	if err := json.Unmarshal(b, &m); err != nil {
		v.found(manifestName, "no longer parses: %v", err)
		return Manifest{}
	}
	return m
}

func (v *verifier) timing() {
	b, err := v.dir.readText(timingName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.found(timingName, "missing")
	case err != nil:
		v.found(timingName, "unreadable: %v", cause(err))
	case !sealIntact(b):
		v.found(timingName, "changed: its bytes do not match its self_sha256")
	}
}

// output compares one file with its entry in the manifest.
func (v *verifier) output(o Output) {
	if !filepath.IsLocal(filepath.FromSlash(o.Name)) {
		v.found(manifestName, "lists %q, which is outside the folder", o.Name)
		return
	}
	v.known = append(v.known, o.Name)
	sum, size, err := v.dir.hash(o.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.found(o.Name, "missing")
	case err != nil:
		v.found(o.Name, "unreadable: %v", cause(err))
	case size != o.Size:
		v.found(o.Name, "changed: %d bytes, want %d%s", size, o.Size, v.parses(o.Name))
	case sum != o.SHA256:
		v.found(o.Name, "changed: SHA-256 %.12s…, want %.12s…%s", sum, o.SHA256, v.parses(o.Name))
	}
}

// parses returns a remark on whether a changed table can still be read. It is empty
// for other files.
func (v *verifier) parses(name string) string {
	if ext := filepath.Ext(name); ext != ".csv" && ext != ".parquet" {
		return ""
	}
	schemas, err := ReadSchemas(v.path)
	if err != nil {
		return "; not read, because schema.json cannot be"
	}
	schema, ok := schemas[name]
	if !ok {
		return ""
	}
	rows, err := countRows(v.dir.full(name), schema)
	if err != nil {
		return fmt.Sprintf("; no longer parses: %v", err)
	}
	return fmt.Sprintf("; still parses, %d rows", rows)
}

func countRows(path string, s Schema) (n int, err error) {
	t, err := OpenTable(path, s, "")
	if err != nil {
		return 0, err
	}
	defer t.Close()
	for {
		if _, err := t.Read(); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
		n++
	}
}

// foreign finds the files that the manifest does not list.
func (v *verifier) foreign(status Status) {
	err := fs.WalkDir(v.dir.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !slices.Contains(v.known, name) {
			v.found(name, "%s", stranger(name, status))
		}
		return err
	})
	if err != nil {
		v.found(".", "unreadable: %v", cause(err))
	}
}

// stranger says what an unlisted file is.
func stranger(name string, status Status) string {
	switch {
	case name == lockName:
		return "a run still goes on here or was killed"
	case isTemporary(filepath.Base(name)):
		return "half written by a process that was killed; the next run removes it"
	case (name == journalName || name == recipeName) && status == Complete:
		return "left over from a complete run; it can be deleted"
	case name == journalName:
		return "holds the finished runs; resume the run"
	case name == recipeName:
		return "says how to resume the run; resume it"
	}
	return "not in the manifest"
}

// hash returns the SHA-256 of a file in hexadecimal and its size.
func (d *folder) hash(name string) (sum string, size int64, err error) {
	f, err := d.open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
