package replay

import (
	"fmt"

	"stakeout/experiments/kit/table"
)

// Count is a number of events or rows with their name and meaning.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
	Doc  string `json:"doc,omitempty"`
}

// Difference is the first place at which the book and a file differ.
type Difference struct {
	Event  int    `json:"event"` // from 1
	Line   int    `json:"line"`  // of the message
	Side   string `json:"side"`
	Price  string `json:"price"`
	Book   string `json:"book"` // lots or size of the book before it was corrected
	File   string `json:"file"` // lots or size of the file
	Reason string `json:"reason"`
}

// Gap is a stretch of messages that a feed has lost.
type Gap struct {
	Line  int    `json:"line"` // of the message after it
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// Summary is the result of a replay.
type Summary struct {
	Format   string  `json:"format"`
	Messages string  `json:"messages"`       // file
	Book     string  `json:"book,omitempty"` // file
	Events   int     `json:"events"`
	ByType   []Count `json:"by_type"`

	// Compared is the number of rows, or of level 3 answers, that were compared with
	// the book. The first one only seeds the book and does not count. Levels is the
	// number of levels compared on each side, 0 for all.
	Compared  int     `json:"compared"`
	Exact     int     `json:"exact"`      // rows without a difference
	MatchRate float64 `json:"match_rate"` // Exact over Compared, 0 when nothing was compared
	Levels    int     `json:"levels"`
	// Reasons classify the rows that are not exact; Wrong counts rows without a reason.
	Reasons     []Count     `json:"reasons"`
	Wrong       int         `json:"wrong"`
	Differences int         `json:"differences"` // single prices in these rows
	First       *Difference `json:"first_difference,omitempty"`
	FirstWrong  *Difference `json:"first_wrong,omitempty"`

	// Unmatched counts messages about orders that the book does not hold, by cause.
	Unmatched []Count `json:"unmatched"`
	// Contradictions counts messages that cannot be true if the others are.
	Contradictions     int      `json:"contradictions"`
	FirstContradiction string   `json:"first_contradiction,omitempty"`
	Turns              []Count  `json:"turns"`
	Gaps               []Gap    `json:"gaps,omitempty"` // the first 10
	GapCount           int      `json:"gap_count"`
	Notes              []string `json:"notes"`

	PeakOrders int    `json:"peak_orders"` // most that rested at a time
	Tick       string `json:"tick"`        // price of a tick of the book, with its currency
}

// rate sets the match rate, which stays 0 when nothing was compared.
func (s *Summary) rate() {
	if s.Compared > 0 {
		s.MatchRate = float64(s.Exact) / float64(s.Compared)
	}
}

// Sound reports whether nothing in the files contradicts the book.
func (s *Summary) Sound() bool { return s.Wrong == 0 && s.Contradictions == 0 }

// contradict counts a message that cannot be true, and describes the first.
func (s *Summary) contradict(line int, format string, args ...any) {
	if s.Contradictions++; s.Contradictions == 1 {
		s.FirstContradiction = fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...))
	}
}

// Tables show the summary in two tables: the messages by type, and the agreement of
// the book with them.
func (s *Summary) Tables() []*table.Table {
	whole := table.Format{}
	events := &table.Table{Name: "replay_events", Title: "Messages of " + s.Messages,
		Columns: []table.Column{{Name: "Type"}, {Name: "Messages"}}}
	for _, c := range s.ByType {
		events.Rows = append(events.Rows, []table.Cell{table.Text(c.Name), table.Number(float64(c.N), whole)})
	}
	events.Rows = append(events.Rows, []table.Cell{table.Text("all"), table.Number(float64(s.Events), whole)})
	result := &table.Table{Name: "replay", Title: "The model's book against the file",
		Columns: []table.Column{{Name: "Quantity"}, {Name: "Count"}, {Name: "Share", Unit: "%"}, {Name: "Meaning"}}}
	add := func(name string, n, of int, doc string) {
		share := table.Text("")
		if of > 0 {
			share = table.Number(float64(n)/float64(of), table.Percent(2))
		}
		row := []table.Cell{table.Text(name), table.Number(float64(n), whole), share, table.Text(doc)}
		result.Rows = append(result.Rows, row)
	}
	if s.Book != "" || s.Compared > 0 {
		add("compared", s.Compared, 0, "states of the book after the first, which seeds the unknown initial book")
		add("exact", s.Exact, s.Compared, "every price and size equal before the book was corrected")
		for _, c := range s.Reasons {
			add(c.Name, c.N, s.Compared, c.Doc)
		}
		add("wrong", s.Wrong, s.Compared, reasonDocs[wrong])
	}
	for _, c := range s.Unmatched {
		add(c.Name, c.N, s.Events, c.Doc)
	}
	executions := 0
	for _, c := range s.Turns {
		executions += c.N
	}
	for _, c := range s.Turns {
		add(c.Name, c.N, executions, c.Doc)
	}
	if s.GapCount > 0 {
		add("sequence gaps", s.GapCount, 0, "places at which messages are missing")
	}
	add("contradictions", s.Contradictions, s.Events, "messages that cannot be true if the others are")
	result.Notes = s.notes()
	return []*table.Table{events, result}
}

func (s *Summary) notes() (notes []string) {
	if s.Book != "" {
		notes = append(notes, "States of the book: "+s.Book+".")
	}
	if d := s.First; d != nil {
		notes = append(notes, "First difference: "+d.String()+".")
	}
	if d := s.FirstWrong; d != nil {
		notes = append(notes, "First wrong row: "+d.String()+".")
	}
	if s.Contradictions > 0 {
		notes = append(notes, "First contradiction: "+s.FirstContradiction+".")
	}
	for _, g := range s.Gaps {
		notes = append(notes, fmt.Sprintf("Sequence gap: %d to %d are missing before line %d.", g.First, g.Last, g.Line))
	}
	if n := s.GapCount - len(s.Gaps); n > 0 {
		notes = append(notes, fmt.Sprintf("%d further gaps are not listed.", n))
	}
	notes = append(notes, s.Notes...)
	return append(notes,
		fmt.Sprintf("At most %d orders rested at a time. A tick of the book is %s.", s.PeakOrders, s.Tick))
}

func (d *Difference) String() string {
	return fmt.Sprintf("event %d, line %d: %s side at %s: the book has %s, the file %s (%s)",
		d.Event, d.Line, d.Side, d.Price, d.Book, d.File, d.Reason)
}
