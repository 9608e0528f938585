package row

import (
	"bytes"
	"strings"
	"testing"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
)

// Rows of members read back by their key.
func TestMemberRowsReadBack(t *testing.T) {
	n := number.Command{Party: "D", Lane: 3, Seq: 42, Index: 17}
	hash := bytes.Repeat([]byte{0xab}, 32)
	for key, want := range map[string][2]string{
		string(Member("li")):                                     {"member", "li"},
		string(Account("D", "app", hash)):                        {"account", "D/app/" + strings.Repeat("ab", 32)},
		string(Invitation(n)):                                    {"invitation", n.String()},
		string(Consent(n)):                                       {"consent", n.String()},
		string(Authorisation(n)):                                 {"authorisation", n.String()},
		string(Labels("li", "D")):                                {"labels", "li/D"},
		string(StatementUsed("li", bytes.Repeat([]byte{1}, 16))): {"statement used", "li/" + strings.Repeat("01", 16)},
		string(Offer("D", "wash")):                               {"offer", "D/wash"},
	} {
		values := map[string][]byte{"member": Encode(member.Member{}), "account": Encode(member.Account{}), "invitation": Encode(member.Invitation{}),
			"consent": Encode(member.Consent{}), "authorisation": Encode(member.Authorisation{}), "labels": Encode(member.Labels{}),
			"statement used": Encode(member.Used{}), "offer": Encode(audience.Offer{})}
		if found, err := Read(key, values[want[0]]); err != nil || found.Kind != want[0] || found.ID != want[1] {
			t.Errorf("%s: %+v, %v", key, found, err)
		}
	}
}
