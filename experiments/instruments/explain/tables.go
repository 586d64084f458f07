package explain

import (
	"fmt"
	"math"
	"strings"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/question"
	"stakeout/experiments/study/trial"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// legs names the attacker's accounts.
var legs = [sim.Legs]string{"stake", "short", "short on top"}

// usd is an amount of USD as tables print it, without decimals.
func usd(v float64) string { return table.Number(v, table.Money(0)).String() }

// attackerCash is the cash of all legs, free or behind orders, in USD.
func attackerCash(w *sim.World) (usd float64) {
	for _, id := range w.Attackers() {
		usd += (w.Ledger().Balance(id, ledger.Cash, ledger.Free) + w.Ledger().Balance(id, ledger.Cash, ledger.Held)).Units()
	}
	return usd
}

// timeline sets the worlds side by side at the end of every day.
func timeline(t *trial.Trial, s *question.Spec) *table.Table {
	out := &table.Table{
		Name: "timeline", Title: "The twins day by day",
		Columns: []table.Column{{Name: "Day"}, {Name: "Price idle", Unit: "USD"}, {Name: "Price honest", Unit: "USD"},
			{Name: "Price attack", Unit: "USD"},
			{Name: "Users", Unit: "%"}, {Name: "Stake share", Unit: "%"}, {Name: "Empty share", Unit: "%"},
			{Name: "Cash", Unit: "k USD"}, {Name: "Net bought", Unit: "k"}, {Name: "Plan"}},
		Notes: []string{"Days count from the end of the warm-up. Users are those of the attack world less those of the " +
			"idle world. Stake share, empty share (slots that left waiting users unserved, half-life a day), cash and net " +
			"bought are the attacker's in the attack world, cash in thousand USD; net bought is what it bought less what it " +
			"sold, sales of borrowed tokens included, in thousand tokens."},
	}
	a, h, idle := t.Attack.Series(), t.Honest.Series(), t.Idle.Series()
	log, net, last := t.Attack.Exchange().Log(), 0.0, ""
	for i := 23; i < len(a); i += 24 {
		if a[i].Tick+t.Idle.Ticks(1) < t.Start {
			continue
		}
		for len(log) > 0 && log[0].Tick <= a[i].Tick {
			net += signed(log[0])
			log = log[1:]
		}
		plan := phase(t, s, a[i].Tick)
		shown := plan
		if plan == last {
			shown = ""
		}
		last = plan
		out.Rows = append(out.Rows, []table.Cell{
			table.Number(t.Days(a[i].Tick, s), table.Format{}),
			table.Number(idle[i].Price, table.Money(4)), table.Number(h[i].Price, table.Money(4)),
			table.Number(a[i].Price, table.Money(4)),
			table.Number(measure.Ratio(a[i].Active, idle[i].Active)-1, table.Percent(1)),
			table.Number(measure.Ratio(a[i].AttackerStake, a[i].Staked), table.Percent(1)),
			table.Number(a[i].EmptyDay, table.Percent(1)),
			table.Number(a[i].AttackerCash/1e3, table.Money(0)), table.Number(net/1e3, table.Money(0)), table.Text(shown),
		})
	}
	return out
}

// signed is the number of tokens that a fill brings to its owner.
func signed(f market.Fill) float64 {
	if f.Side == book.Sell {
		return -float64(f.Lots)
	}
	return float64(f.Lots)
}

// table shows what differs at the first tick of a divergence.
func (d *divergence) table(t *trial.Trial, s *question.Spec) *table.Table {
	out := &table.Table{
		Name: "divergence", Title: "First difference between attack and honest world",
		Columns: []table.Column{{Name: "Quantity"}, {Name: "Attack", Align: table.Right},
			{Name: "Honest", Align: table.Right}},
	}
	if !d.found {
		out.Notes = []string{"The two worlds are equal to the last bit up to the horizon."}
		return out
	}
	row := func(name, a, h string) {
		out.Rows = append(out.Rows, []table.Cell{table.Text(name), table.Text(a), table.Text(h)})
	}
	row("parts that differ", strings.Join(d.parts, ", "), "")
	row("state hash", fmt.Sprintf("%016x", d.hash[0]), fmt.Sprintf("%016x", d.hash[1]))
	row("mid price (USD)", table.Number(d.price[0], table.Money(4)).String(),
		table.Number(d.price[1], table.Money(4)).String())
	row("attacker's cash (USD)", usd(d.cash[0]), usd(d.cash[1]))
	for _, c := range []struct {
		name string
		v    [2]uint64
	}{{"transactions waiting", d.waiting}, {"transactions served", d.transactions}, {"empty slots", d.empty}} {
		row(c.name, usd(float64(c.v[0])), usd(float64(c.v[1])))
	}
	out.Notes = []string{fmt.Sprintf("Tick %d, day %s after the warm-up; phase of the plan: %s. Up to the tick before, "+
		"the hashes of all balances, orders, loans and of the chain are equal.",
		d.tick, table.Number(t.Days(d.tick, s), table.Format{Decimals: 3}), phase(t, s, d.tick))}
	return out
}

// traded adds up the fills of one day, leg and side.
type traded struct{ tokens, cash, idle float64 }

func (x *traded) add(f market.Fill, tick float64, idle float64) {
	x.tokens += float64(f.Lots)
	x.cash += float64(float64(f.Lots) * float64(f.Price) * tick)
	x.idle += float64(float64(f.Lots) * idle)
}

// tally adds up a world's fills by day after the warm-up, account and side. The accounts
// are the legs in the market of the token, then the legs in the market of dai. The idle
// world keeps no price of dai by tick.
func tally(t *trial.Trial, w *sim.World, s *question.Spec) map[[3]int]*traded {
	out := map[[3]int]*traded{}
	for pair, x := range [...]*market.Exchange{w.Exchange(), w.Dai()} {
		tick := x.Params().TickSize.Units()
		for _, f := range x.Log() {
			for leg, id := range w.Attackers() {
				if f.Owner != id {
					continue
				}
				key := [3]int{int(math.Floor(t.Days(f.Tick, s))), pair*len(legs) + leg, int(f.Side)}
				if out[key] == nil {
					out[key] = new(traded)
				}
				idle := math.NaN()
				if pair == 0 {
					idle = t.Idle.PriceAt(f.Tick)
				}
				out[key].add(f, tick, idle)
			}
		}
	}
	return out
}

// fills lists the attacker's trades by day, leg and side beside those of the
// honest world.
func fills(t *trial.Trial, s *question.Spec) *table.Table {
	out := &table.Table{
		Name: "fills", Title: "The attacker's trades",
		Columns: []table.Column{{Name: "Day"}, {Name: "Account"}, {Name: "Side"}, {Name: "Attack", Unit: "tokens"},
			{Name: "Mean price attack", Unit: "USD"},
			{Name: "Honest", Unit: "tokens"}, {Name: "Mean price honest", Unit: "USD"}, {Name: "Idle mid", Unit: "USD"}},
		Notes: []string{"Idle mid is the mid of the idle world at the moments of the attack's fills (the honest world's " +
			"where the attack has none), weighted by tokens."},
	}
	attack, honest := tally(t, t.Attack, s), tally(t, t.Honest, s)
	for day := int(math.Floor(t.Days(t.Start, s))); day <= int(s.HorizonDays); day++ {
		for account := range 2 * len(legs) {
			name := legs[account%len(legs)]
			if account >= len(legs) {
				name += ", dai"
			}
			for _, side := range [...]book.Side{book.Buy, book.Sell} {
				key := [3]int{day, account, int(side)}
				if a, h := attack[key], honest[key]; a != nil || h != nil {
					out.Rows = append(out.Rows, fillRow(day, name, side, a, h))
				}
			}
		}
	}
	return out
}

func fillRow(day int, leg string, side book.Side, a, h *traded) []table.Cell {
	word := "buy"
	if side == book.Sell {
		word = "sell"
	}
	row := []table.Cell{table.Number(float64(day), table.Format{}), table.Text(leg), table.Text(word)}
	idle := a
	if a == nil {
		idle = h
	}
	for _, x := range [...]*traded{a, h} {
		if x == nil {
			row = append(row, table.Number(0, table.Money(0)), table.Empty("no trade on that day"))
			continue
		}
		row = append(row, table.Number(x.tokens, table.Money(0)), table.Number(x.cash/x.tokens, table.Money(4)))
	}
	if math.IsNaN(idle.idle) {
		return append(row, table.Empty("the idle price of dai is not kept"))
	}
	return append(row, table.Number(idle.idle/idle.tokens, table.Money(4)))
}

// channelTable shows the money of one replication by channel.
func channelTable(t *trial.Trial) *table.Table {
	out := &table.Table{
		Name: "channels", Title: "Money by channel",
		Columns: []table.Column{{Name: "Channel"}, {Name: "Attack", Unit: "USD"}, {Name: "Honest", Unit: "USD"},
			{Name: "Difference", Unit: "USD"}, {Name: "Meaning"}},
		Notes: []string{"The channels sum to the net profit exactly. Channels in which nothing moved are left out."},
	}
	row := func(name string, a, h ledger.Amount, doc string) {
		out.Rows = append(out.Rows,
			[]table.Cell{table.Text(name), table.Number(a.Units(), table.Money(0)), table.Number(h.Units(), table.Money(0)),
				table.Number((a - h).Units(), table.Money(0)), table.Text(doc)})
	}
	for c, d := range measure.Describe {
		if a, h := t.Gain.Channel[c], t.Fair.Channel[c]; a != 0 || h != 0 {
			row(d.Label, a, h, d.Doc)
		}
	}
	row("Net profit", t.Gain.Profit, t.Fair.Profit, "")
	return out
}

// decisive names the channel in which attack and honest world differ most.
func decisive(t *trial.Trial) string {
	most, at := ledger.Amount(0), -1
	for c := range measure.Describe {
		if d := t.Gain.Channel[c] - t.Fair.Channel[c]; max(d, -d) > most {
			most, at = max(d, -d), c
		}
	}
	if at < 0 {
		return ""
	}
	d := t.Gain.Channel[at] - t.Fair.Channel[at]
	return fmt.Sprintf("Most of the difference lies in the channel %q: %s USD.", measure.Describe[at].Label,
		usd(d.Units()))
}

// harmTable shows who gained and who paid in one replication.
func harmTable(t *trial.Trial) *table.Table {
	out := &table.Table{
		Name: "harm", Title: "Who gained and who paid, against the idle world",
		Columns: []table.Column{{Name: "Sector"}, {Name: "Attack", Unit: "USD"}, {Name: "Honest", Unit: "USD"},
			{Name: "Members"}},
		Notes: []string{
			"Equity at each world's own last price. Each column sums to zero exactly. Sectors in which nothing moved " +
				"are left out.",
			fmt.Sprintf("Zero-sum residual of the ledger: %s × 1e-12 USD.", measure.Residual(t.Attack)),
		},
	}
	a, h := measure.Harm(t.Attack, t.Idle), measure.Harm(t.Honest, t.Idle)
	for i, sector := range measure.Sectors {
		if a[i] == 0 && h[i] == 0 {
			continue
		}
		out.Rows = append(out.Rows, []table.Cell{table.Text(sector.Name), table.Number(a[i].Units(), table.Money(0)),
			table.Number(h[i].Units(), table.Money(0)), table.Text(sector.Doc)})
	}
	return out
}
