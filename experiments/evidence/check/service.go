package check

import (
	"context"

	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// service is the effect of withheld slots on captive users.
type service struct {
	share   float64 // of slots, withheld
	empty   float64 // share of slots that left waiting users unserved
	load    float64 // transactions a slot, of capacity
	served  float64 // transactions over those of the twin, in which no slot is withheld
	growth  float64 // of the backlog a slot, of capacity
	backlog float64 // at the end, in batches
	bound   float64 // share of slots that can be withheld without a backlog: 1 − utilisation before
}

// serviceMargin is the distance of the two shares from the bound of the backlog.
const serviceMargin = 0.1

// services withholds a share of slots below the bound, and one above it.
func (r *runner) services(ctx context.Context, s *scratch, rep int) (out [2]service, err error) {
	cfg := r.world
	// Captive users pay any fee: a demand that responds would hide the growth of the queue.
	cfg.Users.LeaveBelow, cfg.Users.ValueMultiple = -1, 1000
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return out, err
	}
	before := countOf(w)
	if err := trial.Advance(ctx, w, w.Tick()+w.Ticks(min(1, r.days))); err != nil {
		return out, err
	}
	room := float64(cfg.Rollup.CapacityTx)
	bound := 1 - countOf(w).since(before).perSlot()/room
	s.start.CopyFrom(w)
	part := w.Ticks(min(1, r.days))
	twin, err := runService(ctx, w, part, room)
	if err != nil {
		return out, err
	}
	for k, share := range [...]float64{bound - serviceMargin, bound + serviceMargin} {
		b := &s.branch
		b.CopyFrom(&s.start)
		reached := capture(b, &cfg, share, operator{})
		if out[k], err = runService(ctx, b, part, room); err != nil {
			return out, err
		}
		out[k].share, out[k].bound = reached, bound
		out[k].served = out[k].load / twin.load
	}
	return out, nil
}

// runService runs a world for three parts of equal length, in ticks. The backlog
// settles in the first part; its growth is measured over the other two. The capacity
// of a batch is room.
func runService(ctx context.Context, w *sim.World, part uint32, room float64) (out service, err error) {
	start := countOf(w)
	if err := trial.Advance(ctx, w, w.Tick()+part); err != nil {
		return out, err
	}
	first := countOf(w)
	if err := trial.Advance(ctx, w, w.Tick()+2*part); err != nil {
		return out, err
	}
	end := countOf(w)
	all := end.since(start)
	out.empty, out.load = all.empty/all.slots, all.perSlot()/room
	out.growth = (end.waiting - first.waiting) / (end.slots - first.slots) / room
	out.backlog = end.waiting / room
	return out, nil
}

// counts are the counters of the rollup since its start, and its present backlog.
type counts struct{ slots, empty, transactions, waiting float64 }

func countOf(w *sim.World) counts {
	p := w.Rollup().Public()
	return counts{float64(p.Slots), float64(p.EmptySlots), float64(p.Transactions), float64(p.Waiting)}
}

// since is the difference of two counts; the backlog stays the later one.
func (c counts) since(b counts) counts {
	return counts{c.slots - b.slots, c.empty - b.empty, c.transactions - b.transactions, c.waiting}
}

func (c counts) perSlot() float64 { return c.transactions / c.slots }

func serviceLines(worlds []nullWorld) []line {
	of := func(scale float64, f func(*nullWorld) float64) measured {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = f(&worlds[i])
		}
		return meanOf(x).times(scale)
	}
	const (
		null  = "Null test: by the definition of empty blocks and capacity; ±2 points for sampling"
		queue = "Null test: above capacity the backlog grows, by ten points a slot if nobody gave up"
	)
	return []line{
		{"bound 1 − u", "%", untargeted, "", of(100, func(w *nullWorld) float64 { return w.service[0].bound }), 1},
		{"β low: empty less β", "points", between(-2, 2), null,
			of(100, func(w *nullWorld) float64 { return w.service[0].empty - w.service[0].share }), 2},
		{"β high: empty less β", "points", between(-2, 2), null,
			of(100, func(w *nullWorld) float64 { return w.service[1].empty - w.service[1].share }), 2},
		{"β low: served, of twin", "%", between(98, 102), null,
			of(100, func(w *nullWorld) float64 { return w.service[0].served }), 2},
		{"β high: load less 1 − β", "points", between(-2, 2), null,
			of(100, func(w *nullWorld) float64 { return w.service[1].load - (1 - w.service[1].share) }), 2},
		{"β low: backlog growth", "%", between(-2, 2), null,
			of(100, func(w *nullWorld) float64 { return w.service[0].growth }), 2},
		{"β high: backlog growth", "%", atLeast(2), queue,
			of(100, func(w *nullWorld) float64 { return w.service[1].growth }), 2},
		{"β low: backlog at the end", "batches", untargeted, "",
			of(1, func(w *nullWorld) float64 { return w.service[0].backlog }), 1},
		{"β high: backlog at the end", "batches", untargeted, "",
			of(1, func(w *nullWorld) float64 { return w.service[1].backlog }), 1},
	}
}
