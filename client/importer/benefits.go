package importer

import (
	"encoding/json"
	"fmt"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/audience"
	"tallystick/chaincode/benefit"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Model is what all benefits of a file have alike. Price, uses, days and until
// may have columns instead; see benefit.DefineRequest for what each means.
type Model struct {
	Kind         string   `mapstructure:"kind"`         // service, discount, gift or coupon, which is what "" means
	Scene        string   `mapstructure:"scene"`        // must be given
	Price        string   `mapstructure:"price"`        // yuan, such as 12.50
	Uses         uint16   `mapstructure:"uses"`         // 0 for 1
	Days         int32    `mapstructure:"days"`         // from the grant on which it can be used
	Until        string   `mapstructure:"until"`        // last day for all
	Quota        int64    `mapstructure:"quota"`        // how many in all; 0: no limit
	PerMember    uint16   `mapstructure:"perMember"`    // how many for one member; 0: no limit
	Stackable    bool     `mapstructure:"stackable"`    // a member may have several at once
	Transferable bool     `mapstructure:"transferable"` // a member may pass it on
	Window       int32    `mapstructure:"window"`       // days in which a write-off can be reversed
	Grantors     []string `mapstructure:"grantors"`     // parties that may give it, and then owe its price
	Fee          string   `mapstructure:"fee"`          // "1/100"; "" for none
	Code         bool     `mapstructure:"code"`         // a write-off needs a one-time code
	Lapse        string   `mapstructure:"lapse"`        // REFUND, which is what "" means, or KEEP
}

// request is a benefit as the model has it, without what the columns say.
func (o *Model) request() (req benefit.DefineRequest, err error) {
	price, err := yuan("model: price", &o.Price)
	if err != nil {
		return req, err
	}
	req = benefit.DefineRequest{
		Price: price, Points: []benefit.Cost{}, Uses: max(1, o.Uses), Days: o.Days, Quota: amount.Units(o.Quota),
		PerMember: o.PerMember, Stackable: o.Stackable, Transferable: o.Transferable, Window: o.Window,
		Grantors: append([]string{}, o.Grantors...), Scene: o.Scene, Fee: amount.Rate{Num: 0, Den: 1}, Code: o.Code,
		Audience: audience.Audience{Tiers: []string{}, Labels: []string{}, Not: []string{}},
	}
	if err := word(o.Kind, "coupon", &req.Kind); err != nil {
		return req, fmt.Errorf("model: kind: %w", err)
	}
	if err := word(o.Lapse, "REFUND", &req.Lapse); err != nil {
		return req, fmt.Errorf("model: lapse: %w", err)
	}
	if o.Fee != "" {
		if req.Fee, err = amount.ParseRate(o.Fee); err != nil {
			return req, fmt.Errorf("model: fee: %w", err)
		}
	}
	if o.Until != "" {
		if req.Until, err = date.Parse(o.Until); err != nil {
			return req, fmt.Errorf("model: until: %w", err)
		}
	}
	return req, nil
}

// word reads one of the ledger's words.
func word(text, otherwise string, to json.Unmarshaler) error {
	if text == "" {
		text = otherwise
	}
	data, err := json.Marshal(text)
	if err != nil {
		return err
	}
	return to.UnmarshalJSON(data)
}

// benefits are what lines offer (benefit:Define), each once.
type benefits struct{}

func (benefits) form() form {
	return form{
		must: []part{partBenefit, partEn, partZh}, may: []part{partLabel, partPrice, partUses, partDays, partUntil},
		keys: []string{"model", "rate"}, once: true, index: always,
	}
}

func (benefits) check(m *Mapping) error {
	o, c := &m.Model, m.Columns
	if c.Price != "" && o.Price != "" || c.Uses != "" && o.Uses != 0 || (c.Days != "" || c.Until != "") &&
		(o.Days != 0 || o.Until != "") {
		return fmt.Errorf("model: price, uses and the end have a column or stand here, not both")
	}
	if err := m.checkPrices(c.Price != ""); err != nil {
		return err
	}
	req, err := o.request()
	if err != nil {
		return err
	}
	req.Benefit, req.En, req.Zh = "b", "b", "b"
	if c.Days != "" || c.Until != "" {
		req.Days = 1
	}
	if err := checked(req); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

func (benefits) item(m *Mapping, _ Stores, l *line) (*Item, error) {
	req, err := m.Model.request()
	if err != nil {
		return nil, err
	}
	for _, one := range []struct {
		part part
		to   *string
	}{{partBenefit, &req.Benefit}, {partEn, &req.En}, {partZh, &req.Zh}} {
		if *one.to, err = m.id(l, one.part); err != nil {
			return nil, err
		}
	}
	if l.says(partLabel) {
		req.Audience.Labels = []string{m.maybe(l, partLabel)}
	}
	if err := m.terms(l, &req); err != nil {
		return nil, err
	}
	met := func(s Stores) (bool, string, error) { return s.hasBenefit(req) }
	return &Item{key: req.Benefit, Adds: Totals{Benefits: 1}, Drafts: ready(req), met: []meeting{met}, alike: req},
		l.checked(req)
}

// terms reads what columns say of the price, the uses and the end.
func (m *Mapping) terms(l *line, req *benefit.DefineRequest) error {
	if m.Columns.Price != "" {
		price, err := m.fenOf(l, partPrice)
		if err != nil {
			return err
		}
		req.Price = price
	}
	if m.Columns.Uses != "" {
		uses, err := l.whole(partUses, benefit.MaxUses)
		if err != nil {
			return err
		}
		req.Uses = uint16(uses)
	}
	if l.says(partDays) {
		days, err := l.whole(partDays, benefit.MaxDays)
		if err != nil {
			return err
		}
		req.Days = int32(days)
	}
	if l.says(partUntil) {
		day, err := m.day(l, partUntil)
		if err != nil {
			return err
		}
		req.Until = day
	}
	return nil
}

// whole reads a whole number of 1 to max.
func (l *line) whole(p part, max int) (int, error) {
	n, err := l.integer(p)
	if err != nil || n < 1 || n > int64(max) {
		return 0, l.wrong(p, "want a whole number of 1 to %d", max)
	}
	return int(n), nil
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
	differ, err := differing(want, there, "open", "changed", "changes") // amending it writes these
	switch {
	case err != nil || len(differ) == 0:
		return err == nil, "", err
	case len(subtract(differ, "quota", "grantors")) == 0:
		why = another("benefit", req.Benefit, differ,
			"amend the benefit, or change the file or its mapping")
	default:
		why = another("benefit", req.Benefit, differ,
			"what was offered doesn't change; give the line another id, and close the old one")
	}
	return false, why, nil
}

func subtract(list []string, without ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return slices.Contains(without, one) })
}
