package webhook

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"tallystick/chaincode/fault"
)

func policy(t *testing.T, allow ...string) Policy {
	t.Helper()
	p, err := NewPolicy(allow)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestURLs: which endpoints can be added, where the configuration lists some.
func TestURLs(t *testing.T) {
	p := policy(t, "10.1.0.0/16", "erp", "fd00:1::5")
	for text, want := range map[string]fault.Code{
		"https://erp.dealer.example/events?x=1": "",
		"https://erp.dealer.example:8443":       "",
		"https://93.184.216.34/":                "",
		"https://10.1.2.3/":                     "",
		"http://10.1.2.3:8080/":                 "",
		"http://erp/events":                     "",
		"https://[fd00:1::5]/":                  "",
		"https://[2606:2800:220:1::1]/":         "",

		"http://erp.dealer.example/":                 fault.Forbidden,
		"https://127.0.0.1/":                         fault.Forbidden,
		"https://169.254.169.254/latest":             fault.Forbidden,
		"https://[::ffff:127.0.0.1]/":                fault.Forbidden,
		"https://[::ffff:7f00:1]/":                   fault.Forbidden,
		"https://[::1]/":                             fault.Forbidden,
		"https://[64:ff9b::7f00:1]/":                 fault.Forbidden,
		"https://[fd00:1::6]/":                       fault.Forbidden,
		"https://10.2.0.1/":                          fault.Forbidden,
		"https://100.64.0.1/":                        fault.Forbidden,
		"https://0.0.0.0/":                           fault.Forbidden,
		"https://0x7f000001/":                        fault.BadRequest,
		"https://2130706433/":                        fault.BadRequest,
		"https://127.1/":                             fault.BadRequest,
		"https://0177.0.0.1/":                        fault.BadRequest,
		"https://example.0x7f/":                      fault.BadRequest,
		"https://erp.dealer.example@10.1.2.3":        fault.BadRequest,
		"https://user:pass@erp/":                     fault.BadRequest,
		"https://erp/#x":                             fault.BadRequest,
		"https://ERP/":                               fault.BadRequest,
		"https://erp%2e/":                            fault.BadRequest,
		"https://①②⑦.⓪.⓪.①/":                         fault.BadRequest,
		"ftp://erp/":                                 fault.BadRequest,
		"file:///etc/passwd":                         fault.BadRequest,
		"erp":                                        fault.BadRequest,
		"https:erp":                                  fault.BadRequest,
		"https://":                                   fault.BadRequest,
		"https://erp/" + strings.Repeat("x", maxURL): fault.BadRequest,
	} {
		if _, err := p.Check(text); fault.CodeOf(err) != want && (want != "" || err != nil) {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"", "10.1.0.0/33", "https://erp", "0x7f000001", "ERP", "a b"} {
		if _, err := NewPolicy([]string{text}); fault.CodeOf(err) != fault.BadRequest {
			t.Errorf("%q is listed", text)
		}
	}
}

// TestAddresses: which addresses may be dialled.
func TestAddresses(t *testing.T) {
	p := policy(t)
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false, "::": false, "::1": false,
		"64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "fe80::1": false, "fe80::1%eth0": false, "fd00::1": false,
		"255.255.255.255": false, "224.0.0.1": false, "100.100.100.200": false, "0.0.0.0": false, "198.18.0.1": false,
	} {
		if got := p.may(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

// TestNamesAreLookedAtWhenTheyAreDialled: a name that is public when it is asked first, and this machine's address when
// it is asked next, reaches nobody.
func TestNamesAreLookedAtWhenTheyAreDialled(t *testing.T) {
	asked := atomic.Int32{}
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer target.Close()
	_, port, err := net.SplitHostPort(target.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	answers, resolver := rebinding(t)
	p := policy(t)
	p.resolver = resolver
	s := newSender(p)
	for range 3 {
		got := s.send(t.Context(), "http://rebind.example:"+port, "1", time.Now(), nil, nil)
		if !strings.Contains(got.failed, "isn't public") && answers.Load() > 2 {
			t.Errorf("%+v", got)
		}
	}
	if got := s.send(t.Context(), target.URL, "1", time.Now(), nil, nil); !strings.Contains(got.failed,
		"isn't public") {
		t.Errorf("%+v", got)
	}
	if asked.Load() > 0 || answers.Load() < 3 {
		t.Errorf("asked %d times, resolved %d times", asked.Load(), answers.Load())
	}
	p.hosts["rebind.example"] = true
	if got := newSender(p).send(t.Context(), "http://rebind.example:"+port, "1", time.Now(), nil,
		nil); got.status != 200 {
		t.Errorf("a host that is listed: %+v", got)
	}
}

// rebinding is a resolver whose first answer is an address that nobody has, and all others this machine's.
func rebinding(t *testing.T) (*atomic.Int32, *net.Resolver) {
	t.Helper()
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	answers := &atomic.Int32{}
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := listener.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				a := [4]byte{127, 0, 0, 1}
				if answers.Add(1) == 1 {
					a = [4]byte{192, 0, 2, 1} // for documentation: refused, too, but by another network's rule
				}
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type,
					Class: q.Class}, Body: &dnsmessage.AResource{A: a}}}
			}
			if packed, err := m.Pack(); err == nil {
				listener.WriteTo(packed, from)
			}
		}
	}()
	return answers, &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", listener.LocalAddr().String())
	}}
}
