// Package checkpoint is what an auditor signs: at this height the ledger's blocks, its state and the auditor's verdict
// were these.
//
//	Checkpoint    height, hash of the last block, digest of the state, number of findings
//	Cosign        another auditor's name under a checkpoint that its own replay came to
//	Disagreement  two checkpoints of one height that differ, and who signed them
//
// A checkpoint is a C2SP signed note (c2sp.org/signed-note) whose text is a C2SP checkpoint (c2sp.org/tlog-checkpoint)
// with a chain for its tree: whoever has the auditors' public keys verifies it with golang.org/x/mod/sumdb/note alone;
// see the example. Auditors who signed one text saw one ledger. Two who signed two texts of one height prove by these
// two notes that somebody was shown another ledger, or that somebody's replay is wrong.
package checkpoint

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// MaxNote is the most bytes of a note that is read: a text, and some hundred signatures.
const MaxNote = 64 << 10

// Checkpoint is what an auditor's replay came to at a height.
type Checkpoint struct {
	Channel  string            // of Fabric, [a-z0-9.-], at most 249 bytes
	Genesis  [sha256.Size]byte // hash of block 0, which says which network it is
	Height   uint64            // blocks that were replayed, at least 1
	Block    [sha256.Size]byte // hash of the last one: all before follow from it
	State    [sha256.Size]byte // digest of the state after it
	Findings uint64            // differences that the replay found in all of them
}

// origin begins the first line: what kind of log it is. The channel follows.
const origin = "tallystick/"

// Text is the note's text, and the only way in which it is written:
//
//	tallystick/tally
//	213
//	<hash of the last block, base64>
//	genesis <hash of block 0, hex>
//	state <digest, hex>
//	findings 0
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s%s\n%d\n%s\ngenesis %x\nstate %x\nfindings %d\n", origin, c.Channel, c.Height,
		base64.StdEncoding.EncodeToString(c.Block[:]), c.Genesis, c.State, c.Findings)
}

// Parse reads a text. It refuses what Text wouldn't write.
func Parse(text string) (c Checkpoint, err error) {
	if len(text) > MaxNote {
		return Checkpoint{}, fmt.Errorf("a text of %d bytes; up to %d are read", len(text), MaxNote)
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 7 {
		return Checkpoint{}, fmt.Errorf("%d lines, where a checkpoint has 6", len(lines)-1)
	}
	word := func(line int, before string) string {
		after, found := strings.CutPrefix(lines[line], before)
		if !found && err == nil {
			err = fmt.Errorf("line %d doesn't begin with %q", line+1, before)
		}
		return after
	}
	number := func(text string) uint64 {
		n, failed := strconv.ParseUint(text, 10, 64)
		err = cmp.Or(err, failed)
		return n
	}
	digest := func(decode func(string) ([]byte, error), text string) (sum [sha256.Size]byte) {
		bytes, failed := decode(text)
		if failed == nil && len(bytes) != len(sum) {
			failed = fmt.Errorf("a hash of %d bytes", len(bytes))
		}
		err = cmp.Or(err, failed)
		copy(sum[:], bytes)
		return sum
	}
	c = Checkpoint{
		Channel: word(0, origin), Height: number(lines[1]),
		Block:   digest(base64.StdEncoding.Strict().DecodeString, lines[2]),
		Genesis: digest(hex.DecodeString, word(3, "genesis ")), State: digest(hex.DecodeString, word(4, "state ")),
		Findings: number(word(5, "findings ")),
	}
	if err == nil {
		err = c.check()
	}
	if err == nil && c.Text() != text {
		err = errors.New("it is written in another way than checkpoints are")
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("no checkpoint: %w", err)
	}
	return c, nil
}

func (c Checkpoint) check() error {
	plain := func(r rune) bool { return r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' }
	other := func(r rune) bool { return !plain(r) }
	if n := len(c.Channel); n == 0 || n > 249 || strings.ContainsFunc(c.Channel, other) {
		return fmt.Errorf("no channel is called %.80q", c.Channel)
	}
	if c.Height == 0 {
		return errors.New("it speaks of no block")
	}
	return nil
}

// Of says whether two checkpoints speak of one height of one channel, and so have to be equal.
func (c Checkpoint) Of(other Checkpoint) bool {
	return c.Channel == other.Channel && c.Genesis == other.Genesis && c.Height == other.Height
}

// NewKey makes a key for an auditor of this name, such as G/audit: the private key, to be kept in a file that only the
// auditor reads, and the public one, to be given to all. A name has no space and no plus sign.
func NewKey(name string) (private, public string, err error) {
	return note.GenerateKey(rand.Reader, name)
}

// Keys reads auditors' public keys, one a line; empty lines and those that begin with # are left out.
func Keys(text string) (note.Verifiers, error) {
	var list []note.Verifier
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("%.80q is no auditor's public key: %w", line, err)
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, errors.New("there is no auditor's public key")
	}
	return note.VerifierList(list...), nil
}

// Sign makes a note of a checkpoint.
func Sign(c Checkpoint, private string) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: c.Text()}, signer)
}

