package trial

import (
	"context"
	"fmt"
	"slices"

	"stakeout/experiments/sim"
)

// family holds the worlds of experiments that differ by their remedy alone. Remedies that
// have made no difference yet share one world. When a remedy makes a difference, its world
// returns to the last day on which it was shared and goes on from there separately. Every
// experiment therefore ends in the world that it would have had alone.
type family struct {
	worlds []*sim.World
	owner  *Worlds
}

// at brings the world of a remedy to a tick with the remedy in force. A world beyond the
// tick stays where it is. The world belongs to the family, so a caller that wants to
// change it takes a copy.
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

// of finds the world of a remedy. It is nil before the world has begun.
func (f *family) of(remedy string) *sim.World {
	for _, w := range f.worlds {
		if w.Remedy().Has(remedy) {
			return w
		}
	}
	return nil
}

// release gives back the worlds whose remedies are not wanted any more.
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

// branch copies the world that a family has for a remedy at a tick.
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
