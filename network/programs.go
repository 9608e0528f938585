package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"tallystick/network/internal/wait"
	"tallystick/network/process"
	"tallystick/network/topology"
)

// partyDir is the folder of a party's own: its profile, and what its programs keep.
func (n *Network) partyDir(party string) string { return filepath.Join(n.Dir, "parties", party) }

// programOf is a program as one party runs it.
func (n *Network) programOf(r topology.Runs) topology.Program {
	dir := n.partyDir(r.Party)
	return r.Program.For(map[string]string{"party": r.Party, "dir": dir, "address": r.Address,
		"profile": filepath.Join(dir, "profile.yaml")})
}

// programSpec says how to run a party's process of a program. The party's profile must be written: another one makes
// another process.
func (n *Network) programSpec(r topology.Runs) (process.Spec, error) {
	profile, err := os.ReadFile(filepath.Join(n.partyDir(r.Party), "profile.yaml"))
	if err != nil {
		return process.Spec{}, err
	}
	p := n.programOf(r)
	return process.Spec{Name: r.Name, Party: r.Party, Program: p.Program, Args: p.Args, Env: p.Env,
		Dir: n.partyDir(r.Party), Config: string(profile), Listens: []string{r.Address},
		Memory: uint64(n.Topology.Memory.Program)}, nil
}

// startPrograms starts the parties' programs, or replaces them, and waits until all can serve.
func (n *Network) startPrograms(ctx context.Context, report Reporter) error {
	all := n.Topology.ProgramRuns()
	if len(all) == 0 {
		return nil
	}
	report.Step("programs")
	var specs []process.Spec
	for _, r := range all {
		spec, err := n.programSpec(r)
		if err != nil {
			return err
		}
		specs = append(specs, spec)
	}
	if err := n.start(ctx, specs, report); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, r := range all {
		group.Go(func() error {
			return n.watching(ctx, []string{r.Name}, func(ctx context.Context) error { return n.awaitProgram(ctx, r) })
		})
	}
	return group.Wait()
}

// awaitProgram waits until a party's process of a program can serve.
func (n *Network) awaitProgram(ctx context.Context, r topology.Runs) error {
	ready := n.programOf(r).Ready
	return wait.Until(ctx, r.Name+" is ready", func(ctx context.Context) error { return ask(ctx, ready) })
}

// ask says why a process isn't ready, nil if it is.
func ask(ctx context.Context, ready topology.Ready) error {
	if ready.URL == "" {
		return nil
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if ready.CA != "" {
		text, err := os.ReadFile(ready.CA)
		if err != nil {
			return err
		}
		trusted := x509.NewCertPool()
		if !trusted.AppendCertsFromPEM(text) {
			return fmt.Errorf("%s has no certificate", ready.CA)
		}
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
		defer transport.CloseIdleConnections()
		client.Transport = transport
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, ready.URL, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", ready.URL, answer.Status)
	}
	return nil
}

// Address is where a party's process of a program is reached.
type Address struct{ Process, Party, URL string }

// Addresses lists where the programs are reached that say how: the address of the URL at which they are ready.
func (n *Network) Addresses() []Address {
	var list []Address
	for _, r := range n.Topology.ProgramRuns() {
		if at := addressOf(n.programOf(r).Ready); at != "" {
			list = append(list, Address{r.Name, r.Party, at})
		}
	}
	return list
}

// addressOf is a URL without its path, "" for none.
func addressOf(ready topology.Ready) string {
	at, err := url.Parse(ready.URL)
	if err != nil || at.Host == "" {
		return ""
	}
	return at.Scheme + "://" + at.Host
}
