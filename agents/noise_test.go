package agents

import (
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/param"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Orders of noise traders never need more than they have, rich or poor.
func TestNoiseNeverExceedsItsFunds(t *testing.T) {
	var p NoiseParams
	param.Defaults(&p)
	orders, sides := 0, [2]int{}
	for _, tokens := range []float64{0, 3, 500, 50000} {
		for _, cash := range []float64{0, 2, 700, 60000} {
			s := newSmall(t, 1)
			awake := list(1)
			noise := NewNoise(p, s.o, awake, draw.New(3), func(id ID, _ Endowment) {
				s.grant(id, Endowment{Tokens: tokens, Cash: cash})
			})
			s.quote(9990, 10010)
			for i := range uint32(300) {
				s.x.Expire(i)
				s.x.SetTick(i)
				for _, a := range only(Submit, s.decide(noise, i+1, awake[0])) {
					orders++
					sides[a.Order.Side]++
					funds, need := s.v.Free(a.Agent, ledger.Token), ledger.Amount(a.Order.Lots)*ledger.Unit
					if a.Order.Side == book.Buy {
						funds = s.v.Free(a.Agent, ledger.Cash)
						need = ledger.Amount(a.Order.Lots) * ledger.Amount(a.Order.Price) * s.x.Params().TickSize
					}
					if need > funds {
						t.Fatalf("%+v needs %d, has %d", a.Order, need, funds)
					}
					s.x.Submit(a.Order)
				}
				s.v.Refresh()
			}
		}
	}
	if orders < 500 || sides[0] == 0 || sides[1] == 0 {
		t.Errorf("%d orders, by side %v: the test sees nothing", orders, sides)
	}
}
