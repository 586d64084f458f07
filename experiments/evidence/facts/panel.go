package facts

import "math"

// panel is the time axis of columns of values that stand stretch after stretch.
// Paths of one cluster run side by side and share what drives them, so that the
// bootstrap draws the moments of all of them at once.
type panel struct {
	rest    []int   // how many values follow each within its stretch
	all     []int   // all positions in order
	moments [][]int // positions of each moment, cluster after cluster
	starts  []int   // first moment of each cluster, then the number of moments
}

// stretch is where values without a gap stand in their cluster.
type stretch struct{ cluster, offset, n int }

// newPanel joins series of one column. Each series is a separate cluster.
func newPanel(series [][]float64) (*panel, []float64) {
	var list []stretch
	var x []float64
	for i, s := range series {
		list = append(list, stretch{cluster: i, n: len(s)})
		x = append(x, s...)
	}
	return layOut(list), x
}

// layOut numbers the positions of stretches in their order. Clusters are
// numbered from zero.
func layOut(list []stretch) *panel {
	p := new(panel)
	var length []int
	for _, s := range list {
		for len(length) <= s.cluster {
			length = append(length, 0)
		}
		length[s.cluster] = max(length[s.cluster], s.offset+s.n)
		for i := range s.n {
			p.rest = append(p.rest, s.n-1-i)
			p.all = append(p.all, len(p.all))
		}
	}
	total := 0
	for _, n := range length {
		p.starts = append(p.starts, total)
		total += n
	}
	p.starts = append(p.starts, total)
	p.moments = make([][]int, total)
	at := 0
	for _, s := range list {
		first := p.starts[s.cluster] + s.offset
		for i := range s.n {
			p.moments[first+i] = append(p.moments[first+i], at)
			at++
		}
	}
	return p
}

// clusters is the number of clusters.
func (p *panel) clusters() int { return len(p.starts) - 1 }

// twins is how many values stand side by side in the mean. Closed forms take
// values as independent and must not count the same draw more than once.
func (p *panel) twins() float64 { return float64(len(p.all)) / float64(len(p.moments)) }

// gather copies the values at the positions that were picked, without those
// that are missing.
func gather(buffer, x []float64, picks []int) []float64 {
	buffer = buffer[:0]
	for _, t := range picks {
		if v := x[t]; !math.IsNaN(v) {
			buffer = append(buffer, v)
		}
	}
	return buffer
}
