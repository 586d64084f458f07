package rollup

import "testing"

// Blobs are bought whole: one costs 2**17 units of blob gas, a sixteenth of as much gas
// (EIP-4844, EIP-7918), and holds 4096 times 31 bytes.
func TestBlobsAreBoughtWhole(t *testing.T) {
	p := Params{TransactionGas: 700, BatchGas: 400_000, BlobPrice: 1.0 / 16}
	if got := p.DataGas(1000); got != 0 || p.GasEach(100) != 700+4000 {
		t.Errorf("without blobs: data %d, each %v", got, p.GasEach(100))
	}
	p.BlobBytes = 112
	for transactions, want := range map[uint32]uint64{0: 0, 1: 8192, 1133: 8192, 1134: 16384} {
		if got := p.DataGas(transactions); got != want {
			t.Errorf("%d transactions cost %d gas in blobs, want %d", transactions, got, want)
		}
	}
	if got := p.GasEach(100); got != 700+4000+81.92 {
		t.Errorf("each costs %v", got)
	}
}
