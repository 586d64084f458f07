package design

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
	"stakeout/market/ledger"
)

// Observation is what a row of runs is made from. Trial is nil when the replication
// failed.
type Observation struct {
	*Cell
	Design *Design
	Rep    int
	Trial  *trial.Trial
	Err    error

	market [2]outcome // of the attack and of the honest world, once measured
	harm   []ledger.Amount

	surplus, deadweight float64 // USD, see measure.Welfare
}

// field is one column of runs and the way to fill it.
type field struct {
	record.Column
	value func(*Observation) record.Value
}

func (p *Design) RunsSchema() record.Schema {
	s := record.Schema{Name: column.RunsTable}
	for _, c := range p.columns {
		s.Columns = append(s.Columns, c.Column)
	}
	return s
}

// row fills all columns.
func (p *Design) Row(o *Observation) record.Row {
	if o.Trial != nil {
		o.market[0] = outcomeOf(o.Trial, o.Trial.Attack)
		o.market[1] = outcomeOf(o.Trial, o.Trial.Honest)
		o.harm = measure.Harm(o.Trial.Attack, o.Trial.Idle)
		o.surplus, o.deadweight = measure.Welfare(o.Trial.Attack, o.Trial.Idle)
	}
	row := make(record.Row, len(p.columns))
	for i, c := range p.columns {
		row[i] = c.value(o)
	}
	return row
}

// runsColumns lists every column of runs in order. To add a column, add it here.
func (p *Design) runsColumns() []field {
	all := append(identity(), p.parameters()...)
	all = append(all, capital())
	for i, world := range column.Worlds {
		all = append(all, account(i, world)...)
		all = append(all, channels(i, world)...)
		all = append(all, outcomes(i, world)...)
	}
	return append(append(all, comparison()...), premises()...)
}

func text(name, doc string, value func(*Observation) string) field {
	return field{record.Column{Name: name, Type: record.Text, Unit: record.NoUnit, Doc: doc},
		func(o *Observation) record.Value { return record.TextValue(value(o)) }}
}

func identity() []field {
	return []field{
		text("run_id", "Experiment, cell and number of the replication.", func(o *Observation) string {
			return o.Design.Name + ":" + o.ID + "#" + strconv.Itoa(o.Rep)
		}),
		text("experiment", "Name of the experiment and of its folder.", func(o *Observation) string { return o.Design.Name }),
		text("preset", "Name of the preset.", func(o *Observation) string { return o.Name }),
		text("cell_id", "Preset, attack, mechanism, remedy and the first digits of config_sha256.",
			func(o *Observation) string { return o.ID }),
		{record.Column{Name: "rep", Type: record.Int, Unit: record.Dimensionless,
			Doc: "Number of the replication, from 0; cells with the same master seed are paired by it."},
			func(o *Observation) record.Value { return record.IntValue(int64(o.Rep)) }},
		text("seed", "Seed of all three worlds of the replication, a 64-bit number behind the letter s, without which "+
			"spreadsheets and statistics programs would read it as a rounded number.",
			func(o *Observation) string { return seedText(o.Spec.SeedOf(o.Rep)) }),
		text("run_key", "Hash of program version, configuration, seed and cell.",
			func(o *Observation) string { return o.Design.Key(o.Cell, o.Rep) }),
		text("config_sha256", "SHA-256 of the resolved configuration of the cell without name, question and number of "+
			"replications.", func(o *Observation) string { return o.config }),
		text("world", "Name of the world, whose settings lie between the defaults and the preset.",
			func(o *Observation) string { return o.Spec.World.Name }),
		text("world_sha256", "First digits of the SHA-256 of all parameters of the world without its name; equal for cells "+
			"in one honest world. Leader selection, remedy and attack do not count.",
			func(o *Observation) string { return o.world }),
		text("status", "Whether the replication is ok or failed.", func(o *Observation) string {
			if o.Err != nil {
				return column.Failed
			}
			return column.OK
		}),
		text("stop_reason", "Why the replication ended: horizon, or the error.", func(o *Observation) string {
			if o.Err != nil {
				return strings.ToValidUTF8(o.Err.Error(), "?")
			}
			return "horizon"
		}),
		text("replay", "Command that runs the replication again and explains it.",
			func(o *Observation) string { return o.Replay + strconv.Itoa(o.Rep) }),
		{record.Column{Name: "epochs", Type: record.Int, Unit: "blocks",
			Doc: "Layer-one blocks that each world ran, warm-up included."},
			whole(func(o *Observation) int64 { return int64(o.Trial.Attack.Tick()) })},
	}
}

