package trial

import (
	"context"
	"fmt"
	"slices"

	"stakeout/experiments/sim"
)

// family are the worlds of experiments that differ by their remedy alone: one for all
// the remedies that have made no difference yet. When one makes a difference its
// world goes back to the last day on which all were one and on from there by itself,
// so that every experiment ends in the very world that it would have had alone.
type family struct {
	worlds []*sim.World
	owner  *Worlds
}

// at brings the world of a remedy to a tick, or leaves it where it is beyond, with the
// remedy in force. The world stays the family's: whoever wants to change it takes a copy.
func (f *family) at(ctx context.Context, remedy string, tick uint32) (*sim.World, error) {
	w, err := f.advance(ctx, remedy, tick)
	if err == nil {
		w.Enforce(remedy, w.Remedy().Names()...)
	}
	return w, err
}

func (f *family) advance(ctx context.Context, remedy string, tick uint32) (*sim.World, error) {
	w := f.of(remedy)
	if w == nil {
		var err error
		if w, err = f.owner.begin(ctx, f, remedy); err != nil {
			return nil, err
		}
		f.worlds = append(f.worlds, w)
	}
	for w.Tick() < tick {
		names := w.Remedy().Names()
		if len(names) == 1 {
			return w, Advance(ctx, w, tick)
		}
		before := f.owner.spare.copyOf(w)
		if err := Advance(ctx, w, min(tick, w.Tick()+w.Ticks(1))); err != nil {
			return nil, err
		}
		gone := slices.DeleteFunc(names, w.Remedy().Has)
		if len(gone) == 0 {
			f.owner.spare.put(before)
			continue
		}
		before.Enforce(gone[0], gone[1:]...)
		f.worlds = append(f.worlds, before)
		if before.Remedy().Has(remedy) {
			w = before
		}
	}
	return w, nil
}

// of is the world of a remedy, nil when there is none yet.
func (f *family) of(remedy string) *sim.World {
	for _, w := range f.worlds {
		if w.Remedy().Has(remedy) {
			return w
		}
	}
	return nil
}

// release gives back the worlds of which no remedy is wanted any more.
func (f *family) release(wanted func(remedy string) bool) {
	f.worlds = slices.DeleteFunc(f.worlds, func(w *sim.World) bool {
		done := !slices.ContainsFunc(w.Remedy().Names(), wanted)
		if done {
			f.owner.spare.put(w)
		}
		return done
	})
}

// clear gives all worlds back.
func (f *family) clear() { f.release(func(string) bool { return false }) }

// spare keeps worlds that nobody needs, so that the next copy takes their memory.
type spare struct{ free []*sim.World }

func (p *spare) put(w *sim.World) { p.free = append(p.free, w) }

// copyOf is a copy of a world.
func (p *spare) copyOf(w *sim.World) *sim.World {
	c := new(sim.World)
	if n := len(p.free); n > 0 {
		c, p.free = p.free[n-1], p.free[:n-1]
	}
	c.CopyFrom(w)
	return c
}

// branch is a copy of a family's world of a remedy at a tick.
func (p *spare) branch(ctx context.Context, f *family, remedy string, tick uint32) (*sim.World, error) {
	w, err := f.at(ctx, remedy, tick)
	if err != nil {
		return nil, err
	}
	if w.Tick() > tick {
		return nil, fmt.Errorf("a world of %s is at tick %d, beyond %d", remedy, w.Tick(), tick)
	}
	return p.copyOf(w), nil
}
