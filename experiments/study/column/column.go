// Package column names the tables, columns, worlds and statuses of a results folder. The
// writer of the folder and its readers share the names.
package column

import "strings"

// The tables of a results folder.
const (
	RunsTable      = "runs"
	SeriesTable    = "series"
	AttackROITable = "attack_roi"
)

// The values of the column status.
const (
	OK     = "ok"
	Failed = "failed"
)

// The worlds of a replication that have an account of the attacker, and all
// three of them, in the order of their columns and rows.
var (
	Worlds    = [...]string{"attack", "honest"}
	AllWorlds = [...]string{"attack", "honest", "idle"}
)

// The quantities of a world, which Outcome makes columns of. The names end in the unit.
const (
	Profit         = "profit_usd"
	CapitalAtRisk  = "capital_at_risk_usd"
	ROI            = "roi"
	Cost           = "cost_usd"
	Revenue        = "revenue_usd"
	PeakStake      = "peak_stake_share"
	ShortTokens    = "short_tokens"
	ShortNotional  = "short_notional_usd"
	Drawdown       = "price_drawdown"
	Runup          = "price_runup"
	FinalPrice     = "final_price_ratio"
	EmptyShare     = "empty_share"
	PeakEmptyShare = "peak_empty_share"
	MeanStake      = "mean_stake_share"
	BlockShare     = "attacker_block_share"
	ThroughputLoss = "throughput_loss"
	UsersLost      = "users_lost"
	PeakUsersLost  = "peak_users_lost"
	Liquidated     = "liquidated_tokens"
	OneSided       = "one_sided_share"
)

// Columns of runs that belong to no single world. Advantage is the headline: verdicts,
// orders and figures go by it.
const (
	Capital      = "y_capital_usd"
	Net          = "y_net_of_drift_usd"        // of the attack
	HonestNet    = "y_honest_net_of_drift_usd" // of the honest world
	HonestUse    = "y_honest_use_usd"          // what the best honest use of the capital is worth
	Advantage    = "y_advantage_usd"           // Net less HonestUse
	LogDrift     = "y_log_drift_usd"           // variate behind the interval of the advantage
	Effect       = "y_effect_of_act_usd"       // profit of the attack less that of the honest world
	HarmResidual = "y_harm_residual_usd"
	UserSurplus  = "y_user_surplus_usd"
	Deadweight   = "y_deadweight_loss_usd"
	Residual     = "y_residual_pusd"

	PremiseLocked  = "y_premise_dai_locked_share"       // of what a lock-up presupposes
	PremiseInside  = "y_premise_dai_inside_share"       // at the act
	PremisePremium = "y_premise_dai_premium_share"      // highest during the act
	PremiseIdle    = "y_premise_dai_premium_idle_share" // in the same days of the idle world
)

// Outcome names the column of a quantity of a world.
func Outcome(world, quantity string) string { return "y_" + world + "_" + quantity }

// Channel names the column of a profit channel of a world, in USD.
func Channel(world, channel string) string {
	return Outcome(world, "channel_"+channel+"_usd")
}

// Sector names the column of a sector's gain, in USD.
func Sector(sector string) string { return "y_harm_" + sector + "_usd" }

// Parameter names the column of the parameter at a path.
func Parameter(path string) string { return "p_" + strings.ReplaceAll(path, ".", "_") }

// Level is the confidence level of all intervals.
const Level = 0.95
