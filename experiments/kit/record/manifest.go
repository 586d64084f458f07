package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"unicode/utf8"
)

// PlanName is the file that marks a folder with a plan of shards instead of results.
const PlanName = "plan.json"

// The files that every closed store holds besides its tables.
const (
	manifestName = "manifest.json"
	schemaName   = "schema.json"
	timingName   = "timing.json"
)

// recipeName is the file that says how to resume an experiment. Only an incomplete
// experiment has it.
const recipeName = "resume.json"

// Status says whether an experiment ran to its end.
type Status string

// The states of a closed folder. A partial folder is valid and can be resumed.
const (
	Complete Status = "complete"
	Partial  Status = "partial"
)

// Seed is a seed of random numbers. JSON holds it as text, because readers that know
// only doubles would round it.
type Seed uint64

// MarshalText writes the seed in decimal.
func (s Seed) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(s), 10), nil }

// UnmarshalText reads a decimal seed.
func (s *Seed) UnmarshalText(b []byte) error {
	v, err := strconv.ParseUint(string(b), 10, 64)
	*s = Seed(v)
	return err
}

// Module is a module in the program. Sum is its hash in go.sum.
type Module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum,omitempty"`
}

// Output is a file of the folder.
type Output struct {
	Name   string `json:"name"` // relative to the folder, with slashes
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // bytes
}

// Program identifies the program that makes results.
type Program struct {
	Version string `json:"version"`
	Code    string `json:"code,omitempty"` // digest of the code that determines the results
}

// Signature returns the version and, in brackets, the first digits of the digest. It is
// not called String, because every struct that embeds a Program would inherit that
// method.
func (p Program) Signature() string {
	if p.Code == "" {
		return p.Version
	}
	return fmt.Sprintf("%s (code %.12s)", p.Version, p.Code)
}

// Manifest describes the origin of the files of a folder. A caller of Open gives the
// first five fields and the recipe; the store fills in the others. A manifest holds
// nothing that differs between two runs of the same program on the same
// configuration.
type Manifest struct {
	Experiment string   `json:"experiment"`
	Command    []string `json:"command"` // stored without what Reproducible drops
	Config     string   `json:"config"`  // the resolved configuration, as text
	Seeds      []Seed   `json:"seeds"`
	Program
	ConfigSHA256 string   `json:"config_sha256"`
	Status       Status   `json:"status"`
	Reason       string   `json:"reason,omitempty"`
	Go           string   `json:"go"`
	Modules      []Module `json:"modules"`
	Files        []Output `json:"files"`
	// Recipe is a text of the caller that says how to resume the experiment, or nil.
	// ReadRecipe returns it until the experiment is complete.
	Recipe []byte `json:"-"`
}

// Phase is the wall time of a part of an invocation.
type Phase struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Timing is the content of timing.json: everything that may differ between
// invocations.
type Timing struct {
	Command []string `json:"command"` // as it was typed
	GOOS    string   `json:"goos"`
	GOARCH  string   `json:"goarch"`
	CPUs    int      `json:"cpus"`
	Workers int      `json:"workers"`
	Reused  int      `json:"runs_reused"`   // runs that an earlier invocation had finished
	Dropped int      `json:"lines_dropped"` // damaged or foreign lines of the journal
	Phases  []Phase  `json:"phases"`
}

// hostFlags lists the options that change the place and the speed of a run but not
// its results.
var hostFlags = []string{"out", "workers"}

// Reproducible returns a command line without the parts that may differ between
// invocations with the same results: the folder of the program, --out and --workers.
func Reproducible(args []string) []string {
	kept := []string{}
	for i := 0; i < len(args); i++ {
		name, joined := flagName(args[i])
		switch {
		case i == 0:
			base := filepath.Base(filepath.FromSlash(args[0]))
			kept = append(kept, strings.TrimSuffix(base, ".exe"))
		case !isHostFlag(name):
			kept = append(kept, args[i])
		case !joined:
			i++ // The next argument is the value of the option.
		}
	}
	return kept
}

