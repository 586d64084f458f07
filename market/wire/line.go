package wire

import (
	"bufio"
	"errors"
)

// ReadLine reads a line with its end from in. Of a line of more than MaxLine bytes it returns MaxLine + 1, which a
// session refuses, and skips the rest. The buffer of in must hold more than MaxLine bytes.
func ReadLine(in *bufio.Reader) ([]byte, error) {
	part, err := in.ReadSlice('\n')
	line := append([]byte(nil), part[:min(len(part), MaxLine+1)]...)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = in.ReadSlice('\n')
	}
	return line, err
}
