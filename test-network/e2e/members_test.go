//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/index"
)

// secret is so many random bytes.
func secret(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // it never fails
	return b
}

// fresh is a name that no other test uses.
func fresh(what string) string { return fmt.Sprintf("%s-%x", what, secret(6)) }

// do sends one command and fails the test if it is refused.
func do(t *testing.T, g *node, req interface{ Check() error }) number.Command {
	t.Helper()
	r, err := g.Do(t.Context(), "", req)
	if err != nil {
		t.Fatalf("%s: %T: %v", g.Party(), req, err)
	}
	return r.Number
}

func soon() int64 { return time.Now().Add(time.Hour).Unix() }

// account is a customer's account with the party, and the salt that proves it.
type account struct {
	channel, customer string
	salt              []byte
	commitment        codec.Hash
}

func newAccount(party, channel, customer string) account {
	a := account{channel: channel, customer: customer, salt: secret(32)}
	a.commitment = member.AccountCommitment(a.salt, party, channel, customer)
	return a
}

// TestOnePersonAtTwoParties links one person's accounts at two parties by a
// one-time code, finds the person by both, and merges a member that turns out to
// be the same person: what both had is one wallet, to the point.
func TestOnePersonAtTwoParties(t *testing.T) {
	g, d := net.open(t, "G", "1"), net.open(t, "D", "1")
	atD, atG := newAccount("D", "shop", "13800138000"), newAccount("G", "app", "13800138000")
	one, other := fresh("one"), fresh("other")
	do(t, d, member.EnrolRequest{Member: one, Channel: atD.channel, Account: atD.commitment})
	do(t, g, member.EnrolRequest{Member: other})
	lotD, lotG := issue(t, d, "DP", one, 100), issue(t, g, "GP", other, 50)
	hold := do(t, g, points.HoldRequest{Member: other, Pieces: []spend.Take{{Lot: lotG, Amount: 20}}, Deadline: soon()})

	invite := func() (number.Command, code.Code) {
		c := code.Code(secret(code.Size))
		return do(t, d, member.InviteRequest{Member: one, For: "G", Commitment: code.Commit(c), Until: soon()}), c
	}
	n, c := invite()
	link := member.LinkRequest{
		Member: one, Channel: atG.channel, Account: atG.commitment, Invitation: n, Code: code.Code(secret(code.Size)),
	}
	_, err := g.Do(t.Context(), "", link)
	wantCode(t, "a guessed code", err, fault.WrongCode)
	link.Code = c
	do(t, g, link)
	_, err = g.Do(t.Context(), "", member.LinkRequest{
		Member: one, Channel: "app", Account: newAccount("G", "app", "2").commitment, Invitation: n, Code: c,
	})
	wantCode(t, "a code that was used", err, fault.WrongState)
	for _, known := range []struct {
		party, channel string
		commitment     codec.Hash
	}{{"D", "shop", atD.commitment}, {"G", "app", atG.commitment}} {
		if m, err := g.Query().Recognise(t.Context(), known.party, known.channel, known.commitment); err != nil ||
			m.Member.ID != one {
			t.Errorf("recognised by %s's account: %+v, %v", known.party, m, err)
		}
	}

	n, c = invite()
	do(t, g, member.MergeRequest{From: other, Into: one, Invitation: n, Code: c})
	now := read(t, d)
	wallet, err := now.Wallet(one)
	if err != nil || len(wallet.Lots) != 2 {
		t.Fatalf("the wallet after the merge: %+v, %v", wallet, err)
	}
	// The home may now spend both members' lots; the hold from before goes on.
	both := points.HoldRequest{
		Member: one, Deadline: soon(), Pieces: []spend.Take{{Lot: lotD, Amount: 100}, {Lot: lotG, Amount: 30}},
	}
	do(t, d, both)
	_, err = d.Do(t.Context(), "", points.HoldRequest{
		Member: one, Deadline: soon(), Pieces: []spend.Take{{Lot: lotG, Amount: 1}},
	})
	wantCode(t, "one point more", err, fault.Insufficient)
	do(t, g, points.CaptureRequest{Hold: hold, Amount: 20})
	balance(t, g, "GP")
	balance(t, g, "DP")
}

