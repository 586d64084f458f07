package measure

import (
	"math/big"
	"slices"

	"stakeout/agents"
	"stakeout/experiments/sim"
	"stakeout/market/ledger"
)

// Sector is a group of owners whose gains and losses are reported together.
type Sector struct {
	Name, Doc string
	rows      []ledger.Row
}

// Sectors lists all sectors; together they hold every owner, so that their
// gains sum to zero exactly.
var Sectors = []Sector{
	{"attacker", "The attacker's accounts.", attacker()},
	{"stakers", "Holders who stake.", []ledger.Row{sim.RowStakers}},
	{"holders", "Long-horizon holders.", []ledger.Row{sim.RowHolders}},
	{"makers", "Market makers.", []ledger.Row{sim.RowMakers}},
	{"traders", "Noise traders and chartists.", []ledger.Row{sim.RowNoise, sim.RowChartists}},
	{"shorters", "Short sellers.", []ledger.Row{sim.RowShorters}},
	{"coordinators", "Professional operators.", []ledger.Row{sim.RowCoordinators}},
	{"users", "Users of the rollup: fees and balances, not the value of what they could not send.",
		[]ledger.Row{sim.RowUsers}},
	{"vault_owners", "Those who owe dai against ether.", []ledger.Row{sim.RowVaultOwners}},
	{"arbitrageurs", "Those who hold dai and move it.", []ledger.Row{sim.RowArbitrageurs}},
	{"basis_traders", "Makers of the perpetual future.", []ledger.Row{sim.RowBasis}},
	{"venues", "The exchange, the lending pool and its insurance.",
		[]ledger.Row{ledger.Row(ledger.Venue), ledger.Row(ledger.Pool), ledger.Row(ledger.Insurance)}},
	{"layer_one", "Miners and the burnt base fee.", []ledger.Row{ledger.Row(ledger.LayerOne)}},
	{"burned", "Treasury, escrow, burned stake and rounding.",
		[]ledger.Row{ledger.Row(ledger.Treasury), ledger.Row(ledger.Escrow), ledger.Row(ledger.Burned),
			ledger.Row(ledger.Dust)}},
	{"outside", "What the model does not contain: operating costs, and the supply of tokens and ether as a liability, " +
		"so that a fall of the price is its gain.", []ledger.Row{ledger.Row(ledger.Outside)}},
}

// attacker are the rows of the attacker's legs.
func attacker() (rows []ledger.Row) {
	for leg := range ledger.Row(sim.Legs) {
		rows = append(rows, sim.RowAttacker+leg)
	}
	return rows
}

// SectorOf is the place in Sectors of the sector to which a row of the flow
// table belongs.
func SectorOf(r ledger.Row) int {
	return slices.IndexFunc(Sectors, func(s Sector) bool { return slices.Contains(s.rows, r) })
}

// Harm is the change of each sector's equity from world b to world a in micro-USD. Tokens
// of both sides of a fork, dai and ether are valued at the last price of each world. The
// sums are exact: they are formed in 1e-12 USD, and the remainder of the division goes to
// the last sector, so that the column sums to zero to the unit.
func Harm(a, b *sim.World) []ledger.Amount {
	a.Settle()
	b.Settle()
	out := make([]ledger.Amount, len(Sectors))
	sum := ledger.Amount(0)
	for i, s := range Sectors[:len(Sectors)-1] {
		d := new(big.Int).Sub(equity(a, s), equity(b, s))
		out[i] = ledger.Amount(d.Quo(d, big.NewInt(int64(ledger.Unit))).Int64())
		sum += out[i]
	}
	out[len(out)-1] = -sum
	return out
}

// Welfare is what world a does to users besides the cash in the ledger, against world b,
// in USD: the change of their surplus, and the deadweight loss, which is value that
// nobody has. Fees are no loss of value, since somebody receives them. It is a memo
// beside the exact accounts: values of transactions are draws, and no money.
func Welfare(a, b *sim.World) (surplus, deadweight float64) {
	value, gain, trapped := a.Surplus()
	before, had, waited := b.Surplus()
	return gain - trapped - (had - waited), before - waited - (value - trapped)
}

// Residual is the exact sum of all sectors' equity in 1e-12 USD; it is zero.
func Residual(w *sim.World) *big.Int {
	sum := new(big.Int)
	for _, s := range Sectors {
		sum.Add(sum, equity(w, s))
	}
	return sum
}

// own reports whether a reason moves an owner's wealth across the border of the model
// without changing it: income consumed, deposits brought in, balances taken home. Such a
// move is neither a gain nor a loss.
func own(why ledger.Reason) bool {
	return why == ledger.Consumption || why == ledger.Deposit || why == ledger.Withdrawal
}

// equity is what a sector owns at the last prices, in 1e-12 USD, and what it has
// carried out of the model less what it brought in.
func equity(w *sim.World, s Sector) *big.Int {
	l := w.Ledger()
	total, price := new(big.Int), Prices(w)
	for _, r := range s.rows {
		for asset, p := range price {
			var sum int64
			for why := ledger.Reason(0); why < ledger.Reasons; why++ {
				if !own(why) {
					sum += int64(l.Flow(r, why, ledger.Asset(asset)))
				}
			}
			total.Add(total, new(big.Int).Mul(big.NewInt(sum), big.NewInt(int64(agents.Amount(p)))))
		}
	}
	return total
}

// Prices are the last prices of the assets in USD.
func Prices(w *sim.World) [ledger.Assets]float64 {
	return [ledger.Assets]float64{
		ledger.Cash: 1, ledger.Token: w.PriceAt(w.Tick()), ledger.Rival: w.RivalPrice(), ledger.Dai: w.DaiPrice(),
		ledger.Ether: w.View().EthUSD,
	}
}
