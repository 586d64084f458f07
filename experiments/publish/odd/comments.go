package odd

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// rules lists what the methods of types do, in the order of the source, in the words of their comments. Exported
// methods are left out, because they belong to an interface or only read.
func (d *describer) rules(dir string, types ...string) (string, error) {
	var b strings.Builder
	for _, typ := range types {
		n := b.Len()
		for _, m := range d.methods(dir, typ) {
			doc, own := about(m.Doc), !m.Name.IsExported()
			if _, more, found := strings.Cut(doc, " implements Strategy: "); found {
				doc, own = more, true
			}
			switch {
			case !own || m.Name.Name == "draw":
			case doc == "":
				d.fault("method %s of %s in %s has no comment", m.Name.Name, typ, dir)
			default:
				fmt.Fprintf(&b, "- `%s.%s`: %s\n", typ, m.Name.Name, strings.ReplaceAll(sentence(doc, m.Name.Name), "*", `\*`))
			}
		}
		if b.Len() == n {
			return "", fmt.Errorf("odd: %s in %s has no methods", typ, dir)
		}
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// types lists the comments on types, up to their assumptions.
func (d *describer) types(dir string, names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		_, doc, _, err := d.typeSpec(dir, name)
		if err != nil {
			return "", err
		}
		text, _, _ := strings.Cut(doc.Text(), "\n\nAssumption: ")
		if text = strings.Join(strings.Fields(text), " "); text == "" {
			d.fault("%s in %s has no comment", name, dir)
		}
		fmt.Fprintf(&b, "- `%s`: %s\n", name, sentence(text, name))
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// purposes lists the purposes of draws that occur in the model.
func (d *describer) purposes() (string, error) {
	used := map[string]bool{}
	for _, dir := range d.order {
		for _, f := range d.of[dir] {
			if !d.core(dir + "/") {
				continue
			}
			ast.Inspect(f.File, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && d.code(s.X) == "draw" {
					used[s.Sel.Name] = true
				}
				return true
			})
		}
	}
	list, err := d.source.constants("experiments/kit/draw", "Purpose")
	list = slices.DeleteFunc(list, func(c constant) bool { return !used[c.name] })
	return constantRows(list, "Purpose", err)
}

// constantTable lists the constants of a type with their comments.
func (d *describer) constantTable(dir, typ, head string) (string, error) {
	list, err := d.source.constants(dir, typ)
	return constantRows(list, head, err)
}

func constantRows(list []constant, head string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, c := range list {
		rows = append(rows, []string{c.name, sentence(c.doc, c.name)})
	}
	return texts("", []string{head, "Meaning"}, rows)
}

// sentence is a comment without the name at its beginning, and without its "is".
func sentence(doc, name string) string {
	doc = strings.TrimPrefix(strings.TrimPrefix(doc, name+" "), "is ")
	if doc == "" {
		return doc
	}
	return strings.ToUpper(doc[:1]) + doc[1:]
}
