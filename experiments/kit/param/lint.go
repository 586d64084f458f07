package param

import (
	"fmt"
	"strings"
)

// unitWord names a unit by its symbol in a tag and by its words in a key. The
// plural ends the key of a quantity; the singular follows "per" in the key of a
// rate.
type unitWord struct{ symbol, plural, singular string }

// units lists the units that a parameter may have. Further units are "1" for
// dimensionless numbers and rates such as "USD/token", whose key ends in
// _usd_per_token.
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

// sameUnit reports whether a written unit, by symbol or by word, is the unit with
// the given symbol.
func sameUnit(written, symbol string) bool {
	u, known := findUnit(written)
	return written == symbol || known && u.symbol == symbol
}

// suffix returns the required end of a key with the given unit, without the
// underscore. It is empty for a dimensionless number. The second result is false
// for an unknown unit.
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

// Lint returns one line for every fault in the tags of the struct behind ptr, and
// nil when there is none. The faults are a malformed tag, a missing doc or source,
// a number without a unit, an unknown unit, a key that does not end in the word of
// its unit or ends in the word of another unit, min above max, and a default out
// of range.
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

// keyUnit returns the word of a unit with which a key ends, and whether there is
// one. A key that consists of the word alone ("agents") is a count and does not
// end in a unit.
func keyUnit(key string) (string, bool) {
	for _, u := range units {
		if strings.HasSuffix(key, "_"+u.plural) {
			return u.plural, true
		}
	}
	return "", false
}
