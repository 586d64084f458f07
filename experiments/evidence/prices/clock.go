package prices

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// layouts are the accepted forms of times with a calendar; those without a zone
// are UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04",
	"2006-01-02 15:04:05Z07:00", "2006/01/02"}

// clock reads the times of one file, all of one form.
type clock struct {
	days   bool // numbers count days
	layout string
	scale  float64 // numbers a second, 0 before the first
}

// read returns seconds.
func (c *clock) read(text string) (float64, error) {
	if c.layout == "" {
		if v, err := decimal(text); err == nil {
			return c.seconds(v), nil
		}
	}
	if c.scale == 0 {
		for _, l := range append([]string{c.layout}, layouts...) {
			if t, err := time.Parse(l, text); err == nil && l != "" {
				c.layout = l
				return float64(t.Unix()) + float64(t.Nanosecond())/1e9, nil
			}
		}
	}
	return 0, fmt.Errorf("%.60q is not a time; expected RFC 3339 such as 2020-07-01T12:00:00Z, a date such as "+
		"2020-07-01, or seconds", text)
}

// decimal reads a number as spreadsheets and other programs write it: digits, a point and
// an exponent, with or without a sign. What else Go reads as a number is none in a table.
func decimal(text string) (float64, error) {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}

// local tells whether times had a calendar and no offset, so that they may be those of a
// place whose clocks change.
func (c *clock) local() bool {
	return c.layout != "" && !strings.Contains(c.layout, "Z07")
}

// seconds scales a number. Seconds since 1970 stay below 1e11 for the next three
// thousand years; what is larger counts thousandths, millionths or billionths.
func (c *clock) seconds(v float64) float64 {
	if c.days {
		c.scale = 1
		return v * 86_400
	}
	if c.scale == 0 {
		c.scale = 1
		for limit := 1e11; math.Abs(v) >= limit && c.scale < 1e9; limit *= 1000 {
			c.scale *= 1000
		}
	}
	return v / c.scale
}
