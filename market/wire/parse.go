package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"stakeout/experiments/kit/param"
)

// The words of the protocol.
var (
	ops      = []string{"new", "amend", "cancel", "cancel-all", "clock", "phase", "band", "min-size", "book"}
	sides    = []string{"buy", "sell"}
	types    = []string{"limit", "market", "post-only", "ioc", "fok", "stop", "stop-limit"}
	tifs     = []string{"gtc", "ioc", "fok", "gtt"}
	policies = []string{"cancel-oldest", "cancel-newest", "cancel-both", "decrement"}
	phases   = []string{"continuous", "call", "halted"}
	switches = []string{"false", "true"}
)

// words lists the fields whose value is one of several words, numbers the fields
// with a number, namings those with an id or a name.
var (
	words = []struct {
		field string
		of    []string
	}{{"op", ops}, {"side", sides}, {"type", types}, {"tif", tifs}, {"stp", policies}, {"phase", phases},
		{"orders", switches}}
	numbers = []string{"quantity", "price", "trigger", "display", "min", "expiry", "tick", "reference", "low",
		"high", "levels"}
	namings = []string{"id", "owner"}
	flags   = []string{"post-only"}
)

// forms lists the fields that each command needs and those that it may have.
var forms = []struct{ op, needs, may string }{
	{"new", "side quantity", "id owner price type tif trigger display min expiry stp flags"},
	{"amend", "id", "price quantity trigger"},
	{"cancel", "id", ""},
	{"cancel-all", "", "owner"},
	{"clock", "tick", ""},
	{"phase", "phase", "reference"},
	{"band", "low high", ""},
	{"min-size", "quantity", ""},
	{"book", "", "levels orders reference"},
}

// command is a line that can be executed.
type command struct {
	op     string
	fields []string          // in the order of the line
	text   map[string]string // words, and the texts of names
	raw    map[string]string // names as they were written
	number map[string]uint32
	// postOnly is the flag, which means the same as the type.
	postOnly bool
}

func (c *command) has(field string) bool { return slices.Contains(c.fields, field) }

// fault describes an error in a line.
type fault struct {
	field, problem, expected, hint string
}

func (f *fault) Error() string { return f.field + ": " + f.problem }

var errEmpty = errors.New("empty line")

func index(list []string, word string) int { return max(0, slices.Index(list, word)) }

// parse reads one line.
func parse(line []byte) (*command, error) {
	if len(line) > MaxLine {
		return nil, &fault{"", "is a line of more than " + strconv.Itoa(MaxLine) + " bytes", "a shorter one", ""}
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil, errEmpty
	}
	c := &command{text: map[string]string{}, raw: map[string]string{}, number: map[string]uint32{}}
	if err := c.read(line); err != nil {
		return nil, err
	}
	if !c.has("op") {
		return nil, &fault{"op", "is missing", "one of " + strings.Join(ops, ", "), ""}
	}
	c.op = c.text["op"]
	form := forms[index(ops, c.op)]
	needs, may := strings.Fields(form.needs), strings.Fields(form.may)
	all := append(slices.Clone(needs), may...)
	for _, f := range c.fields {
		if f != "op" && !slices.Contains(all, f) {
			return nil, &fault{f, "is no field of " + c.op, "one of " + strings.Join(all, ", "), param.Nearest(f, all)}
		}
	}
	for _, f := range needs {
		if !c.has(f) {
			return nil, &fault{f, "is missing", expectation(f), ""}
		}
	}
	return c, c.sensible()
}

// read reads the object field by field.
func (c *command) read(line []byte) error {
	bad := func(what string) error {
		return &fault{"", what, `one JSON object, as in {"op":"book"}`, ""}
	}
	d := json.NewDecoder(bytes.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return bad("is no JSON object")
	}
	for d.More() {
		key, err := d.Token()
		field, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return bad("is no JSON object")
		}
		if c.has(field) {
			return &fault{field, "is there twice", "each field once", ""}
		}
		if err := c.set(field, string(value)); err != nil {
			return err
		}
		c.fields = append(c.fields, field)
	}
	if _, err := d.Token(); err != nil {
		return bad("is no JSON object")
	}
	if d.More() || int(d.InputOffset()) != len(line) {
		return bad("goes on behind the object")
	}
	return nil
}

