//go:build e2e

// Package e2e tests the whole on a real network: real peers and orderers,
// killed processes, races, real input. It waits on conditions, never sleeps.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/settlement"
	"tallystick/client/config"
	"tallystick/client/index"
)

// root is the repository, in which make build has left bin.
var root = must(filepath.Abs("../.."))

// soaking says that what is slow and rare runs too: scripts/soak.sh asks for it.
var soaking = os.Getenv("TALLY_SOAK") != ""

// net is the network that the tests of this package share.
var net *network

// network is a running network of its own, on ports of its own.
type network struct {
	dir, topology string
	basePort      int
	folder        string // in which its desks run commands; the package's unless it is set
	seen          sight  // what each node on it sees before it acts or asks
	models        models
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMain(m *testing.M) {
	if path := os.Getenv(errandVar); path != "" {
		if err := runErrand(path); err != nil {
			fmt.Fprintln(os.Stderr, "e2e client:", err)
			os.Exit(1)
		}
		return
	}
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func runAll(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "tallystick-e2e")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if os.Getenv(apartVar) != "" {
		return m.Run(), nil
	}
	if net, err = makeNetwork(dir, 17000, 100*time.Millisecond); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, net.models.close(), net.tallynet("reset", "--yes")) }()
	if err := net.tallynet("up"); err != nil {
		return 1, err
	}
	if err := net.found(); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// apartVar is set where tests are run that each make a network of their own, and so need none that is shared: see
// scripts/e2e.sh.
const apartVar = "TALLY_APART"

// briefly is how long a transaction waits for company where nobody sends two at once.
const briefly = 25 * time.Millisecond

// makeNetwork writes a topology like the repository's, on other ports, and without the parties' nodes: tests write the
// lanes themselves. A transaction waits so long for others to share its block. Tests most often send one and wait for
// it, so this is less than the repository's, where more come together.
func makeNetwork(dir string, basePort int, interval time.Duration) (*network, error) {
	n, err := makeWithNodes(dir, basePort, interval)
	if err != nil {
		return nil, err
	}
	return n, n.edit(func(sections map[string]any) { delete(sections, "programs") })
}

// makeWithNodes is makeNetwork with a node for each party with a peer.
func makeWithNodes(dir string, basePort int, interval time.Duration) (*network, error) {
	text, err := os.ReadFile(filepath.Join(root, "test-network", "topology.yaml"))
	if err != nil {
		return nil, err
	}
	changed := strings.ReplaceAll(string(text), "../bin/", filepath.Join(root, "bin")+"/")
	n := &network{dir: filepath.Join(dir, "net"), topology: filepath.Join(dir, "topology.yaml"), basePort: basePort}
	if err := os.WriteFile(n.topology, []byte(changed), 0o600); err != nil {
		return nil, err
	}
	return n, n.edit(func(sections map[string]any) {
		sections["basePort"] = basePort
		sections["orderers"].(map[string]any)["batch"] = map[string]any{"interval": interval.String()}
	})
}

// edit changes the topology's sections before the network is up.
func (n *network) edit(change func(sections map[string]any)) error {
	text, err := os.ReadFile(n.topology)
	if err != nil {
		return err
	}
	var sections map[string]any
	if err := yaml.Unmarshal(text, &sections); err != nil {
		return err
	}
	change(sections)
	if text, err = yaml.Marshal(sections); err != nil {
		return err
	}
	return os.WriteFile(n.topology, text, 0o600)
}

