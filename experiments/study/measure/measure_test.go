package measure

import (
	"math"
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

const usd = ledger.Unit

// quick is a small world of short delays.
func quick() *sim.Config {
	c := new(sim.Config)
	param.Defaults(c)
	c.Rollup.UnbondingDays, c.News.OwnDaily, c.News.OwnJumps = 0.5, 0, 0
	c.Stakers.Count, c.Users.Count, c.Users.CohortSize = 60, 150, 1333
	c.Noise.Count, c.Noise.WakeBlocks, c.Shorters.Count = 100, 120, 10
	return c
}

// deed is one order of a script.
type deed struct {
	tick uint32
	leg  int
	side book.Side
	lots uint32
}

// script is an attacker that sends given orders at given ticks.
type script struct {
	legs  []agents.ID
	deeds []deed
}

func (s *script) Clone() agents.Strategy { c := *s; return &c }

func (s *script) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		for _, d := range s.deeds {
			if s.legs[d.leg] != a.ID {
				continue
			}
			if d.tick > v.Tick {
				do.WakeAt(a.ID, d.tick)
				break
			}
			if d.tick == v.Tick {
				price := v.Ask + 500
				if d.side == book.Sell {
					price = v.Bid - 500
				}
				do.Order(a.ID, 1, d.side, book.ImmediateOrCancel, price, d.lots)
			}
		}
	}
}

// scripted runs a world of a quarter of a day with a script.
func scripted(t *testing.T, capital ledger.Amount, deeds ...deed) *sim.World {
	t.Helper()
	w, err := sim.New(quick(), "pos", "none", 9, [sim.Legs]ledger.Amount{capital, 0})
	if err != nil {
		t.Fatal(err)
	}
	if len(deeds) > 0 {
		w.SetAttacker(&script{w.Attackers(), deeds})
	}
	if err := w.Run(w.Ticks(0.25)); err != nil {
		t.Fatal(err)
	}
	return w
}

// Two fills, worked out by hand from the formula of the package comment.
func TestTwoFillsSplitByTheFormula(t *testing.T) {
	const capital = 1e6 * usd
	buy := deed{tick: 400, side: book.Buy, lots: 20000}
	sell := deed{tick: 1000, side: book.Sell, lots: 8000}
	w, honest, idle := scripted(t, capital, buy, sell), scripted(t, capital, buy), scripted(t, capital)
	a := Of(w, honest, idle, capital)
	end := w.Tick()
	var want [4]float64
	var bought, sold, logDrift float64
	for _, f := range w.Exchange().Log() {
		q := float64(f.Lots)
		if f.Side == book.Sell {
			q = -q
			sold -= q
		} else {
			bought += q
		}
		dI := idle.PriceAt(end) - idle.PriceAt(f.Tick)
		dH := honest.PriceAt(end) - honest.PriceAt(f.Tick)
		dA := w.PriceAt(end) - w.PriceAt(f.Tick)
		want[0] += q * dI
		logDrift += q * idle.PriceAt(f.Tick) * math.Log(idle.PriceAt(end)/idle.PriceAt(f.Tick))
		want[1] += q * (dH - dI)
		want[2] += q * (dA - dH)
		want[3] += q * (w.PriceAt(f.Tick) - float64(f.Price)*1e-4)
	}
	if bought != 20000 || sold != 8000 {
		t.Fatalf("bought %v and sold %v lots", bought, sold)
	}
	for i, x := range want {
		if got := float64(a.Channel[i]) / 1e6; got-x > 0.01 || x-got > 0.01 {
			t.Errorf("%s: %.4f USD, want %.4f", Describe[i].Name, got, x)
		}
	}
	if got := a.LogDrift.Units(); logDrift == 0 || math.Abs(got-logDrift) > 0.01 {
		t.Errorf("log drift of %.4f USD, want %.4f", got, logDrift)
	}
	if a.Channel[StakeExecution] >= 0 || a.Channel[TradingFees] >= 0 {
		t.Errorf("execution %d and fees %d are not costs", a.Channel[StakeExecution], a.Channel[TradingFees])
	}
	if a.Channel[StakeImpact] == 0 || a.Channel[StakeAttack] == 0 {
		t.Error("the three worlds are one: the test sees nothing")
	}
	if a.ShortTokens != 0 {
		t.Errorf("the stake leg sold %v tokens short", a.ShortTokens)
	}
	balanced(t, &a)
}

