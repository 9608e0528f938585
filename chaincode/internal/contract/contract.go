// Package contract is the ledger's face: the functions that Fabric calls.
//
// A write goes down once and comes back once:
//
//	batch:Run, points:Issue …   contract functions: decode, hand over        batch.go, walkin.go
//	run                         seal the lane, who calls, each command       run.go
//	verbs                       per kind: load, decide, write                party.go, cycle.go, points.go
//	points, party, settlement   the decisions: pure                          ../../points …
//	ledger.Tx                   the overlay, flushed at the end              ../ledger
//
// Before a command's own refusals come these, in this order. Of the whole
// transaction: TIME_WINDOW, BAD_REQUEST, LANE_MOVED, NOT_FOUND (the caller or
// the network isn't registered), SOURCE_MOVED. Of one command: BAD_REQUEST,
// LIMIT, CONFLICT (the request id was used with other content).
package contract

import (
	"fmt"
	"time"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"tallystick/chaincode/fault"
)

// Config is what one endorser decides for itself. It can only make that
// endorser refuse; it changes no result.
type Config struct {
	Operator string           // party whose founding it endorses; "" for none
	Test     bool             // whether it endorses the founding of a test network
	Now      func() time.Time // the endorser's clock
	Place    *time.Location   // the calendar of business dates
}

// How far a transaction's timestamp may be from the endorser's clock.
const (
	maxBehind = 60 * time.Second
	maxAhead  = 10 * time.Second
)

// New makes the chaincode tally.
func New(config Config) (*contractapi.ContractChaincode, error) {
	named := func(name, title string) contractapi.Contract {
		c := contractapi.Contract{Name: name, BeforeTransaction: config.before}
		c.TransactionContextHandler = new(Context)
		c.Info.Title, c.Info.Version = title, "1"
		return c
	}
	chaincode, err := contractapi.NewChaincode(
		&Batch{Contract: named("batch", "Commands in batches")},
		&Charter{Contract: named("charter", "The founding")},
		&Party{Contract: named("party", "Parties")},
		&Cycle{Contract: named("cycle", "Business date and cycle")},
		&Points{Contract: named("points", "Points")},
		&Query{Contract: named("query", "Questions")},
	)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	chaincode.Info.Title, chaincode.Info.Version = "Tallystick 合契", "1"
	chaincode.TransactionSerializer = serializer{}
	return chaincode, nil
}

// Context is one call.
type Context struct {
	contractapi.TransactionContext
	config Config
	now    int64 // the transaction's timestamp, UTC seconds
}

// before refuses with TIME_WINDOW a transaction whose timestamp, which is its
// client's, is too far from this endorser's clock.
func (c Config) before(ctx *Context) error {
	ctx.config = c
	stamp, err := ctx.GetStub().GetTxTimestamp()
	if err != nil {
		return fmt.Errorf("contract: timestamp: %w", err)
	}
	moment, now := stamp.AsTime(), c.Now()
	if moment.Before(now.Add(-maxBehind)) || moment.After(now.Add(maxAhead)) {
		return fault.New(fault.TimeWindow, "the transaction's timestamp is %s off", moment.Sub(now).Round(time.Second))
	}
	ctx.now = moment.Unix()
	return nil
}

// requireArgs refuses what the contract API lets pass: more arguments than the
// function takes.
func (ctx *Context) requireArgs(n int) error {
	if got := len(ctx.GetStub().GetArgs()) - 1; got != n {
		return fault.New(fault.BadRequest, "want %d arguments, got %d", n, got)
	}
	return nil
}
