package importer

import (
	"slices"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/number"
	"tallystick/chaincode/pedersen"
	"tallystick/client/vault"
)

// kind is one sort of thing that lines become. Each is one file, and a line of the
// table below: which columns it needs, which it may have, what it is fed with, and
// which commands a line becomes. Reading, conditions, prefixes, pseudonyms, merging,
// counting and feeding are shared; no other file asks which kind there is. What it
// counts has a name in Totals. TestEveryKindIsWhole says what a new one lacks.
type kind interface {
	// form says what a mapping of this kind may say.
	form() form
	// check checks the kind's own keys, and prepares them.
	check(m *Mapping) error
	// item is what a line becomes. An error is the reason to reject the line; it
	// names the column, never its value.
	item(m *Mapping, s Stores, l *line) (*Item, error)
}

var kinds = map[string]kind{
	"awards": awards{}, "members": members{}, "labels": labels{},
	"benefits": benefits{}, "entitlements": entitlements{}, "writeoffs": writeOffs{},
	"suppliers": suppliers{}, "goods": catalogue{}, "terms": terms{}, "stock": stock{}, "listings": listings{},
	"outlets":   outlets{},
	"campaigns": campaigns{},
}

// form is what a kind wants of a mapping.
type form struct {
	must, may []part   // that it names columns for
	keys      []string // besides those that every kind has
	// ordered kinds have one shard: their commands rewrite rows that a later line
	// may want too (a member, its labels, an entitlement), and two shards' batches
	// would meet there and lose their order. One shard is one command after the
	// other, some 2,400 a second, and its cursor is where all of them stand.
	ordered need
	// once says that a key counts once in the file; later lines were seen before.
	once bool
	// counted says that an item knows how many before it had its key.
	counted bool
	// unique says that a second line with a key is a mistake.
	unique bool
	// accounts says that a member gets an account of each of the mapping's channels,
	// and that its customer is asked for whatever the pseudonym.
	accounts bool
	// vault and index say that the lines' commands are made with the party's vault, with
	// the read model. Keyed pseudonyms need the vault in every kind.
	vault, index need
	// supply says that it is about goods, and who sells them where; other kinds are about members.
	supply bool
	// elsewhere says what importing under another source does; nil if nothing is to be
	// feared.
	elsewhere func(*Mapping) string
}

// need says whether a mapping of a kind needs something; nil for none that does.
type need func(*Mapping) bool

func (n need) of(m *Mapping) bool { return n != nil && n(m) }

func always(*Mapping) bool { return true }

// scaled is a kind that says how many points of a programme something is worth.
type scaled interface {
	programme(m *Mapping) string
	// scale checks the points in the mapping, now that the programme's digits are known.
	scale(m *Mapping) error
}

func (f form) has(p part) bool { return slices.Contains(f.must, p) || slices.Contains(f.may, p) }

// Item is what one line, or some merged ones, become.
type Item struct {
	Lines  []int   // their numbers in the file; the header is line 1
	Adds   Totals  // what it adds
	Drafts []Draft // of its commands, in the order of their positions

	keep   *vault.Terms    // that the vault must have before the ledger hears of the item
	key    string          // what makes two lines the same thing
	alike  command.Request // what all lines with the key must say; nil if they may differ
	nth    int             // items before it with the same key, if the kind counts them
	sum    decimal.Decimal
	finish func(*Item) error // once no line can join any more; nil if there is nothing left to do

	who      *who           // the member that it is about, if it is about one
	basket   basket         // that its lines are of
	spoiltBy int            // a line of the basket that was rejected; 0 for none
	takes    []vault.Wanted // accounts that its drafts need
	met      []meeting      // by draft: whether what it makes is there already
}

// meeting says, of a command that the ledger has refused, whether what it makes is there
// already, or why something else is there and what to do.
type meeting func(s Stores) (same bool, why string, err error)

// Draft makes the command of a position. An error stops the import.
//
// doomed is why the ledger will refuse the command, where this program knows
// better: the position is fed all the same, so that all positions after it stay
// where they are.
type Draft func(s Stores) (req command.Request, doomed string, err error)

// ready drafts a command that the line alone makes.
func ready(req command.Request) []Draft {
	return []Draft{func(Stores) (command.Request, string, error) { return req, "", nil }}
}

// Stores are what a line's commands are made with besides the line.
type Stores struct {
	Party string
	Vault Vault // nil if the mapping doesn't need it
	// Entitlements lists those of a benefit and member, by their numbers, ended
	// ones too; nil if the mapping doesn't need it.
	Entitlements func(benefit, member string) ([]Granted, error)
	// Shop answers for goods, benefits and campaigns; nil if the mapping doesn't need it.
	Shop Shop
	// Linked finds the member to whom an account of the party's is linked on the ledger,
	// "" for none; nil if the mapping doesn't need it.
	Linked func(channel string, commitment codec.Hash) (string, error)

	known known
}

// Shop is what an import asks of the read model about what parties offer.
type Shop interface {
	Benefit(id string) (benefit.Model, bool, error)
	Campaign(id string) (campaign.Campaign, bool, error)
	Supplier(id string) (goods.Supplier, bool, error)
	Terms(supplier, sku, seller string) (goods.Terms, bool, error)
	Listing(seller, supplier, sku string) (goods.Listing, bool, error)
	Free(supplier, sku, seller string) (amount.Units, error)
}

// Vault is what an import asks of the party's private store.
type Vault interface {
	Account(channel, customer string) (vault.Account, bool, error)
	Take(wanted ...vault.Wanted) ([]vault.Account, error)
	CodeSeed(source string, position uint64) code.Code
	PutTerms(list ...vault.Terms) error
	TermsOf(supplier, sku, seller string, commitment pedersen.Commitment) (vault.Terms, bool, error)
	TermsSalt(under string, t vault.Terms) (pedersen.Salt, error)
}

// Granted is an entitlement with its number.
type Granted struct {
	Number number.Row
	benefit.Entitlement
}
