package check

import (
	"bytes"
	"context"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
)

// smallWorld has every kind of agent, few of each, and short delays.
func smallWorld() *sim.Config {
	c := new(sim.Config)
	param.Defaults(c)
	c.Time.WarmupDays, c.Rollup.UnbondingDays = 0.2, 0.1
	c.Stakers.Count, c.Noise.Count, c.Chartists.Count = 30, 40, 6
	c.Holders.Count, c.Shorters.Count, c.Users.Count, c.Users.CohortSize = 5, 4, 40, 5000
	return c
}

// smallDays are short horizons at which the checks still run all of their parts.
var smallDays = map[string]float64{
	"stationary": 1, "facts": 7.2, "impact": 3, "sign": 0.2, "events": 1.3, "dai": 2, "martingale": 1.5, "honest": 1,
	"robustness": 2, "reactions": 2, "accounts": 1, "monopoly": 1, "null": 2,
}

// runSmall runs a check in the small world, and tests its progress.
func runSmall(t *testing.T, name string, workers int) *Result {
	t.Helper()
	calls := 0
	res, err := Run(context.Background(), name, Options{
		Seeds: 2, Workers: workers, Days: smallDays[name], World: smallWorld(),
		Progress: func(done, total int) {
			if calls++; done != calls || done > total {
				t.Errorf("%s: progress %d of %d at call %d", name, done, total, calls)
			}
		},
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if calls == 0 {
		t.Errorf("%s: no progress", name)
	}
	return res
}

// printed is the CSV of all tables of a result.
func printed(t *testing.T, res *Result) string {
	t.Helper()
	var b bytes.Buffer
	for _, tab := range res.Tables {
		if err := tab.CSV(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestChecksDoNotDependOnWorkers(t *testing.T) {
	for _, c := range All() {
		t.Run(c.Name, func(t *testing.T) {
			one, two := runSmall(t, c.Name, 1), runSmall(t, c.Name, 2)
			if a, b := printed(t, one), printed(t, two); a != b {
				t.Errorf("one worker:\n%s\ntwo workers:\n%s", a, b)
			}
			if c.Doc == "" || len(one.Tables) == 0 || len(one.Tables[0].Rows) == 0 {
				t.Error("nothing to read")
			}
			sourced(t, one.Tables[0])
			if one.Pass != (one.Failed == 0 && one.Undecided == 0) {
				t.Errorf("pass %v with %d failed, %d undecided", one.Pass, one.Failed, one.Undecided)
			}
		})
	}
}

// Each source has one number, given in the order of the lines.
func TestSourcesAreNumbered(t *testing.T) {
	res := judge("x", "X", []line{
		{what: "a", target: atMost(1), source: "First", got: exactly(0, 1)},
		{what: "b", target: untargeted, got: exactly(0, 1)},
		{what: "c", target: atMost(1), source: "Second", got: exactly(0, 1)},
		{what: "d", target: atMost(1), source: "First", got: exactly(0, 1)},
	})
	marks := ""
	for _, row := range res.Tables[0].Rows {
		marks += row[3].String()
	}
	if marks != "[1]"+table.Dash+"[2][1]" {
		t.Errorf("marks %s", marks)
	}
}

// unchecked matches sources that a reader cannot look up.
var unchecked = regexp.MustCompile(`(?i)prototype|default world|MODEL section|^Assumption\.?$`)

// sourced reports targets without a source, and sources that no reader can look up.
func sourced(t *testing.T, main *table.Table) {
	t.Helper()
	for _, row := range main.Rows {
		if has, cited := row[2].String() != table.Dash, row[3].String() != table.Dash; has != cited {
			t.Errorf("%s: target %s, source %s", row[0], row[2], row[3])
		}
	}
	for _, n := range main.Notes {
		if unchecked.MatchString(strings.TrimSuffix(n, ".")) || strings.Contains(n, "model:") {
			t.Errorf("nobody can check the source %q", n)
		}
	}
}

func TestUnknownCheck(t *testing.T) {
	if _, err := Run(context.Background(), "fact", Options{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v", err)
	}
}

func TestCheckStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Run(ctx, "stationary", Options{Seeds: 1, Days: 1, World: smallWorld()})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestJudgeCounts(t *testing.T) {
	res := judge("x", "X", []line{
		{what: "good", target: atMost(1), got: exactly(0, 1)},
		{what: "bad", target: atMost(1), got: exactly(2, 1)},
		{what: "wide", target: atMost(1), got: measured{1, 0, 2, 3, student}},
	})
	if res.Pass || res.Failed != 1 || res.Undecided != 1 {
		t.Errorf("%+v", res)
	}
	if got := judge("x", "X", nil); !got.Pass {
		t.Error("no line, no failure")
	}
}

// An undecided line says how many worlds would decide it. At half a half-width from the
// border it takes four times as many, and 2.73 times as many again for nine in ten.
func TestDecidingNumber(t *testing.T) {
	for _, x := range []struct {
		got  measured
		want float64
	}{
		{measured{0.5, -0.5, 1.5, 20, student}, 219}, {measured{2, 1, 3, 20, student}, 55},
		{measured{0, -1, 0.5, 20, student}, 0}, {measured{3, 2, 4, 20, student}, 0},
	} {
		l := line{what: "a", target: atMost(1), got: x.got}
		if got := l.deciding(); got != x.want {
			t.Errorf("%+v: %v, want %v", x.got, got, x.want)
		}
	}
	res := judge("x", "X", []line{{what: "wide", target: atMost(1), got: measured{0.5, -0.5, 1.5, 20, student}}})
	if notes := strings.Join(res.Tables[0].Notes, "\n"); !strings.Contains(notes, "n of about 219") {
		t.Errorf("notes %s", notes)
	}
}

// A branch with an outage equals a world that had the outage from the start, and the
// world that it branches off stays without a trace of it.
func TestOutageBranches(t *testing.T) {
	const horizon = 3
	r, ctx := newRunner(check{days: horizon}, Options{World: smallWorld()}), context.Background()
	cfg := r.world
	base, err := r.open(&cfg, 0)
	if err != nil {
		t.Fatal(err)
	}
	traces, err := r.disturb(ctx, new(scratch), base, &cfg, false, horizon)
	if err != nil {
		t.Fatal(err)
	}
	open := func(o sim.OutageParams) *sim.World {
		own := r.world
		own.Outage = o
		w, err := r.openAt(ctx, &own, 0, 1+horizon)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if quiet := open(sim.OutageParams{}); quiet.Hash() != base.Hash() {
		t.Error("the outages of the branches have changed the world without outage")
	}
	onsets, moved := map[int]int{}, false
	for _, x := range traces {
		day := float64(onsets[x.kind])
		onsets[x.kind]++
		w := open(sim.OutageParams{StartDays: 1 + day, Hours: eventKinds[x.kind].hours,
			Share: eventKinds[x.kind].share, Repeat: 1, EveryDays: 28})
		for i, m := range eventMarks {
			at := x.onset + w.Ticks(m.days)
			if math.IsNaN(x.price[i]) {
				continue
			}
			if price := w.PriceAt(at); price != x.price[i] {
				t.Errorf("%s on day %v, %s: %v in the branch, %v", eventKinds[x.kind].name, day, m.name, x.price[i], price)
			}
			moved = moved || x.price[i] != base.PriceAt(at)
		}
	}
	if onsets[threeHours] != 2 || onsets[oneDay] != 1 || onsets[knownEnd] != 0 || !moved {
		t.Errorf("onsets %v, a price moved: %v", onsets, moved)
	}
}

// The fit, and the slope between two sizes, recover the exponent of an exact power law.
func TestImpactExponent(t *testing.T) {
	var worlds []impactWorld
	for _, scale := range []float64{0.8, 1, 1.2} {
		var w impactWorld
		for k, size := range impactSizes {
			for side := range w.orders {
				w.orders[side][k] = []metaorder{{move: scale * math.Pow(size, 0.6), done: 1}}
			}
		}
		worlds = append(worlds, w)
	}
	all := []int{0, 1, 2}
	c := newCurve(worlds, bothSides)
	if got := c.exponent(all, fitFrom, sizes-1); math.Abs(got-0.6) > 1e-9 {
		t.Errorf("fit %g", got)
	}
	if got := c.local(all, 0, 2); math.Abs(got-0.6) > 1e-9 {
		t.Errorf("local %g", got)
	}
}

// An agent whose position lost half its value through the price is not broke. An agent
// that traded more than half of it away is.
func TestBrokeIsAgainstHolding(t *testing.T) {
	var start, end [kinds][]position
	start[0] = []position{{100, 100}, {100, 100}}
	end[0] = []position{{100, 100}, {10, 60}}
	var s stillWorld
	s.compare(start, end, 0.5)
	if s.broke[0] != 1 || s.members[0] != 2 {
		t.Errorf("%d of %d broke", s.broke[0], s.members[0])
	}
	if want := (150.0+40)/300 - 1; math.Abs(s.wealth[0]-want) > 1e-12 {
		t.Errorf("wealth %g, want %g", s.wealth[0], want)
	}
}

// The trader trades the amount of its tasks and pays for it. A branch without a trader
// equals its twin to the bit.
func TestTraderExecutes(t *testing.T) {
	r := newRunner(check{days: 1}, Options{World: smallWorld()})
	w, err := r.openAt(context.Background(), &r.world, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var quiet, b sim.World
	quiet.CopyFrom(w)
	b.CopyFrom(w)
	if err := endow(&b, 1e6, 0); err != nil {
		t.Fatal(err)
	}
	now := b.Tick() + 1
	b.SetAttacker(&trader{id: b.Attackers()[0], tasks: []task{
		{tokens: 20_000, from: now, until: now + 100, every: 5, slack: 0.05},
		{side: 1, all: true, from: now + 101, until: now + 200, every: 5, slack: 0.05},
	}})
	for _, x := range []*sim.World{w, &quiet, &b} {
		if err := x.Run(now + 210); err != nil {
			t.Fatal(err)
		}
	}
	if w.Hash() != quiet.Hash() {
		t.Error("a copy is not its twin")
	}
	if got := filled(&b); math.Abs(got-40_000) > 400 {
		t.Errorf("traded %g of 40,000 tokens", got)
	}
	if profit, left := tripResult(&b, w); profit >= 0 || profit < -20_000 || math.Abs(left) > 100 {
		t.Errorf("profit %g USD, %g USD left", profit, left)
	}
	if err := b.Audit(); err != nil {
		t.Error(err)
	}
}

// capture reaches nearly the share asked for, and moves no stake.
func TestCapture(t *testing.T) {
	r := newRunner(check{days: 1}, Options{World: smallWorld()})
	w, err := r.openAt(context.Background(), &r.world, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	staked := w.Rollup().Public().Staked
	if got := capture(w, &r.world, 0.3, operator{}); got > 0.3 || got < 0.25 {
		t.Errorf("captured %g of 0.3", got)
	}
	if w.Rollup().Public().Staked != staked {
		t.Error("stake moved")
	}
}

func TestSpanPrints(t *testing.T) {
	for want, s := range map[string]span{
		"0.4 to 0.6": between(0.4, 0.6), "at most 1": atMost(1), "at least 2": atLeast(2),
		"exactly 0": between(0, 0), table.Dash: untargeted,
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
