package testnetwork_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestBothReadmesSayTheSame holds the first screen in Chinese to the English one: by commands, figures, links and
// headings.
func TestBothReadmesSayTheSame(t *testing.T) {
	en, _, found := strings.Cut(readme(t, "../README.md"), "\n## What it does")
	if !found {
		t.Fatal("README.md has no features")
	}
	zh := readme(t, "../README.zh.md")
	for what, pattern := range map[string]string{
		"commands": "`[^`\n]+`|(?m)^    make [a-z]+",
		"figures":  `\d[\d,.]*\d|\d`,
		"links":    `\]\(([^)]+)\)`,
		"headings": `(?m)^#+`,
	} {
		a, b := said(en, pattern), said(zh, pattern)
		if !slices.Equal(a, b) {
			t.Errorf("%s: README.md has %q, README.zh.md %q", what, a, b)
		}
		if len(a) == 0 {
			t.Errorf("%s: there are none", what)
		}
	}
}

// said are the matches of a pattern, sorted, without the links from one file to the other.
func said(text, pattern string) (all []string) {
	for _, match := range regexp.MustCompile(pattern).FindAllString(text, -1) {
		if !strings.Contains(match, "README.zh.md") && !strings.Contains(match, "(README.md") {
			all = append(all, match)
		}
	}
	slices.Sort(all)
	return all
}

func readme(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a README links to is there.
func TestLinksOfTheDocumentsLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, name := range []string{"README.md", "README.zh.md", "GLOSSARY.md", "PROMISES.md", "CONTRIBUTING.md",
		"SECURITY.md", "CHANGELOG.md"} {
		for _, match := range link.FindAllStringSubmatch(readme(t, "../"+name), -1) {
			if _, err := os.Stat("../" + match[1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
