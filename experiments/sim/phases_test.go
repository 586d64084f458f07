package sim

import (
	"strings"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/rollup"
)

func TestPhaseNames(t *testing.T) {
	var names []string
	for _, p := range Phases {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "clock nature elect trade layer1 layer2 settle close" {
		t.Error(got)
	}
}

// census counts the calls of a mechanism.
type census struct {
	election.Mechanism
	elected []uint32
	settled []rollup.Outcome
	w       *World
}

func (m *census) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	m.elected = append(m.elected, m.w.tick)
	return m.Mechanism.Elect(s, r)
}

func (m *census) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	m.settled = append(m.settled, o)
	return m.Mechanism.Settle(s, o, out)
}

// A slot opens at its first block only, under a leader who has stake, and is
// settled once.
func TestElectOpensSlots(t *testing.T) {
	w := world(t, small(t), "none", 1)
	m := &census{Mechanism: w.mech, w: w}
	w.mech = m
	per := uint32(w.cfg.Rollup.BlocksPerSlot)
	for range per * 20 {
		w.clock()
		w.elect()
		if l := w.roll.Public().Leader; w.roll.Bonded(l.Staker) == 0 || l.Operator == ledger.Outside {
			t.Fatalf("tick %d: led by %+v", w.tick, l)
		}
		w.layer1()
		w.layer2()
	}
	if len(m.elected) != 20 || len(m.settled) != 20 {
		t.Fatalf("%d elections and %d settlements in 20 slots", len(m.elected), len(m.settled))
	}
	for i, tick := range m.elected {
		if tick != uint32(i)*per+1 {
			t.Errorf("election %d at tick %d", i, tick)
		}
	}
}

// While nobody can build, the staker of each slot is slashed by the share in the rules
// and the fine is burned. Without an outage nobody is slashed.
func TestMissedDeadlineSlashes(t *testing.T) {
	for _, hours := range []float64{0, 1000} {
		c := small(t)
		c.Rollup.SlashMissShare, c.Rollup.ForgiveShare, c.Time.WarmupDays, c.Outage.Hours = 0.01, 1, 0, hours
		w := world(t, c, "none", 1)
		for slot := 1; slot <= 10; slot++ {
			run(t, w, uint32(slot*c.Rollup.BlocksPerSlot)-1)
			staker := w.roll.Public().Leader.Staker
			stake, burned := w.roll.Bonded(staker), w.led.Balance(ledger.Burned, ledger.Token, ledger.Free)
			for _, phase := range []func(){w.clock, w.layer1, w.layer2} {
				phase()
			}
			fine := ledger.Amount(0)
			if hours > 0 {
				fine = stake / 100
			}
			if got := stake - w.roll.Bonded(staker); got != fine {
				t.Errorf("outage %g h: slot %d cost %d, want %d", hours, slot, got, fine)
			}
			if got := w.led.Balance(ledger.Burned, ledger.Token, ledger.Free) - burned; got != fine {
				t.Errorf("%d burned, want %d", got, fine)
			}
		}
		if err := w.Audit(); err != nil {
			t.Error(err)
		}
	}
}

