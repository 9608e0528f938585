package topology

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
)

var (
	// Fabric's own rule for channel names, without the dot.
	channelName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,248}$`)
	// Fabric's own rule for chaincode names and labels.
	chaincodeName = regexp.MustCompile(`^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$`)
	// Versions become part of a package label.
	chaincodeVersion = regexp.MustCompile(`^[A-Za-z0-9_.+-]+$`)
	// Fabric's own rule for collection names.
	collectionName = regexp.MustCompile(`^[A-Za-z0-9-][A-Za-z0-9_-]*$`)
	// MSP ids are names in policies, in paths and in certificates.
	partyID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,31}$`)
)

// Validate says whether the topology could run at all. It looks at nothing
// outside the topology: a missing program or a busy port is `up`'s to refuse.
func (t *Topology) Validate() error {
	err := errors.Join(
		t.validateNetwork(),
		t.validateOrderers(),
		t.validateParties(),
		t.validateChaincodes(),
		t.validatePrograms(),
	)
	if err != nil {
		return err // ports derive from all of these
	}
	return t.validatePorts()
}

func (t *Topology) validateNetwork() error {
	var faults []error
	if !channelName.MatchString(t.Channel) {
		faults = append(faults,
			fmt.Errorf("channel %q: want lower-case letters, digits and dashes, a letter first", t.Channel))
	}
	faults = append(faults, checkHost(t.Host))
	if m := t.Memory; min(m.Orderer, m.Peer, m.Chaincode, m.Program) < leastMemory {
		faults = append(faults, fmt.Errorf("memory: want at least %s for each kind of process", leastMemory))
	}
	return errors.Join(faults...)
}

// checkHost refuses what nothing could listen on and be reached at.
func checkHost(host string) error {
	ip := net.ParseIP(host)
	switch {
	case host == "localhost":
		return nil
	case ip == nil:
		return fmt.Errorf("host %q: want an IP address or localhost", host)
	case ip.IsUnspecified():
		return fmt.Errorf(
			"host %q: it stands for every address, and others can't reach a process at it; want the one address at which they do, such as 127.0.0.1",
			host)
	case ip.IsMulticast(), ip.Equal(net.IPv4bcast):
		return fmt.Errorf("host %q: nothing can listen on it; want the address of this machine, such as 127.0.0.1",
			host)
	}
	return nil
}

// leastMemory is what each program needs to start and to do its daily work.
const leastMemory Size = 128 << 20

func (t *Topology) validateOrderers() error {
	var faults []error
	o := t.Orderers
	if !partyID.MatchString(o.Organisation) {
		faults = append(faults, fmt.Errorf("orderers.organisation %q: not usable as an MSP id", o.Organisation))
	}
	switch o.Consensus {
	case BFT:
		if o.Count < 4 {
			faults = append(faults, fmt.Errorf("orderers.count %d: bft needs 4 to survive one failure", o.Count))
		}
	case Raft:
		if o.Count < 1 {
			faults = append(faults, fmt.Errorf("orderers.count %d: raft needs 1, or 3 to survive one failure", o.Count))
		}
	default:
		faults = append(faults, fmt.Errorf("orderers.consensus %q: want bft or raft", o.Consensus))
	}
	if o.Count > MaxOrderers {
		faults = append(faults, fmt.Errorf("orderers.count %d: at most %d", o.Count, MaxOrderers))
	}
	if b := o.Batch; b.Interval <= 0 || b.Messages < 1 || b.AbsoluteMax < 1 || b.PreferredMax < 1 {
		faults = append(faults, errors.New("orderers.batch: interval, messages and sizes must be above zero"))
	} else if b.PreferredMax > b.AbsoluteMax {
		faults = append(faults,
			fmt.Errorf("orderers.batch.preferredMax %s is above absoluteMax %s", b.PreferredMax, b.AbsoluteMax))
	}
	return errors.Join(faults...)
}

func (t *Topology) validateParties() error {
	var faults []error
	// Paths, process names and viper's keys do not tell case apart.
	seen := map[string]bool{strings.ToLower(t.Orderers.Organisation): true}
	for _, party := range t.Parties {
		folded := strings.ToLower(party.ID)
		switch {
		case !partyID.MatchString(party.ID):
			faults = append(faults,
				fmt.Errorf("party %q: an id is a letter, then letters, digits and dashes", party.ID))
		case seen[folded]:
			faults = append(faults, fmt.Errorf(
				"party %q: the id is taken (case does not count, and the orderers' organisation is one)", party.ID))
		case party.Peer && party.ReadOnly:
			faults = append(faults,
				fmt.Errorf("party %q: a party that runs a peer approves chaincode, so it cannot be readOnly", party.ID))
		}
		seen[folded] = true
	}
	if len(t.PeerParties()) == 0 {
		faults = append(faults, errors.New("parties: at least one needs peer: true"))
	}
	return errors.Join(faults...)
}

