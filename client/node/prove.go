package node

import (
	"context"
	"encoding/json"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
	"tallystick/client/proof"
)

// Proven is what a proof says.
type Proven struct {
	proof.Checked
	Answer json.RawMessage `json:"answer"`         // of the ledger, to the function and the arguments
	File   []byte          `json:"file,omitempty"` // the proof, to be handed on, of one that was made
}

// Prove asks peers of enough parties to sign what the ledger answers. UNAVAILABLE if too few do.
func (n *Node) Prove(ctx context.Context, trust proof.Trust, need int, function string,
	args ...string) (p Proven, err error) {
	envelope, err := n.gateway.Prove(ctx, function, args...)
	if err != nil {
		return p, err
	}
	if p.File, err = proof.Write(envelope); err != nil {
		return p, err
	}
	if p.Checked, err = proof.Check(p.File, trust, need); err != nil {
		return p, fault.New(fault.Unavailable, "%v", err)
	}
	p.Answer = p.Checked.Answer
	return p, nil
}

// TrustOf reads the CAs of the parties whose signatures count by a party's profile. BAD_REQUEST if it names none.
func TrustOf(cfg config.Config) (proof.Trust, error) {
	if len(cfg.Trust) == 0 {
		return nil, fault.New(fault.BadRequest, "the profile of %s trusts nobody: add trust, a list of {party, ca}",
			cfg.Party)
	}
	t := proof.Trust{}
	for _, one := range cfg.Trust {
		if err := t.Add(one.Party, one.CA); err != nil {
			return nil, err
		}
	}
	return t, nil
}
