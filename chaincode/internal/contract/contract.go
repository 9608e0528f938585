// Package contract is the ledger's face: the functions that Fabric calls.
//
// A write goes down once and comes back once:
//
//	batch:Run, points:Issue …   contract functions: decode, hand over     batch.go, singles_gen.go
//	run                         who calls, seal the lane, each command    ../run
//	verbs                       per kind: load, decide, write             ../verb
//	points, benefit, party …    the decisions: pure                       ../../points …
//	ledger.Tx                   the overlay, flushed at the end           ../ledger
//
// Before a command's own refusals come these, in this order. Of the whole
// transaction: BAD_REQUEST (more than a call may bring), TIME_WINDOW, BAD_REQUEST,
// LIMIT (too many bytes), NOT_FOUND (the caller or the network isn't registered),
// LANE_MOVED, SOURCE_MOVED. Of one command: BAD_REQUEST, LIMIT, CONFLICT (the
// request was asked for something else), FORBIDDEN (the caller has no role for it, or
// is suspended or closed: command.Kind.Allow). Wherever it comes to that, LIMIT (it reads too much). After all others
// comes LIMIT for one that doesn't fit any more (command.IsFull).
package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/hyperledger/fabric-contract-api-go/v2/metadata"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/run"
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

// titles are what the contract API's metadata calls the contracts.
var titles = map[string]string{
	"batch":      "Commands in batches",
	"benefit":    "Benefits",
	"campaign":   "Joint campaigns",
	"consortium": "The founding",
	"cycle":      "Business date, cycles and their close",
	"dispute":    "Disputes",
	"goods":      "Goods",
	"member":     "The member centre",
	"model":      "Settlement models",
	"offer":      "Offers",
	"order":      "Orders",
	"party":      "Parties",
	"payment":    "Payments",
	"points":     "Points",
	"query":      "Questions",
	"quota":      "Quotas",
	"statement":  "Statements",
	"storefront": "Storefronts",
}

// New makes the chaincode tally.
func New(config Config) (shim.Chaincode, error) {
	arity := map[string]int{}
	named := func(name string) contractapi.Contract {
		c := contractapi.Contract{Name: name, BeforeTransaction: func(ctx *Context) error {
			return config.before(ctx, arity)
		}}
		c.TransactionContextHandler = new(Context)
		c.Info.Title, c.Info.Version = titles[name], "1"
		return c
	}
	contracts := append(singleContracts(named), &Batch{named("batch")}, &Consortium{named("consortium")})
	query := &Query{named("query")}
	for _, questions := range allQueries {
		contracts = append(contracts, &subject{query, questions})
	}
	all := coded{byName: map[string]*contractapi.ContractChaincode{}}
	for _, c := range contracts {
		countArguments(arity, c)
		part, err := contractapi.NewChaincode(c)
		if err != nil {
			return nil, fmt.Errorf("contract: %w", err)
		}
		part.Info.Title, part.Info.Version = "Tallystick 合契", "1"
		part.TransactionSerializer = serializer{}
		all.parts = append(all.parts, part)
		all.add(c, part)
	}
	return all, nil
}

// countArguments notes how many arguments each function of a contract takes.
func countArguments(arity map[string]int, contract contractapi.ContractInterface) {
	t := reflect.TypeOf(contract)
	for i := range t.NumMethod() {
		if m := t.Method(i); m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[*Context]() {
			arity[contract.GetName()+":"+m.Name] = m.Type.NumIn() - 2
		}
	}
}

// coded is the contracts. Each is a chaincode of the contract API's, and so are the questions of each subject: for
// every argument a chaincode compiles the schemas of all types that it knows, which took seconds with all in one.
//
// It gives every answer that is a refusal its code: the contract API has texts of
// its own, for calls of what doesn't exist, and puts words before ours.
type coded struct {
	parts  []*contractapi.ContractChaincode
	byName map[string]*contractapi.ContractChaincode // by contract, and questions by function
}

func (c coded) add(contract contractapi.ContractInterface, part *contractapi.ContractChaincode) {
	if s, is := contract.(*subject); is {
		for _, question := range s.questions {
			c.byName["query:"+question] = part
		}
		return
	}
	c.byName[contract.GetName()] = part
}

