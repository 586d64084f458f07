// Package perp models a perpetual future on the staking token: a contract on one
// token in cash, without delivery or expiry. Funding payments keep its price near
// that of the token. It lets agents be short without borrowing tokens.
//
// # Money
//
// A position is a number of lots and is always valued at the mark, the price of
// the token in its own market. When the mark moves, losers pay the difference to
// winners at once. A trade at another price than the mark moves the difference
// between buyer and seller. So the cash pocket Margin is the equity of a
// position, to the micro-dollar. The insurance owner pays losses beyond the
// margin; what it cannot pay reduces the winners' gains in proportion.
//
// # Margin
//
// An order is accepted if the margin covers the initial margin of the largest
// position that the owner's orders could lead to. Below the maintenance margin
// the position is closed through the book within the price band, and a penalty on
// the value closed goes to insurance. If the margin is gone and the book has no
// taker, the position is closed at the mark against the largest opposite
// positions.
//
// # Open interest
//
// The open interest never exceeds the cap, however orders meet. Two sums are
// kept: how long and how short all owners could become if all their orders
// traded. The smaller one must not exceed the cap, because every lot needs both
// sides.
//
// Assumption: the mark is the mid price of the token's own market, not an index
// of several venues, so that pushing the small spot market moves the mark. Such
// markets have been attacked in this way.
//
// Sources: A. Hayes and others, BitMEX contract specifications (2016), for
// funding every eight hours and insurance; S. He, A. Manela, O. Ross and V. von
// Wachter, "Fundamentals of Perpetual Futures" (2022), for funding as the force
// that ties the contract to the spot price.
package perp

