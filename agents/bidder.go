package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
	"stakeout/mechanisms/election"
)

// BidderParams describe how operators bid where leadership is sold. Each has a
// private estimate of what a slot is worth: public revenue plus extractable value
// less its cost, with an error that others do not have. It bids that value less the
// margin that it wants to keep.
//
// Sources: with a common value the winner is the bidder who errs upwards (Capen,
// Clapp and Campbell 1971), and bidders learn to allow for it; margins follow success
// as in learning direction theory (Selten and Stoecker 1986).
type BidderParams struct {
	CostVary   float64 `key:"slot_cost_spread_share" default:"0.2" unit:"share" min:"0" max:"1" source:"Assumption: operators' running costs differ by a fifth either way" doc:"Half-width of the uniform spread of slot costs over operators, where leadership is sold"`
	Error      float64 `key:"estimate_error" default:"0.03" unit:"1" min:"0" max:"2" source:"Assumption: a few percent of a public quantity; no sweep yet" doc:"Standard deviation of an operator's own error about ln value"`
	ErrorDays  float64 `key:"estimate_half_life_days" default:"2" unit:"d" min:"0.01" max:"1000" source:"Assumption: opinions are revised within days" doc:"Half-life of that error (Ornstein–Uhlenbeck)"`
	Learning   float64 `key:"own_result_share" default:"0.02" unit:"share" min:"0" max:"1" source:"Assumption: some fifty slots of its own correct an operator; no sweep yet" doc:"Weight of the result of one slot led in the correction of an operator's estimate"`
	Margin     float64 `key:"opening_margin_share" default:"0.01" unit:"share" min:"0" max:"0.5" source:"Calibrated: means over operators after a month in either auction lie between 0.01 and 0.02 (3 seeds)" doc:"Share of the value that operators aim to keep at the opening"`
	Correction float64 `key:"opening_correction" default:"0.05" unit:"1" min:"0" max:"1" source:"Calibrated: means over operators after a month in either auction lie between 0.045 and 0.075 (3 seeds)" doc:"What operators take off ln value at the opening, having learnt that the winner errs upwards"`
	OpenProfit float64 `key:"opening_profit_ascending_share" default:"0.05" unit:"share" min:"0" max:"0.9" source:"Calibrated: mean of the second month in the burn auction (24 seeds), whose raises of a tenth leave about half of one" doc:"Share of the value that winners of open auctions keep; at the opening it prices the token"`
	NextProfit float64 `key:"opening_profit_second_price_share" default:"0.021" unit:"share" min:"0" max:"0.9" source:"Calibrated: mean of the second month in the MEV auction with a second price (24 seeds)" doc:"The same where bids are sealed and the winner pays the next"`
	OwnProfit  float64 `key:"opening_profit_first_price_share" default:"0.008" unit:"share" min:"0" max:"0.9" source:"Calibrated: mean of the second month in the MEV auction with a first price (24 seeds)" doc:"The same where bids are sealed and the winner pays its own"`
	MarginPace float64 `key:"margin_pace_per_day" default:"0.01" unit:"1" min:"0" max:"1" source:"Assumption: a percentage point a day; no sweep yet" doc:"Fall a day of the margin of an operator that wins nothing"`
	Ambition   float64 `key:"ambition" default:"1.5" unit:"1" min:"0.01" max:"1000" source:"Assumption: half more than an equal share, so that margins are competed down to what costs and errors leave; no sweep yet" doc:"Share of slots that each operator wants, in equal shares"`
	StockDays  float64 `key:"token_stock_days" default:"0.5" unit:"d" min:"0" max:"100" source:"Assumption: half a day of bids, so that standing bids are covered" doc:"Tokens that an operator keeps where bids are paid in tokens, in days of leading every slot"`
}

// How operators learn from the slots that they led, and what they keep in tokens.
//
// Assumption: bounds far beyond what operators come to in either auction; lessons
// fade within a month, the count of slots won within a day; child orders for tokens
// are a quarter of the stock, and spend at most half of the cash at a look.
const (
	maxMargin     = 0.5  // largest share of the value that an operator tries to keep
	fadeDays      = 30   // half-life of what results have taught
	wonDays       = 1    // half-life of the share of slots led
	mostSurprise  = 0.5  // largest surprise of one result, as a share of the value
	mostWeight    = 0.5  // largest weight of one look's results
	mostLearnt    = 1    // largest correction of ln value
	stockSlice    = 0.25 // child order over the stock wanted
	stockCash     = 0.5  // share of the cash that one child order may spend
	stockTooLarge = 2    // stock over the stock wanted, above which tokens are sold
)

// bidder is what a coordinator knows and has learnt where leadership is sold.
type bidder struct {
	cost   float64       // running cost, USD a slot
	err    float64       // own error about ln value
	learnt float64       // correction of ln value by the results of slots led
	margin float64       // share of the value that it aims to keep
	share  float64       // share of the slots led, slow average
	value  float64       // worth of a slot when it last looked, costs included, USD
	led    uint32        // slots led until the last look
	slots  uint64        // slots of everybody until then
	made   ledger.Amount // micro-USD made of the slots led until then
}

