package accounts

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"stakeout/experiments/kit/table"
	"stakeout/experiments/study/measure"
)

// Matrix is a table of exact sums of money: one column a sector, in the order of
// measure.Sectors, and rows in which something is.
type Matrix struct {
	Name, Title string
	Rows        []Row
}

// Row is a row of a matrix, in 1e-12 USD.
type Row struct {
	Name   string
	Values []*big.Int
}

func newMatrix(name, title string) *Matrix { return &Matrix{Name: name, Title: title} }

// add appends a row, unless it is empty.
func (m *Matrix) add(name string, value func(sector int) *big.Int) {
	r, some := Row{Name: name}, false
	for sector := range measure.Sectors {
		x := value(sector)
		some = some || x.Sign() != 0
		r.Values = append(r.Values, x)
	}
	if some {
		m.Rows = append(m.Rows, r)
	}
}

// sum adds up a row.
func (r Row) sum() *big.Int {
	s := new(big.Int)
	for _, x := range r.Values {
		s.Add(s, x)
	}
	return s
}

// sum adds up a column.
func (m *Matrix) sum(sector int) *big.Int {
	s := new(big.Int)
	for _, r := range m.Rows {
		s.Add(s, r.Values[sector])
	}
	return s
}

// Faults names the rows and columns that do not sum to zero, to the last digit.
func (m *Matrix) Faults() (list []string) {
	for _, r := range m.Rows {
		if s := r.sum(); s.Sign() != 0 {
			list = append(list, fmt.Sprintf("%s: row %q sums to %v × 1e-12 USD", m.Name, r.Name, s))
		}
	}
	for sector, of := range measure.Sectors {
		if s := m.sum(sector); s.Sign() != 0 {
			list = append(list, fmt.Sprintf("%s: column %q sums to %v × 1e-12 USD", m.Name, of.Name, s))
		}
	}
	return list
}

// Table prints the matrix in whole dollars with its sums. Sectors and rows in which
// everything rounds to nothing are left out.
func (m *Matrix) Table() *table.Table {
	t := &table.Table{Name: m.Name, Title: m.Title, Columns: []table.Column{{Name: ""}}}
	var shown []int
	for sector, of := range measure.Sectors {
		if slices.ContainsFunc(m.Rows, func(r Row) bool { return visible(r.Values[sector]) }) {
			shown = append(shown, sector)
			t.Columns = append(t.Columns, table.Column{Name: sentenceCase(of.Name), Unit: "USD"})
		}
	}
	t.Columns = append(t.Columns, table.Column{Name: "Sum", Unit: "USD"})
	for _, r := range m.Rows {
		if !slices.ContainsFunc(r.Values, visible) {
			continue
		}
		cells := []table.Cell{table.Text(r.Name)}
		for _, sector := range shown {
			cells = append(cells, dollars(r.Values[sector]))
		}
		t.Rows = append(t.Rows, append(cells, dollars(r.sum())))
	}
	cells, all := []table.Cell{table.Text("Sum")}, new(big.Int)
	for _, sector := range shown {
		x := m.sum(sector)
		all.Add(all, x)
		cells = append(cells, dollars(x))
	}
	t.Rows = append(t.Rows, append(cells, dollars(all)))
	t.Notes = []string{"Rounded to dollars for print; the sums are formed in 1e-12 USD. Sectors and rows of less than " +
		"half a dollar are left out."}
	return t
}

// visible reports whether 1e-12 USD are half a dollar or more.
func visible(x *big.Int) bool { return x.CmpAbs(big.NewInt(5e11)) >= 0 }

// dollars is a cell of 1e-12 USD.
func dollars(x *big.Int) table.Cell {
	f, _ := new(big.Rat).SetFrac(x, big.NewInt(1e12)).Float64()
	return table.Number(f, table.Money(0))
}

// sentenceCase turns a name such as vault_owners into Vault owners.
func sentenceCase(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}
