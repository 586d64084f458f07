package figure

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"hash/crc32"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"stakeout/experiments/kit/record"
)

// dpi is the resolution of the PNG, in dots per inch.
const dpi = 300

// By default the PDF library writes the present time and lists its objects in random
// order. Only global settings change this. With them two runs give the same bytes.
func init() {
	epoch := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	fpdf.SetDefaultCreationDate(epoch)
	fpdf.SetDefaultModificationDate(epoch)
	fpdf.SetDefaultCatalogSort(true)
}

// File is a rendered file of a figure.
type File struct {
	Ext  string // what follows the name of the figure
	Data []byte
}

// Write renders the figure into the folder dir, which it creates if necessary. It
// writes the files of Files and returns their paths in that order. Every file is either
// complete or missing.
//
// Write fails as Files does, and when it cannot write a file; the error then names the
// path.
func (f *Figure) Write(dir, name string) ([]string, error) {
	if name == "" || name != filepath.Base(name) {
		return nil, fmt.Errorf("figure: %q is not a file name", name)
	}
	files, err := f.Files(name)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, out := range files {
		path := filepath.Join(dir, name+out.Ext)
		if err := record.WriteFile(path, out.Data); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// Files renders the figure in memory: NAME.pdf, NAME.svg, NAME.png (300 dpi), NAME.csv
// (every value drawn), NAME.caption.txt and NAME.vl.json (Vega-Lite 6, with the data).
// Equal figures give equal bytes.
//
// Files fails when the figure is not valid, and when a text does not fit or has a
// character that the font lacks.
func (f *Figure) Files(name string) ([]File, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	files, err := f.render()
	if err != nil {
		return nil, fmt.Errorf("%w (figure %s)", err, name)
	}
	return files, nil
}

// render produces all files in memory, so that a figure that cannot be drawn leaves no
// files.
func (f *Figure) render() ([]File, error) {
	w, h := f.size()
	surfaces := []struct {
		ext        string
		c          vg.CanvasWriterTo
		plainAlpha bool
	}{
		{".pdf", vgpdf.New(w, h), true},
		{".svg", vgsvg.New(w, h), false},
		{".png", vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))}, false},
	}
	var files []File
	for _, s := range surfaces {
		c := &canvas{Canvas: s.c, plainAlpha: s.plainAlpha, raster: s.ext == ".png"}
		if err := f.draw(c); err != nil {
			return nil, err
		}
		if c.err != nil {
			return nil, c.err
		}
		var b bytes.Buffer
		if _, err := s.c.WriteTo(&b); err != nil {
			return nil, fmt.Errorf("figure: rendering %s: %w", s.ext, err)
		}
		files = append(files, File{s.ext, b.Bytes()})
	}
	files[2].Data = withResolution(files[2].Data)
	grammar, err := f.vegaLite()
	if err != nil {
		return nil, err
	}
	return append(files, File{".csv", f.csv()}, File{".caption.txt", []byte(strings.TrimSpace(f.Caption) + "\n")},
		File{".vl.json", grammar}), nil
}

// withResolution adds the pHYs chunk to a PNG file. Without it a word processor shows
// the picture in the wrong size.
func withResolution(png []byte) []byte {
	const header = 33 // bytes of the signature and the IHDR chunk, behind which pHYs goes
	perMetre := uint32(math.Round(dpi / 0.0254))
	chunk := append([]byte("pHYs"), make([]byte, 9)...)
	binary.BigEndian.PutUint32(chunk[4:], perMetre)
	binary.BigEndian.PutUint32(chunk[8:], perMetre)
	chunk[12] = 1 // the unit is the metre
	out := append([]byte{}, png[:header]...)
	out = binary.BigEndian.AppendUint32(out, 9)
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, png[header:]...)
}

// csv lists every value drawn, with all its digits and one mark in each row. Panels
// count from one.
func (f *Figure) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := func(panel int, cells ...string) {
		// Writing to memory cannot fail, hence the ignored results.
		_ = w.Write(append([]string{strconv.Itoa(panel + 1)}, cells...))
	}
	_ = w.Write([]string{"panel", "series", "kind", "name", "x", "y", "value", "lo", "hi"})
	for i := range f.Panels {
		f.Panels[i].csv(func(cells ...string) { row(i, cells...) })
	}
	w.Flush()
	return b.Bytes()
}

// csv lists the marks of a panel. Lines and bands have numbers, because some have no
// name; a series without a name takes the name of a line in the same style. In place of
// the number, a cell of a heat map has the result of its test.
func (p *Panel) csv(row func(...string)) {
	num := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for k, l := range p.Lines {
		for i := range l.X {
			lo, hi := "", ""
			if l.Lo != nil {
				lo, hi = num(l.Lo[i]), num(l.Hi[i])
			}
			row(strconv.Itoa(k+1), l.kind(), p.seriesName(l.Name, l.Style), num(l.X[i]), "", num(l.Y[i]), lo, hi)
		}
	}
	for k, b := range p.Bands {
		for i := range b.X {
			row(strconv.Itoa(len(p.Lines)+k+1), "band", p.seriesName(b.Name, b.Style), num(b.X[i]), "", "", num(b.Lo[i]),
				num(b.Hi[i]))
		}
	}
	for _, m := range p.Marks {
		row("", "mark", m.Label, num(m.X), "", "", "", "")
	}
	if h := p.Heat; h != nil {
		for i, zs := range h.Z {
			for j, z := range zs {
				row(h.test(i, j), "cell", h.Label, h.Cols[j], h.Rows[i], num(z), "", "")
			}
		}
	}
	if wf := p.Waterfall; wf != nil {
		for _, s := range wf.steps() {
			row("", "bar", s.name, "", "", num(s.to-s.from), num(s.from), num(s.to))
		}
	}
}

// kind returns the kind of a line in the data.
func (l *Line) kind() string {
	if l.Points {
		return "points"
	}
	return "line"
}

// seriesName returns the name of a series in the data. A series without a name takes
// the name of a line in the same style.
func (p *Panel) seriesName(name string, style int) string {
	for _, l := range p.Lines {
		if name == "" && l.Style == style {
			name = l.Name
		}
	}
	return name
}
