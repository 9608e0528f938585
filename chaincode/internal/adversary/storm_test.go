package adversary

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/goods"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
)

// stormy are commands that end in one block with what others do for themselves, and may lose to it.
var stormy = map[command.Kind]string{
	command.AdvanceDate: "the operator's, once a day",
}

// storm is everything that F can do for itself, between others' endorsing and ordering of one command.
func (p *parade) storm() {
	p.Helper()
	n := p.net.Seq("F", 5)
	id := fmt.Sprint("f", n)
	own := []command.Request{
		member.EnrolRequest{Member: id},
		points.OpenProgrammeRequest{Programme: id, En: "x", Zh: "x", Price: one},
		points.SetRulesRequest{Programme: id},
		points.IssueRequest{Programme: id, Grants: []points.Grant{{Member: id, Amount: 10, Expires: p.today + 9}}},
		points.PledgeRequest{Programme: "DP", Amount: 10, Until: p.today + 9},
		member.FreezeRequest{Member: id, Reason: "x"},
		member.UnfreezeRequest{Member: id, Reason: "x"},
		points.PublishRateRequest{From: "GP", To: id, Rate: one, Since: p.today, Until: p.today + 9},
		member.LabelRequest{Member: id, Label: "vip", Until: p.today + 9},
		member.AuthoriseRequest{
			Member: id, Acceptor: "M", Caps: []member.Limit{{Programme: id, Amount: 5}}, Until: p.soon(60),
		},
		audience.PublishRequest{Offer: id, En: "x", Zh: "x", From: p.today, Until: p.today + 9},
		ride(func(r *benefit.DefineRequest) { r.Benefit, r.Quota = id, 5 }),
		benefit.GrantRequest{Benefit: id, Grants: []benefit.Grant{{Member: id}}},
		goods.SetStorefrontRequest{En: "x", Zh: "x", Open: true},
		goods.ApplyRequest{Supplier: id, En: "x", Zh: "x", Licence: make(codec.Hash, 32)},
		settlement.ProposeRequest{Model: id, Terms: settlement.Terms{Fee: one}, From: p.today + 5},
		p.agree("G", "other"),
		settlement.LeaveRequest{By: "G", Model: "other"},
		settlement.PrefundRequest{Debtor: "D", Fen: 1, Reference: id},
		member.EraseRequest{Member: id, Reason: "x"},
	}
	p.attack("F", 5, own...)
}

// under runs the parade's next command while the storm blows: endorsed before it, ordered after it.
func (p *parade) under(who string, req command.Request) (number.Command, error) {
	p.Helper()
	if who == "F" {
		return p.try(who, req)
	}
	const lane = 1
	batch := command.Batch{Lane: lane, Seq: p.net.Seq(who, lane) + 1, Commands: []command.Command{command.New("", req)}}
	env, err := p.net.Endorse(
		p.net.Propose(p.net.Identity(who, "client"), seal.Outer, []byte("batch:Run"), codec.Encode(batch)),
		p.net.Endorsers(who)...)
	if err != nil {
		p.Fatalf("%s %s: %v", who, command.KindOf(req), err)
	}
	height := p.net.Height()
	p.storm()
	p.net.Submit(env)
	if err := ledgersim.NewScheduler(p.net.Network, 1, ledgersim.DefaultWeights).Drain(); err != nil {
		p.Fatal(err)
	}
	if code := p.net.Lookup("G", env.TxID).Code; code != peer.TxValidationCode_VALID {
		if stormy[command.KindOf(req)] == "" {
			p.Errorf("%s %s is %s, by what F did for itself: %v", who, command.KindOf(req), code, p.clash(env, height))
		}
		return p.try(who, req)
	}
	p.net.Moved(who, lane)
	var result command.Result
	if err := codec.Decode(env.Response().GetPayload(), &result); err != nil {
		p.Fatal(err)
	}
	receipts, refusals := batch.Receipts(who, result)
	return receipts[0].Number, refusals[0]
}

// clash lists the rows that an envelope read and that blocks from a height on wrote.
func (p *parade) clash(env *ledgersim.Envelope, height uint64) (keys []string) {
	read := map[string]bool{}
	for _, r := range env.RWSet().Namespace(seal.Outer).Reads {
		read[r.Key] = true
	}
	for block := range p.net.Blocks() {
		for _, tx := range block.Txs {
			if block.Number < height {
				break
			}
			if ns := tx.Envelope.RWSet().Namespace(seal.Outer); ns != nil && tx.Valid() {
				for _, w := range ns.Writes {
					if read[w.Key] && !slices.Contains(keys, w.Key) {
						keys = append(keys, w.Key)
					}
				}
			}
		}
	}
	return keys
}

// S7. F does all that it can do for itself, all the time, between the endorsing and the ordering of whatever others
// do. Nothing of theirs is lost to it.
func TestWhatOneDoesForItselfCostsNobodyElse(t *testing.T) {
	p := &parade{world: found(t), took: map[command.Kind]int{}}
	p.must("G", settlement.ProposeRequest{Model: "other", From: p.today + 1})
	p.underway = p.under
	p.march()
}
