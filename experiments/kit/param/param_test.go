package param

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type amount int64

// Shared is exported, because package reflect cannot set the fields of an
// unexported embedded struct.
type Shared struct {
	Seed uint64 `key:"seed" default:"1" unit:"1" source:"-" doc:"master seed"`
}

type params struct {
	Shared
	BlockSeconds float64 `key:"block_seconds" default:"13" unit:"s" min:"1" max:"600" source:"Etherscan" doc:"block interval"`
	Market       struct {
		TakerFeeBps float64   `key:"taker_fee_bps" default:"3.0" unit:"bp" min:"0" max:"100" source:"-" doc:"fee"`
		Depth       []float64 `key:"depth_share" default:"0.5, 0.25" unit:"share" min:"0" max:"1" source:"-" doc:"depth"`
		Inner       struct {
			Side string `key:"side" default:"long" oneof:"long|short" source:"-" doc:"side"`
		} `key:"inner" doc:"inner"`
	} `key:"market" doc:"exchange"`
	Cap   amount   `key:"cap_tokens" default:"2.5" scale:"1000000" unit:"tokens" min:"0" max:"9000000000000" source:"-" doc:"cap"`
	Small int8     `key:"small" default:"-3" unit:"1" source:"-" doc:"small"`
	On    bool     `key:"on" default:"true" source:"-" doc:"on"`
	Name  string   `key:"name" default:"a" source:"-" doc:"name"`
	None  struct{} `key:"nothing" doc:"an empty section"`
}

func defaults() *params {
	p := new(params)
	Defaults(p)
	return p
}

func TestDefaults(t *testing.T) {
	var want params
	want.Seed, want.BlockSeconds, want.Cap, want.Small, want.On, want.Name = 1, 13, 2_500_000, -3, true, "a"
	want.Market.TakerFeeBps, want.Market.Depth, want.Market.Inner.Side = 3, []float64{0.5, 0.25}, "long"
	if diff := cmp.Diff(want, *defaults()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	a, b := defaults(), defaults()
	a.Market.Depth[0] = 9
	if b.Market.Depth[0] != 0.5 {
		t.Error("two structs share one default list")
	}
}

func TestWalk(t *testing.T) {
	p := defaults()
	p.Market.TakerFeeBps = 1e-7
	var paths, changed []string
	Walk(p, func(path string, f Field) {
		paths = append(paths, path)
		if f.Changed {
			changed = append(changed, path+"="+f.Value+"/"+f.Default)
		}
		if path == "cap_tokens" && (f.Value != "2.5" || f.Max != "9000000000000" || f.Decimals != 6 || f.Unit != "tokens") {
			t.Errorf("cap_tokens: %+v", f)
		}
	})
	want := "seed block_seconds market.taker_fee_bps market.depth_share market.inner.side cap_tokens small on name"
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("paths %s, want %s", got, want)
	}
	if got := strings.Join(changed, " "); got != "market.taker_fee_bps=1e-07/3" {
		t.Errorf("changed %s", got)
	}
	sections := ""
	Sections(p, func(path, doc string) { sections += path + ":" + doc + " " })
	if sections != "market:exchange market.inner:inner nothing:an empty section " {
		t.Errorf("sections %s", sections)
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"block_seconds", "12.5", ""},
		{"block_seconds", "1e2", ""},
		{"block_seconds", "0.5", "0.5 is too small; expected a number from 1 to 600 (s)"},
		{"block_seconds", "13s",
			`"13s" is not a number; expected a number from 1 to 600 (s); write 13; the unit stands in the key block_seconds`},
		{"block_seconds", "2min",
			`"2min" is not a number; expected a number from 1 to 600 (s); write the number alone; the unit stands in the key ` +
				`block_seconds`},
		{"block_seconds", "NaN", `"NaN" is not a number; expected a number from 1 to 600 (s); write a finite number`},
		{"block_seconds", "", `"" is not a number; expected a number from 1 to 600 (s); leave the key out to ` +
			`keep the default`},
		{"block_seconds", "0x1p4",
			`"0x1p4" is not a number; expected a number from 1 to 600 (s); write the number in decimal`},
		{"market.depth_share", "0.1,0.2", ""},
		{"market.depth_share", "[]", ""},
		{"market.depth_share", "0.1,2", "2 is too large; expected a number from 0 to 1 (share)"},
		{"market.depth_share", "0.1,,1",
			`"" is not a number; expected a number from 0 to 1 (share); leave the key out to keep the default`},
		{"market.inner.side", "short", ""},
		{"market.inner.side", "shrot",
			`"shrot" is not one of the choices; expected one of long, short; did you mean "short"?`},
		{"cap_tokens", "0.000001", ""},
		{"cap_tokens", "9e12", ""},
		{"cap_tokens", "1e13", "1e13 does not fit into int64; expected a number with at most 6 decimals from 0 to " +
			"9000000000000 (tokens)"},
		{"cap_tokens", "0.0000001", "0.0000001 has too many decimals; expected a number with at most 6 decimals from 0 to " +
			"9000000000000 (tokens)"},
		{"small", "-128", ""},
		{"small", "128", "128 does not fit into int8; expected a whole number"},
		{"small", "1.5", "1.5 is not a whole number; expected a whole number"},
		{"small", "5 pieces", `"5 pieces" is not a number; expected a whole number; write the number alone, as 5`},
		{"seed", "18446744073709551615", ""},
		{"seed", "-1", "-1 is negative; expected a whole number"},
		{"on", "false", ""},
		{"on", "yes", `"yes" is neither true nor false; expected true or false; write true`},
		{"name", "anything: at all", ""},
		{"name", "\xff", "the text is not valid UTF-8; expected text"},
		{"market", "1", "is a section, not a parameter; expected the path of a parameter in it"},
		{"market.taker_fee", "1", `unknown parameter; did you mean "market.taker_fee_bps"?`},
		{"taker_fee_bps", "1", `unknown parameter; did you mean "market.taker_fee_bps"?`},
		{"takr_fee_bps", "1", `unknown parameter; did you mean "market.taker_fee_bps"?`},
		{"block", "1", `unknown parameter; did you mean "block_seconds"?`},
		{"zzzzzz", "1", "unknown parameter"},
	} {
		p := defaults()
		err := Set(p, c.path, c.text)
		got := ""
		if problem := (Problem{}); errors.As(err, &problem) {
			got = strings.TrimPrefix(err.Error(), problem.Path+": ")
		}
		if got != c.want {
			t.Errorf("Set(%s, %q):\n got %s\nwant %s", c.path, c.text, got, c.want)
		}
		if unchanged := cmp.Diff(defaults(), p) == ""; unchanged == (c.want == "") {
			t.Errorf("Set(%s, %q): unchanged is %v", c.path, c.text, unchanged)
		}
	}
}

