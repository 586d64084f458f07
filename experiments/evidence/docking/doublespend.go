package docking

import (
	"context"
	"fmt"
	"math"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/stat"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
)

var _ = register(Entry{
	Name: "double-spend",
	Doc: "The odds that a branch mined in secret undoes a payment of n confirmations, and how long a majority " +
		"needs for it.",
	Source: "M. Rosenfeld, “Analysis of hashrate-based double spending”, arXiv 1402.2009, 2014, equation 1, of which C. " +
		"Grunspan and R. Pérez-Marco, “Double spend races”, 2017, prove the closed form I_4pq(n, ½); S. Nakamoto, " +
		"“Bitcoin”, 2008, section 11, for the printed odds that both correct; E. Budish, “The economic limits of Bitcoin " +
		"and the blockchain”, NBER 24717, 2018, revised 2022, for the duration of an attack by A times the honest hash " +
		"power behind e blocks of escrow. The odds and the durations were recomputed from the walk of two branches and not " +
		"read in the tables",
	Code: "mechanisms/layer1 Chain.Step under two Policies that refuse each other's branch, and Chain.SetPolicy " +
		"that ends one",
	run: doubleSpend,
})

// spendTolerance is the share by which odds and durations may be off.
const spendTolerance = 0.03

// hopeless is the chance to catch up at which an attacker gives up.
const hopeless = 1e-6

// The senders of the payment and of what replaces it.
const (
	payment     = ledger.First
	replacement = ledger.First + 1
)

// spendCase is an attacker with a share of all hash power against a payment
// that counts after a number of blocks. Rosenfeld's attacker has found one block
// before it pays; Budish's has not.
type spendCase struct {
	share  float64
	blocks int
	ahead  bool
	quick  int // trials of the quick form; the full form has ten times as many
}

var (
	oddsCases = []spendCase{
		{0.1, 2, true, 400_000}, {0.1, 3, true, 900_000}, {0.2, 2, true, 200_000}, {0.2, 4, true, 300_000},
		{0.2, 6, true, 450_000},
		{0.3, 2, true, 60_000}, {0.3, 5, true, 120_000}, {0.3, 10, true, 300_000}, {0.4, 6, true, 40_000},
	}
	timeCases = []spendCase{
		{ratio(1.25), 1 + 1, false, 200_000}, {ratio(1.25), 1 + 6, false, 40_000}, {ratio(1.5), 1 + 6, false, 20_000},
		{ratio(2), 1 + 1, false, 40_000}, {ratio(2), 1 + 6, false, 10_000},
	}
)

// ratio is the attacker's share of all hash power when it has times the power of the
// others.
func ratio(times float64) float64 { return times / (1 + times) }

// times is the hash power of the attacker over the hash power of the others.
func (c spendCase) times() float64 { return c.share / (1 - c.share) }

// found is the chance that the attacker finds m blocks while the others find as
// many as the payment waits for: C(m+n−1, m) p^n q^m.
func (c spendCase) found(m int) float64 {
	x := exact.Pow(1-c.share, float64(c.blocks))
	for i := 1; i <= m; i++ {
		x *= c.share * float64(c.blocks+i-1) / float64(i)
	}
	return x
}

// odds is Rosenfeld's chance of success for q < ½, 1 − Σ C(m+n−1, m)(p^n q^m −
// p^m q^n) over m ≤ n: behind by n − m the attacker catches up with (q/p)^(n−m).
func (c spendCase) odds() float64 {
	sum := 1.0
	for m := range c.blocks + 1 {
		sum -= float64(c.found(m) * (1 - exact.Pow(c.times(), float64(c.blocks-m))))
	}
	return sum
}

// duration is the expected length of Budish's attack for A > 1, in mean times
// between honest blocks: n until the payment counts and, since the lead then
// grows by A − 1 in a unit of time, E max(0, n + 1 − m)/(A − 1) until the
// attacker's branch is longer by one (Wald).
func (c spendCase) duration() float64 {
	behind := 0.0
	for m := range c.blocks + 1 {
		behind += float64(c.found(m) * float64(c.blocks+1-m))
	}
	return float64(c.blocks) + behind/(c.times()-1)
}