// always are the parameters that every table of runs has.
var always = map[string]bool{"attack": true, "mechanism": true, "remedy": true, "seed": true, "horizon_days": true,
	"start_days": true}

// noValue stands for a parameter that the attack of a cell does not have. No
// parameter holds a control character.
const noValue = "\x00"

// parameters makes the columns of the parameters of the attacks, of those that vary by
// plan, and of those that differ from their default in any cell.
func (p *Design) parameters() (out []field) {
	place := map[string]int{}
	for i := range p.Cells {
		p.Cells[i].Walk(func(path string, f param.Field) {
			wanted := strings.HasPrefix(path, question.AttackPrefix) || always[path] || f.Changed ||
				slices.Contains(p.Axes, path)
			if _, have := place[path]; have || question.Unlisted[path] || !wanted {
				return
			}
			place[path] = len(out)
			out = append(out, parameter(len(out), path, f))
		})
	}
	for i := range p.Cells {
		c := &p.Cells[i]
		c.values = make([]string, len(out))
		for k := range c.values {
			c.values[k] = noValue
		}
		c.Walk(func(path string, f param.Field) {
			if k, have := place[path]; have {
				c.values[k] = f.Value
			}
		})
	}
	return out
}

func parameter(place int, path string, f param.Field) field {
	c := record.Column{Name: column.Parameter(path), Unit: f.Unit, Doc: "Parameter " + path + ": " +
		strings.TrimSuffix(f.Doc, ".") + "."}
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
	return field{c, func(o *Observation) record.Value {
		if value := o.values[place]; value != noValue {
			return typed(value, c.Type)
		}
		return record.MissingValue()
	}}
}

// typed reads the text of a Field.Value back.
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

func whole(value func(*Observation) int64) func(*Observation) record.Value {
	return func(o *Observation) record.Value {
		if o.Trial == nil {
			return record.MissingValue()
		}
		return record.IntValue(value(o))
	}
}

// number is a column of floats. Values that are not finite are missing.
func number(name, unit, doc string, value func(*Observation) float64) field {
	return field{record.Column{Name: name, Type: record.Float, Unit: unit, Doc: doc}, func(o *Observation) record.Value {
		if o.Trial == nil {
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
func money(name, doc string, value func(*Observation) ledger.Amount) field {
	return number(name, "USD", doc, func(o *Observation) float64 { return value(o).Units() })
}

// Schemas describes the tables runs and series. The columns of parameters are those of
// dos-empty-blocks, since they differ between presets. It fails when that preset does not
// load.
func Schemas() ([]record.Schema, error) {
	s, err := question.Load("dos-empty-blocks")
	if err != nil {
		return nil, err
	}
	d, err := Of(question.Alone(s), "", true)
	if err != nil {
		return nil, err
	}
	return []record.Schema{d.RunsSchema(), SeriesSchema()}, nil
}

// seedText writes a seed so that no program takes it for a number. R, pandas, Stata and Excel look at what
// stands in a column of a CSV file and not at its quotes; they read bare digits as a double, which has 53 bits,
// and base R also reads what begins with 0x. Hexadecimal digits alone would now and then be digits only, or a
// number with an exponent.
func seedText(seed uint64) string { return "s" + strconv.FormatUint(seed, 10) }
