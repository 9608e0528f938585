package operations

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/party"
	"tallystick/chaincode/replay"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/node"
)

func TestPlay(t *testing.T) {
	start := time.Now()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, TimeWindow: -1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true},
		{MSP: "D", Peer: true}, {MSP: "F", Peer: true}, {MSP: "M"}, {MSP: "S1"}, {MSP: "S2"}}}, replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Found("G", party.FoundRequest{Network: "alliance", En: "Group", Zh: "集团", Roles: party.Issuer | party.Acceptor,
		Cycle: "2026-11", Date: 20758, Test: true}); err != nil {
		t.Fatal(err)
	}
	roles := party.Issuer | party.Acceptor
	if _, err := l.Do("G", party.RegisterRequest{Party: "D", En: "D", Zh: "D", Roles: roles}); err != nil {
		t.Fatal(err)
	}
	if err := l.BeginPeer("D"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("world", time.Since(start))
	s := gatewaytest.Serve(t, l.Network)
	cfg := s.Config(t, "D")
	cfg.Lanes = "1"
	n, err := node.Open(context.Background(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	fmt.Println("open", time.Since(start))
	for _, op := range All() {
		begin := time.Now()
		answer, err := op.Run(t.Context(), n, &node.Call{}, json.RawMessage(op.About().Example))
		fmt.Println(op.About().Name, reflect.TypeOf(answer), fault.CodeOf(err), err, time.Since(begin))
	}
}