// definitions lists all namespaces: those of parties must be as good names, and
// as distinct, as those in the file.
func (t *Topology) definitions() []Chaincode {
	var all []Chaincode
	for _, c := range t.Chaincodes {
		all = append(all, t.Definitions(c)...)
	}
	return all
}

func (t *Topology) validateChaincodes() error {
	var faults []error
	seen := map[string]bool{}
	for _, c := range t.definitions() {
		folded := strings.ToLower(c.Name)
		if !chaincodeName.MatchString(c.Name) {
			faults = append(faults,
				fmt.Errorf("chaincode %q: letters and digits, dashes and underscores between them", c.Name))
		}
		if reserved(folded) {
			faults = append(faults, fmt.Errorf("chaincode %q: names of processes begin so; take another", c.Name))
		}
		if seen[folded] {
			faults = append(faults, fmt.Errorf("chaincode %q: named twice", c.Name))
		}
		seen[folded] = true
		if !chaincodeVersion.MatchString(c.Version) {
			faults = append(faults,
				fmt.Errorf("chaincode %q: version %q: want letters, digits and _.+-", c.Name, c.Version))
		}
		if c.Program == "" {
			faults = append(faults, fmt.Errorf("chaincode %q: no program", c.Name))
		}
		for _, setting := range c.Env {
			if err := checkSetting(setting); err != nil {
				faults = append(faults, fmt.Errorf("chaincode %q: %w", c.Name, err))
			}
		}
		if c.Pairs != "" && !collectionName.MatchString(c.Pairs) {
			faults = append(faults, fmt.Errorf(
				"chaincode %q: pairs %q: want letters, digits, dashes and underscores, no underscore first", c.Name,
				c.Pairs))
		}
		if err := t.validateCollections(c.Collections); err != nil {
			faults = append(faults, fmt.Errorf("chaincode %q: %w", c.Name, err))
		}
	}
	if len(t.Chaincodes) > MaxChaincodes {
		faults = append(faults, fmt.Errorf("chaincodes: at most %d", MaxChaincodes))
	}
	return errors.Join(faults...)
}

// reserved says whether names of tallynet's own processes begin as a name does, which is in small letters.
func reserved(name string) bool {
	return strings.HasPrefix(name, "peer") || strings.HasPrefix(name, "orderer") || name == "supervisor"
}

// checkSetting refuses what is no setting of an environment.
func checkSetting(setting string) error {
	if name, _, ok := strings.Cut(setting, "="); !ok || name == "" {
		return fmt.Errorf("env %q: want KEY=VALUE", setting)
	}
	return nil
}

func (t *Topology) validateCollections(collections []Collection) error {
	var faults []error
	seen := map[string]bool{}
	for _, c := range collections {
		switch {
		case !collectionName.MatchString(c.Name):
			faults = append(faults,
				fmt.Errorf("collection %q: want letters, digits, dashes and underscores, no underscore first", c.Name))
		case seen[c.Name]:
			faults = append(faults, fmt.Errorf("collection %q: named twice", c.Name))
		case len(c.Parties) == 0:
			faults = append(faults, fmt.Errorf("collection %q: no parties", c.Name))
		}
		seen[c.Name] = true
		for i, id := range c.Parties {
			party, err := t.Party(id)
			switch {
			case err != nil:
				faults = append(faults, fmt.Errorf("collection %q: %w", c.Name, err))
			case !party.Peer:
				faults = append(faults, fmt.Errorf("collection %q: party %q has no peer to keep it", c.Name, id))
			case slices.Contains(c.Parties[:i], id):
				faults = append(faults, fmt.Errorf("collection %q: party %q is listed twice", c.Name, id))
			}
		}
	}
	return errors.Join(faults...)
}

func (t *Topology) validatePorts() error {
	var faults []error
	names := t.endpointNames()
	for name := range t.Ports {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			faults = append(faults, fmt.Errorf("ports: no endpoint %q; there are %s", name, strings.Join(names, ", ")))
		}
	}
	taken := map[string]string{}
	for _, name := range names {
		address := t.Endpoints()[name]
		_, port, _ := net.SplitHostPort(address)
		if n, err := net.LookupPort("tcp", port); err != nil || n < 1024 {
			faults = append(faults, fmt.Errorf("%s: port %s: want 1024 to 65535", name, port))
		}
		if other, ok := taken[port]; ok {
			faults = append(faults, fmt.Errorf("%s and %s: both on port %s", other, name, port))
		}
		taken[port] = name
	}
	return errors.Join(faults...)
}
