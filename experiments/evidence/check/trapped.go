package check

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
)

// All coordinators stop from the end of a short warm-up to the end of the run. The
// smallest balances are so low that gas matters to their owners.
const (
	stopWarmup  = 1.0 // days
	stopBalance = 5.0 // USD, smallest balance
	stopGroups  = 10  // groups of users with equal numbers, by balance
)

var (
	stopRemedies = []string{"none", "forced-exit", "mass-exit", "migrate-zk", "migrate-optimistic", "migrate-bls"}
	stopGas      = []float64{10, 58.2, 200, 538} // gwei
)

// trappedWorlds are the shares of users trapped at one seed in %, by remedy, price of
// gas and tenth of the users.
type trappedWorlds [][][]float64

func runTrapped(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.trappedAt)
	if err != nil {
		return nil, err
	}
	res := judge("trapped", "Users who want to leave and cannot", r.trappedLines(worlds),
		fmt.Sprintf("All coordinators stop for %g days. The prices of gas and of ether are held constant; "+
			"the smallest balance is %g USD.", r.days, stopBalance),
		"Trapped users want to leave and are still inside at the end, in % of the users inside at the beginning.")
	res.Tables = append(res.Tables, trappedTable(worlds))
	return res, nil
}

// stopped is the world of the check at a constant price of gas, with its coordinators
// stopped.
func (r *runner) stopped(gwei float64) *sim.Config {
	c := r.world
	c.Time.WarmupDays = stopWarmup
	c.Outage = sim.OutageParams{Hours: r.days * 24, Share: 1, Repeat: 1, EveryDays: r.days}
	c.Layer1.BackgroundLogMean, c.Layer1.BackgroundInnovation = exact.Log(gwei), 0
	c.News.EthDaily, c.News.EthJumps = 0, 0
	c.Users.BalanceUSD = stopBalance
	return &c
}

func (r *runner) trappedAt(ctx context.Context, _ *scratch, rep int) (out trappedWorlds, err error) {
	for _, name := range stopRemedies {
		var byGas [][]float64
		for _, gwei := range stopGas {
			cfg := r.stopped(gwei)
			w, err := sim.New(cfg, reference, name, draw.Mix(masterSeed, uint64(rep)), noCapital)
			if err != nil {
				return nil, err
			}
			if err := trial.Advance(ctx, w, w.Ticks(stopWarmup+r.days)); err != nil {
				return nil, err
			}
			shares := w.Trapped(stopGroups)
			for i := range shares {
				shares[i] *= 100
			}
			byGas = append(byGas, shares)
		}
		out = append(out, byGas)
	}
	return out, nil
}

// poorerThan is the share of users with a balance below a sum in USD, in %.
func (r *runner) poorerThan(usd float64) float64 {
	if usd <= stopBalance {
		return 0
	}
	return 100 * (1 - exact.Pow(stopBalance/usd, balanceTail))
}

// balanceTail is the exponent of the Pareto law of balances (agents, UserParams).
const balanceTail = 1.15

func (r *runner) trappedLines(worlds []trappedWorlds) (lines []line) {
	all := func(remedy, gas int) measured {
		x := make([]float64, len(worlds))
		for n := range worlds {
			for _, share := range worlds[n][remedy][gas] {
				x[n] += share / stopGroups
			}
		}
		return meanOf(x)
	}
	for gas, gwei := range stopGas {
		cost := float64(r.world.Rollup.ForcedExitGas) * gwei * 1e-9 * r.world.Opening.EthUSD
		// Users expect to pay a tenth more than the price of prompt inclusion.
		target := between(r.poorerThan(cost)-5, r.poorerThan(1.2*cost)+5)
		lines = append(lines, line{fmt.Sprintf("trapped at %g gwei, forced exit", gwei), "%", target,
			"Share of the Pareto law of balances below the gas of an exit, at up to a fifth above the price; " +
				"five points for churn", all(1, gas), 1})
	}
	return append(lines,
		line{"trapped without a remedy", "%", atLeast(90),
			"“Both cause users to be stuck in zkrollup with a coordinator whose incentives are not aligned " +
				"with their interests”", all(0, 1), 1},
		line{"trapped at 538 gwei, one proof for all", "%", atMost(10),
			"“it can be done anytime. Hence no mass exit problem”: the gas of one proof is shared by all who move",
			all(3, 3), 1})
}

func trappedTable(worlds []trappedWorlds) *table.Table {
	t := &table.Table{Name: "check_trapped_deciles",
		Title:   "Trapped by tenth of the users, from the smallest balances to the largest, in %",
		Columns: []table.Column{{Name: "Remedy"}, {Name: "Gas", Unit: "gwei"}}}
	for i := range stopGroups {
		t.Columns = append(t.Columns, table.Column{Name: fmt.Sprint(i + 1), Unit: "%"})
	}
	for k, name := range stopRemedies {
		for g, gwei := range stopGas {
			row := []table.Cell{table.Text(name), table.Number(gwei, table.Format{Decimals: 1})}
			for i := range stopGroups {
				mean := 0.0
				for n := range worlds {
					mean += worlds[n][k][g][i] / float64(len(worlds))
				}
				row = append(row, table.Number(mean, table.Format{}))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Notes = []string{fmt.Sprintf("Means over %d worlds.", len(worlds))}
	return t
}
