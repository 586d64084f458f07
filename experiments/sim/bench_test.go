package sim

import (
	"fmt"
	"testing"
	"time"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// steady is a world a day old.
func steady(t testing.TB, c *Config) *World {
	w := world(t, c, "none", 1)
	return run(t, w, w.Ticks(1))
}

// hushed is a world whose agents hardly ever wake.
func hushed(t testing.TB) *Config {
	c := defaults(t)
	c.Stakers.WakeHours, c.Chartists.WakeHours, c.Holders.WakeHours = 48, 1000, 10000
	c.Shorters.WakeHours, c.Coordinators.WakeHours, c.Users.WakeHours = 1000, 1000, 1000
	c.Makers.WakeBlocks, c.Noise.WakeBlocks = 10000, 100000
	c.Chartists.Count, c.Shorters.Count, c.Stakers.SliceMinutes = 0, 0, 1000
	return c
}

// crowd is the default world with the given number of agents in the same
// proportions, of which about one in a hundred wakes in a tick. Wealth, demand
// and capacity grow with the number, so that each agent's part stays as it is.
func crowd(t testing.TB, n int) *Config {
	c := defaults(t)
	all := c.Stakers.Count + c.Makers.Count + c.Noise.Count + c.Chartists.Count + c.Holders.Count +
		c.Shorters.Count + c.Coordinators.Count + c.Users.Count
	f := float64(n) / float64(all)
	for _, count := range []*int{&c.Stakers.Count, &c.Makers.Count, &c.Noise.Count, &c.Chartists.Count,
		&c.Holders.Count, &c.Shorters.Count, &c.Coordinators.Count, &c.Users.Count} {
		*count = max(int(f*float64(*count)), 1)
	}
	c.Opening.Supply *= f
	c.Opening.Revenue *= f
	c.Lending.BorrowCap = ledger.Amount(f * float64(c.Lending.BorrowCap))
	c.Makers.DepthShare /= f
	c.Noise.OrderShare /= f
	c.Rollup.CapacityTx = int(f * float64(c.Rollup.CapacityTx))
	c.Rollup.TransactionGas = max(int(float64(c.Rollup.TransactionGas)/f), 1)
	hours := 80 * c.Layer1.BlockSeconds / 3600
	c.Stakers.WakeHours, c.Chartists.WakeHours, c.Shorters.WakeHours = 4*hours, hours, hours
	c.Users.WakeHours, c.Noise.WakeBlocks, c.Makers.WakeBlocks = hours, 80, 80
	return c
}

// advance steps a world and returns how many agents woke.
func advance(b *testing.B, w *World, ticks int) (woken int) {
	for range ticks {
		if err := w.Step(); err != nil {
			b.Fatal(err)
		}
		woken += len(w.awake)
	}
	return woken
}

// perWake runs b.N ticks and reports the cost of one and the wakings a second.
func perWake(b *testing.B, w *World) {
	b.ReportAllocs()
	b.ResetTimer()
	woken := advance(b, w, b.N)
	b.ReportMetric(float64(woken)/float64(b.N), "wakes/tick")
	b.ReportMetric(float64(woken)/b.Elapsed().Seconds(), "wakes/s")
}

func BenchmarkTick(b *testing.B) {
	b.Run("quiet", func(b *testing.B) { perWake(b, steady(b, hushed(b))) })
	b.Run("default", func(b *testing.B) { perWake(b, steady(b, defaults(b))) })
}

// BenchmarkWake is the cost of a waking in the default world: an operation is
// one agent deciding and being carried out, its share of the tick included.
func BenchmarkWake(b *testing.B) {
	w := steady(b, defaults(b))
	b.ReportAllocs()
	b.ResetTimer()
	woken := 0
	for woken < b.N {
		woken += advance(b, w, 1)
	}
	b.ReportMetric(float64(woken)/b.Elapsed().Seconds(), "wakes/s")
}

func BenchmarkWorld(b *testing.B) {
	for _, n := range []int{1e3, 1e5, 1e6} {
		b.Run(fmt.Sprintf("agents=%.0e", float64(n)), func(b *testing.B) {
			w := world(b, crowd(b, n), "none", 1)
			run(b, w, 500)
			perWake(b, w)
		})
	}
}

func BenchmarkDefault60Days(b *testing.B) {
	c := defaults(b)
	for range b.N {
		w := world(b, c, "none", 1)
		run(b, w, w.Ticks(60))
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/world")
}

// BenchmarkCatalogue is a day of the default world under each pair of a mechanism and
// a remedy: during an attack that has its lever there, or with everybody waiting to
// leave. The ratio is to a day of the default world timed just before.
func BenchmarkCatalogue(b *testing.B) {
	for _, waiting := range []bool{false, true} {
		for _, m := range election.All() {
			for _, r := range remedy.All() {
				if !r.In(m.Rules()) {
					continue
				}
				name := m.Name + "/" + r.Name
				if waiting {
					name += "/waiting"
				}
				b.Run(name, func(b *testing.B) { catalogueDay(b, m, r, waiting) })
			}
		}
	}
}

func catalogueDay(b *testing.B, m election.Entry, r remedy.Entry, waiting bool) {
	c := defaults(b)
	if waiting {
		c.Outage = OutageParams{Hours: 1e6, Share: 1, Repeat: 1, EveryDays: 1}
		c.Time.WarmupDays = 1
		c.Beliefs.RespondToEvents = false // else most of the time goes to stakers who sell
	}
	e, _ := strategies.Find("dos-empty-blocks")
	p := e.Params()
	param.Defaults(p)
	w := worldUnder(b, c, m.Name, r.Name, 1, e.Capital(p)[0])
	if e.Needs.In(m.Rules()) && !waiting {
		attack(w, e, p)
	}
	run(b, w, w.Ticks(11))
	plain := worldUnder(b, defaults(b), "pos", "none", 1)
	run(b, plain, plain.Ticks(11))
	day := func(w *World) time.Duration {
		start := time.Now()
		run(b, w, w.Tick()+w.Ticks(1))
		return time.Since(start)
	}
	var plainly, here time.Duration
	for range b.N {
		plainly += day(plain)
		here += day(w)
	}
	b.ReportMetric(float64(here)/float64(plainly), "x-default")
	b.ReportMetric(here.Seconds()/float64(b.N)*1e3, "ms/day")
}

func BenchmarkCopyFrom(b *testing.B) {
	w, c := steady(b, defaults(b)), new(World)
	c.CopyFrom(w)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		c.CopyFrom(w)
	}
}
