package measure

import (
	"testing"

	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
	"stakeout/mechanisms/rollup"
)

// refuser builds nothing once it holds the office.
type refuser struct{ id agents.ID }

func (r *refuser) Clone() agents.Strategy { c := *r; return &c }

func (r *refuser) Decide(awake []agents.Agent, v *agents.View, do *agents.Actions) {
	do.Policy(r.id, rollup.Policy{})
	do.WakeAt(r.id, v.Tick+uint32(v.TicksPerDay/24))
}

// A fee that is not paid is no gain to a user whose transaction is not sent. Without any
// service users lose the value of all that the idle world served, and what their balances
// are worth less while they wait; and nobody has what they lose.
func TestNoServiceIsALoss(t *testing.T) {
	cfg := quick()
	cfg.Users.ReviewDays = 1
	idle, err := sim.New(cfg, "centralized", "none", draw.Mix(7698, 1), [sim.Legs]ledger.Amount{})
	if err != nil {
		t.Fatal(err)
	}
	w := new(sim.World)
	w.CopyFrom(idle)
	w.Appoint()
	w.SetAttacker(&refuser{w.Attackers()[0]})
	for _, x := range []*sim.World{w, idle} {
		if err := x.Run(x.Ticks(4)); err != nil {
			t.Fatal(err)
		}
	}
	if s, d := Welfare(idle, idle); s != 0 || d != 0 {
		t.Errorf("a world against itself: %v, %v", s, d)
	}
	served, _, _ := idle.Surplus()
	left, _, trapped := w.Surplus()
	surplus, deadweight := Welfare(w, idle)
	if served <= 0 || left > 0.1*served || trapped <= 0 || surplus >= 0 || deadweight < 0.9*served {
		t.Errorf("served %.0f, left %.0f, trapped %.0f: surplus %.0f, deadweight loss %.0f", served, left, trapped,
			surplus, deadweight)
	}
	if fees := w.Ledger().Flow(sim.RowUsers, ledger.TransactionFee, ledger.Cash) -
		idle.Ledger().Flow(sim.RowUsers, ledger.TransactionFee, ledger.Cash); fees <= 0 {
		t.Error("the premise is gone: the users of this world saved no fees")
	}
}
