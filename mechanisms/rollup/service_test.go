package rollup

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// throughput runs slots of which a share beta is empty, at a given utilisation.
// It returns the share of arrivals that was served, and the mean growth of the
// backlog over the second half, in batches a slot.
func throughput(t *testing.T, beta, utilisation float64, slots int) (served, growth float64) {
	w := newWorld(defaults())
	r := draw.New(draw.Mix(7698, math.Float64bits(beta)))
	for o := ledger.First; o < operator; o++ {
		w.inside(o, 1e12)
	}
	capacity := float64(w.s.Params().CapacityTx)
	var arrived, half float64
	for slot := range slots {
		s := r.At(draw.Lottery, 1, uint32(slot))
		pol := serveAll
		if s.Float64() < beta {
			pol = Policy{}
		}
		n := s.Poisson(utilisation * capacity)
		arrived += float64(n)
		o := ledger.First + ledger.Owner(slot%6)
		waiting, _ := w.s.Waiting(o)
		w.s.Send(o, waiting+n, 150, w.tick)
		w.slot(pol, true)
		if slot == slots/2 {
			half = float64(w.s.Public().Waiting)
		}
	}
	ok(t, w.audit())
	growth = (float64(w.s.Public().Waiting) - half) / capacity / float64(slots-slots/2)
	return float64(w.s.Public().Transactions) / arrived, growth
}

// If a share β of slots is empty, a saturated rollup serves 1 − β of its capacity
// ("They can materially reduce the through put of the system by creating empty
// blocks").
func TestThroughputFallsByTheShareOfEmptySlots(t *testing.T) {
	for _, beta := range []float64{0, 0.1, 0.3, 0.5, 0.9} {
		got, _ := throughput(t, beta, 1, 20_000)
		if math.Abs(got-(1-beta)) > 0.011 {
			t.Errorf("%.2f of slots empty: throughput %.3f", beta, got)
		}
	}
}

// The backlog grows without bound if and only if the share of empty slots exceeds
// the slack, one minus utilisation.
func TestBacklogDivergesAboveTheSlack(t *testing.T) {
	for _, utilisation := range []float64{0.4, 0.6, 0.8} {
		slack := 1 - utilisation
		_, below := throughput(t, slack-0.02, utilisation, 60_000)
		_, above := throughput(t, slack+0.02, utilisation, 60_000)
		if math.Abs(below) > 0.008 {
			t.Errorf("utilisation %.1f: the backlog grows by %.4f batches a slot below the slack", utilisation, below)
		}
		if above < 0.012 || above > 0.028 {
			t.Errorf("utilisation %.1f: the backlog grows by %.4f batches a slot above the slack, want 0.02", utilisation, above)
		}
	}
}

// An episode opens with the second unserved slot in a row, stays open through short
// calm, and closes when six hours have followed a better day, once.
func TestEpisodesHaveHysteresis(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1e12)
	e := &w.s.Public().Episode
	run := func(slots int, pol Policy) {
		for range slots {
			w.s.Send(ann, 100, 500, w.tick)
			w.slot(pol, true)
		}
	}
	run(50, serveAll)
	run(1, Policy{})
	equal(t, "after one unserved slot", e.Open, false)
	run(1, serveAll)
	onset := w.tick
	for !e.Open {
		run(1, Policy{})
	}
	equal(t, "slots to the onset", (w.tick-onset)/40, 2)
	equal(t, "since", e.Since, onset)
	run(30, Policy{})
	equal(t, "slots", e.Slots, 32)
	equal(t, "missing", e.Missing, 32)
	run(20, serveAll)
	equal(t, "after a short calm", e.Open, true)
	equal(t, "last", e.Last, onset+32*40)
	run(20, Policy{})
	equal(t, "slots then", e.Slots, 72)
	for e.Open {
		run(1, serveAll)
	}
	equal(t, "ended", e.Ended, 1)
	if calm := float64(w.tick-e.Calm) / perDay * 24; calm < 6 || calm > 6.3 || e.Age() != 72*40 {
		t.Errorf("it ended %.2f hours after the last bad day at an age of %v ticks", calm, e.Age())
	}
	run(300, serveAll)
	equal(t, "later", e.Ended, 1)
	age, last := e.Age(), e.Last
	onset = w.tick
	run(40, Policy{})
	equal(t, "again", e.Open, true)
	equal(t, "ended before", e.Ended, 1)
	if want := age * age / (age + float64(onset-last)); math.Abs(e.Carry-want) > 1e-9*want {
		t.Errorf("the new episode carries %v ticks of the old one, want %v", e.Carry, want)
	}
	ok(t, w.audit())
}

