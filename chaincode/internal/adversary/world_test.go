package adversary

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// world is a consortium: G the operator, D and F with peers like it; M, S1, S2 and the
// auditor A without.
type world struct {
	*testing.T
	net   *replay.Ledger
	today date.Date
	named bool      // commands of try bear request ids
	sent  []sent    // these
	days  date.Date // that an Advance moves the date on at most
}

// sent is a command that bore a request id, and its answer.
type sent struct {
	who, name string
	req       command.Request
	receipt   command.Receipt
}

// parties are all of them, the operator first.
var parties = []string{"G", "D", "F", "M", "S1", "S2", "A"}

// homes says who enrolled the members of a founded world.
var homes = map[string]string{"li": "M", "zhang": "M", "chen": "M", "wang": "D", "sun": "G"}

// rules are those of every world.
var rules = replay.Rules{Operator: "G", Test: true}

var one = amount.Rate{Num: 1, Den: 1}

// found makes a world with its parties registered and its members enrolled.
func found(t *testing.T) *world {
	t.Helper()
	w := deploy(t)
	if err := w.door("G", "charter:Found",
		`{"network":"test","en":"Group","zh":"集团","roles":["issuer","acceptor"],"cycle":"c0","date":"2026-11-01","test":true}`); err !=
		nil {
		t.Fatal(err)
	}
	w.beginPeer("G")
	for _, p := range []party.RegisterRequest{
		{Party: "D", Roles: party.Issuer | party.Acceptor}, {Party: "F", Roles: party.Issuer | party.Acceptor},
		{Party: "M", Roles: party.Issuer | party.Acceptor}, {Party: "S1", Roles: party.Supplier},
		{Party: "S2", Roles: party.Supplier}, {Party: "A", Roles: party.Auditor},
	} {
		p.En, p.Zh = p.Party, p.Party
		w.must("G", p)
	}
	w.beginPeer("D")
	w.beginPeer("F")
	for _, id := range []string{"li", "zhang", "chen", "wang", "sun"} {
		w.must(homes[id], member.EnrolRequest{Member: id})
	}
	return w
}

// beginPeer has a party say that it runs a peer.
func (w *world) beginPeer(who string) {
	w.Helper()
	if err := w.net.BeginPeer(who); err != nil {
		w.Fatal(err)
	}
}

// deploy installs both chaincodes; nothing is founded.
func deploy(t *testing.T) *world {
	t.Helper()
	var orgs []ledgersim.Org
	for i, id := range parties {
		orgs = append(orgs, ledgersim.Org{MSP: id, Peer: i < 3})
	}
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: orgs}, rules)
	if err != nil {
		t.Fatal(err)
	}
	first, err := date.Parse("2026-11-01")
	if err != nil {
		t.Fatal(err)
	}
	return &world{T: t, net: l, today: first, days: 1}
}

// must runs one command that has to take effect.
func (w *world) must(who string, req command.Request) number.Command {
	w.Helper()
	n, err := w.try(who, req)
	if err != nil {
		w.Fatalf("%s %s: %v\n%+v", who, command.KindOf(req), err, req)
	}
	return n
}

// refused runs one command that has to be refused, with one of these codes if there are any.
func (w *world) refused(who string, req command.Request, codes ...fault.Code) {
	w.Helper()
	_, err := w.try(who, req)
	if err == nil || len(codes) > 0 && !slices.Contains(codes, fault.CodeOf(err)) {
		w.Errorf("%s %s: %v, want %v\n%+v", who, command.KindOf(req), err, codes, req)
	}
}

// try runs one command in the party's lane 1.
func (w *world) try(who string, req command.Request) (number.Command, error) {
	w.Helper()
	name := ""
	if w.named {
		name = fmt.Sprintf("r%d", len(w.sent))
	}
	receipts, errs := w.send(who, 1, command.New(name, req))
	if w.named {
		w.sent = append(w.sent, sent{who, name, req, receipts[0]})
	}
	return receipts[0].Number, errs[0]
}

