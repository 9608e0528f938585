//go:build e2e

package e2e

import (
	"compress/gzip"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/member"
	"tallystick/chaincode/party"
	"tallystick/client/audit/authority"
	"tallystick/client/audit/wire"
	"tallystick/client/config"
	"tallystick/test-network/direct"
)

var record = flag.String("record", "", "folder for the blocks of TestAuthority: client/audit/authority/testdata")

// TestAuthority lives through what orderers let pass and peers refuse, and through changes of the configuration,
// on both kinds of orderers. Peers decide each transaction as the table says, and the auditor's model as they do.
func TestAuthority(t *testing.T) {
	t.Parallel() // on networks of its own
	for i, consensus := range []string{"bft", "raft"} {
		t.Run(consensus, func(t *testing.T) {
			a := newAuthorityRun(t, 19000+1000*i, consensus)
			a.play()
			if *record != "" {
				a.write(filepath.Join(*record, consensus+".blocks.gz"))
			}
		})
	}
}

// authorityRun is a network and an auditor who follows one of its peers.
type authorityRun struct {
	*network
	t       *testing.T
	g       config.Config
	gateway *client.Gateway
	junk    *direct.Junk // G's
	blocks  <-chan *common.Block
	channel *authority.Channel
	list    []*common.Block
	seq     uint64 // of G's lane 31, of the last batch that took effect
	config  *common.Config
}

