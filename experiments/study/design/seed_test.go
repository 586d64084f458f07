package design

import (
	"math"
	"strconv"
	"testing"
)

// No program may take a seed for a number: a double would round it, and two seeds become one.
func TestSeedIsText(t *testing.T) {
	for _, seed := range []uint64{0, 7698, 1<<53 + 1, math.MaxUint64} {
		text := seedText(seed)
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			t.Errorf("%s reads as a number", text)
		}
		if _, err := strconv.ParseUint(text, 0, 64); err == nil {
			t.Errorf("%s reads as a whole number", text)
		}
		if back, err := strconv.ParseUint(text[1:], 10, 64); err != nil || back != seed {
			t.Errorf("%s does not hold %d: %v", text, seed, err)
		}
	}
}
