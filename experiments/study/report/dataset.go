package report

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/stat"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
)

// quantity is one thing that attack_roi summarises with all statistics.
type quantity struct {
	name, unit, doc string
	values          func(*Cell) []float64
}

// from takes a quantity from a column of runs.
func from(name, unit, doc, of string) quantity {
	return quantity{name, unit, doc, func(c *Cell) []float64 { return c.Values(of) }}
}

func attack(name, unit, doc, of string) quantity {
	return from(name, unit, doc, column.Outcome("attack", of))
}

// leverage is missing where no capital was at risk.
func leverage(c *Cell) []float64 {
	values := slices.Clone(c.Values(column.Outcome("attack", column.ShortNotional)))
	for i, risk := range c.Values(column.Outcome("attack", column.CapitalAtRisk)) {
		if values[i] /= risk; risk == 0 {
			values[i] = math.NaN()
		}
	}
	return values
}

// quantities lists what attack_roi summarises, in order.
func quantities() []quantity {
	list := []quantity{
		from("capital", "USD", "Cash that the attacker started with", column.Capital),
		attack("capital_at_risk", "USD", "Most cash paid in by the attacker", column.CapitalAtRisk),
		attack("peak_stake_share", "share", "Largest share of all stake held by the attacker", column.PeakStake),
		attack("short_tokens", "tokens", "Tokens that the attacker sold short in all", column.ShortTokens),
		attack("short_notional", "USD", "What the attacker sold short in all, at the prices of the sales",
			column.ShortNotional),
		{"leverage", record.Dimensionless, "Short notional over capital at risk", leverage},
		attack("profit", "USD", "Net profit of the attack", column.Profit),
		attack("roi", record.Dimensionless, "Net profit over capital at risk", column.ROI),
		from("net_of_drift", "USD", "Net profit less what the idle world's prices did to the same positions", column.Net),
		{"advantage", "USD", "Advantage over the best honest use, freed of the fitted multiple of the log drift",
			func(c *Cell) []float64 { return c.freed().Values }},
		from("honest_use", "USD", "What the best honest use of up to the capital at risk is worth", column.HonestUse),
		from("effect_of_act", "USD", "Net profit less that of the same trades without the act", column.Effect),
		from("honest_profit", "USD", "Net profit of the same trades without the act",
			column.Outcome("honest", column.Profit)),
		from("honest_roi", record.Dimensionless, "Net profit of the same trades without the act over their capital at risk",
			column.Outcome("honest", column.ROI)),
		attack("cost", "USD", "Sum of the negative channels as a positive number", column.Cost),
		attack("revenue", "USD", "Sum of the positive channels", column.Revenue),
	}
	for _, side := range [...]struct {
		prefix, doc string
		sign        float64
	}{{"cost_", "Loss", -1}, {"rev_", "Gain", 1}} {
		for _, d := range measure.Describe {
			list = append(list, quantity{side.prefix + d.Name, "USD", side.doc + " of the attack in the channel " + d.Label +
				", zero in replications of the other sign", func(c *Cell) []float64 {
				values := slices.Clone(c.Values(column.Channel("attack", d.Name)))
				for i, v := range values {
					values[i] = max(side.sign*v, 0)
				}
				return values
			}})
		}
	}
	list = append(list,
		attack("price_drawdown", "share", "Deepest fall of the price below that of the idle world", column.Drawdown),
		attack("price_runup", "share", "Highest rise of the price above that of the idle world", column.Runup),
		attack("final_price_ratio", record.Dimensionless, "Price at the end over that of the idle world", column.FinalPrice),
		attack("empty_share", "share", "Mean share of slots that left waiting users unserved", column.EmptyShare),
		attack("peak_empty_share", "share", "Largest daily share of slots that left waiting users unserved",
			column.PeakEmptyShare),
		attack("mean_stake_share", "share", "Mean share of all stake held by the attacker", column.MeanStake),
		attack("throughput_loss", "share", "Transactions served less than in the idle world", column.ThroughputLoss),
		attack("users_lost", "share", "Active users fewer than in the idle world at the end", column.UsersLost),
		attack("liquidated_tokens", "tokens", "Tokens bought in from borrowers below their margin", column.Liquidated),
	)
	for _, s := range measure.Sectors {
		list = append(list, from("harm_"+s.Name, "USD", "Equity gained against the idle world by the sector "+s.Name,
			column.Sector(s.Name)))
	}
	list = append(list,
		from("user_surplus", "USD", "What users gained against the idle world besides cash", column.UserSurplus),
		from("deadweight_loss", "USD", "Value lost against the idle world that nobody gained", column.Deadweight))
	list = append(list, conditions()...)
	return append(list, from("zero_sum_residual", "USD", "Sum of all sectors' gains, which is zero", column.HarmResidual))
}

