package sim

import (
	"flag"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

var long = flag.Bool("long", false, "also run the default world for 60 days under every pair and attack")

// Every pair of a mechanism and a remedy that go together runs for 60 days under every
// attack that has its lever, and without an attack, and no invariant breaks.
func TestEveryPairFor60Days(t *testing.T) {
	if !*long {
		t.Skip("takes minutes; -long runs it")
	}
	for _, m := range election.All() {
		for _, r := range remedy.All() {
			for _, e := range append([]strategies.Entry{{Name: "idle"}}, strategies.All()...) {
				if !r.In(m.Rules()) || !e.Needs.In(m.Rules()) || !e.Needs.Under(r.New(&defaults(t).Remedies).Rules()) {
					continue
				}
				t.Run(m.Name+"/"+r.Name+"/"+e.Name, func(t *testing.T) {
					t.Parallel()
					sixtyDays(t, m, r, e)
				})
			}
		}
	}
}

func sixtyDays(t *testing.T, m election.Entry, r remedy.Entry, e strategies.Entry) {
	var capital [Legs]ledger.Amount
	var p strategies.Params
	if e.New != nil {
		p = e.Params()
		param.Defaults(p)
		capital = e.Capital(p)
	}
	w := worldUnder(t, defaults(t), m.Name, r.Name, 1, capital[:]...)
	run(t, w, w.Ticks(2))
	if e.New != nil {
		attack(w, e, p)
	}
	for day := 10.0; day <= 60; day += 10 {
		run(t, w, w.Ticks(day))
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
	}
}
