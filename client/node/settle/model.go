package settle

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tallystick/chaincode/command"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/settlement"
	"tallystick/client/node"
)

// The operations of settlement models (结算模型).
var (
	ModelPropose = node.Sends[settlement.ProposeRequest](node.Describe("model.propose", "POST",
		"/v1/models/{model}", node.Finance,
		"Propose a settlement model, or its next version, and agree to it", "提出结算模型",
		`{"model":"gp-at-dealers","scope":{"issuer":"G","acceptor":"","scene":"","programme":"GP"},"terms":{"price":{"num":4,"den":5},"fee":{"num":1,"den":100},"payer":"acceptor","tax":{"num":3,"den":50},"delay":3,"multilateral":true,"payers":["D","F","G","M"],"cap":0,"prefunded":false},"from":"2026-12-01"}`))
	ModelAgree = node.Tries(node.Describe("model.agree", "POST", "/v1/models/{model}/agree", node.Finance,
		"Agree to a model's newest version, from its first day or tomorrow", "同意结算模型",
		`{"model":"gp-at-dealers","version":1}`), agreeModel)
	ModelLeave = node.Tries(node.Describe("model.leave", "POST", "/v1/models/{model}/leave", node.Finance,
		"Be bound by no version of a model any more, with the end of today; what was settled stays so", "退出结算模型",
		`{"model":"gp-at-dealers"}`), leaveModel)
	ModelList = node.Does(node.Describe("model.list", "GET", "/v1/models", node.Read,
		"List the settlement models, newest versions last", "结算模型列表", `{"party":"D"}`), listModels)
	ModelShow = node.Does(node.Describe("model.show", "GET", "/v1/models/{model}", node.Read,
		"Show a model's versions, and who is bound by each", "结算模型详情", `{"model":"gp-at-dealers"}`), showModel)
	ModelSelect = node.Does(node.Describe("model.select", "GET", "/v1/models/select", node.Read,
		"Say which model settles what an issuer owes an acceptor, or how it looks to one of the three", "结算视图",
		`{"issuer":"G","acceptor":"D","programme":"GP","scene":"care"}`), selectModel)
	ModelView = node.Does(node.Describe("model.view", "GET", "/v1/models/view", node.Read,
		"List what the models select for an issuer or an acceptor", "服务商、消费商结算视图",
		`{"view":"issuer","issuer":"G"}`), viewModels)
	ModelViewOwner = node.Does(node.Describe("model.view.owner", "GET", "/v1/models/view/owner", node.Read,
		"List which programmes count where at what price, for members' homes", "积分所有人视图", `{}`), viewWorth)
)

// AgreeModelRequest agrees to a model.
type AgreeModelRequest struct {
	Model string `json:"model"`
	By    string `json:"by,omitempty"` // who proposed it, if several did
	// Version is the one that was read: another that was proposed meanwhile is refused. It is the newest if it is left
	// out.
	Version uint32 `json:"version,omitempty"`
}

// Check refuses an id that is none.
func (r AgreeModelRequest) Check() error { return name.CheckID("model", r.Model) }

func agreeModel(ctx context.Context, n *node.Node, c *node.Call, req AgreeModelRequest) (node.Receipt, error) {
	return ofModel(ctx, n, c, ModelRequest{req.Model, req.By}, func(newest settlement.Model) command.Request {
		version := cmp.Or(req.Version, newest.Version)
		return settlement.AgreeRequest{By: newest.By, Model: newest.ID, Version: version, Hash: newest.Hash()}
	})
}

// ModelRequest names a model.
type ModelRequest struct {
	Model string `json:"model"`
	By    string `json:"by,omitempty"` // who proposed it, if several did
}

// LeaveModelRequest leaves a model.
type LeaveModelRequest struct{ ModelRequest }

// Check refuses an id that is none.
func (r LeaveModelRequest) Check() error { return name.CheckID("model", r.Model) }

func leaveModel(ctx context.Context, n *node.Node, c *node.Call, req LeaveModelRequest) (node.Receipt, error) {
	return ofModel(ctx, n, c, req.ModelRequest, func(newest settlement.Model) command.Request {
		return settlement.LeaveRequest{By: newest.By, Model: newest.ID}
	})
}

// ofModel sends a command about the newest version of a model. BAD_REQUEST if several have proposed one of the id, and
// none is named.
func ofModel(ctx context.Context, n *node.Node, c *node.Call, req ModelRequest,
	with func(newest settlement.Model) command.Request,
) (node.Receipt, error) {
	return n.Once(ctx, c, func() (command.Request, error) {
		all, err := models(ctx, n)
		if err != nil {
			return nil, err
		}
		list, err := req.versions(all)
		if err != nil {
			return nil, err
		}
		newest := list[len(list)-1]
		if list[0].By != newest.By {
			return nil, fault.New(fault.BadRequest, "%s and %s have each proposed a model %s: say `by`",
				list[0].By, newest.By, req.Model)
		}
		return with(newest), nil
	})
}

// models lists the versions that bind somebody, then those that were proposed today, which have no number yet.
func models(ctx context.Context, n *node.Node) ([]settlement.Model, error) {
	book, err := n.Query().Models(ctx, 0)
	if err != nil {
		return nil, err
	}
	given, err := n.Query().Notices(ctx)
	if err != nil {
		return nil, err
	}
	list := book.Models
	for _, one := range given {
		for _, m := range one.Notice.Proposed {
			m.Agreed = []string{one.Party}
			list = append(list, m)
		}
	}
	return list, nil
}

// versions lists the versions of a model, or of those of its id that several have proposed, oldest first. NOT_FOUND.
func (r ModelRequest) versions(all []settlement.Model) ([]settlement.Model, error) {
	list := slices.DeleteFunc(all, func(m settlement.Model) bool {
		return m.ID != r.Model || r.By != "" && m.By != r.By
	})
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "there is no model %s", r.Model)
	}
	slices.SortStableFunc(list, func(m, n settlement.Model) int { return strings.Compare(m.By, n.By) })
	return list, nil
}

// ListModelsRequest narrows the list.
type ListModelsRequest struct {
	Party string `json:"party,omitempty"` // those alone that name this party or that it has agreed to
}

func listModels(ctx context.Context, n *node.Node, _ *node.Call,
	req ListModelsRequest) (node.List[settlement.Model], error) {
	list, err := models(ctx, n)
	list = slices.DeleteFunc(list, func(m settlement.Model) bool { return req.Party != "" && !concerns(m, req.Party) })
	return node.List[settlement.Model]{Rows: list}, err
}

// concerns says whether a party is named by a model or bound by it.
func concerns(m settlement.Model, party string) bool {
	return m.Scope.Issuer == party || m.Scope.Acceptor == party || slices.Contains(m.Agreed, party)
}

func showModel(ctx context.Context, n *node.Node, _ *node.Call, req ModelRequest) (node.List[settlement.Model], error) {
	all, err := models(ctx, n)
	if err != nil {
		return node.List[settlement.Model]{}, err
	}
	list, err := req.versions(all)
	return node.List[settlement.Model]{Rows: list}, err
}
