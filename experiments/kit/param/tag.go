package param

import (
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// item is a parameter or a section of a struct.
type item struct {
	Field
	section bool
	index   []int // of the field, from the outermost struct inwards, as FieldByIndex takes it
}

// description collects the items of a struct and the faults of its tags.
type description struct {
	items  []item
	faults []string
}

var (
	keyGrammar = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	tagNames   = []string{"key", "default", "unit", "min", "max", "oneof", "scale", "source", "doc"}
)

// described caches the description of every type. A sweep describes the same few
// structs for each of its cells, and reading the tags is most of that work.
var described sync.Map // reflect.Type to []item

// mustDescribe lists the items of the struct behind ptr with their present values.
// It panics at a malformed tag.
func mustDescribe(ptr any) []item {
	t, at := reflect.TypeOf(ptr), reflect.ValueOf(ptr)
	known, ok := described.Load(t)
	if !ok || at.IsNil() { // describe says what is wrong with a nil pointer.
		d := describe(ptr)
		if len(d.faults) > 0 {
			panic("param: " + d.faults[0])
		}
		known, _ = described.LoadOrStore(t, d.items)
	}
	items, v := slices.Clone(known.([]item)), at.Elem()
	for i := range items {
		items[i].bind(v.FieldByIndex(items[i].index))
	}
	return items
}

// bind attaches the description to the field v of one struct and reads its value.
func (it *item) bind(v reflect.Value) {
	it.value = v
	if it.section {
		return
	}
	if it.Kind == Numbers { // Defaults of two structs must not share their elements.
		it.preset = reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, it.preset.Len()), it.preset)
	}
	it.Value = it.format(v)
	it.Changed = it.Value != it.Default
}

// describe reads the tags of the struct behind ptr, in the order of declaration.
func describe(ptr any) *description {
	v := reflect.ValueOf(ptr)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return &description{faults: []string{fmt.Sprintf("%T is not a pointer to a struct", ptr)}}
	}
	d := new(description)
	d.addStruct(v.Elem(), v.Elem().Type().String(), "", nil, &[]string{})
	return d
}

// addStruct adds the fields of v. Faults name the place of v in the Go source by
// name. index leads from the outermost struct to v. keys holds the keys in use at
// this level; an embedded struct shares the level of the struct around it.
func (d *description) addStruct(v reflect.Value, name, prefix string, index []int, keys *[]string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		place, at := name+"."+f.Name, append(slices.Clone(index), i)
		tags, fault := parseTag(string(f.Tag))
		if fault != "" {
			d.fault(place, fault)
			continue
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct && tags["key"] == "" && f.IsExported() {
			d.addStruct(v.Field(i), place, prefix, at, keys)
			continue
		}
		if fault := checkKey(f, tags["key"], *keys); fault != "" {
			d.fault(place, fault)
			continue
		}
		*keys = append(*keys, tags["key"])
		d.addField(v.Field(i), place, prefix, at, tags)
	}
}

// checkKey returns what is wrong with the key of f, or the empty string.
func checkKey(f reflect.StructField, key string, used []string) string {
	switch {
	case !f.IsExported():
		return "a parameter must be exported"
	case key == "":
		return "the tag key is missing"
	case !keyGrammar.MatchString(key):
		return fmt.Sprintf("key %q is not in snake_case", key)
	case slices.Contains(used, key):
		return fmt.Sprintf("key %q is there twice", key)
	}
	return ""
}

// addField adds one parameter, or one section with its content.
func (d *description) addField(v reflect.Value, place, prefix string, index []int, tags map[string]string) {
	path := prefix + tags["key"]
	f := Field{Path: path, Key: tags["key"], Unit: tags["unit"], Source: tags["source"], Doc: tags["doc"], value: v}
	if v.Kind() == reflect.Struct {
		for _, name := range tagNames {
			if _, found := tags[name]; found && name != "key" && name != "doc" {
				d.fault(place, "a section has no tag "+name)
			}
		}
		d.items = append(d.items, item{f, true, index})
		d.addStruct(v, place, path+".", index, &[]string{})
		return
	}
	for _, step := range []func(*Field, map[string]string) string{setKind, setScale, setChoices, setBounds, setDefault} {
		if fault := step(&f, tags); fault != "" {
			d.fault(place, fault)
			return
		}
	}
	d.items = append(d.items, item{f, false, index})
}

