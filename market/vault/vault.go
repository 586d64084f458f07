// Package vault models collateralised debt positions: an owner locks ether and
// owes dai against it. The dai in existence equals the debt of all vaults, so the
// asset sums to zero on the ledger without an issuer: minting moves dai from the
// debtor's pocket Loan to its pocket Free.
//
// A vault is unsafe if its collateral is worth less than its debt times the
// liquidation ratio. Everybody may then have its ether auctioned for the debt and
// a penalty. The price falls with time from well above the market until somebody
// pays it in dai, for the whole or for a part. Nothing bounds that price from
// below but a new start of the auction, so that nothing bounds what dai is worth
// to a bidder. An owner who wants to avoid this must find dai or add ether, and a
// lock-up of dai makes dai scarce.
//
// Assumption: the contract counts a dai as one dollar, and its oracle reports the
// present price of ether.
//
// Assumption: auctions are those of Liquidations 2.0, which came to ETH-A in April
// 2021 when it still had the ratio and the penalty of July 2020. Those of March 2020
// tied up bidders' dai for the time of a bid and failed for want of bidders when gas
// was dear; these settle at once.
//
// Assumption: bad debt and penalties go to the treasury and stay there. The sale of
// new MKR for dai began a week after March 2020.
//
// Assumption: no stability fee, as for ETH-A in July 2020.
//
// Assumption: only this package uses the pocket Loan of dai and the pocket
// Collateral of ether.
//
// Sources: MakerDAO, "The Maker Protocol: MakerDAO's Multi-Collateral Dai (MCD)
// System" (2020), for vault, ratio and penalty; MakerDAO, "Liquidation 2.0 Module"
// (2021), contracts dog and clip, for the auction; A. Klages-Mundt and A. Minca,
// "(In)Stability for the Blockchain: Deleveraging Spirals and Stablecoin Attacks"
// (2019), for the deleveraging that this market shows.
package vault

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"stakeout/market/ledger"
)

// Params are the rules of the contract.
type Params struct {
	Ratio       float64 `key:"liquidation_ratio" default:"1.5" unit:"1" min:"1" max:"10" source:"MakerDAO ETH-A, July 2020 and April 2021: 150 %" doc:"Value of the collateral over debt below which a vault may be liquidated"`
	Penalty     float64 `key:"liquidation_penalty_share" default:"0.13" unit:"share" min:"0" max:"1" source:"MakerDAO ETH-A, July 2020 and April 2021: 13 %" doc:"What an auction raises beyond the debt of a vault, as a share of that debt"`
	Start       float64 `key:"auction_start_ratio" default:"1.3" unit:"1" min:"0.1" max:"10" source:"MakerDAO, Liquidations 2.0, April 2021: buf 1.3" doc:"Price at which the auction of a vault starts, over that of the oracle"`
	Cut         float64 `key:"auction_cut_share" default:"0.01" unit:"share" min:"0" max:"0.9" source:"MakerDAO, Liquidations 2.0, April 2021: cut 0.99" doc:"Share of its price that an auction loses at a step"`
	StepSeconds float64 `key:"auction_step_seconds" default:"90" unit:"s" min:"0.1" max:"100000" source:"MakerDAO, Liquidations 2.0, April 2021: step 90 s" doc:"Time between two steps"`
	Reset       float64 `key:"auction_reset_ratio" default:"0.4" unit:"1" min:"0" max:"1" source:"MakerDAO, Liquidations 2.0, April 2021: cusp 0.4, which is reached within the longest duration of 8,400 s" doc:"Price over the first one below which an auction must start anew"`
}

// The reasons for which a command is refused and changes nothing. Errors of the
// ledger are returned unchanged.
var (
	ErrRatio = errors.New("vault: the collateral would not cover the debt")
	ErrDebt  = errors.New("vault: no such debt")
	ErrSafe  = errors.New("vault: the vault is not below the liquidation ratio")
	ErrSale  = errors.New("vault: the vault is or is not being auctioned")
)

// System is the contract with all its vaults.
type System struct {
	led    *ledger.Ledger
	rules  rules
	owners []ledger.Owner // that ever had a vault, ascending
	sales  []sale         // under way, by owner
	stale  bool           // a vault has changed since ends was computed
	ends   ledger.Amount  // the price of ether, micro-USD, below which some vault can be auctioned
}

// rules are the parameters as integers: shares and ratios in millionths.
type rules struct {
	ratio, raise       ledger.Amount // raise is one plus the penalty
	start, keep, reset ledger.Amount // of auctions; keep is what a step leaves of the price
	tick, step         ledger.Amount // milliseconds
}

// New returns a contract without vaults. A tick lasts secondsPerTick.
func New(l *ledger.Ledger, p Params, secondsPerTick float64) *System {
	return &System{led: l, rules: rules{
		ratio: millionths(p.Ratio), raise: millionths(1 + p.Penalty),
		start: millionths(p.Start), keep: millionths(1 - p.Cut), reset: millionths(p.Reset),
		tick: ledger.Amount(float64(secondsPerTick*1000) + 0.5), step: ledger.Amount(float64(p.StepSeconds*1000) + 0.5),
	}}
}

func millionths(x float64) ledger.Amount {
	return ledger.Amount(float64(x*float64(ledger.Unit)) + 0.5)
}

// Owners lists the owners that ever had a vault, in ascending order.
func (s *System) Owners() []ledger.Owner { return s.owners }

// Debt is the debt of an owner in micro-dai.
func (s *System) Debt(o ledger.Owner) ledger.Amount {
	return -s.led.Balance(o, ledger.Dai, ledger.Loan)
}

// Collateral is the ether that an owner has locked, in micro-ether.
func (s *System) Collateral(o ledger.Owner) ledger.Amount {
	return s.led.Balance(o, ledger.Ether, ledger.Collateral)
}

