package rollup

import (
	"errors"
	"math"
	"math/rand"
	"testing"

	"stakeout/market/ledger"
)

// apply does one thing that any owner may try; every fifth lets time pass.
func (w *world) apply(op byte, o ledger.Owner, n uint32, a ledger.Amount) {
	switch op % 16 {
	case 0:
		_ = w.s.Stake(o, a)
	case 1:
		_ = w.s.Unstake(o, a, w.tick)
	case 2, 3:
		w.s.Send(o, n, a>>16, w.tick)
	case 4:
		w.s.AskExit(o, n, a, w.tick)
	case 5:
		if err := w.s.ForceExit(o, n); err != nil && !errors.Is(err, ErrExit) {
			w.s.must(err)
		}
	case 6:
		if w.s.Join(o, a) == nil {
			w.s.Activate(o, true)
		}
	case 7:
		w.s.SetPolicy(o, Policy{Transfers: n&3 != 0, Exits: n&4 != 0, MinFee: max(a>>20, 0), ExitFee: max(a>>10, 0)})
	case 8:
		w.gate(n)
		w.s.Delegate(o, ledger.First+ledger.Owner(n%8))
	case 9:
		if w.judge(o, n, a) {
			return
		}
		fine := min(max(a, 0), w.s.Bonded(o)/10)
		w.s.must(w.led.Post(ledger.Transfer{Amount: fine, From: o, To: ledger.Burned, Asset: ledger.Token,
			FromPocket: ledger.Staked, Reason: ledger.Slash}))
		w.s.Slashed(o, fine, w.tick)
	default:
		for range 1 + n%7 {
			w.step(op, a)
		}
	}
}

// judge does to an operator what a remedy may do.
func (w *world) judge(o ledger.Owner, n uint32, a ledger.Amount) bool {
	switch n % 6 {
	case 1, 2:
		w.s.Hold(o)
	case 3:
		w.s.Condemn(o, float64(a&127)/127, a&128 == 0, w.tick)
	case 4:
		w.s.Release()
	case 5:
		w.s.Dismiss()
	default:
		return false
	}
	return true
}

// gate sometimes opens and closes the way through layer one, as a remedy does.
func (w *world) gate(n uint32) {
	switch n % 4 {
	case 0:
		w.s.OpenGates()
	case 1:
		if w.s.forced.gates && !w.s.pub.Exodus {
			w.mempool = w.mempool[:0]
		}
		w.s.CloseGates(w.tick)
	}
}

// piece is a request in the mempool.
type piece struct {
	payer ledger.Owner
	users uint32
}

// carrySome sends a request of the line and ends the oldest one in one of the
// possible ways.
func (w *world) carrySome(op byte, a ledger.Amount) {
	if payer, users, some := w.s.NextRequest(uint32(op >> 4)); some {
		w.mempool = append(w.mempool, piece{payer, users})
	}
	if len(w.mempool) == 0 || op&1 == 1 {
		return
	}
	p := w.mempool[0]
	w.mempool = w.mempool[:copy(w.mempool, w.mempool[1:])]
	if op&6 == 0 {
		w.s.GiveUp(p.payer, p.users)
	} else {
		w.s.Requested(p.payer, p.users, max(a>>12, 0), w.tick)
	}
}

// step is one tick. Slots have eight ticks, and the batch is built after three.
func (w *world) step(op byte, a ledger.Amount) {
	w.tick++
	w.s.Mature(w.tick)
	w.s.QueueTick(w.tick)
	w.carrySome(op, a)
	switch w.tick % 8 {
	case 1:
		leader, _ := w.s.Draw(uint64(a) * 0x9E3779B97F4A7C15)
		w.s.Open(Leader{Staker: leader, Operator: w.s.OperatorOf(leader)})
	case 4:
		w.gas, _ = w.s.Build(w.tick, op&6 == 0)
	case 0:
		w.out = w.s.Close(w.tick, op&24 != 0, max(a>>8, 0), 1.25)
	}
}

func small() Params {
	p := defaults()
	p.BlocksPerSlot, p.DeadlineBlocks, p.CapacityTx = 8, 4, 60
	p.UnbondingDays, p.QueueDelayHours, p.QueueExits = 0.01, 0.1, 20
	p.MaxBatchGas = 1_200_000
	return p
}

