package param

import (
	"strings"
	"testing"
)

func TestTextFault(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"Does a short pay? 100 % — ключ 空": "",
		"e\u0301 combining":                "",
		"a\tb":                             "character 2 of the text is U+0009, which is not printed",
		"a\x1b[31m":                        "character 2 of the text is U+001B, which is not printed",
		"\u202eabc":                        "character 1 of the text is U+202E, which is not printed",
		"ab\u2028":                         "character 3 of the text is U+2028, which is not printed",
		"\ufeffab":                         "character 1 of the text is U+FEFF, which is not printed",
		"a\nb":                             "the text ends a line at character 2, and is one line",
		"a\xff":                            "the text is not valid UTF-8",
		strings.Repeat("é", LongestText):   "",
		strings.Repeat("é", LongestText+1): "the text has 501 characters, and at most 500 are allowed",
	} {
		if got := TextFault(text); got != want {
			t.Errorf("TextFault(%q) = %q, want %q", text, got, want)
		}
	}
}

// A message stays one line that a terminal shows as it is.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain — ключ":      "plain — ключ",
		"a\x1b[31mb\nc\td":  `a\x1b[31mb\nc\td`,
		"\u202ea\xff\ufffd": `\u202ea\xff` + "\ufffd",
	} {
		if got := Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
	if got := (Problem{Path: "a\x1bb", Message: "c\nd"}).Error(); got != `a\x1bb: c\nd` {
		t.Errorf("a problem prints as %q", got)
	}
}

// Every spelling of a number has one answer, in every place that takes numbers.
func TestWhole(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "17": 17, "1e3": 1000, "1.5e3": 1500, "2.0": 2} {
		if got, fault := Whole(text, 0, 9999); fault != nil || got != want {
			t.Errorf("Whole(%q) = %d, %v, want %d", text, got, fault, want)
		}
	}
	for text, hint := range map[string]string{
		"1_000": "write 1000", "+5": "write 5", "0x10": "write the number in decimal",
		"010": "write 10", "2k": "write 2000", "1.5": "", "-1": "", "10000": "", "1e300": "", "many": "", "": ""} {
		_, fault := Whole(text, 0, 9999)
		if fault == nil || text != "" && fault.Hint != hint {
			t.Errorf("Whole(%q): %v, want the hint %q", text, fault, hint)
		}
	}
}

// A name that differs only in how it is spelt is nearer than a longer one.
func TestNearestSpelling(t *testing.T) {
	valid := []string{"dos-short-perpetual", "dos-short", "dos-split"}
	for _, name := range []string{"dos_short", "DOS-SHORT", "Dos_Short"} {
		if got := Nearest(name, valid); got != "dos-short" {
			t.Errorf("Nearest(%q) = %q", name, got)
		}
	}
}
