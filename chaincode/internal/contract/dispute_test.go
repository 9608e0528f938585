package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/internal/run"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/internal/verb"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/pedersen"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

// noting is the chaincode with one function more, which notes what a party's command would: note PARTY SEQ, and then
// the JSON of debts. Its batches are of lane 9, which no test uses.
type noting struct{ shim.Chaincode }

// noted is one thing owed; with a sum, it is hidden.
type noted struct {
	Kind             settlement.ObligationKind
	Debtor, Creditor string
	Fen              amount.Units
	Hidden           *pedersen.Sum
}

func (n noting) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	args := stub.GetStringArgs()
	if args[0] != "note" {
		return n.Chaincode.Invoke(stub)
	}
	c := &run.Call{Run: &run.Run{Tx: ledger.New(stub), Cycle: settlement.Cycle{ID: "2026-11"},
		Caller: party.Party{ID: args[1]}, Lane: 9}}
	var list []noted
	_, err := fmt.Sscan(args[2], &c.Seq)
	if err == nil {
		err = json.Unmarshal([]byte(args[3]), &list)
	}
	for _, o := range list {
		if err == nil && o.Hidden != nil {
			err = verb.OweHidden(c, settlement.HiddenOwe{Debtor: o.Debtor, Creditor: o.Creditor, Fee: onePercent,
				Count: 1, Sum: *o.Hidden})
		} else if err == nil {
			err = verb.Owe(c, settlement.Owe{Kind: o.Kind, Debtor: o.Debtor, Creditor: o.Creditor, Fen: o.Fen})
		}
	}
	if err == nil {
		err = c.Tx.Flush()
	}
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(nil)
}

// note has a batch of a party's note debts, and answers the number of the command.
func (w *world) note(t fataler, msp string, seq uint64, list ...noted) number.Command {
	t.Helper()
	chaincode, err := tally()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range w.net.Peers() {
		w.net.Install(p, seal.Outer, noting{chaincode})
	}
	data, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if tx, err := w.call("G", "note", msp, fmt.Sprint(seq), string(data)); err != nil || !tx.Valid() {
		t.Fatalf("%s: %v", data, err)
	}
	return number.Command{Party: msp, Lane: 9, Seq: seq}
}

// redeem makes an issuer owe M for points that li spends there, a fen each.
func (w *world) redeem(t fataler, issuer string, fen amount.Units) number.Row {
	t.Helper()
	programme := issuer + "P"
	w.run(t, issuer, points.OpenProgrammeRequest{Programme: programme, En: programme, Zh: programme,
		Price: amount.Rate{Num: 1, Den: 1}})
	lot := w.must(t, issuer, points.IssueRequest{Programme: programme,
		Grants: []points.Grant{{Member: "li", Amount: fen, Expires: day("2027-12-31")}}}).Row(0)
	hold := w.must(t, "M", points.HoldRequest{Member: "li", Pieces: []spend.Take{{Lot: lot, Amount: fen}},
		Deadline: w.net.Now().Unix() + 600, Scene: "ride"})
	return w.must(t, "M", points.CaptureRequest{Hold: hold, Amount: fen}).Row(0)
}

func (w *world) computed(t fataler, cycle, next string) {
	t.Helper()
	w.must(t, "G", settlement.CutOffRequest{Cycle: cycle, Next: next})
	w.must(t, "F", settlement.ComputeRequest{Cycle: cycle})
}

// sign has both sides of a pair sign one root.
func (w *world) sign(t fataler, cycle, a, b string, lines uint64, aOwes, bOwes amount.Units) {
	t.Helper()
	w.must(t, a, settlement.SignRequest{Cycle: cycle, With: b, Root: hash32(a + b), Lines: lines,
		Owes: aOwes, Owed: bOwes})
	w.must(t, b, settlement.SignRequest{Cycle: cycle, With: a, Root: hash32(a + b), Lines: lines,
		Owes: bOwes, Owed: aOwes})
}

// hash32 is 32 bytes that hang on a text.
func hash32(text string) codec.Hash { return codec.Hash((text + strings.Repeat("x", 32))[:32]) }

