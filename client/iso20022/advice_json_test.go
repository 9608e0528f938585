package iso20022

import (
	"encoding/json"
	"regexp"
	"testing"
)

// Keys of JSON are written as they are elsewhere: bankReference, not bank_reference.
func TestKeysOfJSON(t *testing.T) {
	full := Advice{EndToEndID: "a", BankReference: "b", DebtorAccount: "c", CreditorAccount: "d"}
	text, err := json.Marshal([]any{full, Expected{}, Initiation{Form: Form{ServiceLevel: "x"}}, Payment{}})
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`"[a-zA-Z]*_\w*":`).FindAll(text, -1); found != nil {
		t.Errorf("%s", found)
	}
}
