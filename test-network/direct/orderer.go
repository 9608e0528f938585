package direct

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"path/filepath"

	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"tallystick/client/config"
)

// Orderer locates an orderer of a network that tallynet made in a directory.
func Orderer(dir, address, hostname, organisation string) config.Endpoint {
	return config.Endpoint{
		Address: address, ServerName: hostname,
		TLSCA: filepath.Join(dir, "crypto", "ordererOrganizations", organisation, "orderers", hostname, "tls",
			"ca.crt"),
	}
}

// Junk makes envelopes that any member can make by itself: its own signature over
// bytes that nobody endorsed. It is what a member can send to the orderers directly.
type Junk struct {
	channel string
	creator []byte
	sign    identity.Sign
}

// NewJunk takes the party's own identity.
func NewJunk(cfg config.Config) (*Junk, error) {
	id, sign, err := identityOf(cfg)
	if err != nil {
		return nil, err
	}
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: id.MspID(), IdBytes: id.Credentials()})
	return &Junk{channel: cfg.Channel, creator: creator, sign: sign}, err
}

// Envelope signs a transaction that can be read, has so many bytes for an answer, writes
// nothing, and has an endorsement that doesn't hold.
func (j *Junk) Envelope(size int) (*common.Envelope, error) {
	return j.readable(size, &peer.Endorsement{Endorser: j.creator, Signature: []byte("none")})
}

// Unendorsed is the same without an endorsement.
func (j *Junk) Unendorsed(size int) (*common.Envelope, error) { return j.readable(size) }

func (j *Junk) readable(size int, endorsements ...*peer.Endorsement) (*common.Envelope, error) {
	var data []byte
	for _, wrap := range []func() proto.Message{
		func() proto.Message { return &rwset.TxReadWriteSet{} },
		func() proto.Message {
			return &peer.ChaincodeAction{
				Results: data, Response: &peer.Response{Status: 200, Payload: make([]byte, size)},
			}
		},
		func() proto.Message { return &peer.ProposalResponsePayload{Extension: data} },
		func() proto.Message {
			return &peer.ChaincodeActionPayload{
				Action: &peer.ChaincodeEndorsedAction{ProposalResponsePayload: data, Endorsements: endorsements},
			}
		},
		func() proto.Message {
			return &peer.Transaction{Actions: []*peer.TransactionAction{{Payload: data}}}
		},
	} {
		next, err := proto.Marshal(wrap())
		if err != nil {
			return nil, err
		}
		data = next
	}
	return j.Signed(common.HeaderType_ENDORSER_TRANSACTION, data)
}

// Signed signs anything at all as a transaction's data.
func (j *Junk) Signed(as common.HeaderType, data []byte) (*common.Envelope, error) {
	nonce := make([]byte, 24)
	_, _ = rand.Read(nonce) // never fails
	id := sha256.Sum256(append(nonce[:24:24], j.creator...))
	channel, err := proto.Marshal(&common.ChannelHeader{
		Type: int32(as), ChannelId: j.channel, TxId: fmt.Sprintf("%x", id), Timestamp: timestamppb.Now(),
	})
	if err != nil {
		return nil, err
	}
	signature, err := proto.Marshal(&common.SignatureHeader{Creator: j.creator, Nonce: nonce})
	if err != nil {
		return nil, err
	}
	payload, err := proto.Marshal(
		&common.Payload{Header: &common.Header{ChannelHeader: channel, SignatureHeader: signature}, Data: data})
	if err != nil {
		return nil, err
	}
	return j.Seal(payload)
}

// Seal signs a whole payload as it is.
func (j *Junk) Seal(payload []byte) (*common.Envelope, error) {
	signed, err := j.sign(hash.SHA256(payload))
	return &common.Envelope{Payload: payload, Signature: signed}, err
}

// Approve signs an update of the channel's configuration.
func (j *Junk) Approve(update []byte) (*common.ConfigSignature, error) {
	nonce := make([]byte, 24)
	_, _ = rand.Read(nonce) // never fails
	header, err := proto.Marshal(&common.SignatureHeader{Creator: j.creator, Nonce: nonce})
	if err != nil {
		return nil, err
	}
	signed, err := j.sign(hash.SHA256(append(header[:len(header):len(header)], update...)))
	return &common.ConfigSignature{SignatureHeader: header, Signature: signed}, err
}

// Endorse signs what an endorser would have answered.
func (j *Junk) Endorse(response []byte) (*peer.Endorsement, error) {
	signed, err := j.sign(hash.SHA256(append(response[:len(response):len(response)], j.creator...)))
	return &peer.Endorsement{Endorser: j.creator, Signature: signed}, err
}

// Broadcast is an open stream to one orderer.
type Broadcast struct {
	stream orderer.AtomicBroadcast_BroadcastClient
	conn   *grpc.ClientConn
}

// OpenBroadcast opens one.
func OpenBroadcast(ctx context.Context, at config.Endpoint) (*Broadcast, error) {
	conn, err := Dial(at)
	if err != nil {
		return nil, err
	}
	stream, err := orderer.NewAtomicBroadcastClient(conn).Broadcast(ctx)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &Broadcast{stream, conn}, nil
}

// Send sends an envelope and answers what the orderer says.
func (b *Broadcast) Send(e *common.Envelope) (common.Status, string, error) {
	if err := b.stream.Send(e); err != nil {
		if _, told := b.stream.Recv(); told != nil {
			err = told // why it ended
		}
		return 0, "", err
	}
	answer, err := b.stream.Recv()
	return answer.GetStatus(), answer.GetInfo(), err
}

// Close ends it.
func (b *Broadcast) Close() { b.conn.Close() }
