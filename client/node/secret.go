package node

import (
	"slices"

	"tallystick/chaincode/code"
	"tallystick/client/vault"
)

// IsOwn says whether this vault made the codes that end in one: it kept them, or they open what is on the ledger now.
func IsOwn(v *vault.Vault, purpose, reference string, last code.Code, opens func(code.Code) bool) (bool, error) {
	if opens(last) {
		return true, nil
	}
	kept, err := v.Codes(purpose, reference)
	return slices.ContainsFunc(kept, func(s vault.Secret) bool { return slices.Equal(s.Code, last) }), err
}