func TestHints(t *testing.T) {
	var p struct {
		A float64 `key:"a_share" default:"0" unit:"share" min:"-1" source:"-" doc:"a"`
		B float64 `key:"b" default:"0" unit:"1" max:"1" source:"-" doc:"b"`
		C bool    `key:"c" default:"true" source:"-" doc:"c"`
	}
	for _, c := range []struct{ path, text, want string }{
		{"a_share", "7 %", "write a share: 7 % is 0.07"},
		{"a_share", "-.5", "write -0.5"},
		{"a_share", "+1_000.", "write 1000"},
		{"a_share", "-2", ""},
		{"b", "1,234.5", "write 1234.5"},
		{"b", "1,23", ""},
		{"b", "-007", "write -7"},
		{"b", "5%", "write a share: 5 % is 0.05"},
		{"b", "2.5 %", "write a share: 2.5 % is 0.025"},
		{"b", "4M", "write 4000000"},
		{"b", "1.5k", "write 1500"},
		{"b", "0.1 bn", "write 100000000"},
		{"b", "4 Mx", "write the number alone, as 4"},
		{"b", strings.Repeat("1", longest+1), ""},
		{"c", "Off", "write false"},
		{"c", "maybe", ""},
	} {
		problem := Problem{}
		if err := Set(&p, c.path, c.text); !errors.As(err, &problem) || problem.Hint != c.want {
			t.Errorf("Set(%s, %q): %v, want the hint %q", c.path, c.text, err, c.want)
		}
		if len(problem.Message) > 120 {
			t.Errorf("Set(%s): message of %d bytes", c.path, len(problem.Message))
		}
	}
	for path, want := range map[string]string{"a_share": "a number of at least -1 (share)", "b": "a number of at most 1"} {
		if problem := (Problem{}); !errors.As(Set(&p, path, "x"), &problem) || problem.Expected != want {
			t.Errorf("%s: expected %q, want %q", path, problem.Expected, want)
		}
	}
}

// TestMinusZero fails when Set stores minus zero, which equals zero but has a
// different quotient.
func TestMinusZero(t *testing.T) {
	p := defaults()
	if err := Set(p, "market.taker_fee_bps", "-0.0"); err != nil || math.Signbit(p.Market.TakerFeeBps) {
		t.Errorf("%v %v", err, p.Market.TakerFeeBps)
	}
}

