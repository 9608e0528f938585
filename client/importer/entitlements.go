package importer

import (
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/code"
	"tallystick/chaincode/command"
)

// entitlements are what lines give members (benefit:Grant), one for each benefit
// and member: as many uses as the benefit has.
type entitlements struct{}

func (entitlements) form() form {
	return form{
		must: []part{partBenefit, partMember}, may: []part{partReference},
		keys: []string{"codes", "gift", "unknown"}, once: true, vault: (*Mapping).hasCodes, elsewhere: countsTwice,
	}
}

// hasCodes says whether uses wait for one-time codes.
func (m *Mapping) hasCodes() bool { return m.Codes }

func (entitlements) check(*Mapping) error { return nil }

func (entitlements) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	grant := benefit.Grant{Reference: m.maybe(l, partReference)}
	id, err := m.id(l, partBenefit)
	if err != nil {
		return nil, err
	}
	w, err := m.who(l)
	if err != nil {
		return nil, err
	}
	grant.Member = w.someone()
	draft := func(s Stores) (command.Request, string, error) {
		made := grant
		var doomed string
		var err error
		if made.Member, doomed, err = s.member(m, w); err != nil {
			return nil, "", err
		}
		if m.Codes {
			_, made.Commitment = s.codes(m.Source, id, made.Member)
		}
		return benefit.GrantRequest{Benefit: id, Gift: m.Gift, Grants: []benefit.Grant{made}}, doomed, nil
	}
	item := &Item{key: id + "\n" + w.key(), who: &w, Adds: Totals{Entitlements: 1}, Drafts: []Draft{draft}}
	return item, l.checked(benefit.GrantRequest{Benefit: id, Grants: []benefit.Grant{grant}})
}

// codes are those of the one entitlement to a benefit that a source gives a
// member, and the commitment to the first.
//
// The vault makes them of the source, the benefit and the member, so that who
// writes off needs neither the position that gave the entitlement nor a list of
// codes, and a second run makes the same. The chain is as long as any benefit's
// uses, so that it needn't know the benefit; what isn't used is never revealed.
func (s Stores) codes(source, id, member string) ([]code.Code, code.Commitment) {
	return code.Chain(s.Vault.CodeSeed(source+"/"+id+"/"+member, 0), benefit.MaxUses)
}
