package param

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
)

// Kind is the kind of value that the writer of a preset gives to a parameter.
type Kind uint8

// The kinds of parameters.
const (
	Boolean Kind = iota // true or false
	Integer             // a whole number, or with a scale a decimal number
	Number              // a finite decimal number
	Text                // a string
	Numbers             // a list of finite decimal numbers
)

// String returns the name of the kind in error messages.
func (k Kind) String() string {
	return [...]string{"true or false", "a whole number", "a number", "text", "a list of numbers"}[k]
}

// Field describes one parameter with its tag and its present value.
type Field struct {
	Path     string   // keys from the outermost section inwards, joined by dots
	Key      string   // the last key of the path
	Kind     Kind     // the kind of value
	Decimals int      // decimals that the preset may give for an Integer: 6 at scale 1000000
	Value    string   // the value in the notation of a preset; elements of a list joined by ", "
	Default  string   // the default in the same notation
	Unit     string   // the unit of value, default and bounds; "1" when dimensionless
	Min, Max string   // inclusive bounds, empty where there is none
	OneOf    []string // the choices of a Text, or nil for any text
	Source   string   // the origin of the default
	Doc      string   // the meaning of the parameter
	Changed  bool     // the value is not the default

	value    reflect.Value // the field itself, settable
	preset   reflect.Value // the default as a value of the same type
	min, max *big.Rat      // the bounds in the unit of the preset, or nil
}

// Set stores the value written in text in the parameter. The error is a Problem;
// the parameter then stays unchanged. Value and Changed of f keep describing the
// parameter as it was when Walk called.
func (f Field) Set(text string) error {
	v, problem := f.parse(text)
	if problem == nil {
		problem = f.check(v)
	}
	if problem != nil {
		return *problem
	}
	f.value.Set(v)
	return nil
}

// Item describes element i of a Numbers parameter as a Number with the same
// bounds. Setting the item checks a value without changing the list.
func (f Field) Item(i int) Field {
	f.Path = fmt.Sprintf("%s[%d]", f.Path, i)
	f.Kind = Number
	f.value = reflect.New(f.value.Type().Elem()).Elem()
	return f
}

// Expected describes a valid value for an error message, with range and unit.
func (f Field) Expected() string {
	if len(f.OneOf) > 0 {
		return "one of " + strings.Join(f.OneOf, ", ")
	}
	text := f.Kind.String()
	if f.Decimals > 0 {
		text = fmt.Sprintf("a number with at most %d decimals", f.Decimals)
	}
	switch {
	case f.Min != "" && f.Max != "":
		text += " from " + f.Min + " to " + f.Max
	case f.Min != "":
		text += " of at least " + f.Min
	case f.Max != "":
		text += " of at most " + f.Max
	}
	if f.Unit != "" && f.Unit != "1" {
		text += " (" + f.Unit + ")"
	}
	return text
}

// problem returns a Problem at f that describes a valid value.
func (f Field) problem(message, hint string) *Problem {
	return &Problem{f.Path, message, f.Expected(), hint}
}

// Range returns the choices or the bounds of the parameter as text. It is empty
// when the parameter has neither.
func (f Field) Range() string {
	switch {
	case len(f.OneOf) > 0:
		return strings.Join(f.OneOf, ", ")
	case f.Min == "" && f.Max == "":
		return ""
	case f.Max == "":
		return "≥ " + f.Min
	case f.Min == "":
		return "≤ " + f.Max
	}
	return f.Min + " to " + f.Max
}
