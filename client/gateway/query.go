package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tallystick/chaincode/answer"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
)

// Query asks one peer, the party's own if it answers. What it says is as of
// that peer's last block, which has all that this gateway wrote, and is no proof: lists and sums belong to the index,
// decisions to commands.
//
// Every error is a *fault.Error: the query's own (BAD_REQUEST, NOT_FOUND,
// LIMIT) or UNAVAILABLE.
type Query struct{ g *Gateway }

// Query returns the questions.
func (g *Gateway) Query() Query { return Query{g} }

// Charter is what the network was founded with.
func (q Query) Charter(ctx context.Context) (party.Charter, error) {
	return ask[party.Charter](ctx, q, "Charter")
}

// Cycle is the open cycle with the business date.
func (q Query) Cycle(ctx context.Context) (settlement.Cycle, error) {
	return ask[settlement.Cycle](ctx, q, "Cycle")
}

// Party is one party.
func (q Query) Party(ctx context.Context, id string) (party.Party, error) {
	return ask[party.Party](ctx, q, "Party", id)
}

// Parties lists parties by id.
func (q Query) Parties(ctx context.Context, page answer.Page) (answer.Part[party.Party], error) {
	return askPart[party.Party](ctx, q, page, "Parties")
}

// AllParties lists all parties by id.
func (q Query) AllParties(ctx context.Context) ([]party.Party, error) {
	return askAll(func(page answer.Page) (answer.Part[party.Party], error) { return q.Parties(ctx, page) })
}

// Programme is one programme.
func (q Query) Programme(ctx context.Context, id string) (points.Programme, error) {
	return ask[points.Programme](ctx, q, "Programme", id)
}

// Programmes lists programmes by id.
func (q Query) Programmes(ctx context.Context, page answer.Page) (answer.Part[points.Programme], error) {
	return askPart[points.Programme](ctx, q, page, "Programmes")
}

// AllProgrammes lists all programmes by id.
func (q Query) AllProgrammes(ctx context.Context) ([]points.Programme, error) {
	return askAll(func(page answer.Page) (answer.Part[points.Programme], error) { return q.Programmes(ctx, page) })
}

// Lots are up to 500 lots, in the order asked.
func (q Query) Lots(ctx context.Context, lots ...number.Row) ([]points.Lot, error) {
	return askEach[points.Lot](ctx, q, len(lots), "Lots", asJSON(lots))
}

// Hold is one hold.
func (q Query) Hold(ctx context.Context, hold number.Command) (points.Hold, error) {
	return ask[points.Hold](ctx, q, "Hold", hold.String())
}

// Totals sums up a programme.
func (q Query) Totals(ctx context.Context, programme string) (points.Totals, error) {
	return ask[points.Totals](ctx, q, "Totals", programme)
}

// Positions are what a cycle's redemptions make the parties owe each other.
func (q Query) Positions(ctx context.Context, cycle string) ([]settlement.Position, error) {
	return ask[[]settlement.Position](ctx, q, "Positions", cycle)
}

// Freezes are those of a member's wallet.
func (q Query) Freezes(ctx context.Context, id string) ([]member.Freeze, error) {
	return ask[[]member.Freeze](ctx, q, "Freezes", id)
}

// Request says which command took effect for a party's request.
func (q Query) Request(ctx context.Context, party, id string) (row.Request, error) {
	return ask[row.Request](ctx, q, "Request", party, id)
}

// Cursor is how far a party's numbered source has been taken in; 0 for one that
// the ledger hasn't seen.
func (q Query) Cursor(ctx context.Context, party, source string) (uint64, error) {
	found, err := ask[row.Cursor](ctx, q, "Cursor", party, source)
	return found.At, err
}

