package docking

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "price-of-leaving",
	Doc: "What a transfer, a withdrawal and a forced exit cost at the gas prices of July 2020 and of a crowded day, " +
		"and how long the exit queue needs for everybody.",
	Source: "barryWhiteHat's figures as the thread's author gives them for zkSync in July 2020, about 0.01 and at least " +
		"0.40 USD; gas of zkSync 1: 700, 30,000 and 170,000; its priority queue: 128 a window of 16 blocks; 100 bytes with " +
		"a signature and 12 with an aggregate, as gluk64 and adlerjohn argue; ether at 232.77 USD and gas at 58.2 gwei on " +
		"17 July 2020, and a crowded day at 389 USD and 538 gwei",
	Code: "mechanisms/layer1 Cost, mechanisms/rollup State.QueueTick and mechanisms/remedy migrate-*",
	run:  priceOfLeaving,
})

// leavingTolerance is the share by which a price may be off: published prices
// have three digits.
const leavingTolerance = 0.01

// gasDay is a day by its price of gas in gwei and of ether in USD.
type gasDay struct {
	name     string
	gwei     float64
	etherUSD float64
}

var (
	julyDay    = gasDay{"July 2020", 58.2, 232.77}
	crowdedDay = gasDay{"crowded day", 538, 389}
)

// price is what gas costs on a day in USD.
func (d gasDay) price(gas uint64) (float64, error) {
	cost, ok := layer1.Cost(gas, layer1.Gwei(d.gwei), ledger.Amount(float64(d.etherUSD*float64(ledger.Unit))+0.5))
	if !ok {
		return 0, ledger.ErrOverflow
	}
	return cost.Units(), nil
}

// JulyPrice is what gas cost on 17 July 2020, in USD: 58.2 gwei, and 232.77 USD an
// ether. It fails for more gas than an amount of money can hold.
func JulyPrice(gas uint64) (usd float64, err error) { return julyDay.price(gas) }

func exactValue(x float64) stat.Interval { return stat.Interval{Mean: x, Lo: x, Hi: x, N: 1} }

func priceOfLeaving(ctx context.Context, s Scale) (*Outcome, error) {
	var p rollup.Params
	var l layer1.Params
	param.Defaults(&p)
	param.Defaults(&l)
	out := &Outcome{Notes: []string{"Exact: the gas of the default rollup at the prices of the day. The queue is that " +
		"of the contract, driven with a million users who are all on layer one; the published 51.7 thousand a day are for " +
		"blocks of 13.37 s, hours of July 2020, where the default world has 13 s.",
		"Bytes are the gas that one more user adds to a migration over 16 gas a byte (EIP-2028)."},
		Diagnosis: "the parameters of the rollup no longer are those of zkSync 1 in July 2020."}
	for _, c := range []struct {
		what      string
		day       gasDay
		gas       int
		published float64
		decimals  int
	}{
		{"transfer", julyDay, p.TransactionGas, 0.0095, 4}, {"withdrawal", julyDay, p.WithdrawalGas, 0.407, 3},
		{"forced exit", julyDay, p.ForcedExitGas, 2.30, 2}, {"forced exit", crowdedDay, p.ForcedExitGas, 35.6, 1},
	} {
		usd, err := c.day.price(uint64(c.gas))
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, identity(relative(fmt.Sprintf("%s, %s (USD)", c.what, c.day.name), c.published,
			leavingTolerance, exactValue(usd), c.decimals)))
	}
	if err := out.queue(p, l); err != nil {
		return nil, err
	}
	if err := out.routes(); err != nil {
		return nil, err
	}
	out.Figure = leavingFigure(p)
	return out, s.step(ctx, 1, 1)
}

// julyBlock is the mean block time behind the published floor of the queue.
const julyBlock = 13.37 // s

// queue adds the rows of the exit queue.
func (o *Outcome) queue(p rollup.Params, l layer1.Params) error {
	for _, c := range []struct {
		seconds                float64
		publishedA, publishedB float64
	}{{julyBlock, 51_700, 19.4}, {l.BlockSeconds, math.NaN(), math.NaN()}} {
		aDay, days, err := drain(p, 86400/c.seconds)
		if err != nil {
			return err
		}
		name := fmt.Sprintf(" at %g s a block", c.seconds)
		if math.IsNaN(c.publishedA) {
			o.Rows = append(o.Rows, informative("queue, exits a day"+name, exactValue(aDay), 0),
				informative("queue, days for a million accounts"+name, exactValue(days), 1))
			continue
		}
		o.Rows = append(o.Rows, relative("queue, exits a day"+name, c.publishedA, leavingTolerance, exactValue(aDay), 0),
			relative("queue, days for a million accounts"+name, c.publishedB, leavingTolerance, exactValue(days), 1))
	}
	return nil
}

