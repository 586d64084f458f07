package replay

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// An interruption ends a replay within a second, also of input that never comes or never ends.
func TestTheFirstInterruptionEndsAReplay(t *testing.T) {
	silent, never := io.Pipe()
	defer never.Close()
	for name, o := range map[string]Options{
		"silence":      {Format: "lobster", Stdin: silent},
		"blank lines":  {Format: "lobster", Stdin: endless("\n")},
		"lines":        {Format: "lobster", Stdin: endless("1.0,7,0,0,-1,-1\n")},
		"blank lines ": {Format: "coinbase", Stdin: endless(" \n")},
		"messages":     {Format: "itch", Stdin: endless(itchMessage('S', "O"))},
		"unknown":      {Stdin: silent},
		"a bomb":       {Format: "lobster", Stdin: bytes.NewReader(bomb(t, "\n", 1<<28))},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		o.Messages = StandardInput
		done := make(chan error, 1)
		go func() { _, err := Run(ctx, o); done <- err }()
		time.Sleep(20 * time.Millisecond)
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(time.Second):
			t.Fatalf("%s goes on after a second", name)
		}
	}
}

// bomb compresses a text that is repeated up to a length.
func bomb(t *testing.T, text string, length int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	part := []byte(strings.Repeat(text, chunk/len(text)))
	for n := 0; n < length; n += len(part) {
		z.Write(part)
	}
	z.Close()
	return b.Bytes()
}

// Hostile content keeps to the memory that is stated, whatever grows: lines, types, prices, orders or dictionaries.
func TestHostileContentKeepsToItsMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads millions of lines")
	}
	side := bytes.Repeat([]byte(`["1","1","x"],`), 1<<20)
	level3 := `{"sequence":1,"asks":[],"bids":[` + string(side[:len(side)-1]) + `]}`
	types, prices := new(bytes.Buffer), new(bytes.Buffer)
	for i := range 300_000 {
		fmt.Fprintf(types, "{\"type\":\"t%d\",\"order_id\":\"%d\"}\n", i, i)
		fmt.Fprintf(prices, "1.0,1,%d,1,%d,1\n", i+1, 100*(i+1))
	}
	for range 2 {
		for i := range 300_000 {
			fmt.Fprintf(prices, "1.0,1,%d,1,%d,1\n", 1_000_000+i, 100*(i+1))
		}
	}
	for name, c := range map[string]struct{ format, content, want string }{
		"a level 3 book of a million orders": {"coinbase", level3, "more than 524288 orders"},
		"a type a message":                   {"coinbase", types.String(), ""},
		"orders without end":                 {"lobster", prices.String(), "more than 524288 orders that rest"},
		"a line without end":                 {"coinbase", strings.Repeat("{", 1<<26), "a line of more than 33554432 bytes"},
		"a window of zstd": {"lobster", "\x28\xb5\x2f\xfd\x00\xf8" + strings.Repeat("\x00", 9),
			"window size exceeded"},
		"a dictionary of xz": {"lobster",
			"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x28" + strings.Repeat("\x00", 20),
			"a dictionary of 4294967295 bytes, at most 67108864 are read"},
	} {
		o := Options{Format: c.format, Messages: write(t, "f", c.content)}
		peak := highest(func() {
			_, err := Run(t.Context(), o)
			if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
		})
		if peak > 256<<20 {
			t.Errorf("%s takes %d MB", name, peak>>20)
		}
	}
}

// highest is the most memory that Go holds while a function runs, less what it held before.
func highest(f func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak := m.HeapInuse, m.HeapInuse
	done := make(chan bool)
	go func() { f(); close(done) }()
	for {
		select {
		case <-done:
			return peak - before
		case <-time.After(5 * time.Millisecond):
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
}

// The rebuilt book appears when it is whole, replaces an older one, and leaves nothing behind when the replay fails.
func TestTheRebuiltBookIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "book.csv")
	good := write(t, "m.csv", "1.0,1,1,10,1000000,1\n")
	bad := write(t, "m.csv", "1.0,1,1,10,1000000,1\n1.0,1,1,x,1000000,1\n")
	const rows = "9999999999,0,1000000,10,9999999999,0,-9999999999,0\n"
	for _, c := range []struct{ messages, want string }{
		{bad, ""}, {good, rows}, {bad, rows},
	} {
		_, err := Run(t.Context(), Options{Messages: c.messages, Rebuilt: out, Levels: 2})
		raw, _ := os.ReadFile(out)
		if (err == nil) != (c.messages == good) || string(raw) != c.want {
			t.Errorf("%v: %q, want %q", err, raw, c.want)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	for _, nowhere := range []string{dir, filepath.Join(dir, "no", "book.csv")} {
		if _, err := Run(t.Context(), Options{Messages: good, Rebuilt: nowhere}); err == nil || !isFileError(err) {
			t.Errorf("written to %s: %v", nowhere, err)
		}
	}
}

// A feed in cents of a cent is written with a point where ten-thousandths are too coarse.
func TestTheRebuiltBookOfAFeed(t *testing.T) {
	out := filepath.Join(t.TempDir(), "book.csv")
	o := feed(t, `{"type":"open","sequence":1,"order_id":"x","side":"buy","price":"0.00000801","remaining_size":"2.5"}`,
		`{"type":"open","sequence":2,"order_id":"y","side":"sell","price":"12.5","remaining_size":"3"}`)
	o.Rebuilt, o.Levels = out, 1
	replayed(t, o)
	if raw, _ := os.ReadFile(out); !strings.HasPrefix(string(raw), "9999999999,0,0.0801,2.5\n") {
		t.Errorf("%s", raw)
	}
}
