package sim

import (
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// punishing lists the remedies that take stake or an office away.
func punishing() (list []remedy.Entry) {
	for _, e := range remedy.All() {
		if e.Punishes {
			list = append(list, e)
		}
	}
	return list
}

// quicken shortens every case to hours.
func quicken(p *remedy.Params) {
	p.Fork.Days, p.Vote.Days = 0.2, 0.1
	p.Kleros.Evidence, p.Kleros.Voting, p.Kleros.Appeal = 0.05, 0.1, 0.05
	p.Aragon.Evidence, p.Aragon.Voting, p.Aragon.Appeal = 0.05, 0.1, 0.05
	p.TokenFork.FirstDays, p.TokenFork.Days, p.TokenFork.PickDays = 0.05, 0.05, 0.1
	p.TokenFork.FirstBond = 100 * ledger.Unit
}

// accused is a world under a remedy in which a tenth of the stake withholds its slots
// for two weeks, 24 days after the end of the act. A function is called after each
// slot.
func accused(t *testing.T, c *Config, remedyName string, then func(*World)) *World {
	e, _ := strategies.Find("dos-empty-blocks")
	p := e.Params()
	param.Defaults(p)
	w := world(t, c, remedyName, 1, e.Capital(p)[0], 1e5*ledger.Unit)
	run(t, w, w.Ticks(2))
	attack(w, e, p)
	for w.Tick() < w.Ticks(12+14+24) {
		run(t, w, w.Tick()+40)
		then(w)
	}
	if err := w.Audit(); err != nil {
		t.Fatal(err)
	}
	return w
}

func nothing(*World) {}

// tally is the verdicts in a world, by a case or by the oracle.
func (w *World) tally() (k remedy.Case) {
	d := w.remedy.Docket()
	if k, f := d.Case, &d.Fork; f.Ended == 0 && f.Stage == remedy.Quiet {
		return k
	} else if f.Upheld > 0 {
		return remedy.Case{Number: f.Ended, Ended: f.Ended, Upheld: f.Upheld, Taken: f.Taken, Accused: f.About,
			FirstUpheld: f.Last, Last: f.Last}
	}
	return remedy.Case{Number: 1, Open: true}
}

// worth is the attacker's wealth in USD at the last mid.
func (w *World) worth() (usd float64) {
	for _, id := range w.attackers {
		usd += w.view.Cash(id) + float64(w.view.Tokens(id)*w.view.Mid)
	}
	return usd
}

// Slashing without a fork works, as GriffGreen says: agents notice the attack, accuse
// and condemn by themselves, and the attacker loses stake that it would have kept. The
// author's fork comes too late for an attack of two weeks: by then the stake has been
// unbonded and sold.
func TestAttackerIsPunished(t *testing.T) {
	unpunished := accused(t, defaults(t), "none", nothing).worth()
	for _, r := range punishing() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			w := accused(t, defaults(t), r.Name, nothing)
			k := w.tally()
			t.Logf("%d cases, %d upheld, first %.1f and last %.1f days after the act began, %.2f M tokens burnt, "+
				"attacker's loss more by %.2f M USD of %.2f M",
				k.Number, k.Upheld, float64(k.FirstUpheld)/w.PerDay()-12, float64(k.Last)/w.PerDay()-12, k.Taken.Units()/1e6,
				(unpunished-w.worth())/1e6, unpunished/1e6)
			if late := r.Name == "hard-fork"; k.Upheld == 0 || k.Accused != w.attackers[0] || late != (k.Taken == 0) {
				t.Errorf("case %+v", k)
			}
			if got := w.led.Flow(RowAttacker, ledger.Slash, ledger.Token); got > -k.Taken {
				t.Errorf("the attacker lost %d tokens, %d were burnt for its deeds", -got, k.Taken)
			}
		})
	}
}

// “Then the security of the L2 degenerates to this governance mechanism”: whether the
// same attacker is punished depends on the turnout, on the time lock that GriffGreen
// asks for, and on whether jurors can be bought.
func TestPunishmentDependsOnGovernance(t *testing.T) {
	bribe := func(w *World) {
		if k := &w.remedy.Docket().Case; k.Open && k.Phase == remedy.Voting && k.Offer == 0 {
			each := w.led.Balance(w.attackers[1], ledger.Cash, ledger.Free) / ledger.Amount(len(k.Jurors))
			w.remedy.Hear(w.remedyWorld(), remedy.Message{By: w.attackers[1], Word: remedy.Bribe, Amount: each})
		}
	}
	for _, x := range []struct {
		name, remedy string
		set          func(*Config)
		then         func(*World)
		burnt        bool
	}{
		{"many vote", "timelock-vote", func(c *Config) { c.Stakers.Civic.Turnout = 0.6 }, nothing, true},
		{"few vote", "timelock-vote", func(c *Config) { c.Stakers.Civic.Turnout = 0.02 }, nothing, false},
		{"no time lock", "court-aragon", func(c *Config) { c.Remedies.Case.TimeLock = false }, nothing, false},
		{"jurors who cannot be bought", "court-kleros", func(c *Config) { c.Stakers.Civic.VenalShare = 0 }, bribe, true},
		{"jurors who can", "court-kleros", func(c *Config) { c.Stakers.Civic.VenalShare = 1 }, bribe, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := defaults(t)
			x.set(c)
			w := accused(t, c, x.remedy, x.then)
			k := w.remedy.Docket().Case
			t.Logf("%d cases, %d upheld, %.2f M tokens burnt; last vote %v for, %v against; bribes cost %.2f USD", k.Number,
				k.Upheld, k.Taken.Units()/1e6,
				k.For.Units(), k.Against.Units(), -w.led.Flow(RowAttacker+1, ledger.Bribe, ledger.Cash).Units())
			if k.Number == 0 || (k.Taken > 0) != x.burnt {
				t.Errorf("case %+v", k)
			}
		})
	}
}

