package member

import (
	"crypto/hmac"
	"crypto/sha256"

	"tallystick/chaincode/codec"
)

// accountLabel keeps an account's commitment from being any other hash of this
// system.
const accountLabel = "tallystick account v1\n"

// AccountCommitment is what the ledger knows of a party's customer account:
// HMAC-SHA-256(salt, label ‖ party ‖ "\n" ‖ channel ‖ "\n" ‖ customer). The salt
// is 32 random bytes that only the party has. Party and channel are ids, which
// have no line break, so no two accounts have one text.
//
// Without the salt nobody can try customer ids against it; once the salt is gone
// nobody can tell whose it was.
func AccountCommitment(salt []byte, party, channel, customer string) codec.Hash {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(accountLabel + party + "\n" + channel + "\n" + customer)) // it never fails
	return mac.Sum(nil)
}
