package facts

import "testing"

// BenchmarkMeasure is what ten years of days take.
func BenchmarkMeasure(b *testing.B) {
	paths := []Path{walk(0, 1, 3650)}
	for b.Loop() {
		if _, err := Measure(paths, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
