package docking

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/root"
	"stakeout/experiments/kit/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
)

var _ = register(Entry{
	Name: "fee-market",
	Doc: "The base fee of EIP-1559 when users choose whether to send, and the demand beyond which it no longer " +
		"comes to rest.",
	Source: "B. Monnot, abm1559, notebook on strategic users, for base fees and values; S. Leonardos et al., “Dynamical " +
		"analysis of the EIP-1559 Ethereum fee market”, arXiv 2102.10567, for the fixed point M(1 − T/λ), stable iff d(λ/T " +
		"− 1) < 2; the two-cycle is that map iterated, not read in the paper",
	Code: "mechanisms/layer1 Chain.Step under eip1559",
	run:  feeMarket,
})

// crowd is a stream of users of abm1559: Poisson arrivals a block, values
// uniform up to 20 gwei, costs of delay uniform up to 1 gwei a block, and a wait
// that they expect. They send iff value − cost × wait − gas price > 0.
type crowd struct {
	lambda, wait float64
	fee, feeTol  float64 // published mean base fee, and the share by which it may be off
	value        float64 // published mean value of the included, 0 when none is
}

var crowds = []crowd{
	{lambda: 6000, wait: 5, fee: 15.030, feeTol: 0.01, value: 18.69},
	{lambda: 6000, wait: 0, fee: 17.433, feeTol: 0.01, value: 19.21},
	{lambda: 2000, wait: 5, fee: 11.74, feeTol: 0.01},
}

// firstFees are the first base fees at two thousand users a block, published.
var firstFees = []float64{1, 1.1249, 1.2654, 1.4234, 1.6012}

const (
	crowdBlocks = 250
	crowdLast   = 100 // blocks that enter the means
	topValue    = 20  // gwei
	targetGas   = 10_000_000
)

// eighth is the largest move of the base fee of EIP-1559, one over this.
const eighth = 8

// feeChain is a chain on which only the users of a target want space. Its base fee moves by
// at most one over the denominator in a block.
func feeChain(initialGwei float64, denominator int) (*layer1.Chain, error) {
	var p layer1.Params
	param.Defaults(&p)
	p.FeeMarket, p.BackgroundDemand, p.UncleShare = layer1.EIP1559, false, 0
	p.BlockTargetGas, p.Elasticity, p.InitialBaseFeeGwei, p.UsualTipGwei = targetGas, 2, initialGwei, 1
	p.BaseFeeDenominator = denominator
	return layer1.New(p, nil)
}

// path is what one run of a crowd gave.
type path struct {
	fees        []float64 // gwei, of every block
	mean, value float64   // over the last blocks
}

// run lets a crowd use a chain.
func (c crowd) run(seed uint64) (path, error) {
	chain, err := feeChain(1, eighth)
	if err != nil {
		return path{}, err
	}
	s, arrivals := draw.New(seed), draw.New(draw.Mix(seed, 1))
	var p path
	included := 0
	for tick := range uint32(crowdBlocks) {
		fee := chain.BaseFee().Gwei()
		p.fees = append(p.fees, fee)
		if err := c.send(chain, fee, arrivals.At(draw.Activity, 0, tick)); err != nil {
			return p, err
		}
		chain.Step(tick, s)
		for _, x := range chain.Changes() {
			if tick >= crowdBlocks-crowdLast {
				tx, _ := chain.Lookup(x.ID)
				p.value += tx.MaxFee.Gwei()
				included++
			}
			if err := chain.Forget(x.ID); err != nil {
				return p, err
			}
		}
		if tick >= crowdBlocks-crowdLast {
			p.mean += fee / crowdLast
		}
	}
	p.value /= float64(included)
	return p, nil
}

func (c crowd) send(chain *layer1.Chain, fee float64, r *draw.Stream) error {
	for range r.Poisson(c.lambda) {
		value, cost := float64(topValue*r.Float64()), r.Float64()
		if value-float64(cost*c.wait)-min(fee+1, value) <= 0 {
			continue
		}
		tx := layer1.Tx{Sender: ledger.First, Gas: 21_000, MaxFee: layer1.Gwei(value), Tip: layer1.Gwei(min(1, value))}
		if _, err := chain.Submit(tx); err != nil {
			return err
		}
	}
	return nil
}

// orbit iterates the base fee under a demand of λ(1 − fee/M) in gas, M being 20
// gwei, where the target is T, and returns the lowest and highest fee of its end.
//
// Assumption: a block's demand is one transaction, and what finds no room is
// gone, as in the map of the paper.
func orbit(ratio float64, blocks int) (low, high float64, err error) {
	chain, err := feeChain(10, eighth)
	if err != nil {
		return 0, 0, err
	}
	s := draw.New(Seed)
	low = math.Inf(1)
	for tick := range uint32(blocks) {
		fee := chain.BaseFee().Gwei()
		if int(tick) >= blocks-16 {
			low, high = min(low, fee), max(high, fee)
		}
		if _, err := offer(chain, tick, s, ratio*targetGas*(1-fee/topValue), topValue); err != nil {
			return 0, 0, err
		}
	}
	return low, high, nil
}

// offer is a block in which somebody wants so much gas, or the limit if that is
// less, at up to a price in gwei. It returns the gas that got in; the rest is gone.
func offer(chain *layer1.Chain, tick uint32, s *draw.Stream, gas, highest float64) (used float64, err error) {
	if gas = min(gas, 2*targetGas); gas < 21_000 {
		chain.Step(tick, s)
		return 0, nil
	}
	id, err := chain.Submit(layer1.Tx{Sender: ledger.First, Gas: uint32(gas), MaxFee: layer1.Gwei(highest)})
	if err != nil {
		return 0, err
	}
	chain.Step(tick, s)
	if _, _, in := chain.Included(id); in {
		used = gas
	}
	return used, chain.Forget(id)
}