// Capital at risk is the most cash paid out, and stays when it has come back.
func TestCapitalAtRisk(t *testing.T) {
	const capital = 1e6 * usd
	w := scripted(t, capital, deed{tick: 400, side: book.Buy, lots: 20000}, deed{tick: 1000, side: book.Sell, lots: 20000})
	paid := ledger.Amount(0)
	for _, f := range w.Exchange().Log() {
		if f.Side == book.Buy {
			paid += ledger.Amount(f.Price)*ledger.Amount(f.Lots)*100 + f.Fee
		}
	}
	idle := scripted(t, capital)
	a := Of(w, w, idle, capital)
	if d := a.CapitalAtRisk - paid; d < -1 || d > 1 {
		t.Errorf("capital at risk %d, paid out %d", a.CapitalAtRisk, paid)
	}
	if roi, ok := a.ROI(); !ok || roi != float64(a.Profit)/float64(a.CapitalAtRisk) || roi >= 0 {
		t.Errorf("return %v of a round trip", roi)
	}
	none := Of(idle, idle, idle, capital)
	if _, ok := none.ROI(); ok || none != (Account{}) {
		t.Errorf("the idle world: %+v", none)
	}
}

// balanced checks that the channels sum to the profit to the micro-dollar.
func balanced(t *testing.T, a *Account) {
	t.Helper()
	sum := ledger.Amount(0)
	for _, c := range a.Channel {
		sum += c
	}
	if sum != a.Profit || a.Revenue()-a.Cost() != a.Profit {
		t.Errorf("channels sum to %d, revenue less cost is %d, profit %d", sum, a.Revenue()-a.Cost(), a.Profit)
	}
	// Each loan and each repayment rounds by a micro-token.
	if other := a.Channel[Other]; other < -1000 || other > 1000 {
		t.Errorf("%d micro-USD in other: a reason of the ledger has no channel", other)
	}
}

// Every attack of the catalogue, with a short on top where it takes one: exact sums over channels and over sectors, in
// all three worlds, while positions are open and after.
func TestSumsAreExact(t *testing.T) {
	for _, e := range strategies.All() {
		p := e.Params()
		param.Defaults(p)
		for path, text := range map[string]string{"budget_usd": "1500000", "build_days": "1", "act_days": "1",
			"sell_days": "1", "hold_days": "0.5", "open_days": "0.5", "cover_days": "0.4", "rest_days": "0.5",
			"slash_days": "0.5"} {
			_ = param.Set(p, path, text)
		}
		onTop := param.Set(p, "short_usd", "1000000") == nil
		capital := e.Capital(p)
		all := capital[0] + capital[1] + capital[2]
		mechanism := "pos"
		switch {
		case e.Needs.Office:
			mechanism = "centralized"
		case e.Needs.Bids:
			mechanism = "burn-auction"
		}
		idle, err := sim.New(quick(), mechanism, "none", 5, capital)
		if err != nil {
			t.Fatal(err)
		}
		worlds := [2]*sim.World{new(sim.World), new(sim.World)}
		for i, w := range worlds {
			w.CopyFrom(idle)
			if err := w.Equip(e, p); err != nil {
				t.Fatal(err)
			}
			w.SetAttacker(e.New(p, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Act: i == 0}))
		}
		for _, days := range []float64{0.9, 1.7, 3.6} {
			for _, w := range append(worlds[:], idle) {
				if err := w.Run(w.Ticks(days)); err != nil {
					t.Fatal(err)
				}
			}
			for _, w := range worlds {
				a := Of(w, worlds[1], idle, all)
				balanced(t, &a)
				if a.CapitalAtRisk <= 0 || a.CapitalAtRisk > all || (a.PeakStake > 0) != e.Needs.Stake || a.PeakStake > 1 {
					t.Errorf("%s: capital at risk %d, peak stake %v", e.Name, a.CapitalAtRisk, a.PeakStake)
				}
				if onTop && days > 1 && (a.ShortTokens == 0 || a.Channel[ShortImpact] == 0) {
					t.Errorf("%s: %v tokens sold short, channels %v", e.Name, a.ShortTokens, a.Channel)
				}
			}
			sectors(t, worlds[0], worlds[1], idle)
		}
	}
}

