package rollup

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"stakeout/market/ledger"
)

// A slot serves up to its capacity at the bids, and the record shows it.
func TestBatchServes(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 100*usd)
	w.inside(bob, 100*usd)
	w.s.Send(ann, 700, 2000, 3)
	w.s.Send(bob, 700, 1000, 4)
	o := w.slot(serveAll, true)
	equal(t, "outcome", o, Outcome{
		Leader: Leader{operator, operator}, Posted: true, Transactions: 1000, Fees: 700*2000 + 300*1000,
	})
	equal(t, "served", w.s.LastServed(ann), Served{Tick: 40, Since: 3, Count: 700, Bid: 2000})
	equal(t, "marginal fee", w.s.Public().MarginalFee, 1000)
	equal(t, "waiting", w.s.Public().Waiting, 400)
	equal(t, "fees", w.led.Flow(ledger.Row(operator), ledger.TransactionFee, ledger.Cash), o.Fees)
	o = w.slot(serveAll, true)
	equal(t, "the rest", o.Transactions, 400)
	equal(t, "marginal fee with room", w.s.Public().MarginalFee, w.s.Public().PostedFee)
	ok(t, w.audit())
}

// The gas of a batch is the sum of its parts and never above the limit.
func TestBatchGas(t *testing.T) {
	p := defaults()
	w := newWorld(p)
	for _, o := range []ledger.Owner{ann, bob} {
		w.inside(o, 1e6*usd)
	}
	w.s.SetPolicy(operator, serveAll)
	build := func() uint32 {
		w.s.Open(Leader{operator, operator})
		gas, built := w.s.Build(20, false)
		equal(t, "built", built, true)
		w.s.Close(40, true, 0, 1)
		return gas
	}
	equal(t, "an empty batch", build(), 400_000)
	w.s.Send(ann, 10, 500, 0)
	w.s.AskExit(bob, 3, usd, 0)
	equal(t, "ten and three", build(), 400_000+10*700+3*30_000)
	w.inside(bob, 1e6*usd)
	w.s.Send(ann, 5000, 500, 0)
	w.s.AskExit(bob, 5000, usd, 0)
	if gas := build(); gas > 6_000_000 || gas < 5_950_000 {
		t.Errorf("a full batch has %d gas", gas)
	}
	for name, spoil := range map[string]func(*Params){
		"no room for gas": func(p *Params) { p.MaxBatchGas = 21_000 },
		"free":            func(p *Params) { p.BatchGas, p.TransactionGas, p.WithdrawalGas = 0, 0, 0 },
		"huge":            func(p *Params) { p.CapacityTx, p.TransactionGas = 1e8, 1e6 },
	} {
		p := defaults()
		spoil(&p)
		s := New(ledger.New(testOwners, 1), p, testOwners, perDay)
		if s.room() > uint32(p.CapacityTx) || s.exitRoom() < 1 || int(s.room())*p.TransactionGas > p.MaxBatchGas {
			t.Errorf("%s: room for %d and %d", name, s.room(), s.exitRoom())
		}
	}
}

// A batch that misses its deadline moves no money. Its requests return to the
// front and are merged with what their senders have asked since.
func TestMissedBatchGivesBack(t *testing.T) {
	w := newWorld(defaults())
	for _, o := range []ledger.Owner{ann, bob, eve} {
		w.inside(o, 1000*usd)
	}
	w.s.Send(ann, 600, 2000, 1)
	w.s.Send(bob, 600, 2000, 2)
	w.s.AskExit(eve, 100, 5000, 3)
	w.s.SetPolicy(operator, serveAll)
	w.s.Open(Leader{operator, operator})
	_, _ = w.s.Build(20, false)
	before := w.led.Hash(1)
	w.s.Send(ann, 50, 2010, 25)
	w.s.AskExit(eve, 100, 9000, 26)
	equal(t, "eve is leaving", w.s.Leaving(eve), true)
	o := w.s.Close(40, false, 9*usd, 1)
	equal(t, "outcome", o, Outcome{Leader: Leader{operator, operator}})
	equal(t, "ledger", w.led.Hash(1), before)
	count, since := w.s.Waiting(ann)
	equal(t, "ann waits with", count, 650)
	equal(t, "ann since", since, 1)
	count, _ = w.s.Waiting(bob)
	equal(t, "bob waits with", count, 600)
	ok(t, w.audit())
	w.slot(serveAll, true)
	equal(t, "paid", w.led.Flow(ledger.Row(operator), ledger.TransactionFee, ledger.Cash), 650*2010+350*2000)
	equal(t, "exits", w.s.Public().Exits, 100)
	equal(t, "gone", w.s.Balance(eve), 0)
	ok(t, w.audit())
}

