// Package importer turns the lines of any CSV or workbook into commands: awards of
// points, members with their accounts, labels, benefits, entitlements, write-offs,
// campaigns; suppliers, goods, terms, stock, listings, outlets.
//
// A mapping says which kind of thing a line becomes, which columns hold its
// parts, and which lines count. Read makes the items, in the order of the file,
// and names every line that it rejects with its number and the reason. A Job
// feeds their commands to the ledger as a numbered source: stopped anywhere and
// started again, no line counts twice.
//
//	line ──where──▶ item ──merge, once──▶ commands ──▶ positions 0, 1, 2 … of the source
//
// The one invariant: which positions there are and which line each is of, file
// and mapping alone decide, never the vault, the read model or the ledger. So a
// position means the same line in every run.
package importer

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/viper"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/client/bounds"
	"tallystick/client/importer/cell"
	"tallystick/client/importer/table"
	"tallystick/network/settings"
)

// Mapping says what the lines of a CSV become. It is read from YAML. Keys, columns
// and prefixes that mean nothing for the kind are refused.
//
//	kind: awards                # or members, labels, benefits, entitlements, writeoffs, campaigns,
//	                            # suppliers, goods, terms, stock, listings, outlets
//	source: journey-2017        # name on the ledger; what was fed under it counts once
//	columns:                    # of each part: a column, or a text with columns in braces
//	  member: household_id
//	  reference: "{basket_id}-{store_id}"
//	prefix: {reference: b}      # before the part, as ids of bare numbers want it
//	where:                      # only lines that fulfil all of these
//	  - {column: sales_value, is: ">", value: "0"}
//	fixed: {unit: piece}        # of parts that all lines have alike, instead of a column
//	otherwise: {category: other} # of parts that a line leaves empty
//	slug: [category]            # parts of which an id is made: small letters, - for all else
//	layout: yyyy-MM-dd          # of dates: yyyy/M/d, dd.MM.yyyy HH:mm, yyyy年M月d日; or in Go's words
//	shards: 8                   # lanes that work on it; part of the source for good
//
// How the file is written is found out where it can't be mistaken, and said. It can be
// said here:
//
//	encoding: gb18030           # or utf-8, utf-16le, big5 …
//	separator: ";"              # or ",", tab, |
//	decimal: ","                # of numbers: 1.234,50; without it, 1,234.50
//	header: 3                   # line or row with the names of the columns
//	sheet: 十一月               # of a workbook
//
// A cell of a workbook is read as the spreadsheet shows it. Numbers may have a sign of
// yuan, separators of thousands and wide digits.
//
// Who a customer is on the ledger, every kind that has members is told alike:
//
//	pseudonym: keyed            # m-… by the vault's key; or plain, prefix.member and the id
//	channels: [app]             # whose customer ids these are; a member's first one
//	unknown: refuse             # lines of customers who are no members; or enrol them first
//
// Of awards (programme; columns member, amount; perhaps outlet, date, reference):
//
//	programme: DP
//	rate: "100"                 # points for one of the amount; decimal or 4/5
//	rounding: down              # down, half_even or up, once an award
//	merge: true                 # neighbouring lines of one member and reference are one award
//	expires: {on: 2027-12-31}   # or {days: 365}, counted from the date
//	receipts: true              # a reference earns once in the programme, whatever file has it;
//	                            # false if it is no receipt, but says what the points are for
//
// Of members (column member), each customer once however many lines he has:
//
//	channels: [app, card]       # he gets an account of each
//
// Of labels: columns member, label; perhaps until, the last day.
//
// Of benefits (columns benefit, en, zh; perhaps label, of those for whom it is,
// price, uses, days, until), each benefit once:
//
//	model: {scene: campaign, price: 100, days: 365, uses: 2, code: true}   # see Model
//	rate: "100"                 # fen for one of the column price
//
// Of entitlements (columns benefit, member; perhaps reference), each pair once:
//
//	codes: true                 # their write-offs need codes, which the vault can make again
//	gift: false                 # give what others pay points for
//
// Of write-offs (columns benefit, member; perhaps outlet, reference):
//
//	codes: true
//	entitlements: journey-coupons   # the source that the entitlements were imported under
//
// Of suppliers, each once. They apply (columns supplier, en, zh, licence; perhaps
// categories), or the operator approves them (columns supplier; perhaps categories):
//
//	verb: apply                 # or approve
//	fee: 1/100                  # of supply value, when they are approved
//
// Of goods, each once (columns supplier, sku, en, zh, category, unit, tax, delivery;
// perhaps gtin, labels, regions, images, from, until, open). With stock, the good's
// stock at the seller (the party itself, if it has no column) is filled up or withdrawn
// to so many free; with price, the party lists its own good in its own storefront at
// that price, with the scene.
//
// Of terms (columns supplier, sku, seller, value; perhaps until). The vault keeps the
// value and the salt before the ledger hears of the commitment:
//
//	terms: commission           # a percentage of the price that the seller keeps, at rate 100;
//	                            # or supply, the price of a unit, at rate 1000000 for yuan
//
// Of stock (columns supplier, sku, seller, stock), which is added to what there is:
//
//	lanes: 8                    # shared out among so many of the seller's lanes; 0: to the pool
//
// Of listings (columns supplier, sku, price, scene; perhaps labels, regions, from,
// until), each good once, under the terms that the vault has the value of:
//
//	rate: 100                   # fen for one of the column price; or, for data without prices,
//	spread: {least: 199, most: 4999}   # fen made of whatever the column price says
//
// Of outlets, each once: columns outlet, en, zh; perhaps region, open.
//
// Of campaigns (columns campaign, en, zh, from, until; perhaps label, of those for
// whom it is), each campaign once:
//
//	campaign: {programme: GP, bonus: 100, funders: "G:60,D:40", budget: 500000, expires: 2027-12-31}   # see Joint
type Mapping struct {
	Kind         string      `mapstructure:"kind"`                       // what a line becomes: awards, members, labels, benefits, entitlements, writeoffs, campaigns, suppliers, goods, terms, stock, listings or outlets; awards if it isn't said
	Source       string      `mapstructure:"source"`                     // name on the ledger; what was fed under it counts once
	Columns      Parts       `mapstructure:"columns"`                    // of each part a column, or a text with columns in braces
	Prefix       Parts       `mapstructure:"prefix"`                     // before the part, as ids of bare numbers want it
	Where        []Condition `mapstructure:"where"`                      // only lines that fulfil all of these
	Layout       string      `mapstructure:"layout"`                     // of dates, such as yyyy-MM-dd (which it is if it isn't said) or dd.MM.yyyy HH:mm
	Shards       int         `mapstructure:"shards"`                     // lanes that work on it; part of the source for good; 8, or 1 where order matters
	Pseudonym    string      `mapstructure:"pseudonym"`                  // who a customer is on the ledger: keyed, m-… by the vault's key, or plain, prefix.member and the id
	Channels     []string    `mapstructure:"channels"`                   // whose customer ids these are; a member's first one
	Programme    string      `mapstructure:"programme"`                  // whose points awards give
	Rate         string      `mapstructure:"rate"`                       // points for one of the amount, or fen for one of a price: a decimal or 4/5
	Rounding     string      `mapstructure:"rounding"`                   // of awards: down (if it isn't said), half_even or up
	Merge        bool        `mapstructure:"merge"`                      // neighbouring lines of one member and reference are one award
	Expires      Expiry      `mapstructure:"expires"`                    // when awarded points end
	Model        Model       `mapstructure:"model"`                      // of benefits: what they are alike in
	Codes        bool        `mapstructure:"codes"`                      // entitlements and write-offs need one-time codes; true if it isn't said
	Gift         bool        `mapstructure:"gift"`                       // give what others pay points for
	Entitlements string      `mapstructure:"entitlements"`               // of write-offs: the source that the entitlements were imported under
	Fixed        Parts       `mapstructure:"fixed" json:",omitzero"`     // parts that all lines have alike, instead of a column
	Otherwise    Parts       `mapstructure:"otherwise" json:",omitzero"` // parts that a line leaves empty
	Slug         []string    `mapstructure:"slug" json:",omitzero"`      // parts of which an id is made: small letters, - for all else
	Verb         string      `mapstructure:"verb" json:",omitzero"`      // of suppliers: apply or approve
	Fee          string      `mapstructure:"fee" json:",omitzero"`       // of supply value, when suppliers are approved
	Terms        string      `mapstructure:"terms" json:",omitzero"`     // of terms: supply, the price of a unit, or commission, a percentage of the price that the seller keeps
	Lanes        uint8       `mapstructure:"lanes" json:",omitzero"`     // of stock: shared out among so many of the seller's lanes; 0: to the pool
	Spread       Spread      `mapstructure:"spread" json:",omitzero"`    // of listings without prices: prices made of whatever the column says
	Campaign     Joint       `mapstructure:"campaign" json:",omitzero"`  // as Parts.Campaign
	Encoding     string      `mapstructure:"encoding" json:"-"`          // how the file is written is no part of what it says
	Separator    string      `mapstructure:"separator" json:"-"`         // between cells, where it isn't found out
	Decimal      string      `mapstructure:"decimal" json:",omitzero"`   // sign before decimals: . or ,
	Header       int         `mapstructure:"header" json:"-"`            // row of the column names, counted from 1, where it isn't found out
	Sheet        string      `mapstructure:"sheet" json:"-"`             // of a workbook, by name; the first if it isn't said
	Unknown      string      `mapstructure:"unknown" json:"-"`           // may change, so that refused lines can be done
	Receipts     bool        `mapstructure:"receipts"`                   // a receipt earns once, whatever the source

	kind     kind
	form     form
	rate     amount.Rate
	rounding amount.Rounding
	on       date.Date
	layout   string // in Go's words
}

