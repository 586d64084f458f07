package lending

import (
	"math/rand"
	"testing"

	"stakeout/market/ledger"
)

// A copy behaves as a twin: the same operations lead to the same state,
// operations on one leave the other unchanged, and re-used memory makes no
// difference.
func TestTwins(t *testing.T) {
	p := defaults(t)
	p.BorrowCap = 200_000 * usd
	a, b := newWorld(t, p, 300_000*usd, 50_000*usd), emptyWorld(p)
	r := rand.New(rand.NewSource(5))
	for round := range 20 {
		for range 200 {
			_ = a.apply(draw(r))
		}
		b.ledger.CopyFrom(a.ledger)
		b.pool.CopyFrom(a.pool)
		b.price, b.tick = a.price, a.tick
		if a.state() != b.state() {
			t.Fatalf("round %d: a copy has another hash", round)
		}
		ok(t, b.verify())
		frozen := b.state()
		seed := r.Int63()
		play(a, seed)
		if b.state() != frozen {
			t.Fatalf("round %d: the copy moved with its source", round)
		}
		play(b, seed)
		if a.state() != b.state() {
			t.Fatalf("round %d: twins came apart", round)
		}
	}
}

func (w *world) state() uint64 { return w.pool.Hash(w.ledger.Hash(0)) }

func play(w *world, seed int64) {
	r := rand.New(rand.NewSource(seed))
	for range 200 {
		_ = w.apply(draw(r))
	}
}

// The hash depends on every field that can make two pools behave differently.
func TestHashSeesEverything(t *testing.T) {
	for name, spoil := range map[string]func(*Pool){
		"debt shares":   func(p *Pool) { p.accounts[ledger.First+1].debt++ },
		"supply shares": func(p *Pool) { p.accounts[ledger.First].supply++ },
		"debt sum":      func(p *Pool) { p.debt++ },
		"supply sum":    func(p *Pool) { p.supply++ },
		"debt index":    func(p *Pool) { p.debtIndex++ },
		"lend index":    func(p *Pool) { p.lendIndex++ },
		"mark":          func(p *Pool) { p.mark++ },
		"tick":          func(p *Pool) { p.tick++ },
		"call":          func(p *Pool) { p.margins[0].called = true },
		"seizure":       func(p *Pool) { p.margins[0].open = true },
		"seized":        func(p *Pool) { p.margins[0].seized++ },
		"before":        func(p *Pool) { p.margins[0].before++ },
	} {
		w := lent(t)
		before := w.pool.Hash(1)
		spoil(w.pool)
		if w.pool.Hash(1) == before {
			t.Errorf("%s: same hash", name)
		}
	}
}

// Audit finds every kind of damage.
func TestAuditFinds(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"debt sum":      func(w *world) { w.pool.debt++ },
		"supply sum":    func(w *world) { w.pool.supply++ },
		"insolvency":    func(w *world) { w.pool.lendIndex++ },
		"low index":     func(w *world) { w.pool.lendIndex-- },
		"lost borrower": func(w *world) { w.pool.borrowers = w.pool.borrowers[:0] },
		"lost margin":   func(w *world) { w.pool.margins = w.pool.margins[:0] },
		"wrong owner":   func(w *world) { w.pool.borrowers[0]++ },
		"pool account":  func(w *world) { w.pool.accounts[ledger.Pool].supply++ },
		"negative":      func(w *world) { w.pool.accounts[ledger.First].debt-- },
		"foreign loan": func(w *world) {
			ok(t, w.ledger.Post(ledger.Transfer{
				Amount: 1, Asset: ledger.Token, From: ledger.First, To: ledger.First,
				FromPocket: ledger.Free, ToPocket: ledger.Loan,
			}))
		},
		"stolen tokens": func(w *world) {
			ok(t, w.ledger.Post(ledger.Transfer{Amount: 1, Asset: ledger.Token, From: ledger.Pool, To: ledger.First}))
		},
	} {
		w := lent(t)
		ok(t, w.pool.Audit())
		spoil(w)
		if w.pool.Audit() == nil {
			t.Errorf("%s: not found", name)
		}
	}
}

