package odd

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/sim"
	"stakeout/strategies"
)

var parameterHeads = []string{"Parameter", "Meaning", "Default", "Unit", "Range", "Source"}

// parameters lists the parameters whose paths start with one of the prefixes.
func (d *describer) parameters(prefixes ...string) (string, error) {
	var rows [][]string
	for _, f := range d.fields {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(f.path, p) }) {
			d.shown[f.path] = true
			rows = append(rows, d.row(f, f.path))
		}
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("odd: no parameter starts with %q", prefixes)
	}
	return texts("", parameterHeads, rows)
}

func (d *describer) row(f field, name string) []string {
	if f.Doc == "" || f.Source == "" {
		d.fault("parameter %s has no meaning or no source", name)
	}
	return []string{name, f.Doc, f.Default, f.Unit, f.Field.Range(), f.Source}
}

// attacks lists the attacks, each with its plan, what it needs and its parameters.
func (d *describer) attacks() (string, error) {
	var parts []string
	for _, e := range strategies.All() {
		text, err := d.attack(e)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n\n"), nil
}

func (d *describer) attack(e strategies.Entry) (string, error) {
	if e.Doc == "" || e.Source == "" {
		return "", fmt.Errorf("odd: attack %s is not described", e.Name)
	}
	var rows [][]string
	for _, f := range d.fields {
		if path, own := strings.CutPrefix(f.path, e.Name+"."); own {
			d.shown[f.path] = true
			rows = append(rows, d.row(f, "attack_params."+path))
		}
	}
	t, err := texts("", parameterHeads, rows)
	return fmt.Sprintf("## %s\n\n%s It needs %s. Source: %s.\n\n%s",
		e.Name, e.Doc, needs(e.Needs), strings.TrimSuffix(e.Source, "."), t), err
}

// needs says in words which levers an attack must find.
func needs(l strategies.Levers) string {
	var list []string
	for _, n := range []struct {
		needed bool
		what   string
	}{
		{l.Stake, "leadership that follows stake"}, {l.Office, "leadership that is an office"},
		{l.Bids, "leadership that is sold"}, {l.Loans, "somebody who lends tokens or makes a perpetual future"},
		{l.Dai, "dai and those who owe it"},
		{l.Judge != 0, "a remedy that judges operators"}, {l.Oracle, "a remedy whose token can fork"},
	} {
		if n.needed {
			list = append(list, n.what)
		}
	}
	if len(list) == 0 {
		return "nothing beside tokens for sale"
	}
	return strings.Join(list, ", ")
}

// kindTable lists the populations of agents with their number and their roles.
func (d *describer) kindTable() (string, error) {
	kinds, err := d.kinds()
	if err != nil {
		return "", err
	}
	if honest := int(sim.RowAttacker - sim.RowStakers); len(kinds) != honest+1 {
		return "", fmt.Errorf("odd: %d kinds of agents, %d rows of the ledger", len(kinds), honest+1)
	}
	var rows [][]string
	for _, k := range kinds {
		row := []string{"attacker", strconv.Itoa(sim.Legs), "The accounts of one attacker, a stake leg, " +
			"a second leg for what else the attack needs, and a leg for a short on top of it; " +
			"idle unless a plan is given to them", strings.Join(k.roles, ", "), "the plan"}
		if k.field != "" {
			key, err := d.key(k.field)
			if err != nil {
				return "", err
			}
			n, err := d.value("world." + key + ".count")
			if err != nil {
				return "", err
			}
			row = []string{key, n, who(k.doc), strings.Join(k.roles, ", "), k.state}
		}
		rows = append(rows, row)
	}
	return texts("", []string{"Kind", "Agents", "Who", "Roles", "State"}, rows)
}

// who is the text of a comment after "describe", which says who the agents of a kind are.
func who(doc string) string {
	_, after, _ := strings.Cut(doc, " describe ")
	return sentence(strings.TrimPrefix(after, "the "), "")
}

// key is the section of a field of the world's configuration.
func (d *describer) key(name string) (string, error) {
	fields, err := d.source.fields("experiments/sim", "Config")
	if err != nil {
		return "", err
	}
	for _, f := range fields {
		if f.Names[0].Name == name {
			tag, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				return "", err
			}
			_, rest, _ := strings.Cut(tag, `key:"`)
			key, _, _ := strings.Cut(rest, `"`)
			return key, nil
		}
	}
	return "", fmt.Errorf("odd: the configuration has no field %s", name)
}

// count is the number of agents of the default world without the attacker.
func (d *describer) count() (int, error) {
	n := 0
	for _, f := range d.fields {
		if parts := strings.Split(f.path, "."); len(parts) == 3 && parts[0] == "world" && parts[2] == "count" {
			x, err := strconv.Atoi(f.Default)
			if err != nil {
				return 0, err
			}
			n += x
		}
	}
	return n, nil
}

// state lists the fields of structs with their comments. An embedded struct gets one line; its fields are listed where
// the template names its type.
func (d *describer) state(dir string, types ...string) (string, error) {
	var rows [][]string
	for _, typ := range types {
		fields, err := d.source.fields(dir, typ)
		if err != nil {
			return "", err
		}
		for _, f := range fields {
			if row := d.variable(dir, typ, f); row != nil {
				rows = append(rows, row)
			}
		}
	}
	return texts("", []string{"State variable", "Type", "Meaning"}, rows)
}

