package statement

import (
	"cmp"
	"crypto/sha256"
	"strconv"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Line is one obligation (明细): a debtor owes a creditor because of one command.
type Line struct {
	ID        string       `json:"id"`        // of the obligation, as number.Row writes it: D.3.42.17.0
	Kind      string       `json:"kind"`      // such as redemption
	Scene     string       `json:"scene"`     // 消费场景, or ""
	Debtor    string       `json:"debtor"`    //
	Creditor  string       `json:"creditor"`  //
	Programme string       `json:"programme"` // "" for what isn't for points
	Points    amount.Units `json:"points"`    //
	Fen       amount.Units `json:"fen"`       // points + fen > 0
	Tax       amount.Rate  `json:"tax"`       // VAT rate contained in fen, in lowest terms, 0/1 for none
	Cause     string       `json:"cause"`     // the command's name, such as points:Capture
	Date      date.Date    `json:"date"`      // business date
	Block     uint64       `json:"block"`     // in which it became true
	Tx        string       `json:"tx"`        // the transaction's id
	Disputed  bool         `json:"disputed"`  // carved out of the settlement; not under the root
}

// Check refuses a malformed line with BAD_REQUEST, and amounts above 2⁵³−1 with LIMIT.
func (l Line) Check() error {
	if _, err := number.ParseRow(l.ID); err != nil {
		return err
	}
	what, who, _ := strings.Cut(l.Cause, ":")
	for _, id := range [][2]string{{"kind", l.Kind}, {"debtor", l.Debtor}, {"creditor", l.Creditor}, {"cause", what},
		{"cause", who}, {"transaction", l.Tx}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	if err := name.CheckOptional([2]string{"scene", l.Scene}, [2]string{"programme", l.Programme}); err != nil {
		return err
	}
	if l.Debtor == l.Creditor || l.Kind != strings.ToLower(l.Kind) {
		return fault.New(fault.BadRequest, "want two parties, and a kind in small letters")
	}
	if err := l.checkAmounts(); err != nil {
		return err
	}
	return l.Date.Check()
}

func (l Line) checkAmounts() error {
	for _, u := range []amount.Units{l.Points, l.Fen} {
		if err := u.CheckOptional(); err != nil {
			return err
		}
	}
	if l.Block > uint64(amount.Max) {
		return fault.New(fault.Limit, "block %d is above %d", l.Block, int64(amount.Max))
	}
	return checkTax(l.Tax)
}

// checkTax refuses a rate of 1 or more, and a second way to write one.
func checkTax(r amount.Rate) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Num >= r.Den || r.Num == 0 && r.Den != 1 || r.Lowest() != r {
		return fault.New(fault.BadRequest, "tax %d/%d: want a rate under 1 in lowest terms, 0/1 for none", int64(r.Num),
			int64(r.Den))
	}
	return nil
}

// TaxFen is the VAT that is contained in the line's fen: fen × rate / (1 + rate), half
// to even. It never exceeds the fen.
func (l Line) TaxFen() amount.Units {
	if l.Tax.Num == 0 || l.Tax.Den == 0 {
		return 0
	}
	tax, err := (amount.Rate{Num: l.Tax.Num, Den: l.Tax.Num + l.Tax.Den}).Of(l.Fen, amount.HalfEven)
	if err != nil {
		return 0 // the rate is under 1, and the fen were within the limit
	}
	return tax
}

// covered is what of a line is under the root, in the order of FORMAT.md.
type covered struct {
	_         struct{} `cbor:",toarray"`
	ID        string
	Kind      string
	Scene     string
	Debtor    string
	Creditor  string
	Programme string
	Points    amount.Units
	Fen       amount.Units
	Tax       amount.Rate
	Cause     string
	Date      date.Date
	Block     uint64
	Tx        string
}

// Leaf is a line's hash in the tree: SHA-256(0x00 ‖ the line's bytes).
func (l Line) Leaf() codec.Hash {
	sum := l.leaf()
	return sum[:]
}

func (l Line) leaf() [32]byte {
	c := covered{ID: l.ID, Kind: l.Kind, Scene: l.Scene, Debtor: l.Debtor, Creditor: l.Creditor, Programme: l.Programme,
		Points: l.Points, Fen: l.Fen, Tax: l.Tax, Cause: l.Cause, Date: l.Date, Block: l.Block, Tx: l.Tx}
	return sha256.Sum256(codec.Append(append(make([]byte, 0, 256), 0), c))
}

// fields are what is under the root, by name, for people: where two lines differ.
func (l Line) fields() [][2]string {
	return [][2]string{
		{"id", l.ID}, {"kind", l.Kind}, {"scene", l.Scene}, {"debtor", l.Debtor}, {"creditor", l.Creditor},
		{"programme", l.Programme},
		{"points", units(l.Points)}, {"fen", units(l.Fen)}, {"tax", l.Tax.String()}, {"cause", l.Cause},
		{"date", l.Date.String()}, {"block", strconv.FormatUint(l.Block, 10)}, {"tx", l.Tx},
	}
}

func units(u amount.Units) string { return strconv.FormatInt(int64(u), 10) }

// order compares lines' numbers as the ledger sorts the keys of their rows: the
// party with the / behind it, then lane, sequence, index and place.
func order(a, b number.Row) int {
	return cmp.Or(
		comparePrefix(a.Command.Party, b.Command.Party),
		cmp.Compare(a.Command.Lane, b.Command.Lane),
		cmp.Compare(a.Command.Seq, b.Command.Seq),
		cmp.Compare(a.Command.Index, b.Command.Index),
		cmp.Compare(a.Ord, b.Ord),
	)
}

// comparePrefix compares two parties as beginnings of keys: S-1/ comes before S/, as -
// comes before /.
func comparePrefix(a, b string) int {
	if a == b {
		return 0
	}
	return cmp.Compare(a+"/", b+"/")
}
