package menu

import (
	"fmt"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/question"
	"stakeout/experiments/worlds"
)

// worldTable lists the built-in worlds.
func worldTable() (*table.Table, error) {
	t := &table.Table{Name: "worlds", Title: "Worlds",
		Columns: []table.Column{{Name: "World"}, {Name: "What it describes"}, {Name: "Values that it states"}}}
	for _, name := range worlds.Names() {
		about, list, err := question.Settings(name)
		if err != nil {
			return nil, fmt.Errorf("world %s: %w", name, err)
		}
		if name == worlds.Default {
			about += "; the default"
		}
		t.Rows = append(t.Rows, []table.Cell{table.Text(name), table.Text(about), table.Number(float64(len(list)),
			table.Format{})})
	}
	return t, nil
}

// World shows what a world describes, and every value that it states with its source.
func World(name string) ([]*table.Table, error) {
	about, list, err := question.Settings(name)
	if err != nil {
		return nil, err
	}
	t := &table.Table{Name: "world", Title: "World " + name + ": " + about,
		Columns: []table.Column{{Name: "Parameter"}, {Name: "Value", Align: table.Right}, {Name: ""}, {Name: "Meaning"},
			{Name: "Unit"}, {Name: "Default", Align: table.Right}, {Name: "Source"}},
		Notes: []string{"* differs from the default. What the world does not state is the default."}}
	for _, x := range list {
		changed := ""
		if x.Field.Changed {
			changed = "*"
		}
		var row []table.Cell
		for _, text := range []string{x.Path, x.Field.Value, changed, x.Field.Doc, x.Field.Unit, x.Field.Default, x.Source} {
			row = append(row, table.Text(text))
		}
		t.Rows = append(t.Rows, row)
	}
	return []*table.Table{t}, nil
}
