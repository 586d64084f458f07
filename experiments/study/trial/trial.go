// Package trial runs one replication in three worlds. They are the attack, the honest use
// of the same capital, and a world in which the capital stays idle. The three share everything
// up to the start of the plan, so one world runs to that day and is copied. Trials that
// differ by their remedy or by their attack share worlds for as long as these are equal.
// The package knows no rows and no folders.
package trial

import (
	"context"
	"slices"

	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/question"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
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
	HonestUse            ledger.Amount   // what the best honest use of the capital at risk is worth
	spec                 *question.Spec
	worlds               *Worlds
	legs                 [sim.Legs]ledger.Amount // cash that each leg starts with
	Capital              ledger.Amount           // sum of it
	End                  uint32                  // tick of the horizon
	act                  uint32                  // tick from which the attack differs from its honest twin
}

// Worlds is the memory of one worker. Trials of one seed that differ by their remedy share
// a world as long as the remedy makes no difference. Trials that differ by their attack
// share the world without the attacker's capital.
type Worlds struct {
	spare    spare
	trial    *Trial   // the one that begins
	remedies []string // of the trials; without any, trials share nothing
	world    string   // what the trunk depends on
	use      string   // what the honest use of the capital depends on besides
	plan     string   // what the attack depends on besides
	done     []string // remedies under which the plan has been tried
	// Trunk is the world up to the start of the plan. Idle goes on from it without the
	// attacker's capital, eve with the honest use of the capital up to the act. Honest
	// and attack go on from eve.
	trunk, idle, eve, honest, attack family
	funded                           *sim.World // an idle world with the capital
}

// NewWorlds makes the memory for trials under the given remedies, which must come seed by
// seed and in the order of their horizons. Without remedies trials share nothing.
func NewWorlds(remedies ...string) *Worlds {
	b := &Worlds{remedies: remedies}
	for _, f := range [...]*family{&b.trunk, &b.idle, &b.eve, &b.honest, &b.attack} {
		f.owner = b
	}
	return b
}

// Run runs replication rep of a spec: one world up to the start of the plan, branched
// into three.
func Run(ctx context.Context, s *question.Spec, b *Worlds, rep int) (*Trial, error) {
	t, err := Begin(ctx, s, b, rep)
	if err != nil {
		return nil, err
	}
	return t, t.Finish(ctx)
}

// Begin runs one world up to the start of the plan, copies it to the honest use, and
// copies the honest use at the act to the attack; until then the two are one world.
func Begin(ctx context.Context, s *question.Spec, b *Worlds, rep int) (*Trial, error) {
	t := &Trial{Rep: rep, Seed: s.SeedOf(rep), spec: s, worlds: b, legs: s.Capital()}
	for _, c := range t.legs {
		t.Capital += c
	}
	t.Start = s.World.Ticks(s.World.Time.WarmupDays + s.StartDays)
	t.End = s.World.Ticks(s.World.Time.WarmupDays + s.HorizonDays)
	t.act = t.Start + s.World.Ticks(s.Entry.Act(s.Params))
	b.prepare(t)
	var err error
	if t.Attack, err = b.attack.at(ctx, s.Remedy, 0); err != nil {
		return nil, err
	}
	t.Honest, err = b.honest.at(ctx, s.Remedy, 0)
	return t, err
}

// prepare drops the worlds that the next trial cannot use.
func (b *Worlds) prepare(t *Trial) {
	s := t.spec
	world, use, plan := s.WorldKey(t.Rep), s.UseKey(), s.PlanKey()
	if w := b.idle.of(s.Remedy); world != b.world || w != nil && w.Tick() > t.End {
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
	b.trial = t
}

// begin makes the first world that a family has for a remedy.
func (b *Worlds) begin(ctx context.Context, f *family, remedy string) (*sim.World, error) {
	t := b.trial
	act := min(t.act, t.End)
	switch f {
	case &b.trunk:
		return sim.New(&t.spec.World, t.spec.Mechanism, remedy, t.Seed, [sim.Legs]ledger.Amount{}, b.others(remedy)...)
	case &b.idle:
		return b.spare.branch(ctx, &b.trunk, remedy, t.Start)
	case &b.honest:
		return b.spare.branch(ctx, &b.eve, remedy, act)
	case &b.eve:
		w, err := b.spare.branch(ctx, &b.trunk, remedy, t.Start)
		if err == nil {
			err = t.employ(w)
		}
		return w, err
	}
	w, err := b.spare.branch(ctx, &b.eve, remedy, act)
	if err == nil {
		t.commit(w)
	}
	return w, err
}

// others lists the remedies that have no trunk yet.
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
	if err := w.Equip(t.spec.Entry, t.spec.Params); err != nil {
		return err
	}
	if t.legs != [sim.Legs]ledger.Amount{} {
		w.SetAttacker(t.plan(w))
	}
	return nil
}

