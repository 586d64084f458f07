package claims

const author = "barryWhiteHat"

// The experiments that several claims share.
var (
	dos     = Case{Preset: "dos-empty-blocks"}
	longDos = Case{"dos-empty-blocks", []string{"attack_params.act_days=45", "horizon_days=75"}}
	rally   = Case{Preset: "fake-dos"}
	// takeover buys most of the stake, raises the fee for withdrawals, and sells.
	takeover = Case{Preset: "takeover-buy"}
	// majority buys most of the stake and keeps it during the act of 45 days.
	majority = longDos.with("attack_params.budget_usd=90000000")
	cycles   = Case{Preset: "fake-dos-repeat"}
	miner    = Case{Preset: "slash-miner"}
	network  = Case{Preset: "slash-network"}
	fickle   = Case{"fake-dos", []string{"world.users.leave_below=0.85"}}
)

// with returns a copy of the experiment with further settings, which override
// earlier ones.
func (c Case) with(set ...string) Case {
	return Case{c.Preset, append(append([]string(nil), c.Set...), set...)}
}

// authors are the claims of the post that opens the thread.
var authors = []Claim{
	{
		ID: "C1", By: author,
		Quote: "On layer 1 POS works well. … If the system enters a failure mode (a DOS attack or data " +
			"availability attack) then there can be a protocol level hardfork to remove the deposit from the attacker.",
		Reading: "A social fork takes at least a thousand tokens from an attacker that builds empty blocks.",
		Tests: []Test{
			{When: "an attack of 45 days", Case: longDos.with("remedy=hard-fork"), Of: punished, Above: true, Bound: 1000},
			{When: "an attack of two weeks", Case: dos.with("remedy=hard-fork"), Of: punished, Above: true, Bound: 1000},
		},
		Turn: &Turn{"attack_params.act_days", 10, 45},
	},
	{
		ID: "C2", By: author,
		Quote: "On layer 2 this is very different. It seems very unlikely to be able to coordinate a hardfork " +
			"in order to slash a misbehaving coordinator of some layer 2 system. Removal of this tool fundamentally " +
			"limits the ability of POS to be able to respond from attacks.",
		Reading: "A fork takes at least a million dollars from a long attack, and nothing from one that is over " +
			"before it is agreed on.",
		Tests: []Test{
			{When: "45 days, a fork less none", Case: longDos.with("remedy=hard-fork"), Less: longDos, Of: excess, Bound: -1e6},
			{When: "two weeks, a fork less none", Case: dos.with("remedy=hard-fork"),
				Less: dos, Of: excess, Above: true, Bound: -1e5},
		},
		Turn: &Turn{"attack_params.act_days", 10, 45},
	},
	{
		ID: "C3", By: author,
		Quote: "They can begin staking their tokens and mint only empty blocks. The cost of for them is 1. The " +
			"opportunity cost on their tokens 2. The reduction in the value of their stake that this attack has.",
		Reading: "The attack loses against honest use, and nine tenths of the loss are fees forgone and the " +
			"fall of the stake.",
		Tests: []Test{
			{When: "it costs", Case: dos, Of: excess, Bound: 0},
			{When: "and for these two reasons", Case: dos, Of: explained, Above: true, Bound: 90},
		},
		Turn: &Turn{"attack_params.budget_usd", 1e6, 4e7},
	},
	{
		ID: "C4", By: author,
		Quote: "There are also several ways for users to profit from this attack 1. Charge a high fee in order " +
			"to process transactions",
		Reading: "A tenth of the stake earns more by an extortionate fee for transactions than by the common one.",
		Tests:   []Test{{When: "the preset's fee", Case: Case{Preset: "dos-process-fee"}, Of: excess, Above: true}},
		Turn:    &Turn{"attack_params.fee_multiple", 1.05, 12},
	},
	{
		ID: "C5", By: author,
		Quote:   "2. Charge a high fee in order to allow users to withdraw",
		Reading: "A tenth of the stake earns more by an extortionate fee for withdrawals than by the common one.",
		Tests:   []Test{{When: "the preset's fee", Case: Case{Preset: "dos-withdraw-fee"}, Of: excess, Above: true}},
		Turn:    &Turn{"attack_params.exit_fee_multiple", 1.05, 40},
	},
	{
		ID: "C6", By: author,
		Quote: "3. Lock up a bunch of the supply of certain tokens causing the markets to go crazy, for example " +
			"if you locked up 50% of DAI you could profit if the price of eth fluctuated.",
		Reading: "With half of all dai inside and ether halving, who blocks withdrawals and holds dai outside " +
			"earns more than by serving.",
		Tests: []Test{
			{When: "a tenth of the stake", Case: Case{Preset: "dos-lockup"}, Of: excess, Above: true},
			{When: "ether does not fall", Case: Case{"dos-lockup", []string{"world.news.eth_fall_share=0"}},
				Of: excess, Above: true},
		},
		Turn: &Turn{"world.arbitrageurs.inside_share", 0.1, 0.9},
	},
	{
		ID: "C7", By: author,
		Quote:   "Take a short position on the token that is used for staking. Stake -> DOS -> Price Crashes -> Profit.",
		Reading: "Empty blocks with a short position earn more than the honest use of the same capital.",
		Tests: []Test{
			{When: "tokens bought and borrowed", Case: Case{Preset: "dos-short"}, Of: excess, Above: true},
			{When: "fickle users", Case: Case{"dos-short", []string{"world.users.leave_below=0.85"}}, Of: excess, Above: true},
			{When: "stake borrowed, half of it sold short", Case: Case{Preset: "dos-split"}, Of: excess, Above: true},
		},
		Turn: &Turn{"world.users.leave_below", 0.3, 0.95},
	},
	{
		ID: "C8", By: author,
		Quote: "Stakers will have a opportunity to not participate in the dos attack and get more rewards. This " +
			"could push the price of the token higher during a dos attack as more stakers look to increase their " +
			"stake in order to get more rewards.",
		Reading: "A week into a partial denial of service the price is higher than without it.",
		Tests: []Test{
			{When: "patient users", Case: rally, Of: priceWeek, Above: true},
			{When: "fickle users", Case: fickle, Of: priceWeek, Above: true},
		},
		Turn: &Turn{"world.users.leave_below", 0.3, 0.95},
	},
	{
		ID: "C9", By: author,
		Quote: "Buy a bunch of token X … Start dos attack using some of your token X … The market goes up as " +
			"stakers rush to increase their stake … Attacker sells their token X for profit",
		Reading: "The fake denial of service earns more than the honest use of the same capital, and has a net profit.",
		Tests: []Test{
			{When: "against honest use, patient users", Case: rally, Of: excess, Above: true},
			{When: "net, patient users", Case: rally, Of: profit, Above: true},
			{When: "against honest use, fickle users", Case: fickle, Of: excess, Above: true},
		},
		Turn: &Turn{"world.users.leave_below", 0.3, 0.95},
	},
	{
		ID: "C10", By: author,
		Quote:   "Repeating this attack an attacker can 1. Discourage other stakers from joining during a dos attack",
		Reading: "At the end of a fake denial of service the others have less at stake than without it.",
		Tests: []Test{
			{When: "repeated, patient users", Case: cycles, Of: othersThird, Bound: 0},
			{When: "once, patient users", Case: rally, Of: othersStake, Bound: 0},
			{When: "once, fickle users", Case: fickle, Of: othersStake, Bound: 0},
		},
		Turn: &Turn{"world.users.leave_below", 0.3, 0.95},
	},
	{
		ID: "C11", By: author,
		Quote: "Repeating this attack an attacker … 2. Can start to increase their stake by repeating this " +
			"attack causing the market to fluctuate.",
		Reading: "Before the third act the attacker has a tenth more at stake than the honest use of the same capital.",
		Tests: []Test{
			{When: "any increase", Case: cycles, Of: ownThird, Above: true, Bound: 0},
			{When: "by a tenth", Case: cycles, Of: ownThird, Above: true, Bound: 9.53},
		},
		Turn: &Turn{"attack_params.liquid_share", 0.1, 0.9},
	},
	{
		ID: "C12", By: author,
		Quote: "Using a relatively small % of the mining power the attacker can significantly increase the " +
			"chances of another staker getting slashed.",
		Reading: "At least one slot in a hundred more has no batch in time.",
		Tests: []Test{
			{When: "a tenth of the hash power, three blocks to arrive", Case: miner.with("attack_params.hash_share=0.1"),
				Of: missed, Above: true, Bound: 1},
			{When: "the largest pool, three blocks to arrive", Case: miner, Of: missed, Above: true, Bound: 1},
			{When: "the largest pool, twenty blocks to arrive", Case: miner.with("world.rollup.deadline_blocks=20"),
				Of: missed, Above: true, Bound: 1},
		},
		Turn: &Turn{"attack_params.hash_share", 0.02, 0.45},
	},
	{
		ID: "C13", By: author,
		Quote: "NOTE: There are also network level dos attacks that an attacker can use to prevent the " +
			"propagation of valid blocks , prevent the staker from producing their blocks in time.",
		Reading: "At least one slot in a hundred more has no batch in time, and its leaders are slashed.",
		Tests: []Test{
			{When: "slots", Case: network, Of: missed, Above: true, Bound: 1},
			{When: "stake", Case: network, Of: burnt, Above: true, Bound: 1000},
		},
		Turn: &Turn{"world.network.attack_success_share", 0.01, 0.9},
	},
	{
		ID: "C14", By: author,
		Quote: "The ability to slash or buy most of the staking tokens in circulation can lead to coordinator " +
			"take over. Where they can create almost all the blocks",
		Reading: "A buyer reaches nine tenths of the stake.",
		Tests: []Test{
			{When: "60 million dollars over forty days", Case: takeover, Of: share, Above: true, Bound: 90},
			{When: "90 million dollars over ten days", Case: majority, Of: share, Above: true, Bound: 90},
		},
		Turn: &Turn{"attack_params.budget_usd", 2e7, 2e8},
	},
	{
		ID: "C15", By: author,
		Quote:   "and use this power to impose massive withdraw fees on users wishing to leave.",
		Reading: "Massive withdrawal fees earn such a buyer more than honest service, and enough to pay for the takeover.",
		Tests: []Test{
			{When: "against honest use", Case: takeover, Of: excess, Above: true},
			{When: "net", Case: takeover, Of: profit, Above: true},
		},
		Turn: &Turn{"attack_params.exit_fee_multiple", 1.5, 100},
	},
	{
		ID: "C16", By: author,
		Quote: "This reduces to almost 0 the value of their tokens.",
		Reading: "Four weeks after such a buyer has begun to build nothing but empty blocks, the price is a " +
			"tenth of what it would be.",
		Tests: []Test{{When: "bought over ten days", Case: majority, Of: priceMonth, Bound: -230}},
		Turn:  &Turn{"world.users.leave_below", 0.3, 0.95},
	},
	{
		ID: "C17", By: author,
		Quote: "Its possible that attackers with a small % of active stake holders can harm the network as a " +
			"whole. They can materially reduce the through put of the system by creating empty blocks.",
		Reading: "A tenth of the stake that builds empty blocks costs at least a twentieth of all transactions.",
		Tests: []Test{
			{When: "utilisation 0.6", Case: dos, Of: lost, Above: true, Bound: 5},
			{When: "utilisation 0.95", Case: dos.with("world.rollup.capacity_tx=640"), Of: lost, Above: true, Bound: 5},
		},
		Turn: &Turn{"world.rollup.capacity_tx", 640, 1280},
	},
	{
		ID: "C18", By: author,
		Quote:   "The inability to hardfork the token gives no way to recover from failure modes like we can on layer 1.",
		Reading: "Without a fork the attacker keeps all but a thousand tokens of its stake.",
		Tests: []Test{
			{When: "no remedy", Case: dos, Of: punished, Bound: 1000,
				Identity: "empty blocks arrive in time, and without a remedy nothing else takes stake"},
			{When: "a vote under a time lock", Case: dos.with("remedy=timelock-vote"), Of: punished, Bound: 1000},
			{When: "a court", Case: dos.with("remedy=court-aragon"), Of: punished, Bound: 1000},
			{When: "a contract that slashes", Case: dos.with("remedy=auto-slash"), Of: punished, Bound: 1000},
		},
		Turn: &Turn{"attack_params.budget_usd", 1e6, 4e7},
	},
	{
		ID: "C19", By: author,
		Quote: "Solutions like … Spam resistant block creator selection via burn auction also need more " +
			"analysis before we can start to recommend what to use for rollup leader election.",
		Reading: "Where slots are auctioned and the price burnt, buying them to build empty blocks with a short " +
			"position does not pay, and pays less than under proof of stake.",
		Tests: []Test{
			{When: "it does not pay", Case: Case{Preset: "outbid"}, Of: excess, Bound: 0},
			{When: "it pays less than under proof of stake", Case: Case{Preset: "outbid"},
				Less: Case{Preset: "dos-short"}, Of: excess, Bound: 0},
			{When: "without the short it does not pay",
				Case: Case{"outbid", []string{"attack_params.short_share=0", "attack_params.budget_usd=800000"}},
				Of:   excess, Bound: 0},
		},
		Turn: &Turn{"attack_params.short_share", 0, 0.9},
	},
	{
		ID: "C20", By: author,
		Quote: "Solutions like MEV Auction: Auctioning transaction ordering rights as a solution to Miner " +
			"Extractable Value … also need more analysis before we can start to recommend what to use for rollup " +
			"leader election.",
		Reading: "The same holds where windows are sold by sealed bids at the second price.",
		Tests: []Test{
			{When: "it does not pay", Case: Case{Preset: "outbid-mev"}, Of: excess, Bound: 0},
			{When: "it pays less than under proof of stake", Case: Case{Preset: "outbid-mev"},
				Less: Case{Preset: "dos-short"}, Of: excess, Bound: 0},
		},
		Turn: &Turn{"attack_params.short_share", 0, 0.9},
	},
	{
		ID: "C21", By: author,
		Quote: "A few solutions have been proposed: 1. Centralized coordinator …",
		Reading: "A centralized coordinator is no better: its holder can go short, stop serving, and earn more " +
			"than by serving.",
		Tests: []Test{
			{When: "no remedy", Case: Case{Preset: "rogue-operator"}, Of: excess, Above: true},
			{When: "a vote that can dismiss it", Case: Case{"rogue-operator", []string{"remedy=timelock-vote"}},
				Of: excess, Above: true},
		},
		Turn: &Turn{"attack_params.short_share", 0, 0.9},
	},
}
