package authority

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// element is a group, value or policy of a configuration: what an update changes as one, under a policy of its
// own (common/configtx/compare.go).
type element struct {
	group  *common.ConfigGroup // one of the three
	value  *common.ConfigValue
	policy *common.ConfigPolicy
	path   []string // of the group that it is in, from "Channel"
	name   string
}

func (e element) version() uint64 {
	switch {
	case e.group != nil:
		return e.group.GetVersion()
	case e.value != nil:
		return e.value.GetVersion()
	}
	return e.policy.GetVersion()
}

func (e element) modPolicy() string {
	switch {
	case e.group != nil:
		return e.group.GetModPolicy()
	case e.value != nil:
		return e.value.GetModPolicy()
	}
	return e.policy.GetModPolicy()
}

// Kinds of elements, as they stand before a path.
const (
	groupKind  = "group "
	valueKind  = "value "
	policyKind = "policy "
)

// flatten lists all elements of a configuration by kind and path: "value /Channel/Orderer/BatchSize"
// (common/configtx/configmap.go). A group that isn't there has none.
func flatten(top *common.ConfigGroup) (map[string]element, error) {
	all := map[string]element{}
	if top == nil {
		return all, nil
	}
	return all, collect(all, nil, channelGroup, top)
}

func collect(all map[string]element, path []string, name string, g *common.ConfigGroup) error {
	if len(path) > mostGroupDepth {
		return fmt.Errorf("configuration groups are more than %d deep", mostGroupDepth)
	}
	if err := add(all, groupKind, element{group: g, path: path, name: name}); err != nil {
		return err
	}
	inside := append(slices.Clone(path), name)
	for name, below := range g.GetGroups() {
		if err := collect(all, inside, name, below); err != nil {
			return err
		}
	}
	for name, v := range g.GetValues() {
		if err := add(all, valueKind, element{value: v, path: inside, name: name}); err != nil {
			return err
		}
	}
	for name, p := range g.GetPolicies() {
		if err := add(all, policyKind, element{policy: p, path: inside, name: name}); err != nil {
			return err
		}
	}
	return nil
}

func add(all map[string]element, kind string, e element) error {
	if err := checkName(e.name); err != nil {
		return err
	}
	if len(all) >= mostElements {
		return fmt.Errorf("a configuration has more than %d elements", mostElements)
	}
	all[kind+"/"+strings.Join(append(slices.Clone(e.path), e.name), "/")] = e
	return nil
}

var elementName = regexp.MustCompile(`^[a-zA-Z0-9.-]{1,249}$`)

// checkName refuses what can't be an element's name (common/configtx/validator.go).
func checkName(name string) error {
	if !elementName.MatchString(name) || name == "." || name == ".." {
		return fmt.Errorf("an element of a configuration can't be called %q", name)
	}
	return nil
}

// change checks a configuration transaction against the configuration before it, and returns the new one: the
// next sequence number, an update whose signatures every changed element's policy asks for, and exactly the
// configuration that comes of that update (common/configtx/validator.go).
func (c *config) change(envelope *common.ConfigEnvelope) (*config, error) {
	next := envelope.GetConfig()
	if next == nil {
		return nil, errors.New("a configuration transaction without a configuration")
	}
	if next.GetSequence() != c.sequence+1 {
		return nil, fmt.Errorf("the configuration has sequence %d, after %d", next.GetSequence(), c.sequence)
	}
	update, err := readUpdate(envelope.GetLastUpdate())
	if err != nil {
		return nil, err
	}
	after, err := c.authorise(update)
	if err != nil {
		return nil, err
	}
	top, err := assemble(after, channelGroup)
	if err != nil {
		return nil, err
	}
	if !proto.Equal(top, next.GetChannelGroup()) {
		return nil, errors.New("the configuration isn't what comes of its update")
	}
	made, err := newConfig(c.channel, next)
	if err != nil {
		return nil, err
	}
	return made, c.checkSuccessor(made)
}

