package facts

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// every makes times at a distance.
func every(gap float64, n int) []float64 {
	t := make([]float64, n)
	for i := range t {
		t[i] = gap * float64(i)
	}
	return t
}

// Rows at equal distances are counted: hours that are a little too long must not
// drift against the days. Volumes are those since the last price that counts.
func TestRegularRowsAreCounted(t *testing.T) {
	p := Path{Time: every(3600*1.0003, 97), Price: make([]float64, 97), Volume: make([]float64, 97)}
	for i := range p.Price {
		p.Price[i], p.Volume[i] = math.Exp(float64(i)), 1
	}
	r := sampleReturns([]Path{p}, day)
	if len(r.r) != 4 || r.skipped != 0 {
		t.Fatalf("%d returns, %d skipped", len(r.r), r.skipped)
	}
	for i := range r.r {
		checkClose(t, "return", r.r[i], 24)
		checkClose(t, "volume", r.volume[i], 24)
	}
	checkClose(t, "periods a year", r.perYear, 365/1.0003)
}

// Ticks count for the interval that they end in; an interval without one is
// closed by the next, and six of them cut the series.
func TestIrregularRows(t *testing.T) {
	p := Path{
		Time:   []float64{60, 70, 119.5, 120, 130, 245, 301, 721, 781},
		Price:  []float64{1, 2, 3, 4, nan, 8, 16, 5, 10},
		Volume: []float64{9, 1, 1, 1, 1, nan, 1, 7, 2},
	}
	r := sampleReturns([]Path{p}, 60)
	want := []float64{math.Log(4), math.Log(2), math.Log(2), math.Log(2)}
	if len(r.r) != len(want) {
		t.Fatalf("returns %v", r.r)
	}
	for i := range want {
		checkClose(t, "return", r.r[i], want[i])
	}
	if !slices.Equal(r.volume, []float64{3, 1, 1, 2}) {
		t.Errorf("volumes %v", r.volume)
	}
	if !slices.Equal(r.rest, []int{2, 1, 0, 0}) || r.skipped != 2+6 {
		t.Errorf("rest %v, %d skipped", r.rest, r.skipped)
	}
}

// Days of a market that closes at weekends: 5 returns a week.
func TestWeekends(t *testing.T) {
	var p Path
	for d := range 70 {
		if d%7 < 5 {
			p.Time, p.Price = append(p.Time, float64(d)*day), append(p.Price, 1+float64(d%3))
		}
	}
	r := sampleReturns([]Path{p}, day)
	if len(r.r) != 49 || r.skipped != 18 || r.rest[0] != 48 {
		t.Errorf("%d returns, %d skipped, stretch of %d", len(r.r), r.skipped, r.rest[0]+1)
	}
	checkWithin(t, "periods a year", r.perYear, 365*49.0/67, 1)
	// Minutes of the same market: nights cut the series and count as time.
	p = Path{}
	for session := range 3 {
		for minute := range 100 {
			p.Time, p.Price = append(p.Time, float64(session)*day+60*float64(minute)), append(p.Price, 1)
		}
	}
	r = sampleReturns([]Path{p}, 60)
	if len(r.r) != 297 || r.rest[0] != 98 || !(r.days > 2) {
		t.Errorf("%d returns, %g days", len(r.r), r.days)
	}
}

// walk is a path of daily prices with GARCH returns.
func walk(cluster int, seed uint64, n int) Path {
	p := Path{Cluster: cluster, Time: every(day, n+1), Price: []float64{100}, Volume: []float64{nan}}
	for i, r := range draws(garch(0.15, 0.75), seed, n) {
		p.Price = append(p.Price, p.Price[i]*math.Exp(0.07*r))
		p.Volume = append(p.Volume, 1e6*(1+math.Abs(r)))
		p.Spread, p.Depth = append(p.Spread, 5+math.Abs(r)), append(p.Depth, 1e4)
	}
	p.Spread, p.Depth = append(p.Spread, nan), append(p.Depth, 1e4)
	return p
}

