package statement

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/client/bounds"
	"tallystick/client/proof"
)

// Report is what a file was found to be.
type Report struct {
	File       string      `json:"file"`
	Form       string      `json:"form"`
	Head       Head        `json:"head"`
	Total      Sum         `json:"total"`
	Carved     Sum         `json:"carved"`
	Closing    Owes        `json:"closing"`
	Root       codec.Hash  `json:"root"`                         // computed from the file's lines
	Signatures []Signature `json:"signatures"`                   // as the file says; of this root
	Proven     *Proven     `json:"proven" jsonschema:"nullable"` // null if no proof was asked for: signatures are words
	Problems   []string    `json:"problems"`                     // MaxProblems at most; none if all is well
}

// Proven is what the ledger's answer, signed by peers, says about the statement.
type Proven struct {
	Channel   string    `json:"channel"`
	Chaincode string    `json:"chaincode"`
	Function  string    `json:"function"`
	AsOf      uint64    `json:"asOf"` // block
	Time      time.Time `json:"time"`
	Peers     []string  `json:"peers"`  // parties whose peers signed the answer
	State     string    `json:"state"`  // of the statement, on the ledger
	Signed    []string  `json:"signed"` // parties that signed this root
}

// Answer is what a proof must hold: the ledger's answer about the statement of two
// parties. It may say more.
type Answer struct {
	Cycle   string       `json:"cycle"`
	A       string       `json:"a"`
	B       string       `json:"b"`
	State   string       `json:"state"`
	SignedA SignedRoot   `json:"signedA"`
	SignedB SignedRoot   `json:"signedB"`
	Carved  []CarvedLine `json:"carved"` // all lines that are disputed
}

// SignedRoot is what one party signed; no root if it has not.
type SignedRoot struct {
	Root codec.Hash     `json:"root"`
	By   number.Command `json:"by"`
	Date date.Date      `json:"date"`
}

// CarvedLine is a line that is disputed.
type CarvedLine struct {
	Line string       `json:"line"`
	Fen  amount.Units `json:"fen"`
}

// maxDisputed are the lines of one pair that the ledger lets be disputed, and one more.
const maxDisputed = 501

// Verify checks a file without a network: that each line has its leaf, that lines come to the
// movements, sums and root that the file names, that the signatures are of this root; and
// if need is above 0, that the file has a proof in which peers of so many of the trusted
// parties say that the two signed it, and which lines are disputed.
//
// A line that was changed is named, with the root. If its leaf was changed with it, the
// sums and the root are. The names of the parties, the period, the opening balance, payments and
// the digits of points are under no signature.
//
// The error names everything that is wrong, as Report.Problems does.
func Verify(in bounds.Input, trust proof.Trust, need int) (Report, error) {
	f, err := Open(in)
	if err != nil {
		return Report{}, err
	}
	c := &checking{file: f, report: Report{File: in.Name, Form: f.Form, Head: f.Statement.Head,
		Signatures: f.Statement.Signatures, Problems: []string{}}}
	if err := c.lines(); err != nil {
		return c.report, err
	}
	c.sums()
	c.signatures()
	if f.Form == "xlsx" {
		if err := shownXLSX(in, c.shown(), c.differs); err != nil {
			return c.report, f.wrap(err)
		}
	}
	if need > 0 {
		c.proof(trust, need)
	}
	if len(c.report.Problems) > 0 {
		return c.report, f.wrap(errors.New(strings.Join(c.report.Problems, "\n  ")))
	}
	return c.report, nil
}

// checking is the check of one file.
type checking struct {
	file     *File
	found    Statement // of the file's lines
	disputed []string  // lines, maxDisputed at most
	report   Report
}

func (c *checking) problem(format string, args ...any) {
	if len(c.report.Problems) < MaxProblems {
		c.report.Problems = append(c.report.Problems, fmt.Sprintf(format, args...))
	}
}

// differs notes that a file says something else than was found.
func (c *checking) differs(what string, says, want any) {
	c.problem("%s: the file says %v, want %v", what, says, want)
}

// lines sums the lines up, and notes those that are not what their leaf says.
func (c *checking) lines() error {
	sum, err := newSumming(c.file.Statement.Head)
	if err != nil {
		return c.file.wrap(err)
	}
	for e, err := range c.file.entries() {
		if err != nil {
			return err
		}
		leaf, err := sum.add(e.Line)
		if err != nil {
			return c.file.wrap(err)
		}
		if !bytes.Equal(leaf[:], e.Leaf) {
			c.problem("line %s was changed: %s, leaf %x; its leaf was %s", e.ID, e.brief(), leaf, e.Leaf)
		}
		if e.Disputed && len(c.disputed) < maxDisputed {
			c.disputed = append(c.disputed, e.ID)
		}
	}
	if c.found, err = sum.statement(); err != nil {
		return c.file.wrap(err)
	}
	c.report.Total, c.report.Carved, c.report.Closing, c.report.Root = c.found.Total, c.found.Carved, c.found.Closing,
		c.found.Root
	return nil
}

