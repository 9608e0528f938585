package settle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
	"tallystick/client/payments"
)

// ReceivePaymentRequest is a person's word for what came in.
type ReceivePaymentRequest struct {
	Payment   string       `json:"payment"`             // 2026-11-3, or, at banks, 2026-11-3-K7Q2M4XA
	Fen       amount.Units `json:"fen,omitempty"`       // that came in
	Charges   amount.Units `json:"charges,omitempty"`   // fen that banks kept, and the party bears
	Reference string       `json:"reference,omitempty"` // the bank's; "": such a sum counts once a day
	Booked    date.Date    `json:"booked"`              // when the bank booked it
}

// Check refuses what is malformed, whatever the ledger's mark is.
func (r ReceivePaymentRequest) Check() error {
	_, err := r.on("")
	return err
}

// on is what the ledger with a mark is told.
func (r ReceivePaymentRequest) on(mark string) (req settlement.AdviseRequest, err error) {
	req = settlement.AdviseRequest{Fen: r.Fen, Charges: r.Charges, Booked: r.Booked, Source: settlement.ByHand,
		Reference: payments.OnLedger(r.Reference)}
	if req.Cycle, req.Payment, err = payments.ParseAny(r.Payment, mark); err != nil {
		return req, err
	}
	if r.Reference == "" {
		req.Reference = unnamedReceipt(req)
	}
	return req, req.Check()
}

// unnamedReceipt names a booking for which the bank gives no reference.
func unnamedReceipt(req settlement.AdviseRequest) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s-%d %d+%d %s", req.Cycle, req.Payment, req.Fen, req.Charges, req.Booked))
	return "hand-" + hex.EncodeToString(sum[:12])
}

func receive(ctx context.Context, n *node.Node, c *node.Call, req ReceivePaymentRequest) (node.Receipt, error) {
	consortium, err := n.Query().Consortium(ctx)
	if err != nil {
		return node.Receipt{}, err
	}
	advised, err := req.on(consortium.Mark)
	if err != nil {
		return node.Receipt{}, err
	}
	return n.Send(ctx, c, advised)
}

// TakeBackPaymentRequest is a person's word for what a bank took back of what had come in.
type TakeBackPaymentRequest struct {
	Payment   string       `json:"payment"`   // its name on the ledger, 2026-11-3, or at banks, 2026-11-3-K7Q2M4XA
	Receipt   string       `json:"receipt"`   // reference under which it was counted
	Fen       amount.Units `json:"fen"`       // that was taken back
	Reference string       `json:"reference"` // the bank's, of taking it back
	Booked    date.Date    `json:"booked"`    // when the bank booked that
	Evidence  codec.Hash   `json:"evidence"`  // SHA-256 of what the bank wrote
}

// Check refuses what is malformed, whatever the ledger's mark is.
func (r TakeBackPaymentRequest) Check() error {
	_, err := r.on("")
	return err
}

// on is what the ledger with a mark is told.
func (r TakeBackPaymentRequest) on(mark string) (req settlement.TakeBackRequest, err error) {
	req = settlement.TakeBackRequest{Receipt: payments.OnLedger(r.Receipt), Fen: r.Fen,
		Reference: payments.OnLedger(r.Reference), Booked: r.Booked, Evidence: r.Evidence}
	if req.Cycle, req.Payment, err = payments.ParseAny(r.Payment, mark); err != nil {
		return req, err
	}
	return req, req.Check()
}

func takeBack(ctx context.Context, n *node.Node, c *node.Call, req TakeBackPaymentRequest) (node.Receipt, error) {
	consortium, err := n.Query().Consortium(ctx)
	if err != nil {
		return node.Receipt{}, err
	}
	back, err := req.on(consortium.Mark)
	if err != nil {
		return node.Receipt{}, err
	}
	return n.Send(ctx, c, back)
}