// plan is the honest plan of the trial's attack.
func (t *Trial) plan(w *sim.World) strategies.Committer {
	return t.spec.Entry.New(t.spec.Params, strategies.Plan{Legs: w.Attackers(), Opening: w.Opening(), Start: t.Start})
}

// commit turns the honest use, which may be that of another attack, into the attack.
func (t *Trial) commit(w *sim.World) {
	honest, ok := w.Attacker().(strategies.Committer)
	if !ok {
		return
	}
	if heir, ok := t.plan(w).(strategies.Heir); ok && t.spec.UseKey() != t.spec.PlanKey() {
		heir.Inherit(honest)
		w.Succeed(heir)
		honest = heir
	}
	honest.Commit()
}

// Finish brings the three worlds to the horizon and measures.
func (t *Trial) Finish(ctx context.Context) (err error) {
	b, remedy := t.worlds, t.spec.Remedy
	if t.Attack, err = b.attack.at(ctx, remedy, t.End); err != nil {
		return err
	}
	if t.Honest, err = b.honest.at(ctx, remedy, t.End); err != nil {
		return err
	}
	if t.Idle, err = t.idle(ctx); err != nil {
		return err
	}
	b.done = append(b.done, remedy)
	t.Gain = measure.Of(t.Attack, t.Honest, t.Idle, t.Capital)
	t.Fair = measure.Of(t.Honest, t.Honest, t.Idle, t.Capital)
	t.HonestUse = t.honestUse()
	return nil
}

// honestUse is what the best honest use of up to the capital at risk is worth.
func (t *Trial) honestUse() ledger.Amount {
	mechanism, _ := election.Find(t.spec.Mechanism)
	_, worth := strategies.BestUse(t.Gain.CapitalAtRisk, float64(t.End-t.Start)/t.Idle.PerDay(),
		t.spec.World.Rollup.UnbondingDays, func(l strategies.Levers) bool { return l.In(mechanism.Rules()) })
	return worth
}

// idle makes the world in which the capital stays idle. It is the trunk itself when no
// other trial needs the trunk.
func (t *Trial) idle(ctx context.Context) (*sim.World, error) {
	b := t.worlds
	if len(b.remedies) == 0 {
		w, err := b.trunk.at(ctx, t.spec.Remedy, t.End)
		if err == nil {
			w.Fund(t.legs)
			b.world = "" // The trunk is of no use to another trial.
		}
		return w, err
	}
	w, err := b.idle.at(ctx, t.spec.Remedy, t.End)
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

// Advance runs a world to a tick. It looks at ctx once a simulated day.
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
func (t *Trial) Days(tick uint32, s *question.Spec) float64 {
	return float64(tick)/t.Idle.PerDay() - s.World.Time.WarmupDays
}

// Advantage is the profit of the attack net of drift, less the best honest use of up to
// its capital at risk. It is zero to the unit for a plan that does nothing.
func (t *Trial) Advantage() ledger.Amount { return t.Gain.Net() - t.HonestUse }

// Effect is what the act adds to the same trades.
func (t *Trial) Effect() ledger.Amount { return t.Gain.Profit - t.Fair.Profit }

// World is the attack or the honest world.
func (t *Trial) World(i int) *sim.World {
	if i == 0 {
		return t.Attack
	}
	return t.Honest
}
