package paper

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments"
	"stakeout/experiments/docking"
	"stakeout/experiments/param"
	"stakeout/experiments/report"
	"stakeout/experiments/report/figure"
	"stakeout/experiments/report/table"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
	"stakeout/mechanisms/layer1"
)

func figures() []Exhibit {
	return []Exhibit{
		{Name: "price-under-attack", Doc: "Price, service and users under attack against the twins", figure: priceUnderAttack},
		{Name: "money-by-channel", Doc: "Where the attacker's money comes from and goes", figure: moneyByChannel},
		{Name: "attack-matrix", Doc: "Excess of every attack by leader selection and by remedy", figure: attackMatrix},
		{Name: "roi-by-stake", Doc: "Return of every attack over the stake that it holds", figure: roiByStake},
		{Name: "price-sign", Doc: "Sign of the price move over withheld slots and loyalty of users", figure: priceSign},
		{Name: "throughput", Doc: "Throughput lost over the share of empty slots", figure: throughput},
		{Name: "trapped", Doc: "Who cannot leave, by balance, price of gas and remedy", figure: trapped},
		{Name: "cost-of-moving", Doc: "Cost of a user who leaves or moves, by route", figure: costOfMoving},
		{Name: "ransom", Doc: "Revenue from withdrawals over their price after a takeover", figure: ransomCurve},
		{Name: "fake-dos-cycles", Doc: "Profit over the number of fake denials of service, and the stake behind it", figure: fakeCycles},
		{Name: "break-even", Doc: "Where the excess of a short operator turns its sign", figure: breakEvenMap},
		{Name: "stylised-facts", Doc: "Dependence of returns, and the book after a sweep", figure: stylisedFacts},
	}
}

func priceUnderAttack(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, headline)
	if err != nil {
		return nil, err
	}
	w, err := headline.sweep(a.Quick)
	if err != nil {
		return nil, err
	}
	paths, err := report.LoadPaths(a.folder(headline, w))
	if err != nil {
		return nil, err
	}
	c := s.Cells[0]
	return report.PriceFigure(s, c, paths[c.ID], w.Cells[0].Marks()), nil
}

func moneyByChannel(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, headline)
	if err != nil {
		return nil, err
	}
	return report.ChannelsFigure(s, s.Cells[0]), nil
}

func attackMatrix(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, matrix)
	if err != nil {
		return nil, err
	}
	return report.MatrixFigure(s), nil
}

// point is an estimate over another one.
type point struct{ x, y report.Estimate }

// curve is the points of a study's cells in the order of x.
func curve(s *report.Study, x, y string) (out []point) {
	for _, c := range s.Cells {
		out = append(out, point{c.Estimate(x), c.Estimate(y)})
	}
	byX(out)
	return out
}

// line draws points in other units; what has no estimate is left out.
func line(name string, style int, points []point, xUnit, yUnit float64) figure.Line {
	l := figure.Line{Name: name, Style: style}
	for _, p := range points {
		if p.x.N == 0 || p.y.N == 0 {
			continue
		}
		l.X, l.Y = append(l.X, p.x.Mean*xUnit), append(l.Y, p.y.Mean*yUnit)
		l.Lo, l.Hi = append(l.Lo, end(p.y.Lo*yUnit)), append(l.Hi, end(p.y.Hi*yUnit))
	}
	return l
}

// end is the end of an interval as a figure takes it: one replication has none.
func end(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// excessROI is the excess over capital at risk, by peak share of stake.
func excessROI(s *report.Study) (out []point) {
	for _, c := range s.Cells {
		excess, capital := c.Values(report.Excess), c.Values(report.OutcomeColumn("attack", "capital_at_risk_usd"))
		ratio := make([]float64, len(excess))
		for i := range ratio {
			ratio[i] = math.NaN()
			if capital[i] > 0 {
				ratio[i] = excess[i] / capital[i]
			}
		}
		out = append(out, point{c.Estimate(report.OutcomeColumn("attack", "peak_stake_share")), report.EstimateOf(ratio)})
	}
	byX(out)
	return out
}

func byX(points []point) {
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.x.Mean, b.x.Mean) })
}

// staked is the least peak share of stake with which an attack counts as one by stake.
const staked = 0.001

