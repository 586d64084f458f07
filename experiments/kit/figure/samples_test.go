package figure

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// samples returns figures of invented data, one for each kind of content.
func samples() map[string]*Figure {
	return map[string]*Figure{
		"price": pricePaths(), "roi": roiByStake(), "heat": heatMap(), "signs": signMap(),
		"waterfall": moneyByChannel(), "multiples": smallMultiples(), "log": logAxes(), "wide": wideSeries(),
	}
}

func pricePaths() *Figure {
	src := rand.New(rand.NewPCG(7, 1))
	n := 241
	x, attack, twin, lo, hi, tlo, thi := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n),
		make([]float64, n), make([]float64, n), make([]float64, n)
	a, b := 100.0, 100.0
	for i := range n {
		x[i] = float64(i)
		drift := 0.0
		if i > 60 && i < 72 {
			drift = -2.2
		}
		if i >= 72 && i < 150 {
			drift = 0.12
		}
		a += drift + 0.7*src.NormFloat64()
		b += 0.6 * src.NormFloat64()
		attack[i], twin[i] = a, b
		w := 1 + 0.03*float64(i)
		lo[i], hi[i], tlo[i], thi[i] = a-w, a+w, b-w, b+w
	}
	return &Figure{
		Width: SingleColumn, HeightMM: 62,
		Panels: []Panel{{
			XLabel: "Time (hours)", YLabel: "Token price (€)", Legend: true,
			Lines: []Line{{Name: "Attack", X: x, Y: attack, Style: 1}, {Name: "Twin without attack", X: x, Y: twin, Style: 0}},
			Bands: []Band{{X: x, Lo: lo, Hi: hi, Style: 1}, {X: x, Lo: tlo, Hi: thi, Style: 0}},
			Marks: []Mark{{60, "attack starts"}, {72, "DoS ends"}, {84, "short closed"}},
		}},
		Caption: "Token price under attack and in its twin. n = 100, seeds 1–100, 95 % intervals.",
	}
}

func roiByStake() *Figure {
	f := &Figure{Width: DoubleColumn, HeightMM: 70, Caption: "ROI by stake share, σ² = 0.04, λ = 2."}
	p := Panel{XLabel: "Stake share of the attacker (%)", YLabel: "Return on capital at risk (%)", ZeroLine: true,
		Legend: true}
	for s, name := range []string{"DoS and short", "Fake DoS", "Withdrawal ransom", "Empty blocks", "Censorship (λ = 2)",
		"Lure of tokens", "Bribe"} {
		var x, y, lo, hi []float64
		for i := range 12 {
			v := float64(i) * 4
			m := 30*math.Tanh((v-18-3*float64(s))/12) - float64(s)*3
			x, y, lo, hi = append(x, v), append(y, m), append(lo, m-4), append(hi, m+4)
		}
		p.Lines = append(p.Lines, Line{Name: name, X: x, Y: y, Style: s})
		if s < 2 {
			p.Bands = append(p.Bands, Band{X: x, Lo: lo, Hi: hi, Style: s})
		}
	}
	f.Panels = []Panel{p}
	return f
}

func heatMap() *Figure {
	h := &Heat{
		Cols:  []string{"Proof of stake", "Burn auction", "Lottery", "Committee", "Proof of work"},
		Rows:  []string{"DoS and short", "Fake DoS", "Withdrawal ransom", "Empty blocks"},
		Label: "ROI (%)", Decimals: 1,
	}
	for r := range 4 {
		var z []float64
		var told []bool
		for c := range 5 {
			z = append(z, 41*math.Sin(float64(r*5+c)))
			told = append(told, math.Abs(z[c]) > 15)
		}
		h.Z, h.Told = append(h.Z, z), append(h.Told, told)
	}
	h.Z[2][3] = math.NaN()
	return &Figure{Width: DoubleColumn, HeightMM: 65,
		Panels: []Panel{{Heat: h, XLabel: "Leader selection", YLabel: "Attack"}}, Caption: "Mechanism × attack."}
}

func signMap() *Figure {
	h := &Heat{Label: "Price move (%)", Decimals: 0}
	for c := range 7 {
		h.Cols = append(h.Cols, Number(float64(c)*0.1, 1))
	}
	for r := range 6 {
		h.Rows = append(h.Rows, Number(float64(r)*0.2, 1))
		var z []float64
		for c := range 7 {
			z = append(z, 8*(float64(r)-2.4)-5*(float64(c)-3.2))
		}
		h.Z = append(h.Z, z)
	}
	return &Figure{Width: SingleColumn, HeightMM: 70,
		Panels:  []Panel{{Heat: h, XLabel: "Stake share of the attacker", YLabel: "Users leave below λ"}},
		Caption: "Sign of the price move."}
}

