package question

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"stakeout/experiments/presets"
)

// compiled is the schema as a validator reads it.
func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("preset.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("preset.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as the validator wants it.
func asJSON(text []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(b))
}

// Every preset that is shipped fits the schema, and so do sweeps of every kind.
func TestSchemaTakesPresets(t *testing.T) {
	s := compiled(t)
	texts := map[string][]byte{"sweep": []byte(`name: swept
question: Does the schema take a sweep?
attack: dos-short
horizon_days: auto
axes:
  mechanism: [pos, bft-committee]
  world.users.leave_below: {from: 0.2, to: 0.9}
  attack_params.budget_usd: {from: 1000000, to: 16000000, scale: log}
sample: {method: halton, points: 8}
precision: {relative: 0.05, min: 200}
`)}
	for _, name := range presets.Names() {
		_, text, err := presets.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = text
	}
	for name, text := range texts {
		v, err := asJSON(text)
		if err == nil {
			err = s.Validate(v)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ParseSweep(name, text, Variation{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bySchema are the problems that a schema can see.
var bySchema = regexp.MustCompile(
	`unknown key|is too (small|large)|is not a (whole )?number|is missing|there is no (attack|election|mechanism|remedy)`)

// Every wrong preset and sweep whose problems a single value shows is refused by the
// schema as well.
func TestSchemaRefusesWrongPresets(t *testing.T) {
	s := compiled(t)
	seen := 0
	for _, pattern := range []string{"testdata/wrong/*.yaml", "testdata/wrong_axes/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if !bySchema.Match(want) || strings.HasPrefix(string(text), "# flags: ") {
				continue
			}
			v, err := asJSON(text)
			if err != nil {
				continue
			}
			if seen++; s.Validate(v) == nil {
				t.Errorf("%s is taken, but\n%s", file, want)
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d wrong files", seen)
	}
}
