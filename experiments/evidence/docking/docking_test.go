package docking

import (
	"context"
	"errors"
	"math"
	"testing"

	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/stat"
	"stakeout/market/book"
)

// The quick form of every target passes with its whole intervals, and its
// figure can be drawn.
func TestTargets(t *testing.T) {
	for _, e := range All() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			o, err := e.Run(context.Background(), Scale{Seed: Seed})
			if err != nil {
				t.Fatal(err)
			}
			for i := range o.Rows {
				r := &o.Rows[i]
				if v := r.Verdict(); v != Pass && v != Identity && v != Reported {
					t.Errorf("%s: %s: published %v %s, reproduced %v [%v, %v]", r.Quantity, v, r.Published, r.Allowed, r.Got.Mean,
						r.Got.Lo, r.Got.Hi)
				}
			}
			if err := o.Figure.Validate(); err != nil {
				t.Error(err)
			}
			if err := Table([]Entry{e}, []*Outcome{o}).Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A smaller interval decides; an estimate within the tolerance does not.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   Verdict
	}{{0.99, 1.01, Pass}, {0.96, 1.01, Undecided}, {1.03, 1.04, Miss}, {0.9, 0.97, Miss}, {0.98, 1.02, Pass}} {
		r := absolute("x", 1, 0.02, stat.Interval{Mean: 1, Lo: c.lo, Hi: c.hi}, 2)
		if got := r.Verdict(); got != c.want {
			t.Errorf("[%v, %v] around 1 ± 0.02: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	r := informative("x", stat.Interval{Mean: 1}, 2)
	if r.Verdict() != Reported {
		t.Errorf("a row without a published value is judged %s", r.Verdict())
	}
}

// The diagnosis is part of the table exactly when there is a miss.
func TestDiagnosisIsPrinted(t *testing.T) {
	e := Entry{Name: "made-up", Doc: "A target for the test."}
	for _, published := range []float64{1, 2} {
		o := &Outcome{Rows: []Row{absolute("x", published, 0.1, stat.Interval{Mean: 1, Lo: 1, Hi: 1, N: 3}, 1)},
			Diagnosis: "because"}
		notes := Table([]Entry{e}, []*Outcome{o}).Notes
		if got, want := notes[len(notes)-1] == "Diagnosis of the misses of made-up: because", published == 2; got != want {
			t.Errorf("published %v: diagnosis printed: %v", published, got)
		}
	}
}

func TestFindNamesTheNearest(t *testing.T) {
	if e, err := Find("random-traders"); err != nil || e.Name != "random-traders" {
		t.Errorf("found %q, %v", e.Name, err)
	}
	_, err := Find("random-trader")
	if !errors.Is(err, ErrUnknown) ||
		err.Error() != `no such docking target "random-trader"; did you mean "random-traders"?` {
		t.Errorf("error %v", err)
	}
}

// The same seed gives the same bits, another one does not, and an interrupted
// target says so.
func TestRunsAreReproducible(t *testing.T) {
	run := func(seed uint64) float64 {
		x, err := baseFlow.measure(0.1, 20_000, seed)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if a, b := run(1), run(1); math.Float64bits(a) != math.Float64bits(b) {
		t.Errorf("%v and %v from one seed", a, b)
	}
	if run(1) == run(2) {
		t.Error("two seeds give one spread")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, e := range All() {
		if _, err := e.Run(ctx, Scale{Seed: 1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: an interrupted target returns %v", e.Name, err)
		}
	}
}

// Gains from trade that are known by hand: values 3 and 1 against costs 2 and 4
// leave one trade worth 1.
func TestPossibleSurplus(t *testing.T) {
	m := &unitMarket{worth: make([]uint32, 2*tradersASide)}
	for i := range tradersASide {
		m.worth[i], m.worth[tradersASide+i] = 1, 4
	}
	m.worth[0], m.worth[tradersASide] = 3, 2
	if got := m.possible(); got != 1 {
		t.Errorf("possible surplus %d, want 1", got)
	}
}

// The book of a short moves by the square root of what is sold, to a tick.
func TestSquareRootImpact(t *testing.T) {
	for _, q := range []float64{0.01, 0.1, 1, 4} {
		w, err := sabotage{impact: 0.05}.open(0, q*sabotageVolume)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.quote(book.Buy, par, 0.05, q*sabotageVolume); err != nil {
			t.Fatal(err)
		}
		_, paid := w.x.Walk(book.Sell, uint64(q*sabotageVolume))
		mean := 1 - float64(paid)/par/(q*sabotageVolume)
		if want := 2.0 / 3 * 0.05 * math.Sqrt(q); math.Abs(mean-want) > 1e-4 {
			t.Errorf("%v V sells %v below the price, want %v", q, mean, want)
		}
	}
}

// A short that changes nothing costs its interest.
func TestIdleSabotage(t *testing.T) {
	const short = 1_000_000
	got, err := fortnight(sabotage{}).run(1_000_000, short)
	if want := -short * 0.07 * 14 / 365; err != nil || math.Abs(got-want) > 1 {
		t.Errorf("a short of a million gains %v, %v, want %v", got, err, want)
	}
}

// Evenly spaced numbers let everybody lead as often as its stake says, and
// without an attack everybody earns the same for a token.
func TestQuietSeason(t *testing.T) {
	s := siege{p: 0.5, k: 1, price: byShare, lottery: numbers(20_000, 1)}
	m, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.settle(0)
	if err != nil {
		t.Fatal(err)
	}
	_, lend := m.pool.Rates()
	if math.Abs(h.attacker/h.others-1) > 2e-4 || math.Abs(h.others/lend-1) > 2e-4 {
		t.Errorf("the attacker earns %v, others %v, lenders %v", h.attacker, h.others, lend)
	}
	if staked := float64(m.roll.Public().Staked); math.Abs(staked/m.opening-1) > 2e-4 {
		t.Errorf("%v staked, want %v", staked, m.opening)
	}
}

// The odds of both papers on secret branches, as they print them: Rosenfeld at
// a tenth of the hash power, Nakamoto in section 11.
func TestDoubleSpendOdds(t *testing.T) {
	for n, want := range map[int]float64{1: 0.2, 2: 0.056, 3: 0.01712, 4: 0.00546, 5: 0.00178, 6: 0.00059} {
		if got := (spendCase{share: 0.1, blocks: n}).odds(); math.Abs(got-want) > 5e-6 {
			t.Errorf("odds after %d confirmations %v, want %v", n, got, want)
		}
	}
	for _, c := range []struct {
		share  float64
		blocks int
		want   float64
	}{{0.1, 5, 0.0009137}, {0.1, 10, 0.0000012}, {0.3, 5, printedOdds}, {0.3, 10, 0.0416605}} {
		if got := (spendCase{share: c.share, blocks: c.blocks}).nakamoto(); math.Abs(got-c.want) > 5e-8 {
			t.Errorf("Nakamoto's odds for a share of %v after %d confirmations %v, want %v", c.share, c.blocks, got, c.want)
		}
	}
}

// An attacker with almost all hash power is ahead whenever the payment counts,
// and waits for nothing else.
func TestOverwhelmingAttack(t *testing.T) {
	c := spendCase{share: 0.99, blocks: 2}
	odds, time, err := c.repeat(context.Background(), 1, 2000)
	if err != nil || odds.Mean != 1 {
		t.Errorf("odds %v, %v", odds.Mean, err)
	}
	if want := c.duration(); time.Lo > want || time.Hi < want || math.Abs(want-2) > 0.01 {
		t.Errorf("duration [%v, %v], want %v", time.Lo, time.Hi, want)
	}
}

// Tails of the binomial that are known: half of two seats, and the quorum of
// the smallest committee that is safe to two to the minus forty.
func TestCaptureOdds(t *testing.T) {
	for _, c := range []struct {
		captureCase
		want float64
	}{{captureCase{seats: 2, need: 1, share: 0.25}, 1 - 0.75*0.75},
		{captureCase{seats: 3, need: 2, share: 1. / 3}, 7. / 27}, {quorumCase, math.Exp2(-40.239048)}} {
		if got := c.odds(); math.Abs(got/c.want-1) > 1e-6 {
			t.Errorf("odds of %v: %v, want %v", c.captureCase, got, c.want)
		}
	}
}

// Committees with all stake behind one vetoing operator lead every slot, and
// those without an attacker lose none.
func TestHaltsNeedBothSides(t *testing.T) {
	for _, share := range []float64{0, 1} {
		got, err := captureCase{seats: 12, need: 4, share: share, drawn: share}.halted(context.Background(), 1, 50)
		if err != nil || got.Mean != 0 {
			t.Errorf("share %v halts %v of the committees, %v", share, got.Mean, err)
		}
	}
}

// The bound on the average block is the target for small moves, and what is
// published for an eighth; a bid below the base fee gets nothing.
func TestFeePathByHand(t *testing.T) {
	for d, want := range map[float64]float64{1e-6: 1, 0.125: 1.0627, 0.5: math.Log(4) / math.Log(3)} {
		if got := ceiling(d); math.Abs(got-want) > 1e-4 {
			t.Errorf("bound at d = %v: %v, want %v", d, got, want)
		}
	}
	chain, err := feeChain(10, eighth)
	if err != nil {
		t.Fatal(err)
	}
	s := draw.New(1)
	for tick, c := range []struct{ bid, want float64 }{{9.99, 0}, {9, targetGas}} {
		if used, err := offer(chain, uint32(tick), s, targetGas, c.bid); err != nil || used != c.want {
			t.Errorf("a bid of %v gets %v gas, %v, want %v", c.bid, used, err, c.want)
		}
	}
	if fee := chain.BaseFee().Gwei(); fee != 8.75 {
		t.Errorf("base fee %v after an empty block and one on target, want 8.75", fee)
	}
}

// The urn by hand: constant rewards are Pólya's, geometric ones take the same
// fraction every slot, and an urn that starts with one reward on either side
// makes every number of slots led as likely as any other.
func TestCompounding(t *testing.T) {
	c := compoundCase{share: 0.3, rewards: 10}
	const start, slots = compoundSlots / 10., compoundSlots // stake at the start in rewards
	if got, want := c.variance(slots), slots/((start+1)*(start+slots)); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("variance %v with constant rewards, want %v", got, want)
	}
	c.geometric = true
	theta := 1 - math.Pow(11, -1./slots)
	if got, want := c.variance(slots), 1-math.Pow(1-theta*theta, slots); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("variance %v with geometric rewards, want %v", got, want)
	}
	c = compoundCase{share: 0.5, rewards: slots / 2}
	if got, want := c.majority(), 101./201; math.Abs(got-want) > 1e-9 {
		t.Errorf("odds of half %v from an even urn, want %v", got, want)
	}
}

// Withholding loses blocks below the threshold and wins above; the thresholds
// are the published ones.
func TestWithholdingPaysFromTheThreshold(t *testing.T) {
	for _, gamma := range thresholdGammas {
		for _, sign := range []float64{-1, 1} {
			gain, err := withheld(threshold(gamma)+sign*thresholdWidth, gamma, 1, 100_000)
			if err != nil || gain*sign <= 0 {
				t.Errorf("γ = %v, %+v off the threshold: gain %v, %v", gamma, sign*thresholdWidth, gain, err)
			}
		}
	}
	if threshold(0) != 1./3 || threshold(0.5) != 0.25 || threshold(1) != 0 {
		t.Errorf("thresholds %v, %v, %v, want 1/3, 1/4, 0", threshold(0), threshold(0.5), threshold(1))
	}
}