func stored[T any](t fataler, w *world, key row.Key[T]) T {
	t.Helper()
	found, err := row.Decode[T](w.net.Get("G", seal.Outer, string(key)))
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return found
}

// remains adds up what stands of a cycle's statements: lines, and fen.
func (w *world) remains(t fataler, cycle string) (lines uint64, gross amount.Units) {
	t.Helper()
	for _, p := range stored(t, w, row.Close(cycle)).Pairs {
		pair := stored(t, w, row.Pair(cycle, p[0], p[1]))
		lines += pair.Count() - uint64(len(pair.Carved))
		for _, debtor := range p {
			_, stands := pair.Owes(debtor)
			gross += stands
		}
	}
	return lines, gross
}

// storyOf2026_11 is a world in which everybody owes what the story says, and the number of D's 1,200 to M.
func storyOf2026_11(t fataler) (*world, number.Row) {
	t.Helper()
	w := founded(t, 5)
	line := w.redeem(t, "D", 1_200)
	w.note(t, "D", 1, noted{settlement.Redemption, "F", "D", 6_720, nil},
		noted{settlement.Redemption, "G", "D", 20_000, nil},
		noted{settlement.Supply, "D", "S1", 26_800, nil}, noted{settlement.Fee, "S1", "G", 268, nil})
	w.note(t, "M", 1, noted{settlement.Conversion, "M", "G", 3_150, nil},
		noted{settlement.Service, "G", "M", 9_600, nil}, noted{settlement.Fee, "M", "G", 108, nil})
	w.note(t, "G", 1, noted{settlement.Redemption, "D", "G", 1_800, nil},
		noted{settlement.Supply, "G", "S2", 1_560, nil}, noted{settlement.Fee, "S2", "G", 16, nil},
		noted{settlement.Refund, "G", "D", 900, nil}, noted{settlement.Return, "S2", "G", 780, nil},
		noted{settlement.FeeBack, "G", "S2", 8, nil})
	return w, line
}

// Steps 15 to 17 and 21 of the story: D disputes the line of 1,200, the rest is agreed, and what is ruled in the next
// cycle is owed there. What the disputed cycle says doesn't change.
func TestStoryOfADispute(t *testing.T) {
	w, line := storyOf2026_11(t)
	w.computed(t, "2026-11", "2026-12")
	if lines, gross := w.remains(t, "2026-11"); lines != 14 || gross != 72_910 {
		t.Fatalf("%d lines, %d fen", lines, gross)
	}
	dispute := w.must(t, "D", settlement.RaiseRequest{Cycle: "2026-11", With: "M", Lines: []number.Row{line},
		Reason: "not-our-campaign", Evidence: hash32("evidence")})
	if lines, gross := w.remains(t, "2026-11"); lines != 13 || gross != 71_710 {
		t.Errorf("%d lines, %d fen remain", lines, gross)
	}
	w.sign(t, "2026-11", "D", "M", 1, 1_200, 0)
	if pair := stored(t, w, row.Pair("2026-11", "M", "D")); pair.State != settlement.Agreed || len(pair.Carved) != 1 ||
		pair.Carved[0].Dispute != dispute || pair.Carved[0].Line != line || pair.Carved[0].Programme != "DP" ||
		pair.Carved[0].Points != 1_200 {
		t.Errorf("%+v", pair)
	}
	before := originals(w)
	w.must(t, "M", settlement.RejectRequest{Dispute: dispute, Answer: hash32("answer")})
	w.must(t, "D", settlement.EscalateRequest{Dispute: dispute})
	w.advance(t, 40)
	ruled := w.must(t, "G", settlement.RuleRequest{Dispute: dispute, Grounds: hash32("grounds"),
		Parts: []settlement.Allocation{{Debtor: "D", Creditor: "M", Fen: 1_000},
			{Debtor: "G", Creditor: "M", Fen: 200}}})
	if !reflect.DeepEqual(originals(w), before) {
		t.Error("what was owed in the disputed cycle has changed")
	}
	expectOwed(t, w, ruled, "2026-12",
		settlement.Obligation{Kind: settlement.Adjustment, Debtor: "D", Creditor: "M", Fen: 1_000},
		settlement.Obligation{Ord: 1, Kind: settlement.Adjustment, Debtor: "G", Creditor: "M", Fen: 200})
	d := stored(t, w, row.Dispute(dispute))
	if d.State != settlement.Ruled || d.Last != ruled || d.Since != day(firstDay)+40 ||
		!bytes.Equal(d.Grounds, hash32("grounds")) || !bytes.Equal(d.Answer, hash32("answer")) {
		t.Errorf("%+v", d)
	}
	if err := checkBooks(w.net); err != nil {
		t.Error(err)
	}
	w.computed(t, "2026-12", "2027-01")
	if lines, gross := w.remains(t, "2026-12"); lines != 2 || gross != 1_200 {
		t.Errorf("%d lines, %d fen of the next cycle", lines, gross)
	}
}

