package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// assembly is a hundred holders and an operator that has withheld some of its forty
// slots while users waited.
type assembly struct {
	*small
	holders *Stakers
	list    []Agent
	accused ID
}

func convene(t *testing.T, withheld int, set func(*CivicParams)) *assembly {
	const n = 100
	s := newSmall(t, n+2)
	p := StakerParams{}
	param.Defaults(&p)
	p.Civic.AccuseShare, p.Civic.Turnout = 1, 1
	if set != nil {
		set(&p.Civic)
	}
	a := &assembly{small: s, list: list(n), accused: ledger.First + n}
	a.holders = NewStakers(p, beliefs(), s.o, a.list, draw.New(3), s.grant)
	s.quote(9990, 10010)
	user := ledger.First + n + 1
	s.grant(user, Endowment{Inside: 1000})
	s.roll.Send(user, 100, 1, 1)
	for slot := range 40 {
		s.roll.SetPolicy(a.accused, rollup.Policy{Transfers: slot >= withheld, MinFee: 1})
		s.roll.Open(rollup.Leader{Staker: a.accused, Operator: a.accused})
		s.roll.Build(1, false)
		s.roll.Close(1, true, 0, 1)
	}
	s.pub.Suspect, s.pub.Staked = s.roll.Public().Suspect, 50e6*ledger.Unit
	s.grant(a.accused, Endowment{Tokens: 5e6})
	if err := s.roll.Stake(a.accused, 5e6*ledger.Unit); err != nil {
		t.Fatal(err)
	}
	s.v.Remedy = remedy.Fixed(remedy.Rules{Trial: remedy.Trial{By: remedy.Stakers, Bond: 1000 * ledger.Unit, Slash: 0.5}})
	return a
}

// under changes how operators are judged.
func (a *assembly) under(change func(*remedy.Trial)) {
	r := a.v.Remedy.Rules()
	change(&r.Trial)
	a.v.Remedy = remedy.Fixed(r)
}

// say lets all holders look at one tick and counts what they say.
func (a *assembly) say(tick uint32) (yes, no, accusations int) {
	a.t.Helper()
	for _, x := range only(Say, a.decide(a.holders, tick, a.list...)) {
		switch {
		case x.Word == remedy.Accuse && x.Other == a.accused:
			accusations++
		case x.Word == remedy.Vote && x.Count == 1:
			yes++
		case x.Word == remedy.Vote:
			no++
		}
	}
	return yes, no, accusations
}

// open puts the case of the accused on the table, long enough ago for everybody
// to have heard of it.
func (a *assembly) open() *remedy.Case {
	k := &a.v.Docket.Case
	*k = remedy.Case{Open: true, Number: 1, Round: 1, Phase: remedy.Voting, Accused: a.accused}
	return k
}

const heard = 100_000

// An operator that withholds nothing is neither accused nor condemned, and one that
// withholds everything is both. With “Nobody” to judge, nobody says anything.
func TestHoldersJudgeByTheRecord(t *testing.T) {
	a := convene(t, 40, nil)
	if _, _, n := a.say(heard); n < 90 {
		t.Errorf("%d of 100 accuse an operator that serves nobody", n)
	}
	a.open()
	if yes, no, _ := a.say(heard + 1); yes < 40 || no > 0 {
		t.Errorf("%d for and %d against", yes, no)
	}
	if yes, no, _ := a.say(heard + 2); yes+no > 0 {
		t.Errorf("%d voted a second time", yes+no)
	}
	a.under(func(r *remedy.Trial) { r.By = remedy.Nobody })
	if yes, no, n := a.say(heard + 3); yes+no+n > 0 {
		t.Error("somebody spoke without a judge")
	}
	a = convene(t, 0, nil)
	a.pub.Suspect = a.accused
	if _, _, n := a.say(heard); n > 0 {
		t.Errorf("%d accuse an operator that serves everybody", n)
	}
	a.open()
	if yes, no, _ := a.say(heard + 1); yes > 0 || no < 40 {
		t.Errorf("%d for and %d against the innocent", yes, no)
	}
}

// Nobody accuses when the bond exceeds the worth of a condemnation, or when nobody has
// heard of the trouble.
func TestNobodyRisksMoreThanItGains(t *testing.T) {
	a := convene(t, 40, nil)
	a.under(func(r *remedy.Trial) { r.Bond = 1e12 * ledger.Unit })
	if _, _, n := a.say(heard); n > 0 {
		t.Errorf("%d accuse against a bond that they do not have", n)
	}
	a.under(func(r *remedy.Trial) { r.Bond, r.Slash = 1000*ledger.Unit, 0 })
	if _, _, n := a.say(heard + 1); n > 0 {
		t.Errorf("%d accuse though nothing follows", n)
	}
	k := a.open()
	k.Opened = heard + 2
	if yes, no, _ := a.say(heard + 2); yes+no > 50 {
		t.Errorf("%d voted at once", yes+no)
	}
}

