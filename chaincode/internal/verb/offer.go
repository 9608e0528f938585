package verb

import (
	"strings"

	"tallystick/chaincode/audience"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
)

func (c *call) publishOffer(req audience.PublishRequest) error {
	if err := c.requireMerchant(); err != nil {
		return err
	}
	if id := req.Audience.Programme; id != "" {
		if _, err := c.programme(id); err != nil {
			return err
		}
	}
	if err := c.offered(req.Benefit, req.Rule); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Offer(c.Caller.ID, req.Offer), audience.Publish(req, c.Caller.ID))
	return nil
}

// offered refuses with NOT_FOUND an offer of a benefit or an earn rule that isn't
// there.
func (c *call) offered(benefit, rule string) error {
	if benefit != "" {
		if _, err := c.benefit(benefit); err != nil {
			return err
		}
	}
	if rule == "" {
		return nil
	}
	programme, id, _ := strings.Cut(rule, "/")
	_, err := ledger.Get(c.Tx, row.Rule(programme, id), "earn rule", rule)
	return err
}

func (c *call) withdrawOffer(req audience.WithdrawRequest) error {
	key := row.Offer(c.Caller.ID, req.Offer)
	offer, err := ledger.Get(c.Tx, key, "offer", req.Offer)
	if err != nil {
		return err
	}
	next, err := offer.Withdraw(c.At.Date)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, key, next)
	return nil
}

// facts reads what an audience asks of a root: its tier in the audience's
// programme, and the labels of the parties that the audience names, as far as
// they hold today. At most 32 rows of labels.
func (c *call) facts(memberRoot string, a audience.Audience) (audience.Facts, error) {
	var facts audience.Facts
	if a.Programme != "" {
		tier, err := c.tier(memberRoot, a.Programme)
		if err != nil {
			return audience.Facts{}, err
		}
		facts.Tier = tier
	}
	for _, party := range a.Parties() {
		labels, _, err := ledger.Find(c.Tx, row.Labels(memberRoot, party))
		if err != nil {
			return audience.Facts{}, err
		}
		facts.Labels = append(facts.Labels, labels.Facts(party, c.At.Date)...)
	}
	return facts, nil
}

// eligible refuses with INELIGIBLE a root that doesn't belong to an audience.
func (c *call) eligible(memberRoot string, a audience.Audience) error {
	if a.Everybody() {
		return nil
	}
	facts, err := c.facts(memberRoot, a)
	if err != nil {
		return err
	}
	if !a.Fits(facts) {
		return fault.New(fault.Ineligible, "it isn't meant for member %s", memberRoot)
	}
	return nil
}
