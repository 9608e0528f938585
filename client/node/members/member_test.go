package members

import (
	"slices"
	"strings"
	"testing"

	"tallystick/chaincode/code"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/client/index"
	"tallystick/client/node"
	"tallystick/client/vault"
)

func TestPseudonym(t *testing.T) {
	got := pseudonym([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	if got != "m-aaaqeayeaudaocaj" || (member.EnrolRequest{Member: got}).Check() != nil {
		t.Error(got)
	}
}

// TestSeeds: a code is the same for the same request, and for nothing else.
func TestSeeds(t *testing.T) {
	v, c, other := aVault(t), node.Call{ID: "one"}, node.Call{ID: "two"}
	first := c.Seed(v, "invitation", 0)
	if !slices.Equal(first, c.Seed(v, "invitation", 0)) {
		t.Error("asked again, it is another")
	}
	for _, secret := range []code.Code{c.Seed(v, "invitation", 1), c.Seed(v, "authorisation", 0),
		other.Seed(v, "invitation", 0), c.Seed(aVault(t), "invitation", 0)} {
		if slices.Equal(first, secret) {
			t.Error("two secrets are one")
		}
	}
}

func aVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.TempDir(), "D")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// TestTake: a customer stays in the vault if he was linked, if he was known, or if
// it isn't sure; a refusal leaves nothing of one who is new.
func TestTake(t *testing.T) {
	refused, lost := fault.New(fault.Forbidden, "no"), fault.New(fault.UnknownOutcome, "?")
	for _, c := range []struct {
		name  string
		known bool
		err   error
		stays bool
	}{
		{"linked", false, nil, true}, {"refused", false, refused, false}, {"refused, but known", true, refused, true},
		{"in doubt", false, lost, true},
	} {
		v, who := aVault(t), Customer{"app", "12345"}
		if c.known {
			if _, err := v.NewAccount(who.Channel, who.ID, "li"); err != nil {
				t.Fatal(err)
			}
		}
		err := who.take(v, "li", func(account vault.Account) error {
			if account.Member != "li" || len(account.Commitment) != 32 {
				t.Errorf("%s: %+v", c.name, account)
			}
			return c.err
		})
		if fault.CodeOf(err) != fault.CodeOf(c.err) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := who.known(v); (err == nil) != c.stays {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	v := aVault(t)
	if _, err := v.NewAccount("app", "12345", "wang"); err != nil {
		t.Fatal(err)
	}
	err := (Customer{"app", "12345"}).take(v, "li", func(vault.Account) error { t.Error("it was sent"); return nil })
	if fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another member's customer: %v", err)
	}
}

// TestShared: what a party is shown is what it reads, and no more than was named.
func TestShared(t *testing.T) {
	v := aVault(t)
	call, gold, short := &node.Call{ID: "r"}, "gold", "L"
	if _, err := shared(call, v, "li", nil); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no profile: %v", err)
	}
	if _, err := v.PutProfile("li", map[string]string{"name": "李", "birthday": "1990-02-03"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		fields []Field
		want   string
		code   fault.Code
	}{
		{"all", nil, "birthday=1990-02-03 name=李", ""},
		{"named", []Field{{Name: "name"}}, "name=李", ""},
		{"given", []Field{{"tier", &gold}, {Name: "name"}}, "name=李 tier=gold", ""},
		{"given instead", []Field{{"name", &short}}, "name=L", ""},
		{"missing", []Field{{Name: "phone"}}, "", fault.NotFound},
	} {
		data, err := shared(call, v, "li", c.fields)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.code != "" {
			continue
		}
		fields, digest, err := vault.ReadProfile(data)
		if err != nil || member.CheckProfile(data, digest) != nil {
			t.Errorf("%s: the ledger wouldn't take it: %v", c.name, err)
		}
		var got []string
		for k, v := range fields {
			got = append(got, k+"="+v)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		again, err := shared(call, v, "li", c.fields)
		if err != nil || !slices.Equal(again, data) {
			t.Errorf("%s: asked again, it is another", c.name)
		}
	}
}

func TestAccountIDs(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	if id, err := parseAccountID("D/app/" + hash); err != nil || id.Party != "D" || id.Channel != "app" ||
		id.Account.String() != hash {
		t.Errorf("%+v, %v", id, err)
	}
	for _, text := range []string{"", "D/app", "D/app/zz", "D/app/" + hash + "/x"} {
		if id, err := parseAccountID(text); err == nil {
			t.Errorf("%q was read as %+v", text, id)
		}
	}
}

func TestLabelsAreTheMembersOwn(t *testing.T) {
	day := date.Date(20000)
	got := saidOf([]index.Entry[member.Labels]{
		{ID: "li/D", Row: member.Labels{List: []member.Label{{ID: "a"}, {ID: "b", Until: day - 1}}}},
		{ID: "old/D", Row: member.Labels{List: []member.Label{{ID: "c"}}}},
	}, "li", day)
	if want := []Said{{"D", "a", 0, true}, {"D", "b", day - 1, false}}; !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
