package vault

import (
	"testing"

	"pgregory.net/rapid"

	"stakeout/market/ledger"
)

const (
	ann  = ledger.First
	bob  = ledger.First + 1
	cat  = ledger.First + 2
	all  = int(ledger.First) + 3
	unit = ledger.Unit
)

// secondsPerTick is a sixth of a step of the auction's price.
const secondsPerTick = 15

var rulesOf2021 = Params{Ratio: 1.5, Penalty: 0.13, Start: 1.3, Cut: 0.01, StepSeconds: 90, Reset: 0.4}

// open gives ann a vault with 10 ether, and bob 500 dai that cat minted against
// 100 ether.
func open(t testing.TB) (*System, *ledger.Ledger) {
	t.Helper()
	l := ledger.New(all, 1)
	s := New(l, rulesOf2021, secondsPerTick)
	for _, x := range []ledger.Transfer{
		{Amount: 10 * unit, To: ann, Asset: ledger.Ether}, {Amount: 100 * unit, To: cat, Asset: ledger.Ether},
	} {
		must(t, l.Post(x))
	}
	must(t, s.Lock(ann, 10*unit))
	must(t, s.Lock(cat, 100*unit))
	must(t, s.Mint(cat, 500*unit, 200*unit))
	must(t, l.Post(ledger.Transfer{Amount: 500 * unit, From: cat, To: bob, Asset: ledger.Dai, Reason: ledger.Pay}))
	return s, l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Ten ether at 150 dollars cover a debt of 1000 dai at a ratio of 150 %, and not
// a micro-dai more.
func TestMintUpToTheRatio(t *testing.T) {
	s, l := open(t)
	if err := s.Mint(ann, 1000*unit+1, 150*unit); err != ErrRatio {
		t.Errorf("a micro-dai too many: %v", err)
	}
	must(t, s.Mint(ann, 1000*unit, 150*unit))
	if s.Debt(ann) != 1000*unit || l.Balance(ann, ledger.Dai, ledger.Free) != 1000*unit {
		t.Errorf("owes %d, has %d", s.Debt(ann), l.Balance(ann, ledger.Dai, ledger.Free))
	}
	if !s.Safe(ann, 150*unit) || s.Safe(ann, 150*unit-1) || !s.AllSafe(150*unit) || s.AllSafe(150*unit-1) {
		t.Error("the border of safety is not at 150 dollars")
	}
	if err := s.Unlock(ann, 1, 150*unit); err != ErrRatio {
		t.Errorf("collateral taken out at the border: %v", err)
	}
	must(t, s.Unlock(ann, 5*unit, 300*unit))
	must(t, s.Wipe(ann, 1000*unit))
	must(t, s.Unlock(ann, 5*unit, 1))
	if err := s.Wipe(ann, 1); err != ErrDebt {
		t.Errorf("repaid what is not owed: %v", err)
	}
	must(t, s.Audit())
}

// For random commands, dai in circulation equals the debts, the limit price of
// AllSafe agrees with a check of each vault, and a refusal changes nothing.
func TestRandomCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := openRapid(t)
		owner := rapid.SampledFrom([]ledger.Owner{ann, bob, cat})
		amount := rapid.OneOf(rapid.Int64Range(-5, 2000*int64(unit)), rapid.Int64())
		tick := uint32(0)
		for range rapid.IntRange(1, 50).Draw(t, "commands") {
			o, x := owner.Draw(t, "owner"), ledger.Amount(amount.Draw(t, "amount"))
			price := ledger.Amount(rapid.Int64Range(0, 400*int64(unit)).Draw(t, "price"))
			before := l.Hash(1)
			var err error
			tick += uint32(rapid.IntRange(0, 700).Draw(t, "ticks"))
			switch rapid.IntRange(0, 5).Draw(t, "verb") {
			case 0:
				err = s.Lock(o, x)
			case 1:
				err = s.Unlock(o, x, price)
			case 2:
				err = s.Mint(o, x, price)
			case 3:
				err = s.Wipe(o, x)
			case 4:
				err = s.Bite(o, price, tick)
			case 5:
				err = s.Take(owner.Draw(t, "taker"), o, x, tick)
			}
			if err != nil && l.Hash(1) != before {
				t.Fatalf("refused with %v, yet something moved", err)
			}
			safe := true
			for _, o := range s.Owners() {
				safe = safe && (s.Safe(o, price) || s.Auctioned(o))
			}
			if s.AllSafe(price) != safe {
				t.Fatalf("at %d all safe is %v, one by one %v", price, s.AllSafe(price), safe)
			}
		}
		if err := s.Audit(); err != nil {
			t.Fatal(err)
		}
		if err := l.Audit(); err != nil {
			t.Fatal(err)
		}
	})
}

// openRapid is open for random tests: all vaults of a run share one ledger.
func openRapid(t *rapid.T) (*System, *ledger.Ledger) {
	l := ledger.New(all, 1)
	s := New(l, rulesOf2021, secondsPerTick)
	for _, o := range []ledger.Owner{ann, bob, cat} {
		if err := l.Post(ledger.Transfer{Amount: 20 * unit, To: o, Asset: ledger.Ether}); err != nil {
			t.Fatal(err)
		}
		if s.Lock(o, 10*unit) != nil || s.Mint(o, 600*unit, 200*unit) != nil {
			t.Fatal("no vault")
		}
	}
	return s, l
}

func TestCopies(t *testing.T) {
	s, l := open(t)
	must(t, s.Mint(ann, 1000*unit, 150*unit))
	k := ledger.New(all, 1)
	k.CopyFrom(l)
	c := New(k, Params{Ratio: 2, StepSeconds: 1}, 1)
	c.CopyFrom(s)
	must(t, c.Wipe(ann, 1000*unit))
	if s.Debt(ann) != 1000*unit || c.AllSafe(1) != false || len(c.Owners()) != 2 || !c.AllSafe(10*unit) {
		t.Error("the copy is not independent or not a copy")
	}
	must(t, c.Audit())
}

func TestAuditFinds(t *testing.T) {
	for name, spoil := range map[string]func(*System, *ledger.Ledger){
		"debt without a vault": func(_ *System, l *ledger.Ledger) {
			must(t, l.Post(ledger.Transfer{Amount: 1, From: bob, To: bob, Asset: ledger.Dai, FromPocket: ledger.Loan}))
		},
		"dai from outside": func(_ *System, l *ledger.Ledger) {
			must(t, l.Post(ledger.Transfer{Amount: 1, To: bob, Asset: ledger.Dai}))
		},
		"forgotten owner": func(s *System, _ *ledger.Ledger) { s.owners = s.owners[:1] },
	} {
		s, l := open(t)
		spoil(s, l)
		if s.Audit() == nil {
			t.Errorf("%s: not found", name)
		}
	}
}
