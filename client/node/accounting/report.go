package accounting

import (
	"context"
	"slices"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/client/books"
	"tallystick/client/index"
	"tallystick/client/node"
)

// The reports (报表).
var (
	ReportFlows = node.Does(node.Describe("report.flows", "GET", "/v1/reports/flows", node.Read,
		"Whose points were redeemed where, in points and fen", "积分流向", `{"cycle":"2026-11"}`), reportFlows)
	ReportRates = node.Does(node.Describe("report.rates", "GET", "/v1/reports/rates", node.Read,
		"How much of each programme is redeemed, who comes back, what is converted", "兑付率、复购率、换算", `{}`), reportRates)
	ReportOutstanding = node.Does(node.Describe("report.outstanding", "GET", "/v1/reports/outstanding", node.Read,
		"What issuers owe members, and when it ends", "未兑积分", `{}`), reportOutstanding)
	ReportCaps = node.Does(node.Describe("report.caps", "GET", "/v1/reports/caps", node.Read,
		"How much of its net debit cap each party has drawn in the open cycle", "净借记限额", `{"alarm":80}`), reportCaps)
)

// ReportFlowsRequest narrows the flows.
type ReportFlowsRequest struct {
	Cycle string `json:"cycle,omitempty"` // only this one
}

// Flows is who redeemed whose points.
type Flows struct {
	Height uint64       `json:"height"`
	Rows   []books.Flow `json:"rows"`
	Matrix books.Matrix `json:"-"` // the same as a table
}

func reportFlows(ctx context.Context, n *node.Node, _ *node.Call, req ReportFlowsRequest) (Flows, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (Flows, error) {
		if req.Cycle != "" {
			if err := node.CycleThere(r, req.Cycle); err != nil {
				return Flows{}, err
			}
		}
		return FlowsOf(r, req.Cycle)
	})
}

// FlowsOf says whose points were redeemed where, of one cycle or, for "", of all.
func FlowsOf(r *index.Reading, cycle string) (answer Flows, err error) {
	programmes, err := r.Programmes()
	if err != nil {
		return answer, err
	}
	list, err := r.Redemptions()
	if err != nil {
		return answer, err
	}
	if cycle != "" {
		list = slices.DeleteFunc(list, func(one books.Redemption) bool { return one.Cycle != cycle })
	}
	answer.Height = r.Height()
	answer.Rows = books.Flows(programmes, list)
	answer.Matrix = books.MatrixOf(programmes, answer.Rows)
	return answer, nil
}

// Rates is how much of what was issued is used, and how.
type Rates struct {
	Height     uint64           `json:"height"`
	Programmes []ProgrammeRates `json:"programmes"`
	Members    books.Usage      `json:"members"`
	Crossings  []books.Crossing `json:"crossings"` // what became of another programme's points
}

// ProgrammeRates are shares of what was issued of a programme, less what was revoked.
type ProgrammeRates struct {
	Issuer    string     `json:"issuer"`
	Programme string     `json:"programme"`
	Redeemed  books.Rate `json:"redeemed"`
	Converted books.Rate `json:"converted"`
	Expired   books.Rate `json:"expired"`
	Left      books.Rate `json:"outstanding"`
}

