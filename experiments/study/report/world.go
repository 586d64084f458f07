package report

import (
	"slices"
	"strings"

	"stakeout/experiments/worlds"
)

// title is the name of the experiment with its world.
func (s *Study) title() string {
	if s.isMatrix() && len(s.Cells) > 0 {
		return s.Experiment + ", panel a with" + strings.TrimPrefix(s.allIn(), ",")
	}
	return s.Experiment + s.inWorld()
}

// inWorld names the worlds of the cells, unless all are in the default one.
func (s *Study) inWorld() string {
	var names []string
	for _, c := range s.Cells {
		if name := strings.TrimPrefix(c.inWorld(), ", world "); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 1 && names[0] == "" || len(names) == 0 {
		return ""
	}
	for i, name := range names {
		if name == "" {
			names[i] = worlds.Default
		}
	}
	return ", world " + strings.Join(names, ", ")
}

// inWorld names the world of a cell, unless it is the default one.
func (c *Cell) inWorld() string {
	if c.World == worlds.Default || c.World == "" {
		return ""
	}
	return ", world " + c.World
}

// The panels of the matrix. In panel a every cell is in one world; in panel b the attacks
// whose presets have settings of their own for the world are in that.
const (
	oneWorld = "a"
	ownWorld = "b"
)

// panel is the part of the matrix to which a cell belongs.
func (s *Study) panel(c *Cell) string {
	if i := slices.Index(s.Axes, winsAxis); i >= 0 && c.Level(i) == "true" {
		return oneWorld
	}
	return ownWorld
}

// panelOf is the panel of a cell, and in panel b the hash of its world, which differs.
func (s *Study) panelOf(c *Cell) string {
	if s.InOneWorld(c) {
		return oneWorld
	}
	return ownWorld + " " + c.WorldHash
}

// Apart tells whether the preset of an attack has settings of its own for the world, and
// so cells in both panels of the matrix.
func (s *Study) Apart(attack string) bool {
	return slices.ContainsFunc(s.Cells, func(c *Cell) bool { return c.Attack == attack && s.panel(c) == ownWorld })
}

// InOneWorld tells whether a cell of the matrix is in the world that all attacks share.
func (s *Study) InOneWorld(c *Cell) bool { return s.panel(c) == oneWorld }

// World is the world of the first cell.
func (s *Study) World() string {
	if len(s.Cells) == 0 {
		return worlds.Default
	}
	return s.Cells[0].World
}

// allIn names the world that all cells of panel a share.
func (s *Study) allIn() string {
	if len(s.Cells) == 0 {
		return ""
	}
	return ", all cells in world " + s.Cells[0].World
}

// panels says in a note what the parts of the matrix are.
func (s *Study) panels() string {
	if len(s.Cells) == 0 {
		return ""
	}
	text := "Panel a: every cell in world " + s.Cells[0].World + ", whose settings have the hash " + s.Cells[0].WorldHash +
		"; returns can be compared across attacks."
	if slices.ContainsFunc(s.Cells, func(c *Cell) bool { return s.panel(c) == ownWorld }) {
		text += " Panel b: the thread's own settings, where a preset changes the world for its sentence; returns can be " +
			"compared within a world, which the hash names."
	}
	return text
}