// originals are the rows that say what is owed in 2026-11, by their keys.
func originals(w *world) map[string][]byte {
	rows := map[string][]byte{}
	for key, value := range w.net.State("G", seal.Outer) {
		if strings.HasPrefix(key, "ob/") || strings.HasPrefix(key, "cp/2026-11/") ||
			strings.HasPrefix(key, "o/2026-11/") || key == "cy/2026-11" {
			if list, err := row.Read(key, value); err == nil && list.Kind == "obligations" &&
				list.Row.(settlement.Obligations).Cycle != "2026-11" {
				continue
			}
			rows[key] = bytes.Clone(value)
		}
	}
	return rows
}

// expectOwed holds that a command made just this owed, in a cycle, and that its lane has counted it.
func expectOwed(t *testing.T, w *world, by number.Command, cycle string, want ...settlement.Obligation) {
	t.Helper()
	list := stored(t, w, row.Obligations(by.Party, by.Lane, by.Seq))
	for i := range list.List {
		if list.List[i].Cause == 0 {
			t.Errorf("%s has no cause", by)
		}
		list.List[i].Cause = 0 // the command's kind, which differs
	}
	if list.Cycle != cycle || !slices.Equal(list.List, want) || len(list.Hidden) > 0 {
		t.Errorf("%s: %+v", by, list)
	}
	counted := stored(t, w, row.Positions(cycle, by.Party, by.Lane))
	if err := checkBooks(w.net); err != nil || len(counted.List) == 0 || len(counted.Chain) == 0 {
		t.Error(err)
		t.Errorf("%s: %+v", by, counted)
	}
}

// Every other end of a dispute, and what is owed then.
func TestEndsOfDisputes(t *testing.T) {
	for _, c := range []struct {
		name  string
		state settlement.DisputeState
		ends  string
		steps func(w *world, d number.Command) number.Command
		owed  []settlement.Obligation
	}{
		{"accepted", settlement.Accepted, "M", func(w *world, d number.Command) number.Command {
			return w.must(t, "M", settlement.AcceptRequest{Dispute: d})
		}, nil},
		{"split", settlement.Closed, "D", func(w *world, d number.Command) number.Command {
			w.must(t, "M", settlement.AnswerRequest{Dispute: d, Answer: hash32("a")},
				settlement.SplitRequest{Dispute: d, Parts: []settlement.Allocation{{Debtor: "D",
					Creditor: "M", Fen: 700}}})
			return w.must(t, "D", settlement.AgreeSplitRequest{Dispute: d})
		}, []settlement.Obligation{{Kind: settlement.Adjustment, Debtor: "D", Creditor: "M", Fen: 700}}},
		{"withdrawn", settlement.Withdrawn, "D", func(w *world, d number.Command) number.Command {
			return w.must(t, "D", settlement.WithdrawRequest{Dispute: d})
		}, []settlement.Obligation{{Kind: settlement.Adjustment, Debtor: "D", Creditor: "M", Programme: "DP",
			Points: 1_200, Fen: 1_200}}},
		{"not answered, and ruled void", settlement.Ruled, "G", func(w *world, d number.Command) number.Command {
			w.advance(t, 4)
			w.must(t, "D", settlement.EscalateRequest{Dispute: d})
			return w.must(t, "G", settlement.RuleRequest{Dispute: d, Grounds: hash32("g")})
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := founded(t, 5)
			line := w.redeem(t, "D", 1_200)
			w.computed(t, "2026-11", "2026-12")
			// What is decided draws on nobody's cap.
			w.must(t, "G", party.AmendRequest{Party: "D", Roles: party.Issuer | party.Acceptor, Debit: 5})
			d := w.must(t, "D", settlement.RaiseRequest{Cycle: "2026-11", With: "M", Lines: []number.Row{line},
				Reason: "x", Evidence: hash32("e")})
			by := c.steps(w, d)
			if got := stored(t, w, row.Dispute(d)); got.State != c.state || got.Last != by || by.Party != c.ends {
				t.Errorf("%+v", got)
			}
			if len(c.owed) > 0 {
				expectOwed(t, w, by, "2026-12", c.owed...)
			} else if found := w.net.Get("G", seal.Outer, string(row.Obligations(by.Party, by.Lane,
				by.Seq))); found != nil {
				t.Errorf("owed: %x", found)
			}
			for _, again := range []struct {
				msp string
				req command.Request
			}{{"D", settlement.WithdrawRequest{Dispute: d}}, {"M", settlement.AcceptRequest{Dispute: d}},
				{"G", settlement.RuleRequest{Dispute: d, Grounds: hash32("g")}}} {
				if _, refusals := w.run(t, again.msp, again.req); fault.CodeOf(refusals[0]) != fault.WrongState {
					t.Errorf("%T after the end: %v", again.req, refusals[0])
				}
			}
		})
	}
}

