// Package layer1 models the chain below the rollup: who produces blocks, what
// space in them costs, which of the model's transactions they contain, and which
// blocks stay in the chain. One Step is one tick, in which one block is found; a
// natural uncle is a second block at the same height in that tick.
//
// A step depends only on the state, the standing policies of the producers and
// random draws keyed by the tick. In a tick without transactions of the model and
// without a race between branches, only counters change.
//
// Refusing to include a transaction and refusing to build on a block that
// contains it are separate policies. The first alone delays the transaction; the
// second can orphan the block (ethresear.ch 7698: "They also refuse to build upon
// blocks containing their transactions trying to uncle them and slash the
// victim"). Withholding (I. Eyal and E. G. Sirer, "Majority is not enough", 2014,
// algorithm 1) uses the same tree.
//
// Fees. Background demand has a constant elasticity, D(p) = T·(P/p)^ε. P is an
// AR(1) in logs, T the gas of a block (the limit in a first-price auction, the
// target under EIP-1559). The model's transactions enter by price. The gas that
// they take is not available to the background, which raises the price for
// everyone.
//
// Assumption: P moves once per background_interval_seconds. The daily φ and σ are
// rescaled so that the stationary variance and the daily autocorrelation stay the
// same, and the observed daily mean is used as the price at each moment.
//
// Assumption: background demand that finds no room goes away. Only P is
// persistent, so a transaction of the model changes the price of its own block
// only (under EIP-1559 also of later ones, through the base fee).
//
// Assumption: without transactions of the model the base fee is at its fixed
// point P − tip. It approaches this point within 8/ε blocks, which is faster than
// P moves. After transactions of the model it is followed block by block until it
// is within 1/256 again.
//
// Assumption: in a natural tie each producer except the two involved has seen
// either block first with equal odds; those two stay with their own block.
//
// Assumption: a refusal applies to blocks found after it was set, and a race ends
// at the latest when it is max_race_blocks long.
//
// Assumption: several withholding producers act as one pool, and a block on which
// all producers build is never contested again.
package layer1

import (
	"errors"
	"fmt"
	"slices"

	"stakeout/experiments/kit/draw"
	"stakeout/market/ledger"
)

// maxProducers is the number of bits in a mask of producers.
const maxProducers = 64

// none stands for a block that does not exist.
const none = int32(-1)

// block is one node of the tree of recent blocks. Parents precede children.
type block struct {
	next     Price  // base fee of its children, EIP-1559 only
	price    Price  // bid that the last unit of gas needed, 0 if nothing was displaced
	refused  uint64 // producers that refuse to build on this block
	bad      uint64 // producers that refuse this block or an ancestor
	height   uint64 // number of blocks below it down to genesis
	gas      uint64 // gas of the model's transactions
	tick     uint32 // tick at which it was found
	parent   int32  // index of the block below, or none
	laden    int32  // nearest block with entries: itself or an ancestor; 0 if there is none
	first    int32  // index in Chain.entries of its first entry
	count    int32  // number of its entries
	producer uint8  // index of the producer that found it
	hidden   bool   // withheld from the others
	dead     bool   // lost: no producer builds on it or its descendants any more
	settled  bool   // the fee market is where the background alone would bring it
}

// tally counts the blocks of one producer.
type tally struct{ found, canonical uint64 }

// Chain is the layer-one chain of one world. It is not safe for concurrent use.
type Chain struct {
	market
	finality  uint64
	bump      float64
	window    int
	producers producers
	policies  []policyState
	refusing  uint64 // producers that refuse to build
	secret    uint64 // producers that withhold
	gamma     float64
	tallies   []tally

	blocks    []block
	entries   []entry
	tip       int32 // longest public chain, first seen
	rival     int32 // public block of the same height that competes with tip
	private   int32 // tip of the withholding pool
	view      int32 // block whose chain the mempool reflects
	rivalOdds float64
	natural   bool // the tie is a natural uncle

	pool    mempool
	changes []Change
	leave   []int32 // scratch of fork
	enter   []int32
}

