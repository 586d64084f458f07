package check

import (
	"context"
	"fmt"
	"math"
	"sort"

	"stakeout/experiments/kit/stat"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// eventMarks are the times after the onset at which the price is compared. Real halts
// began at any hour, so that the close of their day, day 0, is half a day later.
var eventMarks = [...]struct {
	name string
	days float64
}{{"+1 h", 1.0 / 24}, {"+12 h", 0.5}, {"+1.5 d", 1.5}, {"+3.5 d", 3.5}, {"+7.5 d", 7.5}, {"+14.5 d", 14.5},
	{"+21.5 d", 21.5}, {"+27 d", 27}}

const eventTimes = len(eventMarks)

// The marks that targets refer to.
const (
	after1h = iota
	dayZero
	dayOne
	dayThree
	daySeven
	day14
	day21
	day27
)

// event is one kind of outage.
type event struct {
	name   string
	hours  float64
	share  float64 // of the slots that fail
	repeat bool    // once a week
	calm   bool    // everybody knows that it ends soon
	days   float64 // for which it is followed; 0 to the horizon
	// again is the number of days for which further outages are followed; 0 has none.
	// A further outage begins on each later day, in a separate branch. The mean over
	// many outages shows effects that the noise of a single outage hides.
	again float64
}

var eventKinds = [...]event{
	{name: "3 hours", hours: 3, share: 1, days: 7.5, again: 1.5},
	{name: "6 hours", hours: 6, share: 1, days: 7.5, again: 3.5},
	{name: "5 hours", hours: 5, share: 1, repeat: true},
	{name: "24 hours", hours: 24, share: 1, days: 14.5},
	{name: "27 days", hours: 27 * 24, share: 1},
	{name: "29 hours, half of the slots", hours: 29, share: 0.5, days: 7.5},
	{name: "14 days, half of the slots", hours: 14 * 24, share: 0.5, days: 14.5},
	{name: "14 days, end known", hours: 14 * 24, share: 1, calm: true, days: 7.5, again: 7.5},
}

// The rows of eventKinds that targets refer to.
const (
	threeHours = iota
	sixHours
	fiveHours
	oneDay
	fourWeeks
	halfADay
	halfTwoWeeks
	knownEnd
	eventCount
)

// eventGap is the time in days from one repeated outage to the next.
const eventGap = 7

// observed is what real tokens did: the cumulated return of the token less that of the
// market, in %, and its standard error.
type observed struct {
	kind, mark int
	mean, se   float64
	source     string
}

// target is the 95 % interval of the observation.
func (o *observed) target() span {
	return between(o.mean-float64(1.96*o.se), o.mean+float64(1.96*o.se))
}

const (
	marketModel = "daily closes, market model on bitcoin and ether over 90 days; the 95 % interval of "
	iotaHalt    = marketModel + "IOTA from 12 February 2020, whose single coordinator stood still for 27 days; the " +
		"standard error is that of a daily return, 2.6 %, times the root of the days"
	shortHalts = marketModel + "five halts of up to 3 h (Arbitrum December 2023, Starknet September 2025 and others)"
	halfDays   = marketModel + "seven halts of 4 to 9 h without theft (Solana 2022 and 2024, Avalanche 2024 and others)"
	wholeDays  = marketModel + "three halts of 19 to 24 h without theft (Solana February 2023, Celo July 2022, IOTA " +
		"December 2019)"
	degraded = marketModel + "Solana from 21 January 2022, degraded for 29 h; the standard error is that of a daily " +
		"return, 3.7 %, times the root of the days"
)

// panel is what the model is held against.
var panel = [...]observed{
	{threeHours, dayZero, -2.6, 0.8, shortHalts},
	{threeHours, dayOne, -4.9, 1.4, shortHalts},
	{sixHours, dayZero, -0.4, 2.2, halfDays},
	{sixHours, dayThree, 1.3, 3.1, halfDays},
	{oneDay, dayOne, -1.5, 2.0, wholeDays},
	{fourWeeks, dayZero, -4.9, 2.6, iotaHalt},
	{fourWeeks, dayOne, -8.4, 3.7, iotaHalt},
	{fourWeeks, dayThree, -17.3, 5.2, iotaHalt},
	{fourWeeks, daySeven, -22.8, 7.4, iotaHalt},
	{fourWeeks, day14, -32.9, 10.1, iotaHalt},
	{fourWeeks, day21, -30.2, 12.2, iotaHalt},
	{fourWeeks, day27, -32.3, 13.8, iotaHalt},
	{halfADay, dayOne, -10.0, 5.2, degraded},
	{halfADay, dayThree, -9.2, 7.4, degraded},
	{halfADay, daySeven, -20.3, 10.5, degraded},
}

// eventOutcome is the outcome of one seed. An effect is 100 × ln price against the same
// world without an outage, as a mean over the onsets that were followed to the mark.
type eventOutcome struct {
	effect  [eventCount][eventTimes]float64 // NaN beyond the horizon
	users   [eventCount][eventTimes]float64 // active users over those of the world without an outage
	repeats []float64                       // six hours after each onset, less the effect at that onset
}

func runEvents(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.outcomeOf)
	if err != nil {
		return nil, err
	}
	res := judge("events", "Outages against the same world without them", eventLines(worlds),
		"During an outage nobody can build, or half of the slots fail. Effects are 100 × (price ratio − 1) against the "+
			"same seed without outage, at the time after the onset; the outage starts one day after the warm-up.",
		"Targets are two-sided: what real tokens did beyond their market, give or take 1.96 standard errors. Half a "+
			"day after the onset stands for the close of the day of the halt.",
		"Outages of 3 and 6 hours, and of 14 days with a known end, start on each further day as well, each in a "+
			"separate branch of the world without outage. At the earlier marks the effect of a seed is the mean over "+
			"these branches; n counts seeds.",
		"Outages of 5 hours come once a week. End known: everybody knows that the outage ends soon, users are captive "+
			"and nobody extrapolates. In all other cases holders do not know how long an outage will last. The effect of "+
			"a repetition is the change of the price ratio from its onset to six hours later.")
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
			cfg.Beliefs.Permanence, cfg.Beliefs.Extrapolation, cfg.Users.LeaveBelow = 0, 0, -1
			cfg.Beliefs.SurvivalPower = 5 // the end is near: a tenth of what has passed
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
	active  [eventTimes]float64 // users
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
			if day == 0 {
				if days = min(e.days, horizon); days == 0 {
					days = horizon
				}
			}
			if e.calm != calm || days == 0 || day+days > horizon {
				continue
			}
			cfg.Outage = sim.OutageParams{StartDays: 1 + day, Hours: e.hours, Share: e.share, Repeat: 1,
				EveryDays: max(eventGap, e.hours/24)}
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
			at := onset + w.Ticks(m.days)
			x.price[t], x.active[t] = w.PriceAt(at), activeAt(w, at)
		}
	}
	for n := 0; eventKinds[kind].repeat && n < repeats; n++ {
		at := onset + w.Ticks(float64(n*eventGap))
		later := at + w.Ticks(0.25)
		x.repeats = append(x.repeats, repetition{[2]uint32{at, later}, [2]float64{w.PriceAt(at), w.PriceAt(later)}})
	}
	return x
}