func rich(p Params) *world {
	w := newWorld(p)
	for o := ledger.First; int(o) < testOwners; o++ {
		w.grant(o, ledger.Token, 1e6*usd)
		w.grant(o, ledger.Cash, 1e4*usd)
	}
	w.s.Open(Leader{})
	return w
}

func random(r *rand.Rand) (op byte, o ledger.Owner, n uint32, a ledger.Amount) {
	op, o = byte(r.Intn(256)), ledger.First+ledger.Owner(r.Intn(8))
	n, a = uint32(r.Intn(1<<r.Intn(9))), ledger.Amount(r.Int63n(1<<uint(1+r.Intn(40))))
	switch r.Intn(40) {
	case 0:
		a = -a
	case 1:
		a = math.MaxInt64 - a
	case 2:
		n = math.MaxUint32 - n
	}
	return op, o, n, a
}

// After each of 60,000 operations, legal or not, everything sums to zero and the
// books agree; and a copy taken at any time behaves alike.
func TestRandomOperations(t *testing.T) {
	w, c := rich(small()), newWorld(small())
	r := rand.New(rand.NewSource(7698))
	for i := range 60_000 {
		if i%1000 == 0 {
			c.led.CopyFrom(w.led)
			c.s.CopyFrom(w.s)
			c.tick, c.mempool = w.tick, append(c.mempool[:0], w.mempool...)
		}
		op, o, n, a := random(r)
		w.apply(op, o, n, a)
		c.apply(op, o, n, a)
		if err := w.audit(); err != nil {
			t.Fatalf("operation %d: %d(%d, %d, %d): %v", i, op, o, n, a, err)
		}
		if w.gas > uint32(w.s.Params().MaxBatchGas) {
			t.Fatalf("operation %d: a batch of %d gas", i, w.gas)
		}
		if i%10 == 0 && w.s.Hash(w.led.Hash(1)) != c.s.Hash(c.led.Hash(1)) {
			t.Fatalf("operation %d: the copy differs", i)
		}
	}
	p := w.s.Public()
	for what, n := range map[string]uint64{
		"slots": p.Slots, "empty": p.EmptySlots, "missed": p.MissedSlots, "transactions": p.Transactions,
		"exits": p.Exits, "forced": p.ForcedExits,
	} {
		if n < 3 {
			t.Errorf("%d %s: the test shows little", n, what)
		}
	}
}

// A copy is independent of its source.
func TestCopyIsIndependent(t *testing.T) {
	w, c := rich(small()), newWorld(small())
	r := rand.New(rand.NewSource(1))
	for range 500 {
		w.apply(random(r))
	}
	c.led.CopyFrom(w.led)
	c.s.CopyFrom(w.s)
	before := c.s.Hash(1)
	for range 500 {
		w.apply(random(r))
	}
	equal(t, "hash", c.s.Hash(1), before)
	ok(t, c.audit())
	c.led.CopyFrom(w.led)
	if n := testing.AllocsPerRun(5, func() { c.s.CopyFrom(w.s) }); n != 0 {
		t.Errorf("%v allocations a copy", n)
	}
}

