package access

import (
	"fmt"
	"strings"

	"tallystick/client/config"
)

// Caller is who asks, and what he may.
type Caller struct {
	ID     string // of the key, the machine or the person, by which logs call him: it is nobody's name
	Person string // who it is, the same by whatever he is known; "" for a program
	Grant
}

// Grant is what a caller may do, and how much of it.
type Grant struct {
	Role   Role
	Outlet string // whose requests these are; "" for any
	Limits
}

// Limits are how much a caller may move; 0 for no limit.
type Limits struct {
	PerRequest int64 `json:"perRequest,omitempty"` // fen that one request may move
	PerDay     int64 `json:"perDay,omitempty"`     // fen that a day's requests may move together
	PerMinute  int64 `json:"perMinute,omitempty"`  // requests that write, begun within a minute
}

// Amounts says whether the amounts of what is asked for matter.
func (l Limits) Amounts() bool { return l.PerRequest > 0 || l.PerDay > 0 }

// Owner is whoever can open the node's socket: the user that it runs as, who can read the party's keys anyway.
func Owner() Caller {
	return Caller{ID: ownerID,
		Grant: Grant{Role: Role{Name: "owner", En: "who runs the node", Zh: "节点所有者", May: all()}}}
}

const ownerID = "owner"

// IsOwner says whether it is who runs the node.
func (c Caller) IsOwner() bool { return c.ID == ownerID }

// granted reads a grant of the configuration. BAD_REQUEST for a role that there isn't.
func granted(g config.Grant) (Grant, error) {
	role, err := RoleNamed(g.Role)
	if err != nil {
		return Grant{}, err
	}
	return Grant{Role: role, Outlet: g.Outlet, Limits: Limits{g.PerRequest, g.PerDay, g.PerMinute}}, nil
}

// PersonOf is a person as callers are compared: who is written in capitals is the same.
func PersonOf(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// who refuses a grant with the place in the configuration that says it.
func who(list string, i int, g config.Grant) (Grant, error) {
	made, err := granted(g)
	if err != nil {
		return Grant{}, fmt.Errorf("serve.%s[%d].may.role: %w", list, i, err)
	}
	return made, nil
}