// statistics lists the columns that attack_roi has for each quantity.
var statistics = [...]struct {
	suffix, doc string
	value       func(*Estimate) float64
}{
	{"mean", "Mean", func(e *Estimate) float64 { return e.Mean }},
	{"se", "Standard error of the mean", func(e *Estimate) float64 { return e.SE }},
	{"lo", "Lower end of the interval of the mean", func(e *Estimate) float64 { return e.Lo }},
	{"hi", "Upper end of the interval of the mean", func(e *Estimate) float64 { return e.Hi }},
	{"median", "Median", func(e *Estimate) float64 { return e.Median }},
	{"p5", "5 % quantile", func(e *Estimate) float64 { return e.P5 }},
	{"p95", "95 % quantile", func(e *Estimate) float64 { return e.P95 }},
}

// datum is one column of attack_roi with the function that fills it.
type datum struct {
	record.Column
	value func(*Study, *Summary) record.Value
}

// Dataset is the schema and the rows of attack_roi, one row a cell.
func Dataset(s *Study) (schema record.Schema, rows iter.Seq[record.Row]) {
	schema.Name = column.AttackROITable
	data := slices.Concat(ids(), s.levels(), spreads(), headline(), method())
	for _, d := range data {
		schema.Columns = append(schema.Columns, d.Column)
	}
	return schema, func(yield func(record.Row) bool) {
		for _, x := range s.Summaries() {
			row := make(record.Row, len(data))
			for i, d := range data {
				row[i] = d.value(s, x)
			}
			if !yield(row) {
				return
			}
		}
	}
}

func word(name, doc string, value func(*Study, *Summary) string) datum {
	return datum{record.Column{Name: name, Type: record.Text, Unit: record.NoUnit, Doc: doc},
		func(s *Study, x *Summary) record.Value { return record.TextValue(value(s, x)) }}
}

func count(name, doc string, value func(*Study, *Summary) int) datum {
	return datum{record.Column{Name: name, Type: record.Int, Unit: record.Dimensionless, Doc: doc},
		func(s *Study, x *Summary) record.Value { return record.IntValue(int64(value(s, x))) }}
}

func figureOf(name, unit, doc string, value func(*Study, *Summary) float64) datum {
	return datum{record.Column{Name: name, Type: record.Float, Unit: unit, Doc: doc},
		func(s *Study, x *Summary) record.Value { return finite(value(s, x)) }}
}

// finite is a float, missing when it is not finite.
func finite(v float64) record.Value {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return record.MissingValue()
	}
	return record.FloatValue(v)
}

func ids() []datum {
	return []datum{
		word("experiment", "Name of the experiment.", func(s *Study, _ *Summary) string { return s.Experiment }),
		word("cell_id", "Cell as in the table runs.", func(_ *Study, x *Summary) string { return x.Cell.ID }),
		word("preset", "Name of the preset.", func(_ *Study, x *Summary) string { return x.Cell.Preset }),
		word("attack", "Name of the attack.", func(_ *Study, x *Summary) string { return x.Cell.Attack }),
		word("mechanism", "Name of the election mechanism.", func(_ *Study, x *Summary) string { return x.Cell.Mechanism }),
		word("remedy", "Name of the remedy.", func(_ *Study, x *Summary) string { return x.Cell.Remedy }),
		word("world", "Name of the world.", func(_ *Study, x *Summary) string { return x.Cell.World }),
		word("world_sha256", "Hash of the settings of the world as in the table runs, equal for cells in one honest world.",
			func(_ *Study, x *Summary) string { return x.Cell.WorldHash }),
		figureOf("horizon", "d", "Measured time after the warm-up.",
			func(_ *Study, x *Summary) float64 { return x.Cell.Horizon }),
		count("n", "Number of replications that came to their end.", func(_ *Study, x *Summary) int { return x.Cell.N() }),
		count("n_failed", "Number of replications that failed and are left out.",
			func(_ *Study, x *Summary) int { return x.Cell.Failed }),
		word("seed_scheme", "How replications get their seeds.", func(_ *Study, x *Summary) string {
			return "Mix(" + x.Cell.Seed + ", replication), the same for every cell"
		}),
	}
}

