package book

// Phase is how the venue trades at the moment.
type Phase uint8

// The phases of trading. A call collects limit and market orders, and nothing
// trades until the book opens. A halt accepts only cancels and amendments that
// reduce.
const (
	Continuous Phase = iota
	Call
	Halted
	Phases
)

func (p Phase) String() string {
	if p < Phases {
		return [Phases]string{"continuous", "call", "halted"}[p]
	}
	return "unknown"
}

// Rules are the rules of the venue for every order. The zero value has no band
// and no smallest order and means continuous trading.
type Rules struct {
	Low, High uint32 // the band: lowest and highest price of an order, in ticks; High 0 is no band
	MinLots   uint32 // smallest new order; a trade may leave less of it
	Phase     Phase
}

func (r *Rules) inBand(price uint32) bool {
	return r.High == 0 || (price >= r.Low && price <= r.High)
}

// Rules returns the rules in force.
func (b *BookOf[L]) Rules() Rules { return b.rules }

// SetMinLots sets the smallest order that the book accepts from now on. Resting
// orders stay.
func (b *BookOf[L]) SetMinLots(lots uint32) {
	b.rules.MinLots = lots
	b.ruled = b.rules != Rules{}
}

// SetBand sets the lowest and highest price of an order, and removes every order
// outside the band, in the order of CancelAll. Since no order rests outside the
// band, market orders cannot trade there either. A high of 0 lifts the band. A
// band with low above high is refused with BadPrice.
func (b *BookOf[L]) SetBand(low, high uint32, removed []RestingOf[L]) ([]RestingOf[L], Reject) {
	if high == 0 {
		low = 0
	} else if low > high {
		return removed, BadPrice
	}
	b.rules.Low, b.rules.High = low, high
	b.ruled = b.rules != Rules{}
	if high == 0 {
		return removed, Accepted
	}
	return b.removeIf(func(r *RestingOf[L]) bool {
		q, _, s := b.find(r.ID)
		return !b.rules.inBand(r.Price) && kindOf(q, s) != Market
	}, removed), Accepted
}

// allowed checks an order against the rules and its terms.
func (b *BookOf[L]) allowed(o *Order, t *Terms) Reject {
	switch {
	case !b.meaningful(o, t):
		return BadTerms
	case b.rules.Phase == Halted, b.rules.Phase == Call && !b.callable(o, t):
		return WrongPhase
	case o.Lots < b.rules.MinLots:
		return TooSmall
	case o.Kind != Market && !b.rules.inBand(o.Price):
		return OutsideBand
	}
	return Accepted
}

// callable reports whether a call auction takes an order: a stop that waits, or a
// limit or market order without a minimum quantity.
func (b *BookOf[L]) callable(o *Order, t *Terms) bool {
	return b.waits(o, t) || ((o.Kind == Limit || o.Kind == Market) && t.MinLots == 0)
}