func newAuthorityRun(t *testing.T, basePort int, consensus string) *authorityRun {
	n, err := makeNetwork(t.TempDir(), basePort, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.edit(func(sections map[string]any) {
		sections["orderers"].(map[string]any)["consensus"] = consensus
		sections["parties"] = sections["parties"].([]any)[:3]
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(n.models.close(), n.tallynet("reset", "--yes")); err != nil {
			t.Error(err)
		}
	})
	if err := n.tallynet("up"); err != nil {
		t.Fatal(err)
	}
	a := &authorityRun{network: n, t: t, channel: authority.New(nil)}
	a.g = must(n.config("G", t.TempDir(), ""))
	a.junk = must(direct.NewJunk(a.g))
	g, hangUp, err := direct.Connect(a.g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hangUp)
	a.gateway = g
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	t.Cleanup(cancel)
	a.blocks = must(a.gateway.GetNetwork(a.g.Channel).BlockEvents(ctx, client.WithStartBlock(0)))
	return a
}

// play founds a ledger, sends every kind of bad transaction, and changes the configuration twice.
func (a *authorityRun) play() {
	a.found()
	for _, c := range a.cases() {
		env := a.prepared("G", "F")
		if c.edit != nil {
			env = a.edited(env, c.edit)
		}
		a.want(c.name, env, c.code)
	}
	first, second := a.prepared("G", "F"), a.prepared("G", "F") // the same number
	a.want("before its like", first, peer.TxValidationCode_VALID)
	a.want("behind its like", second, peer.TxValidationCode_MVCC_READ_CONFLICT)
	if answer, _, err := a.sendTo(first); err == nil && answer == common.Status_SUCCESS {
		a.wantNext("again", peer.TxValidationCode_DUPLICATE_TXID) // BFT orderers remember their last transactions
	}
	a.update("O", func(c *common.Config) {
		a.setValue(c.ChannelGroup.Groups["Orderer"], "BatchSize", &orderer.BatchSize{}, func(m proto.Message) {
			m.(*orderer.BatchSize).MaxMessageCount++
		})
	})
	a.want("after an update", a.prepared("G", "F"), peer.TxValidationCode_VALID)
	before := a.prepared("G", "F")
	a.revoke("F", filepath.Join("peers", "peer0.F", "msp"))
	a.want("by a revoked endorser", before, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE)
	a.want("by others", a.prepared("G", "D"), peer.TxValidationCode_VALID)
}

// found has G found a ledger for itself.
func (a *authorityRun) found() {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	g := must(a.dial(ctx, "G", a.t.TempDir(), ""))
	defer g.Close()
	_, founded := g.Found(ctx, party.FoundRequest{
		Network: "e2e", En: "Group", Zh: "集团", Roles: party.Issuer,
		Cycle: "2026-11", Date: day("2026-11-01"), Test: true,
	})
	_, begun := g.Single(ctx, "", party.BeginPeerRequest{})
	_, registered := g.Single(ctx, "", party.RegisterRequest{Party: "D", En: "D", Zh: "D", Roles: party.Issuer})
	if err := errors.Join(founded, begun, registered); err != nil {
		a.t.Fatal(err)
	}
	a.until(g.Height())
}

// until audits the blocks below a height.
func (a *authorityRun) until(height uint64) {
	a.t.Helper()
	for uint64(len(a.list)) < height {
		a.audit()
	}
}

// audit takes the next block and compares the model's verdicts with the peer's.
func (a *authorityRun) audit() *wire.Block {
	a.t.Helper()
	raw, ok := <-a.blocks
	if !ok {
		a.t.Fatal("the peer sends no further block")
	}
	a.list = append(a.list, raw)
	b := must(wire.Parse(raw))
	if b.Txs[0].Type == common.HeaderType_CONFIG {
		var envelope common.ConfigEnvelope
		if err := proto.Unmarshal(b.Txs[0].Data, &envelope); err != nil {
			a.t.Fatal(err)
		}
		a.config = envelope.Config
	}
	if b.Number == 0 {
		if err := a.channel.Begin(b); err != nil {
			a.t.Fatal(err)
		}
		return b
	}
	for _, f := range a.channel.Signatures(b) {
		a.t.Error(f)
	}
	for i, v := range must(a.channel.Judge(b)) {
		flag, want := b.Txs[i].Flag, b.Txs[i].Flag
		if flag == peer.TxValidationCode_MVCC_READ_CONFLICT {
			want = peer.TxValidationCode_VALID
		}
		if v.Code != want {
			a.t.Errorf("block %d, transaction %d: %s (%s), the peer says %s", b.Number, i, v.Code, v.Why, flag)
		}
	}
	if err := a.channel.Apply(b, func(i int) bool { return b.Txs[i].Valid() }); err != nil {
		a.t.Fatal(err)
	}
	return b
}

// want sends an envelope, and holds what peers make of it.
func (a *authorityRun) want(what string, env *common.Envelope, code peer.TxValidationCode) {
	a.t.Helper()
	if answer, info, err := a.sendTo(env); err != nil || answer != common.Status_SUCCESS {
		a.t.Fatalf("%s: the orderer says %s: %s, %v", what, answer, info, err)
	}
	a.wantNext(what, code)
}

func (a *authorityRun) wantNext(what string, code peer.TxValidationCode) {
	a.t.Helper()
	b := a.audit()
	if len(b.Txs) != 1 || b.Txs[0].Flag != code {
		a.t.Errorf("%s: block %d has %d transactions, the first is %s, not %s",
			what, b.Number, len(b.Txs), b.Txs[0].Flag, code)
	}
	if b.Txs[0].Endorsed() && b.Txs[0].Valid() {
		a.seq++
	}
}

func (a *authorityRun) sendTo(env *common.Envelope) (common.Status, string, error) {
	b, err := direct.OpenBroadcast(a.t.Context(), a.orderer(0))
	if err != nil {
		return 0, "", err
	}
	defer b.Close()
	return b.Send(env)
}

// prepared is the next batch of G's lane, endorsed and signed.
func (a *authorityRun) prepared(endorsers ...string) *common.Envelope {
	a.t.Helper()
	batch := command.Batch{Lane: 31, Seq: a.seq + 1, Commands: []command.Command{
		command.New("", member.EnrolRequest{Member: fresh("m")}),
	}}
	proposal := must(a.gateway.GetNetwork(a.g.Channel).GetContract(a.g.Chaincode).NewProposal("batch:Run",
		client.WithBytesArguments(codec.Encode(batch)), client.WithEndorsingOrganizations(endorsers...)))
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	tx, err := proposal.EndorseWithContext(ctx)
	for status.Code(err) == codes.Aborted { // another peer hasn't the last block yet
		tx, err = proposal.EndorseWithContext(ctx)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	var made gateway.PreparedTransaction
	if err := proto.Unmarshal(must(tx.Bytes()), &made); err != nil {
		a.t.Fatal(err)
	}
	return must(a.junk.Seal(made.Envelope.Payload))
}

// parts are a transaction's messages.
type parts struct {
	payload  common.Payload
	channel  common.ChannelHeader
	body     peer.Transaction
	action   peer.ChaincodeActionPayload
	response peer.ProposalResponsePayload
	done     peer.ChaincodeAction
	forge    bool // the endorsers are replaced by G's client
}

func (a *authorityRun) edited(env *common.Envelope, edit func(*parts)) *common.Envelope {
	a.t.Helper()
	p := &parts{}
	read := func(raw []byte, into proto.Message) {
		if err := proto.Unmarshal(raw, into); err != nil {
			a.t.Fatal(err)
		}
	}
	read(env.Payload, &p.payload)
	read(p.payload.Header.ChannelHeader, &p.channel)
	read(p.payload.Data, &p.body)
	read(p.body.Actions[0].Payload, &p.action)
	read(p.action.Action.ProposalResponsePayload, &p.response)
	read(p.response.Extension, &p.done)
	edit(p)
	p.payload.Header.ChannelHeader = must(proto.Marshal(&p.channel))
	if p.forge {
		sum := sha256.Sum256([]byte(string(p.payload.Header.ChannelHeader) + string(p.body.Actions[0].Header) +
			string(p.action.ChaincodeProposalPayload)))
		p.response.ProposalHash, p.response.Extension = sum[:], must(proto.Marshal(&p.done))
		p.action.Action.ProposalResponsePayload = must(proto.Marshal(&p.response))
		p.action.Action.Endorsements = []*peer.Endorsement{
			must(a.junk.Endorse(p.action.Action.ProposalResponsePayload)),
		}
	}
	p.body.Actions[0].Payload = must(proto.Marshal(&p.action))
	p.payload.Data = must(proto.Marshal(&p.body))
	return must(a.junk.Seal(must(proto.Marshal(&p.payload))))
}

type authorityCase struct {
	name string
	code peer.TxValidationCode
	edit func(*parts)
}

func (a *authorityRun) cases() []authorityCase {
	const failed = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE
	const noChaincode, other = peer.TxValidationCode_INVALID_CHAINCODE, peer.TxValidationCode_INVALID_OTHER_REASON
	named := func(name string) []byte {
		return must(proto.Marshal(&peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: name}}))
	}
	sets := func(names ...string) []byte {
		all := &rwset.TxReadWriteSet{}
		for _, name := range names {
			all.NsRwset = append(all.NsRwset, &rwset.NsReadWriteSet{Namespace: name})
		}
		return must(proto.Marshal(all))
	}
	return []authorityCase{
		{"as endorsed", peer.TxValidationCode_VALID, nil},
		{"another id", peer.TxValidationCode_BAD_PROPOSAL_TXID, func(p *parts) {
			p.channel.TxId = strings.Repeat("0", 64)
		}},
		{"an epoch", peer.TxValidationCode_BAD_COMMON_HEADER, func(p *parts) {
			p.channel.Epoch = 1
		}},
		{"another proposal", peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION, func(p *parts) {
			p.action.ChaincodeProposalPayload = p.action.ChaincodeProposalPayload[1:]
		}},
		{"no nonce", peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION, func(p *parts) {
			p.body.Actions[0].Header = nil
		}},
		{"an endorsement left out", failed, func(p *parts) {
			p.action.Action.Endorsements = p.action.Action.Endorsements[:1]
		}},
		{"an endorsement twice", failed, func(p *parts) {
			p.action.Action.Endorsements[1] = p.action.Action.Endorsements[0]
		}},
		{"a signature's byte", failed, func(p *parts) {
			p.action.Action.Endorsements[0].Signature[20] ^= 1
		}},
		{"a client's endorsement", failed, func(p *parts) {
			p.forge = true
		}},
		{"a bad extension", peer.TxValidationCode_BAD_HEADER_EXTENSION, func(p *parts) {
			p.forge, p.channel.Extension = true, []byte{9}
		}},
		{"no chaincode", other, func(p *parts) {
			p.forge, p.channel.Extension = true, nil
		}},
		{"no answering chaincode", other, func(p *parts) {
			p.forge, p.done.ChaincodeId = true, nil
		}},
		{"another chaincode", noChaincode, func(p *parts) {
			p.forge, p.channel.Extension = true, named("other")
		}},
		{"no version", noChaincode, func(p *parts) {
			p.forge, p.done.ChaincodeId.Version = true, ""
		}},
		{"an undefined chaincode", noChaincode, func(p *parts) {
			p.forge, p.channel.Extension, p.done.ChaincodeId.Name = true, named("other"), "other"
			p.done.Events, p.done.Results = nil, nil
		}},
		{"another chaincode's event", other, func(p *parts) {
			p.forge, p.done.Events = true, must(proto.Marshal(&peer.ChaincodeEvent{ChaincodeId: "other"}))
		}},
		{"a namespace twice", peer.TxValidationCode_ILLEGAL_WRITESET, func(p *parts) {
			p.forge, p.done.Results = true, sets("tally", "tally")
		}},
		{"a definition", failed, func(p *parts) {
			p.forge, p.channel.Extension, p.done.ChaincodeId.Name = true, named("_lifecycle"), "_lifecycle"
			p.done.Events, p.done.Results = nil, sets("_lifecycle")
		}},
	}
}

