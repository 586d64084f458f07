package figure

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// grammar returns the schema of Vega-Lite 6.5 as its authors publish it. Its licence is
// in the same folder.
func grammar(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open("testdata/vega-lite-v6.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(vegaSchema, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(vegaSchema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func vegaOf(t *testing.T, f *Figure) string {
	t.Helper()
	text, err := f.vegaLite()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func valid(s *jsonschema.Schema, text string) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func TestVegaLiteFollowsItsGrammar(t *testing.T) {
	s := grammar(t)
	for name, f := range samples() {
		text := vegaOf(t, f)
		if err := valid(s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if wrong := strings.Replace(text, `"type": "quantitative"`, `"type": "quantity"`, 1); wrong == text ||
			valid(s, wrong) == nil {
			t.Errorf("%s: a wrong type passes", name)
		}
	}
}

// Every line keeps its colour, its dashes and its title with the unit, and the
// specification has every value of the data file.
func TestVegaLiteShowsWhatIsDrawn(t *testing.T) {
	gap := math.NaN()
	f := &Figure{Width: SingleColumn, HeightMM: 60, Caption: "n = 4.", Panels: []Panel{{
		XLabel: "Time (d)", YLabel: "Price (USD)", ZeroLine: true, Legend: true,
		Lines: []Line{
			{Name: "Attack", X: []float64{1, 2, 3, 4, 5}, Y: []float64{0.125, 2, gap, 7, gap}, Style: 1},
			{Name: "Measured", X: []float64{1.5}, Y: []float64{3}, Lo: []float64{2.75}, Hi: []float64{3.25},
				Points: true, Style: 2},
			{Name: "Attack", X: []float64{1, 2}, Y: []float64{5, 6}, Style: 3},
		},
		Bands: []Band{{Name: "Between", X: []float64{1, 2}, Lo: []float64{-0.5, 1}, Hi: []float64{1, 3}, Style: 4}},
		Marks: []Mark{{2.5, "act"}},
	}}}
	text := vegaOf(t, f)
	if err := valid(grammar(t), text); err != nil {
		t.Error(err)
	}
	var doc struct {
		Description string
		Concat      []struct {
			Layer []struct {
				Mark     map[string]any
				Data     struct{ Values []map[string]any }
				Encoding map[string]struct {
					Title string
					Scale struct{ Domain, Range []any }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	marks := map[string]int{}
	for _, l := range doc.Concat[0].Layer {
		rows = append(rows, l.Data.Values...)
		marks[l.Mark["type"].(string)] += len(l.Data.Values)
		if y, ok := l.Encoding["y"]; ok && l.Encoding["x"].Title != "" && l.Mark["type"] != "text" &&
			y.Title != "Price (USD)" {
			t.Errorf("%v: titles %q and %q", l.Mark, l.Encoding["x"].Title, y.Title)
		}
		if l.Mark["type"] == "line" {
			domain, colors, dashes := l.Encoding["stroke"].Scale.Domain, l.Encoding["stroke"].Scale.Range,
				l.Encoding["strokeDash"].Scale.Range
			got, _ := json.Marshal([]any{domain, colors, dashes})
			want := `[["Attack","Measured","Attack#3","Between"],["#d55e00","#009e73","#000000","#cc79a7"],[[4.5,2],[1.3,1.5],` +
				`[7,2,1.3,2],[8,2.5]]]`
			if string(got) != want {
				t.Errorf("scales %s, want %s", got, want)
			}
		}
	}
	// Two stretches of a line and another line; a lone point; bars, mark and zero line.
	if marks["line"] != 4 || marks["point"] != 2 || marks["area"] != 2 || marks["rule"] != 3 || marks["text"] != 1 {
		t.Errorf("rows by mark: %v", marks)
	}
	if len(rows) != 12 || doc.Description != "n = 4." {
		t.Errorf("%d rows, description %q", len(rows), doc.Description)
	}
}