// newBidder draws what an operator starts with where leadership is sold: a cost, an
// error, and what it has learnt of both auctions before.
func (t *Coordinators) newBidder(r *draw.Stream) bidder {
	p := &t.p.Bidding
	return bidder{
		cost: t.p.SlotCost * (1 + float64(p.CostVary*(float64(2*r.Float64())-1))),
		err:  p.Error * r.Norm(), learnt: -p.Correction, margin: p.Margin,
		share: p.Ambition / float64(len(t.rows)),
	}
}

// compete is a coordinator's turn where leadership is sold: it pays the running cost
// of the slots that it has led, learns from them, and bids for those on sale.
func (t *Coordinators) compete(id ID, row *coordinator, v *View, do *Actions, r *draw.Stream) {
	b, days := &row.bidder, float64(v.Tick-row.tick)/v.TicksPerDay
	led := v.Led(id) - b.led
	do.Move(Spend, id, min(Amount(b.cost*float64(led)), v.Free(id, ledger.Cash)))
	t.learn(b, led, (v.Made(id) - b.made).Units(), days, v)
	b.led, b.made, b.slots = v.Led(id), v.Made(id), v.Service.Slots
	keep := exact.HalfLife(days, t.p.Bidding.ErrorDays)
	b.err = float64(b.err*keep) + float64(t.p.Bidding.Error*sqrt(1-float64(keep*keep))*r.Norm())
	b.value = SlotValue(t.o, v) * exact.Exp(b.err+b.learnt)
	t.offer(id, b, v, do, r)
}

// SlotValue is what the public record says that a slot brings: fees net of gas,
// and the extractable value, which moves with them.
func SlotValue(o Opening, v *View) float64 {
	perYear := daysAYear * v.TicksPerDay / o.SlotTicks
	extra := v.Rollup.ExtractableUSD * o.PerBatch * perYear / o.Revenue
	return max(v.Service.Served6h, 0) / perYear * v.EthUSD / o.EthUSD * (1 + extra)
}

// learn corrects the estimate by what the slots led have brought, and the margin
// by their number. Lessons fade within a month, so that an operator that has become too
// cautious to win comes back.
func (t *Coordinators) learn(b *bidder, led uint32, made, days float64, v *View) {
	p := &t.p.Bidding
	b.learnt = float64(b.learnt * exact.HalfLife(days, fadeDays))
	if led > 0 && b.value > 0 {
		surprise := clip(made/float64(led)/b.value-1, -mostSurprise, mostSurprise)
		lesson := float64(min(p.Learning*float64(led), mostWeight) * surprise)
		b.learnt = clip(b.learnt+lesson, -mostLearnt, mostLearnt)
	}
	past := float64(v.Service.Slots - b.slots)
	if past == 0 {
		return
	}
	won := float64(led) / past
	b.share = won + float64((b.share-won)*exact.HalfLife(days, wonDays))
	wanted := p.Ambition / float64(len(t.rows))
	b.margin = clip(b.margin+float64(p.MarginPace*days*clip(b.share/wanted-1, -1, 1)), 0, maxMargin)
}

// offer bids for every lot on sale. Where the winner pays the next bid, nothing is
// gained by bidding below the value; elsewhere the bid leaves the margin.
func (t *Coordinators) offer(id ID, b *bidder, v *View, do *Actions, r *draw.Stream) {
	board := v.Auction
	margin := b.margin
	if board.Format == election.SecondPrice {
		margin = 0
	}
	limit := max(b.value-b.cost, 0) * (1 - margin) * float64(board.Slots)
	if board.Asset == ledger.Token {
		limit /= v.Mid
		t.stock(id, limit, v, do, r)
	}
	if Amount(limit) >= board.Least {
		do.Bid(id, board.Open, Amount(limit))
	}
}

// stock keeps tokens for bids at hand: child orders buy what is missing, and sell what
// is more than twice the stock wanted.
func (t *Coordinators) stock(id ID, limit float64, v *View, do *Actions, r *draw.Stream) {
	want := limit * t.p.Bidding.StockDays * v.TicksPerDay / t.o.SlotTicks
	have := v.Free(id, ledger.Token).Units()
	slice := stockSlice * want * (0.5 + r.Float64())
	switch {
	case have < want:
		afford := stockCash * v.Free(id, ledger.Cash).Units() / v.Mid
		child(id, v, do, r, book.Buy, min(slice, want-have, afford), 1, takingSlack)
	case have > stockTooLarge*want:
		child(id, v, do, r, book.Sell, min(slice, have-stockTooLarge*want), 1, takingSlack)
	}
}

// OpeningBid is the value of a slot less what winners keep, over net fees: the share
// of net fees that winning bids come to at the opening.
func OpeningBid(p CoordinatorParams, extractable float64, o Opening, board *election.Board) float64 {
	perSlot := o.Revenue / daysAYear / (o.TicksPerDay / o.SlotTicks)
	keep := [...]float64{
		election.Ascending:   p.Bidding.OpenProfit,
		election.FirstPrice:  p.Bidding.OwnProfit,
		election.SecondPrice: p.Bidding.NextProfit,
	}[board.Format]
	return max(perSlot+float64(extractable*o.PerBatch)-p.SlotCost, 0) * (1 - keep) / perSlot
}
