package experiments

import (
	"fmt"
	"path/filepath"
	"strings"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/study/design"
	"stakeout/experiments/study/question"
)

// mostDifferences is how many differences a refusal names.
const mostDifferences = 3

// keep refuses to run a design into a folder that holds the results of another
// configuration, complete or partial: a run of hours must not go because somebody tried
// a parameter. More or fewer replications and another version of the program are no
// other configuration.
func keep(p *design.Design, o Options) error {
	dir := filepath.Join(o.Out, p.Name)
	old, err := record.ReadManifest(dir)
	if err != nil || old.Experiment != p.Name {
		return nil // Nothing to lose, or damage that record.Open reports.
	}
	was, is := question.Essence(old.Config), question.Essence(p.Manifest(o.Program, nil).Config)
	if was == is {
		return nil
	}
	return PlanErrorf("%s holds results of another configuration%s; expected another folder with --out, or --replace to "+
		"lose them", dir, differences(old.Config, p))
}

// differences names the first parameters of the first cell that differ, with both values.
func differences(old string, p *design.Design) string {
	first, _, _ := strings.Cut(old, "---\n")
	was, _, err := question.Reread("manifest.json", []byte(first))
	if err != nil || len(p.Cells) == 0 {
		return ""
	}
	values := map[string]string{}
	was.Walk(func(path string, f param.Field) { values[path] = f.Value })
	var list []string
	p.Cells[0].Walk(func(path string, f param.Field) {
		if v, there := values[path]; there && v != f.Value && !question.Unlisted[path] {
			list = append(list, fmt.Sprintf("%s %s there, %s here", path, v, f.Value))
		}
	})
	if len(list) > mostDifferences {
		list = append(list[:mostDifferences], "and more")
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, "; ") + ")"
}
