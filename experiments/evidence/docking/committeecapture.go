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
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "committee-capture",
	Doc:  "The odds that a committee drawn by stake gives an attacker a third, a half or two thirds of its seats.",
	Source: "V. Buterin, “On sharding blockchains” (sharding FAQ), 2017, for at least half of N seats; C.-C. Liang, " +
		"“Minimum committee size explained”, 2019, for two thirds of 111 seats at a third of the stake, 2^−40; M. Castro, " +
		"B. Liskov, “Practical Byzantine fault tolerance”, OSDI 1999, for the third that halts. All are tails of the " +
		"binomial, from which the odds were recomputed; the tables of the FAQ were not read in it",
	Code: "mechanisms/election committee.Elect (bft-committee) and mechanisms/rollup State.Draw",
	run:  committeeCapture,
})

const (
	// captureTolerance is the share by which odds may be off.
	captureTolerance = 0.05
	// bitsTolerance is the tolerance in log₂ of odds that are published as a power of two.
	bitsTolerance = 0.5
	stakers       = 120 // of equal stake, the first of which are the attacker's
)

// captureCase is an attacker's share of stake before a committee. Odds are of at
// least need of its seats. Where they are small, committees are drawn with the
// larger share drawn, and each counts with its likelihood ratio
// (share/drawn)^a ((1−share)/(1−drawn))^(seats−a), a being the attacker's seats.
type captureCase struct {
	seats, need  int
	share, drawn float64
	quick        int // committees of the quick form; the full form has ten times as many
}

// The shares drawn are multiples of one over the number of stakers.
var captureCases = []captureCase{
	{50, 25, 0.4, 0.4, 60_000}, {50, 25, 1. / 3, 0.5, 20_000}, {100, 50, 0.4, 0.5, 20_000},
	{150, 75, 1. / 3, 0.5, 20_000}, {150, 75, 0.25, 0.5, 40_000},
}

// quorumCase is the case of the smallest committee.
var quorumCase = captureCase{111, 74, 1. / 3, 2. / 3, 40_000}

// haltCases are committees of the model's default size. The attacker signs only its own
// blocks in them.
var haltCases = []captureCase{{48, 16, 0.25, 0.25, 60_000}, {48, 16, 0.3, 0.3, 20_000},
	{48, 16, 1. / 3, 1. / 3, 10_000}}

// odds is the binomial tail.
func (c captureCase) odds() float64 {
	sum := 0.0
	for a := c.need; a <= c.seats; a++ {
		x := 1.0
		for i := 1; i <= a; i++ {
			x *= c.share * float64(c.seats-a+i) / float64(i)
		}
		sum += float64(x * exact.Pow(1-c.share, float64(c.seats-a)))
	}
	return sum
}

// ratio is the likelihood ratio of a committee in which the attacker has a seats.
func (c captureCase) ratio(a int) float64 {
	return exact.Pow(c.share/c.drawn, float64(a)) * exact.Pow((1-c.share)/(1-c.drawn), float64(c.seats-a))
}

// chamber is a rollup led by a committee.
type chamber struct {
	roll  *rollup.State
	elect election.Mechanism
	draws *draw.Stream
	mine  ledger.Owner // the attacker's stakers are those below
	slot  uint32
}

