package check

import (
	"context"
	"math"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

// nullWorld is the outcome of one seed.
type nullWorld struct {
	fake      fakeResult
	idle      idleResult
	trips     []trip
	same, all int // attacks without capital: those that changed nothing, and all
	lottery   lottery
	service   [2]service // below and above the bound of the backlog
	effects   []mechanismEffect
}

// zeroSeeds is the number of seeds on which attacks without capital are tried. It is
// small, because equality to the bit needs no statistics.
const zeroSeeds = 2

func runNull(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, r.nullWorld)
	if err != nil {
		return nil, err
	}
	lines := attackNulls(worlds)
	var trips [][]trip
	for i := range worlds {
		trips = append(trips, worlds[i].trips)
	}
	lines = append(lines, tripLines(trips)...)
	lines = append(lines, lotteryLine(worlds))
	lines = append(lines, serviceLines(worlds)...)
	lines = append(lines, mechanismLines(worlds)...)
	return judge("null", "What must lose and what must not change", lines,
		"No response: fake-dos with its default plan and patient users, in a world whose holders do not respond to the "+
			"service. Results are in % of the budget. Effect of the act is over the same trades without it; drift is the gain "+
			"of the same trades at the prices of the idle world, which depends on the seed and not on the attack.",
		"No act: dos-empty-blocks with no day of action, against the honest use of its capital; money of acts is the "+
			"sum of the channels that need an act, the result of trading is impact, execution and fees. No capital: "+
			"every attack of the catalogue with a budget of zero; n counts attacks and worlds.",
		tripNote,
		"Lottery: the slots led by ten groups of stakers against their stake at each election; the largest of ten "+
			"standard normal deviations is below 2.81 in 95 of 100 trials.",
		"Service: an operator withholds a share β of slots for three days while users are captive and pay almost any "+
			"fee. Utilisation u is measured before; β low is 0.1 below 1 − u, β high 0.1 above it. Empty is the share "+
			"of slots that left waiting users unserved, load is transactions a slot over capacity. Backlog growth a "+
			"slot, in % of capacity, is from day one to day three; half of those who wait give up within two days.",
		"Mechanisms: 100 × ln ratio to proof of stake with the same seed, two weeks after the warm-up. Leaders bid "+
			"extractable value too, less their running cost, so bids can exceed net fees."), nil
}

func (r *runner) nullWorld(ctx context.Context, s *scratch, rep int) (out nullWorld, err error) {
	if out.fake, err = r.fakeNull(ctx, s, rep); err != nil {
		return out, err
	}
	if out.idle, err = r.unchanging(ctx, s, rep); err != nil {
		return out, err
	}
	if rep < zeroSeeds {
		if out.same, out.all, err = r.penniless(ctx, s, rep); err != nil {
			return out, err
		}
	}
	if out.service, err = r.services(ctx, s, rep); err != nil {
		return out, err
	}
	if out.effects, err = r.effects(ctx, rep); err != nil {
		return out, err
	}
	cfg := r.world
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return out, err
	}
	if out.lottery, err = drawLots(w, &cfg, w.Ticks(min(1, r.days))); err != nil {
		return out, err
	}
	s.start.CopyFrom(w)
	if err := trial.Advance(ctx, w, w.Tick()+w.Ticks(tripDays)); err != nil {
		return out, err
	}
	out.trips, err = roundTrips(ctx, s, w)
	return out, err
}

// nullSpec is a preset in the world of the check, with its schedule scaled so that
// unbonding ends before the horizon of days.
func (r *runner) nullSpec(
	name string, schedule func(params any) *strategies.Schedule, days float64,
) (*question.Spec, error) {
	spec, err := question.Load(name)
	if err != nil {
		return nil, err
	}
	spec.World, spec.StartDays, spec.HorizonDays = r.world, 0.25, days
	p := schedule(spec.Params)
	scale := max(days-r.world.Rollup.UnbondingDays-0.5, 0.5) / (p.BuildDays + p.ActDays + p.SellDays)
	p.BuildDays, p.ActDays, p.SellDays = p.BuildDays*scale, p.ActDays*scale, p.SellDays*scale
	return spec, nil
}

