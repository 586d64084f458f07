package sim

import (
	"math"
	"strconv"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// plotted opens a world in which an attack begins after a day, with some of its
// parameters set, and an honest twin of it.
func plotted(
	t *testing.T, c *Config, mechanism, attackName string, set ...[2]string,
) (attack, honest *World, act uint32) {
	t.Helper()
	e, _ := strategies.Find(attackName)
	p := e.Params()
	param.Defaults(p)
	for _, kv := range set {
		if err := param.Set(p, kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	var w [2]*World
	for i := range w {
		w[i] = run(t, worldUnder(t, c, mechanism, "none", 1, legs(e, p)...), 6171)
		w[i].SetAttacker(e.New(p, strategies.Plan{
			Legs: w[i].Attackers(), Opening: w[i].Opening(), Start: w[i].Tick(), Act: i == 0,
		}))
	}
	return w[0], w[1], w[0].Tick() + w[0].Ticks(e.Act(p))
}

// service counts what happened in the slots of one side.
type service struct{ slots, transactions, exits, fees, ransom float64 }

func (s *service) add(d service) {
	s.slots += d.slots
	s.transactions += d.transactions
	s.exits += d.exits
	s.fees += d.fees
	s.ransom += d.ransom
}

// received is the service so far, with the fees of one row.
func (w *World) received(r ledger.Row) service {
	p := w.roll.Public()
	return service{float64(p.Slots), float64(p.Transactions), float64(p.Exits),
		w.led.Flow(r, ledger.TransactionFee, ledger.Cash).Units(), w.led.Flow(r, ledger.WithdrawalFee, ledger.Cash).Units()}
}

// sides runs a world to a tick and tells the attacker's slots from the others'.
func sides(t *testing.T, w *World, end uint32) (its, others service) {
	t.Helper()
	for w.Tick() < end {
		mine := w.roll.Public().Leader.Operator == w.attackers[0]
		row := RowCoordinators
		if mine {
			row = RowAttacker
		}
		a := w.received(row)
		run(t, w, w.Tick()+1)
		b := w.received(row)
		if b.slots == a.slots {
			continue
		}
		d := service{b.slots - a.slots, b.transactions - a.transactions, b.exits - a.exits, b.fees - a.fees,
			b.ransom - a.ransom}
		if mine {
			its.add(d)
		} else {
			others.add(d)
		}
	}
	if err := w.Audit(); err != nil {
		t.Fatal(err)
	}
	return its, others
}

// “Charge a high fee in order to process transactions”: at a common price the
// attacker's slots are like the others'. With half of the stake, the more it asks, the
// fewer transactions come, each at that price, and the best price lies in between. With
// a twentieth of the stake few pay even one and a half times the price, those to whom
// the wait for the next leader would cost more.
func TestProcessingAtAHighFee(t *testing.T) {
	t.Parallel()
	sold := func(budget, multiple string) (each, price, common float64) {
		w, _, act := plotted(t, defaults(t), "pos", "dos-process-fee", [2]string{"budget_usd", budget},
			[2]string{"build_days", "8"}, [2]string{"act_days", "3"}, [2]string{"fee_multiple", multiple})
		run(t, w, act+100)
		common = w.roll.Public().PostedFee.Units()
		its, others := sides(t, w, act+w.Ticks(3))
		t.Logf("%s USD, %s times: %+v, others %+v", budget, multiple, its, others)
		return its.transactions / its.slots, its.fees / its.transactions, common
	}
	last, half := math.Inf(1), 0.0
	for _, multiple := range []string{"1", "1.5", "3"} {
		each, price, common := sold("30000000", multiple)
		k, _ := strconv.ParseFloat(multiple, 64)
		if each <= 0 || each >= last || price < 0.85*k*common {
			t.Errorf("%s times %.3f USD: %.1f a slot at %.3f, %.1f for less", multiple, common, each, price, last)
		}
		if last = each; multiple == "1.5" {
			half = each
		}
	}
	if each, _, _ := sold("30000000", "100"); each > 5 {
		t.Errorf("%.1f a slot are worth anything to their senders", each)
	}
	if each, _, _ := sold("4000000", "1.5"); each > half/3 {
		t.Errorf("%.1f a slot pay what the next leader does not ask", each)
	}
}

// “Charge a high fee in order to allow users to withdraw”: users who leave through the
// attacker pay its price, nobody pays an extreme one, and transactions are served as
// before.
func TestWithdrawingAtAHighFee(t *testing.T) {
	t.Parallel()
	priced := func(multiple string) (each, exits, ratio float64) {
		c := defaults(t)
		c.Users.ChurnPerDay = 0.02 // so that cohorts enough leave
		w, h, act := plotted(t, c, "pos", "dos-withdraw-fee",
			[2]string{"build_days", "2"}, [2]string{"act_days", "6"}, [2]string{"exit_fee_multiple", multiple},
			[2]string{"exit_balance_share", "0"})
		run(t, w, act+100)
		its, others := sides(t, w, act+w.Ticks(6))
		run(t, h, w.Tick())
		if p, q := w.roll.Public(), h.roll.Public(); p.Withheld > 0 || p.EmptySlots != q.EmptySlots || its.transactions == 0 {
			t.Errorf("%s times: the service suffers", multiple)
		}
		t.Logf("%s times: %+v, others %+v", multiple, its, others)
		return its.ransom / its.exits, its.exits, its.ransom / its.exits / (others.ransom / others.exits)
	}
	_, all, fair := priced("1")
	_, some, dear := priced("20")
	if fair < 0.7 || fair > 1.3 || dear < 6 || some >= all || some == 0 {
		t.Errorf("%.0f exits at %.2f times the others' price, %.0f at %.2f", all, fair, some, dear)
	}
	if _, none, _ := priced("100000"); none != 0 {
		t.Errorf("%.0f users pay any price", none)
	}
}

// “The ability to slash or buy most of the staking tokens in circulation can lead to
// coordinator take over. Where they can create almost all the blocks and use this
// power to impose massive withdraw fees on users wishing to leave”: the attacker buys
// two slots in three, and users leave at its price, but the fees are less than a
// hundredth of the cost of the stake, and few of the users whom it serves want to
// leave.
func TestTakeoverByPurchase(t *testing.T) {
	t.Parallel()
	for _, stop := range []bool{false, true} {
		w, h, act := plotted(t, defaults(t), "pos", "takeover-buy", [2]string{"build_days", "20"},
			[2]string{"keep_stake", "true"}, [2]string{"stop_transfers", strconv.FormatBool(stop)})
		run(t, w, act+100)
		spent := 6e7 - w.led.Total(w.attackers[0], ledger.Cash).Units()
		its, others := sides(t, w, act+w.Ticks(20))
		run(t, h, w.Tick())
		t.Logf("stop %v: %.0f USD spent, %+v, others %+v, price %.3f, honest %.3f", stop, spent, its, others, w.view.Mid,
			h.view.Mid)
		if its.slots < 1.5*others.slots || spent < 5e7 {
			t.Errorf("stop %v: no takeover", stop)
		}
		if its.ransom/its.exits < 1.5*others.ransom/others.exits || its.ransom <= 0 || its.ransom > spent/100 {
			t.Errorf("stop %v: ransom of %.0f for %.0f exits", stop, its.ransom, its.exits)
		}
		if fled := w.roll.Public().Active < 0.9*h.roll.Public().Active; fled != stop || stop != (its.transactions == 0) {
			t.Errorf("stop %v: %.0f cohorts are active, %.0f in the honest world", stop, w.roll.Public().Active,
				h.roll.Public().Active)
		}
		if w.roll.Bonded(w.attackers[0]) < ledger.Amount(spent/3)*ledger.Unit {
			t.Errorf("stop %v: the stake was not kept", stop)
		}
	}
}

// “if you locked up 50% of DAI you could profit if the price of eth fluctuated”: under
// a lottery the dai leaves through the slots of others when ether falls; a committee
// in which the attacker can veto every block keeps it in. In both cases the attacker
// sells its dai dear.
func TestLockupOfDai(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"pos", "bft-committee"} {
		c := defaults(t)
		c.Arbitrageurs.InsideShare = 0.5
		c.News.FallShare, c.News.FallStartDays, c.Time.WarmupDays = 0.5, 8, 1
		w, h, act := plotted(t, c, mechanism, "dos-lockup", [2]string{"build_days", "6"}, [2]string{"act_days", "7"},
			[2]string{"budget_usd", "40000000"}, [2]string{"dai_share", "0.1"})
		for i, x := range []*World{w, h} {
			leg := x.attackers[1]
			run(t, x, act)
			held, cash := x.led.Total(leg, ledger.Dai).Units(), x.led.Total(leg, ledger.Cash).Units()
			inside := x.daiIn(ledger.Rollup)
			run(t, x, act+x.Ticks(4))
			if err := x.Audit(); err != nil {
				t.Fatal(err)
			}
			sold := held - x.led.Total(leg, ledger.Dai).Units()
			price := (x.led.Total(leg, ledger.Cash).Units() - cash) / sold
			t.Logf("%s: %.0f dai held, %.0f sold at %.4f, %.0f inside, then %.0f", mechanism, held, sold, price, inside,
				x.daiIn(ledger.Rollup))
			if held < 1e5 || sold < 0.8*held || price < 1.03 || inside < 5e6 {
				t.Errorf("%s: no sale into a squeeze", mechanism)
			}
			if kept := x.daiIn(ledger.Rollup) >= inside; kept != (i == 0 && mechanism == "bft-committee") {
				t.Errorf("%s, world %d: %.0f of %.0f dai inside", mechanism, i, x.daiIn(ledger.Rollup), inside)
			}
		}
	}
}
