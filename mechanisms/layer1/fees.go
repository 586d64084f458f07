package layer1

import (
	"fmt"
	"math/bits"

	"stakeout/experiments/kit/exact"
	"stakeout/market/ledger"
)

// Price is a price of gas in wei per gas.
type Price uint64

const (
	gwei          = 1e9
	maxPrice      = Price(1) << 58
	transferGas   = 21000 // intrinsic gas of a transaction (Yellow Paper, appendix G)
	secondsPerDay = 86400
	ordinaryGas   = 200000   // gas of the transaction that GasPrice prices
	margin        = 1 + 1e-9 // factor above the rounding error of the demand curve
	weiPerEth     = 1_000_000_000_000_000_000
)

// Gwei converts a price in gwei. A negative number and NaN become 0, and the
// result is at most 2**58 wei.
func Gwei(x float64) Price { return wei(x) }

// Gwei returns the price in gwei.
func (p Price) Gwei() float64 { return float64(p) / gwei }

func wei(gweis float64) Price {
	w := gweis * gwei
	if !(w > 0) {
		return 0
	}
	if w >= float64(maxPrice) {
		return maxPrice
	}
	return Price(w)
}

// Cost is the cost of gas in micro-USD at a price of gas and a price of one ETH
// in micro-USD, rounded up once. It reports false if the result is too large or
// the price of ETH is negative.
func Cost(gas uint64, price Price, ethUSD ledger.Amount) (ledger.Amount, bool) {
	if ethUSD < 0 {
		return 0, false
	}
	high, low := bits.Mul64(gas, uint64(price))
	middle, w0 := bits.Mul64(low, uint64(ethUSD))
	over, part := bits.Mul64(high, uint64(ethUSD))
	w1, carry := bits.Add64(middle, part, 0)
	if over+carry != 0 || w1 >= weiPerEth {
		return 0, false
	}
	q, rem := bits.Div64(w1, w0, weiPerEth)
	if rem != 0 {
		q++
	}
	return ledger.Amount(q), q < 1<<62
}

// market is the price of block space: rules, demand curve and the state of the
// background price. Prices inside it are in gwei.
type market struct {
	firstPrice, background bool
	limit, target          uint64  // gas; the background demands the target at price P
	denominator            uint64  // one over the largest relative move of the base fee
	tip                    Price   // usual tip
	elasticity, inverse    float64 // ε and 1/ε
	mean, phi, sigma       float64 // AR(1) of the log price for one update
	entry                  float64 // price, as a multiple of P, at which there is room for an ordinary transaction
	interval, untilPrice   uint32  // ticks between updates of P, and until the next
	logPrice, level        float64 // ln P and P
}

func newMarket(p Params) (market, error) {
	m := market{
		firstPrice: p.FeeMarket == FirstPrice, background: p.BackgroundDemand,
		denominator: uint64(max(p.BaseFeeDenominator, 1)), tip: Gwei(p.UsualTipGwei),
		elasticity: p.DemandElasticity, inverse: 1 / p.DemandElasticity, mean: p.BackgroundLogMean,
	}
	m.limit, m.target = uint64(p.BlockLimitGas), uint64(p.BlockLimitGas)
	if !m.firstPrice {
		m.target = uint64(p.BlockTargetGas)
		m.limit = m.target * uint64(p.Elasticity)
	}
	switch {
	case p.FeeMarket != FirstPrice && p.FeeMarket != EIP1559:
		return m, fmt.Errorf("layer1: unknown fee market %q", p.FeeMarket)
	case p.Elasticity < 1 || p.Elasticity > 16 || m.target < 4*transferGas || m.limit >= 1<<40:
		return m, fmt.Errorf("layer1: gas limit %d out of range", m.limit)
	case !(p.DemandElasticity >= 0.1 && p.DemandElasticity <= 10):
		return m, fmt.Errorf("layer1: demand elasticity %v is not in [0.1, 10]", p.DemandElasticity)
	case !(p.BackgroundPersistence > 0 && p.BackgroundPersistence < 1) || !(p.BackgroundInnovation >= 0):
		return m, fmt.Errorf("layer1: background price with φ %v, σ %v", p.BackgroundPersistence, p.BackgroundInnovation)
	case !(p.BlockSeconds > 0) || !(p.BackgroundIntervalSeconds >= 0):
		return m, fmt.Errorf("layer1: block time %v s, background interval %v s", p.BlockSeconds, p.BackgroundIntervalSeconds)
	}
	room := float64(m.limit - min(ordinaryGas, m.limit/8))
	m.entry = margin * exact.Pow(float64(m.limit)/room, m.inverse)
	m.scalePrice(p)
	return m, nil
}

