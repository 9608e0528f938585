package settlement

import (
	"cmp"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/workday"
)

// MaxCycleID is how long a cycle's id may be: banks carry it, with a payment's number and the ledger's mark, in 35
// characters.
const MaxCycleID = 18

// State is where a closed cycle stands.
type State uint8

// The states of a cycle. An open one has no row of its own yet.
const (
	Cut State = 1 + iota // fenced: nothing is added any more
	// its pairs stand; statements are signed and lines disputed (domain: COMPUTED, CONFIRMING)
	Computed
	Final       // netted: who pays whom is known
	Instructed  // every payment was handed to a bank
	PartSettled // some payments came in whole
	Settled
	Failed // banks refused every payment
)

var states = name.Words{"OPEN", "CUT_OFF", "COMPUTED", "FINAL", "INSTRUCTED", "PART_SETTLED", "SETTLED", "FAILED"}

// MarshalJSON writes the state's name.
func (s State) MarshalJSON() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *State) UnmarshalJSON(data []byte) error {
	i, err := states.Unmarshal(data)
	*s = State(i)
	return err
}

// String is the state's name.
func (s State) String() string { return states.Of(uint8(s)) }

// Close is a cycle that was cut off (日切), and how far its settlement is.
type Close struct {
	_          struct{}       `cbor:",toarray"`
	ID         string         `json:"id"`
	Next       string         `json:"next"` // the cycle that opened with the cut-off
	From       date.Date      `json:"from"` // business dates, first and last
	To         date.Date      `json:"to"`
	CutBy      number.Command `json:"cutBy"`
	State      State          `json:"state"`
	Policy     Policy         `json:"policy"`     // as it was when the cycle opened
	Consenting []string       `json:"consenting"` // parties whose silence is consent by it, sorted
	// last business date for signatures and disputes, if no day is skipped
	SignBy     date.Date   `json:"signBy"`
	Skipped    int32       `json:"skipped"`    // the open cycle's at the cut-off
	Parties    []string    `json:"parties"`    // whose lanes made it, sorted
	Root       codec.Hash  `json:"root"`       // SHA-256 over the chains of all lanes; see Root
	Pairs      [][2]string `json:"pairs"`      // who has a statement with whom, sorted
	Payments   uint32      `json:"payments"`   // once it is FINAL
	Instructed uint32      `json:"instructed"` // of these, handed to a bank that didn't refuse, settled ones included
	Settled    uint32      `json:"settled"`
	Failed     uint32      `json:"failed"`
	Carried    uint32      `json:"carried"` // whose rest is owed in another cycle
}

