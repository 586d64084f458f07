package figure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"

	"stakeout/experiments/kit/exact"
)

// vegaSchema is the address of the schema that the JSON follows.
const vegaSchema = "https://vega.github.io/schema/vega-lite/v6.json"

// object is a JSON object. Package json writes its keys in alphabetical order, so equal
// objects give equal bytes.
type object = map[string]any

// vegaLite returns the figure as a Vega-Lite specification that contains the data. It
// has the same marks on the same axes in the same colours and dashes. Sizes are in
// pixels, one for each point of the drawing. The steps of the axes and the places of
// labels differ from the drawing, because the program that shows the specification
// chooses them.
//
// Assumption: the rows of a heat map have different names, and so have its columns and
// the bars of a waterfall.
func (f *Figure) vegaLite() ([]byte, error) {
	cols, rows := f.grid()
	w, h := f.size()
	width := math.Floor(float64(vg.Length((w-vg.Length(panelGap*vg.Length(cols-1)))/vg.Length(cols)) - axisSpace))
	gaps := vg.Length(panelGap * vg.Length(rows-1))
	height := math.Floor(float64(vg.Length((h-legendRow-gaps)/vg.Length(rows)) - axisSpace*0.8))
	keys := f.seriesKeys()
	var panels []object
	for i := range f.Panels {
		p := &f.Panels[i]
		var o object
		switch {
		case p.Heat != nil:
			o = p.vegaHeat(f.heatScale(p.Heat))
		case p.Waterfall != nil:
			o = p.vegaWaterfall(vg.Length(width))
		default:
			o = p.vegaSeries(keys)
		}
		o["width"], o["height"] = width, height
		if p.Title != "" {
			o["title"] = object{"text": p.Title, "anchor": "start", "frame": "bounds", "offset": 4}
		}
		panels = append(panels, o)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(object{
		"$schema": vegaSchema, "description": f.Caption, "config": vegaConfig,
		"columns": cols, "concat": panels, "spacing": float64(panelGap),
	})
	if err != nil {
		return nil, fmt.Errorf("figure: Vega-Lite: %w", err)
	}
	return b.Bytes(), nil
}

// vegaConfig is the style of all figures.
var vegaConfig = object{
	"background": "white", "font": "Liberation Sans, Arial, Helvetica, sans-serif",
	"view":  object{"stroke": nil},
	"title": object{"fontSize": float64(letterSize), "color": hex(ink)},
	"axis": object{
		"labelFontSize": float64(textSize), "titleFontSize": float64(textSize), "titleFontWeight": "normal", "labelLimit": 0,
		"labelColor": hex(ink), "titleColor": hex(ink), "domainColor": hex(axisInk), "tickColor": hex(axisInk),
		"tickSize":    float64(tickLength),
		"domainWidth": float64(thinWidth), "tickWidth": float64(thinWidth), "gridColor": hex(gridInk),
		"gridWidth": float64(thinWidth),
	},
	"legend": object{
		"orient": "bottom", "labelFontSize": float64(textSize), "titleFontSize": float64(textSize),
		"titleFontWeight": "normal",
		"labelColor":      hex(ink), "titleColor": hex(ink), "labelLimit": 0, "symbolStrokeWidth": float64(lineWidth),
		"columns": 3,
	},
	"text": object{"fontSize": float64(textSize), "color": hex(ink)},
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// scaled returns a quantitative channel over a range. A logarithmic axis that reaches
// into more than one decade has grid lines only at powers of ten.
func scaled(field, title string, log bool, r interval) object {
	o := object{"field": field, "type": "quantitative", "title": title, "scale": object{"type": "linear", "zero": false}}
	if !log {
		return o
	}
	o["scale"] = object{"type": "log"}
	var decades []float64
	for e := math.Floor(exact.Log10(r.min)); e <= math.Ceil(exact.Log10(r.max)); e++ {
		decades = append(decades, math.Pow10(int(e)))
	}
	if len(decades) > 2 {
		o["axis"] = object{"values": decades}
	}
	return o
}

// zeroAt places the zero line on an axis. The axis keeps its grid.
func zeroAt(title string) object {
	return object{"datum": 0, "type": "quantitative", "title": title, "axis": object{"grid": true}}
}

// within fixes the ends of the axis of a channel.
func within(o object, r interval) object {
	o["scale"].(object)["domain"], o["scale"].(object)["nice"] = []float64{r.min, r.max}, false
	return o
}

// vega returns the scale in the terms of Vega-Lite.
func (s heatScale) vega() object {
	var domain []float64
	var colors []string
	for _, z := range []float64{s.min, 0, s.max} {
		if len(domain) == 0 || z > domain[len(domain)-1] {
			domain, colors = append(domain, z), append(colors, hex(s.color(z)))
		}
	}
	scale := object{"domain": domain, "range": colors, "interpolate": "rgb"}
	if s.linear > 0 {
		scale["type"], scale["constant"] = "symlog", s.linear
	}
	return scale
}

// vegaHeat returns the heat map of a panel in the colours of a scale.
func (p *Panel) vegaHeat(scale heatScale) object {
	h := p.Heat
	var data []object
	for i, row := range h.Z {
		for j, z := range row {
			data = append(data, object{"x": h.Cols[j], "y": h.Rows[i], "z": number(z), "text": h.cellText(z),
				"ink": hex(textOn(scale.color(z))), "face": h.cellFace(i, j).String()})
		}
	}
	top := make([]string, len(h.Rows))
	for i, name := range h.Rows {
		top[len(h.Rows)-1-i] = name
	}
	missing := object{"test": "datum.z === null", "value": hex(scale.color(math.NaN()))}
	layers := []object{{"mark": object{"type": "rect", "invalid": "show", "stroke": hex(gridInk),
		"strokeWidth": float64(thinWidth)}, "encoding": object{
		"color": object{"field": "z", "type": "quantitative", "title": h.Label, "scale": scale.vega(), "condition": missing,
			"legend": object{"orient": "right"}}}}}
	for _, f := range []face{upright, bold, italic} {
		layers = append(layers, object{
			"transform": []object{{"filter": "datum.face == '" + f.String() + "'"}}, "mark": f.vega(),
			"encoding": object{"text": object{"field": "text", "type": "nominal"},
				"color": object{"field": "ink", "type": "nominal", "scale": nil, "legend": nil}},
		})
	}
	return object{
		"data": object{"values": data},
		"encoding": object{
			"x": object{"field": "x", "type": "ordinal", "sort": h.Cols, "title": p.XLabel,
				"axis": object{"labelAngle": 0, "labelExpr": "split(datum.label, ' ')", "domain": false, "ticks": false}},
			"y": object{"field": "y", "type": "ordinal", "sort": top, "title": p.YLabel,
				"axis": object{"domain": false, "ticks": false}},
		},
		"layer":   layers,
		"resolve": object{"scale": object{"color": "independent"}},
	}
}

// String returns the name of the face in the data.
func (f face) String() string {
	switch f {
	case bold:
		return "bold"
	case italic:
		return "italic"
	}
	return "upright"
}

// vega returns a text mark in the face.
func (f face) vega() object {
	mark := object{"type": "text"}
	switch f {
	case bold:
		mark["fontWeight"] = "bold"
	case italic:
		mark["fontStyle"] = "italic"
	}
	return mark
}

// vegaWaterfall returns the waterfall of a panel on axes of the given width.
func (p *Panel) vegaWaterfall(width vg.Length) object {
	wp := waterfallPlotter{steps: p.Waterfall.steps(), decimals: p.Waterfall.Decimals}
	var data []object
	var names []string
	r := interval{0, 0}
	for _, s := range wp.steps {
		r.include(s.from, s.to)
		kind := "gain"
		switch {
		case s.total:
			kind = "total"
		case s.to < s.from:
			kind = "loss"
		}
		names = append(names, s.name)
		data = append(data, object{"y": s.name, "from": number(s.from), "to": number(s.to), "kind": kind,
			"text": wp.amount(s)})
	}
	r = wp.roomForLabels(r.widened(false), width)
	x := func(field string) object { return within(scaled(field, p.XLabel, false, r), r) }
	y := object{"field": "y", "type": "ordinal", "sort": names, "title": p.YLabel,
		"axis": object{"domain": false, "ticks": false}}
	amount := func(test string, align string, dx int) object {
		return object{
			"transform": []object{{"filter": test}}, "mark": object{"type": "text", "align": align, "dx": dx},
			"encoding": object{"x": x("to"), "y": y, "text": object{"field": "text", "type": "nominal"}},
		}
	}
	return object{
		"data": object{"values": data},
		"layer": []object{
			{"mark": object{"type": "bar", "size": float64(textSize)},
				"encoding": object{"x": x("from"), "x2": object{"field": "to"}, "y": y, "color": object{
					"field": "kind", "type": "nominal", "legend": nil,
					"scale": object{"domain": []string{"gain", "loss", "total"},
						"range": []string{hex(skyBlue), hex(vermillion), hex(axisInk)}}}}},
			{"mark": object{"type": "rule", "color": hex(ink), "strokeWidth": 0.7}, "encoding": object{"x": zeroAt(p.XLabel)}},
			amount("datum.to >= datum.from", "left", 3), amount("datum.to < datum.from", "right", -3),
		},
	}
}

// number returns a value for JSON, which has null for a missing value.
func number(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}
