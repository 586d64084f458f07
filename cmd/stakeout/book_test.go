package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
)

// TestBookAnswersLineByLine holds that each answer arrives before the next line is sent, and that an interrupt ends
// the program while it waits for input.
func TestBookAnswersLineByLine(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, commands := io.Pipe()
	events, out := io.Pipe()
	var errs bytes.Buffer
	p := newProgram(out, &errs)
	p.in = in
	code := make(chan int, 1)
	go func() { code <- p.main(ctx, []string{"stakeout", "book"}) }()
	answers := bufio.NewReader(events)
	for i := range 3 {
		fmt.Fprintf(commands, `{"op":"new","side":"buy","price":%d,"quantity":1}`+"\n", 10+i)
		want := fmt.Sprintf(`{"event":"accept","line":%d,"id":%d}`+"\n", i+1, i+1)
		if got, err := answers.ReadString('\n'); err != nil || got != want {
			t.Fatalf("%q %v, want %q", got, err, want)
		}
	}
	stop()
	if got := <-code; got != exitInterrupted {
		t.Errorf("exit code %d\n%s", got, errs.String())
	}
	commands.Close()
}
