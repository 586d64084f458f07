package record

import (
	"github.com/klauspost/compress/zstd"
	codec "github.com/parquet-go/parquet-go/compress/zstd"
)

// frugal is the Zstandard codec of parquet-go with a window of 64 KiB, which is
// enough for pages of pageBytes. The default codec keeps 16 MB for a page above
// 128 kB.
type frugal struct {
	codec.Codec
	encoder *zstd.Encoder
}

func newFrugal() (*frugal, error) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(64<<10),
		zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false))
	return &frugal{encoder: e}, err
}

// Encode implements compress.Codec.
func (c *frugal) Encode(dst, src []byte) ([]byte, error) {
	return c.encoder.EncodeAll(src, dst[:0]), nil
}
