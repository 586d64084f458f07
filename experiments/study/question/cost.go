package question

// secondsPerDay is the time that one core takes for one simulated day of one
// default world, measured on runs of the built-in presets on a 2.5 GHz server
// core. It only feeds expected times.
const secondsPerDay = 0.007

// ExpectedSeconds estimates the wall time of a run on a number of workers. It
// scales with simulated days: one world to the start of the plan, then three,
// of which the attack and its honest twin are one until the act.
func (s *Spec) ExpectedSeconds(workers int) float64 {
	after := max(s.HorizonDays-s.StartDays, 0)
	days := s.World.Time.WarmupDays + s.StartDays + float64(3*after)
	if s.Entry.Act != nil {
		days -= min(max(s.Entry.Act(s.Params), 0), after)
	}
	return days * secondsPerDay * float64(s.Replications) / float64(max(workers, 1))
}
