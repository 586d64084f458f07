package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/presets"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
)

// calendar is when a preset buys and when its run ends, in days after the warm-up.
type calendar struct{ start, act, end float64 }

// calendars are those of the built-in presets without repetition, shortened in proportion
// where they are longer than the check.
func (r *runner) calendars() (list []calendar, err error) {
	for _, name := range presets.Names() {
		s, err := question.Load(name)
		if err != nil {
			return nil, err
		}
		scale := min(1, r.days/s.HorizonDays)
		c := calendar{s.StartDays * scale, (s.StartDays + s.Entry.Act(s.Params)) * scale, s.HorizonDays * scale}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b calendar) int {
		return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start), cmp.Compare(a.act, b.act))
	})
	return list, nil
}

// drift is the log drift of a dollar that buys evenly until the act, its drift, and the
// log drift of a dollar's worth of tokens bought at the start, all until the end. What is
// sold drifts the other way.
type drift struct{ bought, plain, held float64 }

// driftOf reads the drift of a calendar off a finished world without an attacker.
func driftOf(w *sim.World, warmup float64, c calendar) (d drift) {
	at := func(day float64) float64 { return w.PriceAt(w.Ticks(warmup + day)) }
	const parts = 48
	for i := range parts {
		ratio := at(c.end) / at(c.start+(c.act-c.start)*float64(i)/parts)
		d.bought += exact.Log(ratio) / parts
		d.plain += (ratio - 1) / parts
	}
	d.held = exact.Log(at(c.end) / at(c.start))
	return d
}

// biasBound is how far the mean log drift of a position may be from zero, in %.
const (
	biasBound  = 2
	martingale = "P. A. Samuelson, “Proof that properly anticipated prices fluctuate randomly”, Industrial Management " +
		"Review 6(2), 41–49, 1965; 2 % of the position is an assumption: where a dollar of drift is half a dollar of " +
		"profit, the interval of the advantage then moves by 1 % of it"
)

func runMartingale(ctx context.Context, r *runner) (*Result, error) {
	list, err := r.calendars()
	if err != nil {
		return nil, err
	}
	worlds, err := each(ctx, r, 2*r.seeds, func(ctx context.Context, _ *scratch, i int) (out []drift, err error) {
		cfg := r.world
		cfg.News.Antithetic = i%2 == 1
		w, err := r.openAt(ctx, &cfg, i/2, 0)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if err := trial.Advance(ctx, w, w.Ticks(cfg.Time.WarmupDays+c.end)); err != nil {
				return nil, err
			}
			out = append(out, driftOf(w, cfg.Time.WarmupDays, c))
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	var lines []line
	for k, c := range list {
		mean := func(of func(drift) float64) measured {
			x := make([]float64, r.seeds)
			for i := range x {
				x[i] = 50 * (of(worlds[2*i][k]) + of(worlds[2*i+1][k]))
			}
			return meanOf(x)
		}
		days := fmt.Sprintf("%.4g to %.4g, then to %.4g", c.start, c.act, c.end)
		lines = append(lines,
			line{"bought evenly from day " + days, "%", between(-biasBound, biasBound), martingale,
				mean(func(d drift) float64 { return d.bought }), 2},
			line{"the same, plain drift", "%", untargeted, "", mean(func(d drift) float64 { return d.plain }), 2})
		if k == 0 || list[k-1].start != c.start || list[k-1].end != c.end {
			lines = append(lines, line{fmt.Sprintf("held from day %.4g to %.4g", c.start, c.end), "%",
				between(-biasBound, biasBound), martingale, mean(func(d drift) float64 { return d.held }), 2})
		}
	}
	return judge("martingale", "The log drift of positions without an attacker", lines,
		"The days are those of the built-in presets, and the world is that of the check: what a preset changes in the "+
			"world, such as a fall of ether on a fixed day, is not in it. The advantage is freed of a multiple of the log "+
			"drift because its mean is zero. The plain drift has a mean: it is subtracted once, as it is.",
		"Means are over antithetic pairs: two worlds of one seed with the signs of all news flipped."), nil
}