// sums compares what the file says that its lines come to.
func (c *checking) sums() {
	says, found := c.file.Statement, c.found
	if !bytes.Equal(says.Root, found.Root) {
		c.differs("root", says.Root, found.Root)
	}
	if !bytes.Equal(says.Tree, found.Tree) {
		c.differs("tree", says.Tree, found.Tree)
	}
	for _, s := range []struct {
		what        string
		says, found Sum
	}{{"total", says.Total, found.Total}, {"carved", says.Carved, found.Carved}} {
		if s.says != s.found {
			c.differs(s.what, s.says, s.found)
		}
	}
	if says.Closing != found.Closing {
		c.differs("closing", says.Closing, found.Closing)
	}
	if len(says.Movements) != len(found.Movements) {
		c.differs("movements", len(says.Movements), len(found.Movements))
		return
	}
	for i, m := range says.Movements {
		if m != found.Movements[i] {
			c.differs(fmt.Sprintf("movement %d", i+1), m, found.Movements[i])
		}
	}
}

// String writes both directions.
func (o Owes) String() string { return fmt.Sprintf("%d and %d fen", int64(o.AB), int64(o.BA)) }

// String writes the count and both directions.
func (s Sum) String() string { return fmt.Sprintf("%d lines, %s, tax %s", s.Lines, s.Owes, s.Tax) }

// String writes what is summed up, and the sums.
func (m Movement) String() string {
	return fmt.Sprintf("%s %s %s %s: %d lines, %d points, %d fen, tax %d", m.Debtor, m.Kind, m.Scene, m.Programme,
		m.Lines, int64(m.Points), int64(m.Fen), int64(m.Tax))
}

// signatures notes those that are of somebody else, or of another root.
func (c *checking) signatures() {
	var seen []string
	for _, s := range c.report.Signatures {
		if s.Party != c.found.Head.A.ID && s.Party != c.found.Head.B.ID || slices.Contains(seen, s.Party) {
			c.problem("a signature is of %.64q: want each of the two once at most", s.Party)
		}
		seen = append(seen, s.Party)
		if !bytes.Equal(s.Root, c.found.Root) {
			c.problem("%.64s signed the root %s, the lines have %s", s.Party, s.Root, c.found.Root)
		}
	}
}

// shown is the statement that the file's tables must show: of its lines, with its
// signatures.
func (c *checking) shown() Statement {
	s := c.found
	s.Signatures, s.Payments = c.file.Statement.Signatures, c.file.Statement.Payments
	return s
}

// proof checks the proof, and what the ledger says in it about the statement.
func (c *checking) proof(trust proof.Trust, need int) {
	data, err := proofFile(c.file.Statement.Proof)
	if err != nil {
		c.problem("%v", err)
		return
	}
	checked, err := proof.Check(data, trust, need)
	if err != nil {
		c.problem("%v", err)
		return
	}
	var a Answer
	if err := json.Unmarshal(checked.Answer, &a); err != nil {
		c.problem("the proof is of no statement: %.80s", err)
		return
	}
	c.report.Proven = &Proven{Channel: checked.Channel, Chaincode: checked.Chaincode, Function: checked.Function,
		AsOf: checked.AsOf,
		Time: checked.Time, Peers: checked.Signers, State: a.State, Signed: []string{}}
	c.answer(a, checked)
}

// proofFile is the file of client/proof that stands in a document, as it was written.
func proofFile(raw json.RawMessage) ([]byte, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, errors.New("the file has no proof of what was signed")
	}
	var out bytes.Buffer
	err := json.Indent(&out, raw, "", "  ")
	out.WriteByte('\n')
	return out.Bytes(), err
}

// answer compares the ledger's answer with what was found.
func (c *checking) answer(a Answer, checked proof.Checked) {
	head := c.found.Head
	if a.Cycle != head.Cycle || a.A != head.A.ID || a.B != head.B.ID || checked.Channel != head.Network {
		c.problem("the proof is of %.64q and %.64q in %.64q on %.64q, not of this statement", a.A, a.B, a.Cycle,
			checked.Channel)
		return
	}
	c.root(head.A.ID, a.SignedA)
	c.root(head.B.ID, a.SignedB)
	if len(c.report.Proven.Signed) == 0 {
		c.problem("the ledger has no signature of this root")
	}
	c.carved(a.Carved)
}

// root compares what a party signed on the ledger with what was found, and with the
// file's word for it.
func (c *checking) root(party string, signed SignedRoot) {
	i := slices.IndexFunc(c.report.Signatures, func(s Signature) bool { return s.Party == party })
	if len(signed.Root) == 0 {
		if i >= 0 {
			c.problem("the file has a signature of %s, the ledger has none", party)
		}
		return
	}
	if !bytes.Equal(signed.Root, c.found.Root) {
		c.problem("on the ledger %s signed the root %s, the lines have %s", party, signed.Root, c.found.Root)
		return
	}
	c.report.Proven.Signed = append(c.report.Proven.Signed, party)
	if i < 0 {
		return // it signed after the file was written
	}
	if s := c.report.Signatures[i]; s.Command != signed.By || s.Date != signed.Date {
		c.problem("the file says that %s signed by %s on %s, the ledger by %s on %s", party, s.Command, s.Date,
			signed.By, signed.Date)
	}
}

// carved compares the lines that are marked as disputed with those that are.
func (c *checking) carved(list []CarvedLine) {
	carved := make([]string, len(list))
	for i, l := range list {
		carved[i] = l.Line
	}
	for _, id := range carved {
		if !slices.Contains(c.disputed, id) {
			c.problem("line %.90s is disputed on the ledger, and not marked", id)
		}
	}
	for _, id := range c.disputed {
		if !slices.Contains(carved, id) {
			c.problem("line %s is marked as disputed, and isn't on the ledger", id)
		}
	}
}
