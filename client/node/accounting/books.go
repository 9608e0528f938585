package accounting

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of a party's books (账务). They are the party's own, so they aren't for all who may ask; the ledger
// hears nothing of them. What is locked needs no network.
var (
	BooksLiability = node.Does(node.Describe("books.liability", "POST", "/v1/books/liability", node.Finance,
		"What points are worth in the books, by programme, age and expiry", "合同负债、预计负债; IFRS 15, CAS 14, CAS 13",
		`{"redemption":[{"programme":"GP","share":{"num":17,"den":20}}],"own":true,"cycle":"2026-11"}`).Asking(),
		bookLiability)
	BooksJournal = node.Alone(node.Describe("books.journal", "POST", "/v1/books/periods/{period}/journal", node.Finance,
		"A period's vouchers for your accounting system, and lock the period", "凭证、结账",
		`{"period":"2026-11","lock":true,"form":"xlsx","layout":"kingdee"}`), journal)
	BooksPeriods = node.Alone(node.Describe("books.periods", "POST", "/v1/books/periods", node.Finance,
		"The periods that are locked", "已结账期间", `{}`).Asking(), periods)
	BooksBalance = node.Alone(node.Describe("books.balance", "POST", "/v1/books/balance", node.Finance,
		"Trial balance: every account's opening, turnover and closing", "科目余额表", `{"period":"2026-11"}`).Asking(),
		balance)
	BooksLedger = node.Alone(node.Describe("books.ledger", "POST", "/v1/books/accounts/{account}", node.Finance,
		"Every entry of an account, with the balance after it", "明细账", `{"account":"2202","party":"M"}`).Asking(),
		ledger)
	BooksAgeing = node.Alone(node.Describe("books.ageing", "POST", "/v1/books/ageing", node.Finance,
		"Receivables and payables by counterparty and by how old they are", "账龄", `{"period":"2026-11"}`).Asking(),
		ageing)
	BooksProveLiabilities = node.Does(node.Describe("books.prove-liabilities", "POST",
		"/v1/books/liabilities/{programme}", node.Finance,
		"Make a root that proves what you owe members in a programme", "负债证明", `{"programme":"GP"}`),
		proveLiabilities)
	BooksProveMember = node.Alone(node.Describe("books.prove-member", "POST",
		"/v1/books/liabilities/members/{member}", node.Finance,
		"Write the proof that a member is counted in a root of yours", "会员负债证明",
		`{"member":"zhang","kept":{"network":"alliance","issuer":"G","programme":"GP","members":[]}}`).Asking(),
		proveMember)
)

// Estimates are what a party expects to be redeemed, and the prices of sales that points came with. They stay in the
// node.
type Estimates struct {
	Policy     []byte  `json:"policy,omitempty"`     // YAML: shares by programme and month, prices of sales
	Redemption []Share `json:"redemption,omitempty"` // of all months before the first that the policy names
}

// Share is the share of a programme's points that is expected to be redeemed, 0 to 1.
type Share struct {
	Programme string      `json:"programme"`
	Share     amount.Rate `json:"share"`
}

// Hides says that a policy has prices.
func (e Estimates) Hides() bool { return len(e.Policy) > 0 }

// read makes a policy of them.
func (e Estimates) read() (policy books.Policy, err error) {
	if len(e.Policy) > 0 {
		if policy, err = books.ReadPolicy(bytes.NewReader(e.Policy)); err != nil {
			return policy, err
		}
	}
	for _, s := range e.Redemption {
		if err := policy.Expect(s.Programme, 0, s.Share); err != nil {
			return policy, err
		}
	}
	return policy, nil
}

// estimatesThere is NOT_FOUND unless the ledger has all programmes that a policy speaks of: what it says of none would
// change nothing.
func estimatesThere(r *index.Reading, policy books.Policy) error {
	for _, id := range slices.Sorted(maps.Keys(policy.Redemption)) {
		if err := node.ProgrammeThere(r, id); err != nil {
			return err
		}
	}
	return nil
}

// BookLiabilityRequest asks what points are worth now, or were at a cut-off or with so many blocks.
type BookLiabilityRequest struct {
	Estimates
	Own    bool   `json:"own,omitempty"`    // only what the party bears itself
	Cycle  string `json:"cycle,omitempty"`  // as of its cut-off
	Blocks uint64 `json:"blocks,omitempty"` // as of so many blocks
}