// levels are the parameters that vary by plan, as in the table runs.
func (s *Study) levels() (out []datum) {
	named := []string{column.Parameter("attack"), column.Parameter("mechanism"), column.Parameter("remedy")}
	for i, c := range s.axes {
		if !slices.Contains(named, c.Name) { // Those have their columns already.
			out = append(out, datum{c, func(_ *Study, x *Summary) record.Value { return x.Cell.Levels[i] }})
		}
	}
	return out
}

// spreads computes the statistics of all quantities.
func spreads() (out []datum) {
	for k, q := range quantities() {
		for i, st := range statistics {
			out = append(out, figureOf(q.name+"_"+st.suffix, q.unit, st.doc+" over replications: "+q.doc+".",
				func(s *Study, x *Summary) float64 {
					return x.spreads(s.Level)[k][i]
				}))
		}
	}
	return out
}

// spreads are the statistics of all quantities of the data file, computed once.
func (x *Summary) spreads(level float64) [][len(statistics)]float64 {
	if x.spread == nil {
		all := quantities()
		x.spread = make([][len(statistics)]float64, len(all))
		for k, q := range all {
			e := estimateOf(q.values(x.Cell), level)
			for i, st := range statistics {
				x.spread[k][i] = st.value(&e)
			}
		}
	}
	return x.spread
}

// headline lists the tests and tails of profit, ROI and advantage.
func headline() (out []datum) {
	for _, h := range [...]struct {
		name, unit string
		of         func(*Summary) *Estimate
	}{
		{"profit", "USD", func(x *Summary) *Estimate { return &x.Profit }},
		{"roi", record.Dimensionless, func(x *Summary) *Estimate { return &x.ROI }},
		{"advantage", "USD", func(x *Summary) *Estimate { return &x.Advantage }},
	} {
		out = append(out,
			figureOf(h.name+"_bca_lo", h.unit, "Lower end of the BCa bootstrap interval of the mean "+h.name+".",
				func(_ *Study, x *Summary) float64 { return h.of(x).BCaLo }),
			figureOf(h.name+"_bca_hi", h.unit, "Upper end of the BCa bootstrap interval of the mean "+h.name+".",
				func(_ *Study, x *Summary) float64 { return h.of(x).BCaHi }),
			figureOf(h.name+"_p", record.Dimensionless, "Two-sided p-value of a mean "+h.name+" of zero, Student's t.",
				func(_ *Study, x *Summary) float64 { return h.of(x).P }))
	}
	pr := func(name, what string, of func(*Summary) Share) []datum {
		return []datum{
			figureOf(name, "share", "Share of replications "+what+".",
				func(_ *Study, x *Summary) float64 { return of(x).Value() }),
			figureOf(name+"_lo", "share", "Lower end of the interval of the share of replications "+what+".",
				func(_ *Study, x *Summary) float64 { return of(x).Lo }),
			figureOf(name+"_hi", "share", "Upper end of the interval of the share of replications "+what+".",
				func(_ *Study, x *Summary) float64 { return of(x).Hi }),
		}
	}
	out = append(out, pr("pr_profit", "with a net profit above zero", func(x *Summary) Share { return x.ProfitShare })...)
	out = append(out, pr("pr_beats_honest", "with an advantage above zero",
		func(x *Summary) Share { return x.BeatsHonest })...)
	out = append(out, pr("pr_ruin", fmt.Sprintf("that lose at least %g %% of the capital at risk", ruin*100),
		func(x *Summary) Share { return x.RuinShare })...)
	return append(out,
		figureOf("var", "USD", "Value at risk: the profit that is undershot with probability one less the level.",
			func(_ *Study, x *Summary) float64 { return x.VaR }),
		figureOf("es", "USD", "Expected shortfall: the mean of the worst profits, a share of one less the level of them.",
			func(_ *Study, x *Summary) float64 { return x.ES }),
		figureOf("es_lo", "USD", "Lower end of the BCa bootstrap interval of the expected shortfall.",
			func(_ *Study, x *Summary) float64 { return x.ESLo }),
		figureOf("es_hi", "USD", "Upper end of the BCa bootstrap interval of the expected shortfall.",
			func(_ *Study, x *Summary) float64 { return x.ESHi }),
		figureOf("break_even_capital", "USD", "Budget at which the mean advantage is zero, missing for the reason in "+
			"break_even_reason.", func(*Study, *Summary) float64 { return math.NaN() }),
		figureOf("break_even_stake_share", "share", "Stake share at which the mean advantage is zero, missing for the "+
			"reason in break_even_reason.", func(*Study, *Summary) float64 { return math.NaN() }),
		word("break_even_reason", "Why there is no break-even.", func(*Study, *Summary) string { return noBreakEven }))
}

