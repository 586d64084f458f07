package agents

import (
	"math"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/mechanisms/rollup"
)

func beliefs() (p BeliefParams) {
	param.Defaults(&p)
	return p
}

func TestValueAtTheOpeningIsThePrice(t *testing.T) {
	s := newSmall(t, 1)
	for _, price := range []float64{1, 3.7} {
		s.o.Price = price
		m := newBeliever(beliefs(), s.o)
		for w := 0.0; w <= 1; w += 0.125 {
			near(t, "ln value", m.lnValue(&belief{weight: w}, s.v), math.Log(price), 1e-12)
		}
	}
}

func TestFeesAreValuedInETH(t *testing.T) {
	s := newSmall(t, 1)
	m := newBeliever(beliefs(), s.o)
	s.v.LnETH = 0.3
	near(t, "ln value", m.lnValue(&belief{weight: 0.4}, s.v), 0.3, 1e-12)
}

// TestChanceOfPermanentTrouble takes q out of the forecast of a service that
// earns nothing, where the lasting future is worth nothing.
func TestChanceOfPermanentTrouble(t *testing.T) {
	s := newSmall(t, 1)
	p := beliefs()
	m := newBeliever(p, s.o)
	s.pub.Served6h = 0
	for _, days := range []float64{0, 0.25, 1, 3, 14, 60} {
		for _, ended := range []uint32{0, 1, 6} {
			s.v.Tick = uint32(days * testPerDay)
			s.pub.Episode = rollup.Episode{Open: true, Ended: ended}
			_, structural := m.forecasts(&belief{permanence: 1.3}, s.v)
			n := float64(ended)
			q0 := p.Permanence * 1.3 * p.PriorEpisodes / (p.PriorEpisodes + n)
			q := q0 / (q0 + (1-q0)*math.Pow(1+days*24/p.SurvivalHours, -p.SurvivalPower))
			temporary := 1 - m.yearly*(1+days)/(1+n)/365
			near(t, "structural forecast", structural, (1-q)*temporary, 1e-12)
		}
	}
}

// A two-week outage that everybody expects to end costs two weeks of fees, k·14/365.
func TestTemporaryOutageCostsItsFees(t *testing.T) {
	s := newSmall(t, 1)
	p := beliefs()
	p.Permanence = 0
	m := newBeliever(p, s.o)
	s.pub.Served6h = 0
	s.pub.Episode = rollup.Episode{Open: true}
	s.v.Tick = 13 * testPerDay // expected to last as long again, and a day
	got := m.lnValue(&belief{permanence: 1}, s.v)
	near(t, "ln value", got, math.Log(1-m.yearly*14/365), 1e-12)
	if got > -0.0035 || got < -0.0045 {
		t.Errorf("two weeks of fees are %.4f of value, want about 0.004", -got)
	}
}

// An outage is noticed, and its end is noticed, after the attention delay.
func TestAttention(t *testing.T) {
	s := newSmall(t, 1)
	m := newBeliever(beliefs(), s.o)
	b := &belief{attention: 100}
	on := func(tick uint32, e rollup.Episode) bool {
		s.v.Tick, s.pub.Episode = tick, e
		is, _ := m.episode(b, s.v)
		return is
	}
	open := rollup.Episode{Open: true, Since: 1000}
	closed := rollup.Episode{Since: 1000, End: 3000, Ended: 1}
	for _, c := range []struct {
		tick uint32
		e    rollup.Episode
		want bool
	}{{1099, open, false}, {1100, open, true}, {3099, closed, true}, {3100, closed, false},
		{1080, rollup.Episode{Since: 1000, End: 1050, Ended: 1}, false}} {
		if got := on(c.tick, c.e); got != c.want {
			t.Errorf("tick %d, %+v: aware %v", c.tick, c.e, got)
		}
	}
}

func TestLearningFollowsTheBetterForecast(t *testing.T) {
	weightAfter := func(intensity, earned float64) (before, after float64) {
		s := newSmall(t, 1)
		p := beliefs()
		p.Learning = intensity
		m := newBeliever(p, s.o)
		b := &belief{weight: 0.3, prior: logit(0.3)}
		s.pub.Reward7d = 2 * s.o.Reward // extrapolators expect twice as much
		for week := uint32(1); week <= 4; week++ {
			s.v.Tick = week * 7 * testPerDay
			s.pub.RewardTotal = float64(week) * 7 / 365 * earned * s.o.Reward
			m.learn(b, s.v)
		}
		return 0.3, b.weight
	}
	if was, is := weightAfter(2, 2); is <= was {
		t.Errorf("extrapolation was right and its weight went from %v to %v", was, is)
	}
	if was, is := weightAfter(2, 1); is >= was {
		t.Errorf("extrapolation was wrong and its weight went from %v to %v", was, is)
	}
	if was, is := weightAfter(0, 2); is != was {
		t.Errorf("without learning the weight went from %v to %v", was, is)
	}
}

func TestFrozenBeliefsIgnoreTheService(t *testing.T) {
	s := newSmall(t, 1)
	p := beliefs()
	p.RespondToEvents = false
	m := newBeliever(p, s.o)
	b := &belief{weight: 0.5, prior: logit(0.5), view: 0.01}
	s.v.LnETH, s.v.LnActivity = 0.2, -0.1
	want := 0.2 - 0.1 + 0.01
	near(t, "ln value", m.lnValue(b, s.v), want, 1e-12)
	s.pub = rollup.Public{Reward7d: 9, Served6h: 1, ActiveFast: 1, Stake60d: 1, Withheld: 1, RewardTotal: 99,
		Episode: rollup.Episode{Open: true}}
	for tick := uint32(0); tick < 60*testPerDay; tick += 8 * testPerDay {
		s.v.Tick = tick
		m.learn(b, s.v)
		near(t, "ln value in trouble", m.lnValue(b, s.v), want, 1e-12)
	}
}
