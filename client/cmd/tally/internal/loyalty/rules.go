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
)

// ruleChanges are those rules that flags name, to be put in the place of others. Points are in the scale that the rules
// have then.
type ruleChanges struct {
	scale *uint8
	list  []func(*points.Rules) error
	tiers []tier
	all   bool // the tiers are named
}

// tier is a tier whose points have no scale yet.
type tier struct {
	points.Tier
	least figure.Decimal
}

func (c *ruleChanges) none() bool { return c.scale == nil && len(c.list) == 0 && !c.all }

// on is the rules with the changes.
func (c *ruleChanges) on(rules points.Rules) (points.Rules, error) {
	if c.scale != nil {
		rules.Scale = *c.scale
	}
	for _, change := range c.list {
		if err := change(&rules); err != nil {
			return rules, err
		}
	}
	if !c.all {
		return rules, nil
	}
	rules.Tiers = nil
	if len(c.tiers) == 0 {
		rules.Window = 0
	}
	for _, t := range c.tiers {
		var err error
		if t.AtLeast, err = t.least.Units(rules.Scale); err != nil {
			return rules, cli.InFront("--tier "+t.ID+":", err)
		}
		rules.Tiers = append(rules.Tiers, t.Tier)
	}
	return rules, nil
}

// change is a flag that changes rules.
func change[T any](c *ruleChanges, cmd *cobra.Command, name, usage string, parse func(string) (T, error),
	set func(*points.Rules, T)) {
	cli.On(cmd, name, usage, func(text string) error {
		v, err := parse(text)
		c.list = append(c.list, func(r *points.Rules) error {
			set(r, v)
			return nil
		})
		return err
	})
}

// points is a flag that changes a number of points.
func (c *ruleChanges) points(cmd *cobra.Command, name, usage string, set func(*points.Rules, amount.Units)) {
	var form string
	cli.One(cmd, &form, name, usage, func(text string) (string, error) {
		d, err := figure.Parse(text)
		c.list = append(c.list, func(r *points.Rules) error {
			units, err := d.Units(r.Scale)
			set(r, units)
			return cli.InFront("--"+name, err)
		})
		return d.Form(), err
	})
}

func (c *ruleChanges) flags(cmd *cobra.Command) {
	cli.On(cmd, "scale", "digits after the point of its points, as people write and read them, 0 to 6",
		func(text string) error {
			scale, err := cli.Small[uint8](text)
			c.scale = &scale
			return err
		})
	change(c, cmd, "expiry",
		"free, days:365, month_end:12, quarter_end:4, year_end:1, fixed:2027-12-31 or sliding:365", parseExpiry,
		func(r *points.Rules, v points.Expiry) { r.Expiry = v })
	c.yesNo(cmd, "needs-evidence", "every grant waits for an activator's evidence", func(r *points.Rules, v bool) {
		r.Evidence = v
	})
	c.yesNo(cmd, "transfer", "points may go from member to member; --transfer=false forbids it",
		func(r *points.Rules, v bool) {
			if r.Transfer.Allowed = v; !v {
				r.Transfer = points.TransferRules{}
			}
		})
	c.points(cmd, "transfer-per-day", "that one member may send; 0: no limit", func(r *points.Rules, v amount.Units) {
		r.Transfer.PerDay = v
	})
	c.points(cmd, "transfer-per-counterparty", "a day, from one member to one other; 0: no limit",
		func(r *points.Rules, v amount.Units) { r.Transfer.PerCounterparty = v })
	change(c, cmd, "wait-days", "before received points can be sent on", cli.Small[uint16],
		func(r *points.Rules, v uint16) { r.Transfer.Wait = v })
	c.points(cmd, "earn-per-day", "that one member may get; 0: no limit", func(r *points.Rules, v amount.Units) {
		r.EarnPerDay = v
	})
	c.points(cmd, "spend-per-day", "that one member may spend or convert; 0: no limit",
		func(r *points.Rules, v amount.Units) { r.SpendPerDay = v })
	change(c, cmd, "grace-days", "that points live which are refunded after their expiry; 0: 30", cli.Small[uint16],
		func(r *points.Rules, v uint16) { r.Grace = v })
	change(c, cmd, "tier-months", "that count towards a tier, this one included", cli.Small[uint8],
		func(r *points.Rules, v uint8) { r.Window = v })
	change(c, cmd, "shortfall",
		"of a clawback of points that are no longer there: refuse it, or what is missing is the member's debt or borne by who paid for it: refuse, debt or bear (追回不足)",
		func(text string) (s points.Shortfall, err error) {
			return s, s.UnmarshalText([]byte(text))
		}, func(r *points.Rules, v points.Shortfall) { r.Shortfall = v })
	cli.On(cmd, "tier", "ID:EN:ZH:ATLEAST, lowest first, or none; again for more; replaces all (会员等级)",
		c.tier)
}

func (c *ruleChanges) tier(text string) error {
	c.all = true
	if text == "none" {
		c.tiers = nil
		return nil
	}
	t, err := parseTier(text)
	c.tiers = append(c.tiers, t)
	return err
}

// yesNo is a flag that needs no text to say yes.
func (c *ruleChanges) yesNo(cmd *cobra.Command, name, usage string, set func(*points.Rules, bool)) {
	change(c, cmd, name, usage, strconv.ParseBool, set)
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