// method says how the numbers were made.
func method() []datum {
	return []datum{
		figureOf("advantage_p_adjusted", record.Dimensionless, "Adjusted p-value of the advantage, Holm over the cells "+
			"of the experiment.", func(_ *Study, x *Summary) float64 { return x.Adjusted }),
		figureOf("advantage_q", record.Dimensionless, "Adjusted p-value of the advantage, Benjamini-Hochberg over the "+
			"cells of the experiment.", func(_ *Study, x *Summary) float64 { return x.Q }),
		figureOf("sd_profit", "USD", "Standard deviation of net profit.",
			func(_ *Study, x *Summary) float64 { return x.Luck.Raw }),
		figureOf("sd_net_of_drift", "USD", "Standard deviation of net of drift.",
			func(_ *Study, x *Summary) float64 { return x.Luck.Net }),
		figureOf("sd_advantage", "USD", "Standard deviation of the advantage, freed of the fitted multiple of the log drift.",
			func(_ *Study, x *Summary) float64 { return x.Luck.Fitted }),
		figureOf("drift_slope", record.Dimensionless, "Dollars of profit that come with one of drift, 1 where that "+
			"is not fitted.", func(_ *Study, x *Summary) float64 { return x.Luck.Slope }),
		count("family_size", "Number of tests that the adjustment covers.",
			func(_ *Study, x *Summary) int { return x.Family }),
		figureOf("pairing_ratio", record.Dimensionless, "Variance of unpaired over paired differences of attack and honest "+
			"profit; above 1 pairing helps.", func(_ *Study, x *Summary) float64 { return x.PairingRatio }),
		count("roi_undefined", "Number of replications without capital at risk, in which ROI is not defined.",
			func(_ *Study, x *Summary) int { return x.ROI.Missing }),
		word("warnings", "What limits the estimates, separated by a bar.",
			func(_ *Study, x *Summary) string { return joined(x.warnings()) }),
		figureOf("level", "share", "Confidence level of all intervals.",
			func(s *Study, _ *Summary) float64 { return s.Level }),
		word("interval_method", "How the intervals of means are made.",
			func(*Study, *Summary) string { return "Student t over paired replications" }),
		count("bootstrap_resamples", "Number of resamples of the BCa intervals of means.",
			func(*Study, *Summary) int { return stat.Resamples }),
		word("honest_alternative", "What the effect of the act is measured against.", func(*Study, *Summary) string {
			return "the same capital makes the same trades and builds honest blocks"
		}),
		word("stop_rule", "Rule by which the number of replications was chosen.", func(s *Study, _ *Summary) string {
			if s.Precision != nil {
				return s.Precision.String()
			}
			return "fixed number"
		}),
		word("stop_reason", "Whether that rule was met, the most replications made without it, or the run interrupted.",
			(*Study).stopReason),
		word("config_sha256", "Hash of the configuration as in the table runs.",
			func(_ *Study, x *Summary) string { return x.Cell.Config }),
		word("version", "Version of the program.", func(s *Study, _ *Summary) string { return s.Version }),
	}
}

func joined(list []string) (text string) {
	for i, s := range list {
		if i > 0 {
			text += " | "
		}
		text += s
	}
	return text
}
