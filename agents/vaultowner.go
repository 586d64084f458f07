package agents

import (
	"stakeout/experiments/kit/draw"
	"stakeout/experiments/kit/exact"
	"stakeout/market/book"
	"stakeout/market/ledger"
)

// VaultOwnerParams describe those who owe dai against ether. Each aims at a
// ratio of collateral to debt, which bends to the price of dai: dai above a
// dollar is a reason to mint and sell, below it a reason to buy back. Near the
// liquidation ratio some add ether, and the others repay and pay for dai up to what
// an auction would cost them, however dear dai is.
//
// Assumption: either way takes cash that the owner has. Those who repay want less of
// an asset that falls, and do not turn to ether when dai is dear.
//
// Source of the behaviour: Klages-Mundt and Minca (2019), speculators who
// choose leverage and deleverage into a thin market.
type VaultOwnerParams struct {
	Count        int     `key:"count" default:"60" unit:"1" min:"0" max:"1000000" source:"Assumption: enough that no single vault moves the price of dai" doc:"Number of vault owners"`
	DebtUSD      float64 `key:"debt_usd" default:"40000000" unit:"USD" min:"0" max:"1e9" source:"Assumption: a quarter of the dai in existence in July 2020, what a large rollup's users and their counterparts reach" doc:"Dai that they owe together, which is all dai there is; Pareto over owners with exponent 1.5, cut at 20 times"`
	TargetRatio  float64 `key:"target_ratio" default:"3" unit:"1" min:"1.05" max:"100" source:"Assumption: twice the liquidation ratio" doc:"Median ratio of collateral to debt that an owner aims at; lognormal over owners with log s.d. 0.2"`
	Buffer       float64 `key:"buffer_share" default:"0.2" unit:"share" min:"0" max:"5" source:"Assumption: an owner acts in haste at about a fifth above the liquidation ratio" doc:"Median distance to the liquidation ratio at which haste begins, as a share of that ratio; lognormal with log s.d. 0.5"`
	Elasticity   float64 `key:"peg_elasticity" default:"20" unit:"1" min:"0" max:"200" source:"Calibrated: dai within 2 % of a dollar in ordinary times (check dai)" doc:"Change of the log ratio aimed at for a unit of the price of dai above a dollar"`
	AddShare     float64 `key:"add_ether_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: half; MakerDAO's Risk Core Unit (Maker Vault Liquidation Protection Analysis, 2021) counts both ways and their mixtures as protection. With none the peak of March 2020 is at 16 %, with all at 4 %" doc:"Share of owners who add ether when they are near liquidation; the others repay"`
	CashRatio    float64 `key:"cash_ratio" default:"0.6" unit:"1" min:"0" max:"100" source:"Assumption: funds to buy back a good half of the debt" doc:"Cash for each dollar of debt"`
	WakeHours    float64 `key:"wake_hours" default:"4" unit:"h" min:"0.01" max:"1000" source:"Assumption: some looks a day" doc:"Mean time between looks"`
	SliceMinutes float64 `key:"slice_minutes" default:"10" unit:"min" min:"0.2" max:"1000" source:"Assumption: as holders of the token" doc:"Mean time between looks and child orders in haste"`
}

// VaultOwners is the population of vault owners.
type VaultOwners struct {
	p         VaultOwnerParams
	liquidate float64 // the contract's ratio
	penalty   float64
	rows      []vaultOwner
}

type vaultOwner struct {
	target, haste float64 // ratio aimed at, and the ratio at which haste begins
	adds          bool    // whether it adds ether in haste
}

// How vault owners differ and trade.
//
// Assumption: gaps below a tenth of the debt are not worth a trade without haste, nor
// below 100 dai with it; a third of a gap is traded at a look, a tenth in haste, when
// looks are minutes apart; nobody mints to sell at more than 0.2 % below par; an
// owner in haste trades until it is 15 % above the ratio of haste.
const (
	bufferSD    = 0.5     // log s.d. of the distance to the liquidation ratio at which haste begins
	targetSD    = 0.2     // log s.d. of the ratio aimed at
	targetLeast = 1.1     // least ratio aimed at over the ratio of haste
	debtTail    = 1.5     // Pareto exponent of debts
	debtCut     = 20      // largest debt over the least
	usualPart   = 1.0 / 3 // of the gap that is traded at a look
	hastyPart   = 0.1     // of the gap that is traded at a look in haste
	leastTrade  = 100     // dai
	debtGap     = 0.1     // gap over the debt below which nothing is done without haste
	mintPrice   = 0.998   // least price at which minted dai is sold, USD
	safeFactor  = 1.15    // ratio that gets an owner well out of haste, over the ratio of haste
	bendMost    = 3       // largest change of the log ratio aimed at
)