func sectors(t *testing.T, attack, honest, idle *sim.World) {
	t.Helper()
	for _, w := range []*sim.World{attack, honest, idle} {
		if r := Residual(w); r.Sign() != 0 {
			t.Errorf("the sectors' equity sums to %v", r)
		}
	}
	for _, other := range []*sim.World{honest, idle} {
		sum, moved := ledger.Amount(0), false
		for _, d := range Harm(attack, other) {
			sum += d
			moved = moved || d != 0
		}
		if sum != 0 {
			t.Errorf("gains and losses sum to %d", sum)
		}
		if !moved && other == idle {
			t.Error("an attack that moves nothing: the test sees nothing")
		}
	}
}

// Every owner that the ledger can hold is in one sector and no other.
func TestSectorsHoldEveryRow(t *testing.T) {
	seen := map[ledger.Row]string{}
	for _, s := range Sectors {
		for _, r := range s.rows {
			if seen[r] != "" {
				t.Errorf("row %d is in %s and in %s", r, seen[r], s.Name)
			}
			seen[r] = s.Name
		}
	}
	w := scripted(t, 0)
	if len(seen) != w.Ledger().Rows() {
		t.Errorf("%d rows in sectors, the ledger has %d", len(seen), w.Ledger().Rows())
	}
}

// Bids of 10 at 0.99 and 20 at 0.95, asks of 10 at 1.01 and 20 at 1.05; a fee
// of 3 bp, rounded up.
func TestLiquidationWalksTheBook(t *testing.T) {
	l := ledger.New(int(ledger.First)+1, int(ledger.First)+1)
	x := market.New(l, market.Defaults())
	o := ledger.First
	l.Assign(o, ledger.Row(o))
	x.Register(o, 4)
	for _, a := range []ledger.Asset{ledger.Cash, ledger.Token} {
		if err := l.Post(ledger.Transfer{Amount: 1000 * usd, To: o, Asset: a, Reason: ledger.Genesis}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(tokens, want ledger.Amount) {
		t.Helper()
		if got := fetched(x, tokens, 10000); got != want {
			t.Errorf("%d micro-tokens fetch %d, want %d", tokens, got, want)
		}
	}
	check(-5*usd, -5_001_500) // an empty book: bought back at the mid
	check(5*usd, 0)
	for slot, b := range []market.Order{{Price: 9900, Lots: 10, Side: book.Buy}, {Price: 9500, Lots: 20, Side: book.Buy},
		{Price: 10100, Lots: 10, Side: book.Sell}, {Price: 10500, Lots: 20, Side: book.Sell}} {
		b.Owner, b.Slot, b.Kind = o, uint16(slot), book.Limit
		if r := x.Submit(b); r.Code != 0 {
			t.Fatal(r.Code)
		}
	}
	check(0, 0)
	check(usd-1, 0) // less than a lot
	check(10*usd, 9_900_000-2_970)
	check(15*usd, 14_650_000-4_395)
	check(99*usd, 28_900_000-8_670)         // the rest is worth nothing
	check(-10*usd, -10_100_000-3_030)       //
	check(-10*usd+1, -10_100_000-3_030)     // a part of a lot costs a lot
	check(-30*usd, -31_100_000-9_330)       //
	check(-40*usd, -41_600_000-12_480)      // the rest is owed at the worst price
	check(-20*usd-5, -21_650_000-6_495)     //
	check(12*usd+999_999, 11_800_000-3_540) // what is left of a lot is worth nothing
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		tokens ledger.Amount
		price  float64
		want   ledger.Amount
	}{{3, 0.5, 1}, {-3, 0.5, -1}, {2 * usd, 1.25, 2_500_000}, {0, 9, 0}} {
		if got := value(c.tokens, c.price); got != c.want {
			t.Errorf("value(%d, %v) = %d, want %d", c.tokens, c.price, got, c.want)
		}
	}
}
