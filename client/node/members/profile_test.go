package members

import (
	"testing"

	"tallystick/chaincode/fault"
	"tallystick/client/node"
)

// TestWhatAVaultLearns: fields that are named change, one without a value goes, the rest stays.
func TestWhatAVaultLearns(t *testing.T) {
	v, name, none := aVault(t), "王", ""
	if _, err := knownOf(v, node.MemberRequest{Member: "wang"}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("nothing is known: %v", err)
	}
	for _, c := range []struct {
		what   string
		fields []Field
		want   map[string]string
	}{
		{"two fields", []Field{{"name", &name}, {"phone", &name}}, map[string]string{"name": name, "phone": name}},
		{"one goes", []Field{{"phone", &none}}, map[string]string{"name": name}},
		{"one that is only named goes", []Field{{"tier", &name}, {"name", nil}}, map[string]string{"tier": name}},
	} {
		known, err := learn(v, SetProfileRequest{"wang", c.fields})
		if err != nil || len(known.Fields) != len(c.want) {
			t.Errorf("%s: %+v, %v", c.what, known, err)
		}
		for field, want := range c.want {
			if known.Fields[field] != want {
				t.Errorf("%s: %s is %q", c.what, field, known.Fields[field])
			}
		}
	}
	if _, err := v.NewAccount("app", "12345", "li"); err != nil {
		t.Fatal(err)
	}
	if known, err := knownOf(v, node.MemberRequest{Member: "li"}); err != nil || len(known.Accounts) != 1 {
		t.Errorf("a customer without a profile: %+v, %v", known, err)
	}
}
