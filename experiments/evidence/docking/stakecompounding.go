package docking

import (
	"context"
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "stake-compounding",
	Doc: "How far shares of stake wander when leaders stake what they earn, with constant and with geometric " +
		"rewards, and how often a minority ends with half.",
	Source: "G. Fanti, L. Kogan, S. Oh, K. Ruan, P. Viswanath, G. Wang, “Compounding of wealth in proof-of-stake " +
		"cryptocurrencies”, Financial Cryptography 2019, arXiv 1809.07468, for the urn and the geometric rewards that " +
		"spread shares least; I. Roşu, F. Saleh, “Evolution of shares in a proof-of-stake cryptocurrency”, Management " +
		"Science 67(2), 2021, for shares that stay the same on average. Variances and odds are those of the urn, " +
		"recomputed and not read in the papers",
	Code: "mechanisms/election pos.Elect and mechanisms/rollup State.Draw and State.Stake",
	run:  stakeCompounding,
})

const (
	compoundTolerance = 0.05
	compoundSlots     = 200
	compounder        = ledger.First // whose share is followed; two others have the rest in equal parts
	compoundStart     = 3e12         // micro-tokens staked at the start
)

// compoundCase is a share of the stake at the start, and rewards of all slots
// together over the stake at the start.
type compoundCase struct {
	share, rewards float64
	geometric      bool // rewards grow with the stake, else all are the same
	quick          int  // replications of the quick form; the full form has ten times as many
}

var compoundCases = []compoundCase{
	{1. / 3, 1, false, 10_000}, {1. / 3, 10, false, 10_000}, {1. / 3, 10, true, 10_000}, {1. / 3, 40, false, 10_000},
	{1. / 3, 40, true, 10_000},
}

// halfCase is a large minority that may end up with half.
var halfCase = compoundCase{0.4, 20, false, 20_000}

func (c compoundCase) String() string {
	kind := "constant"
	if c.geometric {
		kind = "geometric"
	}
	return fmt.Sprintf("%s rewards of %g times the stake", kind, c.rewards)
}

// staked is the stake after a number of slots over that at the start.
func (c compoundCase) staked(slot int) float64 {
	if c.geometric {
		return exact.Pow(1+c.rewards, float64(slot)/compoundSlots)
	}
	return 1 + c.rewards*float64(slot)/compoundSlots
}

// variance is the variance of the share after a number of slots over v(1−v), where v is the
// share at the start. A reward that is the fraction θ of the stake after it multiplies
// E v(1−v) by 1 − θ².
func (c compoundCase) variance(slots int) float64 {
	left := 1.0
	for t := 1; t <= slots; t++ {
		theta := 1 - c.staked(t-1)/c.staked(t)
		left *= 1 - float64(theta*theta)
	}
	return 1 - left
}

// majority is the chance to end with at least half: by Pólya's urn the number of
// slots led, out of all, is beta-binomial, the parameters being the stakes at the
// start in rewards.
func (c compoundCase) majority() float64 {
	unit := c.rewards / compoundSlots
	a, b := c.share/unit, (1-c.share)/unit
	beta := func(x, y float64) float64 {
		g := exact.LogGamma(x)
		h := exact.LogGamma(y)
		k := exact.LogGamma(x + y)
		return g + h - k
	}
	sum := 0.0
	for led := 0.0; led <= compoundSlots; led++ {
		if a+led < float64((a+b+compoundSlots)/2)-1e-9 {
			continue
		}
		ways := -exact.Log(compoundSlots+1) - beta(led+1, compoundSlots-led+1)
		sum += exact.Exp(ways + beta(a+led, b+compoundSlots-led) - beta(a, b))
	}
	return sum
}

// run gives the share after every slot, into shares if that is not nil, and at
// the end.
func (c compoundCase) run(seed uint64, shares []float64) (float64, error) {
	var rules rollup.Params
	param.Defaults(&rules)
	const owners = int(compounder) + 3
	l := ledger.New(owners, 1)
	roll := rollup.New(l, rules, owners, 6480)
	lottery, found := election.Find("pos")
	if !found {
		return 0, fmt.Errorf("no mechanism pos")
	}
	pos, s := lottery.New(new(election.Params)), draw.New(seed)
	stake := func(o ledger.Owner, a ledger.Amount) error {
		if err := l.Post(ledger.Transfer{Amount: a, To: o, Asset: ledger.Token}); err != nil {
			return err
		}
		return roll.Stake(o, a)
	}
	for i, part := range []float64{c.share, (1 - c.share) / 2, (1 - c.share) / 2} {
		if err := stake(compounder+ledger.Owner(i), ledger.Amount(part*compoundStart)); err != nil {
			return 0, err
		}
	}
	share := func() float64 { return float64(roll.Bonded(compounder)) / float64(roll.Public().Staked) }
	for slot := range compoundSlots {
		leader := pos.Elect(roll, s.At(draw.Lottery, 0, uint32(slot)))
		roll.Open(leader)
		if err := stake(leader.Staker, ledger.Amount((c.staked(slot+1)-c.staked(slot))*compoundStart)); err != nil {
			return 0, err
		}
		if shares != nil {
			shares[slot] = share()
		}
	}
	return share(), nil
}

