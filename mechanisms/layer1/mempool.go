package layer1

import (
	"errors"

	"stakeout/market/ledger"
)

// TxID names a transaction until Forget; 0 names none.
type TxID uint32

// Kind is the purpose of a transaction, for the caller; the chain ignores it.
type Kind uint8

// Tx is a transaction of the model. In a first-price market MaxFee is the bid and
// Tip is ignored. Under EIP-1559 the sender pays the base fee plus Tip, at most
// MaxFee.
type Tx struct {
	Sender ledger.Owner
	Ref    uint32 // reference of the caller; the chain ignores it
	Gas    uint32 // at least 21,000
	Kind   Kind
	Split  bool // stands for many small transactions, so parts of it may enter different blocks
	MaxFee Price
	Tip    Price
}

// Change is the entry of a transaction, or of a part of a Split one, into the
// canonical chain, or its removal when the block was orphaned.
type Change struct {
	ID       TxID
	Gas      uint32
	Price    Price // paid per gas
	Base     Price // base fee, the part of Price that is burnt
	Height   uint64
	Producer ledger.Owner // of the block
	Orphaned bool
}

// The reasons for which a request is refused and changes nothing.
var (
	ErrGas         = errors.New("layer1: gas below 21,000 or more than fits a block")
	ErrFee         = errors.New("layer1: tip above max fee, or fee above 2**58 wei")
	ErrUnknown     = errors.New("layer1: no such transaction")
	ErrIncluded    = errors.New("layer1: transaction is in the chain")
	ErrUnderpriced = errors.New("layer1: replacement does not outbid by enough")
)

// entry is the part of a transaction that a block holds.
type entry struct {
	id    TxID
	gas   uint32
	price Price
}

// txState is a transaction and its state in the chain under view.
type txState struct {
	Tx
	seq     uint64 // arrival, for first in first out
	refuse  uint64 // producers that refuse its sender
	height  uint64 // height of the block that completed it
	tick    uint32
	left    uint32 // gas not in a block yet
	pos     int32  // index in pending, or none
	refs    int32  // entries in blocks of the tree
	live    bool   // the slot is in use
	gone    bool   // withdrawn or forgotten: never enters a new block
	dropped bool   // forgotten
}

// bid is a waiting transaction as a producer sees it.
type bid struct {
	price Price
	seq   uint64
	id    TxID
}

// mempool holds all transactions of the model by id, and the list of those that
// wait in the chain under view.
type mempool struct {
	txs     []txState
	free    []TxID
	pending []TxID
	bids    []bid  // scratch of fill, a heap with the best on top
	ceiling Price  // no waiting transaction has a higher MaxFee
	seq     uint64 // arrivals so far
}

func (m *mempool) at(id TxID) *txState { return &m.txs[id-1] }

// known returns a transaction whose id the caller may use.
func (m *mempool) known(id TxID) (*txState, error) {
	if id == 0 || uint(id) > uint(len(m.txs)) || !m.txs[id-1].live || m.txs[id-1].dropped {
		return nil, ErrUnknown
	}
	return &m.txs[id-1], nil
}

func (m *mempool) slot() TxID {
	if n := len(m.free); n > 0 {
		id := m.free[n-1]
		m.free = m.free[:n-1]
		return id
	}
	m.txs = append(m.txs, txState{})
	return TxID(len(m.txs))
}

func (m *mempool) enqueue(id TxID) {
	t := m.at(id)
	t.pos = int32(len(m.pending))
	m.pending = append(m.pending, id)
	m.ceiling = max(m.ceiling, t.MaxFee)
}

func (m *mempool) dequeue(id TxID) {
	t := m.at(id)
	last := m.pending[len(m.pending)-1]
	m.pending[t.pos] = last
	m.at(last).pos = t.pos
	m.pending = m.pending[:len(m.pending)-1]
	t.pos = none
}

func (m *mempool) release(id TxID) {
	*m.at(id) = txState{pos: none}
	m.free = append(m.free, id)
}

// unref removes one reference of a block in the tree to a transaction.
func (m *mempool) unref(id TxID) {
	t := m.at(id)
	t.refs--
	if t.refs == 0 && t.dropped {
		m.release(id)
	}
}

func checkFees(maxFee, tip Price) error {
	if tip > maxFee || maxFee > maxPrice {
		return ErrFee
	}
	return nil
}

// Submit puts a transaction into the mempool; the next Step can include it. It
// fails with ErrGas or ErrFee.
func (c *Chain) Submit(tx Tx) (TxID, error) {
	if tx.Gas < transferGas || !tx.Split && uint64(tx.Gas) > c.limit {
		return 0, ErrGas
	}
	if err := checkFees(tx.MaxFee, tx.Tip); err != nil {
		return 0, err
	}
	id := c.pool.slot()
	c.pool.seq++
	*c.pool.at(id) = txState{Tx: tx, seq: c.pool.seq, refuse: c.refusers(tx.Sender), left: tx.Gas, live: true}
	c.pool.enqueue(id)
	return id, nil
}

