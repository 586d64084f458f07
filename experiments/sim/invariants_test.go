package sim

import (
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
	"stakeout/strategies"
)

// audited advances a world and checks every invariant after each tick.
func audited(t *testing.T, w *World, ticks uint32) {
	t.Helper()
	for range ticks {
		if err := w.Step(); err != nil {
			t.Fatal(err)
		}
		if err := w.Audit(); err != nil {
			t.Fatalf("tick %d: %v", w.Tick(), err)
		}
	}
}

// Every attack in a world with forced exits and two outages keeps every
// invariant at every tick.
func TestInvariantsUnderAttack(t *testing.T) {
	c := small(t)
	c.Outage = OutageParams{StartDays: 0.5, Hours: 4, Share: 1, Repeat: 2, EveryDays: 1}
	for _, e := range append([]strategies.Entry{{Name: "idle"}}, strategies.All()...) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			w := world(t, c, "forced-exit", 7)
			if e.New != nil {
				w = attacked(t, c, "forced-exit", 7, e)
			}
			audited(t, w, 4000)
			p := w.Rollup().Public()
			if p.ForcedExits == 0 || p.Exits == 0 || p.MissedSlots == 0 || w.Exchange().Stats().Trades == 0 {
				t.Errorf("nothing happened: %d forced and %d other exits, %d missed slots, %d trades",
					p.ForcedExits, p.Exits, p.MissedSlots, w.Exchange().Stats().Trades)
			}
		})
	}
}

// chaos asks for anything: every verb, in its name and in the names of strangers, with
// amounts that are fair, huge, zero and negative. When it replaces a kind, that kind
// acts honestly in half of its wakings.
type chaos struct {
	honest agents.Strategy // nil on the attacker's legs
	owners int
	asked  [agents.Verbs]int
	s      *draw.Stream
}

func (c *chaos) Clone() agents.Strategy { panic("chaos is not copied") }

func (c *chaos) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for i, a := range awake {
		r := c.s.At(draw.Attack, a.Key, v.Tick)
		if c.honest != nil && r.Float64() < 0.5 {
			c.honest.Decide(awake[i:i+1], v, do)
			continue
		}
		for range 1 + r.Intn(4) {
			verb := agents.Verb(r.Intn(int(agents.Verbs) + 1))
			if verb < agents.Verbs {
				c.asked[verb]++
			}
			do.List = append(do.List, c.any(a.ID, verb, v, r))
		}
		do.WakeAt(a.ID, v.Tick+1+uint32(r.Intn(5)))
		if r.Intn(8) == 0 {
			do.WakeAt(c.someone(r), uint32(r.Uint64()))
			do.WakeAt(a.ID, v.Tick+uint32(r.Intn(6000)))
			do.WakeAt(a.ID, v.Tick+2)
		}
	}
}

// any is one action, mostly for the agent itself and of an amount that it has.
func (c *chaos) any(id agents.ID, verb agents.Verb, v *agents.View, r *draw.Stream) agents.Action {
	x := agents.Action{
		Verb: verb, Pair: agents.Pair(r.Intn(int(agents.Pairs) + 1)), Agent: id, Other: c.someone(r),
		Amount: amount(v, id, r), Count: uint32(r.Intn(40)),
	}
	if r.Intn(8) == 0 {
		x.Agent = c.someone(r)
	}
	if r.Intn(20) == 0 {
		x.Count = uint32(r.Uint64())
	}
	x.Word = remedy.Word(r.Intn(int(remedy.Words) + 1))
	if r.Intn(4) == 0 {
		x.Count = 1
	}
	x.Policy = rollup.Policy{Transfers: r.Intn(2) == 0, Exits: r.Intn(2) == 0, Equivocate: r.Intn(4) == 0,
		MinFee: amount(v, id, r) >> r.Intn(30), ExitFee: amount(v, id, r) >> r.Intn(30)}
	x.Order = market.Order{
		Owner: c.someone(r), Slot: uint16(r.Intn(6)), Side: book.Side(r.Intn(2)), Kind: book.Kind(r.Intn(7)),
		Price: v.Price(v.Mid * r.Uniform(0.95, 1.05)), Lots: uint32(r.Intn(5000)),
	}
	switch r.Intn(20) {
	case 0:
		x.Order.Price, x.Order.Side = uint32(r.Uint64()), book.Side(r.Uint64())
	case 1:
		x.Order.Lots, x.Order.Slot = uint32(r.Uint64()), uint16(r.Uint64())
	case 2:
		x.Order.Expiry = v.Tick + uint32(r.Intn(10)) - 3
	}
	return x
}

func (c *chaos) someone(r *draw.Stream) agents.ID {
	if r.Intn(10) == 0 {
		return agents.ID(r.Uint64())
	}
	return agents.ID(r.Intn(c.owners + 2))
}

