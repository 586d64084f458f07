package axis

import (
	"fmt"
	"math"
	"testing"
)

// A sampled number has the digits that a reader can use, and a narrow range keeps its values apart.
func TestSampledDigits(t *testing.T) {
	for _, c := range []struct {
		r    Range
		u    float64
		want string
	}{
		{Range{From: 1e6, To: 8e6}, 0.14886170810, "2042032"},
		{Range{From: 0.2, To: 0.9}, 1. / 3, "0.4333333"},
		{Range{From: 1, To: 10}, 0.7678749, "7.910874"},
		{Range{From: 1e6, To: 16e6, Log: true}, 0.3, "2297397"},
		{Range{From: 1000, To: 1001}, 1. / 3, "1000.333333"},
		{Range{From: -0.001, To: 0.001}, 0.5, "0"},
		{Range{From: 0, To: 1. / 3}, 1, "0.3333333"},
	} {
		if got := Text(c.r.Sampled(c.u), -1); got != c.want {
			t.Errorf("%+v at %g: %s, want %s", c.r, c.u, got, c.want)
		}
	}
	r, seen := Range{From: 5000, To: 5000.01}, map[string]bool{}
	for i := range 10_000 {
		seen[Text(r.Sampled(float64(i)/10_000), -1)] = true
	}
	if len(seen) != 10_000 {
		t.Errorf("10,000 points of a narrow range give %d values", len(seen))
	}
}

// The rule for numbers holds in axes and samples: 1e3 is a number, and 1_000 and 4M are not.
func TestNumbersInAxes(t *testing.T) {
	if a, fault := Parse("x=1e6..8e6:1e1"); fault != nil || a.Range != (Range{From: 1e6, To: 8e6, Points: 10}) {
		t.Errorf("%+v, %v", a, fault)
	}
	if s, fault := ParseSample("lhs:1e3"); fault != nil || s.Points != 1000 {
		t.Errorf("%+v, %v", s, fault)
	}
	for text, want := range map[string]string{
		"x=1_000..2000:3": `x: "1_000" is not the end of a range; expected a number as a preset writes it; write 1000`,
		"x=1..2:1_0":      `x: "1_0" has no meaning in a range; expected from..to:points or from..to:points:log`,
	} {
		if _, fault := Parse(text); fault == nil || fault.Error() != want {
			t.Errorf("%s: %v", text, fault)
		}
	}
	if _, fault := ParseSample("lhs:1_000"); fault == nil || fault.Hint != "write 1000" {
		t.Errorf("lhs:1_000: %v", fault)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"a.b=1,2,3", "a=1..2:5:log", "a=-1e300..1e300:2", "=", "a=..", "lhs:64", "halton:1e3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if a, fault := Parse(text); fault == nil && a.Values == nil {
			for i, u := range []float64{0, 0.5, 1} {
				x, y := a.Range.At(u), a.Range.Sampled(u)
				if math.IsNaN(x) || x < a.Range.From || x > a.Range.To || y < a.Range.From || y > a.Range.To {
					t.Errorf("%q: point %d is %g, sampled %g", text, i, x, y)
				}
			}
		}
		if s, fault := ParseSample(text); fault == nil && (s.Points < 1 || s.Points > maxPoints) {
			t.Errorf("%q: %s", text, fmt.Sprint(s))
		}
	})
}
