package check

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"stakeout/experiments/kit/figure"
	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
)

// subject is an attack whose result is followed: a preset with changes.
type subject struct {
	name, preset string
	set          []string // path=value
}

// change is a change of the world on which a result may depend.
type change struct {
	name string
	of   func(*sim.Config) []string // path=value
}

// fixed is a change that does not depend on the world.
func fixed(set ...string) func(*sim.Config) []string {
	return func(*sim.Config) []string { return set }
}

// subjects are attacks, some of which pay.
var subjects = []subject{
	{"dos-empty-blocks", "dos-empty-blocks", nil},
	{"dos-short", "dos-short", nil},
	{"dos-split, fickle users", "dos-split", []string{"world.users.leave_below=0.85"}},
	{"fake-dos, patient users", "fake-dos", []string{"world.users.leave_below=0.3"}},
	{"outbid", "outbid", nil},
	{"rogue-operator", "rogue-operator", nil},
}

// scales change numbers that have no counterpart outside of the model: the rounds of
// decision in a tick, and the number of agents that stand for a sector.
var scales = []change{
	{"1 round", fixed("world.time.rounds=1")},
	{"4 rounds", fixed("world.time.rounds=4")},
	{"64 rounds", fixed("world.time.rounds=64")},
	{"half the agents", func(c *sim.Config) []string { return crowd(c, 0.5) }},
	{"twice the agents", func(c *sim.Config) []string { return crowd(c, 2) }},
}

// crowd multiplies the number of agents of every kind by k. It divides the contribution
// of each agent accordingly, unless that is a share of a total already.
func crowd(c *sim.Config, k float64) (set []string) {
	count := func(path string, n int) {
		if n > 0 {
			set = append(set, "world."+path+"="+strconv.Itoa(max(int(math.Round(float64(n)*k)), 1)))
		}
	}
	each := func(path string, x float64) { set = append(set, "world."+path+"="+strconv.FormatFloat(x, 'g', -1, 64)) }
	count("stakers.count", c.Stakers.Count)
	count("makers.count", c.Makers.Count)
	each("makers.depth_share", c.Makers.DepthShare/k)
	each("makers.wake_blocks", c.Makers.WakeBlocks*k)
	count("noise.count", c.Noise.Count)
	each("noise.wake_blocks", c.Noise.WakeBlocks*k)
	count("chartists.count", c.Chartists.Count)
	count("holders.count", c.Holders.Count)
	count("shorters.count", c.Shorters.Count)
	each("shorters.cash_usd", c.Shorters.CashUSD/k)
	count("coordinators.count", c.Coordinators.Count)
	each("coordinators.cash_usd", c.Coordinators.CashUSD/k)
	count("users.count", c.Users.Count)
	count("users.cohort_size", int(math.Round(float64(c.Users.CohortSize)/k/k)))
	return set
}

// reactions are the reactions of other agents; each change switches one of them off.
var reactions = []change{
	{"what holders make of the service", fixed("world.beliefs.respond_to_service=false")},
	{"stakers who follow yields", fixed("world.stakers.follow_yields=false")},
	{"lenders who recall", fixed("world.stakers.recall_loans=false", "world.holders.recall_loans=false")},
	{"makers who widen", fixed("world.makers.widen=false")},
	{"users who leave over service", fixed("world.users.leave_over_service=false")},
	{"operators who raise tips", fixed("world.coordinators.raise_tips=false")},
	{voters, fixed("world.stakers.civic.turnout_share=0")},
}

// defended are the subjects and two further attacks, to which voters and operators
// react.
var defended = append(append([]subject(nil), subjects...),
	subject{"dos-empty-blocks under a vote", "dos-empty-blocks", []string{underVote}},
	subject{"slash-miner", "slash-miner", []string{"world.rollup.deadline_blocks=3"}})

// phases are the parameters of attacks that a shorter horizon shortens in proportion.
var phases = []string{"build_days", "open_days", "act_days", "cover_days", "sell_days"}

