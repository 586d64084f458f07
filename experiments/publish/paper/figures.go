package paper

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/evidence/docking"
	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/report"
)

func figures() []Exhibit {
	return []Exhibit{
		{Name: "price-under-attack", Doc: "Price, service and users under attack against the twins",
			figure: priceUnderAttack},
		{Name: "money-by-channel", Doc: "Where the attacker's money comes from and goes", figure: moneyByChannel},
		{Name: "attack-matrix", Doc: "Advantage of every attack by leader selection and by remedy", figure: attackMatrix},
		{Name: "roi-by-stake", Doc: "Return of every attack over the stake that it holds", figure: roiByStake},
		{Name: "price-sign", Doc: "Sign of the price move over withheld slots and what users and holders do",
			figure: priceSign},
		{Name: "throughput", Doc: "Throughput lost over the share of empty slots", figure: throughput},
		{Name: "trapped", Doc: "Who cannot leave, by balance, price of gas and remedy", figure: trapped},
		{Name: "cost-of-moving", Doc: "Cost of a user who leaves or moves, by route", figure: costOfMoving},
		{Name: "ransom", Doc: "Revenue from withdrawals over their price after a takeover", figure: ransomCurve},
		{Name: "fake-dos-cycles", Doc: "Profit over the number of fake denials of service, and the stake behind it",
			figure: fakeCycles},
		{Name: "break-even", Doc: "Where the advantage of a short operator turns its sign", figure: breakEvenMap},
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
	return report.MatrixFigure(s, question.HomeMechanism(s.World())), nil
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

// line draws points in other units and leaves out points without an estimate.
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

// end is the end of an interval for a figure. A single replication has no interval.
func end(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// advantageROI is the advantage over capital at risk, by peak share of stake.
func advantageROI(s *report.Study) (out []point) {
	for _, c := range s.Cells {
		advantage, capital := c.Values(column.Advantage), c.Values(column.Outcome("attack", column.CapitalAtRisk))
		ratio := make([]float64, len(advantage))
		for i := range ratio {
			ratio[i] = math.NaN()
			if capital[i] > 0 {
				ratio[i] = advantage[i] / capital[i]
			}
		}
		out = append(out, point{c.Estimate(column.Outcome("attack", column.PeakStake)), report.EstimateOf(ratio)})
	}
	byX(out)
	return out
}

func byX(points []point) {
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.x.Mean, b.x.Mean) })
}

// staked is the smallest peak share of stake of an attack that counts as an attack by stake.
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
		points := advantageROI(s)
		if points[len(points)-1].x.Mean < staked {
			without = append(without, e.preset)
			continue
		}
		f.Panels = append(f.Panels, figure.Panel{Title: e.preset, XLabel: "Peak stake share (%)",
			YLabel: "Advantage (% of capital)", ZeroLine: true, XIncludes: []float64{0, 105 * points[len(points)-1].x.Mean},
			Lines: []figure.Line{line("", 0, points, 100, 100)}})
	}
	f.HeightMM = min(figure.TallestMM, 46*math.Ceil(float64(len(f.Panels))/3))
	f.Caption = fmt.Sprintf("Return of every attack that holds stake, over the largest share of all stake that it held: "+
		"advantage over capital at risk, which leaves out the drift of the token; the return itself is in the data of the "+
		"runs. Each point is another budget, from %g to %g "+
		"times that of the preset. "+
		"Error bars: 95 %% intervals of the mean (Student's t), n = %d a point, the same seeds everywhere. Without "+
		"stake: %s.%s",
		multiplesOf(a)[0], multiplesOf(a)[len(multiplesOf(a))-1], a.reps(list[0]), strings.Join(without, ", "), a.stamp())
	return f, nil
}

func multiplesOf(a *archive) []float64 {
	if a.Quick {
		return quickBudgets
	}
	return fullBudgets
}

// besieged lists the attacks that leave blocks empty, first with a share of the stake,
// then with the whole office.
var besieged = [...][]string{{"dos-borrowed", "dos-empty-blocks", "dos-short", "fake-dos"},
	{"outbid", "rogue-operator"}}

