package verb

import (
	"bytes"

	"tallystick/chaincode/benefit"
	"tallystick/chaincode/campaign"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/row"
)

// counted is something that is counted of a person: a row for each pseudonym, and
// how the rows of two that turned out to be one person come together.
type counted[T any] struct {
	key  func(wallet string) row.Key[T]
	join func(a, b T) T
}

// together is what was counted of a root under all its pseudonyms, and the rows that
// stand under those that were merged into it.
func together[T any](c *call, root string, of counted[T]) (sum T, merged []row.Key[T], err error) {
	if sum, _, err = ledger.Find(c.Tx, of.key(root)); err != nil {
		return sum, nil, err
	}
	m, err := c.member(root)
	if err != nil || len(m.Merged) == 0 {
		return sum, nil, err
	}
	var none T
	for _, wallet := range m.Merged {
		one, found, err := ledger.Find(c.Tx, of.key(wallet))
		if err != nil {
			return sum, nil, err
		}
		if found && !bytes.Equal(row.Encode(one), row.Encode(none)) {
			sum, merged = of.join(sum, one), append(merged, of.key(wallet))
		}
	}
	return sum, merged, nil
}

// recount lets change decide on what was counted of a root. The count then stands
// under the root alone.
func recount[T any](c *call, root string, of counted[T], change func(T) (T, error)) error {
	sum, merged, err := together(c, root, of)
	if err != nil {
		return err
	}
	next, err := change(sum)
	if err != nil {
		return err
	}
	var none T
	for _, key := range merged {
		ledger.Put(c.Tx, key, none)
	}
	ledger.Put(c.Tx, of.key(root), next)
	return nil
}

// awardCounts are how many awards of a campaign, and benefitCounts how many
// entitlements of a benefit a person has had.
func awardCounts(campaignID string) counted[campaign.Count] {
	return counted[campaign.Count]{
		key:  func(wallet string) row.Key[campaign.Count] { return row.AwardCount(campaignID, wallet) },
		join: campaign.Count.Plus,
	}
}

func benefitCounts(model string) counted[benefit.Count] {
	return counted[benefit.Count]{
		key:  func(wallet string) row.Key[benefit.Count] { return row.BenefitCount(model, wallet) },
		join: benefit.Count.Plus,
	}
}
