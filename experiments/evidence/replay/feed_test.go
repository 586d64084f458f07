package replay

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// feed writes a made-up session as Coinbase does, with a level 3 answer after each
// every messages. All levels must be visible in the session.
func (s *session) feed(events, every int) string {
	var b strings.Builder
	sequence := 1
	s.book(&b, sequence)
	for range events {
		before := s.messages.Len()
		s.act()
		line := strings.TrimSpace(s.messages.String()[before:])
		if line == "" {
			continue
		}
		m := strings.Split(line, ",")
		if m[1] == "5" {
			continue
		}
		sequence++
		side := map[string]string{"1": "buy", "-1": "sell"}[m[5]]
		price := money(m[4])
		switch m[1] {
		case "1":
			fmt.Fprintf(&b, `{"type":"open","sequence":%d,"product_id":"A-B","order_id":"%s","side":"%s",`+
				`"price":"%s","remaining_size":"%s"}`, sequence, m[2], side, price, m[3])
		case "2":
			fmt.Fprintf(&b, `{"type":"change","sequence":%d,"order_id":"%s","side":"%s",`+
				`"price":"%s","new_size":"%d"}`, sequence, m[2], side, price, s.sizeOf(m[2]))
		case "3":
			fmt.Fprintf(&b, `{"type":"done","sequence":%d,"order_id":"%s","side":"%s",`+
				`"reason":"canceled","remaining_size":"%s"}`, sequence, m[2], side, m[3])
		case "4":
			fmt.Fprintf(&b, `{"type":"match","sequence":%d,"maker_order_id":"%s","side":"%s",`+
				`"price":"%s","size":"%s"}`, sequence, m[2], side, price, m[3])
		}
		b.WriteByte('\n')
		if sequence%every == 0 {
			s.book(&b, sequence)
		}
	}
	return b.String()
}

// money prints a price in ten-thousandths as a decimal number.
func money(price string) string { return price[:len(price)-4] + "." + price[len(price)-4:] }

func (s *session) sizeOf(id string) int {
	for _, o := range s.orders {
		if fmt.Sprint(o.id) == id {
			return o.size
		}
	}
	return 0
}

// book writes a level 3 answer with all orders of the session.
func (s *session) book(b *strings.Builder, sequence int) {
	sides := map[bool][]string{}
	for _, o := range s.orders {
		sides[o.buy] = append(sides[o.buy], fmt.Sprintf(`["%s","%d","%d"]`, money(fmt.Sprint(o.price)), o.size, o.id))
	}
	bids, asks := strings.Join(sides[true], ","), strings.Join(sides[false], ",")
	fmt.Fprintf(b, `{"sequence":%d,"bids":[%s],"asks":[%s]}`+"\n", sequence, bids, asks)
}

// A feed made up by an independent list of orders agrees with every level 3 answer,
// and every trade meets the head of the queue. After lost messages the next level 3
// answer corrects the book.
func TestCoinbaseMadeUpFeeds(t *testing.T) {
	for seed := range int64(10) {
		lines := strings.SplitAfter(newSession(seed, 40).feed(1500, 50), "\n")
		s := replayed(t, feed(t, strings.Join(lines, "")))
		if !s.Sound() || s.Compared < 20 || s.Exact != s.Compared || count(s.Turns, "out of turn") != 0 || s.GapCount != 0 {
			t.Fatalf("seed %d: %s, %d of %d exact, turns %v", seed, s.FirstContradiction, s.Exact, s.Compared, s.Turns)
		}
		rng := rand.New(rand.NewSource(seed))
		var kept []string
		for i, line := range lines {
			if i < 100 || strings.Contains(line, "bids") || rng.Intn(100) > 0 {
				kept = append(kept, line)
			}
		}
		s = replayed(t, feed(t, strings.Join(kept, "")))
		if !s.Sound() || s.GapCount == 0 || s.Exact != s.Compared {
			t.Fatalf("seed %d with lost messages: %s, wrong %d (%v), gaps %d",
				seed, s.FirstContradiction, s.Wrong, s.FirstWrong, s.GapCount)
		}
	}
}

// BenchmarkCoinbase measures the events per second of a made-up feed.
func BenchmarkCoinbase(b *testing.B) {
	o := feed(b, newSession(7, 40).feed(20_000, 1_000_000))
	events := 0
	for b.Loop() {
		s, err := Run(context.Background(), o)
		if err != nil || !s.Sound() {
			b.Fatal(s, err)
		}
		events += s.Events
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
