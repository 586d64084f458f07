package remedy

import "stakeout/market/ledger"

var _ = register(Entry{
	Name:     "court-kleros",
	Doc:      "Jurors drawn by court stake judge an accused operator; each appeal has twice as many and one.",
	Source:   "“a strategy to apply slashing (could be … Kleros or Aragon Court judgement …)” (GriffGreen)",
	Punishes: true,
	Reads:    []string{"case", "court_kleros"},
	New: func(p *Params) Remedy {
		k := &p.Kleros
		return &court{trial: trial{p: p.Case}, r: courtRules{
			jurors: k.Jurors, factor: 2, plus: 1, appeals: k.Appeals, seat: k.Seat, fee: k.Fee, penalty: k.Alpha,
			evidence: k.Evidence, voting: k.Voting, appeal: k.Appeal,
		}}
	},
})

// KlerosParams are the rules of the general court of Kleros.
type KlerosParams struct {
	Jurors   int           `key:"jurors" default:"3" unit:"1" min:"1" max:"101" source:"Kleros, one-pager and general court: 3 jurors" doc:"Jurors of the first round"`
	Appeals  int           `key:"appeals" default:"3" unit:"1" min:"0" max:"7" source:"Assumption: up to 31 jurors; KlerosLiquid goes on to 511 before it changes courts" doc:"Appeals until a ruling is final"`
	Seat     ledger.Amount `key:"seat_usd" default:"20" scale:"1000000" unit:"USD" min:"0.01" max:"1e6" source:"KlerosLiquid deployments: 520 PNK; at some four cents of mid 2020 (uncertain)" doc:"Least court stake of a juror"`
	Alpha    float64       `key:"penalty_share" default:"0.5" unit:"share" min:"0" max:"1" source:"KlerosLiquid deployments: alpha 5000 of 10000" doc:"Share of the least stake that an incoherent seat loses"`
	Fee      ledger.Amount `key:"fee_usd" default:"15" scale:"1000000" unit:"USD" min:"0" max:"1e6" source:"KlerosLiquid deployments: 15 xDai" doc:"Fee for each seat"`
	Evidence float64       `key:"evidence_days" default:"3.25" unit:"d" min:"0" max:"60" source:"KlerosLiquid deployments: 280800 s" doc:"Time for evidence before jurors are drawn"`
	Voting   float64       `key:"voting_days" default:"6.75" unit:"d" min:"0.01" max:"60" source:"KlerosLiquid deployments: 583200 s" doc:"Time for votes"`
	Appeal   float64       `key:"appeal_days" default:"4.5" unit:"d" min:"0" max:"60" source:"KlerosLiquid deployments: 388800 s" doc:"Time for an appeal"`
}
