package odd

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// source is the program as it was parsed, without its tests.
type source struct {
	files *token.FileSet
	order []string // folders, sorted
	of    map[string][]file
}

// file is one parsed file of a folder.
type file struct {
	name string // within its folder
	*ast.File
}

// parse reads every Go file below a folder but the tests.
func parse(folder fs.FS) (*source, error) {
	s := &source{files: token.NewFileSet(), of: map[string][]file{}}
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "results") {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(s.files, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if s.of[dir] == nil {
			s.order = append(s.order, dir)
		}
		s.of[dir] = append(s.of[dir], file{path.Base(name), f})
		return nil
	})
	slices.Sort(s.order)
	return s, err
}

// text is a comment as one paragraph of prose.
func text(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if t := strings.Join(strings.Fields(g.Text()), " "); t != "" {
			return t
		}
	}
	return ""
}

// about is the first paragraph of the comment on a declaration.
func about(g *ast.CommentGroup) string {
	first, _, _ := strings.Cut(g.Text(), "\n\n")
	return strings.Join(strings.Fields(first), " ")
}

// code prints an expression as it stands in the source, on one line.
func (s *source) code(n ast.Node) string {
	var b strings.Builder
	if err := printer.Fprint(&b, s.files, n); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// typeSpec finds a type, the comment on it and the file that declares it.
func (s *source) typeSpec(dir, name string) (*ast.TypeSpec, *ast.CommentGroup, *file, error) {
	for i := range s.of[dir] {
		f := &s.of[dir][i]
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				if t, is := spec.(*ast.TypeSpec); is && t.Name.Name == name {
					if t.Doc != nil {
						return t, t.Doc, f, nil
					}
					return t, g.Doc, f, nil
				}
			}
		}
	}
	return nil, nil, nil, fmt.Errorf("odd: there is no type %s in %s", name, dir)
}

// fields lists the fields of a struct.
func (s *source) fields(dir, name string) ([]*ast.Field, error) {
	t, _, _, err := s.typeSpec(dir, name)
	if err != nil {
		return nil, err
	}
	st, ok := t.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("odd: %s in %s is no struct", name, dir)
	}
	return st.Fields.List, nil
}

// constant is a named value with what its comment says of it.
type constant struct{ name, doc string }

// constants lists the exported constants of a type in their order. The last one,
// which counts them, may go without a comment and is then left out.
func (s *source) constants(dir, typ string) (list []constant, err error) {
	for _, f := range s.of[dir] {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST || !s.isOf(g, typ) {
				continue
			}
			for i, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				doc := text(v.Comment, v.Doc)
				if !v.Names[0].IsExported() || doc == "" && i == len(g.Specs)-1 {
					continue
				}
				if doc == "" {
					return nil, fmt.Errorf("odd: %s in %s has no comment", v.Names[0].Name, dir)
				}
				list = append(list, constant{v.Names[0].Name, doc})
			}
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("odd: there are no constants of type %s in %s", typ, dir)
	}
	return list, nil
}

// isOf reports whether the first constant of a group has a type.
func (s *source) isOf(g *ast.GenDecl, typ string) bool {
	v, ok := g.Specs[0].(*ast.ValueSpec)
	return ok && v.Type != nil && s.code(v.Type) == typ
}

// method finds a method of a type.
func (s *source) method(dir, typ, name string) (*ast.FuncDecl, error) {
	for _, m := range s.methods(dir, typ) {
		if m.Name.Name == name {
			return m, nil
		}
	}
	return nil, fmt.Errorf("odd: %s in %s has no method %s", typ, dir, name)
}

// methods lists the methods of a type, file by file.
func (s *source) methods(dir, typ string) (list []*ast.FuncDecl) {
	for _, f := range s.of[dir] {
		for _, d := range f.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Recv != nil && strings.TrimPrefix(s.code(m.Recv.List[0].Type), "*") == typ {
				list = append(list, m)
			}
		}
	}
	return list
}

// kind is a population of agents as the world lays it out.
type kind struct {
	field  string // of the configuration; empty for the attacker
	roles  []string
	params string // type in package agents
	rules  string // the strategy of the population
	state  string // type of a row of it
	doc    string
}

