package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"stakeout/experiments/evidence/replay"
)

// replay rebuilds a book from recorded order flow and prints how far the two
// agree.
func (p *program) replay(c *cli.Context) error {
	file, err := word(c, "message file")
	if err != nil {
		return err
	}
	o := replay.Options{Messages: file, Book: c.String("book"), Levels: c.Int("levels"), Format: c.String("format"),
		Symbol: c.String("symbol"), Rebuilt: c.String("rebuilt"), Stdin: p.in}
	const most = 10_000
	if o.Levels < 0 || o.Levels > most {
		return usagef("--levels %d: expected 0 or more, at most %d", o.Levels, most)
	}
	s, err := replay.Run(c.Context, o)
	switch {
	case errors.Is(err, replay.ErrFormat):
		return usagef("--format: %v", err)
	case errors.Is(err, replay.ErrOptions):
		return usagef("replay: %v", err)
	case err != nil:
		return err
	}
	if err := p.replayed(c, s); err != nil {
		return err
	}
	if !s.Sound() {
		return offTarget(fmt.Sprintf("%s: %d wrong states of the book, %d contradictory messages",
			file, s.Wrong, s.Contradictions))
	}
	if !c.Bool("json") {
		p.next("dock", "zero-intelligence-book")
	}
	return nil
}

// replayed prints the summary for people or as JSON.
func (p *program) replayed(c *cli.Context, s *replay.Summary) error {
	if !c.Bool("json") {
		return p.tables(c, s.Tables())
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return p.json(json.RawMessage(raw))
}