// drain lets a million users leave through the contract's queue and returns how
// many went on the first day, and how many days it took.
func drain(p rollup.Params, ticksPerDay float64) (aDay, days float64, err error) {
	const users = 1_000_000
	p.QueueDelayHours = 0
	led := ledger.New(int(ledger.First)+1, 1)
	s := rollup.New(led, p, led.Owners(), ticksPerDay)
	if err := s.Join(ledger.First, users*ledger.Unit); err != nil {
		return 0, 0, err
	}
	if err := s.ForceExit(ledger.First, users); err != nil {
		return 0, 0, err
	}
	for {
		payer, n, waiting := s.NextRequest(users)
		if !waiting {
			break
		}
		s.Requested(payer, n, 0, 0)
	}
	tick := uint32(0)
	for s.QueueLength() > 0 {
		tick++
		s.QueueTick(tick)
		if float64(tick) <= ticksPerDay {
			aDay = float64(s.Public().ForcedExits)
		}
	}
	return aDay, float64(tick) / ticksPerDay, s.Audit()
}

// routes adds the data that one more user costs each kind of migration.
func (o *Outcome) routes() error {
	for _, c := range []struct {
		remedy, what string
		bytes        float64
	}{{"migrate-optimistic", "with a signature", 100}, {"migrate-bls", "with an aggregate signature", 12},
		{"migrate-zk", "under one proof", 0}} {
		fewer, err := MigrationGas(c.remedy, 10_000)
		if err != nil {
			return err
		}
		more, err := MigrationGas(c.remedy, 10_001)
		if err != nil {
			return err
		}
		o.Rows = append(o.Rows, identity(absolute("bytes of a user who moves "+c.what, c.bytes, 0,
			exactValue(float64(more-fewer)/16), 0)))
	}
	return nil
}

// MigrationGas is the gas that a remedy's proof or batch costs layer one when so many
// users move at once. It fails for a remedy that does not migrate.
func MigrationGas(name string, users uint32) (uint64, error) {
	var p remedy.Params
	var rules rollup.Params
	param.Defaults(&p)
	param.Defaults(&rules)
	led := ledger.New(int(ledger.First)+1, 1)
	w := &remedy.World{Roll: rollup.New(led, rules, led.Owners(), 6480), Away: rollup.New(led, rules, led.Owners(), 6480),
		Ledger: led, TicksPerDay: 6480}
	rollup.Beside(w.Roll, w.Away, ledger.Rival)
	if err := w.Roll.Join(ledger.First, ledger.Unit); err != nil {
		return 0, err
	}
	e, ok := remedy.Find(name)
	if !ok {
		return 0, fmt.Errorf("there is no remedy %q", name)
	}
	r := e.New(&p)
	publisher, ok := r.(remedy.Publisher)
	if !ok {
		return 0, fmt.Errorf("%s publishes nothing on layer one", name)
	}
	if !r.Hear(w, remedy.Message{By: ledger.First, Word: remedy.Sign, Count: users}) {
		return 0, fmt.Errorf("%s: a signature was refused", name)
	}
	r.Step(w)
	_, gas := publisher.Publishes()
	return gas, nil
}

// leavingFigure shows from which balance on leaving is worth its gas.
func leavingFigure(p rollup.Params) *figure.Figure {
	panel := figure.Panel{Legend: true, XLabel: "Price of gas (gwei)", YLabel: "Cost of leaving (USD)", ZeroLine: true}
	for i, c := range []struct {
		name string
		gas  int
	}{{"withdrawal through the coordinator", p.WithdrawalGas}, {"forced exit through the queue", p.ForcedExitGas}} {
		line := figure.Line{Name: c.name, Style: i}
		for gwei := 0.0; gwei <= 600; gwei += 10 {
			usd, _ := gasDay{gwei: gwei, etherUSD: julyDay.etherUSD}.price(uint64(c.gas))
			line.X, line.Y = append(line.X, gwei), append(line.Y, usd)
		}
		panel.Lines = append(panel.Lines, line)
	}
	panel.Marks = []figure.Mark{{X: julyDay.gwei, Label: "July 2020"}}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 75, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Layer-one cost of leaving the rollup over the price of gas, at %.2f USD an ether. A user "+
			"whose balance is below the line loses more by leaving than by staying.", julyDay.etherUSD)}
}
