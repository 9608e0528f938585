//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/config"
	"tallystick/test-network/direct"
)

// largest is a batch that asks for twice the rows that a transaction may write: five
// hundred commands of twenty lots each.
func largest(member string) []command.Command {
	req := points.IssueRequest{Programme: "FP"}
	for range 20 {
		req.Grants = append(req.Grants, grant(member, 1))
	}
	commands := make([]command.Command, command.MaxCommands)
	for i := range commands {
		commands[i] = command.New("", req)
	}
	return commands
}

// TestABatchIsBoundedOnTheNetwork sends ten thousand lots in one batch: what fits
// stands, the others are refused with LIMIT. A batch of too many bytes is refused whole.
func TestABatchIsBoundedOnTheNetwork(t *testing.T) {
	f := net.open(t, "F", "11")
	crowd := fresh("crowd")
	enrol(t, f, crowd)
	commands := largest(crowd)
	ran, err := f.Run(t.Context(), "", commands)
	if err != nil {
		t.Fatal(err)
	}
	_, refusals := ran.Receipts("F", commands)
	stand := 0
	for i, err := range refusals {
		switch {
		case err == nil && i == stand:
			stand++
		case !command.IsFull(err):
			t.Fatalf("command %d, after %d that stand: %v", i, stand, err)
		}
	}
	if stand < 200 || stand > command.MaxRows/20 {
		t.Errorf("%d commands of 20 lots stand", stand)
	}
	long := points.AdjustRequest{Reason: strings.Repeat("x", command.MaxBytes/4)}
	commands = []command.Command{command.New("", long), command.New("", long), command.New("", long),
		command.New("", long)}
	if _, err := f.Run(t.Context(), "", commands); fault.CodeOf(err) != fault.Limit {
		t.Errorf("a batch of more than %d bytes: %v", command.MaxBytes, err)
	}
}

// TestOneAttackersLanesLeaveRoom has F send its largest batches in three lanes, and G
// issue one point a request meanwhile: all of G's get through, and F's don't fail.
func TestOneAttackersLanesLeaveRoom(t *testing.T) {
	g, f := net.open(t, "G", "12-13"), net.open(t, "F", "12-14")
	one, many := fresh("one"), fresh("many")
	enrol(t, g, one)
	enrol(t, f, many)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var attack sync.WaitGroup
	took := make([]int, 3)
	for lane := range took {
		attack.Go(func() {
			for ctx.Err() == nil {
				_, err := f.Run(t.Context(), "", largest(many))
				switch fault.CodeOf(err) {
				case "":
					took[lane]++
				case fault.Overloaded, fault.Unavailable:
				default:
					t.Errorf("the attacker: %v", err)
				}
			}
		})
	}
	for i := range 20 {
		if _, err := g.Do(t.Context(), fmt.Sprint(one, "-", i),
			points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant(one, 1)}}); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	stop()
	attack.Wait()
	t.Logf("beside 20 requests the attacker's lanes did %v batches", took)
}

