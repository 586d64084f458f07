package main

import (
	"bufio"
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"stakeout/market/wire"
)

// readAhead is how many lines of input may wait for the order book.
const readAhead = 256

// book answers commands to an order book on standard input, a line at a time.
// Output is flushed whenever there is nothing more to read at once, so that a
// person or a program can wait for the answer to each line.
func (p *program) book(c *cli.Context) error {
	if c.NArg() > 0 {
		return usagef("book takes no argument, got %q; it reads commands from standard input", c.Args().First())
	}
	lines, failed := p.lines()
	out := bufio.NewWriterSize(p.out, 1<<16)
	session := wire.New()
	for c.Context.Err() == nil {
		var line []byte
		more := true
		select {
		case line, more = <-lines:
		default:
			if err := out.Flush(); err != nil {
				return err
			}
			select {
			case line, more = <-lines:
			case <-c.Context.Done():
				return c.Context.Err()
			}
		}
		if !more {
			return errors.Join(out.Flush(), <-failed)
		}
		if _, err := out.Write(session.Line(line)); err != nil {
			return err
		}
	}
	return errors.Join(out.Flush(), c.Context.Err())
}

// lines reads standard input ahead of its use, because a pending read cannot be interrupted while the program must
// be. After the last line it sends the error that ended the input, nil at its regular end.
func (p *program) lines() (<-chan []byte, <-chan error) {
	lines, failed := make(chan []byte, readAhead), make(chan error, 1)
	go func() {
		in := bufio.NewReaderSize(p.in, 2*wire.MaxLine)
		for {
			line, err := wire.ReadLine(in)
			if len(line) > 0 {
				lines <- line
			}
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				failed <- err
				close(lines)
				return
			}
		}
	}()
	return lines, failed
}
