package command

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// A command's Request says by which name the ledger remembers it, and what for:
//
//	ID            that its caller chose: ^[A-Za-z0-9_-]{1,64}$
//	ID~STEP       of a further command that ID takes; the caller's node chose STEP
//	~STEP         of a command that a node sends of its own accord
//	NAME:INTENT   any of these, for what its caller meant, not for its content
//
// Nobody's ID has a ~ or a colon, so what a node adds meets no ID.

// Intent is what the caller of a command meant, as 16 bytes of a hash: the verb and
// all that was named, not what the caller's node chose for it, such as lots or the
// moment in which something ends. Zero where the content says it all.
//
// The ledger shows it to everybody. Who can guess what was named can check the guess,
// so what the command doesn't show goes in under a key (see client/vault).
type Intent [16]byte

// IntentOf is the intent that a text stands for, in one unambiguous form.
func IntentOf(text []byte) Intent {
	sum := sha256.Sum256(text)
	return Intent(sum[:])
}

// IsZero says whether there is none.
func (i Intent) IsZero() bool { return i == Intent{} }

// Hash is what the ledger remembers of a command that was sent for the intent.
func (i Intent) Hash() [32]byte { return sha256.Sum256(append([]byte{0}, i[:]...)) } // 0 is no kind

// intentText is strict: one intent has one text.
var intentText = base64.RawURLEncoding.Strict()

// NameRequest is the Request of a name and an intent, which may be zero.
func NameRequest(name string, intent Intent) string {
	if intent.IsZero() {
		return name
	}
	return name + ":" + intentText.EncodeToString(intent[:])
}

// ParseRequest splits a Request, which may be "". BAD_REQUEST if it is malformed.
func ParseRequest(request string) (id string, intent Intent, err error) {
	id, text, meant := strings.Cut(request, ":")
	if request == "" {
		return "", Intent{}, nil
	}
	if err := CheckName(id); err != nil || !meant {
		return id, Intent{}, err
	}
	raw, err := intentText.DecodeString(text)
	if err != nil || len(raw) != len(intent) || Intent(raw).IsZero() {
		return "", Intent{}, fault.New(fault.BadRequest, "request: the intent is malformed")
	}
	return id, Intent(raw), nil
}

// CheckName refuses with BAD_REQUEST what is no name of a request.
func CheckName(request string) error {
	id, step, further := strings.Cut(request, "~")
	if further {
		if err := name.CheckID("request step", step); err != nil || id == "" {
			return err
		}
	}
	return name.CheckID("request", id)
}

// Name is by which name the ledger remembers the command, "" if it doesn't.
func (c Command) Name() string {
	id, _, _ := strings.Cut(c.Request, ":")
	return id
}

// Hash identifies what was asked for, for requests that are asked again: the intent,
// or else the content.
func (c Command) Hash() [32]byte {
	if _, intent, err := ParseRequest(c.Request); err == nil && !intent.IsZero() {
		return intent.Hash()
	}
	return sha256.Sum256(append([]byte{byte(c.Kind)}, c.Body...))
}
