package question

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/experiments/worlds"
)

// WorldPath is the parameter that names the world of a spec. InWorld, as an override,
// puts a preset into a world: the settings of the world lie between the defaults and the
// preset.
const (
	WorldPath = "world.name"
	InWorld   = "world="
)

// winsPath is the parameter by which the world wins over the preset.
const winsPath = "world_wins"

// WorldText is the text of a world with the file that it comes from.
type WorldText struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// layer is a world that has been read.
type layer struct {
	WorldText
	name     string // as the command line takes it
	about    string
	doc      *notation.Document
	part     worldPart // the defaults with the settings of the world
	problems []notation.Problem
	sources  map[string]string // by path
	values   map[string]string // that the world states, by path
}

// worldHeader is the top of a world file.
type worldHeader struct {
	Name      string `key:"name" default:"" source:"Choice of the experimenter" doc:"Name of the world"`
	About     string `key:"about" default:"" source:"Choice of the experimenter" doc:"What it describes, in one sentence"`
	Mechanism string `key:"mechanism" default:"pos" source:"Choice of the experimenter" doc:"Leader selection of presets that name none"`
}

// worldSections are the sections of a world file besides its header.
const (
	worldSection  = "world"
	sourceSection = notation.Sources
)

// builtinWorlds holds the built-in worlds that have been read, by name.
var builtinWorlds sync.Map

// openWorld reads a built-in world or a file. The error says that there is no such world.
func openWorld(name string) (*layer, error) {
	if w, have := builtinWorlds.Load(name); have {
		return w.(*layer), nil
	}
	file, text, err := worlds.Source(name)
	if err != nil {
		return nil, err
	}
	w := readWorld(name, WorldText{file, string(text)})
	if slices.Contains(worlds.Names(), name) {
		builtinWorlds.Store(name, w)
	}
	return w, nil
}

// readWorld reads the text of a world.
func readWorld(name string, from WorldText) *layer {
	w := &layer{WorldText: from, name: name, sources: map[string]string{}, values: map[string]string{}}
	param.Defaults(&w.part)
	var head worldHeader
	param.Defaults(&head)
	w.doc, w.problems = notation.Parse(from.File, []byte(from.Text))
	if !w.doc.Has("") {
		return w
	}
	report := func(p ...notation.Problem) { w.problems = append(w.problems, p...) }
	report(w.doc.Decode("", &head, worldSection, sourceSection)...)
	report(w.doc.Decode(worldSection, &w.part.World)...)
	switch {
	case head.Name == "":
		report(w.doc.At("name", "is missing", "the name of the world"))
	case slices.Contains(worlds.Names(), head.Name) && from.File != head.Name+".yaml":
		report(w.doc.At("name", head.Name+" is the name of a built-in world", "another name"))
	}
	if !slices.Contains(mechanismNames(), head.Mechanism) {
		report(unknown(w.doc, "mechanism", head.Mechanism, mechanismNames()))
	}
	w.part.Mechanism, w.part.World.Name, w.about = head.Mechanism, head.Name, head.About
	var paths []string
	param.Walk(&w.part, func(path string, f param.Field) {
		paths = append(paths, path)
		if w.doc.Has(path) && path != "name" && path != WorldPath {
			w.values[path] = f.Value
		}
	})
	w.readSources(paths, report)
	return w
}

// readSources reads where the values of the world come from.
func (w *layer) readSources(paths []string, report func(...notation.Problem)) {
	for _, path := range w.doc.Keys(sourceSection) {
		text, _ := w.doc.Text(sourceSection + "." + path)
		switch w.sources[path] = text; {
		case !slices.Contains(paths, path):
			p := w.doc.At(sourceSection+"."+path, "is a source of no parameter", "the path of one")
			if near := param.NearestPath(path, paths); near != "" {
				p.Hint = param.DidYouMean(near)
			}
			report(p)
		case w.values[path] == "":
			report(w.doc.At(sourceSection+"."+path, "is the source of a value that the world does not state",
				"a line for it in the section "+worldSection))
		}
	}
}

