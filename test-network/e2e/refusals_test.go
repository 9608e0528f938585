//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"google.golang.org/grpc/status"

	gwpb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
	"tallystick/test-network/direct"
)

// TestBadCommandsAreRefusedOneByOne sends every kind of bad command in real
// batches: each gets its code, its good neighbours take effect, and nothing
// else changes.
func TestBadCommandsAreRefusedOneByOne(t *testing.T) {
	g, d, f, m := net.open(t, "G", "1-2"), net.open(t, "D", "1-2"), net.open(t, "F", "1"), net.open(t, "M", "1")
	whose, other := fresh("bad"), fresh("other")
	enrol(t, d, whose, other)
	lot := issue(t, g, "GP", whose, 100)
	foreign := issue(t, g, "GP", other, 100)
	hold, err := d.Do(t.Context(), "", points.HoldRequest{
		Member: whose, Pieces: []spend.Take{{Lot: lot, Amount: 10}}, Deadline: time.Now().Add(time.Hour).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ends := time.Now().Unix() + 10
	short, err := d.Do(t.Context(), "", points.HoldRequest{
		Member: whose, Pieces: []spend.Take{{Lot: lot, Amount: 5}}, Deadline: ends,
	})
	if err != nil {
		t.Fatal(err)
	}
	issueOf := func(programme string, units amount.Units) points.IssueRequest {
		return points.IssueRequest{Programme: programme, Grants: []points.Grant{grant(whose, units)}}
	}
	holdOf := func(pieces ...spend.Take) points.HoldRequest {
		return points.HoldRequest{Member: whose, Pieces: pieces, Deadline: time.Now().Add(time.Hour).Unix()}
	}
	absent := number.Command{Party: "G", Lane: 31, Seq: 1, Index: 0}
	for _, c := range []struct {
		name string
		by   *node
		req  command.Request
		code fault.Code
	}{
		{"amount 0", g, issueOf("GP", 0), fault.BadRequest},
		{"amount below 0", g, issueOf("GP", -1), fault.BadRequest},
		{"amount above the limit", g, issueOf("GP", amount.Max+1), fault.Limit},
		{"sum above the limit", g,
			points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant(whose, amount.Max), grant(whose, 1)}},
			fault.Limit},
		{"total above the limit", g, issueOf("GP", amount.Max), fault.Limit},
		{"id outside the pattern", g, points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant("a b", 1)}},
			fault.BadRequest},
		{"id with a control character", g,
			points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant("a\x00b", 1)}}, fault.BadRequest},
		{"id too long", g,
			points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant(strings.Repeat("x", 65), 1)}},
			fault.BadRequest},
		{"no such programme", g, issueOf("XP", 1), fault.NotFound},
		{"someone else's programme", d, issueOf("GP", 1), fault.Forbidden},
		{"a party without a peer, someone else's programme", m, issueOf("DP", 1), fault.Forbidden},
		{"an expiry in the past", g, points.IssueRequest{
			Programme: "GP", Grants: []points.Grant{{Member: whose, Amount: 1, Expires: day("2026-10-31")}},
		}, fault.Expired},
		{"a programme's name taken", d,
			points.OpenProgrammeRequest{Programme: "GP", En: "x", Zh: "x", Price: amount.Rate{Num: 1, Den: 1}},
			fault.Conflict},
		{"a register by another than the operator", d,
			party.RegisterRequest{Party: "X", En: "x", Zh: "x", Roles: party.Issuer}, fault.Forbidden},
		{"a party twice", g, party.RegisterRequest{Party: "D", En: "x", Zh: "x", Roles: party.Issuer}, fault.Conflict},
		{"the date by another than the operator", d, settlement.AdvanceRequest{Date: day("2026-11-02")},
			fault.Forbidden},
		{"the date backwards", g, settlement.AdvanceRequest{Date: day("2026-10-01")}, fault.WrongState},
		{"a hold without the role", f, holdOf(spend.Take{Lot: lot, Amount: 1}), fault.Forbidden},
		{"a foreign lot", d, holdOf(spend.Take{Lot: foreign, Amount: 1}), fault.Forbidden},
		{"a lot that isn't", d, holdOf(spend.Take{Lot: absent.Row(0), Amount: 1}), fault.NotFound},
		{"more than there is", d, holdOf(spend.Take{Lot: lot, Amount: 86}), fault.Insufficient},
		{"a deadline in the past", d,
			points.HoldRequest{Member: whose, Pieces: []spend.Take{{Lot: lot, Amount: 1}}, Deadline: 1}, fault.Expired},
		{"a deadline too far", d, points.HoldRequest{
			Member: whose, Pieces: []spend.Take{{Lot: lot, Amount: 1}}, Deadline: time.Now().Unix() + 31*24*3600,
		}, fault.Limit},
		{"another's hold", g, points.CaptureRequest{Hold: hold.Number, Amount: 1}, fault.Forbidden},
		{"more than held", d, points.CaptureRequest{Hold: hold.Number, Amount: 11}, fault.Insufficient},
		{"a hold that isn't", d, points.CaptureRequest{Hold: absent, Amount: 1}, fault.NotFound},
		{"a time-out before the deadline", g, points.TimeOutRequest{Hold: hold.Number}, fault.WrongState},
		{"a release of another's hold", g, points.ReleaseRequest{Hold: hold.Number, Reason: "x"}, fault.Forbidden},
		{"evidence by another than the witness", d, points.ActivateRequest{Lot: lot, Evidence: make([]byte, 32)},
			fault.Forbidden},
		{"a hold without the member's consent", m, holdOf(spend.Take{Lot: lot, Amount: 1}), fault.Unauthorised},
		{"a hold for nobody", d, points.HoldRequest{
			Member: "nobody", Pieces: []spend.Take{{Lot: lot, Amount: 1}}, Deadline: time.Now().Add(time.Hour).Unix(),
		}, fault.NotFound},
		{"a transfer by the issuer", g,
			points.TransferRequest{From: whose, To: other, Pieces: []spend.Take{{Lot: lot, Amount: 1}}},
			fault.Unauthorised},
		{"an issue to nobody", g, points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant("nobody", 1)}},
			fault.NotFound},
		{"a transfer by neither issuer nor home", m,
			points.TransferRequest{From: whose, To: other, Pieces: []spend.Take{{Lot: lot, Amount: 1}}},
			fault.Unauthorised},
		{"a transfer to nobody", g,
			points.TransferRequest{From: whose, To: "nobody", Pieces: []spend.Take{{Lot: lot, Amount: 1}}},
			fault.NotFound},
		{"a transfer to oneself", g,
			points.TransferRequest{From: whose, To: whose, Pieces: []spend.Take{{Lot: lot, Amount: 1}}},
			fault.BadRequest},
		{"an unfreeze of what isn't frozen", g, member.UnfreezeRequest{Member: whose, Reason: "x"}, fault.WrongState},
		{"a freeze without the role", net.open(t, "S1", "1"), member.FreezeRequest{Member: whose, Reason: "x"},
			fault.Forbidden},
	} {
		commands := []command.Command{send(c.req)}
		ran, err := c.by.Run(t.Context(), "", commands)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, refusals := ran.Receipts(c.by.Party(), commands)
		wantCode(t, c.name, refusals[0], c.code)
	}
	awaitClock(t, ends+1)
	_, err = d.Do(t.Context(), "", points.CaptureRequest{Hold: short.Number, Amount: 1})
	wantCode(t, "capture of an expired hold", err, fault.Expired)
	lots, err := g.Query().Lots(t.Context(), lot)
	if err != nil || lots[0].Available() != 85 {
		t.Errorf("the lot after all refusals: %+v, %v", lots, err)
	}
	balance(t, g, "GP")
}

