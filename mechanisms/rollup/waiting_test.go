package rollup

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"stakeout/market/ledger"
)

// Buckets are monotone, cover all bids, and are at most a sixteenth wide.
func TestBuckets(t *testing.T) {
	equal(t, "highest", bucketOf(math.MaxInt64) < buckets, true)
	equal(t, "negative", bucketOf(-5), 0)
	foot := ledger.Amount(0)
	for bid := ledger.Amount(1); bid < 1<<20; bid++ {
		d := bucketOf(bid) - bucketOf(bid-1)
		if d < 0 {
			t.Fatalf("the bucket of %d is below that of %d", bid, bid-1)
		}
		if d > 0 {
			foot = bid
		}
		if float64(bid) >= float64(foot)*17/16 && bid > 16 {
			t.Fatalf("%d and %d share a bucket", bid, foot)
		}
	}
}

// slowQueue is the queue as a sorted list: by bucket, highest first, then by
// arrival.
type slowQueue []included

func (q *slowQueue) sort() {
	slices.SortStableFunc(*q, func(a, b included) int { return bucketOf(b.bid) - bucketOf(a.bid) })
}

func (q *slowQueue) find(o ledger.Owner) int {
	return slices.IndexFunc(*q, func(r included) bool { return r.owner == o })
}

func (q *slowQueue) ask(o ledger.Owner, count uint32, bid ledger.Amount, tick uint32) {
	r := included{owner: o, count: count, bid: bid, since: tick}
	if i := q.find(o); i >= 0 {
		r.since = (*q)[i].since
		if count > 0 && bucketOf((*q)[i].bid) == bucketOf(bid) {
			(*q)[i] = r
			return
		}
		*q = slices.Delete(*q, i, i+1)
	}
	if count > 0 {
		*q = append(*q, r)
		q.sort()
	}
}

func (q *slowQueue) take(floor ledger.Amount, room uint32) (batch []included) {
	for room > 0 && len(*q) > 0 && bucketOf((*q)[0].bid) >= bucketOf(floor) {
		r := &(*q)[0]
		n := min(r.count, room)
		room -= n
		batch = append(batch, included{owner: r.owner, bid: r.bid, count: n, since: r.since})
		if r.count -= n; r.count == 0 {
			*q = (*q)[1:]
		}
	}
	return batch
}

func (q *slowQueue) restore(batch []included) {
	for _, b := range slices.Backward(batch) {
		if i := q.find(b.owner); i >= 0 {
			r := (*q)[i]
			*q = slices.Delete(*q, i, i+1)
			b.bid, b.count, b.since = r.bid, b.count+r.count, min(b.since, r.since)
		}
		*q = slices.Insert(*q, 0, included{owner: b.owner, count: b.count, bid: b.bid, since: b.since})
		q.sort()
	}
}

// After random requests, batches and returns the queue equals its sorted twin,
// and so does every batch.
func TestQueueAgainstSortedTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const owners = 40
		p := defaults()
		s := New(ledger.New(owners, 1), p, owners, perDay)
		var slow slowQueue
		bids := rapid.OneOf(rapid.Int64Range(0, 30), rapid.Int64Range(1000, 1400), rapid.Int64Range(0, 1<<40))
		for o := ledger.First; o < owners; o++ {
			_ = s.Join(o, 1<<50)
		}
		for tick := range uint32(rapid.IntRange(1, 120).Draw(t, "operations")) {
			bid := ledger.Amount(bids.Draw(t, "bid"))
			count := uint32(rapid.IntRange(0, 30).Draw(t, "count"))
			if rapid.IntRange(0, 7).Draw(t, "kind") > 0 {
				o := ledger.Owner(rapid.IntRange(int(ledger.First), owners-1).Draw(t, "owner"))
				s.Send(o, count, bid, tick)
				slow.ask(o, count, bid, tick)
				continue
			}
			s.fill(&s.txs, false, bid, 5*count)
			want := slow.take(bid, 5*count)
			if !slices.Equal(s.batch, want) {
				t.Fatalf("batch %+v, twin %+v", s.batch, want)
			}
			for more := range rapid.IntRange(0, 5).Draw(t, "anew") {
				o := ledger.First + ledger.Owner(more)
				s.Send(o, count, bid, tick)
				slow.ask(o, count, bid, tick)
			}
			if rapid.Bool().Draw(t, "missed") {
				s.giveBack()
				slow.restore(want)
			}
			s.batch = s.batch[:0]
		}
		s.fill(&s.txs, false, 0, math.MaxUint32)
		if want := slow.take(0, math.MaxUint32); !slices.Equal(s.batch, want) {
			t.Fatalf("at the end %+v, twin %+v", s.batch, want)
		}
		if s.txs.total != 0 || s.Fault() != nil {
			t.Fatalf("%d left in an empty queue, %v", s.txs.total, s.Fault())
		}
	})
}

// A higher offer comes first only if it is in a higher bucket.
func TestPriorityIsByBucket(t *testing.T) {
	w := newWorld(defaults())
	for _, o := range []ledger.Owner{ann, bob, eve} {
		w.inside(o, 1000*usd)
	}
	w.s.Send(ann, 600, 1024, 1)
	w.s.Send(bob, 600, 1087, 2)
	w.s.Send(eve, 100, 1088, 3)
	equal(t, "transactions", w.slot(serveAll, true).Transactions, 1000)
	equal(t, "the best bid", w.s.LastServed(eve).Count, 100)
	equal(t, "first come", w.s.LastServed(ann).Count, 600)
	equal(t, "last come", w.s.LastServed(bob).Count, 300)
	left, since := w.s.Waiting(bob)
	equal(t, "left", left, 300)
	equal(t, "age", since, 2)
}
