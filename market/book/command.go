package book

// Op is what a command does.
type Op uint8

// The commands. Together they are all that changes a book, so a journal of them
// replays it.
const (
	OpEnter     Op = iota // Order, Terms
	OpCancel              // ID
	OpCancelAll           // Order.Owner, or everybody when All is set
	OpAmend               // ID, Price, Lots
	OpExpire              // Tick
	OpPhase               // Phase; Price is the reference
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

// Command is one entry of a journal. An operation reads its own fields only.
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

// Reaction is all that a command did. Its slices are used again by the next one.
type Reaction struct {
	Was     Open      // of a cancelled order
	ID      OrderID   // what rests or waits after OpEnter and OpAmend, 0 if nothing does
	Fills   []Fill    // of the command and then of every stop that it made due
	Own     int       // how many fills are the command's own
	Removed []Resting // by OpCancelAll, OpExpire and OpBand
	Auction Auction   // of OpPhase
	Fired   []Firing
	Code    Reject
}

// Firing is a stop that fired and where its fills end.
type Firing struct {
	Fired
	Fills int // the end of its fills in Reaction.Fills; they begin where those before end
}

// Do executes a command and then every stop that is due. An unknown operation is
// refused with BadKind.
func (b *Book) Do(c *Command, r *Reaction) {
	*r = Reaction{Fills: r.Fills[:0], Removed: r.Removed[:0], Fired: r.Fired[:0], Auction: r.Auction}
	a := &r.Auction
	*a = Auction{Matches: a.Matches[:0], Dropped: a.Dropped[:0]}
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
		r.ID, r.Fills, r.Code = b.Amend(c.ID, c.Price, c.Lots, r.Fills)
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
		r.Fired = append(r.Fired, Firing{f, len(fills)})
	}
}
