package remedy

var _ = register(Entry{
	Name: "migrate-bls",
	Doc: "Users move together to a rollup of their own with one aggregate signature, and the move waits to " +
		"be challenged.",
	Source: "“You can eliminate the overhead of witness data using aggregate signatures (making optimistic rollup take " +
		"up less blockspace than zk rollups!)” (adlerjohn)",
	Reads: []string{"migrate_bls"},
	New: func(p *Params) Remedy {
		x := p.MigrateBLS
		return newMigration(moveRules{threshold: x.Threshold, expiry: x.SignatureDays, challenge: x.ChallengeDays,
			base: uint64(x.BaseGas), each: uint64(x.Bytes) * gasPerByte})
	},
})

// MigrateBLSParams are the rules of a move with an aggregate signature.
type MigrateBLSParams struct {
	Threshold     float64 `key:"threshold_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Assumption: a twentieth is enough for a rollup of their own; no sweep yet" doc:"Share of the cohorts inside that must have signed"`
	SignatureDays float64 `key:"signature_days" default:"14" unit:"d" min:"0.01" max:"3650" source:"Assumption: two weeks, after which a signature counts as withdrawn" doc:"Time for which a signature holds"`
	ChallengeDays float64 `key:"challenge_days" default:"7" unit:"d" min:"0" max:"365" source:"Optimism and Arbitrum: about seven days for fraud proofs" doc:"Time in which the move can be proved wrong"`
	BaseGas       int     `key:"base_gas" default:"313000" unit:"gas" min:"21000" max:"1000000000" source:"A check of two pairings is 113 000 gas (EIP-1108); Assumption: 200 000 for a root and the transfer of the deposits" doc:"Layer-one gas of the move beside the data"`
	Bytes         int     `key:"user_bytes" default:"12" unit:"bytes" min:"0" max:"100000" source:"An index and an amount; the signature is shared" doc:"Data of each user"`
}
