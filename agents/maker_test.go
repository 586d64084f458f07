package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
)

func oneMaker(t *testing.T) (*small, *Makers, Agent) {
	s := newSmall(t, 1)
	var p MakerParams
	param.Defaults(&p)
	p.HoldShare = 0.006
	awake := list(1)
	return s, NewMakers(p, beliefs(), s.o, awake, draw.New(3), s.grant), awake[0]
}

// inner returns the best bid and ask of a maker, and checks that its quotes do not
// cross.
func inner(t *testing.T, all []Action) (bid, ask uint32) {
	t.Helper()
	ask = 1 << 31
	for _, a := range only(Submit, all) {
		if a.Order.Kind != book.PostOnly {
			t.Errorf("a maker takes: %+v", a.Order)
		}
		if a.Order.Side == book.Buy {
			bid = max(bid, a.Order.Price)
		} else {
			ask = min(ask, a.Order.Price)
		}
	}
	if bid == 0 || ask == 1<<31 || bid >= ask {
		t.Fatalf("quotes %d and %d", bid, ask)
	}
	return bid, ask
}

func TestMakersNeverCross(t *testing.T) {
	for _, fair := range []float64{-0.3, -0.01, 0, 0.01, 0.3} {
		s, makers, a := oneMaker(t)
		s.quote(9990, 10010)
		makers.rows[0].fair = fair
		bid, ask := inner(t, s.decide(makers, 1, a))
		if bid >= s.v.Ask || ask <= s.v.Bid {
			t.Errorf("fair %v: quotes %d and %d trade against %d and %d", fair, bid, ask, s.v.Bid, s.v.Ask)
		}
	}
}

func TestMakersWidenWithJumpsUpToABound(t *testing.T) {
	width := func(jump float64) float64 {
		s, makers, a := oneMaker(t)
		s.v.SigmaFast = jump * s.v.SigmaSlow
		bid, ask := inner(t, s.decide(makers, 1, a))
		return float64(ask-bid) / 2
	}
	calm, jumpy := width(1), width(4)
	if jumpy < 2*calm {
		t.Errorf("half-spread %v ticks after a jump, %v in calm markets", jumpy, calm)
	}
	s, makers, a := oneMaker(t)
	makers.rows[0].spread = 0.03
	s.v.SigmaFast = 100 * s.v.SigmaSlow
	bid, ask := inner(t, s.decide(makers, 1, a))
	if got, most := float64(ask-bid)/2, makers.p.MaxWidthBps+1; got > most {
		t.Errorf("half-spread of %v ticks, at most %v", got, most)
	}
}

func TestMakersSkewWithInventory(t *testing.T) {
	centre := func(extra float64) float64 {
		s, makers, a := oneMaker(t)
		s.grant(a.ID, Endowment{Tokens: extra * makers.rows[0].normal})
		bid, ask := inner(t, s.decide(makers, 1, a))
		return float64(bid+ask) / 2 / 10000
	}
	flat := centre(0)
	near(t, "centre with too many tokens", centre(0.5), flat-0.5*0.05, 0.002)
	near(t, "centre with far too many", centre(9), flat*(1-1.5*0.05), 0.004)
}

// News moves a quote one for one, and so does unexpected flow by its impact.
func TestMakersFollowNewsAndFlow(t *testing.T) {
	s, makers, a := oneMaker(t)
	s.decide(makers, 1, a)
	s.v.LnETH = 0.02
	s.decide(makers, 2, a)
	near(t, "fair value after news", makers.rows[0].fair, 0.02, 1e-4)
	s.v.Flow += 1e6
	s.decide(makers, 3, a)
	near(t, "fair value after flow", makers.rows[0].fair-0.02, 1e6*makers.rows[0].impact, 2e-3)
}
