package market

import (
	"errors"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Params are the rules of one trading pair. The configuration and the parameter
// table of the documentation read the tags.
type Params struct {
	TickSize    ledger.Amount `unit:"micro-quote/tick/lot" default:"100" min:"1" max:"1000000" source:"Assumption: a basis point at a price of one dollar" doc:"Price step: quote micro-units a lot and tick"`
	Lot         ledger.Amount `unit:"micro-base/lot" default:"1000000" min:"1" max:"1000000000000" source:"Assumption: one token" doc:"Size step: base micro-units in a lot"`
	MakerFeeBps float64       `unit:"bp" default:"0" min:"0" max:"1000" source:"2020 spot venues, high tier" doc:"Fee of the resting side, basis points of the traded cash, in steps of 0.01"`
	TakerFeeBps float64       `unit:"bp" default:"3" min:"0" max:"1000" source:"2020 spot venues, high tier" doc:"Fee of the incoming side, basis points of the traded cash, in steps of 0.01"`
	MaxPrice    uint32        `unit:"tick" default:"1000000" min:"2" max:"16777216" source:"Assumption: $100 at the default tick, far above any price of the model" doc:"Exclusive bound on prices"`
	Base        ledger.Asset  `unit:"asset" default:"token" source:"Assumption: the staking token" doc:"Asset that is traded"`
	Quote       ledger.Asset  `unit:"asset" default:"cash" source:"Assumption: cash is the numeraire" doc:"Asset that it is paid with; fees are paid in it"`
}

// Defaults returns the rules of the token against cash.
func Defaults() Params {
	return Params{TickSize: 100, Lot: ledger.Unit, TakerFeeBps: 3, MaxPrice: 1_000_000,
		Base: ledger.Token, Quote: ledger.Cash}
}

// feeUnit is the unit of fees: a millionth of the traded cash, a hundredth of a
// basis point.
const feeUnit = 1_000_000

// The reasons for which rules are refused.
var (
	ErrPair  = errors.New("market: base and quote must be two different assets")
	ErrScale = errors.New("market: tick, lot or largest price out of range")
	ErrFee   = errors.New("market: fee outside 0 to 1,000 basis points")
)

const (
	maxLot = ledger.Amount(1_000_000_000_000)
	// maxUnitCost bounds the cost of one lot in quote micro-units, so that its
	// product with feeUnit fits an Amount.
	maxUnitCost = ledger.Amount(1) << 42
)

// Validate returns the reason for which the rules cannot be used, nil if they
// can. Its bounds guarantee that the cost of one lot times the largest fee does
// not overflow.
func (p Params) Validate() error {
	switch {
	case p.Base >= ledger.Assets || p.Quote >= ledger.Assets || p.Base == p.Quote:
		return ErrPair
	case p.MaxPrice < 2 || p.MaxPrice > book.MaxPrice, p.Lot < 1 || p.Lot > maxLot,
		p.TickSize < 1 || p.TickSize > maxUnitCost/ledger.Amount(p.MaxPrice):
		return ErrScale
	case !(p.MakerFeeBps >= 0 && p.MakerFeeBps <= 1000) || !(p.TakerFeeBps >= 0 && p.TakerFeeBps <= 1000):
		return ErrFee
	}
	return nil
}

func millionths(bps float64) ledger.Amount {
	return ledger.Amount(float64(bps*100) + 0.5)
}
