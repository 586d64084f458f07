package notation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/param"
)

// Decode stores the values of one section in the struct of parameters behind into.
// It reports unknown keys and values of the wrong type, out of range or not among
// the choices. The section is a path; the empty path is the top level. A parameter
// keeps its value when the file gives none or an invalid one, so the caller sets
// the defaults first. The keys in others are valid, too; other calls decode them.
// The section may be missing from the file. Like package param, Decode panics at
// malformed tags.
func (d *Document) Decode(section string, into any, others ...string) []Problem {
	dec := &decoder{doc: d, section: section, others: others}
	param.Walk(into, func(_ string, f param.Field) { dec.fields = append(dec.fields, f) })
	param.Sections(into, func(path, _ string) { dec.sections = append(dec.sections, path) })
	if n, _ := d.find(section); n != nil {
		dec.mapping(n, "")
	}
	return dec.problems
}

// decoder holds the state of one call of Decode. Its paths are relative to the
// section.
type decoder struct {
	doc      *Document
	section  string
	others   []string
	fields   []param.Field
	sections []string
	problems []Problem
	listed   string // the valid keys that were listed last
}

func (d *decoder) report(at position, path, message, expected, hint string) {
	full := path
	if d.section != "" {
		full = strings.TrimSuffix(d.section+"."+path, ".")
	}
	d.problems = append(d.problems, d.doc.problem(at, full, message, expected, hint))
}

// mapping decodes the entries of the section at path.
func (d *decoder) mapping(n *node, path string) {
	if n.shape == broken {
		return
	}
	if n.shape != mapping {
		d.report(n.position, path, "is not a section", "lines of the form key: value", "")
		return
	}
	for i := range n.entries {
		e := &n.entries[i]
		inner := join(path, e.key)
		field := slices.IndexFunc(d.fields, func(f param.Field) bool { return f.Path == inner })
		switch {
		case field >= 0:
			d.value(d.fields[field], e.value, inner)
		case slices.Contains(d.sections, inner):
			d.mapping(e.value, inner)
		case path != "" || !slices.Contains(d.others, e.key):
			d.unknown(e, path)
		}
	}
}

// unknown reports a key that the section at path does not have. It looks for the
// nearest valid name first in the section and then in the whole struct. It lists
// the valid keys at the top level and for small sections.
func (d *decoder) unknown(e *entry, path string) {
	if len(d.problems) >= mostProblems { // Nobody will see the hint, which takes a millisecond.
		d.report(e.position, join(path, e.key), "unknown key", "", "")
		return
	}
	var all, here []string
	for _, f := range d.fields {
		all = append(all, f.Path)
	}
	for _, p := range append(slices.Clone(all), d.sections...) {
		if key := p[strings.LastIndexByte(p, '.')+1:]; join(path, key) == p {
			here = append(here, key)
		}
	}
	if path == "" {
		here = append(here, d.others...)
	}
	hint := didYouMean(e.key, here)
	if hint == "" {
		if near := param.NearestPath(e.key, all); near != "" {
			hint = param.DidYouMean(join(d.section, near))
		}
	}
	expected := ""
	if top := path == "" && d.section == ""; len(here) > 0 && (top || len(here) <= 12) {
		expected = "one of " + strings.Join(here, ", ")
	}
	if hint == "" && expected == d.listed && expected != "" {
		expected = "one of the same"
	} else if expected != "" {
		d.listed = expected
	}
	d.report(e.position, join(path, e.key), "unknown key", expected, hint)
}

// value stores the value of one parameter.
func (d *decoder) value(f param.Field, n *node, path string) {
	switch {
	case n.shape == broken:
	case n.shape == mapping:
		d.report(n.position, path, "is a section, not a value", f.Expected(), "")
	case f.Kind == param.Numbers:
		d.list(f, n, path)
	case n.shape == sequence:
		d.report(n.position, path, "is a list", f.Expected(), "")
	default:
		d.scalar(f, n, path)
	}
}

// list stores a list of numbers when all of them are valid. Otherwise it reports
// each invalid number and stores nothing.
func (d *decoder) list(f param.Field, n *node, path string) {
	if n.shape != sequence {
		hint := ""
		if param.IsNumber(n.text) {
			hint = "write [" + n.text + "]"
		}
		d.report(n.position, path, "is not a list", f.Expected(), hint)
		return
	}
	before, whole := len(d.problems), true
	texts := make([]string, len(n.items))
	for i, item := range n.items {
		texts[i] = item.text
		whole = whole && item.shape != broken
		d.value(f.Item(i), item, fmt.Sprintf("%s[%d]", path, i))
	}
	if whole && len(d.problems) == before {
		d.set(f, n.position, path, strings.Join(texts, ","))
	}
}

// scalar stores a scalar. It refuses quotes around other values than texts, and
// numbers and truth values without quotes where a text is expected.
func (d *decoder) scalar(f param.Field, n *node, path string) {
	isText := n.shape == quoted || !param.IsNumber(n.text) && n.text != "true" && n.text != "false"
	switch {
	case f.Kind == param.Text && !isText:
		d.report(n.position, path, n.text+" is not text", f.Expected(), fmt.Sprintf("write %q in quotes", n.text))
	case f.Kind != param.Text && n.shape == quoted:
		d.report(n.position, path, "is text", f.Expected(), "remove the quotes")
	default:
		d.set(f, n.position, path, n.text)
	}
}

// set stores text in the parameter, or reports why it cannot.
func (d *decoder) set(f param.Field, at position, path, text string) {
	if problem := (param.Problem{}); errors.As(f.Set(text), &problem) {
		d.report(at, path, problem.Message, problem.Expected, problem.Hint)
	}
}
