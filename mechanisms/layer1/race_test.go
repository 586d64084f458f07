package layer1

import (
	"fmt"
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// duel is a chain with two producers, the first with share alpha, no uncles.
func duel(t *testing.T, alpha float64, policy Policy) *Chain {
	t.Helper()
	p := defaults(t)
	p.HashShares = []float64{alpha, 1 - alpha}
	p.UncleShare = 0
	p.BackgroundIntervalSeconds = 86400
	c := chain(t, p)
	if err := c.SetPolicy(0, policy); err != nil {
		t.Fatal(err)
	}
	return c
}

const victim = ledger.First

// missed reports whether a batch is not among the next k canonical blocks once
// all races are decided.
func missed(t *testing.T, c *Chain, k uint64, s *draw.Stream) bool {
	t.Helper()
	start := c.Height()
	id := submit(t, c, Tx{Sender: victim, Gas: 400_000, MaxFee: Gwei(10_000)})
	for tick := uint32(0); ; tick++ {
		c.Step(tick, s)
		height, _, ok := c.Included(id)
		switch {
		case !ok && c.Height() >= start+k:
			return true
		case ok && height > start+k:
			return true
		case ok && (len(c.blocks) == 1 || c.Height()-c.blocks[c.policies[0].tip].height > 35):
			// From there the odds to catch up are below 1e-6.
			return false
		}
	}
}

// missShare repeats the deadline race from a fresh chain each time.
func missShare(t *testing.T, alpha float64, k uint64, policy Policy, trials int) float64 {
	t.Helper()
	base, c := duel(t, alpha, policy), new(Chain)
	s := draw.New(0)
	misses := 0
	for trial := range trials {
		c.CopyFrom(base)
		s.Seed(draw.Mix(77, uint64(trial)))
		if missed(t, c, k, s) {
			misses++
		}
	}
	check(t, c)
	return float64(misses) / float64(trials)
}

// missOdds solves the recursion f(k) = 1, f(c) = α f(c+1) + q Σ P_m f(min(k,
// c+m+1)) with P_m = C(2m, m−1)/m · α^(m+1) q^(m−1) and m ≤ L (0: any m).
func missOdds(alpha float64, k, patience int) float64 {
	q := 1 - alpha
	f := make([]float64, k+1)
	f[k] = 1
	for c := k - 1; c >= 0; c-- {
		sum, catalan := 0.0, 1.0 // catalan is C(2m, m−1)/m
		for m := 1; m <= 400 && (patience == 0 || m <= patience); m++ {
			p := catalan * math.Pow(alpha, float64(m+1)) * math.Pow(q, float64(m-1))
			sum += p * f[min(k, c+m+1)]
			catalan *= 2 * (2*float64(m) + 1) / (float64(m) + 2)
		}
		f[c] = alpha*f[c+1] + q*sum
	}
	return f[0]
}

// The recursion against the published numbers.
func TestMissOddsRecursion(t *testing.T) {
	for _, row := range []struct {
		alpha       float64
		k, patience int
		want        float64
	}{{0.3, 3, 1, 0.074}, {0.3, 3, 0, 0.17}, {0.3, 10, 1, 2.5e-4}, {0.3, 10, 0, 2.0e-2}, {0.4, 10, 1, 3.2e-3},
		{0.4, 10, 0, 0.19}} {
		if got := missOdds(row.alpha, row.k, row.patience); math.Abs(got/row.want-1) > 0.03 {
			t.Errorf("α %v, k %d, L %d: %.4g, want %.2g", row.alpha, row.k, row.patience, got, row.want)
		}
	}
}

// "Refusing to include transactions from other coordinators. They also refuse
// to build upon blocks containing their transactions trying to uncle them and
// slash the victim." (ethresear.ch 7698)
func TestCensoringMissesDeadline(t *testing.T) {
	include := Policy{Refused: []ledger.Owner{victim}, RefuseInclusion: true}
	feather, stubborn := include, include
	feather.RefuseBuilding, feather.GiveUp = true, 1
	stubborn.RefuseBuilding = true
	three := stubborn
	three.GiveUp = 3
	for _, row := range []struct {
		alpha  float64
		k      uint64
		policy Policy
		name   string
		want   float64
		trials int
	}{
		{0.3, 3, include, "include", 0.027, 200_000},
		{0.4, 5, include, "include", math.Pow(0.4, 5), 200_000},
		{0.3, 3, feather, "L=1", missOdds(0.3, 3, 1), 200_000},
		{0.4, 10, feather, "L=1", missOdds(0.4, 10, 1), 100_000},
		{0.4, 6, three, "L=3", missOdds(0.4, 6, 3), 100_000},
		{0.3, 3, stubborn, "L=∞", missOdds(0.3, 3, 0), 50_000},
		{0.4, 10, stubborn, "L=∞", missOdds(0.4, 10, 0), 20_000},
	} {
		got := missShare(t, row.alpha, row.k, row.policy, row.trials)
		se := math.Sqrt(row.want * (1 - row.want) / float64(row.trials))
		within(t, fmt.Sprintf("α %v, k %d, %s", row.alpha, row.k, row.name), got, row.want, se)
	}
}

// The two refusals are separate: a producer that includes transactions but does
// not build on others' blocks with them orphans none of its own, and an honest
// world misses no deadline.
func TestRefusalsAreSeparate(t *testing.T) {
	if got := missShare(t, 0.4, 3, Policy{Refused: []ledger.Owner{victim}}, 2000); got != 0 {
		t.Errorf("a list without a refusal delays %v of the batches", got)
	}
	if got := missShare(t, 0.4, 3,
		Policy{Refused: []ledger.Owner{victim + 1}, RefuseInclusion: true, RefuseBuilding: true}, 2000); got != 0 {
		t.Errorf("refusing somebody else delays %v of the batches", got)
	}
}

// A policy also applies to transactions that were submitted before it was set.
func TestPolicyAfterSubmit(t *testing.T) {
	c := duel(t, 1, Policy{})
	id := submit(t, c, Tx{Sender: victim, Gas: 21000, MaxFee: Gwei(10_000)})
	s := draw.New(20)
	for tick, refuse := range []bool{true, false} {
		if err := c.SetPolicy(0, Policy{Refused: []ledger.Owner{victim}, RefuseInclusion: refuse}); err != nil {
			t.Fatal(err)
		}
		c.Step(uint32(tick), s)
		if _, _, ok := c.Included(id); ok == refuse {
			t.Errorf("refused %v, included %v", refuse, ok)
		}
	}
}

// Between equal producers each block of a natural tie wins with even odds.
func TestTiesAreEven(t *testing.T) {
	p := defaults(t)
	p.HashShares, p.UncleShare = []float64{0.25, 0.25, 0.25, 0.25}, 0.2
	c := chain(t, p)
	s := draw.New(19)
	ties, won := 0, 0
	for tick := range uint32(200_000) {
		rival, before := -1, uint64(0)
		// A second tie in a row can have two parents and would be counted twice.
		if c.rival != none && c.blocks[c.rival].parent == c.blocks[c.tip].parent {
			rival = int(c.blocks[c.rival].producer)
			_, before = c.Blocks(rival)
			ties++
		}
		c.Step(tick, s)
		if rival < 0 {
			continue
		}
		_, after := c.Blocks(rival)
		if c.LastProducer() == rival {
			after--
		}
		won += int(after - before)
	}
	within(t, "ties won by the second block", float64(won)/float64(ties), 0.5, 0.5/math.Sqrt(float64(ties)))
}

// After L confirmations the refused block and its descendants are accepted.
func TestGiveUp(t *testing.T) {
	c := duel(t, 0.3, Policy{Refused: []ledger.Owner{victim}, RefuseInclusion: true, RefuseBuilding: true, GiveUp: 2})
	build := func(producer int) {
		before := c.tip
		b := c.build(find{producer, c.parentOf(producer, 0.9)}, 0)
		c.see(b)
		c.resolve(before)
		c.prune()
		check(t, c)
	}
	id := submit(t, c, Tx{Sender: victim, Gas: 21000, MaxFee: Gwei(10_000)})
	for i, step := range []struct {
		producer      int
		height        uint64
		confirmations uint64
		open          bool
	}{
		{1, 1, 1, true},  // the batch is in, the refuser stays below
		{0, 1, 1, true},  // a tie, first seen stays
		{1, 2, 2, true},  // one block on top
		{0, 2, 2, true},  // a tie again
		{1, 3, 3, false}, // two on top: given up, everybody on the tip
		{0, 4, 4, false},
	} {
		build(step.producer)
		if c.Height() != step.height || c.Confirmations(id) != step.confirmations || (len(c.blocks) > 1) != step.open {
			t.Fatalf("step %d: height %d, %d confirmations, %d blocks kept", i, c.Height(), c.Confirmations(id), len(c.blocks))
		}
	}
}

// A reorganisation returns transactions to the mempool, unless the new chain
// contains them, and Changes reports it.
func TestReorganisation(t *testing.T) {
	c := duel(t, 0.3, Policy{Refused: []ledger.Owner{victim}, RefuseInclusion: true, RefuseBuilding: true})
	build := func(producer int) {
		before := c.tip
		c.changes = c.changes[:0]
		b := c.build(find{producer, c.parentOf(producer, 0.9)}, 0)
		c.see(b)
		c.resolve(before)
		c.prune()
		check(t, c)
	}
	refused := submit(t, c, Tx{Sender: victim, Gas: 21000, MaxFee: Gwei(10_000)})
	other := submit(t, c, Tx{Sender: victim + 1, Gas: 21000, MaxFee: Gwei(10_000)})
	build(1)
	if c.Confirmations(refused) != 1 || c.Confirmations(other) != 1 || len(c.Changes()) != 2 {
		t.Fatal("not both included")
	}
	if err := c.Withdraw(other); err != ErrIncluded {
		t.Errorf("withdrawal of an included transaction: %v", err)
	}
	build(0)
	build(0)
	if c.Height() != 2 || c.Confirmations(refused) != 0 || c.Pending() != 1 {
		t.Errorf("the refused transaction has %d confirmations at height %d", c.Confirmations(refused), c.Height())
	}
	if height, _, ok := c.Included(other); !ok || height != 1 {
		t.Errorf("the other transaction is at %d, %v", height, ok)
	}
	in, out := 0, 0
	for _, ch := range c.Changes() {
		if ch.Orphaned {
			out++
		} else {
			in++
		}
	}
	if in != 1 || out != 2 {
		t.Errorf("%d in and %d out, want 1 and 2", in, out)
	}
	if f, canonical := c.Blocks(1); f != 1 || canonical != 0 {
		t.Errorf("the orphaned producer has %d of %d", canonical, f)
	}
}

// Eyal and Sirer (2014), equation 8.
func revenue(a, g float64) float64 {
	return (a*(1-a)*(1-a)*(4*a+g*(1-2*a)) - a*a*a) / (1 - a*(1+(2-a)*a))
}

func TestSelfishMining(t *testing.T) {
	for _, row := range []struct{ alpha, gamma, want float64 }{
		{1.0 / 3, 0, 1.0 / 3}, {0.4, 0.5, 0.52558}, {0.25, 1, 0},
	} {
		want := revenue(row.alpha, row.gamma)
		if row.want != 0 && math.Abs(want-row.want) > 1e-4 {
			t.Fatalf("formula %v, published %v", want, row.want)
		}
		c := duel(t, row.alpha, Policy{Withhold: true, Gamma: row.gamma})
		s := draw.New(draw.Mix(5, uint64(row.alpha*1000)))
		const batches, size = 50, 20_000
		var sum, squares float64
		tick := uint32(0)
		for range batches {
			_, mine := c.Blocks(0)
			height := c.Height()
			for range size {
				c.Step(tick, s)
				tick++
			}
			_, after := c.Blocks(0)
			r := float64(after-mine) / float64(c.Height()-height)
			sum += r
			squares += r * r
		}
		mean := sum / batches
		se := math.Sqrt((squares/batches - mean*mean) / (batches - 1))
		within(t, fmt.Sprintf("α %.3f, γ %v", row.alpha, row.gamma), mean, want, se)
		check(t, c)
	}
}

// Races that cannot end are ended when the window is full, under all policies,
// and the chain goes on.
func TestOverlongRaces(t *testing.T) {
	p := defaults(t)
	p.HashShares = []float64{0.3, 0.3, 0.4}
	p.MaxRaceBlocks = 16
	c := chain(t, p)
	refuse := Policy{Refused: []ledger.Owner{victim}, RefuseInclusion: true, RefuseBuilding: true}
	for producer := range 2 {
		if err := c.SetPolicy(producer, refuse); err != nil {
			t.Fatal(err)
		}
	}
	s := draw.New(9)
	for tick := range uint32(20_000) {
		if c.Pending() == 0 {
			submit(t, c, Tx{Sender: victim, Gas: 21000, MaxFee: Gwei(10_000)})
		}
		if tick%1000 == 0 {
			refuse.GiveUp = uint32(tick/1000) % 4
			if err := c.SetPolicy(1, refuse); err != nil {
				t.Fatal(err)
			}
			if err := c.SetPolicy(2, Policy{Withhold: tick%2000 == 0, Gamma: 0.5}); err != nil {
				t.Fatal(err)
			}
		}
		c.Step(tick, s)
		check(t, c)
	}
	if len(c.blocks) > 20 || c.Height() < 8000 {
		t.Errorf("%d blocks kept at height %d", len(c.blocks), c.Height())
	}
}

// A pool that stops withholding publishes its branch if that is longer.
func TestWithholdingEnds(t *testing.T) {
	c := duel(t, 1, Policy{Withhold: true})
	s := draw.New(10)
	for tick := range uint32(5) {
		c.Step(tick, s)
	}
	if c.Height() != 0 {
		t.Fatalf("height %d while everything is withheld", c.Height())
	}
	if err := c.SetPolicy(0, Policy{}); err != nil {
		t.Fatal(err)
	}
	c.Step(5, s)
	check(t, c)
	if c.Height() != 6 || !c.quiet() {
		t.Errorf("height %d after the end", c.Height())
	}
}
