package settlement

import (
	"crypto/sha256"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/veil"
)

// Kind says what an obligation arose from.
type Kind uint8

// The kinds. What is given back is an obligation of its own, the other way.
const (
	Redemption  Kind = 1 + iota // 积分兑付: an acceptor took points that the debtor funds
	Refund                      // 积分退回: points came back
	Conversion                  // 积分换算: points of the debtor's became the creditor's
	Service                     // 权益服务: a benefit was used that the debtor gave
	ServiceBack                 // a use was reversed
	Fee                         // 手续费
	FeeBack                     // 手续费退回
	Supply                      // 供货: what a cycle's hidden deliveries come to, opened
	Return                      // 退货: what a cycle's hidden returns come to, opened
	Adjustment                  // 调整: what was decided on a dispute
	Carried                     // 结转: what another cycle left unsettled
	Prefunding                  // 预存: what the creditor deposited with the debtor beforehand
	Rounding                    // 尾差: what all fractions of a cycle come to, rounded once
)

var kinds = name.Words{"", "redemption", "refund", "conversion", "service", "service_back", "fee", "fee_back",
	"supply", "return", "adjustment", "carried", "prefunding", "rounding"}

// MarshalJSON writes the kind's name.
func (k Kind) MarshalJSON() ([]byte, error) { return kinds.Marshal(uint8(k)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (k *Kind) UnmarshalJSON(data []byte) error {
	i, err := kinds.Unmarshal(data)
	*k = Kind(i)
	return err
}

// String is the kind's name.
func (k Kind) String() string { return kinds.Of(uint8(k)) }

// Limits of obligations: the most that one command makes, and one batch.
const (
	MaxOwed  = number.MaxOrd + 1
	MaxBatch = 4000
)

// Obligations are all that one batch makes the parties owe each other, in the order in
// which it arose (应收应付义务). The row is named by the batch. An obligation is
// named by its command and its place among that command's, such as D.3.42.17.0.
type Obligations struct {
	_      struct{}     `cbor:",toarray"`
	Cycle  string       `json:"cycle"`
	Date   date.Date    `json:"date"` // business date
	List   []Obligation `json:"list"`
	Hidden []Hidden     `json:"hidden"`
}

// Obligation is what a debtor owes a creditor because of one command.
type Obligation struct {
	_         struct{}     `cbor:",toarray"`
	Index     uint16       `json:"index"` // of the command in its batch
	Ord       uint8        `json:"ord"`   // among the command's, hidden ones included
	Cause     uint8        `json:"cause"` // kind of the command: see package command
	Kind      Kind         `json:"kind"`
	Scene     string       `json:"scene"` // 消费场景, or ""
	Debtor    string       `json:"debtor"`
	Creditor  string       `json:"creditor"`
	Programme string       `json:"programme"` // "" for what isn't for points
	Points    amount.Units `json:"points"`
	// one more than its own where its rest made a whole one with the rests before it: see Position
	Fen   amount.Units    `json:"fen"`
	Rest  amount.Fraction `json:"rest"`  // of a fen, that it is worth beyond its own whole ones
	Model uint32          `json:"model"` // by which it was settled: its number, from 1; 0 for none
	Of    string          `json:"of"`    // the closed cycle that it belongs to, "" for the batch's
}

// Hidden is what a debtor owes a creditor for one delivery, or return, in an amount
// that only the two know. It becomes a Supply or a Return when its cycle's sum is opened.
type Hidden struct {
	_        struct{}    `cbor:",toarray"`
	Index    uint16      `json:"index"`
	Ord      uint8       `json:"ord"`
	Cause    uint8       `json:"cause"`
	Scene    string      `json:"scene"`
	Debtor   string      `json:"debtor"`
	Creditor string      `json:"creditor"`
	Back     bool        `json:"back"` // of a return
	Fee      amount.Rate `json:"fee"`
	Sum      veil.Sum    `json:"sum"`
}

// Owe is one thing that makes a debtor owe a creditor. A return is the opposite:
// creditor and debtor change places, and nothing is subtracted.
type Owe struct {
	Kind      Kind
	Scene     string
	Debtor    string
	Creditor  string
	Programme string // "" for what isn't for points
	Points    amount.Units
	Fen       amount.Units
	Rest      amount.Fraction // that it is worth beyond Fen
	Model     uint32
	Of        string // closed cycle, "" for the open one
}

// Worth is what is owed with the exact amount that it comes to.
func (o Owe) Worth(exact amount.Fine) Owe {
	o.Fen, o.Rest = exact.Whole, exact.Rest
	return o
}

// inFen is what is owed rounded up by itself, and for no programme.
func (o Owe) inFen() Owe {
	if o.Rest.Num > 0 {
		o.Fen++
	}
	o.Programme, o.Points, o.Rest = "", 0, amount.Fraction{}
	return o
}

// Nothing says whether there is nothing to note: no amount, or owed to itself.
func (o Owe) Nothing() bool {
	return o.Debtor == o.Creditor || o.Points == 0 && o.Fen == 0 && o.Rest.Num == 0
}

// next is the place of a command's next obligation. LIMIT above MaxOwed.
func (o Obligations) next(index uint16) (uint8, error) {
	n := 0
	for i := len(o.List) - 1; i >= 0 && o.List[i].Index == index; i-- {
		n++
	}
	for i := len(o.Hidden) - 1; i >= 0 && o.Hidden[i].Index == index; i-- {
		n++
	}
	if n >= MaxOwed {
		return 0, fault.New(fault.Limit, "one command makes more than %d obligations", MaxOwed)
	}
	if len(o.List)+len(o.Hidden) >= MaxBatch {
		return 0, fault.New(fault.Limit, "one batch makes more than %d obligations", MaxBatch)
	}
	return uint8(n), nil
}

// Plus notes what a command makes a debtor owe. The batch's commands come in their
// order. LIMIT above MaxOwed of one command or MaxBatch of all.
func (o Obligations) Plus(index uint16, cause uint8, owe Owe) (Obligations, Obligation, error) {
	ord, err := o.next(index)
	if err != nil {
		return Obligations{}, Obligation{}, err
	}
	one := Obligation{
		Index: index, Ord: ord, Cause: cause, Kind: owe.Kind, Scene: owe.Scene, Debtor: owe.Debtor,
		Creditor:  owe.Creditor,
		Programme: owe.Programme, Points: owe.Points, Fen: owe.Fen, Rest: owe.Rest, Model: owe.Model, Of: owe.Of,
	}
	// A refused command's obligations lie behind the end of the row that is restored,
	// so they may be written over: nothing is copied.
	o.List = append(o.List, one)
	return o, one, nil
}

// PlusHidden notes a hidden amount, as Plus does.
func (o Obligations) PlusHidden(index uint16, cause uint8, owe VeiledOwe) (Obligations, Hidden, error) {
	ord, err := o.next(index)
	if err != nil {
		return Obligations{}, Hidden{}, err
	}
	one := Hidden{
		Index: index, Ord: ord, Cause: cause, Scene: owe.Scene, Debtor: owe.Debtor, Creditor: owe.Creditor,
		Back: owe.Back, Fee: lowestFee(owe.Fee),
		Sum: owe.Sum.Sealed(),
	} // the chain and the row both write it
	o.Hidden = append(o.Hidden, one)
	return o, one, nil
}

// Find answers an obligation by its command's index and its place. NOT_FOUND.
func (o Obligations) Find(line number.Row) (Obligation, error) {
	for _, one := range o.List {
		if one.Index == line.Command.Index && one.Ord == line.Ord {
			return one, nil
		}
	}
	return Obligation{}, fault.New(fault.NotFound, "there is no obligation %s whose amount is known", line)
}

// In is the cycle that an obligation belongs to.
func (o Obligation) In(batch string) string {
	if o.Of != "" {
		return o.Of
	}
	return batch
}

// link binds one more obligation to those before it in the lane and cycle.
func link(chain codec.Hash, obligation any) codec.Hash {
	sum := sha256.Sum256(append(append(make([]byte, 0, 160), chain...), codec.Encode(obligation)...))
	return sum[:]
}
