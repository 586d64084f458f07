package remedy

var _ = register(Entry{
	Name: "auto-slash",
	Doc: "A contract slashes an operator that leaves waiting users unserved in too many of its slots, " +
		"for any reason.",
	Source:   "“a strategy to apply slashing (could be … an automated strategy)” (GriffGreen)",
	Punishes: true,
	Reads:    []string{"case", "auto_slash"},
	New: func(p *Params) Remedy {
		return &autoSlash{p: p.Auto, lock: p.Case.TimeLock}
	},
})

// AutoSlashParams are the rules of the contract.
type AutoSlashParams struct {
	Bound float64 `key:"unserved_share" default:"0.5" unit:"share" min:"0" max:"1" source:"Assumption: half of the last sixteen slots or so; no sweep yet" doc:"Share of its recent slots left unserved while transactions wait, above which an operator is slashed"`
	Slots int     `key:"least_slots" default:"8" unit:"slots" min:"1" max:"10000" source:"Assumption: no judgment on fewer; no sweep yet" doc:"Slots that an operator must have led"`
	Slash float64 `key:"slash_share" default:"0.05" unit:"share" min:"0" max:"1" source:"Cosmos Hub, 2020: 5 % for a proven fault" doc:"Share of the stake behind the operator that is burnt"`
}

// autoSlash sees only what a contract can see: a slot in which transactions
// waited and none was included. It cannot tell a coordinator that withholds from
// one whose batch missed its deadline because layer one was congested, so it can
// slash the wrong one.
//
// Assumption: waiting transactions are public on layer one, and calling the
// contract costs nothing.
type autoSlash struct {
	docket Docket
	p      AutoSlashParams
	lock   bool
}

// Rules implements Remedy.
func (a *autoSlash) Rules() Rules { return Rules{} }

// Docket implements Remedy.
func (a *autoSlash) Docket() *Docket { return &a.docket }

// Clone implements Remedy.
func (a *autoSlash) Clone() Remedy { c := *a; return &c }

// Hear implements Remedy. The contract takes no messages.
func (*autoSlash) Hear(*World, Message) bool { return false }

// Due implements Remedy.
func (a *autoSlash) Due(w *World) bool {
	r := w.Roll.RecordOf(w.Roll.Public().Leader.Operator)
	return r.Led >= uint32(a.p.Slots) && r.Failing > a.p.Bound
}

// Step implements Remedy.
func (a *autoSlash) Step(w *World) {
	if !a.Due(w) {
		return
	}
	o, c := w.Roll.Public().Leader.Operator, &a.docket.Case
	c.Accused = o
	c.punish(w, o, a.p.Slash, a.lock)
	c.Ended++
}
