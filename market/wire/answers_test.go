package wire

import (
	"bufio"
	"strings"
	"testing"
	"unicode/utf8"
)

// ask asserts the events of the last of some lines in a session of their own; parts of the others do not matter.
func ask(t *testing.T, want string, lines ...string) {
	t.Helper()
	s := New()
	events(s, lines[:len(lines)-1]...)
	if got := strings.Join(events(s, lines[len(lines)-1]), "\n"); got != want {
		t.Errorf("%s\ngives\n%s\nwant\n%s", lines[len(lines)-1], got, want)
	}
}

func buy(fields string) string { return `{"op":"new","side":"buy",` + fields + `}` }

const (
	sell99 = `{"op":"new","id":"s","side":"sell","price":99,"quantity":4}`
	buy99  = `{"op":"new","id":"b","side":"buy","price":99,"quantity":1}`
	whole  = `{"op":"book","orders":true}`
)

func TestAnOrderThroughAHugeIcebergIsRefused(t *testing.T) {
	ask(t, `{"event":"reject","line":2,"id":1,"code":14,"reason":"too many slices"}`,
		`{"op":"new","id":"i","side":"sell","price":100,"quantity":4294967295,"display":1}`,
		buy(`"type":"market","quantity":4294967295`))
}

func TestATriggerOfZeroIsNoPrice(t *testing.T) {
	for _, price := range []string{`"type":"stop"`, `"type":"stop-limit","price":9`} {
		ask(t, `{"event":"reject","line":2,"id":1,"code":9,"reason":"bad terms"}`, sell99,
			buy(`"quantity":1,"trigger":0,`+price))
	}
	ask(t, `{"event":"reject","line":1,"id":1,"code":4,"reason":"bad price"}`,
		buy(`"quantity":1,"trigger":0,"type":"stop-limit","price":0`))
	ask(t, `{"event":"reject","line":2,"id":"t","code":9,"reason":"bad terms"}`,
		buy(`"id":"t","quantity":5,"type":"stop","trigger":90`), `{"op":"amend","id":"t","trigger":0}`)
	ask(t, `{"event":"reject","line":2,"id":"s","code":9,"reason":"bad terms"}`, sell99,
		`{"op":"amend","id":"s","trigger":100}`)
}

// A stop that the last trade has reached trades when it arrives.
func TestAStopThatIsReachedOnArrivalTradesAtOnce(t *testing.T) {
	ask(t, `{"event":"accept","line":3,"id":"t"}`+"\n"+`{"event":"trade","line":3,"price":99,"quantity":3,"side":"buy",`+
		`"maker":"s","taker":"t","maker_left":0,"taker_left":2}`+"\n"+
		`{"event":"cancel","line":3,"id":"t","quantity":2,"reason":"market"}`,
		sell99, buy99, buy(`"id":"t","quantity":5,"type":"stop","trigger":90`))
}

// The event of an amended stop and the list of the book say the same.
func TestAnAmendedStopIsWhatItsEventSays(t *testing.T) {
	const stop = `"id":"t","quantity":5,"type":"stop","price":70,"trigger":110`
	for fields, want := range map[string]string{
		`"quantity":3`:               `null,"quantity":3,"trigger":110,"keeps_priority":true`,
		`"quantity":7`:               `null,"quantity":7,"trigger":110,"keeps_priority":false`,
		`"price":50`:                 `null,"quantity":5,"trigger":110,"keeps_priority":true`,
		`"trigger":120`:              `null,"quantity":5,"trigger":120,"keeps_priority":false`,
		`"trigger":110,"quantity":4`: `null,"quantity":4,"trigger":110,"keeps_priority":true`,
	} {
		lines := []string{buy(stop), `{"op":"amend","id":"t",` + fields + `}`}
		ask(t, `{"event":"amend","line":2,"id":"t","price":`+want+`}`, lines...)
		listed, _, _ := strings.Cut(want, `,"keeps`)
		listed = strings.Replace(listed, `"trigger"`, `"stop":true,"trigger"`, 1)
		ask(t, `{"event":"book","line":3,"phase":"continuous","last":null,"bids":[],"asks":[],"orders":[],"waiting":[`+
			`{"id":"t","side":"buy","price":`+listed+`}]}`, append(lines, whole)...)
	}
	ask(t, `{"event":"amend","line":2,"id":"t","price":95,"quantity":5,"trigger":110,"keeps_priority":false}`,
		buy(`"id":"t","quantity":5,"type":"stop-limit","price":90,"trigger":110`), `{"op":"amend","id":"t","price":95}`)
}