// variable is the row of a field. It is nil for padding and for a private field of an exported struct.
func (d *describer) variable(dir, typ string, f *ast.Field) []string {
	kind, names := d.code(f.Type), []string{}
	for _, n := range f.Names {
		if n.Name != "_" && (n.IsExported() || !ast.IsExported(typ)) {
			names = append(names, typ+"."+n.Name)
		}
	}
	if len(f.Names) > 0 && len(names) == 0 {
		return nil
	}
	doc := text(f.Comment, f.Doc)
	if len(f.Names) == 0 {
		names, doc = []string{typ + "." + kind}, "the variables of "+kind
	}
	if !strings.Contains(doc, " ") { // a unit alone says nothing
		d.fault("%s in %s is not described", strings.Join(names, ", "), dir)
	}
	return []string{strings.Join(names, ", "), kind, doc}
}

// schedule lists the phases of a tick in the order in which the world runs them,
// and what each of them calls, in order.
func (d *describer) schedule() (string, error) {
	var b strings.Builder
	for i, p := range sim.Phases {
		m, err := d.method("experiments/sim", "World", p.Name)
		if err != nil {
			return "", err
		}
		doc := about(m.Doc)
		if doc == "" {
			d.fault("phase %s has no comment", p.Name)
			continue
		}
		fmt.Fprintf(&b, "%d. **%s**: %s\n", i+1, p.Name, sentence(doc, p.Name))
		d.steps(&b, m, "   ")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// steps lists the methods of the world that a method calls, in order, each once, and below each of them the methods
// that it calls. Methods that return a value are left out: they are asked and change nothing.
func (d *describer) steps(b *strings.Builder, m *ast.FuncDecl, indent string) {
	seen := map[string]bool{"warm": true} // which only fetches memory
	ast.Inspect(m.Body, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		s, ok := c.Fun.(*ast.SelectorExpr)
		if !ok || d.code(s.X) != "w" || seen[s.Sel.Name] {
			return true
		}
		seen[s.Sel.Name] = true
		f, err := d.method("experiments/sim", "World", s.Sel.Name)
		if err != nil || f.Name.IsExported() || f.Type.Results != nil || about(f.Doc) == "" {
			return true
		}
		fmt.Fprintf(b, "%s- `%s`: %s\n", indent, s.Sel.Name, sentence(about(f.Doc), s.Sel.Name))
		d.steps(b, f, indent+"  ")
		return true
	})
}

// modules lists the packages of the core with the first paragraph of what each
// says of itself.
func (d *describer) modules(dirs ...string) (string, error) {
	var rows [][]string
	for _, dir := range dirs {
		doc := ""
		for _, f := range d.of[dir] {
			if f.Doc != nil {
				doc = about(f.Doc)
			}
		}
		if doc == "" {
			return "", fmt.Errorf("odd: package %s has no comment", dir)
		}
		_, doc, _ = strings.Cut(strings.TrimPrefix(doc, "Package "), " ") // the name
		rows = append(rows, []string{dir, sentence(doc, "")})
	}
	return texts("", []string{"Package", "What it is"}, rows)
}

// statementTable lists the sentences that comments mark with a word, in the packages of the model or in all others.
func (d *describer) statementTable(mark string, model bool) (string, error) {
	var rows [][]string
	for _, a := range d.statements(mark) {
		if d.core(a.where) == model {
			rows = append(rows, []string{a.where, a.about, a.text})
		}
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("odd: no comment is marked %s", mark)
	}
	return texts("", []string{"File", "About", mark}, rows)
}

// core reports whether a file belongs to the model, and not to the experiments with it.
func (d *describer) core(file string) bool {
	top, _, _ := strings.Cut(file, "/")
	return top != "experiments" && top != "cmd" || strings.HasPrefix(file, "experiments/sim/") ||
		strings.HasPrefix(file, "experiments/kit/draw/") || strings.HasPrefix(file, "experiments/kit/exact/")
}

// origins says in a sentence where the defaults of the world and of the attacks come from. A parameter that attacks
// share counts once.
func (d *describer) origins() string {
	var all, assumed, calibrated, unswept int
	seen := map[string]bool{}
	for _, f := range d.fields {
		id := f.path
		if !strings.HasPrefix(id, "world.") {
			id = f.Key + f.Doc + f.Source
		}
		if seen[id] || !strings.Contains(f.path, ".") { // the last is the head of a preset
			continue
		}
		seen[id] = true
		all++
		switch {
		case strings.HasPrefix(f.Source, "Assumption"):
			assumed++
		case strings.HasPrefix(f.Source, "Calibrated"):
			calibrated++
		}
		if strings.Contains(f.Source, "no sweep yet") {
			unswept++
		}
	}
	return fmt.Sprintf("Of the %d parameters of the world and of the attacks,\n%d take their default from a publication, "+
		"a contract, a measurement or a rule that the table names, %d are calibrated,\n"+
		"and %d are assumptions; of %d the source says that no sweep has been made yet.",
		all, all-assumed-calibrated, calibrated, assumed, unswept)
}
