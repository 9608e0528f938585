package webhook

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"

	"tallystick/chaincode/fault"
)

// Policy says which addresses may be dialled: public ones, and those that the configuration lists. A name is resolved
// when it is dialled, and what was resolved is what is looked at: a name that answers otherwise the next time gains
// nothing.
type Policy struct {
	networks []netip.Prefix
	hosts    map[string]bool
	resolver *net.Resolver // nil for the machine's own
}

// NewPolicy reads what the configuration lists: networks such as 10.1.0.0/16, addresses, and names of hosts.
// BAD_REQUEST for what is none.
func NewPolicy(allow []string) (Policy, error) {
	p := Policy{hosts: map[string]bool{}}
	for _, text := range allow {
		if network, err := netip.ParsePrefix(text); err == nil {
			p.networks = append(p.networks, network.Masked())
			continue
		}
		if address, err := netip.ParseAddr(text); err == nil {
			p.networks = append(p.networks, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		if !hostForm.MatchString(text) || endsInNumber(text) {
			return p, fault.New(fault.BadRequest, "%.60q: want a network such as 10.1.0.0/16, an address, or a host's name",
				text)
		}
		p.hosts[text] = true
	}
	return p, nil
}

var hostForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// endsInNumber says whether some would read a host as an IPv4 address: 127.1, 2130706433, 0x7f000001.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return numeric.MatchString(last)
}

var numeric = regexp.MustCompile(`^([0-9]+|0x[0-9a-f]*)$`)

// maxURL is how long an endpoint's URL may be, in bytes.
const maxURL = 2000

// Check refuses with BAD_REQUEST what can't be an endpoint's URL, and with FORBIDDEN one whose address the
// configuration would have to list. A name's addresses are looked at when it is dialled.
func (p Policy) Check(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL || err != nil || u.Opaque != "" || u.Host == "":
		return nil, fault.New(fault.BadRequest, "`url`: want a URL such as https://erp.dealer.example/events, up to %d bytes",
			maxURL)
	case u.User != nil:
		return nil, fault.New(fault.BadRequest, "`url`: leave user and password out")
	case u.Fragment != "":
		return nil, fault.New(fault.BadRequest, "`url`: leave out what follows the #")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fault.New(fault.BadRequest, "`url`: want one that begins https://")
	}
	host := u.Hostname()
	address, err := netip.ParseAddr(host)
	isAddress := err == nil
	switch {
	case isAddress && !p.may(address):
		return nil, fault.New(fault.Forbidden, "`url`: its address isn't public, and serve.webhooks.allow doesn't list it")
	case !isAddress && (!hostForm.MatchString(host) || endsInNumber(host)):
		return nil, fault.New(fault.BadRequest, "`url`: want a host's name in small letters, or an address as it is usually "+
			"written")
	case u.Scheme == "http" && !p.lists(host, address, isAddress):
		return nil, fault.New(fault.Forbidden,
			"`url`: want https; http is for what serve.webhooks.allow lists, by this name or address")
	}
	return u, nil
}

// lists says whether the configuration lists a host.
func (p Policy) lists(host string, address netip.Addr, isAddress bool) bool {
	return p.hosts[host] || isAddress && p.listed(address)
}

func (p Policy) listed(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, n := range p.networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// may says whether an address may be dialled.
func (p Policy) may(a netip.Addr) bool { return p.listed(a) || public(a) }

// special are the networks of addresses that aren't reached by the internet, or that stand for others.
var special = prefixes("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 " +
	"192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 " +
	"::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 " +
	"fc00::/7 fe80::/10 fec0::/10 ff00::/8")

func prefixes(text string) (list []netip.Prefix) {
	for _, one := range strings.Fields(text) {
		list = append(list, netip.MustParsePrefix(one)) // the text is constant
	}
	return list
}

// public says whether an address is one of the internet's.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	for _, n := range special {
		if n.Contains(a) {
			return false
		}
	}
	return true
}

// dialer dials what may be dialled.
func (p Policy) dialer() func(ctx context.Context, network, address string) (net.Conn, error) {
	strict := &net.Dialer{Timeout: dialPatience, Resolver: p.resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !p.may(at.Addr()) {
				return fault.New(fault.Forbidden, "its address isn't public, and serve.webhooks.allow doesn't list it")
			}
			return nil
		}}
	listed := &net.Dialer{Timeout: dialPatience, Resolver: p.resolver}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(address); err == nil && p.hosts[host] {
			return listed.DialContext(ctx, network, address)
		}
		return strict.DialContext(ctx, network, address)
	}
}