// repeat applies a measure to the share at the end of every replication.
func (c compoundCase) repeat(ctx context.Context, seed uint64, replications int,
	measure func(share float64) float64) (stat.Interval, error) {
	x := make([]float64, replications)
	for i := range x {
		if i%1000 == 0 && ctx.Err() != nil {
			return stat.Interval{}, ctx.Err()
		}
		share, err := c.run(draw.Mix(seed, uint64(i)), nil)
		if err != nil {
			return stat.Interval{}, err
		}
		x[i] = measure(share)
	}
	return stat.PairedT(x, confidence), nil
}

func stakeCompounding(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{
		fmt.Sprintf("Three stakers, of whom one is followed; the lottery elects the leader of each of %d slots, who stakes "+
			"its reward at once. Imposed are the rewards, as new tokens. Variances are over v(1−v), so that 1 is "+
			"all or nothing.", compoundSlots)},
		Diagnosis: "leaders do not follow stakes, or a reward does not count in the lottery of the next slot."}
	total := len(compoundCases) + 1
	for i, c := range compoundCases {
		got, err := c.repeat(ctx, draw.Mix(s.Seed, uint64(i)), c.quick*s.pick(1, 10), func(share float64) float64 {
			return (share - c.share) * (share - c.share) / (c.share * (1 - c.share))
		})
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows,
			relative("variance of the share, "+c.String(), c.variance(compoundSlots), compoundTolerance, got, 5))
		if err := s.step(ctx, i+1, total); err != nil {
			return nil, err
		}
	}
	var mean stat.Interval
	got, err := halfCase.repeat(ctx, draw.Mix(s.Seed, 100), halfCase.quick*s.pick(1, 10), func(share float64) float64 {
		if share >= 0.5-1e-9 {
			return 1
		}
		return 0
	})
	if err == nil {
		mean, err = halfCase.repeat(ctx, draw.Mix(s.Seed, 101), halfCase.quick/4*s.pick(1, 10),
			func(share float64) float64 { return share })
	}
	if err != nil {
		return nil, err
	}
	out.Rows = append(out.Rows,
		relative(fmt.Sprintf("odds to end with half, share %g, %s", halfCase.share, halfCase), halfCase.majority(),
			compoundTolerance, got, 4),
		relative(fmt.Sprintf("mean share, share %g, %s", halfCase.share, halfCase), halfCase.share,
			compoundTolerance, mean, 4))
	if err := s.step(ctx, total, total); err != nil {
		return nil, err
	}
	out.Figure, err = compoundFigure(s)
	return out, err
}

// compoundFigure shows the spread of shares over slots.
func compoundFigure(s Scale) (*figure.Figure, error) {
	const replications, every = 5000, 20
	panel := figure.Panel{Legend: true, XLabel: "Slot (1)", YLabel: "Variance of the share over v(1−v) (1)",
		ZeroLine: true}
	for style, c := range []compoundCase{compoundCases[1], compoundCases[2], compoundCases[0]} {
		law := figure.Line{Name: c.String(), Style: style}
		got := figure.Line{Points: true, Style: style}
		spread := make([][]float64, compoundSlots)
		shares := make([]float64, compoundSlots)
		for i := range replications {
			if _, err := c.run(draw.Mix(draw.Mix(s.Seed, uint64(200+style)), uint64(i)), shares); err != nil {
				return nil, err
			}
			for t, x := range shares {
				spread[t] = append(spread[t], (x-c.share)*(x-c.share)/(c.share*(1-c.share)))
			}
		}
		for t := every; t <= compoundSlots; t += every {
			x := stat.PairedT(spread[t-1], confidence)
			law.X, law.Y = append(law.X, float64(t)), append(law.Y, c.variance(t))
			got.X, got.Y, got.Lo, got.Hi = append(got.X, float64(t)), append(got.Y, x.Mean), append(got.Lo, x.Lo),
				append(got.Hi, x.Hi)
		}
		panel.Lines = append(panel.Lines, law, got)
	}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 85, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Variance of the share of a staker who starts with a third when all leaders stake what they "+
			"earn, over slots. Lines: Pólya's urn and its like with growing rewards; points: the model's lottery, with 95 %% "+
			"intervals (Student's t over %s replications, the same for all points of a line). Master seed %d.",
			thousands(replications), s.Seed)}, nil
}
