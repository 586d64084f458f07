package page

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
)

// drawn lists the elements and attributes that a drawing may contain.
var drawn = map[string]string{
	"svg":  " width height viewBox xmlns xlink ",
	"g":    " transform ",
	"path": " d style ",
}

// sizes matches the fixed width and height of a drawing. A page drops them, so that the
// drawing takes the width of the screen.
var sizes = regexp.MustCompile(`^<svg width="([0-9.]+pt)" height="[0-9.]+pt"`)

// inline makes a stored drawing part of a page; the element with the id is its label. It
// fails on anything that is not a plain drawing, such as a script.
func inline(svg []byte, label string) (template.HTML, error) {
	in := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := in.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		attributes, known := drawn[start.Name.Local]
		if !known {
			return "", fmt.Errorf("has an element <%s>, which no drawing has", start.Name.Local)
		}
		for _, a := range start.Attr {
			if !strings.Contains(attributes, " "+a.Name.Local+" ") {
				return "", fmt.Errorf("has an attribute %s of <%s>, which no drawing has", a.Name.Local, start.Name.Local)
			}
		}
	}
	at := bytes.Index(svg, []byte("<svg "))
	if at < 0 || !sizes.Match(svg[at:]) {
		return "", fmt.Errorf("does not start as a drawing does")
	}
	text := sizes.ReplaceAllString(string(svg[at:]), `<svg role="img" aria-labelledby="`+label+`" width="$1"`)
	return template.HTML(strings.TrimSpace(text)), nil
}