// specOf is a subject in the world of the check with a change, scaled to the horizon;
// a nil change changes nothing.
func (r *runner) specOf(s subject, c *change) (*question.Spec, error) {
	spec, err := question.Load(s.preset)
	if err != nil {
		return nil, err
	}
	scale := r.days / spec.HorizonDays
	spec.World, spec.HorizonDays, spec.StartDays = r.world, r.days, min(spec.StartDays, r.days/40)
	set := append([]string(nil), s.set...)
	if scale < 1 {
		param.Walk(spec.Params, func(path string, f param.Field) {
			if x, err := strconv.ParseFloat(f.Value, 64); err == nil && slices.Contains(phases, path) {
				set = append(set, "attack_params."+path+"="+strconv.FormatFloat(x*scale, 'g', -1, 64))
			}
		})
	}
	if c != nil {
		set = append(set, c.of(&r.world)...)
	}
	for _, kv := range set {
		if err := spec.Set(kv); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return spec, nil
}

// advantages are the advantages in thousand USD at one seed, by subject and
// change; the first column has no change.
func (r *runner) advantages(ctx context.Context, list []subject, changes []change, rep int) ([][]float64, error) {
	var out [][]float64
	for _, s := range list {
		var row []float64
		for k := -1; k < len(changes); k++ {
			var c *change
			if k >= 0 {
				c = &changes[k]
			}
			spec, err := r.specOf(s, c)
			if err != nil {
				return nil, err
			}
			t, err := trial.Run(ctx, spec, trial.NewWorlds(), rep)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			row = append(row, t.Advantage().Units()/1000)
		}
		out = append(out, row)
	}
	return out, nil
}

// sample is the profit of one subject under one change, by seed.
func sample(worlds [][][]float64, subject, change int) (x []float64) {
	for n := range worlds {
		x = append(x, worlds[n][subject][change])
	}
	return x
}

func runRobustness(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, func(ctx context.Context, _ *scratch, rep int) ([][]float64, error) {
		return r.advantages(ctx, subjects, scales, rep)
	})
	if err != nil {
		return nil, err
	}
	var lines []line
	for i, s := range subjects {
		usual := meanOf(sample(worlds, i, 0))
		lines = append(lines, line{s.name, "1,000 USD", untargeted, "", usual, 1})
		sign, source := untargeted, ""
		switch {
		case usual.hi < 0:
			sign, source = atMost(0), "The sign in the first row of the attack"
		case usual.lo > 0:
			sign, source = atLeast(0), "The sign in the first row of the attack"
		}
		for k, c := range scales {
			lines = append(lines, line{s.name + ": " + c.name, "1,000 USD", sign, source, meanOf(sample(worlds, i, k+1)), 1})
		}
	}
	return judge("robustness", "Results against how finely the model is cut", lines,
		"Advantage over the best honest use of the capital. "+defaultsOf(r),
		"Agents: the number of every kind is halved or doubled; what each brings is doubled or halved where it is not "+
			"a share of a total already. Worlds of other numbers have other draws, so that differences between rows "+
			"are not paired.",
		"An attack whose first row has no sign is given for information."), nil
}

// defaultsOf is the note on the numbers of rounds and agents in rows without a change.
func defaultsOf(r *runner) string {
	c := &r.world
	n := c.Stakers.Count + c.Makers.Count + c.Noise.Count + c.Chartists.Count + c.Holders.Count +
		c.Shorters.Count + c.Coordinators.Count + c.Users.Count
	return fmt.Sprintf("Rows without a change have %d rounds a tick and %s agents.",
		c.Time.Rounds, figure.Number(float64(n), 0))
}

func runReactions(ctx context.Context, r *runner) (*Result, error) {
	worlds, err := each(ctx, r, r.seeds, func(ctx context.Context, _ *scratch, rep int) ([][]float64, error) {
		return r.advantages(ctx, defended, reactions, rep)
	})
	if err != nil {
		return nil, err
	}
	t := &table.Table{Name: "check_reactions_attacks", Title: "Results without single reactions of the other agents",
		Columns: []table.Column{{Name: "Attack"}, {Name: "Without"},
			{Name: "Advantage, and its change [95 % CI]", Unit: "1,000 USD"}}}
	idle := 0.0
	for i, s := range defended {
		usual := sample(worlds, i, 0)
		row := func(attack, without string, x []float64) {
			m := meanOf(x)
			t.Rows = append(t.Rows, []table.Cell{table.Text(attack), table.Text(without),
				table.Estimate(m.value, m.lo, m.hi, table.Format{Decimals: 1})})
		}
		row(s.name, "nothing", usual)
		for k, c := range reactions {
			x := sample(worlds, i, k+1)
			for n := range x {
				x[n] -= usual[n]
				if c.name == voters && !slices.Contains(s.set, underVote) {
					idle = max(idle, math.Abs(x[n]))
				}
			}
			row("", c.name, x)
		}
	}
	t.Notes = []string{fmt.Sprintf("The first row of an attack is its advantage over the best honest use of its capital; "+
		"the others are the change of it, seed by seed, when one reaction is switched off in all its worlds. "+
		"%d seeds; intervals are Student's.", len(worlds))}
	res := judge("reactions", "Voters have no effect without a vote", []line{
		{"largest change without voters where nothing is voted on", "1,000 USD", between(0, 0),
			"Without a remedy nobody votes", exactly(idle, len(worlds)), 1},
	})
	res.Tables = append(res.Tables, t)
	return res, nil
}

// voters is the reaction that needs a remedy, and underVote the setting of one.
const (
	voters    = "voters"
	underVote = "remedy=timelock-vote"
)
