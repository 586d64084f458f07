package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"stakeout/experiments"
	"stakeout/experiments/kit/record"
	"stakeout/experiments/publish/page"
	"stakeout/experiments/study/question"
	"stakeout/experiments/worlds"
)

var pageFlag = &cli.StringFlag{Name: "out", Usage: "`FILE` of the page, in place of one beside the folder"}

// page writes a results folder as one HTML file. The file stands beside the folder and not in it, because the manifest
// lists every file of the folder.
func (p *program) page(c *cli.Context) error {
	dir, err := word(c, "results folder")
	if err != nil {
		return err
	}
	s, err := experiments.OpenStored(dir)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := page.Write(&text, s); err != nil {
		return err
	}
	file := c.String("out")
	if file == "" {
		absolute, err := filepath.Abs(dir) // The folder "." has a name only as an absolute path.
		if err != nil {
			return err
		}
		if file = filepath.Clean(dir) + ".html"; filepath.Base(dir) != filepath.Base(absolute) {
			file = absolute + ".html"
		}
	}
	if err := record.WriteFile(file, text.Bytes()); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.json(map[string]any{"file": file, "bytes": text.Len()})
	}
	fmt.Fprintf(p.out, "%s: one page of %d kB that needs no network\n", file, (text.Len()+999)/1000)
	p.next(after(s)...)
	return nil
}

// after is the command to type next: explain for a built-in preset. The file of any other preset may be anywhere, so
// for that it is the command that made the folder.
func after(s *experiments.Stored) []string {
	name := s.Manifest.Experiment
	if best := s.Study.Best(); best != nil && name == question.ComparisonName {
		name = question.VariantName(best.Cell.Attack, best.Cell.Mechanism, best.Cell.Remedy)
	}
	if _, err := question.Load(name); err != nil {
		return again(s.Manifest.Command)
	}
	next := []string{"explain", quoted(name)}
	if world := s.Study.World(); world != worlds.Default && slices.Contains(worlds.Names(), world) {
		next = append(next, "--world", world)
	}
	return next
}
