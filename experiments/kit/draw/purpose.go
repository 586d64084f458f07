package draw

// Purpose names the use of a stream of random numbers. Streams of different
// purposes are independent, so that a change in the use of one stream changes no
// draw of another. This file lists every purpose of the model. The number of a
// purpose determines its draws, so a new purpose goes to the end.
type Purpose uint8

// The purposes. Stream.At and Key take two coordinates, agent and tick; where
// they stand for something else, the comment of the purpose says for what.
const (
	// Population draws the fixed traits of an agent: wealth, rule, skill.
	Population Purpose = iota
	// News draws how the price of ether and the activity move in an interval, and
	// whether one of them jumps.
	News
	// Volatility draws the shocks to the log volatility of ether.
	Volatility
	// Jump draws the size of a jump of ether or of activity.
	Jump
	// Activity draws how many users or orders are active in a tick.
	Activity
	// BlockProducer draws who produces the block of a slot.
	BlockProducer
	// Uncle draws whether a block is orphaned by a competing one.
	Uncle
	// BackgroundDemand draws the demand for block space from outside the model.
	BackgroundDemand
	// Lottery draws the lots of a mechanism, such as the sortition of a leader among
	// stakers.
	Lottery
	// Activation draws the order in which agents act within a tick.
	Activation
	// Wake draws when an idle agent looks at the market again.
	Wake
	// Decide draws the choices of an agent that acts.
	Decide
	// Network draws the delay and the loss of messages.
	Network
	// Committee draws the members of a committee.
	Committee
	// Auction draws bids in auctions and breaks their ties.
	Auction
	// Attack draws what an attacker randomises.
	Attack
	// Bootstrap draws resamples for the statistics of results; its agent is the
	// number of the resample.
	Bootstrap
	// Remedy draws the jurors of a remedy and its other random choices; its tick is
	// the slot.
	Remedy
	// Opinion draws how an agent reads the evidence of a case and whether the agent
	// speaks up; its tick is the number of the case.
	Opinion

	purposes // the number of purposes
)
