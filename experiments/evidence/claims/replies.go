package claims

var (
	rogue = Case{Preset: "rogue-operator"}
	raid  = Case{Preset: "fork-raid-large"}
	// stop is a world without an attack in which all coordinators stop for good.
	stop = Case{"dos-empty-blocks", []string{
		"attack_params.budget_usd=0", "world.outage.start_days=1", "world.outage.length_hours=2000",
	}}
	dearGas  = gasAt("6.288") // 538 gwei
	usualGas = gasAt("4.064") // 58.2 gwei
)

// gasAt holds the background price of gas constant, given as its natural logarithm
// in gwei. Balances start at 5 USD, so that some users cannot afford dear gas.
func gasAt(log string) []string {
	return []string{
		"world.layer1.background_log_mean=" + log, "world.layer1.background_daily_innovation=0",
		"world.users.min_balance_usd=5",
	}
}

// replies are the claims of the replies, some of which are the author's again.
var replies = []Claim{
	{
		ID: "R1", By: "GriffGreen",
		Quote: "Slashing can still be done without a hard fork, as long as the Staking is done on L1 and the " +
			"Staking contract has a time lock and a strategy to apply slashing (could be just a subjective Staking " +
			"Coordinators’ vote, Kleros or Aragon Court judgement, or an automated strategy).",
		Reading: "The attacker loses at least a hundred thousand of its five million tokens.",
		Tests: []Test{
			{When: "vote", Case: dos.with("remedy=timelock-vote"), Of: punished, Above: true, Bound: 1e5},
			{When: "Kleros", Case: dos.with("remedy=court-kleros", "horizon_days=60"), Of: punished, Above: true, Bound: 1e5},
			{When: "Aragon", Case: dos.with("remedy=court-aragon"), Of: punished, Above: true, Bound: 1e5},
			{When: "automated", Case: dos.with("remedy=auto-slash"), Of: punished, Above: true, Bound: 1e5},
			{When: "Aragon without a time lock", Case: dos.with("remedy=court-aragon", "world.remedies.case.time_lock=false"),
				Of: punished, Above: true, Bound: 1e5},
		},
		Turn: &Turn{"world.stakers.civic.turnout_share", 0.02, 0.6},
	},
	{
		ID: "R2", By: "adlerjohn",
		Quote: "Then the security of the L2 degenerates to this governance mechanism and the PoS becomes redundant.",
		Reading: "Where few take part in the vote the attacker is not slashed, and whoever buys the vote gains " +
			"by having the honest slashed.",
		Tests: []Test{
			{When: "one in twenty votes", Case: dos.with("remedy=timelock-vote", "world.stakers.civic.turnout_share=0.05"),
				Of: punished, Bound: 1000},
			{When: "a vote that is bought", Case: Case{Preset: "vote-capture"}, Of: excess, Above: true, Bound: 0},
		},
		Turn: &Turn{"world.stakers.civic.turnout_share", 0.02, 0.6},
	},
	{
		ID: "R3", By: "edmundedgar",
		Quote: "with a protocol-level fork, the “true” fork can win even if the attacker marshals more funds " +
			"than the defender, because people will just ignore the bad ledger and use the good one.",
		Reading: "A social fork takes the stake of an attacker who has more than half of it.",
		Tests: []Test{
			{When: "it has more than half", Case: majority, Of: share, Above: true, Bound: 50},
			{When: "and loses it to a fork", Case: majority.with("remedy=hard-fork"), Of: punished, Above: true, Bound: 1e6},
			{When: "not to a vote, in which it has the most", Case: majority.with("remedy=timelock-vote"),
				Of: punished, Bound: 1e6},
		},
		Turn: &Turn{"attack_params.budget_usd", 2e7, 9e7},
	},
	{
		ID: "R4", By: "edmundedgar",
		Quote: "So you can break Augur enough to steal the ETH and DAI by controlling more REP than the other " +
			"side, and moving them into the “lying” fork.",
		Reading: "A raider takes at least a million dollars of deposits, and it pays.",
		Tests: []Test{
			{When: "with a billion dollars: deposits", Case: raid, Of: taken, Above: true, Bound: 1e6},
			{When: "with a billion dollars: profit", Case: raid, Of: excess, Above: true, Bound: 0},
			{When: "with twenty million dollars: deposits", Case: Case{Preset: "fork-raid"}, Of: taken, Above: true, Bound: 1e6},
		},
		Turn: &Turn{"attack_params.budget_usd", 2e7, 1e9},
	},
	{
		ID: "R5", By: "edmundedgar",
		Quote: "Augur tries to disincentivize attacks like this by using fees to regulate the amount of “hard” " +
			"assets it controls compared to the value of REP, but this is probably not really enforceable even for " +
			"them, and it wouldn’t be practical here.",
		Reading: "Whether the raid pays does depend on the deposits: it does not while they are half the value " +
			"of the tokens, as here, and it does when they are three times as much.",
		Tests: []Test{
			{When: "half the value of the tokens", Case: raid, Of: excess, Bound: 0},
			{When: "three times their value", Case: raid.with("world.users.min_balance_usd=300"),
				Of: excess, Above: true, Bound: 0},
		},
		Turn: &Turn{"world.users.min_balance_usd", 50, 300},
	},
	{
		ID: "R6", By: "edmundedgar",
		Quote: "Note that you could have subjective security for a governed rollup with respect to the governed " +
			"rollup’s governance token (if it had one), and any assets issued inside the rollup. … Since the “honest” " +
			"ledger is more useful, we can reasonably hope the users and the value will migrate to that, regardless " +
			"of the governance breakage.",
		Reading: "After a raid most active users are on the honest ledger, and its token is the dearer one.",
		Tests: []Test{
			{When: "users", Case: raid, Of: honestUsers, Above: true, Bound: 50},
			{When: "value", Case: raid, Of: honestToken, Above: true, Bound: 0},
		},
		Turn: &Turn{"world.remedies.token_fork.issued_share", 0.01, 0.9},
	},
	{
		ID: "R7", By: "edmundedgar",
		Quote: "we may as well build in a general-purpose oracle, so that the same trust anchor used to manage " +
			"who should be operating the rollup can also tell you (via an escalation game)",
		Reading: "The escalation game does not end with a lie more often than once in a hundred raids.",
		Tests: []Test{
			{When: "a raider with twenty million dollars", Case: Case{Preset: "fork-raid"}, Of: lied, Bound: 1},
			{When: "a raider with a billion dollars", Case: raid, Of: lied, Bound: 1},
		},
		Turn: &Turn{"attack_params.budget_usd", 2e7, 1e9},
	},
	{
		ID: "R8", By: "gluk64",
		Quote: "A simple solution to all the problems raised in the case of zkRollup: disable slashing, instead " +
			"provide an option of mass-migration, enforceable on L1 via a priority queue.",
		Reading: "When all coordinators stop, hardly anybody is trapped, and an operator who stops gains nothing by it.",
		Tests: []Test{
			{When: "users get out", Case: stop.with("remedy=migrate-zk"), Of: trapped, Bound: 2},
			{When: "the operator gains nothing", Case: rogue.with("remedy=migrate-zk"), Of: excess, Bound: 0},
		},
		Turn: &Turn{"world.layer1.background_log_mean", 3, 7},
	},
	{
		ID: "R9", By: "adlerjohn",
		Quote:   "That’s called Plasma MVP.",
		Reading: "When all coordinators stop, a migration leaves as many users trapped as a mass exit does.",
		Tests: []Test{
			{When: "gas at 58 gwei", Case: stop.with("remedy=mass-exit").with(usualGas...),
				Less: stop.with("remedy=migrate-zk").with(usualGas...), Of: trapped, Bound: 1},
			{When: "gas at 538 gwei", Case: stop.with("remedy=mass-exit").with(dearGas...),
				Less: stop.with("remedy=migrate-zk").with(dearGas...), Of: trapped, Bound: 1},
		},
		Turn: &Turn{"world.layer1.background_log_mean", 4, 6.3},
	},
	{
		ID: "R10", By: "gluk64",
		Quote: "A mass migration does not need to happen within a fixed temporal frame – it can be done " +
			"anytime. Hence no mass exit problem.",
		Reading: "At 538 gwei a mass exit leaves more users trapped than a migration does.",
		Tests: []Test{{When: "all coordinators stop", Case: stop.with("remedy=mass-exit").with(dearGas...),
			Less: stop.with("remedy=migrate-zk").with(dearGas...), Of: trapped, Above: true, Bound: 1}},
		Turn: &Turn{"world.layer1.background_log_mean", 4, 6.3},
	},
	{
		ID: "R11", By: "adlerjohn",
		Quote: "You can do the same in an optimistic rollup though, with the same guarantees that the " +
			"optimistic rollup would provide.",
		Reading: "A week later than with a validity proof, as many have moved.",
		Tests: []Test{{When: "difference of those who moved", Case: rogue.with("remedy=migrate-zk"),
			Less: rogue.with("remedy=migrate-optimistic"), Of: moved, Bound: 5}},
		Turn: &Turn{"world.remedies.migrate_optimistic.challenge_days", 1, 21},
	},
	{
		ID: "R12", By: "gluk64",
		Quote: "With optimistic rollup you will have to publish the witness data (addresses and signatures) for " +
			"every single pissed-off user. Assuming millions of accounts in the rollup, this remains a huge DoS " +
			"vector.",
		Reading: "The data of a user costs at least what a withdrawal through the coordinator costs, 0.41 USD.",
		Tests: []Test{{When: "gas of July 2020", Case: rogue.with("remedy=migrate-optimistic").with(usualGas...),
			Of: moveCost, Above: true, Bound: 0.41}},
		Turn: &Turn{"world.layer1.background_log_mean", 3, 7},
	},
	{
		ID: "R13", By: "adlerjohn",
		Quote: "You can eliminate the overhead of witness data using aggregate signatures (making optimistic " +
			"rollup take up less blockspace than zk rollups!).",
		Reading: "A move by aggregate signature costs a user less than one with witness data, and less than one " +
			"by validity proof.",
		Tests: []Test{
			{When: "than witness data", Case: rogue.with("remedy=migrate-bls").with(usualGas...),
				Less: rogue.with("remedy=migrate-optimistic").with(usualGas...), Of: moveCost, Bound: 0},
			{When: "than a validity proof", Case: rogue.with("remedy=migrate-bls").with(usualGas...),
				Less: rogue.with("remedy=migrate-zk").with(usualGas...), Of: moveCost, Bound: 0},
		},
		Turn: &Turn{"world.remedies.migrate_bls.user_bytes", 12, 140},
	},
	{
		ID: "R14", By: author,
		Quote: "There is no incentive for proof of stake selected coordinator to allow these annoyed users to " +
			"mass migrate. In fact it harms them to let these users leave. So they would either charge a huge fee or " +
			"just not process them at all.",
		Reading: "A coordinator that has stopped serving refuses to carry out moves, and users leave it " +
			"nevertheless, through the queue.",
		Tests: []Test{
			{When: "it refuses", Case: rogue.with("remedy=migrate-zk"), Of: refusals, Above: true, Bound: 10},
			{When: "and cannot keep them", Case: rogue.with("remedy=migrate-zk"), Of: moved, Above: true, Bound: 10},
		},
		Turn: &Turn{"world.remedies.migrate_zk.threshold_share", 0.01, 0.9},
	},
	{
		ID: "R15", By: author,
		Quote: "I image we would have to go on chain to force the exit. This would be heavily dependent on the " +
			"gas market which would mean that users with less funds would not be able to afford to migrate.",
		Reading: "At 538 gwei the queue of layer one leaves at least a twentieth more of the users trapped than at 58 gwei.",
		Tests: []Test{{When: "balances from 5 USD", Case: stop.with("remedy=forced-exit").with(dearGas...),
			Less: stop.with("remedy=forced-exit").with(usualGas...), Of: trapped, Above: true, Bound: 5}},
		Turn: &Turn{"world.layer1.background_log_mean", 4, 6.3},
	},
	{
		ID: "R16", By: author,
		Quote: "Both cause users to be stuck in zkrollup with a coordinator whose incentives are not aligned " +
			"with their interests.",
		Reading: "When no coordinator serves any more, at least a twentieth of the users want to leave and cannot.",
		Tests: []Test{
			{When: "no way past the coordinators", Case: stop.with(usualGas...), Of: trapped, Above: true, Bound: 5},
			{When: "the queue, gas at 58 gwei", Case: stop.with("remedy=forced-exit").with(usualGas...),
				Of: trapped, Above: true, Bound: 5},
			{When: "the queue, gas at 538 gwei", Case: stop.with("remedy=forced-exit").with(dearGas...),
				Of: trapped, Above: true, Bound: 5},
			{When: "migration, gas at 538 gwei", Case: stop.with("remedy=migrate-zk").with(dearGas...),
				Of: trapped, Above: true, Bound: 5},
		},
		Turn: &Turn{"world.users.leave_below", 0.3, 0.95},
	},
	{
		ID: "R17", By: "kladkogex",
		Quote: "The best remedy is to decentralize the operator. Then a rollup turns into a slave blockchain " +
			"that pull transactions from the master.",
		Reading: "Under a committee empty blocks neither pay nor cost a twentieth of the transactions.",
		Tests: []Test{
			{When: "a tenth of the stake: profit", Case: dos.with("mechanism=bft-committee"), Of: excess, Bound: 0},
			{When: "a tenth of the stake: service", Case: dos.with("mechanism=bft-committee"), Of: lost, Bound: 5},
			{When: "more than a third of the stake: service",
				Case: dos.with("mechanism=bft-committee", "attack_params.budget_usd=45000000"), Of: lost, Bound: 5},
		},
		Turn: &Turn{"attack_params.budget_usd", 1e6, 6e7},
	},
}
