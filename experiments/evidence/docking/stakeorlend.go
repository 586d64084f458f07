package docking

import (
	"context"
	"errors"
	"fmt"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/mechanisms/rollup"
)

var _ = register(Entry{
	Name: "stake-or-lend",
	Doc:  "The share of tokens that is staked when holders move to whichever of staking and lending pays more.",
	Source: "T. Chitra, “Competitive equilibria between staking and on-chain lending”, Cryptoeconomic Systems 1(1), " +
		"2021, for the question; the shares solve I/s = lend rate at use D/(1 − s) on the kinked curve of 7 % at 45 % with " +
		"a reserve of 20 %, and were not read in the paper",
	Code: "market/lending Pool.LendRateIf and mechanisms/rollup State.Stake",
	run:  stakeOrLend,
})

// yieldCase is a reward of so much of the supply a year for all stakers, and a
// demand for loans as a share of the supply.
type yieldCase struct{ reward, demand, staked float64 }

var yieldCases = []yieldCase{
	{0.005, 0.10, 0.610}, {0.01, 0.10, 0.704}, {0.02, 0.10, 0.778},
	{0.005, 0.05, 0.780}, {0.01, 0.05, 0.839}, {0.02, 0.05, 0.883},
}

const (
	yieldTolerance = 0.02
	yieldHolders   = 50
	yieldSupply    = 100_000_000 * ledger.Unit
	yieldBorrower  = ledger.First + yieldHolders
	yieldOwners    = int(yieldBorrower) + 3 // two more for a case that needs them
)

// yieldMarket is a staking contract and a lending pool over one ledger.
type yieldMarket struct {
	led  *ledger.Ledger
	pool *lending.Pool
	roll *rollup.State
	tick uint32
}

// open gives holders the supply, all of it lent, and a borrower what it wants.
func (c yieldCase) open() (*yieldMarket, error) {
	var rules lending.Params
	var contract rollup.Params
	param.Defaults(&rules)
	param.Defaults(&contract)
	rules.BorrowCap, contract.UnbondingDays, contract.ExtractableUSD = yieldSupply, 0, 0
	l := ledger.New(yieldOwners, 1)
	m := &yieldMarket{led: l, pool: lending.New(l, rules, yieldOwners, 13),
		roll: rollup.New(l, contract, yieldOwners, 6480)}
	for o := ledger.First; o < yieldBorrower; o++ {
		if err := l.Post(ledger.Transfer{Amount: yieldSupply / yieldHolders, To: o, Asset: ledger.Token}); err != nil {
			return nil, err
		}
		if err := m.pool.Deposit(o, yieldSupply/yieldHolders); err != nil {
			return nil, err
		}
	}
	if err := l.Post(ledger.Transfer{Amount: 10 * yieldSupply, To: yieldBorrower, Asset: ledger.Cash}); err != nil {
		return nil, err
	}
	return m, m.pool.Borrow(yieldBorrower, ledger.Amount(c.demand*float64(yieldSupply)), ledger.Unit)
}

// settle gives the share staked when a reward of fixed size is shared.
func (c yieldCase) settle() (float64, error) {
	m, err := c.open()
	if err != nil {
		return 0, err
	}
	yield := func(total ledger.Amount) float64 {
		return c.reward * float64(yieldSupply) / float64(max(total, 1))
	}
	if err := m.settle(yield); err != nil {
		return 0, err
	}
	return float64(m.roll.Public().Staked) / float64(yieldSupply), m.audit()
}

// settle lets every holder in turn move a slice to where it pays more after the move, until
// nobody moves. It then halves the slices, down to a hundred-thousandth of a holding. The yield of
// staking is a fraction a year by the total staked.
func (m *yieldMarket) settle(yield func(ledger.Amount) float64) error {
	for slice := yieldSupply / yieldHolders / 8; slice > yieldSupply/yieldHolders/100_000; slice /= 2 {
		for moved := true; moved; {
			moved = false
			for o := ledger.First; o < yieldBorrower; o++ {
				did, err := m.consider(o, slice, yield)
				if err != nil {
					return err
				}
				moved = moved || did
			}
		}
	}
	return nil
}

// consider moves a slice of one holder if that pays.
func (m *yieldMarket) consider(o ledger.Owner, slice ledger.Amount, yield func(ledger.Amount) float64) (moved bool,
	err error) {
	staked := m.roll.Public().Staked
	_, lend := m.pool.Rates()
	lends := slice <= m.pool.Claim(o) && slice <= m.led.Balance(ledger.Pool, ledger.Token, ledger.Free)
	switch {
	case lends && yield(staked+slice) > lend:
		if err := m.pool.Withdraw(o, slice); err != nil {
			return false, err
		}
		return true, m.roll.Stake(o, slice)
	case m.roll.Bonded(o) >= slice && m.pool.LendRateIf(slice) > yield(staked):
		if err := m.roll.Unstake(o, slice, m.tick); err != nil {
			return false, err
		}
		m.tick++
		m.roll.Mature(m.tick)
		return true, m.pool.Deposit(o, slice)
	}
	return false, nil
}

// audit checks the books of the ledger, the pool and the contract.
func (m *yieldMarket) audit() error {
	return errors.Join(m.led.Audit(), m.pool.Audit(), m.roll.Audit())
}

func stakeOrLend(ctx context.Context, s Scale) (*Outcome, error) {
	out := &Outcome{
		Notes: []string{fmt.Sprintf("%d holders of equal size, who begin with all tokens lent and move slices to what "+
			"pays more after the move, until nobody moves; unbonding takes no time. One borrower owes what is demanded. "+
			"No randomness.", yieldHolders)},
		Diagnosis: "the curve of the pool or the reserve is not the one of the target.",
	}
	for i, c := range yieldCases {
		got, err := c.settle()
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows,
			absolute(fmt.Sprintf("share staked, reward %g %% of supply, demand %g %%", 100*c.reward, 100*c.demand), c.staked,
				yieldTolerance, exactValue(got), 4))
		if err := s.step(ctx, i+1, len(yieldCases)); err != nil {
			return nil, err
		}
	}
	var err error
	out.Figure, err = yieldFigure()
	return out, err
}

// yieldFigure shows the share staked over the reward.
func yieldFigure() (*figure.Figure, error) {
	panel := figure.Panel{Legend: true, XLabel: "Reward a year (% of supply)", YLabel: "Share of tokens staked (1)"}
	for i, demand := range []float64{0.10, 0.05} {
		line := figure.Line{Name: fmt.Sprintf("demand for loans %g %%", 100*demand), Style: i}
		points := figure.Line{Name: fmt.Sprintf("target, %g %%", 100*demand), Points: true, Style: i}
		for tenth := 2; tenth <= 30; tenth += 2 {
			reward := float64(tenth) / 1000
			got, err := yieldCase{reward: reward, demand: demand}.settle()
			if err != nil {
				return nil, err
			}
			line.X, line.Y = append(line.X, 100*reward), append(line.Y, got)
		}
		for _, c := range yieldCases {
			if c.demand == demand {
				points.X, points.Y = append(points.X, 100*c.reward), append(points.Y, c.staked)
			}
		}
		panel.Lines = append(panel.Lines, line, points)
	}
	return &figure.Figure{Width: figure.SingleColumn, HeightMM: 80, Panels: []figure.Panel{panel},
		Caption: "Share of tokens staked when holders move to whichever of staking and lending pays more, over the reward " +
			"that all stakers share. Lines: the model's staking contract and lending pool; points: the share at which the two " +
			"yields are equal."}, nil
}
