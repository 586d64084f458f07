package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// oneStaker is a staker at its normal holding without a view.
func oneStaker(t *testing.T) (*small, *Stakers, Agent) {
	s := newSmall(t, 1)
	var p StakerParams
	param.Defaults(&p)
	b := beliefs()
	b.ViewSpread = 0
	awake := list(1)
	stakers := NewStakers(p, b, s.o, awake, draw.New(3), s.grant)
	s.quote(9990, 10010)
	return s, stakers, awake[0]
}

func TestTargetHolding(t *testing.T) {
	_, stakers, _ := oneStaker(t)
	row := &stakers.rows[0]
	share := func(z float64) float64 { return stakers.target(row, z) / row.normal }
	near(t, "target at the fair price", share(0), 1, 1e-12)
	last := -1.0
	for z := -3.0; z <= 3; z += 0.01 {
		is := share(z)
		if is < last || is < 0 {
			t.Fatalf("target %v at %v after %v: not monotone or negative", is, z, last)
		}
		last = is
	}
	stakers.p.Elasticity = 0
	near(t, "tactical part, cheap", share(1), 1+stakers.p.TacticalShare, 1e-6)
	near(t, "tactical part, dear", share(-1), 1-stakers.p.TacticalShare, 1e-6)
	stakers.p.TacticalShare, stakers.p.Elasticity = 0, 1
	near(t, "strategic part", share(0.4), 1.4, 1e-12)
	near(t, "strategic part beyond its range", share(2), 2, 1e-12)
}

// A mispricing within the corridor moves nobody. A larger one makes the staker trade
// to its target, on the side of the mispricing.
func TestCorridor(t *testing.T) {
	for _, c := range []struct {
		lnETH float64
		side  book.Side
		trade bool
	}{{0, 0, false}, {0.01, 0, false}, {-0.01, 0, false}, {0.2, book.Buy, true}, {-0.2, book.Sell, true}} {
		s, stakers, a := oneStaker(t)
		s.v.LnETH = c.lnETH
		orders := 0
		for i := range uint32(20) {
			for _, o := range only(Submit, s.decide(stakers, i+1, a)) {
				orders++
				if o.Order.Side != c.side {
					t.Errorf("ln value %v: order on side %v", c.lnETH, o.Order.Side)
				}
			}
		}
		if (orders > 0) != c.trade {
			t.Errorf("ln value %v: %d orders, trading wanted: %v", c.lnETH, orders, c.trade)
		}
	}
}

// Stakers open with the mean share staked of their parameters, and hold their whole
// supply.
func TestStakersOpenWithTheirSupply(t *testing.T) {
	s := newSmall(t, 50)
	var p StakerParams
	param.Defaults(&p)
	var all, staked float64
	NewStakers(p, beliefs(), s.o, list(50), draw.New(5), func(_ ID, e Endowment) {
		all += e.Tokens + e.Staked + e.Leaves + e.Lent
		staked += e.Staked
		if e.Tokens < -1e-6 || e.Lent < 0 || e.Leaves < 0 {
			t.Errorf("negative endowment %+v", e)
		}
	})
	near(t, "tokens", all, p.HoldShare*s.o.Supply, 1)
	near(t, "staked", staked, p.StakedShare*p.HoldShare*s.o.Supply, 1)
}

// A staker that must sell more than its liquid tokens unstakes once, and no more than
// it wants to sell.
func TestSaleUnstakesOnlyWhatItNeeds(t *testing.T) {
	s, stakers, a := oneStaker(t)
	row := &stakers.rows[0]
	s.v.LnETH = -0.8
	asked := 0.0
	for i := range uint32(5) {
		for _, u := range only(Unstake, s.decide(stakers, i+1, a)) {
			asked += u.Amount.Units()
			s.post(ledger.Transfer{Amount: u.Amount, From: a.ID, To: a.ID, Asset: ledger.Token, FromPocket: ledger.Staked,
				ToPocket: ledger.Unbonding, Reason: ledger.Move})
		}
	}
	most := row.normal - stakers.target(row, -0.8)
	if asked == 0 || asked > most {
		t.Errorf("unstaked %.0f tokens to sell %.0f", asked, most)
	}
}
