package ledger

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

const (
	testOwners = int(First) + 6
	testRows   = 4
)

func newTestLedger() *Ledger {
	l := New(testOwners, testRows)
	for o := 0; o < testOwners; o++ {
		l.Assign(Owner(o), Row(o%testRows))
	}
	return l
}

// twin is a second implementation of the ledger with big integers and maps.
type twin struct {
	bal  map[[3]int]*big.Int
	flow map[[3]int]*big.Int
}

func newTwin() *twin { return &twin{map[[3]int]*big.Int{}, map[[3]int]*big.Int{}} }

func entry(m map[[3]int]*big.Int, key [3]int) *big.Int {
	if m[key] == nil {
		m[key] = new(big.Int)
	}
	return m[key]
}

var bound = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 62), big.NewInt(1))

func (w *twin) post(t Transfer) error {
	if t.Amount < 0 {
		return ErrAmount
	}
	if int(t.From) >= testOwners || int(t.To) >= testOwners || t.Asset >= Assets ||
		t.FromPocket >= Pockets || t.ToPocket >= Pockets || t.Reason >= Reasons {
		return ErrAccount
	}
	x := big.NewInt(int64(t.Amount))
	from := [3]int{int(t.From), int(t.Asset), int(t.FromPocket)}
	to := [3]int{int(t.To), int(t.Asset), int(t.ToPocket)}
	if t.From != Outside && t.FromPocket != Loan && entry(w.bal, from).Cmp(x) < 0 {
		return ErrFunds
	}
	giver := [3]int{int(t.From) % testRows, int(t.Reason), int(t.Asset)}
	taker := [3]int{int(t.To) % testRows, int(t.Reason), int(t.Asset)}
	if !fits(w.bal, from, to, x) || (giver != taker && !fits(w.flow, giver, taker, x)) {
		return ErrOverflow
	}
	shift(w.bal, from, to, x)
	shift(w.flow, giver, taker, x)
	return nil
}

func fits(m map[[3]int]*big.Int, out, in [3]int, x *big.Int) bool {
	low := new(big.Int).Sub(entry(m, out), x)
	high := new(big.Int).Add(entry(m, in), x)
	return low.CmpAbs(bound) <= 0 && (out == in || high.Cmp(bound) <= 0)
}

func shift(m map[[3]int]*big.Int, out, in [3]int, x *big.Int) {
	entry(m, out).Sub(entry(m, out), x)
	entry(m, in).Add(entry(m, in), x)
}

// agrees compares every balance and flow, and each total with the sum of its
// pockets.
func (w *twin) agrees(t fatal, l *Ledger) {
	for o := 0; o < testOwners; o++ {
		for a := Asset(0); a < Assets; a++ {
			var sum Amount
			for p := Pocket(0); p < Pockets; p++ {
				b := l.Balance(Owner(o), a, p)
				sum += b
				if want := entry(w.bal, [3]int{o, int(a), int(p)}); want.Int64() != int64(b) {
					t.Fatalf("owner %d has %d of %v in %v, twin %v", o, b, a, p, want)
				}
			}
			if l.Total(Owner(o), a) != sum {
				t.Fatalf("owner %d: total %d of %v, pockets sum to %d", o, l.Total(Owner(o), a), a, sum)
			}
		}
	}
	for r := 0; r < testRows; r++ {
		for why := Reason(0); why < Reasons; why++ {
			for a := Asset(0); a < Assets; a++ {
				want := entry(w.flow, [3]int{r, int(why), int(a)})
				if got := l.Flow(Row(r), why, a); want.Int64() != int64(got) {
					t.Fatalf("row %d received %d of %v for %v, twin %v", r, got, a, why, want)
				}
			}
		}
	}
}

type fatal interface{ Fatalf(string, ...any) }

func anyAmount(t *rapid.T) Amount {
	switch rapid.IntRange(0, 9).Draw(t, "size") {
	case 0:
		return Amount(rapid.Int64().Draw(t, "any"))
	case 1:
		return maxBalance + Amount(rapid.Int64Range(-2, 2).Draw(t, "edge"))
	}
	return Amount(rapid.Int64Range(0, int64(1000*Unit)).Draw(t, "usual"))
}

func anyTransfer(t *rapid.T) Transfer {
	owner := rapid.OneOf(rapid.Just(uint32(Outside)), rapid.Uint32Range(0, uint32(testOwners)))
	small := func(n int, name string) uint8 { return uint8(rapid.IntRange(0, n).Draw(t, name)) }
	return Transfer{
		Amount: anyAmount(t), From: Owner(owner.Draw(t, "from")), To: Owner(owner.Draw(t, "to")),
		Asset: Asset(small(int(Assets), "asset")), FromPocket: Pocket(small(int(Pockets), "from pocket")),
		ToPocket: Pocket(small(int(Pockets), "to pocket")), Reason: Reason(small(int(Reasons), "reason")),
	}
}

