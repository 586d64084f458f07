package docking

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/root"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "discouragement",
	Doc: "An attacker who lowers what other stakers earn gets the share p/(k+p) of it back when they leave, which " +
		"pays when it is more than one over the griefing factor.",
	Source: "V. Buterin, “Discouragement attacks”, 2018: an honest token earns (1−h)/N^p and an attacker's (1−h/G)/N^p; " +
		"supply of stake with elasticity 1/k; G from 3 (few kept out) to 2 (all kept out) for an attacker with half of the " +
		"stake; p = 1 when fees are the reward. The payouts were read in excerpts of a draft of 2017, the share p/(k+p) " +
		"follows from them and was not read. The rule that gives these G, a reward of R/N times the share of stake that " +
		"serves, is as retold at hackingresear.ch/discouragement-attacks",
	Code: "mechanisms/rollup State.Draw, Open, Build and Close, and market/lending Pool.LendRateIf",
	run:  discourage,
})

// siegeTolerance is the tolerance for shares, griefing factors and exponents.
const siegeTolerance = 0.02

// siege is an attacker with half of the stake, who makes others' batches miss
// their deadline.
//
// Assumption: the attacker's stake stays, the price of the token is one dollar,
// and what was in a missed batch is lost, since its sender gives up.
type siege struct {
	p, k    float64 // a token's reward falls with N^−p, stake grows with the rate to the power 1/k
	missed  float64 // share of the slots of others that miss
	price   pricing
	lottery []uint64 // numbers of the slots of a season, which stands for a year
}

// pricing is what the attack costs. A positive number is an imposed griefing factor: the
// loss of the others over the loss of the attacker, which the attacker pays for block space.
type pricing float64

const (
	byShare pricing = 0  // a reward is R/N times the share of stake that serves
	waiting pricing = -1 // what was in a missed batch waits for the next leader
)

// numbers are the draws of a lottery: spaced evenly, in random order.
//
// Assumption: everybody leads as often as its stake says, to one slot; a year is
// long, so luck is no reason to leave.
func numbers(slots int, seed uint64) []uint64 {
	list := make([]uint64, slots)
	step, r := math.MaxUint64/uint64(slots), draw.New(seed).At(draw.Lottery, 0, 0)
	for i := range list {
		k := r.Intn(i + 1)
		list[i], list[k] = list[k], uint64(i)*step+step/2
	}
	return list
}

const (
	besieger = yieldBorrower + 1
	payer    = yieldBorrower + 2
	siegeUse = 0.3 // share of the pool that is lent before the attack; its curve bends at 0.45
)

// siegeMarket is a staking contract and a lending pool under attack.
type siegeMarket struct {
	*yieldMarket
	siege
	opening float64 // stake before the attack, micro-tokens
	pot     float64 // rewards a year at that stake, micro-USD
}

// open gives the attacker half of the stake that is there when the rate of the
// pool is what a staked token earns. Below its kink the curve of the pool is
// u·rate, so a lender gets the square of use: stake N beside L tokens lent has
// the elasticity L/2N, and k = 2N/L.
func (s siege) open() (*siegeMarket, error) {
	lent := float64(yieldSupply) / (1 + float64(s.k/4))
	m := &siegeMarket{siege: s, opening: s.k * lent / 2}
	var err error
	if m.yieldMarket, err = (yieldCase{demand: siegeUse * lent / float64(yieldSupply)}).open(); err != nil {
		return nil, err
	}
	half := ledger.Amount(m.opening / 2)
	if err := m.led.Post(ledger.Transfer{Amount: half, To: besieger, Asset: ledger.Token}); err != nil {
		return nil, err
	}
	m.pot = m.opening * m.pool.LendRateIf(ledger.Amount(lent)-yieldSupply)
	for o := ledger.First; o < payer; o++ {
		m.roll.SetPolicy(o, rollup.Policy{Transfers: true})
	}
	if err := m.roll.Stake(besieger, half); err != nil {
		return nil, err
	}
	if err := m.roll.Join(payer, 1e9*ledger.Unit); err != nil {
		return nil, err
	}
	return m, m.yieldMarket.settle(func(total ledger.Amount) float64 { return m.reward(float64(total)) / float64(total) })
}

