package paper

import (
	"context"
	"fmt"
	"strings"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/publish/menu"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

func tables() []Exhibit {
	return []Exhibit{
		{Name: "returns", Doc: "Return on the thread's own attack", table: returns},
		{Name: "channels", Doc: "Money of the attacker by channel", table: channels},
		{Name: "harm", Doc: "What each sector gained and lost", table: harm},
		{Name: "matrix", Doc: "Attacks by leader selection and remedy, those that gain most and least", table: matrixTable},
		{Name: "corruption", Doc: "Profit from corruption against cost of corruption", table: corruption},
		{Name: "break-even", Doc: "Capital at which an outbidding short seller breaks even", table: breakEvenTable},
		{Name: "levers-mechanisms", Doc: "Which attack has its lever under which leader selection", table: levers(0)},
		{Name: "levers-remedies", Doc: "Which remedy has something to act on under which leader selection", table: levers(1)},
		{Name: "levers-weapons", Doc: "Which attack finds what it needs under which remedy", table: levers(2)},
		{Name: "balance-sheet", Doc: "The balance-sheet matrix of the default world",
			table: checked("accounts", 0, "balance_sheet")},
		{Name: "flows", Doc: "The transaction-flow matrix of the default world",
			table: checked("accounts", 0, "transaction_flows")},
		{Name: "reconciliation", Doc: "From one balance sheet to the next", table: checked("accounts", 0, "reconciliation")},
		{Name: "facts", long: true, Doc: "The default world against real markets",
			table: checked("facts", 10, "check_facts")},
		{Name: "convergence", long: true, Doc: "Results against how finely the model is cut",
			table: checked("robustness", 2, "check_robustness")},
		{Name: "claims", long: true, Doc: "Verdicts on the claims of the thread",
			table: func(ctx context.Context, a *archive) (*table.Table, error) { return a.ledger(ctx) }},
		{Name: "docking", long: true, Doc: "Published numbers, reproduced", table: dockingTable},
		{Name: "parameters", long: true, Doc: "Parameters of the headline experiment with units, ranges and sources",
			table: parameters},
	}
}

func returns(ctx context.Context, a *archive) (*table.Table, error) {
	s, err := a.study(ctx, headline)
	if err != nil {
		return nil, err
	}
	return report.ROI(s), nil
}

func channels(ctx context.Context, a *archive) (*table.Table, error) {
	s, err := a.study(ctx, headline)
	if err != nil {
		return nil, err
	}
	return report.Channels(s, s.Cells[0])
}

func harm(ctx context.Context, a *archive) (*table.Table, error) {
	s, err := a.study(ctx, headline)
	if err != nil {
		return nil, err
	}
	return report.Harm(s, s.Cells[0])
}

func matrixTable(ctx context.Context, a *archive) (*table.Table, error) {
	s, err := a.study(ctx, matrix)
	if err != nil {
		return nil, err
	}
	return report.Returns(s), nil
}

// atHome lists the cells of the matrix in which an attack meets the leader selection and
// the remedy of its preset.
func atHome(s *report.Study) (list []*report.Summary) {
	for _, x := range s.Summaries() {
		if s.Apart(x.Cell.Attack) && s.InOneWorld(x.Cell) {
			continue
		}
		if m, r := question.Home(x.Cell.Attack, x.Cell.World); m == x.Cell.Mechanism && r == x.Cell.Remedy {
			list = append(list, x)
		}
	}
	return list
}

func corruption(ctx context.Context, a *archive) (*table.Table, error) {
	s, err := a.study(ctx, matrix)
	if err != nil {
		return nil, err
	}
	t := &table.Table{Name: "corruption", Title: "Profit from corruption against cost of corruption",
		Columns: []table.Column{{Name: "Attack"}, {Name: "Leader selection"}, {Name: "Remedy"},
			{Name: "PfC [95 % CI]", Unit: "USD"}, {Name: "CoC [95 % CI]", Unit: "USD"}, {Name: "PfC over CoC", Unit: "1"}}}
	for _, x := range atHome(s) {
		ratio := table.Empty("the attack costs nothing")
		if x.Cost.Mean > 0 {
			ratio = table.Number(x.Revenue.Mean/x.Cost.Mean, table.Format{Decimals: 2})
		}
		t.Rows = append(t.Rows, []table.Cell{table.Text(x.Cell.Attack), table.Text(x.Cell.Mechanism),
			table.Text(x.Cell.Remedy), amount(&x.Revenue), amount(&x.Cost), ratio})
	}
	t.Notes = []string{"Every attack at its own preset. Profit from corruption (PfC) is the sum of the channels in " +
		"which the attacker gained, cost of corruption (CoC) of those in which it lost, means over replications; the ratio " +
		"is that of the means. Net profit is their difference, from which neither drift nor an honest use is subtracted.",
		fmt.Sprintf("n = %d a row; intervals are Student's.%s", a.reps(matrix), a.stamp())}
	return t, nil
}

// amount is a mean of money with its interval.
func amount(e *report.Estimate) table.Cell {
	return table.Estimate(e.Mean, end(e.Lo), end(e.Hi), table.Money(0))
}

func breakEvenTable(ctx context.Context, a *archive) (*table.Table, error) {
	s, err := a.study(ctx, frontier)
	if err != nil {
		return nil, err
	}
	t := &table.Table{Name: "break_even", Title: "Break-even capital of an outbidding short seller",
		Columns: []table.Column{{Name: "Users leave at", Unit: "1", Align: table.Right}}}
	rows := frontierRows(s)
	for _, p := range rows[0].points {
		t.Columns = append(t.Columns, table.Column{Name: "Advantage at " + figure.Number(p.x.Mean/1e6, 2) + " M [95 % CI]",
			Unit: "thousand USD"})
	}
	t.Columns = append(t.Columns, table.Column{Name: "Break-even budget", Unit: "million USD", Align: table.Right})
	for _, r := range rows {
		row := []table.Cell{table.Text(r.users)}
		for _, p := range r.points {
			row = append(row, table.Estimate(p.y.Mean/1e3, p.y.Lo/1e3, p.y.Hi/1e3, table.Format{}))
		}
		row = append(row, crossing(r.points))
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{"Users leave at: the satisfaction at which half of those who review leave. Break-even: every " +
		"budget at which the mean advantage over the best honest use of its capital crosses zero, by linear interpolation " +
		"between the budgets tried, with the same seeds at all of them.",
		fmt.Sprintf("n = %d a cell; intervals are Student's.%s", a.reps(frontier), a.stamp())}
	return t, nil
}

// crossing lists where the means of points cross zero, in millions of x.
func crossing(points []point) table.Cell {
	var at []string
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if (a.y.Mean < 0) == (b.y.Mean < 0) {
			continue
		}
		x := a.x.Mean + (b.x.Mean-a.x.Mean)*a.y.Mean/(a.y.Mean-b.y.Mean)
		at = append(at, figure.Number(x/1e6, 2))
	}
	if len(at) == 0 {
		if points[0].y.Mean < 0 {
			return table.Text("none: a loss at all")
		}
		return table.Text("none: a gain at all")
	}
	return table.Text(strings.Join(at, ", "))
}

// levers is one of the tables of applicability.
func levers(which int) func(context.Context, *archive) (*table.Table, error) {
	return func(context.Context, *archive) (*table.Table, error) { return menu.Matrix()[which], nil }
}

// checked is a table of a check of the model.
func checked(name string, quickSeeds int, tableName string) func(context.Context, *archive) (*table.Table, error) {
	return func(ctx context.Context, a *archive) (*table.Table, error) {
		return a.check(ctx, name, quickSeeds, tableName)
	}
}

func dockingTable(ctx context.Context, a *archive) (*table.Table, error) {
	var outcomes []*docking.Outcome
	for _, e := range docking.All() {
		o, err := a.target(ctx, e)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	return docking.Table(docking.All(), outcomes), nil
}

func parameters(context.Context, *archive) (*table.Table, error) {
	w, err := headline.sweep(false)
	if err != nil {
		return nil, err
	}
	all := menu.Preset(w.Cells[0])
	return all[len(all)-1], nil
}
