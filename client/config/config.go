// Package config is what a party's node must know, in one struct: the network
// as tallynet's profile.yaml describes it, and how this node behaves.
//
// Sources, later ones win: the defaults, the profile, the environment
// (TALLY_LANES=1-8, TALLY_IDENTITY_KEY=…), the caller's own settings (flags).
// Keys that mean nothing here are refused, so that a misspelt one can't pass
// for a setting.
package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Config is everything.
type Config struct {
	Party string `mapstructure:"party"` // this party's MSP
	Name  Name   `mapstructure:"name"`  // its name, for people

	Channel    string   `mapstructure:"channel"`    // of the network
	Chaincode  string   `mapstructure:"chaincode"`  // name of the ledger's chaincode
	Seal       string   `mapstructure:"seal"`       // name of the lane heads' chaincode; see SealOf
	Chaincodes []string `mapstructure:"chaincodes"` // all that run on the channel; for people

	Identity Identity   `mapstructure:"identity"` // signs transactions
	Admin    Identity   `mapstructure:"admin"`    // governs; the business path never uses it
	Peers    []Endpoint `mapstructure:"peers"`    // the party's own first
	Orderers []Endpoint `mapstructure:"orderers"` // for operators; peers hand transactions on
	Trust    []Trust    `mapstructure:"trust"`    // whose endorsements count, to check a proof without a network
	Packages []Package  `mapstructure:"packages"` // of the chaincode that the party's own peer runs; for people

	// Lanes says which of the party's lanes 1–31 this node writes, such as
	// "1-8" or "1,3,5-7"; "" for none: then it can ask, and send single commands. Processes whose serve.store is one
	// PostgreSQL database share the lanes that any of them names: see client/cmd/tallyd/RUNBOOK.md. Others may have
	// none in common.
	Lanes string `mapstructure:"lanes"`
	// Linger is how long a lone command waits for company. More fills batches,
	// less answers sooner; a block takes some 200 ms either way.
	Linger time.Duration `mapstructure:"linger"`
	// Batch is the most commands of one transaction, 1–500.
	Batch int `mapstructure:"batch"`
	// Waiting is the most commands that wait for a lane; over it a caller gets
	// OVERLOADED at once.
	Waiting int `mapstructure:"waiting"`
	// State is the directory of this node's outbox and locks, and of its index
	// unless Index says otherwise. One process at a time writes lanes from it.
	State string `mapstructure:"state"`
	// Vault is the directory of the party's vault, "" for State. Processes of one machine may have one vault.
	Vault string `mapstructure:"vault"`
	// Index is where the read model is: "" for a file in State, a path of a file of
	// SQLite's, or the URL of a PostgreSQL database, for a party whose node runs as
	// several processes:
	//
	//	postgres://tally@db.example:5432/tally?search_path=tally_d&passfile=/etc/tally/pgpass&sslmode=verify-full
	//
	// search_path names the schema, which is for this index alone and is made if the
	// user may make schemas. The password is in the file that passfile or PGPASSFILE
	// names, a line host:port:database:user:password, never in the URL.
	Index string `mapstructure:"index"`
	// Keep is how long the outbox remembers receipts. The ledger remembers
	// named requests for good; this only answers them sooner.
	Keep time.Duration `mapstructure:"keep"`

	Timeouts Timeouts `mapstructure:"timeouts"` // of single calls

	Serve Serve `mapstructure:"serve"` // where tallyd, the node's own process, is reached
	Node  Node  `mapstructure:"node"`  // that the command line asks, where it isn't the one that serves State
}

