package election

import "stakeout/market/ledger"

// Format is the rule by which the price of a lot is made.
type Format uint8

// The formats.
const (
	Ascending   Format = iota // open bids; the winner pays its last bid
	FirstPrice                // sealed bids; the winner pays its own bid
	SecondPrice               // sealed bids; the winner pays the next bid
)

// Standing is the highest bid for a lot; By is ledger.Outside if there is none.
type Standing struct {
	By     ledger.Owner  // owner that bids
	Amount ledger.Amount // micro-units of the asset in which bids are paid
}

// Board is the public record of an auction of leadership. Sealed bids do not
// appear on it; the price of a lot does once the bids are opened.
type Board struct {
	Format Format        // ascending, or sealed at the first or the second price
	Asset  ledger.Asset  // asset in which bids are paid
	Slots  uint32        // slots in a lot
	Least  ledger.Amount // lowest bid for a lot
	Raise  float64       // least raise over a standing bid, as a share of it
	Bond   ledger.Amount // cash that is locked with each sealed bid
	First  uint32        // number of the lot that closes next; lots are counted from the start
	Open   uint32        // lots for sale, from First on
	Price  ledger.Amount // price of the last lot that was sold

	ring []Standing // standing bids by lot number, from the present lot on; empty if bids are sealed
}

// Lot returns the standing bid for the lot with number n.
func (b *Board) Lot(n uint32) Standing {
	if len(b.ring) == 0 {
		return Standing{}
	}
	return b.ring[n%uint32(len(b.ring))]
}

func (b *Board) clone() Board {
	c := *b
	c.ring = append([]Standing(nil), b.ring...)
	return c
}

// locks is the transfer of a bid from its bidder into escrow.
func (b *Board) locks(by ledger.Owner, x ledger.Amount) ledger.Transfer {
	return ledger.Transfer{Amount: x, From: by, To: ledger.Escrow, Asset: b.Asset, Reason: ledger.Auction}
}

// releases is the transfer of a bid from escrow, back to its bidder or to the
// payee.
func (b *Board) releases(to ledger.Owner, x ledger.Amount) ledger.Transfer {
	return ledger.Transfer{Amount: x, From: ledger.Escrow, To: to, Asset: b.Asset, Reason: ledger.Auction}
}