// oneForOne is the style of the line on which the shares are equal.
const oneForOne = 6

func throughput(ctx context.Context, a *archive) (*figure.Figure, error) {
	list, err := budgets()
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{Width: figure.DoubleColumn, HeightMM: 75, Columns: 2}
	style := 0
	for i, names := range besieged {
		panel := figure.Panel{Title: string(rune('a' + i)), XLabel: "Mean share of empty slots (%)",
			YLabel: "Transactions lost (%)", ZeroLine: true, Legend: true, XIncludes: []float64{0}}
		most := 0.0
		for _, e := range list {
			if !slices.Contains(names, e.preset) {
				continue
			}
			s, err := a.study(ctx, e)
			if err != nil {
				return nil, err
			}
			l := line(e.preset, style,
				curve(s, column.Outcome("attack", column.EmptyShare), column.Outcome("attack", column.ThroughputLoss)), 100, 100)
			l.Points = true
			most = max(most, slices.Max(l.X))
			panel.Lines = append(panel.Lines, l)
			style++
		}
		diagonal := figure.Line{Style: oneForOne, X: []float64{0, most}, Y: []float64{0, most}}
		if i == 0 {
			diagonal.Name = "one for one"
		}
		panel.Lines = append(panel.Lines, diagonal)
		panel.XIncludes = append(panel.XIncludes, 1.05*most)
		f.Panels = append(f.Panels, panel)
	}
	f.Caption = fmt.Sprintf("Transactions that the attack world served less than the idle world from the start of the "+
		"plan to the horizon, over the mean share of slots that left waiting users unserved, (a) by a share of the stake "+
		"and (b) by the whole office. Above the line users have left or given up; below it waiting transactions were "+
		"served later. Each point is another budget; error bars: 95 %% intervals of the mean (Student's t), n = "+
		"%d a point.%s",
		a.reps(list[0]), a.stamp())
	return f, nil
}

func costOfMoving(_ context.Context, a *archive) (*figure.Figure, error) {
	var cfg sim.Config
	param.Defaults(&cfg)
	users := []uint32{1, 10, 100, 1000, 10_000, 100_000, 1_000_000}
	panel := figure.Panel{XLabel: "Users who go together (1)", YLabel: "Layer-one cost a user (USD)", XLog: true,
		YLog: true, Legend: true}
	for i, route := range []struct {
		name, remedy string
		gas          int // a user, of those who go one by one
	}{
		{name: "forced exit, one by one", gas: cfg.Rollup.ForcedExitGas},
		{name: "withdrawal, one by one", gas: cfg.Rollup.WithdrawalGas},
		{name: "migration, a signature each", remedy: "migrate-optimistic"},
		{name: "migration, one aggregate signature", remedy: "migrate-bls"},
		{name: "migration, one proof", remedy: "migrate-zk"},
	} {
		l := figure.Line{Name: route.name, Style: i}
		for _, n := range users {
			gas := uint64(route.gas) * uint64(n)
			if route.remedy != "" {
				var err error
				if gas, err = docking.MigrationGas(route.remedy, n); err != nil {
					return nil, err
				}
			}
			usd, err := docking.JulyPrice(gas)
			if err != nil {
				return nil, err
			}
			l.X, l.Y = append(l.X, float64(n)), append(l.Y, usd/float64(n))
		}
		panel.Lines = append(panel.Lines, l)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 80, Panels: []figure.Panel{panel},
		Caption: fmt.Sprintf("Layer-one gas of a user who leaves or moves, by route and by how many share it, at the "+
			"prices of 17 July 2020, 58.2 gwei and 232.77 USD an ether. Exact: the gas of the default rollup and of each "+
			"migration's proof or batch; no sampling.%s", a.stamp())}, nil
}

// folder is the results folder of an experiment.
func (a *archive) folder(e experiment, w *question.Sweep) string {
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
