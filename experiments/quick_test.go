package experiments

import (
	"context"
	"testing"
	"time"

	"stakeout/experiments/measure"
)

func TestQuick(t *testing.T) {
	for _, name := range Presets() {
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{}
		t0 := time.Now()
		x, err := s.trial(context.Background(), b, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(name, time.Since(t0))
		for i, g := range []measure.Account{x.Gain, x.Fair} {
			t.Logf("  %d profit %.0f capital %.0f peak %.3f short %.0f", i, dollars(g.Profit), dollars(g.CapitalAtRisk), g.PeakStake, g.ShortTokens)
			for c := measure.Channel(0); c < measure.Channels; c++ {
				if g.Channel[c] != 0 {
					t.Logf("     %-22s %12.2f", measure.Describe[c].Label, dollars(g.Channel[c]))
				}
			}
		}
		a, h := x.Attack.Series(), x.Honest.Series()
		id := x.Idle.Series()
		for d := 14; d < 74; d += 4 {
			t.Logf("  day %d idle %.4f honest %.4f attack %.4f users %.0f stake %.3f empty %.3f fund %.3f waiting %.0f", d-14, id[d*24].Price, h[d*24].Price, a[d*24].Price, a[d*24].Active, a[d*24].AttackerStake/a[d*24].Staked, a[d*24].EmptyDay, a[d*24].Fundamental/id[d*24].Fundamental, a[d*24].Waiting)
		}
		t.Log(measure.Harm(x.Attack, x.Idle), measure.Residual(x.Attack))
	}
}