// reached is the sequence that a lane of this party's has come to. A lane that hasn't been used since
// the party began its peer goes on where its lanes had come to by then.
func (q Query) reached(ctx context.Context, lane uint8) (uint64, error) {
	head, err := q.Head(ctx, q.g.cfg.Party, lane)
	if err != nil || head.Seq > 0 {
		return head.Seq, err
	}
	of, err := q.Party(ctx, q.g.cfg.Party)
	if fault.CodeOf(err) == fault.NotFound {
		return 0, nil // it isn't registered yet
	}
	return of.Base, err
}

// Head is the end of a party's lane.
func (q Query) Head(ctx context.Context, party string, lane uint8) (row.Head, error) {
	args := [][]byte{[]byte(party), fmt.Append(nil, lane)}
	return decode[row.Head](q.evaluate(ctx, call{chaincode: q.g.cfg.SealOf(party), function: "head", args: args}))
}

func ask[T any](ctx context.Context, q Query, function string, args ...string) (T, error) {
	c := call{chaincode: q.g.cfg.Chaincode, function: "query:" + function}
	for _, a := range args {
		c.args = append(c.args, []byte(a))
	}
	return decode[T](q.evaluate(ctx, c))
}

// askPart asks for a part of a list. INTERNAL if a peer answers with more rows than were asked for, or with a next part
// that doesn't come after this one, which would never end.
func askPart[T any](ctx context.Context, q Query, page answer.Page, function string,
	args ...string) (answer.Part[T], error) {
	part, err := ask[answer.Part[T]](ctx, q, function, append(args, asJSON(page))...)
	switch {
	case err != nil:
		return answer.Part[T]{}, err
	case len(part.Rows) > int(page.Limit), part.Next != "" && (part.Next <= page.After || len(part.Rows) == 0):
		return answer.Part[T]{}, fault.New(fault.Internal,
			"a peer answers %s with %d rows after %.90q, the next of them after %.90q: ask another",
			function, len(part.Rows), page.After, part.Next)
	}
	return part, nil
}

// mostListed is how many rows of a list a peer is asked for: more than any alliance has programmes or parties.
const mostListed = 100_000

// askAll asks for all pages of a list. LIMIT above mostListed.
func askAll[T any](ask func(answer.Page) (answer.Part[T], error)) ([]T, error) {
	all := []T{}
	for page := (answer.Page{Limit: answer.MaxPage}); ; {
		part, err := ask(page)
		if err != nil {
			return nil, err
		}
		if all = append(all, part.Rows...); part.Next == "" {
			return all, nil
		}
		if len(all) > mostListed {
			return nil, fault.New(fault.Limit, "a peer lists more than %d rows", mostListed)
		}
		page.After = part.Next
	}
}

// askEach asks for so many rows, in the order asked. INTERNAL if a peer answers with more or fewer.
func askEach[T any](ctx context.Context, q Query, n int, function string, args ...string) ([]T, error) {
	list, err := ask[[]T](ctx, q, function, args...)
	if err == nil && len(list) != n {
		return nil, fault.New(fault.Internal, "a peer answers %s with %d rows of %d: ask another",
			function, len(list), n)
	}
	return list, err
}

// evaluate asks a peer that has all that it must have, and asks again while an endorser puts the question off because
// it has done its share of the party's work. OVERLOADED if that lasts longer than Timeouts.Effort, or than ctx.
func (q Query) evaluate(ctx context.Context, c call) ([]byte, error) {
	if err := q.g.leveled(ctx); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(q.g.cfg.Timeouts.Effort)
	for tries := 0; ; tries++ {
		answer, err := q.g.net.Evaluate(ctx, c)
		if fault.CodeOf(err) != fault.Overloaded || ctx.Err() != nil || time.Now().After(deadline) {
			return answer, err
		}
		stagger(ctx, tries)
	}
}

// decode reads a query's JSON answer.
func decode[T any](answer []byte, err error) (found T, _ error) {
	if err != nil {
		return found, asFault(err)
	}
	if err := json.Unmarshal(answer, &found); err != nil {
		return found, fault.New(fault.Internal, "the answer can't be read: %v", err)
	}
	return found, nil
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers and texts
	}
	return string(data)
}
