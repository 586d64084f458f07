package rollup

import (
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
)

const (
	testOwners = int(ledger.First) + 8
	usd        = ledger.Unit
	perDay     = 6480 // ticks of 40/3 seconds, so that a slot of 40 divides a day
	ann        = ledger.First
	bob        = ledger.First + 1
	eve        = ledger.First + 2
	operator   = ledger.First + 6
	rival      = ledger.First + 7
)

// world runs a rollup one tick at a time, as a kernel does.
type world struct {
	led  *ledger.Ledger
	s    *State
	tick uint32
	gas  uint32 // of the batch on its way
	out  Outcome

	mempool []piece
}

// defaults are the rules without extractable value, which makes sums of money
// easy to check.
func defaults() Params {
	var p Params
	param.Defaults(&p)
	p.ExtractableUSD = 0
	return p
}

func newWorld(p Params) *world {
	l := ledger.New(testOwners, testOwners)
	for o := range testOwners {
		l.Assign(ledger.Owner(o), ledger.Row(o))
	}
	return &world{led: l, s: New(l, p, testOwners, perDay)}
}

// grant gives an owner money from outside.
func (w *world) grant(o ledger.Owner, a ledger.Asset, x ledger.Amount) {
	w.s.must(w.led.Post(ledger.Transfer{Amount: x, To: o, Asset: a, Reason: ledger.Genesis}))
}

// inside gives a user a balance in the rollup.
func (w *world) inside(o ledger.Owner, x ledger.Amount) {
	w.s.must(w.s.Join(o, x))
	w.s.Activate(o, true)
}

// slot runs a whole slot of the operator under a policy.
func (w *world) slot(p Policy, posted bool) Outcome {
	w.s.SetPolicy(operator, p)
	w.s.Open(Leader{Staker: operator, Operator: operator})
	_, _ = w.s.Build(w.tick+20, false)
	w.tick += 40
	w.out = w.s.Close(w.tick, posted, 0, 1)
	return w.out
}

var serveAll = Policy{Transfers: true, Exits: true, MinFee: 100, ExitFee: 4000}

func (w *world) audit() error {
	if err := w.led.Audit(); err != nil {
		return err
	}
	return w.s.Audit()
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
