package importer

import (
	"strconv"
	"strings"

	"tallystick/chaincode/fault"
)

// Allowance is how many lines may be rejected or refused without failing: a number, or a part of all in per cent.
type Allowance struct {
	text    string
	lines   int
	percent float64
}

// ParseAllowance reads 20 or 1.5%.
func ParseAllowance(text string) (a Allowance, err error) {
	a.text = text
	if part, is := strings.CutSuffix(text, "%"); is {
		a.percent, err = strconv.ParseFloat(part, 64)
		if err != nil || !(a.percent >= 0 && a.percent <= 100) {
			return a, fault.New(fault.BadRequest, "%.20q: want a number of lines, or 0%% to 100%%", text)
		}
		return a, nil
	}
	if a.lines, err = strconv.Atoi(text); err != nil || a.lines < 0 {
		return a, fault.New(fault.BadRequest, "%.20q: want a number of lines, or 0%% to 100%%", text)
	}
	return a, nil
}

// String is the allowance as it was written, "" for none.
func (a Allowance) String() string { return a.text }

// Judge is REJECTED if more lines of some imports were rejected or refused than are allowed.
func (a Allowance) Judge(reports ...*Report) error {
	bad, all := 0, 0
	for _, r := range reports {
		bad, all = bad+len(r.Rejected), all+r.Lines
	}
	if bad == 0 || bad <= a.lines || float64(bad)*100 <= a.percent*float64(all) {
		return nil
	}
	return fault.New(fault.Rejected, "%d of %d lines were rejected or refused", bad, all)
}
