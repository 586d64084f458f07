package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/market/perp"
	"stakeout/market/vault"
	"stakeout/mechanisms/rollup"
)

const testPerDay = 6480 // ticks, so that a slot of 40 divides a day

// small is a world of a few owners on real parts. A test sets the public figures by
// hand and reads the actions of agents.
type small struct {
	t      *testing.T
	l      *ledger.Ledger
	x, dai *market.Exchange
	perp   *perp.Market
	pool   *lending.Pool
	vaults *vault.System
	roll   *rollup.State
	v      *View
	o      Opening
	pub    rollup.Public
	do     Actions
}

func newSmall(t *testing.T, agents int) *small {
	t.Helper()
	owners := int(ledger.First) + agents + 2
	l := ledger.New(owners, owners)
	for o := range owners {
		l.Assign(ledger.Owner(o), ledger.Row(o))
	}
	var lend lending.Params
	var roll rollup.Params
	param.Defaults(&lend)
	param.Defaults(&roll)
	s := &small{t: t, l: l, x: market.New(l, market.Defaults())}
	dai := market.Defaults()
	dai.Base = ledger.Dai
	s.dai, s.vaults = market.New(l, dai), vault.New(l, vaultRules, 86400.0/testPerDay)
	var contract perp.Params
	param.Defaults(&contract)
	contract.OpenInterestCap = 1e6 * ledger.Unit
	s.perp = perp.New(l, contract, owners, 100, ledger.Unit, 1_000_000)
	for o := ledger.First; int(o) < owners; o++ {
		s.x.Register(o, 10)
		s.perp.Register(o, 3)
		s.dai.Register(o, 10)
	}
	s.pool = lending.New(l, lend, owners, 86400.0/testPerDay)
	s.roll = rollup.New(l, roll, owners, testPerDay)
	s.o = Opening{
		Price: 1, Supply: 100e6, TicksPerDay: testPerDay, SlotTicks: 40, Staked: 50e6, Expected: 50.6e6,
		Revenue: 6e6, ToStake: 0.9, Normal: 6e6 * 0.9 / 50.6e6, PerBatch: 600, Fee: 0.2,
		Margin: 0.1, EthUSD: 230,
	}
	s.v = NewView(l, s.x, s.dai, s.perp, s.pool, s.vaults, s.roll, draw.New(1))
	s.v.TicksPerDay, s.v.SigmaFast, s.v.SigmaSlow = testPerDay, 0.05, 0.05
	s.v.Activity, s.v.EthUSD, s.v.GasGwei = 1, 230, 40
	s.v.SetMid(1)
	s.pub = rollup.Public{
		Active: 1700, ActiveFast: 1700, ActiveMonth: 1700, PerUser30d: s.o.Revenue / 1700, Reward7d: s.o.Normal,
		RewardOwn7d: s.o.Normal,
		ToStake:     0.9, Served6h: s.o.Revenue, Stake60d: s.o.Expected, Expected: s.o.Expected,
		PostedFee: Amount(s.o.Fee / BidMargin),
	}
	s.v.Service = &s.pub
	return s
}

// vaultRules are those of April 2021.
var vaultRules = vault.Params{Ratio: 1.5, Penalty: 0.13, Start: 1.3, Cut: 0.01, StepSeconds: 90, Reset: 0.4}

// list is n agents of one kind.
func list(n int) (out []Agent) {
	for i := range n {
		out = append(out, Agent{ID: ledger.First + ID(i), Key: uint32(i), Row: int32(i)})
	}
	return out
}

// grant gives an endowment from outside; it has the type Endow.
func (s *small) grant(id ID, e Endowment) {
	s.t.Helper()
	for _, g := range []struct {
		units  float64
		asset  ledger.Asset
		pocket ledger.Pocket
	}{{e.Cash, ledger.Cash, ledger.Free}, {e.Tokens, ledger.Token, ledger.Free}, {e.Staked, ledger.Token, ledger.Staked},
		{e.Leaves, ledger.Token, ledger.Unbonding}, {e.Inside, ledger.Cash, ledger.Rollup},
		{e.Ether, ledger.Ether, ledger.Free},
		{e.Dai, ledger.Dai, ledger.Free}, {e.DaiInside, ledger.Dai, ledger.Rollup}} {
		s.post(ledger.Transfer{Amount: Amount(g.units), From: ledger.Outside, To: id, Asset: g.asset, ToPocket: g.pocket,
			Reason: ledger.Genesis})
	}
}

// owe opens a vault with the free ether of an agent and mints dai, which it keeps.
func (s *small) owe(id ID, dai float64) {
	s.t.Helper()
	if s.vaults.Lock(id, s.l.Balance(id, ledger.Ether, ledger.Free)) != nil ||
		s.vaults.Mint(id, Amount(dai), Amount(1e5)) != nil {
		s.t.Fatal("no vault")
	}
}

func (s *small) post(t ledger.Transfer) {
	s.t.Helper()
	if err := s.l.Post(t); err != nil && t.Amount != 0 {
		s.t.Fatal(err)
	}
}

// quote lets the last owner show a bid and an ask in ticks, far larger than any
// order of a test.
func (s *small) quote(bid, ask uint32) {
	s.t.Helper()
	desk := ID(s.l.Owners() - 1)
	s.x.CancelAll(desk)
	s.grant(desk, Endowment{Tokens: 1e7, Cash: 1e7})
	for slot, o := range []market.Order{{Price: bid, Side: book.Buy}, {Price: ask, Side: book.Sell}} {
		o.Owner, o.Slot, o.Lots, o.Kind = desk, uint16(slot), 1e6, book.Limit
		if r := s.x.Submit(o); r.Code != 0 {
			s.t.Fatal(r.Code)
		}
	}
	s.v.Refresh()
}

// decide returns the actions of the awake at a tick.
func (s *small) decide(p Strategy, tick uint32, awake ...Agent) []Action {
	s.v.Tick = tick
	s.do.Reset()
	p.Decide(awake, s.v, &s.do)
	return append([]Action(nil), s.do.List...)
}

// only picks the actions of one verb.
func only(verb Verb, all []Action) (out []Action) {
	for _, a := range all {
		if a.Verb == verb {
			out = append(out, a)
		}
	}
	return out
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(abs(got-want) <= within) {
		t.Errorf("%s: %.12g, want %.12g ± %g", what, got, want, within)
	}
}