// worldOf takes the world out of overrides. It is empty when they name none.
func worldOf(overrides []string) (name string, rest []string) {
	for _, o := range overrides {
		if value, is := strings.CutPrefix(o, InWorld); is {
			name = value
		} else if value, is := strings.CutPrefix(o, WorldPath+"="); is {
			name = value
		} else {
			rest = append(rest, o)
		}
	}
	return name, rest
}

// choose finds the world of a preset: the one that is given, that of the preset, or the
// default. A world that the preset names wrongly is a problem of the preset.
func (f source) choose(doc *notation.Document, given string) (*layer, []notation.Problem, error) {
	if f.world != nil && given == f.world.File {
		return readWorld(given, *f.world), nil, nil
	}
	if given != "" {
		w, err := openWorld(given)
		if err != nil && errors.Is(err, worlds.ErrWorld) {
			err = param.Problem{Path: "--world " + given, Message: err.Error()}
		}
		return w, nil, err
	}
	stated := worlds.Default
	if text, given := doc.Text(WorldPath); given {
		stated = text
	}
	w, err := openWorld(stated)
	if err != nil {
		w, _ = openWorld(worlds.Default)
		return w, []notation.Problem{doc.At(WorldPath, err.Error(), "")}, nil
	}
	return w, nil, nil
}

// World returns the settings of a world without a preset, for a built-in name or a file.
func World(name string) (*sim.Config, error) {
	w, err := openWorld(name)
	if err != nil {
		return nil, err
	}
	if err := notation.Errors(w.problems); err != nil {
		return nil, err
	}
	return &w.part.World, nil
}

// Setting is a value that a world states, with its source.
type Setting struct {
	Path   string
	Field  param.Field
	Source string
}

// Settings lists what a world states, and what the world describes.
func Settings(name string) (about string, list []Setting, err error) {
	w, err := openWorld(name)
	if err != nil {
		return "", nil, err
	}
	if err := notation.Errors(w.problems); err != nil {
		return "", nil, err
	}
	param.Walk(&w.part, func(path string, f param.Field) {
		if w.values[path] != "" {
			list = append(list, Setting{path, f, w.sources[path]})
		}
	})
	return w.about, list, nil
}

// Source says where the value of a parameter comes from: the source of the world that
// states it, or that of its default.
func (s *Spec) Source(path string, f param.Field) string {
	w := s.layer
	if w == nil {
		var err error
		if w, err = openWorld(s.World.Name); err != nil {
			return f.Source
		}
	}
	if text := w.sources[path]; text != "" && w.values[path] == f.Value {
		return text
	}
	return f.Source
}

// blamed tells whether a problem at a path that the preset does not state is one of the
// world: the world states the value, or it is not the default and states others that do
// not go together with it.
func (w *layer) blamed(preset *notation.Document, path string) bool {
	return w != nil && strings.HasPrefix(path, worldSection+".") && !preset.Has(path) &&
		(w.doc.Has(path) || w.name != worlds.Default)
}

// place is where a world states a value, line 0 where it states none.
func (w *layer) place(path string) (file string, line, column int) {
	if w.File != w.name {
		return "world " + w.name, 0, 0
	}
	return w.File, w.doc.Line(path), 0
}

// worldDigits of the hash of a world tell the worlds of a table apart.
const worldDigits = 8

// WorldHash is short and equal for specs in the same world: it covers every parameter of
// the world and neither the leader selection nor the remedy nor the attack.
func (s *Spec) WorldHash() string {
	w := s.World
	w.Name = ""
	sum := sha256.Sum256(param.Canonical(&w))
	return hex.EncodeToString(sum[:])[:worldDigits]
}

// Title is the name of the spec with its world, where that is not the default.
func (s *Spec) Title() string {
	if s.World.Name == worlds.Default {
		return s.Name
	}
	return s.Name + ", world " + s.World.Name
}
