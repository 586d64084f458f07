package strategies_test

import (
	"fmt"
	"slices"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
	"stakeout/strategies"
)

const (
	openDays      = 0.5 // from the opening of the world to the start of the plan
	unbondingDays = 0.5
)

// quick is a small world of short delays.
func quick() *sim.Config {
	c := new(sim.Config)
	param.Defaults(c)
	c.Rollup.UnbondingDays = unbondingDays
	c.Stakers.Count, c.Users.Count, c.Users.CohortSize = 60, 150, 1333
	c.Noise.Count, c.Noise.WakeBlocks, c.Shorters.Count = 100, 120, 10
	return c
}

// short makes a plan that lasts three days and a half.
func short(t *testing.T, e strategies.Entry, budget string) strategies.Params {
	t.Helper()
	p := e.Params()
	param.Defaults(p)
	for path, text := range map[string]string{"budget_usd": budget, "act_days": "1"} {
		if err := param.Set(p, path, text); err != nil {
			t.Fatal(err)
		}
	}
	// Not every attack has these.
	for path, text := range map[string]string{"build_days": "1", "sell_days": "1", "hold_days": "0.5", "open_days": "0.5",
		"cover_days": "0.4", "rest_days": "0.5", "slash_days": "0.5"} {
		_ = param.Set(p, path, text)
	}
	return p
}

// cases are the catalogue and the split form of the borrowed stake.
func cases(t *testing.T, budget string, run func(t *testing.T, e strategies.Entry, params strategies.Params)) {
	for _, e := range strategies.All() {
		t.Run(e.Name, func(t *testing.T) { run(t, e, short(t, e, budget)) })
		p := short(t, e, budget)
		if param.Set(p, "split_share", "0.5") == nil {
			t.Run(e.Name+" split", func(t *testing.T) { run(t, e, p) })
		}
		p = short(t, e, budget)
		if param.Set(p, "short_usd", budget) == nil {
			e.Needs.Loans = true
			t.Run(e.Name+" and short", func(t *testing.T) { run(t, e, p) })
		}
	}
}

// newWorld has the mechanism that gives an attack its lever.
func newWorld(t *testing.T, e strategies.Entry, capital [strategies.Legs]ledger.Amount) *sim.World {
	t.Helper()
	mechanism := "pos"
	switch {
	case e.Needs.Office:
		mechanism = "centralized"
	case e.Needs.Bids:
		mechanism = "burn-auction"
	}
	c := quick()
	w, err := sim.New(c, mechanism, weaponOf(e, c), 5, capital)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// weaponOf is the first remedy that an attack can turn against others, none for
// an attack that needs none.
func weaponOf(e strategies.Entry, c *sim.Config) string {
	none, _ := remedy.Find("none")
	for _, r := range append([]remedy.Entry{none}, remedy.All()...) {
		if e.Needs.Under(r.New(&c.Remedies).Rules()) {
			return r.Name
		}
	}
	return ""
}

// armed reports whether an attack needs a remedy as its weapon.
func armed(e strategies.Entry) bool { return weaponOf(e, quick()) != "none" }

func run(t *testing.T, w *sim.World, tick uint32) {
	t.Helper()
	if err := w.Run(tick); err != nil {
		t.Fatal(err)
	}
}

// public are the verbs that any trader, staker or operator has.
var public = map[agents.Verb]bool{
	agents.Submit: true, agents.Cancel: true, agents.CancelAll: true, agents.Stake: true, agents.Unstake: true,
	agents.SetPolicy: true, agents.Borrow: true, agents.Repay: true, agents.AddMargin: true, agents.FreeMargin: true,
	agents.AddPerp: true, agents.FreePerp: true, agents.Say: true,
	agents.Bid: true, agents.SetMining: true, agents.Disturb: true,
}

// witness records what a plan asks for.
type witness struct {
	strategies.Committer
	faults *[]string
	legs   []agents.ID
	start  uint32
	asked  *int
}

func (x witness) Clone() agents.Strategy {
	x.Committer = x.Committer.Clone().(strategies.Committer)
	return x
}

func (x witness) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	from := len(do.List)
	x.Committer.Decide(awake, v, do)
	for _, a := range do.List[from:] {
		*x.asked++
		if !slices.Contains(x.legs, a.Agent) {
			*x.faults = append(*x.faults, fmt.Sprintf("acts for agent %d", a.Agent))
		}
		if !public[a.Verb] {
			*x.faults = append(*x.faults, fmt.Sprintf("verb %d", a.Verb))
		}
		if v.Tick < x.start {
			*x.faults = append(*x.faults, fmt.Sprintf("verb %d at tick %d, before the start", a.Verb, v.Tick))
		}
	}
}

