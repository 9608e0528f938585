package settlement

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/name"
)

// Netting is what remains to be paid of a cycle (轧差): what each two owe each other,
// turned into one net, and these into payments.
//
// Of each pair: net = |what A owes B − what B owes A|, carved lines left out. All nets
// sum to zero over the parties: Σ pays = Σ receives.
type Netting struct {
	_       struct{}     `cbor:",toarray"`
	Gross   amount.Units `json:"gross"`   // fen of all lines that stand
	Lines   uint64       `json:"lines"`   // that stand
	Nets    []Net        `json:"nets"`    // of pairs whose statement stands and isn't level, sorted by debtor and creditor
	Parties []Stand      `json:"parties"` // what each pays and receives, sorted by party
}

// Net is what one party owes another after both directions are set off.
type Net struct {
	_            struct{}     `cbor:",toarray"`
	Debtor       string       `json:"debtor"`
	Creditor     string       `json:"creditor"`
	Fen          amount.Units `json:"fen"`
	Multilateral bool         `json:"multilateral"` // set off with all others who agreed to it; else paid between the two
	Delay        int32        `json:"delay"`        // days from cut-off to payment
}

// Stand is what a party pays and receives in all (头寸).
type Stand struct {
	_        struct{}     `cbor:",toarray"`
	Party    string       `json:"party"`
	Pays     amount.Units `json:"pays"`
	Receives amount.Units `json:"receives"`
}

// FinaliseRequest nets a closed cycle: every statement stands or was carried over, or is taken to
// stand by silence after the deadline. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (the cycle isn't
// COMPUTED; a statement is open before the deadline, or after it where silence is no consent, or its parties signed
// different roots, or it has hidden sums to be opened), LIMIT.
type FinaliseRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r FinaliseRequest) Check() error { return name.CheckID("cycle", r.Cycle) }

// CarryRequest leaves a pair's statement out of its cycle, after the deadline, because it isn't agreed: what is
// owed, less disputed lines, and what is still hidden, are carried into the open cycle. Every party but an auditor may.
//
// Refused, first that applies: BAD_REQUEST, FORBIDDEN, NOT_FOUND, WRONG_STATE (the cycle isn't COMPUTED, the
// deadline hasn't passed, the statement has ended, or silence is consent for it), LIMIT.
type CarryRequest struct {
	_     struct{} `cbor:",toarray"`
	Cycle string   `json:"cycle"`
	A     string   `json:"a"`
	B     string   `json:"b"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r CarryRequest) Check() error {
	for _, id := range [][2]string{{"cycle", r.Cycle}, {"a", r.A}, {"b", r.B}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	return nil
}
