package record

import (
	"crypto/sha256"
	"maps"
	"slices"
)

// index tells where the lines of the journal stand: those of the plan by their place
// in it, and those that an earlier invocation left by their key until the plan asks for
// them. A run of the plan takes 12 bytes, since places follow one another, and one that
// was left about 60.
type index struct {
	plan map[int64]*stretch // by the first place over stretchRuns
	left map[mark]place
	runs int // of the plan
}

// stretchRuns is how many neighbouring places of the plan are kept together.
const stretchRuns = 64

// stretch holds the lines of neighbouring places. A place without a run has size 0.
type stretch struct {
	offset [stretchRuns]int64
	size   [stretchRuns]int32
}

// place is where a run stands in the file.
type place struct {
	offset int64
	size   int32
}

// mark stands for a key in memory: the first 128 bits of its SHA-256.
type mark [16]byte

func markOf(key string) mark {
	sum := sha256.Sum256([]byte(key))
	return mark(sum[:len(mark{})])
}

func newIndex() index { return index{plan: map[int64]*stretch{}, left: map[mark]place{}} }

// at finds the run at a place of the plan.
func (x *index) at(order int64) (place, bool) {
	s := x.plan[order/stretchRuns]
	if s == nil || order < 0 {
		return place{}, false
	}
	i := order % stretchRuns
	return place{s.offset[i], s.size[i]}, s.size[i] > 0
}

// put gives a run a place in the plan that is free, and forgets that it was left.
func (x *index) put(key string, order int64, p place) {
	s := x.plan[order/stretchRuns]
	if s == nil {
		s = new(stretch)
		x.plan[order/stretchRuns] = s
	}
	s.offset[order%stretchRuns], s.size[order%stretchRuns] = p.offset, p.size
	x.runs++
	delete(x.left, markOf(key))
}

// free fails when a place of the plan is taken or no place at all.
func (x *index) free(key string, order int64) error {
	if order < 0 {
		return errorf("record: run %s: place %d: want a place from 0", key, order)
	}
	if _, taken := x.at(order); taken {
		return errorf("record: run %s: place %d of the plan has a run already", key, order)
	}
	return nil
}

// stretches are the parts of the plan that have runs, in order.
func (x *index) stretches() []int64 { return slices.Sorted(maps.Keys(x.plan)) }
