package index

import (
	"math/big"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/number"
	"tallystick/chaincode/settlement"
)

// Taxes answers the VAT rate that an obligation's fen contain, by its settlement model; of
// what was decided on a dispute, by the models of the disputed lines.
type Taxes struct {
	models    []settlement.Model
	decisions map[number.Command]decision
}

// decision is a dispute that has ended, with the rates of its lines.
type decision struct {
	settlement.Dispute
	rates []amount.Rate
}

// TaxesOf are the taxes of models, numbered from 1, where nothing was decided.
func TaxesOf(models []settlement.Model) Taxes {
	return Taxes{models, map[number.Command]decision{}}
}

// Taxes reads what it takes to answer for every obligation.
func (r *Reading) Taxes() (Taxes, error) {
	models, err := r.SettlementModels()
	if err != nil {
		return Taxes{}, err
	}
	t := TaxesOf(models)
	ended, err := r.endedDisputes()
	if err != nil {
		return t, err
	}
	for _, d := range ended {
		one := decision{Dispute: d.Dispute}
		for _, l := range d.Lines {
			o, err := r.obligation(l)
			if err != nil {
				return t, err
			}
			one.rates = append(one.rates, t.ofModel(o.Model))
		}
		t.decisions[d.Last] = one
	}
	return t, nil
}

// Of is the rate of an obligation, in lowest terms; 0/1 for none. A disputed line that is
// owed after all has its own. What was decided instead of lines has their rate, and of
// several the highest: what is supplied at several rates and isn't accounted for apart is
// taxed at the highest of them (从高适用税率, 增值税暂行条例 §3).
func (t Taxes) Of(o Obligation) amount.Rate {
	rate := t.ofModel(o.Model)
	if d, is := t.decisions[o.ID.Command]; is && o.Kind == settlement.Adjustment {
		rate = d.rate(int(o.ID.Ord))
	}
	if rate.Num == 0 {
		return amount.Rate{Num: 0, Den: 1}
	}
	return rate.Lowest()
}

func (d decision) rate(ord int) (rate amount.Rate) {
	if (d.State == settlement.Withdrawn || d.State == settlement.Lapsed) && ord < len(d.rates) {
		return d.rates[ord]
	}
	for _, one := range d.rates {
		if one.Den > 0 && (rate.Den == 0 ||
			big.NewRat(int64(one.Num), int64(one.Den)).Cmp(big.NewRat(int64(rate.Num), int64(rate.Den))) > 0) {
			rate = one
		}
	}
	return rate
}

func (t Taxes) ofModel(n uint32) amount.Rate {
	if n == 0 || int(n) > len(t.models) {
		return amount.Rate{}
	}
	return t.models[n-1].Terms.Tax
}
