package sim

import (
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// defaults is the default world.
func defaults(t testing.TB) *Config {
	t.Helper()
	var c Config
	param.Defaults(&c)
	return &c
}

// small is a world with a few agents of every kind, long ticks, short slots and
// unbonding, narrow batches and a queue that serves early, so that everything possible
// happens within a few thousand ticks.
func small(t testing.TB) *Config {
	t.Helper()
	c := defaults(t)
	set := func(path, value string) {
		if err := param.Set(c, path, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, kv := range [][2]string{
		{"stakers.count", "12"}, {"makers.count", "3"}, {"noise.count", "8"}, {"chartists.count", "4"},
		{"holders.count", "4"}, {"shorters.count", "4"}, {"coordinators.count", "3"}, {"users.count", "40"},
		{"market.price_tick_usd", "0.0005"}, {"market.max_price_usd", "4"},
		{"layer1.block_seconds", "60"}, {"layer1.background_daily_innovation", "1"},
		{"rollup.blocks_per_slot", "10"}, {"rollup.deadline_blocks", "5"}, {"rollup.unbonding_days", "0.2"},
		{"rollup.capacity_tx", "40"}, {"rollup.max_batch_gas", "490000"}, {"rollup.queue_delay_hours", "1"},
		{"beliefs.attention_hours", "0.1"}, {"beliefs.view_spread", "0.1"}, {"shorters.threshold", "0.01"},
		{"noise.wake_blocks", "40"}, {"holders.wake_hours", "6"}, {"users.wake_hours", "2"}, {"users.retry_days", "0.05"},
		{"users.churn_per_day", "0.3"}, {"users.cohort_size", "10"}, {"time.warmup_days", "0.1"},
		{"vault_owners.count", "6"}, {"arbitrageurs.count", "5"}, {"arbitrageurs.wake_hours", "0.5"},
		{"vault_owners.wake_hours", "1"},
		{"perpetual.open_interest_cap_tokens", "5000000"}, {"basis_traders.count", "3"}, {"basis_traders.hold_share", "0.03"},
		{"holders.hold_share", "0.07"},
	} {
		set(kv[0], kv[1])
	}
	return c
}

// world opens a world or ends the test.
func world(t testing.TB, c *Config, remedyName string, seed uint64, capital ...ledger.Amount) *World {
	t.Helper()
	return worldUnder(t, c, "pos", remedyName, seed, capital...)
}

// worldUnder is world under a mechanism.
func worldUnder(t testing.TB, c *Config, mechanism, remedyName string, seed uint64, capital ...ledger.Amount) *World {
	t.Helper()
	var legs [Legs]ledger.Amount
	copy(legs[:], capital)
	w, err := New(c, mechanism, remedyName, seed, legs)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// run advances a world or ends the test.
func run(t testing.TB, w *World, tick uint32) *World {
	t.Helper()
	if err := w.Run(tick); err != nil {
		t.Fatal(err)
	}
	return w
}

// hasty are parameters of an attack squeezed into two days.
func hasty(t testing.TB, e strategies.Entry) strategies.Params {
	t.Helper()
	p := e.Params()
	param.Defaults(p)
	for _, kv := range [][2]string{
		{"build_days", "0.5"}, {"act_days", "1"}, {"sell_days", "0.3"}, {"slice_minutes", "10"},
		{"open_days", "0.2"}, {"cover_days", "0.3"}, {"hold_days", "0.2"}, {"rest_days", "0.2"}, {"slash_days", "0.4"},
	} {
		known := false
		param.Walk(p, func(path string, _ param.Field) { known = known || path == kv[0] })
		if !known {
			continue
		}
		if err := param.Set(p, kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// attack gives the attacker's legs the act of an entry, beginning now.
func attack(w *World, e strategies.Entry, params strategies.Params) {
	w.must(w.Equip(e, params))
	w.SetAttacker(e.New(params, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Start: w.Tick(), Act: true}))
}

// under is the first mechanism that gives an attack its lever: proof of stake if it
// does.
func under(e strategies.Entry) string {
	pos, _ := election.Find("pos")
	for _, m := range append([]election.Entry{pos}, election.All()...) {
		if e.Needs.In(m.Rules()) {
			return m.Name
		}
	}
	return "none"
}

// against is a remedy that an attack can turn against others: the named one if it will
// do.
func against(e strategies.Entry, c *Config, remedyName string) string {
	first, _ := remedy.Find(remedyName)
	for _, r := range append([]remedy.Entry{first}, remedy.All()...) {
		if e.Needs.Under(r.New(&c.Remedies).Rules()) {
			return r.Name
		}
	}
	return remedyName
}

// attacked opens a world in which an entry of the catalogue acts from the start.
func attacked(t testing.TB, c *Config, remedyName string, seed uint64, e strategies.Entry) *World {
	t.Helper()
	p := hasty(t, e)
	capital := e.Capital(p)
	w := worldUnder(t, c, under(e), remedyName, seed, capital[:]...)
	attack(w, e, p)
	return w
}

// idle is a strategy that wakes every few ticks and asks for nothing.
type idle struct{ every uint32 }

func (s idle) Clone() agents.Strategy { return s }

func (s idle) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		do.WakeAt(a.ID, v.Tick+s.every)
	}
}

// The default world keeps every invariant for three weeks, and its market and
// rollup work.
func TestDefaultWorldIsSound(t *testing.T) {
	w := world(t, defaults(t), "none", 1)
	for day := range 20 {
		run(t, w, w.Ticks(float64(day+1)))
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
	}
	s := w.Series()[len(w.Series())-1]
	if len(w.Series()) < 479 || s.SpreadBps <= 0 || s.Depth1 <= 0 || s.Volume == 0 || s.Transactions == 0 ||
		s.Batches == 0 || s.Staked == 0 {
		t.Errorf("after %d hours the world stands still: %+v", len(w.Series()), s)
	}
	if s.AttackerStake != 0 || s.AttackerCash != 0 {
		t.Errorf("nobody gave the attacker anything: %+v", s)
	}
	for tick, want := range map[uint32]float64{0: w.Opening().Price, PathTicks - 1: w.Opening().Price,
		PathTicks: w.path[0], PathTicks*9 + 3: w.path[8]} {
		if got := w.PriceAt(tick); got != want {
			t.Errorf("price at %d is %g, want %g", tick, got, want)
		}
	}
}

func TestNewRefusesUnknownNames(t *testing.T) {
	var none [Legs]ledger.Amount
	for _, names := range [][2]string{{"no such", "none"}, {"pos", "no such"}} {
		if w, err := New(defaults(t), names[0], names[1], 1, none); err == nil || w != nil {
			t.Errorf("%q: no error", names)
		}
	}
}