// scalePrice converts the daily AR(1) into one for the interval of updates: with
// h days a step, φ_h = φ^h and σ_h² = σ²(1−φ^2h)/(1−φ²).
func (m *market) scalePrice(p Params) {
	m.interval = max(1, uint32(p.BackgroundIntervalSeconds/p.BlockSeconds+0.5))
	m.untilPrice = m.interval
	days := float64(m.interval) * p.BlockSeconds / secondsPerDay
	m.phi = exact.Pow(p.BackgroundPersistence, days)
	ratio := (1 - float64(m.phi*m.phi)) / (1 - float64(p.BackgroundPersistence*p.BackgroundPersistence))
	m.sigma = p.BackgroundInnovation * exact.Pow(ratio, 0.5)
	m.logPrice = m.mean
	if p.InitialPriceGwei > 0 {
		m.logPrice = exact.Log(p.InitialPriceGwei)
	}
	m.level = exact.Exp(m.logPrice)
}

func (m *market) movePrice(normal float64) {
	m.logPrice = m.mean + float64(m.phi*(m.logPrice-m.mean)) + float64(m.sigma*normal)
	m.level = exact.Exp(m.logPrice)
}

// demand is the gas that the background would buy in a block at a price in gwei.
func (m *market) demand(price float64) float64 {
	if !m.background {
		return 0
	}
	if price < 1e-9 {
		price = 1e-9
	}
	return float64(m.target) * exact.Pow(m.level/price, m.elasticity)
}

// clearing is the price in gwei at which the background demands exactly the room.
func (m *market) clearing(room float64) float64 {
	return m.level * exact.Pow(float64(m.target)/max(room, 1), m.inverse)
}

// fixedPoint is the base fee at which the background demands the gas target.
func (m *market) fixedPoint() Price {
	p := wei(m.level)
	return p - min(p, m.tip)
}

// ask is the price that the background pays if there is room.
func (m *market) ask(base Price) Price {
	if m.firstPrice {
		if !m.background {
			return 0
		}
		return wei(m.level)
	}
	return base + m.tip
}

// nextBase is the update rule of EIP-1559: base fee × (1 + (used/target −
// 1)/denominator) in integers, rounded towards the old fee, up by at least 1.
func (m *market) nextBase(base Price, used uint64) Price {
	if used == m.target {
		return base
	}
	if used > m.target {
		return min(maxPrice, base+max(1, m.step(base, used-m.target)))
	}
	return base - m.step(base, m.target-used)
}

func (m *market) step(base Price, delta uint64) Price {
	high, low := bits.Mul64(uint64(base), delta)
	q, _ := bits.Div64(high, low, m.target)
	return Price(q / m.denominator)
}

// close sets the fee market's fields of a block that holds b.gas of the model:
// the bid that the last unit of gas needed, the next base fee, and whether the
// market is at rest. lowest is the lowest bid in the block; crowded says that
// bids were left out.
func (m *market) close(b, parent *block, lowest Price, crowded bool) {
	base := parent.next
	room := float64(m.limit - b.gas)
	wanted := m.demand(m.ask(base).Gwei())
	switch {
	case !m.background && crowded:
		b.price = lowest
	case m.background && b.gas > 0 && wanted > room:
		b.price = min(wei(m.clearing(room)), lowest)
	}
	if m.firstPrice {
		b.settled = b.gas == 0
		return
	}
	rest := m.fixedPoint()
	if m.background && parent.settled && b.gas == 0 {
		b.next, b.settled = rest, true
		return
	}
	b.next = m.nextBase(base, b.gas+uint64(min(wanted, room)))
	gap := max(b.next, rest) - min(b.next, rest)
	if m.background && b.gas == 0 && gap <= rest/256 {
		b.next, b.settled = rest, true
	}
}