// After random requests and missed batches, each transaction is served once, and
// paid once at the bid at which it was included.
func TestNothingLostOrPaidTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := defaults()
		p.CapacityTx = 50
		w := newWorld(p)
		var sent, served, paid uint64
		for o := ledger.First; o < operator; o++ {
			w.inside(o, 1e9*usd)
		}
		send := func() {
			o := ledger.Owner(rapid.IntRange(int(ledger.First), int(operator)-1).Draw(t, "owner"))
			n := uint32(rapid.IntRange(1, 40).Draw(t, "count"))
			waiting, _ := w.s.Waiting(o)
			w.s.Send(o, waiting+n, ledger.Amount(rapid.IntRange(50, 300).Draw(t, "bid")), w.tick)
			sent += uint64(n)
		}
		w.s.SetPolicy(operator, serveAll)
		for range rapid.IntRange(1, 20).Draw(t, "slots") {
			w.s.Open(Leader{operator, operator})
			for range rapid.IntRange(0, 6).Draw(t, "before") {
				send()
			}
			w.tick += 20
			_, _ = w.s.Build(w.tick, rapid.IntRange(0, 5).Draw(t, "down") == 0)
			for range rapid.IntRange(0, 4).Draw(t, "after") {
				send()
			}
			for _, b := range w.s.batch {
				paid += uint64(b.bid) * uint64(b.count)
			}
			w.tick += 20
			posted := rapid.Bool().Draw(t, "posted")
			batch := append([]included(nil), w.s.batch...)
			o := w.s.Close(w.tick, posted, 0, 1)
			if !o.Posted {
				for _, b := range batch {
					paid -= uint64(b.bid) * uint64(b.count)
				}
			}
			served += uint64(o.Transactions)
			if sent != served+w.s.txs.total || w.s.Public().Transactions != served {
				t.Fatalf("%d sent, %d served, %d waiting", sent, served, w.s.txs.total)
			}
		}
		if got := w.led.Flow(ledger.Row(operator), ledger.TransactionFee, ledger.Cash); got != ledger.Amount(paid) {
			t.Fatalf("%d paid, want %d", got, paid)
		}
		if err := w.audit(); err != nil {
			t.Fatal(err)
		}
	})
}

// Withdrawals cost the posted price of the coordinator and not the bid, even if
// it changes its policy after the batch is built.
func TestExitAtPostedPrice(t *testing.T) {
	for _, c := range []struct {
		name             string
		bid, later, want ledger.Amount
	}{
		{"offers more", 9000, 4000, 100 * 4000},
		{"the price rises too late", 9000, math.MaxInt64, 100 * 4000},
		{"offers a little less, in the same bucket", 3999, 4000, 100 * 3999},
		{"offers too little", 3000, 4000, 0},
	} {
		w := newWorld(defaults())
		w.inside(ann, 1000*usd)
		w.s.Send(ann, 10, 500, 0)
		w.s.AskExit(ann, 100, c.bid, 0)
		w.s.SetPolicy(operator, serveAll)
		w.s.Open(Leader{operator, operator})
		_, _ = w.s.Build(20, false)
		w.s.SetPolicy(operator, Policy{ExitFee: c.later})
		o := w.s.Close(40, true, 0, 1)
		equal(t, c.name+": fee", w.led.Flow(ledger.Row(operator), ledger.WithdrawalFee, ledger.Cash), c.want)
		equal(t, c.name+": transactions come first", o.Fees-c.want, 5000)
		if left := c.want > 0; left {
			equal(t, c.name+": withdrawn", w.led.Flow(ledger.Row(ledger.Outside), ledger.Withdrawal, ledger.Cash),
				1000*usd-o.Fees)
			equal(t, c.name+": members", w.s.Public().Members, 0)
		}
		equal(t, c.name+": waits", w.s.Leaving(ann), c.want == 0)
		ok(t, w.audit())
	}
}

