package remedy

import (
	"reflect"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// hasty returns rules under which everything happens within days.
func hasty(t testing.TB) *Params {
	t.Helper()
	p := new(Params)
	param.Defaults(p)
	p.Fork.Days, p.Vote.Days = 1, 1
	p.Kleros.Evidence, p.Kleros.Voting, p.Kleros.Appeal = 0.5, 0.5, 0.5
	p.Aragon.Evidence, p.Aragon.Voting, p.Aragon.Appeal = 0.5, 0.5, 0.5
	p.Auto.Slots, p.Auto.Bound = 2, 0.05
	p.TokenFork.FirstBond, p.TokenFork.FirstDays, p.TokenFork.Days, p.TokenFork.PickDays = 10*ledger.Unit, 0.1, 0.1, 0.1
	p.TokenFork.ThresholdShare = 0.02
	p.MigrateOptimistic.ChallengeDays, p.MigrateBLS.ChallengeDays = 0.5, 0.5
	return p
}

// crowd is a world in which every owner has cash and some stake.
func crowd(t *testing.T, e Entry) *script {
	s := newScript(t)
	s.remedy = e.New(hasty(t))
	for i, name := range people {
		o := named(name)
		s.grant(o, ledger.Cash, 20000*ledger.Unit)
		s.grant(o, ledger.Token, 10000*ledger.Unit)
		s.ok(s.roll.Stake(o, ledger.Amount(1000*(i+1))*ledger.Unit))
		s.roll.Delegate(o, named([]string{"eve", "mallory"}[i%2]))
	}
	s.ok(s.roll.Join(named("user"), 1000*ledger.Unit))
	s.run("policy", []string{"eve", "serve"})
	return s
}

// turn does something at random: sends any word of any owner about any other,
// moves stake, or lets time pass.
func (s *script) turn(r *draw.Stream) {
	someone := func() ledger.Owner { return ledger.First + ledger.Owner(r.Intn(len(people))) }
	switch r.Intn(10) {
	case 0:
		s.roll.Send(named("user"), uint32(r.Intn(3000)), 1000, s.tick)
	case 1:
		_ = s.roll.Unstake(someone(), ledger.Amount(r.Intn(1000))*ledger.Unit, s.tick) // may be refused
	case 2:
		s.roll.Delegate(someone(), someone())
	case 3, 4, 5:
		s.slot(r.Intn(4) > 0)
	case 6:
		s.publish(ledger.Amount(r.Intn(20)) * ledger.Unit)
	default:
		m := Message{By: someone(), About: someone(), Word: Word(r.Intn(int(Words) + 1)), Count: uint32(r.Intn(3)),
			Amount: ledger.Amount(r.Intn(300)-20) * ledger.Unit}
		if r.Intn(10) == 0 {
			m.About = ledger.Owner(r.Uint64())
		}
		s.remedy.Hear(s.world(), m)
	}
}

// publish publishes the data of a remedy on layer one.
func (s *script) publish(cost ledger.Amount) {
	if p, ok := s.remedy.(Publisher); ok {
		if _, gas := p.Publishes(); gas > 0 {
			p.Published(s.world(), min(gas, 400_000), cost)
		}
	}
}

// After random messages no money is lost or made, escrow holds what is owed, and
// a refusal changes nothing.
func TestWordsKeepTheMoney(t *testing.T) {
	for _, e := range All() {
		t.Run(e.Name, func(t *testing.T) {
			s, r := crowd(t, e), draw.New(7)
			words, ended, upheld := 0, 0, 0
			for range 20 {
				for range 400 {
					s.turn(r)
					s.audit()
					words++
				}
				k, f := &s.remedy.Docket().Case, &s.remedy.Docket().Fork
				ended, upheld = int(k.Ended+f.Ended), int(k.Upheld+f.Upheld)
			}
			if e.Punishes && (ended < 5 || upheld == 0) {
				t.Errorf("%d cases ended and %d punishments in %d turns", ended, upheld, words)
			}
			if !e.Punishes && (ended > 0 || s.led.Balance(ledger.Burned, ledger.Token, ledger.Free) > 0) {
				t.Error("a remedy that does not punish has punished")
			}
		})
	}
}

// A copy behaves like the original, and neither changes the other.
func TestCloneIsIndependent(t *testing.T) {
	for _, e := range All() {
		s, r := crowd(t, e), draw.New(8)
		for range 500 {
			s.turn(r)
		}
		c := s.branch()
		before := s.remedy.Clone()
		for range 500 {
			c.turn(r)
		}
		if !reflect.DeepEqual(before, s.remedy) {
			t.Errorf("%s: the copy moved the original", e.Name)
		}
		// Both continue from here with the same random numbers.
		a, b := s.branch(), s.branch()
		for _, x := range []*script{a, b} {
			x.lots = draw.New(1)
			again := draw.New(9)
			for range 500 {
				x.turn(again)
				x.audit()
			}
		}
		if !reflect.DeepEqual(a.remedy, b.remedy) || a.led.Hash(0) != b.led.Hash(0) {
			t.Errorf("%s: two copies of one world part", e.Name)
		}
	}
}

// branch copies a script's world.
func (s *script) branch() *script {
	c := newScript(s.t)
	c.rules, c.tick, c.remedy = s.rules, s.tick, s.remedy.Clone()
	c.led.CopyFrom(s.led)
	c.roll.CopyFrom(s.roll)
	c.away.CopyFrom(s.away)
	rollup.Share(c.roll, c.away)
	return c
}

// Neither messages nor slots allocate once memory has grown.
func TestStepsAllocateNothing(t *testing.T) {
	for _, e := range All() {
		s, r := crowd(t, e), draw.New(5)
		for range 4000 {
			s.turn(r)
		}
		w := s.world()
		if n := testing.AllocsPerRun(200, func() {
			w.Tick += 40
			for o := range ledger.Owner(len(people)) {
				for word := range Words {
					s.remedy.Hear(w, Message{By: ledger.First + o, About: named("eve"), Word: word, Count: uint32(o) % 2, Amount: 1})
				}
			}
			s.remedy.Step(w)
		}); n != 0 {
			t.Errorf("%s: %v allocations", e.Name, n)
		}
	}
}

// A larger jury costs more: three, seven, fifteen at Kleros; three, nine,
// twenty-seven and then all jurors at Aragon.
func TestSizesOfJuries(t *testing.T) {
	for _, c := range []struct {
		name string
		want []int
		full bool
	}{{"court-kleros", []int{3, 7, 15, 31}, false}, {"court-aragon", []int{3, 9, 27}, true}} {
		p := new(Params)
		param.Defaults(p)
		e, _ := Find(c.name)
		k := e.New(p).(*court)
		for rounds, want := range c.want {
			if n, full := k.size(uint32(rounds)); n != want || full {
				t.Errorf("%s: %d jurors in round %d, want %d", c.name, n, rounds+1, want)
			}
		}
		if _, full := k.size(uint32(len(c.want))); full != c.full {
			t.Errorf("%s: everybody judges at last: %v", c.name, full)
		}
	}
}

// Jurors are drawn in proportion to their court stake, and none below a seat.
func TestJurorsAreDrawnByStake(t *testing.T) {
	k := &court{r: courtRules{seat: 10}, jurors: []juror{{1, 30}, {2, 9}, {3, 10}, {4, 60}}}
	r, drawn := draw.New(1), [4]int{}
	for range 10000 {
		drawn[k.draw(r.Uint64(), 100)]++
	}
	for i, want := range []int{3000, 0, 1000, 6000} {
		if d := drawn[i] - want; d < -200 || d > 200 || want == 0 && d != 0 {
			t.Errorf("juror %d drawn %d times of 10000, want about %d", i, drawn[i], want)
		}
	}
}

// An attacker with half of the stake that votes cannot be slashed by it: “Then
// the security of the L2 degenerates to this governance mechanism” (adlerjohn).
func TestVoteOfTheAttackersOwnStake(t *testing.T) {
	for _, c := range []struct {
		honest string
		burnt  ledger.Amount
	}{{"2999.999999", 0}, {"3000", 0}, {"3000.000001", 1500 * ledger.Unit}} {
		s := newScript(t)
		s.run("remedy", []string{"timelock-vote"})
		s.run("stake", []string{"ann", c.honest, "eve"})
		s.run("stake", []string{"mallory", "3000"})
		s.run("cash", []string{"ann", "1000"})
		s.roll.Open(rollup.Leader{Staker: named("mallory"), Operator: named("mallory")})
		s.run("accuse", []string{"ann", "mallory"})
		s.run("vote", []string{"ann", "yes"})
		s.run("vote", []string{"mallory", "no"})
		s.run("days", []string{"3.1"})
		if got := s.remedy.Docket().Case.Taken; got != c.burnt {
			t.Errorf("%s against 3000: %d burnt, want %d", c.honest, got, c.burnt)
		}
	}
}
