package config

import (
	"strings"
	"testing"

	"tallystick/client/config/configtest"
)

// who is a profile with people, machines and approvals.
const who = configtest.Profile + `serve:
  clientCA: ca.pem
  machines:
    - {name: till-7, certificate: CN=till-7, may: {role: counter, outlet: "12", perRequest: 50000, perDay: 2000000}}
  people:
    - issuer: https://id.dealer.example
      audience: [tallyd]
      claim: realm_access/roles
      roles:
        - {value: Points-Team, may: {role: loyalty}}
  approvals:
    - {operation: points.issue, from: 1000000, for: 24h}
`

func TestWho(t *testing.T) {
	c, err := Load(configtest.Write(t, who, 0o600), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Serve; s.Machines[0].May.PerDay != 2_000_000 || s.People[0].Roles[0].Value != "Points-Team" ||
		s.Approvals[0].For.Hours() != 24 || s.Place != "Asia/Shanghai" || !strings.HasPrefix(s.ClientCA, "/") {
		t.Errorf("%+v", s)
	}
}

func TestWhoRefuses(t *testing.T) {
	for _, c := range []struct{ name, from, to, says string }{
		{"a place that is none", "clientCA:", "place: Nowhere\n  clientCA:", "serve.place"},
		{"the machine's own place", "clientCA:", "place: Local\n  clientCA:", "serve.place"},
		{"no CA", "clientCA: ca.pem", "clientCA: none.pem", "clientCA"},
		{"machines without a CA", "clientCA: ca.pem", `clientCA: ""`, "clientCA"},
		{"a certificate by no name", "CN=till-7", "till-7", "machines[0].certificate"},
		{"no role", "role: counter, ", "", "machines[0].may.role"},
		{"a negative limit", "perDay: 2000000", "perDay: -1", "machines[0].may"},
		{"a misspelt limit", "perDay: 2000000", "perday1: 1", `unknown key "perday1"`},
		{"an outlet of a party", `outlet: "12"`, `outlet: "D:12"`, "machines[0].may.outlet"},
		{"a provider without TLS", "https://id", "http://id", "people[0].issuer"},
		{"no audience", "[tallyd]", "[]", "people[0].audience"},
		{"no claim", "realm_access/roles", `""`, "people[0].claim"},
		{"a negative amount", "from: 1000000", "from: -1", "approvals[0]"},
	} {
		if !strings.Contains(who, c.from) {
			t.Fatalf("%s: the case changes nothing", c.name)
		}
		_, err := Load(configtest.Write(t, strings.Replace(who, c.from, c.to, 1), 0o600), nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: says %v, want something on %s", c.name, err, c.says)
		}
	}
}