// Check refuses two moments, and estimates that are malformed.
func (r BookLiabilityRequest) Check() error {
	if r.Cycle != "" && r.Blocks > 0 {
		return fault.New(fault.BadRequest, "`cycle` or `blocks`")
	}
	if r.Cycle != "" {
		if err := name.CheckID("cycle", r.Cycle); err != nil {
			return err
		}
	}
	_, err := r.read()
	return err
}

// LiabilityBook is what all points are worth.
type LiabilityBook struct {
	Height uint64       `json:"height"` // blocks that it speaks of
	Date   date.Date    `json:"date"`   // business date
	Cycle  string       `json:"cycle"`  // that was open then, or that this is the end of
	Lines  []books.Line `json:"lines"`
}

func bookLiability(ctx context.Context, n *node.Node, c *node.Call, req BookLiabilityRequest) (LiabilityBook, error) {
	policy, err := req.read()
	if err != nil {
		return LiabilityBook{}, err
	}
	book, err := liabilityAt(ctx, n, c, req, policy)
	if req.Own {
		book.Lines = slices.DeleteFunc(book.Lines, func(l books.Line) bool { return l.Party != n.Party() })
	}
	return book, err
}

func liabilityAt(ctx context.Context, n *node.Node, c *node.Call, req BookLiabilityRequest, policy books.Policy,
) (book LiabilityBook, err error) {
	if req.Cycle == "" && req.Blocks == 0 {
		return node.Ask(ctx, n, func(r *index.Reading) (LiabilityBook, error) {
			if err := estimatesThere(r, policy); err != nil { // of the past, a policy may name what came later
				return LiabilityBook{}, err
			}
			return LiabilityOf(r, policy)
		})
	}
	p := index.Period{Height: req.Blocks}
	if req.Cycle != "" {
		p, err = node.Ask(ctx, n, func(r *index.Reading) (index.Period, error) { return r.Period(req.Cycle) })
		if err != nil {
			return book, err
		}
	}
	err = atBooks(ctx, n, c, func(b bookkeeper) error {
		return b.history.at(ctx, p.Height, func(r *index.Reading) (err error) {
			book, err = liabilityOn(r, policy, req.Cycle, p.To)
			return err
		})
	})
	return book, err
}

// LiabilityOf reads every lot and sums up what all are worth by a policy.
func LiabilityOf(r *index.Reading, policy books.Policy) (LiabilityBook, error) {
	return liabilityOn(r, policy, "", 0)
}

// liabilityOn is LiabilityOf at the end of a cycle, on that day; of none, on the business date.
func liabilityOn(r *index.Reading, policy books.Policy, ended string, on date.Date) (book LiabilityBook, err error) {
	open, err := r.Cycle()
	if err != nil {
		return book, err
	}
	book = LiabilityBook{Height: r.Height(), Date: open.Date, Cycle: open.ID}
	if ended != "" {
		book.Date, book.Cycle = on, ended
	}
	book.Lines, err = linesOn(r, policy, book.Date)
	return book, err
}

// linesOn is what points are worth on a day, by all lots of a read model.
func linesOn(r *index.Reading, policy books.Policy, on date.Date) ([]books.Line, error) {
	programmes, err := r.Programmes()
	if err != nil {
		return nil, err
	}
	census := books.NewCensus(policy, programmes)
	if err := r.EachLot(census.Add); err != nil {
		return nil, err
	}
	return census.Liability(on)
}

// bookkeeper makes a party's books, from the ledger and from the periods that the node has locked.
type bookkeeper struct {
	party   string
	shelf   *books.Shelf
	history history
}

// history answers what is true now, and what was with so many blocks.
type history interface {
	now(ctx context.Context, of func(*index.Reading) error) error
	at(ctx context.Context, height uint64, of func(*index.Reading) error) error
}

// atBooks does something with the party's books, alone: other calls wait, another process is refused.
func atBooks(ctx context.Context, n *node.Node, c *node.Call, do func(bookkeeper) error) (err error) {
	leave, err := n.EnterBooks(ctx)
	if err != nil {
		return err
	}
	defer leave()
	dir := filepath.Join(n.Config().State, "books")
	shelf, err := books.OpenShelf(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shelf.Close()) }()
	b := bookkeeper{n.Party(), shelf, past{n, c, filepath.Join(dir, "past.db")}}
	if !n.Connected() {
		b.history = away{}
	}
	return do(b)
}
