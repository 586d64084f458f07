package measure

import (
	"sort"

	"stakeout/agents"
	"stakeout/experiments/kit/exact"
	"stakeout/experiments/sim"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// paths are the price paths of the three worlds.
type paths struct{ attack, honest, idle *sim.World }

// split adds to the first three channels from first on what q tokens bought at a tick
// gain until the end: by drift, by own impact and by the act.
func (a *Account) split(first Channel, p paths, q float64, tick uint32) {
	move := func(w *sim.World) float64 { return w.PriceAt(w.Tick()) - w.PriceAt(tick) }
	dI, dH, dA := move(p.idle), move(p.honest), move(p.attack)
	a.Channel[first] += micro(q * dI)
	a.Channel[first+1] += micro(q * (dH - dI))
	a.Channel[first+2] += micro(q * (dA - dH))
	a.swing(q, p.idle.PriceAt(tick), p.idle.PriceAt(p.idle.Tick()))
}

// swing adds to LogDrift a position that was opened at one idle price and ends at another.
func (a *Account) swing(q, from, to float64) {
	if from > 0 && to > 0 {
		a.LogDrift += micro(q * from * exact.Log(to/from))
	}
}

// trades splits the fills of a leg; execution takes the rest of the exact cash.
func (a *Account) trades(leg int, id agents.ID, p paths) {
	w, first := p.attack, StakeDrift
	if leg > 0 {
		first = ShortDrift
	}
	was := a.Channel
	for _, f := range w.Exchange().Log() {
		if f.Owner != id {
			continue
		}
		q := float64(f.Lots)
		if f.Side == book.Sell {
			q = -q
			if leg > 0 {
				a.ShortTokens -= q
			}
		}
		a.split(first, p, q, f.Tick)
	}
	row := sim.RowAttacker + ledger.Row(leg)
	paid, drift := a.daiMoves(id, p)
	a.rest(first, &was, w.Ledger().Flow(row, ledger.Trade, ledger.Cash)-paid+
		value(w.Ledger().Flow(row, ledger.Trade, ledger.Token), w.PriceAt(w.Tick()))+
		value(w.Ledger().Flow(row, ledger.Trade, ledger.Rival), w.RivalPrice()))
	a.Channel[DaiDrift] += drift
	a.Channel[DaiTrades] += paid + value(w.Ledger().Flow(row, ledger.Trade, ledger.Dai), w.DaiPrice()) - drift
}

// contracts does the same for the positions of a leg in the perpetual future, whose
// gains are cash already.
func (a *Account) contracts(leg int, id agents.ID, p paths) {
	was := a.Channel
	for _, c := range p.attack.Perp().Log() {
		if c.Owner == id {
			a.split(PerpDrift, p, float64(c.Lots), c.Tick)
		}
	}
	a.rest(PerpDrift, &was, p.attack.Ledger().Flow(sim.RowAttacker+ledger.Row(leg), ledger.Variation, ledger.Cash))
}

// rest gives the fourth channel from first on what the three before it have gained less
// than the exact total.
func (a *Account) rest(first Channel, was *[Channels]ledger.Amount, total ledger.Amount) {
	for c := first; c < first+3; c++ {
		total -= a.Channel[c] - was[c]
	}
	a.Channel[first+3] += total
}

// daiMoves is the cash that an owner got for dai less what it paid for it, fees not
// counted, and the drift of the dai since.
func (a *Account) daiMoves(id agents.ID, p paths) (cash, drift ledger.Amount) {
	x := p.attack.Dai()
	tick, lot := x.Params().TickSize, x.Params().Lot
	for _, f := range x.Log() {
		if f.Owner != id {
			continue
		}
		lots := ledger.Amount(f.Lots)
		if f.Side == book.Sell {
			lots = -lots
		}
		cash -= ledger.Amount(f.Price) * lots * tick
		from, to := daiAt(p.idle, f.Tick), p.idle.DaiPrice()
		drift += micro((lots * lot).Units() * (to - from))
		a.swing((lots * lot).Units(), from, to)
	}
	return cash, drift
}

// daiAt is the price of dai at the end of the last full hour before a tick, or of the
// first hour.
func daiAt(w *sim.World, tick uint32) float64 {
	hours := w.Series()
	i := sort.Search(len(hours), func(i int) bool { return hours[i].Tick > tick })
	if len(hours) == 0 {
		return w.DaiPrice()
	}
	return hours[max(i-1, 0)].Dai.Price
}