func (d *description) fault(place, text string) {
	d.faults = append(d.faults, place+": "+text)
}

func setKind(f *Field, _ map[string]string) string {
	switch t := f.value.Type(); {
	case f.value.CanInt() || f.value.CanUint() && t.Kind() != reflect.Uintptr:
		f.Kind = Integer
	case t.Kind() == reflect.Float64:
		f.Kind = Number
	case t.Kind() == reflect.Bool:
		f.Kind = Boolean
	case t.Kind() == reflect.String:
		f.Kind = Text
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Float64:
		f.Kind = Numbers
	default:
		return "a parameter cannot be of type " + t.String()
	}
	return ""
}

func setScale(f *Field, tags map[string]string) string {
	text, found := tags["scale"]
	if !found {
		return ""
	}
	f.Decimals = len(text) - 1
	if f.Kind != Integer {
		return "only an integer has a scale"
	}
	if f.Decimals < 1 || f.Decimals > 18 || text != "1"+strings.Repeat("0", f.Decimals) {
		return fmt.Sprintf("scale %q is not a power of ten from 10 to 1e18", text)
	}
	return ""
}

func setChoices(f *Field, tags map[string]string) string {
	text, found := tags["oneof"]
	if !found {
		return ""
	}
	if f.Kind != Text {
		return "only a string has a tag oneof"
	}
	f.OneOf = strings.Split(text, "|")
	for i, choice := range f.OneOf {
		if choice == "" || slices.Contains(f.OneOf[:i], choice) {
			return fmt.Sprintf("oneof %q has an empty or repeated choice", text)
		}
	}
	return ""
}

func setBounds(f *Field, tags map[string]string) string {
	for _, bound := range []struct {
		name string
		text *string
		rat  **big.Rat
	}{{"min", &f.Min, &f.min}, {"max", &f.Max, &f.max}} {
		text, found := tags[bound.name]
		if !found {
			continue
		}
		if f.Kind == Text || f.Kind == Boolean {
			return "only a number has a tag " + bound.name
		}
		scalar := *f
		if f.Kind == Numbers {
			scalar = f.Item(0)
		}
		v, problem := scalar.parse(text)
		if problem != nil {
			return fmt.Sprintf("%s %q: %s", bound.name, text, problem.Message)
		}
		*bound.text, *bound.rat = scalar.format(v), scalar.rat(v)
	}
	return ""
}

func setDefault(f *Field, tags map[string]string) string {
	text, found := tags["default"]
	if !found {
		return "the tag default is missing"
	}
	v, problem := f.parse(text)
	if problem != nil {
		return fmt.Sprintf("default %q: %s", text, problem.Message)
	}
	f.preset, f.Default, f.Value = v, f.format(v), f.format(f.value)
	f.Changed = f.Value != f.Default
	return ""
}

// parseTag splits a struct tag into its names and values, and returns what is
// wrong with it. It is strict, because package reflect ignores what it cannot
// read, and a misspelt tag would silently drop a bound.
func parseTag(tag string) (map[string]string, string) {
	tags := make(map[string]string, len(tagNames))
	for rest := strings.TrimLeft(tag, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		name, after, found := strings.Cut(rest, ":")
		text, err := strconv.QuotedPrefix(after)
		if !found || err != nil || text[0] != '"' {
			return nil, fmt.Sprintf("the tag is malformed at %q", rest)
		}
		if _, twice := tags[name]; twice || !slices.Contains(tagNames, name) {
			return nil, fmt.Sprintf("tag %q is unknown or there twice", name)
		}
		tags[name], _ = strconv.Unquote(text)
		rest = after[len(text):]
	}
	return tags, ""
}