// Holders who delegate to the accused protect it.
func TestDelegatesProtectTheirOperator(t *testing.T) {
	a := convene(t, 40, nil)
	for _, x := range a.list {
		a.roll.Delegate(x.ID, a.accused)
	}
	a.open()
	if yes, no, _ := a.say(heard); yes > 0 || no < 40 {
		t.Errorf("%d of its own are for and %d against", yes, no)
	}
}

// A bribe turns the votes of venal holders to whom it is worth more than the outcome,
// on either side. Where nobody is venal it turns no vote.
func TestBribes(t *testing.T) {
	for _, c := range []struct {
		name     string
		withheld int
		venal    float64
		offer    ledger.Amount
		bought   bool
		yes, no  bool // somebody votes so
	}{
		{"nobody is venal", 40, 0, 100 * ledger.Unit, false, true, false},
		{"everybody is", 40, 1, 100 * ledger.Unit, false, false, true},
		{"too little", 40, 1, 1, false, true, false},
		{"for what they would do anyway", 40, 1, 100 * ledger.Unit, true, true, false},
		{"against the innocent", 0, 1, 100 * ledger.Unit, true, true, false},
	} {
		a := convene(t, c.withheld, func(p *CivicParams) { p.VenalShare = c.venal })
		k := a.open()
		k.Offer, k.Bought = c.offer, c.bought
		if yes, no, _ := a.say(heard); (yes > 0) != c.yes || (no > 0) != c.no {
			t.Errorf("%s: %d for, %d against", c.name, yes, no)
		}
	}
}

// Jurors put up court stake once, all of them vote with their seats, and a bribe turns
// them when it exceeds the penalty and the fee that it costs them (Buterin 2015, The P
// + epsilon Attack).
func TestJurors(t *testing.T) {
	a := convene(t, 40, func(p *CivicParams) { p.JurorShare, p.VenalShare = 0.5, 1 })
	a.v.Remedy = remedy.Fixed(remedy.Rules{Trial: remedy.Trial{
		By: remedy.Jurors, Bond: 1e12 * ledger.Unit,
		Seat: 20 * ledger.Unit, Fee: 15 * ledger.Unit, Penalty: 10 * ledger.Unit,
	}})
	enlisted := only(Say, a.decide(a.holders, heard, a.list...))
	if n := len(enlisted); n < 30 || n > 70 || enlisted[0].Word != remedy.Enlist || enlisted[0].Amount < 20*ledger.Unit {
		t.Errorf("%d of 100 enlisted, the first %+v", n, enlisted[0])
	}
	if more := only(Say, a.decide(a.holders, heard+1, a.list...)); len(more) > 0 {
		t.Errorf("%d enlisted again", len(more))
	}
	for i, c := range []struct {
		offer   ledger.Amount
		yes, no int
	}{{0, 3, 0}, {20 * ledger.Unit, 3, 0}, {27 * ledger.Unit, 0, 3}} {
		k := a.open()
		k.Number, k.Offer = uint32(i+1), c.offer
		k.Jurors = []ledger.Owner{a.list[0].ID, a.list[5].ID, a.list[5].ID, a.list[9].ID}
		if yes, no, _ := a.say(heard + 2 + uint32(i)); yes != c.yes || no != c.no {
			t.Errorf("offered %d: %d for and %d against, want %d and %d", c.offer, yes, no, c.yes, c.no)
		}
	}
	k := &a.v.Docket.Case
	k.Phase, k.Cost = remedy.Appealing, 100*ledger.Unit
	if k.Condemned = true; len(only(Say, a.decide(a.holders, heard+9, a.list...))) > 0 {
		t.Error("an appeal against what they wanted")
	}
	a.under(func(r *remedy.Trial) { r.Slash = 0.5 })
	k.Condemned = false
	if n := len(only(Say, a.decide(a.holders, heard+10, a.list...))); n < 90 {
		t.Errorf("%d appeal against an acquittal of the guilty", n)
	}
}

// Users raise their voice on a fork, and change it when the record does.
func TestUsersHaveAVoice(t *testing.T) {
	a := convene(t, 40, nil)
	var p UserParams
	param.Defaults(&p)
	p.VoiceShare = 1
	users := NewUsers(p, beliefs(), a.o, a.list, draw.New(4), func(ID, Endowment) {})
	a.v.Remedy = remedy.Fixed(remedy.Rules{Trial: remedy.Trial{By: remedy.Everyone}})
	k := a.open()
	count := func(tick uint32) (yes, no int) {
		for _, x := range only(Say, a.decide(users, tick, a.list...)) {
			if x.Count == 1 {
				yes++
			} else {
				no++
			}
		}
		return yes, no
	}
	if yes, no := count(heard); yes < 85 || no > 0 {
		t.Errorf("%d for and %d against, 85 are active at least", yes, no)
	}
	if yes, no := count(heard + 1); yes+no > 0 {
		t.Errorf("%d spoke again without news", yes+no)
	}
	k.Accused = ledger.First // who has withheld nothing
	if yes, no := count(heard + 2); yes > 0 || no < 80 {
		t.Errorf("%d for and %d against the innocent", yes, no)
	}
}