// awaitClock waits until the wall clock says so: a deadline is a condition too.
func awaitClock(t *testing.T, unix int64) {
	t.Helper()
	select {
	case <-time.After(time.Until(time.Unix(unix, 0))):
	case <-t.Context().Done():
		t.Fatal("cut short")
	}
}

// TestMalformedCallsAreRefusedWhole sends what no client of ours would.
func TestMalformedCallsAreRefusedWhole(t *testing.T) {
	cfg := must(net.config("G", t.TempDir(), ""))
	gw, hangUp, err := direct.Connect(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer hangUp()
	contract := gw.GetNetwork(cfg.Channel).GetContract(cfg.Chaincode)
	good := send(points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant("li", 1)}})
	many := make([]command.Command, 501)
	for i := range many {
		many[i] = good
	}
	batch := func(b command.Batch) []byte { return codec.Encode(b) }
	for _, c := range []struct {
		name, function string
		args           [][]byte
		code           fault.Code
	}{
		{"501 commands", "batch:Run", [][]byte{batch(command.Batch{Lane: 29, Seq: 1, Commands: many})},
			fault.BadRequest},
		{"no command", "batch:Run", [][]byte{batch(command.Batch{Lane: 29, Seq: 1})}, fault.BadRequest},
		{"no CBOR", "batch:Run", [][]byte{[]byte("secret-price")}, fault.BadRequest},
		{"CBOR and more", "batch:Run",
			[][]byte{append(batch(command.Batch{Lane: 29, Seq: 1, Commands: []command.Command{good}}), 0)},
			fault.BadRequest},
		{"two batches", "batch:Run", [][]byte{batch(command.Batch{}), batch(command.Batch{})}, fault.BadRequest},
		{"the single commands' lane", "batch:Run",
			[][]byte{batch(command.Batch{Lane: 0, Seq: 1, Commands: []command.Command{good}})}, fault.BadRequest},
		{"a sequence ahead", "batch:Run",
			[][]byte{batch(command.Batch{Lane: 29, Seq: 99, Commands: []command.Command{good}})}, fault.LaneMoved},
		{"a source that moved", "batch:Run", [][]byte{batch(command.Batch{
			Lane: 29, Seq: 1, Source: &command.Source{Name: "s", From: 5, To: 6}, Commands: []command.Command{good},
		})}, fault.SourceMoved},
		{"an unknown field", "points:Issue",
			[][]byte{[]byte("r"), []byte(`{"programme":"GP","grants":[],"price":"secret-price"}`)}, fault.BadRequest},
		{"a wrong type", "points:Issue", [][]byte{[]byte("r"), []byte(`{"programme":"GP","grants":"secret-price"}`)},
			fault.BadRequest},
		{"a float", "points:Capture", [][]byte{[]byte("r"), []byte(`{"hold":"G.1.1.0","amount":1.5}`)},
			fault.BadRequest},
		{"an odd request id", "points:Issue", [][]byte{[]byte("r\n"), []byte(
			`{"programme":"GP","grants":[{"member":"li","amount":1,"expires":"2027-12-31","witness":"","outlet":"","reference":""}]}`)},
			fault.BadRequest},
		{"no argument", "points:Issue", nil, fault.BadRequest},
		{"no function", "points:Mint", [][]byte{[]byte("r"), []byte("{}")}, fault.BadRequest},
		{"no contract", "mint:Mint", [][]byte{[]byte("r"), []byte("{}")}, fault.BadRequest},
		{"a second founding", "charter:Found",
			[][]byte{[]byte(
				`{"network":"n","en":"x","zh":"x","roles":[],"cycle":"c","date":"2026-11-01","test":true}`)},
			fault.Conflict},
		{"the heads, directly", "", nil, fault.Forbidden},
	} {
		target := contract
		if c.function == "" {
			target = gw.GetNetwork(cfg.Channel).GetContract(cfg.SealOf("G"))
			c.function, c.args = "advance", [][]byte{[]byte("29"), []byte("1"), make([]byte, 32)}
		}
		_, err := target.Submit(c.function, client.WithBytesArguments(c.args...))
		refusal := refusalOf(err)
		if refusal == nil || refusal.Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
		if refusal != nil && strings.Contains(refusal.Text, "secret-price") {
			t.Errorf("%s: the argument is echoed: %v", c.name, refusal)
		}
	}
}

