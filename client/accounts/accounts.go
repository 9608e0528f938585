// Package accounts reads whose bank account is where, from a file of the node's own: no account ever goes to the
// ledger.
//
//	parties:
//	  - {party: G, name: 某某汽车集团有限公司, account: "1001244300000001", bic: ICBKCNBJ}
//	  - {party: S1, name: 某某供应链有限公司, account: "0200000000000002", cnaps: "102290000002"}
package accounts

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
	"tallystick/network/settings"
)

// book is the file.
type book struct {
	Parties Book `yaml:"parties"`
}

// Payee is a party as banks know it.
type Payee struct {
	Party   string `yaml:"party" json:"party"`
	Name    string `yaml:"name" json:"name"`                 // legal name
	ID      string `yaml:"id" json:"id,omitempty"`           // 统一社会信用代码, if the bank wants it
	IBAN    string `yaml:"iban" json:"iban,omitempty"`       // of the account, or
	Account string `yaml:"account" json:"account,omitempty"` // its number
	BIC     string `yaml:"bic" json:"bic,omitempty"`         // of the bank, or
	CNAPS   string `yaml:"cnaps" json:"cnaps,omitempty"`     // its number 联行号, or both
	Bank    string `yaml:"bank" json:"bank,omitempty"`       // the bank's name, if the bank that pays wants it

	// your number at your bank, if it wants it in what you send
	Customer string   `yaml:"customer" json:"customer,omitempty"`
	Names    []string `yaml:"names" json:"names,omitempty"` // others that banks write for the party
	// others from and into which the party pays and is paid
	Accounts []string `yaml:"accounts" json:"accounts,omitempty"`
}

// Book has the parties that a file names, each once.
type Book []Payee

// Find returns a party, and whether the book has it.
func (b Book) Find(party string) (Payee, bool) {
	i := slices.IndexFunc(b, func(p Payee) bool { return p.Party == party })
	if i < 0 {
		return Payee{}, false
	}
	return b[i], true
}

// Of returns a party. NOT_FOUND.
func (b Book) Of(party string) (Payee, error) {
	p, found := b.Find(party)
	if !found {
		return p, fault.New(fault.NotFound, "the accounts file has no account of %s", party)
	}
	return p, nil
}

// Holders are the parties as banks' files may name them.
func (b Book) Holders() map[string]iso20022.Holder {
	holders := map[string]iso20022.Holder{}
	for _, p := range b {
		holders[p.Party] = p.Holder()
	}
	return holders
}

// Check refuses with BAD_REQUEST a party that stands twice, and accounts that banks don't take.
func (b Book) Check() error {
	seen := map[string]bool{}
	for i, p := range b {
		if seen[p.Party] || p.Party == "" {
			return fault.New(fault.BadRequest, "entry %d: want a party, each once", i+1)
		}
		if err := errors.Join(p.BankParty().Check(), p.Initiator().Check(), p.BankAccount().Check()); err != nil {
			return fmt.Errorf("%s: %w", p.Party, err)
		}
		seen[p.Party] = true
	}
	return nil
}

// Load reads accounts. Numbers are taken as they stand, with their leading noughts.
// BAD_REQUEST for a file with anything else in it, and for a party that stands twice.
func Load(path string) (Book, error) {
	data, err := bounds.YAML(path)
	if err != nil {
		return nil, err
	}
	var read book
	if err := settings.Decode(path, data, &read); err != nil {
		return nil, fault.New(fault.BadRequest, "the accounts: %v", err)
	}
	if err := read.Parties.Check(); err != nil {
		return nil, fmt.Errorf("the accounts in %s: %w", path, err)
	}
	return read.Parties, nil
}

// BankParty is the party as its bank knows it.
func (p Payee) BankParty() iso20022.Party { return iso20022.Party{Name: p.Name, ID: p.ID} }

// BankAccount is the account from and into which it pays and is paid.
func (p Payee) BankAccount() iso20022.Account {
	return iso20022.Account{IBAN: p.IBAN, Other: p.Account, BIC: p.BIC, Member: p.CNAPS, Bank: p.Bank}
}

// Initiator is who sends a file to the bank, by its number there if it has one.
func (p Payee) Initiator() iso20022.Party {
	if p.Customer != "" {
		return iso20022.Party{Name: p.Name, ID: p.Customer, Code: "CUST"}
	}
	return p.BankParty()
}

// Holder is the party as banks' files may name it.
func (p Payee) Holder() iso20022.Holder {
	h := iso20022.Holder{Names: append([]string{p.Name}, p.Names...), Accounts: slices.Clone(p.Accounts)}
	if own := cmp.Or(p.IBAN, p.Account); own != "" {
		h.Accounts = append(h.Accounts, own)
	}
	return h
}
