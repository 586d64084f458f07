package draw

import "testing"

func BenchmarkAtTwoDraws(b *testing.B) {
	s := New(1)
	var sum uint64
	for i := range b.N {
		s.At(Decide, uint32(i), 7)
		sum += s.Uint64() + s.Uint64()
	}
	sink = sum
}

func BenchmarkKey(b *testing.B) {
	var sum uint64
	for i := range b.N {
		sum += Key(1, Activation, uint32(i), 7)
	}
	sink = sum
}

func BenchmarkSamplers(b *testing.B) {
	for _, c := range samplers {
		b.Run(c.name, func(b *testing.B) {
			s := New(1)
			var sum float64
			for range b.N {
				sum += c.draw(s)
			}
			sink = uint64(sum)
		})
	}
}

var sink uint64
