package market

import (
	"math/rand"
	"testing"

	"stakeout/market/book"
	"stakeout/market/ledger"
)

// The normal flow of VALIDATION section 3, with clients, holds and fees: 10,000
// resting orders; 55 % new orders about ten ticks from the opposite best, 40 %
// cancels of a random live order, 5 % market orders of three times the mean size.
const (
	traders = 1000
	perHead = 32
	resting = 10_000
	mid     = 10_000
)

// command is one operation of a recorded flow: a cancel, or an order.
type command struct {
	order  Order
	cancel bool
}

type flow struct {
	l    *ledger.Ledger
	x    *Exchange
	r    *rand.Rand
	live []Order // orders by slot in which they were sent; some have traded since
	out  []command
}

func newFlow(tb testing.TB) *flow {
	p := Defaults()
	p.MakerFeeBps, p.TakerFeeBps, p.MaxPrice = 1, 3, 200_000
	f := &flow{l: ledger.New(int(ledger.First)+traders, 1), r: rand.New(rand.NewSource(1))}
	f.x = New(f.l, p)
	for o := ledger.First; o < ledger.First+traders; o++ {
		f.x.Register(o, perHead)
		grant(tb, f.l, o, p.Quote, 1e8*ledger.Unit)
		grant(tb, f.l, o, p.Base, 1e8*ledger.Unit)
	}
	for f.x.Live() < resting {
		f.add()
	}
	return f
}

func (f *flow) send(c command) {
	f.out = append(f.out, c)
	f.apply(c)
}

func (f *flow) apply(c command) {
	if c.cancel {
		f.x.Cancel(c.order.Owner, c.order.Slot)
	} else {
		f.x.Submit(c.order)
	}
}

// vacant returns an order of a random owner for a random empty slot.
func (f *flow) vacant() Order {
	for {
		o := Order{Owner: ledger.First + ledger.Owner(f.r.Intn(traders)), Slot: uint16(f.r.Intn(perHead)),
			Side: book.Side(f.r.Intn(2))}
		if _, _, _, used := f.x.Open(o.Owner, o.Slot); !used {
			return o
		}
	}
}

func (f *flow) add() {
	q := f.x.Quote()
	if !q.HasBid {
		q.Bid = mid - 1
	}
	if !q.HasAsk {
		q.Ask = mid + 1
	}
	o := f.vacant()
	o.Lots = uint32(1 + f.r.Intn(100))
	d := 1 + uint32(f.r.ExpFloat64()*10)
	if o.Side == book.Buy {
		o.Price = q.Ask - d
	} else {
		o.Price = q.Bid + d
	}
	f.send(command{order: o})
	f.live = append(f.live, o)
}

func (f *flow) step() {
	dev := float64(f.x.Live()-resting) / resting
	switch u := f.r.Float64(); {
	case u < 0.05:
		o := f.vacant()
		o.Kind, o.Lots, o.Side = book.Market, uint32(1+f.r.Intn(300)), book.Buy
		if up := float64(f.x.Quote().Last)/mid - 1; f.r.Float64() < 0.5+max(-0.2, min(0.2, 20*up)) {
			o.Side = book.Sell
		}
		f.send(command{order: o})
	case u < 0.45+max(-0.05, min(0.05, dev/4)):
		for {
			i := f.r.Intn(len(f.live))
			o := f.live[i]
			f.live[i] = f.live[len(f.live)-1]
			f.live = f.live[:len(f.live)-1]
			if _, _, _, used := f.x.Open(o.Owner, o.Slot); used {
				f.send(command{order: o, cancel: true})
				return
			}
		}
	default:
		f.add()
	}
}

// record returns a flow with its world as it was before the recorded commands.
func record(tb testing.TB, commands int) (f *flow, l *ledger.Ledger, x *Exchange) {
	f = newFlow(tb)
	l = ledger.New(0, 0)
	l.CopyFrom(f.l)
	x = New(l, f.x.p)
	x.CopyFrom(f.x)
	f.out = f.out[:0]
	for range commands {
		f.step()
	}
	return f, l, x
}

func BenchmarkExchange(b *testing.B) {
	f, l, x := record(b, 500_000)
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		f.l.CopyFrom(l)
		f.x.CopyFrom(x)
		n := min(b.N-done, len(f.out))
		b.StartTimer()
		for _, c := range f.out[:n] {
			f.apply(c)
		}
		done += n
	}
	b.StopTimer()
	if err := f.l.Audit(); err != nil {
		b.Fatal(err)
	}
}

// TestNoAllocation runs a flow a second time, on memory that has grown already:
// it allocates nothing.
func TestNoAllocation(t *testing.T) {
	f, l, x := record(t, 20_000)
	pass := func() {
		f.l.CopyFrom(l)
		f.x.CopyFrom(x)
		for _, c := range f.out {
			f.apply(c)
		}
	}
	if n := testing.AllocsPerRun(2, pass); n != 0 {
		t.Errorf("%v allocations in a pass", n)
	}
	sound(t, f.l, f.x)
	if s := f.x.Stats(); s.Trades < 1000 || s.Cancels < 5000 {
		t.Errorf("too little happened: %+v", s)
	}
}
