package rollup

import "stakeout/market/ledger"

// Peril is the public record of slashing that an honest holder has to fear: of stake
// whose operator had a clean record. Stake burnt behind an operator that withheld its
// slots is no warning to others.
type Peril struct {
	Fast   float64 // share of all stake slashed a year, half-life 2 d
	Slow   float64 // the same, half-life 30 d
	Since  uint32  // tick of the first loss of the present or last spell
	Last   uint32  // tick of its last loss
	Spells uint32  // spells that began
}

// Assumption: losses less than five days apart belong together.
const spellGapDays = 5

// threaten adds a loss of stake, in micro-tokens, to the slot's account. guilt is the
// chance that the operator deserved it. What is burnt leaves the average of the stake at
// once, since it cannot come back.
func (s *State) threaten(loss ledger.Amount, guilt float64) {
	s.burnt += loss.Units()
	s.pub.Stake60d = max(s.pub.Stake60d-loss.Units(), 0)
	s.lost += float64(loss.Units() * (1 - guilt))
}

// endanger updates the record of slashing at the end of a slot. An average that forgets
// exponentially is the mean of a Gamma–Poisson posterior with the same memory.
func (s *State) endanger(tick uint32) {
	p, d := &s.pub.Peril, &s.decay
	stake := max(float64(s.pub.Staked+s.pub.Unbonding)/float64(ledger.Unit)+s.lost, 1)
	rate := float64(s.lost / stake * s.slotsPerYear())
	p.Fast, p.Slow = mix(rate, p.Fast, d.twoDays), mix(rate, p.Slow, d.month)
	if s.lost > 0 {
		if p.Spells == 0 || float64(tick-p.Last) > spellGapDays*s.perDay {
			p.Since = tick
			p.Spells++
		}
		p.Last = tick
	}
	s.lost = 0
}
