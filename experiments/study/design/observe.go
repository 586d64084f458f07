package design

import (
	"math"

	"stakeout/experiments/kit/record"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/column"
	"stakeout/experiments/study/measure"
	"stakeout/experiments/study/trial"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// accountOf is the attacker's account in the attack or in the honest world.
func accountOf(t *trial.Trial, world int) *measure.Account {
	if world == 0 {
		return &t.Gain
	}
	return &t.Fair
}

// shortNotional is the value in USD of all sales by the legs that hold no stake.
func shortNotional(w *sim.World) (usd float64) {
	tick := w.Exchange().Params().TickSize.Units()
	for _, f := range w.Exchange().Log() {
		if f.Owner != w.Attackers()[0] && f.Side == book.Sell {
			usd += float64(float64(f.Lots) * float64(f.Price) * tick)
		}
	}
	return usd
}

func capital() field {
	return money(column.Capital, "Cash that the attacker's accounts start with.",
		func(o *Observation) ledger.Amount { return o.Trial.Capital })
}

func account(i int, world string) []field {
	in := " in the " + world + " world."
	of := func(o *Observation) *measure.Account { return accountOf(o.Trial, i) }
	name := func(quantity string) string { return column.Outcome(world, quantity) }
	return []field{
		money(name(column.Profit), "Net profit of the attacker at executable prices"+in,
			func(o *Observation) ledger.Amount { return of(o).Profit }),
		money(name(column.CapitalAtRisk), "Most cash that the attacker had paid in at the end of any hour"+in,
			func(o *Observation) ledger.Amount { return of(o).CapitalAtRisk }),
		number(name(column.ROI), record.Dimensionless, "Net profit over capital at risk, missing when none was at risk,"+in,
			func(o *Observation) float64 {
				if roi, ok := of(o).ROI(); ok {
					return roi
				}
				return math.NaN()
			}),
		money(name(column.Cost), "Sum of the negative channels, as a positive number,"+in,
			func(o *Observation) ledger.Amount { return of(o).Cost() }),
		money(name(column.Revenue), "Sum of the positive channels"+in,
			func(o *Observation) ledger.Amount { return of(o).Revenue() }),
		number(name(column.PeakStake), "share", "Largest share of all stake that the attacker held"+in,
			func(o *Observation) float64 { return of(o).PeakStake }),
		number(name(column.ShortTokens), "tokens", "Tokens that the attacker sold short in all"+in,
			func(o *Observation) float64 { return of(o).ShortTokens }),
		number(name(column.ShortNotional), "USD", "What the attacker sold short in all, at the prices of the sales,"+in,
			func(o *Observation) float64 { return shortNotional(o.Trial.World(i)) }),
	}
}

func channels(i int, world string) (out []field) {
	for c, d := range measure.Describe {
		out = append(out, money(column.Channel(world, d.Name), "Profit channel in the "+world+" world: "+d.Doc,
			func(o *Observation) ledger.Amount {
				return accountOf(o.Trial, i).Channel[c]
			}))
	}
	return out
}

// outcome is what happened to price and service in a world from the start of the plan to
// the end, relative to the idle world of the same seed.
type outcome struct {
	drawdown, runup, final    float64 // of the price against the idle world's
	empty, peakEmpty, stake   float64 // shares
	throughputLost, usersLost float64 // shares of the idle world's
	peakUsersLost, slots      float64
	oneSided                  float64 // share of hours
}

func outcomeOf(t *trial.Trial, w *sim.World) (x outcome) {
	a, idle := w.Series(), t.Idle.Series()
	lowest, highest, n := 1.0, 1.0, 0.0
	first, last := -1, len(a)-1
	for h := range a {
		if a[h].Tick <= t.Start {
			first = h
			continue
		}
		price := measure.Ratio(a[h].Price, idle[h].Price)
		lowest, highest = min(lowest, price), max(highest, price)
		x.empty += a[h].EmptyHour
		x.peakEmpty = max(x.peakEmpty, a[h].EmptyDay)
		if a[h].Staked > 0 {
			x.stake += a[h].AttackerStake / a[h].Staked
		}
		if a[h].OneSided {
			x.oneSided++
		}
		x.peakUsersLost = max(x.peakUsersLost, 1-measure.Ratio(a[h].Active, idle[h].Active))
		n++
	}
	x.oneSided = measure.Ratio(x.oneSided, n)
	x.drawdown, x.runup = 1-lowest, highest-1
	x.empty, x.stake = measure.Ratio(x.empty, n), measure.Ratio(x.stake, n)
	x.final = measure.Ratio(w.PriceAt(w.Tick()), t.Idle.PriceAt(t.Idle.Tick()))
	if last < 0 {
		x.slots, x.throughputLost, x.usersLost = math.NaN(), math.NaN(), math.NaN()
		return x
	}
	before, led := 0.0, 0.0
	if first >= 0 {
		before, led = idle[first].Transactions, a[first].Slots
	}
	x.slots = measure.Ratio(a[last].AttackerSlots, a[last].Slots-led)
	x.throughputLost = 1 - measure.Ratio(a[last].Transactions-before, idle[last].Transactions-before)
	x.usersLost = 1 - measure.Ratio(a[last].Active, idle[last].Active)
	return x
}

func outcomes(i int, world string) []field {
	against := func(quantity, unit, doc string, value func(*outcome) float64) field {
		return number(column.Outcome(world, quantity), unit, doc, func(o *Observation) float64 { return value(&o.market[i]) })
	}
	of := " of the " + world + " world"
	return []field{
		against(column.Drawdown, "share", "Deepest fall of the price"+of+" below that of the idle world at the end "+
			"of any hour.", func(x *outcome) float64 { return x.drawdown }),
		against(column.Runup, "share", "Highest rise of the price"+of+" above that of the idle world at the end of any hour.",
			func(x *outcome) float64 { return x.runup }),
		against(column.FinalPrice, record.Dimensionless, "Price"+of+" at the end over that of the idle world.",
			func(x *outcome) float64 { return x.final }),
		against(column.EmptyShare, "share", "Mean share of slots that left waiting users unserved, from the start of the "+
			"plan on, in the "+world+" world.", func(x *outcome) float64 { return x.empty }),
		against(column.PeakEmptyShare, "share", "Largest daily average of the share of such slots in the "+world+" world.",
			func(x *outcome) float64 { return x.peakEmpty }),
		against(column.MeanStake, "share", "Mean share of all stake that the attacker held from the start of the plan on, "+
			"which under proof of stake is its expected share of slots, in the "+world+" world.",
			func(x *outcome) float64 { return x.stake }),
		against(column.BlockShare, "share", "Slots that the attacker led, of all from the start of the plan on, in the "+
			world+" world.", func(x *outcome) float64 { return x.slots }),
		against(column.ThroughputLoss, "share", "Transactions from the start of the plan on that the "+
			world+" world served less than the idle one.", func(x *outcome) float64 { return x.throughputLost }),
		against(column.UsersLost, "share", "Active users at the end that the "+world+" world has less than the idle one.",
			func(x *outcome) float64 { return x.usersLost }),
		against(column.PeakUsersLost, "share", "Largest shortfall of active users against the idle world at the end of any "+
			"hour in the "+world+" world.", func(x *outcome) float64 { return x.peakUsersLost }),
		against(column.OneSided, "share", "Hours at whose end the book of the token lacked a side, of all from the start of "+
			"the plan on, in the "+world+" world. Prices of such hours are what a clip of the supply fetches.",
			func(x *outcome) float64 { return x.oneSided }),
		number(column.Outcome(world, column.Liquidated), "tokens", "Tokens bought in from borrowers below their "+
			"margin in the "+world+" world.", func(o *Observation) float64 {
			return o.Trial.World(i).Liquidated().Units()
		}),
	}
}

// comparison are the columns that set the worlds against each other.
func comparison() []field {
	out := []field{
		money(column.Net, "Net profit of the attack less what the idle world's prices did to the same positions.",
			func(o *Observation) ledger.Amount { return o.Trial.Gain.Net() }),
		money(column.HonestNet, "Net profit of the same trades without the act, less the drift of their positions.",
			func(o *Observation) ledger.Amount { return o.Trial.Fair.Net() }),
		money(column.HonestUse, "What the best honest use of up to the capital at risk is worth on average, net of "+
			"drift, and 0 where that is to keep the cash.",
			func(o *Observation) ledger.Amount { return o.Trial.HonestUse }),
		money(column.Advantage, "Net of drift less the best honest use: what the attack adds to the best that its capital "+
			"could have done.", func(o *Observation) ledger.Amount { return o.Trial.Advantage() }),
		money(column.LogDrift, "Value of every position of the attack times the log move of its idle price until the "+
			"end, whose mean is zero.", func(o *Observation) ledger.Amount { return o.Trial.Gain.LogDrift }),
		money(column.Effect, "Net profit of the attack less that of the same trades without the act.",
			func(o *Observation) ledger.Amount { return o.Trial.Effect() }),
	}
	for i, s := range measure.Sectors {
		out = append(out, money(column.Sector(s.Name), "Equity gained from the idle to the attack world, each at its own "+
			"last price: "+s.Doc, func(o *Observation) ledger.Amount { return o.harm[i] }))
	}
	return append(out,
		number(column.UserSurplus, "USD", "What users gained from the idle to the attack world besides the cash in the "+
			"ledger: the value of transactions served, after the wait and less their fees, and less what the balances of "+
			"those who want out and cannot lose by the wait.", func(o *Observation) float64 { return o.surplus }),
		number(column.Deadweight, "USD", "What the attack cost without being anybody's gain: the value after the wait "+
			"of transactions, fees included, and what trapped balances lose, idle world less attack world.",
			func(o *Observation) float64 { return o.deadweight }),
		money(column.HarmResidual, "Sum of all sectors' gains, which is zero.", func(o *Observation) (sum ledger.Amount) {
			for _, x := range o.harm {
				sum += x
			}
			return sum
		}),
		number(column.Residual, "1e-12 USD", "Sum of all sectors' equity in the attack world, which is zero.",
			func(o *Observation) float64 {
				x, _ := measure.Residual(o.Trial.Attack).Float64()
				return x
			}))
}
