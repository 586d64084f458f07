package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress returns a function to call after every step, and one to call at the end. A terminal gets a bar with the
// time left and a log gets a line after every tenth of the work; what is silent in between is told by the watch. With
// quiet a log gets nothing.
func (p *program) progress(what string, quiet bool) (func(done, total int), func()) {
	if quiet && !isTerminal(p.err) {
		return func(int, int) {}, func() {}
	}
	l := &lines{w: p.err, what: what, now: time.Now, since: time.Now()}
	step, end := l.step, func() {}
	if isTerminal(p.err) {
		step, end = bar(p.err, what)
	}
	watch, drawn := p.watch, isTerminal(p.err)
	watch.heard(what, false)
	heard := func(done, total int) {
		watch.heard(what, drawn)
		step(done, total)
	}
	return heard, func() { end(); watch.heard(what, false) }
}

// expected says before a long run how much work it is, and draws the bar before its first step.
func (p *program) expected(what string, runs int, seconds float64, quiet bool, step func(done, total int)) {
	if quiet && !isTerminal(p.err) {
		return
	}
	about := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	if about < silences[0] {
		return
	}
	fmt.Fprintf(p.err, "%s: %d replications, about %s\n", what, runs, about)
	step(0, runs)
}

func bar(w io.Writer, what string) (step func(done, total int), end func()) {
	var b *progressbar.ProgressBar
	step = func(done, total int) {
		if b == nil {
			b = progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
				progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
			_ = b.RenderBlank()
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
