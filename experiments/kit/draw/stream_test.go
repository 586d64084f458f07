package draw

import (
	"math"
	"math/bits"
	"slices"
	"testing"
)

// Known answers of the reference implementation Random123 (kat_vectors).
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = math.MaxUint64
	for _, c := range []struct{ c0, c1, k, want0, want1 uint64 }{
		{0, 0, 0, 0xca00a0459843d731, 0x66c24222c9a845b5},
		{ones, ones, ones, 0x65b021d60cd8310f, 0x4d02f3222f86df20},
	} {
		if got0, got1 := philox(c.c0, c.c1, c.k); got0 != c.want0 || got1 != c.want1 {
			t.Errorf("philox(%x, %x, %x) = %x %x, want %x %x", c.c0, c.c1, c.k, got0, got1, c.want0, c.want1)
		}
	}
}

func TestBothWordsOfEveryBlockAreUsed(t *testing.T) {
	s := New(99).At(News, 3, 4)
	for block := range uint64(5) {
		first, second := philox(3<<32|4, block, Mix(99, uint64(News)))
		if got := s.Uint64(); got != first {
			t.Fatalf("block %d: first word %x, want %x", block, got, first)
		}
		if got := s.Uint64(); got != second {
			t.Fatalf("block %d: second word %x, want %x", block, got, second)
		}
	}
}

func TestSeedMakesTheStreamOfAnotherRun(t *testing.T) {
	a, b := New(1), New(2)
	a.At(Wake, 5, 6).Uint64()
	a.Seed(2)
	if a.Uint64() != b.Uint64() || a.At(News, 1, 1).Uint64() != b.At(News, 1, 1).Uint64() {
		t.Error("Seed(2) does not give the stream of New(2)")
	}
}

// everything draws from every sampler twice and then a permutation, so that a test
// can compare all numbers of a key.
func everything(s *Stream) []float64 {
	xs := make([]float64, 0, 2*len(samplers)+5)
	for range 2 {
		for _, c := range samplers {
			xs = append(xs, c.draw(s))
		}
	}
	for _, i := range s.Perm(5) {
		xs = append(xs, float64(i))
	}
	return xs
}

func TestDrawsOfOtherKeysMoveNothing(t *testing.T) {
	quiet, busy := New(8), New(8)
	for tick := range uint32(50) {
		for agent := range uint32(20) {
			want := everything(quiet.At(Decide, agent, tick))
			for other := range agent % 4 {
				busy.At(Purpose(other), agent+1, tick).Norm()
				busy.Uint64()
			}
			if got := everything(busy.At(Decide, agent, tick)); !slices.Equal(got, want) {
				t.Fatalf("agent %d tick %d: %v, want %v", agent, tick, got, want)
			}
		}
	}
}

// The leading four bits of one draw from each of two neighbouring keys make 256
// cells, which are equally probable if the keys are independent.
func TestNeighbouringKeysAreIndependent(t *testing.T) {
	const n = 100_000
	a, b := New(21), New(21)
	next := New(22)
	for _, c := range []struct {
		name string
		pair func(i uint32) (uint64, uint64)
	}{
		{"agents", func(i uint32) (uint64, uint64) { return a.At(Wake, i, 9).Uint64(), b.At(Wake, i+1, 9).Uint64() }},
		{"ticks", func(i uint32) (uint64, uint64) { return a.At(Wake, 9, i).Uint64(), b.At(Wake, 9, i+1).Uint64() }},
		{"swapped", func(i uint32) (uint64, uint64) { return a.At(Wake, 0, i+1).Uint64(), b.At(Wake, i+1, 0).Uint64() }},
		{"purposes", func(i uint32) (uint64, uint64) { return a.At(Wake, i, 9).Uint64(), b.At(Decide, i, 9).Uint64() }},
		{"seeds", func(i uint32) (uint64, uint64) { return a.At(Wake, i, 9).Uint64(), next.At(Wake, i, 9).Uint64() }},
		{"words", func(i uint32) (uint64, uint64) { a.At(Wake, i, 9); return a.Uint64(), a.Uint64() }},
		{"blocks", func(i uint32) (uint64, uint64) {
			a.At(Wake, i, 9)
			first := a.Uint64()
			a.Uint64()
			return first, a.Uint64()
		}},
		{"key of agents", func(i uint32) (uint64, uint64) { return Key(21, Wake, i, 9), Key(21, Wake, i+1, 9) }},
		{"key of ticks", func(i uint32) (uint64, uint64) { return Key(21, Wake, 9, i), Key(21, Wake, 9, i+1) }},
	} {
		counts := make([]int, 256)
		for i := range uint32(n) {
			x, y := c.pair(i)
			counts[x>>60<<4|y>>60]++
		}
		checkChiSquare(t, c.name, counts, func(int) float64 { return n / 256.0 })
	}
}

// checkAvalanche flips each input bit in turn. Every output bit must change in
// half of 2,000 cases, within five standard deviations.
func checkAvalanche(t *testing.T, name string, inputBits int, hash func(*Stream, int) (uint64, uint64)) {
	t.Helper()
	const n = 2000
	limit := 5 * math.Sqrt(n) / 2
	s := New(23)
	for bit := range inputBits {
		var flips [64]int
		for i := range uint32(n) {
			x, y := hash(s.At(Decide, i, uint32(bit)), bit)
			for change := x ^ y; change != 0; change &= change - 1 {
				flips[bits.TrailingZeros64(change)]++
			}
		}
		for out, f := range flips {
			if math.Abs(float64(f)-n/2) > limit {
				t.Errorf("%s: input bit %d flips output bit %d in %d of %d", name, bit, out, f, n)
			}
		}
	}
}