// Replace raises the fees of a waiting transaction, which thereby becomes the
// youngest among equal bids. It fails with ErrUnknown, ErrIncluded, ErrFee, or
// with ErrUnderpriced if the max fee, or under EIP-1559 the tip, rises by less
// than the bump.
func (c *Chain) Replace(id TxID, maxFee, tip Price) error {
	t, err := c.pool.known(id)
	switch {
	case err != nil:
		return err
	case t.pos == none:
		return ErrIncluded
	case checkFees(maxFee, tip) != nil:
		return ErrFee
	case !c.outbids(maxFee, t.MaxFee) || !c.firstPrice && !c.outbids(tip, t.Tip):
		return ErrUnderpriced
	}
	t.MaxFee, t.Tip = maxFee, tip
	c.pool.seq++
	t.seq = c.pool.seq
	c.pool.ceiling = max(c.pool.ceiling, maxFee)
	return nil
}

func (c *Chain) outbids(after, before Price) bool {
	return float64(after) >= float64(before)*(1+c.bump)
}

// Withdraw takes a waiting transaction out of the mempool. Parts that are in
// blocks stay there, and a block of a losing branch that holds the transaction
// can still bring it back into the chain. It fails with ErrUnknown or
// ErrIncluded. The id stays valid until Forget.
func (c *Chain) Withdraw(id TxID) error {
	t, err := c.pool.known(id)
	if err != nil {
		return err
	}
	if t.left == 0 {
		return ErrIncluded
	}
	if t.pos != none {
		c.pool.dequeue(id)
	}
	t.gone = true
	return nil
}

// Forget drops a transaction, waiting or included, that the caller no longer
// needs; its id may be given to another one. It fails with ErrUnknown.
func (c *Chain) Forget(id TxID) error {
	t, err := c.pool.known(id)
	if err != nil {
		return err
	}
	if t.pos != none {
		c.pool.dequeue(id)
	}
	t.gone, t.dropped = true, true
	if t.refs == 0 {
		c.pool.release(id)
	}
	return nil
}

// Lookup returns a transaction with the fees of its last replacement; ok is false
// for an unknown id.
func (c *Chain) Lookup(id TxID) (tx Tx, ok bool) {
	t, err := c.pool.known(id)
	if err != nil {
		return Tx{}, false
	}
	return t.Tx, true
}

// Included returns height and tick of the canonical block that holds the
// transaction, or its last part if it is Split; ok is false until all of it is in
// the chain.
func (c *Chain) Included(id TxID) (height uint64, tick uint32, ok bool) {
	t, err := c.pool.known(id)
	if err != nil || t.left > 0 {
		return 0, 0, false
	}
	return t.height, t.tick, true
}

// Confirmations counts the canonical blocks from the one that holds the
// transaction to the newest, both included; it is 0 if the transaction is not in
// the chain.
func (c *Chain) Confirmations(id TxID) uint64 {
	height, _, ok := c.Included(id)
	if !ok {
		return 0
	}
	return c.Height() - height + 1
}

// Final reports whether a transaction has finality_blocks confirmations.
func (c *Chain) Final(id TxID) bool { return c.Confirmations(id) >= c.finality }

// Pending is the number of waiting transactions.
func (c *Chain) Pending() int { return len(c.pool.pending) }

// Changes lists how the last Step changed the canonical content: first what was
// orphaned, newest block first, then what entered, oldest block first. The slice
// is valid until the next Step.
func (c *Chain) Changes() []Change { return c.changes }

// offers builds the heap of waiting transactions that a producer may include at a
// base fee and that bid at least floor. A heap is faster than sorting, because in
// a rush thousands of transactions can pay and few fit.
func (c *Chain) offers(producer int, base, floor Price) {
	m := &c.pool
	m.bids = m.bids[:0]
	if m.ceiling < floor {
		return
	}
	mask := c.excluded(producer)
	m.ceiling = 0
	for _, id := range m.pending {
		t := m.at(id)
		m.ceiling = max(m.ceiling, t.MaxFee)
		price := t.MaxFee
		if !c.firstPrice {
			price = min(price, base+t.Tip)
		}
		if t.MaxFee < base || price < floor || t.refuse&mask != 0 {
			continue
		}
		m.bids = append(m.bids, bid{price, t.seq, id})
	}
	for i := len(m.bids)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
}

// best takes the best bid off the heap: the highest, and of equal ones the
// oldest.
func (m *mempool) best() bid {
	top, last := m.bids[0], len(m.bids)-1
	m.bids[0] = m.bids[last]
	m.bids = m.bids[:last]
	m.sink(0)
	return top
}

func (m *mempool) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(m.bids) {
			return
		}
		if right := child + 1; right < len(m.bids) && m.bids[right].before(m.bids[child]) {
			child = right
		}
		if !m.bids[child].before(m.bids[i]) {
			return
		}
		m.bids[i], m.bids[child] = m.bids[child], m.bids[i]
		i = child
	}
}

func (b bid) before(o bid) bool {
	return b.price > o.price || b.price == o.price && b.seq < o.seq
}
