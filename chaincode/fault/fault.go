// Package fault holds every refusal that a caller can meet: its code, what it
// means, how a program reports it, and whether trying again can help.
//
// A refusal is made once, where the rule is. Types do not cross Fabric's wire,
// so it travels as "CODE: text" and is parsed once, in the client's gateway.
// The text never holds personal data or a private price.
package fault

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Code names one kind of refusal. Codes are part of the protocol: they are
// never renamed or reused.
type Code string

// The codes that the ledger answers with.
const (
	BadRequest   Code = "BAD_REQUEST"
	Forbidden    Code = "FORBIDDEN"
	Conflict     Code = "CONFLICT"
	NotFound     Code = "NOT_FOUND"
	WrongState   Code = "WRONG_STATE"
	Frozen       Code = "FROZEN"
	Expired      Code = "EXPIRED"
	WrongOrder   Code = "WRONG_ORDER"
	Insufficient Code = "INSUFFICIENT"
	Limit        Code = "LIMIT"
	Unauthorised Code = "UNAUTHORISED"
	WrongCode    Code = "WRONG_CODE"
	Ineligible   Code = "INELIGIBLE"
	PriceChanged Code = "PRICE_CHANGED"
	DailyCap     Code = "DAILY_CAP"
	NetDebitCap  Code = "NET_DEBIT_CAP"
	LiabilityCap Code = "LIABILITY_CAP"
	OutOfStock   Code = "OUT_OF_STOCK"
	Quota        Code = "QUOTA"
	Linked       Code = "LINKED"
	LaneMoved    Code = "LANE_MOVED"
	SourceMoved  Code = "SOURCE_MOVED"
	TimeWindow   Code = "TIME_WINDOW"
	Internal     Code = "INTERNAL"
)

// The code of an endorser, or of a client, that can't do its work now.
const Unavailable Code = "UNAVAILABLE"

// The codes that only a client answers with.
const (
	UnknownOutcome Code = "UNKNOWN_OUTCOME"
	Overloaded     Code = "OVERLOADED"
	NeedsPerson    Code = "NEEDS_PERSON"
	Rejected       Code = "REJECTED"
	Stopped        Code = "STOPPED"
	Machine        Code = "MACHINE"
	Differs        Code = "DIFFERS"
)

// Error is a coded refusal.
type Error struct {
	Code Code
	Text string
}

// Error renders the refusal as it travels: "CODE: text".
func (e *Error) Error() string { return string(e.Code) + ": " + e.Text }

// Is makes errors.Is(err, fault.New(code, "")) compare codes only.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code && (other.Text == "" || other.Text == e.Text)
}

// New makes a refusal from a code and a text for people.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// field finds the field that a refusal's text begins with.
var field = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*:`)

// Named gives the field that a refusal's text begins with the name that it has in a request: what an amount's check
// calls amount is the request's points.
func Named(name string, err error) error {
	var refusal *Error
	if err == nil || !errors.As(err, &refusal) {
		return err
	}
	return New(refusal.Code, "%s:%s", name, strings.TrimPrefix(refusal.Text, field.FindString(refusal.Text)))
}

// At says in which entry of a list a malformed request is wrong: "amount: 0 is under 1" of grants[3] is
// "grants.3.amount: 0 is under 1". An error without a code stays as it is.
func At(list string, i int, err error) error {
	var refusal *Error
	if err == nil || !errors.As(err, &refusal) {
		return err
	}
	between := ": "
	if field.MatchString(refusal.Text) {
		between = "."
	}
	return New(refusal.Code, "%s.%d%s%s", list, i, between, refusal.Text)
}

// CodeOf returns the code of the first refusal in err's chain, Internal for any
// other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return Internal
}

// Parse finds a refusal in a message that crossed Fabric's wire. Fabric and the
// contract API put text of their own before it, so the first known code that
// is followed by ": " counts.
func Parse(message string) (*Error, bool) {
	at, found := len(message), Code("")
	for _, m := range Table {
		if i := indexCode(message, m.Code); i >= 0 && i < at {
			at, found = i, m.Code
		}
	}
	if found == "" {
		return nil, false
	}
	return &Error{Code: found, Text: message[at+len(found)+2:]}, true
}

// indexCode finds "CODE: " as a word of its own.
func indexCode(message string, code Code) int {
	needle := string(code) + ": "
	for from := 0; ; {
		i := strings.Index(message[from:], needle)
		if i < 0 {
			return -1
		}
		if i += from; i == 0 || !isCodeByte(message[i-1]) {
			return i
		}
		from = i + 1
	}
}

func isCodeByte(b byte) bool { return b == '_' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' }