// batch runs commands as one batch in a lane.
func (w *world) batch(who string, lane uint8, reqs ...command.Request) ([]number.Command, []error) {
	w.Helper()
	var commands []command.Command
	for _, r := range reqs {
		commands = append(commands, command.New("", r))
	}
	receipts, refusals := w.send(who, lane, commands...)
	numbers := make([]number.Command, len(receipts))
	for i, r := range receipts {
		numbers[i] = r.Number
	}
	return numbers, refusals
}

// send sends commands as one batch in a lane.
func (w *world) send(who string, lane uint8, commands ...command.Command) ([]command.Receipt, []error) {
	w.Helper()
	receipts, refusals, err := w.net.Run(who, lane, commands...)
	if err != nil {
		w.Fatalf("%s: %v", who, err)
	}
	return receipts, refusals
}

// door calls a function as somebody at a peer's command line does.
func (w *world) door(who, function string, args ...string) error {
	_, err := w.net.Call(who, function, args...)
	return err
}

// pass lets days pass, no more at once than one command may.
func (w *world) pass(days date.Date) {
	w.Helper()
	w.today = w.cycle().Date
	for days > 0 {
		step := min(days, w.days)
		w.today, days = w.today+step, days-step
		w.must("G", settlement.AdvanceRequest{Date: w.today})
	}
}

// soon is so many seconds ahead.
func (w *world) soon(seconds int64) int64 { return w.net.Now().Unix() + seconds }

// later lets time pass, for deadlines in seconds.
func (w *world) later(d time.Duration) { w.net.Advance(d) }

// open opens a programme of a party's at a fen a point, which is called by its id and P.
func (w *world) open(issuer string) {
	w.Helper()
	w.must(issuer, points.OpenProgrammeRequest{
		Programme: issuer + "P", En: issuer, Zh: issuer, Price: one,
		Rules: points.Rules{Transfer: points.TransferRules{Allowed: true}},
	})
}

// issue gives a member points of a party's programme.
func (w *world) issue(issuer, to string, n amount.Units) number.Row {
	w.Helper()
	return w.must(issuer, points.IssueRequest{
		Programme: issuer + "P", Grants: []points.Grant{{Member: to, Amount: n, Expires: w.today + 300}},
	}).Row(0)
}

// take is so much of one lot.
func take(lot number.Row, n amount.Units) []spend.Take { return []spend.Take{{Lot: lot, Amount: n}} }

// redeem has a member's home take points of a lot.
func (w *world) redeem(id string, lot number.Row, n amount.Units) (hold, capture number.Command) {
	w.Helper()
	hold = w.must(homes[id], points.HoldRequest{Member: id, Pieces: take(lot, n), Deadline: w.soon(60)})
	return hold, w.must(homes[id], points.CaptureRequest{Hold: hold, Amount: n})
}

// rows are all rows of a kind, by id.
func rows[T any](w *world, kind string) map[string]T {
	found := map[string]T{}
	for key, value := range w.net.State("G", seal.Outer) {
		named, err := row.Read(key, value)
		if err != nil {
			w.Errorf("%s can't be read: %v", key, err)
		} else if r, ok := named.Row.(T); ok && named.Kind == kind {
			found[named.ID] = r
		}
	}
	return found
}

// owes is what all debts of a party to another come to that were ever noted in fen.
func (w *world) owes(debtor, creditor string) (fen amount.Units) {
	for _, list := range rows[settlement.Obligations](w, "obligations") {
		for _, o := range list.List {
			if o.Debtor == debtor && o.Creditor == creditor {
				fen += o.Fen
			}
		}
	}
	return fen
}

func sorted[T any](m map[string]T) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}

// attack runs an attacker's commands; the ledger may refuse them, but not because they are malformed.
func (w *world) attack(who string, lane uint8, reqs ...command.Request) (taken int) {
	w.Helper()
	_, refusals := w.batch(who, lane, reqs...)
	for i, err := range refusals {
		if err == nil {
			taken++
		} else if fault.CodeOf(err) == fault.BadRequest {
			w.Errorf("the attack is malformed: %s: %v", command.KindOf(reqs[i]), err)
		}
	}
	return taken
}