// count is how a row of the table of kinds counts its agents.
var count = regexp.MustCompile(`return c\.(\w+)\.Count`)

// kinds reads the populations off the world's own table.
func (s *source) kinds() (list []kind, err error) {
	for _, f := range s.of["experiments/sim"] {
		if f.name != "kinds.go" {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			row, ok := n.(*ast.CompositeLit)
			if !ok || row.Type != nil || err != nil {
				return true
			}
			k := kind{}
			for _, e := range row.Elts {
				switch e := e.(*ast.KeyValueExpr); s.code(e.Key) {
				case "count":
					if m := count.FindStringSubmatch(s.code(e.Value)); m != nil {
						k.field = m[1]
						err = s.describe(&k)
					}
				case "can":
					for _, role := range strings.Split(s.code(e.Value), "|") {
						k.roles = append(k.roles, strings.ToLower(strings.TrimPrefix(strings.TrimSpace(role), "agents.Can")))
					}
				}
			}
			list = append(list, k)
			return false
		})
	}
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("odd: experiments/sim/kinds.go lists no kinds")
	}
	return list, err
}

// describe fills in what package agents says of a kind: its parameters, the
// population in the same file, whose rows are the state of its agents.
func (s *source) describe(k *kind) error {
	fields, err := s.fields("experiments/sim", "Config")
	if err != nil {
		return err
	}
	for _, f := range fields {
		if len(f.Names) == 1 && f.Names[0].Name == k.field {
			k.params = strings.TrimPrefix(s.code(f.Type), "agents.")
		}
	}
	_, doc, home, err := s.typeSpec("agents", k.params)
	if err != nil {
		return err
	}
	if k.doc = about(doc); !strings.HasPrefix(k.doc, k.params+" describe ") {
		return fmt.Errorf("odd: the comment on agents.%s does not say whom it describes", k.params)
	}
	for _, d := range home.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, spec := range g.Specs {
			t := spec.(*ast.TypeSpec)
			if st, is := t.Type.(*ast.StructType); is {
				for _, f := range st.Fields.List {
					if len(f.Names) == 1 && f.Names[0].Name == "rows" {
						k.rules, k.state = t.Name.Name, strings.TrimPrefix(s.code(f.Type), "[]")
					}
				}
			}
		}
	}
	if k.state == "" {
		return fmt.Errorf("odd: the file of agents.%s has no population with rows", k.params)
	}
	return nil
}

// statement is what a comment marks as an assumption or as a source.
type statement struct{ where, about, text string }

// The marks of statements.
var marks = regexp.MustCompile(`(Assumption|Sources?(?: of the behaviour)?): `)

// statements collects what comments mark with a word: up to the end of the
// paragraph or to the next mark.
func (s *source) statements(mark string) (list []statement) {
	for _, dir := range s.order {
		for _, f := range s.of[dir] {
			names := documented(f.File)
			for _, g := range f.Comments {
				for _, part := range strings.Split(g.Text(), "\n\n") {
					for _, text := range marked(part, mark) {
						list = append(list, statement{path.Join(dir, f.name), names[g], text})
					}
				}
			}
		}
	}
	return list
}

// marked cuts out of a paragraph what is marked with a word.
func marked(paragraph, mark string) (list []string) {
	line := strings.Join(strings.Fields(paragraph), " ")
	at := marks.FindAllStringIndex(line, -1)
	for i, m := range at {
		end := len(line)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		text := strings.TrimSpace(line[m[1]:end])
		if strings.HasPrefix(line[m[0]:], mark) && text != "" {
			list = append(list, strings.ToUpper(text[:1])+text[1:])
		}
	}
	return list
}

// documented names what the comments of a file are about.
func documented(f *ast.File) map[*ast.CommentGroup]string {
	names := map[*ast.CommentGroup]string{f.Doc: "package"}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[d.Doc] = d.Name.Name
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				name := ""
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					name = spec.Name.Name
				case *ast.ValueSpec:
					name = spec.Names[0].Name
				}
				if names[d.Doc] == "" {
					names[d.Doc] = name
				}
			}
		}
	}
	delete(names, nil)
	return names
}
