package vault

import "slices"

// LiabilitySecret is what the salts of this node's proofs of liabilities are derived
// from: the same for as long as the vault has its key. Who knows it can find out whose
// balance a leaf of such a proof is, so it goes nowhere.
func (v *Vault) LiabilitySecret() []byte { return slices.Clone(v.keys.sums) }
