package access

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tallystick/client/bounds"
)

// keySet is the keys by which a provider signs, as it published them last. It is asked again for a key that isn't among
// them, and now and then, so that one it has taken back doesn't count for long; while it doesn't answer, those known go
// on. However many tokens name keys that there aren't, it is asked once in keysPause.
type keySet struct {
	client *http.Client
	url    string

	mu     sync.Mutex
	known  jose.JSONWebKeySet
	tried  time.Time     // to ask
	had    time.Time     // the answer
	asking chan struct{} // closed once it was asked; nil while nobody asks
}

const (
	keysPause        = 10 * time.Second // between two times that a provider is asked
	keysFresh        = 15 * time.Minute // that keys count before the provider is asked again
	providerPatience = 5 * time.Second
	maxKeys          = 1 << 20 // bytes
)

// errProvider says that a provider wasn't reached, or answered nothing that is of use.
var errProvider = errors.New("the provider wasn't reached")

// algorithms are those by which a token may be signed: with a public key, each.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA}

func algorithmNames() (names []string) {
	for _, a := range algorithms {
		names = append(names, string(a))
	}
	return names
}

// clientFor asks a provider whose certificate a CA has signed, "" for those that the machine trusts. It goes where it
// was sent, and nowhere else.
func clientFor(ca string) (*http.Client, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca != "" {
		pool, _, err := certificatesIn(ca)
		if err != nil {
			return nil, err
		}
		c.RootCAs = pool
	}
	return &http.Client{Timeout: providerPatience,
		Transport: &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true,
			Proxy: http.ProxyFromEnvironment, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// VerifySignature returns what a token has in it, if one of the keys has signed it.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSigned(token, algorithms)
	if err != nil || len(signed.Signatures) != 1 {
		return nil, errors.New("it isn't signed once")
	}
	id := signed.Signatures[0].Header.KeyID
	keys, err := k.named(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if payload, err := signed.Verify(key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("none of the provider's keys has signed it")
}

// named are the keys with an id, all if there is none. Who names one that is known doesn't wait for the provider.
func (k *keySet) named(ctx context.Context, id string) ([]jose.JSONWebKey, error) {
	k.mu.Lock()
	keys := k.of(id)
	wanted := len(keys) == 0 || time.Since(k.had) >= keysFresh
	if wanted && k.asking == nil && time.Since(k.tried) >= keysPause {
		k.tried, k.asking = time.Now(), make(chan struct{})
		go k.refresh(context.WithoutCancel(ctx), k.asking)
	}
	asking := k.asking
	k.mu.Unlock()
	if len(keys) == 0 && asking != nil {
		select {
		case <-asking:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known.Keys) == 0 {
		return nil, errProvider
	}
	return k.of(id), nil
}

// refresh asks the provider, and has those who wait go on.
func (k *keySet) refresh(ctx context.Context, done chan struct{}) {
	asked, err := k.ask(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		k.known, k.had = asked, time.Now()
	}
	k.asking = nil
	close(done)
}

func (k *keySet) of(id string) []jose.JSONWebKey {
	if id == "" {
		return k.known.Keys
	}
	return k.known.Key(id)
}

// ask asks the provider. Keys of kinds that nobody here knows are left out.
func (k *keySet) ask(ctx context.Context) (set jose.JSONWebKeySet, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return set, err
	}
	answer, err := k.client.Do(r)
	if err != nil {
		return set, err
	}
	defer answer.Body.Close()
	text, err := bounds.All(answer.Body, "the provider's keys", maxKeys)
	if err != nil {
		return set, err
	}
	var list struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &list); err != nil || answer.StatusCode != http.StatusOK {
		return set, fmt.Errorf("it answers %s, and no keys", answer.Status)
	}
	for _, one := range list.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(one, &key) == nil && key.IsPublic() && key.Valid() && (key.Use == "" || key.Use == "sig") {
			set.Keys = append(set.Keys, key)
		}
	}
	if len(set.Keys) == 0 {
		return set, errors.New("it has no key that can be used")
	}
	return set, nil
}
