package rollup

import (
	"errors"
	"math"
	"math/rand"
	"testing"

	"pgregory.net/rapid"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// The tree draws the same owner as a walk along the list of all stakes.
func TestLotteryAgainstWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "owners")
		f, weight := newLottery(n), make([]int64, n)
		for range rapid.IntRange(0, 50).Draw(t, "changes") {
			o := rapid.IntRange(0, n-1).Draw(t, "owner")
			x := rapid.Int64Range(0, 1<<40).Draw(t, "stake")
			f.add(ledger.Owner(o), x-weight[o])
			weight[o] = x
		}
		var total int64
		for _, x := range weight {
			total += x
		}
		if f.total != total {
			t.Fatalf("total %d, want %d", f.total, total)
		}
		if total == 0 {
			return
		}
		u := rapid.Int64Range(0, total-1).Draw(t, "u")
		want, left := 0, u
		for left >= weight[want] {
			left -= weight[want]
			want++
		}
		if got := f.pick(u); int(got) != want {
			t.Fatalf("pick(%d) of %v is %d, want %d", u, weight, got, want)
		}
	})
}

// Over 100,000 slots each owner leads in proportion to its share of all stake,
// within three standard errors of the binomial distribution.
func TestLeadsFollowStakeShares(t *testing.T) {
	w := newWorld(defaults())
	stakes := []ledger.Amount{1_000, 2_500, 40_000, 999, 156_500, 0, 0, 800_000}
	var total float64
	for i, x := range stakes {
		o := ledger.First + ledger.Owner(i)
		w.grant(o, ledger.Token, x*usd)
		ok(t, w.s.Stake(o, x*usd))
		if x >= 1_000 {
			total += float64(x)
		}
	}
	const draws = 100_000
	var led [testOwners]int
	r := draw.New(draw.Mix(7698, 1))
	for slot := range uint32(draws) {
		o, some := w.s.Draw(r.At(draw.Lottery, 0, slot).Uint64())
		if !some {
			t.Fatal("vacant")
		}
		led[o]++
	}
	for i, x := range stakes {
		p := float64(x) / total
		if x < 1_000 {
			p = 0 // below the smallest stake
		}
		got := float64(led[int(ledger.First)+i])
		if e := math.Sqrt(draws * p * (1 - p)); math.Abs(got-draws*p) > 3*e {
			t.Errorf("%d tokens led %v times of %d, expected %.0f ± %.0f", x, got, draws, draws*p, e)
		}
	}
	ok(t, w.audit())
}

// The extreme draws select the first and the last staker.
func TestDrawEdges(t *testing.T) {
	w := newWorld(defaults())
	if _, some := w.s.Draw(math.MaxUint64); some {
		t.Error("somebody leads without stake")
	}
	for _, o := range []ledger.Owner{bob, rival} {
		w.grant(o, ledger.Token, 5_000*usd)
		ok(t, w.s.Stake(o, 5_000*usd))
	}
	first, _ := w.s.Draw(0)
	last, _ := w.s.Draw(math.MaxUint64)
	equal(t, "first", first, bob)
	equal(t, "last", last, rival)
	below, _ := w.s.Draw(1<<63 - 1)
	above, _ := w.s.Draw(1 << 63)
	equal(t, "below the middle", below, bob)
	equal(t, "above the middle", above, rival)
}

func TestUnbondingTakesItsTime(t *testing.T) {
	w := newWorld(defaults())
	w.grant(ann, ledger.Token, 10_000*usd)
	ok(t, w.s.SeedUnbonding(ann, 100*usd, 3))
	ok(t, w.s.Stake(ann, 9_000*usd))
	ok(t, w.s.Unstake(ann, 2_000*usd, 5))
	ok(t, w.s.Unstake(ann, 500*usd, 5))
	ok(t, w.s.Unstake(ann, 500*usd, 6))
	free := func(tick uint32) ledger.Amount {
		w.s.Mature(tick)
		ok(t, w.audit())
		return w.led.Balance(ann, ledger.Token, ledger.Free) / usd
	}
	due := 5 + w.s.UnbondTicks()
	equal(t, "delay", w.s.UnbondTicks(), uint32(7*perDay))
	for _, c := range []struct {
		tick uint32
		want ledger.Amount
	}{{2, 900}, {3, 1_000}, {due - 1, 1_000}, {due, 3_500}, {due + 1, 4_000}, {due + 9, 4_000}} {
		equal(t, "free", free(c.tick), c.want)
	}
	equal(t, "staked", w.s.Public().Staked, 6_000*usd)
	equal(t, "unbonding", w.s.Public().Unbonding, 0)
}

func TestStakeRefusals(t *testing.T) {
	w := newWorld(defaults())
	w.grant(ann, ledger.Token, usd)
	ok(t, w.s.Stake(ann, usd/2))
	if err := w.s.Stake(ann, usd); !errors.Is(err, ledger.ErrFunds) {
		t.Error(err)
	}
	if err := w.s.SeedUnbonding(ann, usd, 1); !errors.Is(err, ledger.ErrFunds) {
		t.Error(err)
	}
	for _, a := range []ledger.Amount{0, -1, usd} {
		if err := w.s.Unstake(ann, a, 1); !errors.Is(err, ErrStake) {
			t.Errorf("unstake %d: %v", a, err)
		}
	}
	ok(t, w.audit())
}

// Weights agree with the ledger after any operations, slashes included, and the
// pipeline of unbondings is in order and is trimmed.
func TestWeightsFollowLedger(t *testing.T) {
	w := newWorld(defaults())
	r := rand.New(rand.NewSource(3))
	for o := ledger.First; int(o) < testOwners; o++ {
		w.grant(o, ledger.Token, 1e6*usd)
	}
	for i := range 60_000 {
		w.tick += uint32(r.Intn(12))
		w.s.Mature(w.tick)
		o := ledger.First + ledger.Owner(r.Intn(8))
		a := ledger.Amount(r.Int63n(int64(1) << r.Intn(38)))
		switch r.Intn(5) {
		case 0, 1:
			_ = w.s.Stake(o, a)
		case 2, 3:
			_ = w.s.Unstake(o, a, w.tick)
		default:
			a = min(a, w.s.Bonded(o)/100)
			ok(t, w.led.Post(ledger.Transfer{Amount: a, From: o, To: ledger.Burned, Asset: ledger.Token,
				FromPocket: ledger.Staked, Reason: ledger.Slash}))
			w.s.Slashed(o, a, 0)
		}
		if i%50 == 0 {
			ok(t, w.audit())
		}
	}
	if len(w.s.unbonding)-w.s.head < 100 || w.s.head > 10_000 {
		t.Errorf("%d of %d unbondings are done: the test shows little, or the list is not trimmed", w.s.head,
			len(w.s.unbonding))
	}
}
