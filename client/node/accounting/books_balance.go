package accounting

import (
	"context"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// LockedPeriod is a period that is locked.
type LockedPeriod struct {
	Period   string       `json:"period"`
	From     date.Date    `json:"from"`
	To       date.Date    `json:"to"`
	Vouchers int          `json:"vouchers"`
	Turnover amount.Units `json:"turnover"` // fen: all debits, which are all credits
	Restated int          `json:"restated"` // how often
	Height   uint64       `json:"height"`   // blocks at its end
}

func periods(ctx context.Context, n *node.Node, c *node.Call,
	_ node.NoRequest) (answer node.List[LockedPeriod], err error) {
	err = atBooks(ctx, n, c, func(b bookkeeper) error {
		list, err := b.shelf.All()
		for _, k := range list {
			s := k.Summary
			answer.Rows = append(answer.Rows, LockedPeriod{s.Period, s.From, s.To, s.Vouchers, s.Turnover,
				len(k.Restated), k.Height})
		}
		return err
	})
	return answer, err
}

// AccountsRequest says of which period accounts are shown.
type AccountsRequest struct {
	// locked, or the one that follows on the last of them; the last locked one if it is left out
	Period     string `json:"period,omitempty"`
	BookInputs        // with which a period is made that isn't locked
}

// Check refuses what is malformed.
func (r AccountsRequest) Check() error {
	if r.Period != "" {
		if err := name.CheckID("period", r.Period); err != nil {
			return err
		}
	}
	_, err := r.read()
	return err
}

// booked answers the periods up to the one that is asked for: those that are locked, and, if it isn't, that one as it
// is now. NOT_FOUND if nothing is locked and no period is named.
func (b bookkeeper) booked(ctx context.Context, req AccountsRequest) ([]books.Locked, error) {
	list, err := b.shelf.All()
	if err != nil {
		return nil, err
	}
	if req.Period == "" && len(list) == 0 {
		return nil, fault.New(fault.NotFound,
			"no period is booked yet: `books.journal` does, or `period` names one to look at")
	}
	if i := slices.IndexFunc(list, func(k books.Locked) bool { return k.Summary.Period == req.Period }); i >= 0 {
		return list[:i+1], nil
	}
	if req.Period == "" {
		return list, nil
	}
	with, err := req.read()
	if err != nil {
		return nil, err
	}
	err = b.history.now(ctx, func(now *index.Reading) error {
		draft, _, err := booking{bookkeeper: b, now: now, with: with, draft: true}.period(ctx, req.Period)
		list = append(list, draft)
		return err
	})
	return list, err
}

// ofBooks makes an answer of the periods up to the one that is asked for.
func ofBooks[T any](ctx context.Context, n *node.Node, c *node.Call, req AccountsRequest,
	of func(list []books.Locked, last books.Summary) T) (answer T, err error) {
	err = atBooks(ctx, n, c, func(b bookkeeper) error {
		list, err := b.booked(ctx, req)
		if err == nil {
			answer = of(list, list[len(list)-1].Summary)
		}
		return err
	})
	return answer, err
}

// Balance is the trial balance of a party's period.
type Balance struct {
	Party  string    `json:"party"`
	Period string    `json:"period"`
	From   date.Date `json:"from"`
	To     date.Date `json:"to"`
	books.Balance
}

func balance(ctx context.Context, n *node.Node, c *node.Call, req AccountsRequest) (Balance, error) {
	return ofBooks(ctx, n, c, req, func(list []books.Locked, s books.Summary) Balance {
		return Balance{s.Party, s.Period, s.From, s.To, books.TrialBalance(list)}
	})
}

// LedgerRequest asks for the entries of an account.
type LedgerRequest struct {
	Account   string `json:"account"`             // its code
	Party     string `json:"party,omitempty"`     // only what is of this counterparty
	Programme string `json:"programme,omitempty"` // only what is of this programme
	AccountsRequest
}

func ledger(ctx context.Context, n *node.Node, c *node.Call, req LedgerRequest) (node.List[books.LedgerRow], error) {
	return ofBooks(ctx, n, c, req.AccountsRequest, func(list []books.Locked,
		_ books.Summary) node.List[books.LedgerRow] {
		filter := books.LedgerFilter{Code: req.Account, Party: req.Party, Programme: req.Programme}
		return node.List[books.LedgerRow]{Rows: books.Ledger(list, filter)}
	})
}

// Ageing is what is owed on a day, by counterparty and by how many days ago it arose.
type Ageing struct {
	Date  date.Date         `json:"date"`
	Spans []string          `json:"spans"` // of each row's days
	Rows  []books.AgeingRow `json:"rows"`
}

func ageing(ctx context.Context, n *node.Node, c *node.Call, req AccountsRequest) (Ageing, error) {
	return ofBooks(ctx, n, c, req, func(list []books.Locked, s books.Summary) Ageing {
		return Ageing{s.To, books.AgeingSpans(), books.Ageing(list)}
	})
}
