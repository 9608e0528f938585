package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/goods"
)

// A feed has today what it had yesterday, and some more. Where the ledger refuses to make
// a thing twice, what is there is compared with what the line says: the same was done
// before; for another, why says what to do.

// differing are the keys in which two things differ as JSON, without some; no list is an
// empty one.
func differing(one, other any, without ...string) ([]string, error) {
	var keys [2]map[string]json.RawMessage
	for i, thing := range []any{one, other} {
		data, err := json.Marshal(thing)
		if err == nil {
			err = json.Unmarshal(data, &keys[i])
		}
		if err != nil {
			return nil, err
		}
	}
	var list []string
	for _, key := range slices.Sorted(maps.Keys(keys[0])) {
		if !slices.Contains(without, key) && !bytes.Equal(noNull(keys[0][key]), noNull(keys[1][key])) {
			list = append(list, key)
		}
	}
	return list, nil
}

func noNull(value json.RawMessage) json.RawMessage {
	return bytes.ReplaceAll(value, []byte("null"), []byte("[]"))
}

// another is why a line is refused whose thing is there with other content.
func another(what, id string, differ []string, then string) string {
	return fmt.Sprintf("%s %s is there with another %s: %s", what, id, strings.Join(differ, ", "), then)
}

// othersID is why a line is refused whose id another party has.
func othersID(what, id, party string) string {
	return fmt.Sprintf("%s %s is %s's: give the line another id, as by a prefix", what, id, party)
}

// hasBenefit compares a benefit with what the ledger has under its id.
func (s Stores) hasBenefit(req benefit.DefineRequest) (same bool, why string, err error) {
	there, found, err := s.Shop.Benefit(req.Benefit)
	if err != nil || !found {
		return false, "", err
	}
	if there.Provider != s.Party {
		return false, othersID("benefit", req.Benefit, there.Provider), nil
	}
	// That its last day may have passed by now is no matter.
	want, err := benefit.Define(req, benefit.At{Caller: s.Party, Date: someDay})
	if err != nil && fault.CodeOf(err) != fault.Expired {
		return false, "", err
	}
	differ, err := differing(want, there, "open")
	switch {
	case err != nil || len(differ) == 0:
		return err == nil, "", err
	case len(subtract(differ, "quota", "grantors")) == 0:
		why = another("benefit", req.Benefit, differ, "change it with tally benefit amend, or change the file or its mapping")
	default:
		why = another("benefit", req.Benefit, differ,
			"what was offered doesn't change; give the line another id, and close the old one with tally benefit amend")
	}
	return false, why, nil
}

func subtract(list []string, without ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return slices.Contains(without, one) })
}

// hasCampaign compares a campaign with what the ledger has under its id.
func (s Stores) hasCampaign(req campaign.ProposeRequest) (same bool, why string, err error) {
	there, found, err := s.Shop.Campaign(req.Campaign)
	if err != nil || !found {
		return false, "", err
	}
	if there.By != s.Party {
		return false, othersID("campaign", req.Campaign, there.By), nil
	}
	want, err := campaign.Propose(req, there.Rule, campaign.At{Caller: s.Party})
	if err != nil {
		return false, "", err
	}
	differ, err := differing(want.Terms, there.Terms)
	if err != nil {
		return false, "", err
	}
	if !slices.EqualFunc(want.Funders, there.Funders, func(a, b campaign.Funder) bool {
		return a.Party == b.Party && a.Parts == b.Parts && (a.Party != s.Party || a.Cap == b.Cap)
	}) {
		differ = append(differ, "funders or cap")
	}
	if len(differ) == 0 {
		return true, "", nil
	}
	return false, another("campaign", req.Campaign, differ,
		"terms never change; end it with tally campaign end, and give the line another id"), nil
}

// hasApplied compares an application with the supplier that the ledger has.
func (s Stores) hasApplied(req goods.ApplyRequest) (same bool, why string, err error) {
	there, found, err := s.Shop.Supplier(req.Supplier)
	if err != nil || !found {
		return false, "", err
	}
	switch {
	case there.Party != s.Party:
		return false, othersID("supplier", req.Supplier, there.Party), nil
	case there.State == goods.Refused || there.State == goods.Withdrawn:
		return false, "", nil // it may apply again: the ledger's own reason holds
	}
	want, err := goods.Apply(nil, req, goods.At{Caller: s.Party})
	if err != nil {
		return false, "", err
	}
	without := []string{"state", "fee", "since", "reason"}
	if there.State != goods.Applied {
		without = append(without, "categories") // by now they are those that the operator gave it
	}
	differ, err := differing(want, there, without...)
	if err != nil || len(differ) == 0 {
		return err == nil, "", err
	}
	return false, another("supplier", req.Supplier, differ,
		"withdraw it with tally supplier withdraw and apply again, or change the file or its mapping"), nil
}
