package access

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// provided is an OpenID provider that runs, with the people and the login page of its makers' example.
type provided struct {
	*storage.Storage
	server *httptest.Server
	client *http.Client
	ca     string       // path
	lasts  atomic.Int64 // its tokens
	asked  atomic.Int64 // for its keys

	mu     sync.Mutex
	key    signer
	groups any // what a claim of its tokens says
}

// signer is a key of a provider's.
type signer struct {
	id  string
	key *rsa.PrivateKey
}

func newSigner(t *testing.T, id string) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signer{id, key}
}

// The methods of op.SigningKey.
func (s signer) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (s signer) Key() any                                    { return s.key }
func (s signer) ID() string                                  { return s.id }

// public are those of op.Key.
type public struct{ signer }

func (p public) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (p public) Use() string                        { return "sig" }
func (p public) Key() any                           { return &p.key.PublicKey }

func (p *provided) SigningKey(context.Context) (op.SigningKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key, nil
}

func (p *provided) KeySet(context.Context) ([]op.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return []op.Key{public{p.key}}, nil
}

// app is a client whose access tokens are JWTs.
type app struct {
	op.Client
	of *provided
}

func (app) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeJWT }
func (app) IDTokenUserinfoClaimsAssertion() bool { return true }
func (a app) IDTokenLifetime() time.Duration     { return time.Duration(a.of.lasts.Load()) }
func (p *provided) says() any                    { p.mu.Lock(); defer p.mu.Unlock(); return p.groups }
func (p *provided) say(groups any)               { p.mu.Lock(); defer p.mu.Unlock(); p.groups = groups }
func (p *provided) turn(key signer) (old signer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, p.key = p.key, key
	return old
}

func (p *provided) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := p.Storage.GetClientByClientID(ctx, id)
	return app{c, p}, err
}

func (p *provided) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest,
	scopes []string) error {
	info.AppendClaims("groups", p.says())
	info.AppendClaims("staff", "E"+r.GetSubject())
	return p.Storage.SetUserinfoFromRequest(ctx, info, r, scopes)
}

func (p *provided) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any,
	error) {
	return map[string]any{"groups": p.says(), "staff": "E" + subject}, nil
}

func provide(t *testing.T) *provided {
	t.Helper()
	p := &provided{server: httptest.NewUnstartedServer(nil), key: newSigner(t, "key-1")}
	p.lasts.Store(int64(time.Hour))
	issuer := "https://" + p.server.Listener.Addr().String()
	const home = "http://localhost/done"
	p.Storage = storage.NewStorageWithClients(storage.NewUserStore(issuer), map[string]*storage.Client{
		"tallyd": storage.WebClient("tallyd", "secret", home), "shop": storage.WebClient("shop", "secret", home)})
	handler := exampleop.SetupServer(issuer, p, slog.New(slog.DiscardHandler), false)
	p.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" {
			p.asked.Add(1)
		}
		handler.ServeHTTP(w, r)
	})
	p.server.StartTLS()
	t.Cleanup(p.server.Close)
	p.client = p.server.Client()
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p.ca = writePEM(t, p.server.Certificate())
	return p
}

func writePEM(t *testing.T, c *x509.Certificate) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// next asks a page of the provider and returns where it sends its reader.
func (p *provided) next(t *testing.T, at string, form url.Values) *url.URL {
	t.Helper()
	ask := func() (*http.Response, error) { return p.client.Get(at) }
	if form != nil {
		ask = func() (*http.Response, error) { return p.client.PostForm(at, form) }
	}
	answer, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		text, _ := io.ReadAll(answer.Body)
		t.Fatalf("%s: %s %s", at, answer.Status, text)
	}
	return to
}

