// Command stakeout puts attacks on a stake-based rollup on trial: it runs
// presets of an agent-based model and prints what the attack earned, with
// paired intervals.
//
// It turns flags into calls of package experiments and holds no model code.
// Results go to standard output; progress and errors go to standard error.
//
// Assumption: a terminal without a known width has 100 columns.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"stakeout"
	"stakeout/experiments/kit/record"
)

// version is part of every run key.
const version = "0.1.0"

// identity is what results folders say of this program. Folders of another version, or of code that gives other
// results, are not re-used.
var identity = sync.OnceValue(func() record.Program { return record.Program{Version: version, Code: stakeout.Code()} })

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The second signal kills, since a user who asks twice does not want to wait.
	context.AfterFunc(ctx, stop)
	failWrites()
	os.Exit(newProgram(os.Stdout, os.Stderr).main(ctx, os.Args))
}

// program is one invocation: its streams and how it was called.
type program struct {
	in      io.Reader
	out     *stdout
	err     io.Writer
	self    string   // how the user calls the program
	command []string // as typed, for the manifest
	watch   *watch   // of the verb that runs
}

func newProgram(out, err io.Writer) *program {
	return &program{in: os.Stdin, out: newStdout(out), err: err}
}

// main runs a command line and returns the exit code.
func (p *program) main(ctx context.Context, args []string) int {
	p.self, p.command = callName(args[0]), args
	ctx, p.out.stop = context.WithCancel(ctx)
	defer p.out.stop()
	app := p.app()
	arranged, err := arrange(app, args[1:])
	if err == nil {
		err = app.RunContext(ctx, append([]string{"stakeout"}, arranged...))
	}
	if failed := p.out.failure(); failed != nil {
		err = failed // It has stopped the verb, whose own error only follows from it.
	}
	return report(p.err, err)
}

// callName is what to type to call the program again.
func callName(arg string) string {
	if strings.Contains(filepath.ToSlash(arg), "/go-build") {
		return "go run ./cmd/stakeout"
	}
	return strings.TrimSuffix(filepath.Base(arg), ".exe")
}

func (p *program) app() *cli.App {
	app := &cli.App{
		Name:                      "stakeout",
		Usage:                     "attacks on stake-based rollups, put on trial",
		Version:                   version,
		Commands:                  p.verbs(),
		Writer:                    p.out,
		ErrWriter:                 p.err,
		HideHelpCommand:           true, // Its place is taken by p.help, which also knows topics.
		CustomAppHelpTemplate:     cli.AppHelpTemplate + topicList(),
		DisableSliceFlagSeparator: true,
		// Exit codes are decided in main; urfave/cli would exit by itself.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   usageFault,
	}
	app.Flags = []cli.Flag{cli.HelpFlag, cli.VersionFlag}
	for _, c := range app.Commands {
		c.OnUsageError = usageFault
		c.HideHelpCommand = true
		c.Action = p.attended(c.Name, c.Action)
		pointToTopics(c)
	}
	return app
}

func usageFault(_ *cli.Context, err error, _ bool) error { return usageError(err.Error()) }

// width is the number of columns to print tables in.
func (p *program) width() int {
	if f, ok := p.out.w.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
			return w
		}
	}
	return 100
}
