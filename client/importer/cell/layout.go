// Package cell reads what one cell of people's tables says: numbers and dates as they and their programs write them,
// and
// texts made of several columns.
package cell

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"tallystick/client/clean"
)

// probe has another number in each of its places.
var probe = time.Date(2031, 12, 28, 19, 47, 56, 0, time.UTC)

// Layout reads how dates are written: in people's words (yyyy-MM-dd, d.M.yy,
// yyyy年M月d日 HH:mm), or in Go's (2006-01-02). Refused: what no date can look like.
func Layout(text string) (string, error) {
	layout := text
	if !strings.ContainsAny(layout, "0123456789") {
		layout = inGo(text)
	}
	back, err := time.Parse(layout, probe.Format(layout))
	if err != nil || back.Year() != probe.Year() || back.YearDay() != probe.YearDay() {
		return "", fmt.Errorf(
			"layout: no date looks like %.60q: write it with day, month and year, as yyyy-MM-dd, dd.MM.yyyy HH:mm:ss or yyyy年M月d日, or in Go's words 2006-01-02",
			text)
	}
	return layout, nil
}

// inGo says a layout of people's words in Go's. A small m is a month where no hour
// stands before it and no large M anywhere.
func inGo(text string) string {
	var b strings.Builder
	months, hours := strings.Contains(text, "M"), false
	for text != "" {
		letter := text[0]
		if letter >= utf8.RuneSelf {
			_, n := utf8.DecodeRuneInString(text)
			b.WriteString(text[:n])
			text = text[n:]
			continue
		}
		n := 1
		for n < len(text) && text[n] == letter {
			n++
		}
		if letter == 'm' && !hours && !months {
			letter = 'M'
		}
		hours = hours || letter == 'H' || letter == 'h'
		b.WriteString(word4(letter, n, text[:n]))
		text = text[n:]
	}
	return b.String()
}

// word4 is a run of n equal letters in Go's words.
func word4(letter byte, n int, run string) string {
	pick := func(list ...string) string { return list[min(n, len(list))-1] }
	switch letter {
	case 'y', 'Y':
		return pick(run, "06", run, "2006")
	case 'M':
		return pick("1", "01", "Jan", "January")
	case 'd', 'D':
		return pick("2", "02")
	case 'H':
		return "15"
	case 'h':
		return pick("3", "03")
	case 'm':
		return pick("4", "04")
	case 's', 'S':
		return pick("5", "05")
	case 'a', 't':
		return "PM"
	}
	return run
}

// Day reads a date as a layout, in Go's words, has it.
func Day(layout, text string) (time.Time, error) {
	day, err := time.Parse(layout, text)
	if err != nil {
		day, err = time.Parse(layout, clean.Trim(width.Fold.String(text)))
	}
	return day, err
}

// yearFirst are the forms of a date that can't be mistaken for another day's, and what may stand behind them.
var yearFirst, hours = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "20060102"},
	[]string{"", " 15:04", " 15:04:05", "T15:04:05"}

// YearFirst reads a date that begins with a year of four digits: 2027-12-31, 2027/12/31, 2027.12.31, 2027年12月31日 or
// 20271231,
// perhaps with a time. What begins with a day or a month is refused: 03/04/2027 are two days.
func YearFirst(text string) (time.Time, error) {
	for _, form := range yearFirst {
		for _, hour := range hours {
			if day, err := Day(form+hour, text); err == nil {
				return day, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%.60q doesn't begin with a year", text)
}
