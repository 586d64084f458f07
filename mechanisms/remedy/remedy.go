// Package remedy holds what can be done to a coordinator that attacks, one file
// each, and their catalogue. The thread's replies propose them.
//
// A remedy opens routes to users through its Rules; those that act by
// themselves will return transfers as mechanisms do.
//
// Source: ethresear.ch 7698 and its thirteen replies.
package remedy

// Rules is what a remedy adds to the rollup's contract.
type Rules struct {
	ForcedExit bool // users may leave through the layer-one queue
}

// Remedy is a rule of the contract or of society against an attacker.
type Remedy interface {
	Rules() Rules
}

// Entry describes a remedy in the catalogue.
type Entry struct {
	Name   string // kebab-case, stable
	Doc    string // one sentence
	Source string // the sentence of the thread that it comes from
	New    func() Remedy
}

var catalogue []Entry

func register(e Entry) bool {
	catalogue = append(catalogue, e)
	return true
}

// All returns the catalogue in order of file name.
func All() []Entry { return catalogue }

// Find returns the entry of that name.
func Find(name string) (Entry, bool) {
	for _, e := range catalogue {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}
