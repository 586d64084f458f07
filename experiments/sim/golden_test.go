package sim

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden calls f for every case: each mechanism, remedy and attack in a small
// world, and in the default one where either the mechanism is pos or the remedy
// none; three seeds without a remedy, one with.
func golden(f func(name string, ticks uint32, seeds uint64, open func(seed uint64) (*World, error))) func(testing.TB) {
	return func(t testing.TB) {
		worlds := []struct {
			name  string
			c     *Config
			ticks uint32
		}{{"small", small(t), 4000}, {"default", defaults(t), 6700}}
		attacks := append([]strategies.Entry{{Name: "idle"}}, strategies.All()...)
		for _, x := range worlds {
			for _, m := range election.All() {
				for _, r := range remedy.All() {
					for _, e := range attacks {
						if !e.Needs.In(m.Rules()) || !e.Needs.Under(r.New(&x.c.Remedies).Rules()) || !r.In(m.Rules()) ||
							x.name == "default" && m.Name != "pos" && r.Name != "none" {
							continue
						}
						seeds := uint64(3)
						if r.Name != "none" {
							seeds = 1
						}
						f(strings.Join([]string{x.name, m.Name, r.Name, e.Name}, "/"), x.ticks, seeds, func(seed uint64) (*World, error) {
							if e.New == nil {
								return New(x.c, m.Name, r.Name, seed, [Legs]ledger.Amount{})
							}
							p := hasty(t, e)
							w, err := New(x.c, m.Name, r.Name, seed, e.Capital(p))
							if err == nil {
								attack(w, e, p)
							}
							return w, err
						})
					}
				}
			}
		}
	}
}

// Every world has the same state, bit for bit, on every processor. Run with
// -update after a change of the model.
func TestGolden(t *testing.T) {
	var got bytes.Buffer
	golden(func(name string, ticks uint32, seeds uint64, open func(uint64) (*World, error)) {
		for seed := uint64(1); seed <= seeds; seed++ {
			w, err := open(seed)
			if err == nil {
				err = w.Run(ticks)
			}
			if err != nil {
				t.Fatalf("%s/%d: %v", name, seed, err)
			}
			fmt.Fprintf(&got, "%s/%d %d %016x\n", name, seed, ticks, w.Hash())
		}
	})(t)
	file := filepath.Join("testdata", "golden.txt")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	if len(a) != len(b) {
		t.Errorf("%d cases, %d on file", len(a), len(b))
	}
	other := 0
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if other++; other <= 5 {
			t.Errorf("got  %s\nwant %s", a[i], b[i])
		}
	}
	if other > 5 {
		t.Errorf("%d cases differ in all", other)
	}
}

// A hash that does not tell worlds apart would make every test of this file
// pass. Plans that buy the same stake are one world until they act, and the fake
// DoS and its repeated form until the first act is over.
func TestHashTellsWorldsApart(t *testing.T) {
	seen := map[uint64]string{}
	golden(func(name string, _ uint32, _ uint64, open func(uint64) (*World, error)) {
		if !strings.HasPrefix(name, "small/pos/none/") {
			return
		}
		for seed := uint64(1); seed <= 2; seed++ {
			w, err := open(seed)
			if err != nil {
				t.Fatal(err)
			}
			for tick := uint32(2400); tick <= 4000; tick += 400 {
				run(t, w, tick)
				at := fmt.Sprint(name, seed, tick)
				if other, twice := seen[w.Hash()]; twice {
					t.Errorf("%s has the hash of %s", at, other)
				}
				seen[w.Hash()] = at
			}
		}
	})(t)
}