// Expiry is a last day, or a number of days from the award's date.
type Expiry struct {
	On   string `mapstructure:"on"`   // the last day
	Days int    `mapstructure:"days"` // days, counted from the award's date
}

// Spread makes an amount of any text, the same whenever it is asked, evenly from
// the least to the most.
type Spread struct {
	Least int64 `mapstructure:"least"` // fen
	Most  int64 `mapstructure:"most"`  // fen
}

// What a mapping says where it says nothing.
const (
	defaultKind   = "awards"
	defaultShards = 8
)

// The two pseudonyms.
const (
	keyed = "keyed"
	plain = "plain"
)

var roundings = map[string]amount.Rounding{"down": amount.Down, "half_even": amount.HalfEven, "up": amount.Up}

// LoadMapping reads and checks a mapping file. Keys that mean nothing are refused.
func LoadMapping(path string) (*Mapping, error) {
	m, err := loadMapping(path)
	if err != nil {
		return nil, fmt.Errorf("the mapping %s: %w", path, err)
	}
	return m, nil
}

func loadMapping(path string) (*Mapping, error) {
	text, err := bounds.YAML(path)
	if err != nil {
		return nil, err
	}
	if err := settings.Check(path, text, reflect.TypeFor[Mapping]()); err != nil {
		return nil, err
	}
	v := viper.New()
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(text)); err != nil {
		return nil, err
	}
	var m Mapping
	if err := v.UnmarshalExact(&m, viper.DecodeHook(datesAsText)); err != nil {
		return nil, err
	}
	given := slices.Sorted(maps.Keys(v.AllSettings()))
	m.complete(given)
	return &m, m.check(given)
}

