package node

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/bounds"
	"tallystick/client/gateway"
	"tallystick/client/vault"
)

// Call is one use of a node: the request id by which the ledger remembers it, what its caller named, and whom to tell
// how far it is.
type Call struct {
	ID       string                       // request id, "" for none yet; see NewID
	Who      Who                          // who asks
	Least    uint64                       // blocks that the node must have seen first; see [Node.Reach]
	Meaning  Meaning                      // what the caller named
	Upload   Upload                       // the file that comes with the request, none as a rule
	Dry      bool                         // say what would happen, and write nothing; see [Operation.Tries]
	Window   *Window                      // which part of a list is wanted, nil for all of it; see [Operation.Pages]
	Progress func(step string, done bool) // told of each step: done now, or found done; nil tells nobody
	// told now and then how far long work is, by several goroutines; nil tells nobody
	Far func(Far)

	file bounds.Input // what was uploaded
}

// Who is who asks. The zero value is the user that the node runs as, who may do all.
type Who struct {
	ID     string // of the key, the person or the machine; "" for the node's own user
	Person string // who it is, "" for a program
	All    bool   // it may see what others asked for
}

// SeesAll says whether it may see what others asked for.
func (w Who) SeesAll() bool { return w.All || w.ID == "" }

// Far is how far long work is.
type Far struct {
	What      string // that is worked on, such as a file
	Bytes     bool   // it is being read, and is counted in bytes; else in commands that were sent
	Done, All uint64 // 0 of all that nobody knows yet
}

// Meaning is all that a caller named: a request id stands for it. What the node chooses beside it, such as lots and the
// moments in which things end, isn't part of it. Its encoding is what the ledger keeps a hash of, so its fields and
// their order stay.
type Meaning struct {
	_     struct{} `cbor:",toarray"`
	Verb  string
	Args  []string
	Named []Named // sorted by name
	// secret: something of it isn't for the ledger, not even as a hash that could be guessed, so the hash is made under
	// the vault's key.
	secret bool
}

// Named is one field and its values, in one form however they were written: 1h and 60m are the same, and the order in
// which fields were named says nothing.
type Named struct {
	_      struct{} `cbor:",toarray"`
	Name   string
	Values []string
}

// Name adds a field, or replaces its values.
func (m *Meaning) Name(field string, values ...string) {
	at, found := slices.BinarySearchFunc(m.Named, field, func(n Named, name string) int {
		return strings.Compare(n.Name, name)
	})
	if found {
		m.Named[at].Values = values
		return
	}
	m.Named = slices.Insert(m.Named, at, Named{Name: field, Values: values})
}

// Hide says that a field names what the ledger must not show, not even as a hash that could be guessed.
func (m *Meaning) Hide() { m.secret = true }

// Check refuses with BAD_REQUEST a request id that is none, and a file whose name is no text. "" is no id yet.
func (c *Call) Check() error {
	if !isText(c.Upload.Name) {
		return fault.New(fault.BadRequest, "the file's name: want text in UTF-8, without NUL")
	}
	if c.ID == "" {
		return nil
	}
	return name.CheckID("request", c.ID)
}

// RequestID returns the caller's request id. Without one it makes one, which sorts by time.
func (c *Call) RequestID() string {
	if c.ID == "" {
		c.ID = NewID()
	}
	return c.ID
}

// NewID makes a request id that sorts by time.
func NewID() string {
	var random [5]byte
	rand.Read(random[:]) // it never returns an error
	return time.Now().UTC().Format("20060102T150405.000")[:15] + "-" + hex.EncodeToString(random[:])
}

// Seed returns the secret of a call's one-time code number i. It is the same for the same request id, so a command
// whose answer was lost can be sent again, and its code is told again; without the vault nobody can make it.
func (c *Call) Seed(v *vault.Vault, purpose string, i int) code.Code {
	return v.CodeSeed("request/"+purpose+"/"+c.RequestID(), uint64(i))
}

// Tell tells of a step.
func (c *Call) Tell(step string, done bool) {
	if c.Progress != nil {
		c.Progress(step, done)
	}
}

// TellFar tells how far long work is.
func (c *Call) TellFar(f Far) {
	if c.Far != nil {
		c.Far(f)
	}
}

// Hidden says whether the vault's key is needed to make the intent.
func (m Meaning) Hidden() bool { return m.secret }

// Intent returns the hash that stands for it on the ledger; see [Meaning.Hide] for when it needs the vault.
func (m Meaning) Intent(open func() (*vault.Vault, error)) (command.Intent, error) {
	text := codec.Encode(m)
	if !m.secret {
		return command.IntentOf(text), nil
	}
	v, err := open()
	if err != nil {
		return command.Intent{}, err
	}
	return v.Intent(text), nil
}

// asked is the request by which the ledger remembers what a caller named.
func (n *Node) asked(c *Call) (gateway.Asked, error) {
	intent, err := c.Meaning.Intent(n.Vault)
	return gateway.Asked{ID: c.RequestID(), Intent: intent}, err
}
