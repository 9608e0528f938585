// Package statement makes and checks settlement statements (清结算账单): what two
// parties owe each other in a cycle, line by line, under one root that both sign.
//
//	lines ─ sorted ─▶ leaves ─▶ tree ─▶ root ◀── signed by A and by B, on the ledger
//	  │                                   │
//	  └─▶ movements, totals, carve-outs   └─▶ JSON, CSV, XLSX, PDF ─▶ Verify, offline
//
// The root is defined in FORMAT.md, so that others can compute it. It covers every line of the
// pair, disputed ones too: the ledger says what a dispute carves out, and the parties sign the same
// root with it or without.
//
// Everything streams: the package reads a source of lines twice, once to sum it up and once to
// write it, and never holds it whole. The package knows neither Fabric nor the index; lines come
// from wherever the caller has them.
//
//	s, err := statement.Of(head, lines)      // sums and root
//	err = statement.Write(out, "xlsx", s, lines, statement.Options{Language: statement.Chinese})
//	report, err := statement.Verify(file, trust, 2)
package statement

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// Source are lines in their order, as often as they are asked for: each time the
// same. What it yields with an error ends it.
type Source func() iter.Seq2[Line, error]

// Party is one of the two, with its names for people.
type Party struct {
	ID    string `json:"id"`
	En    string `json:"en"`
	Zh    string `json:"zh"`
	Legal string `json:"legal"` // name as invoices and banks have it, "" if it isn't known
	TaxID string `json:"taxId"` // 统一社会信用代码, or ""
}

// Scale says how many digits of a programme's points stand after the point.
type Scale struct {
	Programme string `json:"programme"`
	Digits    uint8  `json:"digits"` // 1 to maxDigits; programmes that aren't listed have none
}

// Payment is what one of the two is to pay the other once the cycle is netted.
type Payment struct {
	ID       string       `json:"id"` // as banks carry it: the end-to-end id
	Debtor   string       `json:"debtor"`
	Creditor string       `json:"creditor"`
	Fen      amount.Units `json:"fen"`
	Due      date.Date    `json:"due"` // last day on which it isn't late
}

// Owes is what two parties owe each other, in fen; neither is taken off the other.
type Owes struct {
	AB amount.Units `json:"aOwesB"`
	BA amount.Units `json:"bOwesA"`
}

// Head says what a statement is of.
type Head struct {
	Network string    `json:"network"` // the ledger's channel
	Cycle   string    `json:"cycle"`   // such as 2026-11
	From    date.Date `json:"from"`    // first business date of the cycle
	To      date.Date `json:"to"`      // and its last
	A       Party     `json:"a"`       // A.ID < B.ID
	B       Party     `json:"b"`
	Scales  []Scale   `json:"scales"` // by programme
	// left unsettled before and in none of the lines: what is carried as lines isn't here
	Opening Owes `json:"opening"`
}

// Statement is what two parties owe each other in a cycle, summed up.
//
//	closing = opening + total − carved, netted
type Statement struct {
	Head      Head       `json:"head"`
	Movements []Movement `json:"movements"` // what A owes first; by kind, scene and programme
	Total     Sum        `json:"total"`     // of all lines
	Carved    Sum        `json:"carved"`    // of those that are disputed
	Closing   Owes       `json:"closing"`   // one of the two is 0
	// between the two; none before the cycle is netted, or if others pay in their place
	Payments   []Payment       `json:"payments"`
	Tree       codec.Hash      `json:"tree"` // over the lines
	Root       codec.Hash      `json:"root"` // over the tree and what it is of: this is signed
	Signatures []Signature     `json:"signatures"`
	Proof      json.RawMessage `json:"proof"` // a file of client/proof with an Answer, or null
}

// Movement sums up lines of one direction, kind, scene and programme (发生额).
type Movement struct {
	Debtor    string       `json:"debtor"`
	Kind      string       `json:"kind"`
	Scene     string       `json:"scene"`
	Programme string       `json:"programme"`
	Lines     uint64       `json:"lines"`
	Points    amount.Units `json:"points"`
	Fen       amount.Units `json:"fen"`
	Tax       amount.Units `json:"tax"` // contained in fen, rounded line by line
}

// Sum counts lines and adds them up by direction.
type Sum struct {
	Lines uint64 `json:"lines"`
	Owes  Owes   `json:"owes"`
	Tax   Owes   `json:"tax"` // contained in owes, rounded line by line
}

// Signature says that a party signed a root: the command on the ledger did.
type Signature struct {
	Party   string         `json:"party"`
	Root    codec.Hash     `json:"root"`
	Command number.Command `json:"command"`
	Date    date.Date      `json:"date"` // business date
}

// Check refuses a malformed head with BAD_REQUEST, and amounts above 2⁵³−1 with LIMIT.
func (h Head) Check() error {
	for _, id := range [][2]string{{"network", h.Network}, {"cycle", h.Cycle}, {"party", h.A.ID}, {"party", h.B.ID}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	for _, p := range []Party{h.A, h.B} {
		if err := p.check(); err != nil {
			return err
		}
	}
	if err := checkScales(h.Scales); err != nil {
		return err
	}
	for _, d := range []date.Date{h.From, h.To} {
		if err := d.Check(); err != nil {
			return err
		}
	}
	if h.A.ID >= h.B.ID || h.From > h.To {
		return fault.New(fault.BadRequest, "want the parties sorted by id, and a period that begins before it ends")
	}
	for _, u := range []amount.Units{h.Opening.AB, h.Opening.BA} {
		if err := u.CheckOptional(); err != nil {
			return err
		}
	}
	return nil
}

func (p Party) check() error {
	for _, text := range []string{p.En, p.Zh} {
		if text == "" {
			continue
		}
		if err := name.CheckText("name of a party", text); err != nil {
			return err
		}
	}
	if utf8.RuneCountInString(p.Legal) > maxLegal || strings.ContainsFunc(p.Legal, unicode.IsControl) ||
		!utf8.ValidString(p.Legal) {
		return fault.New(fault.BadRequest, "legal name of a party: want %d characters at most", maxLegal)
	}
	return name.CheckOptional([2]string{"tax id of a party", p.TaxID})
}

// checkScales refuses what isn't sorted, each programme once.
func checkScales(list []Scale) error {
	before := ""
	for _, s := range list {
		if err := name.CheckID("programme", s.Programme); err != nil {
			return err
		}
		if s.Digits < 1 || s.Digits > maxDigits || s.Programme <= before {
			return fault.New(fault.BadRequest, "digits of %s: want 1 to %d, programmes sorted and each once",
				s.Programme, maxDigits)
		}
		before = s.Programme
	}
	return nil
}

// digits are how many digits of a programme's points stand after the point.
func (h Head) digits(programme string) uint8 {
	i, found := slices.BinarySearchFunc(h.Scales, programme,
		func(s Scale, p string) int { return strings.Compare(s.Programme, p) })
	if !found {
		return 0
	}
	return h.Scales[i].Digits
}

// points writes an amount of a programme's points.
func (h Head) points(programme string, u amount.Units) string { return scaled(u, h.digits(programme)) }

// Name is what a party is called in a language: its id, if it has no name there.
func (p Party) Name(in Language) string {
	text := in.of(phrase{p.En, p.Zh})
	if text == "" {
		return p.ID
	}
	return text
}
