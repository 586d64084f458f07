package remedy

import "slices"

// Rulebook represents several worlds that have been equal so far and differ only
// in their remedy. One remedy is in force; the others are in the book as long as
// they have made no difference. This saves simulating each of these worlds
// separately.
//
// A question about the rules goes to all remedies. A remedy leaves the book when
// it would answer differently from the one in force, when it or the one in force
// has something to do, or when the one in force receives a message. So the world
// is always exactly that of the remedy in force. Messages that remedies only note
// go to all of them and make no difference until a remedy has something to do.
//
// A Rulebook is a Remedy and acts like the one in force.
type Rulebook struct {
	now   entered
	alike []entered
}

// entered is a remedy in the book.
type entered struct {
	name  string
	rules Rules
	Remedy
}

// Book returns a book with the first remedy in force and the others beside it. It
// reports false if one of the names is not in the catalogue.
func Book(p *Params, names ...string) (b *Rulebook, ok bool) {
	var list []entered
	for _, name := range names {
		e, found := Find(name)
		if !found {
			return nil, false
		}
		r := e.New(p)
		list = append(list, entered{name, r.Rules(), r})
	}
	return &Rulebook{list[0], list[1:]}, true
}

// Fixed returns a book with rules and without a remedy that acts.
func Fixed(r Rules) *Rulebook {
	return &Rulebook{now: entered{rules: r, Remedy: &passive{rules: r}}}
}

// Ask asks all remedies a question about the rules and the public record, and
// returns the answer of the one in force.
func Ask[T comparable](b *Rulebook, question func(*Rules, *Docket) T) T {
	answer := question(&b.now.rules, b.now.Docket())
	if len(b.alike) > 0 {
		b.keep(func(e *entered) bool { return question(&e.rules, e.Docket()) == answer })
	}
	return answer
}

// keep drops the remedies for which the condition is false.
func (b *Rulebook) keep(condition func(*entered) bool) {
	kept := b.alike[:0]
	for i := range b.alike {
		if condition(&b.alike[i]) {
			kept = append(kept, b.alike[i])
		}
	}
	b.alike = kept
}

// Rules implements Remedy. It drops every remedy whose rules differ in any
// respect; callers that depend on part of the rules use Ask.
func (b *Rulebook) Rules() Rules {
	return Ask(b, func(r *Rules, _ *Docket) Rules { return *r })
}

// Notes reports whether any remedy in the book takes note of a word. Only
// messages of that word may depend on the result.
func (b *Rulebook) Notes(w Word) bool {
	return b.now.rules.notes(w) || slices.ContainsFunc(b.alike, func(e entered) bool { return e.rules.notes(w) })
}

// Hear implements Remedy. For a word that remedies only note it always returns
// true, because the remedies in the book would answer differently: Hear never
// reports whether the note was taken.
func (b *Rulebook) Hear(w *World, m Message) bool {
	if !m.Word.noted() {
		b.alike = nil
		return b.now.Hear(w, m)
	}
	b.now.Hear(w, m)
	for i := range b.alike {
		b.alike[i].Hear(w, m)
	}
	return true
}

// Due implements Remedy.
func (b *Rulebook) Due(w *World) bool { return b.now.Due(w) }

// Step implements Remedy.
func (b *Rulebook) Step(w *World) {
	due := b.now.Due(w)
	b.keep(func(e *entered) bool { return !due && !e.Due(w) })
	b.now.Step(w)
	for i := range b.alike {
		b.alike[i].Step(w)
	}
}

// Docket implements Remedy. The dockets of all remedies in the book are equal
// except for their notes and for terms, which callers must read through Ask.
func (b *Rulebook) Docket() *Docket { return b.now.Docket() }

// InForce returns the remedy in force.
func (b *Rulebook) InForce() Remedy { return b.now.Remedy }

// Names lists the remedies in the book, the one in force first.
func (b *Rulebook) Names() (names []string) {
	names = append(names, b.now.name)
	for i := range b.alike {
		names = append(names, b.alike[i].name)
	}
	return names
}

// Has reports whether a remedy is in the book.
func (b *Rulebook) Has(name string) bool {
	return b.now.name == name || slices.ContainsFunc(b.alike, func(e entered) bool { return e.name == name })
}

// Enforce puts one of the remedies in the book into force and keeps those of the
// others that are named.
func (b *Rulebook) Enforce(name string, others ...string) {
	all := append([]entered{b.now}, b.alike...)
	b.alike = nil
	for i := range all {
		switch e := all[i]; {
		case e.name == name:
			b.now = e
		case slices.Contains(others, e.name):
			b.alike = append(b.alike, e)
		}
	}
}

// Clone implements Remedy.
func (b *Rulebook) Clone() Remedy { return b.Copy() }

// Copy returns an independent copy.
func (b *Rulebook) Copy() *Rulebook {
	c := &Rulebook{now: b.now}
	c.now.Remedy = b.now.Clone()
	for _, e := range b.alike {
		e.Remedy = e.Clone()
		c.alike = append(c.alike, e)
	}
	return c
}