// canary is what must never be found where it doesn't belong.
const canary = "canary-4f1d-of-a-profile"

// TestAProfileStaysBetweenTwo shares a profile between D and G: G reads it, F and M
// are refused, no block nor log nor third peer has it, and withdrawal ends it.
func TestAProfileStaysBetweenTwo(t *testing.T) {
	d, g, f, m := net.open(t, "D", "2"), net.open(t, "G", "2"), net.open(t, "F", "2"), net.open(t, "M", "2")
	who := fresh("shared")
	do(t, d, member.EnrolRequest{Member: who})
	consent := do(t, d, member.ConsentRequest{
		Member: who, Purpose: "joint_service", Parties: []string{"G"}, Until: farDay,
	})
	profile := fmt.Appendf(nil, `{"salt":"%s","fields":{"phone":"%s"}}`, hex.EncodeToString(secret(32)), canary)
	sum := sha256.Sum256(profile)
	share := member.ShareRequest{Consent: consent, Party: "G", Digest: sum[:]}
	if _, err := d.SinglePrivate(t.Context(), "", share,
		map[string][]byte{hex.EncodeToString(sum[:]): profile}); err != nil {
		t.Fatal(err)
	}
	await(t, "G's peer was sent the profile", func() bool { // a peer may have a block before what is private in it
		got, err := g.Query().Profile(t.Context(), consent, "G")
		if err == nil && !bytes.Equal(got.Bytes, profile) {
			t.Fatalf("G reads %+v", got)
		}
		return err == nil
	})
	for _, outsider := range []*node{f, m} {
		_, err := outsider.Query().Profile(t.Context(), consent, "G")
		wantCode(t, outsider.Party()+" reads the profile", err, fault.Forbidden)
	}
	for _, at := range filesWith(t, net.dir, canary) {
		if parts := bytes.Contains([]byte(at), []byte("peer0.D")) ||
			bytes.Contains([]byte(at), []byte("peer0.G")); !parts ||
			bytes.Contains([]byte(at), []byte("chains/chains")) {
			t.Errorf("the profile is in %s", at)
		}
	}
	do(t, d, member.WithdrawConsentRequest{Consent: consent, Reason: "member_asked"})
	for _, reader := range []*node{g, d} {
		_, err := reader.Query().Profile(t.Context(), consent, "G")
		wantCode(t, reader.Party()+" reads after the withdrawal", err, fault.WrongState)
	}
}

// filesWith lists the files under a directory that hold a text.
func filesWith(t *testing.T, dir, text string) []string {
	t.Helper()
	return filesWithAny(t, dir, map[string][]byte{text: []byte(text)})[text]
}

