package vault

import (
	"bytes"
	"cmp"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/name"
	"tallystick/chaincode/veil"
)

// Terms are terms of the ledger with what their commitment hides, which the supplier's
// party and the seller know and nobody else.
type Terms struct {
	_        struct{}        `cbor:",toarray"`
	Supplier string          `json:"supplier"`
	SKU      string          `json:"sku"`
	Seller   string          `json:"seller"`
	Kind     goods.TermsKind `json:"kind"`
	Until    date.Date       `json:"until"`
	Opening  veil.Opening    `json:"opening"`
}

// check refuses with BAD_REQUEST what can be no terms.
func (t Terms) check() error {
	if err := checkTermsPlace(t.Supplier, t.SKU, t.Seller); err != nil {
		return err
	}
	if t.Kind != goods.Supply && t.Kind != goods.Commission {
		return fault.New(fault.BadRequest, "kind: want supply or commission")
	}
	return t.Opening.Check()
}

func checkTermsPlace(supplier, sku, seller string) error {
	for _, id := range [][2]string{{"supplier", supplier}, {"sku", sku}, {"seller", seller}} {
		if err := name.CheckID(id[0], id[1]); err != nil {
			return err
		}
	}
	return nil
}

// PutTerms keeps terms, in one go: all of them or, if one is refused, none. The
// same again changes nothing. BAD_REQUEST.
func (v *Vault) PutTerms(list ...Terms) error {
	return v.change(func(tx *sql.Tx) error {
		for _, t := range list {
			if err := t.check(); err != nil {
				return err
			}
			id, at := v.termsID(t), v.termsPlace(t.Supplier, t.SKU, t.Seller)
			_, err := tx.Exec("INSERT OR REPLACE INTO terms(id, place, sealed) VALUES(?, ?, ?)", id, at,
				v.keys.seal(t, "terms", id, at))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// TermsOf finds what a commitment of the ledger hides; false if the vault doesn't
// know. BAD_REQUEST.
func (v *Vault) TermsOf(supplier, sku, seller string, commitment veil.Commitment) (t Terms, found bool, err error) {
	list, err := v.KnownTerms([]Asked{{supplier, sku, seller, commitment}})
	if err != nil || len(list) == 0 {
		return Terms{}, false, err
	}
	return list[0], true, nil
}

// Asked are terms of the ledger whose value somebody would like to know.
type Asked struct {
	Supplier, SKU, Seller string
	Commitment            veil.Commitment
}

// KnownTerms finds what commitments of the ledger hide, of as many as the vault
// knows, in the order asked. BAD_REQUEST.
func (v *Vault) KnownTerms(asked []Asked) (list []Terms, err error) {
	err = v.change(func(tx *sql.Tx) error {
		for _, a := range asked {
			if err := checkTermsPlace(a.Supplier, a.SKU, a.Seller); err != nil {
				return err
			}
			known, err := v.termsAt(tx, v.termsPlace(a.Supplier, a.SKU, a.Seller))
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(known, func(t Terms) bool { return t.Opening.Opens(a.Commitment) }); i >= 0 {
				list = append(list, known[i])
			}
		}
		return nil
	})
	return list, err
}

// Terms lists all that were ever agreed for a good and seller, by their last days.
// BAD_REQUEST.
func (v *Vault) Terms(supplier, sku, seller string) (list []Terms, err error) {
	if err := checkTermsPlace(supplier, sku, seller); err != nil {
		return nil, err
	}
	err = v.change(func(tx *sql.Tx) error {
		list, err = v.termsAt(tx, v.termsPlace(supplier, sku, seller))
		return err
	})
	slices.SortFunc(list, func(a, b Terms) int {
		return cmp.Or(cmp.Compare(a.Until, b.Until), bytes.Compare(a.Opening.Salt, b.Opening.Salt))
	})
	return list, err
}

func (v *Vault) termsAt(tx *sql.Tx, at []byte) (list []Terms, err error) {
	rows, err := tx.Query("SELECT id, sealed FROM terms WHERE place = ?", at)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return nil, err
		}
		var t Terms
		if err := v.keys.open(sealed, &t, "terms", id, at); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

func (v *Vault) termsPlace(supplier, sku, seller string) []byte {
	return v.keys.id("terms", supplier, sku, seller)
}

// termsID tells terms apart by their salt: one salt serves one value.
func (v *Vault) termsID(t Terms) []byte {
	return v.keys.id("terms", t.Supplier, t.SKU, t.Seller, hex.EncodeToString(t.Opening.Salt))
}

// TermsSalt is the salt that an import or a repeated request gives terms: the same
// whenever the same value is offered again under the same name, so that the commitment
// is the same, and another one for any other value. Without the vault's key nobody can
// make it.
func (v *Vault) TermsSalt(under string, t Terms) (veil.Salt, error) {
	seed := mac(v.keys.salts, codec.Encode(saltOf{
		Under: under, Supplier: t.Supplier, SKU: t.SKU, Seller: t.Seller, Kind: t.Kind, Value: t.Opening.Value,
	}))
	stream, err := hkdf.Expand(sha256.New, seed, "tallystick terms v1", 2*keySize)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return veil.NewSalt(bytes.NewReader(stream))
}

type saltOf struct {
	_                            struct{} `cbor:",toarray"`
	Under, Supplier, SKU, Seller string
	Kind                         goods.TermsKind
	Value                        veil.Value
}
