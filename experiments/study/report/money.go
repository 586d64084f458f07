package report

import (
	"fmt"
	"math"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
)

// micro is the unit in which sums are formed: whole micro-USD add up exactly.
const micro = 1e6

// amounts are the values of a money column as whole micro-USD.
func (c *Cell) amounts(column string) []int64 {
	values := c.Values(column)
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = int64(math.Round(v * micro))
	}
	return out
}

func inUSD(amounts []int64) []float64 {
	out := make([]float64, len(amounts))
	for i, a := range amounts {
		out[i] = float64(a) / micro
	}
	return out
}

// money is the cell of the mean of amounts with its interval.
func (s *Study) money(amounts []int64) table.Cell {
	e := estimateOf(inUSD(amounts), s.Level)
	return Interval(&e, usd)
}

func minus(a, b []int64) []int64 {
	out := make([]int64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

func plus(sum, x []int64) []int64 {
	if sum == nil {
		sum = make([]int64, len(x))
	}
	for i := range x {
		sum[i] += x[i]
	}
	return sum
}

// Channels is the money of the attacker by channel in one cell: in the attack,
// in the honest world, and the difference. The sums equal the net profits of
// every replication to the micro-USD, or it fails.
func Channels(s *Study, c *Cell) (*table.Table, error) {
	ci := " [" + level(s.Level) + " CI]"
	t := &table.Table{
		Name: "channels", Title: "Money by channel: " + c.label() + ", " + c.leader() + c.inWorld(),
		Columns: []table.Column{{Name: "Channel"}, {Name: "Attack" + ci, Unit: "USD"}, {Name: "Honest" + ci, Unit: "USD"},
			{Name: "Difference" + ci, Unit: "USD"}},
		Notes: []string{s.Sample() + ". " + intervals(s.Level) + ". Means over replications; the sum is formed in whole " +
			"micro-USD before averaging and equals the net profit of every replication. Channels in which nothing moved " +
			"are left out."},
	}
	var attack, honest []int64
	for _, d := range measure.Describe {
		a, h := c.amounts(column.Channel("attack", d.Name)), c.amounts(column.Channel("honest", d.Name))
		attack, honest = plus(attack, a), plus(honest, h)
		if !zero(a) || !zero(h) {
			t.Rows = append(t.Rows, []table.Cell{table.Text(d.Label), s.money(a), s.money(h), s.money(minus(a, h))})
		}
	}
	for i, w := range column.Worlds {
		sum := [...][]int64{attack, honest}[i]
		for rep, p := range c.amounts(column.Outcome(w, column.Profit)) {
			if p != sum[rep] {
				return nil, fmt.Errorf("report: %s: in row %d the channels of the %s world sum to %d micro-USD and its "+
					"profit is %d", c.ID, rep, w, sum[rep], p)
			}
		}
	}
	t.Rows = append(t.Rows, []table.Cell{table.Text("Net profit"), s.money(attack), s.money(honest),
		s.money(minus(attack, honest))})
	return t, nil
}

// zero tells whether every amount would be printed as zero: it is below half a cent.
func zero(amounts []int64) bool {
	for _, a := range amounts {
		if a > 5000 || a < -5000 {
			return false
		}
	}
	return true
}

// Harm is what each sector gained from the idle world to the attack world. It
// fails when the gains of a replication do not sum to zero.
func Harm(s *Study, c *Cell) (*table.Table, error) {
	t := &table.Table{
		Name: "harm", Title: "Who gained and who paid: " + c.label() + ", " + c.leader() + c.inWorld(),
		Columns: []table.Column{{Name: "Sector"},
			{Name: "Gain against the idle world [" + level(s.Level) + " CI]", Unit: "USD"}, {Name: "Members"}},
	}
	var sum []int64
	for _, sector := range measure.Sectors {
		x := c.amounts(column.Sector(sector.Name))
		sum = plus(sum, x)
		if zero(x) {
			continue
		}
		t.Rows = append(t.Rows, []table.Cell{table.Text(sector.Name), s.money(x), table.Text(sector.Doc)})
	}
	for rep, x := range sum {
		if x != 0 {
			return nil, fmt.Errorf("report: %s: in row %d the sectors' gains sum to %d micro-USD instead of zero", c.ID, rep, x)
		}
	}
	t.Rows = append(t.Rows, []table.Cell{table.Text("Sum"), s.money(sum), table.Text("Zero in every replication.")})
	for _, memo := range [...]struct{ name, column, doc string }{
		{"Memo: users' surplus", column.UserSurplus, "What users gained besides cash: the value of transactions after the " +
			"wait less their fees, and less what trapped balances lose."},
		{"Memo: deadweight loss", column.Deadweight, "Value that nobody has: transactions not served or late, and " +
			"trapped balances."},
	} {
		e := estimateOf(c.Values(memo.column), s.Level)
		t.Rows = append(t.Rows, []table.Cell{table.Text(memo.name), Interval(&e, usd), table.Text(memo.doc)})
	}
	residual := 0.0
	for _, v := range c.Values(column.Residual) {
		residual = max(residual, math.Abs(v))
	}
	t.Notes = []string{
		s.Sample() + ". " + intervals(s.Level) + ". Equity at each world's own last price; what income bought and was " +
			"consumed counts as owned. Sectors in which nothing moved are left out.",
		fmt.Sprintf("Zero-sum residual of the ledger: at most %g × 1e-12 USD in any replication.", residual),
	}
	return t, nil
}
