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

// eventMarks are the times after the onset at which the price is compared.
var eventMarks = [...]struct {
	name string
	days float64
}{{"+1 h", 1.0 / 24}, {"+6 h", 0.25}, {"+1 d", 1}, {"+3 d", 3}, {"+7 d", 7}, {"+14 d", 14}}

const eventTimes = len(eventMarks)

// The marks that targets refer to.
const (
	after1h = iota
	after6h
	after1d
	after3d
	after7d
)

// event is one kind of outage.
type event struct {
	name   string
	hours  float64
	repeat bool // once a week
	calm   bool // everybody knows when it ends
	// again is the number of days for which further outages are followed; 0 has none.
	// A further outage begins on each later day, in a separate branch. The mean over
	// many outages shows effects that the noise of a single outage hides.
	again float64
}

var eventKinds = [...]event{
	{name: "1 hour", hours: 1, again: 0.25},
	{name: "5 hours", hours: 5, repeat: true},
	{name: "24 hours", hours: 24},
	{name: "14 days", hours: 14 * 24},
	{name: "14 days, end known", hours: 14 * 24, calm: true, again: 7},
}

// The rows of eventKinds that targets refer to.
const (
	oneHour = iota
	fiveHours
	oneDay
	twoWeeks
	knownEnd
	eventCount
)

// eventGap is the time in days from one repeated outage to the next.
const eventGap = 7

// eventOutcome is the outcome of one seed. An effect is 100 × ln price against the same
// world without an outage, as a mean over the onsets that were followed to the mark.
type eventOutcome struct {
	effect  [eventCount][eventTimes]float64 // NaN beyond the horizon
	repeats []float64                       // six hours after each onset, less the effect at that onset
}

func runEvents(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.outcomeOf)
	if err != nil {
		return nil, err
	}
	res := judge("events", "Outages against the same world without them", eventLines(worlds),
		"Nobody can build during an outage. Effects are 100 × ln price against the same seed without outage, at the "+
			"time after the onset; the outage starts one day after the warm-up.",
		"Outages of 1 hour, and of 14 days with a known end, start on each further day as well, each in a separate "+
			"branch of the world without outage. Up to 6 hours and up to 7 days the effect of a seed is the mean over "+
			"these branches; n counts seeds.",
		"Outages of 5 hours come once a week. End known: everybody knows that the outage ends, users are captive and "+
			"nobody extrapolates. In all other cases holders do not know how long an outage will last, so the outage "+
			"of two weeks looks permanent until it ends. The effect of a repetition is the change of the log ratio "+
			"from its onset to six hours later.")
	res.Tables = append(res.Tables, eventTable(worlds))
	return res, nil
}

// repeats is the number of repeated outages: six for the default horizon of two weeks.
// They need a longer run than the horizon, so their number grows with it.
func (r *runner) repeats() int { return 1 + int(r.days*2.5/eventGap) }

func (r *runner) outcomeOf(ctx context.Context, s *scratch, rep int) (out eventOutcome, err error) {
	for _, calm := range []bool{false, true} {
		cfg, horizon := r.world, max(r.days, float64((r.repeats()-1)*eventGap)+0.3)
		if calm {
			cfg.Beliefs.Permanence, cfg.Beliefs.Extrapolation, cfg.Users.Loyalty = 0, 0, -1
			horizon = r.days
		}
		base, err := r.open(&cfg, rep)
		if err != nil {
			return out, err
		}
		traces, err := r.disturb(ctx, s, base, &cfg, calm, horizon)
		if err != nil {
			return out, err
		}
		for k, e := range eventKinds {
			if e.calm == calm {
				out.take(k, traces, base)
			}
		}
	}
	return out, nil
}

// trace is the price after an onset in the world with the outage.
type trace struct {
	kind    int                 // row of eventKinds
	onset   uint32              // tick
	price   [eventTimes]float64 // NaN at marks that were not followed
	repeats []repetition
}

// repetition is an onset, the time six hours later, and the price at both.
type repetition struct {
	tick  [2]uint32
	price [2]float64
}

// disturb runs a world without outage to the horizon after the first onset. At each
// onset it branches off a world with an outage; cfg belongs to base, and carries the
// outage only while the branch runs.
func (r *runner) disturb(
	ctx context.Context, s *scratch, base *sim.World, cfg *sim.Config, calm bool, horizon float64,
) (list []trace, err error) {
	first := cfg.Time.WarmupDays + 1
	for day := 0.0; day <= horizon; day++ {
		onset := base.Ticks(first + day)
		cfg.Outage = sim.OutageParams{EveryDays: eventGap}
		if err := trial.Advance(ctx, base, onset-1); err != nil {
			return nil, err
		}
		for k, e := range eventKinds {
			days := e.again
			switch {
			case day == 0 && e.repeat:
				days = horizon
			case day == 0:
				days = r.days
			}
			if e.calm != calm || days == 0 || day+days > horizon {
				continue
			}
			cfg.Outage = sim.OutageParams{StartDays: 1 + day, Hours: e.hours, Repeat: 1, EveryDays: max(eventGap, e.hours/24)}
			if e.repeat {
				cfg.Outage.Repeat = r.repeats()
			}
			s.branch.CopyFrom(base)
			if err := trial.Advance(ctx, &s.branch, onset+base.Ticks(days)); err != nil {
				return nil, err
			}
			list = append(list, traceOf(&s.branch, k, onset, min(days, r.days), cfg.Outage.Repeat))
		}
	}
	cfg.Outage = sim.OutageParams{EveryDays: eventGap}
	return list, trial.Advance(ctx, base, base.Ticks(first+horizon))
}

