package experiments

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/market/ledger"
)

// observation is all that a row of runs is made from; trial is nil when the
// replication failed.
type observation struct {
	*cell
	design *design
	rep    int
	trial  *Trial
	err    error

	market [2]outcome // of the attack and of the honest world, once measured
	harm   []ledger.Amount
}

// field is one column of runs and the way to fill it.
type field struct {
	record.Column
	value func(*observation) record.Value
}

func (p *design) runsSchema() record.Schema {
	s := record.Schema{Name: column.RunsTable}
	for _, c := range p.columns {
		s.Columns = append(s.Columns, c.Column)
	}
	return s
}

// row fills all columns.
func (p *design) row(o *observation) record.Row {
	if o.trial != nil {
		o.market[0] = outcomeOf(o.trial, o.trial.Attack)
		o.market[1] = outcomeOf(o.trial, o.trial.Honest)
		o.harm = measure.Harm(o.trial.Attack, o.trial.Idle)
	}
	row := make(record.Row, len(p.columns))
	for i, c := range p.columns {
		row[i] = c.value(o)
	}
	return row
}

// runsColumns is the registry: every column of runs, in order.
func (p *design) runsColumns() []field {
	all := append(identity(), p.parameters()...)
	all = append(all, capital())
	for i, world := range column.Worlds {
		all = append(all, account(i, world)...)
		all = append(all, channels(i, world)...)
		all = append(all, outcomes(i, world)...)
	}
	return append(all, comparison()...)
}

func text(name, doc string, value func(*observation) string) field {
	return field{record.Column{Name: name, Type: record.Text, Unit: record.NoUnit, Doc: doc},
		func(o *observation) record.Value { return record.TextValue(value(o)) }}
}

func identity() []field {
	return []field{
		text("run_id", "Experiment, cell and number of the replication.", func(o *observation) string {
			return o.design.name + ":" + o.id + "#" + strconv.Itoa(o.rep)
		}),
		text("experiment", "Name of the experiment and of its folder.", func(o *observation) string { return o.design.name }),
		text("preset", "Name of the preset.", func(o *observation) string { return o.Name }),
		text("cell_id", "Preset, attack, mechanism, remedy and the first digits of config_sha256.", func(o *observation) string { return o.id }),
		{record.Column{Name: "rep", Type: record.Int, Unit: record.Dimensionless, Doc: "Number of the replication, from 0; cells with the same master seed are paired by it."},
			func(o *observation) record.Value { return record.IntValue(int64(o.rep)) }},
		text("seed", "Seed of all three worlds of the replication, a 64-bit number as text.", func(o *observation) string {
			return strconv.FormatUint(o.Spec.seed(o.rep), 10)
		}),
		text("run_key", "Hash of program version, configuration, seed and cell.", func(o *observation) string { return o.design.key(o.cell, o.rep) }),
		text("config_sha256", "SHA-256 of the resolved configuration of the cell without name, question and number of replications.", func(o *observation) string { return o.config }),
		text("status", "Whether the replication is ok or failed.", func(o *observation) string {
			if o.err != nil {
				return column.Failed
			}
			return column.OK
		}),
		text("stop_reason", "Why the replication ended: horizon, or the error.", func(o *observation) string {
			if o.err != nil {
				return strings.ToValidUTF8(o.err.Error(), "?")
			}
			return "horizon"
		}),
		text("replay", "Command that runs the replication again and explains it.", func(o *observation) string { return o.replay + strconv.Itoa(o.rep) }),
		{record.Column{Name: "epochs", Type: record.Int, Unit: "blocks", Doc: "Layer-one blocks that each world ran, warm-up included."},
			whole(func(o *observation) int64 { return int64(o.trial.Attack.Tick()) })},
	}
}

// always are the parameters that every table of runs has.
var always = map[string]bool{"attack": true, "mechanism": true, "remedy": true, "seed": true, "horizon_days": true, "start_days": true}

// never are those that other columns hold or that change no result.
var never = map[string]bool{"name": true, "question": true, "replications": true}

// noValue stands for a parameter that the attack of a cell does not have. No
// parameter holds a control character.
const noValue = "\x00"

// parameters are the columns of the resolved parameters: those of the attacks,
// those that vary by plan and those that differ from their default in any cell.
func (p *design) parameters() (out []field) {
	place := map[string]int{}
	for i := range p.cells {
		p.cells[i].walk(func(path string, f param.Field) {
			wanted := strings.HasPrefix(path, attackPrefix) || always[path] || f.Changed || slices.Contains(p.axes, path)
			if _, have := place[path]; have || never[path] || !wanted {
				return
			}
			place[path] = len(out)
			out = append(out, parameter(len(out), path, f))
		})
	}
	for i := range p.cells {
		c := &p.cells[i]
		c.values = make([]string, len(out))
		for k := range c.values {
			c.values[k] = noValue
		}
		c.walk(func(path string, f param.Field) {
			if k, have := place[path]; have {
				c.values[k] = f.Value
			}
		})
	}
	return out
}

const attackPrefix = "attack_params."

// walk visits every parameter of a spec under its full path.
func (s *Spec) walk(visit func(path string, f param.Field)) {
	part := worldPart{Header: s.Header, World: s.World}
	param.Walk(&part, visit)
	if s.Params != nil {
		param.Walk(s.Params, func(path string, f param.Field) { visit(attackPrefix+path, f) })
	}
}

func parameter(place int, path string, f param.Field) field {
	c := record.Column{Name: column.Parameter(path), Unit: f.Unit, Doc: "Parameter " + path + ": " + strings.TrimSuffix(f.Doc, ".") + "."}
	switch {
	case f.Kind == param.Boolean:
		c.Type, c.Unit = record.Bool, record.Dimensionless
	case f.Kind == param.Number, f.Kind == param.Integer && f.Decimals > 0:
		c.Type = record.Float
	case f.Kind == param.Integer:
		c.Type = record.Int
	default:
		c.Type, c.Unit = record.Text, record.NoUnit
	}
	if c.Unit == "" {
		c.Unit = record.Dimensionless
	}
	return field{c, func(o *observation) record.Value {
		if value := o.values[place]; value != noValue {
			return typed(value, c.Type)
		}
		return record.MissingValue()
	}}
}

// typed reads what Field.Value wrote.
func typed(s string, t record.Type) record.Value {
	switch t {
	case record.Bool:
		return record.BoolValue(s == "true")
	case record.Int:
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return record.IntValue(i)
		}
	case record.Float:
		if x, err := strconv.ParseFloat(s, 64); err == nil {
			return record.FloatValue(x)
		}
	case record.Text:
		return record.TextValue(s)
	}
	return record.MissingValue()
}

func whole(value func(*observation) int64) func(*observation) record.Value {
	return func(o *observation) record.Value {
		if o.trial == nil {
			return record.MissingValue()
		}
		return record.IntValue(value(o))
	}
}

// number is a float column; what is not finite is missing.
func number(name, unit, doc string, value func(*observation) float64) field {
	return field{record.Column{Name: name, Type: record.Float, Unit: unit, Doc: doc}, func(o *observation) record.Value {
		if o.trial == nil {
			return record.MissingValue()
		}
		x := value(o)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return record.MissingValue()
		}
		return record.FloatValue(x)
	}}
}

// money is a column in USD. Amounts are whole micro-USD, of which a float
// holds 9 billion USD exactly; reports go back to them by rounding.
func money(name, doc string, value func(*observation) ledger.Amount) field {
	return number(name, "USD", doc, func(o *observation) float64 { return value(o).Units() })
}
