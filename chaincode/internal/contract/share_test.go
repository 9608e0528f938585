package contract

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/seal"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// The plain values of the profile that the tests share.
var plainFields = []string{"Zhang Wei", "13912345678", "Pudong-0417"}

func sealedProfile(salt byte) ([]byte, codec.Hash) {
	text := fmt.Sprintf(`{"name":%q,"phone":%q,"plate":%q}`, plainFields[0], plainFields[1], plainFields[2])
	sealed := member.SealProfile([member.SaltSize]byte{salt, 1, 2, 3}, []byte(text))
	sum := sha256.Sum256(sealed)
	return sealed, sum[:]
}

// share sends one profile from G under a consent, endorsed by its two parties.
func (w *world) share(t fataler, consent number.Command, with string, sealed []byte, digest codec.Hash) error {
	t.Helper()
	batch := command.Batch{Commands: []command.Command{command.New("",
		member.ShareRequest{Consent: consent, Party: with, Digest: digest})}}
	_, refusals, err := w.sendWith(t, "G", batch, map[string][]byte{digest.String(): sealed}, "G", with)
	if err != nil {
		return err
	}
	return refusals[0]
}

// profile asks a peer for what was shared with a party.
func (w *world) profile(reader, peer string, consent number.Command, with string) (answer.Profile, error) {
	data, err := w.net.Evaluate(w.client(reader), peer, seal.Outer,
		ledgersim.Args("query:Profile", consent.String(), with)...)
	if err != nil {
		return answer.Profile{}, err
	}
	var found answer.Profile
	return found, json.Unmarshal(data, &found)
}

// agreed is a founded world in which li, at home at G, has agreed that D and F
// see the profile, and S1 too, until the first day.
func agreed(t fataler, seed uint64) (*world, number.Command) {
	t.Helper()
	w := established(t, seed)
	receipts, refusals := w.run(t, "G",
		member.EnrolRequest{Member: "li"},
		member.ConsentRequest{Member: "li", Purpose: "insurance",
			Parties: []string{"D", "F", "S1"}, Until: day(firstDay)})
	for _, r := range refusals {
		if r != nil {
			t.Fatal(r)
		}
	}
	return w, receipts[1].Number
}

// nothingPrivate fails if any peer still holds a private value.
func nothingPrivate(t *testing.T, w *world) {
	t.Helper()
	for _, p := range w.net.Peers() {
		for _, c := range profileCollections() {
			if left := w.net.Private(p, seal.Outer, c.Name); len(left) != 0 {
				t.Errorf("%s holds %v in %s", p, left, c.Name)
			}
		}
	}
}

// A profile is seen by the home and the party that it was shared with, by nobody
// else; withdrawal leaves nothing with anybody.
func TestShareAndWithdraw(t *testing.T) {
	w, consent := agreed(t, 1)
	sealed, digest := sealedProfile(1)
	for _, with := range []string{"D", "F"} {
		if err := w.share(t, consent, with, sealed, digest); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		reader, peer, with string
		want               fault.Code
	}{
		{"D", "D", "D", ""}, {"F", "F", "F", ""}, {"G", "G", "D", ""}, {"G", "F", "F", ""}, {"D", "G", "D", ""},
		{"D", "D", "F", fault.Forbidden}, // another's share
		{"M", "D", "D", fault.Forbidden}, // outside the consent
		{"M", "D", "M", fault.Forbidden},
		{"A", "G", "D", fault.Forbidden},
		{"S1", "D", "D", fault.Forbidden}, // in the consent, but of another's share
		{"S1", "D", "S1", fault.NotFound},
		{"D", "F", "D", fault.Internal}, // F's peer doesn't hold it
	} {
		found, err := w.profile(c.reader, c.peer, consent, c.with)
		if got := refusalOf(err); got != c.want {
			t.Errorf("%s at %s of %s: %v, want %q", c.reader, c.peer, c.with, err, c.want)
		}
		if err == nil && (!bytes.Equal(found.Bytes, sealed) || found.Digest.String() != digest.String()) {
			t.Errorf("%s read %+v", c.reader, found)
		}
	}
	if _, refusals := w.run(t, "M", member.WithdrawConsentRequest{Consent: consent,
		Reason: "x"}); fault.CodeOf(refusals[0]) != fault.Forbidden {
		t.Errorf("an outsider: %v", refusals[0])
	}
	if _, refusals := w.run(t, "G", member.WithdrawConsentRequest{Consent: consent,
		Reason: "member_asked"}); refusals[0] != nil {
		t.Fatal(refusals[0])
	}
	nothingPrivate(t, w)
	if _, err := w.profile("D", "D", consent, "D"); refusalOf(err) != fault.WrongState {
		t.Errorf("after withdrawal: %v", err)
	}
	if err := w.share(t, consent, "D", sealed, digest); fault.CodeOf(err) != fault.WrongState {
		t.Errorf("sharing after withdrawal: %v", err)
	}
	if err := w.net.CheckAgreement(); err != nil {
		t.Error(err)
	}
}

