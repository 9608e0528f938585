package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/client/bounds"
	"tallystick/client/iso20022"
	"tallystick/network/settings"
)

// accountBook is whose account is where, as tally payment instruct reads it. It is the
// node's own file: no account ever goes to the ledger.
type accountBook struct {
	Parties []payee `yaml:"parties"`
}

// payee is a party as banks know it.
type payee struct {
	Party   string `yaml:"party"`
	Name    string `yaml:"name"`    // legal name
	ID      string `yaml:"id"`      // 统一社会信用代码, if the bank wants it
	IBAN    string `yaml:"iban"`    // of the account, or
	Account string `yaml:"account"` // its number
	BIC     string `yaml:"bic"`     // of the bank, or
	CNAPS   string `yaml:"cnaps"`   // its number 联行号, or both
	Bank    string `yaml:"bank"`    // the bank's name, if the bank that pays wants it

	Customer string   `yaml:"customer"` // your number at your bank, if it wants it in what you send
	Names    []string `yaml:"names"`    // others that banks write for the party
	Accounts []string `yaml:"accounts"` // others from and into which the party pays and is paid
}

// loadAccounts reads accounts. Numbers are taken as they stand, with their leading noughts.
// BAD_REQUEST for a file with anything else in it, and for a party that stands twice.
func loadAccounts(path string) (map[string]payee, error) {
	data, err := bounds.YAML(path)
	if err != nil {
		return nil, err
	}
	var book accountBook
	if err := settings.Decode(path, data, &book); err != nil {
		return nil, fault.New(fault.BadRequest, "the accounts: %v", err)
	}
	known := map[string]payee{}
	for i, p := range book.Parties {
		if _, twice := known[p.Party]; twice || p.Party == "" {
			return nil, fault.New(fault.BadRequest, "the accounts in %s: entry %d: want a party, each once", path, i+1)
		}
		if err := errors.Join(p.bankParty().Check(), p.initiator().Check(), p.bankAccount().Check()); err != nil {
			return nil, fmt.Errorf("the accounts in %s: %s: %w", path, p.Party, err)
		}
		known[p.Party] = p
	}
	return known, nil
}

func (p payee) bankParty() iso20022.Party { return iso20022.Party{Name: p.Name, ID: p.ID} }

func (p payee) bankAccount() iso20022.Account {
	return iso20022.Account{IBAN: p.IBAN, Other: p.Account, BIC: p.BIC, Member: p.CNAPS, Bank: p.Bank}
}

// initiator is who sends a file to the bank, by its number there if it has one.
func (p payee) initiator() iso20022.Party {
	if p.Customer != "" {
		return iso20022.Party{Name: p.Name, ID: p.Customer, Code: "CUST"}
	}
	return p.bankParty()
}

// holder is the party as banks' files may name it.
func (p payee) holder() iso20022.Holder {
	h := iso20022.Holder{Names: append([]string{p.Name}, p.Names...), Accounts: slices.Clone(p.Accounts)}
	if own := cmp.Or(p.IBAN, p.Account); own != "" {
		h.Accounts = append(h.Accounts, own)
	}
	return h
}

// keepFile writes a file that its owner alone may read, at once or not at all. If it is
// there with the same bytes nothing is done; with others it is a CONFLICT.
func keepFile(path string, data []byte) error {
	switch before, err := bounds.File(path, bounds.Evidence); {
	case err == nil && bytes.Equal(before, data):
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "%s has something else in it; name another file", path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return writeWhole(path, data)
}
