package sim

import (
	"math"
	"testing"

	"stakeout/agents"
	"stakeout/market/ledger"
)

// buyer has every operator's network disturbed for an hour, each hour.
type buyer struct{ victims []agents.Agent }

func (s buyer) Clone() agents.Strategy { return s }

func (s buyer) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	for _, a := range awake {
		if a.Row == 0 {
			for _, x := range s.victims {
				do.Disturb(a.ID, x.ID, 1)
			}
		}
		do.WakeAt(a.ID, v.Tick+uint32(v.TicksPerDay/24))
	}
}

// Of the batches of operators under attack the expected share misses its deadline, the
// payer pays by the hour, and without an attack all batches arrive.
func TestNetworkAttacksDelayBatches(t *testing.T) {
	for _, success := range []float64{0, 0.5, 1} {
		c := small(t)
		c.Network.Success = success
		c.Layer1.BackgroundInnovation, c.Layer1.UncleShare = 0, 0
		w := worldUnder(t, c, "pos", "none", 5, 1e6*ledger.Unit)
		w.SetAttacker(buyer{w.people.of(RowCoordinators)})
		run(t, w, 30000)
		// Five blocks of a minute: a delay of up to four ticks is made up for.
		got, n := missed(w)
		want := success * math.Exp(-4.5/c.Network.DelayMinutes)
		if off := math.Abs(got - want); off > 4*math.Sqrt(want*(1-want)/n)+1e-9 {
			t.Errorf("success %v: %.4f of %v slots missed, expected %.4f", success, got, n, want)
		}
		hours := math.Floor(29999/60) + 1
		paid := ledger.Amount(hours) * ledger.Amount(c.Coordinators.Count) * agents.Amount(c.Network.HourUSD)
		if flow := w.led.Flow(RowAttacker, ledger.Disruption, ledger.Cash); flow != -paid {
			t.Errorf("%d paid, expected %d", -flow, paid)
		}
		if err := w.Audit(); err != nil {
			t.Fatal(err)
		}
	}
}

// Two orders last twice as long. An attack on an account that is no operator, and one
// that cannot be paid, is refused.
func TestNetworkAttacksAreOrderedByTheHour(t *testing.T) {
	w := run(t, worldUnder(t, small(t), "pos", "none", 5, 100*ledger.Unit), 100)
	payer, victim := w.attackers[0], w.people.of(RowCoordinators)[0].ID
	for i, x := range []struct {
		victim agents.ID
		hours  uint32
		want   bool
	}{
		{idOf(0), 1, false}, {ledger.Outside, 1, false}, {victim, 0, false}, {victim, maxHours + 1, false},
		{victim, 1, true}, {victim, 2, true}, {victim, 2, false},
	} {
		order := agents.Action{Verb: agents.Disturb, Agent: payer, Other: x.victim, Count: x.hours}
		if got := w.carryOut(&order); got != x.want {
			t.Errorf("order %d: %v", i, got)
		}
	}
	if got := w.network.until[victim]; got != 100+180 {
		t.Errorf("disturbed until %d", got)
	}
	if left := w.led.Balance(payer, ledger.Cash, ledger.Free); left != 25*ledger.Unit {
		t.Errorf("%d left", left)
	}
}
