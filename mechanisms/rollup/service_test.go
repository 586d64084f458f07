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

// An episode opens on sustained trouble, stays open through short calm, and
// closes after six quiet hours, once.
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
	equal(t, "before", *e, Episode{})
	onset := w.tick
	for !e.Open {
		run(1, Policy{})
	}
	equal(t, "slots to the onset", (w.tick-onset)/40, 7)
	equal(t, "since", e.Since, w.tick)
	run(30, Policy{})
	run(20, serveAll)
	equal(t, "after a short calm", e.Open, true)
	run(20, Policy{})
	trouble := w.tick
	for e.Open {
		run(1, serveAll)
	}
	equal(t, "ended", e.Ended, 1)
	equal(t, "end", e.End, w.tick)
	if calm := float64(w.tick-e.Calm) / perDay * 24; calm < 6 || calm > 6.2 || w.tick-trouble <= w.tick-e.Calm {
		t.Errorf("it ended %.2f hours after the last trouble", calm)
	}
	run(300, serveAll)
	equal(t, "later", e.Ended, 1)
	run(40, Policy{})
	equal(t, "again", e.Open, true)
	equal(t, "ended before", e.Ended, 1)
	ok(t, w.audit())
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
	w.s.SeedPublic(0, 0, 1, 100)
	p := w.s.Public()
	equal(t, "tokens", p.Stake60d, 1e6)
	w.s.SetActivity(2)
	year := 365.0 * 162 * 100 // 162 slots a day of 100 USD net
	for slot := 1; slot <= 30*162; slot++ {
		w.s.Send(ann, 1000, 200_000, w.tick)
		w.s.SetPolicy(operator, serveAll)
		w.s.Open(Leader{operator, operator})
		_, _ = w.s.Build(w.tick+20, false, 0)
		w.tick += 40
		w.s.Close(w.tick, true, 0, 2)
		near := func(what string, at int, got, want float64) {
			if slot == at && math.Abs(got/want-1) > 0.02 {
				t.Errorf("%s after its half-life is %v, want %v", what, got, want)
			}
		}
		near("revenue", 41, p.Revenue6h, year/2)
		near("net fees of served slots, quick", 41, p.Served6h, year/2)
		near("reward, slow", 7*162, p.Reward7d, year*0.9/1e6/2)
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
	_, built := w.s.Build(20, false, 0)
	o := w.s.Close(40, true, usd, 1)
	p := w.s.Public()
	equal(t, "built", built, false)
	equal(t, "outcome", o, Outcome{})
	equal(t, "withheld", p.Withheld, 0)
	equal(t, "empty slots", p.EmptySlots, 1)
	equal(t, "missed slots", p.MissedSlots, 1)
	w.s.SetPolicy(operator, serveAll)
	w.s.Open(Leader{operator, operator})
	_, built = w.s.Build(20, true, 0)
	o = w.s.Close(80, true, usd, 1)
	equal(t, "built in an outage", built, false)
	equal(t, "outage", o, Outcome{Leader: Leader{operator, operator}, Tried: true})
	equal(t, "slots", p.Slot, 2)
	ok(t, w.audit())
}
