package api

import (
	"io"
	"net/http"
	"regexp"
	"testing"

	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/replay"
	"tallystick/client/gateway/gatewaytest"
	"tallystick/client/node/nodetest"
)

// online is a server of a node of G's, which founded a network of its own with a programme GP, has enrolled zhang, wang
// and li, and has lane 1.
func online(t testing.TB) network {
	t.Helper()
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: []ledgersim.Org{{MSP: "G", Peer: true}}},
		replay.Rules{Operator: "G", Test: true})
	if err != nil {
		t.Fatal(err)
	}
	return founded(t, serverOn(t, nodetest.Open(t, gatewaytest.Serve(t, l.Network), "G"), io.Discard))
}

// founded founds a network by a server, with what online has.
func founded(t testing.TB, of tested) network {
	t.Helper()
	s := network{of, map[string]string{}}
	for _, c := range [][2]string{
		{"/v1/consortium", `{"network":"alliance","en":"Group","zh":"集团","roles":["issuer","acceptor"],"cycle":"2026-11","date":"2026-11-01",` +
			`"test":true}`},
		{"/v1/parties/begin-peer", `{}`},
		{"/v1/programmes/GP", `{"en":"Points","zh":"积分","price":{"num":1,"den":1}}`},
	} {
		if w := s.ask("admin", "POST", c[0], c[1], KeyHeader, "begin-"+c[0][4:8]); w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", c[0], w.Code, w.Body)
		}
	}
	for _, who := range []string{"zhang", "wang", "li"} {
		w := s.ask("admin", "POST", "/v1/members", `{"channel":"app","customer":"`+who+`"}`, KeyHeader, "enrol-"+who)
		if s.members[who] = regexp.MustCompile(`m-[a-z0-9]+`).FindString(w.Body.String()); s.members[who] == "" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	return s
}

// network is a server on a network, and the members that it has enrolled.
type network struct {
	tested
	members map[string]string // pseudonyms by customers
}
