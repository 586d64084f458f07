package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
)

// An honest operator serves everybody at the cost of a transaction plus a margin that
// is earned in ETH.
func TestHonestPolicyCoversItsGas(t *testing.T) {
	s := newSmall(t, 1)
	for _, gwei := range []float64{0, 40, 400} {
		for _, eth := range []float64{115, 230} {
			s.v.GasGwei, s.v.EthUSD = gwei, eth
			p := HonestPolicy(s.o.Margin/s.o.EthUSD, s.o.PerBatch, s.v)
			gasUSD := gwei * 1e-9 * eth
			batch := (float64(s.v.Rollup.BatchGas) + s.o.PerBatch*float64(s.v.Rollup.TransactionGas)) * gasUSD
			net, want := s.o.PerBatch*p.MinFee.Units()-batch, s.o.PerBatch*s.o.Margin*eth/s.o.EthUSD
			near(t, "fees of a batch less its gas", net, want, 1e-3)
			if exit := p.ExitFee.Units(); !p.Transfers || !p.Exits || exit+1e-6 < float64(s.v.Rollup.WithdrawalGas)*gasUSD {
				t.Errorf("gas %v, ETH %v: policy %+v", gwei, eth, p)
			}
		}
	}
}

// Operators pay their running costs out of the cash that they have, and no more.
func TestCoordinatorsSpendWhatTheyHave(t *testing.T) {
	s := newSmall(t, 2)
	var p CoordinatorParams
	param.Defaults(&p)
	p.CashUSD = 100
	c := NewCoordinators(p, s.o, list(2), draw.New(3), s.grant)
	each := p.SlotCost * testPerDay / 40 / 2 // a day, of two operators
	spent := only(Spend, s.decide(c, testPerDay/24, list(2)[0]))
	if len(spent) != 1 {
		t.Fatalf("actions %+v", spent)
	}
	near(t, "cost of an hour", spent[0].Amount.Units(), each/24, 1e-6)
	spent = only(Spend, s.decide(c, 2*testPerDay, list(2)[0]))
	near(t, "cost beyond its cash", spent[0].Amount.Units(), 100, 1e-6)
}
