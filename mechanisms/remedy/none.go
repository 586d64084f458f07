package remedy

var _ = register(Entry{
	Name:   "none",
	Doc:    "Nothing can be done; users leave through the coordinator or not at all.",
	Source: "“it seems like there is no way to punish people for using this attack”",
	New:    func(*Params) Remedy { return new(passive) },
})
