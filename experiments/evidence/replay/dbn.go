package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// The layout of DBN, version 1 to 3: the mark, the version, the length of the metadata, the metadata, then records.
// Every record begins with its length in words of four bytes and its type. All numbers are little-endian.
const (
	dbnMark    = "DBN"
	dbnVersion = 3   // the latest
	dbnMBO     = 160 // the type of a record of market by order
	dbnBytes   = 56  // and its length; a file may append the time at which it was sent
)

func isDBN(head []byte) bool { return bytes.HasPrefix(head, []byte(dbnMark)) }

func replayDBN(o Options, messages, _ *source, out *rows) (*Summary, error) {
	x := newMBO(o, messages, out, "dbn")
	var head [8]byte
	_, err := io.ReadFull(messages.in, head[:])
	if err == nil && (string(head[:3]) != dbnMark || head[3] == 0 || head[3] > dbnVersion) {
		messages.line = 1
		messages.fault(0, "file", shown(head[:4]), fmt.Sprintf("a file of DBN, version 1 to %d", dbnVersion))
		return nil, nil
	}
	if err == nil {
		_, err = io.CopyN(io.Discard, messages.in, int64(binary.LittleEndian.Uint32(head[4:])))
	}
	if err != nil {
		return nil, messages.end(within(err))
	}
	var record [4 * math.MaxUint8]byte
	for !messages.ended && !messages.faults.any() {
		if _, err := io.ReadFull(messages.in, record[:2]); err != nil {
			if err := messages.end(err); err != nil {
				return nil, err
			}
			break
		}
		messages.line++
		size, kind := 4*int(record[0]), record[1]
		if size < 16 || kind == dbnMBO && size < dbnBytes {
			messages.fault(0, "record", fmt.Sprintf("type %d of %d bytes", kind, size), "at least 16, and 56 of type 160")
			break
		}
		if _, err := io.ReadFull(messages.in, record[2:size]); err != nil {
			messages.line--
			return nil, messages.end(within(err))
		}
		if kind != dbnMBO {
			x.passed++ // such as a message of the system, or of symbols
			continue
		}
		e := decode(record[:size])
		if mboActions[e.action] == "" {
			messages.fault(0, "action", strconv.Quote(string(rune(e.action))), "A, C, M, R, T, F or N")
			break
		}
		if err := x.take(&e); err != nil {
			return nil, err
		}
	}
	return x.end(o.Symbol), nil
}

// within is the error of a read that must not meet the end of the file.
func within(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// decode reads a record of market by order.
func decode(b []byte) entry {
	le := binary.LittleEndian
	return entry{publisher: uint64(le.Uint16(b[2:])), instrument: uint64(le.Uint32(b[4:])), order: le.Uint64(b[16:]),
		price: int64(le.Uint64(b[24:])), size: uint64(le.Uint32(b[32:])), flags: uint64(b[36]), action: b[38], side: b[39]}
}
