package importer

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// maxCustomer is the longest customer id, in bytes, as the vault has it.
const maxCustomer = 128

// line is what one line says.
type line struct {
	parts [partCount]string // without prefixes, "" for none
	where []string          // the fields of the conditions
	names *columns          // for people
}

func (l line) says(p part) bool { return l.parts[p] != "" }

// empty is the reason to reject a line without the part.
func (l line) empty(p part) error {
	return &wrong{part: p, names: l.names, reason: "it is empty; fill it in"}
}

// id is a part that the kind must have, with its prefix. What it may be, the
// request's Check says.
func (m *Mapping) id(l line, p part) (string, error) {
	if !l.says(p) {
		return "", l.empty(p)
	}
	return m.Prefix.list()[p] + l.parts[p], nil
}

// maybe is a part with its prefix, or "".
func (m *Mapping) maybe(l line, p part) string {
	if !l.says(p) {
		return ""
	}
	return m.Prefix.list()[p] + l.parts[p]
}

// member is who a line's customer is on the ledger: in every kind the same. One whom
// the vault doesn't know yet gets a pseudonym there, so that a member needn't be
// enrolled to be named.
func (m *Mapping) member(s Stores, l line) (string, error) {
	id, _, err := m.memberAt(s, l)
	return id, err
}

// memberAt is member, and the party that alone can enrol it, "" if that isn't known.
func (m *Mapping) memberAt(s Stores, l line) (id, home string, err error) {
	id, err = m.id(l, partMember)
	if err != nil || m.Pseudonym == plain {
		return id, "", err
	}
	if err := l.checkCustomer(); err != nil {
		return "", "", err
	}
	account, err := s.Vault.Pseudonym(m.Channels[0], l.parts[partMember])
	if account.Own {
		home = s.Party
	}
	return account.Member, home, err
}

// checkCustomer refuses a customer id that the vault doesn't take.
func (l line) checkCustomer() error {
	if id := l.parts[partMember]; len(id) > maxCustomer || !utf8.ValidString(id) {
		return l.wrong(partMember, "want 1 to %d bytes of UTF-8", maxCustomer)
	}
	return nil
}

// day reads a date part, which must be there.
func (m *Mapping) day(l line, p part) (date.Date, error) {
	day, err := time.Parse(m.Layout, l.parts[p])
	if err != nil {
		return 0, l.wrong(p, "want a date like %s", m.Layout)
	}
	return date.Of(day, time.UTC), nil
}

// maybeDay reads a date part, "" for none. Spreadsheets count days since 1899-12-30.
func (m *Mapping) maybeDay(l line, p part) (date.Date, error) {
	if !l.says(p) {
		return 0, nil
	}
	if n, err := strconv.Atoi(l.parts[p]); err == nil && len(l.parts[p]) == 5 {
		return date.Date(n - sheetEpoch), nil
	}
	day, err := time.Parse(m.Layout, l.parts[p])
	if err != nil {
		return 0, l.wrong(p, "want a date like %s", m.Layout)
	}
	return date.Of(day, time.UTC), nil
}

// sheetEpoch is 1970-01-01 as spreadsheets count days.
const sheetEpoch = 25569

// count is a whole number of the least or more.
func (l line) count(p part, least int64) (amount.Units, error) {
	n, err := strconv.ParseInt(l.parts[p], 10, 64)
	if err != nil || n < least || amount.Units(n) > amount.Max {
		return 0, l.wrong(p, "want a whole number of %d or more", least)
	}
	return amount.Units(n), nil
}

// slug makes an id of a text: small letters and digits stay, whatever else is between
// them becomes one -.
func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// number reads a number of 0 or more.
func (l line) number(p part) (decimal.Decimal, error) {
	value, err := parseNumber(l.parts[p])
	if err != nil || value.Sign() < 0 {
		return decimal.Decimal{}, l.wrong(p, "want a number of 0 or more")
	}
	return value, nil
}

// units is a number at the mapping's rate, rounded once.
func (m *Mapping) units(number decimal.Decimal) (amount.Units, error) {
	exact := number.Mul(decimal.NewFromInt(int64(m.rate.Num)))
	if m.rate.Den != 1 {
		// Twenty digits and, for whatever is left, one that is no half of anything:
		// the one rounding comes out as of the exact quotient.
		quotient, rest := exact.QuoRem(decimal.NewFromInt(int64(m.rate.Den)), 20)
		if exact = quotient; !rest.IsZero() {
			exact = quotient.Add(decimal.New(1, -21))
		}
	}
	return amount.FromDecimal(exact, m.rounding)
}

// checked is checked for a request whose fields are called as the parts are: it says
// which column is wrong, where the refusal names one.
func (l line) checked(req interface{ Check() error }) error {
	err := checked(req)
	if err == nil {
		return nil
	}
	field, reason, found := strings.Cut(err.Error(), ": ")
	if p, known := partNamed(field); found && known && len(l.names.parts[p].columns) > 0 {
		return l.wrong(p, "%s", reason)
	}
	return err
}

// checked is why the ledger would refuse a request as malformed: such a line is
// rejected here, with its number.
func checked(req interface{ Check() error }) error {
	err := req.Check()
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return errors.New(refusal.Text)
	}
	return err
}