// Hidden supply can't be disputed by the delivery, but once its sum is open, by that; and so can the fee on it, by
// those who owe and get the fee.
func TestDisputesOfOpenedSupply(t *testing.T) {
	w := founded(t, 5)
	unit := opening(t, "oil", 26_800*settlement.PerFen)
	sum := must(committed(t, unit).Times(1))
	delivered := w.note(t, "D", 1, noted{Debtor: "D", Creditor: "S1", Hidden: &sum})
	w.computed(t, "2026-11", "2026-12")
	raise := func(msp, with string, line number.Row) error {
		_, refusals := w.run(t, msp, settlement.RaiseRequest{Cycle: "2026-11", With: with, Lines: []number.Row{line},
			Reason: "x", Evidence: hash32("e")})
		return refusals[0]
	}
	if err := raise("D", "S1", delivered.Row(0)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a hidden line: %v", err)
	}
	opened := w.must(t, "S1", settlement.OpenRequest{Cycle: "2026-11", Debtor: "D", Creditor: "S1",
		Fee: onePercent, Opening: unit})
	for _, c := range []struct {
		msp, with string
		line      number.Row
		code      fault.Code
	}{
		{"D", "S1", delivered.Row(0), fault.NotFound}, {"D", "S1", opened.Row(1), fault.BadRequest},
		{"D", "S1", opened.Row(2), fault.NotFound},
		{"D", "S1", opened.Row(0), ""}, {"S1", "D", opened.Row(0), fault.Conflict}, {"S1", "G", opened.Row(1), ""},
	} {
		if err := raise(c.msp, c.with, c.line); fault.CodeOf(err) != c.code {
			t.Errorf("%s against %s, %s: %v", c.msp, c.with, c.line, err)
		}
	}
	if lines, gross := w.remains(t, "2026-11"); lines != 0 || gross != 0 {
		t.Errorf("%d lines, %d fen remain", lines, gross)
	}
}

// The grounds of raising a dispute, less the states that need a netted cycle, and those of a ruling.
var disputePrecedence = map[string]precedence{
	"raise": {raiseOn, [][]ground{{
		{"no cycle", "pair", fault.NotFound}, {"no pair", "pair", fault.NotFound}, {"agreed", "", fault.WrongState},
		{"late", "", fault.Expired}, {"no line", "", fault.NotFound},
		{"another pair's", "second", fault.BadRequest}, {"another cycle's", "second", fault.BadRequest},
		untried(fault.WrongState), {"disputed", "", fault.Conflict}, untried(fault.Limit),
	}}},
	"rule": {ruleOn, [][]ground{{
		{"not the operator", "", fault.Forbidden}, {"no dispute", "", fault.NotFound}, untried(fault.Forbidden),
		{"not escalated", "", fault.WrongState}, {"a stranger bears", "", fault.Forbidden},
		{"too much", "", fault.Limit},
	}}},
}

func raiseOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	req := settlement.RaiseRequest{Cycle: set(has["no cycle"], "2025", "2026-11"), With: set(has["no pair"], "F", "M"),
		Reason: "x", Evidence: hash32("e")}
	first, second, other := s.redeem(t, "D", 1_200), s.redeem(t, "D", 77), s.redeem(t, "G", 8)
	s.computed(t, "2026-11", "2026-12")
	if has["disputed"] {
		s.must(t, "D", settlement.RaiseRequest{Cycle: "2026-11", With: "M", Lines: []number.Row{first}, Reason: "x",
			Evidence: hash32("e")})
	}
	if has["another cycle's"] {
		second = s.redeem(t, "D", 5)
	}
	req.Lines = []number.Row{first, set(has["another pair's"], other, second)}
	if has["no line"] {
		req.Lines = append(req.Lines, nowhere.Row(0))
	}
	if has["agreed"] {
		s.sign(t, "2026-11", "D", "M", 2, 1_277, 0)
	}
	s.advance(t, set(has["late"], day("2026-11-05"), day("2026-11-04"))-day(firstDay))
	return s, "D", req
}

func ruleOn(t fataler, has causes) (*stage, string, command.Request) {
	s := &stage{world: founded(t, 5)}
	line := s.redeem(t, "D", 1_200)
	s.computed(t, "2026-11", "2026-12")
	d := s.must(t, "D", settlement.RaiseRequest{Cycle: "2026-11", With: "M", Lines: []number.Row{line}, Reason: "x",
		Evidence: hash32("e")})
	s.must(t, "M", settlement.AnswerRequest{Dispute: d, Answer: hash32("a")})
	if !has["not escalated"] {
		s.must(t, "M", settlement.EscalateRequest{Dispute: d})
	}
	return s, set(has["not the operator"], "M", "G"), settlement.RuleRequest{Dispute: set(has["no dispute"], nowhere,
		d), Grounds: hash32("g"),
		Parts: []settlement.Allocation{{Debtor: set(has["a stranger bears"], "F", "G"), Creditor: "M",
			Fen: set(has["too much"], amount.Units(1_201), 1_200)}}}
}

// What people say of a dispute stays with them: reasons are codes, and evidence, answers and grounds are hashes. A text
// in their place is refused, isn't repeated in the refusal, and no row, event or block has it. (A block has every batch
// as it was sent: there it is the client that checks, by the same Check, before it sends.)
func TestNoWordsOfADisputeAreSeen(t *testing.T) {
	const words = "Li Na, 138 0000 1111, says that she never rode"
	w := founded(t, 5)
	line := w.redeem(t, "D", 1_200)
	w.computed(t, "2026-11", "2026-12")
	raise := settlement.RaiseRequest{Cycle: "2026-11", With: "M", Lines: []number.Row{line},
		Reason: "x", Evidence: hash32("e")}
	d := w.must(t, "D", raise)
	spoken, shown := raise, raise
	spoken.Reason, shown.Evidence = words, codec.Hash(words)
	for _, c := range []struct {
		msp, function string
		req           command.Request
	}{
		{"D", "dispute:Raise", spoken}, {"D", "dispute:Raise", shown},
		{"M", "dispute:Answer", settlement.AnswerRequest{Dispute: d, Answer: codec.Hash(words)}},
		{"M", "dispute:Reject", settlement.RejectRequest{Dispute: d, Answer: codec.Hash(words)}},
		{"G", "dispute:Rule", settlement.RuleRequest{Dispute: d, Grounds: codec.Hash(words)}},
	} {
		body, err := json.Marshal(c.req)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.call(c.msp, c.function, "", string(body))
		if err == nil || !strings.Contains(err.Error(), string(fault.BadRequest)) ||
			strings.Contains(err.Error(), "Li Na") {
			t.Errorf("%s: %v", c.function, err)
		}
	}
	if all := everything(t, w); bytes.Contains(all, []byte("Li Na")) || bytes.Contains(all, []byte(words)) {
		t.Error("the ledger has the words")
	}
	if !bytes.Contains(everything(t, w), hash32("e")) {
		t.Error("the evidence's hash would not have been seen either")
	}
}