// refusalOf is the code of an error that crossed the wire, "" for none.
func refusalOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	if refusal, ok := fault.Parse(err.Error()); ok {
		return refusal.Code
	}
	return "none"
}

// After the last day nobody reads, and each party may purge what it holds.
func TestPartiesPurgeAfterTheLastDay(t *testing.T) {
	w, consent := agreed(t, 2)
	sealed, digest := sealedProfile(1)
	for _, with := range []string{"D", "F"} {
		if err := w.share(t, consent, with, sealed, digest); err != nil {
			t.Fatal(err)
		}
	}
	withdraw := member.WithdrawConsentRequest{Consent: consent, Reason: "ended"}
	if _, refusals := w.run(t, "D", withdraw); fault.CodeOf(refusals[0]) != fault.WrongState {
		t.Errorf("on the last day: %v", refusals[0])
	}
	w.run(t, "G", settlement.AdvanceRequest{Date: day("2026-11-02")})
	if _, err := w.profile("D", "D", consent, "D"); refusalOf(err) != fault.Expired {
		t.Errorf("reading after the last day: %v", err)
	}
	if _, refusals := w.run(t, "D", withdraw, withdraw); refusals[0] != nil ||
		fault.CodeOf(refusals[1]) != fault.WrongState {
		t.Errorf("D: %v", refusals)
	}
	if left := w.net.Private("D", seal.Outer, member.Collection("D", "G")); len(left) != 0 {
		t.Errorf("D holds %v", left)
	}
	if left := w.net.Private("F", seal.Outer, member.Collection("F", "G")); len(left) != 1 {
		t.Errorf("D's purge took F's: %v", left)
	}
	if _, refusals := w.run(t, "F", withdraw, withdraw); refusals[0] != nil ||
		fault.CodeOf(refusals[1]) != fault.WrongState {
		t.Errorf("F: %v", refusals)
	}
	nothingPrivate(t, w)
	if m := rowsOf(w.net, "G", "member")[0].Row.(member.Member); m.Consents != 0 {
		t.Errorf("%+v", m)
	}
}

// A profile that is missing, too long or another's ends the whole transaction; a
// refused neighbour leaves nothing in a collection.
func TestShareRefusesProfiles(t *testing.T) {
	w, consent := agreed(t, 3)
	sealed, digest := sealedProfile(1)
	other, _ := sealedProfile(2)
	long := append(bytes.Clone(sealed), make([]byte, member.MaxProfile)...)
	longDigest := sha256.Sum256(long)
	for name, c := range map[string]struct {
		sealed []byte
		digest codec.Hash
	}{"another": {other, digest}, "empty": {nil, digest}, "too long": {long, longDigest[:]}} {
		if err := w.share(t, consent, "D", c.sealed, c.digest); refusalOf(err) != fault.BadRequest ||
			!strings.Contains(err.Error(), "chaincode response") {
			t.Errorf("%s: %v", name, err)
		}
	}
	linked := command.New("", member.ShareRequest{Consent: consent, Party: "D", Digest: digest})
	linked.Linked = true
	batch := command.Batch{Commands: []command.Command{linked, command.New("", member.EnrolRequest{Member: "li"})}}
	_, refusals, err := w.sendWith(t, "G", batch, map[string][]byte{digest.String(): sealed}, "G", "D")
	if err != nil || fault.CodeOf(refusals[0]) != fault.Linked {
		t.Fatalf("%v, %v", refusals, err)
	}
	nothingPrivate(t, w)
}

