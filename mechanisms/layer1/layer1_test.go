package layer1

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// defaults reads the default parameters from the tags.
func defaults(t testing.TB) Params {
	t.Helper()
	var p Params
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		text := v.Type().Field(i).Tag.Get("default")
		switch f := v.Field(i); f.Kind() {
		case reflect.Float64:
			f.SetFloat(number(t, text))
		case reflect.Int:
			f.SetInt(int64(number(t, text)))
		case reflect.Bool:
			f.SetBool(text == "true")
		case reflect.String:
			f.SetString(text)
		case reflect.Slice:
			for _, part := range strings.Split(text, ",") {
				f.Set(reflect.Append(f, reflect.ValueOf(number(t, part))))
			}
		}
	}
	return p
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func chain(t testing.TB, p Params) *Chain {
	t.Helper()
	c, err := New(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func submit(t testing.TB, c *Chain, tx Tx) TxID {
	t.Helper()
	id, err := c.Submit(tx)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func check(t testing.TB, c *Chain) {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
}

// within fails if an estimate is more than three standard errors off.
func within(t *testing.T, what string, got, want, stderr float64) {
	t.Helper()
	z := (got - want) / stderr
	t.Logf("%s: got %.6g, want %.6g, z = %+.2f", what, got, want, z)
	if !(math.Abs(z) <= 3) {
		t.Errorf("%s: got %.6g, want %.6g ± %.2g", what, got, want, stderr)
	}
}

func TestNewRejects(t *testing.T) {
	for name, spoil := range map[string]func(*Params){
		"no producers":  func(p *Params) { p.HashShares = nil },
		"shares":        func(p *Params) { p.HashShares = []float64{0.5, 0.4} },
		"negative":      func(p *Params) { p.HashShares = []float64{1.5, -0.5} },
		"not a number":  func(p *Params) { p.HashShares = []float64{math.NaN()} },
		"market":        func(p *Params) { p.FeeMarket = "dutch" },
		"elasticity":    func(p *Params) { p.DemandElasticity = 0 },
		"persistence":   func(p *Params) { p.BackgroundPersistence = 1 },
		"block time":    func(p *Params) { p.BlockSeconds = 0 },
		"uncles":        func(p *Params) { p.UncleShare = 2 },
		"race":          func(p *Params) { p.MaxRaceBlocks = 0 },
		"limit":         func(p *Params) { p.BlockLimitGas = 21000 },
		"finality":      func(p *Params) { p.FinalityBlocks = 0 },
		"price bump":    func(p *Params) { p.ReplacementBumpShare = math.NaN() },
		"limit, target": func(p *Params) { p.FeeMarket, p.Elasticity = EIP1559, 0 },
	} {
		p := defaults(t)
		spoil(&p)
		if _, err := New(p, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(defaults(t), []ledger.Owner{ledger.First}); err == nil {
		t.Error("one owner for eight producers: accepted")
	}
}

// Producers are drawn by hash share, and uncles occur at the rate of the
// parameter.
func TestProducersAndUncles(t *testing.T) {
	p := defaults(t)
	c := chain(t, p)
	s := draw.New(1)
	const ticks = 300_000
	for tick := range uint32(ticks) {
		c.Step(tick, s)
	}
	check(t, c)
	if c.Height() != ticks {
		t.Fatalf("height %d after %d ticks", c.Height(), ticks)
	}
	var found uint64
	for i, share := range p.HashShares {
		f, canonical := c.Blocks(i)
		found += f
		se := math.Sqrt(share * (1 - share) / ticks)
		// A large pool wins its own ties more often, so its canonical share
		// exceeds its hash share, by at most half the uncle rate of its share.
		if got := float64(canonical) / ticks; got < share-4*se || got > share*(1+p.UncleShare/2)+4*se {
			t.Errorf("producer %d has %.5f of the blocks with hash share %.5f ± %.5f", i, got, share, se)
		}
	}
	within(t, "uncle rate", float64(found-ticks)/ticks, p.UncleShare, math.Sqrt(p.UncleShare*(1-p.UncleShare)/ticks))
}

// Without uncles the canonical shares are plain binomials.
func TestProducersBinomial(t *testing.T) {
	p := defaults(t)
	p.UncleShare = 0
	c := chain(t, p)
	s := draw.New(2)
	const ticks = 300_000
	for tick := range uint32(ticks) {
		c.Step(tick, s)
	}
	chi2 := 0.0
	for i, share := range p.HashShares {
		f, canonical := c.Blocks(i)
		if f != canonical {
			t.Errorf("producer %d lost blocks without uncles", i)
		}
		d := float64(canonical) - share*ticks
		chi2 += d * d / (share * ticks)
	}
	if chi2 > 24.3 { // 99.9 % point of χ² with 7 degrees of freedom
		t.Errorf("χ² = %.1f", chi2)
	}
}

// The shortcut of quiet ticks must give the same result as the tree. A
// transaction that bids too little to enter forces one of two twins to use the
// tree.
func TestQuietTicksCountLikeTheTree(t *testing.T) {
	for _, market := range []string{FirstPrice, EIP1559} {
		p := defaults(t)
		p.FeeMarket = market
		p.UncleShare = 0.3
		quick, slow := chain(t, p), chain(t, p)
		submit(t, slow, Tx{Sender: ledger.First, Gas: 21000, MaxFee: 1})
		s := draw.New(3)
		for tick := range uint32(50_000) {
			quick.Step(tick, s)
			slow.Step(tick, s)
			if quick.Height() != slow.Height() || quick.LastProducer() != slow.LastProducer() ||
				quick.GasPrice() != slow.GasPrice() {
				t.Fatalf("%s, tick %d: height %d and %d, producer %d and %d, price %d and %d", market, tick, quick.Height(),
					slow.Height(),
					quick.LastProducer(), slow.LastProducer(), quick.GasPrice(), slow.GasPrice())
			}
		}
		for i := range quick.Producers() {
			fq, cq := quick.Blocks(i)
			fs, cs := slow.Blocks(i)
			if fq != fs || cq != cs {
				t.Errorf("%s, producer %d: %d/%d blocks against %d/%d", market, i, cq, fq, cs, fs)
			}
		}
		check(t, slow)
	}
}

func TestQuietTicksAllocateNothing(t *testing.T) {
	c := chain(t, defaults(t))
	s := draw.New(4)
	tick := uint32(0)
	if n := testing.AllocsPerRun(10_000, func() { c.Step(tick, s); tick++ }); n != 0 {
		t.Errorf("%v allocations a quiet tick", n)
	}
}

func TestBusyTicksAllocateNothing(t *testing.T) {
	c := chain(t, defaults(t))
	if err := c.SetPolicy(0, Policy{Refused: []ledger.Owner{ledger.First}, RefuseInclusion: true, RefuseBuilding: true,
		GiveUp: 3}); err != nil {
		t.Fatal(err)
	}
	s := draw.New(5)
	tick := uint32(0)
	ids := make([]TxID, 0, 64)
	busy := func() {
		for i := range ledger.Owner(3) {
			id, _ := c.Submit(Tx{Sender: ledger.First + i, Gas: 170_000, MaxFee: c.GasPriceFor(600_000)})
			ids = append(ids, id)
		}
		c.Step(tick, s)
		tick++
		kept := ids[:0]
		for _, id := range ids {
			if !c.Final(id) {
				kept = append(kept, id)
			} else if c.Forget(id) != nil {
				t.Fatal("cannot forget")
			}
		}
		ids = kept
	}
	ids = make([]TxID, 0, 4096)
	for range 20_000 {
		busy()
	}
	if n := testing.AllocsPerRun(5_000, busy); n != 0 {
		t.Errorf("%v allocations a busy tick", n)
	}
	check(t, c)
}

func BenchmarkQuietTick(b *testing.B) {
	for _, market := range []string{FirstPrice, EIP1559} {
		b.Run(market, func(b *testing.B) {
			p := defaults(b)
			p.FeeMarket = market
			c := chain(b, p)
			s := draw.New(6)
			for tick := range uint32(b.N) {
				c.Step(tick, s)
			}
		})
	}
}

// BenchmarkSlots has one batch in every slot of 40 blocks, refused by the largest
// pool.
func BenchmarkSlots(b *testing.B) {
	c := chain(b, defaults(b))
	if err := c.SetPolicy(0,
		Policy{Refused: []ledger.Owner{ledger.First}, RefuseInclusion: true, RefuseBuilding: true}); err != nil {
		b.Fatal(err)
	}
	s := draw.New(7)
	var id TxID
	for tick := range uint32(b.N) {
		if tick%40 == 0 {
			if id != 0 {
				_ = c.Forget(id)
			}
			id = submit(b, c, Tx{Sender: ledger.First, Gas: 1_100_000, MaxFee: 2 * c.GasPriceFor(1_100_000)})
		}
		c.Step(tick, s)
	}
}

// BenchmarkRush lets two thousand exits wait and drain.
func BenchmarkRush(b *testing.B) {
	c := chain(b, defaults(b))
	s := draw.New(8)
	for tick := range uint32(b.N) {
		for c.Pending() < 2000 {
			submit(b, c, Tx{Sender: ledger.First, Gas: 170_000, MaxFee: c.BackgroundPrice() * 2})
		}
		c.Step(tick, s)
		for _, ch := range c.Changes() {
			if !ch.Orphaned {
				_ = c.Forget(ch.ID)
			}
		}
	}
}

func TestQueries(t *testing.T) {
	p := defaults(t)
	p.HashShares = []float64{0.25, 0.75}
	c, err := New(p, []ledger.Owner{ledger.First, ledger.First + 1})
	if err != nil {
		t.Fatal(err)
	}
	if c.Owner(1) != ledger.First+1 || c.Share(1) != 0.75 {
		t.Errorf("producer 1 is %d with %v", c.Owner(1), c.Share(1))
	}
	if err := c.SetShares([]float64{0, 1}); err != nil || c.Share(0) != 0 {
		t.Errorf("shares: %v, %v", c.Share(0), err)
	}
	if err := c.SetPolicy(1, Policy{GiveUp: 4}); err != nil || c.PolicyOf(1).GiveUp != 4 {
		t.Errorf("policy: %+v, %v", c.PolicyOf(1), err)
	}
	for _, bad := range []Policy{{Gamma: 2}, {Gamma: math.NaN()}, {Withhold: true, RefuseBuilding: true}} {
		if err := c.SetPolicy(1, bad); err != ErrPolicy {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if got := c.BackgroundPrice().Gwei(); math.Abs(got-math.Exp(3.61)) > 1e-6 {
		t.Errorf("background starts at %v gwei", got)
	}
	tx := Tx{Sender: ledger.First, Ref: 7, Gas: 21000, Kind: 3, MaxFee: Gwei(1)}
	id := submit(t, c, tx)
	if got, ok := c.Lookup(id); got != tx || !ok {
		t.Errorf("lookup: %+v, %v", got, ok)
	}
	if _, ok := c.Lookup(id + 1); ok {
		t.Error("found what was never submitted")
	}
	// A single producer meets no uncle, and all blocks are its own.
	s := draw.New(18)
	for tick := range uint32(100) {
		c.Step(tick, s)
	}
	if f, canonical := c.Blocks(1); f != 100 || canonical != 100 {
		t.Errorf("%d of %d blocks", canonical, f)
	}
	check(t, c)
}
