package vault

import (
	"crypto/hkdf"
	"crypto/sha256"

	"tallystick/chaincode/codec"
)

// Seal makes what the node keeps elsewhere unreadable for all but the vault's key, and binds it to its place there.
func (v *Vault) Seal(value any, place, id string) []byte {
	return v.keys.seal(value, place, []byte(id))
}

// Unseal reads what Seal made for the same place. An error for what was changed, moved or sealed by another vault.
func (v *Vault) Unseal(sealed []byte, to any, place, id string) error {
	return v.keys.open(sealed, to, place, []byte(id))
}

// Derive makes bytes that nobody can guess, the same each time for what they are for.
func (v *Vault) Derive(purpose, id string, size int) ([]byte, error) {
	return hkdf.Key(sha256.New, v.keys.own, nil, string(codec.Encode([]string{purpose, id})), size)
}

// Hash is the hash of what somebody asked for, under a key of this vault: nobody else can try what it may have been.
func (v *Vault) Hash(text []byte) []byte { return mac(v.keys.own, text) }
