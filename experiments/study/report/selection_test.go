package report

import (
	"strings"
	"testing"
)

// The notes of a table say how precise it is, how few replications its tail has, and, of
// several cells, what sorting them does.
func TestNotesSayWhatIsLeftOpen(t *testing.T) {
	one := study(t, []float64{90, 100, 110, 100}, []float64{0, 0, 0, 0})
	text := strings.Join(one.limits(), "\n")
	for _, want := range []string{"known to within 13 USD, 1.3 % of the capital at risk.",
		"ES 95 % is the mean of the worst 1.0 of 4 replications", "no interval"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Sorting") {
		t.Errorf("a single cell is not chosen among others:\n%s", text)
	}
	many := grid(t, map[[2]float64]float64{{0.3, 1}: 5, {0.9, 1}: 7, {0.3, 2}: 0}, [2]float64{0.3, 1}, [2]float64{0.9, 1},
		[2]float64{0.3, 2})
	text = strings.Join(many.limits(), "\n")
	for _, want := range []string{"zero in all 3 cells", "Tested together (Holm), 2 of them differ",
		"in the least precise cell"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}
