package experiments

import (
	"context"
	"fmt"
	"slices"
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
	Gain, Fair           measure.Account // of the attack and of the honest world
	spec                 *Spec
	worlds               *Worlds
	legs                 [sim.Legs]ledger.Amount // cash that each leg starts with
	capital              ledger.Amount           // sum of it
	end                  uint32                  // tick of the horizon
	act                  uint32                  // tick from which the attack differs from its honest twin
}

// Worlds are one worker's worlds, re-used from replication to replication. Trials of
// one seed that differ by their remedy have a world in common for as long as it makes
// no difference, and those that differ by their attack have the world without the
// attacker's capital.
type Worlds struct {
	pool     pool
	remedies []string // of the trials; none shares nothing
	world    string   // what the trunk depends on
	use      string   // what the honest use of the capital depends on besides
	plan     string   // what the attack depends on besides
	done     []string // remedies under which the plan has been tried
	// trunk is the world up to the start of the plan, idle the same world after it
	// without the attacker's capital, eve that of the honest use of it up to the act,
	// honest the same on from there, and attack that of the attack.
	trunk, idle, eve, honest, attack family
	funded                           *sim.World // an idle world with the capital
}

// NewWorlds is a worker's memory for trials under some remedies that follow each
// other seed by seed, in the order of their horizons; with none it shares nothing.
func NewWorlds(remedies ...string) *Worlds {
	b := &Worlds{remedies: remedies}
	for _, f := range [...]*family{&b.trunk, &b.idle, &b.eve, &b.honest, &b.attack} {
		f.pool = &b.pool
	}
	return b
}

// WorldKey names all that the idle world of a replication depends on besides the
// remedy.
func (s *Spec) WorldKey(rep int) string {
	var text strings.Builder
	fmt.Fprintln(&text, s.Mechanism, s.seed(rep), s.StartDays)
	s.walk(func(path string, f param.Field) {
		if strings.HasPrefix(path, "world.") {
			fmt.Fprintln(&text, path, f.Value)
		}
	})
	return text.String()
}

// planKey names all that the world of the attack depends on besides.
func (s *Spec) planKey() string {
	return fmt.Sprintln(s.Attack, s.HorizonDays) + string(param.Canonical(s.Params))
}

