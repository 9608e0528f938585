// Package terms reads and writes the file in which a supplier's party hands its prices to a seller,
// and compares them with the ledger's commitments. The file is as secret as the prices in it.
package terms

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/client/bounds"
	"tallystick/client/figure"
	"tallystick/client/index"
	"tallystick/client/vault"
)

// File is what a supplier's party hands to a seller.
type File struct {
	Format string        `json:"format"`
	From   string        `json:"from"`   // supplier's party
	Seller string        `json:"seller"` // for whom it is
	Terms  []vault.Terms `json:"terms"`
}

// Format is that of a file.
const Format = "tallystick terms v1"

// Check refuses with BAD_REQUEST a file of another format.
func (f File) Check() error {
	if f.Format != Format {
		return fault.New(fault.BadRequest, "it is no file of terms")
	}
	return nil
}

// Hides says that a file is not for the ledger.
func (File) Hides() bool { return true }

// maxFile is the most that a file of terms can have, in bytes.
const maxFile = 64 << 20

// Read reads a file. BAD_REQUEST, LIMIT.
func Read(path string) (file File, err error) {
	data, err := bounds.File(path, maxFile)
	if err != nil {
		return file, err
	}
	if err := codec.DecodeJSON(data, &file); err != nil {
		return file, err
	}
	return file, file.Check()
}

// Write writes a new file that only its owner can read. BAD_REQUEST if there is one.
func (f File) Write(path string) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.BadRequest, "there is a file %s already", filepath.Base(path))
	}
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// Gather gathers the terms that a party offers a seller on the ledger now and whose values its vault has; of one
// supplier, or of all for "". NOT_FOUND if there are none.
func Gather(r *index.Reading, v *vault.Vault, from, seller, supplier string) (File, error) {
	file := File{Format: Format, From: from, Seller: seller, Terms: []vault.Terms{}}
	offered, err := index.All[goods.Terms](r, index.Filter{Party: seller})
	if err != nil {
		return file, err
	}
	var asked []vault.Asked
	for _, one := range offered {
		if id := strings.Split(one.ID, "/"); supplier == "" || id[0] == supplier {
			asked = append(asked, vault.Asked{
				Supplier: id[0], SKU: id[1], Seller: seller, Commitment: one.Row.Commitment,
			})
		}
	}
	known, err := v.KnownTerms(asked)
	if err != nil {
		return file, err
	}
	file.Terms = append(file.Terms, known...)
	if len(file.Terms) == 0 {
		return file, fault.New(fault.NotFound, "you offer %s nothing whose value this vault has", seller)
	}
	return file, nil
}

// Accepted is what became of a file.
type Accepted struct {
	Accepted int      `json:"accepted"`
	Differ   []Differ `json:"differ"` // what wasn't taken
}

// Differ is a line of a file that isn't what the ledger has. It says nothing of the value.
type Differ struct {
	Line     int    `json:"line"` // of the file's terms, from 1
	Supplier string `json:"supplier"`
	SKU      string `json:"sku"`
	Reason   string `json:"reason"`
}

// Offered finds what the ledger has of terms; false if there are none.
type Offered func(supplier, sku, seller string) (goods.Terms, bool, error)

// Accept keeps the terms of a file whose values open what the ledger has for the seller.
func (f File) Accept(ledger Offered, v *vault.Vault, seller string) (Accepted, error) {
	answer := Accepted{Differ: []Differ{}}
	var kept []vault.Terms
	for i, t := range f.Terms {
		reason, err := compare(ledger, seller, t)
		if err != nil {
			return answer, err
		}
		if reason != "" {
			answer.Differ = append(answer.Differ, Differ{Line: i + 1, Supplier: t.Supplier, SKU: t.SKU, Reason: reason})
			continue
		}
		kept = append(kept, t)
	}
	answer.Accepted = len(kept)
	return answer, v.PutTerms(kept...)
}

// compare says why terms aren't what the ledger has; "" if they are.
func compare(ledger Offered, seller string, t vault.Terms) (string, error) {
	if t.Seller != seller {
		return "they are for another seller", nil
	}
	there, found, err := ledger(t.Supplier, t.SKU, seller)
	switch {
	case err != nil:
		return "", err
	case !found:
		return "the ledger has no terms for this good", nil
	case there.Kind != t.Kind || there.Until != t.Until:
		return fmt.Sprintf("the ledger says %s, to be taken until %q", there.Kind, there.Until), nil
	case !t.Opening.Opens(there.Commitment):
		return "the value doesn't open the ledger's commitment", nil
	}
	return "", nil
}

// How many digits a value has after the point at most: of a percentage, and of the price of a unit in yuan.
const (
	percentDigits = 2
	supplyDigits  = 6
)

// wholePrice is all of a price, in basis points.
const wholePrice = 10_000

// errValue says nothing of what was read.
var errValue = fault.New(fault.BadRequest,
	"want yuan with up to 6 digits after the point, or a percentage of at most 100 with up to 2")

// ParseValue reads yuan with up to six digits after the point, as millionths of a yuan, or percent with up to two, as
// basis points. What it refuses doesn't say what was read.
func ParseValue(kind goods.TermsKind, text string) (amount.Units, error) {
	digits := uint8(supplyDigits)
	if kind == goods.Commission {
		digits = percentDigits
	}
	number, err := figure.Parse(text)
	if err != nil {
		return 0, errValue
	}
	units, err := number.Units(digits)
	if err != nil {
		return 0, errValue
	}
	return units, CheckValue(kind, units)
}

// CheckValue refuses with BAD_REQUEST a value that can be none of its kind.
func CheckValue(kind goods.TermsKind, value amount.Units) error {
	if value < 0 || value > amount.Max || kind == goods.Commission && value > wholePrice {
		return errValue
	}
	return nil
}

// Value writes a value as it was given, with its unit.
func Value(t vault.Terms) string {
	if t.Kind == goods.Commission {
		return decimal.NewFromBigInt(t.Opening.Value.Big(), -percentDigits).String() + " %"
	}
	return "¥" + decimal.NewFromBigInt(t.Opening.Value.Big(), -supplyDigits).String()
}