// TestOrderersRefuseJunk sends the orderers, in M's name, what nobody endorsed. What
// can't be read to its write set, is above the bound, or doesn't even claim an
// endorsement they refuse: behind an envelope that can't be read, in one block, every peer
// would wait for ever. The rest they order, peers find it invalid, and everybody's next
// command takes effect.
func TestOrderersRefuseJunk(t *testing.T) {
	junk := net.junk(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	sized := func(n int) func() (*common.Envelope, error) {
		return func() (*common.Envelope, error) { return junk.Envelope(n) }
	}
	signed := func(as common.HeaderType, data []byte) func() (*common.Envelope, error) {
		return func() (*common.Envelope, error) { return junk.Signed(as, data) }
	}
	for _, c := range []struct {
		name string
		make func() (*common.Envelope, error)
		want common.Status
	}{
		{"above the bound", sized(4 << 20), common.Status_BAD_REQUEST},
		{"bytes of nothing", signed(common.HeaderType_ENDORSER_TRANSACTION, make([]byte, 1000)),
			common.Status_BAD_REQUEST},
		{"no action", signed(common.HeaderType_ENDORSER_TRANSACTION, nil), common.Status_BAD_REQUEST},
		{"no endorsement", func() (*common.Envelope, error) { return junk.Unendorsed(1000) },
			common.Status_BAD_REQUEST},
		{"another kind of envelope", signed(common.HeaderType_MESSAGE, make([]byte, 1000)), common.Status_BAD_REQUEST},
		{"small and readable", sized(1000), common.Status_SUCCESS},
		{"a megabyte and readable", sized(1 << 20), common.Status_SUCCESS},
	} {
		envelope, err := c.make()
		if err != nil {
			t.Fatal(err)
		}
		status, info, err := broadcast(ctx, 0, envelope)
		for status == common.Status_SERVICE_UNAVAILABLE && ctx.Err() == nil { // nobody leads, or it is behind
			status, info, err = broadcast(ctx, 0, envelope)
		}
		if err != nil || status != c.want {
			t.Errorf("%s: %s, %q, %v; want %s", c.name, status, info, err, c.want)
		}
	}
	g := net.open(t, "G", "12")
	after := fresh("after-junk")
	enrol(t, g, after)
	issue(t, g, "GP", after, 1)
}

// TestOneMembersJunkLeavesRoom has M send an orderer, in eight streams, envelopes of a megabyte
// that can be read, and G issue one point a request meanwhile. The orderer puts off what is
// over M's share, and all of G's get through. It is one orderer only, as M would owe for
// what all of them had taken before they saw it in blocks, and M has work in other tests.
func TestOneMembersJunkLeavesRoom(t *testing.T) {
	junk, g := net.junk(t), net.open(t, "G", "12-15")
	beside := fresh("beside-junk")
	enrol(t, g, beside)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var flood sync.WaitGroup
	var ordered, putOff atomic.Int32
	for range 8 {
		flood.Go(func() {
			for ctx.Err() == nil {
				envelope, err := junk.Envelope(1 << 20)
				if err != nil {
					t.Error(err)
					return
				}
				switch status, info, err := broadcast(ctx, 0, envelope); {
				case err != nil: // the stream ended, by stop at the latest
				case status == common.Status_SUCCESS:
					ordered.Add(1)
				case status == common.Status_SERVICE_UNAVAILABLE:
					putOff.Add(1)
				default:
					t.Errorf("junk: %s, %q", status, info)
				}
			}
		})
	}
	for i := range 20 {
		if _, err := g.Do(t.Context(), fmt.Sprint(beside, "-", i),
			points.IssueRequest{Programme: "GP", Grants: []points.Grant{grant(beside, 1)}}); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	await(t, "the orderer puts junk off", func() bool { return putOff.Load() > 0 })
	stop()
	flood.Wait()
	t.Logf("beside 20 requests %d envelopes of junk were ordered, %d put off", ordered.Load(), putOff.Load())
}

// junk makes M's.
func (n *network) junk(t *testing.T) *direct.Junk {
	t.Helper()
	cfg, err := n.config("M", t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	junk, err := direct.NewJunk(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return junk
}

// broadcast sends an orderer an envelope in a stream of its own.
func broadcast(ctx context.Context, orderer int, envelope *common.Envelope) (common.Status, string, error) {
	b, err := direct.OpenBroadcast(ctx, net.orderer(orderer))
	if err != nil {
		return 0, "", err
	}
	defer b.Close()
	return b.Send(envelope)
}

// orderer locates one of the network's.
func (n *network) orderer(i int) config.Endpoint {
	return direct.Orderer(n.dir, fmt.Sprintf("127.0.0.1:%d", n.basePort+i), fmt.Sprintf("orderer%d.O", i), "O")
}
