package stakeout

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// source is what the program was built from. The program carries it because `go run`
// tells no commit, and stored results of another model must not pass for current ones.
//
//go:embed go.mod agents experiments market mechanisms strategies
var source embed.FS

// extent is a part of the source: packages of this module with those that they import,
// less some, and data files by pattern.
type extent struct{ packages, except, data []string }

var (
	code = extent{
		packages: []string{"experiments/study/runner"},
		data:     []string{"go.mod"},
	}
	findings = extent{
		packages: []string{"experiments/evidence/check", "experiments/evidence/claims", "experiments/evidence/docking"},
		except:   []string{"experiments/kit/figure", "experiments/kit/table"},
		data:     []string{"go.mod", "experiments/presets/*.yaml"},
	}
)

// Code is the digest of all code that the rows of a results folder come from. A change
// of the model or of the rule of stopping changes it. A change of tables, drawings or
// scripts does not, and neither does a preset, because the store compares its values.
//
// Assumption: another release of Go gives the same rows, as another processor does,
// which is tested; the release stands in every manifest.
func Code() string { return must(code.digest(source)) }

// Findings is the digest of all that checks, docking targets and verdicts on claims
// come from. It includes presets and reports, and leaves out drawings.
func Findings() string { return must(findings.digest(source)) }

// must panics on an error, since a compiler has read the same source before.
func must(sum string, err error) string {
	if err != nil {
		panic(fmt.Sprintf("stakeout: its own source: %v", err))
	}
	return sum
}

// digest is the SHA-256, in hexadecimal, of a part of the source. Tests, comments and
// the ends of lines do not count.
func (e extent) digest(tree fs.FS) (string, error) {
	h := sha256.New()
	seen := map[string]bool{}
	for _, dir := range e.except {
		seen[dir] = true
	}
	for todo := e.packages; len(todo) > 0; {
		dir := todo[0]
		todo = todo[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		more, err := digestPackage(h, tree, dir)
		if err != nil {
			return "", err
		}
		todo = append(todo[:len(todo):len(todo)], more...)
	}
	for _, pattern := range e.data {
		err := each(tree, pattern, func(name string, text []byte) error {
			fmt.Fprintf(h, "%s\n%s\n", name, bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// digestPackage adds the tokens of a package and returns what it imports of this module.
func digestPackage(h io.Writer, tree fs.FS, dir string) (imports []string, err error) {
	err = each(tree, dir+"/*.go", func(name string, text []byte) error {
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			path, _ := strconv.Unquote(i.Path.Value) // The parser has checked it.
			if to, ours := strings.CutPrefix(path, "stakeout/"); ours {
				imports = append(imports, to)
			}
		}
		fmt.Fprintln(h, name)
		digestTokens(h, text)
		return nil
	})
	return imports, err
}

// digestTokens adds the tokens of a Go file. Of its comments only those that speak to
// the compiler count.
func digestTokens(h io.Writer, text []byte) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, nil, scanner.ScanComments)
	for {
		_, t, literal := s.Scan()
		switch {
		case t == token.EOF:
			return
		case t == token.COMMENT && !strings.HasPrefix(literal, "//go:"):
		case t == token.SEMICOLON:
			fmt.Fprintln(h, ";") // whether it was written or not
		default:
			fmt.Fprintln(h, t, literal)
		}
	}
}

// each visits the files of a pattern by name, and fails where there is none.
func each(tree fs.FS, pattern string, visit func(name string, text []byte) error) error {
	names, err := fs.Glob(tree, pattern)
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("no file %s", pattern)
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if err := visit(name, text); err != nil {
			return err
		}
	}
	return nil
}