// For random transfers the ledger does what its twin does, conserves every asset,
// and changes nothing when it refuses.
func TestPostAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, w := newTestLedger(), newTwin()
		for range rapid.IntRange(1, 60).Draw(t, "transfers") {
			x := anyTransfer(t)
			before := l.Hash(1)
			got, want := l.Post(x), w.post(x)
			if got != want {
				t.Fatalf("%+v: %v, twin %v", x, got, want)
			}
			if got != nil && l.Hash(1) != before {
				t.Fatalf("%+v was refused (%v) but changed something", x, got)
			}
		}
		if err := l.Audit(); err != nil {
			t.Fatalf("%v", err)
		}
		w.agrees(t, l)
	})
}

func TestRefusals(t *testing.T) {
	a, b := First, First+1
	l := newTestLedger()
	give := func(o Owner, x Amount) Transfer { return Transfer{Amount: x, To: o} }
	must(t, l.Post(give(a, maxBalance)))
	for _, c := range []struct {
		name string
		t    Transfer
		want error
	}{
		{"negative", Transfer{Amount: -1, From: a, To: b}, ErrAmount},
		{"least", Transfer{Amount: math.MinInt64, From: a, To: b}, ErrAmount},
		{"sender", Transfer{From: Owner(testOwners), To: b}, ErrAccount},
		{"receiver", Transfer{From: a, To: Owner(testOwners)}, ErrAccount},
		{"asset", Transfer{From: a, To: b, Asset: Assets}, ErrAccount},
		{"pocket from", Transfer{From: a, To: b, FromPocket: Pockets}, ErrAccount},
		{"pocket to", Transfer{From: a, To: b, ToPocket: Pockets}, ErrAccount},
		{"reason", Transfer{From: a, To: b, Reason: Reasons}, ErrAccount},
		{"funds", Transfer{Amount: 1, From: b, To: a}, ErrFunds},
		{"funds of another pocket", Transfer{Amount: 1, From: a, To: a, FromPocket: Held}, ErrFunds},
		{"more than there can be", Transfer{Amount: math.MaxInt64, From: a, To: b}, ErrFunds},
		{"outside is exhausted", give(b, 1), ErrOverflow},
		{"outside would wrap", give(b, math.MaxInt64), ErrOverflow},
		{"loan would wrap", Transfer{Amount: math.MaxInt64, From: b, To: b, FromPocket: Loan, Asset: Dai}, ErrOverflow},
		{"receiver is full", Transfer{Amount: 1, To: a, FromPocket: Held}, ErrOverflow},
	} {
		before := l.Hash(1)
		if got := l.Post(c.t); !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if l.Hash(1) != before {
			t.Errorf("%s: changed something", c.name)
		}
	}
	must(t, l.Audit())
}

// A flow is bounded like a balance: if money goes in a circle for two reasons,
// the ledger refuses before the flow overflows.
func TestFlowOverflows(t *testing.T) {
	l := newTestLedger()
	a, b := First, First+1
	must(t, l.Post(Transfer{Amount: maxBalance, To: a}))
	must(t, l.Post(Transfer{Amount: maxBalance, From: a, To: b, Reason: Trade}))
	must(t, l.Post(Transfer{Amount: maxBalance, From: b, To: a, Reason: Pay}))
	before := l.Hash(1)
	if err := l.Post(Transfer{Amount: 1, From: a, To: b, Reason: Trade}); err != ErrOverflow || l.Hash(1) != before {
		t.Fatalf("error %v", err)
	}
	must(t, l.Post(Transfer{Amount: 1, From: a, To: b, Reason: Auction}))
	must(t, l.Audit())
}

