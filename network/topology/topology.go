// Package topology describes a Fabric network in one file: who takes part, who
// orders, which programs endorse, and where everything listens.
//
// The nouns are the Party (an enterprise; its id is its MSP id), its Peer if it
// runs one, the Orderers, the Chaincodes, each of which is served by one
// process a peer-owning party, and the Programs, of which each such party runs
// one process, too. [Load] reads the file, fills in what it leaves out, and
// refuses what could not run: after Load every value is usable as it is.
//
//	channel: alliance
//	parties:
//	  - {id: G, name: {en: Group, zh: 集团}, peer: true}
//	  - {id: A, name: {en: Auditor, zh: 审计}, readOnly: true}
//	chaincodes:
//	  - {name: tally, version: "1", program: ../bin/tallycc, args: [serve, tally]}
package topology

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Consensus names the orderers' protocol.
type Consensus string

// The protocols that Fabric 3 offers.
const (
	BFT  Consensus = "bft"  // tolerates a third of the orderers lying; the default
	Raft Consensus = "raft" // tolerates half of the orderers failing, none lying
)

// Topology is a whole network as its file describes it, with defaults filled in.
type Topology struct {
	// Channel is the one channel that every party is a member of.
	Channel string
	// Host is the address that everything listens on and is reached at.
	Host string
	// BasePort is the first of the ports that the network derives (see ports.go).
	BasePort int
	// Logging is a Fabric logging specification, such as "WARNING" or
	// "gossip=DEBUG:WARNING".
	Logging string

	// Memory is how much each process should keep within.
	Memory Memory

	Orderers   Orderers    // the ordering service
	Parties    []Party     // who takes part
	Chaincodes []Chaincode // the contracts, and the programs that serve them
	Programs   []Program   // the parties' own, which run beside the network

	// Policies decides what the parties sign together; empty means derived.
	Policies Policies

	// Profile is copied into every party's profile.yaml, under the same keys
	// (which the reader folds to lower case).
	Profile map[string]string

	// Ports overrides single derived ports by endpoint name, e.g. "peer0.G".
	Ports map[string]int

	// File is the absolute path that the topology was read from; relative
	// program paths are resolved beside it.
	File string `mapstructure:"-"`
}

// Memory bounds the processes of each kind, so that what one party sends can't take
// all of a machine's. Near the bound a process collects garbage harder; at twice as
// much data it ends, and is started again.
type Memory struct {
	Orderer, Peer, Chaincode, Program Size // of each process of the kind
}

// Orderers is the ordering service; all of it belongs to one organisation.
type Orderers struct {
	// Organisation is the MSP id of the orderers' owner.
	Organisation string
	// Consensus is the orderers' protocol: bft tolerates liars among them, raft doesn't.
	Consensus Consensus
	// Count is 3f+1 for BFT to survive f failures, 2f+1 for Raft.
	Count int
	Batch Batch // when a block is cut
}

// Batch says when the orderers cut a block.
type Batch struct {
	// Interval is the longest that a lone transaction waits for company.
	Interval time.Duration
	// Messages is the most transactions in a block.
	Messages int
	// AbsoluteMax is the largest block; a transaction above it is refused. The
	// ledger's own bounds, a megabyte of commands and two of rows, fit into it; what
	// is larger comes from somebody who wants the orderers to carry it.
	AbsoluteMax Size
	// PreferredMax cuts a block early. BFT does not know it and ignores it.
	PreferredMax Size
}

// Party is one enterprise of the alliance.
type Party struct {
	// ID is the party's MSP id, and its name in every path and process name.
	ID   string
	Name Name // for people
	// Peer says that the party runs a peer and so endorses and approves.
	Peer bool
	// ReadOnly leaves the party out of the channel's Writers: it may query and
	// follow blocks, and the orderers refuse its transactions.
	ReadOnly bool
}

// Name is a party's name in the two languages of the console.
type Name struct {
	EN string // in English
	ZH string // in Chinese
}

// Policies holds signature policies in Fabric's syntax, e.g.
// "OutOf(2,'G.peer','D.peer')".
type Policies struct {
	// Endorsement is the default policy of a chaincode, and what the peer-owning
	// parties must sign to agree on a chaincode's definition. Empty means a
	// majority of the peer-owning parties' peers.
	Endorsement string
}

// Chaincode is one contract namespace and the program that serves it.
type Chaincode struct {
	Name    string // of the namespace
	Version string // of the definition: another one is approved anew
	// Program is an absolute path after Load.
	Program string
	Args    []string // of the program
	// Env adds KEY=VALUE settings to the program's environment.
	Env []string
	// Policy is the endorsement policy; after Load never empty.
	Policy string
	// PerParty gives each peer-owning party a namespace of its own beside the
	// shared one: NAME-PARTY, which that party's peer alone endorses. The same
	// package and processes serve them all.
	PerParty bool
	// Collections hold the shared namespace's private data. After Load those of
	// Pairs are among them, behind the file's own.
	Collections []Collection
	// Pairs, if it isn't empty, gives every two peer-owning parties a collection
	// PAIRS-PARTY-PARTY of their own, the ids sorted: what the two share about
	// their customers is nobody else's.
	Pairs string
}

// Collection is private data that only its parties' clients read and write and
// only its parties' peers keep, without end; the ledger has hashes of it.
type Collection struct {
	Name    string   // as the chaincode calls it
	Parties []string // ids of parties with a peer
}

// Definitions lists the chaincode definitions that one program serves: its own,
// then those of the parties.
func (t *Topology) Definitions(c Chaincode) []Chaincode {
	all := []Chaincode{c}
	if !c.PerParty {
		return all
	}
	for _, party := range t.PeerParties() {
		own := c
		own.Name, own.Policy, own.Collections, own.Pairs = c.Name+"-"+party.ID,
			fmt.Sprintf("OutOf(1,'%s.peer')", party.ID), nil, ""
		all = append(all, own)
	}
	return all
}

// pairs lists the collections that PAIRS stands for, in the order of the file's
// parties, so that one who joins last changes none that was there.
func (t *Topology) pairs(prefix string) []Collection {
	var all []Collection
	owners := t.PeerParties()
	for i, second := range owners {
		for _, first := range owners[:i] {
			parties := []string{first.ID, second.ID}
			slices.Sort(parties)
			all = append(all, Collection{Name: prefix + "-" + strings.Join(parties, "-"), Parties: parties})
		}
	}
	return all
}

// PeerParties returns the parties that run a peer, in the file's order.
func (t *Topology) PeerParties() []Party {
	var owners []Party
	for _, party := range t.Parties {
		if party.Peer {
			owners = append(owners, party)
		}
	}
	return owners
}

// Party finds a party by its id.
func (t *Topology) Party(id string) (Party, error) {
	ids := make([]string, len(t.Parties))
	for i, party := range t.Parties {
		if party.ID == id {
			return party, nil
		}
		ids[i] = party.ID
	}
	return Party{}, fmt.Errorf("no party %q in %s; it has %s", id, filepath.Base(t.File), strings.Join(ids, ", "))
}

// majorityOfPeers is the signature policy that more than half of the
// peer-owning parties satisfy. Parties without a peer cannot endorse, so
// Fabric's own "MAJORITY Endorsement", which counts them, could never be met.
func (t *Topology) majorityOfPeers() string {
	owners := t.PeerParties()
	principals := make([]string, len(owners))
	for i, party := range owners {
		principals[i] = fmt.Sprintf("'%s.peer'", party.ID)
	}
	return fmt.Sprintf("OutOf(%d,%s)", len(owners)/2+1, strings.Join(principals, ","))
}
