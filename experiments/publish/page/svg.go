package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
)

// space is the namespace of drawings.
const space = "http://www.w3.org/2000/svg"

// drawn lists the elements and attributes that a drawing may contain, with what their
// values look like. No value has a quotation mark, a bracket of markup, or a place to load
// from.
var drawn = map[string]map[string]*regexp.Regexp{
	"svg": {"width": points, "height": points, "viewBox": regexp.MustCompile(`^[-0-9.]+( [-0-9.]+){3}$`)},
	"g":   {"transform": regexp.MustCompile(`^((translate|scale|rotate|matrix)\([-+0-9.e, ]*\) ?)*$`)},
	"path": {"d": regexp.MustCompile(`^[MLHVCSQTAZmlhvcsqtaze0-9.,+ -]*$`),
		"style": regexp.MustCompile(`^((fill|stroke|opacity)(-[a-z]+)?: ?[#0-9A-Za-z., ]*;? ?)*$`)},
}

var points = regexp.MustCompile(`^[0-9.]+pt$`)

// inline makes a stored drawing part of a page; the element with the id is its label. It
// reads the drawing as XML and writes what it understood anew, so that a browser, which
// reads a page by other rules, never sees the stored text. It fails on anything that is not
// a plain drawing, such as a script or a comment. The drawing loses its height, so that it
// takes the width of the screen.
func inline(svg []byte, label string) (template.HTML, error) {
	in := xml.NewDecoder(bytes.NewReader(svg))
	var out strings.Builder
	depth, begun := 0, false
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) && begun {
			return template.HTML(strings.TrimSpace(out.String())), nil
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if (t.Name.Local == "svg") != (depth == 0) || depth == 0 && begun {
				return "", fmt.Errorf("has an element <%s> where no drawing has one", t.Name.Local)
			}
			if err := open(&out, t, label); err != nil {
				return "", err
			}
			depth, begun = depth+1, true
		case xml.EndElement:
			depth--
			out.WriteString("</" + t.Name.Local + ">")
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" {
				return "", fmt.Errorf("has the text %q, which no drawing has", text)
			}
			if depth > 0 && bytes.Contains(t, []byte("\n")) {
				out.WriteByte('\n')
			}
		default: // The head of the file has a declaration and a comment.
			if begun {
				return "", errors.New("has a comment or an instruction, which no drawing has")
			}
		}
	}
}

// open writes the beginning of an element.
func open(out *strings.Builder, t xml.StartElement, label string) error {
	attributes, known := drawn[t.Name.Local]
	if !known || t.Name.Space != "" && t.Name.Space != space {
		return fmt.Errorf("has an element <%s>, which no drawing has", t.Name.Local)
	}
	out.WriteString("<" + t.Name.Local)
	if t.Name.Local == "svg" {
		fmt.Fprintf(out, ` role="img" aria-labelledby="%s"`, template.HTMLEscapeString(label))
	}
	width := false
	for _, a := range t.Attr {
		name := a.Name.Local
		switch value := attributes[name]; {
		case name == "xmlns" || a.Name.Space == "xmlns": // Written below, whatever it says.
			continue
		case value == nil || a.Name.Space != "":
			return fmt.Errorf("has an attribute %s of <%s>, which no drawing has", name, t.Name.Local)
		case !value.MatchString(a.Value):
			return fmt.Errorf("has an attribute %s of <%s> with a value that no drawing has: %.60q", name, t.Name.Local, a.Value)
		}
		if width = width || name == "width"; name != "height" {
			fmt.Fprintf(out, ` %s="%s"`, name, a.Value)
		}
	}
	if t.Name.Local == "svg" {
		if !width {
			return errors.New("has no width, which every drawing has")
		}
		out.WriteString(` xmlns="` + space + `"`)
	}
	out.WriteString(">")
	return nil
}