// update changes the configuration, as configtxlator computes it, with one organisation's admin's signature.
func (a *authorityRun) update(admin string, change func(*common.Config)) {
	a.t.Helper()
	changed := proto.CloneOf(a.config)
	change(changed)
	dir := a.t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]*common.Config{"original": a.config, "updated": changed} {
		if err := os.WriteFile(file(name), must(proto.Marshal(c)), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	tools := strings.TrimSpace(string(must(exec.Command(filepath.Join(root, "bin", "tallynet"), "tools").Output())))
	compute := exec.Command(filepath.Join(tools, "configtxlator"), "compute_update", "--channel_id", a.g.Channel,
		"--original", file("original"), "--updated", file("updated"), "--output", file("update"))
	if out, err := compute.CombinedOutput(); err != nil {
		a.t.Fatalf("%v\n%s", err, out)
	}
	update := must(os.ReadFile(file("update")))
	signature := must(a.admin(admin).Approve(update))
	signed := must(proto.Marshal(&common.ConfigUpdateEnvelope{
		ConfigUpdate: update, Signatures: []*common.ConfigSignature{signature},
	}))
	a.want("an update", must(a.junk.Signed(common.HeaderType_CONFIG_UPDATE, signed)), peer.TxValidationCode_VALID)
}

// folder is where an organisation's keys are.
func (a *authorityRun) folder(organisation string) string {
	kind := "peerOrganizations"
	if organisation == "O" {
		kind = "ordererOrganizations"
	}
	return filepath.Join(a.dir, "crypto", kind, organisation)
}

func (a *authorityRun) admin(organisation string) *direct.Junk {
	a.t.Helper()
	at := filepath.Join(a.folder(organisation), "users", "Admin@"+organisation, "msp")
	return must(direct.NewJunk(config.Config{Party: organisation, Channel: a.g.Channel, Identity: config.Identity{
		Cert: a.only(filepath.Join(at, "signcerts", "*")), Key: a.only(filepath.Join(at, "keystore", "*")),
	}}))
}

func (a *authorityRun) only(pattern string) string {
	a.t.Helper()
	found := must(filepath.Glob(pattern))
	if len(found) != 1 {
		a.t.Fatalf("%d files %s", len(found), pattern)
	}
	return found[0]
}

func (a *authorityRun) setValue(g *common.ConfigGroup, name string, into proto.Message, change func(proto.Message)) {
	a.t.Helper()
	if err := proto.Unmarshal(g.Values[name].Value, into); err != nil {
		a.t.Fatal(err)
	}
	change(into)
	g.Values[name].Value = must(proto.Marshal(into))
}

// revoke puts a certificate of an organisation's into its revocation list.
func (a *authorityRun) revoke(organisation, holder string) {
	a.t.Helper()
	der := func(path string) []byte {
		block, _ := pem.Decode(must(os.ReadFile(path)))
		return block.Bytes
	}
	issuer := must(x509.ParseCertificate(der(a.only(filepath.Join(a.folder(organisation), "ca", "*.pem")))))
	key := must(x509.ParsePKCS8PrivateKey(der(filepath.Join(a.folder(organisation), "ca", "priv_sk"))))
	held := must(x509.ParseCertificate(der(a.only(filepath.Join(a.folder(organisation), holder, "signcerts", "*")))))
	entry := x509.RevocationListEntry{SerialNumber: held.SerialNumber, RevocationTime: time.Now()}
	list := must(x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(24 * time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{entry},
	}, issuer, key.(crypto.Signer)))
	a.update(organisation, func(c *common.Config) {
		g := c.ChannelGroup.Groups["Application"].Groups[organisation]
		a.setValue(g, "MSP", &msp.MSPConfig{}, func(m proto.Message) {
			var fabric msp.FabricMSPConfig
			if err := proto.Unmarshal(m.(*msp.MSPConfig).Config, &fabric); err != nil {
				a.t.Fatal(err)
			}
			fabric.RevocationList = [][]byte{pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list})}
			m.(*msp.MSPConfig).Config = must(proto.Marshal(&fabric))
		})
	})
}

// write keeps the blocks as test data of client/audit/authority.
func (a *authorityRun) write(path string) {
	a.t.Helper()
	f := must(os.Create(path))
	packed := must(gzip.NewWriterLevel(f, gzip.BestCompression))
	var err error
	for _, b := range a.list {
		_, one := protodelim.MarshalTo(packed, b)
		err = errors.Join(err, one)
	}
	if err := errors.Join(err, packed.Close(), f.Close()); err != nil {
		a.t.Fatal(err)
	}
}
