package remedy

import "slices"

// Rulebook is what the contract and society say in one world: the remedy in force,
// and others that have made no difference so far. Such a world is the world of each
// of them. A question about the rules goes to all; a remedy that would have answered
// otherwise than the one in force, has something to do, or meets a message to the one
// in force, leaves the book at that moment, so that the world goes on as that of the
// remedy in force, whatever else stood in the book. A message of which a remedy only
// takes note goes to all and makes no difference before it has something to do.
//
// It is a Remedy, whose acts are those of the one in force.
type Rulebook struct {
	now   entered
	alike []entered
}

// entered is a remedy in a book.
type entered struct {
	name  string
	rules Rules
	Remedy
}

// Book returns a book with the first remedy in force and the others beside it, as
// long as each is in the catalogue.
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

// Fixed is a book with nothing but rules.
func Fixed(r Rules) *Rulebook {
	return &Rulebook{now: entered{rules: r, Remedy: &passive{rules: r}}}
}

// Ask puts a question about the rules and the public record to all remedies, and
// returns the answer of the one in force.
func Ask[T comparable](b *Rulebook, question func(*Rules, *Docket) T) T {
	answer := question(&b.now.rules, b.now.Docket())
	if len(b.alike) > 0 {
		b.keep(func(e *entered) bool { return question(&e.rules, e.Docket()) == answer })
	}
	return answer
}

// keep drops the remedies of which a condition is false.
func (b *Rulebook) keep(condition func(*entered) bool) {
	kept := b.alike[:0]
	for i := range b.alike {
		if condition(&b.alike[i]) {
			kept = append(kept, b.alike[i])
		}
	}
	b.alike = kept
}

// Rules implements Remedy. A remedy with other rules in any respect leaves the book;
// Ask is for those who need to know less.
func (b *Rulebook) Rules() Rules {
	return Ask(b, func(r *Rules, _ *Docket) Rules { return *r })
}

// Notes reports whether any remedy in the book takes note of a word. Nothing but a
// message of that word may depend on it.
func (b *Rulebook) Notes(w Word) bool {
	return b.now.rules.notes(w) || slices.ContainsFunc(b.alike, func(e entered) bool { return e.rules.notes(w) })
}

// Hear implements Remedy. Whether a note was taken, nobody is told.
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

// Docket implements Remedy. The dockets of all remedies in the book are equal but for
// terms, for which there is Ask, and for notes.
func (b *Rulebook) Docket() *Docket { return b.now.Docket() }

// InForce is the remedy in force.
func (b *Rulebook) InForce() Remedy { return b.now.Remedy }

// Names are the remedies in the book, the one in force first.
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

// Enforce puts one of the remedies in the book into force and keeps some of the others
// beside it.
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
