package importer

import (
	"tallystick/chaincode/amount"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/command"
	"tallystick/chaincode/ledgersim"
	"tallystick/chaincode/member"
	"tallystick/chaincode/number"
	"tallystick/chaincode/party"
	"tallystick/chaincode/points"
	"tallystick/chaincode/replay"
	"tallystick/chaincode/row"
)

// counter is a ledger that does D's grants and write-offs, and answers for entitlements
// as the read model does. A benefit or a member that a grant names is there in time.
type counter struct {
	t      fataler
	ledger *replay.Ledger
	uses   uint16 // of each benefit
	there  map[string]bool
	made   map[string][]number.Row // entitlements, by benefit and member
}

func newCounter(t fataler, uses uint16) *counter {
	return &counter{t, founded(t), uses, map[string]bool{}, map[string][]number.Row{}}
}

// founded is a ledger under the real rules: G's, with the issuers D, F and M, of which D
// has a peer and a programme DP, too, and is a supplier.
func founded(t fataler) *replay.Ledger {
	orgs := []ledgersim.Org{{MSP: "G", Peer: true}, {MSP: "D", Peer: true}, {MSP: "F"}, {MSP: "M"}}
	l, err := replay.NewLedger(ledgersim.Config{Seed: 1, Orgs: orgs}, replay.Rules{Operator: "G", Test: true})
	roles := party.Issuer | party.Acceptor
	if err == nil {
		err = l.Found("G",
			party.FoundRequest{Network: "test", En: "G", Zh: "G", Roles: roles, Cycle: "c", Date: someDay, Test: true})
	}
	for _, id := range []string{"D", "F", "M"} {
		if err == nil {
			_, err = l.Do("G", party.RegisterRequest{Party: id, En: id, Zh: id, Roles: roles | party.Supplier})
		}
	}
	if err == nil {
		err = l.BeginPeer("D")
	}
	if err == nil {
		_, err = l.Do("D",
			points.OpenProgrammeRequest{Programme: "DP", En: "D", Zh: "D", Price: amount.Rate{Num: 1, Den: 1}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// list is what the ledger has of a benefit and member, in the order of their numbers.
func (c *counter) list(id, who string) (found []Granted, err error) {
	for _, n := range c.made[id+"/"+who] {
		e, err := row.Decode[benefit.Entitlement](c.ledger.Get("D", "tally", string(row.Entitlement(n))))
		if err != nil {
			return nil, err
		}
		found = append(found, Granted{n, e})
	}
	return found, nil
}

// take has the ledger do grants and write-offs.
func (c *counter) take(_ uint64, req command.Request) error {
	switch r := req.(type) {
	case benefit.GrantRequest:
		return c.grant(r)
	case benefit.WriteOffRequest:
		_, err := c.ledger.Do("D", r)
		return err
	}
	return nil
}

func (c *counter) grant(req benefit.GrantRequest) error {
	id, who := req.Benefit, req.Grants[0].Member
	c.once("b/"+id, benefit.DefineRequest{Benefit: id, En: id, Zh: id, Kind: benefit.Coupon, Scene: "campaign",
		Uses: c.uses, Days: 30, PerMember: 2,
		Stackable: true, Fee: amount.Rate{Num: 0, Den: 1}, Code: len(req.Grants[0].Commitment) > 0,
		Lapse: benefit.Refund})
	c.once("m/"+who, member.EnrolRequest{Member: who})
	n, err := c.ledger.Do("D", req)
	if err == nil {
		c.made[id+"/"+who] = append(c.made[id+"/"+who], n.Row(0))
	}
	return err
}

// once does what only the first grant of something needs.
func (c *counter) once(what string, req command.Request) {
	if c.there[what] {
		return
	}
	c.there[what] = true
	if _, err := c.ledger.Do("D", req); err != nil {
		c.t.Fatal(err)
	}
}