// set reads the value of one field.
func (c *command) set(field, value string) error {
	for _, w := range words {
		if w.field != field {
			continue
		}
		word := value
		if w.field != "orders" {
			var s string
			if json.Unmarshal([]byte(value), &s) != nil {
				return &fault{field, "is " + value, expectation(field), param.Nearest(strings.Trim(value, `"`), w.of)}
			}
			word = s
		}
		if !slices.Contains(w.of, word) {
			return &fault{field, "is " + value, expectation(field), param.Nearest(word, w.of)}
		}
		c.text[field] = word
		return nil
	}
	switch {
	case slices.Contains(numbers, field):
		n, err := strconv.ParseUint(value, 10, 32)
		if err != nil {
			return &fault{field, "is " + value, expectation(field), ""}
		}
		c.number[field] = uint32(n)
	case slices.Contains(namings, field):
		return c.setName(field, value)
	case field == "flags":
		var list []string
		if json.Unmarshal([]byte(value), &list) != nil {
			return &fault{field, "is " + value, expectation(field), ""}
		}
		for _, f := range list {
			if !slices.Contains(flags, f) {
				return &fault{field, "holds " + strconv.Quote(f), expectation(field), param.Nearest(f, flags)}
			}
			c.postOnly = true
		}
	default:
		return &fault{field, "is no field", "one of the fields of the command", param.Nearest(field, every())}
	}
	return nil
}

// setName reads an id or an owner. Two texts that the output could not tell apart
// must not become one name, so that a text has to be valid Unicode.
func (c *command) setName(field, value string) error {
	var s string
	n, err := strconv.ParseInt(value, 10, 64)
	switch {
	case len(value) > MaxName:
		return &fault{field, fmt.Sprintf("has %d bytes", len(value)), fmt.Sprintf("at most %d", MaxName), ""}
	case value[0] == '"' && !isUnicode(value):
		return &fault{field, "is not valid Unicode", "whole characters, and both halves of a surrogate pair", ""}
	case value[0] == '"':
		_ = json.Unmarshal([]byte(value), &s)
	case err == nil:
		s = strconv.FormatInt(n, 10) // −0 is 0
	case errors.Is(err, strconv.ErrRange):
		return &fault{field, "is " + value, fmt.Sprintf("a whole number from %d to %d, or a string",
			int64(math.MinInt64), int64(math.MaxInt64)), ""}
	}
	if s == "" {
		return &fault{field, "is " + value, expectation(field), ""}
	}
	c.text[field], c.raw[field] = s, value
	return nil
}

// isUnicode reports whether a JSON string is UTF-8 and has no half of a surrogate
// pair, which encoding/json would replace by U+FFFD.
func isUnicode(quoted string) bool {
	if !utf8.ValidString(quoted) {
		return false
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '\\' {
			continue
		}
		i++
		if r := escaped(quoted[i-1:]); utf16.IsSurrogate(r) {
			if utf16.DecodeRune(r, escaped(quoted[i+5:])) == utf8.RuneError {
				return false
			}
			i += 10
		}
	}
	return true
}

// escaped is the code of a \u escape at the start of a text, 0 without one.
func escaped(text string) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	n, _ := strconv.ParseUint(text[2:6], 16, 32)
	return rune(n)
}

// every lists all fields.
func every() []string {
	all := slices.Concat(numbers, namings, []string{"flags"})
	for _, w := range words {
		all = append(all, w.field)
	}
	return all
}

func expectation(field string) string {
	for _, w := range words {
		if w.field == field {
			return "one of " + strings.Join(w.of, ", ")
		}
	}
	if field == "flags" {
		return `a list that may hold "post-only"`
	}
	if slices.Contains(namings, field) {
		return "a string that is not empty, or a whole number"
	}
	return fmt.Sprint("a whole number from 0 to ", ^uint32(0))
}

func isStop(kind string) bool { return kind == "stop" || kind == "stop-limit" }

// sensible checks fields against each other. The book refuses what only it can
// judge.
func (c *command) sensible() error {
	if c.op != "new" {
		return nil
	}
	kind, tif := c.text["type"], c.text["tif"]
	wants := kind != "market" && kind != "stop"
	stop := isStop(kind)
	if c.postOnly {
		if c.has("type") && kind != "limit" && kind != "post-only" {
			return &fault{"flags", "contradict type " + kind, "post-only on a limit order", ""}
		}
		kind = "post-only"
		c.text["type"] = kind
	}
	switch {
	case wants && !c.has("price"):
		return &fault{"price", "is missing", expectation("price"), ""}
	case stop && !c.has("trigger"):
		return &fault{"trigger", "is missing", expectation("trigger"), ""}
	case c.has("trigger") && !stop:
		return &fault{"trigger", "is given without a stop", "type stop or stop-limit", ""}
	case tif == "gtt" && !c.has("expiry"):
		return &fault{"expiry", "is missing", "the tick at which the order goes", ""}
	case (kind == "ioc" && tif == "fok") || (kind == "fok" && tif == "ioc") ||
		(kind == "post-only" && (tif == "ioc" || tif == "fok")):
		return &fault{"tif", "contradicts type " + kind, "gtc, or no tif", ""}
	case kind == "stop" && tif == "fok":
		return &fault{"tif", "contradicts type stop", "gtc, gtt, ioc, or no tif", ""}
	}
	return nil
}
