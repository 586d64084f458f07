// Package explain tells one replication in words and tables. It shows what happened day by
// day, where the attack and its honest twin part, who traded and who paid.
package explain

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
)

// Explanation tells why one replication ended as it did. Money is in USD.
type Explanation struct {
	Rep        int
	Seed       uint64
	Verdict    string       // one paragraph
	Timeline   *table.Table // day by day, the three worlds side by side
	Divergence *table.Table // the first tick at which attack and honest world differ
	Fills      *table.Table // the attacker's trades by day and side
	Channels   *table.Table // money by channel
	Harm       *table.Table // who paid
}

// Tables lists all tables in reading order.
func (e *Explanation) Tables() []*table.Table {
	return []*table.Table{e.Timeline, e.Divergence, e.Fills, e.Channels, e.Harm}
}

// Replication runs one replication and sets its worlds side by side. It fails when the
// replication fails and when ctx is cancelled.
func Replication(ctx context.Context, s *question.Spec, rep int) (*Explanation, error) {
	t, err := trial.Begin(ctx, s, trial.NewWorlds(), rep)
	if err != nil {
		return nil, err
	}
	split, err := diverge(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := t.Finish(ctx); err != nil {
		return nil, err
	}
	e := &Explanation{Rep: rep, Seed: t.Seed}
	e.Timeline, e.Fills = timeline(t, s), fills(t, s)
	e.Divergence = split.table(t, s)
	e.Channels, e.Harm = channelTable(t), harmTable(t)
	e.Verdict = verdict(t, s, split)
	return e, nil
}

// divergence is the first tick at which two worlds differ, and what they look
// like then.
type divergence struct {
	found        bool
	tick         uint32
	hash         [2]uint64 // of the attack and of the honest world
	parts        []string  // in which the worlds differ
	price        [2]float64
	waiting      [2]uint64
	transactions [2]uint64
	empty        [2]uint64
	cash         [2]float64
}

// diverge advances the attack and the honest world day by day as long as they are equal.
// It then repeats the day in which they part, tick by tick, on copies. The worlds
// themselves stand at the end of that day.
func diverge(ctx context.Context, t *trial.Trial) (d divergence, err error) {
	a, h := new(sim.World), new(sim.World)
	for t.Attack.Tick() < t.End {
		a.CopyFrom(t.Attack)
		h.CopyFrom(t.Honest)
		next := min(t.End, t.Attack.Tick()+t.Attack.Ticks(1))
		for _, w := range [...]*sim.World{t.Attack, t.Honest} {
			if err := trial.Advance(ctx, w, next); err != nil {
				return d, err
			}
		}
		if t.Attack.Hash() != t.Honest.Hash() {
			return firstDifference(a, h, next)
		}
	}
	return d, nil
}

// firstDifference steps two equal worlds until they differ, at the latest at
// the tick end.
func firstDifference(a, h *sim.World, end uint32) (d divergence, err error) {
	for a.Tick() < end && a.Hash() == h.Hash() {
		if err := a.Step(); err != nil {
			return d, err
		}
		if err := h.Step(); err != nil {
			return d, err
		}
	}
	d.found, d.tick, d.parts = true, a.Tick(), differing(a, h)
	for i, w := range [...]*sim.World{a, h} {
		p := w.Rollup().Public()
		d.hash[i], d.price[i] = w.Hash(), w.View().Mid
		d.waiting[i], d.transactions[i], d.empty[i] = p.Waiting, p.Transactions, p.EmptySlots
		d.cash[i] = attackerCash(w)
	}
	return d, nil
}

// differing names the parts of the state in which two worlds differ.
func differing(a, h *sim.World) (names []string) {
	for _, part := range [...]struct {
		name string
		same bool
	}{
		{"balances", a.Ledger().Hash(0) == h.Ledger().Hash(0)},
		{"order book", a.Exchange().Hash(0) == h.Exchange().Hash(0)},
		{"loans", a.Pool().Hash(0) == h.Pool().Hash(0)},
		{"layer one", a.Chain().Hash(0) == h.Chain().Hash(0)},
		{"market of dai", a.Dai().Hash(0) == h.Dai().Hash(0)},
		{"perpetual future", a.Perp().Hash(0) == h.Perp().Hash(0)},
		{"policy of the attacker", a.Rollup().PolicyOf(a.Attackers()[0]) == h.Rollup().PolicyOf(h.Attackers()[0])},
		{"record of the rollup", *a.Rollup().Public() == *h.Rollup().Public()},
		{"case", a.Remedy().Docket().Case.Hash(0) == h.Remedy().Docket().Case.Hash(0)},
	} {
		if !part.same {
			names = append(names, part.name)
		}
	}
	return names
}

// phase is the last event of the plan at or before a tick.
func phase(t *trial.Trial, s *question.Spec, tick uint32) string {
	name := "before the plan"
	if s.Entry.Marks == nil {
		return name
	}
	for _, m := range s.Entry.Marks(s.Params) {
		if s.StartDays+m.Days <= t.Days(tick, s) {
			name = m.Name
		}
	}
	return name
}

// verdict tells the story of the replication in a few sentences. It says that one
// replication is no evidence.
func verdict(t *trial.Trial, s *question.Spec, d divergence) string {
	text := fmt.Sprintf("Replication %d (seed %d): the attack ends at %s USD on %s USD at risk, and at %s USD net of "+
		"drift. The best honest use of that capital is worth %s USD, so the advantage is %s USD. The same trades without "+
		"the act end at %s USD, so the effect of the act is %s USD.",
		t.Rep, t.Seed, usd(t.Gain.Profit.Units()), usd(t.Gain.CapitalAtRisk.Units()), usd(t.Gain.Net().Units()),
		usd(t.HonestUse.Units()), usd(t.Advantage().Units()), usd(t.Fair.Profit.Units()), usd(t.Effect().Units()))
	if d.found {
		text += fmt.Sprintf(" The two worlds are equal in every balance and order up to day %s (%s) and differ from then on.",
			table.Number(t.Days(d.tick, s), table.Format{Decimals: 2}), phase(t, s, d.tick))
	} else {
		text += " The two worlds never differ: the act changed nothing."
	}
	if why := decisive(t); why != "" {
		text += " " + why
	}
	return text + " One replication is a story and no evidence; run the preset for intervals."
}
