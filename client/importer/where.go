package importer

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"tallystick/client/bounds/workbook"
	"tallystick/client/clean"
	"tallystick/client/importer/cell"
)

// Condition is fulfilled by a line whose column compares so with the value: as
// numbers for < <= > >=, as texts or the same number for = and !=.
type Condition struct {
	Column string `mapstructure:"column"` // whose cells are compared
	Is     string `mapstructure:"is"`     // <, <=, >, >=, = or !=
	Value  string `mapstructure:"value"`  // with what: as numbers, if both are some

	number decimal.Decimal
	plain  bool // the value is a number as one writes it, so that 0.00 is the same as 0
}

func (c *Condition) check() (err error) {
	if c.Column == "" || !slices.Contains([]string{"<", "<=", ">", ">=", "=", "!="}, c.Is) {
		return fmt.Errorf("want a column and one of < <= > >= = !=")
	}
	if c.Is != "=" && c.Is != "!=" {
		if c.number, _, err = cell.Number(c.Value, false); err != nil {
			return fmt.Errorf("value of %s: want a number", c.Column)
		}
	}
	if n, err := decimal.NewFromString(c.Value); err == nil && n.String() == c.Value {
		c.number, c.plain = n, true
	}
	return nil
}

// isNumber says whether a field is the condition's number, written otherwise; 007 isn't.
func (c Condition) isNumber(field string, comma bool) bool {
	if !c.plain || len(field) > 1 && field[0] == '0' && field[1] >= '0' && field[1] <= '9' {
		return false
	}
	number, _, err := cell.Number(field, comma)
	return err == nil && number.Equal(c.number)
}

// fulfilled compares a cell. An error means that it should be a number and isn't. A
// cell that shows 0.00 is equal to 0, and so is one that shows 0.
func (c Condition) fulfilled(field workbook.Cell, comma bool) (bool, error) {
	text, value := clean.Trim(field.Text), clean.Trim(field.Text)
	if field.Number != "" {
		value = field.Number
	}
	switch c.Is {
	case "=":
		return text == c.Value || c.isNumber(value, comma && field.Number == ""), nil
	case "!=":
		return text != c.Value && !c.isNumber(value, comma && field.Number == ""), nil
	}
	number, _, err := cell.Number(value, comma && field.Number == "")
	if err != nil {
		return false, err
	}
	switch order := number.Cmp(c.number); c.Is {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}
