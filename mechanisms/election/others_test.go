package election

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

func named(t testing.TB, name string, p Params) Mechanism {
	t.Helper()
	e, found := Find(name)
	if !found {
		t.Fatalf("no %s", name)
	}
	return e.New(&p)
}

// slots runs elections slot by slot and returns the leaders.
func slots(m Mechanism, s *rollup.State, n int) (leaders []rollup.Leader) {
	r := draw.New(1)
	for range n {
		l := m.Elect(s, r.At(draw.Lottery, 0, s.Public().Slot))
		s.Open(l)
		leaders = append(leaders, l)
		s.Close(0, false, 0, 1)
	}
	return leaders
}

// "Centralized coordinator": one operator leads every slot, independent of the
// stakes, and what it owes goes to stakers in proportion to their stakes.
func TestOneOperatorLeadsEverySlot(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit, 0, 15000*ledger.Unit)
	s.Appoint(operator)
	paid := map[ledger.Owner]int{}
	for _, l := range slots(named(t, "centralized", Params{}), s, 4000) {
		if l.Operator != operator {
			t.Fatalf("%d leads", l.Operator)
		}
		paid[l.Staker]++
	}
	if paid[staker] < 900 || paid[staker] > 1100 || paid[staker]+paid[solo] != 4000 {
		t.Errorf("payees %v", paid)
	}
}

// Without stakers the operator keeps all fees.
func TestOperatorWithoutStakers(t *testing.T) {
	s, _ := newState(t)
	s.Appoint(operator)
	m := named(t, "centralized", Params{})
	l := m.Elect(s, draw.New(1))
	if l != (rollup.Leader{Staker: operator, Operator: operator}) {
		t.Errorf("leader %+v", l)
	}
	if out := m.Settle(s, rollup.Outcome{Leader: l, Posted: true, Fees: 100}, nil); len(out) != 0 {
		t.Errorf("%+v", out)
	}
}

// An operator that fails ten times a year for a day and a half is down four per
// cent of the time, in spells of that length.
func TestOperatorFails(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit)
	s.Appoint(operator)
	m := named(t, "centralized", Params{Centralized: CentralizedParams{Failures: 10, Hours: 36}})
	const years = 40
	perDay := s.SlotsPerDay()
	vacant, spells, last := 0, 0, false
	for _, l := range slots(m, s, int(years*365*perDay)) {
		now := l == rollup.Leader{}
		if now {
			vacant++
		}
		if now && !last {
			spells++
		}
		last = now
	}
	// Poisson: 400 less 4 % expected, s.d. 20; the lengths add as much again.
	if want := 10.0 * years * (1 - 0.041); math.Abs(float64(spells)-want) > 70 {
		t.Errorf("%d failures, want about %.0f", spells, want)
	}
	if days := float64(vacant) / perDay / float64(spells); math.Abs(days-1.5) > 0.3 {
		t.Errorf("failures of %.2f days, want about 1.5", days)
	}
	away := rollup.Outcome{}
	if out := m.Settle(s, away, nil); len(out) != 0 {
		t.Errorf("a vacant slot moves %+v", out)
	}
}

// seated gives n solo operators equal stakes.
func seated(t testing.TB, n int) *rollup.State {
	t.Helper()
	l := ledger.New(int(ledger.First)+n, 1)
	s := rollup.New(l, *rules(), int(ledger.First)+n, 6480)
	for i := range n {
		o := ledger.First + ledger.Owner(i)
		if l.Post(ledger.Transfer{Amount: 10000 * ledger.Unit, To: o, Asset: ledger.Token}) != nil ||
			s.Stake(o, 10000*ledger.Unit) != nil {
			t.Fatal("no stake")
		}
		s.SetPolicy(o, rollup.Policy{Transfers: true})
	}
	return s
}

func rules() *rollup.Params {
	return &rollup.Params{BlocksPerSlot: 40, DeadlineBlocks: 20, CapacityTx: 1000, MaxBatchGas: 6e6, QueueBlocks: 16,
		QueueExits: 128}
}

