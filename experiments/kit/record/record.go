// Package record is the results store: it takes plain rows and leaves files
// that another person can check. It knows schemas, rows and files, and
// nothing of the simulator that the rows come from.
//
// A Schema describes the columns of a table, each with its unit and a
// sentence. Rows leave as CSV and Parquet, come back through readers that
// refuse another schema, and reach their final name only when they are whole:
// every file is written beside its target, synced and renamed.
//
// A Store is one results folder. Finished runs go into a journal as they come,
// in any order; Close writes the tables from it in the order of the plan. An
// interrupted experiment therefore loses at most the runs in flight, and a
// resumed one ends in the same bytes as one that was never interrupted.
// manifest.json, written last, lists every file with its SHA-256, and Verify
// holds a folder against it. What differs between machines or invocations
// (wall times, workers, paths, GOARCH) is in timing.json and nowhere else.
//
// Assumption: rename within a folder is atomic, and data that was synced
// survives a crash, as POSIX file systems promise. On Windows a folder cannot
// be synced, so there a rename may be undone by a power cut.
// Assumption: the rows of one run fit in memory. Rows of different runs are
// never held together. What grows with the runs is the index, by 12 bytes a run and
// by about 60 for one of an earlier invocation until the plan asks for it, and the
// footer of a Parquet file, by about 40 bytes a row of 150 columns; the group of such
// a file that is being filled takes about 6 kB a row.
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

// The types. Missing is the type of an absent value and of no column.
const (
	Missing Type = iota
	Int          // 64-bit signed integer
	Float        // finite IEEE 754 double
	Text         // valid UTF-8
	Bool
)

var typeNames = [...]string{"missing", "int", "float", "text", "bool"}

// String is the name that schema.json uses.
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

// NoUnit is the unit of a text column; Dimensionless is that of a pure number
// and of a truth value.
const (
	NoUnit        = "—"
	Dimensionless = "1"
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

// Index is the place of a column, -1 when the table has none of that name.
func (s Schema) Index(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// Check returns all faults of the schema, joined: a name that is no plain
// identifier, a name used twice (letter case does not tell columns apart,
// because it does not in SQL), an unknown type, a missing unit or sentence.
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

// fault says what is wrong with a column, or nothing.
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

// canonical is the one text form of a schema. Parquet files carry it, and two
// schemas are the same when it is.
func (s Schema) canonical() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // A struct of strings always encodes.
	}
	return string(b)
}

// schemasHash identifies a set of schemas, in their order.
func schemasHash(schemas []Schema) string {
	h := sha256.New()
	for _, s := range schemas {
		fmt.Fprintf(h, "%s\n", s.canonical())
	}
	return hex.EncodeToString(h.Sum(nil))
}
