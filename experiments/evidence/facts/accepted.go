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
	tokens = "Quartiles of daily closes of 34 token series, July 2019 to December 2020 (25) and 2021 to 2025 " +
		"(19); half of " +
		"real tokens lie within"
	tokens2020 = "Quartiles of daily closes of 25 tokens, July 2019 to December 2020; half of real tokens lie within"
	ethers     = "Market model on ether of 25 tokens, July 2019 to December 2020: median R² 0.32 and idiosyncratic " +
		"volatility 1.09 a year; 19 tokens, 2021 to 2025: 0.51 and 0.73; the range spans both"
	signed = "I. Makarov and A. Schoar, “Trading and arbitrage in cryptocurrency markets”, Journal of " +
		"Financial Economics " +
		"135(2), 293–319, 2020: signed volume explains 80 to 85 % of the returns of Bitcoin; here what ether does not " +
		"explain, as quotes follow ether without a trade"
	stylizedFacts = "R. Cont, “Empirical properties of asset returns: stylized facts and statistical issues”, " +
		"Quantitative Finance 1(2), 223–236, 2001: heavy tails with an index above two and below five, " +
		"no linear autocorrelation, slowly falling autocorrelation of sizes; the bounds on kurtosis and autocorrelation " +
		"are assumptions"
	midCaps = "Assumption: order of magnitude of mid-cap tokens on 2020 spot venues"
	makers  = "Assumption: the book of a token with several makers is hardly ever that wide"
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
	Kurtosis         = Fact{"kurtosis of returns", "1", Between(7.7, 16.5), tokens, 1}
	TailIndex5       = Fact{"tail index, largest 5 %", "1", Between(2, 5), stylizedFacts, 2}
	TailIndex10      = Fact{"tail index, largest 10 %", "1", Between(2, 5), stylizedFacts, 2}
	ACFReturns1      = Fact{"ACF of returns, lag 1", "1", Between(-0.17, 0.17), tokens, 3}
	ACFSizes1        = Fact{"ACF of |returns|, lag 1", "1", Between(0.13, 0.23), tokens, 3}
	ACFSizes5        = Fact{"ACF of |returns|, lag 5", "1", AtLeast(0), stylizedFacts, 3}
	ACFSizes10       = Fact{"ACF of |returns|, lag 10", "1", AtLeast(0), stylizedFacts, 3}
	AnnualVolatility = Fact{"annual volatility", "1", Between(1.19, 1.76), tokens2020, 2}
	EtherR2          = Fact{"R² of returns on ether", "1", Between(0.32, 0.51), ethers, 2}
	OwnVolatility    = Fact{"annual volatility beside ether", "1", Between(0.73, 1.09), ethers, 2}
	FlowR2           = Fact{"R² of what is left on signed flow", "1", Between(0.5, 0.85), signed, 2}
)

// The facts of the book.
var (
	Depth1       = Fact{"depth within 1 %", "%", Between(0.05, 0.2), midCaps, 3}
	Depth2       = Fact{"depth within 2 %", "%", Between(0.1, 0.3), midCaps, 3}
	DailyVolume  = Fact{"daily volume, median", "%", Between(3.6, 25), tokens, 1}
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
	powerDecay = Fact{"decay exponent of ACF of |returns|, lags 1 to 20", "1", Between(0.32, 0.66), tokens, 2}
	aggregated = Fact{"kurtosis over 5 periods less over 1", "1", AtMost(0), gauss, 1}
	volumeSize = Fact{"correlation of volume and |returns|", "1", AtLeast(0), trading, 3}
)

// All lists the facts in the order in which they stand here.
func All() []Fact {
	return []Fact{
		Kurtosis, TailIndex5, TailIndex10, ACFReturns1, ACFSizes1, ACFSizes5, ACFSizes10, AnnualVolatility,
		EtherR2, OwnVolatility, FlowR2,
		Depth1, Depth2, DailyVolume, MedianSpread, HoursWide, ImpactExponent, ImpactPrefactor,
		clustering, powerDecay, aggregated, volumeSize,
	}
}
