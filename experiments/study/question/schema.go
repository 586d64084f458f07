package question

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/study/stop"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// object is a JSON object.
type object = map[string]any

// Schema is the JSON Schema (draft 2020-12) of presets and of the sweeps in them,
// made from the parameters and the catalogue: every key with its meaning, unit,
// source, default and range, so that editors complete and check while the user types. It
// judges single values only; `stakeout check` also judges how values go together.
// Source: json-schema.org, "JSON Schema: A Media Type for Describing JSON
// Documents", draft 2020-12.
func Schema() []byte {
	root := section(&worldPart{})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Preset of stakeout"
	root["required"] = []string{"name", "question", "attack"}
	properties := root["properties"].(object)
	refine(properties, "name", object{"pattern": kebab.String(), "maxLength": longestName})
	refine(properties, "question", object{"maxLength": param.LongestText})
	choose(properties, "mechanism", election.All(), func(e election.Entry) (string, string) { return e.Name, e.Doc })
	choose(properties, "remedy", remedy.All(), func(e remedy.Entry) (string, string) { return e.Name, e.Doc })
	choose(properties, "attack", strategies.All(), func(e strategies.Entry) (string, string) { return e.Name, e.Doc })
	definitions, each := object{}, []object{}
	for _, e := range strategies.All() {
		definitions[e.Name] = section(e.Params())
		each = append(each, object{
			"if":   object{"properties": object{"attack": object{"const": e.Name}}, "required": []string{"attack"}},
			"then": object{"properties": object{"attack_params": object{"$ref": "#/$defs/" + e.Name}}},
		})
	}
	definitions["range"] = section(&rangePart{})
	root["$defs"], root["allOf"] = definitions, each
	properties["attack_params"] = object{"type": "object", "description": "Parameters of the attack"}
	sample := section(&samplePart{})
	sample["required"] = []string{"points"}
	properties[SampleSection] = sample
	properties[PrecisionSection] = section(&stop.Rule{})
	horizon := properties[horizonPath].(object)
	horizon["description"] = horizon["description"].(string) + "; " + Auto +
		" is the first whole day on which the plan of the attack has ended"
	horizon["type"], horizon["pattern"] = []string{"number", "string"}, "^"+Auto+"$"
	properties[notation.Paths] = object{"type": "object", "description": "Parameters that vary",
		"additionalProperties": false, "properties": axesSchema()}
	text, _ := json.MarshalIndent(root, "", " ") // Maps of texts, numbers and lists always encode.
	return append(text, '\n')
}

// section is the schema of a struct of parameters.
func section(ptr any) object {
	param.Defaults(ptr)
	root := newSection("")
	docs := map[string]string{}
	param.Sections(ptr, func(path, doc string) { docs[path] = doc })
	param.Walk(ptr, func(path string, f param.Field) {
		at, walked := root, ""
		keys := strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			walked = strings.TrimPrefix(walked+"."+key, ".")
			inner, ok := at["properties"].(object)[key].(object)
			if !ok {
				inner = newSection(docs[walked])
				at["properties"].(object)[key] = inner
			}
			at = inner
		}
		at["properties"].(object)[f.Key] = value(f)
	})
	return root
}

func newSection(doc string) object {
	s := object{"type": "object", "additionalProperties": false, "properties": object{}}
	if doc != "" {
		s["description"] = doc
	}
	return s
}

// value is the schema of a single parameter.
func value(f param.Field) object {
	s := object{"description": describe(f)}
	switch {
	case f.Kind == param.Boolean:
		s["type"], s["default"] = "boolean", f.Default == "true"
	case f.Kind == param.Text:
		s["type"], s["default"] = "string", f.Default
		if len(f.OneOf) > 0 {
			s["enum"] = f.OneOf
		}
	case f.Kind == param.Numbers:
		item := object{"type": "number"}
		limits(f, item)
		s["type"], s["items"] = "array", item
	case f.Kind == param.Integer && f.Decimals == 0:
		s["type"], s["default"] = "integer", json.Number(f.Default)
		limits(f, s)
	default:
		s["type"], s["default"] = "number", json.Number(f.Default)
		limits(f, s)
	}
	return s
}

// limits are the bounds of a number.
func limits(f param.Field, of object) {
	if f.Min != "" {
		of["minimum"] = json.Number(f.Min)
	}
	if f.Max != "" {
		of["maximum"] = json.Number(f.Max)
	}
}

// describe says what a parameter means, in which unit, and where its default comes
// from.
func describe(f param.Field) string {
	text := strings.TrimSuffix(f.Doc, ".")
	if f.Unit != "" && f.Unit != "1" {
		text += " (" + f.Unit + ")"
	}
	if f.Source != "" {
		text += ". Default: " + f.Source
	}
	return text
}

// refine adds to the schema of a parameter. It drops a default that is not a valid value,
// such as the empty name.
func refine(properties object, key string, with object) {
	p := properties[key].(object)
	maps.Copy(p, with)
	if p["default"] == "" {
		delete(p, "default")
	}
}

// choose limits a parameter to the names of a catalogue, each with its sentence.
func choose[E any](properties object, key string, entries []E, of func(E) (name, doc string)) {
	var names []object
	for _, e := range entries {
		name, doc := of(e)
		names = append(names, object{"const": name, "description": doc})
	}
	refine(properties, key, object{"oneOf": names})
}

// axesSchema lists the parameters that may vary, each with a list of values or a range.
func axesSchema() object {
	out, items := object{}, map[string][]object{}
	add := func(path, at string, f param.Field) {
		if fixed[path] != "" || f.Kind == param.Numbers {
			return
		}
		items[path] = append(items[path], object{"$ref": at})
		forms := []object{{"type": "array", "minItems": 1, "items": object{"anyOf": items[path]}}}
		if f.Kind == param.Number || f.Kind == param.Integer {
			form := object{"$ref": "#/$defs/range"}
			if len(items[path]) == 1 { // Attacks may share a name with other bounds.
				end := object{}
				limits(f, end)
				form["properties"] = object{"from": end, "to": end}
			}
			forms = append(forms, form)
		}
		out[path] = object{"anyOf": forms}
	}
	pointer := func(path string) string { return strings.ReplaceAll(path, ".", "/properties/") }
	param.Walk(&worldPart{}, func(path string, f param.Field) { add(path, "#/properties/"+pointer(path), f) })
	for _, e := range strategies.All() {
		param.Walk(e.Params(), func(path string, f param.Field) {
			add(AttackPrefix+path, "#/$defs/"+e.Name+"/properties/"+pointer(path), f)
		})
	}
	for _, path := range slices.Collect(maps.Keys(items)) {
		if len(items[path]) == 1 {
			out[path].(object)["anyOf"].([]object)[0]["items"] = items[path][0]
		}
	}
	return out
}