const orbitBlocks = 20_000

// flip is the ratio λ/T beyond which the base fee does not come to rest.
func flip() (float64, error) {
	stable, unstable, err := root.Bisect(10, 24, root.Arithmetic, root.Width(0.002), func(ratio float64) (bool, error) {
		low, high, err := orbit(ratio, orbitBlocks)
		return high-low > 1e-4*high, err
	})
	return root.Arithmetic(stable, unstable), err
}

func feeMarket(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{
		fmt.Sprintf("Chain without background demand or uncles, 21,000 gas a transaction, target 10 M, limit 20 M, base "+
			"fee from 1 gwei, premium 1; means over the last %d of %d blocks, replications are the sample.", crowdLast,
			crowdBlocks),
		"Deterministic rows: the chain fed with λ(1 − fee/20 gwei) of gas a block; the flip is found by bisection over λ/T.",
	}, Diagnosis: "the fee market's update or the order of the mempool is not EIP-1559's."}
	reps := s.pick(8, 64)
	var shown []path
	for i, c := range crowds {
		var fees, values []float64
		for rep := range reps {
			p, err := c.run(draw.Mix(s.Seed, uint64(i*1000+rep)))
			if err != nil {
				return nil, err
			}
			fees, values = append(fees, p.mean), append(values, p.value)
			if rep == 0 {
				shown = append(shown, p)
			}
			if err := s.step(ctx, i*reps+rep+1, len(crowds)*reps); err != nil {
				return nil, err
			}
		}
		name := fmt.Sprintf("λ = %g, w = %g", c.lambda, c.wait)
		out.Rows = append(out.Rows,
			relative("mean base fee, "+name+" (gwei)", c.fee, c.feeTol, stat.PairedT(fees, confidence), 3))
		if c.value > 0 {
			out.Rows = append(out.Rows,
				relative("mean value of the included, "+name+" (gwei)", c.value, 0.005, stat.PairedT(values, confidence), 3))
		}
	}
	for i, want := range firstFees {
		out.Rows = append(out.Rows, relative(fmt.Sprintf("base fee of block %d, λ = 2000 (gwei)", i+1), want, 0.002,
			exactValue(shown[2].fees[i]), 4))
	}
	if err := out.orbits(); err != nil {
		return nil, err
	}
	var err error
	out.Figure, err = feeFigure(shown)
	return out, err
}

// orbits adds the rows of deterministic demand.
func (o *Outcome) orbits() error {
	at, err := flip()
	if err != nil {
		return err
	}
	low, high, err := orbit(17.1, orbitBlocks)
	if err != nil {
		return err
	}
	o.Rows = append(o.Rows,
		relative("λ/T at which the fixed point flips", 17, 0.03, exactValue(at), 3),
		relative("two-cycle at λ/T = 17.1, low (gwei)", 17.72, 0.01, exactValue(low), 2),
		relative("two-cycle at λ/T = 17.1, high (gwei)", 19.82, 0.01, exactValue(high), 2))
	return nil
}

// feeFigure shows the paths of the base fee and where it ends up over demand.
func feeFigure(shown []path) (*figure.Figure, error) {
	paths := figure.Panel{Title: "a", Legend: true, XLabel: "Block (1)", YLabel: "Base fee (gwei)", ZeroLine: true}
	for i, c := range crowds {
		line := figure.Line{Name: fmt.Sprintf("λ = %g, w = %g", c.lambda, c.wait), Style: i}
		mean := figure.Line{Style: i}
		for k, fee := range shown[i].fees {
			line.X, line.Y = append(line.X, float64(k)), append(line.Y, fee)
		}
		mean.X, mean.Y = []float64{0, crowdBlocks - 1}, []float64{c.fee, c.fee}
		paths.Lines = append(paths.Lines, line, mean)
	}
	ends := figure.Panel{Title: "b", Legend: true, XLabel: "Demand over target, λ/T (1)",
		YLabel: "Base fee at the end (gwei)"}
	law := figure.Line{Name: "published: M(1 − T/λ)", Style: 3}
	low, high := figure.Line{Name: "lowest of an orbit", Points: true, Style: 1},
		figure.Line{Name: "highest of an orbit", Points: true, Style: 2}
	for step := range 41 {
		ratio := 10 + float64(float64(step)/4)
		a, b, err := orbit(ratio, orbitBlocks/4)
		if err != nil {
			return nil, err
		}
		law.X, law.Y = append(law.X, ratio), append(law.Y, topValue*(1-1/ratio))
		low.X, low.Y = append(low.X, ratio), append(low.Y, a)
		high.X, high.Y = append(high.X, ratio), append(high.Y, b)
	}
	ends.Lines = []figure.Line{law, low, high}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 75, Panels: []figure.Panel{paths, ends},
		Caption: "(a) Base fee of EIP-1559 over blocks when λ users a block arrive and send only if it is worth a wait of " +
			"w blocks; level lines are the published means. (b) Lowest and highest base fee of the last 16 blocks under " +
			"deterministic demand, over demand relative to the target: beyond λ/T = 17 the published fixed point is no " +
			"longer stable."}, nil
}
