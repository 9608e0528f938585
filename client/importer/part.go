package importer

import (
	"fmt"
	"strings"
)

// part is one thing that a line says.
type part int

// The parts, in the order of Parts.
const (
	partMember part = iota
	partOutlet
	partAmount
	partDate
	partReference
	partLabel
	partUntil
	partBenefit
	partEn
	partZh
	partPrice
	partUses
	partDays
	partCampaign
	partFrom
	partCount
)

var partNames = [partCount]string{"member", "outlet", "amount", "date", "reference", "label", "until", "benefit", "en", "zh", "price", "uses", "days", "campaign", "from"}

// String is the key of the part in a mapping.
func (p part) String() string { return partNames[p] }

func nameAll(parts []part) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}

// prefixed are the parts that may have a prefix: ids.
var prefixed = []part{partMember, partOutlet, partReference, partLabel, partBenefit, partCampaign}

// Parts has one column, or one prefix, for each part of a line.
type Parts struct {
	Member    string `mapstructure:"member"` // customer id
	Outlet    string `mapstructure:"outlet"`
	Amount    string `mapstructure:"amount"`
	Date      string `mapstructure:"date"`
	Reference string `mapstructure:"reference"`
	Label     string `mapstructure:"label"` // of benefits and campaigns PARTY:LABEL
	Until     string `mapstructure:"until"` // last day
	Benefit   string `mapstructure:"benefit"`
	En        string `mapstructure:"en"`
	Zh        string `mapstructure:"zh"`
	Price     string `mapstructure:"price"` // decimal
	Uses      string `mapstructure:"uses"`
	Days      string `mapstructure:"days"`
	Campaign  string `mapstructure:"campaign" json:",omitempty"` // omitted: a mapping without it keeps its fingerprint
	From      string `mapstructure:"from" json:",omitempty"`     // first day
}

func (p Parts) list() [partCount]string {
	return [partCount]string{p.Member, p.Outlet, p.Amount, p.Date, p.Reference, p.Label, p.Until, p.Benefit, p.En, p.Zh, p.Price, p.Uses, p.Days, p.Campaign, p.From}
}

// template is a text with columns in it: texts[0] columns[0] texts[1] columns[1] …
type template struct {
	texts   []string // one more than columns
	columns []string
}

// parseTemplate reads "basket_id", which is a column, or "{basket_id}-{store_id}".
func parseTemplate(text string) (template, error) {
	if !strings.ContainsAny(text, "{}") {
		return template{texts: []string{"", ""}, columns: []string{text}}, nil
	}
	t := template{}
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			break
		}
		t.texts = append(t.texts, before)
		if !found && len(t.columns) > 0 {
			return t, nil
		}
		column, next, closed := strings.Cut(after, "}")
		if !closed || column == "" || strings.Contains(column, "{") {
			break
		}
		t.columns, rest = append(t.columns, column), next
	}
	return template{}, fmt.Errorf("want a column, or a text with columns in braces")
}

// String names the columns, for people.
func (t template) String() string {
	if len(t.columns) == 1 {
		return "column " + t.columns[0]
	}
	return "columns " + strings.Join(t.columns, ", ")
}

// filled is where a template's columns are in a file.
type filled struct {
	template
	at []int
}

// of is the text for one line's fields, and "" if one of its columns is empty.
func (f filled) of(fields []string) string {
	if len(f.at) == 1 && f.texts[0] == "" && f.texts[1] == "" {
		return strings.Clone(strings.TrimSpace(fields[f.at[0]]))
	}
	var b strings.Builder
	b.WriteString(f.texts[0])
	for i, at := range f.at {
		field := strings.TrimSpace(fields[at])
		if field == "" {
			return ""
		}
		b.WriteString(field + f.texts[i+1])
	}
	return b.String()
}
