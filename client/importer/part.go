package importer

import (
	"slices"
	"strings"

	"tallystick/client/importer/cell"
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
	partSupplier
	partSKU
	partGTIN
	partCategory
	partCategories
	partLabels
	partUnit
	partTax
	partDelivery
	partRegion
	partRegions
	partImages
	partFrom
	partOpen
	partSeller
	partValue
	partScene
	partStock
	partLicence
	partCampaign
	partCount
)

var partNames = [partCount]string{
	"member", "outlet", "amount", "date", "reference", "label", "until", "benefit", "en", "zh", "price", "uses", "days",
	"supplier", "sku", "gtin", "category", "categories", "labels", "unit", "tax", "delivery", "region", "regions",
	"images",
	"from", "open", "seller", "value", "scene", "stock", "licence", "campaign",
}

// partNamed is the part that a mapping calls so.
func partNamed(name string) (part, bool) {
	i := slices.Index(partNames[:], name)
	return part(i), i >= 0
}

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
var prefixed = []part{partMember, partOutlet, partReference, partLabel, partBenefit, partSupplier, partSKU,
	partCategory, partRegion, partCampaign}

// Parts has one column, one prefix, or one fixed text, for each part of a line.
type Parts struct {
	Member    string `mapstructure:"member"`    // customer id
	Outlet    string `mapstructure:"outlet"`    // where it was
	Amount    string `mapstructure:"amount"`    // what was paid, or how much
	Date      string `mapstructure:"date"`      // of the line, by the layout
	Reference string `mapstructure:"reference"` // of the purchase, such as a receipt's number
	Label     string `mapstructure:"label"`     // of benefits and campaigns PARTY:LABEL
	Until     string `mapstructure:"until"`     // last day
	Benefit   string `mapstructure:"benefit"`   // id of the benefit
	En        string `mapstructure:"en"`        // name in English
	Zh        string `mapstructure:"zh"`        // name in Chinese
	Price     string `mapstructure:"price"`     // decimal
	Uses      string `mapstructure:"uses"`      // how often it can be used
	Days      string `mapstructure:"days"`      // on which it can be used

	// Those that came later are left out of an import's fingerprint where they are empty.

	Supplier   string `mapstructure:"supplier" json:",omitempty"`   // id of the supplier
	SKU        string `mapstructure:"sku" json:",omitempty"`        // the supplier's id of the good
	GTIN       string `mapstructure:"gtin" json:",omitempty"`       // of the good
	Category   string `mapstructure:"category" json:",omitempty"`   // of the good
	Categories string `mapstructure:"categories" json:",omitempty"` // with ; between them, as all lists
	Labels     string `mapstructure:"labels" json:",omitempty"`     // of the good, with ; between them
	Unit       string `mapstructure:"unit" json:",omitempty"`       // of the good, such as piece
	Tax        string `mapstructure:"tax" json:",omitempty"`        // tax class
	Delivery   string `mapstructure:"delivery" json:",omitempty"`   // shipped, counter or virtual
	Region     string `mapstructure:"region" json:",omitempty"`     // whose prices an outlet sells at
	Regions    string `mapstructure:"regions" json:",omitempty"`    // where it is to be had, with ; between them
	Images     string `mapstructure:"images" json:",omitempty"`     // their SHA-256
	From       string `mapstructure:"from" json:",omitempty"`       // first day
	Open       string `mapstructure:"open" json:",omitempty"`       // yes or no
	Seller     string `mapstructure:"seller" json:",omitempty"`     // who sells
	Value      string `mapstructure:"value" json:",omitempty"`      // of terms, decimal
	// where it is sold, which selects the settlement model
	Scene    string `mapstructure:"scene" json:",omitempty"`
	Stock    string `mapstructure:"stock" json:",omitempty"`    // units
	Licence  string `mapstructure:"licence" json:",omitempty"`  // SHA-256
	Campaign string `mapstructure:"campaign" json:",omitempty"` // id of the campaign
}

// byPart is where each part's text is, by the part.
func (p *Parts) byPart() [partCount]*string {
	return [partCount]*string{&p.Member, &p.Outlet, &p.Amount, &p.Date, &p.Reference, &p.Label, &p.Until, &p.Benefit,
		&p.En, &p.Zh, &p.Price, &p.Uses, &p.Days,
		&p.Supplier, &p.SKU, &p.GTIN, &p.Category, &p.Categories, &p.Labels, &p.Unit, &p.Tax, &p.Delivery, &p.Region,
		&p.Regions, &p.Images,
		&p.From, &p.Open, &p.Seller, &p.Value, &p.Scene, &p.Stock, &p.Licence, &p.Campaign}
}

func (p Parts) list() (texts [partCount]string) {
	for i, text := range p.byPart() {
		texts[i] = *text
	}
	return texts
}

// filled is where a template's columns are in a file.
type filled struct {
	cell.Template
	at []int
}

// single says whether a template is one column and nothing else.
func (f *filled) single() bool { return len(f.at) == 1 && f.Texts[0] == "" && f.Texts[1] == "" }
