package contract

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// world is the ledger of a small consortium, in the simulator: G the operator,
// D and F with peers, each two of the three with a collection for profiles; M, S1,
// S2 and A without.
type world struct {
	net   *ledgersim.Network
	heads map[string]uint64 // lane 1 of each party, as its client knows it
}

// movable are rules under which points can go from member to member.
var movable = points.Rules{Transfer: points.TransferRules{Allowed: true}}

const firstDay = "2026-11-01"

// fataler is a test or a property's draw.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// The contract API takes half a second to reflect over the contracts, so the worlds,
// of which one lives at a time, share them and the clock of the latest.
var (
	worldNow func() time.Time
	tally    = sync.OnceValues(func() (shim.Chaincode, error) {
		honest, err := New(Config{Operator: "G", Test: true, Now: func() time.Time {
			return worldNow()
		}, Place: time.UTC})
		return watched{honest}, err
	})
)

// newWorld deploys both chaincodes; nothing is founded.
func newWorld(t fataler, seed uint64) *world {
	t.Helper()
	orgs := []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}, {MSP: "F", Peer: true}, {MSP: "M"},
		{MSP: "S1"}, {MSP: "S2"}, {MSP: "A"}}
	net := ledgersim.New(ledgersim.Config{Seed: seed, Orgs: orgs, CheckDeterminism: seed%4 == 1})
	worldNow = net.Now
	tally, err := tally()
	if err != nil {
		t.Fatal(err)
	}
	policy := ledgersim.OutOf(2, "G", "D", "F")
	net.Deploy(seal.Outer, tally, policy, profileCollections()...)
	net.Deploy(row.SealOf("", false), seal.Chaincode{}, policy)
	for _, p := range net.Peers() {
		net.Deploy(row.SealOf(p, true), seal.Chaincode{}, ledgersim.OutOf(1, p))
	}
	return &world{net: net, heads: map[string]uint64{}}
}

// profileCollections are those of the parties with peers, two and two.
func profileCollections() []ledgersim.Collection {
	var list []ledgersim.Collection
	for _, pair := range [][]string{{"D", "F"}, {"D", "G"}, {"F", "G"}} {
		list = append(list, ledgersim.Collection{Name: member.Collection(pair[0], pair[1]), Members: pair,
			MemberOnlyRead: true, MemberOnlyWrite: true})
	}
	return list
}

// homes says which party every member of a founded world was enrolled by.
var homes = map[string]string{"li": "M", "zhang": "M", "chen": "M", "wang": "D", "sun": "G"}

// founded is a world with its parties registered and its members enrolled.
func founded(t fataler, seed uint64) *world {
	t.Helper()
	w := established(t, seed)
	w.must(t, "G", member.EnrolRequest{Member: "sun"})
	w.must(t, "D", member.EnrolRequest{Member: "wang"})
	w.must(t, "M", member.EnrolRequest{Member: "li"}, member.EnrolRequest{Member: "zhang"},
		member.EnrolRequest{Member: "chen"})
	return w
}

// established is a world with its parties and no member.
func established(t fataler, seed uint64) *world {
	t.Helper()
	return establishedIn(t, seed, "2026-11", firstDay)
}

// establishedUnder is established, with a policy that all parties have accepted in force for the first cycle.
func establishedUnder(t fataler, seed uint64, p settlement.Policy) *world {
	t.Helper()
	w := establishedIn(t, seed, "2026-10", (day(firstDay) - 1).String())
	w.adopt(t, p)
	w.advance(t, 0)
	w.must(t, "G", settlement.CutOffRequest{Cycle: "2026-10", Next: "2026-11"})
	return w
}

// adopt has the operator ask for a policy, and all parties accept it.
func (w *world) adopt(t fataler, p settlement.Policy) {
	t.Helper()
	w.must(t, "G", settlement.SetPolicyRequest{Policy: p})
	for _, party := range []string{"D", "F", "G", "M", "S1", "S2"} {
		w.must(t, party, settlement.AcceptPolicyRequest{Policy: p})
	}
}

// establishedIn is established in a cycle, on a business date.
func establishedIn(t fataler, seed uint64, cycle, first string) *world {
	t.Helper()
	w := newWorld(t, seed)
	tx, err := w.call("G", "consortium:Found",
		`{"network":"test","en":"Group","zh":"集团","roles":["issuer","acceptor"],"cycle":"`+cycle+
			`","date":"`+first+`","test":true}`)
	if err != nil || !tx.Valid() {
		t.Fatalf("founding: %v", err)
	}
	w.beginPeer(t, "G")
	var requests []command.Request
	for _, p := range []struct {
		id    string
		roles party.Roles
	}{{"D", party.Issuer | party.Acceptor}, {"F", party.Issuer}, {"M", party.Issuer | party.Acceptor},
		{"S1", party.Supplier}, {"S2", party.Supplier}, {"A", party.Auditor}} {
		requests = append(requests, party.RegisterRequest{Party: p.id, En: p.id, Zh: p.id, Roles: p.roles})
	}
	w.must(t, "G", requests...)
	w.beginPeer(t, "D")
	w.beginPeer(t, "F")
	return w
}

// beginPeer has a party say that it runs a peer.
func (w *world) beginPeer(t fataler, msp string) {
	t.Helper()
	tx, err := w.call(msp, "party:BeginPeer", "", "{}")
	if err != nil || !tx.Valid() {
		t.Fatalf("%s begins its peer: %v", msp, err)
	}
}

