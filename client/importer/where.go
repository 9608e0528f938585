package importer

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// Condition is fulfilled by a line whose column compares so with the value: as
// numbers for < <= > >=, as texts for = and !=.
type Condition struct {
	Column string `mapstructure:"column"`
	Is     string `mapstructure:"is"`
	Value  string `mapstructure:"value"`

	number decimal.Decimal
}

func (c *Condition) check() (err error) {
	if c.Column == "" || !slices.Contains([]string{"<", "<=", ">", ">=", "=", "!="}, c.Is) {
		return fmt.Errorf("want a column and one of < <= > >= = !=")
	}
	if c.Is != "=" && c.Is != "!=" {
		if c.number, err = parseNumber(c.Value); err != nil {
			return fmt.Errorf("value of %s: want a number", c.Column)
		}
	}
	return nil
}

// fulfilled compares a field. An error means that the field should be a number
// and isn't.
func (c Condition) fulfilled(field string) (bool, error) {
	switch c.Is {
	case "=":
		return field == c.Value, nil
	case "!=":
		return field != c.Value, nil
	}
	number, err := parseNumber(field)
	if err != nil {
		return false, err
	}
	order := number.Cmp(c.number)
	return map[string]bool{"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[c.Is], nil
}

// parseNumber reads a decimal of sane size: an exponent in a file could ask
// for a gigantic one.
func parseNumber(text string) (decimal.Decimal, error) {
	if len(text) > 40 {
		return decimal.Decimal{}, fmt.Errorf("not a number")
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() > 20 || d.Exponent() < -60 {
		return decimal.Decimal{}, fmt.Errorf("not a number")
	}
	return d, nil
}