// filesWithAny lists the files under a directory that hold bytes, by these bytes' names.
func filesWithAny(t *testing.T, dir string, needles map[string][]byte) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // a database's file may be gone by now
		}
		data, err := os.ReadFile(path)
		for name, needle := range needles {
			if err == nil && bytes.Contains(data, needle) {
				found[name] = append(found[name], path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestErasureHolds erases a member: nothing leads from the customer to the
// pseudonym any more, and every point still recomputes.
func TestErasureHolds(t *testing.T) {
	d := net.open(t, "D", "3")
	who, customer := fresh("erased"), "13912345678"
	shop, app := newAccount("D", "shop", customer), newAccount("D", "app", customer)
	do(t, d, member.EnrolRequest{Member: who, Channel: "shop", Account: shop.commitment})
	do(t, d, member.LinkRequest{Member: who, Channel: "app", Account: app.commitment})
	lot := issue(t, d, "DP", who, 1600)
	before := balance(t, d, "DP")
	ids := []member.AccountID{{Party: "D", Channel: "app", Account: app.commitment},
		{Party: "D", Channel: "shop", Account: shop.commitment}}
	_, err := d.Do(t.Context(), "", member.EraseRequest{Member: who, Accounts: ids[:1], Reason: "member_asked"})
	wantCode(t, "an erasure that forgets an account", err, fault.Conflict)
	do(t, d, member.EraseRequest{Member: who, Accounts: ids, Reason: "member_asked"})
	_, err = d.Query().Recognise(t.Context(), "D", "shop", shop.commitment)
	wantCode(t, "recognised after the erasure", err, fault.NotFound)
	_, err = d.Do(t.Context(), "", points.HoldRequest{
		Member: who, Pieces: []spend.Take{{Lot: lot, Amount: 1}}, Deadline: soon(),
	})
	wantCode(t, "spending after the erasure", err, fault.WrongState)
	if after := balance(t, d, "DP"); after != before {
		t.Errorf("the books before %+v and after %+v", before, after)
	}
	// Whoever tries every customer against what is left finds nobody.
	attack := map[string][]byte{customer: []byte(customer)}
	for _, salt := range [][]byte{nil, []byte("D"), make([]byte, 32)} {
		for _, channel := range []string{"shop", "app"} {
			attack[fmt.Sprintf("%s with salt %x", channel, salt)] = member.AccountCommitment(salt, "D", channel,
				customer)
		}
	}
	for what, found := range filesWithAny(t, net.dir, attack) {
		t.Errorf("%s is in %v", what, found)
	}
}

// TestNodesRaceForOneCode has three nodes of the provider write one code off at
// once: one write-off takes effect, and each party owes once.
func TestNodesRaceForOneCode(t *testing.T) {
	m, d := net.open(t, "M", "4"), net.open(t, "D", "4")
	nodes := []*node{m, net.open(t, "M", "5"), net.open(t, "M", "6")}
	who, ride := fresh("rider"), fresh("ride")
	do(t, m, member.EnrolRequest{Member: who})
	do(t, m, benefit.DefineRequest{
		Benefit: ride, En: "Airport ride", Zh: "接机", Kind: benefit.Service, Price: 10800, Uses: 2, Days: 60,
		Stackable: true, Grantors: []string{"D"}, Scene: "travel", Fee: amount.Rate{Num: 1, Den: 100}, Code: true,
		Lapse: benefit.Keep, Window: 7,
	})
	codes, commitment := code.Chain(secret(code.Size), 2)
	granted := do(t, d, benefit.GrantRequest{
		Benefit: ride, Grants: []benefit.Grant{{Member: who, Commitment: commitment}},
	}).Row(0)
	owed := owes(t, m)
	for use, c := range codes {
		var all sync.WaitGroup
		errs, won := make([]error, len(nodes)), 0
		for i, node := range nodes {
			all.Go(func() {
				_, errs[i] = node.Do(t.Context(), "", benefit.WriteOffRequest{
					Entitlement: granted, Code: c, Outlet: "T3",
				})
			})
		}
		all.Wait()
		for i, err := range errs {
			switch fault.CodeOf(err) {
			case "":
				won++
			case fault.WrongCode, fault.WrongState:
			default:
				t.Errorf("use %d, node %d: %v", use, i, err)
			}
		}
		if won != 1 {
			t.Errorf("use %d: %d nodes wrote it off: %v", use, won, errs)
		}
	}
	after := owes(t, m)
	if got := after["D→M"] - owed["D→M"]; got != 2*10800 {
		t.Errorf("D owes M %d more", got)
	}
	if got := after["M→G"] - owed["M→G"]; got != 2*108 {
		t.Errorf("M owes G %d more", got)
	}
	_, err := d.Do(t.Context(), "", benefit.WriteOffRequest{Entitlement: granted, Code: codes[1]})
	wantCode(t, "a write-off by another than the provider", err, fault.Forbidden)
}

// owes sums up the open cycle's positions in fen, by "DEBTOR→CREDITOR".
func owes(t *testing.T, g *node) map[string]amount.Units {
	t.Helper()
	list, _, err := read(t, g).Owes()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]amount.Units{}
	for _, o := range list {
		sums[o.Debtor+"→"+o.Creditor] += o.Fen
	}
	return sums
}

// TestRefundsUnwindWhatWasTaken captures over two lots in parts and refunds: each
// point comes back to the lot that it was taken from, and what is owed with it.
func TestRefundsUnwindWhatWasTaken(t *testing.T) {
	g, d := net.open(t, "G", "7"), net.open(t, "D", "7")
	who := fresh("refunded")
	enrol(t, d, who)
	first, second := issue(t, d, "DP", who, 500), issue(t, d, "DP", who, 2000)
	consent := authorise(t, d, who, "G", "DP", 1800)
	before := owes(t, g)
	hold := do(t, g, points.HoldRequest{
		Member: who, Pieces: []spend.Take{{Lot: first, Amount: 500}, {Lot: second, Amount: 1300}}, Deadline: soon(),
		Authorisation: consent,
	})
	taken := do(t, g, points.CaptureRequest{Hold: hold, Amount: 1800})
	do(t, g, points.RefundRequest{Hold: hold, Capture: taken, Amount: 900, Reason: "goods_returned"})
	_, err := g.Do(t.Context(), "", points.RefundRequest{
		Hold: hold, Capture: taken, Amount: 901, Reason: "goods_returned",
	})
	wantCode(t, "a refund of more than is left", err, fault.Insufficient)
	lots, err := g.Query().Lots(t.Context(), first, second)
	if err != nil || lots[0].Available() != 0 || lots[1].Available() != 1600 {
		t.Errorf("the lots after the refund: %+v, %v", lots, err)
	}
	after := owes(t, g)
	if a, b := after["D→G"]-before["D→G"], after["G→D"]-before["G→D"]; a != 1800 || b != 900 {
		t.Errorf("D→G %d, G→D %d", a, b)
	}
	balance(t, g, "DP")
}

// TestRacingConversionsPassNoCap has lanes of G convert for many members of B at
// once: B comes to owe exactly up to its cap, whoever is first.
func TestRacingConversionsPassNoCap(t *testing.T) {
	g, b := net.open(t, "G", "20-23"), net.open(t, "B", "1")
	do(t, g, points.PublishRateRequest{
		From: "BP", To: "GP", Rate: amount.Rate{Num: 1, Den: 5}, Since: day("2026-11-01"), Until: farDay,
	})
	agreeRate(t, b, "BP", "GP")
	const members, cap = 24, 1000
	do(t, net.open(t, "G", "24"), partyAmend("B", cap))
	var lots []number.Row
	var names []string
	for range members {
		who := fresh("saver")
		enrol(t, g, who)
		names, lots = append(names, who), append(lots, issue(t, b, "BP", who, 500))
	}
	var all sync.WaitGroup
	errs := make([]error, members)
	for i := range members {
		all.Go(func() {
			_, errs[i] = g.Do(t.Context(), "", points.ConvertRequest{
				Member: names[i], To: "GP", Pieces: []spend.Take{{Lot: lots[i], Amount: 500}},
			})
		})
	}
	all.Wait()
	converted := amount.Units(0)
	for i, err := range errs {
		switch fault.CodeOf(err) {
		case "":
			converted += 100
		case fault.NetDebitCap:
		default:
			t.Errorf("member %d: %v", i, err)
		}
	}
	if owed := owes(t, g)["B→G"]; owed != converted || owed > cap || owed < cap*3/4 {
		t.Errorf("B owes %d for %d converted, its cap is %d", owed, converted, cap)
	}
	balance(t, g, "BP")
	balance(t, g, "GP")
	if found, err := index.All[points.Conversion](read(t, b), index.Filter{Topic: "GP"}); err != nil ||
		len(found) != 1 {
		t.Errorf("the rate in the read model: %+v, %v", found, err)
	}
}
