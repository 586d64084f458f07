package layer1

// The fee markets.
const (
	FirstPrice = "first-price"
	EIP1559    = "eip1559"
)

// Params are the rules of layer one and of the demand from outside the model. The
// defaults describe July 2020.
type Params struct {
	BlockSeconds              float64   `key:"block_seconds" default:"13" unit:"s" min:"0.1" max:"3600" source:"Etherscan block time, July 2020: 13 s; 12 s since September 2022" doc:"Time between blocks; one tick"`
	HashShares                []float64 `key:"producer_hash_share" default:"0.29,0.22,0.1,0.06,0.0825,0.0825,0.0825,0.0825" unit:"share" min:"0" max:"1" source:"Etherscan top miners, July 2020: 29, 22, 10, 6 %; Assumption: four equal pools stand for the tail" doc:"Share of each block producer; the shares sum to one"`
	BlockRewardETH            float64   `key:"block_reward_eth" default:"2" unit:"ETH" min:"0" max:"1000" source:"EIP-1234: 2 ETH a block from February 2019 to the end of mining" doc:"Income of the producer of a canonical block besides fees; paid only to producers that an agent controls"`
	HashCostShare             float64   `key:"hash_cost_share" default:"1" unit:"share" min:"0" max:"10" source:"Assumption: free entry, so that hash power costs what its block rewards are worth" doc:"Running cost of hash power as a share of the block rewards that it earns when it orphans nothing"`
	UncleShare                float64   `key:"uncle_share" default:"0.06" unit:"share" min:"0" max:"1" source:"Etherscan uncle count, July 2020: about 6 %" doc:"Share of blocks with a second one at the same height by accident"`
	MaxRaceBlocks             int       `key:"max_race_blocks" default:"512" unit:"blocks" min:"16" max:"65536" source:"Assumption: with 40 % of hash power a branch this long is behind by 100 and catches up with odds 1e-18" doc:"Length at which a race between branches is called off"`
	FinalityBlocks            int       `key:"finality_blocks" default:"12" unit:"blocks" min:"1" max:"65536" source:"Ethereum wallets and exchanges, 2020: 12 confirmations" doc:"Confirmations after which a transaction counts as final"`
	FeeMarket                 string    `key:"fee_market" default:"first-price" oneof:"eip1559|first-price" source:"First-price until August 2021, then EIP-1559" doc:"How block space is sold"`
	BlockLimitGas             int       `key:"block_limit_gas" default:"12500000" unit:"gas" min:"100000" max:"2000000000" source:"Ethereum mainnet, July 2020: 12.5 M" doc:"Gas limit of a block in the first-price market"`
	BlockTargetGas            int       `key:"block_target_gas" default:"15000000" unit:"gas" min:"100000" max:"2000000000" source:"Ethereum mainnet, 2021-2024: 15 M" doc:"Gas target of a block under EIP-1559"`
	Elasticity                int       `key:"limit_to_target" default:"2" unit:"1" min:"1" max:"16" source:"EIP-1559, ELASTICITY_MULTIPLIER" doc:"Gas limit over gas target under EIP-1559"`
	BaseFeeDenominator        int       `key:"base_fee_change_denominator" default:"8" unit:"1" min:"1" max:"1000000" source:"EIP-1559, BASE_FEE_MAX_CHANGE_DENOMINATOR" doc:"The base fee moves by at most one over this in a block"`
	InitialBaseFeeGwei        float64   `key:"initial_base_fee_gwei" default:"0" unit:"gwei" min:"0" max:"100000" source:"Assumption: a market at rest; abm1559 starts at 1" doc:"Base fee at the start; 0 is where the background demand puts it"`
	UsualTipGwei              float64   `key:"usual_tip_gwei" default:"1" unit:"gwei" min:"0" max:"1000" source:"abm1559: premium 1 gwei; go-ethereum miner minimum 1 gwei" doc:"Tip of the background under EIP-1559"`
	BackgroundDemand          bool      `key:"background_demand" default:"true" source:"Off only to dock the fee market to a given list of bids" doc:"Whether there is demand for block space from outside the model"`
	BackgroundLogMean         float64   `key:"background_log_mean" default:"3.61" unit:"1" min:"-5" max:"10" source:"Daily mean gas price on Ethereum in 2020, AR(1) fit" doc:"Mean of the natural logarithm of the background price in gwei"`
	BackgroundPersistence     float64   `key:"background_daily_persistence" default:"0.933" unit:"1" min:"0.0001" max:"0.9999" source:"Daily mean gas price on Ethereum in 2020, AR(1) fit" doc:"Daily autoregressive coefficient of the log background price"`
	BackgroundInnovation      float64   `key:"background_daily_innovation" default:"0.348" unit:"1" min:"0" max:"3" source:"Daily mean gas price on Ethereum in 2020, AR(1) fit" doc:"Standard deviation of a day's innovation of the log background price"`
	BackgroundIntervalSeconds float64   `key:"background_interval_seconds" default:"600" unit:"s" min:"0" max:"86400" source:"Assumption: ten minutes, in which the price moves by 3 %" doc:"Time between updates of the background price, rounded to whole blocks"`
	InitialPriceGwei          float64   `key:"initial_background_gwei" default:"0" unit:"gwei" min:"0" max:"100000" source:"Assumption: the median" doc:"Background price at the start; 0 is its median"`
	DemandElasticity          float64   `key:"demand_elasticity" default:"1" unit:"1" min:"0.1" max:"10" source:"Assumption: 1; no sweep yet; an ethresear.ch study of gas limit increases in 2025 (follow-up on EIP-8037) has 0.175 +- 0.093" doc:"Percent of background demand that one percent of price drives away"`
	ReplacementBumpShare      float64   `key:"replacement_bump_share" default:"0.1" unit:"share" min:"0" max:"10" source:"go-ethereum txpool.pricebump: 10 %" doc:"Share by which a replacement must outbid the transaction that it replaces"`
}
