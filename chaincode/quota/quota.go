// Package quota is a limit that many lanes draw on without sharing a key.
//
// The limit is one row; each lane has a lease of its own, which grants it a part
// of what is free. Drawing within the lease touches the lane's row only. When a
// lease runs out, the lane takes from the limit's row what it needs, and as much again as
// it then uses, of that at most a sixteenth of what is free: then, and only then, two lanes
// may meet there, and one of them is tried again. So a lane that uses much meets others ever
// more rarely, and one that uses little leases little, however many lanes a party has.
//
//	free   = limit + relieved − leased
//	leased = sum of all lanes' granted;  granted ≥ used − returned in each lane, but for what it overdrew
//
// What is given back goes to the lease that it was drawn from, whoever gives it back: so used is what is out, and
// nobody uses up a limit by drawing in one lane and giving back in another. It stays leased there, up to what was out
// at once and as much again.
//
// So what all lanes use never passes the limit by more than what was overdrawn, and what lies unused in leases
// shrinks as the limit comes near. A lane that stops can hand its rest back.
package quota

import (
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
)

// Kind says what a quota limits. It is a part of its rows' keys.
type Kind string

// The kinds.
const (
	Liability Kind = "liability" // what an issuer may owe members, in fen; id is the issuer
	// what a party may come to owe in a cycle, in fen; id is CYCLE.PARTY, or CYCLE.DEBTOR.CREDITOR for what it owes one
	// other
	Debit   Kind = "debit"
	Pledge  Kind = "pledge"  // what a funder has pledged, in points; id is the pledge
	Benefit Kind = "benefit" // how often a benefit may be granted; id is the benefit
	// what a campaign may cost, in fen; id is the campaign, or, for one funder, CAMPAIGN.FUNDER
	Campaign Kind = "campaign"
)

// Refuse is the refusal of a draw on a quota.
func (k Kind) Refuse(id string) error {
	switch k {
	case Liability:
		return fault.New(fault.LiabilityCap, "%s may owe its members no more", id)
	case Debit:
		cycle, party, _ := strings.Cut(id, ".")
		if debtor, creditor, pair := strings.Cut(party, "."); pair {
			return fault.New(fault.NetDebitCap, "%s may owe %s no more in cycle %s", debtor, creditor, cycle)
		}
		return fault.New(fault.NetDebitCap, "%s may owe others no more in cycle %s", party, cycle)
	case Pledge:
		return fault.New(fault.Quota, "pledge %s is used up", id)
	case Campaign:
		if campaign, funder, capped := strings.Cut(id, "."); capped {
			return fault.New(fault.Quota, "%s bears no more of campaign %s", funder, campaign)
		}
		return fault.New(fault.Quota, "the budget of campaign %s has too little left", id)
	case Benefit:
	}
	return fault.New(fault.Quota, "all of benefit %s is granted", id)
}

// Quota is a limit and how much of it lanes have been granted.
type Quota struct {
	_      struct{}     `cbor:",toarray"`
	Limit  amount.Units `json:"limit"`
	Leased amount.Units `json:"leased"`
	// what lanes used and a recount found free again; under 0 for what it found used and lanes had not drawn
	Relieved amount.Units `json:"relieved"`
}

// Lease is one lane's part.
type Lease struct {
	_        struct{}     `cbor:",toarray"`
	Granted  amount.Units `json:"granted"`
	Used     amount.Units `json:"used"`     // less what was returned in this lane: Used or Returned is 0
	Returned amount.Units `json:"returned"` // beyond what it has used
	Rest     amount.Units `json:"rest"`     // millionths of a unit that count as used and are not, 0 … 999,999
	Handed   date.Date    `json:"handed"`   // business date on which it last handed its rest back, 0 for never
}

// Count is what counts towards a limit: whole units, and millionths of one more.
type Count struct{ Whole, Parts amount.Units }

// parts is how many make a unit.
const parts = 1_000_000

// Worth counts so many points at a price, rounded up to a millionth. LIMIT above 2⁵³−1.
func Worth(points amount.Units, rates ...amount.Rate) (c Count, err error) {
	exact, err := amount.Exactly(points, rates...)
	if err != nil {
		return Count{}, err
	}
	c.Whole, c.Parts, err = exact.Parts(parts)
	return c, err
}

// Less is the count without a smaller one.
func (c Count) Less(by Count) Count {
	c.Whole, c.Parts = c.Whole-by.Whole, c.Parts-by.Parts
	if c.Parts < 0 {
		c.Whole, c.Parts = c.Whole-1, c.Parts+parts
	}
	return c
}

// None says whether it is nothing.
func (c Count) None() bool { return c == Count{} }

// Whole is how many whole units a draw takes of the lane, and the lease from which these are drawn: what fits into the
// unit that was begun last takes none.
func (l Lease) Whole(n Count) (amount.Units, Lease) {
	l.Rest -= n.Parts
	if l.Rest < 0 {
		l.Rest += parts
		n.Whole++
	}
	return n.Whole, l
}

// Free is what lanes can still be granted, 0 if the limit was lowered under it.
func (q Quota) Free() amount.Units { return max(0, q.Limit+q.Relieved-q.Leased) }

// Spare is what the lane can use without asking.
func (l Lease) Spare() amount.Units { return l.Granted + l.Returned - l.Used }