// NewVaultOwners draws a population that owes o.Dai together and calls endow for
// each agent. Ratio and penalty are the contract's.
func NewVaultOwners(
	p VaultOwnerParams, ratio, penalty float64, o Opening, list []Agent, s *draw.Stream, endow Endow,
) *VaultOwners {
	t := &VaultOwners{p: p, liquidate: ratio, penalty: penalty, rows: make([]vaultOwner, len(list))}
	debt, total := make([]float64, len(list)), 0.0
	for i, a := range list {
		r := s.At(draw.Population, a.Key, 0)
		row := &t.rows[i]
		row.haste = ratio * (1 + float64(p.Buffer*r.Lognormal(bufferSD)))
		row.target = max(p.TargetRatio*r.Lognormal(targetSD), targetLeast*row.haste)
		row.adds = r.Float64() < p.AddShare
		debt[i] = min(r.Pareto(debtTail), debtCut)
		total += debt[i]
	}
	for i, a := range list {
		owed := o.Dai * debt[i] / total
		endow(a.ID, Endowment{Debt: owed, Ether: owed * t.rows[i].target / o.EthUSD, Cash: p.CashRatio * owed})
	}
	return t
}

// Clone implements Strategy.
func (t *VaultOwners) Clone() Strategy {
	c := *t
	c.rows = append([]vaultOwner(nil), t.rows...)
	return &c
}

// Decide implements Strategy.
func (t *VaultOwners) Decide(awake []Agent, v *View, do *Actions) {
	for _, a := range awake {
		row := &t.rows[a.Row]
		pace := t.p.WakeHours / hours
		if t.adjust(a.ID, row, v, do) {
			pace = t.p.SliceMinutes / minutes
		}
		do.WakeAt(a.ID, later(v, jitter(v.Rand(a))*pace*v.TicksPerDay))
	}
}

// adjust locks the ether and repays debt with the dai at hand, then trades a part of
// the gap between the debt and the debt wanted: a third, or a tenth in haste, when looks
// are more frequent. It reports whether there is haste.
func (t *VaultOwners) adjust(id ID, row *vaultOwner, v *View, do *Actions) bool {
	if v.Auctioned(id) {
		return false
	}
	ether, debt := v.Vault(id)
	do.Move(LockEther, id, v.Free(id, ledger.Ether))
	do.Move(Wipe, id, min(v.Free(id, ledger.Dai), Amount(debt)))
	worth := float64((ether + v.Free(id, ledger.Ether).Units()) * v.EthUSD)
	hasty, part := worth < row.haste*debt, usualPart
	if hasty {
		part = hastyPart
	}
	gap := t.wanted(row, worth, v) - debt
	switch lots := v.Lots(max(part*abs(gap), min(abs(gap), leastTrade))); {
	case hasty && row.adds:
		missing := float64(safeFactor*row.haste*debt) - worth
		do.Move(BuyEther, id, min(v.Free(id, ledger.Cash), Amount(missing)))
	case abs(gap) < debtGap*debt && !hasty:
	case gap > 0:
		do.Move(Mint, id, ledger.Amount(lots)*ledger.Unit)
		do.DaiOrder(id, takingSlot, book.Sell, book.ImmediateOrCancel, v.Price(mintPrice), lots)
	default:
		do.DaiOrder(id, takingSlot, book.Buy, book.ImmediateOrCancel, v.Price(t.bid(row, worth/debt, v)), lots)
	}
	return hasty
}

// wanted is the debt that an owner wants against collateral worth this much. The
// dearer dai is, the lower is the ratio aimed at, but it is always at least 15 % above
// the ratio of haste.
func (t *VaultOwners) wanted(row *vaultOwner, worth float64, v *View) float64 {
	ratio := row.target * exact.Exp(clip(t.p.Elasticity*(1-v.Dai.Mid), -bendMost, bendMost))
	return worth / max(ratio, safeFactor*row.haste)
}

// bid is the most that an owner pays for dai at a ratio: a dollar in ordinary times, and
// in haste up to what an auction costs, which is the penalty on top of what bidders pay
// for dai.
func (t *VaultOwners) bid(row *vaultOwner, ratio float64, v *View) float64 {
	if ratio >= row.haste {
		return 1
	}
	fine := float64(t.penalty * clip((row.haste-ratio)/(row.haste-t.liquidate), 0, 1))
	return max(v.Dai.Mid, 1) * (1 + fine)
}
