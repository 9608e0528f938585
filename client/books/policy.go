package books

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/name"
	"tallystick/chaincode/number"
	"tallystick/client/bounds"
	"tallystick/client/figure"
	"tallystick/network/settings"
)

// Policy is a party's accounting policy. It is the party's own: nothing of it goes to
// the ledger.
type Policy struct {
	// Redemption is the share of a programme's points that is expected to be redeemed,
	// by the month from which it holds, the earliest first. What isn't named is 1:
	// nothing is expected to break.
	Redemption map[string][]Expected
	// Sales are the prices of the sales that lots came with, in fen, by the lots.
	Sales map[number.Row]amount.Units
}

// Expected is the share that is expected to be redeemed from a month on.
type Expected struct {
	From Month
	Rate amount.Rate // 0 to 1
}

// At is the share that is expected in a month.
func (p Policy) At(programme string, month Month) amount.Rate {
	rate := amount.Rate{Num: 1, Den: 1}
	for _, e := range p.Redemption[programme] {
		if e.From <= month {
			rate = e.Rate
		}
	}
	return rate
}

// Expect sets the share of a programme that is expected to be redeemed from a month on.
// BAD_REQUEST for more than the whole, LIMIT for more than MaxRates changes.
func (p *Policy) Expect(programme string, from Month, rate amount.Rate) error {
	if err := name.CheckID("programme", programme); err != nil {
		return err
	}
	if err := rate.Check(); err != nil {
		return err
	}
	if rate.Num > rate.Den {
		return fault.New(fault.BadRequest, "redemption of %s: want 0 to 1", programme)
	}
	list := slices.DeleteFunc(slices.Clone(p.Redemption[programme]), func(e Expected) bool { return e.From == from })
	if len(list) >= MaxRates {
		return fault.New(fault.Limit, "redemption of %s: want at most %d changes", programme, MaxRates)
	}
	list = append(list, Expected{from, rate})
	slices.SortFunc(list, func(a, b Expected) int { return cmp.Compare(a.From, b.From) })
	if p.Redemption == nil {
		p.Redemption = map[string][]Expected{}
	}
	p.Redemption[programme] = list
	return nil
}

// policyFile is a policy as people write it:
//
//	redemption:
//	  GP: {2026-11: "0.85", 2027-06: "0.9"}
//	sales:
//	  G.0.3.0.0: 16800000
type policyFile struct {
	Redemption map[string]map[string]string `yaml:"redemption"`
	Sales      map[string]figure.Fen        `yaml:"sales"` // yuan
}

// ReadPolicy reads a policy's YAML. BAD_REQUEST for what is none, LIMIT for too much.
func ReadPolicy(from io.Reader) (Policy, error) {
	var file policyFile
	if err := readYAML(from, maxPolicy, &file); err != nil {
		return Policy{}, err
	}
	p := Policy{Redemption: map[string][]Expected{}, Sales: map[number.Row]amount.Units{}}
	for programme, months := range file.Redemption {
		for text, share := range months {
			from, err := ParseMonth(text)
			if err != nil {
				return Policy{}, err
			}
			rate, err := amount.ParseRate(share)
			if err != nil {
				return Policy{}, err
			}
			if err := p.Expect(programme, from, rate); err != nil {
				return Policy{}, err
			}
		}
	}
	for text, yuan := range file.Sales {
		fen := amount.Units(yuan)
		lot, err := number.ParseRow(text)
		if err != nil {
			return Policy{}, err
		}
		if err := fen.Check(); err != nil {
			return Policy{}, fmt.Errorf("sale of %s: %w", lot, err)
		}
		p.Sales[lot] = fen
	}
	return p, nil
}

// readYAML reads one document strictly. BAD_REQUEST.
func readYAML(from io.Reader, most int64, to any) error {
	data, err := bounds.All(from, "the file", most)
	if err != nil {
		return err
	}
	if err := bounds.CheckYAML(data, "the file"); err != nil {
		return err
	}
	if err := settings.Decode("", data, to); err != nil {
		return fault.New(fault.BadRequest, "%v", err)
	}
	return nil
}