// flagName returns the name of an option, and whether = joins its value to it. The
// name is empty for an argument that is not an option.
func flagName(arg string) (name string, joined bool) {
	if !strings.HasPrefix(arg, "-") {
		return "", false
	}
	name, _, joined = strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name, joined
}

func isHostFlag(name string) bool {
	for _, f := range hostFlags {
		if name == f {
			return true
		}
	}
	return false
}

// ReadRecipe returns the recipe of an experiment that was interrupted or killed, or
// that still runs. It fails with fs.ErrNotExist when the folder has no recipe.
func ReadRecipe(dir string) ([]byte, error) { return ReadPlan(dir, recipeName) }

// complete fills in the hash of the configuration, and the build of the program.
func (m *Manifest) complete() {
	sum := sha256.Sum256([]byte(m.Config))
	m.ConfigSHA256 = hex.EncodeToString(sum[:])
	m.Command = Reproducible(m.Command)
	m.Modules, m.Files = []Module{}, []Output{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	m.Go = info.GoVersion
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		m.Modules = append(m.Modules, Module{d.Path, d.Version, d.Sum})
	}
}

// variantSigns replaces the signs of a variant in the name of an experiment. They are
// allowed in the name of a folder but not in an identifier.
var variantSigns = strings.NewReplacer("@", "-", "+", "-")

// check returns an error unless Open can use the manifest.
func (m *Manifest) check() error {
	if !identifier(variantSigns.Replace(m.Experiment)) {
		return errorf("record: experiment %q: want letters, digits, '_', '-', '.', '@' or '+', starting with a letter",
			m.Experiment)
	}
	if m.Version == "" {
		return errorf("record: experiment %s: the manifest names no program version", m.Experiment)
	}
	if !utf8.ValidString(m.Config) {
		return errorf("record: experiment %s: the configuration is not valid UTF-8", m.Experiment)
	}
	return nil
}

// described is the entry of one file in schema.json.
type described struct {
	File    string   `json:"file"`
	Table   string   `json:"table"`
	Columns []Column `json:"columns"`
}

func (d described) schema() Schema { return Schema{Name: d.Table, Columns: d.Columns} }

// schemaFile is schema.json.
type schemaFile struct {
	Files []described `json:"files"`
}

// encode writes JSON with indentation and without escapes for HTML, for human readers.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// seal encodes a struct as JSON with a last member that holds the SHA-256 of
// all bytes before it.
func seal(v any) ([]byte, error) {
	b, err := encode(v)
	if err != nil {
		return nil, err
	}
	return sealed(bytes.TrimSuffix(b, []byte("\n}\n"))), nil
}

func sealed(body []byte) []byte {
	return fmt.Appendf(bytes.Clone(body), ",\n  \"self_sha256\": \"%x\"\n}\n", sha256.Sum256(body))
}

// sealLen is the number of bytes that sealed adds.
var sealLen = len(sealed(nil))

// sealIntact reports whether a sealed file has the bytes that were written.
func sealIntact(b []byte) bool {
	return len(b) > sealLen && bytes.Equal(b, sealed(b[:len(b)-sealLen]))
}

// ReadManifest reads the manifest of a closed folder. It fails when the manifest has
// changed and when there is none, because the run was killed or is still going on.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	err := readSealed(dir, manifestName, &m)
	return m, err
}

// ReadTiming reads the wall times of a closed folder. It fails when timing.json is
// missing or has changed.
func ReadTiming(dir string) (Timing, error) {
	var t Timing
	err := readSealed(dir, timingName, &t)
	return t, err
}

func readSealed(dir, name string, v any) error {
	path := filepath.Join(dir, name)
	b, err := readText(dir, name)
	if err != nil {
		return errorf("record: %w", err)
	}
	if !sealIntact(b) {
		return errorf("record: %s was changed after it was written: its bytes do not match its self_sha256", path)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return errorf("record: %s: %w", path, err)
	}
	return nil
}
