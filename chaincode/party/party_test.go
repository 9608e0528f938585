package party

import (
	"encoding/json"
	"testing"

	"tallystick/chaincode/fault"
)

func TestRegisterRequestCheck(t *testing.T) {
	good := RegisterRequest{Party: "D", En: "Dealer", Zh: "经销商", Roles: Issuer | Acceptor}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*RegisterRequest){
		"no id":          func(r *RegisterRequest) { r.Party = "" },
		"a dot":          func(r *RegisterRequest) { r.Party = "D.1" },
		"no name":        func(r *RegisterRequest) { r.En = "" },
		"control":        func(r *RegisterRequest) { r.Zh = "a\u0007" },
		"no role":        func(r *RegisterRequest) { r.Roles = 0 },
		"unknown role":   func(r *RegisterRequest) { r.Roles = 1 << 6 },
		"a second chief": func(r *RegisterRequest) { r.Roles |= Operator },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Check(); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRolesAsJSON(t *testing.T) {
	data, _ := json.Marshal(Issuer | Auditor)
	if string(data) != `["issuer","auditor"]` {
		t.Errorf("%s", data)
	}
	var roles Roles
	if err := json.Unmarshal(data, &roles); err != nil || roles != Issuer|Auditor {
		t.Errorf("%v %v", roles, err)
	}
	for _, bad := range []string{`["king"]`, `["issuer","issuer"]`, `"issuer"`, `3`} {
		if json.Unmarshal([]byte(bad), &roles) == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestRequire(t *testing.T) {
	p := Party{ID: "D", Roles: Issuer | Acceptor}
	if err := p.Require(Acceptor); err != nil {
		t.Error(err)
	}
	if err := p.Require(Operator); fault.CodeOf(err) != fault.Forbidden {
		t.Error(err)
	}
}