// part is the chaincode that has a function; nil if there is no such function or contract.
func (c coded) part(function string) *contractapi.ContractChaincode {
	if part := c.byName[function]; part != nil {
		return part
	}
	name, _, _ := strings.Cut(function, ":")
	return c.byName[name]
}

// Init does nothing: a network is founded by a command.
func (c coded) Init(shim.ChaincodeStubInterface) *peer.Response { return shim.Success(nil) }

// Invoke calls the function that the first argument names, such as points:Issue.
func (c coded) Invoke(stub shim.ChaincodeStubInterface) *peer.Response {
	if err := checkInput(stub); err != nil {
		return shim.Error(err.Error())
	}
	return surviving(func() *peer.Response { return c.call(stub) })
}

func (c coded) call(stub shim.ChaincodeStubInterface) *peer.Response {
	function, _ := stub.GetFunctionAndParameters()
	name, _, _ := strings.Cut(function, ":")
	if name == contractapi.SystemContractName {
		return c.describe(stub)
	}
	part := c.part(function)
	if part == nil {
		return shim.Error(noSuchFunction().Error())
	}
	answer := part.Invoke(stub)
	if answer.GetStatus() < shim.ERRORTHRESHOLD {
		return answer
	}
	refusal, ok := fault.Parse(answer.GetMessage())
	switch {
	case ok:
	case unknownCall.MatchString(answer.GetMessage()):
		refusal = noSuchFunction()
	default:
		refusal = fault.New(fault.Internal, "%s", answer.GetMessage())
	}
	answer.Message = refusal.Error()
	return answer
}

func noSuchFunction() *fault.Error { return fault.New(fault.BadRequest, "there is no such function") }

// describe answers what all contracts say of themselves, as one.
func (c coded) describe(stub shim.ChaincodeStubInterface) *peer.Response {
	all := metadata.ContractChaincodeMetadata{
		Contracts:  map[string]metadata.ContractMetadata{},
		Components: metadata.ComponentMetadata{Schemas: map[string]metadata.ObjectMetadata{}},
	}
	for _, part := range c.parts {
		answer := part.Invoke(stub)
		var one metadata.ContractChaincodeMetadata
		if answer.GetStatus() >= shim.ERRORTHRESHOLD || json.Unmarshal(answer.GetPayload(), &one) != nil {
			return shim.Error(noSuchFunction().Error())
		}
		all.Info = one.Info
		for name, contract := range one.Contracts {
			contract.Transactions = append(all.Contracts[name].Transactions, contract.Transactions...)
			all.Contracts[name] = contract
		}
		maps.Copy(all.Components.Schemas, one.Components.Schemas)
	}
	data, err := json.Marshal(all)
	if err != nil {
		return shim.Error(fault.New(fault.Internal, "%v", err).Error())
	}
	return shim.Success(data)
}

var unknownCall = regexp.MustCompile(`^(Function .* not found|Blank function name)`)

// Context is one call.
type Context struct {
	contractapi.TransactionContext
	config Config
	now    int64 // the transaction's timestamp, UTC seconds
}

// transaction is what Fabric tells of it.
func (ctx *Context) transaction() (run.Transaction, error) {
	caller, err := ctx.GetClientIdentity().GetMSPID()
	if err != nil {
		return run.Transaction{}, fmt.Errorf("contract: the caller: %w", err)
	}
	today := date.Of(ctx.config.Now(), ctx.config.Place)
	return run.Transaction{Stub: ctx.GetStub(), MSP: caller, Now: ctx.now, Today: today}, nil
}

// asking makes a call for a question that needs what a command does: the caller, the date.
func (ctx *Context) asking() (*run.Call, error) {
	t, err := ctx.transaction()
	if err != nil {
		return nil, err
	}
	return run.Ask(t)
}

// before refuses with TIME_WINDOW a transaction whose timestamp, which is its
// client's, is too far from this endorser's clock, and with BAD_REQUEST a wrong
// number of arguments: the contract API lets more than enough pass.
func (c Config) before(ctx *Context, arity map[string]int) error {
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
	function, args := ctx.GetStub().GetFunctionAndParameters()
	if want, known := arity[function]; known && want != len(args) {
		return fault.New(fault.BadRequest, "%s takes %d arguments, got %d", function, want, len(args))
	}
	return nil
}
