package election

import "stakeout/market/ledger"

// Format says how the winner's price is made.
type Format uint8

// The formats.
const (
	Ascending   Format = iota // open bids, the last raise is paid
	FirstPrice                // sealed bids, the winner pays its own
	SecondPrice               // sealed bids, the winner pays the next
)

// Standing is the highest bid for a lot; By is ledger.Outside where there is none.
type Standing struct {
	By     ledger.Owner  // who bids
	Amount ledger.Amount // micro-units of the asset in which bids are paid
}

// Board is the public record of an auction of leadership. Sealed bids are not on
// it; their prices are once they have been opened.
type Board struct {
	Format Format        // ascending, or sealed at the first or the second price
	Asset  ledger.Asset  // what bids are paid in
	Slots  uint32        // slots in a lot
	Least  ledger.Amount // lowest bid for a lot
	Raise  float64       // least raise over a standing bid, as a share of it
	Bond   ledger.Amount // cash that is locked with each sealed bid
	First  uint32        // lot that closes next, counted in lots from the start
	Open   uint32        // lots for sale, from First on
	Price  ledger.Amount // price of the last lot that was sold

	ring []Standing // lots from the one that is led now on, by number; empty when bids are sealed
}

// Lot is the standing bid for a lot by its number.
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

// releases is the transfer of a bid from escrow, back to its bidder or on.
func (b *Board) releases(to ledger.Owner, x ledger.Amount) ledger.Transfer {
	return ledger.Transfer{Amount: x, From: ledger.Escrow, To: to, Asset: b.Asset, Reason: ledger.Auction}
}
