package ledger

import (
	"fmt"
	"testing"
)

func endowed(owners int) *Ledger {
	l := New(owners, 8)
	for o := range owners {
		l.Assign(Owner(o), Row(o%8))
		_ = l.Post(Transfer{Amount: 1e12, To: Owner(o)})
	}
	return l
}

func eachSize(b *testing.B, run func(b *testing.B, l *Ledger, owners int)) {
	for _, owners := range []int{1e3, 1e6} {
		b.Run(fmt.Sprint(owners), func(b *testing.B) {
			l := endowed(owners)
			b.ReportAllocs()
			b.ResetTimer()
			run(b, l, owners)
		})
	}
}

// BenchmarkPost pays between owners a stride apart, so that large ledgers miss
// the cache as a market of many does.
func BenchmarkPost(b *testing.B) {
	eachSize(b, func(b *testing.B, l *Ledger, owners int) {
		from, n := uint32(1), uint32(owners)
		for range b.N {
			to := (from*2654435761 + 1) % n
			if err := l.Post(Transfer{Amount: 1, From: Owner(from), To: Owner(to), Reason: Trade}); err != nil {
				b.Fatal(err)
			}
			from = to
		}
	})
}

func BenchmarkHash(b *testing.B) {
	eachSize(b, func(b *testing.B, l *Ledger, owners int) {
		var h uint64
		for range b.N {
			h = l.Hash(h)
		}
	})
}

func BenchmarkCopyFrom(b *testing.B) {
	eachSize(b, func(b *testing.B, l *Ledger, owners int) {
		c := endowed(owners)
		b.ResetTimer()
		for range b.N {
			c.CopyFrom(l)
		}
	})
}

// Posting, in all its ways, allocates nothing.
func TestPostAllocatesNothing(t *testing.T) {
	l := endowed(100)
	if n := testing.AllocsPerRun(100, func() {
		_ = l.Post(Transfer{Amount: 1, From: First, To: First + 1, Reason: Trade})
		_ = l.Post(Transfer{Amount: 1e15, From: First, To: First + 1})
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
