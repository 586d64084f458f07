package rollup

import (
	"math"
	"math/bits"

	"stakeout/market/ledger"
)

// The bids of waiting requests are kept in buckets, sixteen to the octave: 4.4 %
// wide on average, 6.3 % at the lower end of an octave and 3.1 % at its upper
// end. Priority is by bucket; within a bucket the oldest request is served first,
// whatever its exact bid. For the same reason a minimum counts as the lower end
// of its bucket. In return, the time to build a batch depends on what it includes
// and not on how many requests wait.
const (
	octaveBits = 4
	buckets    = 64 << octaveBits
)

// bucketOf is the logarithm of a bid to base 2 in sixteenths, from its leading
// bits. It uses only integer arithmetic and so is the same on every processor.
func bucketOf(bid ledger.Amount) int {
	if bid < 1<<octaveBits {
		return int(max(bid, 0))
	}
	n := bits.Len64(uint64(bid)) - 1
	return n<<octaveBits | int(uint64(bid)>>(n-octaveBits)&(1<<octaveBits-1))
}

// request is a cohort's request for inclusion.
type request struct {
	bid     ledger.Amount // micro-USD for each unit
	count   uint32        // transactions, or users who leave
	since   uint32        // tick of arrival
	bucket  int16
	waiting bool
	riding  bool // a request of the owner is in the leader's batch
	last    Served
	_       [16]byte // fills a cache line
}

// link is the place of a request in its bucket; owner 0 ends the list. Links have
// a table for themselves, so that walking a list does not read the requests that
// it passes.
type link struct{ next, prev ledger.Owner }

// queue is a priority queue with at most one request for each owner. Owner 0,
// Outside, never has a request, so 0 ends the lists.
type queue struct {
	req        []request
	line       []link // by owner
	head, tail []ledger.Owner
	used       []uint64 // bitmap of non-empty buckets
	total      uint64   // units waiting
}

func newQueue(owners int) queue {
	return queue{
		req:  make([]request, owners),
		line: make([]link, owners),
		head: make([]ledger.Owner, buckets),
		tail: make([]ledger.Owner, buckets),
		used: make([]uint64, buckets/64),
	}
}

// push appends a request to its bucket.
func (q *queue) push(o ledger.Owner, count uint32, bid ledger.Amount, since uint32) {
	b := bucketOf(bid)
	q.fill(o, count, bid, since, b)
	q.line[o] = link{prev: q.tail[b]}
	if last := q.tail[b]; last != 0 {
		q.line[last].next = o
	} else {
		q.head[b] = o
	}
	q.tail[b] = o
}

// pushFront puts a request that a batch returns at the front of its bucket.
func (q *queue) pushFront(o ledger.Owner, count uint32, bid ledger.Amount, since uint32) {
	b := bucketOf(bid)
	q.fill(o, count, bid, since, b)
	q.line[o] = link{next: q.head[b]}
	if first := q.head[b]; first != 0 {
		q.line[first].prev = o
	} else {
		q.tail[b] = o
	}
	q.head[b] = o
}

func (q *queue) fill(o ledger.Owner, count uint32, bid ledger.Amount, since uint32, b int) {
	r := &q.req[o]
	r.bid, r.count, r.since, r.bucket, r.waiting = bid, count, since, int16(b), true
	q.used[b>>6] |= 1 << (b & 63)
	q.total += uint64(count)
}

func (q *queue) remove(o ledger.Owner) {
	r := &q.req[o]
	if !r.waiting {
		return
	}
	b, l := int(r.bucket), q.line[o]
	if l.prev != 0 {
		q.line[l.prev].next = l.next
	} else {
		q.head[b] = l.next
	}
	if l.next != 0 {
		q.line[l.next].prev = l.prev
	} else {
		q.tail[b] = l.prev
	}
	if q.head[b] == 0 {
		q.used[b>>6] &^= 1 << (b & 63)
	}
	r.waiting = false
	q.total -= uint64(r.count)
}

// revise changes a waiting request. It keeps its age, and its place in line while
// its bid stays in the same bucket.
func (q *queue) revise(o ledger.Owner, count uint32, bid ledger.Amount) {
	r := &q.req[o]
	if bucketOf(bid) != int(r.bucket) {
		q.remove(o)
		q.push(o, count, bid, r.since)
		return
	}
	q.total += uint64(count) - uint64(r.count)
	r.count, r.bid = count, bid
}

// restore returns a request from a batch to the front of its bucket. If its owner
// has a request waiting, either the rest of the same one or a new one, the two
// become one with the later bid and the earlier age.
func (q *queue) restore(b included) {
	if r := &q.req[b.owner]; r.waiting {
		q.remove(b.owner)
		b.count += min(r.count, math.MaxUint32-b.count)
		b.since = min(b.since, r.since)
		b.bid = r.bid
	}
	q.pushFront(b.owner, b.count, b.bid, b.since)
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

func (q *queue) copyFrom(src *queue) {
	q.req = append(q.req[:0], src.req...)
	q.line = append(q.line[:0], src.line...)
	q.head = append(q.head[:0], src.head...)
	q.tail = append(q.tail[:0], src.tail...)
	q.used = append(q.used[:0], src.used...)
	q.total = src.total
}
