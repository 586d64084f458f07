package param

import (
	"math"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// number is the grammar of RFC 8259 with at most three digits of exponent. These
// are enough for every float64 and keep the exact arithmetic below small.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$`)

// longest bounds the text of one number in bytes, which keeps the exact arithmetic
// small, too.
const longest = 400

// IsNumber reports whether text is a number as a preset may write it.
func IsNumber(text string) bool {
	return len(text) <= longest && number.MatchString(text)
}

// parse reads text as a value of the type of the field. It does not check the
// bounds and the choices.
func (f Field) parse(text string) (reflect.Value, *Problem) {
	v := reflect.New(f.value.Type()).Elem()
	switch f.Kind {
	case Boolean:
		if text != "true" && text != "false" {
			return v, f.problem(quoted(text)+" is neither true nor false", booleanHint(text))
		}
		v.SetBool(text == "true")
	case Text:
		if fault := TextFault(text); fault != "" {
			return v, f.problem(fault, "")
		}
		v.SetString(text)
	case Number:
		x, problem := f.parseFloat(text)
		if problem != nil {
			return v, problem
		}
		v.SetFloat(x)
	case Numbers:
		return f.parseList(text)
	case Integer:
		return v, f.parseInteger(text, v)
	}
	return v, nil
}

// parseFloat reads a finite number. Minus zero becomes zero, because the two
// are equal and would give different canonical texts.
func (f Field) parseFloat(text string) (float64, *Problem) {
	if !IsNumber(text) {
		return 0, f.problem(quoted(text)+" is not a number", f.numberHint(text))
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, f.problem(text+" is too large for a 64-bit number", "")
	}
	return x + 0, nil
}

// parseList reads numbers separated by commas, with or without brackets.
func (f Field) parseList(text string) (reflect.Value, *Problem) {
	list := reflect.MakeSlice(f.value.Type(), 0, 0)
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	if text == "" {
		return list, nil
	}
	for i, part := range strings.Split(text, ",") {
		v, problem := f.Item(i).parse(strings.TrimSpace(part))
		if problem != nil {
			return list, problem
		}
		list = reflect.Append(list, v)
	}
	return list, nil
}

// parseInteger stores text times the scale in v, exactly.
func (f Field) parseInteger(text string, v reflect.Value) *Problem {
	if !IsNumber(text) {
		return f.problem(quoted(text)+" is not a number", f.numberHint(text))
	}
	r, _ := new(big.Rat).SetString(text)
	r.Mul(r, scale(f.Decimals))
	if !r.IsInt() {
		if f.Decimals > 0 {
			return f.problem(text+" has too many decimals", "")
		}
		return f.problem(text+" is not a whole number", "")
	}
	n := r.Num()
	switch {
	case v.CanInt() && n.IsInt64() && !v.OverflowInt(n.Int64()):
		v.SetInt(n.Int64())
	case v.CanUint() && n.IsUint64() && !v.OverflowUint(n.Uint64()):
		v.SetUint(n.Uint64())
	case v.CanUint() && n.Sign() < 0:
		return f.problem(text+" is negative", "")
	default:
		return f.problem(text+" does not fit into "+v.Kind().String(), "")
	}
	return nil
}

// scale returns ten to the power of decimals.
func scale(decimals int) *big.Rat {
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	return new(big.Rat).SetInt(n)
}

// check reports a value that is not finite, out of range or not one of the choices.
func (f Field) check(v reflect.Value) *Problem {
	switch f.Kind {
	case Text:
		return f.checkText(v.String())
	case Numbers:
		for i := range v.Len() {
			if problem := f.Item(i).check(v.Index(i)); problem != nil {
				return problem
			}
		}
		return nil
	case Number:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return f.problem(formatFloat(x)+" is not a finite number", "")
		}
	case Boolean:
		return nil
	}
	return f.checkRange(f.rat(v), f.format(v))
}

func (f Field) checkText(text string) *Problem {
	if fault := TextFault(text); fault != "" {
		return f.problem(fault, "")
	}
	for _, valid := range f.OneOf {
		if text == valid {
			return nil
		}
	}
	if f.OneOf == nil {
		return nil
	}
	return f.problem(quoted(text)+" is not one of the choices", DidYouMean(Nearest(text, f.OneOf)))
}

func (f Field) checkRange(x *big.Rat, text string) *Problem {
	if f.min != nil && x.Cmp(f.min) < 0 {
		return f.problem(text+" is too small", "")
	}
	if f.max != nil && x.Cmp(f.max) > 0 {
		return f.problem(text+" is too large", "")
	}
	return nil
}

// rat returns the exact value of a finite number, in the unit of the preset.
func (f Field) rat(v reflect.Value) *big.Rat {
	r := new(big.Rat)
	switch {
	case v.CanFloat():
		return r.SetFloat64(v.Float())
	case v.CanUint():
		r.SetUint64(v.Uint())
	default:
		r.SetInt64(v.Int())
	}
	return r.Quo(r, scale(f.Decimals))
}

// format writes a value in the notation of a preset.
func (f Field) format(v reflect.Value) string {
	switch f.Kind {
	case Boolean:
		return strconv.FormatBool(v.Bool())
	case Text:
		return v.String()
	case Number:
		return formatFloat(v.Float())
	case Numbers:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = formatFloat(v.Index(i).Float())
		}
		return strings.Join(parts, ", ")
	}
	text := f.rat(v).FloatString(f.Decimals)
	if f.Decimals > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// formatFloat returns the shortest decimal that reads back as x. As in ECMAScript,
// only sizes below 1e-6 and from 1e21 on have an exponent. Adding 0 turns minus
// zero into zero.
func formatFloat(x float64) string {
	layout := byte('f')
	if size := math.Abs(x); size != 0 && (size < 1e-6 || size >= 1e21) {
		layout = 'e'
	}
	return strconv.FormatFloat(x+0, layout, -1, 64)
}

// quoted puts text from outside in quotes for a message, and shortens it to 60
// bytes.
func quoted(text string) string {
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:60], "") + "…"
	}
	return strconv.Quote(text)
}
