package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"stakeout/experiments/kit/param"
)

// Options name the files and how to read them.
type Options struct {
	Messages string    // name of the message file, StandardInput for standard input
	Book     string    // name of the file of book states; empty for none
	Levels   int       // levels to compare and to write; 0 compares all that the file has and writes ten
	Format   string    // one of Formats; empty for the one that the content shows
	Symbol   string    // of a file with several instruments: the one to rebuild
	Rebuilt  string    // name of the file to write the rebuilt book to; empty for none
	Stdin    io.Reader // standard input; nil is that of the process
}

// engine replays messages and, unless it is nil, compares the book with the second file.
type engine func(o Options, messages, states *source, out *rows) (*Summary, error)

// format is a file format with how its first bytes are recognised.
type format struct {
	name   string
	is     func(head []byte) bool
	replay engine
	states bool // a file of book states can be compared
}

// formats are in the order in which their first bytes are tried.
var formats = []format{
	{"lobster", isLobster, replayLobster, true},
	{"coinbase", func(head []byte) bool { return bytes.HasPrefix(head, []byte{'{'}) }, replayCoinbase, true},
	{"mbo", isMBO, replayMBO, false},
	{"dbn", isDBN, replayDBN, false},
	{"itch", isITCH, replayITCH, false},
}

// Formats are the file formats that can be replayed.
var Formats = func() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}()

// ErrFormat is wrapped by the error of Run for an unknown format, and ErrOptions by that for options that exclude
// each other.
var (
	ErrFormat  = errors.New("no such format")
	ErrOptions = errors.New("cannot be combined")
)

// Run replays a file. The error is a *notation.Error with up to notation.Limit
// problems when a file is malformed, otherwise an error of the file system or of
// the context. Differences between record and book are no error: the summary has them.
func Run(ctx context.Context, o Options) (*Summary, error) {
	if o.Format != "" && !slices.Contains(Formats, o.Format) {
		near := ""
		if n := param.Nearest(o.Format, Formats); n != "" {
			near = "; " + param.DidYouMean(n)
		}
		return nil, fmt.Errorf("%w %q%s; expected one of %q", ErrFormat, o.Format, near, slices.Clone(Formats))
	}
	if o.Messages == StandardInput && o.Book == StandardInput {
		return nil, fmt.Errorf("messages and book states from standard input %w", ErrOptions)
	}
	found := new(faults)
	messages, err := open(ctx, o.Messages, o.Stdin, found)
	if err != nil {
		return nil, err
	}
	defer messages.close()
	var states *source
	if o.Book != "" {
		if states, err = open(ctx, o.Book, o.Stdin, found); err != nil {
			return nil, err
		}
		defer states.close()
	}
	s, err := run(ctx, o, messages, states)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = found.err()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// run finds the format and replays, and writes the rebuilt book if that is asked for.
func run(ctx context.Context, o Options, messages, states *source) (*Summary, error) {
	i := slices.Index(Formats, o.Format)
	if o.Format == "" {
		head, err := messages.in.Peek(chunk / 16)
		if err != nil && isFileError(err) {
			return nil, err
		}
		head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
		i = slices.IndexFunc(formats, func(f format) bool { return f.is(head) })
		if i < 0 {
			messages.unknown(head)
			return nil, nil
		}
	}
	f := formats[i]
	if states != nil && !f.states {
		return nil, fmt.Errorf("the format %s and a file of book states %w", f.name, ErrOptions)
	}
	var out *rows
	if o.Rebuilt != "" {
		var err error
		if out, err = createRows(o); err != nil {
			return nil, err
		}
		defer out.discard()
	}
	s, err := f.replay(o, messages, states, out)
	if err != nil || messages.faults.any() {
		return s, err
	}
	return s, out.finish()
}
