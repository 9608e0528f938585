package iso20022

import (
	"tallystick/chaincode/fault"
)

// Party is a payer or payee as its bank knows it.
type Party struct {
	Name string `json:"name"`         // legal name, Chinese allowed, cut to TextLimit
	ID   string `json:"id,omitempty"` // unified social credit code 统一社会信用代码 or the like; "" for none
	// what kind of id it is, as the standard's list has it: CUST for a customer's number at the bank; "" for none
	Code string `json:"code,omitempty"`
}

// Check refuses with BAD_REQUEST a party without a name, or with a malformed id.
func (p Party) Check() error {
	if err := checkText("name", p.Name); err != nil {
		return err
	}
	if p.ID == "" {
		return nil
	}
	if p.Code != "" && (len(p.Code) > codeLimit || !all(p.Code, isCapital)) {
		return fault.New(fault.BadRequest, "kind of id: want up to %d capital letters", codeLimit)
	}
	return checkID("organisation id", p.ID, IDLimit)
}

// Account is an account and the bank that keeps it. Exactly one of IBAN and Other,
// and at least one of BIC and Member is set.
type Account struct {
	IBAN   string `json:"iban,omitempty"`   // without spaces
	Other  string `json:"other,omitempty"`  // the number of an account that has no IBAN, as in China
	BIC    string `json:"bic,omitempty"`    // of the bank, 8 or 11 characters
	Member string `json:"member,omitempty"` // the bank's number in CNAPS 联行号, 12 to 14 digits
	Bank   string `json:"bank,omitempty"`   // the bank's name, which some banks ask for; "" for none
}

// Check refuses with BAD_REQUEST, first that applies: not exactly one of IBAN and
// Other; an IBAN whose form or check digits are wrong; a malformed number; not
// neither BIC nor Member; a malformed BIC; a malformed CNAPS number. None is
// echoed.
func (a Account) Check() error {
	if (a.IBAN == "") == (a.Other == "") {
		return fault.New(fault.BadRequest, "account: want an IBAN or another number, not both")
	}
	if a.IBAN != "" && !isIBAN(a.IBAN) {
		return fault.New(fault.BadRequest, "account: the IBAN is malformed or its check digits are wrong")
	}
	if a.Other != "" {
		if err := checkID("account", a.Other, AccountLimit); err != nil {
			return err
		}
	}
	return a.checkBank()
}

func (a Account) checkBank() error {
	switch {
	case a.BIC == "" && a.Member == "":
		return fault.New(fault.BadRequest, "bank: want a BIC, a CNAPS number, or both")
	case a.BIC != "" && !isBIC(a.BIC):
		return fault.New(fault.BadRequest, "bank: the BIC is malformed")
	case a.Member != "" && (len(a.Member) < 12 || len(a.Member) > 14 || !all(a.Member, isDigit)):
		return fault.New(fault.BadRequest, "bank: want a CNAPS number of 12 to 14 digits")
	}
	return nil
}

// isBIC follows ISO 9362: 4 letters or digits, a country, 2 and perhaps 3 more.
func isBIC(text string) bool {
	return (len(text) == 8 || len(text) == 11) && all(text[4:6], isCapital) &&
		all(text, func(b byte) bool { return isCapital(b) || isDigit(b) })
}

// isIBAN follows ISO 13616: a country, two check digits, up to 30 letters and digits;
// with the first four put last and letters as 10 to 35, the number is 1 modulo 97.
func isIBAN(text string) bool {
	if len(text) < 15 || len(text) > 34 || !all(text[:2], isCapital) || !all(text[2:4], isDigit) {
		return false
	}
	rest := 0
	for _, r := range text[4:] + text[:4] {
		switch {
		case r >= '0' && r <= '9':
			rest = (rest*10 + int(r-'0')) % 97
		case r >= 'A' && r <= 'Z':
			rest = (rest*100 + int(r-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