// open returns a chain on which the attacker builds on no block with the
// payment and all others on none with the replacement, so that neither branch
// is known to the other side.
func (c spendCase) open() (*layer1.Chain, error) {
	var rules layer1.Params
	param.Defaults(&rules)
	rules.MaxRaceBlocks = 1 << 14
	rules.HashShares, rules.UncleShare, rules.BackgroundIntervalSeconds = []float64{1, 0}, 0, 86400
	chain, err := layer1.New(rules, nil)
	if err != nil {
		return nil, err
	}
	for producer, refused := range []ledger.Owner{payment, replacement} {
		if err := chain.SetPolicy(producer,
			layer1.Policy{Refused: []ledger.Owner{refused}, RefuseInclusion: true, RefuseBuilding: true}); err != nil {
			return nil, err
		}
	}
	for _, sender := range []ledger.Owner{replacement, payment} {
		if _, err := chain.Submit(layer1.Tx{Sender: sender, Gas: 21_000, MaxFee: layer1.Gwei(10_000)}); err != nil {
			return nil, err
		}
		if sender == replacement && c.ahead {
			chain.Step(0, draw.New(Seed)) // The attacker has all hash power.
		}
	}
	return chain, chain.SetShares([]float64{c.share, 1 - c.share})
}

// attack runs a trial: whether the payment is undone, and how many blocks of all
// producers it takes. Once the payment counts and its own branch is longer, the
// attacker shows it, and the others build on it.
func (c spendCase) attack(chain *layer1.Chain, s *draw.Stream) (won bool, blocks int, err error) {
	limit := math.MaxInt
	if c.share < 0.5 {
		limit = int(exact.Log(hopeless)/exact.Log(c.times())) + 1
	}
	for tick := uint32(1); ; tick++ {
		chain.Step(tick, s)
		mine, _ := chain.Blocks(0)
		theirs, _ := chain.Blocks(1)
		if int(theirs) < c.blocks {
			continue
		}
		if mine > theirs {
			err = chain.SetPolicy(1, layer1.Policy{})
			chain.Step(tick+1, s)
			_, left := chain.Blocks(1)
			if left > 1 || chain.Height() <= mine {
				err = fmt.Errorf("%d blocks of others survive a longer branch of %d", left, mine)
			}
			return true, int(tick), err
		}
		if int(theirs)-int(mine) > limit {
			return false, int(tick), nil
		}
	}
}

// repeat gives the share of trials won, and the duration of each in mean times
// between honest blocks.
func (c spendCase) repeat(ctx context.Context, seed uint64, trials int) (odds stat.Interval, time stat.Interval,
	err error) {
	base, err := c.open()
	if err != nil {
		return odds, time, err
	}
	chain, s, won := new(layer1.Chain), draw.New(seed), 0
	lengths := make([]float64, trials)
	for i := range lengths {
		if i%10_000 == 0 && ctx.Err() != nil {
			return odds, time, ctx.Err()
		}
		chain.CopyFrom(base)
		s.Seed(draw.Mix(seed, uint64(i)))
		success, blocks, err := c.attack(chain, s)
		if err != nil {
			return odds, time, err
		}
		lengths[i] = float64(blocks) * (1 - c.share)
		if success {
			won++
		}
	}
	lo, hi := stat.Wilson(won, trials, confidence)
	return stat.Interval{Mean: float64(won) / float64(trials), Lo: lo, Hi: hi, N: trials},
		stat.PairedT(lengths, confidence), nil
}

// printedOdds are those that Nakamoto prints for a share of 0.3 and five blocks.
const printedOdds = 0.1773523

func doubleSpend(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{
		fmt.Sprintf("Two producers without uncles: the attacker builds on no block with the payment, the others on none "+
			"with what replaces it, until the payment counts and the attacker's branch is longer; then the others' refusal "+
			"ends, and every trial checks that they build on that branch. Attackers below one half have found a block before "+
			"they pay, and give up when their chance to catch up is below %g. Intervals: Wilson for odds, Student's "+
			"for durations.", hopeless),
		"Durations are in mean times between honest blocks, in which the attacker finds A: its gross cost is A times the " +
			"duration in block rewards. Nakamoto takes the attacker's progress for Poisson with its mean; the last row of the " +
			"odds is how much the printed number is too low by."},
		Diagnosis: "the longer branch does not win, or finds do not follow hash shares."}
	total := len(oddsCases) + len(timeCases)
	for i, c := range oddsCases {
		got, _, err := c.repeat(ctx, draw.Mix(s.Seed, uint64(i)), c.quick*s.pick(1, 10))
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows,
			relative(fmt.Sprintf("odds, share %g, n = %d", c.share, c.blocks), c.odds(), spendTolerance, got, 5))
		if err := s.step(ctx, i+1, total); err != nil {
			return nil, err
		}
	}
	for i, c := range oddsCases {
		if c.share == 0.3 && c.blocks == 5 {
			got := out.Rows[i].Got
			out.Rows = append(out.Rows,
				informative("odds, share 0.3, n = 5, over those that Nakamoto prints",
					stat.Interval{Mean: got.Mean / printedOdds, Lo: got.Lo / printedOdds, Hi: got.Hi / printedOdds, N: got.N}, 3))
		}
	}
	for i, c := range timeCases {
		_, got, err := c.repeat(ctx, draw.Mix(s.Seed, uint64(100+i)), c.quick*s.pick(1, 10))
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, relative(fmt.Sprintf("duration, A = %.4g, e = %d (blocks)", c.times(), c.blocks-1),
			c.duration(), spendTolerance, got, 2))
		if err := s.step(ctx, len(oddsCases)+i+1, total); err != nil {
			return nil, err
		}
	}
	out.Figure = spendFigure(out.Rows, s.Seed)
	return out, nil
}