func amount(v *agents.View, id agents.ID, r *draw.Stream) ledger.Amount {
	switch r.Intn(8) {
	case 0:
		return ledger.Amount(r.Uint64())
	case 1:
		return -ledger.Amount(r.Intn(1e9))
	case 2:
		return 0
	case 3:
		return v.Free(id, ledger.Cash)
	case 4:
		return v.Pocket(id, ledger.Asset(r.Intn(int(ledger.Assets))), ledger.Pocket(r.Intn(int(ledger.Pockets))))
	}
	return ledger.Amount(r.Float64() * 1e10)
}

// An agent that does random legal and illegal things for ten thousand ticks breaks
// nothing, and refused actions are counted.
func TestChaosOnTheAttackersLegs(t *testing.T) {
	c := small(t)
	w := world(t, c, "forced-exit", 11, 5e6*ledger.Unit, 5e6*ledger.Unit)
	mad := &chaos{owners: w.Ledger().Owners(), s: draw.New(3)}
	w.SetAttacker(mad)
	audited(t, w, 10000)
	for verb, n := range mad.asked {
		if n < 100 {
			t.Errorf("verb %d was asked for %d times", verb, n)
		}
	}
	if w.Refused() < 1000 {
		t.Errorf("only %d wishes refused", w.Refused())
	}
}

// The same with half of the actions of every kind at random, so that every role does
// illegal things, and with loans going bad.
func TestChaosOfEverybody(t *testing.T) {
	c := small(t)
	c.Outage = OutageParams{StartDays: 0.5, Hours: 4, Share: 1, Repeat: 3, EveryDays: 0.5}
	c.Lending.InitialMargin, c.Lending.MaintenanceMargin = 1.22, 1.2
	w := world(t, c, "forced-exit", 14, 5e6*ledger.Unit, 5e6*ledger.Unit)
	for i, s := range w.strategies {
		w.strategies[i] = &chaos{honest: s, owners: w.Ledger().Owners(), s: draw.New(uint64(i))}
	}
	mad := w.strategies[numberOf(RowAttacker)]
	w.SetAttacker(mad)
	audited(t, w, 5000)
	if p := w.Rollup().Public(); w.Liquidated() == 0 || p.ForcedExits == 0 || p.Transactions == 0 {
		t.Errorf("too tame: %d bought in, %d forced exits, %d transactions", w.Liquidated(), p.ForcedExits, p.Transactions)
	}
}

// The same where an operator can be accused and voters can be bribed: nobody gets more
// than there is.
func TestChaosInCourt(t *testing.T) {
	for _, e := range punishing() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			c := small(t)
			quicken(&c.Remedies)
			c.Users.WakeHours, c.Stakers.Civic.AccuseShare = 0.5, 1 // so that somebody always waits, and complains
			w := world(t, c, e.Name, 13, 5e6*ledger.Unit, 5e6*ledger.Unit)
			for i, s := range w.strategies {
				w.strategies[i] = &chaos{honest: s, owners: w.Ledger().Owners(), s: draw.New(uint64(i))}
			}
			w.SetAttacker(w.strategies[numberOf(RowAttacker)])
			w.strategies[numberOf(RowCoordinators)] = nil
			for _, a := range w.people.of(RowCoordinators)[1:] { // who serve nobody for good
				w.roll.SetPolicy(a.ID, rollup.Policy{})
			}
			audited(t, w, 4000)
			if d := w.remedy.Docket(); d.Case.Ended+d.Fork.Ended == 0 {
				t.Errorf("too tame: %+v", d)
			}
		})
	}
}

// The same where windows open and close while everybody asks to leave, and where the
// queue is not served and the rollup ends.
func TestChaosOfLeavers(t *testing.T) {
	for _, name := range []string{"mass-exit", "forced-exit"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := small(t)
			c.Outage = OutageParams{StartDays: 0.5, Hours: 100, Share: 1, Repeat: 1, EveryDays: 1}
			c.Remedies.MassExit = remedy.MassExitParams{Threshold: 0.02, AlarmDays: 1, OpenDays: 0.02, RestDays: 0.01}
			c.Rollup.QueueDelayHours, c.Rollup.ExodusHours = 100, 0.5
			w := world(t, c, name, 13, 5e6*ledger.Unit, 5e6*ledger.Unit)
			for i, s := range w.strategies {
				w.strategies[i] = &chaos{honest: s, owners: w.Ledger().Owners(), s: draw.New(uint64(i))}
			}
			w.SetAttacker(w.strategies[numberOf(RowAttacker)])
			audited(t, w, 3000)
			p, d := w.Rollup().Public(), w.remedy.Docket()
			if p.ForcedExits == 0 || name == "mass-exit" && d.Exit.Ended < 3 || name == "forced-exit" && !p.Exodus {
				t.Errorf("too tame: %d out, exodus %v, %+v", p.ForcedExits, p.Exodus, d.Exit)
			}
		})
	}
}

