package rollup

import (
	"math"
	"testing"

	"stakeout/market/ledger"
)

// A batch that contradicts another of its leader is void: its requests wait again
// in their old places, no sender pays, and its gas is lost.
func TestEquivocationVoidsTheBatch(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1000*usd)
	w.grant(operator, ledger.Cash, 100*usd)
	w.s.Send(ann, 10, 500, 3)
	two := serveAll
	two.Equivocate = true
	w.s.SetPolicy(operator, two)
	w.s.Open(Leader{operator, operator})
	_, built := w.s.Build(20, false)
	o := w.s.Close(40, true, 4*usd, 1)
	equal(t, "built", built, true)
	equal(t, "outcome", o, Outcome{Leader: Leader{operator, operator}, Equivocated: true, Cost: 4 * usd})
	count, since := w.s.Waiting(ann)
	equal(t, "waiting", count, 10)
	equal(t, "since", since, 3)
	equal(t, "made", w.s.Made(operator), -4*usd)
	equal(t, "missed", w.s.Public().MissedSlots, 1)
	o = w.slot(serveAll, true)
	equal(t, "included after it", o.Transactions, 10)
	equal(t, "made then", w.s.Made(operator), -4*usd+10*500)
	w.s.SetPolicy(operator, two)
	w.s.Open(Leader{operator, operator})
	_, _ = w.s.Build(60, false)
	if o = w.s.Close(80, false, 0, 1); o.Equivocated {
		t.Error("what never arrived contradicts nothing")
	}
	ok(t, w.audit())
}

// sold is a rollup whose leadership is sold and in which ann pays 100 USD a slot.
func sold(t *testing.T, toStake, toSupply float64) (*world, float64) {
	w := newWorld(defaults())
	w.grant(eve, ledger.Token, 1e6*usd)
	ok(t, w.s.Stake(eve, 1e6*usd))
	w.inside(ann, 1e15)
	year := 365.0 * 162 * 100
	w.s.SeedPublic(year, 0, 1, 4e6, 100)
	w.s.SeedAccrual(toStake, toSupply, year, 4e6)
	return w, year
}

func (w *world) soldSlot(p Policy, stakers, burnt ledger.Amount, eth float64) {
	w.s.Send(ann, 1000, ledger.Amount(100_000*eth), w.tick)
	w.s.SetPolicy(operator, p)
	w.s.Open(Leader{operator, operator})
	_, _ = w.s.Build(w.tick+20, false)
	w.tick += 40
	w.s.Close(w.tick, true, 0, eth)
	w.s.Accrue(stakers, burnt, eth)
}

// The shares of fees that reach holders follow the proceeds of bids with a
// half-life of a month, independent of the price of ETH; rewards are the amounts
// paid.
func TestAccrualFollowsBids(t *testing.T) {
	w, year := sold(t, 0.2, 0)
	p := w.s.Public()
	for range 30 * 162 {
		w.soldSlot(serveAll, 80*usd, 40*usd, 2) // 40 and 20 USD at the opening price
	}
	if math.Abs(p.ToStake-0.3) > 0.002 || math.Abs(p.ToSupply-0.1) > 0.002 {
		t.Errorf("after a month %.4f and %.4f, want half the way from 0.2 to 0.4 and from 0 to 0.2", p.ToStake, p.ToSupply)
	}
	reward := 0.4*year/1e6 + 0.2*year/4e6
	if math.Abs(p.Reward7d/reward-1) > 0.06 || math.Abs(p.RewardTotal/(reward*30/365)-1) > 1e-9 {
		t.Errorf("reward %v and in all %v, want %v and %v", p.Reward7d, p.RewardTotal, reward, reward*30/365)
	}
	ok(t, w.audit())
}

// The buyer of a slot pays the holders whether it serves or not. The shares of
// fees, like fees for each user, are frozen during service trouble.
func TestAccrualInTrouble(t *testing.T) {
	w, year := sold(t, 0.2, 0)
	p := w.s.Public()
	for !p.Episode.Open {
		w.soldSlot(Policy{}, 20*usd, 0, 1)
	}
	before := p.ToStake
	for range 7 * 162 {
		w.soldSlot(Policy{}, 20*usd, 0, 1)
	}
	equal(t, "share of fees", p.ToStake, before)
	if want := 0.2 * year / 1e6; math.Abs(p.Reward7d/want-0.5) > 0.02 {
		t.Errorf("reward %v after a week of empty blocks, want half of %v", p.Reward7d, want)
	}
}