// Serve says where a node's own process is reached.
type Serve struct {
	Listen string `mapstructure:"listen"` // host:port of its HTTPS
	Cert   string `mapstructure:"cert"`   // path of its certificate, PEM; "" for what tallyd init makes in State
	Key    string `mapstructure:"key"`    // path of the certificate's key, PEM; readable by its owner only
	Lanes  string `mapstructure:"lanes"`  // that it writes, where Lanes names none
	// Store is where the node keeps API keys and all else of its own: "" for a file in State, or a path or a URL, as
	// Index has it; its schema is for this alone.
	Store string `mapstructure:"store"`
	// Duties says whether the node does by itself what is due: it times out holds and silent orders, and ends points
	// and entitlements whose last day has passed.
	Duties bool `mapstructure:"duties"`

	Traces string `mapstructure:"traces"` // URL of an OTLP collector that is told of requests' traces, "" for none

	Place string `mapstructure:"place"` // time zone of the alliance's days, by which limits of a day count
	// path of the CAs that sign machines' certificates, PEM; "" for none
	ClientCA  string     `mapstructure:"clientCA"`
	Machines  []Machine  `mapstructure:"machines"`  // programs that show a certificate, and what they may do
	People    []Provider `mapstructure:"people"`    // OpenID Connect providers, whose tokens say who a person is
	Approvals []Approval `mapstructure:"approvals"` // requests that a second person has to approve

	Webhooks Webhooks `mapstructure:"webhooks"` // which endpoints may be told of events

	Kept Kept `mapstructure:"kept"` // for how long the node keeps what has ended
}

// Kept says for how long a node keeps what has ended. The log of who asked for what stays.
type Kept struct {
	Jobs time.Duration `mapstructure:"jobs"` // jobs that have ended, and what they answered; 0 for 720h
	// what requests with limits have moved, and what a second person has decided; 0 for 2160h. A request that is asked
	// for again after that counts anew
	Requests time.Duration `mapstructure:"requests"`
}

// How long it is where nothing is said, and at least.
const (
	keptJobs      = 30 * 24 * time.Hour
	keptRequests  = 90 * 24 * time.Hour
	leastJobs     = time.Hour
	leastRequests = 48 * time.Hour // a day is summed up until it has ended wherever the alliance is
)

// Whole is what is kept, also where nothing is said.
func (k Kept) Whole() Kept {
	return Kept{cmp.Or(k.Jobs, keptJobs), cmp.Or(k.Requests, keptRequests)}
}

func (k Kept) check() error {
	whole := k.Whole()
	switch {
	case whole.Jobs < leastJobs:
		return fmt.Errorf("jobs: %s; want %s or more", k.Jobs, leastJobs)
	case whole.Requests < leastRequests:
		return fmt.Errorf("requests: %s; want %s or more", k.Requests, leastRequests)
	}
	return nil
}

// Webhooks says which endpoints a node may tell of events: those at public addresses, by https, and these.
type Webhooks struct {
	// addresses that aren't public, and those that http may be used for: networks such as 10.1.0.0/16, addresses, and
	// hosts' names
	Allow []string `mapstructure:"allow"`
}

// Node says where the party's node runs, for a command line on another machine, or of another user.
type Node struct {
	URL   string `mapstructure:"url"`   // https://HOST:PORT; "none" for a node in the program's own process
	Key   string `mapstructure:"key"`   // path of a file with an API key of the node, readable by its owner only
	Trust string `mapstructure:"trust"` // path of CAs that its certificate is trusted by, PEM; "" for the machine's
}

// Name is a party's name in two languages.
type Name struct {
	En string `mapstructure:"en"` // in English
	Zh string `mapstructure:"zh"` // in Chinese
}

// Identity is a signing identity: a certificate and its key, both PEM.
type Identity struct {
	MSP  string `mapstructure:"mspId"` // the party's MSP id
	Cert string `mapstructure:"cert"`  // path
	Key  string `mapstructure:"key"`   // path; readable by its owner only
}

// Endpoint is a peer or an orderer.
type Endpoint struct {
	Name       string `mapstructure:"name"`       // of the process
	Party      string `mapstructure:"party"`      // whose it is
	Address    string `mapstructure:"address"`    // host:port
	TLSCA      string `mapstructure:"tlsCA"`      // path of the CA's certificate, PEM
	ServerName string `mapstructure:"serverName"` // that its certificate is for
}