// What a slot owes is what an honest leader would have included: transactions at the
// honest price, up to the room of a batch. A token batch counts as nearly empty, an
// extortioner as one that does not serve; a full batch owes nothing more.
func TestServiceIsJudgedByItsEffect(t *testing.T) {
	few, dear := serveAll, serveAll
	few.Most, dear.MinFee = 1, 5000
	for _, c := range []struct {
		name    string
		policy  Policy
		count   uint32
		bid     ledger.Amount
		missing float64
	}{
		{"honest", serveAll, 200, 500, 0},
		{"empty", Policy{}, 200, 500, 1},
		{"one transaction", few, 200, 500, 199.0 / 200},
		{"too dear", dear, 200, 500, 1},
		{"too dear for some", dear, 200, 6000, 0},
		{"full", serveAll, 5000, 500, 0},
		{"nobody waits", Policy{}, 0, 0, 0},
		{"bids below the honest price", Policy{}, 200, 50, 0},
	} {
		w := newWorld(defaults())
		w.inside(ann, 1e12)
		w.s.SetQuote(400)
		w.s.Send(ann, c.count, c.bid, 0)
		w.slot(c.policy, true)
		p := w.s.Public()
		if got := p.EmptyHour / (1 - w.s.decay.hour); math.Abs(got-c.missing) > 1e-9 {
			t.Errorf("%s: the slot misses %v of its service, want %v", c.name, got, c.missing)
		}
	}
}

// A likelihood ratio finds those who withhold: all slots, one slot in five, with one
// transaction a batch, under many names; and clears the honest and the reformed.
func TestGuiltIsALikelihoodRatio(t *testing.T) {
	guilt := func(slots, names int, withhold func(slot int) bool) (most, least float64) {
		w := newWorld(defaults())
		w.inside(ann, 1e12)
		few := serveAll
		few.Most = 1
		for slot := range slots {
			w.s.Send(ann, 200, 500, w.tick)
			o := operator - ledger.Owner(slot%names)
			w.s.SetPolicy(o, serveAll)
			if withhold(slot) {
				w.s.SetPolicy(o, few)
			}
			w.s.Open(Leader{o, o})
			_, _ = w.s.Build(w.tick+20, false)
			w.tick += 40
			w.s.Close(w.tick, true, 0, 1)
		}
		least = 1
		for k := range names {
			g := w.s.Guilt(operator - ledger.Owner(k))
			most, least = max(most, g), min(least, g)
		}
		return most, least
	}
	always, never := func(int) bool { return true }, func(int) bool { return false }
	if _, g := guilt(5, 1, always); g < 0.9 {
		t.Errorf("who withholds five slots of five is guilty with chance %v", g)
	}
	if _, g := guilt(100, 1, func(slot int) bool { return slot%5 == 0 }); g < 0.9 {
		t.Errorf("who withholds one slot in five is guilty with chance %v", g)
	}
	if _, g := guilt(20, 5, always); g < 0.9 {
		t.Errorf("one of five names that share an attack is guilty with chance %v only", g)
	}
	if g, _ := guilt(200, 5, never); g > 0.02 {
		t.Errorf("an honest operator is guilty with chance %v", g)
	}
	if g, _ := guilt(200, 1, func(slot int) bool { return slot == 50 }); g > 0.02 {
		t.Errorf("a slip long ago leaves a chance of %v", g)
	}
	if g, _ := guilt(2000, 1, func(slot int) bool { return slot < 50 }); g > 0.02 {
		t.Errorf("the reformed is guilty with chance %v", g)
	}
}

// Slashing of stake behind an operator with a clean record counts as a peril, that of
// stake behind one that withholds does not; moving stake to another rollup is none.
func TestPerilIsTheLossOfTheInnocent(t *testing.T) {
	loss := func(pol Policy) (Public, float64) {
		w := newWorld(defaults())
		w.grant(eve, ledger.Token, 1e6*usd)
		ok(t, w.s.Stake(eve, 1e6*usd))
		w.s.Delegate(eve, operator)
		w.s.SeedPublic(0, 0, 1, 4e6, 100)
		w.inside(ann, 1e12)
		for range 50 {
			w.s.Send(ann, 100, 500, w.tick)
			w.slot(pol, true)
		}
		w.s.Condemn(operator, 0.2, false, w.tick)
		w.slot(pol, true)
		ok(t, w.audit())
		return *w.s.Public(), w.s.LossRate(operator, w.tick)
	}
	innocent, rate := loss(serveAll)
	want := 0.2 * 365 * 162 * (1 - newDecay(1.0/162).twoDays)
	if math.Abs(innocent.Peril.Fast/want-1) > 0.02 || innocent.Peril.Spells != 1 {
		t.Errorf("the peril is %+v, want %v a year", innocent.Peril, want)
	}
	if math.Abs(rate/(0.2*lossPerYear)-1) > 0.01 {
		t.Errorf("the operator's stake is lost at %v a year, want %v", rate, 0.2*lossPerYear)
	}
	if math.Abs(innocent.Expected/(1e6*0.95)-1) > 1e-3 { // of 4 M tokens 0.2 M are burnt
		t.Errorf("expected stake is %v, want that of the opening less the share burnt", innocent.Expected)
	}
	if guilty, _ := loss(Policy{}); guilty.Peril.Fast > 0.02*want {
		t.Errorf("a deserved verdict counts as a peril of %v a year", guilty.Peril.Fast)
	}
}

