package notation

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"stakeout/experiments/kit/param"
)

// position is a place in the file. Lines and columns count from one.
type position struct{ line, column int }

type shape uint8

const (
	broken   shape = iota // an invalid value, which the reader has reported and the decoder skips
	plain                 // a scalar without quotes
	quoted                // a scalar in quotes, or a block of text
	mapping               // keys and values
	sequence              // a list
)

// node is a value of the file.
type node struct {
	position
	shape   shape
	text    string  // of a scalar
	entries []entry // of a mapping
	items   []*node // of a sequence
}

// entry is a key with its value. The position belongs to the key.
type entry struct {
	position
	key   string
	value *node
}

// entry returns the entry with the key, or nil.
func (n *node) entry(key string) *entry {
	for i := range n.entries {
		if n.entries[i].key == key {
			return &n.entries[i]
		}
	}
	return nil
}

// reader turns the syntax tree of the YAML library into nodes and collects the
// problems that it finds.
type reader struct {
	file     string
	lines    [][]rune // of the file, without line ends
	problems []Problem
}

func (r *reader) report(at position, path, message, hint string) {
	r.problems = append(r.problems,
		Problem{r.file, at.line, at.column, param.Problem{Path: path, Message: message, Hint: hint}})
}

// at returns the position of a token, limited to the file. The library places a
// plain scalar too far to the right by the number of blanks behind it. Therefore at
// searches backwards from there for the text of the token.
func (r *reader) at(tk *token.Token) position {
	if tk == nil || tk.Position == nil {
		return position{1, 1}
	}
	line := min(max(tk.Position.Line, 1), len(r.lines))
	text := r.lines[line-1]
	column := min(max(tk.Position.Column, 1), len(text)+1)
	if tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType {
		return position{line, column}
	}
	start, _, _ := strings.Cut(tk.Value, " ")
	for c := column; c >= 1 && start != ""; c-- {
		if strings.HasPrefix(string(text[c-1:min(len(text), c-1+len(start))]), start) {
			return position{line, c}
		}
	}
	return position{line, column}
}

// read turns n into a node. An invalid value becomes a broken node.
func (r *reader) read(n ast.Node, path string, depth int) *node {
	if n == nil {
		return &node{position: position{1, 1}}
	}
	out := &node{position: r.at(n.GetToken())}
	if depth > deepest {
		r.report(out.position, path, fmt.Sprintf("nests more than %d levels deep", deepest), "")
		return out
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		r.readMapping(v, out, path, depth)
	case *ast.SequenceNode:
		out.shape = sequence
		for i, item := range v.Values {
			out.items = append(out.items, r.read(item, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
	case *ast.AnchorNode:
		r.report(out.position, path, "a preset has no anchors", "write the value out where it is used")
	case *ast.AliasNode:
		r.report(out.position, path, "a preset has no aliases", "write the value out")
	case *ast.TagNode:
		r.report(out.position, path, "a preset has no tags", "leave "+v.GetToken().Value+" out")
	case *ast.NullNode:
		r.report(out.position, path, "has no value", "leave the key out to keep the default")
	case *ast.LiteralNode:
		out.shape, out.text = quoted, strings.TrimSuffix(v.Value.Value, "\n") // The end of a block ends no sentence.
	case ast.ScalarNode:
		r.readScalar(v, out, path)
	default:
		r.report(out.position, path, "a preset has no "+n.Type().String(), "")
	}
	return out
}

// readMapping fills out with the entries of v. A repeated key keeps its first
// value.
func (r *reader) readMapping(v *ast.MappingNode, out *node, path string, depth int) {
	out.shape = mapping
	if len(v.Values) > 0 && !v.IsFlowStyle {
		out.position = r.at(v.Values[0].Key.GetToken())
	}
	for _, pair := range v.Values {
		at := r.at(pair.Key.GetToken())
		key, fault := keyText(pair.Key, path == Paths || path == Sources)
		if fault != "" {
			r.report(at, path, fault, "write each key in the section to which it belongs")
			continue
		}
		inner := join(path, key)
		if first := out.entry(key); first != nil {
			r.report(at, inner, fmt.Sprintf("the key is there twice, first in line %d", first.line), "")
			continue
		}
		out.entries = append(out.entries, entry{at, key, r.read(pair.Value, inner, depth+1)})
	}
}

// keyText returns the text of a key, or says why it is not valid. Only keys in the
// sections Paths and Sources may have dots.
func keyText(key ast.MapKeyNode, dots bool) (text, fault string) {
	switch v := key.(type) {
	case *ast.MergeKeyNode:
		return "", "a preset has no merge keys"
	case *ast.LiteralNode, *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "", "a key is one word"
	case ast.ScalarNode:
		text = v.GetToken().Value
		if text == "" || !dots && strings.Contains(text, ".") {
			return "", fmt.Sprintf("the key %.60q is empty or has a dot", text)
		}
		if len(text) > longest || param.TextFault(text) != "" {
			return "", fmt.Sprintf("the key %.60q is no name", text)
		}
		return text, ""
	}
	return "", "a key is one word"
}

// readScalar fills out with the text of a scalar. It refuses texts that YAML
// readers understand in different ways.
func (r *reader) readScalar(v ast.ScalarNode, out *node, path string) {
	tk := v.GetToken()
	out.text = tk.Value
	if tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType {
		out.shape = quoted
		return
	}
	out.shape = plain
	if message, hint := surprise(out.text); message != "" {
		r.report(out.position, path, message, hint)
		out.shape = broken
	}
}

// join appends a key to a path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// didYouMean returns the hint that proposes the valid name nearest to name.
func didYouMean(name string, valid []string) string {
	return param.DidYouMean(param.Nearest(name, valid))
}
