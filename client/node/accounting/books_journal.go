package accounting

import (
	"bytes"
	"context"

	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// BookInputs are what a party says of its books; all else that they are made of is on the ledger.
type BookInputs struct {
	Estimates
	Chart  []byte `json:"chart,omitempty"`  // YAML: the party's chart of accounts
	Fapiao []byte `json:"fapiao,omitempty"` // CSV: the period's fapiao (发票)
	ByDay  bool   `json:"byDay,omitempty"`  // one voucher for the lines of a day and kind (汇总凭证)
}

// keeping is what inputs come to.
type keeping struct {
	policy books.Policy
	chart  books.Chart
	fapiao *books.Fapiaos
	byDay  bool
	inputs string // of them all; "" if nothing is said
}

// read reads the inputs. BAD_REQUEST or LIMIT for what is malformed.
func (in BookInputs) read() (k keeping, err error) {
	if k.policy, err = in.Estimates.read(); err != nil {
		return k, err
	}
	k.chart, k.byDay = books.DefaultChart(), in.ByDay
	if len(in.Chart) > 0 {
		if k.chart, err = books.ReadChart(bytes.NewReader(in.Chart)); err != nil {
			return k, err
		}
	}
	if len(in.Fapiao) > 0 {
		if k.fapiao, err = books.ReadFapiaos(bytes.NewReader(in.Fapiao)); err != nil {
			return k, err
		}
	}
	k.inputs = books.Inputs(k.policy, k.chart, k.fapiao, k.byDay)
	return k, nil
}

// said says whether anything is.
func (in BookInputs) said() bool {
	return len(in.Policy)+len(in.Redemption)+len(in.Chart)+len(in.Fapiao) > 0 || in.ByDay
}

// JournalRequest asks for a period's vouchers. What isn't to be locked is only checked, and then the cycle may be open.
type JournalRequest struct {
	Period  string `json:"period"`            // the cycle
	Lock    bool   `json:"lock,omitempty"`    // keep it for good
	Form    string `json:"form,omitempty"`    // of the file of what is locked: csv, xlsx, json; of layout yonyou: txt
	Layout  string `json:"layout,omitempty"`  // plain, kingdee, yonyou; plain if it is left out
	Begin   bool   `json:"begin,omitempty"`   // the books begin with it: what was owed before is its opening
	Restate string `json:"restate,omitempty"` // why a locked period is put right (差错更正): a code such as wrong_estimate
	BookInputs
}

// Check refuses what is malformed, whatever was locked.
func (r JournalRequest) Check() error {
	if err := name.CheckID("period", r.Period); err != nil {
		return err
	}
	if r.Begin && r.Restate != "" {
		return fault.New(fault.BadRequest, "`begin` or `restate`")
	}
	if r.Form != "" && !r.Lock {
		return fault.New(fault.BadRequest, "`form`: only what is locked is written to a file: say `lock`")
	}
	if err := books.CheckLayout(r.Layout, r.Form); err != nil {
		return err
	}
	_, err := r.read()
	return err
}

// Journal is what a period's vouchers come to, and the file with them.
type Journal struct {
	books.Summary
	State JournalState `json:"state"`
	File  []byte       `json:"file,omitempty"` // in the form that was asked for
}

// JournalState says how far a period is.
type JournalState string

// The states of a period's journal.
const (
	JournalOpen      JournalState = "OPEN"      // it ties so far; the cycle is open
	JournalTied      JournalState = "TIED"      // it ties to the statement, and isn't locked
	JournalUntied    JournalState = "UNTIED"    // it doesn't tie, so it can't be locked
	JournalLocked    JournalState = "LOCKED"    // for good
	JournalRestating JournalState = "RESTATING" // its restatement ties, and isn't kept
	JournalRestated  JournalState = "RESTATED"  // by the vouchers of the file
)

// Refused says that it doesn't tie.
func (j Journal) Refused() bool { return j.State == JournalUntied }

func journal(ctx context.Context, n *node.Node, c *node.Call, req JournalRequest) (j Journal, err error) {
	err = atBooks(ctx, n, c, func(b bookkeeper) error {
		j, err = b.journal(ctx, req)
		return err
	})
	return j, err
}

// journal makes a period's vouchers, or those of a restatement, or hands out again what is kept.
//
// Refused, first that applies: WRONG_STATE (what isn't locked is to be restated), CONFLICT (what is locked was made of
// other inputs), as booking.period, INTERNAL (it doesn't tie), as restate.
func (b bookkeeper) journal(ctx context.Context, req JournalRequest) (j Journal, err error) {
	with, err := req.read()
	if err != nil {
		return j, err
	}
	kept, locked, err := b.shelf.Get(req.Period)
	switch {
	case err != nil:
		return j, err
	case !locked && req.Restate != "":
		return j, fault.New(fault.WrongState, "period %s isn't locked: there is nothing to restate", req.Period)
	case locked && req.Restate == "" && req.said() && with.inputs != kept.Inputs:
		return j, fault.New(fault.Conflict, "period %s was exported with another policy, chart, fapiao or form; "+
			"`restate` makes vouchers that put it right", req.Period)
	case locked && req.Restate == "":
		return req.answer(kept.Summary, kept.Vouchers, JournalLocked)
	}
	err = b.history.now(ctx, func(now *index.Reading) error {
		j, err = b.book(ctx, booking{bookkeeper: b, now: now, with: with, begin: req.Begin, draft: !req.Lock}, kept,
			req)
		return err
	})
	return j, err
}

// book makes a period and keeps it if it is to be locked. kept is what a restatement puts right.
func (b bookkeeper) book(ctx context.Context, p booking, kept books.Locked, req JournalRequest) (Journal, error) {
	if req.Restate != "" {
		p.again = &kept
	}
	next, open, err := p.period(ctx, req.Period)
	if err != nil {
		return Journal{}, err
	}
	if err := next.Summary.Untied(); err != nil {
		return Journal{Summary: next.Summary, State: JournalUntied}, err
	}
	vouchers, states := next.Vouchers, map[bool]JournalState{false: JournalTied, true: JournalLocked}
	switch {
	case open:
		states[false] = JournalOpen
	case req.Restate != "":
		states = map[bool]JournalState{false: JournalRestating, true: JournalRestated}
		if next, vouchers, err = b.restated(kept, next, req.Restate, p.with); err != nil {
			return Journal{}, err
		}
	}
	if req.Lock {
		if err := b.shelf.Put(next); err != nil {
			return Journal{}, err
		}
	}
	return req.answer(next.Summary, vouchers, states[req.Lock])
}

// restated is a locked period with a restatement, and the vouchers of that. WRONG_STATE if it isn't the last one: later
// ones opened with its figures. CONFLICT if nothing differs.
func (b bookkeeper) restated(kept, now books.Locked, reason string,
	with keeping) (next books.Locked, of []books.Voucher, err error) {
	list, err := b.shelf.All()
	if err != nil {
		return next, nil, err
	}
	if last, is := list[len(list)-1].Summary.Period, kept.Summary.Period; last != is {
		return next, nil, fault.New(fault.WrongState,
			"period %s opened with what %s closed with: restate %s, the last one", last, is, last)
	}
	next, err = kept.Restate(now.Vouchers, now.Summary, now.Closing, reason, with.inputs, with.chart)
	if err != nil {
		return next, nil, err
	}
	return next, next.Restated[len(next.Restated)-1].Vouchers, nil
}

// answer writes vouchers to a file, if one is asked for.
func (r JournalRequest) answer(sum books.Summary, vouchers []books.Voucher, state JournalState) (Journal, error) {
	j := Journal{Summary: sum, State: state}
	if r.Form == "" {
		return j, nil
	}
	var file bytes.Buffer
	err := books.Write(&file, r.Layout, r.Form, vouchers)
	j.File = file.Bytes()
	return j, err
}
