package design

import (
	"stakeout/experiments/sim"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/trial"
)

// premises are the columns that show whether what an attack presupposes has happened
// in the run. A lock-up of dai presupposes that dai is inside the rollup, that its
// holders want to leave and cannot, and that dai is dear because of it.
func premises() []field {
	from := "from the act to the end"
	return []field{
		number(column.PremiseInside, "share", "Dai inside the rollup at the beginning of the act over all dai, in the "+
			"attack world.", func(o *Observation) float64 {
			inside := 0.0
			overAct(o.Trial, o.Trial.Attack, true, func(s *sim.Sample) {
				inside = measure.Ratio(s.Dai.Inside, s.Dai.Supply)
			})
			return inside
		}),
		number(column.PremiseLocked, "share", "Largest share of all dai that was inside at the end of an hour and whose "+
			"holder had asked to leave, "+from+", in the attack world.", func(o *Observation) float64 {
			return highest(o.Trial, o.Trial.Attack, func(s *sim.Sample) float64 {
				return measure.Ratio(s.Dai.Locked, s.Dai.Supply)
			})
		}),
		number(column.PremisePremium, "share", "Highest price of dai over a dollar at the end of an hour, "+from+
			", in the attack world.", func(o *Observation) float64 { return highest(o.Trial, o.Trial.Attack, premium) }),
		number(column.PremiseIdle, "share", "Highest price of dai over a dollar at the end of an hour, "+from+
			", in the idle world.", func(o *Observation) float64 { return highest(o.Trial, o.Trial.Idle, premium) }),
	}
}

func premium(s *sim.Sample) float64 { return s.Dai.Price - 1 }

// overAct visits the hours from the act to the end, or those before it.
func overAct(t *trial.Trial, w *sim.World, before bool, visit func(*sim.Sample)) {
	all := w.Series()
	for h := range all {
		if (all[h].Tick <= t.Act()) == before {
			visit(&all[h])
		}
	}
}

// highest is the largest value at the end of an hour from the act to the end, and 0 if
// none is larger.
func highest(t *trial.Trial, w *sim.World, of func(*sim.Sample) float64) (most float64) {
	overAct(t, w, false, func(s *sim.Sample) { most = max(most, of(s)) })
	return most
}
