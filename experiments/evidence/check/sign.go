package check

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// The grid of the check: the share of slots withheld, the satisfaction at which half of
// the users leave, the elasticity of lasting fees to the service that holders expect,
// the weight of what those who served have earned in the yield that they extrapolate,
// and the days after the onset. Captive users, with −1, never leave.
var (
	signShares = [...]float64{0.1, 0.3, 0.5}
	signUsers  = [...]struct {
		name  string
		value float64
	}{{"captive", -1}, {"patient", 0.3}, {"medium", 0.6}, {"fickle", 0.85}}
	signElasticities = [...]float64{0, 2}
	signChases       = [...]float64{0, 1}
	signDays         = [...]float64{3, 14}
)

const (
	signCases = len(signUsers) * len(signElasticities) * len(signChases)
	signCells = len(signShares) * signCases
	signTimes = len(signDays)
)

// signSet sets the parameters of a case and returns its name for a table.
func signSet(cfg *sim.Config, k int) string {
	chase := signChases[k%len(signChases)]
	elasticity := signElasticities[k/len(signChases)%len(signElasticities)]
	l := signUsers[k/len(signChases)/len(signElasticities)]
	cfg.Users.LeaveBelow, cfg.Beliefs.UserElasticity, cfg.Beliefs.Chase = l.value, elasticity, chase
	return fmt.Sprintf("%s %s; %g; %g", l.name, digits(l.value), elasticity, chase)
}

// signCell is the outcome of one seed in one cell of the grid.
type signCell struct {
	effect [signTimes]float64 // ln price against the honest twin; NaN beyond the horizon
	users  float64            // active at the end, share of the twin's
}

type signWorld [signCells]signCell

func runSign(ctx context.Context, r *runner) (*Result, error) {
	n := signCases
	parts, err := each(ctx, r, r.seeds*n, func(ctx context.Context, s *scratch, i int) ([len(signShares)]signCell, error) {
		return r.signRow(ctx, s, i/n, i%n)
	})
	if err != nil {
		return nil, err
	}
	worlds := make([]signWorld, r.seeds)
	for i, row := range parts {
		copy(worlds[i/n][i%n*len(signShares):], row[:])
	}
	cells := signIntervals(worlds)
	positive, negative, n := signCount(cells)
	const bothSigns = "ethresear.ch 7698: the thread argues both for “The market goes up as stakers rush to " +
		"increase their stake” and for “Stake -> DOS -> Price Crashes -> Profit”, so the same rules must be able to " +
		"give both"
	res := judge("sign", "The sign of the price effect of empty blocks", []line{
		{"cells where the price rises", "cells", atLeast(1), bothSigns, countOfSigns(positive, negative, n), 0},
		{"cells where the price falls", "cells", atLeast(1), bothSigns, countOfSigns(negative, positive, n), 0},
	},
		"The attacker builds for stakers who hold the given share of stake, from one day after the warm-up on. It buys "+
			"nothing, so there is no purchase effect; the twin has the same delegation and honest blocks.",
		"The ends of the counts: cells of that sign significantly, and cells not of the other sign significantly.",
		"Significant: p of the paired Student's t test below 0.05 over all cells and times after Holm's adjustment. "+
			"Half of the users who review leave below the satisfaction of a case, of which 1 is normal service.")
	res.Tables = append(res.Tables, signTable(worlds, cells))
	return res, nil
}

// signRow runs all shares for one seed and case.
func (r *runner) signRow(ctx context.Context, s *scratch, rep, k int) (row [len(signShares)]signCell, err error) {
	cfg := r.world
	signSet(&cfg, k)
	w, err := r.openAt(ctx, &cfg, rep, 1)
	if err != nil {
		return row, err
	}
	start, end := w.Tick(), w.Tick()+w.Ticks(r.days)
	for k, share := range signShares {
		for world, b := range [...]*sim.World{&s.branch, &s.twin} {
			b.CopyFrom(w)
			capture(b, &cfg, share, operator{multiple: float64(world)})
			if err := trial.Advance(ctx, b, end); err != nil {
				return row, err
			}
		}
		row[k].users = lastActive(&s.branch) / lastActive(&s.twin)
		for t, days := range signDays {
			row[k].effect[t] = math.NaN()
			if days <= r.days {
				row[k].effect[t] = lnRatio(&s.branch, &s.twin, start+w.Ticks(days))
			}
		}
	}
	return row, nil
}

