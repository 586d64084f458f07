package facts

import (
	"math"
	"testing"
)

func TestVerdictJudgesTheWholeInterval(t *testing.T) {
	for _, c := range []struct {
		accepted Range
		lo, hi   float64
		want     Verdict
	}{
		{Between(0, 1), 0.1, 0.9, Pass},
		{Between(0, 1), 0.1, 1.1, Undecided},
		{Between(0, 1), -1, 2, Undecided},
		{Between(0, 1), 1.1, 1.2, Fail},
		{AtMost(0), -2, -1, Pass},
		{AtMost(0), 1, 2, Fail},
		{AtLeast(0), math.Inf(-1), math.Inf(1), Undecided},
		{Between(0, 1), math.NaN(), math.NaN(), Undecided},
		{Unclaimed, 0, 1, Reported},
	} {
		if got := c.accepted.Judge(c.lo, c.hi); got != c.want {
			t.Errorf("[%g, %g] against %v: %s, want %s", c.lo, c.hi, c.accepted, got, c.want)
		}
	}
}

func TestRangeInWords(t *testing.T) {
	for r, want := range map[Range]string{
		Between(-0.1, 0.1): "−0.1 to 0.1", AtMost(1): "at most 1", AtLeast(0): "at least 0", Between(2, 2): "exactly 2",
	} {
		if r.String() != want {
			t.Errorf("%q, want %q", r.String(), want)
		}
	}
	if Unclaimed.String() != "—" {
		t.Error("nothing is claimed")
	}
}
