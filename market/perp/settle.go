package perp

import (
	"fmt"

	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// MarkTo values every position at a new mark in ticks. Losers pay into the
// clearing account, which is the venue's pocket Margin. Insurance adds what they
// lack. Winners share the sum in proportion to their gains. Remainders of
// division go to Dust.
func (m *Market) MarkTo(mark uint32) {
	was := m.mark
	m.mark = mark
	if was == 0 || was == mark {
		return
	}
	step := (ledger.Amount(mark) - ledger.Amount(was)) * m.tickSize
	var won, lost ledger.Amount
	for _, o := range m.holders {
		if gain := step * ledger.Amount(m.accounts[o].position); gain < 0 {
			lost += m.charge(o, ledger.Venue, ledger.Margin, -gain, ledger.Variation)
		} else {
			won += gain
		}
	}
	m.distribute(won, lost, func(a *account) ledger.Amount { return step * ledger.Amount(a.position) }, ledger.Variation)
}

// distribute pays the winners from the losses collected and from insurance. If
// the two do not suffice, all gains are reduced in proportion.
func (m *Market) distribute(won, lost ledger.Amount, gain func(*account) ledger.Amount, why ledger.Reason) {
	there := lost
	if won > lost {
		there += m.insure(ledger.Venue, won-lost)
	}
	left := there
	for _, o := range m.holders {
		g := gain(&m.accounts[o])
		if g <= 0 {
			continue
		}
		if there < won {
			g, _ = ledger.MulDiv(g, there, won, ledger.Down)
		}
		m.post(ledger.Transfer{Amount: g, From: ledger.Venue, To: o, Asset: ledger.Cash, FromPocket: ledger.Margin,
			ToPocket: ledger.Margin, Reason: why})
		left -= g
	}
	m.post(ledger.Transfer{Amount: left, From: ledger.Venue, To: ledger.Dust, Asset: ledger.Cash,
		FromPocket: ledger.Margin, Reason: ledger.Remainder})
}

// Fund exchanges funding between the sides. If the contract's mid is above the
// mark, longs pay shorts; below it, shorts pay longs. The rate is the distance
// between the two as a share of the mark, at most the cap, and applies to the
// value of each position. Nothing happens while a side of the book is empty.
func (m *Market) Fund() {
	bid, ask := m.book.Top()
	if bid == 0 || ask == 0 || m.mark == 0 {
		return
	}
	over := ledger.Amount(bid) + ledger.Amount(ask) - 2*ledger.Amount(m.mark)
	payer := int64(1)
	if over < 0 {
		payer, over = -1, -over
	}
	rate, _ := ledger.MulDiv(over, million, 2*ledger.Amount(m.mark), ledger.Down)
	rate = min(rate, m.fundCap)
	var paid, due ledger.Amount
	for _, o := range m.holders {
		if p := m.accounts[o].position * payer; p > 0 {
			paid += m.charge(o, ledger.Venue, ledger.Margin, share(m.value(p), rate), ledger.Funding)
		} else if p < 0 {
			due += m.value(p)
		}
	}
	m.stats.Funded += paid
	// Receivers share the amount paid in proportion to the value of their
	// positions. Insurance does not add to it.
	m.distribute(paid, paid, func(a *account) ledger.Amount {
		if a.position*payer >= 0 {
			return 0
		}
		g, _ := ledger.MulDiv(paid, m.value(a.position), due, ledger.Down)
		return g
	}, ledger.Funding)
}

// Liquidate closes every position below the maintenance margin through the book.
// What the book does not take of a position without margin is closed against the
// other side.
func (m *Market) Liquidate() {
	for i := 0; i < len(m.holders); i++ {
		o := m.holders[i]
		a := &m.accounts[o]
		if a.position == 0 || m.Equity(o) >= share(m.value(a.position), m.maintain) {
			continue
		}
		m.CancelAll(o)
		m.closeOut(o, a)
		if a.position != 0 && m.Equity(o) == 0 {
			m.deleverage(o, a)
		}
	}
}

// closeOut sends the whole position to the book, at prices within the band around
// the mark.
func (m *Market) closeOut(o ledger.Owner, a *account) {
	width := uint32(share(ledger.Amount(m.mark), m.band))
	b := Order{Owner: o, Lots: uint32(min(abs(a.position), 1<<31)), Side: book.Sell, Kind: book.ImmediateOrCancel,
		Price: max(m.mark-min(width, m.mark-1), 1)}
	if a.position < 0 {
		b.Side, b.Price = book.Buy, min(m.mark+width, m.book.MaxPrice()-1)
	}
	var none book.OrderID
	closed := m.place(&b, &none)
	m.stats.Liquidated += uint64(closed)
	m.charge(o, ledger.Insurance, ledger.Free, share(m.value(int64(closed)), m.penalty), ledger.Liquidation)
}

// deleverage closes a position at the mark against the largest opposite
// positions.
func (m *Market) deleverage(o ledger.Owner, a *account) {
	for a.position != 0 {
		other, most := ledger.Owner(0), int64(0)
		for _, h := range m.holders {
			if p := m.accounts[h].position; (p > 0) != (a.position > 0) && abs(p) > most {
				other, most = h, abs(p)
			}
		}
		lots := min(abs(a.position), most)
		m.stats.Deleverage += uint64(lots)
		if a.position > 0 {
			lots = -lots
		}
		m.change(o, lots, 0, 0)
		m.change(other, -lots, 0, 0)
	}
}

// CopyFrom makes m equal to src, except that m keeps its own ledger.
func (m *Market) CopyFrom(src *Market) {
	if m == src {
		return
	}
	keep := *m
	*m = *src
	m.led, m.book, m.fills = keep.led, keep.book, keep.fills
	m.book.CopyFrom(src.book)
	m.accounts = append(keep.accounts[:0], src.accounts...)
	m.slots = append(keep.slots[:0], src.slots...)
	m.holders = append(keep.holders[:0], src.holders...)
	m.log = append(keep.log[:0], src.log...)
}

// Hash folds the state into h. A closed market, whose cap is zero, leaves h
// unchanged.
func (m *Market) Hash(h uint64) uint64 {
	if m.cap == 0 {
		return h
	}
	h = m.book.Hash(h)
	h = exact.Fold(h, uint64(m.mark))
	for _, o := range m.holders {
		h = exact.Fold(h, uint64(o), uint64(m.accounts[o].position))
	}
	return h
}

// Audit checks that positions sum to zero, that the kept sums agree with
// positions and book, that the cap holds, and that the clearing account is empty.
func (m *Market) Audit() error {
	if m.fault != nil {
		return m.fault
	}
	var positions int64
	var sum [2]int64
	resting := make([][2]int64, len(m.accounts))
	for s := book.Buy; s <= book.Sell; s++ {
		for _, r := range m.book.Orders(s, nil) {
			resting[r.Owner][s] += int64(r.Lots)
		}
	}
	for o := range m.accounts {
		a := &m.accounts[o]
		positions += a.position
		sum[0] += a.reach[0]
		sum[1] += a.reach[1]
		if a.resting != resting[o] || a.reach != reach(a.position, a.resting) {
			return fmt.Errorf("perp: owner %d has %+v with %v in the book", o, *a, resting[o])
		}
	}
	switch open := m.OpenInterest(); {
	case positions != 0 || sum != m.reach:
		return fmt.Errorf("perp: positions sum to %d, what they could become to %d, kept %d", positions, sum, m.reach)
	case open > m.cap:
		return fmt.Errorf("perp: open interest %d above the cap %d", open, m.cap)
	case m.Equity(ledger.Venue) != 0:
		return fmt.Errorf("perp: %d left in the clearing account", m.Equity(ledger.Venue))
	}
	return m.book.Check()
}
