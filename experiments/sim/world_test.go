package sim

import (
	"testing"

	"stakeout/experiments/param"
	"stakeout/market"
	"stakeout/market/ledger"
)

func defaults(t testing.TB) *Config {
	t.Helper()
	var c Config
	param.Defaults(&c)
	return &c
}

var _ = market.Defaults

func BenchmarkDay(b *testing.B) {
	c := defaults(b)
	w, err := New(c, "pos", "none", 1, [Legs]ledger.Amount{})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Run(w.Ticks(3)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if err := w.Run(w.tick + w.Ticks(1)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSmoke(t *testing.T) {
	c := defaults(t)
	w, err := New(c, "pos", "none", 1, [Legs]ledger.Amount{})
	if err != nil {
		t.Fatal(err)
	}
	for d := 0; d < 20; d++ {
		if err := w.Run(w.Ticks(float64(d + 1))); err != nil {
			t.Fatal(err)
		}
		s := w.series[len(w.series)-1]
		t.Logf("d%d P %.4f F %.4f news %.4f act %.0f staked %.2f unb %.2f empty %.3f spread %.1f d1 %.0f vol %.0f borrowed %.0f lent %.0f wait %.0f rew %.3f gas %.0f refused %d", d, s.Price, s.Fundamental, exp(s.LnETH+s.LnActivity), s.Active, s.Staked/1e6, s.Unbonding/1e6, s.EmptyDay, s.SpreadBps, s.Depth1, s.Volume/float64(d+1), s.Borrowed, s.Lent, s.Waiting, s.Reward, s.GasGwei, w.refused)
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
	}
}
