package exact

import "math/big"

// precision is the number of bits of the reference results. Their series share
// nothing with the code under test.
const precision = 200

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// refLn2 is 2·artanh(1/3).
var refLn2 = artanhTwice(new(big.Float).SetPrec(precision).Quo(number(1), number(3)))

// artanhTwice returns ln((1+z)/(1−z)) = 2·(z + z³/3 + z⁵/5 + …) for |z| ≤ 1/3.
func artanhTwice(z *big.Float) *big.Float {
	square := number(0).Mul(z, z)
	power := number(0).Set(z)
	sum := number(0)
	for n := 1; n < 141; n += 2 {
		sum.Add(sum, number(0).Quo(power, number(float64(n))))
		power.Mul(power, square)
	}
	return sum.Mul(sum, number(2))
}

// refExp returns e**x by reduction to |r| ≤ 2**−9, Taylor series and squaring.
func refExp(x *big.Float) *big.Float {
	quotient, _ := number(0).Quo(x, refLn2).Float64()
	k := int(quotient)
	r := number(0).Sub(x, number(0).Mul(number(float64(k)), refLn2))
	r.SetMantExp(r, -9)
	sum, term := number(1), number(1)
	for n := 1; n < 26; n++ {
		term.Quo(term.Mul(term, r), number(float64(n)))
		sum.Add(sum, term)
	}
	for range 9 {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, k)
}

// refLog returns ln x as k·ln2 + 2·artanh((m−1)/(m+1)) with x = m·2**k.
func refLog(x *big.Float) *big.Float {
	m := number(0)
	k := number(0).Set(x).MantExp(m)
	if m.Cmp(number(0.7)) < 0 {
		m.SetMantExp(m, 1)
		k--
	}
	z := number(0).Quo(number(0).Sub(m, number(1)), number(0).Add(m, number(1)))
	sum := artanhTwice(z)
	return sum.Add(sum, number(0).Mul(number(float64(k)), refLn2))
}

// refTanh returns (e**2x − 1)/(e**2x + 1).
func refTanh(x *big.Float) *big.Float {
	e := refExp(number(0).Mul(x, number(2)))
	return number(0).Quo(number(0).Sub(e, number(1)), number(0).Add(e, number(1)))
}

// refLogistic returns e**x/(1 + e**x).
func refLogistic(x *big.Float) *big.Float {
	e := refExp(x)
	return number(0).Quo(e, number(0).Add(e, number(1)))
}

// refPow2 returns e**(x·ln2).
func refPow2(x *big.Float) *big.Float { return refExp(number(0).Mul(x, refLn2)) }
