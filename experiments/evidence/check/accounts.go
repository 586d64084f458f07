package check

import (
	"context"

	"stakeout/experiments/evidence/accounts"
	"stakeout/experiments/study/trial"
)

// books are the matrices of one world: the balance sheet after the warm-up, the flows
// of the measured time, the reconciliation of both sheets, and the sheet at the end.
type books struct{ opening, flows, change, closing *accounts.Matrix }

func (r *runner) books(ctx context.Context, _ *scratch, rep int) (b books, err error) {
	w, err := r.openAt(ctx, &r.world, rep, 0)
	if err != nil {
		return b, err
	}
	before := accounts.Of(w)
	if err := trial.Advance(ctx, w, w.Tick()+w.Ticks(r.days)); err != nil {
		return b, err
	}
	after := accounts.Of(w)
	return books{before.BalanceSheet(), after.Flows(before), after.Reconciliation(before), after.BalanceSheet()}, nil
}

func runAccounts(ctx context.Context, r *runner) (*Result, error) {
	all, err := each(ctx, r, r.seeds, r.books)
	if err != nil {
		return nil, err
	}
	const doubleEntry = "W. Godley, M. Lavoie, “Monetary Economics”, 2007, chapter 2: the rows and the columns of " +
		"both matrices sum to zero"
	sums := func(what string, of func(*books) []*accounts.Matrix) line {
		faults := 0
		for i := range all {
			for _, m := range of(&all[i]) {
				faults += len(m.Faults())
			}
		}
		return line{what + ": sums not zero", "1", between(0, 0), doubleEntry, exactly(float64(faults), len(all)), 0}
	}
	res := judge("accounts", "The books of a world", []line{
		sums("balance sheets", func(b *books) []*accounts.Matrix { return []*accounts.Matrix{b.opening, b.closing} }),
		sums("flows", func(b *books) []*accounts.Matrix { return []*accounts.Matrix{b.flows} }),
		sums("from sheet to sheet", func(b *books) []*accounts.Matrix { return []*accounts.Matrix{b.change} }),
	}, "A sum counts when it differs from zero by 1e-12 USD or more; n counts worlds. "+
		"The matrices are those of the first world, without an attacker, from the end of the warm-up on; "+
		"flows are valued at the prices at the end.")
	for _, m := range []*accounts.Matrix{all[0].opening, all[0].flows, all[0].change} {
		res.Tables = append(res.Tables, m.Table())
	}
	return res, nil
}
