package main

import (
	"errors"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/evidence/facts"
	"stakeout/experiments/evidence/prices"
	"stakeout/experiments/worlds"
)

// factsMemory is the most memory, in bytes, that the facts of a file aim at.
const factsMemory = 180 << 20

// facts compares the prices of a results folder or of a file with the stylised facts. A value out of range is a
// finding about the prices and not a failure.
func (p *program) facts(c *cli.Context) error {
	name, err := word(c, "folder or file")
	if err != nil {
		return err
	}
	if w := c.String("world"); slices.Contains(worlds.Names(), w) {
		return usagef("--world %s: prices are those of the world in which they were made, and the folder knows it; "+
			"expected which of its three histories to take: attack, honest or idle", w)
	}
	interval, err := seconds(c.String("interval"))
	if err != nil {
		return err
	}
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		// Garbage is collected early enough that the limits of a file bound the memory.
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(factsMemory))
	}
	s, err := prices.Read(name, prices.Options{Column: c.String("column"), World: c.String("world")})
	if err != nil {
		return err
	}
	r, err := facts.Measure(s.Paths, facts.Options{Interval: interval, Supply: s.Supply, Title: name, Notes: s.Notes,
		Most: s.Most})
	if errors.Is(err, facts.ErrInterval) {
		return inputError{errors.New(name + ": " + err.Error())}
	}
	if err != nil {
		return err
	}
	if err := p.tables(c, r.Tables()); err != nil || c.Bool("json") {
		return err
	}
	p.next("check", "facts")
	return nil
}

// seconds reads a time such as 5m or 1d.
func seconds(text string) (float64, error) {
	units := map[string]float64{"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
	unit := strings.TrimLeft(text, "0123456789.")
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, unit), 64)
	if s := n * units[unit]; err == nil && s > 0 && !math.IsInf(s, 0) {
		return s, nil
	}
	return 0, usagef("--interval %s: expected a number above 0 and one of s, m, h, d, w, such as 5m or 1d", text)
}
