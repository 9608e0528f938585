package vault

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"slices"
	"strings"

	"tallystick/chaincode/codec"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/client/clean"
)

// Account is a customer of one of the party's channels.
type Account struct {
	Channel  string `json:"channel"`
	Customer string `json:"customer"` // the channel's own id of him: a number, a phone, an openid
	Member   string `json:"member"`   // pseudonym on the ledger
	Salt     []byte `json:"-"`        // 32 random bytes; never leaves the vault
	Own      bool   `json:"-"`        // the pseudonym was made here, and only the party can enrol it, or has
	// Commitment is what the ledger has: member.AccountCommitment(Salt, party, Channel, Customer).
	Commitment codec.Hash `json:"commitment"`
}

// storedAccount is the sealed part of an account's row.
type storedAccount struct {
	_        struct{} `cbor:",toarray"`
	Channel  string
	Customer string
	Member   string
	Salt     []byte
	Own      bool
}

// checkAccount answers the customer's id as it is kept: see package clean.
func checkAccount(channel, customer string) (string, error) {
	if err := name.CheckID("channel", channel); err != nil {
		return "", err
	}
	return clean.Customer(customer)
}

// Account finds a customer. Refused: BAD_REQUEST.
func (v *Vault) Account(channel, customer string) (account Account, found bool, err error) {
	if customer, err = checkAccount(channel, customer); err != nil {
		return Account{}, false, err
	}
	account, found, err = v.account(v.db, channel, customer)
	return account, found, wrap(err)
}

// NewAccount takes a customer in as a member, with a new salt. A customer whom
// the vault has as this member keeps his salt, so that what was interrupted can
// be done again.
//
// Refused, first that applies: BAD_REQUEST, CONFLICT (he is another member).
func (v *Vault) NewAccount(channel, customer, member string) (account Account, err error) {
	if customer, err = checkAccount(channel, customer); err != nil {
		return Account{}, err
	}
	if err := name.CheckID("member", member); err != nil {
		return Account{}, err
	}
	err = v.change(func(tx *sql.Tx) error {
		found := false
		if account, found, err = v.account(tx, channel, customer); err != nil {
			return err
		}
		if found && account.Member != member {
			return fault.New(fault.Conflict, "this customer is member %s", account.Member)
		}
		if found {
			return nil
		}
		stored := storedAccount{Channel: channel, Customer: customer, Member: member, Salt: random()}
		account = v.asAccount(stored)
		return v.putAccount(tx, stored)
	})
	return account, err
}

// Pseudonym is who a customer of a channel is, or shall be: the account that the
// vault has, or one that it makes, of a member whose name is "m-" and 16 random
// letters and digits. It is the same until the member is erased: then nothing in the
// world leads from the customer to that name, the vault's key and file included, and
// the customer who comes again is somebody else. Refused: BAD_REQUEST.
func (v *Vault) Pseudonym(channel, customer string) (Account, error) {
	list, err := v.Take(Wanted{Channel: channel, Customer: customer, Like: channel})
	if err != nil {
		return Account{}, err
	}
	return list[0], nil
}

// Wanted is an account that the vault shall have.
type Wanted struct {
	Channel, Customer string
	Member            string // whose it shall be, or ""
	Like              string // then the channel whose customer of that id it is; a new pseudonym, if there is none
}