// tallynet runs the operator's program; what it says is shown if it fails.
func (n *network) tallynet(args ...string) error {
	cmd := exec.Command(filepath.Join(root, "bin", "tallynet"),
		append(args, "--topology", n.topology, "--dir", n.dir)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("tallynet %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// config is a party's, with a state directory and lanes of its own.
func (n *network) config(party, state, lanes string) (config.Config, error) {
	return config.Load(filepath.Join(n.dir, "parties", party, "profile.yaml"),
		map[string]any{"state": state, "lanes": lanes})
}

// found founds the consortium of the story.
func (n *network) found() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	state, err := os.MkdirTemp("", "tallystick-founding")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	open := func(party string) (*node, error) { return n.dial(ctx, party, filepath.Join(state, party), "") }
	g, err := open("G")
	if err != nil {
		return err
	}
	defer g.Close()
	if _, err := g.Found(ctx,
		party.FoundRequest{Network: "e2e", En: "Group", Zh: "集团", Roles: party.Issuer | party.Acceptor,
			Cycle: "2026-11", Date: day("2026-11-01"), Test: true}); err != nil {
		return err
	}
	if _, err := g.Single(ctx, "", party.BeginPeerRequest{}); err != nil {
		return err
	}
	for _, p := range []party.RegisterRequest{
		{Party: "D", En: "Dealer", Zh: "经销商", Roles: party.Issuer | party.Acceptor},
		{Party: "F", En: "Finance", Zh: "金融", Roles: party.Issuer | party.Finance},
		{Party: "M", En: "Mobility", Zh: "出行", Roles: party.Issuer | party.Acceptor},
		{Party: "S1", En: "Car care", Zh: "养护供应商", Roles: party.Supplier},
		{Party: "B", En: "Bank", Zh: "银行", Roles: party.Issuer | party.Finance},
	} {
		if _, err := g.Single(ctx, "", p); err != nil {
			return err
		}
	}
	for _, issuer := range []string{"G", "D", "F", "M", "B"} {
		g, err := open(issuer)
		if err != nil {
			return err
		}
		if issuer == "D" || issuer == "F" {
			_, err = g.Single(ctx, "", party.BeginPeerRequest{})
		}
		_, opened := g.Single(ctx, "", points.OpenProgrammeRequest{
			Programme: issuer + "P", En: issuer, Zh: issuer, Price: amount.Rate{Num: 1, Den: 1},
			Rules: points.Rules{Transfer: points.TransferRules{Allowed: true}},
		})
		if err := errors.Join(err, opened, g.Close()); err != nil {
			return err
		}
	}
	return nil
}

func day(text string) date.Date { return must(date.Parse(text)) }

var farDay = day("2027-12-31")

// agreeRate agrees to a rate as it is published.
func agreeRate(t *testing.T, g *node, from, to string) {
	t.Helper()
	published, err := g.Query().Conversion(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	do(t, g, points.AgreeRateRequest{From: from, To: to, Terms: published.Terms()})
}

// grant is a lot for a member.
func grant(member string, units amount.Units) points.Grant {
	return points.Grant{Member: member, Amount: units, Expires: farDay}
}

// coming is a lot for a member whom a party is yet to enrol.
func coming(member, home string, units amount.Units) points.Grant {
	g := grant(member, units)
	g.Home = home
	return g
}

// issue issues one lot and answers its number.
func issue(t *testing.T, g *node, programme, member string, units amount.Units) number.Row {
	t.Helper()
	r, err := g.Do(t.Context(), "", points.IssueRequest{
		Programme: programme, Grants: []points.Grant{grant(member, units)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.Number.Row(0)
}

// enrol makes members whose home the gateway's party is.
func enrol(t *testing.T, g *node, members ...string) {
	t.Helper()
	for _, m := range members {
		if _, err := g.Do(t.Context(), "", member.EnrolRequest{Member: m}); err != nil {
			t.Fatal(err)
		}
	}
}

// authorise lets an acceptor spend so much of a programme of a member at home with
// the gateway's party.
func authorise(t *testing.T, g *node, who, acceptor, programme string, units amount.Units) number.Command {
	t.Helper()
	r, err := g.Do(t.Context(), "", member.AuthoriseRequest{

		Member: who, Acceptor: acceptor, Caps: []member.Limit{{Programme: programme, Amount: units}},
		Until: time.Now().Add(time.Hour).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.Number
}

// wantCode fails the test unless the error is a refusal with this code.
func wantCode(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("%s: got %v, want %q", what, err, code)
	}
}

// balance holds conservation in a programme: what the lanes counted and what the
// rows of the read model hold must be the same.
func balance(t *testing.T, g *node, programme string) points.Totals {
	t.Helper()
	ix := read(t, g)
	available := amount.Units(0)
	for _, l := range every(t, func(page index.Page) (index.Part[index.Lot], error) {
		return ix.Lots(index.LotFilter{Programme: programme}, page)
	}) {
		available += l.Available()
	}
	totals, err := g.Query().Totals(t.Context(), programme)
	if err != nil {
		t.Fatal(err)
	}
	if totals.Issued != available+totals.Held()+totals.Ended() {
		t.Errorf("%s: issued %d, but available %d + held %d + ended %d",
			programme, totals.Issued, available, totals.Held(), totals.Ended())
	}
	if strays, err := ix.Unsealed(); err != nil || len(strays) > 0 {
		t.Errorf("rows that no sealed number covers: %v, %v", strays, err)
	}
	return totals
}

// send is one command of a batch.
func advance(to date.Date) command.Request { return settlement.AdvanceRequest{Date: to} }

// partyAmend keeps B's roles and gives it a net debit cap.
func partyAmend(id string, debit amount.Units) command.Request {
	return party.AmendRequest{Party: id, Roles: party.Issuer | party.Finance, Debit: debit}
}

func send(req command.Request) command.Command { return command.New("", req) }
