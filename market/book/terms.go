package book

// SelfTrade says what happens when an order meets one of its own owner. It is
// the incoming order's choice; the two never trade.
type SelfTrade uint8

// The policies of self-trade prevention.
const (
	CancelOldest SelfTrade = iota // the resting order goes, the incoming one goes on
	CancelNewest                  // what is left of the incoming order goes
	CancelBoth                    // both go
	Decrement                     // both lose the lots of the smaller one, which goes
	SelfTrades
)

func (p SelfTrade) String() string {
	if p < SelfTrades {
		return [SelfTrades]string{"cancel-oldest", "cancel-newest", "cancel-both", "decrement"}[p]
	}
	return "unknown"
}

// Terms are what an order may ask for beyond price and lots. The zero value asks
// for nothing.
type Terms struct {
	Trigger uint32 // a stop: waits for a trade at this price or beyond it, in ticks; 0 is none
	Display uint32 // an iceberg: rests with no more lots than these in sight; 0 shows all
	MinLots uint32 // refused unless at least so many lots trade at once, when it enters or fires
}

// Enter is Submit with terms. A stop whose trigger the last trade has reached is
// executed at once; otherwise it waits outside the queues under the id that
// is returned, until Fire.
func (b *Book) Enter(o Order, t Terms, fills []Fill) (OrderID, []Fill, Reject) {
	if code := b.TestTerms(&o, &t); code != Accepted {
		return 0, fills, code
	}
	id, fills := b.PlaceTerms(&o, &t, fills)
	return id, fills, Accepted
}

// TestTerms says what Enter would answer, without changing anything. What depends
// on resting orders is asked of a waiting stop when it fires.
func (b *Book) TestTerms(o *Order, t *Terms) Reject {
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
		if lots, _ := b.Available(least); lots < t.MinLots {
			code = BelowMinimum
		}
	}
	return code
}

// Waits reports whether an order with these terms would wait for its trigger.
func (b *Book) Waits(o *Order, t *Terms) bool { return b.waits(o, t) }

// meaningful checks terms and policy against the order that has them.
func (b *Book) meaningful(o *Order, t *Terms) bool {
	return o.Self < SelfTrades && t.MinLots <= o.Lots && t.Trigger < b.maxPrice &&
		(t.Display == 0 || (t.Display <= o.Lots && o.Kind <= PostOnly)) &&
		(t.MinLots == 0 || o.Kind != PostOnly)
}

// PlaceTerms is Enter without its checks; see Place.
func (b *Book) PlaceTerms(o *Order, t *Terms, fills []Fill) (OrderID, []Fill) {
	if b.waits(o, t) {
		return b.wait(o, t), fills
	}
	if b.rules.Phase != Continuous {
		return b.collect(o, t.Display), fills
	}
	left := o.Lots
	if o.Kind == Market || b.Crosses(o.Side, o.Price) {
		left, fills = b.match(o, fills)
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
