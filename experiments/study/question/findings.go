package question

import (
	"fmt"
	"slices"
	"strings"

	"stakeout/experiments/kit/notation"
)

// findings collects the problems of the cells of a sweep. A problem that several cells
// share is reported once, with the first cell.
type findings struct {
	*Sweep
	doc  *notation.Document
	seen map[string]*finding
	keys []string
}

// finding is a problem with the cells that have it.
type finding struct {
	notation.Problem
	cells int
	first string
}

// add notes a problem of cell i, in the place of the axis that set the value.
func (f *findings) add(i int, point []string, p notation.Problem) {
	if k := slices.Index(f.Axes(), p.Path); k >= 0 {
		p = f.Varied[k].place(f.doc, p.Problem)
	} else if p.File == "" {
		hint := p.Hint
		p = f.doc.At(p.Path, p.Message, p.Expected)
		p.Hint = hint
	}
	if f.seen == nil {
		f.seen = map[string]*finding{}
	}
	key := p.Error()
	if have := f.seen[key]; have != nil {
		have.cells++
		return
	}
	f.seen[key] = &finding{Problem: p, cells: 1, first: f.label(i, point)}
	f.keys = append(f.keys, key)
}

// label names a cell by its place and its values.
func (f *findings) label(i int, point []string) string {
	values := make([]string, len(point))
	for k, v := range point {
		values[k] = f.Varied[k].Path + "=" + v
	}
	return fmt.Sprintf("cell %d (%s)", i+1, strings.Join(values, ", "))
}

// list returns the problems with their cells. The single cell of a preset without axes
// needs no name.
func (f *findings) list() (out []notation.Problem) {
	for _, key := range f.keys {
		x := f.seen[key]
		switch {
		case len(f.Varied) == 0:
		case x.cells == 1:
			x.Message += ", in " + x.first
		default:
			x.Message += fmt.Sprintf(", in %d of %d cells, first in %s", x.cells, f.size(), x.first)
		}
		out = append(out, x.Problem)
	}
	return out
}
