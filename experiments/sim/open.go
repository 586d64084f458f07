package sim

import (
	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
)

// open endows everybody and starts the world at its fixed point: each honest
// agent holds the amounts that it wants at the opening price, public averages have the
// values of a world without trouble, and the unbonding pipeline is full.
func (w *World) open(capital [Legs]ledger.Amount) {
	c := w.cfg
	for i := range w.people.groups {
		g := &w.people.groups[i]
		for _, a := range g.list() {
			row := g.row
			if g.row == RowAttacker {
				row += ledger.Row(a.Row)
			}
			w.led.Assign(a.ID, row)
			w.register(a.ID, g.slots)
		}
	}
	for r := ledger.Owner(0); r < ledger.First; r++ {
		w.led.Assign(r, ledger.Row(r))
	}
	w.view.TicksPerDay = w.perDay
	w.view.DisturbUSD = c.Network.HourUSD
	w.view.FundingsDay, w.view.FundingCap = 24/c.Perp.FundingHours, c.Perp.FundingCap
	w.showMechanisms()
	w.view.SetMid(c.Opening.Price)
	w.volatility = newVolatility(w.perDay, c.News, w.view)
	w.publishNews()
	w.opening = w.fixedPoint()
	w.populate()
	w.Fund(capital)
	if w.view.Auction != nil {
		w.roll.SeedAccrual(w.opening.ToStake, w.opening.ToSupply, w.opening.Revenue, w.opening.Supply)
	}
	w.roll.SeedPublic(w.opening.Revenue, w.opening.Normal, w.activeCohorts(), w.opening.Supply, w.quote())
	w.firstWakes()
}

// Fund gives cash in micro-USD to the legs of the attacker, in the books and in the
// series as if they had held it from the opening. Legs without a plan do nothing, so
// that a world funded late is the world that was opened with the cash.
func (w *World) Fund(capital [Legs]ledger.Amount) {
	for i, id := range w.attackers {
		w.grant(id, ledger.Cash, ledger.Free, capital[i], ledger.Genesis)
		for h := range w.series {
			w.series[h].AttackerCash += capital[i].Units()
		}
	}
}

// register gives an agent its order slots.
func (w *World) register(id agents.ID, n slots) {
	for pair, x := range [...]interface{ Register(agents.ID, int) }{
		agents.TokenPair: w.x, agents.DaiPair: w.dai, agents.PerpPair: w.perp,
	} {
		if n[pair] > 0 {
			x.Register(id, n[pair])
		}
	}
}

// activeCohorts is the number of cohorts that use the rollup at the opening.
func (w *World) activeCohorts() float64 {
	return float64(int(float64(w.cfg.Users.ActiveShare*float64(w.cfg.Users.Count)) + 0.5))
}

// fixedPoint derives the yields, fees and margins of the opening.
func (w *World) fixedPoint() agents.Opening {
	c := w.cfg
	o := agents.Opening{
		Price: c.Opening.Price, Supply: c.Opening.Supply, EthUSD: c.Opening.EthUSD, Revenue: c.Opening.Revenue,
		TicksPerDay: w.perDay, SlotTicks: float64(c.Rollup.BlocksPerSlot),
	}
	if c.VaultOwners.Count > 0 && c.Arbitrageurs.Count > 0 {
		o.Dai = c.VaultOwners.DebtUSD
	}
	o.Staked = float64(c.Stakers.HoldShare * c.Stakers.StakedShare * o.Supply)
	o.Expected = o.Staked + float64(c.Stakers.HoldShare*c.Stakers.LeavingShare*o.Supply)
	slots := w.perDay / o.SlotTicks // a day
	sent := agents.OpeningDemand(c.Users)
	o.PerBatch = w.activeCohorts() * float64(c.Users.CohortSize) * c.Users.PerDay * sent / slots
	// Users bid a margin above the posted fee, which covers layer-one gas.
	gas := float64(c.Rollup.GasEach(o.PerBatch) * w.view.GasGwei * 1e-9 * o.EthUSD)
	net := o.Revenue / 365 / slots / o.PerBatch
	o.Fee = net + gas
	o.Margin = o.Fee/agents.BidMargin - gas
	w.accrues(&o)
	return o
}

// accrues derives the part of the fees that reaches the holders of the token at the
// opening: the part that operators pass on, or a part of the bids.
func (w *World) accrues(o *agents.Opening) {
	c := w.cfg
	o.ToStake = 1 - c.Rollup.OperatorShare
	if m, ok := w.mech.(election.Auction); ok {
		paid := agents.OpeningBid(c.Coordinators, c.Rollup.ExtractableUSD, *o, m.Board())
		o.ToStake, o.ToSupply = m.Accrues()
		o.ToStake, o.ToSupply = o.ToStake*paid, o.ToSupply*paid
	}
	burnt := o.Revenue * o.ToSupply / o.Supply
	o.Normal = o.Revenue*o.ToStake/o.Expected + burnt
	if w.mech.Rules().Stake {
		slots := 365 * w.perDay / o.SlotTicks
		o.Issued = c.Rollup.BlockReward.Units() * slots * (1 - c.Rollup.OperatorShare) / o.Expected
	}
}

