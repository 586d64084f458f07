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

// BenchmarkPost pays between owners that are far apart in memory, so that a large
// ledger misses the cache as in a large market. It skips the system owners,
// because transfers from Outside need no funds and would take another path.
func BenchmarkPost(b *testing.B) {
	eachSize(b, func(b *testing.B, l *Ledger, owners int) {
		from, n := uint32(0), uint32(owners)-uint32(First)
		for range b.N {
			to := (from + 611_953) % n
			if err := l.Post(Transfer{Amount: 1, From: First + Owner(from), To: First + Owner(to), Reason: Trade}); err != nil {
				b.Fatal(err)
			}
			from = to
		}
	})
}

// hashed keeps the compiler from removing a hash that is not used.
var hashed uint64

func BenchmarkHash(b *testing.B) {
	eachSize(b, func(b *testing.B, l *Ledger, owners int) {
		for range b.N {
			hashed = l.Hash(hashed)
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

// Post allocates nothing, in the accepted and in the refused case.
func TestPostAllocatesNothing(t *testing.T) {
	l := endowed(100)
	if n := testing.AllocsPerRun(100, func() {
		_ = l.Post(Transfer{Amount: 1, From: First, To: First + 1, Reason: Trade})
		_ = l.Post(Transfer{Amount: 1e15, From: First, To: First + 1})
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
