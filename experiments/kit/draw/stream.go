// Package draw gives each purpose, agent and tick a separate random stream.
//
// The numbers of a stream are a function of (seed, purpose, agent, tick) and do
// not depend on earlier draws. An added agent, order or measurement therefore
// changes no other draw, and two runs that differ in one treatment share every
// exogenous event (common random numbers).
//
// The generator is Philox2x64-10, a keyed bijection of a 128-bit counter
// (J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). Seed and purpose make the key. The first word of the
// counter holds agent and tick; the second numbers the blocks within the stream.
// The samplers use package exact, so that the same seed gives the same bits on
// every processor.
//
// Assumption: seeds are hashes (see Mix), so that related runs do not have
// related keys.
package draw

import (
	"math/bits"

	//lint:ignore SA1019 The project requires this generator; its methods used here draw integers only and are stable.
	"golang.org/x/exp/rand"
)

const (
	philoxMultiplier = 0xD2B74407B1CE6E93
	goldenGamma      = 0x9E3779B97F4A7C15 // 2**64 over the golden ratio, the step of the Philox key and of the hashes.
)

// Stream is a random stream that At moves to any key. One Stream is enough for a
// worker, because At does not allocate. A Stream refers to itself and must not be
// copied. It is not safe for concurrent use. Make it with New, because the zero
// value has no keys.
//
// Stream implements rand.Source of golang.org/x/exp/rand.
type Stream struct {
	key    uint64           // Philox key: seed and purpose.
	place  uint64           // First counter word: agent and tick.
	block  uint64           // Second counter word: blocks drawn so far.
	spare  uint64           // Second output of the last block.
	unused bool             // The spare has not been handed out yet.
	keys   [purposes]uint64 // Philox keys of all purposes, so that At computes no hash.
	rand   *rand.Rand       // Draws from this Stream.
}

// New returns a stream for one run, placed at (Population, 0, 0). The seed
// should be a hash of the master seed and the number of the run; see Mix.
func New(seed uint64) *Stream {
	s := &Stream{}
	s.rand = rand.New(s)
	s.Seed(seed)
	return s
}

// Seed changes the stream to the run of another seed and places it at
// (Population, 0, 0), as New does. Together with Uint64 it implements rand.Source.
func (s *Stream) Seed(seed uint64) {
	for p := range s.keys {
		s.keys[p] = Mix(seed, uint64(p))
	}
	s.At(Population, 0, 0)
}

// At places the stream at the first number of the given purpose, agent and tick,
// and returns the stream. It panics if p is not a purpose of this package.
func (s *Stream) At(p Purpose, agent, tick uint32) *Stream {
	s.key = s.keys[p]
	s.place = uint64(agent)<<32 | uint64(tick)
	s.block = 0
	s.unused = false
	return s
}

// Uint64 returns the next 64 random bits.
func (s *Stream) Uint64() uint64 {
	if s.unused {
		s.unused = false
		return s.spare
	}
	return s.refill()
}

// refill computes the next block, keeps its second word and returns the first.
func (s *Stream) refill() uint64 {
	first, second := philox(s.place, s.block, s.key)
	s.block++
	s.spare, s.unused = second, true
	return first
}

// philox is the bijection Philox2x64-10 of the counter (c0, c1) under key k.
func philox(c0, c1, k uint64) (uint64, uint64) {
	for range 10 {
		high, low := bits.Mul64(philoxMultiplier, c0)
		c0, c1 = high^(k^c1), low
		k += goldenGamma
	}
	return c0, c1
}

// Rand returns the generator of golang.org/x/exp/rand that draws from this
// stream, also after a later At. Only its integer methods (Uint64n, Perm, Shuffle
// and the like) give the same bits on every processor; for normal and exponential
// numbers use Norm and Exponential of the stream. Its method Read keeps unused
// bytes between calls; another call of Rand drops them.
func (s *Stream) Rand() *rand.Rand {
	*s.rand = *rand.New(s)
	return s.rand
}

// Perm returns a random permutation of the integers [0, n).
func (s *Stream) Perm(n int) []int { return s.rand.Perm(n) }

// Shuffle permutes n elements at random through swap.
func (s *Stream) Shuffle(n int, swap func(i, j int)) { s.rand.Shuffle(n, swap) }

// Key returns a hash of (seed, purpose, agent, tick) to sort by. Sorting agents
// by their keys shuffles them, and an added agent leaves the order of the others
// unchanged. For one seed and purpose, two different pairs (agent, tick) never
// have the same key, so the order has no ties.
func Key(seed uint64, p Purpose, agent, tick uint32) uint64 {
	word := uint64(agent)<<32 | uint64(tick)
	return finalize((word ^ seed) + (uint64(p)+1)*goldenGamma)
}

// Mix hashes two words into one, to derive seeds: Mix(master, run) is the seed
// of a run. The order of the words matters. For a fixed a, two different b never
// give the same hash, so runs of one master seed never share a seed.
func Mix(a, b uint64) uint64 {
	return finalize(finalize(a+goldenGamma) + b)
}

// finalize is a bijection of 64 bits. Every input bit flips every output bit with
// a probability close to one half (P. Evensen, "moremur", 2019).
func finalize(x uint64) uint64 {
	x ^= x >> 27
	x *= 0x3C79AC492BA7B653
	x ^= x >> 33
	x *= 0x1C69B3F74AC4AE35
	return x ^ x>>27
}
