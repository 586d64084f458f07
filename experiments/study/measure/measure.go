// Package measure turns the worlds of one replication into amounts of money: profit by
// channel, capital at risk, and harm by sector.
//
// A replication has three worlds with the same seed, so that every exogenous
// event is the same: the attack; the honest world, in which the same capital
// makes the same trades but builds honest blocks; and the idle world, in which
// the capital stays cash. Profit is what the ledger moved to the attacker's
// accounts, and nothing else; this package only groups it.
//
// The trades of a leg are split by the price paths of the three worlds. With q
// the signed tokens of a fill at price f, p its world's mid at that moment, P
// the mid at the end, and subscripts for the worlds,
//
//	q(P − f) = q[ΔI] + q[ΔH − ΔI] + q[ΔA − ΔH] + q(p_A − f),  Δ = P − p,
//
// which are the drift that everybody had, the attacker's own impact, the effect
// of the act, and the cost of execution. Positions in the perpetual future are
// split in the same way, since they are valued at the price of the token. Of dai
// only the drift is told apart.
//
// Profit less drift is the yardstick of a plan: drift is luck that a holder of the
// same positions would have had in a world without the attacker. It counts the
// positions that trades opened, and nothing on rewards paid in tokens.
//
// Assumption: the drift of dai is measured from the last full hour before a fill,
// because worlds keep the price of dai by the hour.
package measure

