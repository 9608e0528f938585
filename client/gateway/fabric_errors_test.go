package gateway

import (
	"context"
	"errors"
	"testing"

	gw "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"tallystick/chaincode/fault"
)

func rpc(code codes.Code, message string, details ...string) error {
	st := status.New(code, message)
	for _, d := range details {
		with, err := st.WithDetails(
			protoadapt.MessageV1Of(&gw.ErrorDetail{Address: "127.0.0.1:7051", MspId: "G", Message: d}))
		if err != nil {
			panic(err)
		}
		st = with
	}
	return st.Err()
}

func TestClassify(t *testing.T) {
	const notEndorsed = "failed to endorse transaction, see attached details for more info"
	for _, c := range []struct {
		name string
		at   stage
		err  error
		kind kind
		code fault.Code
	}{
		{"a refusal", endorsing,
			rpc(codes.Aborted, notEndorsed, "chaincode response 500, FORBIDDEN: G is not an issuer"), refused,
			fault.Forbidden},
		{"a refusal of a query", asking, rpc(codes.Unknown,
			"evaluate call to endorser returned error: chaincode response 500, NOT_FOUND: no hold D.1.2.3",
			"chaincode response 500, NOT_FOUND: no hold D.1.2.3"), refused, fault.NotFound},
		{"a lagging endorser", endorsing,
			rpc(codes.Aborted, notEndorsed, "chaincode response 500, LANE_MOVED: lane D.1 is at 3, the batch is 5"),
			refused, fault.LaneMoved},
		{"a lagging endorser and one that refuses", endorsing, rpc(codes.Aborted, notEndorsed,
			"chaincode response 500, LANE_MOVED: at 3",
			"chaincode response 500, TIME_WINDOW: 90s off"), refused, fault.TimeWindow},
		{"one that refuses and a lagging one", endorsing, rpc(codes.Aborted, notEndorsed,
			"chaincode response 500, TIME_WINDOW: 90s off",
			"chaincode response 500, LANE_MOVED: at 3"), refused, fault.TimeWindow},
		{"endorsers at different heights", endorsing, rpc(codes.Aborted,
			"failed to collect enough transaction endorsements, see attached details for more info",
			"ProposalResponsePayloads do not match"), mismatched, fault.Unavailable},
		{"the peer's own clock", endorsing, rpc(codes.Aborted, notEndorsed,
			"request unauthorized due to incorrect timestamp 2026-11-01T00:00:00Z, peer time 2026-11-02T00:00:00Z, peer.authentication.timewindow 15m0s"),
			refused, fault.TimeWindow},
		{"the chaincode broke", endorsing,
			rpc(codes.Aborted, notEndorsed, "chaincode response 500, contract: range: leveldb closed"), broken,
			fault.Internal},
		{"an endorser without its lane heads", endorsing,
			rpc(codes.Aborted, notEndorsed,
				"chaincode response 500, UNAVAILABLE: tallyseal-G does not answer: connection refused"),
			unreachable, fault.Unavailable},
		{"an endorser that has done our share", endorsing,
			rpc(codes.Aborted, notEndorsed, "chaincode response 500, OVERLOADED: D has used its share"), unreachable,
			fault.Overloaded},
		{"one that has, and one that refuses", endorsing, rpc(codes.Aborted, notEndorsed,
			"chaincode response 500, OVERLOADED: x",
			"chaincode response 500, FORBIDDEN: no"), refused, fault.Forbidden},
		{"one that refuses, and one that has", endorsing, rpc(codes.Aborted, notEndorsed,
			"chaincode response 500, FORBIDDEN: no",
			"chaincode response 500, OVERLOADED: x"), refused, fault.Forbidden},
		{"no peer", endorsing, rpc(codes.Unavailable, "connection error: desc = refused"), unreachable,
			fault.Unavailable},
		{"no plan while a peer is down", endorsing,
			rpc(codes.FailedPrecondition,
				"no combination of peers can be derived which satisfy the endorsement policy"),
			unreachable, fault.Unavailable},
		{"too slow", endorsing, context.DeadlineExceeded, unreachable, fault.Unavailable},
		{"orderers refuse the bytes", submitting,
			rpc(codes.Aborted, "received unsuccessful response from orderer: status=FORBIDDEN, info="), rejected,
			fault.Unavailable},
		{"no orderer", submitting, rpc(codes.Unavailable, "no orderer nodes available"), unreachable,
			fault.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := classify(c.at, c.err)
			if got.kind != c.kind || got.asFault().Code != c.code {
				t.Errorf("kind %d, %v; want kind %d, %s", got.kind, got.asFault(), c.kind, c.code)
			}
			if !errors.Is(got, c.err) && got.refusal == nil {
				t.Error("the cause is lost")
			}
		})
	}
}

