package sim

// wheel wakes agents: a timing wheel of two levels (Varghese and Lauck 1987)
// with intrusive lists, so that a tick costs what its awake agents cost. Each
// agent has at most one wake-up. The order within a tick is not defined; the
// caller sorts.
type wheel struct {
	near [wheelSize]uint32 // by tick: agent index + 1
	far  [wheelSize]uint32 // by tick / wheelSize
	next []uint32
	due  []uint32
}

const (
	wheelBits = 12
	wheelSize = 1 << wheelBits
	wheelMask = wheelSize - 1
	horizon   = wheelSize * (wheelSize - 1)
)

func newWheel(agents int) *wheel {
	return &wheel{next: make([]uint32, agents), due: make([]uint32, agents)}
}

// put schedules agent i for a tick after now; ticks beyond the wheel's reach
// (16 million) are cut to it.
func (w *wheel) put(i int32, tick, now uint32) {
	if tick <= now {
		tick = now + 1
	}
	if tick-now > horizon {
		tick = now + horizon
	}
	w.due[i] = tick
	list := &w.far[tick>>wheelBits&wheelMask]
	if tick>>wheelBits == now>>wheelBits {
		list = &w.near[tick&wheelMask]
	}
	w.next[i] = *list
	*list = uint32(i) + 1
}

// pop appends the agents due at a tick, which must be the one after the last.
func (w *wheel) pop(tick uint32, out []int32) []int32 {
	if tick&wheelMask == 0 {
		w.cascade(tick)
	}
	for i := w.near[tick&wheelMask]; i != 0; i = w.next[i-1] {
		out = append(out, int32(i-1))
	}
	w.near[tick&wheelMask] = 0
	return out
}

// cascade moves the agents of the block of ticks that begins to the near level.
func (w *wheel) cascade(tick uint32) {
	at := &w.far[tick>>wheelBits&wheelMask]
	i := *at
	*at = 0
	for i != 0 {
		agent := i - 1
		i = w.next[agent]
		list := &w.near[w.due[agent]&wheelMask]
		w.next[agent] = *list
		*list = agent + 1
	}
}

func (w *wheel) copyFrom(src *wheel) {
	next, due := w.next, w.due
	*w = *src
	w.next = append(next[:0], src.next...)
	w.due = append(due[:0], src.due...)
}
