package sim

import (
	"slices"
	"testing"

	"stakeout/experiments/kit/draw"
)

// The wheel agrees with a list of dues in random use: long and short waits,
// dues in the past, wake-ups replaced, copies.
func TestWheelAgainstList(t *testing.T) {
	const n = 300
	for seed := uint64(1); seed <= 4; seed++ {
		r := draw.New(seed)
		w, due := newWheel(n), make([]uint32, n)
		put := func(i int32, tick, now uint32) {
			w.put(i, tick, now)
			due[i] = min(max(tick, now+1), now+horizon)
		}
		for i := range int32(n) {
			put(i, uint32(r.Intn(9000)), 0)
		}
		for tick := uint32(1); tick <= 40000; tick++ {
			if tick%9973 == 0 {
				c := newWheel(3)
				c.put(1, 7, 0)
				c.copyFrom(w)
				w.put(0, tick, tick-1)
				w = c
			}
			got := w.pop(tick, nil)
			slices.Sort(got)
			var want []int32
			for i, d := range due {
				if d == tick {
					want, due[i] = append(want, int32(i)), 0
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d tick %d: woke %v, want %v", seed, tick, got, want)
			}
			for _, i := range got {
				if r.Intn(50) > 0 {
					put(i, tick+uint32(r.Exponential()*[...]float64{3, 300, 5000}[r.Intn(3)]), tick)
				}
			}
			if r.Intn(3) == 0 {
				put(int32(r.Intn(n)), tick+uint32(r.Intn(20000))-100, tick)
			}
		}
	}
}

// Dues up to the horizon arrive on their tick and later ones at the horizon.
func TestWheelHorizon(t *testing.T) {
	for _, start := range []uint32{0, 1, 4095, 4096, 5000} {
		w := newWheel(4)
		at := [4]uint32{start + 1, start + wheelSize, start + horizon, start + horizon}
		for i := range int32(4) {
			w.put(i, [4]uint32{0, start + wheelSize, start + horizon, 1<<32 - 1}[i], start)
		}
		seen := 0
		for tick := start + 1; tick <= start+horizon; tick++ {
			for _, i := range w.pop(tick, nil) {
				if at[i] != tick {
					t.Fatalf("start %d: agent %d woke at %d, want %d", start, i, tick, at[i])
				}
				seen++
			}
		}
		if seen != 4 {
			t.Errorf("start %d: %d woke", start, seen)
		}
	}
}
