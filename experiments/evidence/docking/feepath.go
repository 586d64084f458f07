package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
)

var _ = register(Entry{
	Name: "fee-path",
	Doc: "The base fee of EIP-1559 falls when blocks swing around the target, and where it comes back blocks are up " +
		"to 6 % above the target.",
	Source: "M. Tefagh, “Path-dependence of EIP-1559 and the simulation of the resulting permanent loss”, ethresear.ch " +
		"8964, 2021, for a base fee that goes to zero while blocks are on target on average; S. Leonardos, D. Reijsbergen, " +
		"B. Monnot, G. Piliouras, “Optimality despite chaos in fee markets”, Financial Cryptography 2023, arXiv " +
		"2212.07175, for an average block between the target and some 6 % above; EIP-1559 for the rise by an eighth a " +
		"block. The factors follow from 1 ± d and were not read",
	Code: "mechanisms/layer1 Chain.Step under eip1559 (market.nextBase)",
	run:  feePath,
})

const (
	pathTolerance = 0.0005
	swingBlocks   = 64
	averageBlocks = 20_000 // which end within one block of the average
)

// ceiling is the largest average block over the target when the base fee comes
// back: a share x of blocks is full and the rest empty, x ln(1+d) + (1−x) ln(1−d)
// = 0, and the limit is twice the target.
func ceiling(d float64) float64 {
	return 2 * exact.Log(1-d) / (exact.Log(1-d) - exact.Log(1+d))
}

// swing is a path of block sizes around the target.
type swing struct {
	name string
	off  float64 // distance of every block from the target, in targets
	run  int     // blocks above the target before as many below it
}

var swings = []swing{{"full and empty blocks in turn", 1, 1}, {"32 full blocks, then 32 empty", 1, 32},
	{"blocks half above and half below in turn", 0.5, 1}}

// factor is the factor on the base fee over a number of blocks, half above the target and
// half below: each pair leaves (1+d)(1−d), where d is an eighth of the distance.
func (w swing) factor(blocks int) float64 {
	d := w.off / eighth
	return exact.Pow(1-float64(d*d), float64(blocks)/2)
}

// follow gives the base fee over its start before every block, and after the
// last one.
func (w swing) follow() (fees []float64, err error) {
	const start = 100
	chain, err := feeChain(start, eighth)
	if err != nil {
		return nil, err
	}
	s := draw.New(Seed)
	for tick := range uint32(swingBlocks) {
		fees = append(fees, chain.BaseFee().Gwei()/start)
		gas := (1 + w.off) * targetGas
		if int(tick)/w.run%2 == 1 {
			gas = (1 - w.off) * targetGas
		}
		used, err := offer(chain, tick, s, gas, 1e6)
		if err != nil {
			return nil, err
		}
		if used != gas {
			return nil, fmt.Errorf("%v of %v gas got in", used, gas)
		}
	}
	return append(fees, chain.BaseFee().Gwei()/start), nil
}

// average is the mean block over the target when demand, in targets, depends on
// the base fee in gwei.
func average(denominator int, demand func(fee float64) float64) (float64, error) {
	chain, err := feeChain(topValue/2, denominator)
	if err != nil {
		return 0, err
	}
	s, total := draw.New(Seed), 0.0
	for tick := range uint32(2 * averageBlocks) {
		used, err := offer(chain, tick, s, demand(chain.BaseFee().Gwei())*targetGas, topValue)
		if err != nil {
			return 0, err
		}
		if tick >= averageBlocks {
			total += used
		}
	}
	return total / targetGas / averageBlocks, nil
}

// alike is the demand of users who all value block space at topValue. The chain admits
// them only while the base fee is not above it.
func alike(float64) float64 { return 2 }

// spread is the demand of users with values uniform up to topValue. At a fee of zero it is
// times the target.
func spread(times float64) func(float64) float64 {
	return func(fee float64) float64 { return times * (1 - fee/topValue) }
}

// demands are the users with spread values in targets, within and beyond the 17
// at which the base fee no longer comes to rest.
func demands() (times []float64) {
	for x := 4.0; x <= 100; x += 4 {
		times = append(times, x)
	}
	return times
}

