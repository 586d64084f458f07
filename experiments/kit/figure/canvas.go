package figure

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// canvas corrects a drawing surface in four ways. It puts coordinates on a grid, so that a
// picture has the same bytes on every processor. It turns text into glyph outlines,
// because the PDF surface supports only the characters of Windows-1252 and the SVG
// surface needs an installed font. It turns images into rectangles, because the PDF
// surface draws them upside down. It converts transparent colours for the PDF surface,
// which reads premultiplied components as plain ones and would change their hue.
type canvas struct {
	vg.Canvas
	// plainAlpha is true for a surface that reads plain components.
	plainAlpha bool
	// raster is true for a surface of pixels, which gets lines only.
	raster bool
	turn   int   // quarters of a circle
	turns  []int // kept by Push
	dash   []vg.Length
	// err is the first thing that cannot be drawn, such as a character without a glyph.
	err error
}

// plainColor is a colour whose components are not premultiplied by alpha.
type plainColor struct{ c color.NRGBA }

// RGBA implements color.Color for surfaces that expect plain components.
func (p plainColor) RGBA() (r, g, b, a uint32) {
	return uint32(p.c.R) * 0x101, uint32(p.c.G) * 0x101, uint32(p.c.B) * 0x101, uint32(p.c.A) * 0x101
}

// SetColor sets the colour for the next drawing operations; nil is black.
func (c *canvas) SetColor(col color.Color) {
	if col == nil {
		col = color.Black
	}
	if c.plainAlpha {
		col = plainColor{color.NRGBAModel.Convert(col).(color.NRGBA)}
	}
	c.Canvas.SetColor(col)
}

// FillString fills the outlines of the text. It records a character without a glyph
// as an error, because an empty box in its place could remain unnoticed.
func (c *canvas) FillString(face font.Face, at vg.Point, text string) {
	if face.Font.Size == 0 {
		return
	}
	path, err := outline(face, at, text)
	if err != nil && c.err == nil {
		c.err = err
	}
	if len(path) > 0 {
		c.Fill(path)
	}
}

// DrawImage fills one rectangle for each pixel. Opaque pixels overlap their upper and
// right neighbours a little, which are drawn later, so that viewers show no hairline
// between them.
func (c *canvas) DrawImage(rect vg.Rectangle, img image.Image) {
	b := img.Bounds()
	w := rect.Size().X / vg.Length(b.Dx())
	h := rect.Size().Y / vg.Length(b.Dy())
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		for x := b.Min.X; x < b.Max.X; x++ {
			px := img.At(x, y)
			lo := vg.Point{X: rect.Min.X + vg.Length(w*vg.Length(x-b.Min.X)),
				Y: rect.Max.Y - vg.Length(h*vg.Length(y-b.Min.Y+1))}
			hi := vg.Point{X: lo.X + w, Y: lo.Y + h}
			_, _, _, a := px.RGBA()
			if a == 0 {
				continue
			}
			if a == 0xffff {
				hi.X = min(hi.X+bleed, rect.Max.X)
				hi.Y = min(hi.Y+bleed, rect.Max.Y)
			}
			c.SetColor(px)
			c.Fill(vg.Rectangle{Min: lo, Max: hi}.Path())
		}
	}
}

// bleed is the overlap of a rectangle with its later neighbour, in points.
const bleed = vg.Length(0.6)

// outline returns the glyph outlines of text whose baseline starts at the point. It
// uses the same advances and kerning as font.Face.Width, so that alignment by widths
// is exact.
func outline(face font.Face, at vg.Point, text string) (vg.Path, error) {
	var (
		path vg.Path
		buf  sfnt.Buffer
		prev sfnt.GlyphIndex
		ppem = fixed.Int26_6(face.Face.UnitsPerEm())
		unit = face.Font.Size / vg.Length(ppem)
		pen  fixed.Int26_6
	)
	for i, r := range text {
		g, err := face.Face.GlyphIndex(&buf, r)
		if err != nil {
			return path, fmt.Errorf("figure: glyph of %q: %w", r, err)
		}
		if g == 0 {
			return path, fmt.Errorf("figure: the font has no character %q (%U), needed for %q", r, r, text)
		}
		if k, err := face.Face.Kern(&buf, prev, g, ppem, 0); i > 0 && err == nil {
			pen += k
		}
		adv, err := face.Face.GlyphAdvance(&buf, g, ppem, 0)
		if err != nil {
			return path, fmt.Errorf("figure: advance of %q: %w", r, err)
		}
		segs, err := face.Face.LoadGlyph(&buf, g, ppem, nil)
		if err != nil {
			return path, fmt.Errorf("figure: outline of %q: %w", r, err)
		}
		path = appendGlyph(path, segs, func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: at.X + font.Length(unit*vg.Length(pen+p.X)), Y: at.Y - font.Length(unit*vg.Length(p.Y))}
		})
		pen += adv
		prev = g
	}
	return path, nil
}

// appendGlyph appends the segments of one glyph. It turns quadratic curves into cubic
// ones, because the PDF surface draws quadratic curves wrongly.
func appendGlyph(path vg.Path, segs sfnt.Segments, at func(fixed.Point26_6) vg.Point) vg.Path {
	var pos vg.Point
	open := false
	for _, s := range segs {
		a, b, c := at(s.Args[0]), at(s.Args[1]), at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if open {
				path.Close()
			}
			path.Move(a)
			pos, open = a, true
		case sfnt.SegmentOpLineTo:
			path.Line(a)
			pos = a
		case sfnt.SegmentOpQuadTo:
			path.CubeTo(between(pos, a, 2.0/3), between(b, a, 2.0/3), b)
			pos = b
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(a, b, c)
			pos = c
		}
	}
	if open {
		path.Close()
	}
	return path
}

// between returns the point at the given share of the way from a to b.
func between(a, b vg.Point, share vg.Length) vg.Point {
	return vg.Point{X: a.X + vg.Length(share*(b.X-a.X)), Y: a.Y + vg.Length(share*(b.Y-a.Y))}
}
