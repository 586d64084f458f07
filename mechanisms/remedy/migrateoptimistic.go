package remedy

var _ = register(Entry{
	Name: "migrate-optimistic",
	Doc: "Users move together to a rollup of their own: the address and signature of each are published, and the move " +
		"waits to be challenged.",
	Source: "“With optimistic rollup you will have to publish the witness data (addresses and signatures) for every " +
		"single pissed-off user” (gluk64), answering “You can do the same in an optimistic rollup though” (adlerjohn)",
	Reads: []string{"migrate_optimistic"},
	New: func(p *Params) Remedy {
		x := p.MigrateOptimistic
		return newMigration(moveRules{threshold: x.Threshold, expiry: x.SignatureDays, challenge: x.ChallengeDays,
			base: uint64(x.BaseGas), each: uint64(x.Bytes) * gasPerByte})
	},
})

// MigrateOptimisticParams are the rules of a move with witness data.
type MigrateOptimisticParams struct {
	Threshold     float64 `key:"threshold_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Assumption: a twentieth is enough for a rollup of their own; no sweep yet" doc:"Share of the cohorts inside that must have signed"`
	SignatureDays float64 `key:"signature_days" default:"14" unit:"d" min:"0.01" max:"3650" source:"Assumption: two weeks, after which a signature counts as withdrawn" doc:"Time for which a signature holds"`
	ChallengeDays float64 `key:"challenge_days" default:"7" unit:"d" min:"0" max:"365" source:"Optimism and Arbitrum: about seven days for fraud proofs" doc:"Time in which the move can be proved wrong"`
	BaseGas       int     `key:"base_gas" default:"200000" unit:"gas" min:"21000" max:"1000000000" source:"Assumption: a root and the transfer of the deposits" doc:"Layer-one gas of the move beside the data"`
	Bytes         int     `key:"user_bytes" default:"100" unit:"bytes" min:"0" max:"100000" source:"An address or index, an amount and an ECDSA signature of 65 bytes" doc:"Data of each user"`
}