// Where nobody attacks, nobody is condemned or even accused.
func TestHonestOperatorsGoFree(t *testing.T) {
	for _, r := range punishing() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= 2; seed++ {
				w := world(t, defaults(t), r.Name, seed)
				run(t, w, w.Ticks(60))
				if k := w.remedy.Docket().Case; k.Upheld > 0 || k.Number > 0 || k.Taken > 0 {
					t.Errorf("seed %d: %+v", seed, k)
				}
				if err := w.Audit(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// A contract cannot tell congestion from intent. When no batch gets through, honest
// operators miss their deadlines, and a strict rule slashes them; a court does not. Who
// follows a jump of the price of gas and leaves users waiting who bid below the new cost
// owes them nothing.
func TestAutoSlashIsSometimesWrong(t *testing.T) {
	for _, x := range []struct {
		remedy                   string
		innovation, bound, hours float64
		wrong                    bool
	}{
		{"auto-slash", 0.348, 0.5, 0, false}, {"auto-slash", 0.348, 0.2, 0, false},
		{"auto-slash", 2, 0.5, 0, false}, {"auto-slash", 2, 0.2, 0, false},
		{"auto-slash", 0.348, 0.5, 6, false}, {"auto-slash", 0.348, 0.2, 12, true}, {"auto-slash", 0.348, 0.5, 48, true},
		{"court-kleros", 0.348, 0.5, 48, false}, {"timelock-vote", 0.348, 0.5, 48, false},
	} {
		c := defaults(t)
		c.Time.WarmupDays, c.Outage = 0, OutageParams{StartDays: 5, Hours: x.hours, Share: 1, Repeat: 1, EveryDays: 100}
		c.Layer1.BackgroundInnovation, c.Remedies.Auto.Bound = x.innovation, x.bound
		w := world(t, c, x.remedy, 1)
		run(t, w, w.Ticks(20))
		p, k := w.roll.Public(), w.remedy.Docket().Case
		t.Logf("%s, gas innovation %g, bound %g, %g hours in which no batch gets through: %d of %d slots missed, "+
			"%d honest operators slashed in 20 days",
			x.remedy, x.innovation, x.bound, x.hours, p.MissedSlots, p.Slots, k.Upheld)
		if (k.Upheld > 0) != x.wrong {
			t.Errorf("%+v", k)
		}
	}
}

// The office of a rogue operator goes to a professional operator, which serves.
func TestRogueOperatorIsDismissed(t *testing.T) {
	e, _ := strategies.Find("rogue-operator")
	p := e.Params()
	param.Defaults(p)
	w := worldUnder(t, defaults(t), "centralized", "timelock-vote", 1, e.Capital(p)[0], e.Capital(p)[1])
	attack(w, e, p)
	run(t, w, w.Ticks(20))
	k := w.remedy.Docket().Case
	t.Logf("%d cases, first upheld %.1f days after the act began", k.Number, float64(k.FirstUpheld)/w.PerDay()-3)
	if k.Upheld == 0 || k.Taken > 0 || w.roll.Appointed() == w.attackers[0] || w.roll.Public().EmptyDay > 0.5 {
		t.Errorf("%+v under %d", k, w.roll.Appointed())
	}
	if err := w.Audit(); err != nil {
		t.Error(err)
	}
}

// A world copied in the middle of a case goes on like the original.
func TestCopyInTheMiddleOfACase(t *testing.T) {
	e, _ := strategies.Find("dos-empty-blocks")
	for _, r := range punishing() {
		c := small(t)
		c.Remedies.Auto.Slots, c.Remedies.Auto.Bound = 2, 0.1
		w := attacked(t, c, r.Name, 3, e)
		for w.Tick() < 4000 && !w.tally().Open && w.tally().Ended == 0 {
			run(t, w, w.Tick()+50)
		}
		if w.Tick() >= 4000 {
			t.Errorf("%s: no case to copy", r.Name)
		}
		b := new(World)
		b.CopyFrom(w)
		run(t, w, w.Tick()+3000)
		at := b.Hash()
		run(t, b, b.Tick()+3000)
		if b.Hash() != w.Hash() || at == b.Hash() {
			t.Errorf("%s: the copy parts", r.Name)
		}
	}
}
