package verb

import (
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/internal/ledger"
	"tallystick/chaincode/member"
	"tallystick/chaincode/points"
	"tallystick/chaincode/quota"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/chaincode/spend"
)

func (c *call) transfer(req points.TransferRequest) error {
	receiver, err := c.root(req.To)
	if err != nil {
		return err
	}
	if err := alive(receiver); err != nil {
		return err
	}
	from, wallet, err := c.wallet(req.From, req.Pieces)
	if err != nil {
		return err
	}
	to := receiver.ID
	given, got, err := points.Transfer(req, wallet, to, c.At)
	if err != nil {
		return err
	}
	moved := points.Give(req.Pieces, wallet.Lots)
	if err := c.mayspend(from, req.Authorisation, req.Code, moved); err != nil {
		return err
	}
	if err := c.countSent(wallet, to, moved); err != nil {
		return err
	}
	return c.give(req.Pieces, given, got, 0)
}

// give writes lots that were given from and those that came of it, which are rows
// from..from+len(got)−1 of this command.
func (c *call) give(pieces []spend.Take, given, got []points.Lot, from int) error {
	for i, piece := range pieces {
		ledger.Put(c.Tx, row.Lot(piece.Lot), given[i])
		ledger.Put(c.Tx, row.Lot(c.At.Number.Row(from+i)), got[i])
		if err := c.count(given[i].Programme, points.Totals{Transferred: piece.Amount}); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) offerTrade(req points.OfferRequest) error {
	if err := req.CheckUntil(c.At.Now); err != nil {
		return err
	}
	wants, err := c.programme(req.Wants)
	if err != nil {
		return err
	}
	only, err := c.offeredTo(req.For)
	if err != nil {
		return err
	}
	member, wallet, err := c.wallet(req.Member, req.Pieces)
	if err != nil {
		return err
	}
	req.Authorisation = c.under(member, req.Authorisation)
	trade, next, err := points.Offer(req, wallet, wants, c.At)
	if err != nil {
		return err
	}
	if err := alive(only); err != nil {
		return err
	}
	if err := c.mayspend(member, req.Authorisation, req.Code, trade.Pieces.ByProgramme()); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Trade(c.At.Number), trade)
	return c.place(req.Pieces, next)
}

// offeredTo reads the one member whom an offer is for; "" is everybody. NOT_FOUND.
func (c *call) offeredTo(id string) (member.Member, error) {
	if id == "" {
		return member.Member{}, nil
	}
	return c.root(id)
}

func (c *call) takeTrade(req points.TakeRequest) error {
	trade, err := ledger.Get(c.Tx, row.Trade(req.Trade), "trade", req.Trade.String())
	if err != nil {
		return err
	}
	member, wallet, err := c.wallet(req.Member, req.Pieces)
	if err != nil {
		return err
	}
	set, setAside, err := c.setAside(trade)
	if err != nil {
		return err
	}
	maker, only, err := c.tradersOf(trade, setAside.Issuer)
	if err != nil {
		return err
	}
	swap, err := points.Take(trade, req, wallet, set, setAside, maker, only, c.At)
	if err != nil {
		return err
	}
	if err := c.mayspend(member, req.Authorisation, req.Code, []spend.Moved{swap.Spends}); err != nil {
		return err
	}
	if err := c.countSwap(swap, wallet, setAside, maker.ID); err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Trade(req.Trade), swap.Trade)
	for i, lot := range swap.Taker {
		ledger.Put(c.Tx, row.Lot(c.At.Number.Row(i)), lot)
	}
	if err := c.count(setAside.ID, points.Totals{Traded: trade.Pieces.Sum()}); err != nil {
		return err
	}
	return c.give(req.Pieces, swap.Given, swap.Maker, len(swap.Taker))
}

// countSwap counts both sides as transfers of their day.
func (c *call) countSwap(swap points.Swap, taker points.Wallet, setAside points.Programme, maker string) error {
	if err := c.countSent(taker, maker, []spend.Moved{swap.Spends}); err != nil {
		return err
	}
	giving := points.Wallet{Member: maker, Programmes: map[string]points.Programme{setAside.ID: setAside}}
	return c.countSent(giving, taker.Member, []spend.Moved{{Programme: setAside.ID, Amount: swap.Trade.Pieces.Sum()}})
}

// tradersOf says who the maker has become, and the one whom the trade is for.
func (c *call) tradersOf(trade points.Trade, issuer string) (maker points.Maker, only string, err error) {
	made, err := c.root(trade.Maker)
	if err != nil {
		return points.Maker{}, "", err
	}
	maker = points.Maker{ID: made.ID, Erased: made.State == member.Erased}
	maker.Frozen = slices.ContainsFunc(made.Frozen(), func(f member.Freeze) bool { return f.All || f.By == issuer })
	if trade.For == "" {
		return maker, "", nil
	}
	wanted, err := c.root(trade.For)
	return maker, wanted.ID, err
}

