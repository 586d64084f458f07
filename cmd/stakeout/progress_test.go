package main

import (
	"bytes"
	"testing"
	"time"
)

func TestLinesEveryTenth(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	l := &lines{w: &b, what: "x", now: func() time.Time { return now }, since: now}
	for done := 1; done <= 40; done++ {
		now = now.Add(time.Second)
		l.step(done, 40)
	}
	first := "x: 4 of 40, about 36s left\nx: 8 of 40, about 32s left\n"
	if got := b.String(); len(got) < len(first) || got[:len(first)] != first {
		t.Errorf("got %q, want it to start with %q", got, first)
	}
	if n := bytes.Count(b.Bytes(), []byte("\n")); n != 10 {
		t.Errorf("%d lines, want 10", n)
	}
	if !bytes.HasSuffix(b.Bytes(), []byte("x: 40 of 40\n")) {
		t.Errorf("the last line is not the end: %q", b.String())
	}
}