// Take answers accounts that the vault has, whoever's they are, and makes the others,
// all in one write. Refused: BAD_REQUEST.
func (v *Vault) Take(wanted ...Wanted) (list []Account, err error) {
	for i := range wanted {
		w := &wanted[i]
		if w.Customer, err = checkAccount(w.Channel, w.Customer); err != nil {
			return nil, err
		}
		if w.Member == "" {
			err = name.CheckID("channel", w.Like)
		} else {
			err = name.CheckID("member", w.Member)
		}
		if err != nil {
			return nil, err
		}
	}
	err = v.change(func(tx *sql.Tx) error {
		list = make([]Account, len(wanted))
		for i, w := range wanted {
			if list[i], err = v.takeOne(tx, w); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func (v *Vault) takeOne(tx *sql.Tx, w Wanted) (Account, error) {
	account, found, err := v.account(tx, w.Channel, w.Customer)
	if found || err != nil {
		return account, err
	}
	stored := storedAccount{Channel: w.Channel, Customer: w.Customer, Member: w.Member, Salt: random()}
	if w.Member == "" && w.Like != w.Channel {
		like, err := v.takeOne(tx, Wanted{Channel: w.Like, Customer: w.Customer, Like: w.Like})
		if err != nil {
			return Account{}, err
		}
		stored.Member, stored.Own = like.Member, like.Own
	}
	if stored.Member == "" {
		stored.Member, stored.Own = "m-"+strings.ToLower(base32.StdEncoding.EncodeToString(random()[:10])), true
	}
	return v.asAccount(stored), v.putAccount(tx, stored)
}

func random() []byte {
	bytes := make([]byte, keySize)
	rand.Read(bytes) // it never fails
	return bytes
}

// Accounts lists a member's accounts, by channel and customer.
func (v *Vault) Accounts(member string) (list []Account, err error) {
	if err := name.CheckID("member", member); err != nil {
		return nil, err
	}
	err = v.change(func(tx *sql.Tx) error {
		stored, err := v.accountsOf(tx, member)
		for _, s := range stored {
			list = append(list, v.asAccount(s))
		}
		return err
	})
	slices.SortFunc(list, func(a, b Account) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Customer, b.Customer))
	})
	return list, err
}

// SetMember follows a merge on the ledger: accounts and secrets of one member
// become another's. So does the profile, unless the other has one: then the
// first is erased, as one member has one profile. Again changes nothing.
func (v *Vault) SetMember(from, to string) error {
	for _, id := range []string{from, to} {
		if err := name.CheckID("member", id); err != nil {
			return err
		}
	}
	if from == to {
		return nil
	}
	return v.change(func(tx *sql.Tx) error {
		accounts, err := v.accountsOf(tx, from)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			a.Member, a.Own = to, false // who knows whose home the other is
			if err := v.putAccount(tx, a); err != nil {
				return err
			}
		}
		if err := v.moveSecrets(tx, from, to); err != nil {
			return err
		}
		return v.moveProfile(tx, from, to)
	})
}

// Forget removes an account that was unlinked on the ledger, with its salt.
func (v *Vault) Forget(channel, customer string) error {
	customer, err := checkAccount(channel, customer)
	if err != nil {
		return err
	}
	return v.change(func(tx *sql.Tx) error {
		_, err := tx.Exec("DELETE FROM account WHERE id = ?", v.accountID(channel, customer))
		return err
	})
}

// Erase removes all that the vault has of a member: accounts and their salts,
// the profile, secrets. The file is written anew, so that nothing of them is
// left in it. If it fails, do it again.
func (v *Vault) Erase(member string) error {
	if err := name.CheckID("member", member); err != nil {
		return err
	}
	err := v.change(func(tx *sql.Tx) error {
		for _, table := range []string{"account", "profile", "secret"} {
			if _, err := tx.Exec("DELETE FROM "+table+" WHERE member = ?", v.memberID(member)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = v.db.Exec("VACUUM")
	return wrap(err)
}

func (v *Vault) accountID(channel, customer string) []byte {
	return v.keys.id("account", channel, customer)
}

func (v *Vault) memberID(member string) []byte { return v.keys.id("member", member) }

// asked is the file, or a transaction on it.
type asked interface {
	QueryRow(query string, args ...any) *sql.Row
}

func (v *Vault) account(tx asked, channel, customer string) (Account, bool, error) {
	id := v.accountID(channel, customer)
	var of, sealed []byte
	err := tx.QueryRow("SELECT member, sealed FROM account WHERE id = ?", id).Scan(&of, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, false, nil
	}
	if err != nil {
		return Account{}, false, err
	}
	stored, err := v.openAccount(id, of, sealed)
	return v.asAccount(stored), err == nil, err
}

func (v *Vault) accountsOf(tx *sql.Tx, member string) (list []storedAccount, err error) {
	of := v.memberID(member)
	rows, err := tx.Query("SELECT id, sealed FROM account WHERE member = ?", of)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return nil, err
		}
		stored, err := v.openAccount(id, of, sealed)
		if err != nil {
			return nil, err
		}
		list = append(list, stored)
	}
	return list, rows.Err()
}

// openAccount reads a row whose ids must be those of what it holds.
func (v *Vault) openAccount(id, of, sealed []byte) (storedAccount, error) {
	var a storedAccount
	if err := v.keys.open(sealed, &a, "account", id, of); err != nil {
		return a, err
	}
	if !bytes.Equal(id, v.accountID(a.Channel, a.Customer)) || !bytes.Equal(of, v.memberID(a.Member)) {
		return a, errSealed
	}
	return a, nil
}

func (v *Vault) putAccount(tx *sql.Tx, a storedAccount) error {
	id, of := v.accountID(a.Channel, a.Customer), v.memberID(a.Member)
	_, err := tx.Exec("INSERT OR REPLACE INTO account(id, member, sealed) VALUES(?, ?, ?)", id, of,
		v.keys.seal(a, "account", id, of))
	return err
}

func (v *Vault) asAccount(a storedAccount) Account {
	return Account{
		a.Channel, a.Customer, a.Member, a.Salt, a.Own,
		member.AccountCommitment(a.Salt, v.party, a.Channel, a.Customer),
	}
}
