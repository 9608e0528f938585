package contract

import (
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Query is the contract of questions. Every one is read-only and bounded;
// every member of the channel may ask. Refused: BAD_REQUEST, NOT_FOUND.
type Query struct{ contractapi.Contract }

// allQueries are the questions by subject.
var allQueries = [][]string{{"Consortium", "Cycle", "Party", "Parties", "Request", "Cursor", "Positions",
	"HiddenPositions", "Quota"}, pointsQueries, memberQueries, benefitQueries, campaignQueries, goodsQueries,
	orderQueries, settlementQueries}

// subject is the questions of one subject: to the contract API a contract of its own, named query like the others.
type subject struct {
	*Query
	questions []string
}

// GetEvaluateTransactions tells the contract API that nothing here is to be ordered.
func (s *subject) GetEvaluateTransactions() []string { return s.questions }

// GetIgnoredFunctions leaves the other subjects' questions out.
func (s *subject) GetIgnoredFunctions() []string {
	return slices.DeleteFunc(slices.Concat(allQueries...), func(question string) bool {
		return slices.Contains(s.questions, question)
	})
}

// maxRows is the most rows that a sum reads.
const maxRows = 50_000

// Consortium answers what the network was founded with.
func (*Query) Consortium(ctx *Context) (*party.Consortium, error) {
	return one(ctx, row.Consortium(), "founding", "yet: found the network first")
}

// Cycle answers the open cycle and the business date.
func (*Query) Cycle(ctx *Context) (*settlement.Cycle, error) {
	return one(ctx, row.Cycle(), "cycle", "yet: found the network first")
}

// Party answers a party.
func (*Query) Party(ctx *Context, id string) (*party.Party, error) {
	if err := name.CheckID("party", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Party(id), "party", id)
}

// Programme answers a programme.
func (*Query) Programme(ctx *Context, id string) (*points.Programme, error) {
	if err := name.CheckID("programme", id); err != nil {
		return nil, err
	}
	return one(ctx, row.Programme(id), "programme", id)
}

// Hold answers a hold.
func (*Query) Hold(ctx *Context, id string) (*points.Hold, error) {
	n, err := number.ParseCommand(id)
	if err != nil {
		return nil, err
	}
	return one(ctx, row.Hold(n), "hold", id)
}

// Request answers which command took effect for a party's request.
func (*Query) Request(ctx *Context, party, id string) (*row.Request, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	if err := command.CheckName(id); err != nil {
		return nil, err
	}
	return one(ctx, row.NamedRequest(party, id), "request", id)
}

// Cursor answers how far a party's numbered source has been taken in; 0 for
// one that the ledger hasn't seen.
func (*Query) Cursor(ctx *Context, party, source string) (*row.Cursor, error) {
	if err := name.CheckID("party", party); err != nil {
		return nil, err
	}
	if err := name.CheckID("source", source); err != nil {
		return nil, err
	}
	cursor, _, err := ledger.Find(ledger.New(ctx.GetStub()), row.Source(party, source))
	return &cursor, err
}

// Freezes answers who has frozen a member's wallet, and why.
func (*Query) Freezes(ctx *Context, id string) ([]member.Freeze, error) {
	if err := name.CheckID("member", id); err != nil {
		return nil, err
	}
	m, _, err := ledger.Find(ledger.New(ctx.GetStub()), row.Member(id))
	return m.Frozen(), err
}

// Lots answers up to 500 lots, named as a JSON list, in the order asked.
func (*Query) Lots(ctx *Context, ids []string) ([]points.Lot, error) {
	_, lots, err := namedLots(ctx, ids)
	return lots, err
}

// namedLots reads up to 500 lots by the texts of their numbers.
func namedLots(ctx *Context, ids []string) ([]number.Row, []points.Lot, error) {
	if len(ids) > answer.MaxPage {
		return nil, nil, fault.New(fault.BadRequest, "want at most %d lots", answer.MaxPage)
	}
	tx := ledger.New(ctx.GetStub())
	numbers, keys := make([]number.Row, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		n, err := number.ParseRow(id)
		if err != nil {
			return nil, nil, err
		}
		numbers[i], keys[i] = n, string(row.Lot(n))
	}
	if err := tx.Prefetch(keys); err != nil {
		return nil, nil, err
	}
	lots := make([]points.Lot, len(ids))
	for i, n := range numbers {
		lot, err := ledger.Get(tx, row.Lot(n), "lot", n.String())
		if err != nil {
			return nil, nil, err
		}
		lots[i] = lot
	}
	return numbers, lots, nil
}

// Parties lists parties by id.
func (*Query) Parties(ctx *Context, page answer.Page) (*answer.PartyPage, error) {
	part, err := list(ctx, page, row.Parties())
	return &answer.PartyPage{Part: part}, err
}

// Programmes lists programmes by id.
func (*Query) Programmes(ctx *Context, page answer.Page) (*answer.ProgrammePage, error) {
	part, err := list(ctx, page, row.Programmes())
	return &answer.ProgrammePage{Part: part}, err
}

// Totals sums a programme's totals over all lanes.
func (*Query) Totals(ctx *Context, programme string) (*points.Totals, error) {
	if err := name.CheckID("programme", programme); err != nil {
		return nil, err
	}
	var sum points.Totals
	err := each(ctx, row.TotalsOf(programme), func(_ string, t points.Totals) (err error) {
		sum, err = sum.Plus(t)
		return err
	})
	return &sum, err
}

// Positions sums up, over all lanes, what the parties owe each other because of a
// cycle's commands, sorted by debtor, creditor and programme.
func (*Query) Positions(ctx *Context, cycle string) ([]settlement.Position, error) {
	if err := name.CheckID("cycle", cycle); err != nil {
		return nil, err
	}
	var sum settlement.Positions
	err := each(ctx, row.PositionsOf(cycle), func(_ string, lane settlement.Positions) error {
		sum = sum.Merge(lane)
		return nil
	})
	return append([]settlement.Position{}, sum.List...), err
}

// HiddenPositions sums up, over all lanes, what the parties owe each other in hidden amounts
// because of a cycle's commands, sorted by debtor, creditor and fee.
func (*Query) HiddenPositions(ctx *Context, cycle string) ([]settlement.HiddenPosition, error) {
	if err := name.CheckID("cycle", cycle); err != nil {
		return nil, err
	}
	var sum settlement.HiddenPositions
	err := each(ctx, row.HiddenPositionsOf(cycle), func(_ string, lane settlement.HiddenPositions) (err error) {
		for _, p := range lane.List {
			if sum, err = sum.Plus(p.Of()); err != nil {
				return err
			}
		}
		return nil
	})
	return append([]settlement.HiddenPosition{}, sum.List...), err
}

func one[T any](ctx *Context, key row.Key[T], what, id string) (*T, error) {
	r, err := ledger.Get(ledger.New(ctx.GetStub()), key, what, id)
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// each visits every row of a range. LIMIT if there are more than a query reads.
func each[T any](ctx *Context, in row.Range[T], visit func(key string, r T) error) error {
	rows, err := ctx.GetStub().GetStateByRange(in.Bounds())
	if err != nil {
		return fmt.Errorf("contract: range: %w", err)
	}
	defer rows.Close()
	for n := 0; rows.HasNext(); n++ {
		if n == maxRows {
			return fault.New(fault.Limit, "more than %d rows: ask an index", maxRows)
		}
		kv, err := rows.Next()
		if err != nil {
			return fmt.Errorf("contract: range: %w", err)
		}
		r, err := row.Decode[T](kv.GetValue())
		if err != nil {
			return err
		}
		if err := visit(kv.GetKey(), r); err != nil {
			return err
		}
	}
	return nil
}

// list answers a page of the rows of a range.
func list[T any](ctx *Context, page answer.Page, in row.Range[T]) (part answer.Part[T], err error) {
	if err := page.Check(); err != nil {
		return part, err
	}
	from, to := in.Bounds()
	if after := page.After; after != "" && (after < from || after >= to) {
		return part, fault.New(fault.BadRequest, "after: want the bookmark of the page before")
	}
	rows, meta, err := ctx.GetStub().GetStateByRangeWithPagination(from, to, page.Limit, page.After)
	if err != nil {
		return part, fmt.Errorf("contract: range: %w", err)
	}
	defer rows.Close()
	found := []T{}
	for rows.HasNext() {
		kv, err := rows.Next()
		if err != nil {
			return part, fmt.Errorf("contract: range: %w", err)
		}
		r, err := row.Decode[T](kv.GetValue())
		if err != nil {
			return part, err
		}
		found = append(found, r)
	}
	return answer.Part[T]{Rows: found, Next: meta.GetBookmark()}, nil
}
