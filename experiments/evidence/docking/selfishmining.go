package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/stat"
	"stakeout/mechanisms/layer1"
)

var _ = register(Entry{
	Name: "selfish-mining",
	Doc: "The share of blocks that a withholding pool of hash share α gets when a share γ of the others builds on " +
		"its block in a tie.",
	Source: "I. Eyal, E. G. Sirer, “Majority is not enough: Bitcoin mining is vulnerable”, Financial Cryptography " +
		"2014, equation 8",
	Code: "mechanisms/layer1 Chain.Step under a Policy that withholds",
	run:  selfishMining,
})

const (
	selfishTolerance = 0.001
	selfishBlocks    = 10_000_000
	selfishBatches   = 100
)

// revenue is the published share of blocks.
func revenue(alpha, gamma float64) float64 {
	a2 := alpha * alpha
	q := 1 - alpha
	return (float64(alpha*q*q*(float64(4*alpha)+float64(gamma*(1-float64(2*alpha))))) - float64(a2*alpha)) /
		(1 - float64(alpha*(1+float64((2-alpha)*alpha))))
}

var selfishCases = []struct{ alpha, gamma float64 }{{1.0 / 3, 0}, {0.4, 0.5}, {0.25, 1}}

// poolShare runs one chain and takes batches of blocks as replications.
func poolShare(ctx context.Context, alpha, gamma float64, seed uint64) (stat.Interval, error) {
	c, err := race(alpha, layer1.Policy{Withhold: true, Gamma: gamma})
	if err != nil {
		return stat.Interval{}, err
	}
	s, tick := draw.New(seed), uint32(0)
	var x []float64
	for range selfishBatches {
		_, mine := c.Blocks(0)
		height := c.Height()
		for range selfishBlocks / selfishBatches {
			c.Step(tick, s)
			tick++
		}
		_, after := c.Blocks(0)
		x = append(x, float64(after-mine)/float64(c.Height()-height))
		if ctx.Err() != nil {
			return stat.Interval{}, ctx.Err()
		}
	}
	return stat.PairedT(x, confidence), nil
}

func selfishMining(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{fmt.Sprintf("Two producers, the first of which withholds; %s blocks found, in %d "+
		"batches whose shares are taken as replications. Quick and full form are the same.", thousands(selfishBlocks),
		selfishBatches)},
		Diagnosis: "a batch ends in the middle of a race, which moves a few blocks between neighbouring batches and " +
			"nothing in the mean."}
	for i, c := range selfishCases {
		got, err := poolShare(ctx, c.alpha, c.gamma, draw.Mix(s.Seed, uint64(i)))
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows,
			absolute(fmt.Sprintf("share of blocks, α = %.4g, γ = %g", c.alpha, c.gamma), revenue(c.alpha, c.gamma),
				selfishTolerance, got, 5))
		if err := s.step(ctx, i+1, len(selfishCases)); err != nil {
			return nil, err
		}
	}
	out.Figure = selfishFigure(out.Rows, s.Seed)
	return out, nil
}

func selfishFigure(rows []Row, seed uint64) *figure.Figure {
	panel := figure.Panel{Legend: true, XLabel: "Hash share α (1)", YLabel: "Share of blocks (1)"}
	fair := figure.Line{Name: "honest", Style: 3}
	for i, gamma := range []float64{0, 0.5, 1} {
		line := figure.Line{Name: fmt.Sprintf("γ = %g", gamma), Style: i}
		for a := 0.02; a < 0.46; a += 0.01 {
			line.X, line.Y = append(line.X, a), append(line.Y, revenue(a, gamma))
		}
		panel.Lines = append(panel.Lines, line)
		fair.X, fair.Y = line.X, line.X
	}
	got := figure.Line{Name: "model's chain", Points: true, Style: 4}
	for i, c := range selfishCases {
		got.X, got.Y = append(got.X, c.alpha), append(got.Y, rows[i].Got.Mean)
	}
	panel.Lines = append(panel.Lines, fair, got)
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 80, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Share of blocks of a withholding pool over its hash share. Lines: equation 8 of Eyal and "+
			"Sirer (2014); points: %s blocks each on the model's layer one, whose 95 %% intervals (Student's t over %d "+
			"batches) are narrower than the points. Master seed %d.", thousands(selfishBlocks), selfishBatches, seed)}
}
