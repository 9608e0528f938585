package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/points"
)

// ruleChanges are those rules that flags name, to be put in the place of others.
type ruleChanges struct {
	list  []func(*points.Rules)
	tiers []points.Tier
	all   bool // the tiers are named
}

func (c *ruleChanges) none() bool { return len(c.list) == 0 && !c.all }

// on is the rules with the changes.
func (c *ruleChanges) on(rules points.Rules) points.Rules {
	for _, change := range c.list {
		change(&rules)
	}
	if c.all {
		rules.Tiers = c.tiers
		if len(c.tiers) == 0 {
			rules.Window = 0
		}
	}
	return rules
}

// change is a flag that changes rules.
func change[T any](c *ruleChanges, cmd *cobra.Command, name, kind, usage string, parse func(string) (T, error), set func(*points.Rules, T)) {
	on(cmd, name, kind, usage, func(text string) error {
		v, err := parse(text)
		c.list = append(c.list, func(r *points.Rules) { set(r, v) })
		return err
	})
}

func (c *ruleChanges) flags(cmd *cobra.Command) {
	change(c, cmd, "scale", "number", "digits after the point that people are shown, 0 to 6", small[uint8], func(r *points.Rules, v uint8) { r.Scale = v })
	change(c, cmd, "expiry", "rule", "free, days:365, month_end:12, quarter_end:4, year_end:1, fixed:2027-12-31 or sliding:365", parseExpiry, func(r *points.Rules, v points.Expiry) { r.Expiry = v })
	c.yesNo(cmd, "needs-evidence", "every grant waits for a witness's evidence", func(r *points.Rules, v bool) { r.Evidence = v })
	c.yesNo(cmd, "transfer", "points may go from member to member; --transfer=false forbids it", func(r *points.Rules, v bool) {
		if r.Transfer.Allowed = v; !v {
			r.Transfer = points.TransferRules{}
		}
	})
	change(c, cmd, "transfer-per-day", "points", "that one member may send; 0: no limit", parseUnits, func(r *points.Rules, v amount.Units) { r.Transfer.PerDay = v })
	change(c, cmd, "transfer-per-counterparty", "points", "a day, from one member to one other; 0: no limit", parseUnits, func(r *points.Rules, v amount.Units) { r.Transfer.PerCounterparty = v })
	change(c, cmd, "wait-days", "days", "before received points can be sent on", small[uint16], func(r *points.Rules, v uint16) { r.Transfer.Wait = v })
	change(c, cmd, "earn-per-day", "points", "that one member may get; 0: no limit", parseUnits, func(r *points.Rules, v amount.Units) { r.EarnPerDay = v })
	change(c, cmd, "spend-per-day", "points", "that one member may spend or convert; 0: no limit", parseUnits, func(r *points.Rules, v amount.Units) { r.SpendPerDay = v })
	change(c, cmd, "grace-days", "days", "that points live which are refunded after their expiry; 0: 30", small[uint16], func(r *points.Rules, v uint16) { r.Grace = v })
	change(c, cmd, "tier-months", "months", "that count towards a tier, this one included", small[uint8], func(r *points.Rules, v uint8) { r.Window = v })
	change(c, cmd, "shortfall", "word", "of a clawback of points that are no longer there: refuse it, or what is missing is the member's debt or borne by who paid for it: refuse, debt or bear (追回不足)", func(text string) (s points.Shortfall, err error) {
		return s, s.UnmarshalText([]byte(text))
	}, func(r *points.Rules, v points.Shortfall) { r.Shortfall = v })
	on(cmd, "tier", "id:en:zh:points", "ID:EN:ZH:ATLEAST, lowest first, or none; again for more; replaces all (会员等级)", c.tier)
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
	change(c, cmd, name, "bool", usage, strconv.ParseBool, set)
	cmd.Flags().Lookup(name).NoOptDefVal = "true"
}

// small reads a number of a small type.
func small[T uint8 | uint16](text string) (T, error) {
	v, err := strconv.ParseUint(text, 10, 16)
	if err != nil || uint64(T(v)) != v {
		return 0, fault.New(fault.BadRequest, "%.20q: want a whole number up to %d", text, ^T(0))
	}
	return T(v), nil
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
		e.N, err = small[uint16](rest)
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

func parseTier(text string) (points.Tier, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 4 {
		return points.Tier{}, fault.New(fault.BadRequest, "%.80q: want ID:EN:ZH:ATLEAST, such as gold:Gold:金:50000", text)
	}
	least, err := parseUnits(parts[3])
	return points.Tier{ID: parts[0], En: parts[1], Zh: parts[2], AtLeast: least}, err
}
