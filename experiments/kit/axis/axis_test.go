package axis

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Axis{
		"a.b=0.3,0.6, 1":            {Path: "a.b", Values: []string{"0.3", "0.6", "1"}},
		"mechanism=pos":             {Path: "mechanism", Values: []string{"pos"}},
		"x=1e6..16e6:5:log":         {Path: "x", Range: Range{1e6, 16e6, 5, true}},
		"x=-1..1:3":                 {Path: "x", Range: Range{-1, 1, 3, false}},
		"x=0..1":                    {Path: "x", Range: Range{0, 1, 0, false}},
		"x=1..2:log":                {Path: "x", Range: Range{1, 2, 0, true}},
		"x=0.5..2:2:linear":         {Path: "x", Range: Range{0.5, 2, 2, false}},
		"attack=dos-short,fake-dos": {Path: "attack", Values: []string{"dos-short", "fake-dos"}},
	} {
		got, fault := Parse(text)
		if fault != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %+v", text, got, fault)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"x":              "is not an axis",
		"=1":             "is not an axis",
		"x=":             "value 1 is empty",
		"x=1,,2":         "value 2 is empty",
		"x=1:2:3":        "write two dots",
		"x=1..":          "is not the end of a range",
		"x=.5..1:3":      "write 0.5",
		"x=2..1:3":       "is not valid",
		"x=1..1:3":       "is not valid",
		"x=1..2:1":       "has 1 points",
		"x=1..2:-4":      "has -4 points",
		"x=1..2:0":       `"0" has no meaning`,
		"x=1..2:1000000": "has 1000000 points",
		"x=0..2:3:log":   "cannot start at 0",
		"x=1..2:3:lg":    `did you mean "log"?`,
		"x=1..2:3:4":     `"4" has no meaning`,
		"x=1..1e999:3":   "is not valid",
	} {
		_, fault := Parse(text)
		if fault == nil || !strings.Contains(fault.Message+fault.Expected+fault.Hint, want) {
			t.Errorf("%s: %+v, want %q", text, fault, want)
		}
	}
}

func TestRange(t *testing.T) {
	var got []string
	for _, x := range (Range{1e6, 16e6, 5, true}).Grid() {
		got = append(got, Text(x, 6))
	}
	for _, x := range (Range{0.1, 0.5, 5, false}).Grid() {
		got = append(got, Text(x, -1))
	}
	want := []string{"1000000", "2000000", "4000000", "8000000", "16000000", "0.1", "0.2", "0.3", "0.4", "0.5"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestGrid(t *testing.T) {
	want := [][]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}}
	if got := Grid([]int{2, 3}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if got := Grid(nil); len(got) != 1 {
		t.Errorf("no axis gives %d points, want one", len(got))
	}
}

// A Latin hypercube of n points has one point in each of n equal parts of every
// axis. A scrambled Halton sample has this property on the axis of base b when n
// is a power of b, because a permutation of digits only reorders the parts.
func TestSamplesFillEveryPart(t *testing.T) {
	for _, c := range []struct {
		method     string
		points     int
		checked, d int // the axis to check, and the number of axes
	}{{LatinHypercube, 50, 0, 3}, {LatinHypercube, 50, 2, 3}, {Halton, 64, 0, 3}, {Halton, 81, 1, 3},
		{Halton, 125, 2, 3}} {
		s := Sample{c.method, c.points}
		seen := map[int]bool{}
		for _, x := range s.Draw(c.d, 7698) {
			if x[c.checked] < 0 || x[c.checked] >= 1 {
				t.Fatalf("%+v: %v", c, x)
			}
			seen[int(math.Floor(x[c.checked]*float64(c.points)))] = true
		}
		if len(seen) != c.points {
			t.Errorf("%+v: %d parts have a point", c, len(seen))
		}
		if !reflect.DeepEqual(s.Draw(c.d, 1), s.Draw(c.d, 1)) || reflect.DeepEqual(s.Draw(c.d, 1), s.Draw(c.d, 2)) {
			t.Errorf("%+v: the points do not follow the seed", c)
		}
	}
}

func TestParseSample(t *testing.T) {
	if s, fault := ParseSample("lhs:64"); fault != nil || s != (Sample{LatinHypercube, 64}) {
		t.Errorf("%+v, %+v", s, fault)
	}
	for text, want := range map[string]string{"lsh:4": `did you mean "lhs"?`, "halton": "not a number of points",
		"lhs:0": "not a number of points", "lhs:x": "not a number of points"} {
		if _, fault := ParseSample(text); fault == nil || !strings.Contains(fault.Message+fault.Hint, want) {
			t.Errorf("%s: %+v", text, fault)
		}
	}
}
