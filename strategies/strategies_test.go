package strategies_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/market/ledger"
	"stakeout/strategies"
)

var (
	kebab  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	quoted = regexp.MustCompile(`“[^”]*”`)
)

// words joins the words of a text by single blanks.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestEntriesAreComplete(t *testing.T) {
	text, err := os.ReadFile("testdata/thread.txt")
	if err != nil {
		t.Fatal(err)
	}
	thread := words(string(text))
	var names []string
	for _, e := range strategies.All() {
		if !kebab.MatchString(e.Name) || slices.Contains(names, e.Name) {
			t.Errorf("%q: not in kebab-case, or there twice", e.Name)
		}
		names = append(names, e.Name)
		if e.Doc == "" || !strings.HasSuffix(e.Doc, ".") || strings.ToUpper(e.Doc[:1]) != e.Doc[:1] {
			t.Errorf("%s: the doc %q is not a sentence", e.Name, e.Doc)
		}
		quotes := quoted.FindAllString(e.Source, -1)
		if len(quotes) == 0 {
			t.Errorf("%s: the source %q quotes nothing", e.Name, e.Source)
		}
		for _, q := range quotes {
			if !strings.Contains(thread, words(strings.Trim(q, "“”"))) {
				t.Errorf("%s: the thread does not say %s", e.Name, q)
			}
		}
		if found, ok := strategies.Find(e.Name); !ok || found.Name != e.Name {
			t.Errorf("%s: not found by its name", e.Name)
		}
	}
	if _, ok := strategies.Find("no-such-attack"); ok {
		t.Error("found what is not there")
	}
}

// The capital of the legs is the budget to the micro-dollar, and the moments of
// the plan come in order.
func TestCapitalAndMarks(t *testing.T) {
	for _, e := range strategies.All() {
		for _, line := range param.Lint(e.Params()) {
			t.Errorf("%s: %s", e.Name, line)
		}
		for _, budget := range []string{"0", "0.000001", "1234567.654321", "1000000000000"} {
			p := e.Params()
			param.Defaults(p)
			if err := param.Set(p, "budget_usd", budget); err != nil {
				continue // beyond the range of this attack
			}
			want := ledger.Amount(reflect.ValueOf(p).Elem().FieldByName("Budget").Int())
			legs := e.Capital(p)
			if slices.Min(legs[:]) < 0 || legs[0]+legs[1]+legs[2] != want {
				t.Errorf("%s: legs %v of a budget of %s", e.Name, legs, budget)
			}
		}
		p := e.Params()
		param.Defaults(p)
		last := 0.0
		for _, m := range e.Marks(p) {
			if m.Days < last || m.Days > e.Days(p, unbondingDays) || m.Name == "" {
				t.Errorf("%s: mark %+v after day %v", e.Name, m, last)
			}
			last = m.Days
		}
		if act := e.Act(p); act <= 0 || act >= e.Days(p, unbondingDays) {
			t.Errorf("%s: the act begins on day %v of %v", e.Name, act, e.Days(p, unbondingDays))
		}
	}
}
