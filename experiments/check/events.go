package check

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/report/table"
	"stakeout/experiments/sim"
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
	repeat bool // five hours once a week
	calm   bool // the case in which everybody knows that it ends
}

var eventKinds = [...]event{
	{name: "1 hour", hours: 1},
	{name: "5 hours", hours: 5, repeat: true},
	{name: "24 hours", hours: 24},
	{name: "14 days", hours: 14 * 24},
	{name: "14 days, end known", hours: 14 * 24, calm: true},
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

// eventGap is the distance of repeated outages in days.
const eventGap = 7

// eventOutcome is what one seed shows: effects are 100 × ln price against the twin.
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
		"Nobody can build during an outage. Effects are 100 × ln price against the same seed without outage, at the time after the onset; the outage starts one day after the warm-up.",
		"Outages of 5 hours come once a week. End known: everybody knows that the outage ends, users are captive and nobody extrapolates. In all other cases holders do not know how long an outage will last; until it ends, that of two weeks is a lasting one. The effect of a repetition is the change of the log ratio from its onset to six hours later.")
	res.Tables = append(res.Tables, eventTable(worlds))
	return res, nil
}

// repeats is the number of repeated outages that the horizon pays for: six in
// the default of two weeks.
func (r *runner) repeats() int { return 1 + int(r.days*2.5/eventGap) }

func (r *runner) outcomeOf(ctx context.Context, _ *scratch, rep int) (out eventOutcome, err error) {
	horizon := max(r.days, float64((r.repeats()-1)*eventGap)+0.3)
	base, err := r.eventWorld(ctx, rep, r.world, sim.OutageParams{EveryDays: eventGap}, horizon)
	if err != nil {
		return out, err
	}
	for k, e := range eventKinds {
		cfg, twin, days := r.world, base, r.days
		o := sim.OutageParams{StartDays: 1, Hours: e.hours, Repeat: 1, EveryDays: max(eventGap, e.hours/24)}
		if e.repeat {
			o.Repeat, days = r.repeats(), horizon
		}
		if e.calm {
			cfg.Beliefs.Permanence, cfg.Beliefs.Extrapolation, cfg.Users.Loyalty = 0, 0, -1
			if twin, err = r.eventWorld(ctx, rep, cfg, sim.OutageParams{EveryDays: eventGap}, days); err != nil {
				return out, err
			}
		}
		w, err := r.eventWorld(ctx, rep, cfg, o, days)
		if err != nil {
			return out, err
		}
		onset := w.Ticks(cfg.Time.WarmupDays + o.StartDays)
		for t, m := range eventMarks {
			out.effect[k][t] = math.NaN()
			// A second outage would be in the way of the later marks.
			if m.days <= r.days && (!e.repeat || m.days <= eventGap) {
				out.effect[k][t] = 100 * lnRatio(w, twin, onset+w.Ticks(m.days))
			}
		}
		for n := 0; e.repeat && n < o.Repeat; n++ {
			at := onset + w.Ticks(float64(n*eventGap))
			out.repeats = append(out.repeats, 100*(lnRatio(w, twin, at+w.Ticks(0.25))-lnRatio(w, twin, at)))
		}
	}
	return out, nil
}

// eventWorld runs a world with an outage to a horizon after its onset.
func (r *runner) eventWorld(ctx context.Context, rep int, cfg sim.Config, o sim.OutageParams, days float64) (*sim.World, error) {
	cfg.Outage = o
	return r.openAt(ctx, &cfg, rep, 1+days)
}

// effectOf is the mean effect of an event at a mark.
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
		known   = "Closed form: holders forgo the fees of 14 days and no more, k·14/365 of value with k the fee yield at which the token is valued, below 0.5 %; the width is an assumption"
		fading  = "Assumption: holders learn, so the last of the outages counts less than half of the first"
	)
	at := func(kind, mark int, target span, source string) line {
		return line{eventKinds[kind].name + ", " + eventMarks[mark].name, "%", target, source, effectOf(worlds, kind, mark), 2}
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
	t := &table.Table{Name: "check_events_path", Title: "Price after the onset of an outage against no outage, 100 × ln ratio",
		Columns: []table.Column{{Name: "Outage"}}}
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