// reward is the imposed reward curve: USD a year for all of a stake in
// micro-tokens, in micro-USD.
func (m *siegeMarket) reward(staked float64) float64 {
	return m.pot * exact.Pow(staked/m.opening, 1-m.p)
}

// harvest is what a season brought, in USD a year and staked token.
type harvest struct{ attacker, others float64 }

// season runs the slots of a year at the stakes of the moment. Each brings one
// transaction, whose fee is the imposed reward of the slot. The batches that miss
// are spaced evenly.
func (m *siegeMarket) season(missed float64) (harvest, error) {
	staked, mine := float64(m.roll.Public().Staked), float64(m.roll.Bonded(besieger))
	fee := m.reward(staked) / float64(len(m.lottery))
	if m.price == byShare {
		fee *= 1 - float64(missed*(1-mine/staked))
	}
	var earned [2]ledger.Amount // by the attacker and the others
	led, lost := 0.0, 0.0
	for _, u := range m.lottery {
		m.tick++
		waits := uint32(0)
		if m.price == waiting {
			waits, _ = m.roll.Waiting(payer)
		}
		m.roll.Send(payer, waits+1, ledger.Amount(fee), m.tick)
		o, _ := m.roll.Draw(u)
		m.roll.Open(rollup.Leader{Staker: o, Operator: m.roll.OperatorOf(o)})
		m.roll.Build(m.tick, false)
		who, miss := 0, false
		if o != besieger {
			who = 1
			led++
			if miss = lost+0.5 < led*missed; miss {
				lost++
			}
		}
		earned[who] += m.roll.Close(m.tick, !miss, 0, 1).Fees
	}
	if m.price > 0 {
		cost := ledger.Amount(float64(earned[0]) * missed / float64(m.price))
		if err := m.led.Post(ledger.Transfer{Amount: cost, From: besieger, To: ledger.LayerOne, Asset: ledger.Cash,
			Reason: ledger.BatchCost}); err != nil {
			return harvest{}, err
		}
		earned[0] -= cost
	}
	return harvest{float64(earned[0]) / mine, float64(earned[1]) / (staked - mine)}, nil
}

// settle lets the others stake or lend until nobody moves in a season. They know the
// reward curve and expect the share of it that the last season paid. It returns the last
// season.
func (m *siegeMarket) settle(missed float64) (harvest, error) {
	for range 20 {
		h, err := m.season(missed)
		if err != nil {
			return h, err
		}
		at := float64(m.roll.Public().Staked)
		err = m.yieldMarket.settle(func(total ledger.Amount) float64 {
			return h.others * exact.Pow(float64(total)/at, -m.p)
		})
		// A season tells yields apart by one slot, and holders move slices.
		if moved := float64(m.roll.Public().Staked)/at - 1; err != nil || math.Abs(moved) < 2e-6+4/float64(len(m.lottery)) {
			return h, err
		}
	}
	return harvest{}, fmt.Errorf("stakers do not settle at p = %g, k = %g", m.p, m.k)
}

// spoils are what an attack did.
type spoils struct {
	griefing  float64 // loss of the others over the loss of the attacker while nobody leaves
	revenue   float64 // of the attacker while nobody leaves, over its revenue before
	recovered float64 // share of the fall of the others' revenue, in logarithms, that the rate regains
	gain      float64 // of the attacker once the others have settled, over its revenue
}

func (s siege) run() (r spoils, err error) {
	m, err := s.open()
	if err != nil {
		return r, err
	}
	var seasons [3]harvest
	for i, season := range []func() (harvest, error){
		func() (harvest, error) { return m.settle(0) },
		func() (harvest, error) { return m.season(s.missed) },
		func() (harvest, error) { return m.settle(s.missed) },
	} {
		if i == 2 && (s.missed == 1 || s.price == waiting) {
			break // Nobody stays to earn nothing; who stays is not asked while batches wait.
		}
		if seasons[i], err = season(); err != nil {
			return r, err
		}
	}
	before, at, after := seasons[0], seasons[1], seasons[2]
	r.griefing = (before.others - at.others) / (before.attacker - at.attacker)
	r.revenue = at.attacker / before.attacker
	r.recovered = exact.Log(after.others/before.others/(1-s.missed)) / -exact.Log(1-s.missed)
	r.gain = after.attacker/before.attacker - 1
	return r, m.audit()
}