func moneyByChannel() *Figure {
	return &Figure{Width: SingleColumn, HeightMM: 68, Caption: "Money by channel.", Panels: []Panel{{
		XLabel: "Money of the attacker (thousand €)",
		Waterfall: &Waterfall{
			Labels: []string{"Short position", "Block rewards", "Fees and MEV", "Botnet rental", "Borrowing", "Slashing",
				"Market impact"},
			Values: []float64{412.3, 38.1, 12.4, -180, -96.5, -14.2, -201.9},
			Total:  "Net profit", Decimals: 1,
		},
	}}}
}

func smallMultiples() *Figure {
	f := &Figure{Width: DoubleColumn, HeightMM: 120, Caption: "Four mechanisms."}
	src := rand.New(rand.NewPCG(3, 1))
	for k := range 4 {
		var x, y, lo, hi, cx, cy []float64
		for i := range 9 {
			v := 0.05 + 0.05*float64(i)
			m := math.Pow(v, float64(k+1)) * math.Pow(10, float64(k))
			e := 0.1*m + 0.01
			x, y, lo, hi = append(x, v), append(y, m+0.4*e*src.NormFloat64()), append(lo, m-e), append(hi, m+e)
			cx, cy = append(cx, v), append(cy, m)
		}
		f.Panels = append(f.Panels, Panel{
			Title: string(rune('a' + k)), XLabel: "Hash share (1)", YLabel: "Odds of a missed deadline (1)", Legend: true,
			Lines: []Line{{Name: "Closed form", X: cx, Y: cy, Style: 3},
				{Name: "Simulation, 95 % interval", X: x, Y: y, Lo: lo, Hi: hi, Points: true, Style: 1}},
		})
	}
	f.Panels[1].Marks = []Mark{{0.1, "one third"}, {0.4, "majority"}}
	return f
}

func logAxes() *Figure {
	var x, y, y2 []float64
	for i := range 40 {
		v := math.Pow(10, -2+float64(i)*0.1)
		x, y, y2 = append(x, v), append(y, 3*math.Pow(v, -0.7)), append(y2, 0.02*v)
	}
	return &Figure{Width: SingleColumn, HeightMM: 60, Caption: "Log axes.", Panels: []Panel{{
		XLabel: "Gas price (gwei)", YLabel: "Cost per migrating user (€)", XLog: true, YLog: true, Legend: true,
		Lines: []Line{{Name: "Exit by bridge", X: x, Y: y}, {Name: "Exit by exchange", X: x, Y: y2, Style: 1}},
	}}}
}

func wideSeries() *Figure {
	f := &Figure{Width: DoubleColumn, HeightMM: 100, Columns: 1, Caption: "Two rows."}
	src := rand.New(rand.NewPCG(9, 1))
	var x, profit, lo, hi, conc []float64
	p, s := 0.0, 0.12
	for i := range 400 {
		p += 900*src.NormFloat64() + 150
		s += 0.0004 + 0.001*src.NormFloat64()
		x, profit, conc = append(x, float64(i)), append(profit, p-20000), append(conc, s)
		lo, hi = append(lo, p-22500), append(hi, p-17500)
	}
	f.Panels = []Panel{
		{Title: "a", XLabel: "Cycle (1)", YLabel: "Cumulative profit (€)", ZeroLine: true, Legend: true,
			Lines: []Line{{Name: "Profit", X: x, Y: profit}}, Bands: []Band{{X: x, Lo: lo, Hi: hi}},
			Marks: []Mark{{20, "attack starts"}, {40, "DoS ends"}, {380, "last cycle"}, {390, "accounts are settled"}}},
		{Title: "b", XLabel: "Cycle (1)", YLabel: "Gini of stake (1)", Legend: true,
			Lines: []Line{{Name: "Concentration", X: x, Y: conc, Style: 2}}},
	}
	return f
}

// TestSameFigureSameBytes draws every sample twice and compares all files. With the
// environment variable FIGURES it keeps one copy in that folder for inspection.
func TestSameFigureSameBytes(t *testing.T) {
	dir := os.Getenv("FIGURES")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, f := range samples() {
		first, err := f.Write(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		second, err := samples()[name].Write(t.TempDir(), name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range first {
			a, _ := os.ReadFile(first[i])
			b, _ := os.ReadFile(second[i])
			if len(a) == 0 || !bytes.Equal(a, b) {
				t.Errorf("%s differs between two runs", first[i])
			}
		}
	}
}
