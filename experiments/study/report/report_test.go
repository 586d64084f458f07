package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/strategies"
)

// rows makes the table runs of one cell with the given profits of the attack and of the
// honest world. What the honest world has is drift, in the first channel; what the attack
// has besides is in the second. The best honest use is to keep the cash.
func rows(attack, honest []float64) (record.Schema, []record.Row) {
	s := record.Schema{Name: column.RunsTable}
	var values []func(rep int) record.Value
	text := func(name, v string) {
		s.Columns = append(s.Columns, record.Column{Name: name, Type: record.Text, Unit: record.NoUnit, Doc: "A text."})
		values = append(values, func(int) record.Value { return record.TextValue(v) })
	}
	number := func(name string, v func(rep int) float64) {
		s.Columns = append(s.Columns, record.Column{Name: name, Type: record.Float, Unit: "USD", Doc: "A number."})
		values = append(values, func(rep int) record.Value { return finite(v(rep)) })
	}
	for _, c := range [][2]string{{"cell_id", "x"}, {"status", column.OK}, {"stop_reason", "horizon"}, {"preset", "dos"},
		{"p_attack", "dos"}, {"p_mechanism", "pos"}, {"p_remedy", "none"}, {"p_seed", "1"},
		{"world", "2020"}, {"world_sha256", "0badcafe"}, {"p_world_wins", "true"}} {
		text(c[0], c[1])
	}
	number("p_horizon_days", func(int) float64 { return 40 })
	for i, w := range column.Worlds {
		of := [...][]float64{attack, honest}[i]
		profit := func(rep int) float64 { return of[rep] }
		number(column.Outcome(w, column.Profit), profit)
		number(column.Outcome(w, column.CapitalAtRisk), func(int) float64 { return 1000 })
		number(column.Outcome(w, column.ROI), func(rep int) float64 { return of[rep] / 1000 })
		for c, d := range measure.Describe {
			number(column.Channel(w, d.Name), func(rep int) float64 {
				switch c {
				case 0:
					return honest[rep]
				case 1:
					return of[rep] - honest[rep]
				}
				return 0
			})
		}
	}
	for _, name := range []string{column.Net, column.Advantage, column.Effect} {
		number(name, func(rep int) float64 { return attack[rep] - honest[rep] })
	}
	number(column.LogDrift, func(rep int) float64 { return honest[rep] })
	for _, name := range []string{column.HonestNet, column.HonestUse} {
		number(name, func(int) float64 { return 0 })
	}
	// What the first sector gains the fifth loses.
	gain := map[int]float64{0: 1, 4: -1}
	for i, sector := range measure.Sectors {
		number(column.Sector(sector.Name), func(rep int) float64 { return gain[i] * attack[rep] })
	}
	number(column.Residual, func(int) float64 { return 0 })
	// The other quantities have no value.
	for _, name := range []string{column.Capital, column.HarmResidual, column.UserSurplus, column.Deadweight,
		column.PremiseInside, column.PremiseLocked, column.PremisePremium, column.PremiseIdle} {
		number(name, func(int) float64 { return math.NaN() })
	}
	for _, quantity := range []string{column.Cost, column.Revenue, column.PeakStake, column.ShortTokens,
		column.ShortNotional,
		column.Drawdown, column.Runup, column.FinalPrice, column.EmptyShare, column.PeakEmptyShare, column.MeanStake,
		column.ThroughputLoss, column.UsersLost, column.Liquidated, column.OneSided} {
		number(column.Outcome("attack", quantity), func(int) float64 { return math.NaN() })
	}
	var out []record.Row
	for rep := range attack {
		row := make(record.Row, len(values))
		for i, v := range values {
			row[i] = v(rep)
		}
		out = append(out, row)
	}
	return s, out
}

// A lock-up says whether its premise has held, and no other attack does.
func TestPremise(t *testing.T) {
	for attack, want := range map[string]bool{"dos": false, lockup: true} {
		schema, all := rows([]float64{1, 2, 3}, []float64{0, 0, 0})
		for i, c := range schema.Columns {
			for _, row := range all {
				switch c.Name {
				case "p_attack":
					row[i] = record.TextValue(attack)
				case column.PremiseLocked:
					row[i] = record.FloatValue(0.125)
				}
			}
		}
		got := strings.Join(ROI(studyOf(t, schema, all)).Notes, " ")
		if strings.Contains(got, "at most 12.5 % wanted to leave and could not") != want {
			t.Errorf("%s: %s", attack, got)
		}
	}
}

func study(t *testing.T, attack, honest []float64) *Study {
	t.Helper()
	schema, all := rows(attack, honest)
	return studyOf(t, schema, all)
}

