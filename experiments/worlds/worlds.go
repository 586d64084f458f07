// Package worlds holds the built-in worlds by name. A world is a calibration of the
// model: settings between the defaults and a preset, each with its source.
package worlds

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

// Default is the world of the defaults.
const Default = "2020"

//go:embed *.yaml
var files embed.FS

// Names lists the names of the built-in worlds in alphabetical order.
func Names() []string {
	list, _ := fs.Glob(files, "*.yaml")
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	slices.Sort(names)
	return names
}

// ErrWorld is wrapped by the error of Source for a name that is neither a world nor a
// file.
var ErrWorld = errors.New("no such world")

// Source returns the text of a built-in world or of a file.
func Source(name string) (file string, text []byte, err error) {
	if b, err := files.ReadFile(name + ".yaml"); err == nil {
		return name + ".yaml", b, nil
	}
	b, err := limit.ReadFile(name, notation.Largest)
	if refused := (*limit.Error)(nil); err == nil || errors.As(err, &refused) {
		return name, b, err
	}
	if !strings.ContainsAny(name, "./\\") {
		return name, nil, fmt.Errorf("%w %q; expected %s or a file%s", ErrWorld, name, strings.Join(Names(), ", "),
			hint(name))
	}
	return name, nil, err
}

func hint(name string) string {
	if near := param.Nearest(name, Names()); near != "" {
		return "; " + param.DidYouMean(near)
	}
	return ""
}