// activeAt is the number of active users at the last hour before a tick.
func activeAt(w *sim.World, tick uint32) float64 {
	all := w.Series()
	i := sort.Search(len(all), func(i int) bool { return all[i].Tick > tick })
	return all[max(i-1, 0)].Active
}

// take compares the traces of a kind with the world without outage.
func (out *eventOutcome) take(kind int, traces []trace, base *sim.World) {
	effect := func(price float64, tick uint32) float64 { return float64(100 * (price/base.PriceAt(tick) - 1)) }
	var seen, users [eventTimes][]float64
	for i := range traces {
		x := &traces[i]
		if x.kind != kind {
			continue
		}
		for t, m := range eventMarks {
			if !math.IsNaN(x.price[t]) {
				at := x.onset + base.Ticks(m.days)
				seen[t] = append(seen[t], effect(x.price[t], at))
				users[t] = append(users[t], 100*x.active[t]/activeAt(base, at))
			}
		}
		for _, n := range x.repeats {
			out.repeats = append(out.repeats, effect(n.price[1], n.tick[1])-effect(n.price[0], n.tick[0]))
		}
	}
	for t := range seen {
		out.effect[kind][t], out.users[kind][t] = stat.Mean(seen[t]), stat.Mean(users[t])
	}
}

// effectOf is the mean effect of an event at a mark, over seeds.
func effectOf(worlds []eventOutcome, kind, mark int) measured {
	return meanOf(byWorld(worlds, func(o *eventOutcome) float64 { return o.effect[kind][mark] }))
}

func byWorld(worlds []eventOutcome, f func(*eventOutcome) float64) (x []float64) {
	for i := range worlds {
		x = append(x, f(&worlds[i]))
	}
	return x
}

func eventLines(worlds []eventOutcome) (lines []line) {
	const (
		partial = "No degradation of a real service raised its token: Solana January 2022 and April 2024, Linea June 2024"
		gone    = "Real halts of up to 9 h: no effect is left after three days (mean of seven, +1.3 %, s.e. 3.1)"
		back    = "Starknet, Arbitrum and Solana lost a few per cent of their users at most; the width is an assumption"
		stay    = "IOTA, Ronin, Osmosis and Juno were used again after weeks without service; the bound is an assumption"
		known   = "Closed form: holders forgo the fees of 14 days and no more, k·14/365 of value with k the fee yield " +
			"at which the token is valued, below 0.5 %; the width is an assumption"
		fading = "Halts of Solana: the first three cost 10 to 15 % in 12 h, later ones 0 to 4 %; so the last counts less " +
			"than half of the first"
	)
	at := func(kind, mark int, target span, source string) {
		lines = append(lines, line{eventKinds[kind].name + ", " + eventMarks[mark].name, "%", target, source,
			effectOf(worlds, kind, mark), 2})
	}
	users := func(kind, mark int, target span, source string) {
		lines = append(lines, line{"users, " + eventKinds[kind].name + ", " + eventMarks[mark].name, "%", target, source,
			meanOf(byWorld(worlds, func(o *eventOutcome) float64 { return o.users[kind][mark] })), 1})
	}
	for i := range panel {
		o := &panel[i]
		at(o.kind, o.mark, o.target(), o.source)
	}
	at(fiveHours, daySeven-1, between(-2, 2), gone)
	at(halfTwoWeeks, daySeven, atMost(0), partial)
	at(halfTwoWeeks, day14, atMost(0), partial)
	at(knownEnd, dayZero, between(-1, 0.5), known)
	at(knownEnd, daySeven, between(-1, 0.5), known)
	users(oneDay, day14, between(97, 100.5), back)
	users(fourWeeks, day27, between(50, 100), stay)
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
		Title:   "Price after the onset of an outage against no outage",
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
		m := meanOf(byWorld(worlds, func(o *eventOutcome) float64 { return o.repeats[n] }))
		row := []table.Cell{table.Text(fmt.Sprintf("5 hours, no. %d", n+1)), table.Empty(""),
			table.Estimate(m.value, m.lo, m.hi, table.Format{Decimals: 2})}
		for len(row) < len(t.Columns) {
			row = append(row, table.Empty(""))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
