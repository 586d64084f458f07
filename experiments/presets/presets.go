// Package presets holds the built-in preset files by name.
package presets

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"stakeout/experiments/kit/limit"
	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
)

//go:embed *.yaml
var files embed.FS

// Names lists the names of the built-in presets in alphabetical order.
func Names() []string {
	files, _ := fs.Glob(files, "*.yaml")
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	slices.Sort(names)
	return names
}

// ErrPreset is wrapped by the error of Source for a name that is neither a preset nor a
// file.
var ErrPreset = errors.New("no such preset")

// Source returns the text of a built-in preset or of a file.
func Source(name string) (file string, text []byte, err error) {
	if b, err := files.ReadFile(name + ".yaml"); err == nil {
		return name + ".yaml", b, nil
	}
	b, err := limit.ReadFile(name, notation.Largest)
	if refused := (*limit.Error)(nil); err == nil || errors.As(err, &refused) {
		return name, b, err
	}
	if !strings.ContainsAny(name, "./\\") {
		return name, nil, fmt.Errorf("%w %q%s; `stakeout list` shows them all", ErrPreset, name, hint(name, Names()))
	}
	return name, nil, err
}

func hint(name string, valid []string) string {
	if near := param.Nearest(name, valid); near != "" {
		return "; " + param.DidYouMean(near)
	}
	return ""
}
