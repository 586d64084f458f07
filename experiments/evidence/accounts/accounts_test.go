package accounts

import (
	"math/big"
	"strings"
	"testing"

	"stakeout/experiments/kit/param"
	"stakeout/experiments/sim"
	"stakeout/experiments/study/measure"
	"stakeout/market/ledger"
)

// world opens a small default world, with a perpetual future so that margins are
// in use, and runs it for some days.
func world(t *testing.T, days float64) *sim.World {
	t.Helper()
	var c sim.Config
	param.Defaults(&c)
	c.Users.Count, c.Stakers.Count = 200, 60
	c.Perp.OpenInterestCap, c.Basis.Count, c.Basis.HoldShare = 2_000_000*ledger.Unit, 4, 0.02
	c.Stakers.HoldShare -= 0.02
	w, err := sim.New(&c, "pos", "none", 7698, [sim.Legs]ledger.Amount{1_000_000 * ledger.Unit, 0})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Run(w.Ticks(days)); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestMatricesSumToZero(t *testing.T) {
	w := world(t, 1)
	hash := w.Hash()
	before := Of(w)
	if w.Hash() != hash {
		t.Error("a statement changes its world")
	}
	if err := w.Run(w.Ticks(4)); err != nil {
		t.Fatal(err)
	}
	after := Of(w)
	for _, m := range []*Matrix{before.BalanceSheet(), after.BalanceSheet(), after.Flows(before),
		after.Reconciliation(before)} {
		for _, fault := range m.Faults() {
			t.Error(fault)
		}
		if err := m.Table().Validate(); err != nil {
			t.Error(err)
		}
	}
	want := "Cash|Cash inside the rollup|Cash as margin and collateral|Tokens, free and behind orders|Tokens " +
		"staked|Tokens unbonding|Loans of tokens|Dai|Ether|Net worth"
	if got := names(after.BalanceSheet()); got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	for _, row := range []string{"Trade, cash", "Trade, tokens", "Trading fee, cash", "Transaction fee, cash",
		"Staking reward, cash", "Batch cost, cash", "Interest, tokens", "Change of tokens"} {
		if got := names(after.Flows(before)); !strings.Contains("|"+got+"|", "|"+row+"|") {
			t.Errorf("no row %q in %s", row, got)
		}
	}
}

func names(m *Matrix) string {
	var list []string
	for _, r := range m.Rows {
		list = append(list, r.Name)
	}
	return strings.Join(list, "|")
}

// TestStatementIsTheLedger holds net worth against the balances of all owners, and
// the staked tokens against the contract's own count.
func TestStatementIsTheLedger(t *testing.T) {
	w := world(t, 2)
	s := Of(w)
	w.Settle()
	want := make([]*big.Int, len(measure.Sectors))
	for i := range want {
		want[i] = new(big.Int)
	}
	l := w.Ledger()
	for o := range ledger.Owner(l.Owners()) {
		for a, p := range measure.Prices(w) {
			x := big.NewInt(int64(p * 1e6))
			x.Mul(x, big.NewInt(int64(l.Total(o, ledger.Asset(a)))))
			of := want[measure.SectorOf(l.RowOf(o))]
			of.Add(of, x)
		}
	}
	for i, of := range measure.Sectors {
		if got := s.NetWorth(i); got.Cmp(want[i]) != 0 {
			t.Errorf("%s: net worth %v, want %v", of.Name, got, want[i])
		}
	}
	var staked ledger.Amount
	for _, x := range s.amounts(instruments[4])[:outside()] {
		staked += x
	}
	if got := w.Rollup().Public().Staked; staked != got || staked == 0 {
		t.Errorf("%d staked in the balance sheet, %d in the contract", staked, got)
	}
}

func TestFaultsNameWhatDoesNotSum(t *testing.T) {
	m := Of(world(t, 0)).BalanceSheet()
	one := big.NewInt(1)
	x := m.Rows[0].Values
	x[1].Add(x[1], one)
	want := `balance_sheet: row "Cash" sums to 1 × 1e-12 USD; balance_sheet: column "stakers" sums to 1 × 1e-12 USD`
	if got := strings.Join(m.Faults(), "; "); got != want {
		t.Errorf("faults %s, want %s", got, want)
	}
	x[2].Sub(x[2], one)
	if got := len(m.Faults()); got != 2 {
		t.Errorf("%d faults after an error that the row hides, want the two columns", got)
	}
}
