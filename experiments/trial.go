package experiments

import (
	"context"

	"stakeout/experiments/measure"
	"stakeout/experiments/sim"
	"stakeout/experiments/sim/draw"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// Trial is one finished replication: its three worlds at the horizon. The
// worlds belong to the worker and are overwritten by its next replication.
type Trial struct {
	Rep                  int
	Seed                 uint64
	Start                uint32 // tick at which the plan began
	Attack, Honest, Idle *sim.World
	Gain, Fair           measure.Account // of the attack and of the honest world
	capital              ledger.Amount
	end                  uint32 // tick of the horizon
	act                  uint32 // tick from which the attack differs from its honest twin
}

// Worlds is one worker's set of worlds, re-used from replication to replication.
type Worlds struct{ attack, honest, idle *sim.World }

// seed of replication r: worlds of different experiments with the same master
// seed and number are paired.
func (s *Spec) seed(rep int) uint64 { return draw.Mix(uint64(s.Seed), uint64(rep)) }

// capital is the cash that the attacker's legs start with.
func (s *Spec) capital() [sim.Legs]ledger.Amount { return s.attack.Capital(s.Params) }

// Trial runs replication rep: one world up to the start of the plan, branched
// into three.
func (s *Spec) Trial(ctx context.Context, b *Worlds, rep int) (*Trial, error) {
	t, err := s.branch(ctx, b, rep)
	if err != nil {
		return nil, err
	}
	return t, t.finish(ctx)
}

// branch runs one world up to the start of the plan and copies it to the other
// two.
func (s *Spec) branch(ctx context.Context, b *Worlds, rep int) (*Trial, error) {
	t := &Trial{Rep: rep, Seed: s.seed(rep)}
	capital := s.capital()
	idle, err := sim.New(&s.World, s.Mechanism, s.Remedy, t.Seed, capital)
	if err != nil {
		return nil, err
	}
	t.Start = idle.Ticks(s.World.Time.WarmupDays + s.StartDays)
	t.end = idle.Ticks(s.World.Time.WarmupDays + s.HorizonDays)
	t.act = t.Start + idle.Ticks(s.attack.Act(s.Params))
	if err := Advance(ctx, idle, t.Start); err != nil {
		return nil, err
	}
	if b.attack == nil {
		b.attack, b.honest = new(sim.World), new(sim.World)
	}
	b.idle = idle
	for i, w := range [...]*sim.World{b.attack, b.honest} {
		w.CopyFrom(idle)
		if capital != [sim.Legs]ledger.Amount{} {
			if err := w.Equip(s.attack, s.Params); err != nil {
				return nil, err
			}
			w.SetAttacker(s.attack.New(s.Params, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Start: t.Start, Act: i == 0}))
		}
	}
	t.Attack, t.Honest, t.Idle = b.attack, b.honest, b.idle
	for _, c := range capital {
		t.capital += c
	}
	return t, nil
}

// finish runs the three worlds to the horizon and measures. Until the act the
// attack and its honest twin are one world, so it is run once.
func (t *Trial) finish(ctx context.Context) error {
	if err := Advance(ctx, t.Honest, min(t.act, t.end)); err != nil {
		return err
	}
	if t.Attack.Tick() < t.Honest.Tick() {
		t.Attack.CopyFrom(t.Honest)
		if plan, ok := t.Attack.Attacker().(strategies.Committer); ok {
			plan.Commit()
		}
	}
	for _, w := range [...]*sim.World{t.Attack, t.Honest, t.Idle} {
		if err := Advance(ctx, w, t.end); err != nil {
			return err
		}
	}
	t.Gain = measure.Of(t.Attack, t.Honest, t.Idle, t.capital)
	t.Fair = measure.Of(t.Honest, t.Honest, t.Idle, t.capital)
	return nil
}

// Advance runs a world to a tick and looks up every simulated day whether it
// should stop.
func Advance(ctx context.Context, w *sim.World, tick uint32) error {
	day := w.Ticks(1)
	for w.Tick() < tick {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.Run(min(tick, w.Tick()+day)); err != nil {
			return err
		}
	}
	return nil
}

// Act is the tick from which the attack differs from the honest use of the same
// capital.
func (t *Trial) Act() uint32 { return t.act }

// Days is the time of a tick in days after the warm-up.
func (t *Trial) Days(tick uint32, s *Spec) float64 {
	return float64(tick)/t.Idle.PerDay() - s.World.Time.WarmupDays
}

// Excess is the attack's profit over the honest use of the same capital.
func (t *Trial) Excess() ledger.Amount { return t.Gain.Profit - t.Fair.Profit }