// Open reads a note that at least one of the known auditors signed, and says which of them did, sorted. A signature in
// a known auditor's name that isn't by its key refuses the whole note.
func Open(data []byte, known note.Verifiers) (c Checkpoint, signers []string, err error) {
	n, err := open(data, known)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if c, err = Parse(n.Text); err != nil {
		return Checkpoint{}, nil, err
	}
	for _, s := range n.Sigs {
		signers = append(signers, s.Name)
	}
	slices.Sort(signers)
	return c, slices.Compact(signers), nil
}

func open(data []byte, known note.Verifiers) (*note.Note, error) {
	if len(data) > MaxNote {
		return nil, fmt.Errorf("a note of %d bytes; up to %d are read", len(data), MaxNote)
	}
	return note.Open(data, known)
}

// Cosign adds a signature to a note of others whose checkpoint is the same as one's own. A *Disagreement says that it
// isn't; then nothing is signed.
func Cosign(data []byte, known note.Verifiers, own Checkpoint, private string) ([]byte, error) {
	theirs, signers, err := Open(data, known)
	if err != nil {
		return nil, err
	}
	if !theirs.Of(own) {
		return nil, fmt.Errorf("the note is of %s at height %d, the own replay of %s at %d", theirs.Channel,
			theirs.Height, own.Channel, own.Height)
	}
	if theirs != own {
		return nil, &Disagreement{One: theirs, Other: own, SignedOne: signers}
	}
	n, err := open(data, known)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, err
	}
	return note.Sign(n, signer)
}

// Disagreement is two checkpoints of one height of one channel that differ.
type Disagreement struct {
	One, Other             Checkpoint
	SignedOne, SignedOther []string // auditors; none for one's own that isn't signed
}

// Error says in what they differ.
func (d *Disagreement) Error() string {
	var parts []string
	for _, p := range []struct {
		what       string
		one, other string
	}{
		{"the last block", hex.EncodeToString(d.One.Block[:]), hex.EncodeToString(d.Other.Block[:])},
		{"the state", hex.EncodeToString(d.One.State[:]), hex.EncodeToString(d.Other.State[:])},
		{"findings", strconv.FormatUint(d.One.Findings, 10), strconv.FormatUint(d.Other.Findings, 10)},
	} {
		if p.one != p.other {
			parts = append(parts, fmt.Sprintf("%s: %s and %s", p.what, p.one, p.other))
		}
	}
	return fmt.Sprintf("two checkpoints of %s at height %d differ: %s; one is signed by %s, the other by %s",
		d.One.Channel, d.One.Height, strings.Join(parts, "; "), names(d.SignedOne), names(d.SignedOther))
}

func names(signers []string) string {
	if len(signers) == 0 {
		return "nobody yet"
	}
	return strings.Join(signers, ", ")
}

// Compare opens two notes. A *Disagreement says that they prove that two auditors saw two ledgers, or came to two
// verdicts; nil, that they agree; another error, that they prove nothing, such as those of two heights.
func Compare(one, other []byte, known note.Verifiers) error {
	a, signedA, err := Open(one, known)
	if err != nil {
		return err
	}
	b, signedB, err := Open(other, known)
	if err != nil {
		return err
	}
	if !a.Of(b) {
		return fmt.Errorf("they are of %s at height %d and of %s at height %d: only one height can be compared",
			a.Channel, a.Height, b.Channel, b.Height)
	}
	if a != b {
		return &Disagreement{One: a, Other: b, SignedOne: signedA, SignedOther: signedB}
	}
	return nil
}