// must runs commands that have to take effect, and answers the last one's number.
func (w *world) must(t fataler, msp string, requests ...command.Request) number.Command {
	t.Helper()
	receipts, refusals := w.run(t, msp, requests...)
	for i, err := range refusals {
		if err != nil {
			t.Fatalf("%s: %+v: %v", msp, requests[i], err)
		}
	}
	return receipts[len(receipts)-1].Number
}

// authorise lets an acceptor spend so much of one programme of a member's, for a day.
func (w *world) authorise(t fataler, id, acceptor, programme string, units amount.Units) number.Command {
	t.Helper()
	return w.must(t, homes[id], member.AuthoriseRequest{
		Member: id, Acceptor: acceptor, Caps: []member.Limit{{Programme: programme, Amount: units}},
		Until: w.net.Now().Unix() + 86400,
	})
}

// agreeRate agrees to a rate as it is published.
func (w *world) agreeRate(t fataler, issuer, from, to string) {
	t.Helper()
	w.must(t, issuer, points.AgreeRateRequest{From: from, To: to, Terms: w.rate(t, from, to).Terms()})
}

// rate is a rate as it is published.
func (w *world) rate(t fataler, from, to string) points.Conversion {
	t.Helper()
	rate, err := row.Decode[points.Conversion](w.net.Get("G", seal.Outer, string(row.Conversion(from, to))))
	if err != nil {
		t.Fatal(err)
	}
	return rate
}

func (w *world) client(msp string) *ledgersim.Identity { return w.net.Identity(msp, "client") }

// call invokes one function with string arguments.
func (w *world) call(msp, function string, args ...string) (*ledgersim.Tx, error) {
	return w.net.Invoke(w.client(msp), seal.Outer, ledgersim.Args(append([]string{function}, args...)...)...)
}

// run sends requests as one batch in the party's lane 1.
func (w *world) run(t fataler, msp string, requests ...command.Request) ([]command.Receipt, []error) {
	t.Helper()
	batch := command.Batch{}
	for _, r := range requests {
		batch.Commands = append(batch.Commands, command.New("", r))
	}
	receipts, refusals, err := w.send(t, msp, batch)
	if err != nil {
		t.Fatal(err)
	}
	return receipts, refusals
}

// send sends a batch as lane 1's next.
func (w *world) send(t fataler, msp string, batch command.Batch) ([]command.Receipt, []error, error) {
	t.Helper()
	return w.sendWith(t, msp, batch, nil)
}

// endorsers are as many peers as the policies ask for: two, a party's own among them.
func endorsers(msp string) []string {
	switch msp {
	case "D", "F":
		return []string{msp, "G"}
	}
	return []string{"G", "D"}
}

// sendWith sends a batch with transient data, to the peers named or to enough.
func (w *world) sendWith(t fataler, msp string, batch command.Batch, transient map[string][]byte,
	peers ...string) ([]command.Receipt, []error, error) {
	t.Helper()
	if batch.Lane == 0 {
		batch.Lane, batch.Seq = 1, w.heads[msp]+1
	}
	p := w.net.Propose(w.client(msp), seal.Outer, []byte("batch:Run"), codec.Encode(batch))
	p.Transient = transient
	if peers == nil {
		peers = endorsers(msp)
	}
	tx, err := w.net.InvokeProposal(p, peers...)
	if err != nil {
		return nil, nil, err
	}
	if tx.Code != peer.TxValidationCode_VALID {
		return nil, nil, fmt.Errorf("transaction is %s", tx.Code)
	}
	w.heads[msp] = batch.Seq
	var result command.Result
	if err := codec.Decode(tx.Envelope.Response().GetPayload(), &result); err != nil {
		t.Fatal(err)
	}
	receipts, refusals := batch.Receipts(msp, result)
	return receipts, refusals, nil
}

func day(text string) date.Date {
	d, err := date.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

// advance moves the business date on to so many days after the first.
func (w *world) advance(t fataler, days date.Date) {
	t.Helper()
	w.advanceTo(t, day(firstDay)+days)
}

// advanceTo moves the business date on day by day, so that all of them count.
func (w *world) advanceTo(t fataler, to date.Date) {
	t.Helper()
	var days []command.Request
	for d := w.open().Date + 1; d <= to; d++ {
		days = append(days, settlement.AdvanceRequest{Date: d})
	}
	for chunk := range slices.Chunk(days, 100) {
		w.must(t, "G", chunk...)
	}
}

// open is the open cycle.
func (w *world) open() settlement.Cycle { return rowIn(w, row.Cycle()) }

// consent lets a party agree to the newest version of a model.
func (w *world) consent(t fataler, party, by, id string) {
	t.Helper()
	w.must(t, party, w.agreement(by, id))
}

// agreement is to the newest version of a model, as anybody can read it.
func (w *world) agreement(by, id string) settlement.AgreeRequest {
	req := settlement.AgreeRequest{By: by, Model: id, Version: 1, Hash: make(codec.Hash, 32)}
	today, notice := w.open().Date, rowIn(w, row.Notice(by))
	if notice.Date != today {
		notice.Proposed = nil
	}
	for _, m := range slices.Concat(rowIn(w, row.Agreements(today)).Models, notice.Proposed) {
		if m.By == by && m.ID == id {
			req.Version, req.Hash = m.Version, m.Hash()
		}
	}
	return req
}