// Trust says which CA a party's peers have their certificates from.
type Trust struct {
	Party string `mapstructure:"party"` // whose certificates these are
	CA    string `mapstructure:"ca"`    // path of the MSP's root certificate, PEM; not the TLS CA
}

// Package is a chaincode's package on the party's peer.
type Package struct {
	Chaincode string `mapstructure:"chaincode"` // its name
	ID        string `mapstructure:"id"`        // label and hash, as peer lifecycle chaincode queryinstalled says
}

// Timeouts bound single calls. None of them ends a command whose outcome is in
// doubt: that is asked for until it is known.
type Timeouts struct {
	Endorse  time.Duration `mapstructure:"endorse"`  // of one endorsement
	Submit   time.Duration `mapstructure:"submit"`   // of one submission to the orderers
	Evaluate time.Duration `mapstructure:"evaluate"` // of one question
	// Doubt is how long a sent transaction may stay unseen before the same
	// bytes are sent again.
	Doubt time.Duration `mapstructure:"doubt"`
	// Effort is how long a command may go on meeting peers that don't answer,
	// or conflicts, before it is refused. Only while it surely took no effect.
	Effort time.Duration `mapstructure:"effort"`
}

// Default is a configuration without a network.
func Default() Config {
	return Config{
		Chaincode: "tally",
		Seal:      "tallyseal",
		Lanes:     "",
		Linger:    5 * time.Millisecond,
		Batch:     500,
		Waiting:   20_000,
		Keep:      7 * 24 * time.Hour,
		Serve: Serve{Listen: "127.0.0.1:7443", Lanes: "1-4", Duties: true, Place: "Asia/Shanghai",
			Kept: Kept{keptJobs, keptRequests}},
		Timeouts: Timeouts{
			Endorse:  30 * time.Second,
			Submit:   10 * time.Second,
			Evaluate: 10 * time.Second,
			Doubt:    5 * time.Second,
			Effort:   60 * time.Second,
		},
	}
}

// SharesLanes says whether other processes of the party may write these lanes: where several can keep their own things
// in one database, they agree there who writes which.
func (c Config) SharesLanes() bool { return c.Lanes != "" && strings.Contains(c.StoreAt(), "://") }

// VaultAt is the directory of the party's vault.
func (c Config) VaultAt() string {
	if c.Vault == "" {
		return c.State
	}
	return c.Vault
}

// OutboxPath is where the gateway keeps what it has sent.
func (c Config) OutboxPath() string { return filepath.Join(c.State, "outbox.db") }

// SocketPath is where the node's own process is reached by the user that it runs as.
func (c Config) SocketPath() string { return filepath.Join(c.State, "tallyd.sock") }

// StoreAt is where the node keeps its own things, as store.Open takes it: a path or a URL.
func (c Config) StoreAt() string {
	if c.Serve.Store == "" {
		return filepath.Join(c.State, "node.db")
	}
	return c.Serve.Store
}

// ServeCert is where the certificate of the node's HTTPS is, and its key.
func (c Config) ServeCert() (cert, key string) {
	if c.Serve.Cert == "" && c.Serve.Key == "" {
		return filepath.Join(c.State, "tls.crt"), filepath.Join(c.State, "tls.key")
	}
	return c.Serve.Cert, c.Serve.Key
}

// IndexAt is where the read model is, as index.Open takes it: a path or a URL.
func (c Config) IndexAt() string {
	if c.Index == "" {
		return filepath.Join(c.State, "index.db")
	}
	return c.Index
}

// SealOf names the chaincode that has a party's lane heads: a party with a peer
// has one of its own, which that peer must endorse.
func (c Config) SealOf(party string) string {
	if slices.ContainsFunc(c.Peers, func(p Endpoint) bool { return p.Party == party }) {
		return c.Seal + "-" + party
	}
	return c.Seal
}
