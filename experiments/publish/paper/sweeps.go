package paper

import (
	"context"
	"fmt"
	"slices"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/report"
)

// ransomSpan leaves room beside the first and the last fee.
var ransomSpan = []float64{0.8, 200}

func ransomCurve(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, ransom)
	if err != nil {
		return nil, err
	}
	price := column.Parameter("attack_params.exit_fee_multiple")
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 66, Columns: 2,
		Panels: []figure.Panel{
			{Title: "a", XLabel: "Withdrawal fee over the common one (1)", YLabel: "Withdrawal fees (thousand USD)", XLog: true,
				XIncludes: ransomSpan, ZeroLine: true,
				Lines: []figure.Line{line("", 0, levels(s, price, column.Channel("attack", "withdrawal_fees")), 1, 1e-3)}},
			{Title: "b", XLabel: "Withdrawal fee over the common one (1)", YLabel: "Advantage (thousand USD)",
				XLog: true, XIncludes: ransomSpan, ZeroLine: true,
				Lines: []figure.Line{line("", 0, advantages(s), 1, 1e-3)}},
		},
		Caption: fmt.Sprintf("Withdrawals held to ransom after a takeover by slashing rivals: (a) what they bring, and (b) "+
			"the advantage over the best honest use of the capital, by the fee that the new owner of the blocks asks. "+
			"Error bars: 95 %% intervals of the mean (Student's t), n = %d a point, the same seeds everywhere.%s",
			a.reps(ransom), a.stamp())}, nil
}

// levels makes the points of a study over the values of its first axis.
func levels(s *report.Study, path, y string) (out []point) {
	for _, c := range s.Cells {
		out = append(out, point{exact(c, 0), c.Estimate(y)})
	}
	return out
}

// advantages makes the points of the headline over the values of a study's first axis.
func advantages(s *report.Study) (out []point) {
	for _, c := range s.Cells {
		out = append(out, point{exact(c, 0), c.Advantage()})
	}
	return out
}

// exact is the value of an axis in a cell.
func exact(c *report.Cell, axis int) (e report.Estimate) {
	e.Mean, e.N = c.Levels[axis].Number(), 1
	return e
}

func fakeCycles(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, cycles)
	if err != nil {
		return nil, err
	}
	number := column.Parameter("attack_params.cycles")
	span := []float64{0, float64(len(s.Cells)) + 1}
	at := func(y string, unit float64) []figure.Line {
		return []figure.Line{line("", 0, levels(s, number, y), 1, unit)}
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 60, Columns: 3,
			Panels: []figure.Panel{
				{Title: "a", XLabel: "Fake denials (1)", YLabel: "Net profit (thousand USD)", ZeroLine: true, XIncludes: span,
					Lines: at(column.Outcome("attack", column.Profit), 1e-3)},
				{Title: "b", XLabel: "Fake denials (1)", YLabel: "Advantage (thousand USD)", ZeroLine: true, XIncludes: span,
					Lines: []figure.Line{line("", 0, advantages(s), 1, 1e-3)}},
				{Title: "c", XLabel: "Fake denials (1)", YLabel: "Mean stake share (%)", ZeroLine: true, XIncludes: span,
					Lines: at(column.Outcome("attack", column.MeanStake), 100)},
			},
			Caption: fmt.Sprintf("Repeated fake denials of service: (a) net profit, (b) advantage over the best honest use of "+
				"the capital, and (c) the attacker's mean share of all stake, by the number of denials within 90 days. Error "+
				"bars: 95 %% intervals of the mean (Student's t), n = %d a point, the same seeds everywhere.%s", a.reps(cycles),
				a.stamp())},
		nil
}

func breakEvenMap(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, frontier)
	if err != nil {
		return nil, err
	}
	h := &figure.Heat{Label: "Advantage (thousand USD)"}
	for _, r := range slices.Backward(frontierRows(s)) {
		h.Rows = append(h.Rows, r.users)
		h.Told = append(h.Told, r.told)
		var z []float64
		for _, p := range r.points {
			if name := figure.Number(p.x.Mean/1e6, 2); !slices.Contains(h.Cols, name) {
				h.Cols = append(h.Cols, name)
			}
			z = append(z, p.y.Mean/1e3)
		}
		h.Z = append(h.Z, z)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 80,
		Panels: []figure.Panel{{XLabel: "Budget (million USD)", YLabel: "Satisfaction at which half of the users leave (1)",
			Heat: h}},
		Caption: fmt.Sprintf("Mean advantage of an outbidding short seller over the best honest use of its capital, by "+
			"budget and by how easily users leave. %s n = %d a cell, the same seeds everywhere; intervals (Student's t) and "+
			"crossings are in the table break-even.%s", s.ToldNote(), a.reps(frontier), a.stamp())}, nil
}

// frontierRow is the advantage over the budget at one satisfaction at which users leave.
type frontierRow struct {
	users  string
	points []point
	told   []bool // whether the advantage differs from zero
}

// frontierRows lists the rows of the frontier in the order of the axis.
func frontierRows(s *report.Study) (rows []frontierRow) {
	for _, x := range s.Summaries() {
		c := x.Cell
		users := c.Level(0)
		if len(rows) == 0 || rows[len(rows)-1].users != users {
			rows = append(rows, frontierRow{users: users})
		}
		r := &rows[len(rows)-1]
		r.points, r.told = append(r.points, point{exact(c, 1), c.Advantage()}), append(r.told, x.Told())
	}
	return rows
}