// A cohort larger than a batch leaves in pieces; its balance goes with the last.
func TestExitInPieces(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1000*usd)
	room := w.s.exitRoom()
	w.s.AskExit(ann, room+40, 5000, 0)
	equal(t, "first piece", w.slot(serveAll, true).Exits, room)
	equal(t, "still inside", w.s.Balance(ann), 1000*usd-4000*ledger.Amount(room))
	w.s.AskExit(ann, room+40, 6000, 50)
	equal(t, "a missed one", w.slot(serveAll, false).Exits, 0)
	equal(t, "last piece", w.slot(serveAll, true).Exits, 40)
	equal(t, "gone", w.s.Balance(ann), 0)
	equal(t, "leaving", w.s.Leaving(ann), false)
	ok(t, w.audit())
}

// Transactions are included only as far as their sender can pay, and absurd bids
// break nothing.
func TestOnlyWhoCanPay(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 1050)
	w.s.Send(ann, 900, 100, 0)
	w.s.Send(bob, 900, math.MaxInt64, 0)
	w.s.Send(eve, 900, -7, 0)
	w.s.AskExit(eve, 900, math.MaxInt64, 0)
	o := w.slot(serveAll, true)
	equal(t, "transactions", o.Transactions, 10)
	equal(t, "fees", o.Fees, 1000)
	equal(t, "waiting", w.s.Public().Waiting, 900)
	equal(t, "eve", w.s.Leaving(eve), false)
	o = w.slot(Policy{Transfers: true, Exits: true, ExitFee: math.MaxInt64}, true)
	equal(t, "free of charge", o.Transactions, 900)
	w.s.AskExit(ann, 900, math.MaxInt64, 0)
	o = w.slot(Policy{Exits: true, ExitFee: math.MaxInt64}, true)
	equal(t, "ransom", o.Fees, 50)
	ok(t, w.audit())
}

// Gas is paid after the fees have come in, and at most with what the operator
// then has.
func TestBatchCost(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, 100*usd)
	w.s.SetPolicy(operator, serveAll)
	for _, c := range []struct{ cost, want, left ledger.Amount }{{usd, usd, usd}, {9 * usd, 3 * usd, 0}} {
		w.s.Send(ann, 10, usd/5, 0)
		w.s.Open(Leader{operator, operator})
		_, _ = w.s.Build(20, false)
		o := w.s.Close(40, true, c.cost, 1)
		equal(t, "cost", o.Cost, c.want)
		equal(t, "left", w.led.Balance(operator, ledger.Cash, ledger.Free), c.left)
	}
	equal(t, "layer one", w.led.Flow(ledger.Row(ledger.LayerOne), ledger.BatchCost, ledger.Cash), 4*usd)
	ok(t, w.audit())
}

func TestTakingBack(t *testing.T) {
	w := newWorld(defaults())
	w.inside(ann, usd)
	w.s.Send(ann, 5, 200, 1)
	w.s.AskExit(ann, 5, 9000, 1)
	w.s.Send(ann, 0, 200, 2)
	w.s.AskExit(ann, 0, 200, 2)
	equal(t, "leaving", w.s.Leaving(ann), false)
	count, _ := w.s.Waiting(ann)
	equal(t, "waiting", count, 0)
	w.s.Reward(ann, 5)
	w.s.Reward(ann, -2)
	equal(t, "earned", w.s.Earned(ann), 3)
	equal(t, "operator", w.s.OperatorOf(ann), ann)
	w.s.Delegate(ann, operator)
	equal(t, "operator", w.s.OperatorOf(ann), operator)
	w.s.SetPolicy(ann, serveAll)
	equal(t, "policy", w.s.PolicyOf(ann), serveAll)
	equal(t, "capacity", w.s.Params().CapacityTx, 1000)
}

// The operator earns the extractable value of transactions in ETH, and nothing
// for withdrawals, for an empty batch or for a late one.
func TestExtractableValue(t *testing.T) {
	p := defaults()
	p.ExtractableUSD = 0.01
	w := newWorld(p)
	w.inside(ann, 1000*usd)
	serve := Policy{Transfers: true, Exits: true}
	w.s.Send(ann, 300, 0, w.tick)
	equal(t, "too late", w.slot(serve, false).Extracted, 0)
	equal(t, "of transactions", w.slot(serve, true).Extracted, 3*usd)
	w.s.AskExit(ann, 100, usd, w.tick)
	equal(t, "of withdrawals", w.slot(serve, true).Extracted, 0)
	equal(t, "had", w.led.Flow(ledger.Row(operator), ledger.Extraction, ledger.Cash), 3*usd)
	ok(t, w.audit())
}
