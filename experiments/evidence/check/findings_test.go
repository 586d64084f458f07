package check

import (
	"context"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/trial"
	"stakeout/market/book"
)

// The signs that a hostile reader of the model asked for, each on one or two seeds of
// the default world: what the checks measure with intervals must not turn around.

func wholeWorld() *runner { return newRunner(check{seeds: 2, days: 60}, Options{}) }

func stopped(w *sim.Config, startDays, days, share float64) {
	w.Outage = sim.OutageParams{StartDays: startDays, Hours: 24 * days, Share: share, Repeat: 1, EveryDays: 1000}
}

// after runs a world with an outage and its twin without one, and returns the price and
// the users of the first over those of the second some days after the outage begins.
func after(t *testing.T, rep int, length, share, days float64) (price, users float64) {
	t.Helper()
	r := wholeWorld()
	var w [2]*sim.World
	for i := range w {
		cfg := r.world
		if i == 0 {
			stopped(&cfg, 1, length, share)
		}
		var err error
		if w[i], err = r.openAt(context.Background(), &cfg, rep, 1+days); err != nil {
			t.Fatal(err)
		}
	}
	return w[0].PriceAt(w[0].Tick()) / w[1].PriceAt(w[1].Tick()), lastActive(w[0]) / lastActive(w[1])
}

// The larger the fine for innocents, the lower the price of what they hold.
func TestBurntStakeIsFeared(t *testing.T) {
	t.Parallel()
	r := wholeWorld()
	free, err := r.slashedPrice(context.Background(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	dear, err := r.slashedPrice(context.Background(), 0, 0.2)
	if err != nil || dear > free-0.1 {
		t.Errorf("ln price %.3f with a fine of a fifth, %.3f without, %v", dear, free, err)
	}
}

// Two weeks without service lower the price and drive users out; they come back.
func TestOutageHurtsAndHeals(t *testing.T) {
	t.Parallel()
	price, users := after(t, 0, 14, 1, 14)
	_, later := after(t, 0, 14, 1, 50)
	if price > 0.9 || price < 0.5 || users > 0.95 || users < 0.4 || later < users+0.02 {
		t.Errorf("price %.2f, users %.2f and %.2f five weeks later", price, users, later)
	}
}

// Half of the slots empty for a week is no good news for those who hold the token.
func TestPartialOutageDoesNotPump(t *testing.T) {
	t.Parallel()
	price := 0.0
	for rep := range 2 {
		p, _ := after(t, rep, 7, 0.5, 7)
		price += p / 2
	}
	if price > 1.02 {
		t.Errorf("the price is %.3f of that without the outage", price)
	}
}

// A round trip of more than half of all tokens loses.
func TestLargestTripLoses(t *testing.T) {
	t.Parallel()
	r := wholeWorld()
	got, err := r.largeTrip(context.Background(), new(scratch), 0, largeTrips[4])
	if err != nil || got >= 0 {
		t.Errorf("%+.3f of the sum, %v", got, err)
	}
}

// Where nobody bids the token is worth nothing, whatever it was worth before.
func TestPriceWithoutABidIsZero(t *testing.T) {
	t.Parallel()
	r := wholeWorld()
	w, err := r.openAt(context.Background(), &r.world, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := endow(w, 0, 3*w.Opening().Supply); err != nil {
		t.Fatal(err)
	}
	w.SetAttacker(&dumper{id: w.Attackers()[0]})
	empty := 0
	for range 200 {
		if err := trial.Advance(context.Background(), w, w.Tick()/sim.PathTicks*sim.PathTicks+sim.PathTicks); err != nil {
			t.Fatal(err)
		}
		if got := w.PriceAt(w.Tick()); !w.Exchange().Quote().HasBid {
			if empty++; got != 0 {
				t.Fatalf("%.4f USD where nobody bids", got)
			}
		}
	}
	if empty == 0 {
		t.Error("the premise is gone: somebody always bids")
	}
}

// dumper sells to every bid at once.
type dumper struct{ id agents.ID }

func (d *dumper) Clone() agents.Strategy { c := *d; return &c }

func (d *dumper) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	do.Order(d.id, 1, book.Sell, book.ImmediateOrCancel, 1, v.Lots(v.Tokens(d.id)))
	do.WakeAt(d.id, v.Tick+1)
}

// Volume follows the value of the token and not the dollars of the opening: at a tenth
// of the price no more of the supply changes hands than before, within a factor of two.
func TestVolumeFollowsTheMarket(t *testing.T) {
	t.Parallel()
	r := wholeWorld()
	turnover := func(price float64) float64 {
		cfg := r.world
		cfg.News.FallStartDays = 0.5
		cfg.News.FallShare = 1 - price
		w, err := sim.New(&cfg, "pos", "none", draw.Mix(masterSeed, 3), noCapital)
		if err != nil {
			t.Fatal(err)
		}
		if err := trial.Advance(context.Background(), w, w.Ticks(cfg.Time.WarmupDays+12)); err != nil {
			t.Fatal(err)
		}
		all := w.Series()
		return (all[len(all)-1].Volume - all[len(all)-97].Volume) / 4 / cfg.Opening.Supply
	}
	usual, poor := turnover(1), turnover(0.2)
	if poor > 2*usual || poor < usual/2 {
		t.Errorf("%.1f %% of the supply a day, %.1f %% at a fifth of the price", 100*usual, 100*poor)
	}
}