// fakeResult is the result of fake-dos against frozen beliefs, in shares of its
// budget.
type fakeResult struct{ effect, profit, net float64 }

// fakeNull runs fake-dos in a world whose holders do not respond to the service. The
// attack then has no source of profit.
func (r *runner) fakeNull(ctx context.Context, s *scratch, rep int) (out fakeResult, err error) {
	schedule := func(p any) *strategies.Schedule { return &p.(*strategies.FakeParams).Schedule }
	spec, err := r.nullSpec("fake-dos", schedule, r.days)
	if err != nil {
		return out, err
	}
	spec.World.Users.LeaveBelow, spec.World.Beliefs.RespondToEvents = 0.3, false
	p := spec.Params.(*strategies.FakeParams)
	p.HoldDays = p.ActDays / 2
	t, err := trial.Run(ctx, spec, trial.NewWorlds(), rep)
	if err != nil {
		return out, err
	}
	budget, profit := p.Budget.Units(), t.Gain.Profit
	return fakeResult{t.Effect().Units() / budget, profit.Units() / budget, t.Gain.Net().Units() / budget}, nil
}

// idleResult is the result of an attack without an act.
type idleResult struct {
	same  bool    // the world equals that of the honest use to the bit
	stray float64 // USD in channels that need an act, absolute
	cost  float64 // result of trading: impact, execution, fees and the unsold rest, share of the budget
}

// unchanging runs dos-empty-blocks with no day of action.
func (r *runner) unchanging(ctx context.Context, s *scratch, rep int) (out idleResult, err error) {
	schedule := func(p any) *strategies.Schedule {
		x := &p.(*strategies.EmptyBlocksParams).Schedule
		x.BuildDays, x.ActDays, x.SellDays = 1, 0, 1
		return x
	}
	spec, err := r.nullSpec("dos-empty-blocks", schedule, min(r.days, r.world.Rollup.UnbondingDays+4.5))
	if err != nil {
		return out, err
	}
	t, err := trial.Run(ctx, spec, trial.NewWorlds(), rep)
	if err != nil {
		return out, err
	}
	out.same = t.Attack.Hash() == t.Honest.Hash() && t.Gain == t.Fair
	c := &t.Gain.Channel
	for _, k := range [...]measure.Channel{
		measure.StakeAttack, measure.ShortAttack, measure.ShortDrift, measure.ShortImpact,
		measure.ShortExecution, measure.Interest, measure.Liquidations, measure.Other,
	} {
		out.stray += math.Abs(c[k].Units())
	}
	cost := c[measure.StakeImpact] + c[measure.StakeExecution] + c[measure.TradingFees] + c[measure.Unsold]
	out.cost = cost.Units() / spec.Params.(*strategies.EmptyBlocksParams).Budget.Units()
	return out, nil
}

// penniless runs every attack of the catalogue without capital. It counts the attacks,
// and those after which the world equals the world without them to the bit.
func (r *runner) penniless(ctx context.Context, s *scratch, rep int) (same, all int, err error) {
	cfg := r.world
	w, err := r.openAt(ctx, &cfg, rep, 0)
	if err != nil {
		return 0, 0, err
	}
	s.start.CopyFrom(w)
	end := w.Tick() + w.Ticks(min(r.days, 15))
	if err := trial.Advance(ctx, w, end); err != nil {
		return 0, 0, err
	}
	for _, e := range strategies.All() {
		p := e.Params()
		param.Defaults(p)
		if param.Set(p, "budget_usd", "0") != nil || e.Capital(p) != noCapital {
			continue
		}
		b := &s.branch
		b.CopyFrom(&s.start)
		b.SetAttacker(e.New(p, strategies.Plan{Legs: b.Attackers(), Opening: b.Opening(), Start: b.Tick(), Act: true}))
		if err := trial.Advance(ctx, b, end); err != nil {
			return 0, 0, err
		}
		all++
		if b.Hash() == w.Hash() {
			same++
		}
	}
	return same, all, nil
}