// readUpdate reads the update that a client proposed.
func readUpdate(envelope *common.Envelope) (*common.ConfigUpdateEnvelope, error) {
	var (
		payload common.Payload
		header  common.ChannelHeader
		update  common.ConfigUpdateEnvelope
	)
	if envelope == nil {
		return nil, errors.New("a configuration without its update")
	}
	if err := proto.Unmarshal(envelope.GetPayload(), &payload); err != nil {
		return nil, fmt.Errorf("the update's payload: %w", err)
	}
	if payload.GetHeader() == nil {
		return nil, errors.New("the update has no header")
	}
	if err := proto.Unmarshal(payload.GetHeader().GetChannelHeader(), &header); err != nil {
		return nil, fmt.Errorf("the update's header: %w", err)
	}
	if common.HeaderType(header.GetType()) != common.HeaderType_CONFIG_UPDATE {
		return nil, fmt.Errorf("the update has type %d", header.GetType())
	}
	if err := proto.Unmarshal(payload.GetData(), &update); err != nil {
		return nil, fmt.Errorf("the update: %w", err)
	}
	return &update, nil
}

// authorise checks an update's read set, write set and signatures, and returns all elements after it
// (common/configtx/update.go).
func (c *config) authorise(envelope *common.ConfigUpdateEnvelope) (map[string]element, error) {
	var update common.ConfigUpdate
	if err := proto.Unmarshal(envelope.GetConfigUpdate(), &update); err != nil {
		return nil, fmt.Errorf("the update: %w", err)
	}
	if update.GetChannelId() != c.channel {
		return nil, fmt.Errorf("the update is for channel %q", update.GetChannelId())
	}
	read, err := flatten(update.GetReadSet())
	if err != nil {
		return nil, err
	}
	for path, e := range read {
		if now, found := c.elements[path]; !found || now.version() != e.version() {
			return nil, fmt.Errorf("the update read version %d of %s, which isn't the current one", e.version(), path)
		}
	}
	written, err := flatten(update.GetWriteSet())
	if err != nil {
		return nil, err
	}
	changed := map[string]element{}
	for path, e := range written {
		if before, found := read[path]; !found || before.version() != e.version() {
			changed[path] = e
		}
	}
	if err := c.checkChanged(changed, envelope); err != nil {
		return nil, err
	}
	after := maps.Clone(c.elements)
	maps.Copy(after, changed)
	for path := range written {
		if _, found := after[path]; !found {
			return nil, fmt.Errorf("the update names %s, which comes to nothing", path)
		}
	}
	return after, nil
}

