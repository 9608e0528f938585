package adversary

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// S2. The auditor sends two million opening brackets.
func TestBracketsEndNobodysProcess(t *testing.T) {
	w := found(t)
	deep := strings.Repeat("[", 2_000_000)
	for _, call := range [][]string{{"query:Lots", deep}, {"points:Issue", "", deep}, {"batch:Run", deep},
		{"points:Issue", deep, "{}"}, {deep, deep}} {
		if err := w.door("A", call[0], call[1:]...); err == nil {
			t.Errorf("%.20s is taken", call)
		}
	}
	w.open("D")
}

// S4. F's largest batch: 500 commands of 100 lots each. What it writes is bounded, and M's business goes on.
func TestALargestBatchIsBounded(t *testing.T) {
	w := found(t)
	w.open("F")
	issue := points.IssueRequest{Programme: "FP"}
	for range 100 {
		issue.Grants = append(issue.Grants, points.Grant{Member: "li", Amount: 1, Expires: w.today + 9})
	}
	list := make([]command.Request, 500)
	for i := range list {
		list[i] = issue
	}
	w.attack("F", 1, list...)
	const most = 10_000
	if n := len(rows[points.Lot](w, "lot")); n > most {
		t.Errorf("one transaction wrote %d rows", n)
	}
	w.open("D")
	w.redeem("li", w.issue("D", "li", 100), 40)
}

// S7, S9. F agrees to the operator's model and leaves it, all day; what others have in flight still lands, and others
// can still agree.
func TestAgreeingAndLeavingKeepsNobodyOut(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "li", 100)
	w.must("G", settlement.ProposeRequest{
		Model: "all", Terms: settlement.Terms{Fee: amount.Rate{Num: 1, Den: 100}}, From: w.today + 2,
	})
	hold := w.must("M", points.HoldRequest{Member: "li", Pieces: take(lot, 40), Deadline: w.soon(60)})
	var storm []command.Request
	for range 200 {
		storm = append(storm, w.agree("G", "all"), settlement.LeaveRequest{By: "G", Model: "all"})
	}
	if code := w.inFlight("M", points.CaptureRequest{Hold: hold, Amount: 1},
		func() { w.batch("F", 1, storm...) }); code != peer.TxValidationCode_VALID {
		t.Errorf("M's capture of D's points is %s", code)
	}
	w.must("D", w.agree("G", "all"))
}

// inFlight endorses a command, lets something else happen, and answers how it ends.
func (w *world) inFlight(who string, req command.Request, meanwhile func()) peer.TxValidationCode {
	w.Helper()
	const lane = 9
	batch := command.Batch{Lane: lane, Seq: w.net.Seq(who, lane) + 1, Commands: []command.Command{command.New("", req)}}
	env, err := w.net.Endorse(
		w.net.Propose(w.net.Identity(who, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
		w.net.Endorsers(who)...)
	if err != nil {
		w.Fatal(err)
	}
	meanwhile()
	w.net.Submit(env)
	if err := ledgersim.NewScheduler(w.net.Network, 1, ledgersim.DefaultWeights).Drain(); err != nil {
		w.Fatal(err)
	}
	code := w.net.Lookup("G", env.TxID).Code
	if code == peer.TxValidationCode_VALID {
		w.net.Moved(who, lane)
	}
	return code
}

// S7, S9. D freezes and unfreezes members of its own, as many as there can be; M's business with li goes on, and the
// operator can freeze whom it must.
func TestFreezingOnesOwnKeepsNobodyOut(t *testing.T) {
	w := found(t)
	w.open("D")
	lot := w.issue("D", "li", 100)
	var enrol, freeze []command.Request
	for i := range 400 {
		enrol = append(enrol, member.EnrolRequest{Member: fmt.Sprint("d", i)})
		freeze = append(freeze, member.FreezeRequest{Member: fmt.Sprint("d", i), Reason: "x"})
	}
	w.batch("D", 1, enrol...)
	hold := points.HoldRequest{Member: "li", Pieces: take(lot, 40), Deadline: w.soon(60)}
	if code := w.inFlight("M", hold, func() { w.batch("D", 1, freeze...) }); code != peer.TxValidationCode_VALID {
		t.Errorf("M's hold is %s", code)
	}
	for range 20 {
		enrol, freeze = nil, nil
		for i := range 400 {
			id := fmt.Sprint("e", w.net.Seq("D", 1), "-", i)
			enrol = append(enrol, member.EnrolRequest{Member: id})
			freeze = append(freeze, member.FreezeRequest{Member: id, Reason: "x"})
		}
		w.batch("D", 1, enrol...)
		w.batch("D", 1, freeze...)
	}
	for id := range homes {
		w.must("G", member.FreezeRequest{Member: id, Reason: "laundering"})
	}
}

// S17. Whoever sends what isn't its to send makes an endorser read little; so does whoever may. The close of a cycle
// reads each party's lanes, and so does the count of what an issuer owes.
func TestWhatIsAskedCostsLittle(t *testing.T) {
	const few = 24
	costly := map[command.Kind]int{
		command.Compute: 2 * number.Lanes * len(parties), command.Relieve: number.Lanes * (len(parties) + 1),
	}
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.before = func(who string, req command.Request) {
		kind := command.KindOf(req)
		for _, by := range []string{who, "A", "S2"} {
			batch := command.Batch{Lane: 30, Seq: 1, Commands: []command.Command{command.New("", req)}}
			env, err := p.net.Endorse(
				p.net.Propose(p.net.Identity(by, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
				p.net.Endorsers(by)[0])
			if err != nil {
				t.Fatal(err)
			}
			if n := len(env.RWSet().Namespace(seal.Outer).Reads); n > few+costly[kind] {
				t.Errorf("%s by %s reads %d rows", kind, by, n)
			}
		}
	}
	p.march()
}