// A refusal of another party's endorser may be its lag; our own peer's isn't.
func TestLagIsToldFromRefusals(t *testing.T) {
	said := func(party, message string) protoadapt.MessageV1 {
		return protoadapt.MessageV1Of(&gw.ErrorDetail{MspId: party, Message: message})
	}
	const notFound, forbidden = "chaincode response 500, NOT_FOUND: there is no party G",
		"chaincode response 500, FORBIDDEN: no"
	for _, c := range []struct {
		name    string
		details []protoadapt.MessageV1
		tries   int
		want    bool
	}{
		{"ours", []protoadapt.MessageV1{said("G", forbidden)}, 0, false},
		{"another's", []protoadapt.MessageV1{said("D", forbidden)}, 0, true},
		{"another's, still", []protoadapt.MessageV1{said("D", forbidden)}, 8, false},
		{"both", []protoadapt.MessageV1{said("D", forbidden), said("G", forbidden)}, 0, false},
		{"ours doesn't know", []protoadapt.MessageV1{said("G", notFound)}, 0, true},
		{"ours doesn't know, still", []protoadapt.MessageV1{said("G", notFound)}, 5, false},
	} {
		st, err := status.New(codes.Aborted, "failed to endorse").WithDetails(c.details...)
		if err != nil {
			t.Fatal(err)
		}
		failed := classify(endorsing, st.Err())
		failed.elsewhere = refusedElsewhere(st.Err(), "G")
		if got := failed.mayPass(c.tries); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestOrderedAllTheSame(t *testing.T) {
	const few = "insufficient number of orderers could successfully process transaction to satisfy quorum requirement"
	detail := "received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=failed to submit request: request already processed"
	if !isOrdered(rpc(codes.Unavailable, few, detail)) || isOrdered(rpc(codes.Unavailable, few, "connection refused")) {
		t.Error("an orderer that has the transaction already says that it is ordered")
	}
}

// What peers and orderers say is told by their addresses and in words; whose chaincode program doesn't run is found by
// it.
func TestWhatPeersSay(t *testing.T) {
	const (
		launch = "error in simulation: failed to execute transaction e0f8: could not launch chaincode tally_1:d53e: connection to tally_1:d53e failed: error cannot create connection for tally_1:d53e: " +
			"error creating grpc connection to 127.0.0.1:7260: failed to create new connection: connection error: desc = \"transport: error while dialing: dial tcp 127.0.0.1:7260: connect: connection refused\""
		seal  = "chaincode response 500, UNAVAILABLE: tallyseal-G does not answer: INVOKE_CHAINCODE failed: transaction ID: ec78: execute failed"
		down  = "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp 127.0.0.1:7051: connect: connection refused\""
		stuck = "rpc error: code = DeadlineExceeded desc = context deadline exceeded"
	)
	const at = "127.0.0.1:7051 (G) "
	for _, c := range []struct{ name, message, want, without string }{
		{"chaincode", launch, at + "has no running chaincode program tally_1",
			"UNAVAILABLE: G's own peer 127.0.0.1:7051 has no running chaincode program tally_1; nothing that G sends can be endorsed without it"},
		{"seal", seal, at + "has no running chaincode program tallyseal-G",
			"UNAVAILABLE: G's own peer 127.0.0.1:7051 has no running chaincode program tallyseal-G; nothing that G sends can be endorsed without it"},
		{"orderer down", down, at + "refuses the connection: it is down", ""},
		{"orderer stuck", stuck, at + "doesn't answer in time", ""},
		{"something else", "no", at + "no", ""},
	} {
		err := rpc(codes.Unavailable, "see attached details", c.message)
		if got := said(err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if got := without(err, "G"); got == nil && c.without != "" || got != nil && got.Error() != c.without {
			t.Errorf("%s: without: %v, want %s", c.name, got, c.without)
		}
		if got := without(err, "D"); got != nil {
			t.Errorf("%s: another party's: %v", c.name, got)
		}
	}
	if got := said(errors.New("plain")); got != "plain" {
		t.Errorf("without details: %s", got)
	}
}

// A refusal is told as the ledger tells it, without the stage at which it came.
func TestARefusalHasNoStage(t *testing.T) {
	failed := classify(endorsing,
		rpc(codes.Aborted, "failed to endorse transaction",
			"chaincode response 500, NOT_FOUND: there is no member m-1"))
	if got := asFault(failed); got.Error() != "NOT_FOUND: there is no member m-1" {
		t.Error(got)
	}
}
