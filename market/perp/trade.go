package perp

import (
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Order is a command to trade.
type Order struct {
	Owner ledger.Owner
	Price uint32 // ticks
	Lots  uint32
	Slot  uint16
	Side  book.Side
	Kind  book.Kind // Limit, PostOnly or ImmediateOrCancel
}

// Submit sends an order and returns the lots that traded. It first cancels the
// order that rests in the same slot, unless it refuses the new one. Errors, in
// this order: ErrClosed, ErrSlot, ErrBook, ErrBand, ErrMargin, ErrCap.
func (m *Market) Submit(o Order) (filled uint32, err error) {
	at, err := m.admit(&o)
	if err != nil {
		return 0, err
	}
	was := m.resting(*at)
	if err = m.afford(&o, was); err != nil {
		return 0, err
	}
	if *at != 0 {
		m.drop(o.Owner, at)
	}
	return m.place(&o, at), nil
}

// admit makes the checks that do not depend on money.
func (m *Market) admit(o *Order) (*book.OrderID, error) {
	if m.cap == 0 || m.mark == 0 {
		return nil, ErrClosed
	}
	if uint(o.Owner) >= uint(len(m.accounts)) || uint32(o.Slot) >= m.accounts[o.Owner].slots {
		return nil, ErrSlot
	}
	b := m.order(o)
	if (o.Kind != book.Limit && o.Kind != book.PostOnly && o.Kind != book.ImmediateOrCancel) ||
		m.book.Test(&b) != book.Accepted {
		return nil, ErrBook
	}
	width := share(ledger.Amount(m.mark), m.band)
	if d := ledger.Amount(o.Price) - ledger.Amount(m.mark); d > width || -d > width {
		return nil, ErrBand
	}
	return &m.slots[m.accounts[o.Owner].base+uint32(o.Slot)], nil
}

func (m *Market) order(o *Order) book.Order {
	return book.Order{Owner: o.Owner, Tag: o.Slot, Side: o.Side, Kind: o.Kind, Price: o.Price, Lots: o.Lots}
}

// resting returns the lots of an order by side, none for id 0.
func (m *Market) resting(id book.OrderID) (lots [2]int64) {
	if is, ok := m.book.Get(id); ok {
		lots[is.Side] = int64(is.Lots)
	}
	return lots
}

// afford checks margin and open interest with the new order in place of the one
// that it replaces. An order that makes nobody reach further, as one that only reduces a
// position, needs neither.
func (m *Market) afford(o *Order, was [2]int64) error {
	a := &m.accounts[o.Owner]
	r := a.resting
	for s := range r {
		r[s] -= was[s]
	}
	r[o.Side] += int64(o.Lots)
	w := reach(a.position, r)
	if w[0] <= a.reach[0] && w[1] <= a.reach[1] {
		return nil
	}
	if m.Equity(o.Owner) < share(m.value(max(w[0], w[1])), m.initial) {
		return ErrMargin
	}
	if min(m.reach[0]-a.reach[0]+w[0], m.reach[1]-a.reach[1]+w[1]) > m.cap {
		return ErrCap
	}
	return nil
}

// place matches an order that has passed the checks and rests the rest of a limit
// order.
func (m *Market) place(o *Order, at *book.OrderID) (filled uint32) {
	b := m.order(o)
	id, fills := m.book.Place(&b, m.fills[:0])
	m.fills = fills
	*at = id
	for i := range fills {
		f := &fills[i]
		if f.Gone {
			m.slots[m.accounts[f.Owner].base+uint32(f.Tag)] = 0
		}
		if f.Self {
			m.rested(f.Owner, o.Side.Opposite(), -int64(f.Left))
			continue
		}
		filled += f.Lots
		m.fill(o.Owner, o.Side, f)
	}
	if id != 0 {
		m.rested(o.Owner, o.Side, int64(o.Lots-filled))
	}
	return filled
}

// rested changes the lots that an owner has in the book.
func (m *Market) rested(o ledger.Owner, s book.Side, lots int64) {
	if s == book.Buy {
		m.change(o, 0, lots, 0)
	} else {
		m.change(o, 0, 0, lots)
	}
}

// fill changes both positions, settles the difference between price and mark, and
// charges the fees.
func (m *Market) fill(taker ledger.Owner, side book.Side, f *book.Fill) {
	lots := int64(f.Lots)
	buyer, seller := taker, f.Owner
	if side == book.Sell {
		buyer, seller = seller, buyer
		m.change(taker, -lots, 0, 0)
		m.change(f.Owner, lots, -lots, 0)
	} else {
		m.change(taker, lots, 0, 0)
		m.change(f.Owner, -lots, 0, -lots)
	}
	diff := (ledger.Amount(f.Price) - ledger.Amount(m.mark)) * m.tickSize * ledger.Amount(lots)
	if diff < 0 {
		buyer, seller, diff = seller, buyer, -diff
	}
	m.bear(buyer, seller, diff)
	cash := ledger.Amount(f.Price) * m.tickSize * ledger.Amount(lots)
	m.charge(f.Owner, ledger.Venue, ledger.Free, share(cash, m.fees[0]), ledger.TradingFee)
	m.charge(taker, ledger.Venue, ledger.Free, share(cash, m.fees[1]), ledger.TradingFee)
	m.stats.Lots += uint64(lots)
	m.stats.Trades++
}

// bear moves a difference between price and mark from one margin to another.
// Insurance pays what the first cannot, as far as it suffices.
func (m *Market) bear(from, to ledger.Owner, amount ledger.Amount) {
	paid := m.charge(from, to, ledger.Margin, amount, ledger.Variation)
	m.insure(to, amount-paid)
}

// insure pays what a loser could not, returns the amount and counts the loss that
// is left to the winners.
func (m *Market) insure(to ledger.Owner, short ledger.Amount) (paid ledger.Amount) {
	paid = min(short, m.led.Balance(ledger.Insurance, ledger.Cash, ledger.Free))
	m.post(ledger.Transfer{Amount: paid, From: ledger.Insurance, To: to, Asset: ledger.Cash, ToPocket: ledger.Margin,
		Reason: ledger.Shortfall})
	m.stats.Insured += paid
	m.stats.Socialised += short - paid
	return paid
}

// charge takes up to an amount from a margin and returns the amount taken.
func (m *Market) charge(from, to ledger.Owner, pocket ledger.Pocket, amount ledger.Amount,
	why ledger.Reason) ledger.Amount {
	amount = min(amount, m.Equity(from))
	m.post(ledger.Transfer{Amount: amount, From: from, To: to, Asset: ledger.Cash, FromPocket: ledger.Margin,
		ToPocket: pocket, Reason: why})
	return amount
}

func (m *Market) post(t ledger.Transfer) {
	if t.Amount == 0 {
		return
	}
	if err := m.led.Post(t); err != nil && m.fault == nil {
		m.fault = err
	}
}

// Cancel cancels the order in a slot and reports whether there was one.
func (m *Market) Cancel(o ledger.Owner, slot uint16) bool {
	if uint(o) >= uint(len(m.accounts)) || uint32(slot) >= m.accounts[o].slots {
		return false
	}
	at := &m.slots[m.accounts[o].base+uint32(slot)]
	if *at == 0 {
		return false
	}
	m.drop(o, at)
	return true
}

// CancelAll cancels all orders of an owner.
func (m *Market) CancelAll(o ledger.Owner) {
	for s := range m.accounts[o].slots {
		m.Cancel(o, uint16(s))
	}
}

func (m *Market) drop(o ledger.Owner, at *book.OrderID) {
	was, _ := m.book.Cancel(*at)
	*at = 0
	m.rested(o, was.Side, -int64(was.Lots))
}

// Open returns the order that rests in a slot; ok is false if there is none.
func (m *Market) Open(o ledger.Owner, slot uint16) (price, lots uint32, side book.Side, ok bool) {
	if uint(o) >= uint(len(m.accounts)) || uint32(slot) >= m.accounts[o].slots {
		return 0, 0, 0, false
	}
	is, ok := m.book.Get(m.slots[m.accounts[o].base+uint32(slot)])
	return is.Price, is.Lots, is.Side, ok
}
