package report

import (
	"fmt"
	"math"
	"slices"

	"stakeout/experiments/measure"
	"stakeout/experiments/report/figure"
)

// PriceFigure shows what the attack does to price and service: the price of the
// attack and of the honest world against the idle world of the same seed, and
// the share of empty slots and of users. It is nil without paths.
func PriceFigure(s *Study, c *Cell, p *Paths, marks []figure.Mark) *figure.Figure {
	if p == nil || len(p.Days) == 0 {
		return nil
	}
	price := figure.Panel{Title: "a", XLabel: "Time after the warm-up (d)", YLabel: "Price against idle twin (%)", ZeroLine: true, Legend: true, Marks: marks}
	service := figure.Panel{Title: "b", XLabel: "Time after the warm-up (d)", YLabel: "Share (%)", ZeroLine: true, Legend: true, Marks: marks}
	add := func(panel *figure.Panel, name, world, quantity string, style int) {
		mean, lo, hi := p.band(world, quantity, s.Level)
		panel.Lines = append(panel.Lines, figure.Line{Name: name, X: p.Days, Y: mean, Style: style})
		if p.reps > 1 {
			panel.Bands = append(panel.Bands, figure.Band{X: p.Days, Lo: lo, Hi: hi, Style: style})
		}
	}
	add(&price, "Attack", "attack", priceLine, 1)
	add(&price, "Honest use of the capital", "honest", priceLine, 0)
	add(&service, "Empty slots", "attack", emptyLine, 1)
	add(&service, "Users against idle twin", "attack", usersLine, 2)
	return &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: 68, Columns: 2, Panels: []figure.Panel{price, service},
		Caption: fmt.Sprintf("%s under %s. (a) Mean over replications of 100 ln(price/price of the idle twin with the same seed), for the attack and for the honest use of the same capital, which makes the same trades. "+
			"(b) Attack world: share of slots that left waiting users unserved (half-life one day), and change of active users against the idle twin. "+
			"Bands: pointwise %s intervals of the mean (Student's t). n = %d, master seed %s. Model version %s.", c.label(), c.leader(), level(s.Level), p.reps, c.Seed, s.Version),
	}
}

// ChannelsFigure shows how the mean profit of the attack, and what it has over
// the honest use, add up by channel. It is nil when no money moved.
func ChannelsFigure(s *Study, c *Cell) *figure.Figure {
	all, unit, scale := &figure.Waterfall{Total: "Net profit"}, "thousand USD", 1e3
	act := &figure.Waterfall{Total: "Excess"}
	for _, d := range measure.Describe {
		a, h := c.amounts(ChannelColumn("attack", d.Name)), c.amounts(ChannelColumn("honest", d.Name))
		if diff := minus(a, h); !zero(diff) {
			act.Labels, act.Values = append(act.Labels, d.Label), append(act.Values, average(diff))
		}
		if !zero(a) {
			all.Labels, all.Values = append(all.Labels, d.Label), append(all.Values, average(a))
		}
	}
	if len(all.Values) == 0 || len(act.Values) == 0 {
		return nil
	}
	if largest(all.Values) < 1e4 {
		unit, scale = "USD", 1
	}
	f := &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: max(45, 26+5*float64(len(all.Values))), Columns: 2,
		Caption: fmt.Sprintf("%s under %s: money of the attacker by channel, means over replications. (a) The attack. (b) The attack less the honest use of the same capital. "+
			"n = %d, master seed %s; intervals are in the table of channels. Model version %s.", c.label(), c.leader(), c.N(), c.Seed, s.Version),
	}
	for i, w := range []*figure.Waterfall{all, act} {
		gatherSmall(w)
		for k := range w.Values {
			w.Values[k] /= scale
		}
		f.Panels = append(f.Panels, figure.Panel{Title: [...]string{"a", "b"}[i], XLabel: [...]string{"Attack", "Attack less honest use"}[i] + " (" + unit + ")", Waterfall: w})
	}
	return f
}

// gatherSmall puts the channels too small to be seen, below a half per cent of
// the largest, together in one bar, so that the bars still add up.
func gatherSmall(w *figure.Waterfall) {
	least, rest, n := largest(w.Values)/200, 0.0, 0
	var labels []string
	var values []float64
	for i, v := range w.Values {
		if math.Abs(v) < least {
			rest += v
			n++
			continue
		}
		labels, values = append(labels, w.Labels[i]), append(values, v)
	}
	if n > 1 {
		w.Labels, w.Values = append(labels, fmt.Sprintf("%d small channels", n)), append(values, rest)
	}
}

func average(amounts []int64) float64 {
	e := estimateOf(inUSD(amounts), Level)
	return e.Mean
}

func largest(values []float64) float64 {
	return math.Abs(slices.MaxFunc(values, func(a, b float64) int {
		switch {
		case math.Abs(a) < math.Abs(b):
			return -1
		case math.Abs(a) > math.Abs(b):
			return 1
		}
		return 0
	}))
}