// Audit finds every kind of damage.
func TestAuditFinds(t *testing.T) {
	for name, spoil := range map[string]func(*Ledger){
		"creation": func(l *Ledger) { l.bal[Cash][First][Free]++ },
		"debt": func(l *Ledger) {
			l.bal[Cash][First][Held]--
			l.bal[Cash][First][Free]++
		},
		"flow":       func(l *Ledger) { l.flow[5]++ },
		"late row":   func(l *Ledger) { l.Assign(First, l.RowOf(First)+1) },
		"other coin": func(l *Ledger) { l.bal[Dai][First][Staked]++ },
	} {
		l := newTestLedger()
		must(t, l.Post(Transfer{Amount: Unit, To: First}))
		must(t, l.Audit())
		spoil(l)
		if l.Audit() == nil {
			t.Errorf("%s: not found", name)
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{"unknown": true}
	check := func(kind string, n int, name func(int) string) {
		for i := 0; i < n; i++ {
			if s := name(i); s == "" || seen[s] {
				t.Errorf("%s %d is called %q", kind, i, s)
			} else {
				seen[s] = true
			}
		}
		if name(n) != "unknown" {
			t.Errorf("%s %d has a name", kind, n)
		}
	}
	check("reason", int(Reasons), func(i int) string { return Reason(i).String() })
	seen = map[string]bool{"unknown": true}
	check("asset", int(Assets), func(i int) string { return Asset(i).String() })
	check("pocket", int(Pockets), func(i int) string { return Pocket(i).String() })
	if Genesis.String() != "genesis" || Remainder.String() != "remainder" || Slash.String() != "slash" {
		t.Error("names have shifted")
	}
}

func TestCopies(t *testing.T) {
	l, c := newTestLedger(), New(1, 1)
	must(t, l.Post(Transfer{Amount: Unit, To: First}))
	c.CopyFrom(l)
	if c.Hash(7) != l.Hash(7) || c.Owners() != testOwners || c.Rows() != testRows || c.RowOf(First) != l.RowOf(First) {
		t.Fatal("the copy differs")
	}
	must(t, c.Post(Transfer{Amount: 1, From: First, To: First + 1}))
	if c.Hash(7) == l.Hash(7) || l.Balance(First, Cash, Free) != Unit {
		t.Fatal("the copy is not independent")
	}
	must(t, l.Audit())
	must(t, c.Audit())
	if n := testing.AllocsPerRun(10, func() { c.CopyFrom(l); _ = c.Hash(1) }); n != 0 {
		t.Errorf("%v allocations a copy", n)
	}
}

func TestHashSeesBalancesAndFlows(t *testing.T) {
	l := newTestLedger()
	for a := range l.bal {
		for o := range l.bal[a] {
			for p := range l.bal[a][o] {
				before := l.Hash(1)
				if l.bal[a][o][p]++; l.Hash(1) == before {
					t.Fatalf("what owner %d has of %v in %v is not in the hash", o, Asset(a), Pocket(p))
				}
			}
		}
	}
	for i := range l.flow {
		before := l.Hash(1)
		if l.flow[i]++; l.Hash(1) == before {
			t.Fatalf("flow %d is not in the hash", i)
		}
	}
}

// MulDiv is exact where the quotient fits, and reports false where it does not.
func TestMulDiv(t *testing.T) {
	edges := []int64{math.MinInt64, -1, 0, 1, 2, 3, 1e6, 1<<31 - 1, 1<<62 - 2, 1<<62 - 1, 1 << 62, math.MaxInt64 - 1,
		math.MaxInt64}
	for _, a := range edges {
		for _, b := range edges {
			for _, c := range edges {
				checkMulDiv(t, a, b, c)
			}
		}
	}
	// The product is 4·2**64 − 1, whose quotient by 4 rounds up to 2**64.
	checkMulDiv(t, 9, 8198552921648689607, 4)
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 1e12), rapid.SampledFrom(edges))
		checkMulDiv(t, any.Draw(t, "a"), any.Draw(t, "b"), any.Draw(t, "c"))
	})
}

func checkMulDiv(t fatal, a, b, c int64) {
	for _, r := range []Rounding{Down, Up} {
		got, ok := MulDiv(Amount(a), Amount(b), Amount(c), r)
		legal := a >= 0 && b >= 0 && c > 0
		var q, rem big.Int
		if legal {
			q.DivMod(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c), &rem)
			if r == Up && rem.Sign() > 0 {
				q.Add(&q, big.NewInt(1))
			}
			legal = q.Cmp(bound) <= 0
		}
		if ok != legal || (ok && q.Int64() != int64(got)) || (!ok && got != 0) {
			t.Fatalf("MulDiv(%d, %d, %d, %v) is %d, %v; want %v, %v", a, b, c, r, got, ok, &q, legal)
		}
	}
}

// FuzzPost reads transfers of 16 bytes each and compares the ledger with its
// twin.
func FuzzPost(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 32))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, w := newTestLedger(), newTwin()
		for n := 0; len(data) >= 16 && n < 200; n++ {
			x := Transfer{
				Amount: Amount(binary.LittleEndian.Uint64(data)), From: Owner(data[8] % 16), To: Owner(data[9] % 16),
				Asset: Asset(data[10] % 4), FromPocket: Pocket(data[11] % 9), ToPocket: Pocket(data[12] % 9),
				Reason: Reason(data[13] % 32),
			}
			x.Amount >>= data[14] & 63
			data = data[16:]
			if got, want := l.Post(x), w.post(x); got != want {
				t.Fatalf("%+v: %v, twin %v", x, got, want)
			}
		}
		must(t, l.Audit())
		w.agrees(t, l)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
