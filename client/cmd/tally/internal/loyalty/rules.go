package loyalty

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
	"tallystick/client/cmd/tally/internal/cli"
	"tallystick/client/figure"
	"tallystick/client/node/loyalty"
)

// ruleChanges are rules that flags name, to be put in the place of others. Points have no scale yet.
type ruleChanges struct {
	loyalty.RuleChanges
	points []pointsText
	tiers  []tier
}

// pointsText is a number of points as it was written, and the rule that it is for.
type pointsText struct {
	flag string
	text figure.Decimal
	to   **amount.Units
}

// tier is a tier whose points have no scale yet.
type tier struct {
	points.Tier
	least figure.Decimal
}

// in are the changes with points as units of some scale.
func (c *ruleChanges) in(units func(figure.Decimal) (amount.Units, error)) (loyalty.RuleChanges, error) {
	for _, p := range c.points {
		n, err := units(p.text)
		if err != nil {
			return c.RuleChanges, cli.InFront("--"+p.flag, err)
		}
		*p.to = &n
	}
	if c.Tiers == nil {
		return c.RuleChanges, nil
	}
	tiers := make([]points.Tier, len(c.tiers))
	for i, t := range c.tiers {
		var err error
		if t.AtLeast, err = units(t.least); err != nil {
			return c.RuleChanges, cli.InFront("--tier "+t.ID+":", err)
		}
		tiers[i] = t.Tier
	}
	c.Tiers = &tiers
	return c.RuleChanges, nil
}

// change is a flag that changes a rule.
func change[T any](cmd *cobra.Command, to **T, name, usage string, parse func(string) (T, error)) {
	cli.On(cmd, name, usage, func(text string) error {
		v, err := parse(text)
		*to = &v
		return err
	})
}

// pointsFlag is a flag that changes a number of points.
func (c *ruleChanges) pointsFlag(cmd *cobra.Command, to **amount.Units, name, usage string) {
	var form string
	cli.One(cmd, &form, name, usage, func(text string) (string, error) {
		d, err := figure.Parse(text)
		if err != nil {
			return "", err
		}
		c.points = append(c.points, pointsText{name, d, to})
		*to = new(amount.Units)
		return d.Form(), nil
	})
}

func (c *ruleChanges) flags(cmd *cobra.Command) {
	change(cmd, &c.Scale, "scale", "digits after the point of its points, as people write and read them, 0 to 6",
		cli.Small[uint8])
	change(cmd, &c.Expiry, "expiry",
		"free, days:365, month_end:12, quarter_end:4, year_end:1, fixed:2027-12-31 or sliding:365", parseExpiry)
	yesNo(cmd, &c.Evidence, "needs-evidence", "every grant waits for an activator's evidence")
	yesNo(cmd, &c.Transfer, "transfer", "points may go from member to member; --transfer=false forbids it")
	c.pointsFlag(cmd, &c.TransferPerDay, "transfer-per-day", "that one member may send; 0: no limit")
	c.pointsFlag(cmd, &c.TransferPerCounterparty, "transfer-per-counterparty",
		"a day, from one member to one other; 0: no limit")
	change(cmd, &c.Wait, "wait-days", "before received points can be sent on", cli.Small[uint16])
	c.pointsFlag(cmd, &c.EarnPerDay, "earn-per-day", "that one member may get; 0: no limit")
	c.pointsFlag(cmd, &c.SpendPerDay, "spend-per-day", "that one member may spend or convert; 0: no limit")
	change(cmd, &c.Grace, "grace-days", "that points live which are refunded after their expiry; 0: 30",
		cli.Small[uint16])
	change(cmd, &c.Window, "tier-months", "that count towards a tier, this one included", cli.Small[uint8])
	change(cmd, &c.Shortfall, "shortfall",
		"of a clawback of points that are no longer there: refuse it, or what is missing is the member's debt or borne by who paid for it: refuse, debt or bear (追回不足)",
		func(text string) (s points.Shortfall, err error) {
			return s, s.UnmarshalText([]byte(text))
		})
	cli.On(cmd, "tier", "ID:EN:ZH:ATLEAST, lowest first, or none; again for more; replaces all (会员等级)",
		c.tier)
}

func (c *ruleChanges) tier(text string) error {
	c.Tiers = &[]points.Tier{}
	if text == "none" {
		c.tiers = nil
		return nil
	}
	t, err := parseTier(text)
	c.tiers = append(c.tiers, t)
	return err
}

// yesNo is a flag that needs no text to say yes.
func yesNo(cmd *cobra.Command, to **bool, name, usage string) {
	change(cmd, to, name, usage, strconv.ParseBool)
	cmd.Flags().Lookup(name).NoOptDefVal = "true"
}

// parseExpiry reads "free", "days:365" or "fixed:2027-12-31".
func parseExpiry(text string) (e points.Expiry, err error) {
	kind, rest, more := strings.Cut(text, ":")
	if err := e.Kind.UnmarshalText([]byte(kind)); err != nil {
		return e, err
	}
	switch {
	case (e.Kind == points.Free) == more:
		return e, fault.New(fault.BadRequest, "%.40q: want free alone, and a number or a day after the others", text)
	case e.Kind == points.Fixed:
		e.On, err = date.Parse(rest)
	case more:
		e.N, err = cli.Small[uint16](rest)
	}
	return e, err
}

// expiryText writes what parseExpiry reads.
func expiryText(e points.Expiry) string {
	switch e.Kind {
	case points.Free:
		return e.Kind.String()
	case points.Fixed:
		return fmt.Sprintf("%s:%s", e.Kind, e.On)
	}
	return fmt.Sprintf("%s:%d", e.Kind, e.N)
}

func parseTier(text string) (tier, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 4 {
		return tier{}, fault.New(fault.BadRequest, "%.80q: want ID:EN:ZH:ATLEAST, such as gold:Gold:金:50000", text)
	}
	least, err := figure.Parse(parts[3])
	return tier{points.Tier{ID: parts[0], En: parts[1], Zh: parts[2]}, least}, err
}
