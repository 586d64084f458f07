package record

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is one cell: a number, a text, a truth value, or nothing. The zero
// Value is missing. Values compare with ==.
type Value struct {
	kind Type
	i    int64
	f    float64
	s    string
}

// MissingValue is an absent value.
func MissingValue() Value { return Value{} }

// IntValue holds an integer.
func IntValue(v int64) Value { return Value{kind: Int, i: v} }

// FloatValue holds a float. Minus zero becomes zero: which of the two a sum
// ends in, and which of them the statistics of a Parquet page keep, depends on
// the order of operations and on the processor.
func FloatValue(v float64) Value {
	if v == 0 {
		v = 0
	}
	return Value{kind: Float, f: v}
}

// TextValue holds a text. The empty text is not missing.
func TextValue(v string) Value { return Value{kind: Text, s: v} }

// BoolValue holds a truth value.
func BoolValue(v bool) Value {
	if v {
		return Value{kind: Bool, i: 1}
	}
	return Value{kind: Bool}
}

// Type is the type of the value, Missing if there is none.
func (v Value) Type() Type { return v.kind }

// Int returns the integer, and whether the value is one.
func (v Value) Int() (int64, bool) { return v.i, v.kind == Int }

// Float returns the float, and whether the value is one.
func (v Value) Float() (float64, bool) { return v.f, v.kind == Float }

// Text returns the text, and whether the value is one.
func (v Value) Text() (string, bool) { return v.s, v.kind == Text }

// Bool returns the truth value, and whether the value is one.
func (v Value) Bool() (truth, ok bool) { return v.kind == Bool && v.i != 0, v.kind == Bool }

// Number is a number or a truth value as a float, NaN for all others.
func (v Value) Number() float64 {
	switch v.kind {
	case Float:
		return v.f
	case Int, Bool:
		return float64(v.i)
	}
	return math.NaN()
}

// String is the value as CSV shows it before quoting, empty if missing.
func (v Value) String() string { return string(v.append(nil)) }

// append writes the shortest text that reads back as the same value.
func (v Value) append(b []byte) []byte {
	switch v.kind {
	case Int:
		return strconv.AppendInt(b, v.i, 10)
	case Float:
		return strconv.AppendFloat(b, v.f, 'g', -1, 64)
	case Text:
		return append(b, v.s...)
	case Bool:
		return strconv.AppendBool(b, v.i != 0)
	}
	return b
}

// parse is the inverse of append for a value of the type t that is present.
func parse(t Type, s string) (Value, error) {
	switch t {
	case Int:
		i, err := strconv.ParseInt(s, 10, 64)
		return IntValue(i), err
	case Float:
		return parseFloat(s)
	case Text:
		return TextValue(s), nil
	case Bool:
		if s != "true" && s != "false" {
			return Value{}, fmt.Errorf("%q is neither true nor false", s)
		}
		return BoolValue(s == "true"), nil
	}
	return Value{}, fmt.Errorf("no value has type %v", t)
}

// parseFloat reads a decimal number. strconv also takes inf, nan, hexadecimal
// digits and underscores, which no writer of ours produces.
func parseFloat(s string) (Value, error) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return Value{}, fmt.Errorf("%q is not a decimal number", s)
	}
	f, err := strconv.ParseFloat(s, 64)
	return FloatValue(f), err
}

// Row is one row of a table: a value for every column of its schema.
type Row []Value

// check tells whether the row may stand in a table of the schema: every value
// is missing or of the column's type, floats are finite, texts are UTF-8.
func (s *Schema) check(r Row) error {
	if len(r) != len(s.Columns) {
		return errorf("record: table %s: row has %d values, the schema has %d columns", s.Name, len(r), len(s.Columns))
	}
	for i := range r {
		if why := r[i].fault(s.Columns[i].Type); why != "" {
			return errorf("record: table %s, column %s: %s", s.Name, s.Columns[i].Name, why)
		}
	}
	return nil
}

// fault says why the value may not stand in a column of type t, or nothing.
func (v *Value) fault(t Type) string {
	switch {
	case v.kind == Missing:
		return ""
	case v.kind != t:
		return fmt.Sprintf("%v value in a column of type %v", v.kind, t)
	case t == Float && (math.IsNaN(v.f) || math.IsInf(v.f, 0)):
		return fmt.Sprintf("%v is not a result; record it as missing and say why in stop_reason", v.f)
	case t == Text && !utf8.ValidString(v.s):
		return fmt.Sprintf("text %q is not valid UTF-8", v.s)
	}
	return ""
}
