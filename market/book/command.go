package book

// Op is what a command does.
type Op uint8

// The commands. Nothing else changes a book except the stops that Do fires after
// each command, so replaying a journal of commands restores the book.
const (
	OpEnter     Op = iota // Order, Terms
	OpCancel              // ID
	OpCancelAll           // Order.Owner; all owners when All is set
	OpAmend               // ID, Price, Lots; Terms.Trigger of a stop, 0 for an order that is none
	OpExpire              // Tick
	OpPhase               // Phase; Price is the reference of an auction
	OpBand                // Low, High
	OpMinLots             // Lots
	Ops
)

func (op Op) String() string {
	if op < Ops {
		return [Ops]string{"enter", "cancel", "cancel-all", "amend", "expire", "phase", "band", "min-lots"}[op]
	}
	return "unknown"
}

// Command is one entry of a journal. An operation reads only the fields that are
// named beside it above.
type Command struct {
	Order       Order
	Terms       Terms
	ID          OrderID
	Price, Lots uint32
	Low, High   uint32
	Tick        uint32
	Op          Op
	Phase       Phase
	All         bool
}

// ReactionOf holds everything that a command did. The next command overwrites its
// slices.
type ReactionOf[L Lots] struct {
	Was     OpenOf[L]      // last state of the order that OpCancel removed
	ID      OrderID        // the order that rests or waits after OpEnter or OpAmend, 0 if there is none
	Fills   []FillOf[L]    // fills of the command, then those of every stop that it made due
	Own     int            // the first Own fills belong to the command itself
	Removed []RestingOf[L] // by OpCancelAll, OpExpire and OpBand
	Auction AuctionOf[L]   // result of OpPhase
	Fired   []FiringOf[L]
	Code    Reject
}

// FiringOf is a stop that fired, with the position of its fills.
type FiringOf[L Lots] struct {
	FiredOf[L]
	Fills int // end of its fills in Reaction.Fills; they begin at the end of the fills before
}

// Do executes a command and then every stop that is due. An unknown operation is
// refused with BadKind.
func (b *BookOf[L]) Do(c *Command, r *ReactionOf[L]) {
	*r = ReactionOf[L]{Fills: r.Fills[:0], Removed: r.Removed[:0], Fired: r.Fired[:0], Auction: r.Auction}
	b.sliced = 0
	a := &r.Auction
	*a = AuctionOf[L]{Matches: a.Matches[:0], Dropped: a.Dropped[:0]}
	switch c.Op {
	case OpEnter:
		r.ID, r.Fills, r.Code = b.Enter(c.Order, c.Terms, r.Fills)
	case OpCancel:
		r.Was, r.Code = b.Cancel(c.ID)
	case OpCancelAll:
		if c.All {
			r.Removed = b.Clear(r.Removed)
		} else {
			r.Removed = b.CancelAll(c.Order.Owner, r.Removed)
		}
	case OpAmend:
		if c.Terms.Trigger != 0 {
			r.ID, r.Code = c.ID, b.AmendStop(c.ID, c.Terms.Trigger, c.Price, L(c.Lots))
		} else {
			r.ID, r.Fills, r.Code = b.Amend(c.ID, c.Price, L(c.Lots), r.Fills)
		}
	case OpExpire:
		r.Removed = b.Expire(c.Tick, r.Removed)
	case OpPhase:
		r.Code = b.SetPhase(c.Phase, c.Price, a)
	case OpBand:
		r.Removed, r.Code = b.SetBand(c.Low, c.High, r.Removed)
	case OpMinLots:
		b.SetMinLots(c.Lots)
	default:
		r.Code = BadKind
	}
	r.Own = len(r.Fills)
	for {
		f, fills, ok := b.Fire(r.Fills)
		r.Fills = fills
		if !ok {
			return
		}
		r.Fired = append(r.Fired, FiringOf[L]{f, len(fills)})
	}
}
