package ledger

import "math/bits"

// Rounding is the direction in which MulDiv rounds.
type Rounding bool

// Down rounds towards zero, Up away from zero. Callers round against the agent,
// never against the system, so that rounding cannot create money for an agent.
const (
	Down Rounding = false
	Up   Rounding = true
)

// MulDiv returns a·b/c for non-negative a, b and positive c with a 128-bit
// intermediate product, rounded once. It reports false when an argument is out
// of range or the quotient is above the bound of a balance, 2**62 − 1.
func MulDiv(a, b, c Amount, r Rounding) (Amount, bool) {
	if a < 0 || b < 0 || c <= 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, uint64(c))
	if rem != 0 && r == Up && q <= uint64(maxBalance) {
		q++
	}
	if q > uint64(maxBalance) {
		return 0, false
	}
	return Amount(q), true
}