// checkChanged checks that each changed element is the next version of its, and that its policy before the
// change is satisfied. A new element needs none: its group changes with it.
func (c *config) checkChanged(changed map[string]element, envelope *common.ConfigUpdateEnvelope) error {
	if len(changed) == 0 {
		return errors.New("the update changes nothing")
	}
	set, err := updateSignatures(envelope)
	if err != nil {
		return err
	}
	signers, faults := c.members.signers(set)
	for _, path := range slices.Sorted(maps.Keys(changed)) {
		e := changed[path]
		if err := checkModPolicy(e.modPolicy()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		before, found := c.elements[path]
		switch {
		case !found && e.version() != 0:
			return fmt.Errorf("%s is new and has version %d", path, e.version())
		case !found:
			continue
		case e.version() != before.version()+1:
			return fmt.Errorf("%s goes from version %d to %d", path, before.version(), e.version())
		}
		needed, ok := c.policyOf(before)
		if !ok {
			return fmt.Errorf("%s changes under a policy %q that isn't there", path, before.modPolicy())
		}
		if err := needed.check(signers); err != nil {
			return withFaults(
				fmt.Errorf("%s changes under %s, and %v signed: %w", path, before.modPolicy(), signers, err), faults)
		}
	}
	return nil
}

func updateSignatures(envelope *common.ConfigUpdateEnvelope) (set []signed, err error) {
	if n := len(envelope.GetSignatures()); n > mostSignatures {
		return nil, fmt.Errorf("an update with %d signatures; up to %d are read", n, mostSignatures)
	}
	for _, s := range envelope.GetSignatures() {
		var header common.SignatureHeader
		if err := proto.Unmarshal(s.GetSignatureHeader(), &header); err != nil {
			return nil, fmt.Errorf("a signature's header: %w", err)
		}
		set = append(set, signed{
			message:  slices.Concat(s.GetSignatureHeader(), envelope.GetConfigUpdate()),
			identity: header.GetCreator(), signature: s.GetSignature(),
		})
	}
	return set, nil
}

func checkModPolicy(path string) error {
	if path == "" {
		return errors.New("no policy says who may change it")
	}
	for _, name := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

// policyOf is the policy under which an element changes: one from the root, or one of the group that it is in
// (or that it is).
func (c *config) policyOf(e element) (policy, bool) {
	at := c.root
	if !strings.HasPrefix(e.modPolicy(), "/") && len(e.path) > 0 {
		if at = c.root.below(e.path[1:]); at != nil && e.group != nil {
			at = at.groups[e.name]
		}
	}
	if at == nil {
		return nil, false
	}
	return at.policy(e.modPolicy())
}

// assemble makes the tree of a configuration's elements: each group has those that it names itself. What names
// no policy for its change gets one, as Fabric mends configurations of 1.0.
func assemble(all map[string]element, path string) (*common.ConfigGroup, error) {
	at, found := all[groupKind+"/"+path]
	if !found {
		return nil, fmt.Errorf("the update leaves no group /%s", path)
	}
	g := &common.ConfigGroup{
		Version: at.group.GetVersion(), ModPolicy: at.group.GetModPolicy(),
		Groups: map[string]*common.ConfigGroup{}, Values: map[string]*common.ConfigValue{},
		Policies: map[string]*common.ConfigPolicy{},
	}
	for name := range at.group.GetGroups() {
		below, err := assemble(all, path+"/"+name)
		if err != nil {
			return nil, err
		}
		g.Groups[name] = below
	}
	for name := range at.group.GetValues() {
		e, found := all[valueKind+"/"+path+"/"+name]
		if !found {
			return nil, fmt.Errorf("the update leaves no value /%s/%s", path, name)
		}
		g.Values[name] = proto.CloneOf(e.value)
	}
	for name := range at.group.GetPolicies() {
		e, found := all[policyKind+"/"+path+"/"+name]
		if !found {
			return nil, fmt.Errorf("the update leaves no policy /%s/%s", path, name)
		}
		g.Policies[name] = proto.CloneOf(e.policy)
	}
	if _, mend := all[valueKind+"/Channel/Orderer/Capabilities"]; mend {
		mendModPolicies(g)
	}
	return g, nil
}

func mendModPolicies(g *common.ConfigGroup) {
	mend := func(p *string) {
		if *p == "" {
			*p = "Admins"
		}
	}
	mend(&g.ModPolicy)
	for _, v := range g.GetValues() {
		mend(&v.ModPolicy)
	}
	for _, p := range g.GetPolicies() {
		mend(&p.ModPolicy)
	}
}

// checkSuccessor checks what no update may change (common/channelconfig/bundle.go, ValidateNew).
func (c *config) checkSuccessor(next *config) error {
	for _, name := range []string{ordererGroup, applicationGroup} {
		before, after := c.elements[groupKind+"/Channel/"+name], next.elements[groupKind+"/Channel/"+name]
		if before.group != nil && after.group == nil {
			return fmt.Errorf("the update removes the group %s", name)
		}
	}
	for name, id := range c.application {
		if now, found := next.application[name]; found && now != id {
			return fmt.Errorf("organisation %s was the MSP %s and becomes %s", name, id, now)
		}
	}
	return nil
}
