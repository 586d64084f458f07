package ledger

// Reason says why money moved. Profit by channel is a group-by over reasons.
type Reason uint8

// The reasons. Their names are stable: they are column names of result files.
const (
	Genesis        Reason = iota // opening balances
	Move                         // between two pockets of one owner
	Pay                          // from one agent to another
	Trade                        // both legs of a trade in an order book
	TradingFee                   // maker and taker fees
	Borrow                       // tokens lent, and the debt against them
	Repay                        // tokens returned
	Lend                         // lenders' deposits and withdrawals
	Interest                     // from borrowers to lenders and reserves
	Liquidation                  // penalty of a liquidated borrower
	Shortfall                    // debts that collateral did not cover
	TransactionFee               // users to coordinators, rollup transactions
	WithdrawalFee                // users to coordinators, exits through the rollup
	StakingReward                // the operator's payment to the staker it served
	BatchCost                    // layer-one gas of batches
	ExitGas                      // layer-one gas of forced exits
	Gas                          // layer-one gas of all other transactions
	Slash                        // stake taken for a fault
	OperatingCost                // running a coordinator
	Consumption                  // rewards that leave the model
	Endowment                    // cash that enters the model after genesis
	Deposit                      // users' money entering the rollup
	Withdrawal                   // users' money leaving the rollup
	Auction                      // bids paid
	Burn                         // destroyed
	Bribe                        // to voters and jurors
	Remainder                    // remainders of integer divisions
	Conversion                   // ether for cash at its exogenous price
	Extraction                   // income of a leader from the order of transactions
	Variation                    // gains and losses of perpetual positions, from losers to winners
	Funding                      // between the two sides of the perpetual future
	Bond                         // deposit for a bid, an accusation or an answer, and its return
	Fork                         // tokens and balances that move to another ledger in a fork
	Migration                    // layer-one gas of a move to another rollup
	Mining                       // block rewards, layer-one fees and the cost of hash power
	Disruption                   // payments to disturb a network
	Reasons
)

var reasonNames = [Reasons]string{
	"genesis", "move", "pay", "trade", "trading_fee", "borrow", "repay", "lend", "interest",
	"liquidation", "shortfall", "transaction_fee", "withdrawal_fee", "staking_reward",
	"batch_cost", "exit_gas", "gas", "slash", "operating_cost", "consumption", "endowment",
	"deposit", "withdrawal", "auction", "burn", "bribe", "remainder", "conversion", "extraction", "variation", "funding",
	"bond", "fork", "migration", "mining", "disruption",
}

func (r Reason) String() string {
	if r < Reasons {
		return reasonNames[r]
	}
	return "unknown"
}

func (a Asset) String() string {
	if a < Assets {
		return [Assets]string{"cash", "token", "dai", "ether", "rival"}[a]
	}
	return "unknown"
}

func (p Pocket) String() string {
	if p < Pockets {
		return [Pockets]string{"free", "held", "staked", "unbonding", "collateral", "rollup", "margin", "loan"}[p]
	}
	return "unknown"
}
