package param

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var (
	withUnit   = regexp.MustCompile(`^[$€£]?\s*([-+]?[0-9][0-9.,_]*(?:[eE][-+]?[0-9]+)?)\s*([^0-9\s.,_-].*)?$`)
	otherBase  = regexp.MustCompile(`^[-+]?0[xXoObB][0-9a-fA-F]`)
	notFinite  = regexp.MustCompile(`^[-+]?\.?(?i:inf|infinity|nan)$`)
	leadingPad = regexp.MustCompile(`^(-?)0+([0-9])`)
	thousands  = regexp.MustCompile(`^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)
)

// DidYouMean returns the hint that proposes name. It is empty for an empty name.
func DidYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(name) + "?"
}

// numberHint returns a hint that guesses the intended number, or nothing.
func (f Field) numberHint(text string) string {
	text = strings.TrimSpace(text)
	if plain := Plain(text); plain != "" {
		return "write " + plain
	}
	switch {
	case otherBase.MatchString(text):
		return "write the number in decimal"
	case notFinite.MatchString(text):
		return "write a finite number"
	case text == "":
		return "leave the key out to keep the default"
	}
	parts := withUnit.FindStringSubmatch(text)
	if parts == nil || Plain(parts[1]) == "" {
		return ""
	}
	return f.unitHint(Plain(parts[1]), strings.TrimSpace(parts[2]))
}

// unitHint returns the hint for a number that was written with a unit.
func (f Field) unitHint(plain, unit string) string {
	symbol := f.Unit
	if symbol == "1" {
		symbol = ""
	}
	first, rest, _ := strings.Cut(unit, " ")
	switch {
	case unit == "%" && (symbol == "share" || symbol == "" && f.isShare()):
		return fmt.Sprintf("write a share: %s %% is %s", plain, timesTen(plain, -2))
	case zeros[first] > 0 && (rest == "" || sameUnit(rest, symbol)):
		return "write " + timesTen(plain, zeros[first])
	case symbol == "" || !strings.Contains(f.Key, "_"):
		return fmt.Sprintf("write the number alone, as %s", plain)
	case unit == "" || sameUnit(unit, symbol):
		return fmt.Sprintf("write %s; the unit stands in the key %s", plain, f.Key)
	}
	return fmt.Sprintf("write the number alone; the unit stands in the key %s", f.Key)
}

// zeros are the powers of ten that people write behind a number.
var zeros = map[string]int{"k": 3, "K": 3, "thousand": 3, "M": 6, "mn": 6, "million": 6, "bn": 9, "Bn": 9,
	"billion": 9}

// isShare tells whether a pure number is at most one, so that per cent can be meant.
func (f Field) isShare() bool {
	most, err := strconv.ParseFloat(f.Max, 64)
	return err == nil && most <= 1
}

// timesTen moves the point of a number exactly.
func timesTen(plain string, places int) string {
	r, ok := new(big.Rat).SetString(plain)
	if !ok {
		return plain
	}
	if places < 0 {
		r.Quo(r, scale(-places))
	} else {
		r.Mul(r, scale(places))
	}
	text := r.FloatString(30)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// Plain rewrites a number from another notation (+5, 010, .5, 5., 1_000, 1,000) in
// the notation of a preset. It returns the empty string when text is not a number.
func Plain(text string) string {
	if thousands.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	text = strings.TrimPrefix(strings.ReplaceAll(text, "_", ""), "+")
	text = strings.TrimSuffix(leadingPad.ReplaceAllString(text, "$1$2"), ".")
	if rest, found := strings.CutPrefix(text, "-."); found {
		text = "-0." + rest
	} else if strings.HasPrefix(text, ".") {
		text = "0" + text
	}
	if !IsNumber(text) {
		return ""
	}
	return text
}

// booleanHint returns a hint that guesses the intended truth value, or nothing.
func booleanHint(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "on", "y", "1":
		return "write true"
	case "false", "no", "off", "n", "0":
		return "write false"
	}
	return ""
}

// Grouped puts a separator between each group of three digits, counted from the
// right.
func Grouped(digits, separator string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(d)
	}
	return b.String()
}