func feePath(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{
		fmt.Sprintf("Chain without background demand or uncles, target 10 M gas, limit 20 M; nothing is drawn, so the seed "+
			"does not matter. Swings are over %d blocks that are on target on average. Averages are over the last %s of %s "+
			"blocks; what finds no room or is too dear is gone.", swingBlocks, thousands(averageBlocks),
			thousands(2*averageBlocks)),
		"Users alike all value space at 20 gwei, which makes blocks full or empty. Users spread have values uniform up to " +
			"20 gwei; d is the largest move of the base fee in a block, 1/8 unless given."},
		Diagnosis: "the update of the base fee is not 1 + d(block/target − 1), or bids below the base fee get in."}
	var paths [][]float64
	for _, w := range swings {
		fees, err := w.follow()
		if err != nil {
			return nil, err
		}
		paths = append(paths, fees)
		out.Rows = append(out.Rows, relative("base fee over its start, "+w.name, w.factor(swingBlocks), pathTolerance,
			exactValue(fees[swingBlocks]), 4))
	}
	out.Rows = append(out.Rows,
		relative("base fee over its start, 20 full blocks", exact.Pow(1+1./eighth, 20), pathTolerance,
			exactValue(paths[1][20]), 3))
	var bounds figure.Line
	for _, denominator := range []int{2, 4, eighth, 16} {
		got, err := average(denominator, alike)
		if err != nil {
			return nil, err
		}
		d := 1 / float64(denominator)
		bounds.X, bounds.Y = append(bounds.X, d), append(bounds.Y, got)
		out.Rows = append(out.Rows, relative(fmt.Sprintf("average block over target, users alike, d = 1/%d", denominator),
			ceiling(d), pathTolerance, exactValue(got), 4))
	}
	out.Rows = append(out.Rows,
		absolute("average block above target, users alike (%)", 6, 0.5, exactValue(100*(bounds.Y[2]-1)), 2))
	var blocks figure.Line
	outside := 0
	for i, times := range demands() {
		got, err := average(eighth, spread(times))
		if err != nil {
			return nil, err
		}
		if got < 1-1./averageBlocks || got > ceiling(1./eighth)+2./averageBlocks {
			outside++
		}
		blocks.X, blocks.Y = append(blocks.X, times), append(blocks.Y, got)
		if err := s.step(ctx, i+1, len(demands())); err != nil {
			return nil, err
		}
	}
	out.Rows = append(out.Rows,
		absolute(fmt.Sprintf("demands of %g to %g targets whose average block is out of bounds", blocks.X[0],
			blocks.X[len(blocks.X)-1]), 0, 0, exactValue(float64(outside)), 0))
	out.Figure = pathFigure(paths, bounds, blocks)
	return out, nil
}

// pathFigure shows swings, the bound over d, and averages over demand.
func pathFigure(paths [][]float64, bounds, blocks figure.Line) *figure.Figure {
	fall := figure.Panel{Title: "a", Legend: true, XLabel: "Block (1)", YLabel: "Base fee over its start (1)"}
	for style, i := range []int{0, 2} {
		law := figure.Line{Name: fmt.Sprintf("±%g of the target in turn", swings[i].off), Style: style}
		got := figure.Line{Points: true, Style: style}
		for k := 0; k <= swingBlocks; k += 4 {
			law.X, law.Y = append(law.X, float64(k)), append(law.Y, swings[i].factor(k))
			got.X, got.Y = append(got.X, float64(k)), append(got.Y, paths[i][k])
		}
		fall.Lines = append(fall.Lines, law, got)
	}
	over := figure.Panel{Title: "b", Legend: true, XLabel: "Largest move in a block, d (1)",
		YLabel: "Average block over target (1)"}
	law := figure.Line{Name: "bound", Style: 2}
	for d := 0.01; d < 0.551; d += 0.01 {
		law.X, law.Y = append(law.X, d), append(law.Y, ceiling(d))
	}
	bounds.Name, bounds.Points, bounds.Style = "users alike", true, 2
	over.Lines = []figure.Line{law, bounds}
	chaos := figure.Panel{Title: "c", Legend: true, XLabel: "Demand over target, λ/T (1)",
		YLabel: "Average block over target (1)"}
	ends := []float64{0, 104}
	top := ceiling(1. / eighth)
	blocks.Name, blocks.Points, blocks.Style = "users spread", true, 3
	chaos.Lines = []figure.Line{blocks}
	chaos.Bands = []figure.Band{{Name: "between the bounds", X: ends, Lo: []float64{1, 1},
		Hi: []float64{top, top}, Style: 4}}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 75, Columns: 3, Panels: []figure.Panel{fall, over, chaos},
		Caption: "Path dependence of the base fee of EIP-1559. (a) Base fee while blocks swing by so much of the target, " +
			"which they meet on average. (b) Average block when all users value space alike, over the largest move of the " +
			"base fee. (c) Average block over demand from users with values spread evenly, d = 1/8; from 17 on the base fee " +
			"does not come to rest. Lines and band: published laws; points: the model's layer one."}
}