// populate draws the honest populations and endows them.
func (w *World) populate() {
	for i := range w.people.groups {
		var s agents.Strategy
		if g := &w.people.groups[i]; g.make != nil {
			s = g.make(w, g.list())
		}
		w.strategies = append(w.strategies, s)
	}
	w.roundDai(w.people.of(RowVaultOwners))
	operators := w.people.of(RowCoordinators)
	for _, a := range w.people.of(RowStakers) {
		w.roll.Delegate(a.ID, operators[w.stream.At(draw.Population, a.Key, 1).Intn(len(operators))].ID)
	}
	if s, ok := w.strategies[numberOf(RowStakers)].(*agents.Stakers); ok {
		s.Choose(operators)
	}
	w.roll.Appoint(operators[0].ID)
	w.succeed(operators)
	for _, a := range operators {
		w.roll.SetPolicy(a.ID, agents.HonestPolicy(w.opening.Margin/w.opening.EthUSD, w.opening.PerBatch, w.view))
	}
}

// succeed lines up the professional operators for the office. The first one, which
// holds it, comes last.
func (w *World) succeed(operators []agents.Agent) {
	line := make([]ledger.Owner, len(operators))
	for i := range operators {
		line[i] = operators[(i+1)%len(operators)].ID
	}
	w.roll.Succeed(line...)
}

// endow gives an agent its endowment.
func (w *World) endow(id agents.ID, e agents.Endowment) {
	w.grant(id, ledger.Cash, ledger.Free, agents.Amount(e.Cash), ledger.Genesis)
	tokens := agents.Amount(e.Tokens) + agents.Amount(e.Staked) + agents.Amount(e.Leaves) + agents.Amount(e.Lent)
	w.grant(id, ledger.Token, ledger.Free, tokens, ledger.Genesis)
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
	w.endowDai(id, e)
}

// endowDai opens the vault of a debtor, whose dai has long been spent, and gives
// dai to those who hold it.
func (w *World) endowDai(id agents.ID, e agents.Endowment) {
	if e.Debt > 0 {
		w.grant(id, ledger.Ether, ledger.Free, agents.Amount(e.Ether), ledger.Genesis)
		w.must(w.vaults.Lock(id, agents.Amount(e.Ether)))
		w.must(w.vaults.Mint(id, agents.Amount(e.Debt), agents.Amount(w.view.EthUSD)))
		w.spent(id, agents.Amount(e.Debt))
	}
	w.grant(id, ledger.Dai, ledger.Free, agents.Amount(e.Dai)+agents.Amount(e.DaiInside), ledger.Genesis)
	if e.DaiInside > 0 {
		w.must(w.roll.Bridge(id, agents.Amount(e.DaiInside)))
	}
}

// spent takes dai that a debtor has minted out of the world before it opens.
func (w *World) spent(id agents.ID, dai ledger.Amount) {
	w.must(w.led.Post(ledger.Transfer{
		Amount: dai, From: id, To: ledger.Outside, Asset: ledger.Dai, Reason: ledger.Genesis,
	}))
}

// roundDai settles the micro-units by which the dai held differs from the dai owed
// with the first debtor, so that dai stays between the agents.
func (w *World) roundDai(debtors []agents.Agent) {
	if len(debtors) == 0 {
		return
	}
	first := debtors[0].ID
	if left := w.led.Balance(ledger.Outside, ledger.Dai, ledger.Free); left >= 0 {
		w.grant(first, ledger.Dai, ledger.Free, left, ledger.Genesis)
	} else {
		w.must(w.vaults.Mint(first, -left, agents.Amount(w.view.EthUSD)))
		w.spent(first, -left)
	}
}

func (w *World) grant(id agents.ID, a ledger.Asset, p ledger.Pocket, x ledger.Amount, why ledger.Reason) {
	w.must(w.led.Post(ledger.Transfer{Amount: x, From: ledger.Outside, To: id, Asset: a, ToPocket: p, Reason: why}))
}

// firstWakes spreads the first look of every honest agent evenly over the typical
// interval of its kind.
func (w *World) firstWakes() {
	for i := range w.people.groups[numberOf(RowAttacker)].first {
		hours := 0.0
		if wake := w.people.groups[w.people.kindOf[i]].wake; wake != nil {
			hours = wake(w.cfg)
		}
		u := w.stream.At(draw.Wake, w.people.key(i), 0).Float64()
		w.wheel.put(i, 1+uint32(u*hours/24*w.perDay), 0)
	}
}