func studyOf(t *testing.T, schema record.Schema, all []record.Row) *Study {
	t.Helper()
	s, err := NewStudy(Meta{Experiment: "test", Version: "v"}, schema, func(visit func(record.Row) error) error {
		for _, r := range all {
			if err := visit(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// around are n values of the given mean and a spread of one to each side.
func around(mean float64, n int) (out []float64) {
	for i := range n {
		out = append(out, mean+math.Sin(float64(i)*2.4))
	}
	return out
}

func shifted(x []float64, by, noise float64) (out []float64) {
	for i, v := range x {
		out = append(out, v+by+noise*math.Cos(float64(i)*1.7))
	}
	return out
}

// The verdict follows the intervals, not the means.
func TestVerdictFollowsTheIntervals(t *testing.T) {
	gain, loss, nothing := around(20, 40), around(-20, 40), around(0.01, 40)
	for _, c := range []struct {
		name           string
		attack, honest []float64
		want           []string
	}{
		{"pays", gain, shifted(gain, -5, 1),
			[]string{"earns 20 USD [", "Net of drift it ends at 5 USD", "it gains 5 USD [", "in 40 of 40 worlds",
				"advantage in 40.", "The attack pays."}},
		{"only the capital", gain, shifted(gain, 5, 1),
			[]string{"earns", "Net of drift it ends at −5 USD", "it loses 5 USD [", "The attack does not pay."}},
		{"loses", loss, shifted(loss, 5, 1),
			[]string{"loses 20 USD [20, 20]", "it loses 5 USD", "in 0 of 40 worlds", "The attack does not pay."}},
		{"noise", nothing, shifted(nothing, 0.01, 1),
			[]string{"not distinguishable from zero, 0 USD",
				"its advantage over the best honest use of its capital is not distinguishable from zero",
				"Nothing shows that the attack pays."}},
		{"covered", loss, shifted(loss, -5, 1), []string{"loses", "it gains 5 USD", "The attack pays."}},
		{"one", gain[:1], gain[:1], []string{"no interval", "no verdict"}},
	} {
		text := Verdict(study(t, c.attack, c.honest).Summaries()[0])
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: want %q in: %s", c.name, want, text)
			}
		}
		if quick := strings.Contains(text, "Quick"); quick != (len(c.attack) > 1) {
			t.Errorf("%s: quick %v: %s", c.name, quick, text)
		}
	}
}

func TestROITableSortsByAdvantageAndSaysHow(t *testing.T) {
	s := study(t, around(20, 30), around(18, 30))
	other := study(t, around(5, 30), around(1, 30)).Cells[0]
	other.Attack = "better"
	s.Cells = append(s.Cells, other, &Cell{Attack: "failed", Mechanism: "pos", Failed: 3, Why: "boom"})
	x := ROI(s)
	var order []string
	for _, r := range x.Rows {
		order = append(order, r[0].String())
	}
	if got := strings.Join(order, " "); got != "better (dos) dos failed" {
		t.Errorf("order %s", got)
	}
	if len(x.Columns) != 17 {
		t.Errorf("%d columns", len(x.Columns))
	}
	notes := strings.Join(x.Notes, "\n")
	for _, want := range []string{"n = 30, 0 replications", "horizon 40", "Student's t", "Wilson",
		"adjusted over 3 cells in the data file, by Holm and by Benjamini and Hochberg", "best honest use", "QUICK",
		"version v", "3 of 3 replications failed", "boom"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in the notes: %s", want, notes)
		}
	}
}

// A row whose money does not add up is found, to the micro-USD.
func TestMoneyThatDoesNotAddUpIsRefused(t *testing.T) {
	for _, c := range []struct {
		column string
		table  func(*Study) error
	}{
		{column.Channel("honest", measure.Describe[3].Name),
			func(s *Study) error { _, err := Channels(s, s.Cells[0]); return err }},
		{column.Sector(measure.Sectors[4].Name), func(s *Study) error { _, err := Harm(s, s.Cells[0]); return err }},
	} {
		schema, all := rows(around(1e6, 3), around(-1e6, 3))
		if err := c.table(studyOf(t, schema, all)); err != nil {
			t.Errorf("%s: %v", c.column, err)
		}
		for i, col := range schema.Columns {
			if col.Name == c.column {
				v, _ := all[1][i].Float()
				all[1][i] = record.FloatValue(v + 1e-6)
			}
		}
		if c.table(studyOf(t, schema, all)) == nil {
			t.Errorf("%s: one micro-USD too much goes unnoticed", c.column)
		}
	}
}

func TestPathsAreMeansOverReplications(t *testing.T) {
	schema := record.Schema{Name: column.SeriesTable}
	for _, n := range []string{"cell_id", "rep", "world", "day", "price", "users", "empty_share_day"} {
		schema.Columns = append(schema.Columns, record.Column{Name: n})
	}
	// Prices of the attack world against an idle price of 2: two replications.
	prices := [][]float64{{2 * math.Exp(0.01), 2 * math.Exp(0.03)}, {2 * math.Exp(0.02), 2 * math.Exp(0.07)}}
	paths, err := ReadPaths(schema, func(visit func(record.Row) error) error {
		for rep, p := range prices {
			for _, w := range column.AllWorlds {
				for day, price := range p {
					if w != "attack" {
						price = 2
					}
					f := record.FloatValue
					if err := visit(record.Row{record.TextValue("x"), record.IntValue(int64(rep)), record.TextValue(w),
						f(float64(day)), f(price), f(100), f(0.25)}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mean, lo, hi := paths["x"].band("attack", priceLine, 0.95)
	// Two values d apart: s.e. d/2, and the t quantile with one degree of
	// freedom is 12.7062.
	for i, want := range []struct{ mean, half float64 }{{1.5, 12.7062 * 0.5}, {5, 12.7062 * 2}} {
		if math.Abs(mean[i]-want.mean) > 1e-9 || math.Abs(hi[i]-lo[i]-2*want.half) > 1e-3 {
			t.Errorf("moment %d: %g [%g, %g], want %g ± %g", i, mean[i], lo[i], hi[i], want.mean, want.half)
		}
	}
	if empty, _, _ := paths["x"].band("attack", emptyLine, 0.95); empty[0] != 25 {
		t.Errorf("empty share %g %%", empty[0])
	}
}

func TestMissingROIIsSaid(t *testing.T) {
	schema, all := rows(around(0, 3), around(0, 3))
	for i, c := range schema.Columns {
		if c.Name == column.Outcome("attack", column.ROI) {
			for _, r := range all {
				r[i] = record.MissingValue()
			}
		}
	}
	s := studyOf(t, schema, all)
	var b strings.Builder
	if err := ROI(s).Markdown(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "no capital was at risk") {
		t.Error(b.String())
	}
	if e := s.Summaries()[0].ROI; e.Missing != 3 || e.N != 0 {
		t.Errorf("missing %d of %d", e.Missing, e.N)
	}
}

// Where events are many, the start and the end of an act share a label.
func TestTerseMarks(t *testing.T) {
	few := []strategies.Mark{{Days: 1, Name: "act starts"}, {Days: 2, Name: "act ends"}}
	if got := terse(few); got[0].Label != "act starts" || got[1].Label != "act ends" || untold(got) != "" {
		t.Errorf("few marks: %v", got)
	}
	many := []strategies.Mark{{Days: 0, Name: "buying starts"}, {Days: 1, Name: "act 1 starts"},
		{Days: 2, Name: "act 1 ends"}, {Days: 3, Name: "act 2 starts"}, {Days: 4, Name: "act 2 ends"},
		{Days: 5, Name: "sale"}}
	want := []figure.Mark{{X: 0, Label: "buying starts"}, {X: 1, Label: "act 1"}, {X: 2}, {X: 3, Label: "act 2"}, {X: 4},
		{X: 5, Label: "sale"}}
	if got := terse(many); !slices.Equal(got, want) || untold(got) == "" || many[2].Name == "" {
		t.Errorf("many marks: %v, and before: %v", got, many)
	}
}

func TestUnknownColumn(t *testing.T) {
	s := study(t, []float64{1, 2}, []float64{0, 0})
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	s.Cells[0].Values("y_atack_profit_usd")
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), `did you mean "y_attack_profit_usd"?`) {
		t.Errorf("a misspelt column is %v", err)
	}
}

// Where a dollar of drift is half a dollar of profit, the advantage has the interval of
// the fit, and a warning says so; where the drift has a mean, it is taken once. The means
// of net of drift stay those of coefficient one.
func TestLuckIsFitted(t *testing.T) {
	half := func(drift []float64) (profit []float64) {
		for i, d := range drift {
			profit = append(profit, 5+d/2+0.01*math.Cos(float64(i)*1.7))
		}
		return profit
	}
	for _, c := range []struct {
		name   string
		drift  []float64
		slope  float64
		narrow bool
		want   string
	}{
		{"free", around(0, 40), 0.5, true, "a dollar of drift is 0.50 dollars of profit"},
		{"few", around(0, 7), 1, false, ""},
		{"shifted", around(3, 40), 1, false, "another mean than zero"},
	} {
		x := study(t, half(c.drift), c.drift).Summaries()[0]
		if math.Abs(x.Luck.Slope-c.slope) > 0.01 || c.narrow != (x.Luck.Fitted < 0.1*x.Luck.Net) {
			t.Errorf("%s: %+v", c.name, x.Luck)
		}
		got := strings.Join(x.warnings(), " ")
		if (c.want == "") != (x.Luck.doubt() == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in %s", c.name, c.want, got)
		}
		if c.slope == 1 && math.Abs(x.Advantage.Mean-x.Net.Mean) > 1e-9 {
			t.Errorf("%s: advantage %g, net %g", c.name, x.Advantage.Mean, x.Net.Mean)
		}
	}
}
