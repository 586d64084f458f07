package sim

import (
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// armed is a default world in which an attack turns a remedy against others until it
// is done, with some of its parameters set.
func armed(t *testing.T, attackName, remedyName string, days float64, set ...[2]string) *World {
	t.Helper()
	e, _ := strategies.Find(attackName)
	p := e.Params()
	param.Defaults(p)
	for _, kv := range set {
		if err := param.Set(p, kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	w := worldUnder(t, defaults(t), "pos", remedyName, 1, legs(e, p)...)
	run(t, w, w.Ticks(2))
	attack(w, e, p)
	run(t, w, w.Ticks(2+days))
	if err := w.Audit(); err != nil {
		t.Fatal(err)
	}
	return w
}

// inside is what users have in the first rollup.
func inside(w *World) (sum ledger.Amount) {
	for _, a := range w.people.of(RowUsers) {
		sum += w.led.Balance(a.ID, ledger.Cash, ledger.Rollup)
	}
	return sum
}

// "… all the ETH and DAI locked in existing markets will go to the version of Augur
// that had more REP moved into it": the raider gets the deposits if and only if its
// side is the larger one, and twenty million dollars do not suffice.
func TestDepositsFollowTheLargerSide(t *testing.T) {
	for _, x := range []struct {
		budget string
		wins   bool
	}{{"20000000", false}, {"1000000000", true}} {
		w := armed(t, "fork-raid", "token-fork", 40, [2]string{"budget_usd", x.budget}, [2]string{"act_days", "28"})
		f := &w.remedy.Docket().Fork
		taken := w.led.Flow(RowAttacker, ledger.Fork, ledger.Cash)
		t.Logf("budget %s: stage %d, answer %d, moved %.1f and %.1f M tokens, bought for %.1f M USD, "+
			"%.1f M USD of deposits taken; prices %.4f and %.4f", x.budget, f.Stage, f.Answer,
			f.Moved[0].Units()/1e6, f.Moved[1].Units()/1e6,
			-w.led.Flow(RowAttacker, ledger.Trade, ledger.Cash).Units()/1e6, taken.Units()/1e6,
			w.view.Mid, w.RivalPrice())
		if f.Stage != remedy.Split || (f.Answer == 1) != x.wins || (taken > 0) != x.wins ||
			(f.Moved[1] > f.Moved[0]) != x.wins {
			t.Errorf("budget %s: %+v, taken %d", x.budget, f, taken)
		}
	}
}

// "Augur tries to disincentivize attacks like this by using fees to regulate the
// amount of “hard” assets it controls compared to the value of REP, but this is
// probably not really enforceable even for them": no fee of the rollup follows that
// ratio, so that an oracle without questions changes nothing.
func TestNoFeeKeepsTheDepositsSmall(t *testing.T) {
	plain, oracle := world(t, defaults(t), "none", 1), world(t, defaults(t), "token-fork", 1)
	before := inside(oracle)
	run(t, plain, plain.Ticks(20))
	run(t, oracle, oracle.Ticks(20))
	value := supplyOf(oracle) * oracle.view.Mid
	t.Logf("deposits of %.1f M USD at the opening, %.1f M after 20 days, beside tokens worth %.1f M", before.Units()/1e6,
		inside(oracle).Units()/1e6, value/1e6)
	if bad := others(plain, oracle); bad != "" {
		t.Error(bad)
	}
}

// supplyOf is the number of tokens that there are.
func supplyOf(w *World) float64 { return -w.led.Total(ledger.Outside, ledger.Token).Units() }

// "you could have subjective security for a governed rollup with respect to the
// governed rollup's governance token (if it had one), and any assets issued inside
// the rollup": after a raid that wins, the users and their issued assets are on the
// honest ledger, whose token still has a price.
func TestHonestSideKeepsItsValue(t *testing.T) {
	w := raided(t, 80e6)
	run(t, w, w.Ticks(40))
	lying, honest := w.roll.Public(), w.away.roll.Public()
	t.Logf("tokens at %.4f on the lying and %.4f on the honest ledger; %v and %v cohorts active", w.view.Mid,
		w.RivalPrice(), lying.Active, honest.Active)
	if honest.Active <= lying.Active || honest.Transactions == 0 || w.RivalPrice() == 0 {
		t.Errorf("active %v and %v, prices %v and %v", lying.Active, honest.Active, w.view.Mid, w.RivalPrice())
	}
}

// “Then the security of the L2 degenerates to this governance mechanism and the PoS
// becomes redundant”: an attacker that carries the vote, or fills the court, has
// innocent operators slashed; one that does not has nobody slashed.
func TestCapturedJudgesCondemnTheHonest(t *testing.T) {
	for _, x := range []struct {
		attack, remedy string
		set            [2]string
		slashed        bool
	}{
		{"vote-capture", "timelock-vote", [2]string{"budget_usd", "25000000"}, true},
		{"vote-capture", "timelock-vote", [2]string{"budget_usd", "1000000"}, false},
		{"court-capture", "court-kleros", [2]string{"budget_usd", "5000000"}, true},
		{"court-capture", "court-aragon", [2]string{"budget_usd", "5000000"}, true},
		{"court-capture", "court-kleros", [2]string{"seat_share", "0"}, false},
	} {
		w := armed(t, x.attack, x.remedy, 45, x.set, [2]string{"act_days", "30"})
		k := w.remedy.Docket().Case
		t.Logf("%s under %s with %s: %d cases, %d upheld, %.2f M tokens burnt", x.attack, x.remedy, x.set, k.Number, k.Upheld,
			k.Taken.Units()/1e6)
		if k.Ended == 0 || (k.Taken > 0) != x.slashed {
			t.Errorf("case %+v", k)
		}
		for leg := range ledger.Row(Legs) {
			if lost := w.led.Flow(RowAttacker+leg, ledger.Slash, ledger.Token); lost < -ledger.Unit*10000 {
				t.Errorf("the attacker lost %d tokens", -lost)
			}
		}
	}
}