// The committee sits for an epoch, its seats propose in turn, and over many
// epochs seats follow stake.
func TestCommitteeTakesTurns(t *testing.T) {
	s := seated(t, 10)
	m := named(t, "bft-committee", Params{Committee: CommitteeParams{Seats: 20, Days: 1}})
	epoch := int(s.SlotsPerDay())
	led := map[ledger.Owner]int{}
	const epochs = 200
	leaders := slots(m, s, epochs*epoch)
	for i, l := range leaders {
		led[l.Operator]++
		if i%epoch+20 < epoch && i+20 < len(leaders) && leaders[i+20] != l {
			t.Fatalf("slot %d: %+v proposes, twenty slots later %+v", i, l, leaders[i+20])
		}
	}
	for o, n := range led {
		// A tenth of 4000 seats: binomial, s.d. 19 seats, a few slots each.
		if share := float64(n) / float64(len(leaders)); math.Abs(share-0.1) > 0.02 {
			t.Errorf("%d led %.3f of the slots", o, share)
		}
	}
}

// Vetoing seats halt all others from a third of the seats on. Beyond two thirds
// they can no longer be stopped themselves. These are the bounds of Castro and
// Liskov.
func TestQuorum(t *testing.T) {
	for _, c := range []struct {
		vetoing           int // of thirty seats
		honest, attackers bool
	}{{0, true, false}, {9, true, true}, {10, false, true}, {20, false, true}, {30, false, true}} {
		s := seated(t, 30)
		for i := range c.vetoing {
			s.SetPolicy(ledger.First+ledger.Owner(i), rollup.Policy{Veto: true})
		}
		m := &committee{ends: 1 << 30}
		for i := range 30 {
			m.seats = append(m.seats, ledger.First+ledger.Owner(i))
		}
		honest, attackers := false, false
		for _, l := range slots(m, s, 30) {
			honest = honest || l.Operator >= ledger.First+ledger.Owner(c.vetoing)
			attackers = attackers || (l != rollup.Leader{} && l.Operator < ledger.First+ledger.Owner(c.vetoing))
		}
		// Each seat has another operator, so vetoing seats do not sign for an
		// attacker either.
		attackersCan := c.attackers && 30-c.vetoing+1 > 20
		if honest != c.honest || attackers != attackersCan {
			t.Errorf("%d of 30 veto: the honest lead %v, attackers %v", c.vetoing, honest, attackers)
		}
	}
}

// One operator behind many seats signs for itself: with more than two thirds of
// them it can build any block, and all others can build none.
func TestCapture(t *testing.T) {
	for _, c := range []struct {
		seats         int
		alone, others bool
	}{{9, true, true}, {10, true, false}, {21, true, false}} {
		s := seated(t, 30)
		boss := ledger.First
		for i := range c.seats {
			s.Delegate(ledger.First+ledger.Owner(i), boss)
		}
		s.SetPolicy(boss, rollup.Policy{Veto: true})
		m := &committee{ends: 1 << 30}
		for i := range 30 {
			m.seats = append(m.seats, ledger.First+ledger.Owner(i))
		}
		alone, others := false, false
		for _, l := range slots(m, s, 30) {
			alone = alone || l.Operator == boss
			others = others || (l != rollup.Leader{} && l.Operator != boss)
		}
		if alone != c.alone || others != c.others {
			t.Errorf("%d of 30 seats: it leads %v, others %v", c.seats, alone, others)
		}
	}
}

func TestNobodyStakesNobodySits(t *testing.T) {
	s, _ := newState(t)
	m := named(t, "bft-committee", Params{Committee: CommitteeParams{Seats: 4, Days: 1}})
	if l := m.Elect(s, draw.New(1)); l != (rollup.Leader{}) {
		t.Errorf("leader %+v", l)
	}
}

// Clones keep the committee and the failure of their originals.
func TestClonesOfMechanisms(t *testing.T) {
	s := seated(t, 10)
	for _, e := range All() {
		m := e.New(&Params{Centralized: CentralizedParams{Failures: 1000, Hours: 100},
			Committee: CommitteeParams{Seats: 7, Days: 1}})
		slots(m, s, 5)
		c := m.Clone()
		before := draw.New(9).At(draw.Lottery, 0, 1)
		a := m.Elect(s, before)
		b := c.Elect(s, draw.New(9).At(draw.Lottery, 0, 1))
		if a != b {
			t.Errorf("%s: %+v, clone %+v", e.Name, a, b)
		}
	}
}