// After an erasure the salt still finds the account, and nothing else does: no
// row and no byte of a block matches what a dictionary of customers can make.
func TestErasureHolds(t *testing.T) {
	w, consent := agreed(t, 5)
	customer := func(i int) string { return fmt.Sprintf("customer-%05d", i) }
	salt := bytes.Repeat([]byte{0xa5}, member.SaltSize)
	account := member.AccountCommitment(salt, "G", "app", customer(4711))
	_, refusals := w.run(t, "G", member.LinkRequest{Member: "li", Channel: "app", Account: account})
	if refusals[0] != nil {
		t.Fatal(refusals[0])
	}
	sealed, digest := sealedProfile(9)
	if err := w.share(t, consent, "D", sealed, digest); err != nil {
		t.Fatal(err)
	}
	erase := member.EraseRequest{Member: "li", Accounts: []member.AccountID{{Party: "G", Channel: "app",
		Account: account}}, Consents: []number.Command{consent}, Reason: "member_asked"}
	if _, refusals = w.run(t, "G", erase); refusals[0] != nil {
		t.Fatal(refusals[0])
	}
	nothingPrivate(t, w)
	left := windows(everything(t, w), sha256.Size, 2*sha256.Size, len(customer(0)))
	found := 0
	for i := range 10_000 {
		id := customer(i)
		if h := member.AccountCommitment(salt, "G", "app", id); left[string(h)] || left[h.String()] {
			found++
		}
		for what, guess := range guesses(id) {
			if left[string(guess)] || left[hex.EncodeToString(guess)] {
				t.Errorf("%s of %s is on the ledger", what, id)
			}
		}
		if left[id] {
			t.Errorf("%s is on the ledger", id)
		}
	}
	if found != 1 {
		t.Errorf("with the salt %d of 10,000 customers were found, want 1", found)
	}
	all := everything(t, w)
	for _, plain := range append(plainFields, string(sealed), string(sealed[member.SaltSize:])) {
		sum := sha256.Sum256([]byte(plain))
		if bytes.Contains(all, []byte(plain)) || plain != string(sealed) && bytes.Contains(all, sum[:]) {
			t.Errorf("%.20q is on the ledger", plain)
		}
	}
}

// guesses is what somebody without the salt can make of a customer id.
func guesses(id string) map[string][]byte {
	list := map[string][]byte{"HMAC with no salt": member.AccountCommitment(nil, "G", "app", id),
		"HMAC with a salt of zeros": member.AccountCommitment(make([]byte, member.SaltSize), "G", "app", id)}
	for what, text := range map[string]string{"SHA-256": id, "SHA-256 with party and channel": "G\napp\n" + id} {
		sum := sha256.Sum256([]byte(text))
		list[what] = sum[:]
	}
	mac := hmac.New(sha256.New, nil)
	mac.Write([]byte(id))
	list["HMAC of the id alone"] = mac.Sum(nil)
	return list
}

// everything is all rows of a peer and all bytes of all blocks and envelopes.
func everything(t *testing.T, w *world) []byte {
	t.Helper()
	var all bytes.Buffer
	for key, value := range w.net.State("G", seal.Outer) {
		all.WriteString(key + "\n")
		all.Write(value)
	}
	for b := range w.net.Blocks() {
		data, err := proto.Marshal(b.Proto())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
		for _, tx := range b.Txs {
			all.Write(tx.Envelope.Bytes())
		}
	}
	return all.Bytes()
}

// windows is every run of bytes of these lengths.
func windows(data []byte, lengths ...int) map[string]bool {
	set := map[string]bool{}
	for _, n := range lengths {
		for i := 0; i+n <= len(data); i++ {
			set[string(data[i:i+n])] = true
		}
	}
	return set
}
