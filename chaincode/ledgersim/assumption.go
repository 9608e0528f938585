package ledgersim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Assumption is a statement on Fabric with a script that shows it. The same
// script runs on the model and on a real network: see Subject.
type Assumption struct {
	Name      string
	Statement string
	Source    string // where Fabric says so, a path in its repository or the shim's
	Steps     []Step
}

// Step is one line of a script. In scripts "$" stands for the run's prefix, so
// that keys are fresh, and @0 @1 @2 for the organisations' MSP ids.
type Step struct {
	Verb      Verb
	Name      string // Endorse: what the envelope is called. Commit: names, in order
	Chaincode string // ChaincodeA unless it says otherwise
	Script    string // for Probe
	Orgs      []int  // endorsers, or who is asked; nil for the first two, or the first
	Want      string // see Verb; a leading "…" asks for a part only
	Event     string // Commit: "name payload" of the first envelope
}

// Verb says what a step does.
type Verb string

const (
	Endorse Verb = "endorse" // Want: "" when it is endorsed, else the refusal
	Commit  Verb = "commit"  // Want: the codes, of envelopes that are in one block
	Query   Verb = "query"   // Want: the answer, or the refusal
)

// What an assumption's network must have: three organisations with a peer each,
// Probe deployed under two names whose policy is two of the three, the first
// with a collection of the first two organisations.
const (
	ChaincodeA     = "probea"
	ChaincodeB     = "probeb"
	CollectionName = "shared"
)

// Subject is a network that assumptions are put to.
type Subject interface {
	MSP(org int) string
	// Endorse gives a handle on an envelope that isn't submitted yet.
	Endorse(chaincode, script string, orgs []int) (handle any, err error)
	// Commit orders envelopes in this order and waits for the last organisation's
	// peer to have them. If it could not get them into one block it returns ErrSplit.
	Commit(handles ...any) ([]Receipt, error)
	// Query asks one organisation's peer.
	Query(chaincode, script string, org int) (string, error)
}

// Receipt is what a block says of an envelope.
type Receipt struct {
	Code  string // peer.TxValidationCode's name
	Event string // "name payload", "" for none
}

// ErrSplit says that a run came to nothing by chance; run again with a new prefix.
var ErrSplit = errors.New("the envelopes came into different blocks")

// Check runs the script. The prefix must be new to the network, and may hold
// letters and digits only.
func (a Assumption) Check(s Subject, prefix string) error {
	handles := map[string]any{}
	fill := strings.NewReplacer("$", prefix, "@0", s.MSP(0), "@1", s.MSP(1), "@2", s.MSP(2))
	for i, step := range a.Steps {
		step.Script, step.Want = fill.Replace(step.Script), fill.Replace(step.Want)
		if step.Chaincode == "" {
			step.Chaincode = ChaincodeA
		}
		got, err := step.run(s, handles)
		if err != nil {
			return fmt.Errorf("%s, step %d: %w", a.Name, i+1, err)
		}
		if part, ok := strings.CutPrefix(step.Want, "…"); got != step.Want && (!ok || !strings.Contains(got, part)) {
			return fmt.Errorf("%s, step %d, %s %s%s: got %q, want %q",
				a.Name, i+1, step.Verb, step.Name, step.Script, got, step.Want)
		}
	}
	return nil
}

func (st Step) run(s Subject, handles map[string]any) (got string, err error) {
	switch st.Verb {
	case Endorse:
		orgs := st.Orgs
		if orgs == nil {
			orgs = []int{0, 1}
		}
		h, err := s.Endorse(st.Chaincode, st.Script, orgs)
		if err != nil {
			return err.Error(), nil
		}
		handles[st.Name] = h
		return "", nil
	case Commit:
		var hs []any
		for _, name := range strings.Fields(st.Name) {
			if handles[name] == nil {
				return "", fmt.Errorf("%s was never endorsed", name)
			}
			hs = append(hs, handles[name])
		}
		receipts, err := s.Commit(hs...)
		if err != nil {
			return "", err
		}
		if st.Event != "" && receipts[0].Event != st.Event {
			return "", fmt.Errorf("event %q, want %q", receipts[0].Event, st.Event)
		}
		var codes []string
		for _, r := range receipts {
			codes = append(codes, r.Code)
		}
		return strings.Join(codes, " "), nil
	}
	org := 0
	if st.Orgs != nil {
		org = st.Orgs[0]
	}
	got, err = s.Query(st.Chaincode, st.Script, org)
	if err != nil {
		return err.Error(), nil
	}
	return got, nil
}

// NewSubject is a fresh model that assumptions can be put to.
func NewSubject(cfg Config) Subject {
	cfg.Orgs = []Org{{"AMSP", true}, {"BMSP", true}, {"CMSP", true}}
	n := New(cfg)
	policy := OutOf(2, n.peerNames...)
	n.Deploy(ChaincodeA, Probe{}, policy, Collection{Name: CollectionName, Members: n.peerNames[:2]})
	n.Deploy(ChaincodeB, Probe{}, policy)
	return &modelSubject{n}
}

type modelSubject struct{ net *Network }

func (m *modelSubject) MSP(org int) string { return m.net.peerNames[org] }

func (m *modelSubject) Endorse(chaincode, script string, orgs []int) (any, error) {
	var peers []string
	for _, o := range orgs {
		peers = append(peers, m.MSP(o))
	}
	env, err := m.net.Endorse(m.net.Propose(m.net.Identity(m.MSP(0), "prober"), chaincode, Args(script)...), peers...)
	if err != nil {
		return nil, err
	}
	return env, nil
}

func (m *modelSubject) Commit(handles ...any) ([]Receipt, error) {
	for _, h := range handles {
		m.net.Submit(h.(*Envelope))
	}
	b, err := m.net.Cut(0)
	if err != nil {
		return nil, err
	}
	m.net.DeliverAll()
	var out []Receipt
	for tx := range slices.Values(b.Txs) {
		r := Receipt{Code: tx.Code.String()}
		if ev := tx.Event(); ev != nil {
			r.Event = ev.EventName + " " + string(ev.Payload)
		}
		out = append(out, r)
	}
	return out, nil
}

func (m *modelSubject) Query(chaincode, script string, org int) (string, error) {
	b, err := m.net.Evaluate(m.net.Identity(m.MSP(0), "prober"), m.MSP(org), chaincode, Args(script)...)
	return string(b), err
}
