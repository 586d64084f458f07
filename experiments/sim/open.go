package sim

import (
	"stakeout/agents"
	"stakeout/experiments/sim/draw"
	"stakeout/market/ledger"
)

// The order slots that each kind of trader registers.
var orderSlots = [...]int{2, 10, 2, 2, 0, 2, 0, 0, 2}

// open endows everybody and starts the world at its fixed point: each honest
// agent holds what it wants at the opening price, public averages stand where a
// world without trouble has them, and the unbonding pipeline is full.
func (w *World) open(capital [Legs]ledger.Amount) {
	c := w.cfg
	for s := range w.people.kinds {
		for _, a := range w.people.of(s) {
			row := RowStakers + ledger.Row(s)
			if s == attackStrategy {
				row += ledger.Row(a.Row)
			}
			w.led.Assign(a.ID, row)
			if n := orderSlots[s]; n > 0 {
				w.x.Register(a.ID, n)
			}
		}
	}
	for r := ledger.Owner(0); r < ledger.First; r++ {
		w.led.Assign(r, ledger.Row(r))
	}
	w.view = agents.NewView(w.led, w.x, w.pool, w.roll, w.stream)
	w.view.TicksPerDay = w.perDay
	w.view.Remedy = w.remedy.Rules()
	w.view.SetMid(c.Opening.Price)
	w.volatility = newVolatility(w.perDay, c.News, w.view)
	w.publishNews()
	w.opening = w.fixedPoint()
	w.populate()
	for i, id := range w.attackers {
		w.grant(id, ledger.Cash, ledger.Free, capital[i], ledger.Genesis)
	}
	w.roll.SeedPublic(w.opening.Revenue, w.opening.Reward, w.activeCohorts(), agents.Amount(w.opening.Fee/agents.BidMargin))
	w.wheel = newWheel(w.people.size())
	w.firstWakes()
}

func (w *World) activeCohorts() float64 {
	return float64(int(float64(w.cfg.Users.ActiveShare*float64(w.cfg.Users.Count)) + 0.5))
}

// fixedPoint derives what the opening yields, fees and margins must be.
func (w *World) fixedPoint() agents.Opening {
	c := w.cfg
	o := agents.Opening{
		Price: c.Opening.Price, Supply: c.Opening.Supply, EthUSD: c.Opening.EthUSD, Revenue: c.Opening.Revenue,
		TicksPerDay: w.perDay, SlotTicks: float64(c.Rollup.BlocksPerSlot),
	}
	o.Staked = float64(c.Stakers.HoldShare * c.Stakers.StakedShare * o.Supply)
	o.Expected = o.Staked + float64(c.Stakers.HoldShare*c.Stakers.LeavingShare*o.Supply)
	o.Reward = o.Revenue * (1 - c.Rollup.OperatorShare) / o.Staked
	o.Normal = o.Revenue * (1 - c.Rollup.OperatorShare) / o.Expected
	o.PerBatch = w.activeCohorts() * float64(c.Users.CohortSize) * c.Users.PerDay * agents.OpeningDemand(c.Users) / (w.perDay / o.SlotTicks)
	// Users bid a margin above the posted fee, which covers layer-one gas.
	gas := float64((float64(c.Rollup.TransactionGas) + float64(c.Rollup.BatchGas)/o.PerBatch) * w.view.GasGwei * 1e-9 * o.EthUSD)
	net := o.Revenue / 365 / (w.perDay / o.SlotTicks) / o.PerBatch
	o.Fee = net + gas
	o.Margin = o.Fee/agents.BidMargin - gas
	return o
}

// populate draws the honest populations and endows them.
func (w *World) populate() {
	c, o, s := w.cfg, w.opening, w.stream
	kind := w.people.of
	stakers, operators := kind(0), kind(6)
	w.strategies = []agents.Strategy{
		agents.NewStakers(c.Stakers, c.Beliefs, o, stakers, s, w.endow),
		agents.NewMakers(c.Makers, o, kind(1), s, w.endow),
		agents.NewNoise(c.Noise, o, kind(2), s, w.endow),
		agents.NewChartists(c.Chartists, o, kind(3), s, w.endow),
		agents.NewHolders(c.Holders, o, kind(4), s, w.endow),
		agents.NewShorters(c.Shorters, c.Beliefs, o, kind(5), s, w.endow),
		agents.NewCoordinators(c.Coordinators, o, operators, s, w.endow),
		agents.NewUsers(c.Users, o, kind(7), s, w.endow),
		nil,
	}
	for _, a := range stakers {
		w.roll.Delegate(a.ID, operators[w.stream.At(draw.Population, a.Key, 1).Intn(len(operators))].ID)
	}
	for _, a := range operators {
		w.roll.SetPolicy(a.ID, agents.HonestPolicy(o.Margin/o.EthUSD, o.PerBatch, w.view))
	}
}

// endow gives an agent what it starts with.
func (w *World) endow(id agents.ID, e agents.Endowment) {
	w.grant(id, ledger.Cash, ledger.Free, agents.Amount(e.Cash), ledger.Genesis)
	w.grant(id, ledger.Token, ledger.Free, agents.Amount(e.Tokens)+agents.Amount(e.Staked)+agents.Amount(e.Leaves)+agents.Amount(e.Lent), ledger.Genesis)
	if e.Staked > 0 {
		w.must(w.roll.Stake(id, agents.Amount(e.Staked)))
	}
	if e.Leaves > 0 {
		w.must(w.roll.SeedUnbonding(id, agents.Amount(e.Leaves), uint32(e.Due*float64(w.roll.UnbondTicks()))))
	}
	if e.Lent > 0 {
		w.must(w.pool.Deposit(id, agents.Amount(e.Lent)))
	}
	if e.Inside > 0 {
		w.must(w.roll.Join(id, agents.Amount(e.Inside)))
		w.roll.Activate(id, true)
	}
}

func (w *World) grant(id agents.ID, a ledger.Asset, p ledger.Pocket, x ledger.Amount, why ledger.Reason) {
	w.must(w.led.Post(ledger.Transfer{Amount: x, From: ledger.Outside, To: id, Asset: a, ToPocket: p, Reason: why}))
}

// firstWakes spreads the first look of every agent evenly over the typical
// interval of its kind, in hours; makers and coordinators look at once.
func (w *World) firstWakes() {
	c := w.cfg
	hours := [...]float64{c.Stakers.WakeHours, 0, c.Noise.WakeBlocks / w.perDay * 24, c.Chartists.WakeHours,
		c.Holders.WakeHours, c.Shorters.WakeHours, 0, c.Users.WakeHours}
	for i := range w.people.kinds[attackStrategy].first {
		u := w.stream.At(draw.Wake, w.people.key(i), 0).Float64()
		w.wheel.put(i, 1+uint32(u*hours[w.people.kindOf[i]]/24*w.perDay), 0)
	}
}