// CutOffRequest ends the open cycle and opens the next one, in one command that
// touches nothing but the cycle's row: what was endorsed before it can't land after. The
// commands behind it in its batch are of the next cycle. Only the operator may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, WRONG_STATE (another cycle is open than
// the one it names, or a command before it in its batch has made parties owe: one batch's obligations
// are of one cycle), CONFLICT (there was a cycle of the next one's id).
type CutOffRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"` // that is open
	Next  string   `json:"next"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CutOffRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	if err := CheckNew(r.Next); err != nil {
		return err
	}
	if r.Next == r.Cycle {
		return fault.New(fault.BadRequest, "next: want another id")
	}
	return nil
}

// CheckNew refuses with BAD_REQUEST what can be no new cycle's id.
func CheckNew(cycle string) error {
	if err := name.CheckID("cycle", cycle); err != nil {
		return err
	}
	if len(cycle) > MaxCycleID {
		return fault.New(fault.BadRequest, "cycle: want at most %d characters", MaxCycleID)
	}
	return nil
}

// CutOff ends the open cycle.
//
// The book is that of the day on which it opened: what was agreed later binds the next cycle.
func (c Cycle) CutOff(req CutOffRequest, book Book, parties []string, by number.Command) (Cycle, Close, error) {
	if c.ID != req.Cycle {
		return Cycle{}, Close{}, fault.New(fault.WrongState, "the open cycle is %s", c.ID)
	}
	closed := Close{ID: c.ID, Next: req.Next, From: c.Since, To: c.Date, CutBy: by, State: Cut, Policy: book.Policy,
		Consenting: book.Consenting(), SignBy: workday.China.After(c.Date, book.Policy.SignDays), Skipped: c.Skipped,
		Parties: parties,
	}
	c.ID, c.Since = req.Next, c.Date
	return c, closed, nil
}

// Day is the business date as the deadlines of the cycle count it: days that were skipped since its cut-off don't.
func (c Close) Day(open Cycle) date.Date {
	return workday.China.Before(open.Date, open.Skipped-c.Skipped)
}

// ComputeRequest adds up what the parties owe each other in a closed cycle: a pair's row
// for each two of them. It costs parties × lanes reads, whatever the number
// of obligations. Every party but an auditor may. There is nothing in what parties owe that it could be refused for.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE.
type ComputeRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r ComputeRequest) Check() error { return name.CheckID("cycle", r.Cycle) }

// Require refuses with WRONG_STATE a cycle in any other state.
func (c Close) Require(want State) error {
	if c.State != want {
		return fault.New(fault.WrongState, "cycle %s is %s", c.ID, c.State)
	}
	return nil
}

// Lane is what one lane's commands made the parties owe each other in a cycle.
type Lane struct {
	Party     string
	Number    uint8
	Positions Positions
	Veiled    Veiled
}

// Compute sums up the lanes, which come in the order of their parties and numbers. A
// cycle in which nothing is owed is settled at once.
func (c Close) Compute(lanes []Lane, operator string, by number.Command, today date.Date) (Close, []Pair, error) {
	if err := c.Require(Cut); err != nil {
		return Close{}, nil, err
	}
	book := pairs{}
	for _, lane := range lanes {
		for _, p := range lane.Positions.List {
			book.add(p)
		}
		for _, v := range lane.Veiled.List {
			book.addHidden(v, operator)
		}
	}
	c.Root = Root(lanes)
	c.State = Computed
	list := book.sorted()
	for i, p := range list {
		list[i].Cycle = c.ID
		list[i].Rounded.By, list[i].Rounded.Date = by, today
		c.Pairs = append(c.Pairs, [2]string{p.A, p.B})
	}
	if len(list) == 0 {
		c.State = Settled
	}
	return c, list, nil
}

// Root binds all obligations of a cycle: SHA-256 over, for each lane that has any in
// the order of parties and lanes, the CBOR of [party, lane, chain].
func Root(lanes []Lane) codec.Hash {
	var root codec.Hash
	for _, lane := range lanes {
		if len(lane.Positions.Chain) > 0 {
			root = link(root, struct {
				_     struct{} `cbor:",toarray"`
				Party string
				Lane  uint8
				Chain codec.Hash
			}{Party: lane.Party, Lane: lane.Number, Chain: lane.Positions.Chain})
		}
	}
	return root
}

// pairs gathers what pairs of parties owe each other.
type pairs map[[2]string]*gathered

// gathered is a pair, and its fractions by debtor and programme.
type gathered struct {
	Pair
	rests map[[2]string][]amount.Fraction
}

// of is the pair of two parties, in whatever order.
func (ps pairs) of(a, b string) *gathered {
	key := PairOf(a, b)
	if ps[key] == nil {
		ps[key] = &gathered{Pair: Pair{A: key[0], B: key[1]}, rests: map[[2]string][]amount.Fraction{}}
	}
	return ps[key]
}

// PairOf sorts two parties.
func PairOf(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

func (ps pairs) add(p Position) {
	pair := ps.of(p.Debtor, p.Creditor)
	if key := [2]string{p.Debtor, p.Programme}; len(p.Rests) > 0 {
		pair.rests[key] = append(pair.rests[key], p.Rests...)
	}
	pair.Pair.add(p)
}

// rounded is the pair with its fractions rounded: half to even, once for each debtor and programme. Sums of whole
// numbers don't hang on the order in which a map has them.
func (g *gathered) rounded() Pair {
	for key, rest := range g.rests {
		whole := amount.Units(0)
		for _, o := range g.Owed {
			if o.Debtor == key[0] && o.Programme == key[1] {
				whole = o.Fen
			}
		}
		nearest, err := amount.RoundSum(whole, rest)
		if err != nil {
			continue // above 2⁵³−1: nothing more is counted
		}
		if key[0] == g.A {
			g.Rounded.A += nearest - whole
		} else {
			g.Rounded.B += nearest - whole
		}
	}
	for _, o := range []Position{{Debtor: g.A, Creditor: g.B, Count: 1, Fen: g.Rounded.A},
		{Debtor: g.B, Creditor: g.A, Count: 1, Fen: g.Rounded.B}} {
		if o.Fen > 0 {
			g.Pair.add(o)
		}
	}
	return g.Pair
}

// addHidden adds a hidden sum: it waits to be opened, and so does the fee on it. What is no sum at all, which
// no command writes, nobody could ever open: it is left out.
func (ps pairs) addHidden(v VeiledPosition, operator string) {
	if v.Sum.Check() != nil {
		return
	}
	pair := ps.of(v.Debtor, v.Creditor)
	i, found := slices.BinarySearchFunc(pair.Hidden, v,
		func(h HiddenSum, v VeiledPosition) int { return h.Position.order(v) })
	if found {
		pair.Hidden[i].Position, _ = pair.Hidden[i].Position.plus(v) // both are sums
		return
	}
	pair.Hidden = slices.Insert(pair.Hidden, i, HiddenSum{Position: v})
	pair.Pending++
	if debtor, creditor := v.FeeParties(operator); debtor != creditor && v.Fee.Num > 0 {
		ps.of(debtor, creditor).Pending++
	}
}

// sorted lists the pairs by their parties. A map's order reaches no output.
func (ps pairs) sorted() []Pair {
	list := make([]Pair, 0, len(ps))
	for _, p := range ps {
		list = append(list, p.rounded())
	}
	slices.SortFunc(list, func(p, q Pair) int { return cmp.Or(cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B)) })
	return list
}

// Progress is the state that follows from how many payments were made. One that was carried over is no longer waited
// for.
func (c Close) Progress() State {
	left := c.Payments - c.Carried
	switch {
	case left == 0 && c.Carried > 0:
		return Failed
	case c.Settled == left && c.Carried == 0:
		return Settled
	case c.Settled > 0:
		return PartSettled
	case c.Failed == left:
		return Failed
	case c.Instructed == left:
		return Instructed
	}
	return Final
}

// EndToEnd names a payment on its ledger. To banks it has the ledger's mark behind it: see AtBanks.
func EndToEnd(cycle string, n uint32) string {
	const digits = "0123456789"
	tail := make([]byte, 0, 10)
	for ; n > 0 || len(tail) == 0; n /= 10 {
		tail = append(tail, digits[n%10])
	}
	slices.Reverse(tail)
	if len(cycle) > MaxCycleID {
		cycle = cycle[:MaxCycleID]
	}
	return cycle + "-" + string(tail)
}

// AtBanks names a payment wherever banks carry it, so that those of another ledger, or of one that was set up anew,
// never have the same name: CYCLE-N-MARK, at most 35 characters with a mark of 8.
func AtBanks(cycle string, n uint32, mark string) string { return EndToEnd(cycle, n) + "-" + mark }
