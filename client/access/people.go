package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"tallystick/chaincode/fault"
	"tallystick/client/config"
)

// People are those who show a token of an OpenID Connect provider: an ID token, or an access token that is a JWT.
type People struct{ providers []*provider }

// NewPeople reads the providers. Nothing is asked of them yet. BAD_REQUEST for a role that there isn't, or a file
// without certificates.
func NewPeople(cfg config.Serve) (*People, error) {
	p := &People{}
	for i, one := range cfg.People {
		made, err := newProvider(one)
		if err != nil {
			return nil, fmt.Errorf("serve.people[%d].%w", i, err)
		}
		p.providers = append(p.providers, made)
	}
	return p, nil
}

// provider is one of them.
type provider struct {
	cfg    config.Provider
	grants []Grant // of cfg.Roles
	keys   *keySet

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the provider was found
	sought   time.Time             // when it was looked for last
}

func newProvider(cfg config.Provider) (*provider, error) {
	client, err := clientFor(cfg.CA)
	if err != nil {
		return nil, fmt.Errorf("ca: %w", err)
	}
	p := &provider{cfg: cfg, keys: &keySet{client: client}}
	for i, r := range cfg.Roles {
		grant, err := granted(r.May)
		if err != nil {
			return nil, fmt.Errorf("roles[%d].may.role: %w", i, err)
		}
		p.grants = append(p.grants, grant)
	}
	return p, nil
}

// maxToken is how many bytes a token may have.
const maxToken = 16 << 10

// IsToken says whether a bearer's text is a token's: three parts.
func IsToken(text string) bool { return strings.Count(text, ".") == 2 }

// Find returns the person of a token. FORBIDDEN for one that isn't valid, or of a person who has no role;
// UNAVAILABLE if its provider can't be asked for its keys, and hasn't told them before.
func (p *People) Find(ctx context.Context, token string) (Caller, error) {
	if len(token) > maxToken {
		return Caller{}, fault.New(fault.Forbidden, "the token is longer than %d bytes", maxToken)
	}
	issuer := issuerIn(token)
	refusal := error(fault.New(fault.Forbidden, "the token is of no provider that the node knows (serve.people)"))
	for _, one := range p.providers {
		if one.cfg.Issuer != issuer {
			continue
		}
		who, err := one.find(ctx, token)
		if err == nil {
			return who, nil
		}
		refusal = err
	}
	return Caller{}, refusal
}

// issuerIn is by whom a token says that it was issued: it says whom to ask, and is checked with the rest.
func issuerIn(token string) string {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.Issuer
}

func (p *provider) find(ctx context.Context, token string) (Caller, error) {
	verifier, err := p.found(ctx)
	if err != nil {
		return Caller{}, err
	}
	valid, err := verifier.Verify(ctx, token)
	if err != nil {
		return Caller{}, whyNot(err)
	}
	if valid.Subject == "" || !slices.ContainsFunc(valid.Audience, func(a string) bool {
		return slices.Contains(p.cfg.Audience, a)
	}) {
		return Caller{}, fault.New(fault.Forbidden, "the token is for another audience than this node")
	}
	var claims map[string]any
	if err := valid.Claims(&claims); err != nil {
		return Caller{}, fault.New(fault.Forbidden, "the token's claims can't be read")
	}
	return p.caller(valid.Subject, claims)
}

// whyNot says why a token isn't valid, and nothing of what it has in it.
func whyNot(err error) error {
	var expired *oidc.TokenExpiredError
	switch {
	case errors.Is(err, errProvider):
		return fault.New(fault.Unavailable, "the provider of the token can't be asked for its keys")
	case errors.As(err, &expired):
		return fault.New(fault.Forbidden, "the token has ended: get another")
	}
	return fault.New(fault.Forbidden, "the token isn't valid: its signature, algorithm, issuer or time is wrong")
}

// caller is a person by the claims of a token.
func (p *provider) caller(subject string, claims map[string]any) (Caller, error) {
	person, ok := claims[p.cfg.Person].(string)
	if p.cfg.Person == "" {
		person, ok = subject, true
	}
	if person = PersonOf(person); !ok || person == "" || len(person) > maxPerson {
		return Caller{}, fault.New(fault.Forbidden, "the token doesn't say who it is, in the claim %s", p.cfg.Person)
	}
	has := valuesAt(claims, p.cfg.Claim)
	for i, r := range p.cfg.Roles {
		if slices.Contains(has, r.Value) {
			sum := sha256.Sum256([]byte(p.cfg.Issuer + "\n" + subject))
			return Caller{ID: "person:" + hex.EncodeToString(sum[:6]), Person: person, Grant: p.grants[i]}, nil
		}
	}
	return Caller{}, fault.New(fault.Forbidden, "the token's claim %s gives no role here", p.cfg.Claim)
}

// maxPerson is how many bytes a person's name may have.
const maxPerson = 128

// valuesAt are the values of a claim: a text, those of a list, or the keys of an object.
func valuesAt(claims map[string]any, path string) (values []string) {
	at, whole := claims[path]
	if !whole {
		at = claims
		for name := range strings.SplitSeq(path, "/") {
			object, _ := at.(map[string]any)
			at = object[name]
		}
	}
	switch v := at.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			if text, ok := one.(string); ok {
				values = append(values, text)
			}
		}
	case map[string]any:
		for name := range v {
			values = append(values, name)
		}
	}
	return values
}

// found is what verifies the provider's tokens; it asks the provider once for where its keys are.
func (p *provider) found(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.verifier != nil {
		return p.verifier, nil
	}
	unavailable := fault.New(fault.Unavailable, "the provider %s can't be asked for its keys", p.cfg.Issuer)
	if time.Since(p.sought) < keysPause {
		return nil, unavailable
	}
	p.sought = time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), providerPatience)
	defer cancel()
	is, err := oidc.NewProvider(oidc.ClientContext(ctx, p.keys.client), p.cfg.Issuer)
	if err != nil {
		return nil, unavailable
	}
	var says struct {
		Keys string `json:"jwks_uri"`
	}
	if err := is.Claims(&says); err != nil || !strings.HasPrefix(says.Keys, "https://") {
		return nil, unavailable
	}
	p.keys.url = says.Keys
	p.verifier = oidc.NewVerifier(p.cfg.Issuer, p.keys, &oidc.Config{
		SkipClientIDCheck:    true, // find looks at the audience: it may be one of several
		SupportedSigningAlgs: algorithmNames(),
	})
	return p.verifier, nil
}