func TestAStopAmendedToAReachedTriggerFires(t *testing.T) {
	ask(t, `{"event":"amend","line":4,"id":"t","price":null,"quantity":5,"trigger":99,"keeps_priority":false}`+"\n"+
		`{"event":"trigger","line":4,"id":"t"}`+"\n"+`{"event":"trade","line":4,"price":99,"quantity":3,"side":"buy",`+
		`"maker":"s","taker":"t","maker_left":0,"taker_left":2}`+"\n"+
		`{"event":"cancel","line":4,"id":"t","quantity":2,"reason":"market"}`,
		sell99, buy99, buy(`"id":"t","quantity":5,"type":"stop","trigger":120`), `{"op":"amend","id":"t","trigger":99}`)
}

func TestAnExpiryInThePastIsRefused(t *testing.T) {
	for _, expiry := range []string{"0", "10", "50"} {
		ask(t, `{"event":"reject","line":2,"id":1,"code":6,"reason":"bad expiry"}`, `{"op":"clock","tick":50}`,
			buy(`"price":9,"quantity":1,"tif":"gtt","expiry":`+expiry))
	}
	ask(t, `{"event":"reject","line":1,"id":1,"code":6,"reason":"bad expiry"}`, buy(`"price":9,"quantity":1,"expiry":0`))
}

func TestAClockThatRunsBackwardsIsRefused(t *testing.T) {
	ask(t, `{"event":"reject","line":2,"code":65,"reason":"clock runs backwards"}`,
		`{"op":"clock","tick":50}`, `{"op":"clock","tick":10}`)
	ask(t, `{"event":"clock","line":3,"tick":50}`,
		`{"op":"clock","tick":50}`, `{"op":"clock","tick":10}`, `{"op":"clock","tick":50}`)
}

// After the last id of 64 bits, orders without one get the lowest free number.
func TestIdsGoOnAfterTheLastOf64Bits(t *testing.T) {
	const last = `"id":9223372036854775807,"price":9,"quantity":1`
	plain := buy(`"price":9,"quantity":1`)
	ask(t, `{"event":"accept","line":3,"id":2}`, buy(last), plain, plain)
	ask(t, `{"event":"accept","line":4,"id":3}`, buy(last), buy(`"id":2,"price":9,"quantity":1`), plain, plain)
	ask(t, `{"event":"error","line":1,"field":"id","problem":"is 9223372036854775808","expected":`+
		`"a whole number from -9223372036854775808 to 9223372036854775807, or a string"}`,
		buy(`"id":9223372036854775808,"price":9,"quantity":1`))
}

// Texts that are no Unicode would become one name and leave no valid output; −0 and 0 are one number.
func TestNamesAreUnicodeAndZeroIsOne(t *testing.T) {
	for _, id := range []string{`"\ud800"`, `"\udc00"`, `"\ud800x"`, `"\ud800\ud800"`, "\"\xff\"", "\"a\xfe\"",
		`"\\\ud801"`} {
		for _, field := range []string{"id", "owner"} {
			ask(t, `{"event":"error","line":1,"field":"`+field+`","problem":"is not valid Unicode",`+
				`"expected":"whole characters, and both halves of a surrogate pair"}`,
				buy(`"`+field+`":`+id+`,"price":9,"quantity":1`))
		}
	}
	for _, id := range []string{`"\ud83d\ude00"`, `"\ufffd"`, `"\\ud800"`, `"😀"`, "\"\ufffd\"", `"\u0041"`} {
		ask(t, `{"event":"accept","line":1,"id":`+id+`}`, buy(`"id":`+id+`,"price":9,"quantity":1`))
	}
	ask(t, `{"event":"reject","line":2,"id":-0,"code":64,"reason":"duplicate id"}`,
		buy(`"id":0,"price":9,"quantity":1`), buy(`"id":-0,"price":9,"quantity":1`))
	s := New()
	for _, line := range []string{"\xff", "{\"op\":\"\xff\"}", "{\"\xff\":1}", buy("\"flags\":[\"\xff\"]"),
		buy("\"price\":\xff")} {
		if got := s.Line([]byte(line)); !utf8.Valid(got) || len(got) == 0 {
			t.Errorf("%q gives %q", line, got)
		}
	}
}

func TestACallShowsWhatItCollects(t *testing.T) {
	lines := []string{`{"op":"phase","phase":"call"}`, `{"op":"new","side":"sell","price":98,"quantity":4}`,
		buy(`"price":100,"quantity":3`), buy(`"price":100,"quantity":2`), buy(`"type":"market","quantity":1`)}
	ask(t, `{"event":"book","line":6,"phase":"call","last":null,"bids":[[100,5]],"asks":[[98,4]],`+
		`"indicative":{"price":99,"quantity":4,"surplus":2}}`, append(lines, `{"op":"book"}`)...)
	ask(t, `{"event":"book","line":6,"phase":"call","last":null,"bids":[[100,5]],"asks":[[98,4]],`+
		`"indicative":{"price":100,"quantity":4,"surplus":2}}`, append(lines, `{"op":"book","levels":1,"reference":200}`)...)
	ask(t, `{"event":"book","line":3,"phase":"call","last":null,"bids":[],"asks":[[98,4]],"indicative":null}`,
		append(lines[:2:2], `{"op":"book"}`)...)
}

