package question

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"stakeout/experiments/kit/notation"
	"stakeout/experiments/kit/param"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/strategies"
)

// consistency collects the problems that concern more than one value.
type consistency struct {
	*Spec
	doc *notation.Document
	out []notation.Problem
}

func (c *consistency) add(path, message, expected string) {
	c.out = append(c.out, c.doc.At(path, message, expected))
}

// inconsistencies are the problems that no single parameter can be blamed for.
func (s *Spec) inconsistencies(doc *notation.Document) []notation.Problem {
	c := &consistency{Spec: s, doc: doc}
	c.header()
	c.clock()
	c.service()
	c.exits()
	c.margins()
	c.supply()
	c.contract()
	c.judgment()
	c.proceeds()
	c.producers()
	c.tips()
	return c.out
}

// kebab is a name in kebab-case, also the name of a variant.
var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*(@[a-z0-9-]+(\+[a-z0-9-]+)?)?$`)

// longestName is the most letters of a name, that of a variant included.
const longestName = 100

var notKebab = regexp.MustCompile(`[^a-z0-9]+`)

// kebabOf is the kebab-case name nearest to a text, or the empty string.
func kebabOf(text string) string {
	return strings.Trim(notKebab.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

func (c *consistency) header() {
	const letters = "lower-case letters, digits and single hyphens, as in dos-short"
	switch {
	case c.Name == "":
		c.add("name", "is missing", letters)
	case len(c.Name) > longestName:
		c.add("name", fmt.Sprintf("%q has %d letters", c.Name[:20]+"…", len(c.Name)),
			fmt.Sprintf("at most %d, since folders and files are called by it", longestName))
	case !kebab.MatchString(c.Name):
		p := c.doc.At("name", fmt.Sprintf("%q is not a name in kebab-case", c.Name), letters)
		if near := kebabOf(c.Name); near != "" {
			p.Hint = "write " + near
		}
		c.out = append(c.out, p)
	case unusable(c.Name) != "":
		c.add("name", unusable(c.Name), usable)
	}
	if strings.TrimSpace(c.Question) == "" {
		c.add("question", "is missing", "the question that the preset answers, in one sentence")
	}
	if _, ok := election.Find(c.Mechanism); !ok {
		c.out = append(c.out, unknown(c.doc, "mechanism", c.Mechanism, mechanismNames()))
	}
	if _, ok := remedy.Find(c.Remedy); !ok {
		c.out = append(c.out, unknown(c.doc, "remedy", c.Remedy, remedyNames()))
	}
	c.remedyPair()
	c.levers()
	c.weapon()
	if c.Entry.NeedsWith(c.Params).Loans && c.World.Lending.BorrowCap == 0 {
		c.add("world.lending.borrow_cap_tokens", "is 0, and the attack "+c.Attack+" borrows", "more than 0")
	}
	if c.Entry.Needs.Dai && (c.World.VaultOwners.Count == 0 || c.World.Arbitrageurs.Count == 0) {
		c.add("world.vault_owners.count", "or world.arbitrageurs.count is 0, so that there is no dai, and the attack "+
			c.Attack+" locks dai up", "more than 0, and the other as well")
	}
}

// reference is the mechanism of the thread, proof of stake.
const reference = "pos"

// remedyPair checks that the remedy has something to act on under the mechanism,
// and names the nearest pair that works.
func (c *consistency) remedyPair() {
	m, okM := election.Find(c.Mechanism)
	r, okR := remedy.Find(c.Remedy)
	if !okM || !okR || r.In(m.Rules()) {
		return
	}
	var names []string
	near := reference
	for _, e := range election.All() {
		if !r.In(e.Rules()) {
			continue
		}
		names = append(names, e.Name)
		if ref, _ := election.Find(near); c.Entry.New != nil && !c.Entry.Needs.In(ref.Rules()) &&
			c.Entry.Needs.In(e.Rules()) {
			near = e.Name
		}
	}
	p := c.doc.At("remedy", fmt.Sprintf("%s takes stake or an office away, and %s knows neither", c.Remedy, c.Mechanism),
		"under this remedy one of the mechanisms "+strings.Join(names, ", "))
	p.Hint = "the nearest pair that works is " + c.Remedy + " with mechanism " + near
	c.out = append(c.out, p)
}

// levers checks that the attack finds its lever under the mechanism, and names
// the mechanisms under which it does.
func (c *consistency) levers() {
	m, ok := election.Find(c.Mechanism)
	if !ok || c.Entry.New == nil || c.Entry.Needs.In(m.Rules()) {
		return
	}
	var where []string
	for _, e := range election.All() {
		if c.Entry.Needs.In(e.Rules()) {
			where = append(where, e.Name)
		}
	}
	lever := "stake that elects leaders"
	if c.Entry.Needs.Office {
		lever = "the office of a single operator"
	}
	if c.Entry.Needs.Bids {
		lever = "leadership that is sold"
	}
	c.add("mechanism", fmt.Sprintf("%s has no lever for the attack %s, which needs %s", c.Mechanism, c.Attack, lever),
		"one of "+strings.Join(where, ", "))
}

// weapon checks that the remedy offers what the attack turns against others, and
// names the nearest one that does under the mechanism.
func (c *consistency) weapon() {
	r, ok := remedy.Find(c.Remedy)
	if !ok || c.Entry.New == nil || c.Entry.Needs.Under(r.New(&c.World.Remedies).Rules()) {
		return
	}
	m, known := election.Find(c.Mechanism)
	var where []string
	near := ""
	for _, e := range remedy.All() {
		if !c.Entry.Needs.Under(e.New(&c.World.Remedies).Rules()) {
			continue
		}
		where = append(where, e.Name)
		if near == "" && (!known || e.In(m.Rules())) {
			near = e.Name
		}
	}
	p := c.doc.At("remedy", fmt.Sprintf("%s has no weapon for the attack %s, which needs %s", c.Remedy, c.Attack,
		weaponOf(c.Entry.Needs)), "one of "+strings.Join(where, ", "))
	if near != "" {
		p.Hint = "the nearest remedy that has it is " + near
	}
	c.out = append(c.out, p)
}

// weaponOf is what an attack needs of a remedy, in words.
func weaponOf(l strategies.Levers) string {
	switch {
	case l.Oracle:
		return "an oracle whose token can fork"
	case l.Judge == remedy.Jurors:
		return "a court of jurors"
	case l.Judge == remedy.Stakers:
		return "a vote of the stakers"
	}
	return "a vote of everybody"
}

// proceeds checks that the shares of a winning bid add up to it.
func (c *consistency) proceeds() {
	b := &c.World.Election.Burn
	if sum := b.Burn + b.Donation + b.Governance; sum < 0.999999 || sum > 1.000001 {
		c.add("world.election.burn_auction",
			fmt.Sprintf("the shares of a bid that are burnt, given away and paid to stakers sum to %.4g", sum),
			"burn_share, donation_share and governance_share with a sum of 1")
	}
}

// producers checks that the shares of the block producers are those of all hash power.
func (c *consistency) producers() {
	const path = "world.layer1.producer_hash_share"
	sum := 0.0
	for _, share := range c.World.Layer1.HashShares {
		sum += share
	}
	if sum < 0.999999 || sum > 1.000001 {
		c.add(path, fmt.Sprintf("the shares of %d producers sum to %.6g", len(c.World.Layer1.HashShares), sum), "a sum of 1")
	} else if _, err := layer1.New(c.World.Layer1, nil); err != nil {
		c.add(path, strings.TrimPrefix(err.Error(), "layer1: "), "one share for each producer")
	}
}

// contract checks that a perpetual future has market makers, and that there is one when
// the attack uses it.
func (c *consistency) contract() {
	w := &c.World
	if w.Perp.OpenInterestCap > 0 && (w.Basis.Count == 0 || w.Basis.HoldShare == 0) {
		c.add("world.basis_traders", "has no traders with tokens, so nobody would make the market of the perpetual future",
			"a count and a hold_share above 0, or world.perpetual.open_interest_cap_tokens 0")
	}
	if c.Entry.NeedsWith(c.Params).Perp && w.Perp.OpenInterestCap == 0 {
		c.add("world.perpetual.open_interest_cap_tokens", "is 0, and the attack "+c.Attack+" sells the perpetual future",
			"more than 0")
	}
	if w.Perp.Maintenance >= w.Perp.InitialMargin {
		c.add("world.perpetual.maintenance_margin_share",
			fmt.Sprintf("%g is not below the initial margin", w.Perp.Maintenance),
			"less than world.perpetual.initial_margin_share")
	}
	if w.Perp.Band > w.Perp.InitialMargin {
		c.add("world.perpetual.price_band_share",
			fmt.Sprintf("%g is wider than the initial margin, so that a fill could cost more than the margin behind it",
				w.Perp.Band), "at most world.perpetual.initial_margin_share")
	}
}

// judgment checks that no token votes twice and that a court has jurors.
func (c *consistency) judgment() {
	w := &c.World
	e, ok := remedy.Find(c.Remedy)
	if !ok {
		return
	}
	switch days := w.Remedies.Vote.Days; e.New(&w.Remedies).Rules().Trial.By {
	case remedy.Stakers:
		if days > w.Rollup.UnbondingDays {
			p := c.doc.At("world.remedies.timelock_vote.voting_days",
				fmt.Sprintf("%g is longer than the time for which stake is locked, so that the same tokens could vote twice", days),
				fmt.Sprintf("at most world.rollup.unbonding_days, which is %g", w.Rollup.UnbondingDays))
			p.Hint = fmt.Sprintf("or lengthen the lock: world.rollup.unbonding_days %g", days)
			c.out = append(c.out, p)
		}
	case remedy.Jurors:
		if w.Stakers.Civic.JurorShare == 0 {
			c.add("world.stakers.civic.juror_share", "is 0, so that no case of "+c.Remedy+" could be judged", "more than 0")
		}
	}
}

func (c *consistency) clock() {
	w := &c.World
	if w.Rollup.BlocksPerSlot < 3 {
		c.add("world.rollup.blocks_per_slot",
			fmt.Sprintf("%d leaves no block to build between election and deadline", w.Rollup.BlocksPerSlot),
			"3 or more (blocks/slot)")
	}
	if w.Rollup.DeadlineBlocks >= w.Rollup.BlocksPerSlot {
		c.add("world.rollup.deadline_blocks", fmt.Sprintf("%d leaves no time to build", w.Rollup.DeadlineBlocks),
			fmt.Sprintf("less than world.rollup.blocks_per_slot, which is %d", w.Rollup.BlocksPerSlot))
	}
	if least := 2 * w.Rollup.UnbondingDays; w.Time.WarmupDays < least {
		c.add("world.time.warmup_days",
			fmt.Sprintf("%g is shorter than twice the unbonding time, so the unbonding pipeline would start empty",
				w.Time.WarmupDays),
			fmt.Sprintf("%g or more, twice world.rollup.unbonding_days", least))
	}
	c.horizon()
	if c.StartDays >= c.HorizonDays {
		c.add("start_days", fmt.Sprintf("%g lies beyond the horizon", c.StartDays),
			fmt.Sprintf("less than horizon_days, which is %g", c.HorizonDays))
	} else if c.Entry.Days != nil {
		if need := c.StartDays + c.Entry.Days(c.Params, w.Rollup.UnbondingDays); need > c.HorizonDays {
			c.add("horizon_days", fmt.Sprintf("%g ends before the attack has unwound on day %.6g", c.HorizonDays, need),
				"a longer horizon, horizon_days auto, or shorter attack_params")
		}
	}
}

// service checks that there are operators and users, and that what the users
// want at the opening fits the batches.
func (c *consistency) service() {
	w := &c.World
	if w.Coordinators.Count < 1 {
		c.add("world.coordinators.count", "is 0, so nobody could build", "1 or more")
	}
	active := float64(w.Users.Count) * w.Users.ActiveShare
	if active < 1 {
		c.add("world.users.active_share", fmt.Sprintf("leaves %.2g of %d user cohorts at the opening", active, w.Users.Count),
			"at least one, so that there is a service to deny")
	}
	slots := 86400 / (w.Layer1.BlockSeconds * float64(w.Rollup.BlocksPerSlot))
	demand := active * float64(w.Users.CohortSize) * w.Users.PerDay / slots
	room, path := float64(w.Rollup.CapacityTx), "world.rollup.capacity_tx"
	if gas := float64(max(w.Rollup.MaxBatchGas-w.Rollup.BatchGas, 0) / max(w.Rollup.TransactionGas, 1)); gas < room {
		room, path = gas, "world.rollup.max_batch_gas"
	}
	if demand > room {
		c.add(path, fmt.Sprintf("has room for %.0f transactions a batch and users send %.0f at the opening: utilisation %.2f",
			room, demand, demand/max(room, 1)),
			"a utilisation of at most 1")
	}
}

// exits checks that a forced exit fits a block and that the queue has a window
// to serve in before the contract ends the rollup.
func (c *consistency) exits() {
	w := &c.World
	limit := w.Layer1.BlockLimitGas
	if w.Layer1.FeeMarket == layer1.EIP1559 {
		limit = w.Layer1.BlockTargetGas * w.Layer1.Elasticity
	}
	if w.Rollup.ForcedExitGas > limit {
		c.add("world.rollup.forced_exit_gas",
			fmt.Sprintf("%d does not fit a block of layer one, so nobody could leave", w.Rollup.ForcedExitGas),
			fmt.Sprintf("at most %d", limit))
	}
	if least := float64(w.Rollup.QueueBlocks) * w.Layer1.BlockSeconds / 3600; w.Rollup.ExodusHours > 0 &&
		w.Rollup.ExodusHours < least {
		c.add("world.rollup.exodus_hours",
			fmt.Sprintf("%g is over before the queue has had a window to serve in", w.Rollup.ExodusHours),
			fmt.Sprintf("0 or at least %.3g", least))
	}
}

func (c *consistency) margins() {
	l := &c.World.Lending
	const section = "world.lending."
	switch {
	case l.InitialMargin < l.MaintenanceMargin:
		c.add(section+"initial_margin",
			fmt.Sprintf("%g is below maintenance_margin, so loans would be called as they are taken", l.InitialMargin),
			fmt.Sprintf("%g or more", l.MaintenanceMargin))
	case l.MaintenanceMargin < l.FullCloseMargin:
		c.add(section+"maintenance_margin", fmt.Sprintf("%g is below full_close_margin", l.MaintenanceMargin),
			fmt.Sprintf("%g or more", l.FullCloseMargin))
	default:
		if err := l.Validate(); err != nil {
			c.add("world.lending", strings.TrimPrefix(err.Error(), "lending: "), "consistent margins and rates")
		}
	}
	m := &c.World.Market
	switch tick := m.TickSize.Units(); {
	case c.World.Opening.Price >= m.MaxPrice.Units():
		c.add("world.market.max_price_usd",
			fmt.Sprintf("%g is not above the opening price of %g USD", m.MaxPrice.Units(), c.World.Opening.Price),
			"well above world.opening.price_usd")
	case tick > c.World.Opening.Price/100:
		c.add("world.market.price_tick_usd",
			fmt.Sprintf("%g is more than a per cent of the opening price of %g USD", tick, c.World.Opening.Price),
			fmt.Sprintf("at most %g", c.World.Opening.Price/100))
	}
}

// tokens is a whole number of tokens as tables print it.
func tokens(x float64) string { return param.Grouped(strconv.FormatFloat(x, 'f', 0, 64), ",") }

// supply checks that the tokens are handed out exactly once.
func (c *consistency) supply() {
	w := &c.World
	sum := w.Stakers.HoldShare + w.Makers.HoldShare + w.Noise.HoldShare + w.Chartists.HoldShare + w.Holders.HoldShare +
		w.Basis.HoldShare
	if sum < 0.999 || sum > 1.001 {
		c.add("world", fmt.Sprintf("the hold_share of stakers, makers, noise, chartists, holders and "+
			"basis_traders sum to %.4g", sum), "a sum of 1")
	}
	if lent := w.Lending.BorrowCap.Units(); lent > w.Opening.Supply {
		c.add("world.lending.borrow_cap_tokens", tokens(lent)+" is more than the supply",
			"at most world.opening.supply_tokens, which is "+tokens(w.Opening.Supply))
	}
}

func unknown(doc *notation.Document, path, name string, valid []string) notation.Problem {
	p := notation.Problem{Problem: param.Problem{Path: path}}
	if doc != nil {
		p = doc.At(path, "", "")
	}
	p.Message, p.Expected = fmt.Sprintf("there is no %s %q", path, name), "one of "+strings.Join(valid, ", ")
	if near := param.Nearest(name, valid); near != "" {
		p.Hint = param.DidYouMean(near)
	}
	return p
}
