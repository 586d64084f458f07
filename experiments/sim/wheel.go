package sim

// wheel wakes agents: a timing wheel of two levels (Varghese and Lauck 1987)
// whose lists are chains of cache-line chunks, so that the cost of a tick grows with
// the agents awake in it and not with all agents. Each agent has at most one wake-up;
// an earlier one stays in its list and is skipped there. The order within a tick is
// not defined; the caller sorts.
type wheel struct {
	near   [wheelSize]uint32 // by tick: first chunk, 0 for none
	far    [wheelSize]uint32 // by tick / wheelSize
	chunks []chunk           // the first is not used, so that 0 is no chunk
	free   uint32            // first free chunk
	due    []uint32          // by agent: tick, 0 when it has no wake-up
}

// chunk is a piece of a list. All chunks of a list are full but the first.
type chunk struct {
	next   uint32
	count  uint32
	agents [14]int32
}

const (
	wheelBits = 12
	wheelSize = 1 << wheelBits
	wheelMask = wheelSize - 1
	horizon   = wheelSize * (wheelSize - 1)
)

func newWheel(agents int) *wheel {
	return &wheel{chunks: make([]chunk, 1, 2+agents/4), due: make([]uint32, agents)}
}

// put schedules agent i for a tick after now, the tick of the last pop, in place
// of its present wake-up. The wheel reaches 16 million ticks ahead, and later ticks
// become that one.
func (w *wheel) put(i int32, tick, now uint32) {
	if tick <= now {
		tick = now + 1
	}
	if tick-now > horizon {
		tick = now + horizon
	}
	w.due[i] = tick
	if tick>>wheelBits == now>>wheelBits {
		w.push(&w.near[tick&wheelMask], i)
	} else {
		w.push(&w.far[tick>>wheelBits&wheelMask], i)
	}
}

func (w *wheel) push(list *uint32, i int32) {
	c := &w.chunks[*list]
	if *list == 0 || int(c.count) == len(c.agents) {
		*list = w.take(*list)
		c = &w.chunks[*list]
	}
	c.agents[c.count] = i
	c.count++
}

// take returns an empty chunk in front of next.
func (w *wheel) take(next uint32) uint32 {
	id := w.free
	if id == 0 {
		w.chunks = append(w.chunks, chunk{})
		id = uint32(len(w.chunks) - 1)
	} else {
		w.free = w.chunks[id].next
	}
	w.chunks[id].next, w.chunks[id].count = next, 0
	return id
}

// pop appends the agents due at a tick, which must be one after the last tick.
func (w *wheel) pop(tick uint32, out []int32) []int32 {
	if tick&wheelMask == 0 {
		w.cascade(tick)
	}
	list := &w.near[tick&wheelMask]
	for *list != 0 {
		c := w.drain(list)
		for _, i := range c.agents[:c.count] {
			if w.due[i] == tick {
				w.due[i] = 0
				out = append(out, i)
			}
		}
	}
	return out
}

// drain takes the first chunk off a list and frees it. Its content stays readable
// until the next push.
func (w *wheel) drain(list *uint32) *chunk {
	id := *list
	c := &w.chunks[id]
	*list, c.next, w.free = c.next, w.free, id
	return c
}

// cascade moves the agents of the block of ticks that now begins to the near level.
func (w *wheel) cascade(tick uint32) {
	list := &w.far[tick>>wheelBits&wheelMask]
	for *list != 0 {
		c := *w.drain(list)
		for _, i := range c.agents[:c.count] {
			if w.due[i]>>wheelBits == tick>>wheelBits {
				w.push(&w.near[w.due[i]&wheelMask], i)
			}
		}
	}
}

func (w *wheel) copyFrom(src *wheel) {
	chunks, due := w.chunks, w.due
	*w = *src
	w.chunks = append(chunks[:0], src.chunks...)
	w.due = append(due[:0], src.due...)
}
