package book

import (
	"encoding/binary"
	"errors"

	"stakeout/market/ledger"
)

// A journal is a sequence of commands as bytes, all of the same length, so it can
// be cut after any command. A snapshot taken at the cut and the rest of the
// journal lead to the same book with the same order ids.

// commandBytes is the length of a command in a journal.
const commandBytes = 68

// ErrJournal is the error of a journal that ends within a command or contains an
// unknown command.
var ErrJournal = errors.New("book: journal is cut or damaged")

// AppendCommand writes a command to the end of a journal.
func AppendCommand(journal []byte, c *Command) []byte {
	o, t := &c.Order, &c.Terms
	e := binary.LittleEndian
	journal = append(journal, byte(c.Op), byte(c.Phase), bit(c.All), byte(o.Side), byte(o.Kind), byte(o.Self))
	journal = e.AppendUint16(journal, o.Tag)
	journal = e.AppendUint64(journal, o.Budget)
	for _, v := range [...]uint32{uint32(o.Owner), o.Price, o.Lots, o.Expiry, t.Trigger, t.Display, t.MinLots,
		uint32(c.ID), c.Price, c.Lots, c.Low, c.High, c.Tick} {
		journal = e.AppendUint32(journal, v)
	}
	return journal
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// ReadCommand reads the first command of a journal and returns what follows it.
func ReadCommand(journal []byte) (c Command, rest []byte, err error) {
	if len(journal) < commandBytes {
		return c, journal, ErrJournal
	}
	r := reader{left: journal}
	c.Op, c.Phase, c.All = Op(r.u8()), Phase(r.u8()), r.u8() != 0
	o, t := &c.Order, &c.Terms
	o.Side, o.Kind, o.Self = Side(r.u8()), Kind(r.u8()), SelfTrade(r.u8())
	o.Tag, o.Budget, o.Owner = r.u16(), r.u64(), ledger.Owner(r.u32())
	for _, v := range [...]*uint32{&o.Price, &o.Lots, &o.Expiry, &t.Trigger, &t.Display, &t.MinLots,
		(*uint32)(&c.ID), &c.Price, &c.Lots, &c.Low, &c.High, &c.Tick} {
		*v = r.u32()
	}
	if c.Op >= Ops {
		return Command{}, journal, ErrJournal
	}
	return c, journal[commandBytes:], nil
}

// Replay executes a whole journal. It stops at the first command that cannot be
// read and returns ErrJournal; the commands before it have been executed. A wide
// book has no journal and returns ErrJournal at once.
func (b *BookOf[L]) Replay(journal []byte) error {
	narrow, ok := any(b).(*Book)
	if !ok {
		return ErrJournal
	}
	var r Reaction
	for len(journal) > 0 {
		c, rest, err := ReadCommand(journal)
		if err != nil {
			return err
		}
		narrow.Do(&c, &r)
		journal = rest
	}
	return nil
}

// reader takes numbers from the front of a byte slice. Beyond the end it returns
// zeros and sets short.
type reader struct {
	left  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if len(r.left) < n {
		r.short, r.left = true, nil
		return make([]byte, n)
	}
	out := r.left[:n]
	r.left = r.left[n:]
	return out
}

func (r *reader) u8() uint8   { return r.take(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }
