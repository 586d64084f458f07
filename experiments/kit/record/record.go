// Package record stores rows of results in files that other people can check. It
// knows schemas, rows and files; it does not know the simulator that makes the
// rows.
//
// A Schema describes the columns of a table, each with its unit and a sentence.
// Tables are written as CSV and Parquet, and their readers refuse a file of
// another schema. A file gets its final name only when it is complete: it is
// written beside its target, synced and renamed.
//
// A Store is one results folder. Finished runs go into a journal in the order in
// which they finish; Close writes the tables from the journal in the order of the
// plan. An interrupted experiment therefore loses at most the unfinished runs, and
// a resumed experiment ends in the same bytes as an uninterrupted one. The store
// writes manifest.json last. It lists every file with its SHA-256, and Verify
// compares a folder with it. Only timing.json holds what differs between machines
// or invocations (wall times, workers, paths, GOARCH).
//
// Assumption: rename within a folder is atomic, and data that was synced
// survives a crash, as POSIX file systems promise. Windows cannot sync a folder,
// so there a power cut may undo a rename.
// Assumption: the rows of one run fit in memory. The store never holds rows of
// different runs together. Two things grow with the runs. The index takes 12 bytes
// a run, and about 60 bytes for a run of an earlier invocation until the plan asks
// for it. The footer of a Parquet file takes about 40 bytes a row of 150 columns.
// In addition, the row group of a Parquet file in progress takes about 6 kB a row.
// Assumption: the checksums guard against accidents. A person who rewrites a
// file can rewrite the manifest as well.
//
// Sources: CSV is RFC 4180 in UTF-8; Parquet is Apache Parquet format 2, as
// written by parquet-go; SHA-256 is FIPS 180-4; the order write, sync, rename,
// sync folder follows Pillai et al., "All File Systems Are Not Created Equal"
// (OSDI 2014).
package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Type is the type of a column or of a value.
type Type uint8

// The types. Missing is the type of an absent value; no column has it.
const (
	Missing Type = iota
	Int          // 64-bit signed integer
	Float        // finite IEEE 754 double
	Text         // valid UTF-8
	Bool
)

var typeNames = [...]string{"missing", "int", "float", "text", "bool"}

// String returns the name of the type in schema.json.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// MarshalText writes the name of the type.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name of a type and refuses an unknown one.
func (t *Type) UnmarshalText(b []byte) error {
	for i, name := range typeNames {
		if name == string(b) {
			*t = Type(i)
			return nil
		}
	}
	return errorf("record: unknown column type %q, want int, float, text or bool", b)
}

// Units of columns that are not measured in one.
const (
	NoUnit        = "—" // of texts
	Dimensionless = "1" // of pure numbers and truth values
)

// Column describes one column. Doc is a sentence: it starts with a capital
// and ends with a full stop.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	Unit string `json:"unit"`
	Doc  string `json:"description"`
}

// Schema names a table and its columns, in the order in which they are written.
type Schema struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// Index returns the place of the column with the given name, or -1 when the table
// has none.
func (s Schema) Index(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// Check returns all faults of the schema as one joined error. The faults are a name
// that is not a plain identifier, a repeated name, an unknown type, and a missing
// unit or sentence. Names that differ only in case count as repeated, because SQL
// does not tell them apart.
func (s Schema) Check() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, errorf("record: schema %q: "+format, append([]any{s.Name}, args...)...))
	}
	if !identifier(s.Name) {
		fault("its name must be letters, digits, '_', '-' or '.' and start with a letter")
	}
	if len(s.Columns) == 0 {
		fault("it has no columns")
	}
	seen := make(map[string]bool, len(s.Columns))
	for _, c := range s.Columns {
		if why := c.fault(); why != "" {
			fault("column %q: %s", c.Name, why)
		}
		if lower := strings.ToLower(c.Name); seen[lower] {
			fault("column %q: its name is used twice", c.Name)
		} else {
			seen[lower] = true
		}
	}
	return errors.Join(faults...)
}

// fault says what is wrong with a column. It is empty when nothing is.
func (c Column) fault() string {
	switch {
	case !identifier(c.Name):
		return "its name must be letters, digits, '_', '-' or '.' and start with a letter"
	case c.Type < Int || c.Type > Bool:
		return "its type must be int, float, text or bool"
	case c.Unit == "" || strings.TrimSpace(c.Unit) != c.Unit || !utf8.ValidString(c.Unit):
		return `it has no unit (a pure number has "1", a text "—")`
	case (c.Type == Text) != (c.Unit == NoUnit):
		return `the unit "—" belongs to text columns and to no others`
	case !sentence(c.Doc):
		return "its description must be a sentence, with a capital and a full stop"
	}
	return ""
}

func identifier(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		other := r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}

func sentence(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	start := unicode.IsUpper(first) || unicode.IsDigit(first)
	return utf8.ValidString(s) && start && strings.HasSuffix(s, ".") && strings.Contains(s, " ")
}

// canonical returns the text form of a schema. Parquet files carry it. Two schemas
// are the same when their text forms are.
func (s Schema) canonical() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // A struct of strings always encodes.
	}
	return string(b)
}

// schemasHash identifies a list of schemas, including its order.
func schemasHash(schemas []Schema) string {
	h := sha256.New()
	for _, s := range schemas {
		fmt.Fprintf(h, "%s\n", s.canonical())
	}
	return hex.EncodeToString(h.Sum(nil))
}
