// Package node writes what one peer or orderer needs to start: its
// configuration file, and for peers the external builder that lets chaincode
// run as a service without Docker. It turns each into a process to run.
package node

import (
	_ "embed"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"tallystick/network/identity"
	"tallystick/network/process"
	"tallystick/network/topology"
)

//go:embed core.yaml.tmpl
var coreText string

//go:embed orderer.yaml.tmpl
var ordererText string

var (
	core    = parse("core.yaml", coreText)
	orderer = parse("orderer.yaml", ordererText)
)

// GOGC trades memory for CPU in peers and orderers: at 400 they collect a
// quarter as often, for some 100 MB more under load.
const GOGC = "400"

// logFormat is Fabric's own without the colours, which are noise in a file.
const logFormat = "%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{shortfunc}: %{message}"

// Peer is a peer and where its things are.
type Peer struct {
	topology.Peer
	Channel  string
	Identity identity.Material
	Dir      string // configuration and ledger
	Builder  string // the external builder's directory
	Logging  string
}

// Orderer is an orderer and where its things are.
type Orderer struct {
	topology.Orderer
	Organisation string
	Identity     identity.Material
	Dir          string
	Logging      string
}

// RenderCore writes a peer's core.yaml.
func RenderCore(p Peer) (string, error) { return render(core, p) }

// RenderOrderer writes an orderer's orderer.yaml.
func RenderOrderer(o Orderer) (string, error) { return render(orderer, o) }

// Prepare writes the peer's configuration and says how to run it.
func (p Peer) Prepare(program string) (process.Spec, error) {
	config, err := RenderCore(p)
	if err != nil {
		return process.Spec{}, err
	}
	return process.Spec{
		Name:    p.Name,
		Party:   p.Party,
		Program: program,
		Args:    []string{"node", "start"},
		Env:     environment(p.Dir, p.Logging),
		Dir:     p.Dir,
		Config:  config,
		Listens: []string{p.Address, p.Operations, p.Chaincode},
	}, writeConfig(p.Dir, "core.yaml", config)
}

// Prepare writes the orderer's configuration and says how to run it.
func (o Orderer) Prepare(program string) (process.Spec, error) {
	config, err := RenderOrderer(o)
	if err != nil {
		return process.Spec{}, err
	}
	return process.Spec{
		Name:    o.Name,
		Party:   o.Organisation,
		Program: program,
		Env:     environment(o.Dir, o.Logging),
		Dir:     o.Dir,
		Config:  config,
		Listens: []string{o.Address, o.Admin, o.Operations},
	}, writeConfig(o.Dir, "orderer.yaml", config)
}

func environment(dir, logging string) []string {
	return []string{
		"FABRIC_CFG_PATH=" + dir,
		"FABRIC_LOGGING_SPEC=" + logging,
		"FABRIC_LOGGING_FORMAT=" + logFormat,
		"GOGC=" + GOGC,
	}
}

func writeConfig(dir, name, text string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
}

func parse(name, text string) *template.Template {
	return template.Must(template.New(name).Funcs(template.FuncMap{
		"host": func(address string) (string, error) { host, _, err := net.SplitHostPort(address); return host, err },
		"port": func(address string) (string, error) { _, port, err := net.SplitHostPort(address); return port, err },
	}).Parse(text))
}

func render(t *template.Template, data any) (string, error) {
	var out strings.Builder
	if err := t.Execute(&out, data); err != nil {
		return "", fmt.Errorf("render %s: %w", t.Name(), err)
	}
	return out.String(), nil
}
