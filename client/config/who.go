package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the alliance's days don't depend on what the machine has
)

// Grant is what somebody who asks a node may do, and how much of it.
type Grant struct {
	Role string `mapstructure:"role"` // such as counter; tallyd key add --help lists them
	// Outlet is the one outlet whose requests these are: it is put into requests that name none, and another is
	// refused; "" for any
	Outlet string `mapstructure:"outlet"`
	// PerRequest is the most that one request may move, in fen: points count by their programme's price; 0 for any
	PerRequest int64 `mapstructure:"perRequest"`
	// PerDay is the most that a day's requests may move together, in fen; 0 for any
	PerDay int64 `mapstructure:"perDay"`
	// PerMinute is how many requests that write may begin within a minute; 0 for any
	PerMinute int64 `mapstructure:"perMinute"`
}

// Machine is a program that shows a certificate instead of an API key.
type Machine struct {
	Name string `mapstructure:"name"` // by which the node's logs call it, such as till-7
	// Certificate says which one is its: CN=NAME, the subject's common name, or DNS:NAME or URI:NAME, one of the
	// certificate's alternative names
	Certificate string `mapstructure:"certificate"`
	May         Grant  `mapstructure:"may"` // what it may do
}

// Provider is an OpenID Connect provider, whose tokens say who a person is.
type Provider struct {
	Issuer   string   `mapstructure:"issuer"`   // https://…, as its tokens name it
	Audience []string `mapstructure:"audience"` // for whom a token has to be, one of these
	CA       string   `mapstructure:"ca"`       // path of its CA's certificate, PEM; "" if the machine trusts it
	// Person is the claim that says who it is, such as email: the same person is called the same by all
	// providers, and by API keys; "" for sub
	Person string `mapstructure:"person"`
	// Claim is the claim that says what a person may do: a text, a list, or an object whose keys count; / leads into
	// an object: realm_access/roles
	Claim string      `mapstructure:"claim"`
	Roles []ClaimRole `mapstructure:"roles"` // what its values mean; the first that a token has counts
}

// ClaimRole says what whoever has a value in a claim may do.
type ClaimRole struct {
	Value string `mapstructure:"value"` // of the claim
	May   Grant  `mapstructure:"may"`   // what it means
}

// Approval says which requests a second person has to approve.
type Approval struct {
	Operation string `mapstructure:"operation"` // such as points.issue
	// From is the least amount that has to be approved, in fen: points count by their programme's price; 0 for every
	// request of the operation
	From int64         `mapstructure:"from"`
	For  time.Duration `mapstructure:"for"` // how long a request waits for it; 72h if nothing is said
}

// DefaultApproval is how long a request waits to be approved where its rule doesn't say.
const DefaultApproval = 72 * time.Hour

// checkWho refuses what nobody can be known by.
func (s Serve) checkWho() error {
	var list []error
	add := func(format string, args ...any) { list = append(list, fmt.Errorf(format, args...)) }
	if _, err := time.LoadLocation(s.Place); err != nil || s.Place == "" || s.Place == "Local" {
		add("place: %.40q; want a time zone, such as Asia/Shanghai", s.Place)
	}
	if s.ClientCA != "" {
		if _, err := os.Stat(s.ClientCA); err != nil {
			add("clientCA: %w", err)
		}
	}
	if len(s.Machines) > 0 && s.ClientCA == "" {
		add("clientCA: say who signs the certificates of machines")
	}
	for i, m := range s.Machines {
		if err := m.check(s.Machines[:i]); err != nil {
			add("machines[%d].%w", i, err)
		}
	}
	for i, p := range s.People {
		if err := p.check(); err != nil {
			add("people[%d].%w", i, err)
		}
	}
	for i, a := range s.Approvals {
		if a.Operation == "" || a.From < 0 || a.For < 0 ||
			slices.ContainsFunc(s.Approvals[:i], func(o Approval) bool { return o.Operation == a.Operation }) {
			add("approvals[%d]: want an operation that no other rule names, and no negative amount or time", i)
		}
	}
	return errors.Join(list...)
}

// machineNames are those by which certificates are known.
var machineNames = regexp.MustCompile(`^(CN=|DNS:|URI:).+$`)

func (m Machine) check(others []Machine) error {
	switch {
	case m.Name == "" || len(m.Name) > 64:
		return errors.New("name: want 1 to 64 bytes")
	case !machineNames.MatchString(m.Certificate):
		return fmt.Errorf("certificate: %.80q; want CN=NAME, DNS:NAME or URI:NAME", m.Certificate)
	case slices.ContainsFunc(others, func(o Machine) bool {
		return o.Name == m.Name || o.Certificate == m.Certificate
	}):
		return errors.New("name, certificate: another machine has the same")
	}
	return m.May.check()
}

func (p Provider) check() error {
	u, err := url.Parse(p.Issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil:
		return fmt.Errorf("issuer: %.80q; want https:// and its address", p.Issuer)
	case len(p.Audience) == 0 || slices.Contains(p.Audience, ""):
		return errors.New("audience: say for whom its tokens have to be")
	case p.Claim == "" || len(p.Roles) == 0:
		return errors.New("claim, roles: say which claim says what a person may do, and what its values mean")
	}
	if p.CA != "" {
		if _, err := os.Stat(p.CA); err != nil {
			return fmt.Errorf("ca: %w", err)
		}
	}
	for i, r := range p.Roles {
		if err := r.May.check(); err != nil {
			return fmt.Errorf("roles[%d].%w", i, err)
		}
	}
	return nil
}

func (g Grant) check() error {
	switch {
	case g.Role == "":
		return errors.New("may.role: say which")
	case strings.ContainsAny(g.Outlet, ":/ "):
		return fmt.Errorf("may.outlet: %.40q; want an outlet's id", g.Outlet)
	case g.PerRequest < 0 || g.PerDay < 0 || g.PerMinute < 0:
		return errors.New("may: a limit can't be negative")
	}
	return nil
}
