package importer

import (
	"bytes"
	"fmt"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
)

// writeOffs are uses that were made of entitlements (benefit:WriteOff). The read
// model finds the entitlement by benefit and member.
//
// A line is the use after those of the earlier lines of its benefit and member,
// and reveals that use's code. So the file alone decides which code a position
// has, whatever became of the ones before; if an earlier use was refused, or made
// elsewhere, the code doesn't open and the ledger says WRONG_CODE.
type writeOffs struct{}

func (writeOffs) form() form {
	return form{
		must: []part{partBenefit, partMember}, may: []part{partOutlet, partReference},
		keys: []string{"codes", "entitlements"}, ordered: always, counted: true, vault: (*Mapping).hasCodes,
		index: always,
	}
}

func (writeOffs) check(m *Mapping) error {
	if m.Codes {
		return name.CheckID("entitlements", m.Entitlements)
	}
	if m.Entitlements != "" {
		return fmt.Errorf("entitlements: means nothing without codes")
	}
	return nil
}

func (writeOffs) item(m *Mapping, s Stores, l *line) (*Item, error) {
	req := benefit.WriteOffRequest{Entitlement: nowhere(s.Party), Outlet: m.maybe(l, partOutlet),
		Reference: m.maybe(l, partReference)}
	id, err := m.id(l, partBenefit)
	if err != nil {
		return nil, err
	}
	w, err := m.who(l)
	if err != nil {
		return nil, err
	}
	if err := l.checked(benefit.GrantRequest{Benefit: id, Grants: []benefit.Grant{{Member: w.someone()}}}); err != nil {
		return nil, err
	}
	item := &Item{key: id + "\n" + w.key(), who: &w, Adds: Totals{WriteOffs: 1}}
	item.Drafts = []Draft{func(s Stores) (command.Request, string, error) {
		return m.use(s, req, id, w, item.nth)
	}}
	return item, l.checked(req)
}

// use fills in the entitlement and the code of the nth use, from 0.
func (m *Mapping) use(s Stores, req benefit.WriteOffRequest, id string, w who, nth int) (command.Request, string,
	error) {
	who, doomed, err := s.member(m, w)
	if doomed != "" || err != nil {
		return req, doomed, err
	}
	found, err := s.Entitlements(id, who)
	if err != nil {
		return nil, "", err
	}
	if len(found) == 0 {
		return req, "the member has no entitlement to this benefit", nil
	}
	if !m.Codes {
		req.Entitlement = covering(found, nth).Number
		return req, "", nil
	}
	if nth >= benefit.MaxUses {
		return req, "no entitlement has so many uses", nil
	}
	codes, first := s.codes(m.Entitlements, id, who)
	req.Entitlement, req.Code = opened(found, codes, first).Number, codes[nth]
	return req, "", nil
}

// covering is the entitlement that has the nth use of all of them.
func covering(found []Granted, nth int) Granted {
	for _, one := range found {
		if nth < int(one.Uses) {
			return one
		}
		nth -= int(one.Uses)
	}
	return found[len(found)-1]
}

// opened is the entitlement that the codes are of. One that has no use left
// shows no commitment any more, so without a match it is the first of all.
func opened(found []Granted, codes []code.Code, first code.Commitment) Granted {
	for _, one := range found {
		shows := bytes.Equal(one.Commitment, first)
		for _, c := range codes {
			shows = shows || bytes.Equal(one.Commitment, c)
		}
		if shows {
			return one
		}
	}
	return found[0]
}

// nowhere is an entitlement that the ledger will say it hasn't: the last number of
// the lane of single commands, which no party can reach.
func nowhere(party string) number.Row {
	return number.Command{Party: party, Lane: number.Single, Seq: number.MaxSeq, Index: number.MaxIndex}.Row(
		number.MaxOrd)
}
