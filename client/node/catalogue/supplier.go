package catalogue

import (
	"context"

	"tallystick/chaincode/goods"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The operations of suppliers (供应商).
var (
	SupplierApply = node.Sends[goods.ApplyRequest](node.Describe("supplier.apply", "POST",
		"/v1/suppliers/{supplier}", node.Catalogue,
		"Ask to become a supplier, yourself or for whom you act", "入驻申请",
		`{"supplier":"care","en":"Car care","zh":"养护","categories":["oil"],"licence":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}`))
	SupplierApprove = node.Sends[goods.ApproveRequest](node.Describe("supplier.approve", "POST",
		"/v1/suppliers/{supplier}/approve", node.Catalogue,
		"Let a supplier list, from now on on these terms; for the operator", "审核通过",
		`{"supplier":"care","categories":["oil"],"fee":{"num":1,"den":100}}`))
	SupplierRefuse = node.Sends[goods.RefuseRequest](node.Describe("supplier.refuse", "POST",
		"/v1/suppliers/{supplier}/refuse", node.Catalogue,
		"Refuse an application, or stop a supplier; for the operator", "驳回、停用",
		`{"supplier":"care","reason":"licence_expired"}`))
	SupplierWithdraw = node.Sends[goods.WithdrawSupplierRequest](node.Describe("supplier.withdraw", "POST",
		"/v1/suppliers/{supplier}/withdraw", node.Catalogue,
		"End being a supplier; what was ordered goes on", "退出",
		`{"supplier":"care"}`))
	SupplierShow = node.Does(node.Describe("supplier.show", "GET", "/v1/suppliers/{supplier}", node.Read,
		"Show a supplier", "供应商详情", `{"supplier":"care"}`), supplier)
	SupplierList = node.Paged(node.Describe("supplier.list", "GET", "/v1/suppliers", node.Read,
		"List suppliers", "供应商列表", `{"state":"APPLIED"}`), suppliers)
)

// SupplierRequest asks for one supplier.
type SupplierRequest struct {
	Supplier string `json:"supplier"`
}

func supplier(ctx context.Context, n *node.Node, _ *node.Call, req SupplierRequest) (goods.Supplier, error) {
	return n.Query().Supplier(ctx, req.Supplier)
}

// SupplierListRequest narrows the list.
type SupplierListRequest struct {
	Party string `json:"party,omitempty"` // that acts for them
	State string `json:"state,omitempty"`
}

func suppliers(ctx context.Context, n *node.Node, c *node.Call,
	req SupplierListRequest) (node.Found[goods.Supplier], error) {
	return node.Pages(ctx, n, c, func(r *index.Reading, p index.Page) (index.Part[index.Entry[goods.Supplier]], error) {
		return r.Suppliers(index.SupplierFilter(req), p)
	})
}