// setAside reads the lots that a trade's points came from, each with the last day
// that it has by now, and their programme.
func (c *call) setAside(trade points.Trade) ([]points.Lot, points.Programme, error) {
	lots := make([]points.Lot, len(trade.Pieces))
	for i, piece := range trade.Pieces {
		var err error
		if lots[i], err = c.lot(piece.Lot); err != nil {
			return nil, points.Programme{}, err
		}
		wallet, err := c.walletOf(lots[i])
		if err != nil {
			return nil, points.Programme{}, err
		}
		lots[i].Expires = wallet.LastDay(lots[i])
	}
	programme, err := c.programme(trade.Pieces[0].Programme)
	return lots, programme, err
}

func (c *call) endTrade(req points.EndTradeRequest) error {
	trade, err := ledger.Get(c.Tx, row.Trade(req.Trade), "trade", req.Trade.String())
	if err != nil {
		return err
	}
	next, err := trade.End(req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Trade(req.Trade), next)
	if err := c.giveBack(trade.Pieces, false); err != nil {
		return err
	}
	return c.unspend(trade.Authorisation, trade.Pieces.ByProgramme())
}

func (c *call) publishRate(req points.PublishRateRequest) error {
	from, err := c.programme(req.From)
	if err != nil {
		return err
	}
	to, err := c.programme(req.To)
	if err != nil {
		return err
	}
	rate, err := points.PublishRate(from, to, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Conversion(req.From, req.To), rate)
	return nil
}

func (c *call) agreeRate(req points.AgreeRateRequest) error {
	rate, err := c.rate(req.From, req.To)
	if err != nil {
		return err
	}
	from, err := c.programme(req.From)
	if err != nil {
		return err
	}
	next, err := rate.Agree(from, req, c.At)
	if err != nil {
		return err
	}
	ledger.Put(c.Tx, row.Conversion(req.From, req.To), next)
	return nil
}

func (c *call) rate(from, to string) (points.Conversion, error) {
	return ledger.Get(c.Tx, row.Conversion(from, to), "rate", from+" to "+to)
}

func (c *call) convert(req points.ConvertRequest) error {
	to, err := c.programme(req.To)
	if err != nil {
		return err
	}
	member, wallet, err := c.wallet(req.Member, req.Pieces)
	if err != nil {
		return err
	}
	rate, err := c.rate(wallet.Lots[0].Programme, req.To)
	if err != nil {
		return err
	}
	if err := to.RequireIssuer(c.Caller.ID); err != nil {
		return err
	}
	if err := to.RequireOpen(); err != nil {
		return err
	}
	if err := rate.Valid(c.At.Date); err != nil {
		return err
	}
	if len(wallet.Programmes) > 1 {
		return fault.New(fault.BadRequest, "pieces: want lots of one programme")
	}
	taken, left, got, err := points.Convert(req, rate, to, wallet, c.At)
	if err != nil {
		return err
	}
	if err := c.mayspend(member, req.Authorisation, req.Code, taken.ByProgramme()); err != nil {
		return err
	}
	if err := c.countSpent(wallet, taken); err != nil {
		return err
	}
	return c.converted(rate, to, taken, left, got)
}

// converted writes both legs of a conversion, and what the one issuer owes the
// other for it.
func (c *call) converted(rate points.Conversion, to points.Programme, taken spend.Line, left []points.Lot,
	got points.Lot) error {
	if rate.PerDay > 0 {
		err := c.changeStanding(to.ID, got.Member, func(s points.Standing) (points.Standing, error) {
			return s.Convert(rate.PerDay, got.Issued, c.At.Date)
		})
		if err != nil {
			return err
		}
	}
	for _, o := range points.ConversionOwing(taken) {
		worth, err := amount.Exactly(o.Points, rate.Rate, to.Price)
		if err != nil {
			return err
		}
		counts, err := quota.Worth(o.Points, rate.Rate, to.Price)
		if err != nil {
			return err
		}
		if _, err := c.capDebtor(o.Funder, c.Caller.ID, counts); err != nil {
			return err
		}
		owe := settlement.Owe{Kind: settlement.Conversion, Debtor: o.Funder, Creditor: c.Caller.ID,
			Programme: o.Programme, Points: o.Points}
		if err := c.owe(owe.Worth(worth)); err != nil {
			return err
		}
	}
	for i, piece := range taken {
		ledger.Put(c.Tx, row.Lot(piece.Lot), left[i])
	}
	ledger.Put(c.Tx, row.Lot(c.At.Number.Row(0)), got)
	if err := c.count(rate.From, points.Totals{Converted: taken.Sum()}); err != nil {
		return err
	}
	if err := c.count(to.ID, points.Totals{Issued: got.Issued}); err != nil {
		return err
	}
	return c.drawLiability(to, got.Issued)
}
