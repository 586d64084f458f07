package sim

import (
	"math"
	"math/bits"
	"reflect"
	"slices"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// witness records which agents decide, in which round and on which view. It also
// trades, so that a view which is not frozen would move.
type witness struct {
	w      *World
	rounds [][]sight
}

type sight struct {
	id   agents.ID
	view agents.View
	cash ledger.Amount
}

func (s *witness) Clone() agents.Strategy { return s }

func (s *witness) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	if len(do.List) == 0 {
		s.rounds = append(s.rounds, nil)
	}
	last := &s.rounds[len(s.rounds)-1]
	for _, a := range awake {
		*last = append(*last, sight{a.ID, *v, v.Free(idOf(0), ledger.Cash)})
		do.Order(a.ID, 0, book.Buy, book.ImmediateOrCancel, v.Price(v.Mid*1.01), 100000)
		do.CancelAll(a.ID)
		do.Move(agents.Spend, a.ID, 1)
	}
}

// Every agent that is awake decides once, in the keyed order, in the round of its key,
// each round on one frozen view, and the view moves between rounds.
func TestRounds(t *testing.T) {
	for _, c := range []struct{ awake, rounds int }{{5, 16}, {16, 16}, {17, 16}, {31, 4}, {31, 1}} {
		conf := small(t)
		conf.Time.Rounds = c.rounds
		w := run(t, world(t, conf, "none", 6), 50)
		eye := &witness{w: w}
		for i := range w.strategies {
			w.strategies[i] = eye
		}
		w.clock()
		w.awake = w.awake[:0]
		for i := range c.awake {
			w.awake = append(w.awake, int32(i))
		}
		w.trade()
		var ids []agents.ID
		moved := false
		place := func(id agents.ID) uint64 {
			at, _ := bits.Mul64(draw.Key(w.seed, draw.Activation, w.people.key(int32(id-ledger.First)), w.tick),
				uint64(c.rounds))
			return at
		}
		for k, r := range eye.rounds {
			for _, s := range r {
				ids = append(ids, s.id)
				if at := place(s.id); at != place(r[0].id) || k > 0 && at <= place(eye.rounds[k-1][0].id) {
					t.Errorf("%+v: agent %d acts in round %d of the tick, decided %d in order", c, s.id, at, k)
				}
				if s.view != r[0].view || s.cash != r[0].cash {
					t.Errorf("%+v: the view of round %d moved within it", c, k)
				}
			}
			moved = moved || r[0].view.Ask != eye.rounds[0][0].view.Ask
		}
		if !moved && c.rounds > 1 {
			t.Errorf("%+v: purchases did not move the next round's view", c)
		}
		if !slices.IsSortedFunc(ids, func(a, b agents.ID) int {
			key := func(id agents.ID) uint64 {
				return draw.Key(w.seed, draw.Activation, w.people.key(int32(id-ledger.First)), w.tick)
			}
			if key(a) < key(b) {
				return -1
			}
			return 1
		}) {
			t.Errorf("%+v: not in keyed order: %v", c, ids)
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != c.awake {
			t.Errorf("%+v: somebody decided twice or not at all: %v", c, ids)
		}
	}
}

// A strategy does with a group what it does with its members one by one on the same
// view, for every kind and every attack, at many moments.
func TestDecisionsDoNotDependOnTheCut(t *testing.T) {
	r := draw.New(1)
	decided := map[uint8]int{}
	for i, e := range strategies.All() {
		c, remedies := small(t), remedy.All()
		quicken(&c.Remedies)
		w := attacked(t, c, remedies[i%len(remedies)].Name, uint64(i), e)
		for step := uint32(1); step <= 40; step++ {
			run(t, w, step*83)
			w.view.Refresh()
			w.view.Tick++
			for s, strategy := range w.strategies {
				var group []agents.Agent
				for _, a := range w.people.groups[s].list() {
					if r.Intn(3) > 0 {
						group = append(group, a)
					}
				}
				r.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
				together, apart := strategy.Clone(), strategy.Clone()
				var all, each agents.Actions
				together.Decide(group, w.view, &all)
				for k := range group {
					apart.Decide(group[k:k+1], w.view, &each)
				}
				decided[uint8(s)] += len(all.List)
				if !slices.Equal(all.List, each.List) || !slices.Equal(all.Wakes, each.Wakes) ||
					!reflect.DeepEqual(together, apart) {
					t.Fatalf("%s: strategy %d at tick %d depends on the cut", e.Name, s, w.tick)
				}
			}
			w.view.Tick--
		}
	}
	if len(decided) != len(kinds) || slices.Contains(values(decided), 0) {
		t.Errorf("actions by strategy: %v", decided)
	}
}

func values(m map[uint8]int) (out []int) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// A clone decides as its original and shares nothing with it.
func TestClones(t *testing.T) {
	w := run(t, attacked(t, small(t), "none", 2, strategies.All()[0]), 500)
	for s, strategy := range w.strategies {
		clone := strategy.Clone()
		group := w.people.groups[s].list()
		w.view.Tick += 5000 // everything that waits is due
		var do agents.Actions
		before := strategy.Clone()
		clone.Decide(group, w.view, &do)
		w.view.Tick -= 5000
		if !reflect.DeepEqual(before, strategy) {
			t.Errorf("strategy %d shares memory with its clone", s)
		}
	}
}

// Every order of five agents comes up equally often over ticks, and every
// place of a longer list.
func TestShuffleIsUniform(t *testing.T) {
	const ticks = 48000
	count := map[[5]int32]int{}
	var place [40]int
	for tick := range uint32(ticks) {
		short, long := keyed(5, tick), keyed(40, tick)
		slices.Sort(short)
		slices.Sort(long)
		var order [5]int32
		for i, x := range short {
			order[i] = int32(x & indexMask)
		}
		count[order]++
		place[slices.IndexFunc(long, func(x uint64) bool { return x&indexMask == 7 })]++
	}
	chi := 0.0
	for _, n := range count {
		chi += square(float64(n)-ticks/120.0) / (ticks / 120.0)
	}
	// 119 degrees of freedom: mean 119, s.d. 15.4.
	if len(count) != 120 || chi > 119+5*15.4 || chi < 119-5*15.4 {
		t.Errorf("%d orders, chi-square %.1f", len(count), chi)
	}
	chi = 0
	for _, n := range place {
		chi += square(float64(n)-ticks/40.0) / (ticks / 40.0)
	}
	if chi > 39+5*math.Sqrt(78) {
		t.Errorf("places in a long list: chi-square %.1f", chi)
	}
}

func square(x float64) float64 { return x * x }

func keyed(n int, tick uint32) (list []uint64) {
	for i := range int32(n) {
		list = append(list, place(draw.Key(5, draw.Activation, uint32(i), tick), i))
	}
	return list
}

// The order does not depend on the order in which the wheel wakes agents, ties
// included.
func TestShuffleIgnoresTheWheelsOrder(t *testing.T) {
	r := draw.New(2)
	for n := 1; n < 60; n++ {
		list := keyed(n, uint32(n))
		for i := range list {
			list[i] = place(uint64(i%20)<<40, int32(i))
		}
		other := slices.Clone(list)
		r.Shuffle(n, func(i, j int) { other[i], other[j] = other[j], other[i] })
		slices.Sort(list)
		slices.Sort(other)
		if !slices.Equal(list, other) {
			t.Fatalf("%d agents: two orders", n)
		}
	}
}
