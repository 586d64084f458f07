package sim

import (
	"stakeout/agents"
	"stakeout/experiments/kit/draw"
	"stakeout/market"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/market/perp"
	"stakeout/market/vault"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// parts is the memory that worlds never share. The ledger, the markets, the contracts
// and the first rollup exist from build on.
type parts struct {
	led    *ledger.Ledger
	layer  // the rollup, its token and the market of it
	dai    *market.Exchange
	perp   *perp.Market
	pool   *lending.Pool
	vaults *vault.System
	chain  *layer1.Chain
	stream *draw.Stream
	wheel  *wheel
	remedy *remedy.Rulebook

	away       layer // the rollup to which users may move
	network    network
	strategies []agents.Strategy // by kind
	series     []Sample
	path       []float64 // mid in USD every PathTicks ticks
}

// scratch is memory that holds nothing from one tick to the next.
type scratch struct {
	do        agents.Actions
	awake     []int32
	order     order
	batch     []agents.Agent
	calls     []lending.Call
	moves     []ledger.Transfer
	forRemedy remedy.World
	warmth    uint64 // means nothing; it keeps the reads of warm
}

// build makes the parts of a world whose agents have been laid out.
func (w *World) build() (err error) {
	c, owners := w.cfg, int(ledger.First)+w.people.size()
	token := c.Market.rules(ledger.Token)
	w.led = ledger.New(owners, rows)
	w.x, w.dai = market.New(w.led, token), market.New(w.led, c.Market.rules(ledger.Dai))
	w.perp = perp.New(w.led, c.Perp, owners, token.TickSize, token.Lot, token.MaxPrice)
	w.pool = lending.New(w.led, c.Lending, owners, c.Layer1.BlockSeconds)
	w.vaults = vault.New(w.led, c.Vaults, c.Layer1.BlockSeconds)
	w.stream = draw.New(w.seed)
	w.wheel = newWheel(w.people.size())
	w.roll = w.newRollup()
	w.view = w.newView(&w.layer)
	w.chain, err = layer1.New(c.Layer1, nil)
	return err
}

// newRollup makes an empty rollup on the ledger of the world.
func (w *World) newRollup() *rollup.State {
	return rollup.New(w.led, w.cfg.Rollup, w.led.Owners(), w.perDay)
}

// newView makes a view of the world from a rollup.
func (w *World) newView(l *layer) *agents.View {
	return agents.NewView(w.led, l.x, w.dai, w.perp, w.pool, w.vaults, l.roll, w.stream)
}

// CopyFrom makes w an independent copy of src, strategies included. It uses the
// memory of w again where that fits.
func (w *World) CopyFrom(src *World) {
	parts, scratch := w.parts, w.scratch
	*w = *src
	w.parts, w.scratch = parts, scratch
	if w.led == nil {
		w.must(w.build())
	}
	w.led.CopyFrom(src.led)
	w.layer.copyFrom(&src.layer)
	w.dai.CopyFrom(src.dai)
	w.perp.CopyFrom(src.perp)
	w.pool.CopyFrom(src.pool)
	w.vaults.CopyFrom(src.vaults)
	w.chain.CopyFrom(src.chain)
	w.stream.Seed(w.seed)
	w.wheel.copyFrom(src.wheel)
	w.remedy = src.remedy.Copy()
	w.showMechanisms()
	w.copyAway(src)
	w.network.copyFrom(&src.network)
	w.strategies = make([]agents.Strategy, len(src.strategies))
	for i, s := range src.strategies {
		if s != nil {
			w.strategies[i] = s.Clone()
		}
	}
	w.series = append(w.series[:0], src.series...)
	w.path = append(w.path[:0], src.path...)
}

// copyFrom makes l, whose parts exist, a copy of src. The market is copied with
// the rollup whose token it trades.
func (l *layer) copyFrom(src *layer) {
	l.roll.CopyFrom(src.roll)
	l.mech = src.mech.Clone()
	l.x.CopyFrom(src.x)
	l.view.CopyFrom(src.view)
	l.posting, l.key = src.posting, src.key
}

// copyAway makes the second rollup a copy of the second rollup of another world.
func (w *World) copyAway(src *World) {
	l := &w.away
	if src.away.roll == nil {
		*l = layer{}
		return
	}
	forked := src.away.x != src.x
	if l.roll == nil || forked != (l.x != w.x) {
		if l.x = w.x; forked {
			l.x = market.New(w.led, w.cfg.Market.rules(ledger.Rival))
		}
		l.roll = w.newRollup()
		l.view = w.newView(l)
	}
	l.copyFrom(&src.away)
	rollup.Share(w.roll, l.roll)
	l.view.Remedy, l.view.Docket = w.view.Remedy, w.view.Docket
	l.view.Auction, l.view.Ahead = w.view.Auction, w.view.Ahead
}
