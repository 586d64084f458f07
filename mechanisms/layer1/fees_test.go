package layer1

import (
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// docked is an EIP-1559 market without background and uncles, as in abm1559: a
// limit of 20 M gas, a target of half of it, a base fee that starts at 1 gwei.
func docked(t *testing.T) *Chain {
	t.Helper()
	p := defaults(t)
	p.FeeMarket, p.BackgroundDemand, p.UncleShare = EIP1559, false, 0
	p.BlockTargetGas, p.InitialBaseFeeGwei = 10_000_000, 1
	return chain(t, p)
}

// users sends Poisson(λ) transactions a block: value U(0,20) gwei, delay cost
// U(0,1) gwei a block, sent iff value − cost·wait − gas price > 0.
func users(t *testing.T, c *Chain, s *draw.Stream, lambda, wait float64) {
	t.Helper()
	for range s.Poisson(lambda) {
		value, cost := 20*s.Float64(), s.Float64()
		price := min(c.BaseFee().Gwei()+1, value)
		if value-cost*wait-price > 0 {
			submit(t, c, Tx{Sender: ledger.First, Gas: 21000, MaxFee: Gwei(value), Tip: min(Gwei(1), Gwei(value))})
		}
	}
}

// Monnot, abm1559: "1, 1.1249, 1.2654, 1.4234, 1.6012" are the first base fees,
// and the mean over the last blocks is 11.74 at λ = 2000, w = 5.
func TestBaseFeeWithChoosingUsers(t *testing.T) {
	c := docked(t)
	s, demand := draw.New(11), draw.New(12)
	want := []float64{1, 1.1249, 1.2654, 1.4234, 1.6012}
	const blocks, last = 150, 100
	mean := 0.0
	for tick := range uint32(blocks) {
		if int(tick) < len(want) && math.Abs(c.BaseFee().Gwei()/want[tick]-1) > 0.002 {
			t.Errorf("base fee %d is %.5f, want %v", tick, c.BaseFee().Gwei(), want[tick])
		}
		if tick >= blocks-last {
			mean += c.BaseFee().Gwei() / last
		}
		users(t, c, demand.At(draw.Activity, 0, tick), 2000, 5)
		c.Step(tick, s)
		for _, ch := range c.Changes() {
			if err := c.Forget(ch.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("mean base fee %.3f", mean)
	if math.Abs(mean/11.74-1) > 0.01 {
		t.Errorf("mean base fee %.3f, want 11.74 ± 1 %%", mean)
	}
	check(t, c)
}

// EIP-1559: no change at the target, at most one eighth up or down, and up by
// at least one wei.
func TestNextBase(t *testing.T) {
	m := market{target: 15_000_000, denominator: 8}
	for _, row := range []struct {
		base Price
		used uint64
		want Price
	}{
		{1_000_000_000, 15_000_000, 1_000_000_000},
		{1_000_000_000, 30_000_000, 1_125_000_000},
		{1_000_000_000, 0, 875_000_000},
		{1_000_000_000, 20_000_000, 1_041_666_666},
		{7, 0, 7},
		{0, 30_000_000, 1},
		{maxPrice, 30_000_000, maxPrice},
	} {
		if got := m.nextBase(row.base, row.used); got != row.want {
			t.Errorf("base %d, used %d: %d, want %d", row.base, row.used, got, row.want)
		}
	}
}

// The log background price keeps mean, variance and daily autocorrelation of the
// daily process at every interval of updates.
func TestBackgroundMoments(t *testing.T) {
	for _, interval := range []float64{600, 3600} {
		p := defaults(t)
		p.BackgroundIntervalSeconds = interval
		m, err := newMarket(p)
		if err != nil {
			t.Fatal(err)
		}
		s := draw.New(13)
		perDay := int(secondsPerDay/(float64(m.interval)*p.BlockSeconds) + 0.5)
		const days = 20_000
		series := make([]float64, days)
		for d := range series {
			for range perDay {
				m.movePrice(s.Norm())
			}
			series[d] = m.logPrice
		}
		mean, variance, auto := moments(series)
		long := p.BackgroundInnovation / (1 - p.BackgroundPersistence)
		within(t, "mean", mean, 3.61, long/math.Sqrt(days))
		within(t, "φ", auto, 0.933, math.Sqrt((1-0.933*0.933)/days))
		want := p.BackgroundInnovation * p.BackgroundInnovation / (1 - 0.933*0.933)
		within(t, "variance", variance, want, want*math.Sqrt(2*(1+0.933*0.933)/(1-0.933*0.933)/days))
		if m.level != math.Exp(m.logPrice) && math.Abs(m.level/math.Exp(m.logPrice)-1) > 1e-12 {
			t.Errorf("level %v is not exp of %v", m.level, m.logPrice)
		}
	}
}

func moments(x []float64) (mean, variance, auto float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for i, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
		if i > 0 {
			auto += (v - mean) * (x[i-1] - mean) / float64(len(x))
		}
	}
	return mean, variance, auto / variance
}

// calm is a market whose background price stays at 40 gwei.
func calm(t *testing.T, market string, elasticity float64) *Chain {
	t.Helper()
	p := defaults(t)
	p.FeeMarket, p.DemandElasticity, p.InitialPriceGwei = market, elasticity, 40
	p.UncleShare, p.BackgroundInnovation, p.BackgroundPersistence = 0, 0, 0.9999
	p.BackgroundLogMean = math.Log(40)
	return chain(t, p)
}

// A bid of GasPrice enters the next block, and a slightly lower bid does not.
func TestGasPriceIncludes(t *testing.T) {
	for _, market := range []string{FirstPrice, EIP1559} {
		for _, elasticity := range []float64{0.2, 1, 3} {
			c := calm(t, market, elasticity)
			s := draw.New(14)
			for tick, gas := range []uint32{21_000, 200_000, 1_100_000, 4_000_000, 10_000_000} {
				price := c.GasPriceFor(uint64(gas))
				if gas == 200_000 {
					price = c.GasPrice()
				}
				id := submit(t, c, Tx{Sender: victim, Gas: gas, MaxFee: price, Tip: min(price, Gwei(1))})
				low := submit(t, c, Tx{Sender: victim, Gas: gas, MaxFee: Gwei(30), Tip: Gwei(1)})
				c.Step(uint32(tick), s)
				if c.Confirmations(id) != 1 || c.Confirmations(low) != 0 {
					t.Errorf("%s, ε %v, %d gas at %.2f gwei: confirmations %d, and %d at 30 gwei", market, elasticity, gas,
						price.Gwei(), c.Confirmations(id), c.Confirmations(low))
				}
				if err := c.Withdraw(low); err != nil {
					t.Error(err)
				}
				check(t, c)
			}
		}
	}
}

// A rush that takes 10 % of the gas raises the price for everyone, in a
// first-price block by the factor (1 − 0.1)^(−1/ε), under EIP-1559 through the
// base fee. Afterwards the market returns to rest.
func TestRushRaisesPrice(t *testing.T) {
	for _, market := range []string{FirstPrice, EIP1559} {
		c := calm(t, market, 1)
		s := draw.New(15)
		before := c.GasPrice().Gwei()
		tick := uint32(0)
		for range 60 {
			gas := uint32(c.target / 10)
			id := submit(t, c, Tx{Sender: victim, Gas: gas, MaxFee: Gwei(400), Tip: Gwei(400)})
			c.Step(tick, s)
			tick++
			if c.Confirmations(id) != 1 {
				t.Fatalf("%s: 400 gwei is not enough", market)
			}
		}
		if got := c.GasPrice().Gwei(); math.Abs(got/40*0.9-1) > 0.02 {
			t.Errorf("%s: price in a rush %.2f gwei, want %.2f", market, got, 40/0.9)
		}
		for range 3 {
			c.Step(tick, s)
			tick++
		}
		if got := c.GasPrice().Gwei(); market == EIP1559 && (got < 42.5 || got > 44) {
			t.Errorf("the base fee falls from 44 to %.2f gwei in three blocks", got)
		}
		for range 60 {
			c.Step(tick, s)
			tick++
		}
		if after := c.GasPrice().Gwei(); math.Abs(after/before-1) > 0.005 || !c.quiet() {
			t.Errorf("%s: price %.3f after the rush, %.3f before", market, after, before)
		}
	}
}

// Transactions enter by bid, then by arrival. What does not fit waits; Split ones
// enter in parts.
func TestInclusionOrder(t *testing.T) {
	c := calm(t, FirstPrice, 1)
	s := draw.New(16)
	var ids []TxID
	for i := range 10 {
		price := Gwei(80)
		if i >= 8 {
			price = Gwei(81)
		}
		ids = append(ids, submit(t, c, Tx{Sender: victim, Gas: 1_200_000, MaxFee: price}))
	}
	c.Step(0, s)
	// At 80 gwei the background leaves half of 12.5 M: five of 1.2 M fit.
	for i, id := range ids {
		if _, _, ok := c.Included(id); ok != (i < 3 || i >= 8) {
			t.Errorf("transaction %d: included %v", i, ok)
		}
	}
	bundle := submit(t, c, Tx{Sender: victim, Gas: 20_000_000, MaxFee: Gwei(160), Split: true})
	c.Step(1, s)
	if got := c.Changes()[0].Gas; got != 9_375_000 {
		t.Errorf("%d gas of the bundle in the first block, want three quarters of the limit", got)
	}
	c.Step(2, s)
	if c.Confirmations(bundle) != 0 {
		t.Error("bundle complete after two blocks")
	}
	c.Step(3, s)
	if height, tick, ok := c.Included(bundle); !ok || height != 4 || tick != 3 {
		t.Errorf("bundle at height %d, tick %d, %v", height, tick, ok)
	}
	check(t, c)
}

func TestReplace(t *testing.T) {
	c := calm(t, FirstPrice, 1)
	id := submit(t, c, Tx{Sender: victim, Gas: 21000, MaxFee: Gwei(20)})
	if err := c.Replace(id, Gwei(21.9), 0); err != ErrUnderpriced {
		t.Errorf("5 %% more: %v", err)
	}
	if err := c.Replace(id, Gwei(60), Gwei(61)); err != ErrFee {
		t.Errorf("tip above fee: %v", err)
	}
	if err := c.Replace(id, Gwei(60), 0); err != nil {
		t.Error(err)
	}
	c.Step(0, draw.New(17))
	if c.Confirmations(id) != 1 {
		t.Error("the replacement is not in")
	}
	if err := c.Replace(id, Gwei(100), 0); err != ErrIncluded {
		t.Errorf("replacing what is in: %v", err)
	}
	if err := c.Forget(id); err != nil {
		t.Error(err)
	}
	if err := c.Replace(id, Gwei(100), 0); err != ErrUnknown {
		t.Errorf("replacing what is forgotten: %v", err)
	}
	for _, tx := range []Tx{{Gas: 20_999, MaxFee: 1}, {Gas: 12_500_001, MaxFee: 1}} {
		if _, err := c.Submit(tx); err != ErrGas {
			t.Errorf("%d gas: %v", tx.Gas, err)
		}
	}
}

// July 2020: 58.2 gwei, ETH at $232.77; a transfer costs $0.0095, a withdrawal
// $0.407, a forced exit $2.30; at 538 gwei and $389 the exit costs $35.6.
func TestCostOfLeaving(t *testing.T) {
	for _, row := range []struct {
		gas       uint64
		gwei, eth float64
		want      float64
	}{{700, 58.2, 232.77, 0.0095}, {30_000, 58.2, 232.77, 0.407}, {170_000, 58.2, 232.77, 2.30},
		{170_000, 538, 389, 35.6}} {
		got, ok := Cost(row.gas, Gwei(row.gwei), ledger.Amount(row.eth*1e6))
		if !ok || math.Abs(float64(got)/1e6/row.want-1) > 0.01 {
			t.Errorf("%d gas at %v gwei: $%.4f, want $%v", row.gas, row.gwei, float64(got)/1e6, row.want)
		}
	}
	if got, ok := Cost(1, 1, 1); got != 1 || !ok {
		t.Errorf("a trifle costs %d, %v; it rounds up", got, ok)
	}
	if got, ok := Cost(1_000_000_000, 1_000_000_000, 5_000_000); got != 5_000_000 || !ok {
		t.Errorf("one ETH at 5 USD costs %d, %v", got, ok)
	}
	if _, ok := Cost(math.MaxUint64, math.MaxUint64, math.MaxInt64); ok {
		t.Error("overflow not reported")
	}
	if _, ok := Cost(1, 1, -1); ok {
		t.Error("negative price of ETH accepted")
	}
}
