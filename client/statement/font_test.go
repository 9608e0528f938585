package statement

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// fifty are names from all planes: of people, companies and places, as registers have them,
// and what nobody has a picture of.
var fifty = []string{
	"上海吉野家餐饮有限公司", "𠮷野家", "𠮷田", "髙島屋", "﨑山商店", "㐂寿司", "䶮氏茶业", "李㛃", "张𬭎", "王𨱏铁器", "𬘓纺织", "𫖯仰堂", "陈𬴊",
	"𠮟吒", "𡈽屋", "𩸽居酒屋", "𪚥門", "𫠠一", "𬺈丁", "𮯠", "𰻝𰻝面", "𱍊商行", "𲎯", "㈱丸井", "①号店", "株式会社ソニー", "삼성전자", "〇二三",
	"⼀⼆⺀", "Škoda Auto", "Łódź", "Ærø", "Nguyễn Văn Ánh", "Đặng", "Ωμέγα", "Газпром", "Ґудзь", "Ծառ", "ქართული", "ไทย",
	"भारत", "ᠮᠣᠩᠭᠣᠯ",
	"བོད", "ئۇيغۇر", "ישראל", "𝔸𝕔𝕞𝕖", "😀咖啡", "葛\U000e0100城", "\ue001\U000f0001\U0010fffd", "O’Brien & Söhne — €5…",
}

// TestNamesOfAllPlanes writes each name as a party's, and reads it back: each character that
// a font has is drawn with a picture, each other is its code point.
func TestNamesOfAllPlanes(t *testing.T) {
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) isn't here")
	}
	if len(fifty) != 50 {
		t.Fatalf("%d names", len(fifty))
	}
	for some := range slices.Chunk(fifty, 10) {
		head := storyHead()
		head.A.Zh, head.B.Zh = strings.Join(some[:5], " "), strings.Join(some[5:], " ")
		s := must(Of(head, list(story()...)))
		p := newPaper(s, Options{Language: Chinese}, 0)
		path := written(t, "pdf", s, list(story()...), Options{Language: Chinese})
		text := joined(string(must(exec.Command(reader, path, "-").Output())))
		for _, name := range some {
			if want := joined(shownAs(t, p, name)); !strings.Contains(text, want) {
				t.Errorf("%s: the paper doesn't say %s:\n%s", name, want, text)
			}
		}
	}
}

// joined is a text without what stands between its letters.
func joined(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// shownAs is how a name is read on paper. What a font says that it has must have a picture there.
func shownAs(t *testing.T, p *paper, name string) string {
	t.Helper()
	var out strings.Builder
	for _, r := range name {
		if _, has := latin(r); has {
			out.WriteRune(r)
			continue
		}
		f, code := p.fontFor(r)
		switch {
		case isSelector(r):
		case f == nil:
			fmt.Fprintf(&out, "U+%04X", r)
		default:
			if glyph := must(f.table.GlyphIndex(&f.room, code)); glyph == 0 || code > 0xFFFF ||
				drawn(t, f, glyph) == 0 {
				t.Errorf("%s: U+%04X of %s has no picture", name, r, f.name)
			}
			out.WriteRune(r)
		}
	}
	return out.String()
}

// drawn is how many strokes a glyph has.
func drawn(t *testing.T, f *typeface, glyph sfnt.GlyphIndex) int {
	t.Helper()
	segments, err := f.table.LoadGlyph(&f.room, glyph, fixed.I(1000), nil)
	if err != nil {
		t.Errorf("%s, glyph %d: %v", f.name, glyph, err)
	}
	return len(segments)
}

// TestFontsSayWhatTheyHave walks the planes: a private code has the picture of its character, and
// the whole of what registers of names use is there.
func TestFontsSayWhatTheyHave(t *testing.T) {
	p := newPaper(must(Of(storyHead(), list(story()...))), Options{Language: Chinese}, 0)
	for _, c := range []struct {
		what        string
		first, last rune
		least       int
	}{
		{"Chinese", 0x4E00, 0x9FA5, 20_902}, {"Chinese, extension A", 0x3400, 0x4DB5, 6_580},
		{"Hangul", 0xAC00, 0xD7A3, 11_172}, {"Kana", 0x3041, 0x30FF, 180},
		{"Chinese, extensions B to F", 0x20000, 0x2EBE0, 3_100}, {"letters with marks", 0x100, 0x17F, 128},
		{"Greek", 0x391, 0x3C9, 56}, {"Cyrillic", 0x400, 0x4FF, 256},
	} {
		has := 0
		for r := c.first; r <= c.last; r++ {
			f, code := p.fontFor(r)
			if _, isLatin := latin(r); isLatin {
				has++
				continue
			}
			if f == nil {
				continue
			}
			has++
			of, as := must(f.table.GlyphIndex(&f.room, r)), must(f.table.GlyphIndex(&f.room, code))
			if of != as || of == 0 || drawn(t, f, of) == 0 {
				t.Fatalf("U+%04X: %s has %d, and %d for its code %04X, or no picture", r, f.name, of, as, code)
			}
		}
		if has < c.least {
			t.Errorf("%s: %d characters, want %d", c.what, has, c.least)
		}
	}
}
