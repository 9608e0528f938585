package books

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
)

// Material is what a period's vouchers are made of.
type Material struct {
	Lines   func() iter.Seq2[Posting, error] // of statements; the same ones each time
	Settled []Settlement
	Opening []Line // what was owed to members at its beginning
	Closing []Line // and at its end
	ByDay   bool   // the lines of a day and kind are one voucher
}

// Tied is what the vouchers moved a programme's provision or contract liability by, and
// what its two readings say.
type Tied struct {
	Programme string       `json:"programme"`
	Account   Role         `json:"account"`
	Vouchers  amount.Units `json:"vouchers"`
	Readings  amount.Units `json:"readings"`
}

// Summary says what a period's vouchers come to.
type Summary struct {
	Party       string       `json:"party"`
	Period      string       `json:"period"`
	From        date.Date    `json:"from"`
	To          date.Date    `json:"to"`
	Vouchers    int          `json:"vouchers"`
	Turnover    amount.Units `json:"turnover"`    // fen: all debits, which are all credits
	Positions   []Position   `json:"positions"`   // by counterparty, of the statement's lines; nothing settled
	Differences []Difference `json:"differences"` // where these aren't the statement's
	Liability   []Tied       `json:"liability"`
}

// Make makes a period's vouchers, the statement's first, and says what they come to. INTERNAL
// if one doesn't balance; whether they tie, the summary says.
func (b Books) Make(m Material) ([]Voucher, Summary, error) {
	sum := Summary{Party: b.Party, Period: b.Period, From: b.From, To: b.To, Liability: []Tied{}}
	ledgers, totals, list := NewLedgers(), Totals{Party: b.Party}, []Voucher{}
	b.Received = Receives(b.Party, m.Closing)
	for v, err := range b.Journal(counted(m.Lines(), &totals)) {
		if err == nil {
			err = ledgers.Post(v)
		}
		if err != nil {
			return nil, sum, err
		}
		list = append(list, v)
	}
	sum.Positions = ledgers.Positions()
	sum.Differences = Tie(totals.Positions(), sum.Positions)
	if m.ByDay {
		list = SumByDay(list)
	}
	settled, err := b.Settle(m.Settled)
	if err != nil {
		return nil, sum, err
	}
	for _, v := range append(settled, b.Close(m.Opening, m.Closing, ledgers, b.To)...) {
		if err := ledgers.Post(v); err != nil {
			return nil, sum, err
		}
		list = append(list, v)
	}
	for _, v := range list {
		for _, e := range v.Entries {
			sum.Turnover += e.Debit
		}
	}
	sum.Vouchers = len(list)
	sum.Liability = b.tied(m, ledgers)
	return list, sum, nil
}

