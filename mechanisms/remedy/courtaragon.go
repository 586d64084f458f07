package remedy

import "stakeout/market/ledger"

var _ = register(Entry{
	Name: "court-aragon",
	Doc: "Jurors drawn by court stake judge an accused operator; each appeal has three times as many, and in the " +
		"end all of them.",
	Source:   "“a strategy to apply slashing (could be … Kleros or Aragon Court judgement …)” (GriffGreen)",
	Punishes: true,
	Reads:    []string{"case", "court_aragon"},
	New: func(p *Params) Remedy {
		a := &p.Aragon
		return &court{trial: trial{p: p.Case}, r: courtRules{
			jurors: a.Jurors, factor: 3, appeals: a.Appeals, everybody: true, discount: a.Discount, seat: a.Seat, fee: a.Fee,
			penalty:  a.Penalty,
			evidence: a.Evidence, voting: a.Voting, appeal: a.Appeal,
		}}
	},
})

// AragonParams are the rules of Aragon Court, version 1.
type AragonParams struct {
	Jurors   int           `key:"jurors" default:"3" unit:"1" min:"1" max:"101" source:"Aragon Court FAQ, 2020: 3 jurors in the first round" doc:"Jurors of the first round"`
	Appeals  int           `key:"appeals" default:"2" unit:"1" min:"0" max:"5" source:"Aragon Court FAQ, 2020: 9 and 27 jurors, then all" doc:"Appeals to a drawn jury; all jurors judge the appeal after them"`
	Seat     ledger.Amount `key:"seat_usd" default:"47" scale:"1000000" unit:"USD" min:"0.01" max:"1e6" source:"10,000 ANJ, 47 USD in January 2020 (Coindesk)" doc:"Least court stake of a juror"`
	Penalty  float64       `key:"penalty_share" default:"0.3" unit:"share" min:"0" max:"1" source:"Assumption: 30 % of the least stake; uncertain, the FAQ does not say" doc:"Share of the least stake that an incoherent seat loses"`
	Fee      ledger.Amount `key:"fee_usd" default:"10" scale:"1000000" unit:"USD" min:"0" max:"1e6" source:"Aragon Court FAQ, 2020: 10 DAI" doc:"Fee for each seat"`
	Discount float64       `key:"final_discount_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: half; the contract has a finalRoundReduction whose value is uncertain" doc:"Share by which fees are lower when all jurors judge"`
	Evidence float64       `key:"evidence_days" default:"7" unit:"d" min:"0" max:"60" source:"Aragon Court FAQ, 2020: 7 days" doc:"Time for evidence before jurors are drawn"`
	Voting   float64       `key:"voting_days" default:"4" unit:"d" min:"0.01" max:"60" source:"Aragon Court FAQ, 2020: 2 days to commit and 2 to reveal" doc:"Time for votes"`
	Appeal   float64       `key:"appeal_days" default:"4" unit:"d" min:"0" max:"60" source:"Aragon Court FAQ, 2020: 2 days to appeal and 2 to confirm" doc:"Time for an appeal"`
}
