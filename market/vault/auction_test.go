package vault

import (
	"errors"
	"testing"

	"stakeout/market/ledger"
)

// bitten gives ann a vault of ten ether with a debt of 1,000 dai, of which bob has
// half, and starts its auction at tick 100 when ether costs 140 dollars.
func bitten(t testing.TB) (*System, *ledger.Ledger) {
	t.Helper()
	s, l := open(t)
	must(t, s.Mint(ann, 1000*unit, 150*unit))
	if err := s.Bite(ann, 150*unit, 100); err != ErrSafe {
		t.Errorf("a safe vault is auctioned: %v", err)
	}
	must(t, s.Bite(ann, 140*unit, 100))
	return s, l
}

// The price starts 30 % above that of the oracle, falls by a percent every 90 seconds
// whatever ether does, and is void below two fifths of the start.
func TestPriceFallsWithTime(t *testing.T) {
	s, _ := bitten(t)
	last := 182 * unit
	for n := range uint32(91) {
		for _, tick := range []uint32{100 + 6*n, 105 + 6*n} {
			if o, tab, price := s.Auction(0, tick); o != ann || tab != 1130*unit || price != last {
				t.Fatalf("step %d: owner %d, tab %d, price %d, want %d", n, o, tab, price, last)
			}
		}
		last, _ = ledger.MulDiv(last, 990_000, unit, ledger.Down)
	}
	if err := s.Bite(ann, 100*unit, 100+6*91); err != ErrSale {
		t.Errorf("an auction that runs was started anew: %v", err)
	}
	if _, _, price := s.Auction(0, 100+6*92); price != 0 {
		t.Errorf("price %d after the reset", price)
	}
	if err := s.Take(bob, ann, unit, 100+6*92); err != ErrSale {
		t.Errorf("bought in an auction that must start anew: %v", err)
	}
	must(t, s.Bite(ann, 100*unit, 100+6*92))
	if _, tab, price := s.Auction(0, 100+6*92); tab != 1130*unit || price != 130*unit || s.Auctions() != 1 {
		t.Errorf("anew: tab %d at %d, %d auctions", tab, price, s.Auctions())
	}
}

// A taker pays debt and penalty in proportion; the owner keeps the ether that is left
// when both are paid.
func TestAuctionClears(t *testing.T) {
	s, l := bitten(t)
	must(t, s.Take(bob, ann, 113*unit, 100))
	ether := l.Balance(bob, ledger.Ether, ledger.Free)
	if want := 113 * unit * unit / (182 * unit); ether != want || s.Debt(ann) != 900*unit ||
		l.Balance(ledger.Treasury, ledger.Dai, ledger.Free) != 13*unit {
		t.Errorf("took %d, want %d; debt %d, penalty %d", ether, want, s.Debt(ann),
			l.Balance(ledger.Treasury, ledger.Dai, ledger.Free))
	}
	if err := s.Take(bob, ann, 400*unit, 100); !errors.Is(err, ledger.ErrFunds) {
		t.Errorf("more dai than there is: %v", err)
	}
	must(t, l.Post(ledger.Transfer{Amount: 300 * unit, From: bob, To: ann, Asset: ledger.Dai, Reason: ledger.Pay}))
	must(t, s.Take(ann, ann, 2000*unit, 100)) // the owner may bid, too
	if s.Auctions() != 0 || s.Debt(ann) != 0 || s.Debt(ledger.Treasury) != 0 ||
		l.Balance(ledger.Treasury, ledger.Dai, ledger.Free) != 130*unit {
		t.Errorf("%d auctions, debt %d, penalty %d", s.Auctions(), s.Debt(ann),
			l.Balance(ledger.Treasury, ledger.Dai, ledger.Free))
	}
	if left := s.Collateral(ann); left == 0 || left+l.Balance(bob, ledger.Ether, ledger.Free)+
		l.Balance(ann, ledger.Ether, ledger.Free) != 10*unit {
		t.Errorf("%d left", left)
	}
	must(t, s.Unlock(ann, s.Collateral(ann), 1))
	must(t, s.Audit())
}

// An owner cannot move what is being auctioned.
func TestAuctionedVaultsStandStill(t *testing.T) {
	s, l := bitten(t)
	must(t, l.Post(ledger.Transfer{Amount: unit, To: ann, Asset: ledger.Ether}))
	for what, err := range map[string]error{"lock": s.Lock(ann, unit), "unlock": s.Unlock(ann, 0, 1000*unit),
		"mint": s.Mint(ann, 1, 1000*unit), "wipe": s.Wipe(ann, 1)} {
		if err != ErrSale {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !s.Auctioned(ann) || s.Auctioned(cat) || !s.AllSafe(140*unit) || s.AllSafe(unit) {
		t.Error("a vault that is auctioned already counts as unsafe, or others do not")
	}
}

// When nobody pays more than 65 dai for ether, ten ether do not raise the debt.
// The treasury owes the rest, until penalties pay it.
func TestBadDebt(t *testing.T) {
	s, l := open(t)
	must(t, s.Mint(ann, 1000*unit, 150*unit))
	must(t, s.Bite(ann, 50*unit, 1))
	must(t, s.Take(bob, ann, 500*unit, 1))
	must(t, s.Take(ann, ann, 500*unit, 1))
	owed := s.Debt(ledger.Treasury)
	if s.Auctions() != 0 || s.Collateral(ann) != 0 || s.Debt(ann) != 0 || owed < 424*unit || owed > 425*unit {
		t.Errorf("%d auctions, collateral %d, debt %d, treasury's %d", s.Auctions(), s.Collateral(ann), s.Debt(ann), owed)
	}
	must(t, s.Bite(cat, 6*unit, 2))
	must(t, l.Post(ledger.Transfer{Amount: 500 * unit, From: ann, To: bob, Asset: ledger.Dai, Reason: ledger.Pay}))
	must(t, s.Take(bob, cat, 113*unit, 2))
	if healed := owed - s.Debt(ledger.Treasury); healed != 13*unit || s.Debt(cat) != 400*unit {
		t.Errorf("%d of the bad debt paid, cat owes %d", healed, s.Debt(cat))
	}
	must(t, s.Audit())
}
