package sim

import (
	"math/bits"
	"slices"
)

// order is the order of activation in a tick: a list of keys whose low bits are
// the place of the agent and whose high bits are random. Sorting it is a keyed
// shuffle that does not depend on the order in which the wheel wakes agents.
type order struct {
	keys, spare []uint64
	ends        []uint32
}

const (
	indexBits = 24
	indexMask = 1<<indexBits - 1
)

// place puts the place of an agent into the low bits of a key.
func place(key uint64, i int32) uint64 { return key&^indexMask | uint64(i) }

// placed is the place of the agent in a key.
func placed(key uint64) int32 { return int32(key & indexMask) }

// sort sorts the keys. They are random, so the leading bits spread many keys evenly
// over buckets, and then no key is more than a few places off.
func (o *order) sort() {
	const few, each = 200, 4
	if len(o.keys) < few {
		slices.Sort(o.keys)
		return
	}
	shift := 64 - bits.Len(uint(len(o.keys)/each))
	o.ends = append(o.ends[:0], make([]uint32, 1<<(64-shift))...)
	for _, k := range o.keys {
		o.ends[k>>shift]++
	}
	sum := uint32(0)
	for b, n := range o.ends {
		o.ends[b] = sum
		sum += n
	}
	o.spare = append(o.spare[:0], o.keys...)
	for _, k := range o.spare {
		o.keys[o.ends[k>>shift]] = k
		o.ends[k>>shift]++
	}
	for i := 1; i < len(o.keys); i++ {
		k, j := o.keys[i], i
		for ; j > 0 && o.keys[j-1] > k; j-- {
			o.keys[j] = o.keys[j-1]
		}
		o.keys[j] = k
	}
}
