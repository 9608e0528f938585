package index

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
)

// Results is what became of a campaign: what its awards gave and cost whom, what was
// redeemed of it and where, and where else its members went.
//
//	left = budget − Σ funders' fen;  Σ funders' redeemed = Σ redeemed points
type Results struct {
	Height     uint64       `json:"height"` // blocks that it speaks of
	Campaign   string       `json:"campaign"`
	By         string       `json:"by"`
	State      string       `json:"state"`
	Programme  string       `json:"programme"` // "" if it gives a benefit
	Benefit    string       `json:"benefit"`
	Budget     amount.Units `json:"budget"` // fen
	Left       amount.Units `json:"left"`   // of the budget
	Awards     int          `json:"awards"`
	Members    int          `json:"members"` // who had any, persons, not names
	Points     amount.Units `json:"points"`  // given
	Given      int          `json:"given"`   // entitlements
	Used       int          `json:"used"`    // write-offs of them that stand
	Funders    []Bearing    `json:"funders"`
	Redeemed   []Redeemed   `json:"redeemed"` // by acceptor or provider
	Repurchase Repurchase   `json:"repurchase"`
}

// Bearing is what a campaign has cost one funder.
type Bearing struct {
	Party    string       `json:"party"`
	Parts    amount.Units `json:"parts"`
	Cap      amount.Units `json:"cap"`      // fen; 0: none but the budget
	Points   amount.Units `json:"points"`   // given
	Fen      amount.Units `json:"fen"`      // of budget and cap that its awards took
	Redeemed amount.Units `json:"redeemed"` // points
	// fen: of the points that were redeemed, half to even in all, or of the uses that were made
	Worth amount.Units `json:"worth"`
}

// Redeemed is what was spent at one party: of holds, what was captured and not refunded; of delivered parts of orders,
// what paid for what wasn't returned; of entitlements, each use that was written off and not reversed, and what a
// provider keeps of unused points.
type Redeemed struct {
	Party  string       `json:"party"`
	Times  int          `json:"times"`  // holds, parts of orders and write-offs
	Points amount.Units `json:"points"` // of whatever programmes
	// what they are worth, half to even by hold and programme; of a use its value; as repurchase, of an order its
	// price, cash included
	Fen amount.Units `json:"fen"`
}

// Repurchase is cross-enterprise repurchase (跨企业复购): what members did, after
// their first award, at other parties than the campaign's own. It is every hold of
// which something was captured and not refunded, every delivered part of an order
// of which something wasn't returned, and every write-off that stands, whatever
// points, cash or benefit it was of.
//
// After means on a later business date, or on that of the award in a later block: of
// a hold or an order, the date on which it was placed and the block of its last
// change.
type Repurchase struct {
	Members int          `json:"members"`
	Times   int          `json:"times"`
	Points  amount.Units `json:"points"`
	Fen     amount.Units `json:"fen"`
	At      []Elsewhere  `json:"at"`
}

// Elsewhere is the repurchase at one party. A member can be at several.
type Elsewhere struct {
	Redeemed
	Members int `json:"members"`
}

// CampaignResults sums up one campaign. NOT_FOUND.
func (r *Reading) CampaignResults(id string) (Results, error) {
	one, found, err := one(r, "entries", row.Campaign(id))
	if err != nil {
		return Results{}, err
	}
	if !found {
		return Results{}, fault.New(fault.NotFound, "there is no campaign %.64s", id)
	}
	c, err := r.counted(one)
	if err != nil {
		return Results{}, err
	}
	return c.results()
}

// since is when a member had its first award.
type since struct {
	date  int64
	block uint64
}

func (s since) before(date int64, block uint64) bool {
	return cmp.Or(cmp.Compare(s.date, date), cmp.Compare(s.block, block)) < 0
}

// count gathers a campaign's results.
type count struct {
	*Reading
	of       campaign.Campaign
	prices   map[string]points.Programme
	roots    map[string]string // of the names met so far
	first    map[string]since  // by root
	lots     map[string]bool   // keys of those that came of its awards
	rights   map[string]bool   // keys of the entitlements that it gave
	wallets  map[string]bool   // roots who may have spent of either
	awards   int
	points   amount.Units
	used     int
	bearings []Bearing
	redeemed map[string]*Redeemed
	spent    map[string]amount.Units // redeemed points, by funder
	other    map[string]*Elsewhere
	loyal    map[string]map[string]bool // members by party of repurchase; "" for all
}

// counted reads everything that has to do with a campaign.
func (r *Reading) counted(one campaign.Campaign) (*count, error) {
	c := &count{

		Reading: r, of: one, prices: map[string]points.Programme{}, roots: map[string]string{},
		first: map[string]since{}, lots: map[string]bool{}, rights: map[string]bool{},
		wallets: map[string]bool{}, redeemed: map[string]*Redeemed{}, spent: map[string]amount.Units{},
		other: map[string]*Elsewhere{}, loyal: map[string]map[string]bool{"": {}},
	}
	for _, read := range []func() error{c.readPrices, c.readAwards, c.readFunders, c.readLots, c.readRights} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	for _, wallet := range sortedKeys(c.wallets) {
		if err := c.readWallet(wallet); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// results makes the sums.
func (c *count) results() (Results, error) {
	t := c.of.Terms
	sum := Results{

		Height: c.height, Campaign: c.of.ID, By: c.of.By, State: c.of.State.String(), Programme: t.Gives.Programme,
		Benefit: t.Gives.Benefit, Budget: t.Budget, Left: t.Budget,
		Awards: c.awards, Members: len(c.first), Points: c.points, Given: len(c.rights), Used: c.used,
		Redeemed: []Redeemed{}, Repurchase: Repurchase{Members: len(c.loyal[""]), At: []Elsewhere{}},
	}
	price, err := c.priceOfAUse()
	if err != nil {
		return Results{}, err
	}
	shares, err := amount.Split(price, c.of.Parts())
	if err != nil {
		return Results{}, err
	}
	for i, b := range c.bearings {
		sum.Left -= b.Fen
		b.Redeemed, b.Worth = c.spent[b.Party], shares[i]*amount.Units(c.used)
		if t.Gives.Programme != "" {
			if b.Worth, err = c.prices[t.Gives.Programme].Value(b.Redeemed); err != nil {
				return Results{}, err
			}
		}
		sum.Funders = append(sum.Funders, b)
	}
	for _, party := range sortedKeys(c.redeemed) {
		sum.Redeemed = append(sum.Redeemed, *c.redeemed[party])
	}
	for _, party := range sortedKeys(c.other) {
		e := *c.other[party]
		e.Members = len(c.loyal[party])
		sum.Repurchase.Times += e.Times
		sum.Repurchase.Points += e.Points
		sum.Repurchase.Fen += e.Fen
		sum.Repurchase.At = append(sum.Repurchase.At, e)
	}
	return sum, nil
}

// priceOfAUse is what one use of the benefit that it gives costs, 0 of points.
func (c *count) priceOfAUse() (amount.Units, error) {
	if c.of.Terms.Gives.Benefit == "" {
		return 0, nil
	}
	model, _, err := one(c.Reading, "entries", row.Benefit(c.of.Terms.Gives.Benefit))
	return model.Price, err
}

// decoded visits the rows of a query that selects key, block, row.
func decoded[T any](r *Reading, visit func(key string, block uint64, v T) error, query string, args ...any) error {
	return r.rows(func(key string, block uint64, value []byte) error {
		v, err := row.Decode[T](value)
		if err != nil {
			return inIndex(err)
		}
		return visit(key, block, v)
	}, query, args...)
}
