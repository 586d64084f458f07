package param

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// LongestText is the most characters of a text in a preset.
const LongestText = 500

// TextFault says why a text cannot stand in a table and on a terminal, and is empty when
// it can: it is too long, or holds a sign that is not printed, such as the end of a line,
// an escape sequence of a terminal or an override of the direction of writing.
func TextFault(text string) string {
	if !utf8.ValidString(text) {
		return "the text is not valid UTF-8"
	}
	if n := utf8.RuneCountInString(text); n > LongestText {
		return fmt.Sprintf("the text has %d characters, and at most %d are allowed", n, LongestText)
	}
	at := 0
	for _, c := range text {
		at++
		switch {
		case unicode.IsGraphic(c):
		case c == '\n' || c == '\r':
			return fmt.Sprintf("the text ends a line at character %d, and is one line", at)
		default:
			return fmt.Sprintf("character %d of the text is %U, which is not printed", at, c)
		}
	}
	return ""
}

// Printable writes signs that are not printed as escapes, so that no text from outside
// moves the cursor, colours the terminal or breaks a message in two.
func Printable(text string) string {
	hidden := func(c rune) bool { return !unicode.IsGraphic(c) || c == utf8.RuneError }
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		c, size := utf8.DecodeRuneInString(rest)
		if unicode.IsGraphic(c) && (c != utf8.RuneError || size > 1) {
			b.WriteString(rest[:size])
		} else {
			q := strconv.Quote(rest[:size])
			b.WriteString(q[1 : len(q)-1])
		}
		rest = rest[size:]
	}
	return b.String()
}

// Whole reads a whole number from least to most by the rule for numbers in presets, for
// arguments that are no parameters.
func Whole(text string, least, most int) (int, *Problem) {
	f := Field{Kind: Integer, Min: strconv.Itoa(least), Max: strconv.Itoa(most), Unit: "1"}
	if !IsNumber(text) {
		return 0, f.problem(quoted(text)+" is not a number", f.numberHint(text))
	}
	r, _ := new(big.Rat).SetString(text)
	switch {
	case !r.IsInt():
		return 0, f.problem(text+" is not a whole number", "")
	case r.Cmp(big.NewRat(int64(least), 1)) < 0:
		return 0, f.problem(text+" is too small", "")
	case r.Cmp(big.NewRat(int64(most), 1)) > 0:
		return 0, f.problem(text+" is too large", "")
	}
	return int(r.Num().Int64()), nil
}