// useKey names all that the world of the honest use of the capital depends on besides.
func (s *Spec) useKey() string {
	if use := s.attack.Use(s.Params); use != "" {
		return fmt.Sprintln(s.HorizonDays, use)
	}
	return s.planKey()
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

// branch runs one world up to the start of the plan, copies it to the honest use, and
// that at the act to the attack; until then the two are one world.
func (s *Spec) branch(ctx context.Context, b *Worlds, rep int) (*Trial, error) {
	t := &Trial{Rep: rep, Seed: s.seed(rep), spec: s, worlds: b, legs: s.capital()}
	for _, c := range t.legs {
		t.capital += c
	}
	t.Start = s.World.Ticks(s.World.Time.WarmupDays + s.StartDays)
	t.end = s.World.Ticks(s.World.Time.WarmupDays + s.HorizonDays)
	t.act = t.Start + s.World.Ticks(s.attack.Act(s.Params))
	b.prepare(t)
	var err error
	if t.Attack, err = b.attack.at(ctx, s.Remedy, 0); err != nil {
		return nil, err
	}
	t.Honest, err = b.honest.at(ctx, s.Remedy, 0)
	return t, err
}

// prepare drops the worlds that are not those of a trial, and says how its own begin.
func (b *Worlds) prepare(t *Trial) {
	s := t.spec
	world, use, plan := s.WorldKey(t.Rep), s.useKey(), s.planKey()
	if w := b.idle.of(s.Remedy); world != b.world || w != nil && w.Tick() > t.end {
		b.idle.clear()
	}
	if world != b.world || use != b.use {
		b.eve.clear()
		b.honest.clear()
	}
	if world != b.world || plan != b.plan || slices.Contains(b.done, s.Remedy) {
		b.done = nil
		b.attack.clear()
	}
	b.attack.release(func(remedy string) bool { return !slices.Contains(b.done, remedy) })
	if world != b.world {
		b.trunk.worlds = nil // New takes nothing from the pool.
	}
	b.world, b.use, b.plan = world, use, plan
	b.trunk.begin = func(ctx context.Context, remedy string) (*sim.World, error) {
		return sim.New(&s.World, s.Mechanism, remedy, t.Seed, [sim.Legs]ledger.Amount{}, b.others(remedy)...)
	}
	b.idle.begin = func(ctx context.Context, remedy string) (*sim.World, error) {
		return b.pool.branch(ctx, &b.trunk, remedy, t.Start)
	}
	b.eve.begin = func(ctx context.Context, remedy string) (*sim.World, error) {
		w, err := b.pool.branch(ctx, &b.trunk, remedy, t.Start)
		if err == nil {
			err = t.employ(w)
		}
		return w, err
	}
	b.honest.begin = func(ctx context.Context, remedy string) (*sim.World, error) {
		return b.pool.branch(ctx, &b.eve, remedy, min(t.act, t.end))
	}
	b.attack.begin = func(ctx context.Context, remedy string) (*sim.World, error) {
		w, err := b.pool.branch(ctx, &b.eve, remedy, min(t.act, t.end))
		if err == nil {
			t.commit(w)
		}
		return w, err
	}
}

// others are the remedies that have no trunk yet.
func (b *Worlds) others(remedy string) (names []string) {
	for _, r := range b.remedies {
		if r != remedy && b.trunk.of(r) == nil {
			names = append(names, r)
		}
	}
	return names
}

// employ gives a world the attacker's capital and the plan for its honest use.
func (t *Trial) employ(w *sim.World) error {
	w.Fund(t.legs)
	if err := w.Equip(t.spec.attack, t.spec.Params); err != nil {
		return err
	}
	if t.legs != [sim.Legs]ledger.Amount{} {
		w.SetAttacker(t.plan(w))
	}
	return nil
}

// plan is the honest plan of the trial's attack.
func (t *Trial) plan(w *sim.World) strategies.Committer {
	return t.spec.attack.New(t.spec.Params, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Start: t.Start})
}

// commit turns the honest use, which may be that of another attack, into the attack.
func (t *Trial) commit(w *sim.World) {
	honest, ok := w.Attacker().(strategies.Committer)
	if !ok {
		return
	}
	if heir, ok := t.plan(w).(strategies.Heir); ok && t.spec.useKey() != t.spec.planKey() {
		heir.Inherit(honest)
		w.Succeed(heir)
		honest = heir
	}
	honest.Commit()
}

// finish brings the three worlds to the horizon and measures.
func (t *Trial) finish(ctx context.Context) (err error) {
	b, remedy := t.worlds, t.spec.Remedy
	if t.Attack, err = b.attack.at(ctx, remedy, t.end); err != nil {
		return err
	}
	if t.Honest, err = b.honest.at(ctx, remedy, t.end); err != nil {
		return err
	}
	if t.Idle, err = t.idle(ctx); err != nil {
		return err
	}
	b.done = append(b.done, remedy)
	t.Gain = measure.Of(t.Attack, t.Honest, t.Idle, t.capital)
	t.Fair = measure.Of(t.Honest, t.Honest, t.Idle, t.capital)
	return nil
}

// idle is the world in which the capital stays idle. Where nobody else wants the trunk
// it is the trunk itself.
func (t *Trial) idle(ctx context.Context) (*sim.World, error) {
	b := t.worlds
	if len(b.remedies) == 0 {
		w, err := b.trunk.at(ctx, t.spec.Remedy, t.end)
		if err == nil {
			w.Fund(t.legs)
			b.world = "" // The trunk is of no use to another trial.
		}
		return w, err
	}
	w, err := b.idle.at(ctx, t.spec.Remedy, t.end)
	if err != nil {
		return nil, err
	}
	if b.funded == nil {
		b.funded = new(sim.World)
	}
	b.funded.CopyFrom(w)
	b.funded.Fund(t.legs)
	return b.funded, nil
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
