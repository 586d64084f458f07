package figure

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// seriesKeys names the series of all panels. Lines, points and areas have separate
// fields and legends, because a shared legend would draw all three symbols on top of
// one another.
type seriesKeys struct {
	styles                map[string]int // by key
	order                 []string
	lines, points, shades []string // listed in the legends
}

func (f *Figure) seriesKeys() *seriesKeys {
	k := &seriesKeys{styles: map[string]int{}}
	for i := range f.Panels {
		for _, l := range f.Panels[i].Lines {
			k.add(l.Name, l.Style)
		}
		for _, b := range f.Panels[i].Bands {
			k.add(b.Name, b.Style)
		}
	}
	for _, e := range newLegend(f).entries {
		key := k.of(e.name, e.style)
		switch {
		case e.line:
			k.lines = append(k.lines, key)
		case e.points:
			k.points = append(k.points, key)
		default:
			k.shades = append(k.shades, key)
		}
	}
	return k
}

func (k *seriesKeys) add(name string, style int) {
	if key := k.of(name, style); !slices.Contains(k.order, key) {
		k.order, k.styles[key] = append(k.order, key), style
	}
}

// of returns the key of a series. The key is its name, with the style if the name is
// empty or a series of another style already has it.
func (k *seriesKeys) of(name string, style int) string {
	if taken, ok := k.styles[name]; name == "" || ok && taken != style {
		return name + "#" + strconv.Itoa(style)
	}
	return name
}

// channel encodes a field of keys: value gives the visual value for the style of each
// key. The legend shows the listed keys, with symbols of size square pixels.
func (k *seriesKeys) channel(field string, listed []string, size int, value func(lineStyle) any) object {
	values := make([]any, len(k.order))
	for i, key := range k.order {
		values[i] = value(styleOf(k.styles[key]))
	}
	o := object{"field": field, "type": "nominal", "title": nil, "scale": object{"domain": k.order, "range": values},
		"legend": nil}
	if len(listed) > 0 {
		o["legend"] = object{"values": listed, "symbolSize": size}
	}
	return o
}

func colorOf(s lineStyle) any { return hex(s.color) }

// dashOf returns the dash pattern of a style. A solid line is a dash without a gap.
func dashOf(s lineStyle) any {
	if s.dash == nil {
		return []vg.Length{1, 0}
	}
	return s.dash
}

func markerOf(s lineStyle) any {
	return map[shape]string{circle: "circle", square: "square", triangle: "triangle-up", diamond: "diamond"}[s.marker]
}

// vegaSeries returns the layers of a line chart. From back to front they are bands,
// zero line, error bars, lines, points, and the marks with their labels.
func (p *Panel) vegaSeries(keys *seriesKeys) object {
	r := p.margins(p.xRange().widened(p.XLog))
	x := within(scaled("x", p.XLabel, p.XLog, r), r)
	y := func(field string) object { return scaled(field, p.YLabel, p.YLog, p.yRange()) }
	var layers []object
	if data := p.bandRows(keys); data != nil {
		layers = append(layers, object{"data": object{"values": data},
			"mark": object{"type": "area", "opacity": float64(bandAlpha) / 255}, "encoding": object{
				"x": x, "y": y("lo"), "y2": object{"field": "hi"}, "color": keys.channel("area", keys.shades, 100, colorOf),
				"detail": object{"field": "part", "type": "nominal"}}})
	}
	if p.ZeroLine {
		layers = append(layers, object{"data": object{"values": []object{{}}},
			"mark": object{"type": "rule", "color": hex(ink), "strokeWidth": 0.7}, "encoding": object{"y": zeroAt(p.YLabel)}})
	}
	bars, lines, points := p.lineRows(keys)
	if bars != nil {
		layers = append(layers, object{"data": object{"values": bars}, "mark": object{"type": "rule", "strokeWidth": 0.8},
			"encoding": object{
				"x": x, "y": y("lo"), "y2": object{"field": "hi"}, "stroke": keys.channel("line", keys.lines, 200, colorOf)}})
	}
	if lines != nil {
		layers = append(layers, object{"data": object{"values": lines},
			"mark": object{"type": "line", "strokeWidth": float64(lineWidth)}, "encoding": object{
				"x": x, "y": y("y"), "stroke": keys.channel("line", keys.lines, 200, colorOf),
				"strokeDash": keys.channel("line", keys.lines, 200, dashOf),
				"order":      object{"field": "i", "type": "quantitative"}, "detail": object{"field": "part", "type": "nominal"}}})
	}
	if points != nil {
		layers = append(layers, object{"data": object{"values": points},
			"mark": object{"type": "point", "opacity": 1, "size": 14, "stroke": "white", "strokeWidth": 0.5}, "encoding": object{
				"x": x, "y": y("y"), "fill": keys.channel("point", keys.points, 40, colorOf),
				"shape": keys.channel("point", keys.points, 40, markerOf)}})
	}
	return object{"layer": append(layers, p.vegaMarks(x)...)}
}

// vegaMarks returns the layers of the events. Each label has a separate row above the
// axes.
func (p *Panel) vegaMarks(x object) (layers []object) {
	for i, m := range p.Marks {
		data := object{"values": []object{{"x": m.X, "label": m.Label}}}
		layers = append(layers,
			object{"data": data, "mark": object{"type": "rule", "color": hex(markInk), "strokeWidth": 0.6,
				"strokeDash": []float64{2, 1.5}}, "encoding": object{"x": x}},
			object{"data": data, "mark": object{"type": "text", "align": "center", "dy": -5 - 10*(len(p.Marks)-1-i)},
				"encoding": object{
					"x": x, "y": object{"value": 0}, "text": object{"field": "label", "type": "nominal"}}})
	}
	return layers
}

// bandRows returns the points of the bands. A gap divides a band into two parts.
func (p *Panel) bandRows(keys *seriesKeys) (rows []object) {
	for k, b := range p.Bands {
		for _, run := range runs(len(b.X), func(i int) bool { return math.IsNaN(b.Lo[i]) || math.IsNaN(b.Hi[i]) }) {
			for i := run.first; i < run.end; i++ {
				rows = append(rows, object{"area": keys.of(b.Name, b.Style), "part": part(k, run), "x": b.X[i], "lo": b.Lo[i],
					"hi": b.Hi[i]})
			}
		}
	}
	return rows
}

// part names a connected run of a series, so that Vega-Lite does not connect it with
// the next run.
func part(series int, run span) string { return strconv.Itoa(series) + "." + strconv.Itoa(run.first) }

// lineRows returns the error bars, the points of connected lines, and the markers.
func (p *Panel) lineRows(keys *seriesKeys) (bars, lines, points []object) {
	for k, l := range p.Lines {
		key := keys.of(l.Name, l.Style)
		for i := range l.Lo {
			if !math.IsNaN(l.Lo[i]) && !math.IsNaN(l.Hi[i]) {
				bars = append(bars, object{"line": key, "x": l.X[i], "lo": l.Lo[i], "hi": l.Hi[i]})
			}
		}
		for _, run := range runs(len(l.X), func(i int) bool { return math.IsNaN(l.Y[i]) }) {
			for i := run.first; i < run.end; i++ {
				if l.connects(run) {
					lines = append(lines, object{"line": key, "part": part(k, run), "i": i, "x": l.X[i], "y": l.Y[i]})
				}
				if l.marks(run) {
					points = append(points, object{"point": key, "x": l.X[i], "y": l.Y[i]})
				}
			}
		}
	}
	return bars, lines, points
}
