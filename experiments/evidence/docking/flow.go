package docking

import (
	"fmt"

	"stakeout/experiments/kit/draw"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// poisson is the order flow of Smith, Farmer et al. (2003) into a book: market
// orders at a total rate, half of them buys; limit orders at a rate for each
// tick and side, anywhere on the far side of the opposite best price; every
// resting order goes at the cancel rate. All orders are one lot.
//
// The theory has no bound on limit prices; here they end at a reach from the
// opposite best price, which is to be far behind the prices that trade.
type poisson struct {
	market, limit, cancel float64 // rates, of which the limit rate is per tick and side
	reach                 int     // ticks

	book  *book.Book
	draws *draw.Stream
	live  []book.OrderID // resting orders in no order, to draw one to cancel
	place []int          // of an order id in live
	last  [2]uint32      // latest best price of each side, in ticks
	fills []book.Fill    // of the latest market order
	spent float64        // expected time of the events so far
	gap   float64        // integral of the spread over that time
	seen  float64        // time in which both sides had orders
}

// The two owners keep takers from meeting their own orders, which the book
// would cancel.
const (
	makerOwner ledger.Owner = 1
	takerOwner ledger.Owner = 2
)

// middle is where prices start, in ticks. Within the runs of this package they
// wander by less than a tenth of the way to a bound of the book.
const middle = book.MaxPrice / 2

// newPoisson returns an empty book with its flow, drawn from a seed.
func newPoisson(market, limit, cancel float64, reach int, seed uint64) *poisson {
	return &poisson{market: market, limit: limit, cancel: cancel, reach: reach,
		book: book.New(book.MaxPrice), draws: draw.New(seed).At(draw.Activity, 0, 0), last: [2]uint32{middle, middle + 1}}
}

// run carries out a number of events.
func (p *poisson) run(events int) error {
	for range events {
		if err := p.event(); err != nil {
			return err
		}
	}
	return nil
}

// reset starts the averages anew, after a warm-up.
func (p *poisson) reset() { p.spent, p.gap, p.seen = 0, 0, 0 }

// spread is the average of the spread over time, in ticks.
func (p *poisson) spread() float64 { return p.gap / p.seen }

// event draws the next event and carries it out. The state before it is
// weighted by the expected time until it, which has the same average as the
// drawn time and less variance.
func (p *poisson) event() error {
	limits := float64(2 * p.limit * float64(p.reach))
	total := limits + p.market + float64(p.cancel*float64(len(p.live)))
	p.observe(1 / total)
	u := p.draws.Float64() * total
	side := book.Side(p.draws.Uint64() & 1)
	switch {
	case u < limits:
		return p.rest(side)
	case u < limits+p.market:
		_, p.fills, _ = p.book.Submit(book.Order{Owner: takerOwner, Lots: 1, Side: side, Kind: book.Market}, p.fills[:0])
		for _, f := range p.fills {
			p.forget(f.Maker)
		}
		return nil
	}
	id := p.live[p.draws.Intn(len(p.live))]
	if _, code := p.book.Cancel(id); code != book.Accepted {
		return fmt.Errorf("cancelling a resting order: %v", code)
	}
	p.forget(id)
	return nil
}

// observe adds a stretch of time to the averages.
func (p *poisson) observe(time float64) {
	bid, ask := p.book.Top()
	if bid != 0 {
		p.last[book.Buy] = bid
	}
	if ask != 0 {
		p.last[book.Sell] = ask
	}
	p.spent += time
	if bid != 0 && ask != 0 {
		p.gap += float64(time * float64(ask-bid))
		p.seen += time
	}
}

// rest rests a limit order of one lot at a uniform price beyond the opposite
// best one, the latest there was when that side is empty.
func (p *poisson) rest(side book.Side) error {
	depth := uint32(p.draws.Intn(p.reach)) + 1
	price := p.last[book.Sell] - depth
	if side == book.Sell {
		price = p.last[book.Buy] + depth
	}
	id, _, code := p.book.Submit(book.Order{Owner: makerOwner, Price: price, Lots: 1, Side: side, Kind: book.PostOnly},
		nil)
	if code != book.Accepted {
		return fmt.Errorf("a limit order at %d beyond the best price: %v", price, code)
	}
	for int(id) >= len(p.place) {
		p.place = append(p.place, 0)
	}
	p.place[id] = len(p.live)
	p.live = append(p.live, id)
	return nil
}

// forget takes an order that has left the book off the list of live ones.
func (p *poisson) forget(id book.OrderID) {
	at, last := p.place[id], p.live[len(p.live)-1]
	p.live[at], p.place[last] = last, at
	p.live = p.live[:len(p.live)-1]
}
