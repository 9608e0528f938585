package authority

import (
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"tallystick/client/audit/wire"
)

// configEnvelope reads a block's configuration.
func configEnvelope(t testing.TB, b *wire.Block) *common.ConfigEnvelope {
	t.Helper()
	e := &common.ConfigEnvelope{}
	if err := proto.Unmarshal(b.Txs[0].Data, e); err != nil {
		t.Fatal(err)
	}
	return e
}

// editUpdate changes the update inside a configuration transaction.
func editUpdate(t testing.TB, e *common.ConfigEnvelope, edit func(*common.ConfigUpdateEnvelope, *common.ConfigUpdate)) {
	t.Helper()
	var (
		payload common.Payload
		outer   common.ConfigUpdateEnvelope
		update  common.ConfigUpdate
	)
	for _, step := range []struct {
		raw  func() []byte
		into proto.Message
	}{{e.GetLastUpdate().GetPayload, &payload}, {payload.GetData, &outer}, {outer.GetConfigUpdate, &update}} {
		if err := proto.Unmarshal(step.raw(), step.into); err != nil {
			t.Fatal(err)
		}
	}
	edit(&outer, &update)
	outer.ConfigUpdate = encode(t, &update)
	payload.Data = encode(t, &outer)
	e.LastUpdate.Payload = encode(t, &payload)
}

// TestUpdates holds that the recorded changes of the configuration are taken, each at its height alone, and which
// differences from them are refused.
func TestUpdates(t *testing.T) {
	type edit func(*common.ConfigEnvelope)
	inUpdate := func(edit func(*common.ConfigUpdateEnvelope, *common.ConfigUpdate)) edit {
		return func(e *common.ConfigEnvelope) { editUpdate(t, e, edit) }
	}
	refused := []struct {
		name string
		edit edit
		why  string
	}{
		{"a later sequence", func(e *common.ConfigEnvelope) { e.Config.Sequence++ }, "the configuration has sequence"},
		{"no configuration", func(e *common.ConfigEnvelope) { e.Config = nil }, "without a configuration"},
		{"no update", func(e *common.ConfigEnvelope) { e.LastUpdate = nil }, "without its update"},
		{"more than the update says", func(e *common.ConfigEnvelope) {
			e.Config.ChannelGroup.Groups["Orderer"].Values["BatchTimeout"].Value = []byte("1")
		}, "isn't what comes of its update"},
		{"a policy of its own", func(e *common.ConfigEnvelope) {
			e.Config.ChannelGroup.Groups["Application"].Policies["Admins"].ModPolicy = "Readers"
		}, "isn't what comes of its update"},
		{"another channel", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			u.ChannelId = "other"
		}), "for channel"},
		{"nobody's signature", inUpdate(func(e *common.ConfigUpdateEnvelope, _ *common.ConfigUpdate) {
			e.Signatures = nil
		}), "and [] signed"},
		{"a signature over something else",
			inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
				u.IsolatedData = map[string][]byte{"x": nil}
			}),
			"and [] signed"},
		{"an older version", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			u.ReadSet.Version++
		}), "isn't the current one"},
		{"a version too far", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			bump(u.WriteSet)
		}), "goes from version"},
		{"no change", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			u.WriteSet = u.ReadSet
		}), "changes nothing"},
		{"a new element that isn't new", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			u.WriteSet = proto.CloneOf(u.ReadSet)
			u.WriteSet.Values = map[string]*common.ConfigValue{"New": {Version: 3, ModPolicy: "Admins"}}
		}), "is new and has version 3"},
		{"an element that nobody may change", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			u.WriteSet.Values = map[string]*common.ConfigValue{"A": {}}
		}), "no policy says"},
		{"a bad name", inUpdate(func(_ *common.ConfigUpdateEnvelope, u *common.ConfigUpdate) {
			u.WriteSet.Values = map[string]*common.ConfigValue{"a/b": {}}
		}), "can't be called"},
	}
	changes := 0
	walk(t, recorded(t, "bft"), func(c *Channel, b *wire.Block) {
		if !isConfig(b) {
			return
		}
		changes++
		if _, err := c.config.change(configEnvelope(t, b)); err != nil {
			t.Errorf("block %d: %v", b.Number, err)
		}
		for _, r := range refused {
			e := configEnvelope(t, b)
			r.edit(e)
			if _, err := c.config.change(e); err == nil || !strings.Contains(err.Error(), r.why) {
				t.Errorf("block %d with %s: got %v, want %q", b.Number, r.name, err, r.why)
			}
		}
	})
	if changes == 0 {
		t.Fatal("nothing was tried")
	}
}

// bump raises the versions of all values and policies.
func bump(g *common.ConfigGroup) {
	for _, v := range g.GetValues() {
		v.Version += 5
	}
	for _, p := range g.GetPolicies() {
		p.Version += 5
	}
	for _, below := range g.GetGroups() {
		bump(below)
	}
}

// TestConfigurations holds which configurations aren't taken into use.
func TestConfigurations(t *testing.T) {
	blocks := recorded(t, "bft")
	first := configEnvelope(t, parse(t, blocks[0])).Config
	for name, edit := range map[string]func(*common.ConfigGroup){
		"a group of no kind":  func(g *common.ConfigGroup) { g.Groups["Other"] = &common.ConfigGroup{} },
		"a newer capability":  func(g *common.ConfigGroup) { setCapability(t, g, "V9_0") },
		"an older capability": func(g *common.ConfigGroup) { setCapability(t, g, "V1_1") },
		"a policy on blocks that isn't the orderers' quorum": func(g *common.ConfigGroup) {
			g.Groups["Orderer"].Policies["BlockValidation"] = g.Groups["Orderer"].Policies["Writers"]
		},
		"other orderers than the policy on blocks": func(g *common.ConfigGroup) {
			var orderers common.Orderers
			if err := proto.Unmarshal(g.Groups["Orderer"].Values["Orderers"].Value, &orderers); err != nil {
				t.Fatal(err)
			}
			orderers.ConsenterMapping = orderers.ConsenterMapping[1:]
			g.Groups["Orderer"].Values["Orderers"].Value = encode(t, &orderers)
		},
		"an organisation without MSP": func(g *common.ConfigGroup) {
			delete(g.Groups["Application"].Groups["G"].Values, "MSP")
		},
		"an organisation with groups": func(g *common.ConfigGroup) {
			g.Groups["Application"].Groups["G"].Groups = map[string]*common.ConfigGroup{"X": {}}
		},
		"groups too deep": func(g *common.ConfigGroup) {
			for range mostGroupDepth + 1 {
				*g = common.ConfigGroup{Groups: map[string]*common.ConfigGroup{"Application": proto.CloneOf(g)}}
			}
		},
		"a policy of no type": func(g *common.ConfigGroup) {
			g.Policies["Admins"] = &common.ConfigPolicy{Policy: &common.Policy{Type: 9}}
		},
	} {
		c := proto.CloneOf(first)
		edit(c.ChannelGroup)
		if _, err := newConfig("alliance", c); err == nil {
			t.Errorf("a configuration with %s is taken", name)
		}
	}
}

func setCapability(t testing.TB, g *common.ConfigGroup, name string) {
	t.Helper()
	g.Values["Capabilities"].Value = encode(t,
		&common.Capabilities{Capabilities: map[string]*common.Capability{name: {}}})
}
