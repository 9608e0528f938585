package iso20022

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Holder is who may be meant by a name and an account in a bank's file.
type Holder struct {
	Names    []string // as banks may write them
	Accounts []string // numbers, IBANs
}

// Nobody says whether nothing is known of it.
func (h Holder) Nobody() bool { return len(h.Names) == 0 && len(h.Accounts) == 0 }

// Has says whether an account is one of the holder's. Banks hide digits of some: a run of
// * or X stands for any.
func (h Holder) Has(account string) bool {
	account = bare(account)
	for _, own := range h.Accounts {
		if own = bare(own); own == account || masked(account, own) {
			return account != ""
		}
	}
	return false
}

// Named says whether a name is one of the holder's. Banks cut names off, and write them in
// wide letters or in capitals.
func (h Holder) Named(name string) bool {
	name = bare(name)
	for _, own := range h.Names {
		own = bare(own)
		if own == name || len([]rune(name)) >= cutName && strings.HasPrefix(own, name) || len([]rune(own)) >= cutName &&
			strings.HasPrefix(name, own) {
			return name != ""
		}
	}
	return false
}

// cutName is how many characters of a name stand for all of it.
const cutName = 12

// Differs says whether a name and an account are another's. The account decides; a name
// does where the bank gives no account, or none is known. Nothing known, nothing differs.
func (h Holder) Differs(name, account string) bool {
	switch {
	case bare(account) != "" && len(h.Accounts) > 0:
		return !h.Has(account)
	case bare(name) != "" && len(h.Names) > 0:
		return !h.Named(name)
	}
	return false
}

// bare is a text's letters, digits and marks that hide some, in capitals.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '*' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, width.Narrow.String(text))
}

// masked says whether a bank's account, of which a run of marks hides a part, can be
// another: at least four of its digits must be seen.
func masked(account, own string) bool {
	head, tail := strings.IndexAny(account, "*X"), strings.LastIndexAny(account, "*X")
	if head < 0 || strings.Trim(account[head:tail+1], "*X") != "" {
		return false
	}
	seen := head + len(account) - tail - 1
	return seen >= 4 && len(own) > seen && strings.HasPrefix(own, account[:head]) &&
		strings.HasSuffix(own, account[tail+1:])
}

// Register finds holders by their accounts and names.
type Register struct {
	holders         map[string]Holder
	accounts, names map[string]string // whose, as bare has them
}

// NewRegister makes a register of holders by their ids.
func NewRegister(holders map[string]Holder) Register {
	r := Register{holders, map[string]string{}, map[string]string{}}
	for id, h := range holders { // what two have in common is nobody's
		for _, account := range h.Accounts {
			r.accounts[bare(account)] = alone(r.accounts[bare(account)], id)
		}
		for _, name := range h.Names {
			r.names[bare(name)] = alone(r.names[bare(name)], id)
		}
	}
	return r
}

// alone is the one that has something, or * for several.
func alone(before, id string) string {
	if before == "" || before == id {
		return id
	}
	return "*"
}

// Find is who has an account, or, where the bank gives none, the name; "" for nobody that is known.
func (r Register) Find(name, account string) string {
	id := ""
	switch account = bare(account); {
	case strings.ContainsAny(account, "*"):
		for _, whose := range slices.Sorted(maps.Keys(r.holders)) {
			if r.holders[whose].Has(account) {
				id = alone(id, whose)
			}
		}
	case account != "":
		id = r.accounts[account]
	default:
		id = r.names[bare(name)]
	}
	return strings.TrimPrefix(id, "*")
}
