package market

import (
	"errors"
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// CopyFrom makes x equal to src and re-uses the memory of x where it fits. x
// keeps its own ledger, which the caller copies.
func (x *Exchange) CopyFrom(src *Exchange) {
	if x == src {
		return
	}
	x.book.CopyFrom(src.book)
	x.p, x.maker, x.taker = src.p, src.maker, src.taker
	x.tick, x.stats, x.fault = src.tick, src.stats, src.fault
	x.accounts = append(x.accounts[:0], src.accounts...)
	x.slots = append(x.slots[:0], src.slots...)
	x.log = append(x.log[:0], src.log...)
}

// Hash folds the state into h: the book, the last price, the tick and the
// counters. The log and the list of watched owners are left out, because no
// result depends on them.
func (x *Exchange) Hash(h uint64) uint64 {
	h = x.book.Hash(h)
	s := &x.stats
	h = exact.Fold(h, uint64(x.book.Last()), uint64(x.tick), s.Trades, s.Lots, uint64(s.Cash),
		uint64(s.Fees), uint64(s.TakerLots), s.Orders, s.Cancels, s.Amends, s.Expired, s.SelfCancels, s.Rejected)
	if s.Fired|s.Called != 0 {
		h = exact.Fold(h, s.Fired<<32^s.Called)
	}
	return h
}

// Err returns the first posting that the ledger refused, nil if there was none.
// Only the overflow of a balance can cause one, and the world must stop then.
func (x *Exchange) Err() error { return x.fault }

// Check verifies an exchange that is the only one on its ledger; see Check.
func (x *Exchange) Check() error { return Check(x) }

// Check verifies all exchanges of one ledger together, because they share the
// held pocket of cash: books and slots agree, and each owner's held pocket is
// exactly what its open orders need. It is for tests.
func Check(all ...*Exchange) error {
	if len(all) == 0 {
		return nil
	}
	l := all[0].ledger
	held := make([]ledger.Amount, l.Owners()*int(ledger.Assets))
	for _, x := range all {
		if x.ledger != l {
			return errors.New("market: exchanges on different ledgers")
		}
		if err := x.check(held); err != nil {
			return err
		}
	}
	for i, want := range held {
		o, a := ledger.Owner(i/int(ledger.Assets)), ledger.Asset(i%int(ledger.Assets))
		if got := l.Balance(o, a, ledger.Held); got != want {
			return fmt.Errorf("market: owner %d holds %d of %v behind orders that need %d", o, got, a, want)
		}
	}
	return nil
}

// check verifies one exchange and adds what its orders need to held.
func (x *Exchange) check(held []ledger.Amount) error {
	if x.fault != nil {
		return x.fault
	}
	if err := x.book.Check(); err != nil {
		return err
	}
	all := x.book.Waiting(x.book.Orders(book.Sell, x.book.Orders(book.Buy, nil)))
	for i := range all {
		r := &all[i]
		at := x.at(r.Owner, r.Tag)
		if at == nil || *at != r.ID {
			return fmt.Errorf("market: order %d is not in slot %d of owner %d", r.ID, r.Tag, r.Owner)
		}
		held[int(r.Owner)*int(ledger.Assets)+int(x.asset(r.Side))] += x.heldBy(r)
	}
	open := 0
	for _, a := range x.accounts {
		for _, id := range x.slots[a.base : a.base+a.slots] {
			if id != 0 {
				open++
			}
		}
	}
	if open != x.book.Live() {
		return fmt.Errorf("market: %d slots in use, %d orders rest", open, x.book.Live())
	}
	return nil
}
