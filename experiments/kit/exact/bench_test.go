package exact

import (
	"math"
	"testing"
)

func BenchmarkFunctions(b *testing.B) {
	for _, c := range []struct {
		name string
		f    func(float64) float64
	}{
		{"Exp", Exp}, {"math.Exp", math.Exp},
		{"Log", Log}, {"math.Log", math.Log},
		{"Tanh", Tanh}, {"math.Tanh", math.Tanh},
		{"Logistic", Logistic}, {"Pow2", Pow2}, {"math.Exp2", math.Exp2},
	} {
		b.Run(c.name, func(b *testing.B) {
			sum := 0.0
			for i := range b.N {
				sum += c.f(0.37 + float64(i&1023)*0.01)
			}
			sink = sum
		})
	}
}

var sink float64
