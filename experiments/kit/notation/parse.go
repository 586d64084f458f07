package notation

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The limits of a preset.
const (
	Largest = 64 << 10 // bytes of a file
	deepest = 32       // levels of nesting
	longest = 200      // bytes of a key
)

// Parse reads the preset in src; problems name it by file. The document is never
// nil. It is empty when src is not one YAML mapping or has a syntax error.
// Otherwise it holds all valid values, so that Decode can report further problems
// with them.
func Parse(file string, src []byte) (*Document, []Problem) {
	d := &Document{file: file}
	r := &reader{file: file}
	src = bytes.ReplaceAll(bytes.TrimPrefix(src, []byte("\uFEFF")), []byte("\r\n"), []byte("\n"))
	for line := range strings.SplitSeq(string(src), "\n") {
		r.lines = append(r.lines, []rune(line))
	}
	if !r.readable(src) {
		return d, r.problems
	}
	tree := r.parse(string(src))
	if tree == nil {
		return d, r.problems
	}
	if body := r.oneBody(tree); body != nil {
		d.root = r.read(body, "", 0)
	}
	return d, r.problems
}

// readable reports whether the parser can read src: a text in UTF-8 of limited size
// without control characters. It reports a problem otherwise.
func (r *reader) readable(src []byte) bool {
	if len(src) > Largest {
		r.report(position{1, 1}, "", fmt.Sprintf("the file has more than %d bytes", Largest), "")
		return false
	}
	at := position{1, 1}
	for rest := src; len(rest) > 0; {
		c, size := utf8.DecodeRune(rest)
		switch {
		case c == utf8.RuneError && size == 1:
			r.report(at, "", "the file is not valid UTF-8", "save it as UTF-8")
			return false
		case unicode.IsControl(c) && c != '\n' && c != '\t':
			r.report(at, "", fmt.Sprintf("the file contains the control character %U", c), "remove it")
			return false
		}
		at.column++
		if c == '\n' {
			at = position{at.line + 1, 1}
		}
		rest = rest[size:]
	}
	return true
}

// parse returns the syntax tree, or nil after it has reported a problem. It
// recovers from panics of the library, because no input may end the program.
func (r *reader) parse(src string) (tree *ast.File) {
	defer func() {
		if fault := recover(); fault != nil {
			r.report(position{1, 1}, "", "the YAML parser cannot read the file", "simplify it")
			tree = nil
		}
	}()
	tokens := lexer.Tokenize(src)
	if !r.shallow(tokens) {
		return nil
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err == nil {
		return tree
	}
	at, message := position{1, 1}, err.Error()
	if syntax := (*yaml.SyntaxError)(nil); errors.As(err, &syntax) {
		at, message = r.at(syntax.Token), syntax.Message
	}
	r.report(at, "", "invalid YAML: "+message, syntaxHint(message))
	return nil
}

// shallow reports whether the nesting is limited, and reports a problem otherwise.
// It counts open brackets and the markers in one line, because on deep nesting of
// these the parser would take quadratic time or overflow its stack. The size of
// the file limits nesting by indentation.
func (r *reader) shallow(tokens token.Tokens) bool {
	brackets, markers, line := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			markers, line = 0, tk.Position.Line
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType, token.MergeKeyType:
			markers++
		}
		if brackets > deepest || markers > deepest && brackets == 0 {
			r.report(r.at(tk), "", fmt.Sprintf("nests more than %d levels deep", deepest), "")
			return false
		}
	}
	return true
}

// syntaxHint returns hints for the messages of the library that beginners often
// meet.
func syntaxHint(message string) string {
	switch {
	case strings.Contains(message, "'\t'"):
		return "indent with blanks, not with tabs"
	case strings.Contains(message, "mapping value is not allowed"):
		return "put a text that contains a colon in quotes"
	case strings.Contains(message, "reserved character"):
		return "put the text in quotes"
	}
	return ""
}

// oneBody returns the first document of the file if it is a mapping, and nil
// otherwise. It reports a missing mapping and every further document.
func (r *reader) oneBody(tree *ast.File) ast.Node {
	var bodies []ast.Node
	for i, doc := range tree.Docs {
		switch {
		case doc.Body == nil && i > 0:
			r.report(r.at(doc.Start), "", "a file holds one document", "remove the line ---")
		case doc.Body == nil:
		case doc.Body.Type() == ast.DirectiveType:
			r.report(r.at(doc.Body.GetToken()), "", "a preset has no directives", "remove the line")
		default:
			bodies = append(bodies, doc.Body)
		}
	}
	if len(bodies) == 0 {
		r.report(position{1, 1}, "", "the file is empty", "start with name: and the name of the experiment")
		return nil
	}
	for _, body := range bodies[1:] {
		at := position{r.at(body.GetToken()).line, 1}
		r.report(at, "", "a file holds one document", "write the second experiment into a separate file")
	}
	if bodies[0].Type() != ast.MappingType {
		r.report(r.at(bodies[0].GetToken()), "", "the file is not a mapping", "write lines of the form key: value")
		return nil
	}
	return bodies[0]
}
