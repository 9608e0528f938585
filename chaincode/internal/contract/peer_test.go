package contract

import (
	"testing"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// partyRow is a party as the ledger has it.
func partyRow(t *testing.T, w *world, id string) party.Party {
	t.Helper()
	found, err := ask[party.Party](w, "G", "query:Party", id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A party that was registered without peer brings one later: nobody can begin it in its place,
// what others endorsed for it before can't land any more, and its numbers go on.
func TestAPeerThatComesLater(t *testing.T) {
	w := newWorld(t, 3)
	if tx, err := w.call("G", "consortium:Found",
		`{"network":"n","en":"G","zh":"G","roles":["issuer"],"cycle":"c","date":"`+firstDay+
			`","test":true}`); err != nil || !tx.Valid() {
		t.Fatal(err)
	}
	w.beginPeer(t, "G")
	w.must(t, "G", party.RegisterRequest{Party: "D", En: "D", Zh: "D", Roles: party.Issuer},
		party.RegisterRequest{Party: "F", En: "F", Zh: "F", Roles: party.Issuer},
		party.RegisterRequest{Party: "M", En: "M", Zh: "M", Roles: party.Issuer})
	open := func(id string) command.Request {
		return points.OpenProgrammeRequest{Programme: id, En: "x", Zh: "x", Price: amount.Rate{Num: 1, Den: 1}}
	}
	if p := partyRow(t, w, "F"); p.State != party.Pending || p.Peer {
		t.Errorf("before its first command: %+v", p)
	}
	for _, id := range []string{"a", "b", "c"} {
		w.must(t, "F", open(id))
	}
	if p := partyRow(t, w, "F"); p.State != party.Active {
		t.Errorf("after its first command: %+v", p)
	}
	endorse := func(msp string, lane uint8, seq uint64, req command.Request, peers ...string) *ledgersim.Envelope {
		batch := command.Batch{Lane: lane, Seq: seq, Commands: []command.Command{command.New("", req)}}
		env, err := w.net.Endorse(w.net.Propose(w.client(msp), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
			peers...)
		if err != nil {
			t.Fatal(err)
		}
		return env
	}
	fate := func(env *ledgersim.Envelope) peer.TxValidationCode {
		w.net.Submit(env)
		if _, err := w.net.Cut(0); err != nil {
			t.Fatal(err)
		}
		w.net.DeliverAll()
		return w.net.Lookup("G", env.TxID).Code
	}
	withheld := endorse("F", 2, 1, open("d"), "G", "D")
	begin := func(msp string, peers ...string) (*ledgersim.Envelope, error) {
		return w.net.Endorse(w.net.Propose(w.client(msp), seal.Outer, ledgersim.Args("party:BeginPeer", "", "{}")...),
			peers...)
	}
	if _, err := begin("M", "G", "D"); fault.CodeOf(err) == "" && err == nil {
		t.Error("a peer was begun of which the channel has nothing")
	}
	forced, err := begin("F", "G", "D")
	if err != nil {
		t.Fatal(err)
	}
	if code := fate(forced); code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE {
		t.Errorf("begun without F's peer: %s", code)
	}
	w.refused(t, "F", party.BeginPeerRequest{}, fault.BadRequest)
	w.beginPeer(t, "F")
	if p := partyRow(t, w, "F"); !p.Peer || p.Base != 4 {
		t.Errorf("with a peer: %+v", p)
	}
	if code := fate(withheld); code != peer.TxValidationCode_MVCC_READ_CONFLICT {
		t.Errorf("what was endorsed before: %s", code)
	}
	if code := fate(endorse("F", 3, 5, open("e"), "G", "D")); code != peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE {
		t.Errorf("without F's peer: %s", code)
	}
	w.heads["F"] = 4
	w.must(t, "F", open("f"))
	if again, err := begin("F", "F", "G"); err == nil {
		t.Errorf("begun twice: %v", again)
	}
	if _, _, err := w.send(t, "F", command.Batch{Lane: 2, Seq: 1,
		Commands: []command.Command{command.New("", open("g"))}}); err == nil {
		t.Error("a number was given out twice")
	}
}

// Who was closed before its first command takes no place and sends nothing; reopened, it waits again.
func TestAPartyThatNeverCame(t *testing.T) {
	w := founded(t, 1)
	set := func(id string, state party.State) command.Request {
		return party.SetRequest{Party: id, State: state, Reason: "typo"}
	}
	w.refused(t, "D", set("S1", party.Closed), fault.Forbidden)
	w.refused(t, "G", set("G", party.Closed), fault.WrongState)
	w.refused(t, "G", set("S1", party.Suspended), fault.WrongState)
	w.must(t, "G", set("S1", party.Closed))
	w.refused(t, "G", set("S1", party.Closed), fault.WrongState)
	directory := rowsOf(w.net, "G", "directory")[0].Row.(party.Directory)
	if len(directory.Parties) != 6 {
		t.Errorf("%v", directory)
	}
	if _, _, err := w.send(t, "S1", command.Batch{Commands: []command.Command{command.New("",
		points.TimeOutRequest{})}}); err == nil {
		t.Error("who was closed before it began began")
	}
	w.must(t, "G", set("S1", party.Active))
	if p := partyRow(t, w, "S1"); p.State != party.Pending {
		t.Errorf("%+v", p)
	}
	w.refused(t, "M", points.PledgeRequest{Programme: "x", Amount: 1, Until: day(firstDay)}, fault.NotFound)
	w.must(t, "G", set("M", party.Suspended), set("M", party.Closed), set("M", party.Active))
	if p := partyRow(t, w, "M"); p.State != party.Active || p.Since.IsZero() {
		t.Errorf("%+v", p)
	}
}
