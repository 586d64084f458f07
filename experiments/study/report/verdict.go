package report

import (
	"fmt"
	"strings"

	"stakeout/experiments/kit/table"
)

// Verdict says in words what the intervals of a cell say, and nothing that
// they leave open.
func Verdict(x *Summary) string {
	c := x.Cell
	if c.N() == 0 {
		return fmt.Sprintf("%s under %s: %s, so there is no verdict.", c.label(), c.leader(), noReplication)
	}
	if c.N() == 1 {
		return fmt.Sprintf("%s under %s: one replication has no interval, so there is no verdict; its net profit is %s.",
			c.label(), c.leader(), dollar(x.Profit.Mean))
	}
	sentences := append([]string{x.profitSentence(), x.excessSentence(), x.shareSentence(), x.conclusion()},
		x.caveats()...)
	if c.N() < quickBelow {
		sentences = append(sentences, fmt.Sprintf("(Quick look: %d replications.)", c.N()))
	}
	return strings.Join(sentences, " ")
}

func (x *Summary) profitSentence() string {
	verb := "ends with a net result not distinguishable from zero,"
	switch x.Profit.Sign() {
	case 1:
		verb = "earns"
	case -1:
		verb = "loses"
	}
	return fmt.Sprintf("%s under %s %s %s on %s at risk.", x.Cell.label(), x.Cell.leader(), verb, x.amount(&x.Profit),
		dollar(x.Capital.Mean))
}

func (x *Summary) excessSentence() string {
	switch x.Excess.Sign() {
	case 1:
		return fmt.Sprintf("Against honest use of the same capital, world by world, it gains %s.", x.amount(&x.Excess))
	case -1:
		return fmt.Sprintf("Against honest use of the same capital, world by world, it loses %s.", x.amount(&x.Excess))
	}
	return fmt.Sprintf("Against honest use of the same capital, world by world, the difference is not distinguishable "+
		"from zero: %s.", x.amount(&x.Excess))
}

func (x *Summary) shareSentence() string {
	f := func(v float64) string { return table.Number(v, percent).String() }
	return fmt.Sprintf("It is profitable in %d of %d worlds (%s interval %s to %s %%) and better than honest use in %d.",
		x.ProfitShare.K, x.ProfitShare.N, level(x.Level), f(x.ProfitShare.Lo), f(x.ProfitShare.Hi), x.BeatsHonest.K)
}

// conclusion is what profit and excess say together.
func (x *Summary) conclusion() string {
	switch p, e := x.Profit.Sign(), x.Excess.Sign(); {
	case p > 0 && e > 0:
		return "The attack pays, and the act adds to what its capital would earn honestly."
	case p > 0 && e < 0:
		return "The capital earns, but it would earn more without the act."
	case p > 0:
		return "The capital earns, but nothing shows that the act does."
	case e > 0 && p < 0:
		return "The act pays, but not enough to cover what its capital loses."
	case e > 0:
		return "The act pays; whether the attack as a whole does, these worlds leave open."
	case e < 0:
		return "The act does not pay."
	}
	return "Nothing shows that the act pays."
}

// caveats name what speaks against a finding: the bootstrap, or the number of
// tests.
func (x *Summary) caveats() (out []string) {
	if x.Excess.Sign() == 0 {
		return nil
	}
	if x.Excess.BCaLo <= 0 && x.Excess.BCaHi >= 0 {
		out = append(out, fmt.Sprintf("The bootstrap interval of the difference, %s, includes zero.",
			span(x.Excess.BCaLo, x.Excess.BCaHi, usd)))
	}
	if x.ExcessAdjusted > 1-x.Level {
		out = append(out, fmt.Sprintf("Adjusted for the %d cells of the experiment the difference is not distinguishable "+
			"from zero (p = %s).", x.Family, table.Number(x.ExcessAdjusted, table.Format{Decimals: 2})))
	}
	return out
}

// amount is a mean with its interval, without its sign where the verb says it.
func (x *Summary) amount(e *Estimate) string {
	m, lo, hi := e.Mean, e.Lo, e.Hi
	if e.Sign() < 0 {
		m, lo, hi = -m, -hi, -lo
	}
	return dollar(m) + " " + span(lo, hi, usd)
}

func dollar(v float64) string { return table.Number(v, usd).String() + " USD" }

// span is an interval as tables print it.
func span(lo, hi float64, f table.Format) string {
	return "[" + table.Number(lo, f).String() + ", " + table.Number(hi, f).String() + "]"
}
