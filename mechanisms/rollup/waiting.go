package rollup

import (
	"math/bits"

	"stakeout/market/ledger"
)

func mul64(a, b uint64) (hi, lo uint64) { return bits.Mul64(a, b) }

// The bids of waiting requests are kept in buckets of a sixteenth of an octave
// (4.4 %); within a bucket the first come is served first. Building a batch is
// then linear in what it includes, however many are waiting.
const (
	octaveBits = 4
	buckets    = 64 << octaveBits
)

// bucketOf is the logarithm of a bid to base 2 in sixteenths, by its leading
// bits: integer arithmetic only, so it is the same on every processor.
func bucketOf(bid ledger.Amount) int {
	if bid < 1<<octaveBits {
		return int(max(bid, 0))
	}
	n := bits.Len64(uint64(bid)) - 1
	return n<<octaveBits | int(uint64(bid)>>(n-octaveBits)&(1<<octaveBits-1))
}

// request is one cohort's wish to have something included.
type request struct {
	bid        ledger.Amount // micro-USD for each unit
	next, prev ledger.Owner  // in its bucket; 0 ends the list
	count      uint32        // transactions, or users that leave
	since      uint32        // tick of arrival
	bucket     int16
	waiting    bool
}

// queue is a priority queue of at most one request an owner.
type queue struct {
	req        []request
	head, tail []ledger.Owner
	used       []uint64 // bitmap of non-empty buckets
	total      uint64   // units waiting
}

func newQueue(owners int) queue {
	return queue{
		req:  make([]request, owners),
		head: make([]ledger.Owner, buckets),
		tail: make([]ledger.Owner, buckets),
		used: make([]uint64, buckets/64),
	}
}

func (q *queue) push(o ledger.Owner, count uint32, bid ledger.Amount, since uint32) {
	r := &q.req[o]
	b := bucketOf(bid)
	*r = request{bid: bid, prev: q.tail[b], count: count, since: since, bucket: int16(b), waiting: true}
	if r.prev != 0 {
		q.req[r.prev].next = o
	} else {
		q.head[b] = o
		q.used[b>>6] |= 1 << (b & 63)
	}
	q.tail[b] = o
	q.total += uint64(count)
}

func (q *queue) remove(o ledger.Owner) {
	r := &q.req[o]
	if !r.waiting {
		return
	}
	b := int(r.bucket)
	if r.prev != 0 {
		q.req[r.prev].next = r.next
	} else {
		q.head[b] = r.next
	}
	if r.next != 0 {
		q.req[r.next].prev = r.prev
	} else {
		q.tail[b] = r.prev
	}
	if q.head[b] == 0 {
		q.used[b>>6] &^= 1 << (b & 63)
	}
	r.waiting = false
	q.total -= uint64(r.count)
}

// highest returns the highest non-empty bucket at or below b, or −1.
func (q *queue) highest(b int) int {
	if b < 0 {
		return -1
	}
	for w := b >> 6; w >= 0; w-- {
		m := q.used[w]
		if w == b>>6 {
			m = m << (63 - b&63) >> (63 - b&63)
		}
		if m != 0 {
			return w<<6 + 63 - bits.LeadingZeros64(m)
		}
	}
	return -1
}

// take moves the requests with the highest bids, none below minBid, out of the
// queue into a batch until capacity is used up, and returns the rest of the
// capacity. The lowest bid taken is reported through marginal.
func (q *queue) take(minBid ledger.Amount, capacity uint32, batch []included, exit bool) ([]included, uint32, ledger.Amount) {
	var marginal ledger.Amount
	for b := q.highest(buckets - 1); b >= 0; b = q.highest(b - 1) {
		if b < bucketOf(minBid) {
			break
		}
		for o := q.head[b]; o != 0; {
			r := &q.req[o]
			next := r.next
			if r.bid >= minBid {
				if r.count > capacity {
					return batch, 0, marginal
				}
				capacity -= r.count
				marginal = r.bid
				q.remove(o)
				batch = append(batch, included{bid: r.bid, owner: o, count: r.count, since: r.since, exit: exit})
			}
			o = next
		}
	}
	return batch, capacity, marginal
}

func (q *queue) copyFrom(src *queue) {
	q.req = append(q.req[:0], src.req...)
	q.head = append(q.head[:0], src.head...)
	q.tail = append(q.tail[:0], src.tail...)
	q.used = append(q.used[:0], src.used...)
	q.total = src.total
}
