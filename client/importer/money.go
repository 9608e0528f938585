package importer

import (
	"fmt"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/client/figure"
)

// Money in a mapping is in yuan, and points are as they are shown: of a programme with two
// digits, 12.50 are 1,250 of the ledger's units. Files and mappings alone don't say how
// many digits that are; until SetDigits does, what is written stands for itself.

var roundings = map[string]amount.Rounding{"down": amount.Down, "half_even": amount.HalfEven, "up": amount.Up}

// PointsOf is the programme whose points a mapping counts, "" for none.
func (m *Mapping) PointsOf() string {
	if k, is := m.kind.(scaled); is {
		return k.programme(m)
	}
	return ""
}

// SetDigits says how many digits the points of the mapping's programme have after the
// point. BAD_REQUEST for points in the mapping that have more; LIMIT.
func (m *Mapping) SetDigits(digits uint8) error {
	m.digits, m.counted = digits, true
	if k, is := m.kind.(scaled); is {
		return k.scale(m)
	}
	return nil
}

// Digits is what SetDigits said.
func (m *Mapping) Digits() uint8 { return m.digits }

// points reads points of the mapping's programme.
func (m *Mapping) points(d figure.Decimal) (amount.Units, error) {
	if !m.counted {
		return d.Least()
	}
	return d.Units(m.digits)
}

// checkRate reads the rate at which a column's number becomes points.
func (m *Mapping) checkRate() (err error) {
	if m.Rate == "" {
		return fmt.Errorf("rate: say how many points one of the amount earns, such as 100 or 4/5")
	}
	if m.rate, err = amount.ParseRate(m.Rate); err != nil {
		return fmt.Errorf("rate: %w", err)
	}
	var ok bool
	if m.rounding, ok = roundings[m.Rounding]; !ok {
		return fmt.Errorf("rounding: want down, half_even or up")
	}
	return nil
}

// checkPriceRate reads the rate at which a column's number becomes yuan, and makes it one
// of units of which 10^digits make a yuan.
func (m *Mapping) checkPriceRate(digits uint8) (err error) {
	if m.Rate == "" {
		m.Rate = "1"
	}
	if err = m.checkRate(); err != nil {
		return err
	}
	if m.rate, err = figure.Between(m.rate, 0, digits); err != nil {
		return fmt.Errorf("rate: %w", err)
	}
	return nil
}

// checkPrices reads the rate of a column of prices, if there is one.
func (m *Mapping) checkPrices(there bool) error {
	if there {
		return m.checkPriceRate(yuanDigits)
	}
	if m.Rate != "" {
		return fmt.Errorf("rate: means nothing without a column of prices")
	}
	return nil
}

// yuanDigits is how many digits of yuan stand after the point.
const yuanDigits = 2

// yuan reads money of a mapping, "" for none, and leaves it written in the one way to
// write it.
func yuan(key string, text *string) (amount.Units, error) {
	return written(key, text, fen)
}

// fen reads money in yuan.
func fen(d figure.Decimal) (amount.Units, error) { return d.Units(yuanDigits) }

// written reads a number of a mapping, "" for none.
func written(key string, text *string, units func(figure.Decimal) (amount.Units, error)) (amount.Units, error) {
	if *text == "" {
		return 0, nil
	}
	d, err := figure.Parse(strings.TrimSpace(*text))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", key, err)
	}
	n, err := units(d)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", key, err)
	}
	*text = d.Form()
	return n, nil
}
