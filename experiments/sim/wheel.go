package sim

// wheel wakes agents: a timing wheel of two levels (Varghese and Lauck 1987)
// with intrusive lists, so that a tick costs what its awake agents cost. Each
// agent has at most one wake-up. The order within a tick is not defined; the
// caller sorts.
type wheel struct {
	near [wheelSize]uint32 // by tick: agent index + 1
	far  [wheelSize]uint32 // by tick / wheelSize
	at   []waiting         // by agent
}

// waiting is an agent's place in the wheel.
type waiting struct {
	next uint32 // agent index + 1 of the next in the same list
	due  uint32 // tick; 0 when the agent has no wake-up
}

const (
	wheelBits = 12
	wheelSize = 1 << wheelBits
	wheelMask = wheelSize - 1
	horizon   = wheelSize * (wheelSize - 1)
)

func newWheel(agents int) *wheel { return &wheel{at: make([]waiting, agents)} }

// put schedules agent i for a tick after now, the tick of the last pop, in place
// of the wake-up that it has; ticks beyond the wheel's reach (16 million) are
// cut to it.
func (w *wheel) put(i int32, tick, now uint32) {
	if tick <= now {
		tick = now + 1
	}
	if tick-now > horizon {
		tick = now + horizon
	}
	if w.at[i].due != 0 {
		w.drop(i, now)
	}
	list := w.list(tick, now)
	w.at[i] = waiting{*list, tick}
	*list = uint32(i) + 1
}

// list is where a tick is kept at the time now.
func (w *wheel) list(tick, now uint32) *uint32 {
	if tick>>wheelBits == now>>wheelBits {
		return &w.near[tick&wheelMask]
	}
	return &w.far[tick>>wheelBits&wheelMask]
}

// drop takes agent i out of its list by walking it. Agents name their next
// wake-up when they are awake and so in no list, which makes this rare.
func (w *wheel) drop(i int32, now uint32) {
	p := w.list(w.at[i].due, now)
	for *p != uint32(i)+1 {
		p = &w.at[*p-1].next
	}
	*p = w.at[i].next
}

// pop appends the agents due at a tick, which must be the one after the last.
func (w *wheel) pop(tick uint32, out []int32) []int32 {
	if tick&wheelMask == 0 {
		w.cascade(tick)
	}
	for i := w.near[tick&wheelMask]; i != 0; {
		out = append(out, int32(i-1))
		a := &w.at[i-1]
		i, a.due = a.next, 0
	}
	w.near[tick&wheelMask] = 0
	return out
}

// cascade moves the agents of the block of ticks that begins to the near level.
func (w *wheel) cascade(tick uint32) {
	far := &w.far[tick>>wheelBits&wheelMask]
	i := *far
	*far = 0
	for i != 0 {
		a := &w.at[i-1]
		list := &w.near[a.due&wheelMask]
		i, a.next, *list = a.next, *list, i
	}
}

func (w *wheel) copyFrom(src *wheel) {
	at := w.at
	*w = *src
	w.at = append(at[:0], src.at...)
}