// open gives everybody the same stake; a committee sits for one slot a seat.
func (c captureCase) open(seed uint64) (*chamber, error) {
	var rules rollup.Params
	param.Defaults(&rules)
	owners := int(ledger.First) + stakers
	l := ledger.New(owners, 1)
	m := &chamber{roll: rollup.New(l, rules, owners, float64(c.seats*rules.BlocksPerSlot)), draws: draw.New(seed),
		mine: ledger.First + ledger.Owner(math.Round(c.drawn*stakers))}
	entry, found := election.Find("bft-committee")
	if !found {
		return nil, fmt.Errorf("no mechanism bft-committee")
	}
	m.elect = entry.New(&election.Params{Committee: election.CommitteeParams{Seats: c.seats, Days: 1}})
	for o := ledger.First; int(o) < owners; o++ {
		if err := l.Post(ledger.Transfer{Amount: rules.MinStake, To: o, Asset: ledger.Token}); err != nil {
			return nil, err
		}
		if err := m.roll.Stake(o, rules.MinStake); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// sit opens the slots of one committee, and counts those that the attacker leads
// and those that nobody leads.
func (m *chamber) sit(seats int) (mine, vacant int) {
	for range seats {
		leader := m.elect.Elect(m.roll, m.draws.At(draw.Lottery, 0, m.slot))
		m.roll.Open(leader)
		m.slot++
		switch {
		case leader.Staker == ledger.Outside:
			vacant++
		case leader.Staker < m.mine:
			mine++
		}
	}
	return mine, vacant
}

// captured gives the odds of capture from committees that are not halted. Seats propose in
// turn, so the slots that each operator led show its number of seats.
func (c captureCase) captured(ctx context.Context, seed uint64, committees int) (stat.Interval, error) {
	m, err := c.open(seed)
	if err != nil {
		return stat.Interval{}, err
	}
	x := make([]float64, committees)
	for i := range x {
		if i%1000 == 0 && ctx.Err() != nil {
			return stat.Interval{}, ctx.Err()
		}
		mine, vacant := m.sit(c.seats)
		if vacant > 0 {
			return stat.Interval{}, fmt.Errorf("%d of %d slots without a leader", vacant, c.seats)
		}
		if mine >= c.need {
			x[i] = c.ratio(mine)
		}
	}
	return stat.PairedT(x, confidence), nil
}

// halted gives the share of committees in which the attacker, who signs only
// what it proposes, keeps all others from leading.
func (c captureCase) halted(ctx context.Context, seed uint64, committees int) (stat.Interval, error) {
	m, err := c.open(seed)
	if err != nil {
		return stat.Interval{}, err
	}
	for o := ledger.First; o < m.mine; o++ {
		if !m.roll.Delegate(o, ledger.First) {
			return stat.Interval{}, fmt.Errorf("staker %d cannot delegate", o)
		}
	}
	m.roll.SetPolicy(ledger.First, rollup.Policy{Veto: true})
	halts := 0
	for i := range committees {
		if i%1000 == 0 && ctx.Err() != nil {
			return stat.Interval{}, ctx.Err()
		}
		switch mine, vacant := m.sit(c.seats); {
		case mine+vacant == c.seats && vacant > 0:
			halts++
		case vacant > 0:
			return stat.Interval{}, fmt.Errorf("%d of %d seats cannot lead, others can", vacant, c.seats)
		}
	}
	lo, hi := stat.Wilson(halts, committees, confidence)
	return stat.Interval{Mean: float64(halts) / float64(committees), Lo: lo, Hi: hi, N: committees}, nil
}

// inBits is log₂ of an interval of odds.
func inBits(x stat.Interval) stat.Interval {
	return stat.Interval{Mean: exact.Log2(x.Mean), Lo: exact.Log2(x.Lo), Hi: exact.Log2(x.Hi), N: x.N}
}

func (c captureCase) String() string {
	return fmt.Sprintf("%d of %d seats, share %.4g", c.need, c.seats, c.share)
}

// row prints odds below a thousandth as powers of two.
func (c captureCase) row(got stat.Interval) Row {
	if want := c.odds(); want > 1e-3 {
		return relative("odds of "+c.String(), want, captureTolerance, got, 5)
	}
	return absolute("log₂ of the odds of "+c.String(), exact.Log2(c.odds()),
		math.Round(1000*exact.Log2(1+captureTolerance))/1000, inBits(got), 3)
}

func committeeCapture(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{Notes: []string{
		fmt.Sprintf("%d stakers of equal stake, the first of which are the attacker's; seats are drawn with replacement "+
			"and propose in turn, so the slots that the attacker leads in an epoch are its seats. The tolerance of "+
			"odds is %g %%.", stakers, 100*captureTolerance),
		"Where the odds are small, committees are drawn with half of the stake (two thirds for 111 seats) and weighed by " +
			"the likelihood ratio. A committee is halted when the attacker, who signs only its own blocks, keeps all others " +
			"from leading. Intervals: Student's, Wilson for halts."},
		Diagnosis: "seats do not follow stake independently, or the quorum is not more than two thirds."}
	total, done := len(captureCases)+1+len(haltCases), 0
	add := func(c captureCase, measure func(context.Context, uint64, int) (stat.Interval, error),
		row func(stat.Interval) Row) error {
		got, err := measure(ctx, draw.Mix(s.Seed, uint64(done)), c.quick*s.pick(1, 10))
		if err != nil {
			return err
		}
		out.Rows = append(out.Rows, row(got))
		done++
		return s.step(ctx, done, total)
	}
	for _, c := range captureCases {
		if err := add(c, c.captured, c.row); err != nil {
			return nil, err
		}
	}
	if err := add(quorumCase, quorumCase.captured, func(got stat.Interval) Row {
		return absolute("log₂ of the odds of "+quorumCase.String(), -40, bitsTolerance, inBits(got), 2)
	}); err != nil {
		return nil, err
	}
	for _, c := range haltCases {
		if err := add(c, c.halted, func(got stat.Interval) Row {
			return relative(fmt.Sprintf("odds of a halt, %d seats, share %.4g", c.seats, c.share), c.odds(),
				captureTolerance, got, 5)
		}); err != nil {
			return nil, err
		}
	}
	out.Figure = captureFigure(out.Rows, s.Seed)
	return out, nil
}

// captureFigure shows odds over the attacker's share of stake.
func captureFigure(rows []Row, seed uint64) *figure.Figure {
	panel := figure.Panel{Legend: true, XLabel: "Attacker's share of stake (1)", YLabel: "Odds (1)", YLog: true}
	all := append(append(append([]captureCase(nil), captureCases...), quorumCase), haltCases...)
	for style, c := range []captureCase{{seats: 48, need: 16}, {seats: 50, need: 25}, {seats: 100, need: 50},
		{seats: 150, need: 75}, {seats: 111, need: 74}} {
		law := figure.Line{Name: fmt.Sprintf("%d of %d", c.need, c.seats), Style: style}
		got := figure.Line{Points: true, Style: style}
		for c.share = 0.18; c.share < 0.455; c.share += 0.01 {
			if y := c.odds(); y > 1e-14 {
				law.X, law.Y = append(law.X, c.share), append(law.Y, y)
			}
		}
		for i, k := range all {
			if k.seats == c.seats {
				y := rows[i].Got.Mean
				if y < 0 {
					y = exact.Pow2(y)
				}
				got.X, got.Y = append(got.X, k.share), append(got.Y, y)
			}
		}
		panel.Lines = append(panel.Lines, law, got)
	}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 90, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Odds that a committee drawn by stake gives an attacker so many of its seats: 16 of 48 halt "+
			"it, 74 of 111 are a quorum. Lines: tails of the binomial; points: committees of the model, whose 95 %% intervals "+
			"(Student's t, Wilson for halts, %s committees) are narrower than the points. Master seed %d.",
			sampleSizes(rows), seed)}
}