func roiByStake(ctx context.Context, a *archive) (*figure.Figure, error) {
	list, err := budgets()
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{Width: figure.DoubleColumn, Columns: 3}
	var without []string
	for _, e := range list {
		s, err := a.study(ctx, e)
		if err != nil {
			return nil, err
		}
		points := excessROI(s)
		if points[len(points)-1].x.Mean < staked {
			without = append(without, e.preset)
			continue
		}
		f.Panels = append(f.Panels, figure.Panel{Title: e.preset, XLabel: "Peak stake share (%)", YLabel: "Excess ROI (%)", ZeroLine: true, XIncludes: []float64{0, 105 * points[len(points)-1].x.Mean}, Lines: []figure.Line{line("", 1, points, 100, 100)}})
	}
	f.HeightMM = min(figure.TallestMM, 46*math.Ceil(float64(len(f.Panels))/3))
	f.Caption = fmt.Sprintf("Return of every attack that holds stake, over the largest share of all stake that it held: profit less that of the honest use of the same capital, over capital at risk, which leaves out the drift of the token that both have; the return itself is in the data of the runs. Each point is another budget, from %g to %g times that of the preset. "+
		"Error bars: 95 %% intervals of the mean (Student's t), n = %d a point, the same seeds everywhere. Without stake: %s.%s",
		multiplesOf(a)[0], multiplesOf(a)[len(multiplesOf(a))-1], a.reps(list[0]), strings.Join(without, ", "), a.stamp())
	return f, nil
}

func multiplesOf(a *archive) []float64 {
	if a.Quick {
		return quickBudgets
	}
	return fullBudgets
}

func priceSign(ctx context.Context, a *archive) (*figure.Figure, error) {
	t, err := a.check(ctx, "sign", 4, "check_sign_grid")
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{Width: figure.DoubleColumn, HeightMM: 62, Columns: 2}
	for i, days := range []string{"3 d", "14 d"} {
		h, err := heatOf(t, "Withheld", "Loyalty", "Effect, "+days, 100, 0)
		if err != nil {
			return nil, err
		}
		h.Label = "100 × ln price ratio (%)"
		f.Panels = append(f.Panels, figure.Panel{Title: string(rune('a' + i)), XLabel: "Slots withheld (%)", YLabel: "Loyalty of users (1)", Heat: h})
	}
	f.Caption = "What empty blocks do to the price, against the same world with honest blocks: (a) three and (b) fourteen days after they begin, by the share of slots withheld and the satisfaction at which half of the users leave (captive users never do). Means; intervals and adjusted signs are in the table of the check. " + strings.Join(t.Notes, " ") + a.stamp()
	return f, nil
}

// heatOf arranges a table of a check as a map: the column z over the texts of the
// columns x and y, both in the order of the table.
func heatOf(t *table.Table, x, y, z string, unit float64, decimals int) (*figure.Heat, error) {
	col := map[string]int{}
	for i, c := range t.Columns {
		col[c.Name] = i
	}
	for _, name := range []string{x, y, z} {
		if _, ok := col[name]; !ok {
			return nil, fmt.Errorf("the table %s has no column %q", t.Name, name)
		}
	}
	h := &figure.Heat{Decimals: decimals}
	for _, row := range t.Rows {
		if name := row[col[x]].String(); !slices.Contains(h.Cols, name) {
			h.Cols = append(h.Cols, name)
		}
		if name := row[col[y]].String(); !slices.Contains(h.Rows, name) {
			h.Rows = append(h.Rows, name)
		}
	}
	slices.Reverse(h.Rows) // a map has its first row at the bottom
	h.Z = make([][]float64, len(h.Rows))
	for i := range h.Z {
		h.Z[i] = slices.Repeat([]float64{math.NaN()}, len(h.Cols))
	}
	for _, row := range t.Rows {
		v, _, _, _ := row[col[z]].Value()
		h.Z[slices.Index(h.Rows, row[col[y]].String())][slices.Index(h.Cols, row[col[x]].String())] = v * unit
	}
	return h, nil
}

// besieged are the attacks that leave blocks empty: those by a share of the stake,
// and those by the whole office.
var besieged = [...][]string{{"dos-borrowed", "dos-empty-blocks", "dos-short", "fake-dos"}, {"outbid", "rogue-operator"}}