// breakEven is the exponent p at which the attack pays for itself.
func (s siege) breakEven() (float64, error) {
	lo, hi, err := root.Bisect(0.05, 2, root.Arithmetic, root.Width(0.002), func(p float64) (bool, error) {
		s.p = p
		r, err := s.run()
		return r.gain > 0, err
	})
	return root.Arithmetic(lo, hi), err
}

// siegeTask is one row: the attack, and what to read off it.
type siegeTask struct {
	name      string
	siege     siege
	published float64
	tolerance float64 // NaN for a row that is printed for information
	measure   func(siege) (float64, error)
}

// sieges are the rows for attacks of a size.
func sieges(missed float64, lottery []uint64) (list []siegeTask) {
	read := func(what func(spoils) float64) func(siege) (float64, error) {
		return func(s siege) (float64, error) {
			r, err := s.run()
			return what(r), err
		}
	}
	griefing := read(func(r spoils) float64 { return r.griefing })
	list = append(list,
		siegeTask{"griefing factor, one batch in 200 misses", siege{0.5, 1, 0.005, byShare, lottery}, 3,
			siegeTolerance, griefing},
		siegeTask{"griefing factor, all batches miss", siege{0.5, 1, 1, byShare, lottery}, 2, siegeTolerance, griefing})
	for _, c := range []struct{ p, k float64 }{{0.5, 1}, {1, 1}, {1, 2}, {1, 0.5}, {0.5, 0.5}, {0.5, 2}} {
		list = append(list, siegeTask{fmt.Sprintf("share recovered, p = %g, k = %g", c.p, c.k),
			siege{c.p, c.k, missed, 3, lottery}, c.p / (c.k + c.p), siegeTolerance,
			read(func(r spoils) float64 { return r.recovered })})
	}
	for _, c := range []struct {
		k     float64
		price pricing
		what  string
		p     float64
	}{{1, 3, "G = 3", 0.5}, {1, byShare, "G by the rule", 0.5}, {1, 2, "G = 2", 1}, {2, 3, "G = 3", 1}} {
		list = append(list, siegeTask{fmt.Sprintf("p at break-even, k = %g, %s", c.k, c.what),
			siege{0, c.k, missed, c.price, lottery}, c.p, siegeTolerance, siege.breakEven})
	}
	sign := read(func(r spoils) float64 { return math.Copysign(1, r.gain) })
	for _, c := range []struct {
		p     float64
		price pricing
		want  float64
	}{{0.45, 3, -1}, {0.55, 3, 1}, {0.9, 2, -1}, {1.1, 2, 1}} {
		list = append(list, siegeTask{fmt.Sprintf("sign of the attacker's gain, p = %g, k = 1, G = %g", c.p,
			float64(c.price)), siege{c.p, 1, missed, c.price, lottery}, c.want, 0, sign})
	}
	return append(list, siegeTask{"attacker's revenue while one in ten of others' batches waits, over before",
		siege{1, 1, 0.1, waiting, lottery}, math.NaN(), 0, read(func(r spoils) float64 { return r.revenue })})
}

