package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress returns a function to call after every step, and one to call at the end. A terminal gets a bar with the
// time left and a log gets a line after every tenth of the work. With quiet a log gets nothing.
func progress(w io.Writer, what string, quiet bool) (step func(done, total int), end func()) {
	f, isFile := w.(*os.File)
	switch {
	case isFile && term.IsTerminal(int(f.Fd())):
		return bar(w, what)
	case quiet:
		return func(int, int) {}, func() {}
	}
	l := &lines{w: w, what: what, now: time.Now, since: time.Now()}
	return l.step, func() {}
}

func bar(w io.Writer, what string) (step func(done, total int), end func()) {
	var b *progressbar.ProgressBar
	step = func(done, total int) {
		if b == nil {
			b = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
				progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
		}
		if total != b.GetMax() { // A rule of precision has added replications.
			b.ChangeMax(total)
		}
		// The work goes on when the bar cannot be drawn.
		_ = b.Set(done)
	}
	return step, func() {
		if b != nil {
			_ = b.Clear()
		}
	}
}

// lines writes progress to a log. The time left follows the pace since the
// last line, so that re-used replications at the start do not flatter it.
type lines struct {
	w     io.Writer
	what  string
	now   func() time.Time
	since time.Time // of the last line
	done  int       // steps at the last line
}

func (l *lines) step(done, total int) {
	if total <= 0 || 10*done/total <= 10*l.done/total {
		return
	}
	now, left := l.now(), ""
	if done < total {
		d := now.Sub(l.since) / time.Duration(done-l.done) * time.Duration(total-done)
		left = ", about " + d.Round(time.Second).String() + " left"
	}
	l.since, l.done = now, done
	fmt.Fprintf(l.w, "%s: %d of %d%s\n", l.what, done, total, left)
}
