package paper

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
)

// signCase is the column of the check of the sign that tells its cases apart.
const signCase = "Leave below; elasticity; chasing"

func priceSign(ctx context.Context, a *archive) (*figure.Figure, error) {
	t, err := a.check(ctx, "sign", 4, "check_sign_grid")
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{Width: figure.DoubleColumn, HeightMM: 110, Columns: 2}
	for i, days := range []string{"3 d", "14 d"} {
		h, err := heatOf(t, "Withheld", signCase, "Effect, "+days, 100, 0)
		if err != nil {
			return nil, err
		}
		h.Label = "Change of the price (%)"
		f.Panels = append(f.Panels,
			figure.Panel{Title: string(rune('a' + i)), XLabel: "Slots withheld (%)", YLabel: signCase, Heat: h})
	}
	f.Caption = "What empty blocks do to the price, against the same world with honest blocks: (a) three and (b) " +
		"fourteen days after they begin, by the share of slots withheld, the satisfaction at which half of the users " +
		"leave (captive users never do), the elasticity of lasting fees to the service that holders expect, and the weight " +
		"of what those who serve have earned in the yield that holders extrapolate. Geometric means; bold: above zero; " +
		"italics: not told from zero (Holm over all cells and " +
		"both times, 5 %); intervals are in the table of the check. " + strings.Join(t.Notes, " ") + a.stamp()
	return f, nil
}

// heatOf arranges a table of a check as a map of the column z over the texts of the
// columns x and y, in the order of the table. The column after z must hold the signs.
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
	h.Z, h.Told = make([][]float64, len(h.Rows)), make([][]bool, len(h.Rows))
	for i := range h.Z {
		h.Z[i], h.Told[i] = slices.Repeat([]float64{math.NaN()}, len(h.Cols)), make([]bool, len(h.Cols))
	}
	for _, row := range t.Rows {
		v, _, _, _ := row[col[z]].Value()
		sign := row[col[z]+1].String()
		i, j := slices.Index(h.Rows, row[col[y]].String()), slices.Index(h.Cols, row[col[x]].String())
		h.Z[i][j], h.Told[i][j] = v*unit, sign == "+" || sign == "−"
	}
	return h, nil
}

// exits lists the remedies with a panel in the figure of the trapped.
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
		f.Panels = append(f.Panels, figure.Panel{Title: remedy, XLabel: "Tenth of the users, from the smallest balances (1)",
			YLabel: "Price of gas (gwei)", Heat: h})
	}
	f.HeightMM = 40 * float64(len(f.Panels))
	f.Caption = "Users who want to leave and are still inside three weeks after all coordinators stopped, in per cent " +
		"of those who were inside, by tenth of the users, price of gas and remedy. "
	if len(nobody) > 0 {
		f.Caption += "Less than half a per cent of any tenth at any price: " + strings.Join(nobody, ", ") + ". "
	}
	f.Caption += strings.Join(t.Notes, " ") + a.stamp()
	return f, nil
}

func stylisedFacts(ctx context.Context, a *archive) (*figure.Figure, error) {
	t, err := a.check(ctx, "facts", 10, "check_facts")
	if err != nil {
		return nil, err
	}
	measured := slices.IndexFunc(t.Columns, func(c table.Column) bool { return strings.HasPrefix(c.Name, "Measured") })
	worlds := slices.IndexFunc(t.Columns, func(c table.Column) bool { return c.Name == "n" })
	if measured < 0 || worlds < 0 {
		return nil, fmt.Errorf("the table %s has no measured values or does not say of how many worlds", t.Name)
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
			v, lo, hi, _ := r[measured].Value()
			l.Y, l.Lo, l.Hi = append(l.Y, v), append(l.Lo, lo), append(l.Hi, hi)
		}
		return l, nil
	}
	var cfg sim.Config
	param.Defaults(&cfg)
	acf := figure.Panel{Title: "a", XLabel: "Lag (d)", YLabel: "Autocorrelation (1)", ZeroLine: true, Legend: true,
		XIncludes: []float64{0}}
	sweep := figure.Panel{Title: "b", XLabel: "Time after the sweep (min)", YLabel: "Depth back (%)", ZeroLine: true,
		XLog: true, XIncludes: []float64{0.1, 100}}
	block := cfg.Layer1.BlockSeconds / 60 // min
	move := figure.Panel{Title: "c", XLabel: "Time after the sweep (min)", YLabel: "Move of the price (%)", ZeroLine: true,
		XLog: true, XIncludes: []float64{0.1, 2000}}
	for _, c := range []struct {
		panel        *figure.Panel
		name, format string
		style        int
		x            []float64
		labels       []string
	}{
		{&acf, "|returns|", "ACF of |returns|, lag %s", 1, []float64{1, 5, 10}, []string{"1", "5", "10"}},
		{&acf, "returns", "ACF of returns, lag %s", 0, []float64{1}, []string{"1"}},
		{&sweep, "", "sweep: depth back, %s", 0, []float64{block, 1, 6, 60}, []string{"1 block", "1 min", "6 min", "1 h"}},
		{&move, "", "sweep: move, %s", 0, []float64{block, 1, 6, 60, 360, 1440},
			[]string{"1 block", "1 min", "6 min", "1 h", "6 h", "1 d"}},
	} {
		l, err := series(c.name, c.format, c.style, c.x, c.labels)
		if err != nil {
			return nil, err
		}
		l.Points = len(c.x) == 1
		c.panel.Lines = append(c.panel.Lines, l)
	}
	return &figure.Figure{Width: figure.DoubleColumn, HeightMM: 66, Columns: 3, Panels: []figure.Panel{acf, sweep, move},
		Caption: factsCaption(t.Rows[0][worlds].String()) + a.stamp()}, nil
}

func factsCaption(worlds string) string {
	return "The default world without an attacker: (a) autocorrelation of daily returns and of their sizes; (b) " +
		"depth within 2 % of the mid, and (c) the price, after a sweep of all that rests within 2 % of the mid on one " +
		"side, against the same world without it. Error bars: 95 % intervals, bootstrap over worlds, n = " + worlds +
		". The accepted ranges with their sources are in the table of stylised facts."
}
