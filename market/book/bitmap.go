package book

import "math/bits"

// MaxPrice is the largest exclusive price bound a book accepts: four bitmap
// layers of six bits each.
const MaxPrice = 1 << 24

const layers = 4

// bitmap is a set of prices as a tree of 64-bit words: bit i of layer k+1 says
// that word i of layer k is not zero, so the next member in either direction is
// found in at most one word up and one word down a layer.
type bitmap [layers][]uint64

func newBitmap(n uint32) (m bitmap) {
	for k := range m {
		n = (n + 63) / 64
		m[k] = make([]uint64, n)
	}
	return m
}

// set adds i.
func (m *bitmap) set(i uint32) {
	for k := range m {
		w := &m[k][i>>6]
		old := *w
		*w = old | 1<<(i&63)
		if old != 0 {
			return
		}
		i >>= 6
	}
}

// clear removes i.
func (m *bitmap) clear(i uint32) {
	for k := range m {
		w := &m[k][i>>6]
		*w &^= 1 << (i & 63)
		if *w != 0 {
			return
		}
		i >>= 6
	}
}

// vacant reports whether the aligned group of n places that contains i has no
// member. n is a power of two below 64, so the group lies in one word.
func (m *bitmap) vacant(i, n uint32) bool {
	return m[0][i>>6]>>(i&63&^(n-1))&(1<<n-1) == 0
}

// next returns the smallest member that is at least i, or none.
func (m *bitmap) next(i, none uint32) uint32 {
	for k := range m {
		if int(i>>6) >= len(m[k]) {
			return none
		}
		if w := m[k][i>>6] >> (i & 63); w != 0 {
			i += uint32(bits.TrailingZeros64(w))
			for k--; k >= 0; k-- {
				i = i<<6 | uint32(bits.TrailingZeros64(m[k][i]))
			}
			return i
		}
		i = i>>6 + 1
	}
	return none
}

// prev returns the largest member that is at most i, or none.
func (m *bitmap) prev(i, none uint32) uint32 {
	for k := range m {
		if w := m[k][i>>6] << (63 - i&63); w != 0 {
			i -= uint32(bits.LeadingZeros64(w))
			for k--; k >= 0; k-- {
				i = i<<6 | uint32(63-bits.LeadingZeros64(m[k][i]))
			}
			return i
		}
		if i>>6 == 0 {
			return none
		}
		i = i>>6 - 1
	}
	return none
}
