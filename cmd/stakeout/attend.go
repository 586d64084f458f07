package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// readers are the verbs that leave nothing behind but what they print, or one file at their end. Ctrl-C ends them
// wherever they are: in a file without an end, in a pipe to which nobody writes, in a bootstrap. All others store what
// is finished and end in their own time.
var readers = []string{"check", "describe", "explain", "export", "facts", "list", "replay", "report", "schema", "show",
	"table", "verify"}

// grace is how long an interrupted reader may take to end by itself.
const grace = 300 * time.Millisecond

// attended is an action that says that it is still at work when it has said nothing for a while, and that ends at the
// first Ctrl-C if it is a reader.
func (p *program) attended(verb string, do cli.ActionFunc) cli.ActionFunc {
	return func(c *cli.Context) error {
		p.watch = newWatch(p.err, verb, c.Bool("json") || verb == "book")
		defer p.watch.stop()
		if !slices.Contains(readers, verb) {
			return do(c)
		}
		_, err := await(c.Context, func() (struct{}, error) { return struct{}{}, do(c) })
		return err
	}
}

// await returns what work returns, or the error of the context soon after its end. The work then goes on until the
// program exits, since nothing can stop it.
func await[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := work()
		done <- outcome{v, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.value, o.err
	case <-time.After(grace):
		var none T
		return none, ctx.Err()
	}
}

// silences are the times without a word after which a watch speaks. The last is repeated.
var silences = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}

// watch prints a line when a verb has been silent for a while.
type watch struct {
	mu     sync.Mutex
	w      io.Writer
	what   string
	since  time.Time // when the verb began
	spoken int       // lines of this silence
	timer  *time.Timer
	quiet  bool // a bar shows the progress, or nothing may be printed
}

// newWatch begins to watch. With quiet a log gets nothing; a terminal is told in any case.
func newWatch(w io.Writer, what string, quiet bool) *watch {
	a := &watch{w: w, what: what, since: time.Now(), quiet: quiet && !isTerminal(w)}
	a.timer = time.AfterFunc(silences[0], a.speak)
	return a
}

func (a *watch) speak() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.quiet {
		return
	}
	a.spoken++
	fmt.Fprintf(a.w, "%s: at work for %s\n", a.what, time.Since(a.since).Round(time.Second))
	a.timer.Reset(silences[min(a.spoken, len(silences)-1)])
}

// heard begins a new silence, of something that may have another name. While it is shown as a bar, the watch says
// nothing.
func (a *watch) heard(what string, bar bool) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.what, a.quiet, a.spoken = what, bar, 0
	a.timer.Reset(silences[0])
}

func (a *watch) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quiet = true
	a.timer.Stop()
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
