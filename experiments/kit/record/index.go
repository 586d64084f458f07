package record

import (
	"crypto/sha256"
	"maps"
	"slices"
)

// index finds the lines of the journal. It finds a run of the plan by its place, and a
// run of an earlier invocation by its key until the plan asks for the run. A run of the
// plan takes 12 bytes, because neighbouring places share an array; a run of an earlier
// invocation takes about 60.
type index struct {
	plan map[int64]*stretch // by the place divided by stretchRuns
	left map[mark]place     // runs without a place in the plan
	runs int                // with a place in the plan
}

// stretchRuns is the number of neighbouring places of the plan that share a stretch.
const stretchRuns = 64

// stretch holds the lines of neighbouring places. A place without a run has size 0.
type stretch struct {
	offset [stretchRuns]int64
	size   [stretchRuns]int32
}

// place is the line of a run in the file, in bytes.
type place struct {
	offset int64
	size   int32
}

// mark represents a key in memory by the first 128 bits of its SHA-256, so that a key
// of any length takes 16 bytes.
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

// put enters a run at a free place of the plan, and removes it from the runs without a
// place.
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

// free returns an error when a place of the plan is negative or already has a run.
func (x *index) free(key string, order int64) error {
	if order < 0 {
		return errorf("record: run %s: place %d: want a place from 0", key, order)
	}
	if _, taken := x.at(order); taken {
		return errorf("record: run %s: place %d of the plan already has a run", key, order)
	}
	return nil
}

// stretches returns the numbers of the stretches that have runs, in ascending order.
func (x *index) stretches() []int64 { return slices.Sorted(maps.Keys(x.plan)) }
