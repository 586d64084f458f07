package experiments

import "stakeout/experiments/kit/record"

// Schemas describe the tables runs and series as every preset has them; the
// columns of runs that hold parameters are those of one preset. It fails when
// that preset does not load.
func Schemas() ([]record.Schema, error) {
	s, err := Load("dos-empty-blocks")
	if err != nil {
		return nil, err
	}
	d, err := designOf(Alone(s), "", true)
	if err != nil {
		return nil, err
	}
	return []record.Schema{d.runsSchema(), seriesSchema()}, nil
}
