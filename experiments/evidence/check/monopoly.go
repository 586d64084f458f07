package check

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
)

// feeMultiples are the prices of inclusion that one builder of all blocks posts, as
// multiples of cost and an honest margin.
var feeMultiples = [...]float64{1, 2, 4, 6, 10, 20, 60}

// exitShares are the prices of leaving that it posts, as shares of the balance.
var exitShares = [...]float64{0, 0.003, 0.01, 0.03, 0.1, 0.3, 1}

// monopolyDays is how long a price stands. Over longer times users who are served
// badly leave, and a price earns less than here.
const monopolyDays = 14

// monopoly is what users of one world paid under each price, in USD.
type monopoly struct {
	fees  [len(feeMultiples)]float64
	exits [len(exitShares)]float64
}

func runMonopoly(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.monopoly)
	if err != nil {
		return nil, err
	}
	of := func(f func(*monopoly) float64) measured {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = f(&worlds[i])
		}
		return meanOf(x)
	}
	const law = "Monopoly pricing: where demand falls with the price, revenue has its maximum inside, and a price that " +
		"nobody pays earns nothing"
	fee, exit := 0, 0
	mean := func(f func(*monopoly) float64) float64 { return of(f).value }
	for k := range feeMultiples {
		if mean(func(w *monopoly) float64 { return w.fees[k] }) > mean(func(w *monopoly) float64 { return w.fees[fee] }) {
			fee = k
		}
	}
	for k := range exitShares {
		if mean(func(w *monopoly) float64 { return w.exits[k] }) > mean(func(w *monopoly) float64 { return w.exits[exit] }) {
			exit = k
		}
	}
	dearest, all := len(feeMultiples)-1, len(exitShares)-1
	lines := []line{
		{"best fee, of cost", "1", between(feeMultiples[1], feeMultiples[dearest-1]), law,
			exactly(feeMultiples[fee], len(worlds)), 0},
		{"fees at the best price less those at cost", "USD", atLeast(0), law,
			of(func(w *monopoly) float64 { return w.fees[fee] - w.fees[0] }), 0},
		{"fees at the dearest price less those at the best", "USD", atMost(0), law,
			of(func(w *monopoly) float64 { return w.fees[dearest] - w.fees[fee] }), 0},
		{"best price of an exit, of the balance", "%", between(100*exitShares[1], 100*exitShares[all-1]), law,
			exactly(100*exitShares[exit], len(worlds)), 1},
		{"exits at the best price less those at gas", "USD", atLeast(0), law,
			of(func(w *monopoly) float64 { return w.exits[exit] - w.exits[0] }), 0},
		{"exits for the whole balance less those at the best", "USD", atMost(0), law,
			of(func(w *monopoly) float64 { return w.exits[all] - w.exits[exit] }), 0},
	}
	res := judge("monopoly", "What one builder of all blocks can charge", lines,
		fmt.Sprintf("One operator builds all blocks for %d days at a posted price, without a remedy. Users bid up to the "+
			"value of the wait that another leader would cost, and leavers up to what a wait costs their balance.",
			min(monopolyDays, int(r.days))))
	res.Tables = append(res.Tables, monopolyTable(worlds, "fees", "Fees of transactions under a posted price",
		"multiples of cost", feeMultiples[:], 1, func(w *monopoly, k int) float64 { return w.fees[k] }),
		monopolyTable(worlds, "exits", "Prices of withdrawals under a price by balance", "% of the balance",
			exitShares[:], 100, func(w *monopoly, k int) float64 { return w.exits[k] }))
	return res, nil
}

// monopolyTable is what users paid by price, which is printed scale times.
func monopolyTable(worlds []monopoly, name, title, unit string, prices []float64, scale float64,
	paid func(w *monopoly, k int) float64) *table.Table {
	t := &table.Table{Name: "check_monopoly_" + name, Title: title, Columns: []table.Column{{Name: "Price", Unit: unit},
		{Name: "Paid by users [95 % CI]", Unit: "USD"}}, Notes: []string{student.of(len(worlds))}}
	for k, p := range prices {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = paid(&worlds[i], k)
		}
		m := meanOf(x)
		t.Rows = append(t.Rows, []table.Cell{table.Number(scale*p, table.Format{Decimals: 1}),
			table.Estimate(m.value, m.lo, m.hi, table.Format{})})
	}
	return t
}

// monopoly lets one operator build all blocks of a world under one price after the other.
func (r *runner) monopoly(ctx context.Context, s *scratch, rep int) (out monopoly, err error) {
	cfg := r.world
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return out, err
	}
	paid := func(o operator, why ledger.Reason) (float64, error) {
		b := &s.branch
		b.CopyFrom(w)
		capture(b, &cfg, 1, o)
		before := b.Ledger().Flow(sim.RowUsers, why, ledger.Cash)
		err := trial.Advance(ctx, b, b.Tick()+b.Ticks(min(monopolyDays, r.days)))
		return (before - b.Ledger().Flow(sim.RowUsers, why, ledger.Cash)).Units(), err
	}
	for k, m := range feeMultiples {
		if out.fees[k], err = paid(operator{multiple: m}, ledger.TransactionFee); err != nil {
			return out, err
		}
	}
	for k, x := range exitShares {
		if out.exits[k], err = paid(operator{multiple: 1, exitShare: x}, ledger.WithdrawalFee); err != nil {
			return out, err
		}
	}
	return out, nil
}
