package stat

// fewestFitted is the smallest sample in which CrossFit fits a slope. With fewer values
// the slope is noise.
const fewestFitted = 8

// shifted is the p-value below which a control variate is taken to have another mean than
// zero.
const shifted = 0.001

// Control is a sample freed of a control variate.
type Control struct {
	Values []float64 // y less the slope times x, by replication
	Slope  float64   // of the whole sample, for the reader
	Fitted bool      // false where the slope is 0 by decree
	Shift  float64   // p-value of a mean of x of zero
}

// CrossFit subtracts from each y the multiple of its control variate x that explains it
// best in all other replications. The slope never sees its own replication, so that the
// mean of the values has the expectation of y, whatever x and y have in common.
//
// Assumption: x has a mean of zero. Then every slope gives the same expectation, and only
// the variance differs. Where the sample refutes it (p below 0.001, which costs the
// interval a thousandth of its level at most), and in samples below eight, the slope is 0.
// Source: P. Glasserman, Monte Carlo Methods in Financial Engineering, 2004, section
// 4.1, for the variate; A. N. Avramidis, J. R. Wilson, "A splitting scheme for control
// variates", Operations Research Letters 14(4), 1993, for the splitting.
func CrossFit(y, x []float64) Control {
	n := float64(len(y))
	c := Control{Values: make([]float64, len(y)), Shift: PairedT(x, 0.95).P}
	mx, my := Mean(x), Mean(y)
	sxx, sxy := 0.0, 0.0
	for i := range x {
		sxx += float64((x[i] - mx) * (x[i] - mx))
		sxy += float64((x[i] - mx) * (y[i] - my))
	}
	c.Fitted = len(y) >= fewestFitted && sxx > 0 && c.Shift >= shifted
	if c.Fitted {
		c.Slope = sxy / sxx
	}
	for i := range y {
		slope := c.Slope
		if c.Fitted {
			dx := x[i] - mx
			without := float64(n / (n - 1) * dx)
			slope = (sxy - float64(without*(y[i]-my))) / (sxx - float64(without*dx))
		}
		c.Values[i] = y[i] - float64(slope*x[i])
	}
	return c
}
