package draw

// Purpose names what a stream of random numbers is for. Streams of different
// purposes are independent, so that a change in how one of them is used moves
// no draw of another. This file lists every purpose of the model: it is the one
// place where a new kind of randomness is introduced. The numbers are part of
// the results; a new purpose goes to the end.
type Purpose uint8

// The purposes. "Agent" and "tick" say what the two coordinates of Stream.At
// and Key stand for where the meaning is not plain.
const (
	// Population draws the fixed traits of an agent: wealth, rule, skill.
	Population Purpose = iota
	// News draws the moves of the price of ether and of activity in an interval, and
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
	// Lottery draws sortition among stakers and other lotteries of a mechanism.
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
	// Auction draws bids and the breaking of ties in auctions.
	Auction
	// Attack draws what an attacker randomises.
	Attack
	// Bootstrap draws resamples in the statistics of results; its agent is the
	// number of the resample.
	Bootstrap
	// Remedy draws jurors and other chance of a remedy; its tick is the slot.
	Remedy
	// Opinion draws how an agent reads the evidence of a case and whether it cares
	// to say so; its tick is the number of the case.
	Opinion

	purposes // The number of purposes.
)
