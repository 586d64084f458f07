package book

// SelfTrade says what happens when an order meets one of the same owner. The two
// never trade. The policy of the incoming order applies.
type SelfTrade uint8

// The policies of self-trade prevention.
const (
	CancelOldest SelfTrade = iota // cancel the resting order; the incoming one goes on
	CancelNewest                  // cancel what is left of the incoming order
	CancelBoth                    // cancel both
	Decrement                     // both lose the lots of the smaller one, which is thereby cancelled
	SelfTrades
)

func (p SelfTrade) String() string {
	if p < SelfTrades {
		return [SelfTrades]string{"cancel-oldest", "cancel-newest", "cancel-both", "decrement"}[p]
	}
	return "unknown"
}

// Terms are conditions of an order beyond price and lots. The zero value is a
// plain order.
type Terms struct {
	Trigger uint32 // makes a stop: it waits for a trade at this price or beyond, in ticks; 0 is no stop
	Display uint32 // makes an iceberg: it shows at most this many lots; 0 shows all
	MinLots uint32 // the order is refused unless this many lots trade at once, on entry or on firing
}

// Enter is Submit with terms. A stop is executed at once if the last trade has
// reached its trigger. Otherwise it waits outside the queues, under the id that
// is returned, until Fire executes it.
func (b *BookOf[L]) Enter(o Order, t Terms, fills []FillOf[L]) (OrderID, []FillOf[L], Reject) {
	b.sliced = 0
	if code := b.TestTerms(&o, &t); code != Accepted {
		return 0, fills, code
	}
	id, fills := b.PlaceTerms(&o, &t, fills)
	return id, fills, Accepted
}

// TestTerms returns the code that Enter would return, without changing anything.
// Conditions on resting orders are not tested for a stop that will wait, but when
// it fires.
func (b *BookOf[L]) TestTerms(o *Order, t *Terms) Reject {
	if *t == (Terms{}) {
		return b.Test(o)
	}
	code := b.valid(o)
	waits := b.waits(o, t)
	if code == Accepted && !waits {
		code = b.fits(o)
	}
	if code == Accepted {
		code = b.allowed(o, t)
	}
	if code == Accepted && t.MinLots > 0 && !waits {
		least := *o
		least.Lots = t.MinLots
		if lots, _ := b.Available(least); lots < L(t.MinLots) {
			code = BelowMinimum
		}
	}
	if code == Accepted && !waits && b.overSliced(o, 0) {
		code = TooManySlices
	}
	return code
}

// Waits reports whether an order with these terms would wait for its trigger.
func (b *BookOf[L]) Waits(o *Order, t *Terms) bool { return b.waits(o, t) }

// meaningful reports whether terms and policy can apply to the order.
func (b *BookOf[L]) meaningful(o *Order, t *Terms) bool {
	return o.Self < SelfTrades && t.MinLots <= o.Lots && t.Trigger < b.maxPrice &&
		(t.Display == 0 || (t.Display <= o.Lots && o.Kind <= PostOnly)) &&
		(t.MinLots == 0 || o.Kind != PostOnly)
}

// PlaceTerms is Enter without its checks; see Place.
func (b *BookOf[L]) PlaceTerms(o *Order, t *Terms, fills []FillOf[L]) (OrderID, []FillOf[L]) {
	if b.waits(o, t) {
		return b.wait(o, t), fills
	}
	return b.placeTerms(o, t, L(o.Lots), fills)
}

func (b *BookOf[L]) placeTerms(o *Order, t *Terms, left L, fills []FillOf[L]) (OrderID, []FillOf[L]) {
	if b.rules.Phase != Continuous {
		return b.collect(o, left, t.Display), fills
	}
	if o.Kind == Market || b.Crosses(o.Side, o.Price) {
		left, fills = b.match(o, left, fills)
	}
	switch {
	case left == 0 || o.Kind > PostOnly:
		return 0, fills
	case t.Display == 0:
		return b.rest(o, left), fills
	}
	at := b.apart(o, left, t.Display, 0)
	b.join(at)
	return OrderID(at << quadBits), fills
}
