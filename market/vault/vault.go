// Package vault models collateralised debt positions: an owner locks ether and
// owes dai against it. The dai in existence equals the debt of all vaults, so the
// asset sums to zero on the ledger without an issuer: minting moves dai from the
// debtor's pocket Loan to its pocket Free.
//
// A vault is unsafe if its collateral is worth less than its debt times the
// liquidation ratio. Every owner may then bite it: pay a part of the debt in dai
// and take ether worth that part plus the penalty. An owner who wants to avoid
// this must find dai, and a lock-up of dai makes dai scarce.
//
// Assumption: the contract counts a dai as one dollar, and its oracle reports the
// present price of ether.
//
// Assumption: the liquidator keeps the whole penalty. An auction with few bidders
// has the same result, as on 12 and 13 March 2020. So one plus the penalty is the
// price of dai above which it does not pay to bite a vault.
//
// Assumption: no stability fee, as for ETH-A in July 2020.
//
// Assumption: only this package uses the pocket Loan of dai and the pocket
// Collateral of ether.
//
// Sources: MakerDAO, "The Maker Protocol: MakerDAO's Multi-Collateral Dai (MCD)
// System" (2020), for vault, ratio and penalty; A. Klages-Mundt and A. Minca,
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
	Ratio   float64 `key:"liquidation_ratio" default:"1.5" unit:"1" min:"1" max:"10" source:"MakerDAO ETH-A, July 2020: 150 %" doc:"Value of the collateral over debt below which a vault may be liquidated"`
	Penalty float64 `key:"liquidation_penalty_share" default:"0.13" unit:"share" min:"0" max:"1" source:"MakerDAO ETH-A, July 2020: 13 %" doc:"Loss of a liquidated owner beyond the debt that is paid for it, as a share of that debt"`
}

// The reasons for which a command is refused and changes nothing. Errors of the
// ledger are returned unchanged.
var (
	ErrRatio = errors.New("vault: the collateral would not cover the debt")
	ErrDebt  = errors.New("vault: no such debt")
	ErrSafe  = errors.New("vault: the vault is not below the liquidation ratio")
)

// System is the contract with all its vaults.
type System struct {
	led    *ledger.Ledger
	ratio  ledger.Amount  // in millionths
	cut    ledger.Amount  // one plus the penalty, in millionths: value of ether for each dollar of debt paid
	owners []ledger.Owner // that ever had a vault, ascending
	stale  bool           // a vault has changed since ends was computed
	ends   ledger.Amount  // the price of ether, micro-USD, below which some vault is unsafe
}

// New returns a contract without vaults.
func New(l *ledger.Ledger, p Params) *System {
	return &System{led: l, ratio: millionths(p.Ratio), cut: millionths(1 + p.Penalty)}
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
	need, fits := ledger.MulDiv(debt, s.ratio, ledger.Unit, ledger.Up)
	return fits && (!ok || worth >= need)
}

// Safe reports whether a vault is at or above the liquidation ratio at a price
// of ether in micro-USD.
func (s *System) Safe(o ledger.Owner, price ledger.Amount) bool {
	return s.covers(s.Collateral(o), s.Debt(o), price)
}

// AllSafe reports whether every vault is safe at a price of ether in micro-USD.
// It looks at the vaults only if one of them has changed since the last call.
func (s *System) AllSafe(price ledger.Amount) bool {
	if s.stale {
		s.stale, s.ends = false, 0
		for _, o := range s.owners {
			s.ends = max(s.ends, s.endsAt(o))
		}
	}
	return price >= s.ends
}

// endsAt is the lowest price of ether at which a vault is safe.
func (s *System) endsAt(o ledger.Owner) ledger.Amount {
	debt, ether := s.Debt(o), s.Collateral(o)
	if debt == 0 {
		return 0
	}
	need, fits := ledger.MulDiv(debt, s.ratio, ledger.Unit, ledger.Up)
	price, ok := ledger.MulDiv(need, ledger.Unit, max(ether, 1), ledger.Up)
	if !fits || !ok || ether == 0 {
		return math.MaxInt64
	}
	return price
}