// counted counts lines into totals as they pass.
func counted(lines iter.Seq2[Posting, error], totals *Totals) iter.Seq2[Posting, error] {
	return func(yield func(Posting, error) bool) {
		for p, err := range lines {
			if err == nil {
				totals.Add(p)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// tied compares each programme's two accounts with what its readings say.
func (b Books) tied(m Material, ledgers *Ledgers) []Tied {
	list := []Tied{}
	for _, l := range m.Closing {
		if l.Party != b.Party {
			continue
		}
		given := Tied{l.Programme, Provision, -ledgers.Of(Provision, l.Programme), l.Provision}
		received := Tied{l.Programme, Contract, -ledgers.Of(Contract, l.Programme), l.Contract}
		for _, before := range m.Opening {
			if before.Party == l.Party && before.Programme == l.Programme {
				given.Readings -= before.Provision
				received.Readings -= before.Contract
			}
		}
		list = append(list, given, received)
	}
	return list
}

// Locked is a period's books as a node keeps them once they were exported: the period is
// locked (已结账). What is exported again is what is kept.
type Locked struct {
	Summary  Summary       `json:"summary"`
	Before   string        `json:"before"` // the period before, "" for the one with which the books begin
	Opened   uint64        `json:"opened"` // blocks at its beginning and at its end
	Height   uint64        `json:"height"`
	Inputs   string        `json:"inputs"` // SHA-256 of what it was made with: see Inputs
	Opening  []Line        `json:"opening"`
	Closing  []Line        `json:"closing"`
	Vouchers []Voucher     `json:"vouchers"`
	Restated []Restatement `json:"restated"`
}

// Restatement is what put a locked period right (差错更正): vouchers of its own, which take
// back those that were wrong and make them anew. What was exported before stays as it was.
type Restatement struct {
	Reason   string    `json:"reason"`
	Inputs   string    `json:"inputs"`
	Vouchers []Voucher `json:"vouchers"`
}

// All are the period's vouchers, those of restatements included.
func (k Locked) All() []Voucher {
	list := slices.Clone(k.Vouchers)
	for _, r := range k.Restated {
		list = append(list, r.Vouchers...)
	}
	return list
}

// Standing are the vouchers that count: of what was restated the last ones.
func (k Locked) Standing() []Voucher {
	list := slices.Clone(k.Vouchers)
	for _, r := range k.Restated {
		for _, v := range r.Vouchers {
			of := func(is Voucher) bool { return is.Line == v.Line }
			switch i := slices.IndexFunc(list, of); {
			case v.Restates == "back":
				list = slices.DeleteFunc(list, of)
			case i < 0:
				list = append(list, v)
			}
		}
	}
	return list
}

// Restate puts a period right: what is now different is taken back and made anew, on the
// period's last day, with numbers that follow on its last ones. CONFLICT if nothing differs.
func (k Locked) Restate(now []Voucher, sum Summary, closing []Line, reason, inputs string, chart Chart) (Locked,
	error) {
	suffix, standing, list := "-r"+itoa(len(k.Restated)+1), k.Standing(), []Voucher{}
	find := func(in []Voucher, line string) (Voucher, bool) {
		i := slices.IndexFunc(in, func(v Voucher) bool { return v.Line == line })
		if i < 0 {
			return Voucher{}, false
		}
		return in[i], true
	}
	for _, was := range standing {
		if is, still := find(now, was.Line); !still || !slices.EqualFunc(was.Entries, is.Entries, equal) {
			back := was.reversed("")
			back.Number, back.Restates = k.number(was.Line)+suffix+"-void", "back"
			list = append(list, back)
		}
	}
	for _, is := range now {
		if was, before := find(standing, is.Line); !before || !slices.EqualFunc(was.Entries, is.Entries, equal) {
			is.Number, is.Restates = k.number(is.Line)+suffix, "anew"
			list = append(list, is)
		}
	}
	if len(list) == 0 {
		return k, fault.New(fault.Conflict, "period %s is what it was: there is nothing to restate", k.Summary.Period)
	}
	for i := range list {
		list[i].Date = k.Summary.To
	}
	list = chart.Count(list, LastOf(k.All()))
	k.Restated = append(slices.Clone(k.Restated), Restatement{reason, inputs, list})
	k.Closing, k.Summary = closing, sum
	return k, nil
}

func (k Locked) number(line string) string {
	return k.Summary.Party + "-" + k.Summary.Period + "-" + line
}

// equal says whether two entries are the same.
func equal(e, f Entry) bool {
	return e.same(f) && e.Debit == f.Debit && e.Credit == f.Credit && e.base() == f.base()
}

// Inputs is the SHA-256 of what a party says of its books: whatever else they are made of
// is on the ledger.
func Inputs(policy Policy, chart Chart, fapiao *Fapiaos, byDay bool) string {
	said := struct {
		Redemption map[string][]Expected
		Sales      map[string]amount.Units
		Chart      Chart
		Fapiao     []Fapiao
		Asked      bool
		ByDay      bool
	}{policy.Redemption, map[string]amount.Units{}, chart, nil, fapiao != nil, byDay}
	for lot, fen := range policy.Sales {
		said.Sales[lot.String()] = fen
	}
	if fapiao != nil {
		said.Fapiao = fapiao.list
	}
	data, err := json.Marshal(said)
	if err != nil {
		panic(err) // there is nothing in it that JSON can't have
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
