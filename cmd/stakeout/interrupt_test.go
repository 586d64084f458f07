//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The first Ctrl-C ends whatever waits for a file. Here it is a pipe that somebody holds open and does not write to.
func TestFirstInterruptEnds(t *testing.T) {
	for _, args := range []string{"check pipe.yaml", "facts pipe.csv", "replay pipe.csv", "run pipe.yaml",
		"sweep pipe.yaml",
		"show pipe.yaml --set seed=1", "explain pipe.yaml", "break-even pipe.yaml", "sweep plan pipe.yaml --shards 2 --out d",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			words := strings.Fields(args)
			for i, w := range words {
				if !strings.HasPrefix(w, "pipe") {
					continue
				}
				words[i] = dir + "/" + w
				if err := syscall.Mkfifo(words[i], 0o644); err != nil {
					t.Fatal(err)
				}
				held, err := os.OpenFile(words[i], os.O_RDWR, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer held.Close()
			}
			cmd := exec.Command(os.Args[0], words...)
			cmd.Args[0], cmd.Dir = "stakeout", dir
			said := &strings.Builder{}
			cmd.Stderr = said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second)
			since := time.Now()
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatalf("it did not wait: %v, %s", err, said)
			}
			slow := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
			_ = cmd.Wait() // The exit code says more.
			slow.Stop()
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("exit code %d after %s: %s", code, time.Since(since), said)
			}
			if !strings.Contains(said.String(), ": at work for ") {
				t.Errorf("nothing was said in three seconds: %q", said)
			}
		})
	}
}