// The hash depends on every field that can make two rollups behave differently.
func TestHashSeesEverything(t *testing.T) {
	for name, spoil := range map[string]func(*State){
		"weight":      func(s *State) { s.weight[ann]++ },
		"operator":    func(s *State) { s.operator[ann]++ },
		"policy":      func(s *State) { s.policy[ann].MinFee++ },
		"exit fee":    func(s *State) { s.policy[ann].ExitFee++ },
		"switch":      func(s *State) { s.policy[ann].Exits = true },
		"active":      func(s *State) { s.active[ann] = !s.active[ann] },
		"earned":      func(s *State) { s.earned[ann]++ },
		"activity":    func(s *State) { s.activity++ },
		"served":      func(s *State) { s.txs.req[ann].last.Since++ },
		"unbonding":   func(s *State) { s.unbonding[0].due++ },
		"matured":     func(s *State) { s.head++ },
		"bid":         func(s *State) { s.txs.req[ann].bid++ },
		"count":       func(s *State) { s.txs.req[ann].count++ },
		"age":         func(s *State) { s.txs.req[ann].since++ },
		"request":     func(s *State) { s.txs.remove(ann) },
		"place":       func(s *State) { s.txs.remove(ann); s.txs.push(ann, 5, 300, 1) },
		"exit":        func(s *State) { s.exits.push(ann, 5, 300, 1) },
		"batch":       func(s *State) { s.batch[0].count++ },
		"terms":       func(s *State) { s.terms.ExitFee++ },
		"posting":     func(s *State) { s.posting = false },
		"slot":        func(s *State) { s.slot.Fees++ },
		"queue":       func(s *State) { s.forced.list[0].users++ },
		"credit":      func(s *State) { s.forced.credit++ },
		"line":        func(s *State) { s.forced.line[0].users++ },
		"sent":        func(s *State) { s.forced.next++ },
		"leavers":     func(s *State) { s.forced.of[bob].rest++ },
		"gates":       func(s *State) { s.forced.gates = true },
		"window":      func(s *State) { s.forced.window++ },
		"leader":      func(s *State) { s.pub.Leader.Staker++ },
		"posted fee":  func(s *State) { s.pub.PostedFee++ },
		"average":     func(s *State) { s.pub.Reward7d++ },
		"episode":     func(s *State) { s.pub.Episode.Calm++ },
		"open":        func(s *State) { s.pub.Episode.Open = true },
		"statistics":  func(s *State) { s.pub.ForcedExits++ },
		"outstanding": func(s *State) { s.forced.users++ },
	} {
		w := rich(defaults())
		ok(t, w.s.Stake(ann, 5000*usd))
		ok(t, w.s.Unstake(ann, 10*usd, 1))
		w.inside(ann, usd)
		w.inside(bob, usd)
		w.s.Send(eve, 7, 300, 0)
		w.inside(eve, usd)
		w.s.SetPolicy(operator, serveAll)
		w.s.Open(Leader{operator, operator})
		_, _ = w.s.Build(20, false)
		w.s.Send(ann, 5, 300, 1)
		w.s.Send(bob, 5, 300, 1)
		ok(t, w.s.ForceExit(bob, 20))
		payer, users, _ := w.s.NextRequest(many)
		w.s.Requested(payer, users, 0, 1)
		before := w.s.Hash(1)
		equal(t, "again", w.s.Hash(1), before)
		if spoil(w.s); w.s.Hash(1) == before {
			t.Errorf("%s: same hash", name)
		}
	}
}

// Audit finds every kind of damage.
func TestAuditFinds(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"stake":     func(w *world) { w.s.pub.Staked++ },
		"unbonding": func(w *world) { w.s.pub.Unbonding++ },
		"weight":    func(w *world) { w.s.weight[ann]++ },
		"lottery":   func(w *world) { w.s.lot.total++ },
		"members":   func(w *world) { w.s.pub.Members++ },
		"requests":  func(w *world) { w.s.txs.total++ },
		"exits":     func(w *world) { w.s.exits.total++ },
		"queue":     func(w *world) { w.s.forced.users++ },
		"mempool":   func(w *world) { w.s.forced.flying++ },
		"claims":    func(w *world) { w.s.forced.of[ann].claims++ },
		"leavers":   func(w *world) { w.s.forced.of[ann].asked++ },
		"a refusal": func(w *world) { w.s.must(ErrExit) },
	} {
		w := rich(defaults())
		ok(t, w.s.Audit())
		if spoil(w); w.s.Audit() == nil {
			t.Errorf("%s: not found", name)
		}
	}
}

// A day of service allocates nothing once its buffers have grown.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	w, r := rich(small()), rand.New(rand.NewSource(5))
	for range 30_000 {
		w.apply(random(r))
	}
	if n := testing.AllocsPerRun(20, func() {
		for range 50 {
			w.apply(random(r))
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzRollup reads operations of six bytes.
func FuzzRollup(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x06\x00\x05\x40\x01\x00\x02\x00\x05\x20\x01\x00\x0a\x00\x06\x00\x01\x00\x0b\x00\x06\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := rich(small())
		for n := 0; len(data) >= 6 && n < 300; n++ {
			count := uint32(data[2]) << (data[1] >> 3)
			a := ledger.Amount(int8(data[4])) << (data[3] & 63)
			w.apply(data[0], ledger.First+ledger.Owner(data[1]&7), count, a+ledger.Amount(data[5]))
			data = data[6:]
			ok(t, w.s.Audit())
		}
		ok(t, w.led.Audit())
	})
}
