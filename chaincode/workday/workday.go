// Package workday knows which days are working days (工作日): those on which parties are expected to act and banks to
// pay. Deadlines in business days are counted by it.
//
// The days are data (china.txt). They are part of the rules: a new year's come with a new version of the
// chaincode, as every rule does, so that all endorsers count alike. What a bank has beside them is for its customers'
// nodes to know: Parse reads a file of the same form.
package workday

import (
	"bufio"
	_ "embed" // the days of China
	"strings"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Calendar is where working days differ from Monday to Friday.
type Calendar struct {
	works map[date.Date]bool // of days that differ
	years map[int32]bool     // that have such days
}

//go:embed china.txt
var chinaText string

// China is the calendar of the rules.
var China = must(Parse(chinaText))

func must(c Calendar, err error) Calendar {
	if err != nil {
		panic(err) // our own file
	}
	return c
}

// maxDays is how many days a calendar can name.
const maxDays = 20_000

// Parse reads a calendar: lines of a day, or a first and a last with two dots between, and on or off; # begins a
// comment. BAD_REQUEST for anything else and for a day that stands twice, LIMIT for too many.
func Parse(text string) (Calendar, error) {
	c := Calendar{map[date.Date]bool{}, map[int32]bool{}}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := c.add(line); err != nil {
			return Calendar{}, fault.New(fault.CodeOf(err), "calendar, line %d: %s", n, textOf(err))
		}
	}
	if lines.Err() != nil {
		return Calendar{}, fault.New(fault.BadRequest, "calendar: a line is too long")
	}
	return c, nil
}

func textOf(err error) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	return text
}

func (c Calendar) add(line string) error {
	days, word, _ := strings.Cut(line, " ")
	first, last, several := strings.Cut(days, "..")
	if !several {
		last = first
	}
	word = strings.TrimSpace(word)
	from, err := date.Parse(first)
	if err != nil {
		return err
	}
	to, err := date.Parse(last)
	if err != nil {
		return err
	}
	if word != "on" && word != "off" || to < from {
		return fault.New(fault.BadRequest, "want DAY or DAY..DAY, and on or off")
	}
	for day := from; day <= to; day++ {
		if _, twice := c.works[day]; twice {
			return fault.New(fault.BadRequest, "%s stands twice", day)
		}
		if len(c.works) >= maxDays {
			return fault.New(fault.Limit, "want at most %d days", maxDays)
		}
		c.works[day] = word == "on"
		c.years[year(day)] = true
	}
	return nil
}

// With is the calendar with another's years in place of its own.
func (c Calendar) With(other Calendar) Calendar {
	both := Calendar{map[date.Date]bool{}, map[int32]bool{}}
	for day, works := range c.works {
		if !other.years[year(day)] {
			both.works[day], both.years[year(day)] = works, true
		}
	}
	for day, works := range other.works {
		both.works[day], both.years[year(day)] = works, true
	}
	return both
}

// Is says whether a day is a working day.
func (c Calendar) Is(day date.Date) bool {
	if works, known := c.works[day]; known {
		return works
	}
	return !weekend(day) && (c.years[year(day)] || !fixed(day))
}

// longest is more days than any holiday has, with what a calendar can name beside.
const longest = maxDays + 10

// Next is the first working day that is not before a day.
func (c Calendar) Next(day date.Date) date.Date {
	for range longest {
		if c.Is(day) {
			return day
		}
		day++
	}
	return day
}

// Last is the last working day that is not after a day.
func (c Calendar) Last(day date.Date) date.Date {
	for range longest {
		if c.Is(day) {
			return day
		}
		day--
	}
	return day
}

// After is the n-th working day after a day.
func (c Calendar) After(day date.Date, n int32) date.Date {
	for range n {
		day = c.Next(day + 1)
	}
	return day
}

// Before is the n-th working day before a day; of none, the day.
func (c Calendar) Before(day date.Date, n int32) date.Date {
	for range n {
		day = c.Last(day - 1)
	}
	return day
}

// Between counts the working days after one day and before another.
func (c Calendar) Between(after, before date.Date) (n int32) {
	for day := after + 1; day < before; day++ {
		if c.Is(day) {
			n++
		}
	}
	return n
}

// weekend says whether a day is a Saturday or a Sunday. Day 0, 1970-01-01, was a Thursday.
func weekend(day date.Date) bool { return (day+3)%7 >= 5 }

func year(day date.Date) int32 { return day.Month() / 12 }

// fixed says whether a day is a holiday of every year, by its date.
func fixed(day date.Date) bool {
	switch day.String()[len("2027-"):] {
	case "01-01", "05-01", "05-02", "10-01", "10-02", "10-03":
		return true
	}
	return false
}
