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

// outage is the record of trouble that has lasted for some days, in which no slot served.
func outage(s *small, days, calm float64, ended uint32) {
	last := uint32(days * testPerDay)
	s.v.Tick = last + uint32(calm*testPerDay)
	s.pub.Episode = rollup.Episode{Open: calm == 0, Last: last, Ended: ended, Slots: last / 40,
		Missing: float64(last / 40)}
}

// The forecast in an outage is that of a second derivation: a mixture of permanent
// trouble and of a Lomax life, by sums over a grid of ages in place of closed forms.
func TestForecastInAnOutage(t *testing.T) {
	s := newSmall(t, 1)
	p := beliefs()
	m := newBeliever(p, s.o)
	for _, days := range []float64{0.25, 1, 3, 14, 27} {
		for _, ended := range []uint32{0, 1, 6} {
			outage(s, days, 0, ended)
			prior := p.Permanence * 1.3 * p.PriorEpisodes / (p.PriorEpisodes + float64(ended))
			life := func(d float64) float64 { return math.Pow(1+d*24/p.SurvivalHours, -p.SurvivalPower) }
			permanent := prior / (prior + (1-prior)*life(days))
			rest := 0.0
			for step := 0.001; life(days+rest) > life(days)/2; rest += step * (days + rest) {
			}
			weight := permanent + (1-permanent)*min(m.yearly*rest/365, 1)
			slots := float64(s.pub.Episode.Slots)
			want := 1 - weight*(1-1/(slots+2))
			_, got := m.forecasts(&belief{permanence: 1.3}, s.v)
			near(t, "structural forecast", got, want, 2e-3*weight)
		}
	}
}

// After trouble the forecast comes back: half of what a short outage cost after
// CalmDays, and half of what a long one cost after as long as it lasted. It never stands
// above the forecast without trouble.
func TestTroubleFadesWithCalm(t *testing.T) {
	s := newSmall(t, 1)
	p := beliefs()
	m := newBeliever(p, s.o)
	cost := func(days, calm float64) float64 {
		outage(s, days, calm, 1)
		return 1 - m.trouble(1, 0, s.v)
	}
	near(t, "an hour's outage", cost(1.0/24, p.CalmDays+1.0/24)/cost(1.0/24, 1e-9), 0.5, 1e-3)
	near(t, "two weeks' outage", cost(14, 14+p.CalmDays)/cost(14, 1e-9), 0.5, 1e-3)
	for _, calm := range []float64{0.1, 1, 10, 100, 1000} {
		if c := cost(3, calm); c < 0 {
			t.Errorf("%v days after an outage the forecast is %v above normal", calm, -c)
		}
	}
}

// Half of the slots withheld lower the forecast where holders expect users to go more
// than in proportion (elasticity 2), raise it where they expect them to stay (0), and
// leave it where both cancel (1).
func TestPartialTroubleHasTheSignOfTheElasticity(t *testing.T) {
	s := newSmall(t, 1)
	outage(s, 7, 0, 0)
	s.pub.Episode.Missing /= 2
	s.pub.Withheld = 0.5
	for elasticity, sign := range map[float64]float64{0: 1, 1: 0, 2: -1} {
		p := beliefs()
		p.UserElasticity = elasticity
		m := newBeliever(p, s.o)
		change := m.trouble(1, 0, s.v) - 1
		if change*sign < 0 || sign != 0 && math.Abs(change) < 0.005 || sign == 0 && math.Abs(change) > 1e-12 {
			t.Errorf("elasticity %v: the forecast changes by %v", elasticity, change)
		}
	}
}

// A two-week outage that everybody expects to end costs the fees of its expected rest.
func TestTemporaryOutageCostsItsFees(t *testing.T) {
	s := newSmall(t, 1)
	p := beliefs()
	p.Permanence = 0
	p.SurvivalPower = 1 // median rest of life equal to the age
	m := newBeliever(p, s.o)
	outage(s, 14, 0, 0)
	near(t, "ln value", m.lnValue(&belief{permanence: 1}, s.v), -m.yearly*14/365, 1e-4)
}

// An outage is noticed after the attention delay.
func TestAttention(t *testing.T) {
	s := newSmall(t, 1)
	m := newBeliever(beliefs(), s.o)
	s.pub.Episode = rollup.Episode{Open: true, Since: 1000, Last: 1000, Slots: 2, Missing: 2}
	for tick, aware := range map[uint32]bool{1000: false, 1099: false, 1100: true} {
		s.v.Tick = tick
		if got := m.trouble(1, 100, s.v) < 1; got != aware {
			t.Errorf("tick %d: aware %v", tick, got)
		}
	}
}

// The more innocent stake is slashed, the less a token is worth; fear fades when the
// slashing stops, and there is none where it is switched off.
func TestFearOfSlashing(t *testing.T) {
	s := newSmall(t, 1)
	value := func(rate, calm float64, fear bool) float64 {
		p := beliefs()
		p.FearSlashing = fear
		m := newBeliever(p, s.o)
		s.v.Tick = uint32((5 + calm) * testPerDay)
		s.pub.Peril = rollup.Peril{Fast: rate, Slow: rate, Last: 5 * testPerDay, Spells: 1}
		return m.lnValue(&belief{permanence: 1}, s.v)
	}
	last := 0.0
	for _, rate := range []float64{1e-3, 0.01, 0.1, 1, 10} {
		v := value(rate, 0, true)
		if v >= last {
			t.Errorf("slashing of %v of all stake a year: ln value %v, not below %v", rate, v, last)
		}
		if later := value(rate, 60, true); later <= v {
			t.Errorf("after sixty calm days ln value is %v, not above %v", later, v)
		}
		near(t, "without fear", value(rate, 0, false), 0, 1e-12)
		last = v
	}
}

func TestLearningFollowsTheBetterForecast(t *testing.T) {
	weightAfter := func(intensity, earned float64) (before, after float64) {
		s := newSmall(t, 1)
		p := beliefs()
		p.Learning = intensity
		m := newBeliever(p, s.o)
		b := &belief{weight: 0.3, prior: logit(0.3)}
		s.pub.Reward7d = 2 * s.o.Normal // extrapolators expect twice as much
		for week := uint32(1); week <= 4; week++ {
			s.v.Tick = week * 7 * testPerDay
			s.pub.RewardTotal = float64(week) * 7 / 365 * earned * s.o.Normal
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
	s.pub = rollup.Public{Reward7d: 9, Served6h: 1, ActiveMonth: 1, Expected: 1, Withheld: 1, RewardTotal: 99,
		Episode: rollup.Episode{Open: true}}
	for tick := uint32(0); tick < 60*testPerDay; tick += 8 * testPerDay {
		s.v.Tick = tick
		m.learn(b, s.v)
		near(t, "ln value in trouble", m.lnValue(b, s.v), want, 1e-12)
	}
}