// New returns a chain at height 0. Owners are the account holders behind the
// producers, one for each hash share; nil makes all of them ledger.LayerOne. It
// fails if a parameter is out of its range.
func New(p Params, owners []ledger.Owner) (*Chain, error) {
	m, err := newMarket(p)
	if err != nil {
		return nil, err
	}
	if p.MaxRaceBlocks < 16 || p.FinalityBlocks < 1 || !(p.ReplacementBumpShare >= 0) {
		return nil, errors.New("layer1: race length, finality or replacement bump out of range")
	}
	c := &Chain{market: m, finality: uint64(p.FinalityBlocks), bump: p.ReplacementBumpShare, window: p.MaxRaceBlocks}
	if !(p.UncleShare >= 0 && p.UncleShare <= 1) {
		return nil, fmt.Errorf("layer1: uncle share %v is not in [0, 1]", p.UncleShare)
	}
	c.producers.uncleBelow = uint64(p.UncleShare * (1 << 32))
	n := len(p.HashShares)
	if owners == nil {
		owners = slices.Repeat([]ledger.Owner{ledger.LayerOne}, n)
	}
	if len(owners) != n {
		return nil, fmt.Errorf("layer1: %d owners for %d hash shares", len(owners), n)
	}
	c.producers.owners = slices.Clone(owners)
	if err := c.SetShares(p.HashShares); err != nil {
		return nil, err
	}
	c.policies = make([]policyState, n)
	c.tallies = make([]tally, n)
	c.blocks = append(make([]block, 0, c.window+4), c.genesis(p))
	c.rival = none
	return c, nil
}

func (c *Chain) genesis(p Params) block {
	g := block{parent: none, settled: c.firstPrice || c.background && p.InitialBaseFeeGwei == 0}
	switch {
	case c.firstPrice:
	case g.settled:
		g.next = c.fixedPoint()
	default:
		g.next = Gwei(p.InitialBaseFeeGwei)
	}
	return g
}

// Step advances the chain by one tick: the background price if an update is due,
// then one block, or two at one height. It places s itself, at the purposes
// BackgroundDemand, BlockProducer and Uncle of the tick, so its draws depend only
// on seed and tick. Call it once for every tick, in order.
func (c *Chain) Step(tick uint32, s *draw.Stream) {
	c.changes = c.changes[:0]
	if c.untilPrice == 0 {
		c.untilPrice = c.interval
		c.movePrice(s.At(draw.BackgroundDemand, 0, tick).Norm())
		c.followPrice()
	}
	c.untilPrice--
	u := s.At(draw.BlockProducer, 0, tick).Uint64()
	producer := c.producers.pick(uint32(u >> 32))
	uncle := u&(1<<32-1) < c.producers.uncleBelow
	if uncle || !c.quiet() {
		c.contest(tick, s.At(draw.Uncle, 0, tick), producer, uncle)
		return
	}
	b := &c.blocks[0]
	b.height++
	b.tick = tick
	b.producer = uint8(producer)
	c.tallies[producer].found++
	c.tallies[producer].canonical++
}

// quiet reports whether a block of this tick only needs to be counted: no
// transaction waits, there is no race, and fees are at rest.
func (c *Chain) quiet() bool {
	return len(c.blocks) == 1 && len(c.pool.pending) == 0 && c.blocks[0].settled && c.secret == 0
}

// followPrice sets the base fee of a market at rest after the background price
// has moved.
func (c *Chain) followPrice() {
	if b := &c.blocks[c.tip]; b.settled && !c.firstPrice {
		b.next = c.fixedPoint()
	}
}

// Height is the number of blocks in the canonical chain after genesis.
func (c *Chain) Height() uint64 { return c.blocks[c.tip].height }

// LastProducer is the index of the producer of the newest canonical block. At
// height 0 it is 0 and has no meaning.
func (c *Chain) LastProducer() int { return int(c.blocks[c.tip].producer) }

// Blocks returns the number of blocks that a producer has found, and how many of
// them are in the canonical chain now. The others are orphaned, withheld, or in a
// branch that has not lost yet.
func (c *Chain) Blocks(producer int) (found, canonical uint64) {
	t := c.tallies[producer]
	return t.found, t.canonical
}

// BaseFee is the base fee of the next canonical block in wei per gas, 0 in a
// first-price market.
func (c *Chain) BaseFee() Price { return c.blocks[c.tip].next }

// GasPrice is the bid, in wei per gas, with which an ordinary transaction
// (200,000 gas) is included in about one block now: base fee plus usual tip, or
// in a first-price market the lowest price that displaces enough of the
// background; or the bid that cleared the last block, if that was higher.
func (c *Chain) GasPrice() Price {
	b := &c.blocks[c.tip]
	if c.firstPrice && c.background {
		return max(b.price, wei(c.level*c.entry))
	}
	return max(b.price, c.ask(b.next))
}

// GasPriceFor is GasPrice for a transaction so large that it displaces demand
// itself. Gas beyond the block limit is priced like a full block less a transfer,
// and no price exceeds 2**58 wei.
func (c *Chain) GasPriceFor(gas uint64) Price {
	price := c.GasPrice()
	if !c.background {
		return price
	}
	gas = min(gas, c.limit-transferGas)
	return max(price, min(maxPrice, wei(c.clearing(float64(c.limit-gas))*margin)+1))
}

// GasLimit is the most gas that a block holds.
func (c *Chain) GasLimit() uint64 { return c.limit }

// BackgroundPrice is the price P of the background demand in wei per gas.
func (c *Chain) BackgroundPrice() Price { return wei(c.level) }
