package settlement

import (
	"bytes"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/veil"
)

// Limits of a pair's statement.
const (
	MaxOfPair = 256 // positions of one pair, by debtor and programme; what is of more programmes is added up without
	MaxCarved = 250 // lines of one pair that one of the two disputes
)

// Pair is the statement of two parties for a closed cycle (清结算账单), as the ledger
// has it: sums, and what each of the two signed. Its lines are the obligations.
//
// Owed counts all of them, carved ones included; what is settled is Owed − Carved. What is above 2⁵³−1 fen isn't
// counted: no command can make a statement that its cycle couldn't settle.
type Pair struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
	A     string   `json:"a"` // A < B
	B     string   `json:"b"`
	// sorted by debtor and programme, without rests; what was rounded, and opened, included
	Owed    []Position  `json:"owed"`
	Rounded Rounded     `json:"rounded"` // a line for each direction in which it is more than 0
	Hidden  []HiddenSum `json:"hidden"`  // sorted
	Pending uint32      `json:"pending"` // hidden sums, and fees on hidden sums of others, that wait to be opened
	SignedA Signature   `json:"signedA"`
	SignedB Signature   `json:"signedB"`
	Claim   string      `json:"claim"` // which of the two asks that what the ledger adds up stands, "" for none
	State   PairState   `json:"state"`
	Carved  []Carved    `json:"carved"` // disputed lines, in the order of their disputes
}

// Rounded is what two parties owe each other because all fractions of a fen of their cycle are added up, and rounded
// once for each debtor and programme, half to even (尾差). The lines of the lanes are rounded down, so it is never less
// than 0.
type Rounded struct {
	_    struct{}       `cbor:",toarray"`
	A    amount.Units   `json:"a"` // fen that A owes
	B    amount.Units   `json:"b"`
	By   number.Command `json:"by"` // that computed the cycle; the lines are its row 0, which A owes, and 1
	Date date.Date      `json:"date"`
}

// PairState is where a statement stands.
type PairState uint8

// The states of a statement. AGREED with lines carved out is the domain's AGREED less lines.
const (
	Draft    PairState = iota // nobody has signed
	OneSide                   // one party signed
	Differs                   // both signed, different roots: either may sign again
	Agreed                    // both signed the same root
	BySilent                  // the deadline passed, and silence is consent
	Left                      // carried over into the open cycle
	// the deadline passed, one party signed and claimed it, and the other didn't sign the same
	Upheld
)

var pairStates = name.Words{"DRAFT", "SIGNED", "DIFFERS", "AGREED", "CONSENTED", "CARRIED", "UPHELD"}