// begin gives a world's legs a plan that starts later. An attacker that needs the
// office or hash power gets it at that time.
func begin(w *sim.World, e strategies.Entry, params strategies.Params, act bool) *witness {
	start := w.Ticks(openDays)
	if e.Needs.Office || e.Hash(params) > 0 {
		for _, do := range []func() error{func() error { return w.Run(start) }, func() error { return w.Equip(e, params) }} {
			if err := do(); err != nil {
				panic(err)
			}
		}
	}
	x := &witness{faults: new([]string), legs: w.Attackers(), start: start, asked: new(int)}
	x.Committer = e.New(params, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Start: start, Act: act})
	w.SetAttacker(x)
	return x
}

// shape is what a plan did, looked at every hour.
type shape struct {
	stake, debt, sold float64 // most tokens staked, most owed, most sold short
	withheld          float64 // largest public share of withheld slots
	harsh             bool    // it could lead, and would not serve everybody at the common price
	words             bool    // something was put to the remedy
	least             ledger.Amount
}

func follow(t *testing.T, w *sim.World, end uint32) (s shape) {
	t.Helper()
	s.least = 1 << 62
	for w.Tick() < end {
		run(t, w, min(end, w.Tick()+w.Ticks(1.0/24)))
		l, cash := w.Ledger(), ledger.Amount(0)
		debt := 0.0
		for _, id := range w.Attackers() {
			staked := w.Rollup().Bonded(id)
			s.stake = max(s.stake, float64(staked)/1e6)
			leads := staked > 0 || w.Rollup().Appointed() == id || w.Rollup().Led(id) > 0
			s.harsh = s.harsh || leads && harsh(w, w.Rollup().PolicyOf(id))
			debt += float64(w.Pool().Debt(id)) / 1e6
			cash += l.Total(id, ledger.Cash)
		}
		docket := w.View().Docket
		s.words = s.words || docket.Case.Number > 0 || docket.Fork.Stage != remedy.Quiet
		s.debt = max(s.debt, debt)
		s.least = min(s.least, cash)
		s.withheld = max(s.withheld, w.Rollup().Public().Withheld)
		for _, id := range w.Attackers()[1:] {
			s.sold = max(s.sold, (w.View().Debt(id) - l.Balance(id, ledger.Token, ledger.Free)).Units())
		}
	}
	return s
}

// harsh reports whether a policy is worse than honest blocks, whose price follows gas.
func harsh(w *sim.World, p rollup.Policy) bool {
	o := w.Opening()
	fair := agents.HonestPolicy(o.Margin/o.EthUSD, o.PerBatch, w.View())
	return !p.Transfers || !p.Exits || p.MinFee > 2*fair.MinFee || p.ExitFee > 2*fair.ExitFee
}

// serves are the attacks that leave out nobody who pays what honest leaders ask.
var serves = map[string]bool{
	"dos-withdraw-fee": true, "takeover-buy": true,
	"slash-miner": true, "slash-network": true, "takeover-slash": true,
}

// elsewhere are the attacks whose act is not in the blocks of their stake.
var elsewhere = map[string]bool{"slash-miner": true, "slash-network": true}

func TestPlansRunTheirCourse(t *testing.T) {
	cases(t, "1500000", func(t *testing.T, e strategies.Entry, params strategies.Params) {
		for _, act := range []bool{true, false} {
			w := newWorld(t, e, e.Capital(params))
			x := begin(w, e, params, act)
			days := openDays + e.Days(params, unbondingDays)
			s := follow(t, w, w.Ticks(days+0.25))
			for _, f := range *x.faults {
				t.Errorf("act %v: %s", act, f)
			}
			if (s.stake > 1e5) != e.Needs.Stake || s.least < 0 {
				t.Errorf("act %v: %.0f tokens staked at most, least cash %d", act, s.stake, s.least)
			}
			if dos := act && !armed(e); s.harsh != (dos && !elsewhere[e.Name]) || (dos && !serves[e.Name]) != (s.withheld > 0) {
				t.Errorf("act %v: harsh policy %v, slots withheld %v", act, s.harsh, s.withheld)
			}
			if s.words != (act && armed(e)) {
				t.Errorf("act %v: put something to the remedy: %v", act, s.words)
			}
			lendable := 1.5e6
			if s.debt > lendable*1.001 || s.sold > s.debt || e.Needs.Loans != (s.debt > 0) {
				t.Errorf("act %v: owes %.0f, sold %.0f short", act, s.debt, s.sold)
			}
			wound(t, w, act)
		}
	})
}

