package notation

import (
	"fmt"
	"regexp"
	"strings"

	"stakeout/experiments/kit/param"
)

var (
	otherBase = regexp.MustCompile(`^[-+]?0[xXoObB][0-9a-fA-F_]+$`)
	padded    = regexp.MustCompile(`^[-+]?0[0-9_]+`)
	baseSixty = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
	date      = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$`)
)

// surprise says why YAML readers disagree on a scalar without quotes, and what to
// write instead. Both results are empty when the readers agree.
func surprise(text string) (message, hint string) {
	inQuotes := fmt.Sprintf("%q in quotes for text", text)
	switch strings.ToLower(text) {
	case "yes", "on", "y":
		return text + " is true to some YAML readers and text to others", "write true, or " + inQuotes
	case "no", "off", "n":
		return text + " is false to some YAML readers and text to others", "write false, or " + inQuotes
	case "true", "false":
		if text != strings.ToLower(text) {
			return text + " is text to some YAML readers", "write " + strings.ToLower(text) + ", or " + inQuotes
		}
	}
	number := param.Plain(text)
	switch {
	case otherBase.MatchString(text):
		return text + " is not a number to every YAML reader", "write the number in decimal, or " + inQuotes
	case baseSixty.MatchString(text):
		return text + " is a number in base 60 to some YAML readers", "write the number in decimal, or " + inQuotes
	case date.MatchString(text):
		return text + " is a date to some YAML readers", "write " + inQuotes
	case number != "" && padded.MatchString(text):
		return text + " is octal to some YAML readers", "write " + number + ", or " + inQuotes
	case number != "" && strings.Contains(text, "_"):
		return text + " is text in YAML 1.2", "write " + number + ", or " + inQuotes
	}
	return "", ""
}
