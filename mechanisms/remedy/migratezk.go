package remedy

var _ = register(Entry{
	Name: "migrate-zk",
	Doc:  "Users move together to a rollup of their own with one validity proof for any number of them.",
	Source: "“Then they submit a single proof of mass exit to the old zkRollup smart contract, which will transfer the " +
		"total amount of tokens owned by these users to the smart contract of the new zkRollup” (gluk64)",
	Reads: []string{"migrate_zk"},
	New: func(p *Params) Remedy {
		x := p.MigrateZK
		return newMigration(moveRules{threshold: x.Threshold, expiry: x.SignatureDays, base: uint64(x.BaseGas)})
	},
})

// MigrateZKParams are the rules of a move with a validity proof.
type MigrateZKParams struct {
	Threshold     float64 `key:"threshold_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Assumption: a twentieth is enough for a rollup of their own; no sweep yet" doc:"Share of the cohorts inside that must have signed"`
	SignatureDays float64 `key:"signature_days" default:"14" unit:"d" min:"0.01" max:"3650" source:"Assumption: two weeks, after which a signature counts as withdrawn" doc:"Time for which a signature holds"`
	BaseGas       int     `key:"base_gas" default:"600000" unit:"gas" min:"21000" max:"1000000000" source:"zkSync 1 proof verification, about 400 000; Assumption: as much again for the transfer of the deposits and the new root" doc:"Layer-one gas of the move"`
}
