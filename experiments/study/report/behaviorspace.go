package report

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/column"
)

// BehaviorSpace writes the replications of a results folder in the table format of
// NetLogo's BehaviorSpace, which scripts of NetLogo users read: six lines of head, then one
// quoted row a run with its number, the parameters, the last step and the outcomes. The
// hash of the configuration stands where NetLogo writes the time of day, so that equal
// results give equal bytes. The corners of the map are 0, since there is no map. Truth
// values are true and false, and missing values are empty.
// Source: U. Wilensky, "BehaviorSpace Guide", NetLogo user manual, table output.
func BehaviorSpace(w io.Writer, dir string) error {
	m, err := record.ReadManifest(dir)
	if err != nil {
		return err
	}
	schema, each, err := open(dir, column.RunsTable)
	if err != nil {
		return err
	}
	var parameters, outcomes []int
	step := -1
	for i, c := range schema.Columns {
		switch {
		case strings.HasPrefix(c.Name, "p_"), c.Name == "rep", c.Name == "status":
			parameters = append(parameters, i)
		case strings.HasPrefix(c.Name, "y_"):
			outcomes = append(outcomes, i)
		case c.Name == "epochs":
			step = i
		}
	}
	if step < 0 {
		return errors.New("report: the table runs has no column epochs")
	}
	out := bufio.NewWriter(w)
	line := func(cells ...string) { out.WriteString(quotedLine(cells)) }
	line("BehaviorSpace results (stakeout " + m.Version + ")")
	line("stakeout")
	line(m.Experiment)
	line(m.ConfigSHA256)
	line("min-pxcor", "max-pxcor", "min-pycor", "max-pycor")
	line("0", "0", "0", "0")
	order := append(append(parameters, step), outcomes...)
	head := []string{"[run number]"}
	for _, i := range order {
		name := schema.Columns[i].Name
		if i == step {
			name = "[step]"
		}
		head = append(head, name)
	}
	line(head...)
	run := 0
	err = each(func(r record.Row) error {
		run++
		cells := []string{strconv.Itoa(run)}
		for _, i := range order {
			cells = append(cells, r[i].String())
		}
		line(cells...)
		return nil
	})
	return errors.Join(err, out.Flush())
}

// quotedLine is a line of CSV with every cell in quotes, as NetLogo writes it.
func quotedLine(cells []string) string {
	quoted := make([]string, len(cells))
	for i, c := range cells {
		quoted[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",") + "\n"
}