// refusalOf finds the chaincode's refusal in what Fabric's client answers.
func refusalOf(err error) *fault.Error {
	if err == nil {
		return nil
	}
	for _, detail := range status.Convert(err).Details() {
		if d, ok := detail.(*gwpb.ErrorDetail); ok {
			if refusal, ok := fault.Parse(d.GetMessage()); ok {
				return refusal
			}
		}
	}
	return nil
}

// A request id answers with its first receipt, on whichever way it comes, and
// refuses other content.
func TestRequestIDsCountOnce(t *testing.T) {
	g := net.open(t, "G", "3")
	again := net.open(t, "G", "4")
	req := points.IssueRequest{Programme: "GP", Grants: []points.Grant{coming("once", "G", 7)}}
	other := points.IssueRequest{Programme: "GP", Grants: []points.Grant{coming("once", "G", 8)}}
	id := fmt.Sprintf("once-%d", time.Now().UnixNano())
	first, err := g.Do(t.Context(), id, req)
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func() (command.Receipt, error){
		"the same gateway":         func() (command.Receipt, error) { return g.Do(t.Context(), id, req) },
		"a gateway with no outbox": func() (command.Receipt, error) { return again.Do(t.Context(), id, req) },
		"a single command":         func() (command.Receipt, error) { return again.Single(t.Context(), id, req) },
	} {
		r, err := ask()
		if err != nil || r.Number != first.Number || !r.Again {
			t.Errorf("%s: %+v, %v; want %s again", name, r, err, first.Number)
		}
	}
	_, err = again.Do(t.Context(), id, other)
	wantCode(t, "other content in a lane", err, fault.Conflict)
	_, err = g.Single(t.Context(), id, other)
	wantCode(t, "other content as a single command", err, fault.Conflict)
}