func throughput(ctx context.Context, a *archive) (*figure.Figure, error) {
	list, err := budgets()
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{Width: figure.DoubleColumn, HeightMM: 75, Columns: 2}
	style := 0
	for i, names := range besieged {
		panel := figure.Panel{Title: string(rune('a' + i)), XLabel: "Mean share of empty slots (%)", YLabel: "Transactions lost (%)", ZeroLine: true, Legend: true, XIncludes: []float64{0}}
		most := 0.0
		for _, e := range list {
			if !slices.Contains(names, e.preset) {
				continue
			}
			s, err := a.study(ctx, e)
			if err != nil {
				return nil, err
			}
			l := line(e.preset, style, curve(s, report.OutcomeColumn("attack", "empty_share"), report.OutcomeColumn("attack", "throughput_loss")), 100, 100)
			l.Points = true
			most = max(most, slices.Max(l.X))
			panel.Lines = append(panel.Lines, l)
			style++
		}
		panel.Lines = append(panel.Lines, figure.Line{Name: "one for one", Style: style, X: []float64{0, most}, Y: []float64{0, most}})
		panel.XIncludes = append(panel.XIncludes, 1.05*most)
		f.Panels = append(f.Panels, panel)
	}
	f.Caption = fmt.Sprintf("Transactions that the attack world served less than the idle world from the start of the plan to the horizon, over the mean share of slots that left waiting users unserved, (a) by a share of the stake and (b) by the whole office. Above the line users have left or given up; below it waiting transactions were served later. Each point is another budget; error bars: 95 %% intervals of the mean (Student's t), n = %d a point.%s",
		a.reps(list[0]), a.stamp())
	return f, nil
}

// exits are the remedies of which the figure of the trapped has a panel.
var exits = []string{"none", "forced-exit", "mass-exit", "migrate-optimistic", "migrate-bls", "migrate-zk"}

func trapped(ctx context.Context, a *archive) (*figure.Figure, error) {
	t, err := a.check(ctx, "trapped", 2, "check_trapped_deciles")
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{Width: figure.DoubleColumn, Columns: 1}
	var nobody []string
	for _, remedy := range exits {
		h := &figure.Heat{Label: "Trapped (%)"}
		for _, c := range t.Columns[2:] {
			h.Cols = append(h.Cols, c.Name)
		}
		for _, row := range t.Rows {
			if row[0].String() != remedy {
				continue
			}
			h.Rows = append(h.Rows, row[1].String())
			var z []float64
			for _, cell := range row[2:] {
				v, _, _, _ := cell.Value()
				z = append(z, v)
			}
			h.Z = append(h.Z, z)
		}
		if !slices.ContainsFunc(h.Z, func(z []float64) bool { return slices.Max(z) >= 0.5 }) {
			nobody = append(nobody, remedy)
			continue
		}
		f.Panels = append(f.Panels, figure.Panel{Title: remedy, XLabel: "Tenth of the users, from the smallest balances (1)", YLabel: "Price of gas (gwei)", Heat: h})
	}
	f.HeightMM = 40 * float64(len(f.Panels))
	f.Caption = "Users who want to leave and are still inside three weeks after all coordinators stopped, in per cent of those who were inside, by tenth of the users, price of gas and remedy. "
	if len(nobody) > 0 {
		f.Caption += "Less than half a per cent of any tenth at any price: " + strings.Join(nobody, ", ") + ". "
	}
	f.Caption += strings.Join(t.Notes, " ") + a.stamp()
	return f, nil
}

// The day of the price of moving: 17 July 2020, as in the docking target
// price-of-leaving.
const (
	julyGwei     = 58.2
	julyETH      = 232.77      // USD
	julyETHMicro = 232_770_000 // micro-USD
)

