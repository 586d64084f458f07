package sim

import (
	"math"

	"stakeout/agents"
	"stakeout/market"
	"stakeout/market/ledger"
	"stakeout/market/lending"
	"stakeout/market/perp"
	"stakeout/market/vault"
	"stakeout/mechanisms/election"
	"stakeout/mechanisms/layer1"
	"stakeout/mechanisms/remedy"
	"stakeout/mechanisms/rollup"
)

// Config is a world without an attacker: plain data, read by tag.
type Config struct {
	Name         string                   `key:"name" default:"2020" source:"Choice of the experimenter" doc:"Name of the world, see list; its settings lie between the defaults and the preset"`
	Opening      OpeningParams            `key:"opening" doc:"The fixed point at which the world starts"`
	Time         TimeParams               `key:"time" doc:"The clock and the rounds of a tick"`
	News         NewsParams               `key:"news" doc:"What no agent causes"`
	Outage       OutageParams             `key:"outage" doc:"Exogenous outages of the service, for event studies"`
	Market       MarketParams             `key:"market" doc:"The order books of the token and of dai against cash"`
	Lending      lending.Params           `key:"lending" doc:"The lending pool of the token"`
	Perp         perp.Params              `key:"perpetual" doc:"The perpetual future on the token"`
	Vaults       vault.Params             `key:"vault_contract" doc:"The contract that issues dai against ether"`
	Layer1       layer1.Params            `key:"layer1" doc:"Producers and block space of layer one"`
	Network      NetworkParams            `key:"network" doc:"Attacks on the network between operators and layer one"`
	Election     election.Params          `key:"election" doc:"The rules by which leaders are chosen"`
	Remedies     remedy.Params            `key:"remedies" doc:"The rules of what can be done to a coordinator that attacks"`
	Rollup       rollup.Params            `key:"rollup" doc:"The contract of the rollup"`
	Beliefs      agents.BeliefParams      `key:"beliefs" doc:"How holders value the token"`
	Stakers      agents.StakerParams      `key:"stakers" doc:"Holders who stake"`
	Makers       agents.MakerParams       `key:"makers" doc:"Market makers"`
	Noise        agents.NoiseParams       `key:"noise" doc:"Noise traders"`
	Chartists    agents.ChartistParams    `key:"chartists" doc:"Trend traders"`
	Holders      agents.HolderParams      `key:"holders" doc:"Long-horizon holders"`
	Shorters     agents.ShorterParams     `key:"shorters" doc:"Short sellers"`
	Coordinators agents.CoordinatorParams `key:"coordinators" doc:"Professional operators"`
	Users        agents.UserParams        `key:"users" doc:"Users of the rollup"`
	VaultOwners  agents.VaultOwnerParams  `key:"vault_owners" doc:"Those who owe dai against ether"`
	Arbitrageurs agents.ArbitrageurParams `key:"arbitrageurs" doc:"Those who hold dai and move it"`
	Basis        agents.BasisParams       `key:"basis_traders" doc:"Those who make the market of the perpetual future"`
}

// OpeningParams say what the world is worth when it opens.
type OpeningParams struct {
	Price   float64 `key:"price_usd" default:"1" unit:"USD" min:"0.01" max:"50" source:"Assumption: a young rollup; one dollar fixes the unit of tokens" doc:"Price of the token"`
	Supply  float64 `key:"supply_tokens" default:"100000000" unit:"tokens" min:"10000" max:"4000000000" source:"Assumption: a young rollup of 100 M USD" doc:"Tokens in existence"`
	Revenue float64 `key:"revenue_per_year_usd" default:"6000000" unit:"USD" min:"1" max:"1e12" source:"Assumption: a fee yield of 6 % of market value; no sweep yet" doc:"Fees a year net of layer-one gas at the opening demand and price of ETH"`
	EthUSD  float64 `key:"eth_usd" default:"232.77" unit:"USD" min:"1" max:"1e6" source:"Coinmetrics, 17 July 2020" doc:"Price of one ETH"`
}

// TimeParams are the clock. The length of a tick is layer1.block_seconds.
type TimeParams struct {
	Rounds         int     `key:"rounds" default:"16" unit:"1" min:"1" max:"1024" source:"Calibrated: with one round a tick volatility is a third too low, with 16 by 3 %" doc:"Rounds into which the awake agents of a tick are cut, each with a fresh view"`
	WarmupDays     float64 `key:"warmup_days" default:"14" unit:"d" min:"0" max:"365" source:"Twice the unbonding time" doc:"Days simulated before the measured horizon"`
	MarginBlocks   int     `key:"margin_check_blocks" default:"5" unit:"blocks" min:"1" max:"10000" source:"Assumption: about a minute" doc:"Ticks between margin checks of borrowers"`
	InterestBlocks int     `key:"interest_blocks" default:"46" unit:"blocks" min:"1" max:"100000" source:"Assumption: about ten minutes" doc:"Ticks between moves of the interest index"`
}

// perDay is the number of ticks in a day.
func (c *Config) perDay() float64 { return 86400 / c.Layer1.BlockSeconds }

// Ticks converts days to ticks.
func (c *Config) Ticks(days float64) uint32 { return uint32(math.Round(days * c.perDay())) }

// OutageParams describe outages in which nobody can build.
type OutageParams struct {
	StartDays float64 `key:"start_days" default:"0" unit:"d" min:"0" max:"3650" source:"Assumption: outages are for event studies (check events)" doc:"Start of the first outage, counted from the end of the warm-up"`
	Hours     float64 `key:"length_hours" default:"0" unit:"h" min:"0" max:"87600" source:"Assumption: no outages; set by check events" doc:"Length of an outage; 0 is none"`
	Share     float64 `key:"share" default:"1" unit:"share" min:"0" max:"1" source:"Assumption: whole outages; check events sets partial ones" doc:"Share of the slots that fail in an outage, drawn slot by slot"`
	Repeat    int     `key:"repeat" default:"1" unit:"1" min:"1" max:"1000" source:"Assumption: one; set by check events" doc:"Number of outages"`
	EveryDays float64 `key:"every_days" default:"7" unit:"d" min:"0.01" max:"365" source:"Assumption: a week apart, beyond the six calm hours that end an episode" doc:"Distance between the starts of outages"`
}

// MarketParams are the rules of the two order books, of the token and of dai
// against cash, whose lots are one token and one dai.
type MarketParams struct {
	TickSize    ledger.Amount `key:"price_tick_usd" default:"0.0001" scale:"1000000" unit:"USD" min:"0.000001" max:"1" source:"One basis point at the opening price, as on 2020 spot venues" doc:"Price step"`
	MaxPrice    ledger.Amount `key:"max_price_usd" default:"100" scale:"1000000" unit:"USD" min:"1" max:"1000000" source:"Assumption: far above any price of the model" doc:"Exclusive bound on prices"`
	MakerFeeBps float64       `key:"maker_fee_bps" default:"0" unit:"bp" min:"0" max:"1000" source:"2020 spot venues, high tier" doc:"Fee of the resting side"`
	TakerFeeBps float64       `key:"taker_fee_bps" default:"3" unit:"bp" min:"0" max:"1000" source:"2020 spot venues, high tier" doc:"Fee of the incoming side"`
}

func (p MarketParams) rules(base ledger.Asset) market.Params {
	return market.Params{
		TickSize: p.TickSize, Lot: ledger.Unit, MakerFeeBps: p.MakerFeeBps, TakerFeeBps: p.TakerFeeBps,
		MaxPrice: uint32(p.MaxPrice / p.TickSize), Base: base, Quote: ledger.Cash,
	}
}