// lent is a world in which owner First has lent 100 tokens and the next owner 40.
func lent(tb testing.TB) *world {
	tb.Helper()
	w := newWorld(tb, defaults(tb), 1000*usd, 1000*usd)
	ok(tb, w.pool.Deposit(ledger.First, 100*usd))
	ok(tb, w.pool.Borrow(ledger.First+1, 40*usd, usd))
	return w
}

func FuzzPool(f *testing.F) {
	f.Add([]byte("\x00\x00\xff\xff\x03\x01\x40\x00\x09\x00\xff\xff\x0b\x01\xff\x03\x0f\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, script []byte) {
		p := defaults(t)
		p.BorrowCap = 4000 * usd
		w := newWorld(t, p, 9000*usd, 5000*usd)
		steps := ledger.Amount(len(script))/4 + 1
		for ; len(script) >= 4; script = script[4:] {
			o := ledger.Owner(script[1]) % ledger.Owner(testOwners+2)
			a := ledger.Amount(script[2])<<8 | ledger.Amount(script[3])
			if script[0]&0x10 == 0 {
				a *= 50_021
			}
			if script[0]&0x20 != 0 {
				a <<= 40
			}
			room := w.pool.Available()
			err := w.apply(script[0], o, a)
			if op := script[0] % operations; err == nil && op >= 3 && op <= 5 && a > room {
				t.Fatalf("%d borrowed of %d", a, room)
			}
			if err := w.verify(); err != nil {
				t.Fatal(err)
			}
		}
		ok(t, w.closing(steps*1000+w.pool.sweepDust()))
	})
}

// In steady state nothing allocates.
func TestNoAllocations(t *testing.T) {
	w := lent(t)
	due := make([]Call, 0, 16)
	o := ledger.First + 2
	n := testing.AllocsPerRun(200, func() {
		w.tick++
		w.pool.Accrue(w.tick)
		_ = w.pool.Deposit(o, usd)
		_ = w.pool.Borrow(o, 2*usd, usd)
		due = w.pool.Check(3*usd, due[:0])
		_ = w.pool.Seize(o, usd)
		_ = w.pool.Liquidate(o, usd)
		w.pool.Check(usd, due[:0])
		_, _ = w.pool.Repay(o, 2*usd)
		_ = w.pool.Withdraw(o, usd/2)
		w.pool.Settle(ledger.First)
		w.pool.Hash(0)
	})
	if n != 0 {
		t.Errorf("%v allocations a round", n)
	}
}

func BenchmarkPool(b *testing.B) {
	// setup lends to ten borrowers in a world with many lenders.
	setup := func(b *testing.B) *world {
		w := newWorld(b, defaults(b), 1e6*usd, 1e6*usd)
		ok(b, w.pool.Deposit(ledger.First, 1e6*usd))
		for i := range ledger.Owner(10) {
			ok(b, w.pool.Borrow(ledger.First+1+i, 10_000*usd, usd))
		}
		b.ReportAllocs()
		return w
	}
	b.Run("BorrowRepay", func(b *testing.B) {
		w := setup(b)
		for b.Loop() {
			_ = w.pool.Borrow(ledger.First+11, 100*usd, usd)
			_, _ = w.pool.Repay(ledger.First+11, 101*usd)
		}
	})
	b.Run("Accrue", func(b *testing.B) {
		w := setup(b)
		for b.Loop() {
			w.tick++
			w.pool.Accrue(w.tick)
		}
	})
	b.Run("Check10", func(b *testing.B) {
		w := setup(b)
		for b.Loop() {
			w.calls = w.pool.Check(usd, w.calls[:0])
		}
	})
	b.Run("Settle", func(b *testing.B) {
		w := setup(b)
		for b.Loop() {
			w.tick++
			w.pool.Accrue(w.tick)
			w.pool.Settle(ledger.First)
		}
	})
}