// A deadline is not fined in an hour in which most deadlines are missed.
func TestNobodyIsFinedInAnOutage(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1e12)
	equal(t, "fine", w.s.Fine(), w.s.Params().SlashMissShare)
	for range 12 {
		w.s.Send(ann, 100, 500, w.tick)
		w.slot(serveAll, false)
	}
	equal(t, "fine in an outage", w.s.Fine(), 0.0)
}

// A partial attack of one slot in six, for a month, is one episode.
func TestPartialAttackIsOneEpisode(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1e12)
	for slot := range 30 * perDay / 40 {
		w.s.Send(ann, 100, 500, w.tick)
		pol := serveAll
		if slot%6 == 0 {
			pol = Policy{}
		}
		w.slot(pol, true)
	}
	equal(t, "open", w.s.Public().Episode.Open, true)
	equal(t, "ended", w.s.Public().Episode.Ended, 0)
	if p := w.s.Public(); math.Abs(p.Withheld-1.0/6) > 0.02 || math.Abs(p.EmptyDay-1.0/6) > 0.02 {
		t.Errorf("withheld %.3f, empty %.3f", p.Withheld, p.EmptyDay)
	}
}

// Half of a step in net fees has reached an average after its half-life, per
// active cohort, token and price of ETH.
func TestAveragesHaveTheirHalfLives(t *testing.T) {
	w := newWorld(defaults())
	w.grant(eve, ledger.Token, 1e6*usd)
	ok(t, w.s.Stake(eve, 1e6*usd))
	w.inside(ann, 1e15)
	w.s.SeedPublic(0, 0, 1, 4e6, 100)
	p := w.s.Public()
	equal(t, "tokens", p.Stake60d, 1e6)
	w.s.SetActivity(2)
	year := 365.0 * 162 * 100 // 162 slots a day of 100 USD net
	for slot := 1; slot <= 30*162; slot++ {
		w.s.Send(ann, 1000, 200_000, w.tick)
		w.s.SetPolicy(operator, serveAll)
		w.s.Open(Leader{operator, operator})
		_, _ = w.s.Build(w.tick+20, false)
		w.tick += 40
		w.s.Close(w.tick, true, 0, 2)
		near := func(what string, at int, got, want float64) {
			if slot == at && math.Abs(got/want-1) > 0.02 {
				t.Errorf("%s after its half-life is %v, want %v", what, got, want)
			}
		}
		near("net fees of served slots, quick", 41, p.Served6h, year/2)
		near("reward", 7*162, p.Reward7d, year*0.9/1e6/2)
		near("fees a user", 30*162, p.PerUser30d, year/2/2)
	}
	equal(t, "active", p.ActiveFast, 1)
	ok(t, w.audit())
}

// A vacant slot is not a withheld one.
func TestVacantSlots(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, usd)
	w.s.Send(ann, 1, 500, 0)
	w.s.Open(Leader{})
	_, built := w.s.Build(20, false)
	o := w.s.Close(40, true, usd, 1)
	p := w.s.Public()
	equal(t, "built", built, false)
	equal(t, "outcome", o, Outcome{})
	equal(t, "withheld", p.Withheld, 0)
	equal(t, "empty slots", p.EmptySlots, 1)
	equal(t, "missed slots", p.MissedSlots, 1)
	w.s.SetPolicy(operator, serveAll)
	w.s.Open(Leader{operator, operator})
	_, built = w.s.Build(20, true)
	o = w.s.Close(80, true, usd, 1)
	equal(t, "built in an outage", built, false)
	equal(t, "outage", o, Outcome{Leader: Leader{operator, operator}})
	equal(t, "slots", p.Slot, 2)
	ok(t, w.audit())
}
