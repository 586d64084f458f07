package replay

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// The limits of a compressed file. Files of any length are read as a stream, so only what a decompressor must remember
// is bounded. 64 MiB is what xz -9 and zstd --long=26 use.
const (
	chunk      = 1 << 16 // bytes that are read at a time
	mostWindow = 1 << 26 // bytes that a decompressor may look back
)

// StandardInput is the name of a file that stands for standard input.
const StandardInput = "-"

// interruptible reads ahead in the background, because a pending read of a pipe or a device cannot be interrupted. It
// returns the error of the context as soon as that is cancelled.
type interruptible struct {
	ctx   context.Context
	parts chan part
	stop  chan struct{}
	rest  part
}

type part struct {
	text []byte
	err  error
}

func newInterruptible(ctx context.Context, in io.Reader) *interruptible {
	r := &interruptible{ctx: ctx, parts: make(chan part, 2), stop: make(chan struct{})}
	go func() {
		for {
			text := make([]byte, chunk)
			n, err := in.Read(text)
			select {
			case r.parts <- part{text[:n], err}:
			case <-r.stop:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return r
}

func (r *interruptible) Read(p []byte) (int, error) {
	for len(r.rest.text) == 0 {
		if r.rest.err != nil {
			return 0, r.rest.err
		}
		select {
		case r.rest = <-r.parts:
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
	n := copy(p, r.rest.text)
	r.rest.text = r.rest.text[n:]
	return n, r.ctx.Err()
}

// watched ends with the error of the context, however much a decompressor makes out of little.
type watched struct {
	ctx context.Context
	in  io.Reader
}

func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.in.Read(p)
}

// stream opens a file, or standard input, and reads ahead. The second result closes it.
func stream(ctx context.Context, name string, stdin io.Reader) (io.Reader, func(), error) {
	if name == StandardInput {
		if stdin == nil {
			stdin = os.Stdin
		}
		r := newInterruptible(ctx, stdin)
		return r, func() { close(r.stop) }, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, nil, &os.PathError{Op: "read", Path: name, Err: errors.New("is a folder")}
	}
	r := newInterruptible(ctx, file)
	return r, func() { close(r.stop); file.Close() }, nil
}

// compressions are recognised by their first bytes, so that the name of a compressed file does not matter.
var compressions = []struct {
	name, magic string
	open        func(*bufio.Reader) (io.Reader, error)
}{
	{"gzip", "\x1f\x8b", func(in *bufio.Reader) (io.Reader, error) { return gzip.NewReader(in) }},
	{"zstd", "\x28\xb5\x2f\xfd", func(in *bufio.Reader) (io.Reader, error) {
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(mostWindow))
	}},
	{"xz", "\xfd7zXZ\x00", openXZ},
}

// decompressed is the content of a stream, whether it is compressed or not. The first result names the compression.
func decompressed(ctx context.Context, in io.Reader) (string, io.Reader, error) {
	raw := bufio.NewReaderSize(in, chunk)
	for _, c := range compressions {
		if magic, _ := raw.Peek(len(c.magic)); string(magic) == c.magic {
			out, err := c.open(raw)
			return c.name, watched{ctx, out}, err
		}
	}
	return "", raw, nil
}

// openXZ reads a file of xz. The library allocates the dictionary that the file asks for, which may be 4 GiB, so the
// header of the first block is looked at before.
func openXZ(in *bufio.Reader) (io.Reader, error) {
	const header = 12 // bytes before the first block
	head, _ := in.Peek(header + 1024)
	if len(head) > header {
		head = head[header:min(len(head), header+4*(int(head[header])+1))]
	}
	if most := dictionary(head); most > mostWindow {
		return nil, fmt.Errorf("a dictionary of %d bytes, at most %d are read", most, mostWindow)
	}
	return xz.NewReader(in)
}

// dictionary is the size of the dictionary that the header of a block names, 0 where the header is not understood.
func dictionary(head []byte) int64 {
	if len(head) < 2 || head[0] == 0 {
		return 0
	}
	at := 2
	for _, sized := range [...]byte{0x40, 0x80} { // sizes of the block, which may be missing
		if head[1]&sized != 0 {
			_, n := binary.Uvarint(head[at:])
			at += max(n, 1)
		}
		if at > len(head) {
			return 0
		}
	}
	if at+3 > len(head) || head[at] != 0x21 || head[at+1] != 1 {
		return 0
	}
	size, err := lzma.DecodeDictCap(head[at+2])
	if err != nil {
		return 0
	}
	return size
}

// isFileError reports whether an error comes from the file system or from an interruption, not from the content.
func isFileError(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
