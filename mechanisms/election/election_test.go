package election

import (
	"regexp"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

const (
	owners   = int(ledger.First) + 4
	staker   = ledger.First
	operator = ledger.First + 1
	solo     = ledger.First + 2
)

func newState(t testing.TB, stakes ...ledger.Amount) (*rollup.State, *ledger.Ledger) {
	t.Helper()
	var p rollup.Params
	param.Defaults(&p)
	l := ledger.New(owners, 1)
	s := rollup.New(l, p, owners, 6480)
	for i, x := range stakes {
		o := ledger.First + ledger.Owner(i)
		if err := l.Post(ledger.Transfer{Amount: x, To: o, Asset: ledger.Token}); err != nil {
			t.Fatal(err)
		}
		if err := s.Stake(o, x); err != nil {
			t.Fatal(err)
		}
	}
	s.Delegate(staker, operator)
	return s, l
}

func pos7698(t testing.TB) Mechanism {
	t.Helper()
	e, found := Find("pos")
	if !found {
		t.Fatal("no proof of stake")
	}
	return e.New(new(Params))
}

func TestCatalogue(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, e := range All() {
		if !kebab.MatchString(e.Name) || seen[e.Name] || e.Doc == "" || e.Source == "" || e.New == nil ||
			e.New(new(Params)) == nil {
			t.Errorf("entry %+v is incomplete or there twice", e)
		}
		seen[e.Name] = true
		if f, found := Find(e.Name); !found || f.Doc != e.Doc {
			t.Errorf("%s is not found", e.Name)
		}
	}
	if _, found := Find("no such"); found || len(All()) == 0 {
		t.Error("found what is not there, or nothing is")
	}
}

// "A coordinator is basically selected as a single entity who has a monopoly on
// block creation for a given epoch": the winner's operator leads, alone.
func TestOneLeaderBySlot(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit, 0, 15000*ledger.Unit)
	m, r := pos7698(t), draw.New(1)
	if m.Rules() != (rollup.Rules{Stake: true}) {
		t.Errorf("rules %+v", m.Rules())
	}
	led := map[rollup.Leader]int{}
	for slot := range uint32(4000) {
		l := m.Elect(s, r.At(draw.Lottery, 0, slot))
		if again := m.Elect(s, r.At(draw.Lottery, 0, slot)); again != l {
			t.Fatal("one slot has two leaders")
		}
		led[l]++
	}
	if n := led[rollup.Leader{Staker: staker, Operator: operator}]; n < 900 || n > 1100 {
		t.Errorf("a quarter of the stake led %d of 4000 slots", n)
	}
	if n := led[rollup.Leader{Staker: solo, Operator: solo}]; n < 2900 || len(led) != 2 {
		t.Errorf("leaders %v", led)
	}
}

func TestNoStakeNoLeader(t *testing.T) {
	s, _ := newState(t, 1000*ledger.Unit-1)
	m := pos7698(t)
	if l := m.Elect(s, draw.New(1)); l != (rollup.Leader{}) {
		t.Errorf("leader %+v", l)
	}
	if out := m.Settle(s, rollup.Outcome{}, nil); len(out) != 0 {
		t.Errorf("a vacant slot moves %+v", out)
	}
}

// The operator keeps its commission, rounded down, and not a micro-dollar more.
func TestRewardIsSplitExactly(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit)
	m := pos7698(t)
	for _, c := range []struct {
		share              float64
		fees, cost, reward ledger.Amount
	}{
		{0.1, 100, 0, 90},
		{0.1, 109, 0, 99},
		{0.1, 119, 10, 99},
		{0.1, 9, 0, 9},
		{0.29, 100, 0, 71},
		{0.57, 1_000_000, 0, 430_000},
		{0, 7, 0, 7},
		{0.1, 1_000_000_000_000_007, 0, 900_000_000_000_007},
	} {
		s.Params().OperatorShare = c.share
		o := rollup.Outcome{Leader: rollup.Leader{Staker: staker, Operator: operator}, Posted: true, Fees: c.fees,
			Cost: c.cost}
		out := m.Settle(s, o, nil)
		want := ledger.Transfer{Amount: c.reward, From: operator, To: staker, Asset: ledger.Cash,
			Reason: ledger.StakingReward}
		if len(out) != 1 || out[0] != want {
			t.Errorf("share %v of %d net of %d: %+v, want %+v", c.share, c.fees, c.cost, out, want)
		}
	}
}

func TestNothingToShare(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit)
	m := pos7698(t)
	for name, o := range map[string]rollup.Outcome{
		"solo":  {Leader: rollup.Leader{Staker: solo, Operator: solo}, Posted: true, Fees: 100},
		"loss":  {Leader: rollup.Leader{Staker: staker, Operator: operator}, Posted: true, Fees: 100, Cost: 101},
		"even":  {Leader: rollup.Leader{Staker: staker, Operator: operator}, Posted: true, Fees: 100, Cost: 100},
		"empty": {Leader: rollup.Leader{Staker: staker, Operator: operator}, Posted: true},
	} {
		if out := m.Settle(s, o, nil); len(out) != 0 {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// "Most of these systems have a slashing condition where stakers get slashes if
// they don’t create a block by time X."
func TestMissedDeadlineIsSlashed(t *testing.T) {
	s, l := newState(t, 5000*ledger.Unit+999)
	m := pos7698(t)
	o := rollup.Outcome{Leader: rollup.Leader{Staker: staker, Operator: operator}}
	before := []ledger.Transfer{{Amount: 1}}
	out := m.Settle(s, o, before)
	want := ledger.Transfer{
		Amount: 5 * ledger.Unit, From: staker, To: ledger.Burned, Asset: ledger.Token, FromPocket: ledger.Staked,
		Reason: ledger.Slash,
	}
	if len(out) != 2 || out[0] != before[0] || out[1] != want {
		t.Fatalf("%+v, want %+v appended", out, want)
	}
	if err := l.Post(out[1]); err != nil {
		t.Fatal(err)
	}
	s.Slashed(staker, out[1].Amount, 40)
	if err := s.Audit(); err != nil {
		t.Fatal(err)
	}
	s.Params().SlashMissShare = 0
	if out := m.Settle(s, o, nil); len(out) != 0 {
		t.Errorf("no fine, but %+v", out)
	}
}

// "They can begin staking their tokens and mint only empty blocks": a leader who
// posts an empty batch in time loses nothing to the contract.
func TestEmptyBlocksAreNoFault(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit)
	s.Open(rollup.Leader{Staker: staker, Operator: operator})
	if _, built := s.Build(20, false); !built {
		t.Fatal("an empty batch is a batch")
	}
	if out := pos7698(t).Settle(s, s.Close(40, true, 0, 1), nil); len(out) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestElectionAllocatesNothing(t *testing.T) {
	s, _ := newState(t, 5000*ledger.Unit)
	m, r := pos7698(t), draw.New(1)
	out := make([]ledger.Transfer, 0, 4)
	if n := testing.AllocsPerRun(100, func() {
		l := m.Elect(s, r.At(draw.Lottery, 0, 7))
		out = m.Settle(s, rollup.Outcome{Leader: l, Fees: 100}, out[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
