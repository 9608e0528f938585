package settle

import (
	"context"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/settlement"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of the settlement cycle (结算周期).
var (
	CycleAdvance = node.Sends[settlement.AdvanceRequest](node.Describe("cycle.advance", "POST", "/v1/date", node.Govern,
		"Move the business date on; for the operator", "营业日切换",
		`{"date":"2026-11-02"}`))
	CycleConfirm = node.Sends[settlement.ConfirmDateRequest](node.Describe("cycle.confirm", "POST",
		"/v1/date/confirm", node.Govern,
		"Let the business date move as far as this at once, today; for a party that isn't the operator", "确认营业日",
		`{"date":"2026-12-01"}`))
	CycleCutOff = node.Tries(node.Describe("cycle.cut-off", "POST", "/v1/cycles/cut-off", node.Govern,
		"End the open cycle and open the next one; for the operator", "日切",
		`{"cycle":"2026-11","next":"2026-12"}`), cutOff)
	CycleCompute = node.Tries(node.Describe("cycle.compute", "POST", "/v1/cycles/{cycle}/compute", node.Finance,
		"Add up what the parties owe each other in a closed cycle: the last one", "清算",
		`{"cycle":"2026-11"}`), compute)
	CycleClose = node.Does(node.Describe("cycle.close", "POST", "/v1/cycles/close", node.Govern,
		"End the open cycle, open the next one and add it up; for the operator", "关账",
		`{"next":"2026-12"}`), closeCycle)
	CycleFinalise = node.Does(node.Describe("cycle.finalise", "POST", "/v1/cycles/{cycle}/finalise", node.Finance,
		"Net what stands of a closed cycle, the last one, into payments", "轧差",
		`{"cycle":"2026-11"}`), finalise)
	CycleFinaliseCarry = node.Does(node.Describe("cycle.finalise.carry", "POST",
		"/v1/cycles/{cycle}/finalise/carry", node.Finance,
		"Carry over what doesn't stand of a closed cycle after the deadline, and net the rest, by a lane of the node",
		"结转并轧差",
		`{"cycle":"2026-11"}`), finaliseCarrying)
	CyclePolicy = node.Does(node.Describe("cycle.policy", "GET", "/v1/policy", node.Read,
		"Show how cycles are closed", "查看结算规则", `{}`), policy)
	CyclePolicySet = node.Tries(node.Describe("cycle.policy.set", "POST", "/v1/policy", node.Govern,
		"Ask for another way of closing cycles; for the operator", "设定结算规则",
		`{"signDays":5,"answerDays":3,"silence":"consent"}`), setPolicy)
	CycleAccept = node.Tries(node.Describe("cycle.accept", "POST", "/v1/policy/accept", node.Govern,
		"Accept a stricter way of closing cycles for yourself: fewer days, or that your silence is consent", "接受结算规则",
		`{"signDays":1,"silence":"consent"}`), acceptPolicy)
	CycleShow = node.Does(node.Describe("cycle.show", "GET", "/v1/cycles/{cycle}", node.Read,
		"Show the open cycle and the business date, or a closed cycle with its statements, nets and payments", "结算周期详情",
		`{"cycle":"2026-11"}`), showCycle)
	CycleList = node.Does(node.Describe("cycle.list", "GET", "/v1/cycles", node.Read,
		"List the cycles, the open one last", "结算周期列表", `{"state":"COMPUTED"}`), listCycles)
)

// CycleRequest names a closed cycle.
type CycleRequest struct {
	Cycle string `json:"cycle,omitempty"` // closed; the one that was cut off last if it is left out
}

// Check refuses an id that is none.
func (r CycleRequest) Check() error { return checkCycle(r.Cycle) }

// checkCycle refuses a cycle's id that is none; "" is for none named.
func checkCycle(id string) error {
	if id == "" {
		return nil
	}
	return name.CheckID("cycle", id)
}

// lastClosed is the cycle that was cut off last. NOT_FOUND if none was.
func lastClosed(r *index.Reading) (string, error) {
	open, err := r.Cycle()
	if err != nil {
		return "", err
	}
	return CycleBefore(r, open.ID)
}

// CycleBefore is the cycle whose cut-off opened another. NOT_FOUND for the first one.
func CycleBefore(r *index.Reading, next string) (string, error) {
	found, err := index.All[settlement.Close](r, index.Filter{Topic: next})
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fault.New(fault.NotFound, "no cycle was cut off before %s; name one", next)
	}
	return found[0].Row.ID, nil
}

// closedOr is a cycle that was named, or the one that was cut off last.
func closedOr(r *index.Reading, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return lastClosed(r)
}

// Closed is a cycle that was named, or the one that was cut off last, for which alone the read model is asked.
func Closed(ctx context.Context, n *node.Node, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return node.Ask(ctx, n, lastClosed)
}

// CutOffRequest ends the open cycle.
type CutOffRequest struct {
	Cycle string `json:"cycle,omitempty"` // that is open; whichever is, if it is left out
	Next  string `json:"next"`            // id of the one that opens, such as 2026-12
}

// Check refuses ids that are none.
func (r CutOffRequest) Check() error {
	if r.Cycle == "" {
		return settlement.CheckNew(r.Next)
	}
	return settlement.CutOffRequest{Cycle: r.Cycle, Next: r.Next}.Check()
}

func cutOff(ctx context.Context, n *node.Node, c *node.Call, req CutOffRequest) (node.Receipt, error) {
	if req.Cycle != "" {
		return n.Send(ctx, c, settlement.CutOffRequest{Cycle: req.Cycle, Next: req.Next})
	}
	return n.Once(ctx, c, func() (command.Request, error) {
		open, err := n.Query().Cycle(ctx)
		return settlement.CutOffRequest{Cycle: open.ID, Next: req.Next}, err
	})
}

func compute(ctx context.Context, n *node.Node, c *node.Call, req CycleRequest) (node.Receipt, error) {
	return ofCycle(ctx, n, c, req.Cycle, func(cycle string) command.Request {
		return settlement.ComputeRequest{Cycle: cycle}
	})
}

// ofCycle sends a command about a closed cycle: the one that is named, or the one that was cut off last.
func ofCycle(ctx context.Context, n *node.Node, c *node.Call, named string, with func(cycle string) command.Request,
) (node.Receipt, error) {
	if named != "" {
		return n.Send(ctx, c, with(named))
	}
	return n.Once(ctx, c, func() (command.Request, error) {
		last, err := node.Ask(ctx, n, lastClosed)
		return with(last), err
	})
}
