package design

import (
	"math"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/trial"
)

// seriesHours is the distance between two rows of a series.
const seriesHours = 6

// moment is what a row of series is made from.
type moment struct {
	cell   *Cell
	rep    int
	world  string
	day    float64
	now    *sim.Sample
	volume float64 // tokens since the row before
}

// seriesColumn is one column of series and the way to fill it.
type seriesColumn struct {
	record.Column
	value func(*moment) record.Value
}

func sampled(name, unit, doc string, value func(*moment) float64) seriesColumn {
	return seriesColumn{record.Column{Name: name, Type: record.Float, Unit: unit, Doc: doc}, func(m *moment) record.Value {
		x := value(m)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return record.MissingValue()
		}
		return record.FloatValue(x)
	}}
}

// seriesColumns is the registry of the columns of series, in order.
var seriesColumns = []seriesColumn{
	{record.Column{Name: "cell_id", Type: record.Text, Unit: record.NoUnit, Doc: "Cell as in the table runs."},
		func(m *moment) record.Value { return record.TextValue(m.cell.ID) }},
	{record.Column{Name: "rep", Type: record.Int, Unit: record.Dimensionless,
		Doc: "Number of the replication as in the table runs."},
		func(m *moment) record.Value { return record.IntValue(int64(m.rep)) }},
	{record.Column{Name: "world", Type: record.Text, Unit: record.NoUnit,
		Doc: "World of the replication: attack, honest or idle."},
		func(m *moment) record.Value { return record.TextValue(m.world) }},
	sampled("day", "d", "Time after the warm-up.", func(m *moment) float64 { return m.day }),
	sampled("price", "USD", "Mid price of the token.", func(m *moment) float64 { return m.now.Price }),
	sampled("ln_news", record.Dimensionless, "Log of the exogenous price of ETH times the exogenous activity, against "+
		"the opening.", func(m *moment) float64 { return m.now.LnETH + m.now.LnActivity + m.now.LnOwn }),
	sampled("users", "cohorts", "Cohorts of users that use the rollup.", func(m *moment) float64 { return m.now.Active }),
	sampled("staked", "tokens", "Tokens staked.", func(m *moment) float64 { return m.now.Staked }),
	sampled("attacker_stake_share", "share", "Attacker's share of all stake.",
		func(m *moment) float64 { return measure.Ratio(m.now.AttackerStake, m.now.Staked) }),
	sampled("empty_share", "share", "Share of slots that left waiting users unserved, half-life one hour.",
		func(m *moment) float64 { return m.now.EmptyHour }),
	sampled("empty_share_day", "share", "Share of slots that left waiting users unserved, half-life one day.",
		func(m *moment) float64 { return m.now.EmptyDay }),
	sampled("reward", "USD/token/year", "Net reward of a staked token whose leader served, at the opening price of ETH.",
		func(m *moment) float64 { return m.now.Reward }),
	sampled("borrowed", "tokens", "Tokens borrowed from the lending pool.",
		func(m *moment) float64 { return m.now.Borrowed }),
	sampled("waiting", "transactions", "Transactions that wait for a batch.",
		func(m *moment) float64 { return m.now.Waiting }),
	sampled("queue", "users", "Users in the forced-exit queue.", func(m *moment) float64 { return m.now.Queue }),
	sampled("volume", "tokens", "Tokens traded since the row before.", func(m *moment) float64 { return m.volume }),
	sampled("depth_1pc", "tokens", "Tokens in the book within one per cent of the mid, mean of both sides.",
		func(m *moment) float64 { return m.now.Depth1 }),
	sampled("spread", "bp", "Best ask less best bid over the mid, missing when a side is empty.", func(m *moment) float64 {
		if m.now.SpreadBps == 0 {
			return math.NaN()
		}
		return m.now.SpreadBps
	}),
	sampled("dai_price", "USD", "Price of the last trade of dai.", func(m *moment) float64 { return m.now.Dai.Price }),
	sampled("perpetual_price", "USD", "Mid price of the perpetual future, missing when there is none.",
		func(m *moment) float64 {
			if m.now.Perp.Price == 0 {
				return math.NaN()
			}
			return m.now.Perp.Price
		}),
	sampled("open_interest", "tokens", "Tokens that either side of the perpetual future holds.",
		func(m *moment) float64 { return m.now.Perp.OpenInterest }),
	sampled("dai_inside", "dai", "Dai inside the rollup.", func(m *moment) float64 { return m.now.Dai.Inside }),
}

func SeriesSchema() record.Schema {
	s := record.Schema{Name: column.SeriesTable}
	for _, c := range seriesColumns {
		s.Columns = append(s.Columns, c.Column)
	}
	return s
}

// SeriesRows samples the three worlds of a trial every few hours from the last
// row of the warm-up on. The hours are those that the worlds recorded.
func SeriesRows(c *Cell, t *trial.Trial) (rows []record.Row) {
	for i, w := range [...]*sim.World{t.Attack, t.Honest, t.Idle} {
		all, last := w.Series(), 0.0
		for h := seriesHours - 1; h < len(all); h += seriesHours {
			m := &moment{cell: c, rep: t.Rep, world: column.AllWorlds[i], day: t.Days(all[h].Tick, c.Spec), now: &all[h],
				volume: all[h].Volume - last}
			last = all[h].Volume
			if m.day < -seriesHours/24.0 {
				continue
			}
			row := make(record.Row, len(seriesColumns))
			for k, col := range seriesColumns {
				row[k] = col.value(m)
			}
			rows = append(rows, row)
		}
	}
	return rows
}
