package param

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
)

// Kind is what a parameter holds, as far as the writer of a preset sees it.
type Kind uint8

// The kinds of parameters.
const (
	Boolean Kind = iota // true or false
	Integer             // a whole number, or with a scale a decimal number
	Number              // a finite decimal number
	Text                // a string
	Numbers             // a list of finite decimal numbers
)

// String names the kind as error messages do.
func (k Kind) String() string {
	return [...]string{"true or false", "a whole number", "a number", "text", "a list of numbers"}[k]
}

// Field is one parameter: its tag and its present value.
type Field struct {
	Path     string   // keys from the outside in, joined by dots
	Key      string   // the last key of the path
	Kind     Kind     // what it holds
	Decimals int      // decimals that the preset may give for an Integer: 6 at scale 1000000
	Value    string   // the value, formatted as a preset may write it; elements of a list joined by ", "
	Default  string   // the default, formatted like the value
	Unit     string   // the unit of value, default and bounds; "1" when dimensionless
	Min, Max string   // inclusive bounds, empty where there is none
	OneOf    []string // the admissible values of a Text, or nil
	Source   string   // where the default comes from
	Doc      string   // what it means
	Changed  bool     // the value is not the default

	value    reflect.Value // the field itself, settable
	preset   reflect.Value // the default as a value of the same type
	min, max *big.Rat      // the bounds in the unit of the preset, or nil
}

// Set gives the parameter the value written in text. The error is a Problem
// and leaves the parameter as it was. Value and Changed of f itself, which is a
// description at the time of Walk, stay as they were.
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
// bounds. Setting it changes nothing but tells whether the element is valid.
func (f Field) Item(i int) Field {
	f.Path = fmt.Sprintf("%s[%d]", f.Path, i)
	f.Kind = Number
	f.value = reflect.New(f.value.Type().Elem()).Elem()
	return f
}

// Expected says what a valid value looks like, with range and unit.
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

// problem makes a Problem at f that says what a valid value looks like.
func (f Field) problem(message, hint string) *Problem {
	return &Problem{f.Path, message, f.Expected(), hint}
}

// Range is what the parameter admits, in words; empty when that is anything.
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
