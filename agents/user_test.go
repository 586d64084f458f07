package agents

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

func userParams() (p UserParams) {
	param.Defaults(&p)
	return p
}

func someUsers(s *small, p UserParams, n int) *Users {
	return NewUsers(p, beliefs(), s.o, list(n), draw.New(7), s.grant)
}

// The share of cohorts that would rather be out is a logit of satisfaction, nobody at
// normal service and everybody without one.
func TestShareThatWouldRatherBeOut(t *testing.T) {
	const n = 20_000
	s := newSmall(t, n)
	for _, threshold := range []float64{0.3, 0.6, 0.85} {
		p := userParams()
		p.LeaveBelow = threshold
		u := someUsers(s, p, n)
		out := func(mood float64) (share float64) {
			for i := range u.rows {
				if u.rows[i].mood = mood; u.dislikes(&u.rows[i], s.v) {
					share += 1.0 / n
				}
			}
			return share
		}
		logit := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
		for _, mood := range []float64{0.1, 0.5, threshold, 0.9} {
			want := 1 - logit((mood-threshold)/p.LeaveBelowSpread)/logit((1-threshold)/p.LeaveBelowSpread)
			near(t, "share", out(mood), want, 4*math.Sqrt(0.25/n))
		}
		near(t, "share at normal service", out(1), 0, 0)
		u.p.React = false
		near(t, "share of those who do not react", out(0), 0, 0)
	}
}

// Who would rather be out leaves at the pace of ReviewDays on top of churn.
func TestPaceOfLeaving(t *testing.T) {
	s := newSmall(t, 1)
	p := userParams()
	u := someUsers(s, p, 1)
	row := &u.rows[0]
	near(t, "satisfied", u.leaveRate(row, s.v), p.ChurnPerDay, 0)
	row.mood = 0
	near(t, "dissatisfied", u.leaveRate(row, s.v), p.ChurnPerDay+1/p.ReviewDays, 1e-15)
}

// A leaver who is still inside takes its wish back when the service is good again, and
// one who has left returns.
func TestLeaversReconsider(t *testing.T) {
	s := newSmall(t, 1)
	u := someUsers(s, userParams(), 1)
	row := &u.rows[0]
	row.state, row.over, row.mood = leaving, true, 0
	s.v.Tick = 60 * testPerDay // three half-lives of good service
	u.Decide(list(1), s.v, &s.do)
	if row.state != inside || row.over {
		t.Fatalf("after months of good service it still wants to leave: %+v", row)
	}
	row.state, row.over, row.mood, row.looked = outside, true, 1, 0
	for s.v.Tick = testPerDay; row.state != inside && s.v.Tick < 2000*testPerDay; s.v.Tick += testPerDay {
		u.Decide(list(1), s.v, &s.do)
	}
	if row.state != inside {
		t.Error("it never came back to a good service")
	}
}

// A posted-price monopolist meets a demand curve: the more it asks, the fewer pay, and
// its best price lies between the usual one and the highest values. One with few slots
// can ask for little more than the usual price.
func TestDemandOfAMonopolist(t *testing.T) {
	const n = 4000
	s := newSmall(t, n)
	s.v.Tick = testPerDay
	pays := func(multiple, missing float64) (share float64) {
		u := someUsers(s, userParams(), n)
		s.pub.EmptyHour = missing
		ask := Amount(multiple * s.pub.PostedFee.Units())
		s.roll.SetPolicy(s.pub.Leader.Operator, rollup.Policy{Transfers: true, MinFee: ask})
		r := draw.New(5)
		for i := range u.rows {
			usual := u.usual(s.v, r)
			u.rows[i].value = float32(u.draw(usual.Units(), s.v, r.At(draw.Decide, uint32(i), 1)))
			if u.bid(&u.rows[i], usual, s.v) >= ask {
				share += 1.0 / n
			}
		}
		return share
	}
	best, last, at := 0.0, 2.0, 0.0
	for _, m := range []float64{1.1, 2, 4, 8, 16, 64, 256} {
		share := pays(m, 0.99)
		if share > last {
			t.Errorf("at %v times the usual price %v pay, more than %v", m, share, last)
		}
		if gain := share * (m - 1); gain > best {
			best, at = gain, m
		}
		last = share
	}
	if at <= 1.1 || at >= 256 {
		t.Errorf("the best price of a monopolist is %v times the usual one, at the end of the range", at)
	}
	if few := pays(4, 0.05); few > 0.2*pays(4, 0.99) {
		t.Errorf("%v pay four times the price to who has a slot in twenty", few)
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
		row.balance, row.mood = 10, 1
		s.do.Reset()
		u.arrive(ledger.First, row, s.v, &s.do, r.At(draw.Decide, uint32(i), 1))
		if row.state == inside {
			arrived++
			if len(only(Join, s.do.List)) != 1 {
				t.Fatal("arrived without its balance")
			}
		}
	}
	leave := p.ActiveShare * n * p.ChurnPerDay
	near(t, "arrivals a day", arrived, leave, 4*math.Sqrt(leave))
	// Nobody joins a rollup that serves nobody.
	s.pub.EmptyDay = 1
	for i := range outsiders {
		row := &user{mood: 1}
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
	if bid := u.usual(s.v, draw.New(1).At(draw.Decide, 0, 0)).Units(); bid > 2*p.ValueMultiple*s.o.Fee+1e-6 {
		t.Errorf("users bid %v for transactions with a median value of %v", bid, p.ValueMultiple*s.o.Fee)
	}
}