// A stop that becomes an order and cannot trade whole is gone, so it must not be reported as refused.
func TestAFiredStopThatIsRefusedIsCancelled(t *testing.T) {
	for fields, reason := range map[string]string{
		`"tif":"fok"`: "not fillable", `"flags":[],"min":5`: "below minimum",
	} {
		ask(t, `{"event":"accept","line":3,"id":"b"}`+"\n"+`{"event":"trade","line":3,"price":99,"quantity":1,"side":"buy",`+
			`"maker":"s","taker":"b","maker_left":3,"taker_left":0}`+"\n"+`{"event":"trigger","line":3,"id":"t"}`+"\n"+
			`{"event":"cancel","line":3,"id":"t","quantity":5,"reason":"`+reason+`"}`,
			sell99, buy(`"id":"t","quantity":5,"type":"stop-limit","price":99,"trigger":99,`+fields), buy99)
	}
}

func TestTheLowestOfSeveralCodesIsReported(t *testing.T) {
	for fields, code := range map[string]string{
		`"id":"s","price":0,"quantity":1`:                                    `4,"reason":"bad price"`,
		`"id":"s","price":9,"quantity":0,"expiry":0`:                         `5,"reason":"bad lots"`,
		`"id":"s","price":9,"quantity":1,"expiry":0`:                         `6,"reason":"bad expiry"`,
		`"id":"s","price":99,"quantity":1,"type":"post-only"`:                `7,"reason":"would cross"`,
		`"id":"s","price":9,"quantity":1,"type":"stop-limit","trigger":0`:    `9,"reason":"bad terms"`,
		`"id":"s","price":9,"quantity":1`:                                    `64,"reason":"duplicate id"`,
		`"id":"s","price":9,"quantity":1,"display":2,"flags":["post-only"]`:  `9,"reason":"bad terms"`,
		`"id":"s","price":99,"quantity":9,"type":"fok","expiry":0,"owner":1`: `6,"reason":"bad expiry"`,
	} {
		ask(t, `{"event":"reject","line":2,"id":"s","code":`+code+`}`, sell99, buy(fields))
	}
}

func TestAByteOrderMarkIsNoPartOfTheFirstLine(t *testing.T) {
	ask(t, `{"event":"book","line":1,"phase":"continuous","last":null,"bids":[],"asks":[]}`, "\ufeff"+`{"op":"book"}`)
	ask(t, `{"event":"error","line":2,"field":"","problem":"is no JSON object","expected":`+
		`"one JSON object, as in {\"op\":\"book\"}"}`, "", "\ufeff"+`{"op":"book"}`)
}

// A line without an end is refused before it fills memory, and the next line is read as ever.
func TestLongLinesAndNamesAreRefused(t *testing.T) {
	in := bufio.NewReaderSize(strings.NewReader(strings.Repeat("x", 10*MaxLine)+"\n"+`{"op":"book"}`), 2*MaxLine)
	s, got := New(), ""
	for range 2 {
		line, _ := ReadLine(in)
		if len(line) > MaxLine+1 {
			t.Errorf("a line of %d bytes", len(line))
		}
		got += string(s.Line(line))
	}
	if !strings.HasPrefix(got, `{"event":"error","line":1,"field":"","problem":"is a line of more than 65536 bytes"`) ||
		!strings.Contains(got, `{"event":"book","line":2`) {
		t.Error(got)
	}
	ask(t, `{"event":"error","line":1,"field":"id","problem":"has 257 bytes","expected":"at most 256"}`,
		buy(`"id":"`+strings.Repeat("x", MaxName-1)+`","price":9,"quantity":1`))
}

func TestNamesAreLimited(t *testing.T) {
	s := New()
	s.called = make([]string, MaxNames)
	if got := summary(t, s, events(s, buy(`"owner":"one more","price":9,"quantity":1`))); got != "reject:66" {
		t.Error(got)
	}
	if got := summary(t, s, events(s, buy(`"price":9,"quantity":1`))); got != "accept rests 1" {
		t.Error(got)
	}
	if events(s, `{"op":"cancel-all","owner":"nobody"}`); s.book.Live() != 1 || len(s.owners) != 0 {
		t.Errorf("%d orders, %d owners", s.book.Live(), len(s.owners))
	}
}
