package experiments

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/axis"
	"stakeout/experiments/report"
	"stakeout/experiments/report/figure"
	"stakeout/experiments/report/table"
)

// BudgetPath is the parameter that a search for the break-even varies by default.
const BudgetPath = "attack_params.budget_usd"

// Search looks along one parameter for every value at which the mean excess over
// the honest use of the same capital crosses zero. It tries the points of a range and
// halves each interval between neighbours whose signs differ. All values have the
// same seeds.
//
// Assumption: two crossings between neighbouring points go unseen.
type Search struct {
	Path     string
	Range    axis.Range
	Halvings int
}

// SearchBudget is the search of a preset over its budget, from an eighth to four times
// its own. It fails for an attack without a budget.
func SearchBudget(s *Spec) (Search, error) {
	text, ok := s.Value(BudgetPath)
	own, err := strconv.ParseFloat(text, 64)
	if !ok || err != nil || own <= 0 {
		return Search{}, fmt.Errorf("the attack %s has no parameter %s above zero; name another with --axis", s.Attack, BudgetPath)
	}
	return Search{Path: BudgetPath, Range: axis.Range{From: own / 8, To: 4 * own, Points: 6, Log: true}, Halvings: 4}, nil
}

// Tried is what one value of the parameter gave.
type Tried struct {
	At                         float64
	Excess, PeakStake, Capital report.Estimate // USD, share, USD
}

// Crossing is a break-even: the interval that is left between two values tried, the
// point in it by linear interpolation, and the nearest values at which the sign is
// told apart from zero, NaN where there is none.
type Crossing struct {
	Lo, At, Hi           float64
	SureBelow, SureAbove float64
	PeakStake            float64 // share, interpolated
	Rising               bool    // from loss to gain
}

// BreakEven is what a search found.
type BreakEven struct {
	Search    Search
	Name      string // of the preset
	Unit      string // of the parameter
	Reps      int
	Tried     []Tried // by value
	Crossings []Crossing
}

// Run searches with a preset and further settings. Every pass is a sweep below
// o.Out/break-even, so that what was run once is not run again.
func (s Search) Run(ctx context.Context, preset string, set []string, o Options) (*BreakEven, error) {
	if fault := s.Range.Check(s.Path); fault != nil {
		return nil, fmt.Errorf("%s: %s; expected %s", s.Path, fault.Message, fault.Expected)
	}
	if s.Range.Points < 2 || s.Halvings < 0 {
		return nil, fmt.Errorf("a search with %d points and %d halvings: expected 2 points or more, and 0 halvings or more", s.Range.Points, s.Halvings)
	}
	o = o.withDefaults()
	b := &BreakEven{Search: s}
	values := s.Range.Grid()
	for pass := 0; len(values) > 0; pass++ {
		if err := b.try(ctx, preset, set, values, pass, o); err != nil {
			return nil, err
		}
		values = nil
		if pass < s.Halvings {
			values = b.midpoints()
		}
	}
	for i := 1; i < len(b.Tried); i++ {
		if b.crosses(i) {
			b.Crossings = append(b.Crossings, b.crossing(i))
		}
	}
	return b, nil
}

// try runs a pass and adds what it gave.
func (b *BreakEven) try(ctx context.Context, preset string, set []string, values []float64, pass int, o Options) error {
	texts := make([]string, len(values))
	for i, x := range values {
		texts[i] = axis.Text(x, -1)
	}
	w, err := LoadSweep(preset, Variation{Set: set, Axes: []string{b.Search.Path + "=" + strings.Join(texts, ",")}})
	if err != nil {
		return err
	}
	o.Out = filepath.Join(o.Out, "break-even", strconv.Itoa(pass))
	r, err := w.Obtain(ctx, o)
	if err != nil {
		return err
	}
	b.Name, b.Unit, b.Reps = w.Spec.Name, cmp.Or(w.Spec.unit(b.Search.Path), "1"), w.Spec.Replications
	for i, c := range r.Study.Cells {
		b.Tried = append(b.Tried, Tried{values[i], c.Estimate(report.Excess),
			c.Estimate(report.OutcomeColumn("attack", "peak_stake_share")), c.Estimate(report.OutcomeColumn("attack", "capital_at_risk_usd"))})
	}
	slices.SortFunc(b.Tried, func(x, y Tried) int { return cmp.Compare(x.At, y.At) })
	return nil
}

// crosses tells whether the sign of the mean differs between two neighbours.
func (b *BreakEven) crosses(i int) bool {
	return (b.Tried[i-1].Excess.Mean < 0) != (b.Tried[i].Excess.Mean < 0)
}

