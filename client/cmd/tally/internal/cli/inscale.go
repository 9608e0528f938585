package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/points"
	"tallystick/chaincode/spend"
	"tallystick/client/figure"
	"tallystick/client/node"
	"tallystick/client/node/consortium"
	"tallystick/client/node/loyalty"
)

// Points are written in their programme's scale: 18.60 where it has two digits. What a flag says becomes units once the
// network is there to ask for the scale; until then its own digits stand for it, so that what is malformed in any scale
// is refused before anything is sent.

// Later has something done with the programmes' scales before the command goes on: whatever a.with runs sees it done.
func (a *App) Later(do func(context.Context, *Node, Scales) error) {
	a.pending = append(a.pending, do)
}

// inScale does what waits for the programmes' scales.
func (a *App) inScale(ctx context.Context, n *Node) error {
	if len(a.pending) == 0 {
		return nil
	}
	s, err := AskScales(ctx, n)
	if err != nil {
		return err
	}
	for _, do := range a.pending {
		if err := do(ctx, n, s); err != nil {
			return err
		}
	}
	return nil
}

// Of is how many digits a programme's points have. NOT_FOUND.
func (s Scales) Of(programme string) (uint8, error) {
	scale, known := s[programme]
	if !known {
		return 0, fault.New(fault.NotFound, "there is no programme %.64s", programme)
	}
	return scale, nil
}

// Units reads points of a programme. NOT_FOUND for the programme, BAD_REQUEST for more digits than it has.
func (s Scales) Units(programme string, text figure.Decimal) (amount.Units, error) {
	scale, err := s.Of(programme)
	if err != nil {
		return 0, err
	}
	units, err := text.Units(scale)
	if err != nil {
		return 0, InFront("points of "+programme, err)
	}
	return units, nil
}

// scaleFor finds the digits of the points that a flag is about.
type scaleFor func(context.Context, *Node, Scales) (uint8, error)

// OfProgramme is the digits of the programme that the rest of the command names.
func OfProgramme(id *string) scaleFor {
	return func(_ context.Context, _ *Node, s Scales) (uint8, error) { return s.Of(*id) }
}

// OfLot is the digits of a lot's programme.
func OfLot(lot *number.Row) scaleFor {
	return func(ctx context.Context, n *Node, s Scales) (uint8, error) {
		l, err := Ask(ctx, n, loyalty.PointsLot, loyalty.LotQuery{Lot: *lot})
		if err != nil {
			return 0, err
		}
		return s.Of(l.Programme)
	}
}

// OfHold is the digits of a hold's programmes, if all have as many.
func OfHold(hold *number.Command) scaleFor {
	return func(ctx context.Context, n *Node, s Scales) (uint8, error) {
		h, err := Ask(ctx, n, consortium.QueryHold, consortium.HoldQuery{Hold: *hold})
		if err != nil {
			return 0, err
		}
		return s.common(h)
	}
}

// common is how many digits the points of a hold have. BAD_REQUEST if its programmes have different ones: then a number
// of points, without its programme, says nothing.
func (s Scales) common(h points.Hold) (uint8, error) {
	scale := uint8(0)
	for i, p := range h.Pieces {
		one, err := s.Of(p.Programme)
		if err != nil {
			return 0, err
		}
		if i > 0 && one != scale {
			return 0, fault.New(fault.BadRequest,
				"the hold has points of %s and %s, which have different digits: name no points, or hold them apart",
				h.Pieces[0].Programme, p.Programme)
		}
		scale = one
	}
	return scale, nil
}

// PointsFlag is a flag with points of a programme that the rest of the command tells.
func (a *App) PointsFlag(cmd *cobra.Command, to *amount.Units, name, usage string, of scaleFor) {
	var text figure.Decimal
	given := false
	v := flagOf(cmd, name, usage)
	v.set = func(written string) (err error) {
		if text, err = figure.Parse(written); err != nil {
			return InFront("points", err)
		}
		v.forms = []string{text.Form()}
		if !given {
			given = true
			a.Later(func(ctx context.Context, n *Node, s Scales) error {
				scale, err := of(ctx, n, s)
				if err != nil {
					return err
				}
				if *to, err = text.Units(scale); err != nil {
					return InFront("--"+name, err)
				}
				return nil
			})
		}
		*to, err = text.Least()
		return err
	}
}

// RateFlag is a flag with a rate that is about points as they are shown, and becomes one of smallest units.
func (a *App) RateFlag(cmd *cobra.Command, to *amount.Rate, name, usage string,
	in func(context.Context, *Node, Scales, amount.Rate) (amount.Rate, error)) {
	var shown amount.Rate
	given := false
	One(cmd, to, name, usage, func(text string) (_ amount.Rate, err error) {
		if shown, err = amount.ParseRate(text); err != nil {
			return shown, err
		}
		if !given {
			given = true
			a.Later(func(ctx context.Context, n *Node, s Scales) (err error) {
				*to, err = in(ctx, n, s, shown)
				return err
			})
		}
		return shown, nil
	})
}