// login has a person log in for an app as a browser does, and returns its tokens.
func (p *provided) login(t *testing.T, clientID, user string) (id, access string) {
	t.Helper()
	ask := url.Values{"client_id": {clientID}, "redirect_uri": {"http://localhost/done"}, "response_type": {"code"},
		"scope": {"openid"}, "state": {"s"}}
	page := p.next(t, p.server.URL+"/auth?"+ask.Encode(), nil)
	back := p.next(t, p.server.URL+"/login/username", url.Values{"username": {user}, "password": {"verysecure"},
		"id": {page.Query().Get("authRequestID")}})
	done := p.next(t, p.server.URL+back.RequestURI(), nil)
	answer, err := p.client.PostForm(p.server.URL+"/oauth/token", url.Values{"grant_type": {"authorization_code"},
		"code": {done.Query().Get("code")}, "redirect_uri": {"http://localhost/done"}, "client_id": {clientID},
		"client_secret": {"secret"}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var tokens struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&tokens); err != nil || tokens.ID == "" || !IsToken(tokens.Access) {
		t.Fatalf("%s: %+v, %v", answer.Status, tokens, err)
	}
	return tokens.ID, tokens.Access
}

// people knows the provider's.
func (p *provided) people(t *testing.T) *People {
	t.Helper()
	made, err := NewPeople(config.Serve{People: []config.Provider{{
		Issuer: p.server.URL, Audience: []string{"console", "tallyd"}, CA: p.ca, Person: "staff", Claim: "groups",
		Roles: []config.ClaimRole{{Value: "points", May: config.Grant{Role: "loyalty", PerDay: 500}},
			{Value: "books", May: config.Grant{Role: "finance"}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

const someUser = "test-user2"

// TestPeople: who has logged in at the provider is known by his ID token and by his access token, and has the first
// role that the claim gives him.
func TestPeople(t *testing.T) {
	p := provide(t)
	people := p.people(t)
	for _, c := range []struct {
		groups any
		role   string
	}{
		{[]string{"other", "points"}, "loyalty"}, {"books", "finance"}, {[]string{"books", "points"}, "loyalty"},
		{map[string]any{"books": map[string]string{}}, "finance"}, {[]string{"other"}, ""}, {nil, ""}, {7, ""},
		{[]string{"loyalty"}, ""},
	} {
		p.say(c.groups)
		id, access := p.login(t, "tallyd", someUser)
		for _, token := range []string{id, access} {
			who, err := people.Find(t.Context(), token)
			if who.Role.Name != c.role || (c.role == "") != (fault.CodeOf(err) == fault.Forbidden) {
				t.Errorf("%v: %+v, %v", c.groups, who, err)
			}
			if c.role != "" && (who.Person != "eid2" || !strings.HasPrefix(who.ID, "person:")) {
				t.Errorf("%+v", who)
			}
			if c.role == "loyalty" && who.PerDay != 500 {
				t.Errorf("limits %+v", who.Limits)
			}
		}
	}
}

// TestTokensThatArent: what isn't a token for this node, by a provider it knows, is refused and gives no reason to ask
// the provider again and again.
func TestTokensThatArent(t *testing.T) {
	p, other := provide(t), provide(t)
	p.say("points")
	other.say("points")
	people := p.people(t)
	good, _ := p.login(t, "tallyd", someUser)
	if _, err := people.Find(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	foreign, _ := other.login(t, "tallyd", someUser)
	shop, shopAccess := p.login(t, "shop", someUser)
	p.lasts.Store(int64(-time.Minute))
	expired, _ := p.login(t, "tallyd", someUser)
	parts := strings.Split(good, ".")
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	forge := func(alg jose.SignatureAlgorithm, key any, id string) string {
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := s.Sign(claims)
		if err != nil {
			t.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	published := x509.MarshalPKCS1PublicKey(&p.key.key.PublicKey)
	for name, token := range map[string]string{
		"of another issuer":              foreign,
		"for another audience":           shop,
		"an access token for another":    shopAccess,
		"that has ended":                 expired,
		"of the algorithm none":          part(`{"alg":"none"}`) + "." + parts[1] + ".",
		"of none, with a signature":      part(`{"alg":"none"}`) + "." + parts[1] + "." + parts[2],
		"signed with the published key":  forge(jose.HS256, published, "key-1"),
		"signed by another":              forge(jose.RS256, newSigner(t, "").key, "key-1"),
		"signed by another, with a key":  forge(jose.RS256, newSigner(t, "").key, "key-2"),
		"signed by another, without one": forge(jose.RS256, newSigner(t, "").key, ""),
		"with other claims": parts[0] + "." +
			part(strings.Replace(string(claims), "points", "admin!", 1)) + "." + parts[2],
		"without a signature":             parts[0] + "." + parts[1] + ".",
		"of dots":                         "..",
		"of nothing":                      ".e30.",
		"that is long":                    good + strings.Repeat("A", maxToken),
		"that names the issuer elsewhere": part(`{"alg":"RS256","iss":"`+p.server.URL+`"}`) + ".e30.AA",
	} {
		_, err := people.Find(t.Context(), token)
		if fault.CodeOf(err) != fault.Forbidden {
			t.Errorf("a token %s: %v", name, err)
		} else if strings.Contains(err.Error(), "E"+"id2") || strings.Contains(err.Error(), parts[2]) {
			t.Errorf("a token %s: it is told: %v", name, err)
		}
	}
	for range 50 {
		if _, err := people.Find(t.Context(), forge(jose.RS256, p.key.key, rand.Text())); err == nil {
			t.Error("a key that nobody published counts")
		}
	}
	if n := p.asked.Load(); n > 2 {
		t.Errorf("the provider was asked %d times for its keys", n)
	}
}

// TestProviderDown: keys that are known go on while the provider is down; without any, its people are told to come
// back.
func TestProviderDown(t *testing.T) {
	p := provide(t)
	p.say("points")
	people := p.people(t)
	token, _ := p.login(t, "tallyd", someUser)
	if _, err := people.Find(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p.server.Close()
	keys := people.providers[0].keys
	keys.mu.Lock()
	keys.had, keys.tried = time.Time{}, time.Time{} // long ago
	keys.mu.Unlock()
	for range 3 {
		if _, err := people.Find(t.Context(), token); err != nil {
			t.Errorf("with keys that are known: %v", err)
		}
	}
	if _, err := p.people(t).Find(t.Context(), token); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("without any: %v", err)
	}
}

// TestKeysThatTurn: a key that the provider has changed is found at once, and one that it has taken back stops
// counting once the provider was asked again.
func TestKeysThatTurn(t *testing.T) {
	p := provide(t)
	p.say("points")
	people := p.people(t)
	old, _ := p.login(t, "tallyd", someUser)
	if _, err := people.Find(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	keys := people.providers[0].keys
	p.turn(newSigner(t, "key-2"))
	token, _ := p.login(t, "tallyd", someUser)
	keys.mu.Lock()
	keys.tried = time.Time{}
	keys.mu.Unlock()
	if _, err := people.Find(t.Context(), token); err != nil {
		t.Errorf("a new key: %v", err)
	}
	if _, err := people.Find(t.Context(), old); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("a key that was taken back: %v", err)
	}
	p.turn(newSigner(t, "key-3"))
	keys.mu.Lock()
	keys.had, keys.tried = time.Time{}, time.Time{}
	keys.mu.Unlock()
	for begun := time.Now(); ; runtime.Gosched() {
		if _, err := people.Find(t.Context(), token); fault.CodeOf(err) == fault.Forbidden {
			return
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatal("a key that was taken back counts for ever")
		}
	}
}