// Lock moves free ether into the vault of its owner.
func (s *System) Lock(o ledger.Owner, ether ledger.Amount) error {
	err := s.move(o, ledger.Ether, ledger.Free, ledger.Collateral, ether, ledger.Move)
	if at, found := slices.BinarySearch(s.owners, o); err == nil && !found {
		s.owners = slices.Insert(s.owners, at, o)
	}
	return err
}

// Unlock takes ether out of a vault that stays safe without it. Errors:
// ErrRatio and those of the ledger.
func (s *System) Unlock(o ledger.Owner, ether, price ledger.Amount) error {
	if ether < 0 || !s.covers(max(s.Collateral(o)-ether, 0), s.Debt(o), price) {
		return ErrRatio
	}
	return s.move(o, ledger.Ether, ledger.Collateral, ledger.Free, ether, ledger.Move)
}

// Mint issues dai against a vault that stays safe. Errors: ErrRatio and those
// of the ledger.
func (s *System) Mint(o ledger.Owner, dai, price ledger.Amount) error {
	if dai < 0 || !s.covers(s.Collateral(o), s.Debt(o)+dai, price) {
		return ErrRatio
	}
	return s.move(o, ledger.Dai, ledger.Loan, ledger.Free, dai, ledger.Borrow)
}

// Wipe repays debt from free dai. Errors: ErrDebt if the debt is smaller than
// dai, and those of the ledger.
func (s *System) Wipe(o ledger.Owner, dai ledger.Amount) error {
	if dai > s.Debt(o) {
		return ErrDebt
	}
	return s.move(o, ledger.Dai, ledger.Free, ledger.Loan, dai, ledger.Repay)
}

// Bite lets a liquidator pay dai of an unsafe vault's debt and take ether worth
// that plus the penalty, at most what the vault has. If debt is left without
// collateral, the treasury takes it over. Errors: ErrSafe, ErrDebt and those of
// the ledger.
func (s *System) Bite(liquidator, o ledger.Owner, dai, price ledger.Amount) error {
	switch {
	case s.Safe(o, price) || price <= 0:
		return ErrSafe
	case dai <= 0 || dai > s.Debt(o):
		return ErrDebt
	}
	s.stale = true
	claim, ok := ledger.MulDiv(dai, s.cut, ledger.Unit, ledger.Down)
	ether, fits := ledger.MulDiv(claim, ledger.Unit, price, ledger.Down)
	if !ok || !fits {
		return ledger.ErrOverflow
	}
	ether = min(ether, s.Collateral(o))
	err := s.led.Post(ledger.Transfer{Amount: dai, From: liquidator, To: o, Asset: ledger.Dai, ToPocket: ledger.Loan,
		Reason: ledger.Liquidation})
	if err != nil {
		return err
	}
	if err = s.led.Post(ledger.Transfer{Amount: ether, From: o, To: liquidator, Asset: ledger.Ether,
		FromPocket: ledger.Collateral, Reason: ledger.Liquidation}); err != nil {
		return err
	}
	return s.writeOff(o)
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
	s.stale = true
	return s.led.Post(ledger.Transfer{Amount: x, From: o, To: o, Asset: a, FromPocket: from, ToPocket: to, Reason: why})
}

// CopyFrom makes s equal to src, except that s keeps its own ledger.
func (s *System) CopyFrom(src *System) {
	s.ratio, s.cut, s.stale, s.ends = src.ratio, src.cut, src.stale, src.ends
	s.owners = append(s.owners[:0], src.owners...)
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
	if sum != 0 || s.led.Total(ledger.Outside, ledger.Dai) != 0 {
		return fmt.Errorf("vault: dai sums to %d, outside has %d", sum, s.led.Total(ledger.Outside, ledger.Dai))
	}
	return nil
}
