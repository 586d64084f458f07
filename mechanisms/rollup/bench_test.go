package rollup

import (
	"fmt"
	"testing"

	"stakeout/market/ledger"
)

// crowded is a rollup with so many waiting requests that each batch of 1000 finds
// enough good bids; most of the requests bid below the minimum but in its bucket.
func crowded(waiting int) (*State, Policy) {
	owners := waiting + 2000 + int(ledger.First)
	s := New(ledger.New(owners, 1), defaults(), owners, perDay)
	for i := range waiting {
		s.txs.push(ledger.First+ledger.Owner(2000+i), 1, 1024+ledger.Amount(i%40), 0)
	}
	for o := ledger.First; o < ledger.First+2000; o++ {
		_ = s.Join(o, 1e15)
		s.Send(o, 1, 1200+ledger.Amount(o%64), 0)
	}
	return s, Policy{Transfers: true, MinFee: 1080}
}

// BenchmarkBatch builds a batch of 1000 requests and gives it back. Its time must
// not depend on the number of waiting requests.
func BenchmarkBatch(b *testing.B) {
	for _, waiting := range []int{1e3, 1e6} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			s, pol := crowded(waiting)
			s.SetPolicy(ledger.First, pol)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				s.Open(Leader{Operator: ledger.First})
				_, _ = s.Build(1, false)
				if len(s.batch) != 1000 {
					b.Fatal(len(s.batch))
				}
				s.Close(2, false, 0, 1)
			}
		})
	}
}

// A batch looks only at what it includes, even if the others bid just below the
// minimum. If it looked at them, it would drop those that their senders cannot
// pay.
func TestBatchLooksOnlyAtWhatItTakes(t *testing.T) {
	s, pol := crowded(5000)
	pol.MinFee = 1100 // the next bucket
	s.SetPolicy(ledger.First, pol)
	for range 3 {
		s.Open(Leader{Operator: ledger.First})
		_, _ = s.Build(1, false)
		s.Close(2, true, 0, 1)
	}
	equal(t, "waiting", s.txs.total, 5000)
	equal(t, "served", s.Public().Transactions, 2000)
}

func BenchmarkDraw(b *testing.B) {
	for _, owners := range []int{1e3, 1e6} {
		b.Run(fmt.Sprint(owners), func(b *testing.B) {
			f := newLottery(owners)
			for o := range owners {
				f.add(ledger.Owner(o), 1e9)
			}
			var sum uint64
			for i := range b.N {
				sum += uint64(f.pick(int64(uint64(i) * 0x9E3779B97F4A7C15 % uint64(f.total))))
			}
			drawn = sum
		})
	}
}

// drawn keeps the compiler from removing draws that are not used.
var drawn uint64
