// Package param describes the parameters of the model as fields of plain
// structs. The tag of a field holds its key in a preset, its default, unit,
// admissible range and source, and a sentence of documentation. The command line,
// the preset reader, the parameter table of the paper and the hash of a
// configuration all read these tags, so they cannot disagree.
//
//	type Market struct {
//		TakerFeeBps float64 `key:"taker_fee_bps" default:"3" unit:"bp" min:"0" max:"100" source:"Binance" doc:"fee of a taker"`
//	}
//
// The tags of a field are key, default, unit, min, max, oneof (for strings:
// "a|b|c"), scale (for integers: the power of ten by which the value in the preset
// is multiplied exactly), source and doc. The type of a field is bool, int*,
// uint*, float64, string or []float64, or has one of these as its underlying type.
// A struct with a key is a section; the fields of an embedded struct without a key
// belong to the struct around it. Every other field is a programming error.
//
// Assumption: every parameter has a default, so that a preset states only what
// it changes. Assumption: bounds are inclusive, and on a list they hold for
// each element.
//
// One rule holds for what people type, in presets, in axes and on the command line.
// Numbers are written as in JSON (RFC 8259, section 6), and the core schema of YAML 1.2
// reads them in the same way: 1000000, 1e6, 0.3 and -1. Every other notation is refused
// with the number that was probably meant: 1_000_000, 1,000,000, 4M, 30%, 010, 0x10, +1
// and .5. Texts are one line of at most LongestText characters that are printed; escape
// sequences, ends of lines and overrides of the direction of writing are refused.
package param

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Problem is an error that says what is wrong with one value.
type Problem struct {
	Path     string // keys from the outermost section inwards, joined by dots; may be empty
	Message  string // what is wrong
	Expected string // what would be right, or empty
	Hint     string // what was probably meant, or empty
}

// Error writes the problem in one line: path: message; expected …; hint.
func (p Problem) Error() string {
	text := p.Message
	if p.Path != "" {
		text = p.Path + ": " + text
	}
	if p.Expected != "" {
		text += "; expected " + p.Expected
	}
	if p.Hint != "" {
		text += "; " + p.Hint
	}
	return Printable(text)
}

// AsProblem returns the Problem that err wraps. It turns any other error into a
// Problem without a path.
func AsProblem(err error) Problem {
	var p Problem
	if errors.As(err, &p) {
		return p
	}
	return Problem{Message: err.Error()}
}

// Defaults sets every parameter of the struct behind ptr to the default of its
// tag. When a tag is malformed, it panics with the name of the field. So do all
// functions of this package that take a ptr, except Lint, which reports the tag.
func Defaults(ptr any) {
	for _, it := range mustDescribe(ptr) {
		if !it.section {
			it.value.Set(it.preset)
		}
	}
}

// Walk calls f for every parameter of the struct behind ptr, in the order of
// declaration. The path is relative to the struct.
func Walk(ptr any, f func(path string, field Field)) {
	for _, it := range mustDescribe(ptr) {
		if !it.section {
			f(it.Path, it.Field)
		}
	}
}

// Sections calls f for every section of the struct behind ptr, in the order of
// declaration and an outer section before its inner ones.
func Sections(ptr any, f func(path, doc string)) {
	for _, it := range mustDescribe(ptr) {
		if it.section {
			f(it.Path, it.Doc)
		}
	}
}

// Check reports, in the order of declaration, every parameter of the struct behind
// ptr that is not finite, outside its range or not one of its choices. It serves
// values that code has assigned; Set checks the values that it stores.
func Check(ptr any) []Problem {
	var problems []Problem
	Walk(ptr, func(_ string, f Field) {
		if err := f.check(f.value); err != nil {
			problems = append(problems, *err)
		}
	})
	return problems
}

// Set stores the value written in text in the parameter at path, as the override
// world.market.taker_fee_bps=3 asks for. A list is written 1,2,3. The error is a
// Problem; the struct then stays unchanged. For an unknown path the hint names the
// nearest valid path.
func Set(ptr any, path, text string) error {
	var valid []string
	for _, it := range mustDescribe(ptr) {
		switch {
		case it.section && it.Path == path:
			return Problem{path, "is a section, not a parameter", "the path of a parameter in it", ""}
		case it.section:
		case it.Path == path:
			return it.Set(text)
		default:
			valid = append(valid, it.Path)
		}
	}
	return Problem{path, "unknown parameter", "", DidYouMean(NearestPath(path, valid))}
}

// Canonical writes all values of the struct behind ptr as a YAML mapping, one line
// for each value, in the order of declaration. Equal parameters give the same
// bytes on every machine, and the preset reader reads the same parameters back. To
// this end, floats are the shortest text that reads back exactly, minus zero is
// written as zero, and strings are in double quotes.
func Canonical(ptr any) []byte {
	items := mustDescribe(ptr)
	var b bytes.Buffer
	for i, it := range items {
		depth := strings.Count(it.Path, ".")
		fmt.Fprintf(&b, "%s%s:", strings.Repeat("  ", depth), it.Key)
		switch {
		case !it.section:
			b.WriteString(" " + it.yaml())
		case i+1 == len(items) || !strings.HasPrefix(items[i+1].Path, it.Path+"."):
			b.WriteString(" {}")
		}
		b.WriteByte('\n')
	}
	if len(items) == 0 {
		return []byte("{}\n")
	}
	return b.Bytes()
}

// yaml returns the value of the field as YAML.
func (f Field) yaml() string {
	switch f.Kind {
	case Text:
		return strconv.Quote(strings.ToValidUTF8(f.Value, "\uFFFD"))
	case Numbers:
		return "[" + f.Value + "]"
	}
	return f.Value
}