// covers reports whether ether at a price in micro-USD is worth the liquidation
// ratio times a debt in micro-dai.
func (s *System) covers(ether, debt, price ledger.Amount) bool {
	worth, ok := ledger.MulDiv(ether, price, ledger.Unit, ledger.Down)
	need, fits := ledger.MulDiv(debt, s.rules.ratio, ledger.Unit, ledger.Up)
	return fits && (!ok || worth >= need)
}

// Safe reports whether a vault is at or above the liquidation ratio at a price
// of ether in micro-USD.
func (s *System) Safe(o ledger.Owner, price ledger.Amount) bool {
	return s.covers(s.Collateral(o), s.Debt(o), price)
}

// AllSafe reports whether every vault that is not being auctioned is safe at a price
// of ether in micro-USD. It looks at the vaults only if one of them has changed since
// the last call.
func (s *System) AllSafe(price ledger.Amount) bool {
	if s.stale {
		s.stale, s.ends = false, 0
		for _, o := range s.owners {
			s.ends = max(s.ends, s.endsAt(o))
		}
	}
	return price >= s.ends
}

// endsAt is the lowest price of ether at which a vault cannot be auctioned.
func (s *System) endsAt(o ledger.Owner) ledger.Amount {
	debt, ether := s.Debt(o), s.Collateral(o)
	if debt == 0 || s.Auctioned(o) {
		return 0
	}
	need, fits := ledger.MulDiv(debt, s.rules.ratio, ledger.Unit, ledger.Up)
	price, ok := ledger.MulDiv(need, ledger.Unit, max(ether, 1), ledger.Up)
	if !fits || !ok || ether == 0 {
		return math.MaxInt64
	}
	return price
}

// Lock moves free ether into the vault of its owner. Errors: ErrSale and those of
// the ledger.
func (s *System) Lock(o ledger.Owner, ether ledger.Amount) error {
	err := s.move(o, ledger.Ether, ledger.Free, ledger.Collateral, ether, ledger.Move)
	if at, found := slices.BinarySearch(s.owners, o); err == nil && !found {
		s.owners = slices.Insert(s.owners, at, o)
	}
	return err
}

// Unlock takes ether out of a vault that stays safe without it. Errors:
// ErrRatio, ErrSale and those of the ledger.
func (s *System) Unlock(o ledger.Owner, ether, price ledger.Amount) error {
	if ether < 0 || !s.covers(max(s.Collateral(o)-ether, 0), s.Debt(o), price) {
		return ErrRatio
	}
	return s.move(o, ledger.Ether, ledger.Collateral, ledger.Free, ether, ledger.Move)
}

// Mint issues dai against a vault that stays safe. Errors: ErrRatio,
// ErrSale and those of the ledger.
func (s *System) Mint(o ledger.Owner, dai, price ledger.Amount) error {
	if dai < 0 || !s.covers(s.Collateral(o), s.Debt(o)+dai, price) {
		return ErrRatio
	}
	return s.move(o, ledger.Dai, ledger.Loan, ledger.Free, dai, ledger.Borrow)
}

// Wipe repays debt from free dai. Errors: ErrDebt if the debt is smaller than
// dai, ErrSale and those of the ledger.
func (s *System) Wipe(o ledger.Owner, dai ledger.Amount) error {
	if dai > s.Debt(o) {
		return ErrDebt
	}
	return s.move(o, ledger.Dai, ledger.Free, ledger.Loan, dai, ledger.Repay)
}

// writeOff moves the debt of an empty vault to the treasury.
func (s *System) writeOff(o ledger.Owner) error {
	if s.Debt(o) == 0 || s.Collateral(o) > 0 {
		return nil
	}
	return s.led.Post(ledger.Transfer{Amount: s.Debt(o), From: ledger.Treasury, To: o, Asset: ledger.Dai,
		FromPocket: ledger.Loan, ToPocket: ledger.Loan, Reason: ledger.Shortfall})
}

func (s *System) move(o ledger.Owner, a ledger.Asset, from, to ledger.Pocket, x ledger.Amount,
	why ledger.Reason) error {
	if s.Auctioned(o) {
		return ErrSale
	}
	s.stale = true
	return s.led.Post(ledger.Transfer{Amount: x, From: o, To: o, Asset: a, FromPocket: from, ToPocket: to, Reason: why})
}

// CopyFrom makes s equal to src, except that s keeps its own ledger.
func (s *System) CopyFrom(src *System) {
	s.rules, s.stale, s.ends = src.rules, src.stale, src.ends
	s.owners = append(s.owners[:0], src.owners...)
	s.sales = append(s.sales[:0], src.sales...)
}

// Audit checks that only the listed owners and the treasury owe dai, and that dai
// sums to zero within the model, so that Outside has none.
func (s *System) Audit() error {
	var sum ledger.Amount
	for o := range ledger.Owner(s.led.Owners()) {
		sum += s.led.Total(o, ledger.Dai)
		debt := s.Debt(o)
		_, listed := slices.BinarySearch(s.owners, o)
		if debt < 0 || (debt > 0 && !listed && o != ledger.Treasury) {
			return fmt.Errorf("vault: owner %d owes %d micro-dai without a vault", o, debt)
		}
	}
	for _, x := range s.sales {
		if x.tab <= 0 || s.Collateral(x.owner) == 0 {
			return fmt.Errorf("vault: the auction of owner %d has nothing left to sell or to raise", x.owner)
		}
	}
	if sum != 0 || s.led.Total(ledger.Outside, ledger.Dai) != 0 {
		return fmt.Errorf("vault: dai sums to %d, outside has %d", sum, s.led.Total(ledger.Outside, ledger.Dai))
	}
	return nil
}
