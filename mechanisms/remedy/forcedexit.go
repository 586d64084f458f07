package remedy

var _ = register(Entry{
	Name:   "forced-exit",
	Doc:    "Users may leave through a layer-one queue of limited capacity and pay its gas.",
	Source: "“I image we would have to go on chain to force the exit. This would be heavily dependent on the gas market”",
	New:    func(*Params) Remedy { return &passive{rules: Rules{ForcedExit: true}} },
})
