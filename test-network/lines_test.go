package testnetwork_test

import (
	"bytes"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxLine is how many columns a line of Go may have, a tab being four. A text that is longer isn't split: people search
// for it. It stands alone then, with at most besideText columns beside it.
const maxLine, besideText = 120, 60

// TestLinesFit names each line of Go that a screen doesn't hold.
func TestLinesFit(t *testing.T) {
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := fs.ReadFile(root, path)
		if err != nil || bytes.Contains(src, []byte("\n// Code generated ")) ||
			bytes.HasPrefix(src, []byte("// Code generated ")) {
			return err
		}
		for _, n := range tooLong(src) {
			t.Errorf("%s:%d: more than %d columns", path, n, maxLine)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func columns(text string) int { return utf8.RuneCountInString(strings.ReplaceAll(text, "\t", "    ")) }

// tooLong lists the lines of a file that are too long, from 1.
func tooLong(src []byte) (list []int) {
	texts := longestTexts(src)
	n := 0
	for line := range strings.Lines(string(src)) {
		n++
		if w := columns(strings.TrimRight(line, "\n")); w > maxLine && w-texts[n] > besideText {
			list = append(list, n)
		}
	}
	return list
}

// longestTexts says how many columns the longest text on a line has, for each line with one.
func longestTexts(src []byte) map[int]int {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, nil, 0)
	longest := map[int]int{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return longest
		}
		if tok == token.STRING {
			for i, part := range strings.Split(text, "\n") {
				n := file.Line(pos) + i
				longest[n] = max(longest[n], columns(part))
			}
		}
	}
}

// TestTooLong tries the rule on lines.
func TestTooLong(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for src, want := range map[string]bool{
		"var a" + long[:maxLine-5]:                               false,
		"var a" + long[:maxLine-4]:                               true,
		"\tvar a" + long[:maxLine-8]:                             true,
		"// " + strings.Repeat("汉", maxLine-3):                   false,
		"// " + long:                                             true,
		"var a = \"" + long + "\"":                               false,
		"var a = f(`" + long + "`, b)":                           false,
		"var a = `\n" + long + long + "\n`":                      false,
		"var a = f(\"" + long + "\", " + long[:besideText]:       true,
		"var a = f(\"" + long[:60] + "\", \"" + long[:60] + "\"": true,
	} {
		if got := tooLong([]byte("package x\n" + src + "\n")); (len(got) > 0) != want {
			t.Errorf("%q: %v", src, got)
		}
	}
}
