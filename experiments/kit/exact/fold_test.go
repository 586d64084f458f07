package exact

import "testing"

// The golden hashes of worlds rest on these two words.
func TestFoldGolden(t *testing.T) {
	if got, want := Fold(0, uint64(1), 2), uint64(0x9c388adbb85671f6); got != want {
		t.Errorf("Fold(0, 1, 2) = %#x, want %#x", got, want)
	}
	if got, want := FoldShift(31, 0, uint64(1), 2), uint64(0x63fa25540252e5e0); got != want {
		t.Errorf("FoldShift(31, 0, 1, 2) = %#x, want %#x", got, want)
	}
}

func TestFold(t *testing.T) {
	if got := Fold[uint64](7); got != 7 {
		t.Errorf("without words Fold changes 7 to %#x", got)
	}
	if got, want := Fold(7, uint64(1), 2), Fold(Fold(7, uint64(1)), uint64(2)); got != want {
		t.Errorf("two words at once give %#x, one by one %#x", got, want)
	}
	if Fold(7, uint64(1), 2) == Fold(7, uint64(2), 1) {
		t.Error("the order of the words does not matter")
	}
	if got, want := Fold(7, int64(-1)), Fold(7, ^uint64(0)); got != want {
		t.Errorf("-1 gives %#x, its bits give %#x", got, want)
	}
	seen := map[uint64]uint64{}
	for w := range uint64(10_000) {
		h := Fold(7, w)
		if other, twice := seen[h]; twice {
			t.Fatalf("words %d and %d have the same hash %#x", other, w, h)
		}
		seen[h] = w
	}
}
