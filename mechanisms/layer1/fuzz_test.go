package layer1

import (
	"slices"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// script drives a chain with the bytes of a fuzzer: calls in any order, legal or
// not. It adds up what Changes reports and compares.
type script struct {
	c    *Chain
	s    *draw.Stream
	tick uint32
	ids  []TxID
	gas  []int64 // by id: gas in the canonical chain according to Changes
	t    testing.TB
}

func newScript(t testing.TB, market string, seed uint64) *script {
	p := defaults(t)
	p.FeeMarket, p.UncleShare, p.MaxRaceBlocks = market, 0.2, 24
	p.HashShares = []float64{0.3, 0.25, 0.25, 0.2}
	return &script{c: chain(t, p), s: draw.New(seed), t: t}
}

func (f *script) step() {
	f.c.Step(f.tick, f.s)
	f.tick++
	for _, ch := range f.c.Changes() {
		gas := int64(ch.Gas)
		if ch.Orphaned {
			gas = -gas
		}
		f.gas[ch.ID] += gas
	}
}

func (f *script) submit(a, b byte) {
	tx := Tx{
		Sender: ledger.First + ledger.Owner(a%4), Gas: uint32(a)*60_000 + uint32(b), Split: b%3 == 0,
		MaxFee: Gwei(float64(b)), Tip: Gwei(float64(a % 8)),
	}
	if id, err := f.c.Submit(tx); err == nil {
		f.ids = append(f.ids, id)
		for len(f.gas) <= int(id) {
			f.gas = append(f.gas, 0)
		}
		f.gas[id] = 0
	}
}

func (f *script) policy(a, b byte) {
	p := Policy{
		RefuseInclusion: a&4 != 0, RefuseBuilding: a&8 != 0, GiveUp: uint32(b % 5),
		Withhold: a&48 == 48, Gamma: float64(b%3) / 2,
	}
	for i := range ledger.Owner(b % 3) {
		p.Refused = append(p.Refused, ledger.First+i+ledger.Owner(a%2))
	}
	_ = f.c.SetPolicy(int(a%5), p)
}

func (f *script) op(op, a, b byte) {
	id := TxID(a)
	if len(f.ids) > 0 && b%8 != 0 {
		id = f.ids[int(a)%len(f.ids)]
	}
	switch op % 12 {
	case 0, 1:
		f.submit(a, b)
	case 2:
		_ = f.c.Withdraw(id)
	case 3:
		if f.c.Forget(id) == nil {
			f.ids = slices.DeleteFunc(f.ids, func(x TxID) bool { return x == id })
		}
	case 4:
		_ = f.c.Replace(id, Gwei(float64(b)*2), Gwei(float64(b%16)))
	case 5:
		f.policy(a, b)
	case 6:
		d := new(Chain)
		d.CopyFrom(f.c)
		f.c = d
	default:
		f.step()
	}
}

func (f *script) verify() {
	f.t.Helper()
	check(f.t, f.c)
	for _, id := range f.ids {
		t := f.c.pool.at(id)
		if f.gas[id] != int64(t.Gas-t.left) {
			f.t.Fatalf("transaction %d: changes say %d gas, the chain %d", id, f.gas[id], t.Gas-t.left)
		}
	}
}

func FuzzChain(f *testing.F) {
	f.Add(uint64(1), []byte{0, 10, 60, 5, 12, 2, 7, 0, 0, 7, 0, 0, 5, 0, 0, 7, 0, 0, 7, 0, 0})
	f.Add(uint64(2), []byte{5, 48, 1, 0, 9, 200, 7, 0, 0, 3, 0, 1, 7, 0, 0, 7, 0, 0, 6, 0, 0, 7, 1, 1})
	f.Fuzz(func(t *testing.T, seed uint64, ops []byte) {
		market := FirstPrice
		if seed%2 == 0 {
			market = EIP1559
		}
		run := newScript(t, market, seed)
		for ; len(ops) >= 3; ops = ops[3:] {
			run.op(ops[0], ops[1], ops[2])
			run.verify()
		}
	})
}

// A long random script violates no invariant.
func TestRandomScript(t *testing.T) {
	for seed := range uint64(6) {
		market := FirstPrice
		if seed%2 == 0 {
			market = EIP1559
		}
		run := newScript(t, market, seed)
		bytes := draw.New(100 + seed)
		for range 8_000 {
			u := bytes.Uint64()
			op := byte(u)
			if op%12 == 5 && u>>40%4 != 0 {
				op = 7
			}
			run.op(op, byte(u>>8), byte(u>>16))
			run.verify()
			if len(run.ids) > 60 {
				if err := run.c.Forget(run.ids[0]); err != nil {
					t.Fatal(err)
				}
				run.ids = run.ids[1:]
			}
		}
	}
}

// A copy is independent of the original and reacts alike to the same calls.
func TestCopyFromIsDeterministic(t *testing.T) {
	run := newScript(t, EIP1559, 1)
	bytes := draw.New(200)
	for range 2_000 {
		u := bytes.Uint64()
		run.op(byte(u), byte(u>>8), byte(u>>16))
	}
	twin := *run
	twin.c, twin.s = new(Chain), draw.New(1)
	twin.c.CopyFrom(newScript(t, FirstPrice, 9).c) // memory of another chain must not show
	twin.c.CopyFrom(run.c)
	twin.ids, twin.gas = slices.Clone(run.ids), slices.Clone(run.gas)
	start := run.c.Hash(0)
	if twin.c.Hash(0) != start {
		t.Fatal("a copy has another hash")
	}
	other := draw.New(201)
	for i := range 2_000 {
		u := other.Uint64()
		run.op(byte(u), byte(u>>8), byte(u>>16))
		if i == 0 && twin.c.Hash(0) != start {
			t.Fatal("the copy moved with its source")
		}
	}
	other = draw.New(201)
	for range 2_000 {
		u := other.Uint64()
		twin.op(byte(u), byte(u>>8), byte(u>>16))
	}
	if run.c.Hash(0) != twin.c.Hash(0) {
		t.Error("same calls, different states")
	}
	if run.c.Hash(0) == start {
		t.Error("the hash does not see 2,000 operations")
	}
}
