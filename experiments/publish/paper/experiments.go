package paper

import (
	"fmt"
	"strconv"
	"strings"

	"stakeout/experiments/study/question"
	"stakeout/strategies"
)

// experiment is a preset with its axes in both forms of the paper.
type experiment struct {
	name        string // of its folder
	preset      string // empty for the matrix of attacks
	set         []string
	quick, full axes
}

// axes holds the axes of a form and the number of paired seeds of a cell.
type axes struct {
	reps int
	vary []string
}

func (e *experiment) sweep(quick bool) (*question.Sweep, error) {
	form := e.full
	if quick {
		form = e.quick
	}
	if e.preset == "" {
		return question.Comparison(false, form.reps, "")
	}
	return question.LoadSweep(e.preset,
		question.Variation{Set: append([]string{"replications=" + strconv.Itoa(form.reps)}, e.set...), Axes: form.vary})
}

// The experiments of the paper.
var (
	// headline is the thread's own attack: empty blocks and a short position.
	headline = experiment{name: "headline", preset: "dos-short", quick: axes{reps: 10}, full: axes{reps: 100}}
	// matrix is every attack under every leader selection and every remedy.
	matrix = experiment{name: "matrix", quick: axes{reps: 1}, full: axes{reps: 20}}
	// ransom takes over the rollup and varies what a withdrawal then costs.
	ransom = experiment{name: "ransom", preset: "takeover-slash",
		quick: axes{3, []string{"attack_params.exit_fee_multiple=1,5,20,80"}},
		full:  axes{20, []string{"attack_params.exit_fee_multiple=1,2,5,10,20,40,80,160"}}}
	// cycles repeats the fake denial of service.
	cycles = experiment{name: "cycles", preset: "fake-dos-repeat", set: []string{"horizon_days=90"},
		quick: axes{3, []string{"attack_params.cycles=1,2,3"}},
		full:  axes{20, []string{"attack_params.cycles=1,2,3,4,5"}}}
	// frontier varies what decides the attack that gains most without stake: how many
	// users leave, and how much capital is behind the short.
	frontier = experiment{name: "frontier", preset: "outbid",
		quick: axes{3, []string{"world.users.leave_below=0.3,0.6,0.85",
			"attack_params.budget_usd=500000,1000000,2000000,4000000"}},
		full: axes{20, []string{"world.users.leave_below=0.2,0.3,0.4,0.5,0.6,0.7,0.85",
			"attack_params.budget_usd=250000,500000,1000000,2000000,4000000"}}}
)

// The budgets of an attack as multiples of the budget of its preset.
var (
	quickBudgets = []float64{0.5, 1, 2}
	fullBudgets  = []float64{0.25, 0.5, 1, 1.5, 2}
)

const budgetPath = "attack_params.budget_usd"

// budgets are the experiments that vary the budget of every attack.
func budgets() (list []experiment, err error) {
	for _, a := range strategies.All() {
		s, err := question.Load(a.Name)
		if err != nil {
			return nil, err
		}
		text, _ := s.Value(budgetPath)
		own, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: the budget %q: %w", a.Name, text, err)
		}
		list = append(list, experiment{name: "budget-" + a.Name, preset: a.Name,
			quick: axes{3, []string{multiples(own, quickBudgets)}}, full: axes{20, []string{multiples(own, fullBudgets)}}})
	}
	return list, nil
}

// multiples is the axis of a budget.
func multiples(budget float64, by []float64) string {
	var values []string
	for _, f := range by {
		values = append(values, strconv.FormatFloat(budget*f, 'f', -1, 64))
	}
	return budgetPath + "=" + strings.Join(values, ",")
}
