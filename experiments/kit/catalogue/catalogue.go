// Package catalogue keeps what can be chosen by name: mechanisms, remedies,
// attacks, docking targets. Each is one file that adds one entry when the
// program starts, so that adding a thing is adding a file.
package catalogue

import "fmt"

// Of is a catalogue of entries of one type. The zero value is empty. Entries
// stand in the order in which they were added, which is that of file names.
type Of[E any] struct {
	entries []E
	names   []string
}

// Add appends an entry and returns true, so that it can be called where a
// package variable is declared. It panics when the name is there already.
func (c *Of[E]) Add(name string, e E) bool {
	if _, found := c.Find(name); found {
		panic(fmt.Sprintf("catalogue: two entries are called %q", name))
	}
	c.entries, c.names = append(c.entries, e), append(c.names, name)
	return true
}

// All returns the entries; the caller must not change them.
func (c *Of[E]) All() []E { return c.entries }

// Find returns the entry of that name.
func (c *Of[E]) Find(name string) (e E, found bool) {
	for i, n := range c.names {
		if n == name {
			return c.entries[i], true
		}
	}
	return e, false
}
