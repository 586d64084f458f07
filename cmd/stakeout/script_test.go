package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stakeout": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code, "interrupt": signalled(os.Interrupt), "sigkill": signalled(os.Kill)},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// code runs stakeout and demands an exit code, as in: code 2 run --nonsense. It fails when a stack trace is printed.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: code N [arguments of stakeout]")
	}
	var out, errs bytes.Buffer
	cmd := command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = &out, &errs
	demand(ts, args[0], cmd.Run(), out.String()+errs.String())
	io.Copy(ts.Stdout(), &out)
	io.Copy(ts.Stderr(), &errs)
}

// signalled runs stakeout, sends a signal after the first replication that it reports, and
// demands an exit code, which is -1 for a process that was killed.
func signalled(signal os.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		cmd := command(ts, args[1:])
		var out, errs bytes.Buffer
		cmd.Stdout = &out
		pipe, err := cmd.StderrPipe()
		ts.Check(err)
		ts.Check(cmd.Start())
		lines := bufio.NewScanner(pipe)
		for sent := false; lines.Scan(); {
			fmt.Fprintln(&errs, lines.Text())
			if !sent && strings.Contains(lines.Text(), " of ") {
				ts.Check(cmd.Process.Signal(signal))
				sent = true
			}
		}
		demand(ts, args[0], cmd.Wait(), out.String()+errs.String())
		io.Copy(ts.Stdout(), &out)
		io.Copy(ts.Stderr(), &errs)
	}
}

func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	var file string
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		for _, name := range []string{"stakeout", "stakeout.exe"} {
			if _, err := os.Stat(dir + "/" + name); err == nil && file == "" {
				file = dir + "/" + name
			}
		}
	}
	cmd := exec.CommandContext(context.Background(), file, args...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), append(os.Environ(), "HOME="+ts.Getenv("HOME"))
	return cmd
}

func demand(ts *testscript.TestScript, want string, err error, all string) {
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != want {
		ts.Fatalf("exit code %d, want %s\n%s", got, want, all)
	}
	if strings.Contains(all, "goroutine ") || strings.Contains(all, "panic:") {
		ts.Fatalf("a stack trace was printed:\n%s", all)
	}
}