func TestHashesAvalanche(t *testing.T) {
	checkAvalanche(t, "Mix a", 64, func(s *Stream, bit int) (uint64, uint64) {
		a, b := s.Uint64(), s.Uint64()
		return Mix(a, b), Mix(a^1<<bit, b)
	})
	checkAvalanche(t, "Mix b", 64, func(s *Stream, bit int) (uint64, uint64) {
		a, b := s.Uint64(), s.Uint64()
		return Mix(a, b), Mix(a, b^1<<bit)
	})
	checkAvalanche(t, "Key seed", 64, func(s *Stream, bit int) (uint64, uint64) {
		seed, at := s.Uint64(), uint32(s.Uint64())
		return Key(seed, Wake, at%1000, 5), Key(seed^1<<bit, Wake, at%1000, 5)
	})
	checkAvalanche(t, "Key agent", 32, func(s *Stream, bit int) (uint64, uint64) {
		at := uint32(s.Uint64() % 100_000)
		return Key(12345, Wake, at, 5), Key(12345, Wake, at^1<<bit, 5)
	})
	checkAvalanche(t, "Key tick", 32, func(s *Stream, bit int) (uint64, uint64) {
		at := uint32(s.Uint64() % 100_000)
		return Key(12345, Wake, 5, at), Key(12345, Wake, 5, at^1<<bit)
	})
	checkAvalanche(t, "Key purpose", 4, func(s *Stream, bit int) (uint64, uint64) {
		at := uint32(s.Uint64() % 100_000)
		return Key(12345, Wake, at, 5), Key(12345, Wake^1<<bit, at, 5)
	})
}

func TestKeyHasNoTies(t *testing.T) {
	keys := make([]uint64, 0, 200_000)
	for agent := range uint32(1000) {
		for tick := range uint32(200) {
			keys = append(keys, Key(77, Activation, agent, tick))
		}
	}
	slices.Sort(keys)
	if unique := len(slices.Compact(keys)); unique != 200_000 {
		t.Errorf("%d different keys of 200000", unique)
	}
}

// Sorting four agents by Key gives each of the 24 orders equally often.
func TestKeyShufflesUniformly(t *testing.T) {
	const n = 48_000
	counts := make([]int, 256)
	for tick := range uint32(n) {
		order := []uint32{0, 1, 2, 3}
		slices.SortFunc(order, func(a, b uint32) int {
			if Key(31, Activation, a, tick) < Key(31, Activation, b, tick) {
				return -1
			}
			return 1
		})
		counts[order[0]<<6|order[1]<<4|order[2]<<2|order[3]]++
	}
	checkChiSquare(t, "orders", counts, func(i int) float64 {
		if seen := 1<<(i>>6) | 1<<(i>>4&3) | 1<<(i>>2&3) | 1<<(i&3); seen != 15 {
			return 0 // Not a permutation.
		}
		return n / 24
	})
}

func TestMixDependsOnTheOrder(t *testing.T) {
	if Mix(1, 2) == Mix(2, 1) || Mix(0, 0) == 0 {
		t.Error("Mix is symmetric or maps zeros to zero")
	}
}

func TestGoldenWords(t *testing.T) {
	s := New(42).At(Attack, 1, 2)
	for _, c := range []struct {
		name      string
		got, want uint64
	}{
		{"first word", s.Uint64(), 0x543ba59d456a2729},
		{"second word", s.Uint64(), 0x97a49a909f04a807},
		{"third word", s.Uint64(), 0x76112c64801f6aa7},
		{"Key", Key(42, Attack, 1, 2), 0xe54d7e8820c3167e},
		{"Mix", Mix(42, 1), 0x88241863ff875492},
	} {
		if c.got != c.want {
			t.Errorf("%s %#016x, want %#016x", c.name, c.got, c.want)
		}
	}
}

func TestRandDrawsFromThePlaceOfTheStream(t *testing.T) {
	s := New(6)
	want := s.At(Committee, 1, 2).Uint64()
	r := s.Rand()
	s.At(Committee, 1, 2)
	if got := r.Uint64(); got != want {
		t.Errorf("Rand gives %x, want %x", got, want)
	}
	buffer := make([]byte, 3)
	s.At(Committee, 1, 2).Rand().Read(buffer)
	kept := slices.Clone(buffer)
	s.At(Committee, 1, 2).Rand().Read(buffer)
	if !slices.Equal(buffer, kept) {
		t.Error("Read keeps bytes of an earlier key")
	}
}

func TestShuffleAndPermPermute(t *testing.T) {
	s := New(9)
	xs := s.Perm(100)
	s.At(Lottery, 0, 1).Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
	if slices.IsSorted(xs) {
		t.Error("the order is unchanged")
	}
	slices.Sort(xs)
	for i, x := range xs {
		if x != i {
			t.Fatalf("%d is missing", i)
		}
	}
}

func TestSamplersDoNotAllocate(t *testing.T) {
	s := New(1)
	for _, c := range samplers {
		if n := testing.AllocsPerRun(100, func() { c.draw(s.At(Decide, 1, 1)) }); n != 0 {
			t.Errorf("%s allocates %v times", c.name, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { s.At(Decide, 1, 1).Shuffle(10, func(int, int) {}) }); n != 0 {
		t.Errorf("Shuffle allocates %v times", n)
	}
}
