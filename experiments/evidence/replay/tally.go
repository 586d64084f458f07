package replay

import (
	"maps"
	"slices"
)

// tally counts messages by type.
type tally map[string]int

// mostTypes bounds the types that a tally names, because a hostile feed may give each message a type of its own.
const mostTypes = 64

func (t tally) add(name string) {
	const longest = 40
	if _, known := t[name]; !known && (len(t) >= mostTypes || len(name) > longest) {
		name = "other types"
	}
	t[name]++
}

func (t tally) counts() (list []Count) {
	for _, name := range slices.Sorted(maps.Keys(t)) {
		list = append(list, Count{Name: name, N: t[name]})
	}
	return list
}