func costOfMoving(_ context.Context, a *archive) (*figure.Figure, error) {
	var cfg sim.Config
	param.Defaults(&cfg)
	users := []uint32{1, 10, 100, 1000, 10_000, 100_000, 1_000_000}
	panel := figure.Panel{XLabel: "Users who go together (1)", YLabel: "Layer-one cost a user (USD)", XLog: true, YLog: true, Legend: true}
	cost := func(gas float64) (float64, error) {
		usd, ok := layer1.Cost(uint64(gas), layer1.Gwei(julyGwei), ledger.Amount(julyETHMicro))
		if !ok {
			return 0, ledger.ErrOverflow
		}
		return usd.Units(), nil
	}
	for i, route := range []struct {
		name, remedy string
		gas          int // a user, of those who go one by one
	}{
		{name: "forced exit, one by one", gas: cfg.Rollup.ForcedExitGas}, {name: "withdrawal, one by one", gas: cfg.Rollup.WithdrawalGas},
		{name: "migration, a signature each", remedy: "migrate-optimistic"}, {name: "migration, one aggregate signature", remedy: "migrate-bls"}, {name: "migration, one proof", remedy: "migrate-zk"},
	} {
		l := figure.Line{Name: route.name, Style: i}
		for _, n := range users {
			all := float64(route.gas) * float64(n)
			if route.remedy != "" {
				gas, err := docking.MigrationGas(route.remedy, n)
				if err != nil {
					return nil, err
				}
				all = float64(gas)
			}
			usd, err := cost(all)
			if err != nil {
				return nil, err
			}
			l.X, l.Y = append(l.X, float64(n)), append(l.Y, usd/float64(n))
		}
		panel.Lines = append(panel.Lines, l)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 80, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Layer-one gas of a user who leaves or moves, by route and by how many share it, at %g gwei and %g USD an ether (17 July 2020). Exact: the gas of the default rollup and of each migration's proof or batch; no sampling.%s", julyGwei, julyETH, a.stamp())}, nil
}

func ransomCurve(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, ransom)
	if err != nil {
		return nil, err
	}
	price := report.ParameterColumn("attack_params.exit_fee_multiple")
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 66, Columns: 2,
		Panels: []figure.Panel{
			{Title: "a", XLabel: "Withdrawal fee over the common one (1)", YLabel: "Withdrawal fees (thousand USD)", XLog: true, ZeroLine: true, Lines: []figure.Line{line("", 1, levels(s, price, report.ChannelColumn("attack", "withdrawal_fees")), 1, 1e-3)}},
			{Title: "b", XLabel: "Withdrawal fee over the common one (1)", YLabel: "Excess over honest use (thousand USD)", XLog: true, ZeroLine: true, Lines: []figure.Line{line("", 0, levels(s, price, report.Excess), 1, 1e-3)}},
		},
		Caption: fmt.Sprintf("Withdrawals held to ransom after a takeover by slashing rivals: (a) what they bring, and (b) what the attack has over the honest use of the same capital, by the fee that the new owner of the blocks asks. Error bars: 95 %% intervals of the mean (Student's t), n = %d a point, the same seeds everywhere.%s", a.reps(ransom), a.stamp())}, nil
}

// levels are the points of a study over the values of its first axis.
func levels(s *report.Study, path, y string) (out []point) {
	for _, c := range s.Cells {
		x, _ := c.Levels[0].Float()
		e := report.Estimate{}
		e.Mean, e.N = x, 1
		out = append(out, point{e, c.Estimate(y)})
	}
	return out
}

func fakeCycles(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, cycles)
	if err != nil {
		return nil, err
	}
	number := report.ParameterColumn("attack_params.cycles")
	at := func(y string, style int, unit float64) []figure.Line {
		return []figure.Line{line("", style, levels(s, number, y), 1, unit)}
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 60, Columns: 3,
		Panels: []figure.Panel{
			{Title: "a", XLabel: "Fake denials (1)", YLabel: "Net profit (thousand USD)", ZeroLine: true, Lines: at(report.OutcomeColumn("attack", "profit_usd"), 1, 1e-3)},
			{Title: "b", XLabel: "Fake denials (1)", YLabel: "Excess (thousand USD)", ZeroLine: true, Lines: at(report.Excess, 0, 1e-3)},
			{Title: "c", XLabel: "Fake denials (1)", YLabel: "Mean stake share (%)", ZeroLine: true, Lines: at(report.OutcomeColumn("attack", "mean_stake_share"), 2, 100)},
		},
		Caption: fmt.Sprintf("Repeated fake denials of service: (a) net profit, (b) profit over the honest use of the same capital, and (c) the attacker's mean share of all stake, by the number of denials within 90 days. Error bars: 95 %% intervals of the mean (Student's t), n = %d a point, the same seeds everywhere.%s", a.reps(cycles), a.stamp())}, nil
}

func breakEvenMap(ctx context.Context, a *archive) (*figure.Figure, error) {
	s, err := a.study(ctx, frontier)
	if err != nil {
		return nil, err
	}
	h := &figure.Heat{Label: "Excess over honest use (thousand USD)"}
	for _, r := range slices.Backward(frontierRows(s)) {
		h.Rows = append(h.Rows, r.loyalty)
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
		Panels:  []figure.Panel{{XLabel: "Budget (million USD)", YLabel: "Satisfaction at which half of the users leave (1)", Heat: h}},
		Caption: fmt.Sprintf("Mean excess of an outbidding short seller over the honest use of the same capital, by budget and by how easily users leave. n = %d a cell, the same seeds everywhere; intervals and crossings are in the table break-even.%s", a.reps(frontier), a.stamp())}, nil
}