// datesAsText takes back what YAML makes of an unquoted 2027-12-31.
func datesAsText(from, to reflect.Type, value any) (any, error) {
	if moment, ok := value.(time.Time); ok && to.Kind() == reflect.String {
		return moment.Format(time.DateOnly), nil
	}
	return value, nil
}

// complete says what the file leaves unsaid.
func (m *Mapping) complete(given []string) {
	says := func(key string) bool { return slices.Contains(given, key) }
	if !says("kind") {
		m.Kind = defaultKind
	}
	m.kind = kinds[m.Kind]
	if m.kind != nil {
		m.form = m.kind.form()
	}
	if !says("shards") {
		if m.Shards = defaultShards; m.inOrder() {
			m.Shards = 1
		}
	}
	if !says("layout") {
		m.Layout = time.DateOnly
	}
	if !says("receipts") {
		m.Receipts = true
	}
	if !says("unknown") {
		m.Unknown = refusing
	}
	if !says("decimal") {
		m.Decimal = "."
	}
	if !says("rounding") {
		m.Rounding = "down"
	}
	if !says("codes") {
		m.Codes = true
	}
	if !says("pseudonym") {
		m.Pseudonym = keyed
		if m.Prefix.Member != "" {
			m.Pseudonym = plain
		}
	}
}

