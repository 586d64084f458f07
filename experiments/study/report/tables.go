package report

import "stakeout/experiments/kit/table"

// Tables are what a run prints, its page shows, and a stored folder gives back.
type Tables struct {
	ROI      *table.Table   // the returns, along the axes where there are any
	Channels []*table.Table // the money of the attacker, one table a cell; none in a lean study
	Harm     []*table.Table // who paid, one table a cell; none in a lean study
}

// Tables fails when the rows of a cell break their own sums.
func (s *Study) Tables() (t Tables, err error) {
	if t.ROI = ROI(s); len(s.Axes) > 0 {
		t.ROI = Returns(s)
	}
	if s.Lean {
		return t, nil
	}
	for _, c := range s.Cells {
		channels, err := Channels(s, c)
		if err != nil {
			return t, err
		}
		harm, err := Harm(s, c)
		if err != nil {
			return t, err
		}
		t.Channels, t.Harm = append(t.Channels, channels), append(t.Harm, harm)
	}
	return t, nil
}
