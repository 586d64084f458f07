package odd

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"stakeout"
)

// home is the folder of this package within the module. The files of tables are kept in it.
const home = "experiments/publish/odd"

// up leads from home to the folder of the module, in a link.
var up = strings.Repeat("../", strings.Count(home, "/")+1)

// Prose is the name of the part that is read first; it is kept as ODD.md at the top of the module.
const Prose = "prose"

// Part is a part of the description, in Markdown: the prose or a file of tables.
type Part struct{ Name, Text string }

// File is the path of the part within the module.
func (p Part) File() string {
	if p.Name == Prose {
		return "ODD.md"
	}
	return path.Join(home, p.Name+".md")
}

// tables are the names of the files of tables, in the order of the protocol.
var tables = []string{"patterns", "entities", "concepts", "observation", "initialization", "parameters", "submodels",
	"attacks", "assumptions"}

// made are the files of tables that this program was built with.
//
//go:embed *.md
var made embed.FS

//go:embed template/*.md
var written embed.FS

// Parts returns the description that this program was built with, the prose first.
func Parts() []Part {
	parts := []Part{{Prose, stakeout.ODD}}
	for _, name := range tables {
		parts = append(parts, Part{name, must(made, name+".md")})
	}
	return parts
}

// templates are what the parts are made from, in the same order.
func templates() []Part {
	parts := []Part{{Prose, must(written, "template/odd.md")}}
	for _, name := range tables {
		parts = append(parts, Part{name, must(written, "template/"+name+".md")})
	}
	return parts
}

// must reads a file of this program, which the compiler has read before.
func must(from embed.FS, name string) string {
	text, err := from.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("odd: %v", err))
	}
	return string(text)
}

// contents lists the files of tables with their titles, as links.
func contents() string {
	var b strings.Builder
	for _, p := range templates()[1:] {
		title, _, _ := strings.Cut(strings.TrimPrefix(p.Text, "# "), "\n")
		fmt.Fprintf(&b, "- [%s.md](%s): %s\n", p.Name, p.File(), title)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// link is a link of the prose to a heading of a file of tables, or to the whole file.
type link struct{ part, heading string }

// see links to a heading of a file of tables; an empty heading means the whole file.
func (d *describer) see(part, heading, text string) string {
	d.links = append(d.links, link{part, heading})
	target := Part{Name: part}.File()
	if heading != "" {
		target += "#" + anchor(heading)
	}
	return "[" + text + "](" + target + ")"
}

// anchor is the fragment by which GitHub links to a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(strings.ReplaceAll(heading, ",", "")), " ", "-")
}

// follow notes links that lead nowhere.
func (d *describer) follow(parts []Part) {
	for _, l := range d.links {
		i := slices.IndexFunc(parts, func(p Part) bool { return p.Name == l.part })
		if i < 0 || l.heading != "" && !strings.Contains(parts[i].Text, "\n## "+l.heading+"\n") {
			d.fault("the prose points to %q of %q, which does not exist", l.heading, l.part)
		}
	}
}
