package sim

import (
	"testing"

	"stakeout/agents"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// twoFaced is a population of honest bidders whose batches contradict each other.
type twoFaced struct{ agents.Strategy }

func (s twoFaced) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	s.Strategy.Decide(awake, v, do)
	for _, a := range awake {
		do.Policy(a.ID, rollup.Policy{Transfers: true, Equivocate: true})
	}
}

// A proven equivocation voids the batch and costs the bond of its leader, while empty
// blocks cost none.
func TestEquivocationCostsTheBond(t *testing.T) {
	for _, lies := range []bool{true, false} {
		w := worldUnder(t, small(t), "mev-auction", "none", 3)
		coordinators := &w.strategies[numberOf(RowCoordinators)]
		if lies {
			*coordinators = twoFaced{*coordinators}
		}
		audited(t, w, 1500)
		burnt, p := w.led.Balance(ledger.Burned, ledger.Cash, ledger.Free), w.roll.Public()
		bond := w.cfg.Election.MEV.Bond
		if lies && (burnt < 20*bond || burnt%bond != 0 || p.Transactions != 0 || p.MissedSlots < 100) {
			t.Errorf("%d burnt, %d transactions, %d slots missed", burnt, p.Transactions, p.MissedSlots)
		}
		if !lies && (burnt != 0 || p.Transactions == 0) {
			t.Errorf("honest: %d burnt, %d transactions", burnt, p.Transactions)
		}
	}
}

// The leader of an auctioned slot has bought it: operators pay nearly the worth of
// slots, stakers get the governance share, and holders agree with the opening price of
// the token.
func TestAuctionsPayTheHolders(t *testing.T) {
	for _, x := range []struct {
		mechanism string
		share     float64 // of the price, to stakers
	}{{"burn-auction", 0.2}, {"mev-auction", 0.9}} {
		w := worldUnder(t, defaults(t), x.mechanism, "none", 5)
		w = run(t, w, w.Ticks(10))
		f := func(r ledger.Row, why ledger.Reason) float64 { return w.led.Flow(r, why, ledger.Cash).Units() }
		net := f(RowCoordinators, ledger.TransactionFee) + f(RowCoordinators, ledger.WithdrawalFee) +
			f(RowCoordinators, ledger.BatchCost)
		if got := f(RowStakers, ledger.StakingReward) / net / x.share; got < 0.88 || got > 1.02 {
			t.Errorf("%s: a price of %.3f of net fees", x.mechanism, got)
		}
		p := w.roll.Public()
		if open := w.opening.ToStake; p.ToStake < 0.95*open || p.ToStake > 1.05*open {
			t.Errorf("%s: %.4f of fees reach stakers, %.4f at the opening", x.mechanism, p.ToStake, open)
		}
		if boot := w.roll.Led(w.roll.Appointed()); boot > uint32(p.Slots)/3 {
			t.Errorf("%s: the appointed operator led %d of %d slots", x.mechanism, boot, p.Slots)
		}
	}
}

// Where bids are paid in tokens operators buy them on the book, and burnt tokens
// are gone.
func TestTokensForBidsAreBought(t *testing.T) {
	c := small(t)
	c.Election.Burn.PaidIn = "token"
	w := worldUnder(t, c, "burn-auction", "none", 3)
	audited(t, w, 2000)
	bought := w.led.Flow(RowCoordinators, ledger.Trade, ledger.Token)
	burnt := w.led.Balance(ledger.Burned, ledger.Token, ledger.Free)
	paid := -w.led.Flow(RowCoordinators, ledger.Auction, ledger.Token) -
		w.led.Balance(ledger.Escrow, ledger.Token, ledger.Free)
	if burnt == 0 || bought < paid || w.roll.Public().ToSupply == 0 {
		t.Errorf("%d bought, %d paid, %d burnt", bought, paid, burnt)
	}
	if got := float64(burnt) / float64(paid); got < 0.39 || got > 0.41 {
		t.Errorf("%.3f of the bids are burnt", got)
	}
}

// Branches of a world under an auction go on like the world and do not touch each
// other.
func TestBranchesOfAuctions(t *testing.T) {
	for _, m := range []string{"burn-auction", "mev-auction"} {
		w := run(t, worldUnder(t, small(t), m, "none", 3), 1234)
		var a, b World
		a.CopyFrom(w)
		before := w.Hash()
		run(t, &a, 2500)
		if w.Hash() != before || a.view.Auction == w.view.Auction {
			t.Errorf("%s: a branch moves its origin", m)
		}
		b.CopyFrom(w)
		run(t, w, 2500)
		run(t, &b, 2500)
		if a.Hash() != w.Hash() || b.Hash() != w.Hash() {
			t.Errorf("%s: branches differ", m)
		}
	}
}
