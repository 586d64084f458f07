package election

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "mev-auction",
	Doc: "A sealed auction sells the right to order a window of slots; the proceeds go to the treasury, and a leader " +
		"that misses a deadline is replaced by the next bidder.",
	Source: "“MEV/ burn auction” as the second of the proposed solutions in ethresear.ch 7698, Intro; “MEV Auction: " +
		"Auctioning transaction ordering rights as a solution to Miner Extractable Value”, ethresear.ch 6788",
	New: newMEVAuction,
})

// MEVParams are the rules of the MEV auction.
type MEVParams struct {
	Window  int           `key:"window_slots" default:"12" unit:"slots" min:"1" max:"10000" source:"Assumption: under two hours, so that every operator can bid for every window; ethresear.ch 6788 leaves N open" doc:"Slots that are sold together"`
	Price   string        `key:"price_rule" default:"second" oneof:"first|second" source:"Timeboost (Mamageishvili and others 2023) has sealed bids and a second price; ethresear.ch 6788 leaves it open" doc:"Whether the winner pays its own bid (first) or the next one (second)"`
	Reserve ledger.Amount `key:"slot_reserve_usd" default:"10" scale:"1000000" unit:"USD" min:"0" max:"1e6" source:"Assumption: a tenth of what a slot is worth at the opening, as in the burn auction" doc:"Lowest bid for each slot of a window"`
	Bond    ledger.Amount `key:"bond_usd" default:"5000" scale:"1000000" unit:"USD" min:"0" max:"1e9" source:"Assumption: some windows' worth; ethresear.ch 6788 asks for a bond that a proven equivocation costs" doc:"Cash locked with each bid, burnt for a proven equivocation only"`
	Holders float64       `key:"holders_share" default:"0.9" unit:"share" min:"0.01" max:"1" source:"Assumption: what operators under proof of stake pass on; the rest funds public goods, for which ethresear.ch 6788 would use all of it" doc:"Share of the proceeds that the treasury passes on to stakers"`
}

// sealed is a sealed bid and its result after the opening.
type sealed struct {
	by        ledger.Owner
	bid, paid ledger.Amount
	tie       uint64 // keyed draw that orders equal bids
	burnt     bool   // the bond has been burnt
}

// mevAuction sells the next window while the current one runs. Bids are in cash,
// locked together with a bond, and can be changed or withdrawn until the window
// opens. The best bidder leads. After a missed deadline the next bidder leads the
// rest of the window. If no bidder is left, the appointed operator leads.
//
// Assumption: a price is settled with the first slot that its payer leads, from
// money that escrow has held since the bid. A replacement pays its own bid for
// the slots that are left. A leader that is replaced gets nothing back. The
// treasury pays the holders' share slot by slot to a staker drawn by stake.
// Losers are paid out when the window ends, because they may replace the winner.
type mevAuction struct {
	p       MEVParams
	board   Board
	bids    []sealed      // for the next window, in order of arrival
	order   []sealed      // of the window that runs, best first
	at      int           // index of the leader in order; len(order): the appointed operator leads
	due     ledger.Amount // price that the leader has not paid yet
	perSlot ledger.Amount // amount that the treasury pays to a staker in each slot
}

func newMEVAuction(p *Params) Mechanism {
	x := p.MEV
	x.Window = max(x.Window, 1)
	m := &mevAuction{p: x, board: Board{Format: SecondPrice, Slots: uint32(x.Window),
		Least: x.Reserve * ledger.Amount(x.Window), Bond: x.Bond, First: 1, Open: 1}}
	if x.Price == "first" {
		m.board.Format = FirstPrice
	}
	return m
}

func (*mevAuction) Rules() rollup.Rules { return rollup.Rules{Bids: true} }

func (m *mevAuction) Clone() Mechanism {
	c := *m
	c.bids = append(make([]sealed, 0, cap(m.bids)), m.bids...)
	c.order = append(make([]sealed, 0, cap(m.order)), m.order...)
	return &c
}

// Board implements Auction.
func (m *mevAuction) Board() *Board { return &m.board }

// Accrues implements Auction.
func (m *mevAuction) Accrues() (toStake, toSupply float64) { return m.p.Holders, 0 }

