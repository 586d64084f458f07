package remedy

import (
	"regexp"
	"strings"
	"testing"
)

func TestCatalogue(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, e := range All() {
		if !kebab.MatchString(e.Name) || seen[e.Name] || e.Doc == "" || e.Source == "" || e.New == nil ||
			e.New(new(Params)) == nil {
			t.Errorf("entry %+v is incomplete or there twice", e)
		}
		seen[e.Name] = true
		if f, found := Find(e.Name); !found || f.Doc != e.Doc {
			t.Errorf("%s is not found", e.Name)
		}
	}
	if _, found := Find("no such"); found || len(All()) == 0 {
		t.Error("found what is not there, or nothing is")
	}
}

// Each remedy opens exactly the routes that the thread describes.
func TestRemediesOfTheThread(t *testing.T) {
	for _, c := range []struct {
		name, says string
		want       Rules
	}{
		{"none", "there is no way to punish people for using this attack", Rules{}},
		{"forced-exit", "we would have to go on chain to force the exit", Rules{ForcedExit: true}},
		{"hard-fork", "there can be a protocol level hardfork to remove the deposit from the attacker",
			Rules{Trial: Trial{By: Everyone, Slash: 1}}},
		{"timelock-vote", "the Staking contract has a time lock and a strategy to apply slashing",
			Rules{Trial: Trial{By: Stakers}}},
		{"court-kleros", "Kleros or Aragon Court judgement", Rules{Trial: Trial{By: Jurors}}},
		{"court-aragon", "Kleros or Aragon Court judgement", Rules{Trial: Trial{By: Jurors}}},
		{"auto-slash", "an automated strategy", Rules{}},
	} {
		e, found := Find(c.name)
		if !found || e.New(new(Params)).Rules() != c.want {
			t.Errorf("%s: found %v, want %+v", c.name, found, c.want)
		}
		if !strings.Contains(e.Source, c.says) {
			t.Errorf("%s is not sourced to %q", c.name, c.says)
		}
	}
}
