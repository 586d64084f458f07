package report

import (
	"math"
	"strings"
	"testing"

	"stakeout/experiments/kit/record"
)

// Each number of a row is held by a law: a micro-USD more in any of them breaks one.
func TestEveryAmountIsHeldByALaw(t *testing.T) {
	schema, all := rows([]float64{5}, []float64{3})
	laws, held := conserved(schema), 0
	broken := func(r record.Row) (n int) {
		for _, l := range laws {
			if l.broken(r) {
				n++
			}
		}
		return n
	}
	if broken(all[0]) > 0 {
		t.Fatal("a sound row breaks a law")
	}
	for i, c := range schema.Columns {
		if !strings.HasPrefix(c.Name, "y_") || strings.HasSuffix(c.Name, "roi") ||
			strings.HasSuffix(c.Name, "capital_at_risk_usd") || strings.HasSuffix(c.Name, "log_drift_usd") {
			continue
		}
		r := append(record.Row{}, all[0]...)
		x, has := r[i].Float()
		if !has {
			continue
		}
		r[i] = record.FloatValue(math.Round(x*1e6+1) / 1e6)
		if held++; broken(r) == 0 {
			t.Errorf("nothing holds %s", c.Name)
		}
	}
	if held < 20 {
		t.Errorf("%d amounts", held)
	}
}
