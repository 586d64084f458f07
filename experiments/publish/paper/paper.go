// Package paper makes the figures and tables of a paper on the model from nothing.
//
// An Exhibit is one figure or table. It asks for evidence: the study of an
// experiment, or what a docking target, a check or the trial of the claims found.
// Evidence is stored under a key of everything that it depends on. Only missing evidence
// is simulated, so drawing again never runs the model, and an interrupted build resumes
// where it stopped.
//
// There are two forms. The full one is for print. The quick one has the same
// exhibits from the same presets with fewer seeds and coarser axes, for a first
// look and for a check that everything is rebuilt to the byte: its intervals are
// wide, and every caption says how many seeds it rests on.
//
// Evidence belongs to the code that produced it. A change of the model produces it again;
// a change of a drawing only draws again.
//
// A hash that differs from the kept one is a fault: no kind of processor changes a digit.
package paper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
)

// Exhibit is one figure or table of the paper, or a text that the paper includes. Exactly
// one of figure, table and text is set.
type Exhibit struct {
	Name   string // stem of its files, kebab-case
	Number string // as the paper prints it, such as "Figure 3"
	Doc    string // what it shows, in a phrase
	long   bool   // a table that breaks over pages
	figure func(context.Context, *archive) (*figure.Figure, error)
	table  func(context.Context, *archive) (*table.Table, error)
	text   func(context.Context, *archive) ([]byte, error) // LaTeX
}

// Folder is the part of the results in which the exhibit's files are.
func (e *Exhibit) Folder() string {
	switch {
	case e.figure != nil:
		return "figures"
	case e.table != nil:
		return "tables"
	}
	return "text"
}

// All returns the exhibits in the order of the paper: figures, tables, and the
// figures of the docking targets as an appendix.
func All() []Exhibit {
	list := slices.Concat(figures(), tables())
	counts := map[string]int{}
	for i := range list {
		kind := "Figure"
		if list[i].figure == nil {
			kind = "Table"
		}
		counts[kind]++
		list[i].Number = fmt.Sprint(kind, " ", counts[kind])
	}
	for i, e := range docking.All() {
		list = append(list, Exhibit{Name: "docking-" + e.Name, Number: fmt.Sprint("Figure A", i+1),
			Doc: strings.TrimSuffix(e.Doc, "."),
			figure: func(ctx context.Context, a *archive) (*figure.Figure, error) {
				o, err := a.target(ctx, e)
				if err != nil {
					return nil, err
				}
				return o.Figure, nil
			}})
	}
	return append(list,
		Exhibit{Name: "numbers", Number: "Text", Doc: "A macro for every number of the text", text: numbers},
		Exhibit{Name: "captions", Number: "Text", Doc: "A macro for the caption of every table", text: captions},
		Exhibit{Name: "appendix", Number: "Text", Doc: "The figures of all docking targets", text: appendix})
}