// Under either auction, with half of the actions at random, every invariant holds, and
// bids are made, won and paid.
func TestChaosInAuctions(t *testing.T) {
	for _, x := range [][3]string{
		{"burn-auction", "election.burn_auction.paid_in", "cash"}, {"burn-auction", "election.burn_auction.paid_in", "token"},
		{"mev-auction", "election.mev_auction.price_rule", "first"},
		{"mev-auction", "election.mev_auction.price_rule", "second"},
	} {
		t.Run(x[0]+" "+x[2], func(t *testing.T) {
			t.Parallel()
			c := small(t)
			if err := param.Set(c, x[1], x[2]); err != nil {
				t.Fatal(err)
			}
			c.Election.MEV.Window = 3
			c.Outage = OutageParams{StartDays: 0.5, Hours: 4, Share: 1, Repeat: 3, EveryDays: 0.5}
			w := worldUnder(t, c, x[0], "forced-exit", 13, 5e6*ledger.Unit, 5e6*ledger.Unit)
			for i, s := range w.strategies {
				w.strategies[i] = &chaos{honest: s, owners: w.Ledger().Owners(), s: draw.New(uint64(i))}
			}
			w.SetAttacker(w.strategies[numberOf(RowAttacker)])
			audited(t, w, 3000)
			if paid := w.led.Balance(ledger.Treasury, w.view.Auction.Asset, ledger.Free); paid == 0 || w.Refused() < 1000 {
				t.Errorf("too tame: %d paid, %d refused", paid, w.Refused())
			}
		})
	}
}

// only is a strategy that asks for given things once.
type only struct {
	do  []agents.Action
	wks []agents.Wake
}

func (s *only) Clone() agents.Strategy { return s }

func (s *only) Decide(_ []agents.Agent, _ *agents.View, do *agents.Actions) {
	do.List = append(do.List, s.do...)
	do.Wakes = append(do.Wakes, s.wks...)
}

// An action in the name of another agent is refused and changes nothing, and so is one
// that the role does not allow.
func TestRefusals(t *testing.T) {
	w := world(t, small(t), "none", 1, 1000*ledger.Unit)
	leg, staker, user := w.Attackers()[0], idOf(0), idOf(w.people.groups[numberOf(RowUsers)].first)
	outside := ledger.First + ledger.Owner(w.people.size())
	refused := []agents.Action{
		{Verb: agents.CancelAll, Agent: staker}, {Verb: agents.Pay, Agent: staker, Other: leg, Amount: 1},
		{Verb: agents.Pay, Agent: ledger.Pool, Other: leg, Amount: 1}, {Verb: agents.Spend, Agent: outside, Amount: 1},
		{Verb: agents.Spend, Agent: ^ledger.Owner(0), Amount: 1},
		{Verb: agents.Pay, Agent: leg, Other: ^ledger.Owner(0), Amount: 1},
		{Verb: agents.Pay, Agent: leg, Other: outside, Amount: 1},
		{Verb: agents.Pay, Agent: leg, Other: ledger.Dust, Amount: 1},
		{Verb: agents.Join, Agent: leg, Amount: 1}, {Verb: agents.Verbs, Agent: leg},
		{Verb: agents.Delegate, Agent: leg, Other: staker},
		{Verb: agents.Delegate, Agent: leg, Other: ^ledger.Owner(0)}, {Verb: agents.Consume, Agent: leg, Amount: 1},
		{Verb: agents.SetPolicy, Agent: leg, Policy: rollup.Policy{MinFee: -1}}, {Verb: agents.Spend, Agent: leg, Amount: -1},
		{Verb: agents.Stake, Agent: leg, Amount: 1}, {Verb: agents.Borrow, Agent: leg, Amount: 1 << 60},
		{Verb: agents.Submit, Agent: leg, Order: market.Order{Slot: 99, Price: 1, Lots: 1}},
	}
	allowed := []agents.Action{
		{Verb: agents.Pay, Agent: leg, Other: user, Amount: 3}, {Verb: agents.Spend, Agent: leg, Amount: 2},
	}
	due := w.wheel.due[0]
	wakes := []agents.Wake{{Agent: staker, Tick: 2}, {Agent: outside, Tick: 2}, {Agent: 0, Tick: 2}}
	w.SetAttacker(&only{do: append(refused, allowed...), wks: wakes})
	before := w.Refused()
	// Both legs wake, each in its round.
	w.clock()
	w.awake = append(w.awake[:0], int32(w.people.size()-Legs))
	w.trade()
	if got, want := w.Refused()-before, uint64(len(refused)+3); got != want {
		t.Errorf("%d refused, want %d", got, want)
	}
	if got := w.Ledger().Balance(leg, ledger.Cash, ledger.Free); got != 1000*ledger.Unit-5 {
		t.Errorf("leg has %d", got)
	}
	if w.wheel.due[0] != due {
		t.Error("a stranger woke a staker")
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
}
