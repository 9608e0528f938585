package node

import (
	"tallystick/chaincode/date"
	"tallystick/client/books"
	"tallystick/client/index"
)

// LiabilityBook is what all points are worth.
type LiabilityBook struct {
	Height uint64       `json:"height"` // blocks that it speaks of
	Date   date.Date    `json:"date"`   // business date
	Cycle  string       `json:"cycle"`  // that was open then, or that this is the end of
	Lines  []books.Line `json:"lines"`
}

// LiabilityOf reads every lot and sums up what all are worth by a policy.
func LiabilityOf(r *index.Reading, policy books.Policy) (book LiabilityBook, err error) {
	programmes, err := r.Programmes()
	if err != nil {
		return book, err
	}
	cycle, err := r.Cycle()
	if err != nil {
		return book, err
	}
	census := books.NewCensus(policy, programmes)
	if err = r.EachLot(census.Add); err != nil {
		return book, err
	}
	book.Height, book.Date, book.Cycle = r.Height(), cycle.Date, cycle.ID
	book.Lines, err = census.Liability(cycle.Date)
	return book, err
}
