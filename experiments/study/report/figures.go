package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/strategies"
)

// PriceFigure shows what the attack does to price and service: the price of the
// attack and of the honest world against the idle world of the same seed, and
// the share of empty slots and of users. It is nil without paths.
func PriceFigure(s *Study, c *Cell, p *Paths, events []strategies.Mark) *figure.Figure {
	if p == nil || p.measured() == len(p.Days) {
		return nil
	}
	first, span := p.measured(), []float64{0, c.Horizon}
	marks := terse(events)
	days := p.Days[first:]
	price := figure.Panel{Title: "a", XLabel: "Time after the warm-up (d)", YLabel: "Price against idle twin (%)",
		ZeroLine: true, Legend: true, Marks: marks, XIncludes: span}
	service := figure.Panel{Title: "b", XLabel: "Time after the warm-up (d)", YLabel: "Empty slots, users (%)",
		ZeroLine: true, Legend: true, Marks: marks, XIncludes: span}
	add := func(panel *figure.Panel, name, world, quantity string, style int) {
		mean, lo, hi := p.band(world, quantity, s.Level)
		panel.Lines = append(panel.Lines, figure.Line{Name: name, X: days, Y: mean[first:], Style: style})
		if p.reps > 1 {
			panel.Bands = append(panel.Bands, figure.Band{X: days, Lo: lo[first:], Hi: hi[first:], Style: style})
		}
	}
	add(&price, "Attack", "attack", priceLine, 1)
	add(&price, "Same trades without the act", "honest", priceLine, 0)
	add(&service, "Empty slots", "attack", emptyLine, 4)
	add(&service, "Users against idle twin", "attack", usersLine, 2)
	return &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: 68, Columns: 2, Panels: []figure.Panel{price, service},
		Caption: fmt.Sprintf("%s under %s. (a) Mean over replications of 100 ln(price/price of the idle twin with the same "+
			"seed), for the attack and for the same trades without the act; until it starts the two are one world. "+
			"(b) Attack world: share of slots that left waiting users unserved (half-life one day), and change of active "+
			"users against the idle twin. "+
			"%sBands: pointwise %s intervals of the mean (Student's t). n = %d, master seed %s. Model version %s.", c.label(),
			c.leader(), untold(marks), level(s.Level), p.reps, c.Seed, s.Version),
	}
}

// manyMarks is the number of events whose labels would take more room than the axes.
const manyMarks = 6

// terse labels the events of a plan. Where there are many, the start and the end of an
// act get one label, at the start.
func terse(events []strategies.Mark) (marks []figure.Mark) {
	for _, e := range events {
		marks = append(marks, figure.Mark{X: e.Days, Label: e.Name})
	}
	if len(marks) < manyMarks {
		return marks
	}
	for i := 1; i < len(marks); i++ {
		act, starts := strings.CutSuffix(events[i-1].Name, " starts")
		if starts && events[i].Name == act+" ends" {
			marks[i-1].Label, marks[i].Label = act, ""
		}
	}
	return marks
}

// untold explains lines without a label, if there are any.
func untold(marks []figure.Mark) string {
	if slices.ContainsFunc(marks, func(m figure.Mark) bool { return m.Label == "" }) {
		return "Dashed lines without a label: the act before ends. "
	}
	return ""
}

// bar is one channel of a waterfall: the mean of the attack, and of the attack
// less the same trades without the act, in USD.
type bar struct {
	label       string
	attack, act float64
}

// ChannelsFigure shows how the mean profit of the attack, and the effect of the act,
// add up by channel. It is nil when no money moved.
func ChannelsFigure(s *Study, c *Cell) *figure.Figure {
	bars := gathered(channelBars(c))
	if len(bars) == 0 {
		return nil
	}
	unit, scale, decimals := "USD", 1.0, 0
	switch most := tallest(bars); {
	case most >= 1e5:
		unit, scale = "thousand USD", 1e3
	case most >= 1e4:
		unit, scale, decimals = "thousand USD", 1e3, 1
	}
	all, act := &figure.Waterfall{Total: "Net profit", Decimals: decimals},
		&figure.Waterfall{Total: "Effect of act", Decimals: decimals}
	for _, b := range bars {
		all.Labels, all.Values = append(all.Labels, b.label), append(all.Values, b.attack/scale)
		act.Labels, act.Values = append(act.Labels, b.label), append(act.Values, b.act/scale)
	}
	return &figure.Figure{
		Width: figure.DoubleColumn, HeightMM: 24 + float64(5*float64(len(bars)+1)), Columns: 2,
		Panels: []figure.Panel{
			{Title: "a", XLabel: "Attack (" + unit + ")", Waterfall: all},
			{Title: "b", XLabel: "Effect of the act (" + unit + ")", Waterfall: act},
		},
		Caption: fmt.Sprintf("%s under %s: money of the attacker by channel, means over replications. (a) The attack. (b) "+
			"The effect of the act: the attack less the same trades without it. "+
			"n = %d, master seed %s; %s intervals (Student's t) are in the table of channels. Model version %s.", c.label(),
			c.leader(), c.N(), c.Seed, level(s.Level), s.Version),
	}
}

// channelBars are the channels in which money moved.
func channelBars(c *Cell) (bars []bar) {
	for _, d := range measure.Describe {
		a, h := c.amounts(column.Channel("attack", d.Name)), c.amounts(column.Channel("honest", d.Name))
		if !zero(a) || !zero(h) {
			bars = append(bars, bar{d.Label, average(a), average(minus(a, h))})
		}
	}
	return bars
}

func (b bar) height() float64 { return max(math.Abs(b.attack), math.Abs(b.act)) }

func tallest(bars []bar) (most float64) {
	for _, b := range bars {
		most = max(most, b.height())
	}
	return most
}

// gathered merges the channels below half a per cent of the largest, which are too small
// to see, into one bar, so that the bars still add up.
func gathered(bars []bar) (out []bar) {
	least, rest, n := tallest(bars)/200, bar{}, 0
	for _, b := range bars {
		if b.height() >= least {
			out = append(out, b)
			continue
		}
		rest.attack, rest.act = rest.attack+b.attack, rest.act+b.act
		n++
	}
	if n < 2 {
		return bars
	}
	rest.label = fmt.Sprintf("%d small channels", n)
	return append(out, rest)
}

func average(amounts []int64) float64 {
	e := estimateOf(inUSD(amounts), column.Level)
	return e.Mean
}
