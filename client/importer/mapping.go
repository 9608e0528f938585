// Package importer turns the lines of any CSV into awards of points.
//
// A mapping says which columns hold the member, the amount and the rest, at
// which rate an amount becomes points, and which lines count. Read makes the
// awards, in the order of the file, and names every line that it rejects with
// its number and the reason. Import feeds them to the ledger as a numbered
// source: stopped anywhere and started again, no line counts twice.
package importer

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/viper"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/name"
)

// Mapping says how the lines of a CSV become awards. It is read from YAML:
//
//	source: journey-2017        # name on the ledger; what was fed under it counts once
//	programme: DP
//	columns:
//	  member: household_id
//	  outlet: store_id           # optional, as are date and reference
//	  amount: sales_value
//	  date: transaction_timestamp
//	  reference: basket_id
//	prefix: {member: h, outlet: s, reference: b}
//	rate: "100"                  # points for one of the amount; decimal or 4/5
//	rounding: down               # down, half_even or up, once an award
//	merge: true                  # neighbouring lines of one member and reference are one award
//	where:                       # only lines that fulfil all of these
//	  - {column: sales_value, is: ">", value: "0"}
//	layout: "2006-01-02 15:04:05"   # of the date, in Go's words
//	expires: {on: 2027-12-31}    # or {days: 365}, counted from the date
//	shards: 8                    # lanes that work on it; part of the source for good
type Mapping struct {
	Source    string      `mapstructure:"source"`
	Programme string      `mapstructure:"programme"`
	Columns   Columns     `mapstructure:"columns"`
	Prefix    Columns     `mapstructure:"prefix"`
	Rate      string      `mapstructure:"rate"`
	Rounding  string      `mapstructure:"rounding"`
	Merge     bool        `mapstructure:"merge"`
	Where     []Condition `mapstructure:"where"`
	Layout    string      `mapstructure:"layout"`
	Expires   Expiry      `mapstructure:"expires"`
	Shards    int         `mapstructure:"shards"`

	rate     amount.Rate
	rounding amount.Rounding
	on       date.Date
}

// Columns names one column, or one prefix, for each part of an award.
type Columns struct {
	Member    string `mapstructure:"member"`
	Outlet    string `mapstructure:"outlet"`
	Amount    string `mapstructure:"amount"`
	Date      string `mapstructure:"date"`
	Reference string `mapstructure:"reference"`
}

// Condition is fulfilled by a line whose column compares so with the value: as
// numbers for < <= > >=, as texts for = and !=.
type Condition struct {
	Column string `mapstructure:"column"`
	Is     string `mapstructure:"is"`
	Value  string `mapstructure:"value"`

	number decimal.Decimal
}

// Expiry is a last day, or a number of days from the award's date.
type Expiry struct {
	On   string `mapstructure:"on"`
	Days int    `mapstructure:"days"`
}

var roundings = map[string]amount.Rounding{"down": amount.Down, "half_even": amount.HalfEven, "up": amount.Up}

// LoadMapping reads and checks a mapping file. Keys that mean nothing are refused.
func LoadMapping(path string) (*Mapping, error) {
	v := viper.New()
	v.SetConfigFile(path)
	v.SetConfigType("yaml")
	v.SetDefault("rounding", "down")
	v.SetDefault("shards", 8)
	v.SetDefault("layout", time.DateOnly)
	if err := v.ReadInConfig(); err != nil {
		return nil, fmt.Errorf("the mapping %s: %w", path, err)
	}
	var m Mapping
	if err := v.UnmarshalExact(&m, viper.DecodeHook(datesAsText)); err != nil {
		return nil, fmt.Errorf("the mapping %s: %w", path, err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("the mapping %s: %w", path, err)
	}
	return &m, nil
}

// datesAsText takes back what YAML makes of an unquoted 2027-12-31.
func datesAsText(from, to reflect.Type, value any) (any, error) {
	if moment, ok := value.(time.Time); ok && to.Kind() == reflect.String {
		return moment.Format(time.DateOnly), nil
	}
	return value, nil
}

func (m *Mapping) check() (err error) {
	for _, id := range [][2]string{{"source", m.Source}, {"programme", m.Programme}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if m.Columns.Member == "" || m.Columns.Amount == "" {
		return fmt.Errorf("columns: name at least member and amount")
	}
	if m.rate, err = amount.ParseRate(m.Rate); err != nil {
		return fmt.Errorf("rate: %w", err)
	}
	var ok bool
	if m.rounding, ok = roundings[m.Rounding]; !ok {
		return fmt.Errorf("rounding: want down, half_even or up")
	}
	if m.Merge && m.Columns.Reference == "" {
		return fmt.Errorf("merge: name the column of the reference by which lines belong together")
	}
	return m.checkRest()
}

func (m *Mapping) checkRest() (err error) {
	switch {
	case m.Expires.On != "" && m.Expires.Days != 0:
		return fmt.Errorf("expires: on or days, not both")
	case m.Expires.On != "":
		if m.on, err = date.Parse(m.Expires.On); err != nil {
			return fmt.Errorf("expires: %w", err)
		}
	case m.Expires.Days < 1 || m.Columns.Date == "":
		return fmt.Errorf("expires: give on, or days and the column of the date")
	}
	if m.Shards < 1 || m.Shards > 31 {
		return fmt.Errorf("shards: want 1 to 31")
	}
	for i := range m.Where {
		if err := m.Where[i].check(); err != nil {
			return fmt.Errorf("where: %w", err)
		}
	}
	return nil
}

func (c *Condition) check() (err error) {
	if c.Column == "" || !slices.Contains([]string{"<", "<=", ">", ">=", "=", "!="}, c.Is) {
		return fmt.Errorf("want a column and one of < <= > >= = !=")
	}
	if c.Is != "=" && c.Is != "!=" {
		if c.number, err = decimal.NewFromString(c.Value); err != nil {
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
	d, err := decimal.NewFromString(text)
	if err != nil || len(text) > 40 || d.Exponent() > 20 || d.Exponent() < -60 {
		return decimal.Decimal{}, fmt.Errorf("not a number")
	}
	return d, nil
}