// Part is an amount of one programme.
type Part struct {
	Programme string
	Units     amount.Units
	text      figure.Decimal
}

// String is the part in the one way to write it.
func (p Part) String() string { return p.Programme + ":" + p.text.Form() }

// Named is the part as requests have it.
func (p Part) Named() node.Part { return node.Part{Programme: p.Programme, Points: p.Units} }

// parsePart reads PROGRAMME:POINTS.
func parsePart(text string) (Part, error) {
	programme, written, ok := strings.Cut(text, ":")
	if !ok {
		return Part{}, fault.New(fault.BadRequest, "%.80q: want PROGRAMME:POINTS", text)
	}
	d, err := figure.Parse(written)
	if err != nil {
		return Part{}, InFront("points", err)
	}
	units, err := d.Least()
	return Part{programme, units, d}, err
}

// InScale gives the part its units.
func (p *Part) InScale(s Scales) (err error) {
	p.Units, err = s.Units(p.Programme, p.text)
	return err
}

// PartsFlag is a flag with points of programmes, which may be given again.
func (a *App) PartsFlag(cmd *cobra.Command, to *[]Part, name, usage string) {
	Many(cmd, to, name, usage, func(text string) (Part, error) {
		p, err := parsePart(text)
		if err == nil && len(*to) == 0 {
			a.Later(func(_ context.Context, _ *Node, s Scales) error {
				for i := range *to {
					if err := (*to)[i].InScale(s); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return p, err
	})
}

// PartFlag is a flag with points of one programme.
func (a *App) PartFlag(cmd *cobra.Command, to *Part, name, usage string) {
	One(cmd, to, name, usage, func(text string) (Part, error) {
		p, err := parsePart(text)
		if err == nil && to.Programme == "" {
			a.Later(func(_ context.Context, _ *Node, s Scales) error { return to.InScale(s) })
		}
		return p, err
	})
}

// lotPart is some points of a lot.
type lotPart struct {
	lot  number.Row
	text figure.Decimal
}

// String is the part in the one way to write it.
func (p lotPart) String() string { return p.lot.String() + ":" + p.text.Form() }

// parseLotPart reads LOT:POINTS.
func parseLotPart(text string) (lotPart, error) {
	lot, written, ok := strings.Cut(text, ":")
	if !ok {
		return lotPart{}, fault.New(fault.BadRequest, "%.80q: want LOT:POINTS", text)
	}
	d, err := figure.Parse(written)
	if err != nil {
		return lotPart{}, InFront("points", err)
	}
	n, err := number.ParseRow(lot)
	return lotPart{n, d}, err
}

// LotsFlag is a flag with points of lots, which may be given again.
func (a *App) LotsFlag(cmd *cobra.Command, to *[]spend.Take, name, usage string) {
	var written []lotPart
	Many(cmd, &written, name, usage, func(text string) (lotPart, error) {
		p, err := parseLotPart(text)
		if err != nil {
			return p, err
		}
		if len(written) == 0 {
			a.Later(func(ctx context.Context, n *Node, s Scales) (err error) {
				*to, err = lotsInScale(ctx, n, s, written)
				return err
			})
		}
		units, err := p.text.Least()
		*to = append(*to, spend.Take{Lot: p.lot, Amount: units})
		return p, err
	})
}

func lotsInScale(ctx context.Context, n *Node, s Scales, written []lotPart) ([]spend.Take, error) {
	list := make([]spend.Take, len(written))
	for i, p := range written {
		lot, err := Ask(ctx, n, loyalty.PointsLot, loyalty.LotQuery{Lot: p.lot})
		if err != nil {
			return nil, err
		}
		units, err := s.Units(lot.Programme, p.text)
		if err != nil {
			return nil, err
		}
		list[i] = spend.Take{Lot: p.lot, Amount: units}
	}
	return list, nil
}

// ScaleOf is a flag that says how many digits points have, where no network tells.
func ScaleOf(cmd *cobra.Command, known Scales) {
	On(cmd, "scale-of",
		"PROGRAMME:DIGITS after the point of its points, which no network tells here; again for more",
		func(text string) error {
			programme, digits, _ := strings.Cut(text, ":")
			scale, err := Small[uint8](digits)
			known[programme] = scale
			return err
		})
}

// ShownOr writes points of a programme; where nobody said how many digits they have, that they are smallest units.
func (s Scales) ShownOr(programme string, units amount.Units) string {
	if _, known := s[programme]; known {
		return s.Show(programme, units)
	}
	return Grouped(units) + " smallest units"
}