func reportRates(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (Rates, error) {
	return node.Ask(ctx, n, RatesOf)
}

// RatesOf says how much of each programme is used, and how.
func RatesOf(r *index.Reading) (answer Rates, err error) {
	programmes, err := r.Programmes()
	if err != nil {
		return answer, err
	}
	outstanding, err := r.Outstanding()
	if err != nil {
		return answer, err
	}
	list, err := r.Redemptions()
	if err != nil {
		return answer, err
	}
	converted, err := r.Conversions()
	if err != nil {
		return answer, err
	}
	answer = Rates{Height: r.Height(), Programmes: []ProgrammeRates{}, Members: books.UsageOf(programmes, list)}
	for _, o := range outstanding {
		issued := o.Issued - o.Revoked
		answer.Programmes = append(answer.Programmes, ProgrammeRates{o.Issuer, o.Programme,
			books.RateOf(o.Redeemed, issued), books.RateOf(o.Converted, issued), books.RateOf(o.Expired, issued),
			books.RateOf(o.Outstanding, issued)})
	}
	answer.Crossings = books.Crossings(converted)
	return answer, nil
}

// OutstandingNow is what issuers owe members, and what of it ends when.
type OutstandingNow struct {
	Height uint64              `json:"height"`
	Rows   []index.Outstanding `json:"rows"`
	Due    []Due               `json:"due"`
}

// Due is what of a programme ends within some months, whoever bears it.
type Due struct {
	Programme string       `json:"programme"`
	Months    string       `json:"months"`
	Points    amount.Units `json:"points"`
}

func reportOutstanding(ctx context.Context, n *node.Node, _ *node.Call, _ node.NoRequest) (OutstandingNow, error) {
	return node.Ask(ctx, n, OutstandingOf)
}

// OutstandingOf says what issuers owe members, and when it ends.
func OutstandingOf(r *index.Reading) (answer OutstandingNow, err error) {
	answer.Height = r.Height()
	if answer.Rows, err = r.Outstanding(); err != nil {
		return answer, err
	}
	book, err := LiabilityOf(r, books.Policy{})
	if err != nil {
		return answer, err
	}
	answer.Due = []Due{}
	for _, row := range answer.Rows {
		for _, months := range books.Ends() {
			due := Due{row.Programme, months, pointsDue(book.Lines, row.Programme, months)}
			if due.Points > 0 {
				answer.Due = append(answer.Due, due)
			}
		}
	}
	return answer, nil
}

// pointsDue sums up what of a programme ends within some months, whoever bears it: at
// most what was issued.
func pointsDue(lines []books.Line, programme, months string) (sum amount.Units) {
	for _, l := range lines {
		if l.Programme != programme {
			continue
		}
		for _, d := range l.Due {
			if d.Months == months {
				sum += d.Points
			}
		}
	}
	return sum
}

// Caps is how near each party is to its cap.
type Caps struct {
	Height uint64     `json:"height"`
	Date   date.Date  `json:"date"`
	Alarm  uint8      `json:"alarm"` // percent
	Rows   []DrawnCap `json:"rows"`
}

// DrawnCap is a cap with how much of it is drawn.
type DrawnCap struct {
	books.Cap
	Rate books.Rate `json:"rate"`
	Over bool       `json:"over"` // the alarm
}

// ReportCapsRequest says when a party is marked.
type ReportCapsRequest struct {
	Alarm uint8 `json:"alarm"` // percent of the cap, 1 to 100, from which on
}

// Check refuses with BAD_REQUEST an alarm that is no percentage.
func (r ReportCapsRequest) Check() error {
	if r.Alarm < 1 || r.Alarm > 100 {
		return fault.New(fault.BadRequest, "alarm: want 1 to 100 percent")
	}
	return nil
}

func reportCaps(ctx context.Context, n *node.Node, _ *node.Call, req ReportCapsRequest) (Caps, error) {
	return node.Ask(ctx, n, func(r *index.Reading) (Caps, error) { return CapsOf(r, req.Alarm) })
}

// CapsOf says how near each party is to its cap, and marks those that have drawn so many percent of it.
func CapsOf(r *index.Reading, alarm uint8) (answer Caps, err error) {
	list, err := r.Caps()
	if err != nil {
		return answer, err
	}
	cycle, err := r.Cycle()
	if err != nil {
		return answer, err
	}
	answer = Caps{Height: r.Height(), Date: cycle.Date, Alarm: alarm, Rows: []DrawnCap{}}
	for _, c := range list {
		answer.Rows = append(answer.Rows, DrawnCap{c, books.RateOf(c.Drawn, c.Limit), c.Over(alarm)})
	}
	return answer, nil
}