func TestCheck(t *testing.T) {
	p := defaults()
	if problems := Check(p); problems != nil {
		t.Fatalf("defaults: %v", problems)
	}
	p.BlockSeconds, p.Market.TakerFeeBps, p.Market.Depth, p.Market.Inner.Side, p.Cap = math.NaN(), math.Inf(1),
		[]float64{1, -1}, "", -1
	var got []string
	for _, problem := range Check(p) {
		got = append(got, problem.Path+": "+problem.Message)
	}
	want := []string{
		"block_seconds: NaN is not a finite number", "market.taker_fee_bps: +Inf is not a finite number",
		"market.depth_share[1]: -1 is too small", `market.inner.side: "" is not one of the choices`,
		"cap_tokens: -0.000001 is too small",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBoundsIncludeThemselves fails when a bound of a float is compared as a
// decimal: 0.1 as a float64 is a little more than 0.1.
func TestBoundsIncludeThemselves(t *testing.T) {
	var p struct {
		X float64 `key:"x" default:"0.1" unit:"1" min:"0.1" max:"0.1" source:"-" doc:"x"`
	}
	Defaults(&p)
	if problems := Check(&p); problems != nil {
		t.Error(problems)
	}
}

func TestCanonical(t *testing.T) {
	p := defaults()
	p.Name = "a \"b\"\n\u2028"
	want := `seed: 1
block_seconds: 13
market:
  taker_fee_bps: 3
  depth_share: [0.5, 0.25]
  inner:
    side: "long"
cap_tokens: 2.5
small: -3
on: true
name: "a \"b\"\n\u2028"
nothing: {}
`
	if diff := cmp.Diff(want, string(Canonical(p))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	p.Market.TakerFeeBps = 0
	zero := string(Canonical(p))
	p.Market.TakerFeeBps = math.Copysign(0, -1)
	if string(Canonical(p)) != zero {
		t.Error("minus zero has another canonical text than zero")
	}
	if got := string(Canonical(&struct{}{})); got != "{}\n" {
		t.Errorf("empty struct: %q", got)
	}
}

// TestValuesReadBack checks that Set of a formatted value gives the value.
func TestValuesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := defaults()
		want.Seed = rapid.Uint64().Draw(t, "seed")
		want.Cap = amount(rapid.Int64Range(0, 9e18).Draw(t, "cap"))
		want.Small = rapid.Int8().Draw(t, "small")
		want.BlockSeconds = rapid.Float64Range(1, 600).Draw(t, "seconds")
		want.Market.TakerFeeBps = rapid.Float64Range(0, 100).Draw(t, "fee")
		want.Market.Depth = rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "depth")
		want.Name = rapid.StringOfN(rapid.RuneFrom(nil, unicode.GraphicRanges...), 0, LongestText, -1).Draw(t, "name")
		got := new(params)
		Walk(want, func(path string, f Field) {
			if err := Set(got, path, f.Value); err != nil {
				t.Fatal(err)
			}
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestMalformedTagsPanic(t *testing.T) {
	for _, c := range []struct {
		ptr  any
		want string
	}{
		{params{}, "param.params is not a pointer to a struct"},
		{(*params)(nil), "is not a pointer to a struct"},
		{&struct{ X int }{}, "X: the tag key is missing"},
		{&struct {
			X int `key:"x"`
		}{}, "X: the tag default is missing"},
		{&struct {
			X int `key:"x" default:"1.5"`
		}{}, `X: default "1.5": 1.5 is not a whole number`},
		{&struct {
			X int `key:"x" default:"1" min:"a"`
		}{}, `X: min "a": "a" is not a number`},
		{&struct {
			X int `key:"x" deafult:"1"`
		}{}, `X: tag "deafult" is unknown`},
		{&struct {
			X int `key:"x" default:"1" scale:"7"`
		}{}, `X: scale "7" is not a power of ten`},
		{&struct {
			X float64 `key:"x" default:"1" scale:"10"`
		}{}, "X: only an integer has a scale"},
		{&struct {
			X int `key:"x" default:"1" oneof:"1|2"`
		}{}, "X: only a string has a tag oneof"},
		{&struct {
			X string `key:"x" default:"1" oneof:"1|"`
		}{}, "X: oneof"},
		{&struct {
			X string `key:"x" default:"1" min:"1"`
		}{}, "X: only a number has a tag min"},
		{&struct {
			X map[string]int `key:"x" default:"1"`
		}{}, "X: a parameter cannot be of type map[string]int"},
		{&struct {
			X float32 `key:"x" default:"1"`
		}{}, "X: a parameter cannot be of type float32"},
		{&struct {
			X struct{} `key:"x" default:"1"`
		}{}, "X: a section has no tag default"},
		{&struct {
			X int `key:"bad-key" default:"1"`
		}{}, `X: key "bad-key" is not in snake_case`},
		{&struct {
			X int `key:"x" default:"1"`
			Y int `key:"x" default:"1"`
		}{}, `Y: key "x" is there twice`},
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, c.want) {
					t.Errorf("panic %q, want %q", text, c.want)
				}
			}()
			Defaults(c.ptr)
		}()
		if lines := strings.Join(Lint(c.ptr), "\n"); !strings.Contains(lines, c.want) {
			t.Errorf("Lint %q, want %q", lines, c.want)
		}
	}
}

// TestBrokenTags reads tags as texts, because go vet rejects them on a struct.
func TestBrokenTags(t *testing.T) {
	for _, tag := range []string{`key:"x" default:1`, `key`, `key:"x`, `key: "x"`, `key:"x" key:"y"`, "key:`x`", "json:\"x\""} {
		if _, fault := parseTag(tag); fault == "" {
			t.Errorf("%s: no fault", tag)
		}
	}
	if tags, fault := parseTag(`key:"x"   doc:"a \"b\": c"`); fault != "" || tags["doc"] != `a "b": c` {
		t.Errorf("%v %s", tags, fault)
	}
}

func TestLint(t *testing.T) {
	if lines := Lint(defaults()); lines != nil {
		t.Errorf("good tags: %v", lines)
	}
	var p struct {
		A float64  `key:"delay" default:"1" unit:"s" source:"-" doc:"d"`
		B float64  `key:"delay_days" default:"1" unit:"1" source:"-" doc:"d"`
		C float64  `key:"delay_hours" default:"5" unit:"h" min:"1" max:"2" source:"-" doc:"d"`
		D float64  `key:"c" default:"5" unit:"1" min:"3" max:"2" source:"-" doc:"d"`
		E float64  `key:"d" default:"5"`
		F float64  `key:"e" default:"5" unit:"furlong" source:"-" doc:"d"`
		G string   `key:"f" default:"x" unit:"s" oneof:"y|z" source:"-" doc:"d"`
		H float64  `key:"price_usd_per_token" default:"5" unit:"USD/token" source:"-" doc:"d"`
		I float64  `key:"arrivals" default:"5" unit:"1/s" source:"-" doc:"d"`
		J struct{} `key:"j"`
		K float64  `key:"gas_gwei" default:"5" unit:"gwei" source:"-" doc:"d"`
		L float64  `key:"fee_bps" default:"5" unit:"bps" source:"-" doc:"d"`
		M int      `key:"agents" default:"5" unit:"agents" source:"-" doc:"d"`
	}
	want := []string{
		`delay: unit "s" needs a key that ends in _seconds`,
		`delay_days: the key ends in _days, but the unit is "1"`,
		"delay_hours: the default 5 is too large; expected a number from 1 to 2 (h)",
		"c: min 3 is above max 2",
		"d: the tag doc is missing",
		"d: the tag source is missing",
		`d: the tag unit is missing (write "1" for a dimensionless number)`,
		`e: unit "furlong" is unknown`,
		`f: the default "x" is not one of the choices; expected one of y, z`,
		"f: text has no unit",
		`arrivals: unit "1/s" needs a key that ends in _per_second`,
		"j: the tag doc is missing",
		`fee_bps: unit "bps" is unknown`,
	}
	if diff := cmp.Diff(want, Lint(&p)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNearest(t *testing.T) {
	valid := []string{"unbonding_days", "stake_share", "taker_fee_bps", "name", "pos", "fake-dos"}
	for _, c := range []struct{ name, want string }{
		{"unbonding", "unbonding_days"}, {"unbondign_days", "unbonding_days"}, {"stake", "stake_share"},
		{"stakeshare", "stake_share"}, {"Stake_Share", "stake_share"}, {"taker_bps_fee", ""}, {"nmae", "name"},
		{"nam", "name"}, {"xyz", ""}, {"", ""}, {"fake_dos", "fake-dos"}, {"sop", ""}, {"pso", "pos"},
		{strings.Repeat("é", 1e5), ""},
	} {
		if got := Nearest(c.name, valid); got != c.want {
			t.Errorf("Nearest(%.20q) = %q, want %q", c.name, got, c.want)
		}
	}
	if got := Nearest("x", nil); got != "" {
		t.Errorf("without names: %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"", "abc", 3}, {"ca", "abc", 3},
		{"é", "e", 1}, {"abcd", "badc", 2}} {
		if got := distance(c.a, c.b, 99); got != c.want {
			t.Errorf("distance(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a, 99); got != c.want {
			t.Errorf("distance(%s, %s) is not symmetric: %d", c.b, c.a, got)
		}
	}
}

// A key of an earlier edition leads to that of today, however far the spelling is.
func TestFormerKeys(t *testing.T) {
	valid := []string{"world.users.leave_below", "world.users.leave_below_spread", "world.users.count"}
	for former, want := range map[string]string{"world.users.loyalty": valid[0], "world.users.loyalty_spread": valid[1]} {
		if got := NearestPath(former, valid); got != want {
			t.Errorf("%s: %q, want %q", former, got, want)
		}
	}
	if got := Nearest("loyalty", []string{"count", "leave_below"}); got != "leave_below" {
		t.Errorf("loyalty: %q", got)
	}
}
