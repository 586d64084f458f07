package record

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is one cell of a table: a number, a text, a truth value, or nothing. The
// zero Value is missing. Values can be compared with ==.
type Value struct {
	kind Type
	i    int64
	f    float64
	s    string
}

// MissingValue returns an absent value.
func MissingValue() Value { return Value{} }

// IntValue returns a value that holds an integer.
func IntValue(v int64) Value { return Value{kind: Int, i: v} }

// FloatValue returns a value that holds a float. Minus zero becomes zero. The order
// of operations and the processor decide which of the two a sum gives and which of
// them the statistics of a Parquet page keep, so their difference would change bytes.
func FloatValue(v float64) Value {
	if v == 0 {
		v = 0
	}
	return Value{kind: Float, f: v}
}

// TextValue returns a value that holds a text. The empty text is not missing.
func TextValue(v string) Value { return Value{kind: Text, s: v} }

// BoolValue returns a value that holds a truth value.
func BoolValue(v bool) Value {
	if v {
		return Value{kind: Bool, i: 1}
	}
	return Value{kind: Bool}
}

// Type returns the type of the value, which is Missing for an absent value.
func (v Value) Type() Type { return v.kind }

// Int returns the integer, and whether the value is one.
func (v Value) Int() (int64, bool) { return v.i, v.kind == Int }

// Float returns the float, and whether the value is one.
func (v Value) Float() (float64, bool) { return v.f, v.kind == Float }

// Text returns the text, and whether the value is one.
func (v Value) Text() (string, bool) { return v.s, v.kind == Text }

// Bool returns the truth value, and whether the value is one.
func (v Value) Bool() (truth, ok bool) { return v.kind == Bool && v.i != 0, v.kind == Bool }

// Number returns a number or a truth value as a float, and NaN for other values.
func (v Value) Number() float64 {
	switch v.kind {
	case Float:
		return v.f
	case Int, Bool:
		return float64(v.i)
	}
	return math.NaN()
}

// String returns the text of the value in CSV before quoting. It is empty for a
// missing value.
func (v Value) String() string { return string(v.append(nil)) }

// append appends the shortest text that reads back as the same value.
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

// parse reads the text of a value of type t. It is the inverse of append for values
// that are not missing.
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

// parseFloat reads a decimal number. It refuses inf, nan, hexadecimal digits and
// underscores, which strconv accepts but the writers of this package never produce.
func parseFloat(s string) (Value, error) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return Value{}, fmt.Errorf("%q is not a decimal number", s)
	}
	f, err := strconv.ParseFloat(s, 64)
	return FloatValue(f), err
}

// Row is one row of a table: a value for every column of its schema.
type Row []Value

// check returns an error unless the row fits the schema: every value is missing or
// has the type of its column, floats are finite, and texts are UTF-8.
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

// fault says why the value does not fit a column of type t. It is empty when the
// value fits.
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
