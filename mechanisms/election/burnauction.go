package election

import (
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "burn-auction",
	Doc: "An open ascending auction sells each slot; of the winning bid a part is burnt, whether the winner " +
		"builds or not.",
	Source: "“MEV/ burn auction” as the second of the proposed solutions in ethresear.ch 7698, Intro; “Spam resistant " +
		"block creator selection via burn auction”, ethresear.ch 5851; the auction contract of Hermez",
	New: newBurnAuction,
})

// BurnParams are the rules of the burn auction.
type BurnParams struct {
	Raise      float64       `key:"least_raise_share" default:"0.1" unit:"share" min:"0" max:"10" source:"Hermez auction contract: outbidding of 10 %" doc:"Share by which a bid must exceed the standing one"`
	Least      ledger.Amount `key:"minimum_bid_usd" default:"10" scale:"1000000" unit:"USD" min:"0.000001" max:"1e9" source:"Hermez auction contract: 10 HEZ; a tenth of what a slot is worth at the opening" doc:"Lowest bid for a slot; the same number of tokens if bids are paid in tokens"`
	Closed     int           `key:"closed_slots" default:"2" unit:"slots" min:"0" max:"1000" source:"Hermez auction contract: 2 closed slots" doc:"Slots before a slot at which bidding on it closes"`
	Open       int           `key:"open_slots" default:"40" unit:"slots" min:"1" max:"10000" source:"Assumption: six hours, in which every bidder looks several times; Hermez opens 4320, a month, most of them without a bid" doc:"Slots for sale at a time"`
	PaidIn     string        `key:"paid_in" default:"cash" oneof:"cash|token" source:"Assumption: cash, as the ether of ethresear.ch 5851; Hermez took its own token" doc:"Asset in which bids are paid"`
	Burn       float64       `key:"burn_share" default:"0.4" unit:"share" min:"0" max:"1" source:"Hermez auction contract: 40 % burnt" doc:"Share of the winning bid that is burnt"`
	Donation   float64       `key:"donation_share" default:"0.4" unit:"share" min:"0" max:"1" source:"Hermez auction contract: 40 % to public goods" doc:"Share of the winning bid that is given away"`
	Governance float64       `key:"governance_share" default:"0.2" unit:"share" min:"0.01" max:"1" source:"Hermez auction contract: 20 % to governance" doc:"Share of the winning bid that goes to stakers"`
}

// burnAuction sells slots one by one. A bid must exceed the standing one by the
// least raise; the outbid bidder gets its money back at once. A standing bid
// cannot be withdrawn. The price is settled when the slot ends, so an absent
// winner loses its bid. A slot without a bid of at least the minimum is led by
// the appointed boot coordinator. Its office is of little use to an attacker,
// because every bidder can take the slot from it.
//
// Assumption: the donation goes to the treasury, which the model never spends
// from. Hermez lets anybody build in the last blocks of a slot whose winner has
// not built; here such a slot is lost. The governance share goes to a staker
// drawn by stake in each slot, and to the treasury if there are no stakers. The
// boot coordinator owes the holders the same part of fees as a centralized
// operator. Burnt cash is a gain for no one; burnt tokens raise the share of
// every other token.
type burnAuction struct {
	p     BurnParams
	board Board
}

func newBurnAuction(p *Params) Mechanism {
	b := p.Burn
	m := &burnAuction{p: b, board: Board{Format: Ascending, Slots: 1, Least: b.Least, Raise: b.Raise,
		First: uint32(b.Closed) + 1, Open: uint32(b.Open)}}
	if b.PaidIn == "token" {
		m.board.Asset = ledger.Token
	}
	m.board.ring = make([]Standing, b.Closed+b.Open+1)
	return m
}

func (*burnAuction) Rules() rollup.Rules { return rollup.Rules{Bids: true} }

func (m *burnAuction) Clone() Mechanism {
	c := *m
	c.board = m.board.clone()
	return &c
}

// Board implements Auction.
func (m *burnAuction) Board() *Board { return &m.board }

// Accrues implements Auction.
func (m *burnAuction) Accrues() (toStake, toSupply float64) {
	if m.board.Asset == ledger.Token {
		toSupply = m.p.Burn
	}
	return m.p.Governance, toSupply
}

// Bid implements Auction. It raises every lot by the least raise, as long as that
// is within the limit, and skips the lots on which the bidder leads.
func (m *burnAuction) Bid(_ *rollup.State, l *ledger.Ledger, b Bid) bool {
	raised := false
	for i := range min(b.Count, m.board.Open) {
		n := (m.board.First + i) % uint32(len(m.board.ring))
		if ask := m.ask(m.board.ring[n]); m.board.ring[n].By != b.By && ask <= b.Limit {
			if l.Post(m.board.locks(b.By, ask)) != nil {
				return raised
			}
			m.refund(l, m.board.ring[n])
			m.board.ring[n] = Standing{By: b.By, Amount: ask}
			raised = true
		}
	}
	return raised
}

// ask is the lowest bid that a lot accepts.
func (m *burnAuction) ask(s Standing) ledger.Amount {
	if s.By == ledger.Outside {
		return m.p.Least
	}
	raise, _ := ledger.MulDiv(s.Amount, ledger.Amount(float64(m.p.Raise*1e6)+0.5), 1e6, ledger.Up)
	return s.Amount + max(raise, 1)
}

// refund returns the bid of an outbid bidder from escrow.
func (m *burnAuction) refund(l *ledger.Ledger, s Standing) {
	if s.By != ledger.Outside {
		_ = l.Post(m.board.releases(s.By, s.Amount))
	}
}

func (m *burnAuction) Elect(s *rollup.State, r *draw.Stream) rollup.Leader {
	slot := s.Public().Slot
	m.board.First = slot + uint32(m.p.Closed) + 1
	l := boot(s, r)
	if won := m.board.Lot(slot); won.By != ledger.Outside {
		l.Operator, m.board.Price = won.By, won.Amount
	}
	return l
}

func (m *burnAuction) Settle(s *rollup.State, o rollup.Outcome, out []ledger.Transfer) []ledger.Transfer {
	lot := &m.board.ring[(s.Public().Slot-1)%uint32(len(m.board.ring))]
	won := *lot
	*lot = Standing{}
	if won.By == ledger.Outside {
		return passOn(s, o, out)
	}
	burn, gift := m.board.releases(ledger.Burned, share(won.Amount, m.p.Burn)),
		m.board.releases(ledger.Treasury, share(won.Amount, m.p.Donation))
	burn.Reason = ledger.Burn
	rest := m.board.releases(ledger.Treasury, won.Amount-burn.Amount-gift.Amount)
	if o.Staker != ledger.Outside {
		rest.To, rest.Reason = o.Staker, ledger.StakingReward
	}
	return append(out, burn, gift, rest)
}

// boot is the appointed operator, which leads lots without a bid, with a staker
// drawn by stake. Staker is ledger.Outside if there are no stakers.
func boot(s *rollup.State, r *draw.Stream) rollup.Leader {
	payee, _ := s.Draw(r.Uint64())
	return rollup.Leader{Staker: payee, Operator: s.Appointed()}
}
