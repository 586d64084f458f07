package table

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestHTML(t *testing.T) {
	tab := &Table{
		Name: "roi", Title: "A & B <i>",
		Columns: []Column{{Name: "Attack"}, {Name: "Profit [95 % CI]", Unit: "USD"}},
		Rows: [][]Cell{{Text("<script>"), Estimate(-1234.4, -2000, math.NaN(), Money(0))},
			{Text("b"), Empty("nothing ran")}},
		Notes: []string{"n < 3"},
	}
	got := output(t, tab.HTML)
	for _, want := range []string{
		"<caption>A &amp; B &lt;i&gt;</caption>", `<th scope="col" class="right">Profit [95 % CI] (USD)</th>`,
		`<th scope="row" class="left">&lt;script&gt;</th><td class="right">−1,234<span class="interval">[−2,000, ` +
			`—]</span></td>`,
		`<td class="right">—</td>`, "<p>n &lt; 3</p>", "<p>Profit [95 % CI] —: nothing ran.</p>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	wellFormed(t, got)
}

// A table with many columns and one row lies on its side: its heads become the heads of
// rows.
func TestHTMLOfOneLongRow(t *testing.T) {
	tab := &Table{Name: "long"}
	var row []Cell
	for i := range 9 {
		tab.Columns = append(tab.Columns, Column{Name: "c" + string(rune('0'+i))})
		row = append(row, Number(float64(i), Money(0)))
	}
	tab.Rows = [][]Cell{row}
	got := output(t, tab.HTML)
	if !strings.Contains(got, `<th scope="row" class="left">c8</th><td class="right">8</td>`) ||
		strings.Count(got, "<tr>") != 9 {
		t.Errorf("got\n%s", got)
	}
	wellFormed(t, got)
}

func TestHTMLWithoutRowsIsItsNotes(t *testing.T) {
	tab := &Table{Columns: []Column{{Name: "a"}}, Notes: []string{"None."}}
	if got := output(t, tab.HTML); strings.Contains(got, "<table") || !strings.Contains(got, "<p>None.</p>") {
		t.Errorf("got %s", got)
	}
	if (&Table{Columns: []Column{{Name: "a"}}, Rows: [][]Cell{{}}}).HTML(io.Discard) == nil {
		t.Error("HTML accepts a row without cells")
	}
}

func wellFormed(t *testing.T, fragment string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader("<x>" + fragment + "</x>"))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, fragment)
		}
	}
}