func verdicts(r *Result) map[string]string {
	out := map[string]string{}
	for _, row := range r.Table.Rows {
		out[row[0].String()] = row[6].String()
	}
	return out
}

// A series made to have the facts is found to have them, and one of independent
// normal returns is not.
func TestMeasureTellsGarchFromNormal(t *testing.T) {
	r, err := Measure([]Path{walk(0, 3, 4000)}, Options{Supply: 1e7, Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	got := verdicts(r)
	for name, want := range map[string]string{
		AnnualVolatility.Name: "pass", ACFReturns1.Name: "pass", ACFSizes1.Name: "undecided", ACFSizes10.Name: "pass",
		clustering.Name: "pass", volumeSize.Name: "pass", DailyVolume.Name: "pass", MedianSpread.Name: "pass",
		Depth1.Name: "pass", "excess kurtosis": "reported", Kurtosis.Name: "fail",
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	p := Path{Time: every(day, 4001), Price: []float64{1}}
	for i, z := range draws(normal, 9, 4000) {
		p.Price = append(p.Price, p.Price[i]*math.Exp(0.05*z))
	}
	if r, err = Measure([]Path{p}, Options{}); err != nil {
		t.Fatal(err)
	}
	got = verdicts(r)
	for _, f := range []Fact{Kurtosis, ACFSizes1, TailIndex5} {
		if got[f.Name] != "fail" {
			t.Errorf("normal returns: %s: %q", f.Name, got[f.Name])
		}
	}
	if _, has := got[volumeSize.Name]; has {
		t.Error("there is no volume")
	}
}

// Twins that move alike say no more than one of them.
func TestTwinsDoNotNarrowIntervals(t *testing.T) {
	a := walk(0, 5, 400)
	one, err := Measure([]Path{a}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := Measure([]Path{a, a}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range one.Table.Rows {
		name, x, y := row[0].String(), row[4].String(), two.Table.Rows[i][4].String()
		if name == AnnualVolatility.Name || strings.HasPrefix(name, "daily volume, ") || x == y {
			continue // An unbiased variance of twice as many is a little smaller, and quantiles interpolate elsewhere.
		}
		t.Errorf("%s: %s alone, %s with its twin", name, x, y)
	}
}

func TestMeasureIsAFunctionOfItsData(t *testing.T) {
	var paths []Path
	for i := range 12 {
		paths = append(paths, walk(i, uint64(i+1), 60))
	}
	a, err := Measure(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Measure(paths, Options{})
	for i, row := range a.Table.Rows {
		if row[4].String() != b.Table.Rows[i][4].String() {
			t.Errorf("%s: %s, then %s", row[0], row[4], b.Table.Rows[i][4])
		}
	}
}

func TestIntervalsThatDoNotSuit(t *testing.T) {
	for _, c := range []struct {
		p    Path
		o    Options
		want string
	}{
		{walk(0, 1, 5), Options{}, "the interval does not suit the series: 5 returns over 1 d, expected 10 or more"},
		{walk(0, 1, 50), Options{Interval: 3600}, "the interval does not suit the series: rows are 1 d apart, prices 1 h " +
			"apart were asked for"},
		{Path{Time: every(1, 600), Price: slices.Repeat([]float64{1}, 600)}, Options{Interval: day},
			"the interval does not suit the series: 1 returns over 1 d, expected 10 or more; an interval of 10 s has them"},
	} {
		if _, err := Measure([]Path{c.p}, c.o); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if _, err := Measure(nil, Options{}); err == nil {
		t.Error("nothing was measured")
	}
}

func TestPeriod(t *testing.T) {
	for seconds, want := range map[float64]string{86_400: "1 d", 21_600: "6 h", 300: "5 min", 0.5: "0.5 s", 90: "90 s"} {
		if got := Period(seconds); got != want {
			t.Errorf("%g: %s, want %s", seconds, got, want)
		}
	}
}
