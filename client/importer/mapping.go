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
// The one invariant: file and mapping alone decide which positions there are and to which line each
// belongs, never the vault, the read model or the ledger. So a position means the same line in
// every run.
package importer

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
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
//	layout: dd.MM.yyyy          # of dates: dd.MM.yyyy HH:mm, MM/dd/yy; or in Go's words. Without it,
//	                            # 2027-12-31, 2027/12/31, 2027年12月31日 and 20271231 are all taken
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
// Money is in yuan, in files and in mappings, and points are as they are shown, with the
// digits of their programme. A file with other prices says what one of them is:
//
//	rate: "0.01"                # yuan for one of a price that is in fen
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
//	rate: "100"                 # points for one of the amount, as they are shown; decimal or 4/5
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
//	model: {scene: campaign, price: 1.00, days: 365, uses: 2, code: true}   # see Model
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
//	terms: commission           # a percentage of the price that the seller keeps;
//	                            # or supply, the price of a unit
//
// Of stock (columns supplier, sku, seller, stock), which is added to what there is:
//
//	lanes: 8                    # shared out among so many of the seller's lanes; 0: to the pool
//
// Of listings (columns supplier, sku, price, scene; perhaps labels, regions, from,
// until), each good once, under the terms that the vault has the value of:
//
//	spread: {least: 1.99, most: 49.99}   # for data without prices: some, made of whatever the column price says
//
// Of outlets, each once: columns outlet, en, zh; perhaps region, open.
//
// Of campaigns (columns campaign, en, zh, from, until; perhaps label, of those for
// whom it is), each campaign once:
//
//	campaign: {programme: GP, bonus: 100, funders: "G:60,D:40", budget: 5000, expires: 2027-12-31}   # see Joint
type Mapping struct {
	// what a line becomes: awards, members, labels, benefits, entitlements, writeoffs, campaigns, suppliers, goods,
	// terms, stock, listings or outlets; awards if it isn't said
	Kind string `mapstructure:"kind"`
	// name on the ledger; what was fed under it counts once
	Source string `mapstructure:"source"`
	// of each part a column, or a text with columns in braces
	Columns Parts `mapstructure:"columns"`
	// before the part, as ids of bare numbers want it
	Prefix Parts       `mapstructure:"prefix"`
	Where  []Condition `mapstructure:"where"` // only lines that fulfil all of these
	// of dates, such as dd.MM.yyyy HH:mm; without it those with the year in front are taken: 2027-12-31, 2027/12/31,
	// 2027年12月31日, 20271231
	Layout string `mapstructure:"layout"`
	// lanes that work on it; part of the source for good; 8, or 1 where order matters
	Shards int `mapstructure:"shards"`
	// who a customer is on the ledger: keyed, m-… by the vault's key, or plain, prefix.member and the id
	Pseudonym string `mapstructure:"pseudonym"`
	// whose customer ids these are; a member's first one
	Channels  []string `mapstructure:"channels"`
	Programme string   `mapstructure:"programme"` // whose points awards give
	// points for one of the amount; or yuan for one of a price, 1 if it isn't said: a decimal or 4/5
	Rate string `mapstructure:"rate"`
	// of awards: down (if it isn't said), half_even or up
	Rounding string `mapstructure:"rounding"`
	// neighbouring lines of one member and reference are one award
	Merge   bool   `mapstructure:"merge"`
	Expires Expiry `mapstructure:"expires"` // when awarded points end
	Model   Model  `mapstructure:"model"`   // of benefits: what they are alike in
	// entitlements and write-offs need one-time codes; true if it isn't said
	Codes bool `mapstructure:"codes"`
	Gift  bool `mapstructure:"gift"` // give what others pay points for
	// of write-offs: the source that the entitlements were imported under
	Entitlements string `mapstructure:"entitlements"`
	// parts that all lines have alike, instead of a column
	Fixed     Parts `mapstructure:"fixed" json:",omitzero"`
	Otherwise Parts `mapstructure:"otherwise" json:",omitzero"` // parts that a line leaves empty
	// parts of which an id is made: small letters, - for all else
	Slug []string `mapstructure:"slug" json:",omitzero"`
	Verb string   `mapstructure:"verb" json:",omitzero"` // of suppliers: apply or approve
	Fee  string   `mapstructure:"fee" json:",omitzero"`  // of supply value, when suppliers are approved
	// of terms: supply, the price of a unit, or commission, a percentage of the price that the seller keeps
	Terms string `mapstructure:"terms" json:",omitzero"`
	// of stock: shared out among so many of the seller's lanes; 0: to the pool
	Lanes uint8 `mapstructure:"lanes" json:",omitzero"`
	// of listings without prices: prices made of whatever the column says
	Spread   Spread `mapstructure:"spread" json:",omitzero"`
	Campaign Joint  `mapstructure:"campaign" json:",omitzero"` // of campaigns: what they are alike in
	// of the text, such as gb18030, utf-8, utf-16le or big5, where it isn't found out
	Encoding  string `mapstructure:"encoding" json:"-"`
	Separator string `mapstructure:"separator" json:"-"`       // between cells: , ; | or tab, where it isn't found out
	Decimal   string `mapstructure:"decimal" json:",omitzero"` // sign before decimals: . or ,
	// row of the column names, counted from 1, where it isn't found out
	Header int    `mapstructure:"header" json:"-"`
	Sheet  string `mapstructure:"sheet" json:"-"` // of a workbook, by name; the first if it isn't said
	// lines of customers who are no members: refuse (if it isn't said) or enrol; may change from run to run
	Unknown  string `mapstructure:"unknown" json:"-"`
	Receipts bool   `mapstructure:"receipts"` // a receipt earns once, whatever the source

	text     string // that it was read from
	kind     kind
	form     form
	rate     amount.Rate
	rounding amount.Rounding
	on       date.Date
	digits   uint8  // after the point of the programme's points
	counted  bool   // they are known
	layout   string // in Go's words

	yearFirst bool // no layout is said: dates with the year in front are all taken

	decimalSaid bool
}

// Expiry is a last day, or a number of days from the award's date.
type Expiry struct {
	On   string `mapstructure:"on"`   // the last day
	Days int    `mapstructure:"days"` // days, counted from the award's date
}

// Spread makes an amount of any text, the same whenever it is asked, evenly from
// the least to the most.
type Spread struct {
	Least string `mapstructure:"least"` // yuan
	Most  string `mapstructure:"most"`  // yuan

	least, most amount.Units // fen
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

// NeedsVault says whether the lines' commands are made with the party's vault:
// keyed pseudonyms, accounts and codes are.
func (m *Mapping) NeedsVault() bool {
	return m.form.has(partMember) && m.Pseudonym == keyed || m.form.vault.of(m)
}

// NeedsIndex says whether they are made with the read model: who has which entitlement,
// what there is of goods, benefits, campaigns and suppliers, who is a member.
func (m *Mapping) NeedsIndex() bool {
	return m.form.index.of(m) || m.Unknown == enrolling
}

// Supply says whether its kind is about goods, and who sells them where; the others are about members.
func (m *Mapping) Supply() bool { return m.form.supply }

// Text is what the mapping was read from.
func (m *Mapping) Text() string { return m.text }

// inOrder says whether there can be only one shard.
func (m *Mapping) inOrder() bool { return m.form.ordered.of(m) }

// says reports whether lines have a part, by a column or fixed.
func (m *Mapping) says(p part) bool { return m.Columns.list()[p] != "" || m.Fixed.list()[p] != "" }
