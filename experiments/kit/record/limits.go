package record

import (
	"bytes"
	"io/fs"
	"path/filepath"

	"stakeout/experiments/kit/limit"
)

// The limits of the files of a results folder. A file beyond one was not written by a
// Store. They are far above what the program writes: the manifest of a comparison of all
// attacks has 4 MB, and a run of ten years with its series 20 MB.
const (
	longestText = 16 << 20 // bytes of manifest.json, schema.json and timing.json
	mostValues  = 500_000  // in one of them
	longestPlan = 4 << 20  // bytes of resume.json
	longestRun  = 64 << 20 // bytes of a run in the journal
	longestLock = 1 << 10  // bytes of a lock, which holds a number
)

// ReadPlan reads a JSON file that says what is to be run: a recipe, a plan or a shard of
// one. People may have edited it, so that a byte-order mark is dropped.
func ReadPlan(dir, name string) ([]byte, error) {
	b, err := ReadFile(dir, name, longestPlan)
	if err != nil {
		return nil, err
	}
	return bytes.TrimPrefix(b, []byte("\ufeff")), limit.JSON(filepath.Join(dir, name), b, mostValues)
}

// readText reads a JSON file that a Store has written to a folder.
func readText(dir, name string) ([]byte, error) {
	d, err := openFolder(dir, nil)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: filepath.Join(dir, name), Err: cause(err)}
	}
	defer d.close()
	return d.readText(name)
}

// readText reads a JSON file that a Store has written. Its bytes are hashed as they are.
func (d *folder) readText(name string) ([]byte, error) {
	b, err := d.read(name, longestText)
	if err != nil {
		return nil, err
	}
	return b, limit.JSON(d.full(name), b, mostValues)
}
