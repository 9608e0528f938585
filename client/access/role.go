package access

import (
	"slices"

	"tallystick/chaincode/fault"
	"tallystick/client/node"
)

// Role is what a caller is to the party, and so what it may ask for.
type Role struct {
	Name string            `json:"name"`
	En   string            `json:"en"` // who has it
	Zh   string            `json:"zh"`
	May  []node.Permission `json:"may"`
}

// Roles lists them all (角色), those that may least first.
var Roles = []Role{
	{"counter", "a till: takes and gives back points and entitlements, and sees what that needs", "收银台",
		[]node.Permission{node.See, node.Counter}},
	{"reader", "asks, and writes nothing", "查询", []node.Permission{node.See, node.Read}},
	{"loyalty", "programmes, points, members, benefits, campaigns", "会员运营",
		[]node.Permission{node.See, node.Read, node.Counter, node.Loyalty}},
	{"catalogue", "suppliers, goods, stock, orders", "商品与订单", []node.Permission{node.See, node.Read, node.Catalogue}},
	{"finance", "statements, payments, books", "财务", []node.Permission{node.See, node.Read, node.Finance}},
	{"approver", "lets what somebody else asked for happen, or not; asks for nothing itself", "复核",
		[]node.Permission{node.See, node.Read, node.Approve}},
	{"auditor", "reads all, and who asked for what", "审计",
		[]node.Permission{node.See, node.Read, node.Audit}},
	{"admin", "all that the party may do, but to approve what somebody asked for", "管理员",
		[]node.Permission{node.See, node.Read, node.Counter, node.Loyalty, node.Catalogue, node.Finance, node.Govern,
			node.Audit, node.Keys, node.Webhooks}},
}

// RoleNamed returns a role. BAD_REQUEST if there is none with the name.
func RoleNamed(name string) (Role, error) {
	for _, r := range Roles {
		if r.Name == name {
			return r, nil
		}
	}
	return Role{}, fault.New(fault.BadRequest, "there is no role %.40q", name)
}

// Has says whether who has the role may do what needs a permission.
func (r Role) Has(p node.Permission) bool { return slices.Contains(r.May, p) }

// all are the permissions that some role has.
func all() (may []node.Permission) {
	for _, r := range Roles {
		may = append(may, r.May...)
	}
	return may
}