func attackNulls(worlds []nullWorld) []line {
	of := func(f func(*nullWorld) float64) measured {
		x := make([]float64, len(worlds))
		for i := range worlds {
			x[i] = f(&worlds[i])
		}
		return meanOf(x)
	}
	changed, attacks, different, stray := 0, 0, 0, 0.0
	for i := range worlds {
		if !worlds[i].idle.same {
			changed++
		}
		stray = max(stray, worlds[i].idle.stray)
		attacks += worlds[i].all
		different += worlds[i].all - worlds[i].same
	}
	n := len(worlds)
	const (
		noResponse = "Null test: without any response of the holders there is nothing to gain from"
		noAct      = "Null test: an attack without an act is the honest use of its capital"
		noCash     = "Null test: without capital nothing happens"
	)
	return []line{
		{"no response: effect of the act", "%", atMost(0), noResponse,
			of(func(w *nullWorld) float64 { return w.fake.effect }).times(100), 2},
		{"no response: profit less drift", "%", atMost(0), noResponse,
			of(func(w *nullWorld) float64 { return w.fake.net }).times(100), 2},
		{"no response: profit", "%", untargeted, "", of(func(w *nullWorld) float64 { return w.fake.profit }).times(100), 2},
		{"no act: worlds unlike honest", "worlds", between(0, 0), noAct, exactly(float64(changed), n), 0},
		{"no act: money of acts", "USD", atMost(0.001), noAct, exactly(stray, n), 3},
		{"no act: result of trading", "%", atMost(0), noArbitrage,
			of(func(w *nullWorld) float64 { return w.idle.cost }).times(100), 2},
		{"no capital: worlds unlike twin", "worlds", between(0, 0), noCash, exactly(float64(different), attacks), 0},
	}
}

// lotteryGroups is the number of groups of stakers, in the order of their accounts.
const lotteryGroups = 10

// lottery counts the slots led by each group. The stake at each election gives the
// expectation and the variance of these counts.
type lottery struct {
	led, expected, variance [lotteryGroups]float64
	slots                   int
}

// drawLots steps through a number of ticks and counts the leaders. Elections precede
// trade in a tick, so the stake before the step decides the election.
func drawLots(w *sim.World, cfg *sim.Config, ticks uint32) (out lottery, err error) {
	for end := w.Tick() + ticks; w.Tick() < end; {
		elects := w.Tick()%uint32(cfg.Rollup.BlocksPerSlot) == 0
		var weight [lotteryGroups]float64
		total := 0.0
		for i := 0; elects && i < cfg.Stakers.Count; i++ {
			if x := w.Rollup().Bonded(ledger.First + ledger.Owner(i)); x >= cfg.Rollup.MinStake {
				weight[i*lotteryGroups/cfg.Stakers.Count] += x.Units()
				total += x.Units()
			}
		}
		if err := w.Step(); err != nil {
			return out, err
		}
		if !elects || total == 0 {
			continue
		}
		out.slots++
		leader := int(w.Rollup().Public().Leader.Staker) - int(ledger.First)
		out.led[leader*lotteryGroups/cfg.Stakers.Count]++
		for g := range weight {
			p := weight[g] / total
			out.expected[g] += p
			out.variance[g] += float64(p * (1 - p))
		}
	}
	return out, nil
}

func lotteryLine(worlds []nullWorld) line {
	var all lottery
	for i := range worlds {
		l := &worlds[i].lottery
		all.slots += l.slots
		for g := range l.led {
			all.led[g] += l.led[g]
			all.expected[g] += l.expected[g]
			all.variance[g] += l.variance[g]
		}
	}
	worst := 0.0
	for g := range all.led {
		worst = max(worst, math.Abs(all.led[g]-all.expected[g])/math.Sqrt(all.variance[g]))
	}
	return line{"lottery: largest deviation", "s.d.", atMost(2.81),
		"Null test: slots led are binomial in the share of stake; ten groups, 5 % together",
		exactly(worst, all.slots), 2}
}