func discourage(ctx context.Context, s Scale) (*Outcome, error) {
	missed, lottery := 1.0/float64(s.pick(100, 500)), numbers(s.pick(50_000, 1_000_000), s.Seed)
	out := &Outcome{
		Notes: []string{fmt.Sprintf("%d holders stake what earns more staked than lent to the pool, where k is twice the "+
			"stake over what is lent; the attacker's half stays. %g %% of the others' slots miss their deadline, since the "+
			"law is for attacks that move little; a year has %s slots, whose lottery numbers are spaced evenly. Unbonding "+
			"takes no time.", yieldHolders, 100*missed, thousands(len(lottery))),
			"Imposed are the reward curve, as the fee of a slot, that batches miss, and G where it is given. Who leads, what " +
				"a token earns and what a lender gets comes from the modules; holders decide as in stake-or-lend, and the price " +
				"of the token stays.",
			"The last row is the rollup's own rule, where transactions of a missed batch wait for the next leader: the " +
				"attacker then gains what the others lose before anybody leaves, and no G bounds the attack."},
		Diagnosis: "the pool's curve is not the square of use below its kink, or leaders do not follow stakes.",
	}
	list := sieges(missed, lottery)
	for i, c := range list {
		got, err := c.measure(c.siege)
		if err != nil {
			return nil, err
		}
		if math.IsNaN(c.published) {
			out.Rows = append(out.Rows, informative(c.name, exactValue(got), 4))
		} else {
			out.Rows = append(out.Rows, identity(absolute(c.name, c.published, c.tolerance, exactValue(got), 4)))
		}
		if err := s.step(ctx, i+1, len(list)); err != nil {
			return nil, err
		}
	}
	var err error
	out.Figure, err = siegeFigure(missed, lottery)
	return out, err
}

// siegeFigure shows the share recovered and the attacker's gain over p.
func siegeFigure(missed float64, lottery []uint64) (*figure.Figure, error) {
	shares := figure.Panel{Title: "a", Legend: true, XLabel: "Exponent p of the reward curve (1)",
		YLabel: "Share recovered (1)", ZeroLine: true}
	gains := figure.Panel{Title: "b", Legend: true, XLabel: "Exponent p of the reward curve (1)",
		YLabel: "Gain over others' loss (1)", ZeroLine: true}
	for style, k := range []float64{0.5, 1, 2} {
		law := figure.Line{Name: fmt.Sprintf("law, k = %g", k), Style: style}
		for p := 0.0; p < 1.51; p += 0.05 {
			law.X, law.Y = append(law.X, p), append(law.Y, p/(k+p))
		}
		got, err := siegePoints(siege{k: k, missed: missed, price: 3, lottery: lottery},
			func(r spoils) float64 { return r.recovered })
		if err != nil {
			return nil, err
		}
		got.Name, got.Style = fmt.Sprintf("model, k = %g", k), style
		shares.Lines = append(shares.Lines, law, got)
	}
	for i, g := range []pricing{3, 2} {
		style := i + 3
		law := figure.Line{Name: fmt.Sprintf("law, k = 1, G = %g", float64(g)), Style: style}
		for p := 0.0; p < 1.51; p += 0.05 {
			law.X, law.Y = append(law.X, p), append(law.Y, p/(1+p)-1/float64(g))
		}
		got, err := siegePoints(siege{k: 1, missed: missed, price: g, lottery: lottery},
			func(r spoils) float64 { return r.gain / missed })
		if err != nil {
			return nil, err
		}
		got.Name, got.Style = fmt.Sprintf("model, k = 1, G = %g", float64(g)), style
		gains.Lines = append(gains.Lines, law, got)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 80, Columns: 2, Panels: []figure.Panel{shares, gains},
		Caption: fmt.Sprintf("Discouragement by an attacker with half of the stake, over the exponent p of the reward "+
			"curve; p = 1 when fees are the reward. (a) Share of the others' lost revenue that comes back to those who stay, "+
			"when stake has the elasticity 1/k. (b) The attacker's gain over what the others lose, at griefing factors G; it "+
			"pays above zero. Lines: published law; points: the model's lottery, batches and lending pool, with %g %% of the "+
			"others' slots missed.", 100*missed)}, nil
}

// siegePoints measures over p.
func siegePoints(s siege, what func(spoils) float64) (figure.Line, error) {
	l := figure.Line{Points: true}
	for p := 0.25; p < 1.51; p += 0.25 {
		s.p = p
		r, err := s.run()
		if err != nil {
			return l, err
		}
		l.X, l.Y = append(l.X, p), append(l.Y, what(r))
	}
	return l, nil
}
