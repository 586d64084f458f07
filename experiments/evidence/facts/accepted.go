package facts

// Fact is a quantity of markets, the range in which it is accepted and where
// that range comes from.
type Fact struct {
	Name, Unit string
	Accepted   Range
	Source     string
	Decimals   int
}

// Line holds an estimate against the fact.
func (f Fact) Line(e Estimate) Line {
	return Line{f.Name, f.Unit, f.Accepted, f.Source, e, f.Decimals}
}

// The sources of the ranges.
const (
	stylizedFacts = "R. Cont, “Empirical properties of asset returns: stylized facts and statistical issues”, " +
		"Quantitative Finance 1(2), 223–236, 2001: heavy tails with an index above two and below five, " +
		"no linear autocorrelation, slowly falling autocorrelation of sizes; the bounds on kurtosis and autocorrelation " +
		"are assumptions"
	midCaps = "Assumption: order of magnitude of mid-cap tokens on 2020 spot venues"
	makers  = "Assumption: the book of a token with several makers is hardly ever that wide"
	decay   = "Cont, 2001, fact 8: the autocorrelation of |returns| falls as a power law with an exponent of 0.2 to 0.4"
	gauss   = "Cont, 2001, fact 4: the distribution of returns comes closer to a normal one as their horizon grows"
	trading = "Cont, 2001, fact 10, and J. M. Karpoff, “The relation between price changes and trading volume: a " +
		"survey”, Journal of Financial and Quantitative Analysis 22(1), 109–126, 1987: volume goes with the size of moves"
	squareRoot = "B. Tóth et al., “Anomalous price impact and the critical nature of liquidity in financial markets”, " +
		"Physical Review X 1, 021006, 2011: impact grows as the square root of Q/V; the width is an assumption"
	orderOne = "J.-P. Bouchaud, J. Bonart, J. Donier, M. Gould, “Trades, Quotes and Prices”, Cambridge University " +
		"Press, 2018: the prefactor is of order one; the width is an assumption"
)

// WideBps is the spread beyond which a book counts as stuck wide.
const WideBps = 50

// The facts of returns at one day. Markets have them at other intervals too, but
// the ranges are for days.
var (
	Kurtosis         = Fact{"kurtosis of returns", "1", Between(5, 30), stylizedFacts, 1}
	TailIndex5       = Fact{"tail index, largest 5 %", "1", Between(2, 5), stylizedFacts, 2}
	TailIndex10      = Fact{"tail index, largest 10 %", "1", Between(2, 5), stylizedFacts, 2}
	ACFReturns1      = Fact{"ACF of returns, lag 1", "1", Between(-0.1, 0.1), stylizedFacts, 3}
	ACFSizes1        = Fact{"ACF of |returns|, lag 1", "1", Between(0.08, 0.3), stylizedFacts, 3}
	ACFSizes5        = Fact{"ACF of |returns|, lag 5", "1", AtLeast(0), stylizedFacts, 3}
	ACFSizes10       = Fact{"ACF of |returns|, lag 10", "1", AtLeast(0), stylizedFacts, 3}
	AnnualVolatility = Fact{"annual volatility", "1", Between(0.7, 1.2), midCaps, 2}
)

// The facts of the book.
var (
	Depth1       = Fact{"depth within 1 %", "%", Between(0.05, 0.2), midCaps, 3}
	Depth2       = Fact{"depth within 2 %", "%", Between(0.1, 0.3), midCaps, 3}
	DailyVolume  = Fact{"daily volume, median", "%", Between(7, 48), midCaps, 1}
	MedianSpread = Fact{"spread, median", "bp", Between(2, 20), midCaps, 1}
	HoursWide    = Fact{"hours with a spread > 50 bp", "%", AtMost(1), makers, 2}
)

// The facts of impact.
var (
	ImpactExponent  = Fact{"exponent, Q/V 0.01 to 0.3", "1", Between(0.4, 0.6), squareRoot, 2}
	ImpactPrefactor = Fact{"prefactor Y", "1", Between(0.5, 2), orderOne, 2}
)

// Facts that need a long series and that checks of the model do not ask for.
var (
	clustering = Fact{"ACF of |returns|, mean of lags 1 to 10", "1", AtLeast(0), stylizedFacts, 3}
	powerDecay = Fact{"decay exponent of ACF of |returns|, lags 1 to 20", "1", Between(0.2, 0.4), decay, 2}
	aggregated = Fact{"kurtosis over 5 periods less over 1", "1", AtMost(0), gauss, 1}
	volumeSize = Fact{"correlation of volume and |returns|", "1", AtLeast(0), trading, 3}
)

// All lists the facts in the order in which they stand here.
func All() []Fact {
	return []Fact{
		Kurtosis, TailIndex5, TailIndex10, ACFReturns1, ACFSizes1, ACFSizes5, ACFSizes10, AnnualVolatility,
		Depth1, Depth2, DailyVolume, MedianSpread, HoursWide, ImpactExponent, ImpactPrefactor,
		clustering, powerDecay, aggregated, volumeSize,
	}
}