import (
	"math"

	"stakeout/agents"
	"stakeout/experiments/sim"
	"stakeout/market"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// Channel is a source of profit or loss of an attacker.
type Channel int

// The channels: first the trades of the stake leg, then the trades of the short leg, the
// only other leg that trades tokens, then the other reasons of the ledger in groups.
const (
	StakeDrift Channel = iota
	StakeImpact
	StakeAttack
	StakeExecution
	ShortDrift
	ShortImpact
	ShortAttack
	ShortExecution
	TradingFees
	Fees
	WithdrawalFees
	BatchGas
	Interest
	PerpDrift
	PerpImpact
	PerpAttack
	PerpExecution
	Funding
	Slashed
	Liquidations
	Bids
	Bonds
	Bribes
	Forked
	DaiDrift
	DaiTrades
	DaiUnsold
	Mined
	Disrupting
	Unsold
	Other
	Channels
)

// Description of a channel, for tables and schemas.
type Description struct{ Name, Label, Doc string }

// Drifts are the channels of what the idle world's prices did.
var Drifts = [...]Channel{StakeDrift, ShortDrift, PerpDrift, DaiDrift}

// Describe lists the channels in their order.
var Describe = [Channels]Description{
	{"stake_drift", "spot: drift", "Trades of the stake leg: what the idle world's price did between fill and end."},
	{"stake_impact", "spot: own impact", "Trades of the stake leg: price moved by the same trades without the act."},
	{"stake_attack", "spot: effect of the act", "Trades of the stake leg: price moved by the act itself."},
	{"stake_execution", "spot: execution", "Trades of the stake leg: fills against the mid of their moment."},
	{"short_drift", "short: drift", "Trades of the short leg: what the idle world's price did between fill and end."},
	{"short_impact", "short: own impact", "Trades of the short leg: price moved by the same trades without the act."},
	{"short_attack", "short: effect of the act", "Trades of the short leg: price moved by the act itself."},
	{"short_execution", "short: execution", "Trades of the short leg: fills against the mid of their moment."},
	{"trading_fees", "trading fees", "Fees paid to the exchange."},
	{"fees", "block rewards and fees", "Transaction fees, extracted value and rewards received for building blocks."},
	{"withdrawal_fees", "withdrawal fees", "Fees received from users who leave through the coordinator."},
	{"batch_gas", "layer-one gas", "Gas paid for batches."},
	{"interest", "borrow interest", "Interest on borrowed tokens, at the price at the end."},
	{"perpetual_drift", "perpetual: drift", "Positions in the perpetual future: what the idle world's price of the " +
		"token did between fill and end."},
	{"perpetual_impact", "perpetual: own impact", "Positions in the perpetual future: price moved by the same trades " +
		"without the act."},
	{"perpetual_attack", "perpetual: effect of the act", "Positions in the perpetual future: price moved by the act " +
		"itself."},
	{"perpetual_execution", "perpetual: execution", "Positions in the perpetual future: fills against the mid of the " +
		"token at their moment."},
	{"funding", "perpetual: funding", "Funding received from and paid to the other side of the perpetual future."},
	{"slashed", "slashing", "Stake lost to slashing, at the price at the end."},
	{"liquidations", "liquidation penalties", "Penalties for margin calls and debts written off."},
	{"bids", "bids for leadership", "What was paid for slots in an auction."},
	{"bonds", "bonds and court fees", "Bonds, appeals and court stake paid, less what came back."},
	{"bribes", "bribes", "Bribes of voters and jurors, paid or received."},
	{"fork", "fork of the token", "Tokens exchanged and deposits taken in a fork, at the prices at the end."},
	{"dai_drift", "dai: drift", "Dai bought and sold: what the idle world's price of dai did between the hour of the " +
		"fill and the end."},
	{"dai_trades", "dai: trades", "The rest of dai bought and sold, at the price of dai at the end; fees are with the " +
		"trading fees."},
	{"dai_unsold", "dai: unsold", "What dai left at the end fetches in the book less its value at the price at the end."},
	{"mining", "mining", "Block rewards and layer-one fees of own blocks that stayed in the chain, less what the hash " +
		"power costs."},
	{"disruption", "network attacks", "Paid to keep others' messages from arriving."},
	{"unsold", "unsold tokens", "What tokens left at the end fetch in the book less their value at the mid."},
	{"other", "other", "Every other reason of the ledger."},
}

// Account is what one world did to the attacker.
type Account struct {
	Channel       [Channels]ledger.Amount // micro-USD; they sum to Profit
	Profit        ledger.Amount           // micro-USD, at executable prices
	CapitalAtRisk ledger.Amount           // micro-USD: most cash paid in at the end of any hour
	PeakStake     float64                 // largest share of all stake
	ShortTokens   float64                 // tokens sold short in all
	LogDrift      ledger.Amount           // micro-USD: value of every position times the log move of its idle price
}

// Cost and Revenue are the sums of the negative and of the positive channels,
// in micro-USD.
func (a *Account) Cost() (sum ledger.Amount) {
	for _, c := range a.Channel {
		sum -= min(c, 0)
	}
	return sum
}

// Revenue is the sum of the positive channels.
func (a *Account) Revenue() (sum ledger.Amount) {
	for _, c := range a.Channel {
		sum += max(c, 0)
	}
	return sum
}

// ROI is profit over capital at risk; ok is false when no capital was at risk.
func (a *Account) ROI() (roi float64, ok bool) {
	if a.CapitalAtRisk <= 0 {
		return 0, false
	}
	return float64(a.Profit) / float64(a.CapitalAtRisk), true
}

// Of computes the attacker's account in world w, given the honest and the idle
// world of the same replication and the cash that the attacker started with.
func Of(w, honest, idle *sim.World, capital ledger.Amount) Account {
	w.Settle()
	var a Account
	p := paths{w, honest, idle}
	end := w.PriceAt(w.Tick())
	var left, rival, dai ledger.Amount
	for leg, id := range w.Attackers() {
		a.trades(leg, id, p)
		a.contracts(leg, id, p)
		a.reasons(sim.RowAttacker+ledger.Row(leg), w, end)
		left += w.Ledger().Total(id, ledger.Token)
		rival += w.Ledger().Total(id, ledger.Rival)
		dai += w.Ledger().Total(id, ledger.Dai)
	}
	cash := -capital
	for _, id := range w.Attackers() {
		cash += w.Ledger().Total(id, ledger.Cash)
	}
	proceeds := liquidation(w, left) + rivalLiquidation(w, rival)
	a.Channel[Unsold] = proceeds - value(left, end) - value(rival, w.RivalPrice())
	daiProceeds := daiLiquidation(w, dai)
	a.Channel[DaiUnsold] = daiProceeds - value(dai, w.DaiPrice())
	a.Profit = cash + proceeds + daiProceeds
	a.balance(w, end)
	for _, s := range w.Series() {
		a.CapitalAtRisk = max(a.CapitalAtRisk, capital-agents.Amount(s.AttackerCash))
		if s.Staked > 0 {
			a.PeakStake = max(a.PeakStake, s.AttackerStake/s.Staked)
		}
	}
	return a
}

// Drift is what the prices of the idle world did to the positions, in micro-USD.
func (a *Account) Drift() (sum ledger.Amount) {
	for _, c := range Drifts {
		sum += a.Channel[c]
	}
	return sum
}

// Net is the profit net of drift.
func (a *Account) Net() ledger.Amount { return a.Profit - a.Drift() }

// channelOf groups the ledger's reasons other than trades.
var channelOf = map[ledger.Reason]Channel{
	ledger.TradingFee: TradingFees, ledger.TransactionFee: Fees, ledger.StakingReward: Fees, ledger.Extraction: Fees,
	ledger.WithdrawalFee: WithdrawalFees, ledger.BatchCost: BatchGas, ledger.Interest: Interest,
	ledger.Funding: Funding,
	ledger.Auction: Bids, ledger.Bond: Bonds, ledger.Bribe: Bribes, ledger.Fork: Forked,
	ledger.Mining: Mined, ledger.Disruption: Disrupting,
	ledger.Slash: Slashed, ledger.Liquidation: Liquidations, ledger.Shortfall: Liquidations,
}

func (a *Account) reasons(row ledger.Row, w *sim.World, end float64) {
	l, rival, dai := w.Ledger(), w.RivalPrice(), w.DaiPrice()
	for why := ledger.Reason(0); why < ledger.Reasons; why++ {
		if why == ledger.Trade || why == ledger.Variation || why == ledger.Genesis {
			continue
		}
		c, ok := channelOf[why]
		if !ok {
			c = Other
		}
		a.Channel[c] += l.Flow(row, why, ledger.Cash) + value(l.Flow(row, why, ledger.Token), end) +
			value(l.Flow(row, why, ledger.Rival), rival) +
			value(l.Flow(row, why, ledger.Dai), dai)
	}
}

// balance adds to Other the few micro-dollars that the rounding of token values left, so
// that the channels sum to the profit exactly.
func (a *Account) balance(w *sim.World, end float64) {
	rest := a.Profit
	for _, c := range a.Channel {
		rest -= c
	}
	a.Channel[Other] += rest
}

// liquidation is what tokens fetch in the book now, after taker fees. A debt costs what
// buying it back would cost. Tokens beyond the depth of the book are worth nothing. Debt
// beyond the depth is valued at the worst price in the book, or at the last mid when
// nobody offers anything.
func liquidation(w *sim.World, tokens ledger.Amount) ledger.Amount {
	mid := uint64(w.View().Price(w.PriceAt(w.Tick())))
	return fetched(w.Exchange(), tokens, mid)
}

// rivalLiquidation is the same for the token of the smaller side of a fork.
func rivalLiquidation(w *sim.World, tokens ledger.Amount) ledger.Amount {
	x := w.Rival()
	if x == nil {
		return 0
	}
	return fetched(x, tokens, uint64(w.View().Price(w.RivalPrice())))
}

// daiLiquidation is the same for dai.
func daiLiquidation(w *sim.World, dai ledger.Amount) ledger.Amount {
	return fetched(w.Dai(), dai, uint64(w.View().Price(w.DaiPrice())))
}

// fetched is liquidation on one book; the mid is in ticks.
func fetched(x *market.Exchange, tokens ledger.Amount, mid uint64) ledger.Amount {
	p := x.Params()
	side, lots := book.Sell, uint64(max(tokens, 0)/p.Lot)
	if tokens < 0 {
		side, lots = book.Buy, uint64((-tokens+p.Lot-1)/p.Lot)
	}
	if lots == 0 {
		return 0
	}
	filled, notional := x.Walk(side, lots)
	if side == book.Buy && filled < lots {
		worst := mid
		if filled > 0 {
			_, before := x.Walk(side, filled-1)
			worst = notional - before
		}
		notional += (lots - filled) * worst
	}
	cash := ledger.Amount(notional) * p.TickSize
	fee, _ := ledger.MulDiv(cash, ledger.Amount(float64(p.TakerFeeBps*100)+0.5), 1e6, ledger.Up)
	if side == book.Sell {
		return cash - fee
	}
	return -cash - fee
}

// value is the worth of tokens at a price in USD, rounded towards zero.
func value(tokens ledger.Amount, price float64) ledger.Amount {
	p := agents.Amount(price)
	if tokens < 0 {
		x, _ := ledger.MulDiv(-tokens, p, ledger.Unit, ledger.Down)
		return -x
	}
	x, _ := ledger.MulDiv(tokens, p, ledger.Unit, ledger.Down)
	return x
}

func micro(usd float64) ledger.Amount { return ledger.Amount(usd * float64(ledger.Unit)) }

// Ratio is a over b. It is NaN when b is zero, which a table shows as a missing value.
func Ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}
