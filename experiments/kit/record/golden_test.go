package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// repetitive returns rows whose texts and gaps have runs of all lengths, at which the
// encoders of a Parquet library for different processors part.
func repetitive() []Row {
	rows := make([]Row, 9000)
	state := uint64(7698)
	number := func(n uint64) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int((state >> 33) % n)
	}
	var row Row
	for i := range rows {
		if i == 0 || number(6) == 0 {
			row = Row{TextValue(fmt.Sprint("cell ", number(5))), IntValue(int64(number(3))), FloatValue(float64(number(9)) / 4),
				BoolValue(number(2) == 0), TextValue(strings.Repeat("x", number(40)))}
			for k := range row {
				if number(4) == 0 {
					row[k] = MissingValue()
				}
			}
		}
		rows[i] = row
	}
	return rows
}

// The bytes of a Parquet file are pinned, so that a build for another processor, with
// other tags or with instructions switched off can be held against them.
func TestGoldenParquet(t *testing.T) {
	const want = "80b9b1273fe332e46529ea8d914f473a0d7ff1a0e4d8dd2143e585a5e2f1a3b6"
	sum := sha256.Sum256(writeParquet(t, mixed, repetitive()))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("SHA-256 %s, want %s", got, want)
	}
	const child = "STAKEOUT_GOLDEN_CHILD"
	if runtime.GOARCH != "amd64" || os.Getenv(child) != "" {
		return
	}
	for _, off := range []string{"cpu.avx2=off", "cpu.avx2=off,cpu.bmi2=off,cpu.fma=off,cpu.avx=off,cpu.sse41=off"} {
		c := exec.Command(os.Args[0], "-test.run=^TestGoldenParquet$")
		c.Env = append(os.Environ(), child+"=1", "GODEBUG="+off)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("with GODEBUG=%s: %v\n%s", off, err, out)
		}
	}
}
