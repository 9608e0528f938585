package accounting

import (
	"context"
	"encoding/json"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/proof"
)

// The operations of proofs that parties' peers sign (证明).
var (
	PointsProve = node.Does(node.Describe("points.prove", "GET", "/v1/members/{member}/proof", node.Read,
		"Write a proof of a member's balance, signed by the parties' peers", "余额证明",
		`{"member":"zhang","lots":["G.1.3.0.0"],"signers":2}`), proveBalance)
	ProofVerify = node.Alone(node.Describe("proof.verify", "POST", "/v1/proofs/verify", node.Counter,
		"Check a proof of balance, without a network", "验证余额证明",
		`{"proof":"e30=","signers":2}`).Asking(), verifyProof)
)

// provenLots is how many lots one proof can be about, as the ledger allows.
const provenLots = 500

// BalanceQuestion is what a proof of balance asks the ledger.
const BalanceQuestion = "query:Balance"

// ProveBalanceRequest asks for a proof of what lots hold.
type ProveBalanceRequest struct {
	Member string `json:"member"`
	// 500 at most; all with something left, earliest expiry first, if it is left out
	Lots    []number.Row `json:"lots,omitempty"`
	Signers int          `json:"signers"` // parties that must sign
}

// Check refuses with BAD_REQUEST more lots than one proof can be about, and a proof that nobody signs.
func (r ProveBalanceRequest) Check() error {
	if len(r.Lots) > provenLots {
		return fault.New(fault.BadRequest, "`lots`: want at most %d", provenLots)
	}
	return checkSigners(r.Signers)
}

func checkSigners(need int) error {
	if need < 1 {
		return fault.New(fault.BadRequest, "`signers`: want 1 at least")
	}
	return nil
}

// proveBalance asks the peers and checks the proof as its reader will. NOT_FOUND for who has no lot with anything left,
// UNAVAILABLE if too few sign.
func proveBalance(ctx context.Context, n *node.Node, _ *node.Call, req ProveBalanceRequest) (node.Proven, error) {
	lots := req.Lots
	if len(lots) == 0 {
		var err error
		lots, err = node.Ask(ctx, n, func(r *index.Reading) ([]number.Row, error) { return lotsLeft(r, req.Member) })
		if err != nil {
			return node.Proven{}, err
		}
	}
	trust, err := node.TrustOf(n.Config())
	if err != nil {
		return node.Proven{}, err
	}
	named, err := json.Marshal(lots)
	if err != nil {
		return node.Proven{}, err
	}
	return n.Prove(ctx, trust, req.Signers, BalanceQuestion, req.Member, string(named))
}

// lotsLeft lists a member's lots that have something left, up to as many as a proof can be about.
func lotsLeft(r *index.Reading, member string) (lots []number.Row, err error) {
	w, err := r.Wallet(member)
	if err != nil {
		return nil, err
	}
	for _, l := range w.Lots[:min(len(w.Lots), provenLots)] {
		lots = append(lots, l.Number)
	}
	if len(lots) == 0 {
		return nil, fault.New(fault.NotFound, "%s has no lot with anything left", member)
	}
	return lots, nil
}

// VerifyProofRequest brings a proof that somebody sent.
type VerifyProofRequest struct {
	Proof   []byte      `json:"proof"`   // the file
	Signers int         `json:"signers"` // parties that must have signed
	Trust   proof.Trust `json:"-"`       // whose signatures count; those of the party's profile if it is nil
}

// Check refuses a proof that nobody signs.
func (r VerifyProofRequest) Check() error { return checkSigners(r.Signers) }

// verifyProof needs no network. BAD_REQUEST, which names what is wrong, for a proof that doesn't hold or is of another
// ledger.
func verifyProof(_ context.Context, n *node.Node, _ *node.Call, req VerifyProofRequest) (p node.Proven, err error) {
	trust := req.Trust
	if trust == nil {
		if trust, err = node.TrustOf(n.Config()); err != nil {
			return p, err
		}
	}
	if p.Checked, err = proof.Check(req.Proof, trust, req.Signers); err != nil {
		return p, node.OfFile(err)
	}
	if p.Chaincode != n.Config().Chaincode || n.Config().Channel != "" && p.Channel != n.Config().Channel {
		return p, fault.New(fault.BadRequest, "proof: it is of %s on channel %s, not of this alliance's ledger",
			p.Chaincode, p.Channel)
	}
	p.Answer = p.Checked.Answer
	return p, nil
}
