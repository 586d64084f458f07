package agents

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
)

func userParams() (p UserParams) {
	param.Defaults(&p)
	return p
}

func someUsers(s *small, p UserParams, n int) *Users {
	return NewUsers(p, s.o, list(n), draw.New(7), s.grant)
}

func TestLeaveChance(t *testing.T) {
	s := newSmall(t, 1)
	for _, loyalty := range []float64{0.3, 0.6, 0.85} {
		p := userParams()
		p.Loyalty = loyalty
		u := someUsers(s, p, 1)
		near(t, "at normal service", u.leaveChance(1), p.ChurnPerDay, 1e-15)
		normal := 1 / (1 + math.Exp((1-loyalty)/p.LoyaltySpread))
		near(t, "at the threshold", u.leaveChance(loyalty), p.ChurnPerDay+0.5-normal, 1e-12)
		if normal > 0.05 {
			t.Errorf("loyalty %v: the threshold is not half, since normal service is near it", loyalty)
		}
		for m := 0.0; m < 1; m += 0.05 {
			if u.leaveChance(m) < u.leaveChance(m+0.05) {
				t.Errorf("loyalty %v: better service at %v drives users away", loyalty, m)
			}
		}
	}
}

// Satisfaction halves in MemoryDays without service, however often a user looks.
func TestSatisfactionHasAMemoryInDays(t *testing.T) {
	for _, looks := range []int{1, 10, 1000} {
		s := newSmall(t, 1)
		p := userParams()
		u := someUsers(s, p, 1)
		row := &u.rows[0]
		row.sent = 1
		s.v.Tick = 100 * testPerDay
		for range looks {
			u.judge(ledger.First, row, 60, p.MemoryDays/float64(looks), s.v)
		}
		near(t, "satisfaction", row.mood, 0.5, 1e-9)
	}
}

// A wait of a slot and a half is normal service.
func TestPromptServiceSatisfies(t *testing.T) {
	s := newSmall(t, 1)
	u := someUsers(s, userParams(), 1)
	row := &u.rows[0]
	row.sent, s.v.Tick = 1000, 1060
	u.judge(ledger.First, row, 60, 5, s.v)
	near(t, "satisfaction", row.mood, 1, 1e-12)
	s.v.Tick = 1000 + 60 + uint32(row.patience)
	u.judge(ledger.First, row, 60, 1e9, s.v)
	near(t, "satisfaction after a wait of its patience", row.mood, math.Exp(-1), 0.01)
}

// A user that cannot pay the gas of a forced exit stays trapped with the coordinator.
// One that can leaves through the queue once the coordinator has had its time.
func TestGasTrapsSmallUsers(t *testing.T) {
	s := newSmall(t, 1)
	p := userParams()
	u := someUsers(s, p, 1)
	row := &u.rows[0]
	gas := float64(s.v.Rollup.ForcedExitGas) * s.v.GasGwei * 1e-9 * s.v.EthUSD
	ask := func(each, days float64, forced bool) Action {
		row.state, row.since, row.balance = leaving, 1, each*float64(p.CohortSize)
		s.v.Remedy = remedy.Fixed(remedy.Rules{ForcedExit: forced})
		s.do.Reset()
		s.v.Tick = 1 + uint32(days*testPerDay)
		u.leave(ledger.First, row, s.v, &s.do)
		if len(s.do.List) != 1 || row.state != leaving {
			t.Fatalf("balance %v after %v days: actions %+v, state %v", each, days, s.do.List, row.state)
		}
		return s.do.List[0]
	}
	for _, c := range []struct {
		each, days float64
		forced     bool
		want       Verb
	}{
		{gas * 0.9, 30, true, AskExit}, {gas * 1.1, 30, true, ForceExit},
		{gas * 100, 30, false, AskExit}, {gas * 100, p.RetryDays / 2, true, AskExit},
	} {
		a := ask(c.each, c.days, c.forced)
		if a.Verb != c.want {
			t.Errorf("balance %.2f USD, gas %.2f, day %v, queue open %v: verb %d, want %d", c.each, gas, c.days, c.forced,
				a.Verb, c.want)
		}
		if bid := a.Amount.Units(); a.Verb == AskExit && bid > c.each {
			t.Errorf("bids %.2f for an exit of %.2f with gas %.2f", bid, c.each, gas)
		}
	}
}

// At the opening as many cohorts arrive a day as satisfied ones leave.
func TestArrivalsBalanceChurnAtTheOpening(t *testing.T) {
	const n = 200_000
	s := newSmall(t, 1)
	p := userParams()
	u := &Users{p: p, o: s.o, rows: make([]user, n)}
	s.pub.ActiveFast = p.ActiveShare * n
	s.v.Tick = testPerDay // a day after the last look
	r := draw.New(11)
	arrived, outsiders := 0.0, int((1-p.ActiveShare)*n)
	for i := range outsiders {
		row := &u.rows[i]
		row.balance = 10
		s.do.Reset()
		u.arrive(ledger.First, row, s.v, &s.do, r.At(draw.Decide, uint32(i), 1))
		if row.state == inside {
			arrived++
			if len(only(Join, s.do.List)) != 1 {
				t.Fatal("arrived without its balance")
			}
		}
	}
	leave := p.ActiveShare * n * u.leaveChance(1)
	near(t, "arrivals a day", arrived, leave, 4*math.Sqrt(leave))
	// Nobody joins a rollup that serves nobody.
	s.pub.EmptyDay = 1
	for i := range outsiders {
		row := &user{}
		u.arrive(ledger.First, row, s.v, &s.do, r.At(draw.Decide, uint32(i), 2))
		if row.state == inside {
			t.Fatal("a cohort joined a dead rollup")
		}
	}
}

// Demand falls with the fee, and at the opening fee it is OpeningDemand.
func TestDemandFallsWithTheFee(t *testing.T) {
	s := newSmall(t, 1)
	p := userParams()
	u := someUsers(s, p, 1)
	near(t, "at the opening fee", u.demand(s.o.Fee, s.v), OpeningDemand(p), 1e-12)
	near(t, "at the median value", u.demand(p.ValueMultiple*s.o.Fee, s.v), 0.5, 1e-12)
	s.pub.PostedFee, s.pub.MarginalFee = Amount(1e6), Amount(1e6)
	if bid := u.bid(s.v, draw.New(1).At(draw.Decide, 0, 0)).Units(); bid > 2*p.ValueMultiple*s.o.Fee+1e-6 {
		t.Errorf("users bid %v for transactions with a median value of %v", bid, p.ValueMultiple*s.o.Fee)
	}
}
