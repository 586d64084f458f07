package sim

import (
	"testing"

	"stakeout/market/ledger"
)

// The table has a kind for every row of the flow table after the system owners, in
// that order, and no two kinds draw by one key.
func TestKinds(t *testing.T) {
	keys := map[uint8]ledger.Row{}
	for i, k := range kinds {
		if numberOf(k.row) != i || k.count == nil || (k.make == nil) != (k.row == RowAttacker) {
			t.Errorf("kind %d: %+v", i, k)
		}
		if other, twice := keys[k.key]; twice {
			t.Errorf("rows %d and %d have the key %d", other, k.row, k.key)
		}
		keys[k.key] = k.row
	}
}
