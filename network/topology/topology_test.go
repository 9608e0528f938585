package topology_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tallystick/network/topology"
)

// minimal is the smallest topology that loads; the cases below spoil it.
const minimal = `
channel: alliance
parties:
  - {id: G, name: {en: Group, zh: 集团}, peer: true}
  - {id: D, peer: true}
  - {id: A, readOnly: true}
chaincodes:
  - {name: tally, version: "1", program: bin/tallycc}
`

func load(t *testing.T, text string) (*topology.Topology, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "topology.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return topology.Load(file)
}

func TestDefaults(t *testing.T) {
	got, err := load(t, minimal)
	if err != nil {
		t.Fatal(err)
	}
	want := topology.Orderers{
		Organisation: "O", Consensus: topology.BFT, Count: 4,
		Batch: topology.Batch{Interval: 200 * time.Millisecond, Messages: 500, AbsoluteMax: 4 << 20,
			PreferredMax: 2 << 20},
	}
	if diff := cmp.Diff(want, got.Orderers); diff != "" {
		t.Errorf("orderers (-want +got):\n%s", diff)
	}
	if got.Memory != (topology.Memory{Orderer: 1 << 30, Peer: 1 << 30, Chaincode: 768 << 20,
		Program: 768 << 20}) {
		t.Errorf("memory: %+v", got.Memory)
	}
	if got.Parties[0].Name != (topology.Name{EN: "Group", ZH: "集团"}) {
		t.Errorf("name: %+v", got.Parties[0].Name)
	}
	chaincode := got.Chaincodes[0]
	if chaincode.Policy != "OutOf(2,'G.peer','D.peer')" {
		t.Errorf("policy: %s", chaincode.Policy)
	}
	if want := filepath.Join(filepath.Dir(got.File), "bin/tallycc"); chaincode.Program != want {
		t.Errorf("program: %s, want %s", chaincode.Program, want)
	}
}