// MarshalJSON writes the state's name.
func (s PairState) MarshalJSON() ([]byte, error) { return pairStates.Marshal(uint8(s)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *PairState) UnmarshalJSON(data []byte) error {
	i, err := pairStates.Unmarshal(data)
	*s = PairState(i)
	return err
}

// String is the state's name.
func (s PairState) String() string { return pairStates.Of(uint8(s)) }

// Stands says whether a statement in this state is settled.
func (s PairState) Stands() bool { return s == Agreed || s == BySilent || s == Upheld }

// Ended says whether nothing about the statement can change any more.
func (s PairState) Ended() bool { return s >= Agreed }

// HiddenSum is one hidden sum of a pair, and the command that opened it.
type HiddenSum struct {
	_        struct{}       `cbor:",toarray"`
	Position VeiledPosition `json:"position"`
	Opened   number.Command `json:"opened"` // none yet
	Fen      amount.Units   `json:"fen"`    // once opened
	Carried  bool           `json:"carried"`
}

// Waits says whether the sum is neither opened nor carried over.
func (h HiddenSum) Waits() bool { return h.Opened.IsZero() && !h.Carried }

// Names says whether it is the sum of a position: of its debtor and creditor, direction and fee.
func (h HiddenSum) Names(v VeiledPosition) bool { return h.Position.order(v) == 0 }

// Signature is what one party says the lines' root is.
type Signature struct {
	_    struct{}       `cbor:",toarray"`
	Root codec.Hash     `json:"root"` // none yet
	By   number.Command `json:"by"`   // the command, which the party's certificate signed
	Date date.Date      `json:"date"`
}

// Carved is a line that is left out of the settlement because it is disputed.
type Carved struct {
	_         struct{}       `cbor:",toarray"`
	Line      number.Row     `json:"line"`
	Dispute   number.Command `json:"dispute"`
	Debtor    string         `json:"debtor"`
	Programme string         `json:"programme"`
	Points    amount.Units   `json:"points"`
	Fen       amount.Units   `json:"fen"`
}

// OpenRequest says what a hidden sum of a closed cycle comes to: a Supply, or a Return, and
// the fee on it become known obligations of that cycle. Either of the two may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the cycle, the pair or the sum), FORBIDDEN,
// WRONG_STATE (the cycle isn't COMPUTED, the statement was carried over with the sum, or the sum is open),
// BAD_REQUEST (this doesn't open it), LIMIT.
type OpenRequest struct {
	_        struct{}     `cbor:",toarray"`
	Cycle    string       `json:"cycle"`
	Debtor   string       `json:"debtor"`
	Creditor string       `json:"creditor"`
	Back     bool         `json:"back"`
	Fee      amount.Rate  `json:"fee"`
	Opening  veil.Opening `json:"opening"` // of the sum, in ten-thousandths of a fen
}

// Check refuses a malformed request with BAD_REQUEST.
func (r OpenRequest) Check() error {
	for _, id := range [][2]string{{"cycle", r.Cycle}, {"debtor", r.Debtor}, {"creditor", r.Creditor}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if err := r.Fee.Check(); err != nil {
		return err
	}
	if len(r.Opening.Salt) != veil.Size || r.Debtor == r.Creditor {
		return fault.New(fault.BadRequest, "want two parties, and a salt of %d bytes", veil.Size)
	}
	return nil
}

// find is the place of the hidden sum that a request names. NOT_FOUND.
func (p Pair) find(r OpenRequest) (int, error) {
	want := VeiledPosition{Debtor: r.Debtor, Creditor: r.Creditor, Back: r.Back, Fee: lowestFee(r.Fee)}
	i := slices.IndexFunc(p.Hidden, func(h HiddenSum) bool { return h.Names(want) })
	if i < 0 {
		return 0, fault.New(fault.NotFound, "%s owes %s no such hidden sum in cycle %s", r.Debtor, r.Creditor, r.Cycle)
	}
	return i, nil
}

// Open opens a hidden sum of the pair, and answers what it comes to and the fee on it. The
// fee's parties are another pair, or this one.
func (p Pair) Open(closed Close, req OpenRequest, operator, caller string,
	by number.Command) (_ Pair, supply, fee Owe, err error) {
	i, err := p.find(req)
	if err != nil {
		return Pair{}, Owe{}, Owe{}, err
	}
	if err := p.side(caller); err != nil {
		return Pair{}, Owe{}, Owe{}, err
	}
	if err := closed.Require(Computed); err != nil {
		return Pair{}, Owe{}, Owe{}, err
	}
	h := p.Hidden[i]
	if p.State == Left || h.Carried {
		return Pair{}, Owe{}, Owe{}, fault.New(fault.WrongState,
			"the sum was carried over from the statement of %s and %s", p.A, p.B)
	}
	if !h.Opened.IsZero() {
		return Pair{}, Owe{}, Owe{}, fault.New(fault.WrongState, "this sum was opened by %s", h.Opened)
	}
	fen, feeFen, err := h.Position.Open(req.Opening)
	if err != nil {
		return Pair{}, Owe{}, Owe{}, err
	}
	h.Opened, h.Fen = by, fen
	p.Hidden = slices.Clone(p.Hidden)
	p.Hidden[i] = h
	p.Pending--
	supply = Owe{Kind: Supply, Debtor: req.Debtor, Creditor: req.Creditor, Fen: fen, Of: req.Cycle}
	fee = Owe{Kind: Fee, Fen: feeFen, Of: req.Cycle}
	fee.Debtor, fee.Creditor = h.Position.FeeParties(operator)
	if h.Position.Back {
		supply.Kind, fee.Kind = Return, FeeBack
	}
	return p, supply, fee, nil
}

// HasFee says whether opening a sum makes a fee that another, or the same, pair waits for.
func (v VeiledPosition) HasFee(operator string) bool {
	debtor, creditor := v.FeeParties(operator)
	return debtor != creditor && v.Fee.Num > 0
}

// Known adds an obligation that was opened to what the pair owes.
func (p Pair) Known(o Owe) Pair {
	if o.Nothing() {
		return p
	}
	p.Owed = slices.Clone(p.Owed)
	p.add(Position{
		Debtor: o.Debtor, Creditor: o.Creditor, Programme: o.Programme, Count: 1, Points: o.Points, Fen: o.Fen,
	})
	return p
}

// add adds to the position of the same debtor and programme; beyond MaxOfPair of them, to the one of no programme.
func (p *Pair) add(one Position) {
	i, found := slices.BinarySearchFunc(p.Owed, one, Position.order)
	if !found && len(p.Owed) >= MaxOfPair && one.Programme != "" {
		one.Programme, one.Points = "", 0
		i, found = slices.BinarySearchFunc(p.Owed, one, Position.order)
	}
	one.Rests = nil
	if !found {
		p.Owed = slices.Insert(p.Owed, i, one)
		return
	}
	p.Owed[i] = p.Owed[i].plus(one)
}

// FeeKnown is Known for a fee that the pair has waited for, and answers the fee as it is owed:
// in the open cycle, if the pair was carried over meanwhile.
func (p Pair) FeeKnown(o Owe) (Pair, Owe) {
	if p.State == Left {
		o.Of = ""
		return p, o
	}
	p.Pending--
	return p.Known(o), o
}

// side refuses with FORBIDDEN whoever is neither of the two.
func (p Pair) side(caller string) error {
	if caller != p.A && caller != p.B {
		return fault.New(fault.Forbidden, "%s is neither %s nor %s", caller, p.A, p.B)
	}
	return nil
}

// Owes is what one of the two owes the other, all lines and those that stand; 2⁵³−1 fen at most.
func (p Pair) Owes(debtor string) (all, stands amount.Units) {
	for _, o := range p.Owed {
		if o.Debtor == debtor {
			all = all.AddUpTo(o.Fen)
		}
	}
	stands = all
	for _, c := range p.Carved {
		if c.Debtor == debtor {
			stands -= min(c.Fen, stands)
		}
	}
	return all, stands
}

// Count is how many lines the statement has.
func (p Pair) Count() (n uint64) {
	for _, o := range p.Owed {
		n += o.Count
	}
	return n
}

// SignRequest signs a statement: the caller's node has recomputed its lines from its own blocks, and this is their root
// (see client/statement/FORMAT.md). Either of the two may, and may sign again while they differ: the other's root at
// any time, a third one on another business date. Who signed a new root in every block would keep others from claiming
// and netting what they read meanwhile.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the cycle or the pair), WRONG_STATE (the
// cycle isn't COMPUTED, a hidden sum is to be opened, the statement has ended), CONFLICT (the
// ledger has other sums, the same root was signed before, or another one today that isn't the other side's).
type SignRequest struct {
	_     struct{}     `cbor:",toarray"`
	Cycle string       `json:"cycle"`
	With  string       `json:"with"`
	Root  codec.Hash   `json:"root"`
	Lines uint64       `json:"lines"`
	Owes  amount.Units `json:"owes"` // fen, the caller to the other, disputed lines included
	Owed  amount.Units `json:"owed"` // fen, the other to the caller
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SignRequest) Check() error {
	if err := name.CheckID("cycle", r.Cycle); err != nil {
		return err
	}
	if err := name.CheckID("with", r.With); err != nil {
		return err
	}
	if len(r.Root) != 32 || r.Owes < 0 || r.Owes > amount.Max || r.Owed < 0 || r.Owed > amount.Max {
		return fault.New(fault.BadRequest, "want a root of 32 bytes and sums in fen")
	}
	return nil
}

// Sign notes a party's signature.
func (p Pair) Sign(closed Close, req SignRequest, caller string, by number.Command, today date.Date) (Pair, error) {
	if err := closed.Require(Computed); err != nil {
		return Pair{}, err
	}
	if p.Pending > 0 {
		return Pair{}, fault.New(fault.WrongState, "%d hidden sums of %s and %s are to be opened first",
			p.Pending, p.A, p.B)
	}
	if p.State.Ended() {
		return Pair{}, fault.New(fault.WrongState, "the statement of %s and %s is %s", p.A, p.B, p.State)
	}
	owes, _ := p.Owes(caller)
	owed, _ := p.Owes(req.With)
	if owes != req.Owes || owed != req.Owed || p.Count() != req.Lines {
		return Pair{}, fault.New(fault.Conflict, "the ledger has %d lines, %d and %d fen", p.Count(), owes, owed)
	}
	mine, other := &p.SignedA, &p.SignedB
	if caller == p.B {
		mine, other = other, mine
	}
	if bytes.Equal(mine.Root, req.Root) {
		return Pair{}, fault.New(fault.Conflict, "%s has signed this root", caller)
	}
	if len(mine.Root) > 0 && mine.Date == today && !bytes.Equal(other.Root, req.Root) {
		return Pair{}, fault.New(fault.Conflict,
			"%s has signed another root on %s: sign the other's, or when the business date has moved", caller, today)
	}
	*mine = Signature{Root: req.Root, By: by, Date: today}
	switch {
	case len(other.Root) == 0:
		p.State = OneSide
	case bytes.Equal(mine.Root, other.Root):
		p.State = Agreed
	default:
		p.State = Differs
	}
	return p, nil
}
