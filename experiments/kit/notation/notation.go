// Package notation reads the YAML file of an experiment into parameter structs.
// Such a file is called a preset, and package param describes the structs. The
// package reports all problems of a file at once. Each problem names file, line,
// column and key path, what was expected and what the writer probably meant. The
// package knows the notation of a preset and none of its parameters.
//
//	doc, problems := notation.Parse(name, src)
//	problems = append(problems, doc.Decode("", &header, "world", "attack_params")...)
//	problems = append(problems, doc.Decode("world", &world)...)
//	if world.Supply < world.Staked {
//		problems = append(problems, doc.At("world.staked_tokens", "exceeds the supply", ""))
//	}
//	return notation.Errors(problems)
//
// Assumption: a preset is one small mapping written by hand. It is read by the core
// schema of YAML 1.2, and what older readers take for something else is refused with a
// hint: the words yes, no, on and off without quotes, numbers in octal, in base 60 or
// with underscores, and dates. One number is excepted, because every program writes it:
// 1e6 is a number in YAML 1.2 and in JSON, although readers of YAML 1.1 such as PyYAML
// want 1.0e+6. Anchors, aliases, merge keys, tags, directives, nulls, further documents
// and repeated keys are refused as well, and so are keys and texts with signs that are
// not printed. A byte-order mark at the start is skipped. A file may have at most 64 KiB
// and 32 levels of nesting, which keeps the parser within its stack.
//
// Lines and columns count from one; columns count characters.
//
// Source: YAML 1.2.2, chapter 10 (core schema), and the YAML 1.1 type
// repository, which reads some plain scalars differently.
package notation

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/param"
)

// Problem is something wrong at a place of a file: of a preset, or of a file of
// data. The path is empty for the whole file.
type Problem struct {
	File         string // or the flag of a command line, which has no lines
	Line, Column int    // from 1; line 0 is the file as a whole, column 0 the line as a whole
	param.Problem
}

// ProblemAt makes a problem that only has a message.
func ProblemAt(file string, line, column int, message string) Problem {
	return Problem{file, line, column, param.Problem{Message: message}}
}

// Error gives the problem in one line, as compilers do:
// file:line:column: path: message; expected …; hint.
func (p Problem) Error() string {
	text, file := p.Problem.Error(), param.Printable(p.File)
	switch {
	case p.Line == 0:
		return file + ": " + text
	case p.Column == 0:
		return fmt.Sprintf("%s:%d: %s", file, p.Line, text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, p.Line, p.Column, text)
}

// Limit is the number of problems that an Error keeps of a file of data, where
// one mistake may come back in every row.
const Limit = 20

// Error is the error of an invalid preset or file of data: at least one problem,
// those of a preset in the order of their positions, others as they were met.
type Error struct {
	Problems []Problem
	More     int // problems that Add counted and did not keep
}

// Add keeps a problem, or only counts it when Limit problems are kept already.
func (e *Error) Add(p Problem) {
	if len(e.Problems) < Limit {
		e.Problems = append(e.Problems, p)
	} else {
		e.More++
	}
}

// Error gives one line a problem, and one for the number of those not kept.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Error()
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more problems", e.More))
	}
	return strings.Join(lines, "\n")
}

// mostProblems is the number of problems of a preset that a reader may want to see at once.
const mostProblems = 100

// Errors is nil without problems, and otherwise an *Error that holds the first of a sorted
// copy of them.
func Errors(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	sorted := slices.Clone(problems)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	kept := min(len(sorted), mostProblems)
	return &Error{Problems: sorted[:kept], More: len(sorted) - kept}
}

// Document is a preset that Parse has read. It does not change afterwards.
type Document struct {
	file string
	root *node // nil when the file could not be read as a mapping
}

// Has reports whether the file gives a value or a section at path.
func (d *Document) Has(path string) bool {
	n, _ := d.find(path)
	return n != nil
}

// Keys lists the keys of the section at path, in the order of the file. The empty
// path is the top level. The list is nil when the file has no such section.
func (d *Document) Keys(path string) []string {
	n, _ := d.find(path)
	if n == nil {
		return nil
	}
	keys := make([]string, len(n.entries))
	for i, e := range n.entries {
		keys[i] = e.key
	}
	return keys
}

// Line returns the line of the value at path, or 0 when the file has no such value.
func (d *Document) Line(path string) int {
	if n, _ := d.find(path); n != nil {
		return n.line
	}
	return 0
}

// Scalar returns the text of the value at path, and whether it is one value without quotes.
func (d *Document) Scalar(path string) (text string, isPlain bool) {
	n, _ := d.find(path)
	if n == nil || n.shape != plain {
		return "", false
	}
	return n.text, true
}

// Text returns the text of the value at path, in quotes or not, and whether it is one value.
func (d *Document) Text(path string) (text string, isValue bool) {
	n, _ := d.find(path)
	if n == nil || n.shape != plain && n.shape != quoted {
		return "", false
	}
	return n.text, true
}

// At returns a problem with the value at path. It serves checks across several
// values after decoding. When the file does not give the value, the problem points
// to the key of the innermost section around it that the file gives, or to the
// start of the file.
func (d *Document) At(path, message, expected string) Problem {
	n, at := d.find(path)
	if n != nil {
		at = n.position
	}
	return d.problem(at, path, message, expected, "")
}

func (d *Document) problem(at position, path, message, expected, hint string) Problem {
	return Problem{d.file, at.line, at.column, param.Problem{Path: path, Message: message, Expected: expected, Hint: hint}}
}

// find returns the node at path, or nil. The position belongs to the innermost key
// on the way that exists. The path of an item in a list ends with its index, as in
// key[2].
func (d *Document) find(path string) (*node, position) {
	n, around := d.root, position{1, 1}
	for rest := path; rest != "" && n != nil; {
		e, after := n.leading(rest)
		if e == nil {
			return nil, around
		}
		n, around, rest = e.value, e.position, after
		if rest != "" && rest[0] == '[' {
			i, err := strconv.Atoi(strings.Trim(rest, "[]"))
			if err != nil || i >= len(n.items) {
				return nil, around
			}
			return n.items[i], around
		}
		rest = strings.TrimPrefix(rest, ".")
	}
	return n, around
}

// leading returns the entry whose key starts the path, and the rest of the path. It
// compares whole keys instead of cutting the path at its first dot, because keys in
// the sections Paths and Sources have dots.
func (n *node) leading(path string) (e *entry, rest string) {
	for i := range n.entries {
		after, ok := strings.CutPrefix(path, n.entries[i].key)
		if ok && (after == "" || after[0] == '.' || after[0] == '[') {
			return &n.entries[i], after
		}
	}
	return nil, path
}

// Paths is the section of the axes of a sweep. Its keys are paths with dots.
const Paths = "axes"

// Sources is the section of a world that says where its values come from. Its keys are
// paths with dots.
const Sources = "sources"

// List checks every item of the list at path against the parameter f and returns
// the texts of the items. It stores each item in f, so f holds the last valid one
// afterwards. isList is false when there is no list at path.
func (d *Document) List(path string, f param.Field) (texts []string, problems []Problem, isList bool) {
	n, _ := d.find(path)
	if n == nil || n.shape != sequence {
		return nil, nil, false
	}
	dec := &decoder{doc: d}
	for i, item := range n.items {
		dec.value(f, item, fmt.Sprintf("%s[%d]", path, i))
		texts = append(texts, item.text)
	}
	return texts, dec.problems, true
}