// traceOf reads the prices of a world whose outage was followed for days.
func traceOf(w *sim.World, kind int, onset uint32, days float64, repeats int) trace {
	x := trace{kind: kind, onset: onset}
	for t, m := range eventMarks {
		x.price[t] = math.NaN()
		// At later marks the second outage would add to the effect of the first.
		if m.days <= days && (!eventKinds[kind].repeat || m.days <= eventGap) {
			x.price[t] = w.PriceAt(onset + w.Ticks(m.days))
		}
	}
	for n := 0; eventKinds[kind].repeat && n < repeats; n++ {
		at := onset + w.Ticks(float64(n*eventGap))
		later := at + w.Ticks(0.25)
		x.repeats = append(x.repeats, repetition{[2]uint32{at, later}, [2]float64{w.PriceAt(at), w.PriceAt(later)}})
	}
	return x
}

// take compares the traces of a kind with the world without outage.
func (out *eventOutcome) take(kind int, traces []trace, base *sim.World) {
	effect := func(price float64, tick uint32) float64 {
		return float64(100 * exact.Log(price/base.PriceAt(tick)))
	}
	var seen [eventTimes][]float64
	for i := range traces {
		x := &traces[i]
		if x.kind != kind {
			continue
		}
		for t, m := range eventMarks {
			if !math.IsNaN(x.price[t]) {
				seen[t] = append(seen[t], effect(x.price[t], x.onset+base.Ticks(m.days)))
			}
		}
		for _, n := range x.repeats {
			out.repeats = append(out.repeats, effect(n.price[1], n.tick[1])-effect(n.price[0], n.tick[0]))
		}
	}
	for t := range seen {
		out.effect[kind][t] = stat.Mean(seen[t])
	}
}

// effectOf is the mean effect of an event at a mark, over seeds.
func effectOf(worlds []eventOutcome, kind, mark int) measured {
	x := make([]float64, len(worlds))
	for i := range worlds {
		x[i] = worlds[i].effect[kind][mark]
	}
	return meanOf(x)
}

func eventLines(worlds []eventOutcome) []line {
	const (
		short   = "Assumption: an outage of hours costs holders at most a few per cent, and gains them nothing"
		gone    = "Assumption: gone within a week"
		lasting = "Assumption: a lasting takeover costs an eighth of the value or more"
		known   = "Closed form: holders forgo the fees of 14 days and no more, k·14/365 of value with k the fee yield " +
			"at which the token is valued, below 0.5 %; the width is an assumption"
		fading = "Assumption: holders learn, so the last of the outages counts less than half of the first"
	)
	at := func(kind, mark int, target span, source string) line {
		what := eventKinds[kind].name + ", " + eventMarks[mark].name
		return line{what, "%", target, source, effectOf(worlds, kind, mark), 2}
	}
	lines := []line{
		at(oneHour, after1h, between(-5, 0), short),
		at(oneHour, after6h, between(-5, 0), short),
		at(oneHour, after7d, between(-1, 1), gone),
		at(fiveHours, after6h, between(-5, 0), short),
		at(fiveHours, after7d, between(-1, 1), gone),
		at(oneDay, after6h, untargeted, ""),
		at(oneDay, after1d, untargeted, ""),
		at(twoWeeks, after7d, atMost(-12.6), lasting),
		at(knownEnd, after1d, between(-1, 0), known),
		at(knownEnd, after7d, between(-1, 0), known),
	}
	if last := len(worlds[0].repeats) - 1; last > 0 {
		ratio := pooled(len(worlds), func(pick []int) float64 {
			first, end := 0.0, 0.0
			for _, i := range pick {
				first += worlds[i].repeats[0]
				end += worlds[i].repeats[last]
			}
			return end / first
		})
		lines = append(lines, line{fmt.Sprintf("outage %d over the first, +6 h", last+1), "1", atMost(0.5),
			fading, ratio, 2})
	}
	return lines
}

func eventTable(worlds []eventOutcome) *table.Table {
	t := &table.Table{Name: "check_events_path",
		Title:   "Price after the onset of an outage against no outage, 100 × ln ratio",
		Columns: []table.Column{{Name: "Outage"}}, Notes: []string{student.of(len(worlds))}}
	for _, m := range eventMarks {
		t.Columns = append(t.Columns, table.Column{Name: m.name, Unit: "%"})
	}
	for k, e := range eventKinds {
		row := []table.Cell{table.Text(e.name)}
		for i := range eventMarks {
			m := effectOf(worlds, k, i)
			cell := table.Estimate(m.value, m.lo, m.hi, table.Format{Decimals: 2})
			if math.IsNaN(m.value) {
				cell = table.Empty("after the horizon, or after the next outage began")
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	for n := range worlds[0].repeats {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = worlds[i].repeats[n]
		}
		m := meanOf(x)
		row := []table.Cell{table.Text(fmt.Sprintf("5 hours, no. %d", n+1)), table.Empty(""),
			table.Estimate(m.value, m.lo, m.hi, table.Format{Decimals: 2})}
		for len(row) < len(t.Columns) {
			row = append(row, table.Empty(""))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
