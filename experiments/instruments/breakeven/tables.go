package breakeven

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/report"
)

// Tables lists the crossings and the values tried.
func (b *BreakEven) Tables() []*table.Table {
	return []*table.Table{b.crossingTable(), b.tried()}
}

// crossingTable lists the crossings.
func (b *BreakEven) crossingTable() *table.Table {
	t := &table.Table{Name: "break_even", Title: "Break-even along " + b.Search.Path + ": " + b.Name,
		Columns: []table.Column{{Name: "Break-even [tried next to it]", Unit: b.Unit},
			{Name: "Sign certain below", Unit: b.Unit, Align: table.Right},
			{Name: "Sign certain above", Unit: b.Unit, Align: table.Right},
			{Name: "Peak stake share", Unit: "%"}, {Name: "Turns to"}}}
	for _, c := range b.Crossings {
		row := []table.Cell{table.Estimate(c.At, c.Lo, c.Hi, digits(c.At)), certain(c.SureBelow), certain(c.SureAbove),
			table.Number(c.PeakStake, table.Percent(1)), table.Text(c.turnsTo())}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{fmt.Sprintf("Break-even: where the mean advantage over the best honest use of its capital changes "+
		"its sign, interpolated between the nearest values with a loss and with a gain on the scale of the range. Sign "+
		"certain: the nearest value at which "+
		"the 95 %% interval of the advantage (Student's t, n = %d) lies on the side of its mean. Two changes between "+
		"neighbouring values go unseen.", b.Reps)}
	if len(b.Crossings) == 0 {
		t.Notes = append(t.Notes, b.without())
	}
	if b.Partial {
		t.Notes = append(t.Notes, "PARTIAL: the search was interrupted; run it again to resume.")
	}
	return t
}

// turnsTo is the sign beyond a crossing.
func (c *Crossing) turnsTo() string {
	if c.certain() {
		return gainOrLoss(c.Rising)
	}
	return gainOrLoss(c.Rising) + ", not certain"
}

// without says which sign the advantage has when it never changes. An interval with zero in it
// has none.
func (b *BreakEven) without() string {
	var gains, losses, values int
	for i := range b.Tried {
		if e := &b.Tried[i].Advantage; e.N > 0 {
			values++
			gains += max(e.Sign(), 0)
			losses += max(-e.Sign(), 0)
		}
	}
	if values == 0 {
		return "No crossing: no value has an advantage."
	}
	from, to := written(b.Tried[0].At), written(b.Tried[len(b.Tried)-1].At)
	switch sure := gains + losses; {
	case sure == 0:
		return fmt.Sprintf("No crossing: the mean advantage keeps its sign, but is not distinguishable from zero "+
			"at any value "+
			"from %s to %s.", from, to)
	case sure < values:
		return fmt.Sprintf("No crossing: the mean advantage is %s at %d of %d values from %s to %s, and not distinguishable "+
			"from zero at the others.", gainOrLoss(gains > 0), sure, values, from, to)
	}
	return fmt.Sprintf("No crossing: the mean advantage is %s at every value, from %s to %s.", gainOrLoss(gains > 0),
		from, to)
}

// tried lists the values tried with their means.
func (b *BreakEven) tried() *table.Table {
	t := &table.Table{Name: "tried", Title: "Values tried along " + b.Search.Path + ": " + b.Name,
		Columns: []table.Column{{Name: "Value", Unit: b.Unit}, {Name: "Advantage [95 % CI]", Unit: "USD"},
			{Name: "Sign"}, {Name: "Peak stake share", Unit: "%"}, {Name: "Capital at risk", Unit: "USD"}}}
	for i := range b.Tried {
		x := &b.Tried[i]
		sign := table.Text([...]string{"−", "0", "+"}[x.Advantage.Sign()+1])
		t.Rows = append(t.Rows, []table.Cell{table.Number(x.At, digits(x.At)), report.Interval(&x.Advantage, table.Money(0)),
			sign, report.Mean(&x.PeakStake, table.Percent(1)), report.Mean(&x.Capital, table.Money(0))})
	}
	t.Notes = []string{fmt.Sprintf("n = %d a value, the same seeds at all of them; intervals are Student's, and the "+
		"sign is 0 where they contain zero.", b.Reps)}
	if b.Failed > 0 {
		t.Notes = append(t.Notes,
			fmt.Sprintf("Warning: %d replications failed and are left out; the tables runs of the passes say why and how to "+
				"replay them.", b.Failed))
	}
	return t
}

// certain is the cell of the nearest value with a certain sign.
func certain(x float64) table.Cell {
	if math.IsNaN(x) {
		return table.Empty("no value tried before the next crossing has an interval without zero")
	}
	return table.Number(x, digits(x))
}

func gainOrLoss(gain bool) string {
	if gain {
		return "a gain"
	}
	return "a loss"
}

// digits is the format of a value of the parameter: whole from 1,000 on, and below
// with as few decimals as change it by less than a thousandth of a percent.
func digits(x float64) (f table.Format) {
	for ; math.Abs(x) < 1000 && f.Decimals < 12; f.Decimals++ {
		scale := math.Pow10(f.Decimals)
		if math.Abs(math.Round(x*scale)-float64(x*scale)) <= 1e-5*math.Abs(x*scale) {
			break
		}
	}
	return f
}

func written(x float64) string { return table.Number(x, digits(x)).String() }

// Write writes the tables as CSV and Markdown beside the passes, into the folder
// out/break-even/PATH/PRESET, whose manifest lists them. It returns the names of the
// files.
func (b *BreakEven) Write(out string) (files []string, err error) {
	store, err := record.Open(b.Search.folder(out), b.manifest)
	if err != nil {
		return nil, err
	}
	for _, t := range b.Tables() {
		for _, f := range []struct {
			ext   string
			write func(io.Writer) error
		}{{".csv", t.CSV}, {".md", t.Markdown}} {
			var text bytes.Buffer
			if err == nil {
				err = f.write(&text)
			}
			if err == nil {
				err = store.WriteFile(t.Name+f.ext, text.Bytes())
			}
			files = append(files, filepath.Join(store.Dir(), t.Name+f.ext))
		}
	}
	var stopped error
	if b.Partial {
		stopped = context.Canceled
	}
	status, reason := experiments.Closing(stopped, err)
	return files, errors.Join(err, store.Close(status, reason))
}