// A short in the perpetual future is opened before the act as far as there is
// somebody to sell to, borrows nothing, and is gone at the end with its margin.
func TestShortInThePerpetual(t *testing.T) {
	e, _ := strategies.Find("dos-short")
	params := short(t, e, "1500000")
	if err := param.Set(params, "perpetual_share", "1"); err != nil {
		t.Fatal(err)
	}
	c := quick()
	c.Perp.OpenInterestCap = 5e6 * ledger.Unit
	c.Basis.Count, c.Basis.HoldShare, c.Holders.HoldShare = 6, 0.03, 0.07
	w, err := sim.New(c, "pos", "none", 5, e.Capital(params))
	if err != nil {
		t.Fatal(err)
	}
	x, leg := begin(w, e, params, true), w.Attackers()[1]
	most := int64(0)
	for end := w.Ticks(openDays + e.Days(params, unbondingDays) + 0.25); w.Tick() < end; {
		run(t, w, min(end, w.Tick()+w.Ticks(1.0/24)))
		most = max(most, -w.Perp().Position(leg))
		if w.Pool().Debt(leg) > 0 {
			t.Fatal("it borrows")
		}
	}
	// 40 % of the budget stands behind the short, half of it in value.
	if most < 200_000 || most > 330_000 || w.Perp().Position(leg) != 0 || len(*x.faults) > 0 {
		t.Errorf("short of %d at most, %d at the end, faults %v", most, w.Perp().Position(leg), *x.faults)
	}
	wound(t, w, true)
}

// wound checks that a plan has left nothing but cash.
func wound(t *testing.T, w *sim.World, act bool) {
	t.Helper()
	if err := w.Audit(); err != nil {
		t.Fatal(err)
	}
	for leg, id := range w.Attackers() {
		l := w.Ledger()
		if left := l.Total(id, ledger.Token); left >= ledger.Unit || left < 0 {
			t.Errorf("act %v, leg %d: %d micro-tokens left", act, leg, left)
		}
		if left := l.Total(id, ledger.Dai); left >= ledger.Unit || left < 0 {
			t.Errorf("act %v, leg %d: %d micro-dai left", act, leg, left)
		}
		if debt, locked := w.Pool().Debt(id), l.Balance(id, ledger.Cash, ledger.Collateral); debt != 0 || locked != 0 {
			t.Errorf("act %v, leg %d: debt %d and collateral %d left", act, leg, debt, locked)
		}
		if free, all := l.Balance(id, ledger.Cash, ledger.Free), l.Total(id, ledger.Cash); free != all {
			t.Errorf("act %v, leg %d: %d of %d cash is free", act, leg, free, all)
		}
	}
}

// The honest use of the same capital makes the same trades: until the act the two
// worlds are the same to the bit.
func TestHonestTwinIsTheSameUntilTheAct(t *testing.T) {
	cases(t, "1500000", func(t *testing.T, e strategies.Entry, params strategies.Params) {
		var hash [2]uint64
		for i, act := range []bool{true, false} {
			w := newWorld(t, e, e.Capital(params))
			begin(w, e, params, act)
			run(t, w, w.Ticks(openDays+e.Act(params))-1)
			hash[i] = w.Hash()
		}
		if hash[0] != hash[1] {
			t.Error("the attack and its honest twin differ before the act")
		}
	})
}

// A branched world carries its own plan: running one leaves the other alone,
// and both end the same.
func TestCloneIsIndependent(t *testing.T) {
	cases(t, "1500000", func(t *testing.T, e strategies.Entry, params strategies.Params) {
		w := newWorld(t, e, e.Capital(params))
		begin(w, e, params, true)
		for _, days := range []float64{openDays + 0.6, openDays + 1.9} {
			run(t, w, w.Ticks(days))
			branch := new(sim.World)
			branch.CopyFrom(w)
			run(t, w, w.Ticks(days+0.9))
			run(t, branch, w.Tick())
			if w.Hash() != branch.Hash() {
				t.Fatalf("the branch of day %v ended elsewhere", days)
			}
		}
	})
}

func TestWithoutCapitalNothingHappens(t *testing.T) {
	cases(t, "0", func(t *testing.T, e strategies.Entry, params strategies.Params) {
		idle := newWorld(t, e, [strategies.Legs]ledger.Amount{})
		run(t, idle, idle.Ticks(2.2))
		w := newWorld(t, e, e.Capital(params))
		x := begin(w, e, params, true)
		run(t, w, idle.Tick())
		if *x.asked > 0 || w.Hash() != idle.Hash() {
			t.Errorf("%d wishes, hash %x against %x", *x.asked, w.Hash(), idle.Hash())
		}
	})
}

// Borrowed stake is returned, not bought back: the plan buys no more tokens than
// interest has taken.
func TestBorrowedStakeIsReturnedNotBought(t *testing.T) {
	e, _ := strategies.Find("dos-borrowed")
	// Several lengths of the act, so that the unbonding ends before, with and
	// after the moment at which the plan expects it.
	for _, actDays := range []string{"0.97", "1", "1.003", "1.0061"} {
		p := short(t, e, "1500000")
		if err := param.Set(p, "act_days", actDays); err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, e, e.Capital(p))
		begin(w, e, p, true)
		s := follow(t, w, w.Ticks(openDays+e.Days(p, unbondingDays)+0.25))
		bought := 0.0
		for _, f := range w.Exchange().Log() {
			bought += float64(f.Lots)
		}
		if s.debt == 0 || bought > 0.01*s.debt {
			t.Errorf("act of %s days: bought %.0f of %.0f tokens", actDays, bought, s.debt)
		}
		wound(t, w, true)
	}
}
