package experiments

import (
	"context"
	"fmt"
	"strings"

	"stakeout/experiments/measure"
	"stakeout/experiments/param"
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
	Gain, Fair           measure.Account         // of the attack and of the honest world
	legs                 [sim.Legs]ledger.Amount // cash that each leg starts with
	capital              ledger.Amount           // sum of it
	shared               *shared
	end                  uint32 // tick of the horizon
	act                  uint32 // tick from which the attack differs from its honest twin
}

// Worlds is one worker's set of worlds, re-used from replication to replication.
type Worlds struct {
	attack, honest, idle *sim.World
	shared               *shared // nil where no two experiments share a world
}

// shared are the worlds without the attacker's capital that experiments with the
// same world and seed have in common.
type shared struct {
	key   string     // what they depend on
	trunk *sim.World // at the start of the plan
	idle  *sim.World // on its way from there
}

// NewWorlds is a worker's memory; with share set it keeps the worlds that the next
// experiment may have in common with the last.
func NewWorlds(share bool) *Worlds {
	b := new(Worlds)
	if share {
		b.shared = new(shared)
	}
	return b
}

// WorldKey names all that the idle world of a replication depends on.
func (s *Spec) WorldKey(rep int) string {
	var text strings.Builder
	fmt.Fprintln(&text, s.Mechanism, s.Remedy, s.seed(rep), s.StartDays)
	s.walk(func(path string, f param.Field) {
		if strings.HasPrefix(path, "world.") {
			fmt.Fprintln(&text, path, f.Value)
		}
	})
	return text.String()
}

// open is the world of a replication at the start of the plan. Where others share
// it, it is simulated for the first of them.
func (b *Worlds) open(ctx context.Context, s *Spec, t *Trial) (*sim.World, error) {
	if b.shared != nil && b.shared.key == s.WorldKey(t.Rep) {
		return b.shared.trunk, nil
	}
	w, err := sim.New(&s.World, s.Mechanism, s.Remedy, t.Seed, [sim.Legs]ledger.Amount{})
	if err != nil {
		return nil, err
	}
	if err := Advance(ctx, w, w.Ticks(s.World.Time.WarmupDays+s.StartDays)); err != nil {
		return nil, err
	}
	if b.shared != nil {
		*b.shared = shared{key: s.WorldKey(t.Rep), trunk: w, idle: new(sim.World)}
		b.shared.idle.CopyFrom(w)
	}
	return w, nil
}

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
	t := &Trial{Rep: rep, Seed: s.seed(rep), legs: s.capital()}
	trunk, err := b.open(ctx, s, t)
	if err != nil {
		return nil, err
	}
	t.Start = trunk.Tick()
	t.end = trunk.Ticks(s.World.Time.WarmupDays + s.HorizonDays)
	t.act = t.Start + trunk.Ticks(s.attack.Act(s.Params))
	if b.attack == nil {
		b.attack, b.honest, b.idle = new(sim.World), new(sim.World), new(sim.World)
	}
	for i, w := range [...]*sim.World{b.attack, b.honest} {
		w.CopyFrom(trunk)
		w.Fund(t.legs)
		if err := w.Equip(s.attack, s.Params); err != nil {
			return nil, err
		}
		if t.legs != [sim.Legs]ledger.Amount{} {
			w.SetAttacker(s.attack.New(s.Params, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Start: t.Start, Act: i == 0}))
		}
	}
	if t.shared = b.shared; t.shared == nil {
		b.idle = trunk
		b.idle.Fund(t.legs)
	}
	t.Attack, t.Honest, t.Idle = b.attack, b.honest, b.idle
	for _, c := range t.legs {
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
	if err := t.idle(ctx); err != nil {
		return err
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

// idle brings a shared idle world to the horizon and takes a copy of it.
func (t *Trial) idle(ctx context.Context) error {
	if t.shared == nil {
		return nil
	}
	if t.shared.idle.Tick() > t.end {
		t.shared.idle.CopyFrom(t.shared.trunk)
	}
	if err := Advance(ctx, t.shared.idle, t.end); err != nil {
		return err
	}
	t.Idle.CopyFrom(t.shared.idle)
	t.Idle.Fund(t.legs)
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