// Find returns the exhibits with the given names; without names it returns all.
func Find(names []string) ([]Exhibit, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	var valid []string
	for _, e := range all {
		valid = append(valid, e.Name)
	}
	var out []Exhibit
	for _, name := range names {
		i := slices.Index(valid, name)
		if i < 0 {
			near := ""
			if n := param.Nearest(name, valid); n != "" {
				near = "; " + param.DidYouMean(n)
			}
			return nil, fmt.Errorf("there is no figure or table %q%s", name, near)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// Options say where the paper is built and how.
type Options struct {
	Out     string // results folder, default "results"
	Quick   bool
	Workers int      // default one a processor
	Command []string // as typed, for the manifests
	// Program builds it; stored runs of another one are run again.
	record.Program
	// Findings is the digest of the code of checks, docking targets and claims. Results
	// of other code are computed again.
	Findings string
	// Progress, when set, opens the report on one piece of evidence.
	Progress func(what string) (step func(done, total int), end func())
}

// Dir is the folder of a form of the paper.
func (o Options) Dir() string {
	if o.Quick {
		return filepath.Join(o.Out, "paper-quick")
	}
	return filepath.Join(o.Out, "paper")
}

// Built is what a build left.
type Built struct {
	Dir   string
	Quick bool
	Files []string // relative to Dir with slashes, in the order of the exhibits
}

// Build makes exhibits and writes their files: for a figure the files of figure.Write and
// a LaTeX float, for a table LaTeX, Markdown, CSV and JSON. It fails when the context ends,
// when an experiment does not run, and when a file cannot be written. Files written until
// then are complete.
func Build(ctx context.Context, list []Exhibit, o Options) (b *Built, err error) {
	if o.Out == "" {
		o.Out = "results"
	}
	b = &Built{Dir: o.Dir(), Quick: o.Quick}
	a, err := openArchive(o)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, a.memory.Close()) }()
	for _, e := range list {
		files, err := e.write(ctx, a)
		if err != nil {
			return b, fmt.Errorf("%s: %w", e.Name, err)
		}
		b.Files = append(b.Files, files...)
		if err := a.times.write(o); err != nil {
			return b, err
		}
	}
	return b, nil
}

// captions defines the captions of the tables. A figure carries its caption.
func captions(context.Context, *archive) ([]byte, error) {
	m := new(macros)
	for _, e := range All() {
		if e.table != nil {
			m.set("caption "+e.Name, table.LaTeXText(e.Doc+"."))
		}
	}
	return []byte(m.text.String()), nil
}

func appendix(context.Context, *archive) ([]byte, error) {
	var b strings.Builder
	for _, e := range docking.All() {
		fmt.Fprintf(&b, "\\exhibitfigure{docking-%s}\n", e.Name)
	}
	return []byte(b.String()), nil
}

// write makes the exhibit and returns its files relative to the folder.
func (e *Exhibit) write(ctx context.Context, a *archive) (files []string, err error) {
	dir := filepath.Join(a.Dir(), e.Folder())
	if e.figure != nil {
		f, err := e.figure(ctx, a)
		if err != nil {
			return nil, err
		}
		if strings.Contains(f.Caption, "% interval") && !table.StatesIntervals(f.Caption) {
			return nil, fmt.Errorf("the caption %q speaks of intervals without their method and n", f.Caption)
		}
		paths, err := f.Write(dir, e.Name)
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			files = append(files, e.Folder()+"/"+filepath.Base(p))
		}
		files = append(files, e.Folder()+"/"+e.Name+".tex")
		return files, record.WriteFile(filepath.Join(dir, e.Name+".tex"), e.float(f.Caption))
	}
	if e.text != nil {
		text, err := e.text(ctx, a)
		if err != nil {
			return nil, err
		}
		return []string{e.Folder() + "/" + e.Name + ".tex"}, record.WriteFile(filepath.Join(dir, e.Name+".tex"), text)
	}
	t, err := e.table(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for _, w := range writers {
		write := w.write
		if w.ext == ".tex" && e.long {
			write = (*table.Table).LongLaTeX
		}
		var text bytes.Buffer
		if err := write(t, &text); err != nil {
			return nil, err
		}
		if err := record.WriteFile(filepath.Join(dir, e.Name+w.ext), text.Bytes()); err != nil {
			return nil, err
		}
		files = append(files, e.Folder()+"/"+e.Name+w.ext)
	}
	return files, nil
}

// writers lists the formats of a table by the ending of the file.
var writers = []struct {
	ext   string
	write func(*table.Table, io.Writer) error
}{{".tex", (*table.Table).LaTeX}, {".md", (*table.Table).Markdown}, {".csv", (*table.Table).CSV},
	{".json", (*table.Table).JSON}}

// float is the LaTeX float of a figure: picture, caption and label.
func (e *Exhibit) float(caption string) []byte {
	return fmt.Appendf(nil, "%% %s\n\\begin{figure}[p]\n\\centering\n"+
		"\\includegraphics{%s.pdf}\n\\caption{%s}\n\\label{fig:%s}\n\\end{figure}\n",
		e.Doc, e.Name, table.LaTeXText(caption), e.Name)
}