// A forced exit is carried onto layer one in pieces, the leaver pays its gas, and it
// is done after the delay without any coordinator.
func TestForcedExitGetsOut(t *testing.T) {
	c := small(t)
	w := world(t, c, "forced-exit", 1)
	user := idOf(w.people.groups[numberOf(RowUsers)].first)
	inside := w.roll.Balance(user)
	act := agents.Action{Verb: agents.ForceExit, Agent: user, Count: 20}
	if !w.carryOut(&act) || w.carryOut(&act) {
		t.Fatal("the first request must be taken and the second refused")
	}
	onChain := uint32(0)
	for w.roll.QueueLength() > 0 && w.tick < 1000 {
		w.clock()
		w.layer1()
		if w.posting.requests == ([inFlight]request{}) && onChain == 0 {
			onChain = w.tick
		}
	}
	delay := uint32(c.Rollup.QueueDelayHours / 24 * w.perDay)
	if onChain == 0 || w.tick < onChain+delay || w.tick > onChain+delay+uint32(c.Rollup.QueueBlocks) {
		t.Errorf("on chain at %d, out at %d, delay %d", onChain, w.tick, delay)
	}
	p := w.roll.Public()
	gas := w.led.Flow(ledger.Row(ledger.LayerOne), ledger.ExitGas, ledger.Cash)
	if p.ForcedExits != 20 || w.roll.Balance(user) != 0 || gas <= 0 || gas >= inside {
		t.Errorf("%d out, %d of %d left inside, gas %d", p.ForcedExits, w.roll.Balance(user), inside, gas)
	}
	if out := -w.led.Flow(RowUsers, ledger.Withdrawal, ledger.Cash); out != inside-gas {
		t.Errorf("took %d out, want %d", out, inside-gas)
	}
	if w := world(t, c, "none", 1); w.carryOut(&act) {
		t.Error("without the remedy there is no way out")
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
}

// squeezed is a world in which the second leg owes tokens and the only ask is
// far above the price at which it borrowed.
func squeezed(t *testing.T, price float64) (w *World, leg, seller ledger.Owner) {
	t.Helper()
	c := small(t)
	c.Lending.ReserveFactor = 0
	w = world(t, c, "none", 1, 0, 150000*ledger.Unit)
	leg, seller = w.Attackers()[1], idOf(int32(c.Stakers.Count))
	for _, a := range []agents.Action{
		{Verb: agents.Borrow, Agent: leg, Amount: 100000 * ledger.Unit},
		{Verb: agents.Spend, Agent: leg, Amount: 0},
	} {
		if !w.carryOut(&a) {
			t.Fatalf("refused: %+v", a)
		}
	}
	// Borrowed tokens are gone, as after a short sale.
	w.must(w.led.Post(ledger.Transfer{Amount: 100000 * ledger.Unit, From: leg, To: idOf(0), Asset: ledger.Token,
		Reason: ledger.Pay}))
	for _, o := range []market.Order{
		{Owner: seller, Slot: 0, Side: book.Sell, Price: w.view.Price(price), Lots: 200000},
		{Owner: seller + 1, Slot: 0, Side: book.Buy, Price: w.view.Price(price) - 2, Lots: 1000},
	} {
		if r := w.x.Submit(o); r.Rested == 0 {
			t.Fatalf("%+v: %+v", o, r)
		}
	}
	return w, leg, seller
}

// check runs the phase of one margin check.
func check(w *World) {
	w.tick += uint32(w.cfg.Time.MarginBlocks) - w.tick%uint32(w.cfg.Time.MarginBlocks)
	w.settle()
}

// A squeeze buys borrowed tokens back through the book at the ask, half of the debt at
// a check, and Insurance gets the penalty.
func TestSqueezeLiquidates(t *testing.T) {
	w, leg, seller := squeezed(t, 1.4)
	before := w.led.Balance(seller, ledger.Cash, ledger.Free)
	check(w)
	if got := w.Liquidated(); got != 50000*ledger.Unit {
		t.Errorf("%d bought in", got)
	}
	if debt := w.pool.Debt(leg); debt != 50000*ledger.Unit {
		t.Errorf("debt %d", debt)
	}
	if got := w.led.Balance(seller, ledger.Cash, ledger.Free) - before; got != 70000*ledger.Unit {
		t.Errorf("the seller got %d", got)
	}
	// The penalty is on the value at the mid of the check, a tick below the ask.
	got := w.led.Flow(ledger.Row(ledger.Insurance), ledger.Liquidation, ledger.Cash)
	if got != ledger.Amount(50000*0.05*1.3995*1e6) {
		t.Errorf("penalty %d", got)
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
}

// The cash behind a borrower's orders does not count as tokens bought by a
// liquidation.
func TestSqueezeCountsOnlyWhatItBought(t *testing.T) {
	w, leg, _ := squeezed(t, 1.4)
	w.grant(leg, ledger.Token, ledger.Free, 9000*ledger.Unit, ledger.Genesis)
	offer := market.Order{Owner: leg, Slot: takingSlot, Side: book.Sell, Price: w.view.Price(3), Lots: 9000}
	if r := w.x.Submit(offer); r.Rested != 9000 {
		t.Fatal(r)
	}
	check(w)
	if got := w.Liquidated(); got != 50000*ledger.Unit {
		t.Errorf("%d bought in", got)
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
}

// A jump of the price beyond all collateral ends in a write-off: debt and collateral
// are gone, and the lenders have less.
func TestSqueezeWritesOff(t *testing.T) {
	w, leg, _ := squeezed(t, 3.5)
	lent := w.pool.Supplied()
	for range 10 {
		check(w)
	}
	bought := w.Liquidated()
	if w.pool.Debt(leg) != 0 || bought == 0 || bought > 45000*ledger.Unit {
		t.Fatalf("debt %d after %d bought in", w.pool.Debt(leg), bought)
	}
	if lost := lent - w.pool.Supplied(); lost < 90000*ledger.Unit-bought || lost > 100000*ledger.Unit-bought+ledger.Unit {
		t.Errorf("lenders lost %d", lost)
	}
	if left := w.led.Balance(leg, ledger.Cash, ledger.Collateral); left != 0 || len(w.pool.Borrowers()) != 0 {
		t.Errorf("collateral %d left", left)
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
}

func TestOutageWindows(t *testing.T) {
	c := small(t)
	c.Time.WarmupDays = 1
	w := world(t, c, "none", 1)
	for tick := range uint32(9000) {
		if w.tick = tick; w.down() {
			t.Fatalf("down at %d without an outage", tick)
		}
	}
	c.Outage = OutageParams{StartDays: 0.5, Hours: 4, Share: 1, Repeat: 3, EveryDays: 1}
	for tick := range uint32(9000) {
		w.tick = tick
		at := int(tick) - 1440*3/2
		if want := at >= 0 && at/1440 < 3 && at%1440 < 240; w.down() != want {
			t.Errorf("tick %d: down is %v", tick, w.down())
		}
	}
	// An outage longer than the distance between two starts has its full length.
	c.Outage = OutageParams{Hours: 48, Share: 1, Repeat: 1, EveryDays: 1}
	for tick, want := range map[uint32]bool{1439: false, 1440: true, 3000: true, 4319: true, 4320: false} {
		if w.tick = tick; w.down() != want {
			t.Errorf("long outage, tick %d: down is %v", tick, w.down())
		}
	}
}

// News come at their interval, and in an antithetic world with the other sign.
func TestNature(t *testing.T) {
	c, d := small(t), small(t)
	d.News.Antithetic = true
	a, b := world(t, c, "none", 1), world(t, d, "none", 1)
	changes := 0
	for range 400 {
		was := a.view.LnETH
		for _, w := range []*World{a, b} {
			w.clock()
			w.nature()
		}
		if a.view.LnETH != was {
			changes++
			if a.tick%uint32(c.News.IntervalBlocks) != 0 {
				t.Errorf("news at tick %d", a.tick)
			}
		}
		if a.view.LnETH != -b.view.LnETH || a.view.LnActivity != -b.view.LnActivity {
			t.Fatalf("tick %d: %g and %g", a.tick, a.view.LnETH, b.view.LnETH)
		}
	}
	if changes != 400/c.News.IntervalBlocks {
		t.Errorf("%d news in 400 ticks", changes)
	}
}

// Interest is charged and samples are taken at their intervals, and unbonding ends on
// its tick.
func TestIntervals(t *testing.T) {
	c := small(t)
	w := world(t, c, "none", 1, 10000*ledger.Unit, 150000*ledger.Unit)
	leg, staker := w.Attackers()[1], idOf(0)
	for _, a := range []agents.Action{
		{Verb: agents.Borrow, Agent: leg, Amount: 1e11}, {Verb: agents.Unstake, Agent: staker, Amount: 7},
	} {
		if !w.carryOut(&a) {
			t.Fatalf("refused: %+v", a)
		}
	}
	for w.tick < 600 {
		debt, leaving := w.pool.Debt(leg), w.led.Balance(staker, ledger.Token, ledger.Unbonding)
		w.clock()
		w.settle()
		w.close()
		if grew := w.pool.Debt(leg) > debt; grew != (w.tick%uint32(c.Time.InterestBlocks) == 0) {
			t.Errorf("tick %d: interest charged is %v", w.tick, grew)
		}
		left := leaving - w.led.Balance(staker, ledger.Token, ledger.Unbonding)
		if (left == 7) != (w.tick == w.roll.UnbondTicks()) {
			t.Errorf("tick %d: %d unbonded", w.tick, left)
		}
	}
	if len(w.series) != 10 || len(w.path) != 600/PathTicks || w.series[9].Tick != 600 {
		t.Errorf("%d samples, %d prices", len(w.series), len(w.path))
	}
}

// A tick without an awake agent touches neither the book nor the view.
func TestQuietTick(t *testing.T) {
	w := run(t, world(t, small(t), "none", 1), 100)
	w.clock()
	w.awake = w.awake[:0]
	before := w.Hash()
	w.trade()
	if w.Hash() != before {
		t.Error("a trade phase without traders changed the world")
	}
}

// The first broken invariant stops the world and names its tick.
func TestFaultStops(t *testing.T) {
	w := run(t, world(t, small(t), "none", 1), 10)
	w.must(ledger.ErrFunds)
	w.must(ledger.ErrOverflow)
	err := w.Run(100)
	if err == nil || !strings.Contains(err.Error(), "tick 10: "+ledger.ErrFunds.Error()) || w.tick != 11 ||
		w.Audit() == nil {
		t.Errorf("tick %d: %v", w.tick, err)
	}
}

// With a look-ahead everybody sees the leaders of the next slots, and they do lead.
// Without one nobody sees any.
func TestLeadersToCome(t *testing.T) {
	for _, slots := range []int{0, 4} {
		c := small(t)
		c.Election.PoS.Lookahead = slots
		w := world(t, c, "none", 1)
		per := uint32(c.Rollup.BlocksPerSlot)
		run(t, w, 20*per+1)
		next := append([]ledger.Owner(nil), w.view.Ahead.Next...)
		if len(next) != slots {
			t.Fatalf("%d leaders are known, want %d", len(next), slots)
		}
		for i, o := range next {
			run(t, w, (21+uint32(i))*per+1)
			if got := w.roll.Public().Leader.Staker; got != o {
				t.Errorf("slot %d on is led for %d, announced was %d", i+1, got, o)
			}
		}
	}
}
