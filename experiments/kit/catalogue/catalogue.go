// Package catalogue keeps the things that a user chooses by name. They are the
// mechanisms, the remedies, the attacks and the docking targets. Each has a file
// that adds one entry when the program starts, so that a new file is enough for
// a new entry.
package catalogue

import "fmt"

// Of is a catalogue of entries of one type. The zero value is empty. Entries
// keep the order in which they were added: Go initialises the variables of a
// package file by file, so that the order follows the names of the files.
type Of[E any] struct {
	entries []E
	names   []string
}

// Add appends an entry. It returns true, so that the declaration of a package
// variable can call it. It panics when an entry already has the name.
func (c *Of[E]) Add(name string, e E) bool {
	if _, found := c.Find(name); found {
		panic(fmt.Sprintf("catalogue: two entries are called %q", name))
	}
	c.entries, c.names = append(c.entries, e), append(c.names, name)
	return true
}

// All returns the entries in the order in which they were added. The caller must
// not change the slice, because the catalogue keeps it.
func (c *Of[E]) All() []E { return c.entries }

// Find returns the entry with the name; found is false when there is none.
func (c *Of[E]) Find(name string) (e E, found bool) {
	for i, n := range c.names {
		if n == name {
			return c.entries[i], true
		}
	}
	return e, false
}
