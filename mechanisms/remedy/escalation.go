package remedy

import (
	"stakeout/market/ledger"
)

// EscalationParams are the rules of the oracle that decides by doubling bonds.
//
// Source: J. Peterson et al., "Augur: a Decentralized Oracle and Prediction
// Market Platform (v2.0)", arXiv 1501.01042v3, section on disputes.
type EscalationParams struct {
	FirstBond      ledger.Amount `key:"first_bond_tokens" default:"10000" scale:"1000000" unit:"tokens" min:"1" max:"1000000000" source:"Assumption: 0.01 % of the supply, 10 000 USD at the opening; Augur lets it follow the bonds lost before" doc:"Bond behind the first answer"`
	FirstDays      float64       `key:"first_window_days" default:"1" unit:"d" min:"0.01" max:"365" source:"Augur v2: 24 hours for the first dispute" doc:"Time in which the first answer can be disputed"`
	Days           float64       `key:"window_days" default:"7" unit:"d" min:"0.01" max:"365" source:"Augur v2: windows of seven days after the first" doc:"Time in which a later answer can be disputed"`
	ThresholdShare float64       `key:"fork_threshold_share" default:"0.025" unit:"share" min:"0.000001" max:"1" source:"Augur v2: a bond of 2.5 % of all REP" doc:"Size of a filled bond, as a share of the supply, at which the token forks"`
	BurnShare      float64       `key:"loser_burn_share" default:"0.2" unit:"share" min:"0" max:"1" source:"Augur v2: disputers who were right gain 40 % of their bonds, which are twice those of the losers; the rest is burnt" doc:"Share of the bonds on the wrong answer that is burnt; the rest goes to the bonds on the right one"`
}

// contribution is the tokens of an owner behind an answer.
type contribution struct {
	by     ledger.Owner
	answer uint8
	amount ledger.Amount
}

// escalation is one question. Its tentative answer becomes final unless a bond
// behind the other answer is filled in time. The bond that overturns it is twice
// the total stake less three times the stake behind the new answer, so that the
// new answer then has two thirds of the stake. If the two sides take turns, the
// bonds are d, 2d, 3d, 6d, 12d and so on.
type escalation struct {
	bonds  []contribution
	behind [2]ledger.Amount // micro-tokens behind no and yes, unfilled bonds included
	filled [2]ledger.Amount // the same, filled bonds only
	answer uint8            // tentative
	rounds int              // filled bonds
	until  uint32           // tick at which the tentative answer becomes final
}

// due is the size of the bond that overturns the tentative answer.
func (e *escalation) due() ledger.Amount {
	other := 1 - e.answer
	return 2*(e.filled[0]+e.filled[1]) - 3*e.filled[other]
}

// missing is the part of that bond that is not filled yet.
func (e *escalation) missing() ledger.Amount {
	other := 1 - e.answer
	return e.due() - (e.behind[other] - e.filled[other])
}

// add puts tokens behind the answer that is not the tentative one. If they fill
// the bond, it returns the size of the bond, else 0.
func (e *escalation) add(by ledger.Owner, amount ledger.Amount) (filled ledger.Amount) {
	other := 1 - e.answer
	e.bonds = append(e.bonds, contribution{by, other, amount})
	e.behind[other] += amount
	if e.missing() > 0 {
		return 0
	}
	filled = e.due()
	e.filled[other] = e.behind[other]
	e.answer = other
	e.rounds++
	return filled
}

// open puts the first bond behind an answer.
func (e *escalation) open(by ledger.Owner, answer uint8, amount ledger.Amount) {
	*e = escalation{bonds: append(e.bonds[:0], contribution{by, answer, amount}), answer: answer, rounds: 1}
	e.behind[answer], e.filled[answer] = amount, amount
}

func (e *escalation) clone() escalation {
	c := *e
	c.bonds = append([]contribution(nil), e.bonds...)
	return c
}

// settle pays the bonds out of escrow. Contributions to the final answer return
// with their part of the losers' stake, in proportion and rounded down. The
// remainders are burnt with the share to burn. Contributions to a bond that was
// never filled return in full.
func (e *escalation) settle(w *World, burn float64) {
	right, wrong := e.answer, 1-e.answer
	open := e.behind[wrong] - e.filled[wrong]
	lost := e.filled[wrong]
	burnt := ledger.Amount(float64(burn * float64(lost)))
	prize := lost - burnt
	paid := ledger.Amount(0)
	for i := len(e.bonds) - 1; i >= 0; i-- {
		b := &e.bonds[i]
		back := b.amount
		if b.answer == wrong {
			back = min(b.amount, open) // the last contributions are those of the open bond
			open -= back
		} else {
			won, _ := ledger.MulDiv(prize, b.amount, max(e.behind[right], 1), ledger.Down)
			paid += won
			back += won
		}
		w.release(b.by, back, ledger.Token, ledger.Bond)
	}
	w.release(ledger.Burned, lost-paid, ledger.Token, ledger.Slash)
	e.bonds = e.bonds[:0]
}

// hold moves free tokens into escrow; false means that there are not enough.
func (w *World) hold(by ledger.Owner, amount ledger.Amount, asset ledger.Asset) bool {
	return w.Ledger.Post(ledger.Transfer{Amount: amount, From: by, To: ledger.Escrow, Asset: asset,
		Reason: ledger.Bond}) == nil
}

// release pays an amount out of escrow.
func (w *World) release(to ledger.Owner, amount ledger.Amount, asset ledger.Asset, why ledger.Reason) {
	w.Must(w.Ledger.Post(ledger.Transfer{Amount: amount, From: ledger.Escrow, To: to, Asset: asset, Reason: why}))
}