// frontierRow is the excess over the budget at one loyalty.
type frontierRow struct {
	loyalty string
	points  []point
}

// frontierRows are the rows of the frontier in the order of the axis.
func frontierRows(s *report.Study) (rows []frontierRow) {
	for _, c := range s.Cells {
		loyalty := c.Level(0)
		if len(rows) == 0 || rows[len(rows)-1].loyalty != loyalty {
			rows = append(rows, frontierRow{loyalty: loyalty})
		}
		budget, _ := c.Levels[1].Float()
		e := report.Estimate{}
		e.Mean, e.N = budget, 1
		r := &rows[len(rows)-1]
		r.points = append(r.points, point{e, c.Estimate(report.Excess)})
	}
	return rows
}

func stylisedFacts(ctx context.Context, a *archive) (*figure.Figure, error) {
	t, err := a.check(ctx, "facts", 10, "check_facts")
	if err != nil {
		return nil, err
	}
	rows := map[string][]table.Cell{}
	for _, r := range t.Rows {
		rows[r[0].String()] = r
	}
	series := func(name, format string, style int, x []float64, labels []string) (figure.Line, error) {
		l := figure.Line{Name: name, Style: style, X: x}
		for _, label := range labels {
			r, ok := rows[fmt.Sprintf(format, label)]
			if !ok {
				return l, fmt.Errorf("the check facts has no line %q", fmt.Sprintf(format, label))
			}
			v, lo, hi, _ := r[factsMeasured].Value()
			l.Y, l.Lo, l.Hi = append(l.Y, v), append(l.Lo, lo), append(l.Hi, hi)
		}
		return l, nil
	}
	acf := figure.Panel{Title: "a", XLabel: "Lag (d)", YLabel: "Autocorrelation (1)", ZeroLine: true, Legend: true, XIncludes: []float64{0}}
	sweep := figure.Panel{Title: "b", XLabel: "Time after the sweep (h)", YLabel: "Depth back (%)", ZeroLine: true, XLog: true}
	move := figure.Panel{Title: "c", XLabel: "Time after the sweep (h)", YLabel: "Move of the price (%)", ZeroLine: true, XLog: true}
	for _, c := range []struct {
		panel        *figure.Panel
		name, format string
		style        int
		x            []float64
		labels       []string
	}{
		{&acf, "|returns|", "ACF of |returns|, lag %s", 1, []float64{1, 5, 10}, []string{"1", "5", "10"}},
		{&acf, "returns", "ACF of returns, lag %s", 0, []float64{1}, []string{"1"}},
		{&sweep, "", "sweep: depth back, %s", 2, []float64{13. / 3600, 1. / 60, 0.1, 1}, []string{"1 block", "1 min", "6 min", "1 h"}},
		{&move, "", "sweep: move, %s", 4, []float64{13. / 3600, 1. / 60, 0.1, 1, 6, 24}, []string{"1 block", "1 min", "6 min", "1 h", "6 h", "1 d"}},
	} {
		l, err := series(c.name, c.format, c.style, c.x, c.labels)
		if err != nil {
			return nil, err
		}
		l.Points = len(c.x) == 1
		c.panel.Lines = append(c.panel.Lines, l)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 66, Columns: 3, Panels: []figure.Panel{acf, sweep, move},
		Caption: "The default world without an attacker: (a) autocorrelation of daily returns and of their sizes; (b) depth within 2 % of the mid, and (c) the price, after a sweep of all that rests within 2 % of the mid on one side, against the same world without it. Error bars: 95 % intervals, bootstrap over worlds. The accepted ranges with their sources are in the table of stylised facts." + a.stamp()}, nil
}

// factsMeasured is the column of the measured value in the table of a check.
const factsMeasured = 4

// folder is the results folder of an experiment.
func (a *archive) folder(e experiment, w *experiments.Sweep) string {
	return a.runs(e) + "/" + w.Spec.Name
}

// reps is the number of paired seeds a cell.
func (a *archive) reps(e experiment) int { return a.pick(e.quick.reps, e.full.reps) }

// stamp ends a caption.
func (a *archive) stamp() string {
	s := " Model version " + a.Version + "."
	if a.Quick {
		s += " Quick form: few seeds."
	}
	return s
}