// relative is the relative change that a log ratio is.
func relative(ln float64) float64 { return exact.Exp(ln) - 1 }

// lnRatio is ln price of a world over that of its twin at a tick.
func lnRatio(w, twin *sim.World, tick uint32) float64 {
	return exact.Log(w.PriceAt(tick) / twin.PriceAt(tick))
}

func lastActive(w *sim.World) float64 { return w.Rollup().Public().Active }

type signInterval struct {
	effect   [signTimes]stat.Interval
	adjusted [signTimes]float64 // p-values over the whole grid
	users    measured
}

func signIntervals(worlds []signWorld) (out [signCells]signInterval) {
	var all []float64
	for c := range out {
		column := func(f func(*signCell) float64) (x []float64) {
			for i := range worlds {
				x = append(x, f(&worlds[i][c]))
			}
			return x
		}
		for t := range signDays {
			out[c].effect[t] = stat.PairedT(column(func(s *signCell) float64 { return s.effect[t] }), checkLevel)
			all = append(all, out[c].effect[t].P)
		}
		out[c].users = meanOf(column(func(s *signCell) float64 { return s.users }))
	}
	for i, p := range stat.Holm(all) {
		out[i/signTimes].adjusted[i%signTimes] = p
	}
	return out
}

// signOf is "+" or "−" for an effect that differs significantly from zero, otherwise
// "0". It is a dash beyond the horizon.
func (s *signInterval) signOf(t int) string {
	switch e := &s.effect[t]; {
	case math.IsNaN(e.Mean):
		return table.Dash
	case s.adjusted[t] >= 1-checkLevel:
		return "0"
	case e.Mean > 0:
		return "+"
	}
	return "−"
}

// signCount counts the signs of all n cells and times.
func signCount(cells [signCells]signInterval) (positive, negative, n int) {
	for c := range cells {
		for t := range signDays {
			switch cells[c].signOf(t) {
			case "+":
				positive++
			case "−":
				negative++
			}
			n++
		}
	}
	return positive, negative, n
}

// countOfSigns bounds the number of n cells with a sign. The lower end counts cells
// with that sign significantly, the upper end all but those with the other sign.
func countOfSigns(shown, other, n int) measured {
	return measured{float64(shown), float64(shown), float64(n - other), n, ""}
}

func signTable(worlds []signWorld, cells [signCells]signInterval) *table.Table {
	t := &table.Table{Name: "check_sign_grid", Title: "Price with empty blocks against the honest twin",
		Columns: []table.Column{{Name: "Leave below; elasticity; chasing"}, {Name: "Withheld", Unit: "%"}},
		Notes: []string{student.of(len(worlds)) + " Changes are geometric means. The bound, share / (1 − share), is what " +
			"captive users and full extrapolation would give."}}
	for _, d := range signDays {
		t.Columns = append(t.Columns,
			table.Column{Name: fmt.Sprintf("Effect, %g d", d), Unit: "%"}, table.Column{Name: "Sign"})
	}
	t.Columns = append(t.Columns, table.Column{Name: "Users left", Unit: "%"}, table.Column{Name: "Bound", Unit: "%"})
	for c := range cells {
		share := signShares[c%len(signShares)]
		row := []table.Cell{table.Text(signSet(new(sim.Config), c/len(signShares))), table.Number(share, table.Percent(0))}
		for i := range signDays {
			e := cells[c].effect[i]
			row = append(row, table.Estimate(relative(e.Mean), relative(e.Lo), relative(e.Hi), table.Percent(2)),
				table.Text(cells[c].signOf(i)))
		}
		u := cells[c].users
		row = append(row, table.Estimate(u.value, u.lo, u.hi, table.Percent(1)),
			table.Number(share/(1-share), table.Percent(1)))
		t.Rows = append(t.Rows, row)
	}
	return t
}