func TestCollections(t *testing.T) {
	got, err := load(t, strings.ReplaceAll(minimal, "program: bin/tallycc",
		"program: x, collections: [{name: shared-1_a, parties: [D, G]}, {name: g, parties: [G]}]"))
	if err != nil {
		t.Fatal(err)
	}
	want := []topology.Collection{{Name: "shared-1_a", Parties: []string{"D", "G"}},
		{Name: "g", Parties: []string{"G"}}}
	if diff := cmp.Diff(want, got.Chaincodes[0].Collections); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPairs: every two parties with a peer, the file's own collections first,
// and the newest party's at the end.
func TestPairs(t *testing.T) {
	text := strings.Replace(minimal, "  - {id: A, readOnly: true}",
		"  - {id: A, readOnly: true}\n  - {id: F, peer: true}", 1)
	text = strings.ReplaceAll(text, "program: bin/tallycc",
		"program: x, pairs: profiles, collections: [{name: own, parties: [G]}]")
	got, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	want := []topology.Collection{
		{Name: "own", Parties: []string{"G"}},
		{Name: "profiles-D-G", Parties: []string{"D", "G"}},
		{Name: "profiles-F-G", Parties: []string{"F", "G"}},
		{Name: "profiles-D-F", Parties: []string{"D", "F"}},
	}
	if diff := cmp.Diff(want, got.Chaincodes[0].Collections); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRaftByOneWord(t *testing.T) {
	got, err := load(t, minimal+"orderers: {consensus: raft}\n")
	if err != nil {
		t.Fatal(err)
	}
	if got.Orderers.Count != 3 {
		t.Errorf("count %d, want 3", got.Orderers.Count)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name     string
		old, new string // what is replaced in minimal; an empty old appends
		want     string // in the error
	}{
		{"unknown key", "", "channels: x", `topology.yaml:9: unknown key "channels"; did you mean channel?`},
		{"unknown nested key", "", "orderers: {batch: {messages: 1, mesages: 2}}",
			`:9: unknown key "mesages"; did you mean messages?`},
		{"channel in capitals", "alliance", "Alliance", `channel "Alliance"`},
		{"no channel", "channel: alliance", "", `channel ""`},
		{"host is every address", "", "host: 0.0.0.0", "stands for every address"},
		{"host is every address of IPv6", "", "host: '::'", "stands for every address"},
		{"host is many", "", "host: 224.0.0.1", "nothing can listen"},
		{"host is all", "", "host: 255.255.255.255", "nothing can listen"},
		{"host is no address", "", "host: example.com", `host "example.com"`},
		{"unknown consensus", "", "orderers: {consensus: paxos}", "want bft or raft"},
		{"too few for bft", "", "orderers: {count: 3}", "bft needs 4"},
		{"no raft orderer", "", "orderers: {consensus: raft, count: -1}", "raft needs 1"},
		{"too many orderers", "", "orderers: {count: 21}", "at most 20"},
		{"orderer organisation", "", "orderers: {organisation: 'O O'}", "organisation"},
		{"empty batch", "", "orderers: {batch: {messages: 0}}", "above zero"},
		{"batch sizes crossed", "", "orderers: {batch: {preferredMax: 33 MB}}", "above absoluteMax 4 MB"},
		{"size without sense", "", "orderers: {batch: {absoluteMax: big}}", `"big" is not a size`},
		{"size too large", "", "orderers: {batch: {absoluteMax: 4 GB}}", "not a size"},
		{"interval without unit", "", "orderers: {batch: {interval: '200'}}", "missing unit"},
		{"too little memory", "", "memory: {peer: 64 MB}", "at least 128 MB"},
		{"memory of nothing", "", "memory: {client: 1 GB}", "client"},
		{"a huge file", "", strings.Repeat("#", 1<<20), "at most"},
		{"party id", "id: D", "id: D_1", `party "D_1"`},
		{"party twice", "id: D", "id: g", `party "g": the id is taken`},
		{"party is the orderers'", "id: D", "id: o", `party "o": the id is taken`},
		{"read-only peer", "{id: D, peer: true}", "{id: D, peer: true, readOnly: true}", "cannot be readOnly"},
		{"nobody has a peer", "peer: true", "peer: false", "at least one needs peer"},
		{"chaincode name", "name: tally", "name: _tally", `chaincode "_tally"`},
		{"chaincode named like a node", "name: tally", "name: peering", "names of processes"},
		{"chaincode version", `version: "1"`, `version: "1 a"`, `version "1 a"`},
		{"chaincode without version", `version: "1", `, "", `version ""`},
		{"chaincode without program", ", program: bin/tallycc", "", "no program"},
		{"chaincode with the name of a party's", "chaincodes:",
			"chaincodes:\n  - {name: seal, version: '1', program: x, perParty: true}\n  - {name: Seal-D, version: '1', program: x}",
			"named twice"},
		{"chaincode twice", "chaincodes:", "chaincodes:\n  - {name: Tally, version: '1', program: x}", "named twice"},
		{"chaincode env", "program: bin/tallycc", "program: x, env: [LEVEL]", "want KEY=VALUE"},
		{"collection name", "program: bin/tallycc", "program: x, collections: [{name: _c, parties: [G]}]",
			`collection "_c"`},
		{"collection without name", "program: bin/tallycc", "program: x, collections: [{parties: [G]}]",
			`collection ""`},
		{"collection twice", "program: bin/tallycc",
			"program: x, collections: [{name: c, parties: [G]}, {name: c, parties: [D]}]",
			`collection "c": named twice`},
		{"collection of nobody", "program: bin/tallycc", "program: x, collections: [{name: c}]", "no parties"},
		{"collection of a stranger", "program: bin/tallycc", "program: x, collections: [{name: c, parties: [G, Q]}]",
			`no party "Q"`},
		{"collection without a peer", "program: bin/tallycc", "program: x, collections: [{name: c, parties: [G, A]}]",
			`party "A" has no peer`},
		{"collection with a party twice", "program: bin/tallycc",
			"program: x, collections: [{name: c, parties: [G, G]}]", `party "G" is listed twice`},
		{"pairs name", "program: bin/tallycc", "program: x, pairs: _p", `pairs "_p"`},
		{"pair named like a collection", "program: bin/tallycc",
			"program: x, pairs: p, collections: [{name: p-D-G, parties: [G]}]", `collection "p-D-G": named twice`},
		{"pairs that can't be told apart", "  - {id: A, readOnly: true}\nchaincodes:\n  - {",
			"  - {id: D-F, peer: true}\n  - {id: F-G, peer: true}\nchaincodes:\n  - {pairs: p, ",
			`collection "p-D-F-G": named twice`},
		{"collection setting", "program: bin/tallycc", "program: x, collections: [{name: c, partys: [G]}]", "partys"},
		{"program without a file", "", "programs: [{name: node}]", `program "node": no program`},
		{"program name", "", "programs: [{name: _n, program: x}]", `program "_n": its name`},
		{"program named like a node", "", "programs: [{name: Supervisor, program: x}]", "names of processes"},
		{"program named like a chaincode", "", "programs: [{name: Tally, program: x}]", "the name is taken"},
		{"program twice", "", "programs: [{name: n, program: x}, {name: N, program: y}]", "the name is taken"},
		{"program env", "", "programs: [{name: n, program: x, env: [LEVEL]}]", "want KEY=VALUE"},
		{"program that names nothing", "", "programs: [{name: n, program: x, args: ['-p{party}', '{prty}']}]",
			"{prty} stands for nothing; there are {party}, {dir}, {profile}, {address}"},
		{"program ready nowhere", "", "programs: [{name: n, program: x, ready: {url: '{address}/readyz'}}]",
			"want https:// or http://"},
		{"program ready under a CA without HTTPS", "",
			"programs: [{name: n, program: x, ready: {url: 'http://{address}', ca: c}}]", "ready.ca"},
		{"too many programs", "", "programs: [" + strings.Repeat("{name: n, program: x}, ", 8) + "]", "at most 7"},
		{"port of nothing", "", "ports: {peer1.G: 9000}", `no endpoint "peer1.g"`},
		{"port twice", "", "ports: {peer0.G: 9000, tally.D: 9000}", "both on port 9000"},
		{"port of the privileged", "", "basePort: 80", "want 1024"},
		{"port beyond the last", "", "basePort: 65530", "want 1024 to 65535"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.ReplaceAll(minimal, tt.old, tt.new)
			if tt.old == "" {
				text = minimal + tt.new + "\n"
			}
			_, err := load(t, text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	_, err := topology.Load(filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.Contains(err.Error(), "--topology") {
		t.Errorf("error %v, want one that says what to do", err)
	}
}

func TestPortOverride(t *testing.T) {
	got, err := load(t, minimal+"ports: {peer0.G: 9000, orderer1.admin: 9001}\n")
	if err != nil {
		t.Fatal(err)
	}
	if at := got.Peers()[0].Address; at != "127.0.0.1:9000" {
		t.Errorf("peer0.G at %s", at)
	}
	if at := got.OrdererNodes()[1].Admin; at != "127.0.0.1:9001" {
		t.Errorf("orderer1.admin at %s", at)
	}
}

// TestPrograms: each party with a peer runs one, at an address of its own, with its own names in its texts.
func TestPrograms(t *testing.T) {
	got, err := load(t, minimal+`programs:
  - {name: first, program: /bin/first}
  - {name: node, program: bin/node, args: [--as, "{party}"], env: ["AT={address}", "P={profile}"],
     ready: {url: "https://{address}/ready", ca: "{dir}/{party}.pem"}}
`)
	if err != nil {
		t.Fatal(err)
	}
	runs := got.ProgramRuns()
	var names []string
	for _, r := range runs {
		names = append(names, r.Name+" "+r.Party+" "+r.Address)
	}
	want := []string{"first.G G 127.0.0.1:7153", "node.G G 127.0.0.1:7154", "first.D D 127.0.0.1:7253",
		"node.D D 127.0.0.1:7254"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	p := runs[3].Program.For(map[string]string{"party": "D", "dir": "/n/D", "profile": "/n/D/p", "address": "a:1"})
	filled := topology.Program{Name: "node", Program: filepath.Join(filepath.Dir(got.File), "bin/node"),
		Args: []string{"--as", "D"}, Env: []string{"AT=a:1", "P=/n/D/p"},
		Ready: topology.Ready{URL: "https://a:1/ready", CA: "/n/D/D.pem"}}
	if diff := cmp.Diff(filled, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if runs[3].Program.Args[1] != "{party}" {
		t.Error("one party's texts were filled into another's")
	}
}

// TestRepositoryTopologyLoads keeps the one that everybody uses loadable.
func TestRepositoryTopologyLoads(t *testing.T) {
	got, err := topology.Load("../../test-network/topology.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if policy := got.Chaincodes[0].Policy; policy != "OutOf(2,'G.peer','D.peer','F.peer')" {
		t.Errorf("policy: %s", policy)
	}
}

func TestSizeReadsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := topology.Size(rapid.Uint32().Draw(t, "bytes"))
		var got topology.Size
		if err := got.UnmarshalText([]byte(want.String())); err != nil || got != want {
			t.Fatalf("%s read back as %d, %v; was %d", want, got, err, want)
		}
	})
}

func TestPartiesNamespaces(t *testing.T) {
	topo := &topology.Topology{Parties: []topology.Party{{ID: "G", Peer: true}, {ID: "M"}, {ID: "D", Peer: true}}}
	shared := topology.Chaincode{Name: "seal", Policy: "OutOf(2,'G.peer','D.peer')", Program: "x", Version: "1",
		Collections: []topology.Collection{{Name: "c", Parties: []string{"G"}}}}
	if got := topo.Definitions(shared); len(got) != 1 || got[0].Name != "seal" {
		t.Errorf("without perParty: %+v", got)
	}
	shared.PerParty = true
	var names []string
	for _, d := range topo.Definitions(shared) {
		names = append(names, fmt.Sprint(d.Name, d.Collections, " ", d.Policy))
	}
	want := "[seal[{c [G]}] OutOf(2,'G.peer','D.peer') seal-G[] OutOf(1,'G.peer') seal-D[] OutOf(1,'D.peer')]"
	if fmt.Sprint(names) != want {
		t.Errorf("got %v", names)
	}
}
