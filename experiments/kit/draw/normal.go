package draw

import (
	"math"

	"stakeout/experiments/kit/exact"
)

// The ziggurat covers one half of the normal density f(x) = e**(−x²/2) by 256
// layers of equal area. Layer 0 is the base with the tail beyond zigguratEdge; the
// others are boxes.
//
// Sources: G. Marsaglia, W. W. Tsang, "The ziggurat method for generating random
// variables", Journal of Statistical Software 5(8), 2000; J. A. Doornik, "An
// improved ziggurat method to generate normal random samples", 2005, which
// requires separate bits for layer, sign and place.
const (
	zigguratLayers = 256
	zigguratEdge   = 3.6541528853610087963519472518
	zigguratArea   = 0.004928673233974654931590913431847
)

// ziggurat holds one layer. Its width is divided into 2**53 places.
type ziggurat struct {
	width        float64 // of one place
	inside       uint64  // places that lie under the curve at every height of the layer
	lower, upper float64 // density at the lower edge and at the upper edge
}

// layers does not change after initialisation and has the same bits on every
// processor.
var layers = newLayers()

// newLayers computes the layers from the base upwards.
func newLayers() (table [zigguratLayers]ziggurat) {
	height := density(zigguratEdge)
	x := zigguratArea / height // A box of this width has the area of the base together with its tail.
	next := zigguratEdge
	lower := 0.0
	for i := range table {
		table[i] = ziggurat{
			width:  x * 0x1p-53,
			inside: uint64(int64(next / x * 0x1p53)),
			lower:  lower,
			upper:  height,
		}
		lower = height
		height += zigguratArea / next
		x = next
		if next = 0; height < 1 {
			next = math.Sqrt(-2 * exact.Log(height))
		}
		if i == zigguratLayers-2 {
			next, height = 0, 1 // The top layer closes at the mode.
		}
	}
	return table
}

// density returns the normal density without its constant.
func density(x float64) float64 {
	return exact.Exp(-0.5 * float64(x*x))
}

// Norm returns a standard normal number. Bits 0 to 7 of a random word choose the
// layer, bit 8 the sign and bits 11 to 63 the place.
func (s *Stream) Norm() float64 {
	for {
		word := s.Uint64()
		layer := &layers[word%zigguratLayers]
		place := word >> 11
		x := float64(int64(place)) * layer.width
		if place >= layer.inside {
			var accepted bool
			if x, accepted = s.normEdge(word%zigguratLayers, x); !accepted {
				continue
			}
		}
		return math.Float64frombits(math.Float64bits(x) | word<<55&(1<<63))
	}
}

// normEdge decides whether to accept x, at which its layer is only partly under
// the curve. In the base it draws a number of the tail instead.
func (s *Stream) normEdge(index uint64, x float64) (float64, bool) {
	if index == 0 {
		return s.normTail(), true
	}
	layer := &layers[index]
	y := layer.lower + float64(s.Float64()*(layer.upper-layer.lower))
	return x, y < density(x)
}

// normTail returns a normal number given that it exceeds zigguratEdge, by
// rejection from an exponential number (G. Marsaglia, "Generating a variable from
// the tail of the normal distribution", Technometrics 6(1), 1964).
func (s *Stream) normTail() float64 {
	for {
		x := s.Exponential() / zigguratEdge
		if y := s.Exponential(); 2*y > float64(x*x) {
			return zigguratEdge + x
		}
	}
}
