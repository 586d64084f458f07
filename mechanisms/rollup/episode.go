package rollup

// Episode is the public record of service trouble: of the present episode, or of the
// last one while none is open. Times are ticks.
type Episode struct {
	Open    bool    // service trouble goes on now
	Since   uint32  // when the episode began
	Last    uint32  // end of the last slot that was mostly unserved
	Calm    uint32  // last time at which the day was bad; the service has been good since
	Ended   uint32  // number of episodes that have ended
	Slots   uint32  // slots from the onset to Last
	Missing float64 // service that these slots owed and did not give, in slots
	Carry   float64 // age that earlier trouble had when this one began, ticks
	slots   uint32  // slots since the onset, and what they did not give
	missing float64
}

// Age is how long the trouble has been seen to last, earlier trouble that it revives
// included, in ticks.
func (e *Episode) Age() float64 { return float64(e.Last-e.Since) + e.Carry }

// The bounds at which trouble becomes an episode, and the length of the calm that
// ends it.
//
// Assumption: two unserved slots in a row, twenty minutes, are news: in quiet worlds of
// forty days one slot in two thousand is unserved. So is a day in which one slot in
// twelve was. People call the trouble over after six hours with a better day behind
// them. Without this hysteresis a partial attack would open and close hundreds of
// episodes.
const (
	mostly       = 0.5  // missing share of a slot above which it counts as unserved
	onsetSlots   = 2    // unserved slots in a row that open an episode
	onsetDay     = 0.08 // average of the day that opens one
	calmDay      = 0.06 // average of the day below which the calm begins
	calmForHours = 6    // length of the calm that ends an episode
	mostLost     = 0.75 // largest share lost that later fees may make up for
)

// watch opens and closes episodes with hysteresis.
func (s *State) watch(tick uint32, missing float64) {
	p, e := &s.pub, &s.pub.Episode
	if missing > mostly {
		s.run++
	} else {
		s.run = 0
	}
	if !e.Open && (s.run >= onsetSlots || p.EmptyDay > onsetDay) {
		s.begin(tick)
	}
	if !e.Open {
		return
	}
	e.slots++
	e.missing += missing
	if missing > mostly {
		e.Last, e.Slots, e.Missing = tick, e.slots, e.missing
	}
	if p.EmptyDay > calmDay {
		e.Calm = tick
	}
	if float64(tick-e.Calm) > s.perDay*calmForHours/24 {
		e.Open = false
		e.Ended++
	}
}

// begin opens an episode at the first slot of the present run. The age of earlier
// trouble counts by the chance that the calm since was only a pause (Gott 1993).
func (s *State) begin(tick uint32) {
	e := &s.pub.Episode
	since := tick - s.run*uint32(s.p.BlocksPerSlot)
	carry := 0.0
	if age := e.Age(); age > 0 {
		carry = age * age / (age + float64(since-e.Last))
	}
	before := max(s.run, 1) - 1 // slots of the run before this one
	*e = Episode{Open: true, Since: since, Last: since, Calm: tick, Ended: e.Ended, Carry: carry,
		slots: before, missing: float64(before)}
}

// missing is the share of the service that a slot owed and did not give: transactions
// that paid what an honest leader asks and found room in its batch, but no place. A
// batch with one transaction counts as almost empty, and a leader that asks for too much
// as one that does not serve. A slot that owed nothing misses nothing.
func (s *State) missing(o *Outcome) float64 {
	owed := s.taken + s.left
	if owed == 0 {
		return 0
	}
	given := uint32(0)
	if o.Posted {
		given = min(o.Transactions, s.taken)
	}
	return float64(owed-given) / float64(owed)
}

// leftOut counts the transactions that an honest leader would have included besides
// those of the batch: up to its room, at the price that honest leaders ask.
func (s *State) leftOut(room uint32) (left uint32) {
	floor := bucketOf(s.pub.PostedFee) + 1
	for b := s.txs.highest(buckets - 1); b >= floor && left < room; b = s.txs.highest(b - 1) {
		for o := s.txs.head[b]; o != 0 && left < room; o = s.txs.line[o].next {
			left += s.txs.req[o].count
		}
	}
	return min(left, room)
}