// Bid implements Auction. Only the next window is for sale. A bid replaces the
// bidder's previous one, and a limit of 0 withdraws it with its bond.
func (m *mevAuction) Bid(_ *rollup.State, l *ledger.Ledger, b Bid) bool {
	i := 0
	for i < len(m.bids) && m.bids[i].by != b.By {
		i++
	}
	known := i < len(m.bids)
	switch {
	case b.Limit == 0 && known:
		m.giveBack(l, m.bids[i])
		m.bids = append(m.bids[:i], m.bids[i+1:]...)
		return true
	case b.Count != 1 || b.Limit < max(m.board.Least, 1):
		return false
	case !known:
		if b.Limit > l.Balance(b.By, ledger.Cash, ledger.Free)-m.p.Bond {
			return false
		}
		m.bids = append(m.bids, sealed{by: b.By})
		_ = l.Post(m.bond(b.By, ledger.Escrow, m.p.Bond)) // covered, as checked
	}
	was := &m.bids[i].bid
	if b.Limit > *was && l.Post(m.board.locks(b.By, b.Limit-*was)) != nil {
		return false
	}
	if b.Limit < *was {
		_ = l.Post(m.board.releases(b.By, *was-b.Limit)) // escrow holds it
	}
	*was = b.Limit
	return true
}

// bond is the transfer of a bond into escrow or out of it.
func (m *mevAuction) bond(from, to ledger.Owner, x ledger.Amount) ledger.Transfer {
	return ledger.Transfer{Amount: x, From: from, To: to, Asset: ledger.Cash, Reason: ledger.Bond}
}

// giveBack returns a withdrawn bid and its bond from escrow.
func (m *mevAuction) giveBack(l *ledger.Ledger, s sealed) {
	_ = l.Post(m.board.releases(s.by, s.bid))
	_ = l.Post(m.bond(ledger.Escrow, s.by, m.p.Bond))
}

func (m *mevAuction) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	slot := s.Public().Slot
	l := boot(s, r)
	if slot%m.board.Slots == 0 {
		m.board.First = slot/m.board.Slots + 1
		m.openBids(r)
	}
	if m.at < len(m.order) {
		l.Operator = m.order[m.at].by
	}
	return l
}

// openBids ranks the bids for the window that begins and sets the price of the
// best one.
func (m *mevAuction) openBids(r *draw.Stream) {
	m.bids, m.order = m.order[:0], m.bids
	m.at, m.perSlot = 0, 0
	for i := range m.order {
		x := m.order[i]
		x.tie = r.Uint64()
		k := i
		for ; k > 0 && (m.order[k-1].bid < x.bid || m.order[k-1].bid == x.bid && m.order[k-1].tie < x.tie); k-- {
			m.order[k] = m.order[k-1]
		}
		m.order[k] = x
	}
	if len(m.order) == 0 {
		return
	}
	price := m.order[0].bid
	if m.board.Format == SecondPrice {
		price = m.board.Least
		if len(m.order) > 1 {
			price = m.order[1].bid
		}
	}
	m.charge(price)
	m.board.Price = price
}

// charge sets the price that the leader owes.
func (m *mevAuction) charge(price ledger.Amount) {
	m.due = price
	m.order[m.at].paid = price
}

func (m *mevAuction) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	left := m.board.Slots - (s.Public().Slot-1)%m.board.Slots // slots of the window, this one included
	if m.due > 0 {
		out = append(out, m.board.releases(ledger.Treasury, m.due))
		m.perSlot += share(m.due, m.p.Holders) / ledger.Amount(left)
		m.due = 0
	}
	if m.perSlot > 0 && o.Staker != ledger.Outside {
		out = append(out, ledger.Transfer{Amount: m.perSlot, From: ledger.Treasury, To: o.Staker, Asset: ledger.Cash,
			Reason: ledger.StakingReward})
	}
	if m.at >= len(m.order) {
		out = passOn(s, o, out)
	} else if !o.Posted {
		out = m.replace(o, left-1, out)
	}
	if left == 1 {
		out = m.payOut(out)
	}
	return out
}

// replace replaces a leader that missed its deadline by the next bidder for the
// slots that are left, and burns its bond if it equivocated.
func (m *mevAuction) replace(o rollup.Outcome, left uint32, out []ledger.Transfer) []ledger.Transfer {
	if lost := &m.order[m.at]; o.Equivocated {
		burn := m.bond(ledger.Escrow, ledger.Burned, m.p.Bond)
		burn.Reason = ledger.Burn
		out, lost.burnt = append(out, burn), true
	}
	m.at++
	if m.at < len(m.order) {
		price, _ := ledger.MulDiv(m.order[m.at].bid, ledger.Amount(left), ledger.Amount(m.board.Slots), ledger.Down)
		m.charge(price)
	}
	return out
}

// payOut ends a window. Bidders get back what they do not owe and every bond that
// is not burnt.
func (m *mevAuction) payOut(out []ledger.Transfer) []ledger.Transfer {
	for _, x := range m.order {
		out = append(out, m.board.releases(x.by, x.bid-x.paid))
		if !x.burnt {
			out = append(out, m.bond(ledger.Escrow, x.by, m.p.Bond))
		}
	}
	m.order, m.at = m.order[:0], 0
	return out
}
