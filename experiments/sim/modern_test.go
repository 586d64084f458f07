package sim

import (
	"testing"

	"stakeout/market/ledger"
)

// With blobs, a reward for every block and cheap gas the books still balance: what is
// minted is the reward of the batches that arrived, empty ones included, and gas costs
// what its demand says.
func TestBlocksPayAndGasIsCheap(t *testing.T) {
	c := small(t)
	c.Layer1.FeeMarket, c.Layer1.UsualTipGwei, c.Layer1.BackgroundLogMean = "eip1559", 0.004, -0.772
	c.Layer1.BackgroundInnovation = 0
	c.Rollup.BlockReward, c.Rollup.TransactionGas, c.Rollup.BlobBytes = 3*ledger.Unit, 0, 112
	for _, mechanism := range []string{"pos", "bft-committee"} {
		w := worldUnder(t, c, mechanism, "none", 7)
		before := -w.Ledger().Balance(ledger.Outside, ledger.Token, ledger.Free)
		audited(t, w, 2000)
		p := w.Rollup().Public()
		minted := -w.Ledger().Balance(ledger.Outside, ledger.Token, ledger.Free) - before
		if want := ledger.Amount(p.Slots-uint64(p.MissedSlots)) * c.Rollup.BlockReward; minted != want || minted == 0 {
			t.Errorf("%s: %d minted in %d slots, of which %d were missed", mechanism, minted, p.Slots, p.MissedSlots)
		}
		if gas := w.View().GasGwei; !(gas > 0.4 && gas < 0.6) {
			t.Errorf("%s: gas costs %v gwei, and its demand is at 0.46", mechanism, gas)
		}
	}
	w := worldUnder(t, c, "burn-auction", "none", 7)
	before := w.Ledger().Balance(ledger.Outside, ledger.Token, ledger.Free)
	audited(t, w, 500)
	if w.Ledger().Balance(ledger.Outside, ledger.Token, ledger.Free) < before {
		t.Error("an auction mints rewards")
	}
}
