package paper

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The hashes of both forms in the format of sha256sum. A form whose hashes are not kept
// has no lines.
//
//go:embed hashes.txt hashes-quick.txt
var kept embed.FS

// hashesName is the file of a form's hashes.
func hashesName(quick bool) string {
	if quick {
		return "hashes-quick.txt"
	}
	return "hashes.txt"
}

// Comparison is the result of comparing a build with the hashes that are kept.
type Comparison struct {
	Match, Files int
	Differ       []string // files with another hash or without a kept one
	Hashes       string   // of the build, as sha256sum writes them
}

// Compare compares the files of a build with the kept hashes of its form.
func (b *Built) Compare() (*Comparison, error) {
	text, err := kept.ReadFile(hashesName(b.Quick))
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, l := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if hash, name, ok := strings.Cut(l, "  "); ok {
			known[name] = hash
		}
	}
	c := &Comparison{Files: len(b.Files)}
	var all strings.Builder
	for _, name := range b.Files {
		data, err := os.ReadFile(filepath.Join(b.Dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		hash := hex.EncodeToString(sum[:])
		fmt.Fprintf(&all, "%s  %s\n", hash, name)
		if known[name] == hash {
			c.Match++
		} else {
			c.Differ = append(c.Differ, name)
		}
	}
	c.Hashes = all.String()
	return c, nil
}