// midpoints are the values that halve every interval in which the sign changes.
func (b *BreakEven) midpoints() (out []float64) {
	for i := 1; i < len(b.Tried); i++ {
		if !b.crosses(i) {
			continue
		}
		out = append(out, axis.Range{From: b.Tried[i-1].At, To: b.Tried[i].At, Points: 3, Log: b.Search.Range.Log}.At(0.5))
	}
	return out
}

// crossing describes the crossing between two neighbours.
func (b *BreakEven) crossing(i int) Crossing {
	lo, hi := &b.Tried[i-1], &b.Tried[i]
	u := lo.Excess.Mean / (lo.Excess.Mean - hi.Excess.Mean)
	c := Crossing{Lo: lo.At, Hi: hi.At, At: lo.At + u*(hi.At-lo.At), SureBelow: math.NaN(), SureAbove: math.NaN(),
		PeakStake: lo.PeakStake.Mean + u*(hi.PeakStake.Mean-lo.PeakStake.Mean), Rising: hi.Excess.Mean >= 0}
	for k := i - 1; k >= 0 && math.IsNaN(c.SureBelow); k-- {
		if b.Tried[k].Excess.Sign() != 0 {
			c.SureBelow = b.Tried[k].At
		}
	}
	for k := i; k < len(b.Tried) && math.IsNaN(c.SureAbove); k++ {
		if b.Tried[k].Excess.Sign() != 0 {
			c.SureAbove = b.Tried[k].At
		}
	}
	return c
}

// Tables are the values tried, and the crossings.
func (b *BreakEven) Tables() []*table.Table {
	unit, whole := b.Unit, table.Format{}
	tried := &table.Table{Name: "break_even_tried", Title: "Excess over honest along " + b.Search.Path + ": " + b.Name,
		Columns: []table.Column{{Name: "Value", Unit: unit, Align: table.Right}, {Name: "Excess over honest [95 % CI]", Unit: "USD"}, {Name: "Sign", Align: table.Right}, {Name: "Peak stake share", Unit: "%"}, {Name: "Capital at risk", Unit: "USD"}}}
	for i := range b.Tried {
		t := &b.Tried[i]
		tried.Rows = append(tried.Rows, []table.Cell{table.Text(writtenOut(t.At)), table.Estimate(t.Excess.Mean, t.Excess.Lo, t.Excess.Hi, whole),
			table.Text([]string{"−", "0", "+"}[t.Excess.Sign()+1]), table.Number(t.PeakStake.Mean, table.Percent(1)), table.Number(t.Capital.Mean, whole)})
	}
	tried.Notes = []string{fmt.Sprintf("%d replications a value, the same seeds at all of them; intervals are Student's, and the sign is 0 where they contain zero.", b.Reps)}
	found := &table.Table{Name: "break_even", Title: "Where the mean excess crosses zero",
		Columns: []table.Column{{Name: "Break-even", Unit: unit, Align: table.Right}, {Name: "Between", Unit: unit}, {Name: "Sign told below", Unit: unit, Align: table.Right}, {Name: "Sign told above", Unit: unit, Align: table.Right}, {Name: "Peak stake share", Unit: "%"}, {Name: "Turns to"}}}
	for _, c := range b.Crossings {
		to := "a loss"
		if c.Rising {
			to = "a gain"
		}
		found.Rows = append(found.Rows, []table.Cell{table.Text(writtenOut(c.At)), table.Text(writtenOut(c.Lo) + " and " + writtenOut(c.Hi)),
			sure(c.SureBelow), sure(c.SureAbove), table.Number(c.PeakStake, table.Percent(1)), table.Text(to)})
	}
	found.Notes = []string{"Break-even: linear between the two nearest values. Sign told: the nearest value at which the interval of the excess leaves zero out. Two crossings between neighbouring values of the first pass go unseen."}
	if len(b.Crossings) == 0 {
		what := "a gain"
		if b.Tried[0].Excess.Mean < 0 {
			what = "a loss"
		}
		found.Notes = append(found.Notes, fmt.Sprintf("None: the mean excess is %s at every value from %s to %s.", what, writtenOut(b.Tried[0].At), writtenOut(b.Tried[len(b.Tried)-1].At)))
	}
	return []*table.Table{tried, found}
}

// sure is the nearest value at which the sign is told.
func sure(x float64) table.Cell {
	if math.IsNaN(x) {
		return table.Empty("no value tried on that side has an interval without zero")
	}
	return table.Text(writtenOut(x))
}

// writtenOut is a value of a parameter with as many decimals as it needs, at most four.
func writtenOut(x float64) string {
	for d := range 4 {
		if f := math.Pow(10, float64(d)); math.Abs(x*f-math.Round(x*f)) < 1e-6 || math.Abs(x) >= 1000 {
			return figure.Number(x, d)
		}
	}
	return figure.Number(x, 4)
}
