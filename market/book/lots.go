package book

// Lots is the type in which a book counts lots. The book of the model has 32 bits, since its orders are small and four
// of them fill a cache line. Records of real venues, whose lots may be 10^-8 of a coin, need a book of 64 bits. Display
// and minimum quantity have 32 bits in either.
type Lots interface{ uint32 | uint64 }

// The book of 32 bits, and what it is made of.
type (
	Book     = BookOf[uint32]
	Fill     = FillOf[uint32]
	Open     = OpenOf[uint32]
	Resting  = RestingOf[uint32]
	Reaction = ReactionOf[uint32]
	Firing   = FiringOf[uint32]
	Fired    = FiredOf[uint32]
	Match    = MatchOf[uint32]
	Party    = PartyOf[uint32]
	Auction  = AuctionOf[uint32]
	quad     = quadOf[uint32]
	single   = singleOf[uint32]
)

// Wide is a book of 64 bits. It has no journal and no snapshot.
type Wide = BookOf[uint64]

// New returns an empty book for prices in [1, maxPrice). It panics when maxPrice
// is below 2 or above MaxPrice.
func New(maxPrice uint32) *Book { return newBook[uint32](maxPrice) }

// NewWide is New for a book of 64 bits.
func NewWide(maxPrice uint32) *Wide { return newBook[uint64](maxPrice) }