// nakamoto is the chance that section 11 prints for q < ½: 1 − Σ P(k)(1 −
// (q/p)^(n−k)) with k Poisson with the mean n·q/p.
func (c spendCase) nakamoto() float64 {
	mean := float64(c.blocks) * c.times()
	sum, poisson := 1.0, exact.Exp(-mean)
	for k := range c.blocks + 1 {
		sum -= float64(poisson * (1 - exact.Pow(c.times(), float64(c.blocks-k))))
		poisson *= mean / float64(k+1)
	}
	return sum
}

// spendFigure shows odds over confirmations and durations over hash power.
func spendFigure(rows []Row, seed uint64) *figure.Figure {
	odds := figure.Panel{Title: "a", Legend: true, XLabel: "Confirmations n (1)", YLabel: "Odds of success (1)",
		YLog: true}
	for style, share := range []float64{0.1, 0.2, 0.3, 0.4} {
		exact := figure.Line{Name: fmt.Sprintf("share %g", share), Style: style}
		got := figure.Line{Points: true, Style: style}
		for n := 1; n <= 10; n++ {
			exact.X, exact.Y = append(exact.X, float64(n)), append(exact.Y, spendCase{share: share, blocks: n}.odds())
		}
		for i, c := range oddsCases {
			if c.share == share {
				got.X, got.Y = append(got.X, float64(c.blocks)), append(got.Y, rows[i].Got.Mean)
			}
		}
		odds.Lines = append(odds.Lines, exact, got)
	}
	printed := figure.Line{Name: "Nakamoto, share 0.1", Style: 4}
	for n := 1; n <= 10; n++ {
		printed.X, printed.Y = append(printed.X, float64(n)), append(printed.Y, spendCase{share: 0.1, blocks: n}.nakamoto())
	}
	odds.Lines = append(odds.Lines, printed)
	times := figure.Panel{Title: "b", Legend: true, XLabel: "Hash power of attacker over others, A (1)",
		YLabel: "Duration (blocks)", ZeroLine: true}
	for style, escrow := range []int{1, 6} {
		style += 5
		line := figure.Line{Name: fmt.Sprintf("e = %d", escrow), Style: style}
		got := figure.Line{Points: true, Style: style}
		for a := 1.1; a < 2.51; a += 0.05 {
			line.X, line.Y = append(line.X, a), append(line.Y, spendCase{share: ratio(a), blocks: 1 + escrow}.duration())
		}
		for i, c := range timeCases {
			if c.blocks == 1+escrow {
				got.X, got.Y = append(got.X, c.times()), append(got.Y, rows[len(oddsCases)+1+i].Got.Mean)
			}
		}
		times.Lines = append(times.Lines, line, got)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 80, Columns: 2, Panels: []figure.Panel{odds, times},
		Caption: fmt.Sprintf("Undoing a payment. (a) Odds by confirmations and hash share of the attacker: lines are "+
			"Rosenfeld's (2014), and Nakamoto's (2008) approximation for a share of 0.1. (b) Expected duration of a majority "+
			"attack behind e blocks of escrow, as in Budish (2018), over the attacker's hash power relative to the others'. "+
			"Points: the model's layer one, whose 95 %% intervals (Wilson for odds, Student's t for durations, %s attacks) "+
			"are narrower than the points. Master seed %d.", sampleSizes(rows), seed)}
}
