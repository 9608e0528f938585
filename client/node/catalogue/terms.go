package catalogue

import (
	"context"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/pedersen"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/terms"
	"tallystick/client/vault"
)

// The operations of terms (供货条款).
var (
	TermsOffer = node.Does(node.Describe("terms.offer", "POST", "/v1/terms/{supplier}/{sku}/{seller}", node.Catalogue,
		"Offer a seller terms for a good, or others than before", "报供货条款",
		`{"supplier":"care","sku":"kit","seller":"D","kind":"supply","value":268000000,"until":"2027-06-30"}`),
		offerTerms)
	TermsExport = node.Does(node.Describe("terms.export", "POST", "/v1/sellers/{seller}/terms", node.Catalogue,
		"Write what you offer a seller now, with values and salts, for the seller alone", "导出条款",
		`{"seller":"D","supplier":"care"}`).Asking(), exportTerms)
	TermsAccept = node.Does(node.Describe("terms.accept", "POST", "/v1/terms", node.Catalogue,
		"Compare terms that a supplier sent you with the ledger's commitments, and keep them", "核对条款",
		`{"format":"tallystick terms v1","from":"S1","seller":"D","terms":[]}`), acceptTerms)
	TermsShow = node.Does(node.Describe("terms.show", "POST",
		"/v1/terms/{supplier}/{sku}/{seller}/show", node.Catalogue,
		"Show terms as the ledger has them, and their value if you know it", "条款详情",
		`{"supplier":"care","sku":"kit","seller":"D"}`).Asking(), showTerms)
)

// OfferTermsRequest offers terms.
type OfferTermsRequest struct {
	Supplier string          `json:"supplier"`
	SKU      string          `json:"sku"`
	Seller   string          `json:"seller"`
	Kind     goods.TermsKind `json:"kind"`
	// of a supply millionths of a yuan for a unit, of a commission basis points of the price
	Value amount.Units `json:"value"`
	Until date.Date    `json:"until,omitzero"` // last day on which a listing may take them
}

// Hides says that the value is for the two parties alone.
func (OfferTermsRequest) Hides() bool { return true }

// Check refuses what is malformed. It doesn't say the value.
func (r OfferTermsRequest) Check() error {
	if err := terms.CheckValue(r.Kind, r.Value); err != nil {
		return err
	}
	return r.request(pedersen.Public(pedersen.Whole(1)).Commitment()).Check()
}

func (r OfferTermsRequest) request(c pedersen.Commitment) goods.OfferTermsRequest {
	return goods.OfferTermsRequest{Supplier: r.Supplier, SKU: r.SKU, Seller: r.Seller, Kind: r.Kind,
		Commitment: c, Until: r.Until}
}

// offerTerms keeps the value in the vault and sends what commits to it. The same request makes the same commitment.
func offerTerms(ctx context.Context, n *node.Node, c *node.Call, req OfferTermsRequest) (node.Receipt, error) {
	v, err := n.Vault()
	if err != nil {
		return node.Receipt{}, err
	}
	return n.Once(ctx, c, func() (command.Request, error) {
		t := vault.Terms{Supplier: req.Supplier, SKU: req.SKU, Seller: req.Seller, Kind: req.Kind, Until: req.Until}
		t.Opening.Value = pedersen.Whole(uint64(req.Value))
		var err error
		if t.Opening.Salt, err = v.TermsSalt("request/"+c.RequestID(), t); err != nil {
			return nil, err
		}
		commitment, err := t.Opening.Commit()
		if err != nil {
			return nil, err
		}
		return req.request(commitment), v.PutTerms(t)
	})
}

// ExportTermsRequest asks for what the party offers a seller.
type ExportTermsRequest struct {
	Seller   string `json:"seller"`
	Supplier string `json:"supplier,omitempty"` // of this supplier only
}

func exportTerms(ctx context.Context, n *node.Node, _ *node.Call, req ExportTermsRequest) (terms.File, error) {
	v, err := n.Vault()
	if err != nil {
		return terms.File{}, err
	}
	return node.Ask(ctx, n, func(r *index.Reading) (terms.File, error) {
		return terms.Gather(r, v, n.Party(), req.Seller, req.Supplier)
	})
}

func acceptTerms(ctx context.Context, n *node.Node, _ *node.Call, file terms.File) (terms.Accepted, error) {
	v, err := n.Vault()
	if err != nil {
		return terms.Accepted{}, err
	}
	return node.Ask(ctx, n, func(r *index.Reading) (terms.Accepted, error) {
		return file.Accept(r.Terms, v, n.Party())
	})
}

// TermsRequest names terms.
type TermsRequest struct {
	Supplier string `json:"supplier"`
	SKU      string `json:"sku"`
	Seller   string `json:"seller"`
}

// PrivatePrice is what a seller owes a supplier for goods, which nobody but the two knows. It is a secret; see
// [Permission].
type PrivatePrice string

// KnownTerms are terms of the ledger with what the party knows of them.
type KnownTerms struct {
	goods.Terms
	Value PrivatePrice `json:"value,omitempty"` // "" if its vault doesn't have it
}

func showTerms(ctx context.Context, n *node.Node, _ *node.Call, req TermsRequest) (shown KnownTerms, err error) {
	v, err := n.Vault()
	if err != nil {
		return shown, err
	}
	if shown.Terms, err = n.Query().Terms(ctx, req.Supplier, req.SKU, req.Seller); err != nil {
		return shown, err
	}
	known, found, err := v.TermsOf(req.Supplier, req.SKU, req.Seller, shown.Commitment)
	if err == nil && found {
		shown.Value = PrivatePrice(terms.Value(known))
	}
	return shown, err
}
