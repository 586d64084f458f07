package exact

// Integer is what Fold can mix: words of 64 bits.
type Integer interface{ ~int64 | ~uint64 }

// Fold mixes words into the hash h of a state and returns the new hash. The
// order of the words matters; without words the hash is h itself.
//
// Each step is a bijection of h and of its word, so states that differ in one
// word never have the same hash. The factor is 2**64 over the golden ratio
// (D. E. Knuth, The Art of Computer Programming, vol. 3, section 6.4). The hash
// is not safe against somebody who constructs collisions on purpose.
func Fold[T Integer](h uint64, words ...T) uint64 { return FoldShift(29, h, words...) }

// FoldShift is Fold with the number of bits, 1 to 63, by which each step shifts
// the high bits down. The hash of a world uses two shifts, and the golden files
// pin both.
func FoldShift[T Integer](shift, h uint64, words ...T) uint64 {
	for _, w := range words {
		h = (h ^ uint64(w)) * 0x9E3779B97F4A7C15
		h ^= h >> (shift & 63)
	}
	return h
}