import (
	"errors"
	"slices"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Params are the rules of the contract. Tick, lot and largest price are the same
// as in the token's own market.
type Params struct {
	OpenInterestCap ledger.Amount `key:"open_interest_cap_tokens" default:"0" scale:"1000000" unit:"tokens" min:"0" max:"1000000000" source:"Assumption: 0, no perpetual future beside the pool; venues that list small tokens cap at 2 to 10 % of market value" doc:"Most tokens that the two sides may hold; 0 closes the market"`
	InitialMargin   float64       `key:"initial_margin_share" default:"0.2" unit:"share" min:"0.01" max:"1" source:"Assumption: five times leverage, as venues allow for small tokens" doc:"Margin needed to open a position, as a share of its value"`
	Maintenance     float64       `key:"maintenance_margin_share" default:"0.1" unit:"share" min:"0.001" max:"1" source:"Assumption: half of the initial margin" doc:"Margin below which a position is closed, as a share of its value"`
	Penalty         float64       `key:"liquidation_penalty_share" default:"0.02" unit:"share" min:"0" max:"0.5" source:"Assumption: a fifth of the maintenance margin" doc:"Share of the value closed in a liquidation that goes to insurance"`
	Band            float64       `key:"price_band_share" default:"0.05" unit:"share" min:"0.001" max:"0.5" source:"Assumption: a quarter of the initial margin, so that a fill cannot cost more than the margin behind it" doc:"Distance from the mark beyond which orders are refused"`
	FundingHours    float64       `key:"funding_hours" default:"8" unit:"h" min:"0.1" max:"168" source:"BitMEX XBTUSD: every eight hours" doc:"Time between funding payments"`
	FundingCap      float64       `key:"funding_cap_share" default:"0.0075" unit:"share" min:"0" max:"0.5" source:"BitMEX XBTUSD: 75 % of initial less maintenance margin, there 1 and 0.5 %; here rounded up" doc:"Most that is paid at once, as a share of the value of a position"`
	MakerFeeBps     float64       `key:"maker_fee_bps" default:"0" unit:"bp" min:"0" max:"1000" source:"2020 perpetual venues" doc:"Fee of the resting side"`
	TakerFeeBps     float64       `key:"taker_fee_bps" default:"5" unit:"bp" min:"0" max:"1000" source:"2020 perpetual venues: 4 to 7.5" doc:"Fee of the incoming side"`
}

// The reasons, besides the codes of the book, for which an order or a withdrawal
// is refused. A refusal changes nothing.
var (
	ErrSlot   = errors.New("perp: no such slot")
	ErrBook   = errors.New("perp: refused by the book")
	ErrBand   = errors.New("perp: price outside the band around the mark")
	ErrMargin = errors.New("perp: the margin does not cover it")
	ErrCap    = errors.New("perp: open interest is at its cap")
	ErrClosed = errors.New("perp: the market is closed")
)

const million = 1_000_000

// account is the state of an owner.
type account struct {
	position int64    // lots, negative when short
	resting  [2]int64 // lots in the book by side
	reach    [2]int64 // lots that it would be long (Buy) or short (Sell) if all orders of that side traded
	base     uint32   // first slot
	slots    uint32
	listed   bool
	watched  bool // changes of its position go to the log
}

// Market is the contract with its book and positions.
type Market struct {
	led      *ledger.Ledger
	book     *book.Book
	tickSize ledger.Amount // cash a lot and price tick
	cap      int64         // largest open interest in lots; 0: the market is closed
	initial  ledger.Amount // this and the next five in millionths
	maintain ledger.Amount
	penalty  ledger.Amount
	band     ledger.Amount
	fundCap  ledger.Amount
	fees     [2]ledger.Amount // maker, taker

	accounts []account
	slots    []book.OrderID
	holders  []ledger.Owner // ever had a position, ascending
	mark     uint32         // ticks, 0 before the first
	reach    [2]int64       // sums of account.reach over owners
	stats    Stats
	fills    []book.Fill
	log      []Change
	tick     uint32 // of the entries of the log
	fault    error
}

// Stats are counters since the market opened.
type Stats struct {
	Lots       uint64        // traded
	Trades     uint64        // fills
	Funded     ledger.Amount // micro-USD paid in funding
	Insured    ledger.Amount // micro-USD of losses that insurance paid
	Socialised ledger.Amount // micro-USD of losses that winners did not receive
	Liquidated uint64        // lots closed through the book for lack of margin
	Deleverage uint64        // lots closed against opposite positions
}

// New returns a market without positions for the owners 0 to owners−1. tickSize
// is the cash value of one lot and one price tick, lot the size of a lot in
// micro-tokens.
func New(l *ledger.Ledger, p Params, owners int, tickSize, lot ledger.Amount, maxPrice uint32) *Market {
	return &Market{
		led: l, book: book.New(maxPrice), tickSize: tickSize, cap: int64(p.OpenInterestCap / lot),
		initial: millionths(p.InitialMargin), maintain: millionths(p.Maintenance), penalty: millionths(p.Penalty),
		band: millionths(p.Band), fundCap: millionths(p.FundingCap),
		fees:     [2]ledger.Amount{millionths(p.MakerFeeBps / 1e4), millionths(p.TakerFeeBps / 1e4)},
		accounts: make([]account, owners),
	}
}

func millionths(x float64) ledger.Amount { return ledger.Amount(float64(x*million) + 0.5) }

// Register gives an owner order slots. Call it once for each owner.
func (m *Market) Register(o ledger.Owner, slots int) {
	a := &m.accounts[o]
	a.base, a.slots = uint32(len(m.slots)), uint32(slots)
	m.slots = append(m.slots, make([]book.OrderID, slots)...)
}

// Change is an entry of the log of watched owners: lots that were added to a position by
// a trade, a liquidation or a deleveraging.
type Change struct {
	Tick  uint32
	Owner ledger.Owner
	Lots  int64 // negative when sold
}

// Watch makes the log record the changes of an owner's position from now on.
func (m *Market) Watch(o ledger.Owner) { m.accounts[o].watched = true }

// SetTick sets the tick that the log carries.
func (m *Market) SetTick(tick uint32) { m.tick = tick }

// Log returns the changes of watched positions, oldest first.
func (m *Market) Log() []Change { return m.log }

// Position is the position of an owner in lots, negative if short.
func (m *Market) Position(o ledger.Owner) int64 { return m.accounts[o].position }

// Equity is the margin of an owner in micro-USD, including gains and losses up to
// the last mark.
func (m *Market) Equity(o ledger.Owner) ledger.Amount {
	return m.led.Balance(o, ledger.Cash, ledger.Margin)
}

// OpenInterest is the sum of all long positions in lots, which equals that of all
// short ones.
func (m *Market) OpenInterest() (lots int64) {
	for _, o := range m.holders {
		lots += max(m.accounts[o].position, 0)
	}
	return lots
}

// Room is the number of lots by which open interest could still grow.
func (m *Market) Room() int64 { return max(m.cap-min(m.reach[0], m.reach[1]), 0) }

// Mark is the price at which positions are valued, in ticks.
func (m *Market) Mark() uint32 { return m.mark }

// Top returns the best prices in ticks, 0 where a side is empty.
func (m *Market) Top() (bid, ask uint32) { return m.book.Top() }

// Stats returns the counters.
func (m *Market) Stats() Stats { return m.stats }

// Err returns the first posting that the ledger refused, nil if there was none.
func (m *Market) Err() error { return m.fault }

func (m *Market) value(lots int64) ledger.Amount {
	return ledger.Amount(m.mark) * m.tickSize * ledger.Amount(abs(lots))
}

func abs(x int64) int64 { return max(x, -x) }

// share returns parts millionths of x, rounded up.
func share(x, parts ledger.Amount) ledger.Amount {
	s, ok := ledger.MulDiv(x, parts, million, ledger.Up)
	if !ok {
		return 1 << 61
	}
	return s
}

// Deposit moves free cash behind the positions of its owner. It returns the
// ledger's error.
func (m *Market) Deposit(o ledger.Owner, cash ledger.Amount) error {
	return m.led.Post(ledger.Transfer{Amount: cash, From: o, To: o, Asset: ledger.Cash, ToPocket: ledger.Margin,
		Reason: ledger.Move})
}

// Withdraw takes margin back that exceeds the initial margin. Errors: ErrMargin
// and those of the ledger.
func (m *Market) Withdraw(o ledger.Owner, cash ledger.Amount) error {
	if cash > m.Equity(o) || m.Equity(o)-cash < share(m.value(m.accounts[o].worst()), m.initial) {
		return ErrMargin
	}
	return m.led.Post(ledger.Transfer{Amount: cash, From: o, To: o, Asset: ledger.Cash, FromPocket: ledger.Margin,
		Reason: ledger.Move})
}

// change adds to the position and the resting lots of an owner and updates
// everything that depends on them.
func (m *Market) change(o ledger.Owner, position, buying, selling int64) {
	a := &m.accounts[o]
	a.position += position
	if position != 0 && a.watched {
		m.log = append(m.log, Change{m.tick, o, position})
	}
	a.resting[book.Buy] += buying
	a.resting[book.Sell] += selling
	next := reach(a.position, a.resting)
	for s := range next {
		m.reach[s] += next[s] - a.reach[s]
	}
	a.reach = next
	if a.position != 0 && !a.listed {
		at, _ := slices.BinarySearch(m.holders, o)
		m.holders = slices.Insert(m.holders, at, o)
		a.listed = true
	}
}

// reach returns how long and how short a position could become if all orders of a
// side traded.
func reach(position int64, resting [2]int64) [2]int64 {
	return [2]int64{max(position+resting[book.Buy], 0), max(resting[book.Sell]-position, 0)}
}

// worst is the largest position, long or short, that the orders could lead to.
func (a *account) worst() int64 { return max(a.reach[0], a.reach[1]) }
