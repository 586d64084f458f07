package book

// Expiry is a hashed timing wheel (Varghese and Lauck 1987, scheme 6). An order
// that expires at tick t stands in bucket t modulo the size of the wheel, in a
// linked list. Scheduling, cancelling and expiring an order take constant time.
// An order whose expiry is more than one turn away is looked at once a turn.

const buckets = 1024

// due is the expiry of the order in the same slot of a quad. The table of them
// exists only after the first order with an expiry. Singles have no expiry.
type due struct{ tick, next, prev uint32 }

type bucket struct{ head, tail uint32 }

type wheel struct {
	now     uint32 // tick of the last Expire
	live    int    // orders with an expiry
	due     []due
	buckets []bucket
}

func (b *BookOf[L]) expiryOf(id uint32) uint32 {
	if b.slotAt(id).flags&flagExpires == 0 {
		return 0
	}
	return b.dueAt(id).tick
}

// dueAt is the expiry of the order at a place in a quad.
func (b *BookOf[L]) dueAt(id uint32) *due { return &b.expiry.due[id>>quadBits>>1<<quadBits|id%quadLen] }

func (b *BookOf[L]) schedule(id, tick uint32) {
	w := &b.expiry
	if len(w.buckets) == 0 {
		w.buckets = make([]bucket, buckets)
	}
	for len(w.due) < len(b.quads)*quadLen {
		w.due = append(w.due, due{})
	}
	at := &w.buckets[tick%buckets]
	*b.dueAt(id) = due{tick: tick, prev: at.tail}
	if at.tail != 0 {
		b.dueAt(at.tail).next = id
	} else {
		at.head = id
	}
	at.tail = id
	w.live++
	b.slotAt(id).flags |= flagExpires
}

func (b *BookOf[L]) unschedule(id uint32) {
	w := &b.expiry
	d := *b.dueAt(id)
	at := &w.buckets[d.tick%buckets]
	if d.prev != 0 {
		b.dueAt(d.prev).next = d.next
	} else {
		at.head = d.next
	}
	if d.next != 0 {
		b.dueAt(d.next).prev = d.prev
	} else {
		at.tail = d.prev
	}
	w.live--
	b.slotAt(id).flags &^= flagExpires
}

// Expire moves the clock of the book to tick, removes every order whose expiry is
// not after it and appends what it removed: by tick, and within a tick in the
// order in which they came to rest. If the clock moves by more ticks than the
// wheel has buckets, the order of the list is by bucket instead. An earlier tick
// than the last one changes nothing.
func (b *BookOf[L]) Expire(tick uint32, removed []RestingOf[L]) []RestingOf[L] {
	from := b.expiry.now
	if tick <= from {
		return removed
	}
	b.expiry.now = tick
	for n := min(tick-from, buckets); n > 0 && b.expiry.live > 0; n-- {
		removed = b.expireBucket((tick-n+1)%buckets, tick, removed)
	}
	return removed
}

func (b *BookOf[L]) expireBucket(at, tick uint32, removed []RestingOf[L]) []RestingOf[L] {
	for id := b.expiry.buckets[at].head; id != 0; {
		d := *b.dueAt(id)
		if d.tick <= tick {
			removed = append(removed, b.describe(id))
			b.remove(id)
		}
		id = d.next
	}
	return removed
}
