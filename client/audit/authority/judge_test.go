package authority

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// made is an envelope that a test makes: who signs it, and what it says.
type made struct {
	channel common.ChannelHeader
	creator common.SignatureHeader
	data    []byte
	signer  *issuer
	bare    bool // it has no header
}

// transaction is a client's, as far as its header, around some data.
func transaction(t testing.TB, who *issuer, of string, as common.HeaderType, data proto.Message) *made {
	t.Helper()
	m := &made{signer: who}
	m.creator.Nonce = []byte("nonce")
	m.creator.Creator = marshal(t, &msp.SerializedIdentity{Mspid: of, IdBytes: who.pem()})
	m.channel.Type, m.channel.ChannelId, m.channel.TxId = int32(as), "ch", txID(&m.creator)
	if data != nil {
		m.data = marshal(t, data)
	}
	return m
}

func (m *made) envelope(t testing.TB) []byte {
	t.Helper()
	payload := &common.Payload{Data: m.data}
	if !m.bare {
		payload.Header = &common.Header{
			ChannelHeader: marshal(t, &m.channel), SignatureHeader: marshal(t, &m.creator),
		}
	}
	raw := marshal(t, payload)
	return marshal(t, &common.Envelope{Payload: raw, Signature: m.signer.sign(raw, false)})
}

// TestRefusals holds the code of what is wrong before endorsements are looked at.
func TestRefusals(t *testing.T) {
	c, m := definedChannel(t)
	root := newRoot(t, "E")
	var err error
	if c.config.members["E"], err = organisationOf(t, "E", root, nil); err != nil {
		t.Fatal(err)
	}
	const endorsed, config, update = common.HeaderType_ENDORSER_TRANSACTION, common.HeaderType_CONFIG,
		common.HeaderType_CONFIG_UPDATE
	const badHeader, badCreator = peer.TxValidationCode_BAD_COMMON_HEADER, peer.TxValidationCode_BAD_CREATOR_SIGNATURE
	const badAction = peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION
	client, other := m.people["G.client"], m.people["D.client"]
	action := func(header []byte, payload proto.Message) *peer.Transaction {
		return &peer.Transaction{Actions: []*peer.TransactionAction{{Header: header, Payload: marshal(t, payload)}}}
	}
	header := marshal(t, &common.SignatureHeader{Nonce: []byte("n"), Creator: []byte("c")})
	from := func(who *issuer, edit func(*made)) []byte {
		tx := transaction(t, who, "G", endorsed, action(header, &peer.ChaincodeActionPayload{}))
		if edit != nil {
			edit(tx)
		}
		return tx.envelope(t)
	}
	for _, r := range []struct {
		name string
		raw  []byte
		want peer.TxValidationCode
	}{
		{"no envelope", []byte{9}, peer.TxValidationCode_INVALID_OTHER_REASON},
		{"no payload", marshal(t, &common.Envelope{Payload: []byte{9}}), peer.TxValidationCode_BAD_PAYLOAD},
		{"nothing", nil, badHeader},
		{"no header", from(client, func(m *made) { m.bare = true }), badHeader},
		{"no type", from(client, func(m *made) { m.channel.Type = 99 }), badHeader},
		{"no nonce", from(client, func(m *made) { m.creator.Nonce = nil }), badHeader},
		{"no creator", from(client, func(m *made) { m.creator.Creator = nil }), badHeader},
		{"another channel", from(client, func(m *made) { m.channel.ChannelId = "other" }), badCreator},
		{"another signer", from(client, func(m *made) { m.signer = other }), badCreator},
		{"another organisation's", from(other, nil), badCreator},
		{"no organisation", transaction(t, client, "X", endorsed, nil).envelope(t), badCreator},
		{"no member", transaction(t, root.member("c", "sales"), "E", endorsed, nil).envelope(t), badCreator},
		{"an update", transaction(t, client, "G", update, nil).envelope(t),
			peer.TxValidationCode_UNSUPPORTED_TX_PAYLOAD},
		{"another id", from(client, func(m *made) { m.channel.TxId = "x" }), peer.TxValidationCode_BAD_PROPOSAL_TXID},
		{"no data", from(client, func(m *made) { m.data = nil }), badAction},
		{"no transaction", from(client, func(m *made) { m.data = []byte{9} }), badAction},
		{"two actions", from(client, func(m *made) {
			tx := action(header, &peer.ChaincodeActionPayload{})
			tx.Actions = append(tx.Actions, tx.GetActions()...)
			m.data = marshal(t, tx)
		}), badAction},
		{"no action header", from(client, func(m *made) {
			m.data = marshal(t, action(nil, &peer.ChaincodeActionPayload{}))
		}), badAction},
		{"no proposal", from(client, func(m *made) {
			m.data = marshal(t, action(header, &peer.ChaincodeActionPayload{Action: &peer.ChaincodeEndorsedAction{}}))
		}), badAction},
		{"no endorsed action", from(client, nil), Stopped},
		{"no configuration", transaction(t, client, "G", config, nil).envelope(t),
			peer.TxValidationCode_INVALID_CONFIG_TRANSACTION},
		{"a configuration out of order", transaction(t, client, "G", config,
			&common.ConfigEnvelope{Config: &common.Config{Sequence: 9}}).envelope(t), Stopped},
	} {
		got, why := valid, error(nil)
		if _, refused := c.judge(&envelope{}, r.raw, 1, newKeyPolicies(c), &Verdict{}); refused != nil {
			got, why = refused.code, refused.why
		}
		if got != r.want {
			t.Errorf("%s: got %s (%v), want %s", r.name, got, why, r.want)
		}
	}
}