func (m *Mapping) check(given []string) error {
	if m.kind == nil {
		return fmt.Errorf("kind: want one of %s", strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
	}
	if err := name.CheckID("source", m.Source); err != nil {
		return err
	}
	if err := m.checkKeys(given); err != nil {
		return err
	}
	if err := m.checkParts(); err != nil {
		return err
	}
	if err := m.checkMember(); err != nil {
		return err
	}
	if err := m.checkFile(); err != nil {
		return err
	}
	if m.Shards < 1 || m.Shards > 31 {
		return fmt.Errorf("shards: want 1 to 31")
	}
	if m.inOrder() && m.Shards > 1 {
		return fmt.Errorf("shards: want 1, as commands of %s must keep their order", m.Kind)
	}
	for i := range m.Where {
		if err := m.Where[i].check(); err != nil {
			return fmt.Errorf("where: %w", err)
		}
	}
	return m.kind.check(m)
}

// shared are the keys of every kind.
var shared = []string{"kind", "source", "columns", "prefix", "where", "layout", "shards", "fixed", "otherwise", "slug", "encoding", "separator", "decimal", "header", "sheet"}

func (m *Mapping) checkKeys(given []string) error {
	for _, key := range given {
		known := slices.Contains(shared, key) || slices.Contains(m.form.keys, key)
		known = known || m.form.has(partMember) && (key == "pseudonym" || key == "channels")
		if !known {
			return fmt.Errorf("%s: means nothing for %s", key, m.Kind)
		}
	}
	if slices.Contains(given, "layout") && m.Columns.Date == "" && m.Columns.Until == "" && m.Columns.From == "" {
		return fmt.Errorf("layout: means nothing without a column of dates")
	}
	if slices.Contains(given, "rounding") && m.Rate == "" {
		return fmt.Errorf("rounding: means nothing without a rate")
	}
	return nil
}

// checkFile checks what is said of how the file is written.
func (m *Mapping) checkFile() (err error) {
	if m.layout, err = cell.Layout(m.Layout); err != nil {
		return err
	}
	if m.Encoding != "" {
		if err := table.CheckEncoding(m.Encoding); err != nil {
			return err
		}
	}
	if m.Separator == "\t" {
		m.Separator = "tab"
	}
	switch _, known := table.Separators[m.Separator]; {
	case m.Separator != "" && !known:
		return fmt.Errorf("separator: want %s", strings.Join(slices.Sorted(maps.Keys(table.Separators)), "  "))
	case m.Decimal != "." && m.Decimal != ",":
		return fmt.Errorf("decimal: want . or ,")
	case m.Header < 0 || m.Header > maxHeader:
		return fmt.Errorf("header: want the number of its line, 1 to %d", maxHeader)
	case m.Unknown != refusing && m.Unknown != enrolling:
		return fmt.Errorf("unknown: want refuse or enrol")
	case m.Unknown == enrolling && m.Pseudonym == plain:
		return fmt.Errorf("unknown: only customers with keyed pseudonyms can be enrolled")
	}
	return nil
}

// maxHeader is the last line on which a header may be.
const maxHeader = 1000

func (m *Mapping) checkParts() error {
	columns, prefixes, fixed := m.Columns.list(), m.Prefix.list(), m.Fixed.list()
	for p, column := range columns {
		p := part(p)
		switch {
		case column == "" && fixed[p] == "" && slices.Contains(m.form.must, p):
			return fmt.Errorf("columns: %s want at least %s", m.Kind, nameAll(m.form.must))
		case fixed[p] != "" && (column != "" || !m.form.has(p)):
			return fmt.Errorf("fixed: %s has a column, or means nothing for %s", p, m.Kind)
		case column != "" && !m.form.has(p):
			return fmt.Errorf("columns: %s means nothing for %s", p, m.Kind)
		case prefixes[p] != "" && (column == "" || !slices.Contains(prefixed, p)):
			return fmt.Errorf("prefix: %s has no column, or can't have a prefix", p)
		}
		if _, err := cell.ParseTemplate(column); err != nil {
			return fmt.Errorf("columns: %s: %w", p, err)
		}
	}
	for p, text := range m.Otherwise.list() {
		if text != "" && columns[p] == "" {
			return fmt.Errorf("otherwise: %s has no column", part(p))
		}
	}
	for _, name := range m.Slug {
		if p, known := partNamed(name); !known || columns[p] == "" || !slices.Contains(prefixed, p) {
			return fmt.Errorf("slug: %s has no column, or is no id", name)
		}
	}
	return nil
}

// checkMember checks how a customer becomes a pseudonym.
func (m *Mapping) checkMember() error {
	if !m.form.has(partMember) {
		return nil
	}
	if m.Pseudonym != keyed && m.Pseudonym != plain {
		return fmt.Errorf("pseudonym: want keyed or plain")
	}
	if m.Pseudonym == keyed && m.Prefix.Member != "" {
		return fmt.Errorf("prefix: a keyed pseudonym has none for member")
	}
	least, most := 0, 0
	switch {
	case m.Kind == "members":
		least, most = 1, member.MaxAccounts
	case m.Pseudonym == keyed:
		least, most = 1, 1
	}
	if n := len(m.Channels); n < least || n > most {
		return fmt.Errorf("channels: want %d to %d; a keyed pseudonym is made of the first one's customer id", least, most)
	}
	for i, channel := range m.Channels {
		if err := name.CheckID("channel", channel); err != nil {
			return err
		}
		if slices.Contains(m.Channels[:i], channel) {
			return fmt.Errorf("channels: %s is there twice", channel)
		}
	}
	return nil
}

// checkRate reads the rate at which a column's number becomes units.
func (m *Mapping) checkRate() (err error) {
	if m.rate, err = amount.ParseRate(m.Rate); err != nil {
		return fmt.Errorf("rate: %w", err)
	}
	var ok bool
	if m.rounding, ok = roundings[m.Rounding]; !ok {
		return fmt.Errorf("rounding: want down, half_even or up")
	}
	return nil
}

// NeedsVault says whether the lines' commands are made with the party's vault:
// keyed pseudonyms, accounts and codes are.
func (m *Mapping) NeedsVault() bool {
	return m.form.has(partMember) && m.Pseudonym == keyed || m.Kind == "members" || m.form.takes("codes") && m.Codes ||
		m.Kind == "terms" || m.Kind == "listings"
}

// NeedsIndex says whether they are made with the read model: who has which entitlement,
// what there is of goods, who is a member.
func (m *Mapping) NeedsIndex() bool {
	goods := m.Kind == "listings" || m.Kind == "goods" && (m.says(partStock) || m.says(partPrice))
	return goods || m.Kind == "writeoffs" || m.Kind == "members" || m.Unknown == enrolling
}

// inOrder says whether there can be only one shard: a good is there before what is
// said of it.
func (m *Mapping) inOrder() bool {
	return m.form.ordered || m.Kind == "goods" && (m.says(partStock) || m.says(partPrice))
}

// says reports whether lines have a part, by a column or fixed.
func (m *Mapping) says(p part) bool { return m.Columns.list()[p] != "" || m.Fixed.list()[p] != "" }
