package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/param"
	"stakeout/experiments/report/figure"
	"stakeout/experiments/report/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name:   "price-of-leaving",
	Doc:    "What a transfer, a withdrawal and a forced exit cost at the gas prices of July 2020 and of a crowded day, and how long the exit queue needs for everybody.",
	Source: "barryWhiteHat's figures as the thread's author gives them for zkSync in July 2020, about 0.01 and at least 0.40 USD; gas of zkSync 1: 700, 30,000 and 170,000; its priority queue: 128 a window of 16 blocks; ether at 232.77 USD and gas at 58.2 gwei on 17 July 2020, and a crowded day at 389 USD and 538 gwei",
	Code:   "mechanisms/layer1 Cost and mechanisms/rollup Params",
	run:    priceOfLeaving,
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
func (d gasDay) price(gas int) (float64, error) {
	cost, ok := layer1.Cost(uint64(gas), layer1.Gwei(d.gwei), ledger.Amount(d.etherUSD*float64(ledger.Unit)+0.5))
	if !ok {
		return 0, ledger.ErrOverflow
	}
	return cost.Units(), nil
}

func exactValue(x float64) stat.Interval { return stat.Interval{Mean: x, Lo: x, Hi: x, N: 1} }

func priceOfLeaving(ctx context.Context, s Scale) (*Outcome, error) {
	var p rollup.Params
	var l layer1.Params
	param.Defaults(&p)
	param.Defaults(&l)
	out := &Outcome{Notes: []string{"Exact: the gas of the default rollup at the prices of the day. The queue serves its window in full. Published figures of 51.7 thousand a day and 19.4 days are for blocks of 13.37 s, so they are no target for the default world."},
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
		usd, err := c.day.price(c.gas)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, relative(fmt.Sprintf("%s, %s (USD)", c.what, c.day.name), c.published, leavingTolerance, exactValue(usd), c.decimals))
	}
	aDay := float64(p.QueueExits) * 86400 / l.BlockSeconds / float64(p.QueueBlocks)
	out.Rows = append(out.Rows,
		informative(fmt.Sprintf("queue, exits a day at %g s a block", l.BlockSeconds), exactValue(aDay), 0),
		informative("queue, days for a million accounts", exactValue(1e6/aDay), 1))
	out.Figure = leavingFigure(p)
	return out, s.step(ctx, 1, 1)
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
			usd, _ := gasDay{gwei: gwei, etherUSD: julyDay.etherUSD}.price(c.gas)
			line.X, line.Y = append(line.X, gwei), append(line.Y, usd)
		}
		panel.Lines = append(panel.Lines, line)
	}
	panel.Marks = []figure.Mark{{X: julyDay.gwei, Label: "July 2020"}}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 75, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Layer-one cost of leaving the rollup over the price of gas, at %.2f USD an ether. A user whose balance is below the line loses more by leaving than by staying.", julyDay.etherUSD)}
}
