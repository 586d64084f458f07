package param

import (
	"fmt"
	"strings"
)

// unitWord names a unit: its symbol in a tag and its words in a key. Plural
// ends the key of a quantity, singular follows "per" in the key of a rate.
type unitWord struct{ symbol, plural, singular string }

// units are the units that a parameter may have, besides "1" for none and
// rates such as "USD/token", whose key ends in _usd_per_token.
var units = []unitWord{
	{"s", "seconds", "second"}, {"min", "minutes", "minute"}, {"h", "hours", "hour"}, {"d", "days", "day"},
	{"weeks", "weeks", "week"}, {"months", "months", "month"}, {"years", "years", "year"},
	{"ticks", "ticks", "tick"}, {"rounds", "rounds", "round"}, {"blocks", "blocks", "block"},
	{"slots", "slots", "slot"}, {"epochs", "epochs", "epoch"},
	{"USD", "usd", "usd"}, {"DAI", "dai", "dai"}, {"ETH", "eth", "eth"}, {"wei", "wei", "wei"}, {"gwei", "gwei", "gwei"},
	{"tokens", "tokens", "token"}, {"lots", "lots", "lot"}, {"gas", "gas", "gas"}, {"tx", "tx", "tx"},
	{"bytes", "bytes", "byte"},
	{"bp", "bps", "bp"}, {"share", "share", "share"}, {"%", "percent", "percent"},
	{"agents", "agents", "agent"}, {"users", "users", "user"}, {"traders", "traders", "trader"},
	{"miners", "miners", "miner"},
	{"stakers", "stakers", "staker"}, {"coordinators", "coordinators", "coordinator"}, {"orders", "orders", "order"},
	{"batches", "batches", "batch"}, {"runs", "runs", "run"},
}

// findUnit looks a unit up by its symbol or one of its words.
func findUnit(text string) (unitWord, bool) {
	for _, u := range units {
		if text == u.symbol || text == u.plural || text == u.singular {
			return u, true
		}
	}
	return unitWord{}, false
}

// sameUnit reports whether the unit that someone wrote is that of a tag.
func sameUnit(written, symbol string) bool {
	u, known := findUnit(written)
	return written == symbol || known && u.symbol == symbol
}

// suffix is the end of a key with the given unit, without the underscore, and
// empty for a dimensionless one. It is false for an unknown unit.
func suffix(unit string) (string, bool) {
	if unit == "1" || unit == "" {
		return "", true
	}
	over, under, rate := strings.Cut(unit, "/")
	if !rate {
		u, known := findUnit(unit)
		return u.plural, known && u.symbol == unit
	}
	u, known := findUnit(under)
	if !known {
		return "", false
	}
	end := "per_" + u.singular
	if over == "1" {
		return end, true
	}
	u, known = findUnit(over)
	return u.plural + "_" + end, known
}

// Lint reports, one line each, everything that is wrong with the tags of the
// struct behind ptr: malformed tags, a missing doc or source, a number without
// a unit, an unknown unit, a key that does not end in the word of its unit or
// ends in that of another, min above max, and a default out of range. It is
// empty when the parameters are fit to print.
func Lint(ptr any) []string {
	d := describe(ptr)
	lines := d.faults
	for _, it := range d.items {
		if it.Doc == "" {
			lines = append(lines, it.Path+": the tag doc is missing")
		}
		if !it.section {
			lines = append(lines, it.lint()...)
		}
	}
	return lines
}

// lint reports what is wrong with the tags of one parameter.
func (f Field) lint() []string {
	var lines []string
	report := func(format string, args ...any) {
		lines = append(lines, f.Path+": "+fmt.Sprintf(format, args...))
	}
	if f.Source == "" {
		report("the tag source is missing")
	}
	if f.min != nil && f.max != nil && f.min.Cmp(f.max) > 0 {
		report("min %s is above max %s", f.Min, f.Max)
	} else if problem := f.check(f.preset); problem != nil {
		report("the default %s; expected %s", problem.Message, problem.Expected)
	}
	if text := f.lintUnit(); text != "" {
		report("%s", text)
	}
	return lines
}

// lintUnit returns what is wrong with the unit or with the end of the key.
func (f Field) lintUnit() string {
	if f.Kind == Text || f.Kind == Boolean {
		if f.Unit != "" {
			return fmt.Sprintf("%s has no unit", f.Kind)
		}
		return ""
	}
	if f.Unit == "" {
		return `the tag unit is missing (write "1" for a dimensionless number)`
	}
	end, known := suffix(f.Unit)
	if !known {
		return fmt.Sprintf("unit %q is unknown", f.Unit)
	}
	if end != "" && f.Key != end && !strings.HasSuffix(f.Key, "_"+end) {
		return fmt.Sprintf("unit %q needs a key that ends in _%s", f.Unit, end)
	}
	if other, ends := keyUnit(f.Key); end == "" && ends {
		return fmt.Sprintf("the key ends in _%s, but the unit is %q", other, f.Unit)
	}
	return ""
}

// keyUnit is the word of the unit in which a key ends, if it ends in one. A key
// that is nothing but the word ("agents") counts things and has no suffix.
func keyUnit(key string) (string, bool) {
	for _, u := range units {
		if strings.HasSuffix(key, "_"+u.plural) {
			return u.plural, true
		}
	}
	return "", false
}