// share is the part of what is free that a lane takes at most beyond what it needs, as its inverse.
const share = 16

// ahead is how much a lane takes beyond what it needs, when so much is left free.
func (l Lease) ahead(need, free amount.Units) amount.Units {
	return min(l.Used+need, max(0, free)/share)
}

// use is the lease with so much more used, or, below 0, returned. What was used and returned cancels out, so
// that neither grows without end.
func (l Lease) use(n amount.Units) Lease {
	used := l.Used - l.Returned + n
	l.Used, l.Returned = min(max(0, used), most), min(max(0, -used), most)
	return l
}

// most is where counters stay that would be more, which only what can't be refused comes to: a sum that passed what 64
// bits hold would be below zero, and all of a limit free.
const most amount.Units = 1 << 60

// grant leases so much to a lane.
func grant(q Quota, l Lease, n amount.Units) (Quota, Lease) {
	q.Leased, l.Granted = min(q.Leased+n, most), min(l.Granted+n, most)
	return q, l
}

// Draw uses so much. If the lease has too little, it grows by what is missing and
// as much again as it then uses, of that at most a sixteenth of what is free. ok is false if not enough is
// free: then nothing is drawn. grew says whether the quota's row changed.
func Draw(q Quota, l Lease, need amount.Units) (_ Quota, _ Lease, grew, ok bool) {
	if missing := need - l.Spare(); missing > 0 {
		free := q.Free()
		if missing > free {
			return q, l, false, false
		}
		q, l = grant(q, l, missing+l.ahead(need, free-missing))
		grew = true
	}
	return q, l.use(need), grew, true
}

// Charge uses so much, whether or not it is free. What the lease lacks it is granted
// all the same, so that whatever passes the limit keeps all lanes from being granted more until
// as much is relieved; what they have to spare they may use. grew says whether the quota's row changed.
func Charge(q Quota, l Lease, need amount.Units) (_ Quota, _ Lease, grew bool) {
	if missing := need - l.Spare(); missing > 0 {
		q, l = grant(q, l, missing)
		grew = true
	}
	l.Used = min(l.Used+need, most)
	return q, l, grew
}

// Overdraw uses so much, whether or not it is free: what must be counted, and can't be
// refused any more. The lease grows as in Draw, but by no more than is free; by what is missing then the
// lane's spare is below 0, and it draws nothing until that much was given back to it. grew says whether the
// quota's row changed.
func Overdraw(q Quota, l Lease, need amount.Units) (_ Quota, _ Lease, grew bool) {
	if missing := need - l.Spare(); missing > 0 {
		free := q.Free()
		more := min(missing+l.ahead(need, free-missing), free)
		q, l = grant(q, l, more)
		grew = more > 0
	}
	return q, l.use(need), grew
}

// Return gives back what the lane has drawn.
func (l Lease) Return(n amount.Units) Lease {
	return l.use(-n)
}

// GiveBack is Return for what isn't whole units.
func (l Lease) GiveBack(n Count) Lease {
	l.Rest += n.Parts
	if l.Rest >= parts {
		l.Rest -= parts
		n.Whole++
	}
	return l.Return(n.Whole)
}

// HandBack is Surrender, once a business date: all lanes that draw on the limit read its row when they need more, and a
// lane that handed back and drew again in every block would keep them from it. LIMIT.
func HandBack(q Quota, l Lease, today date.Date) (Quota, Lease, error) {
	if l.Handed == today {
		return q, l, fault.New(fault.Limit, "the lane has handed its part back on %s; wait for the next business date",
			today)
	}
	q, l = Surrender(q, l)
	l.Handed = today
	return q, l, nil
}

// Surrender hands a lane's spare back to the quota.
func Surrender(q Quota, l Lease) (Quota, Lease) {
	spare := max(0, l.Spare())
	q.Leased -= spare
	l.Granted -= spare
	return q, l
}

// Check refuses with BAD_REQUEST a kind that there isn't.
func (k Kind) Check() error {
	switch k {
	case Liability, Debit, Pledge, Benefit, Campaign:
		return nil
	}
	return fault.New(fault.BadRequest, "quota: there is no such kind")
}

// maxID is how long a quota's id can be: three ids and what is between them.
const maxID = 194

// CheckID refuses with BAD_REQUEST what can be no quota's id: ids and numbers of
// the ledger, joined by full stops.
func CheckID(id string) error {
	if len(id) > maxID {
		return fault.New(fault.BadRequest, "quota: want at most %d characters", maxID)
	}
	for part := range strings.SplitSeq(id, ".") {
		if err := name.CheckID("quota", part); err != nil {
			return err
		}
	}
	return nil
}

// SurrenderRequest hands back what the caller's lane has been granted of a quota
// and hasn't used. It acts on the lane that it is sent in, a single command's on the
// single commands' lane. Every party may.
//
// Refused, first that applies: BAD_REQUEST, NOT_FOUND (the lane has no part of
// such a quota), WRONG_STATE (it has used its part up), LIMIT (it has handed some back today).
type SurrenderRequest struct {
	_    struct{} `cbor:",toarray"`
	Kind Kind     `json:"kind"`
	ID   string   `json:"id"`
}

// Check refuses a malformed request with BAD_REQUEST.
func (r SurrenderRequest) Check() error {
	if err := r.Kind.Check(); err != nil {
		return err
	}
	return CheckID(r.ID)
}
