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
	sentences := append([]string{x.profitSentence(), x.advantageSentence(), x.shareSentence(), x.conclusion()},
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

func (x *Summary) advantageSentence() string {
	net := fmt.Sprintf("Net of drift it ends at %s; ", dollar(x.Net.Mean))
	switch x.Advantage.Sign() {
	case 1:
		return fmt.Sprintf("%sagainst the best honest use of its capital it gains %s.", net, x.amount(&x.Advantage))
	case -1:
		return fmt.Sprintf("%sagainst the best honest use of its capital it loses %s.", net, x.amount(&x.Advantage))
	}
	return fmt.Sprintf("%sits advantage over the best honest use of its capital is not distinguishable from zero: %s.",
		net, x.amount(&x.Advantage))
}

func (x *Summary) shareSentence() string {
	f := func(v float64) string { return table.Number(v, percent).String() }
	return fmt.Sprintf("It is profitable in %d of %d worlds (%s interval %s to %s %%) and has an advantage in %d.",
		x.ProfitShare.K, x.ProfitShare.N, level(x.Level), f(x.ProfitShare.Lo), f(x.ProfitShare.Hi), x.BeatsHonest.K)
}

// conclusion is the sign of the advantage, and what the act itself adds where that has
// another sign.
func (x *Summary) conclusion() string {
	switch a, e := x.Advantage.Sign(), x.Effect.Sign(); {
	case a > 0 && e < 0:
		return "The attack pays, but the same trades without the act would earn more."
	case a > 0:
		return "The attack pays."
	case a < 0 && e > 0:
		return "The attack does not pay: the act adds to its trades, but less than they lose."
	case a < 0:
		return "The attack does not pay."
	case e > 0:
		return "The act adds to its trades; whether the attack pays, these worlds leave open."
	}
	return "Nothing shows that the attack pays."
}

// caveats name what speaks against a finding: the bootstrap, or the number of
// tests.
func (x *Summary) caveats() (out []string) {
	if x.Advantage.Sign() == 0 {
		return nil
	}
	if x.Advantage.BCaLo <= 0 && x.Advantage.BCaHi >= 0 {
		out = append(out, fmt.Sprintf("The bootstrap interval of the advantage, %s, includes zero.",
			span(x.Advantage.BCaLo, x.Advantage.BCaHi, usd)))
	}
	if x.Adjusted > 1-x.Level {
		out = append(out, fmt.Sprintf("Adjusted for the %d cells of the experiment the advantage is not distinguishable "+
			"from zero (p = %s).", x.Family, table.Number(x.Adjusted, table.Format{Decimals: 2})))
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
