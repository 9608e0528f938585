package index

import (
	"fmt"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/date"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/books"
)

// receipts keeps what a transaction's batch told of a payment, each advice by its number. A payment's row shows the
// last ones: of a batch with more, those that it doesn't show are one here, of as much as they came to.
func (f *fold) receipts(key string, p settlement.Payment, block uint64) error {
	value, err := f.before(key)
	if err != nil {
		return err
	}
	before, _ := value.(settlement.Payment)
	first, left := int64(p.Count)-int64(len(p.Advices)), p.Received-before.Received
	put := func(n int64, fen, charges amount.Units, booked date.Date, by number.Command) error {
		return f.put("receipts", fmt.Sprintf("%s/%010d", key, n), p.Cycle, int64(p.N), n, p.Debtor, p.Creditor,
			int64(fen), int64(charges), int64(booked),
			row.Batch(by.Party, by.Lane, by.Seq), block)
	}
	for i, a := range p.Advices {
		n := first + int64(i) + 1
		if n <= int64(before.Count) {
			continue
		}
		if err := put(n, a.Fen, a.Charges, a.Booked, a.By); err != nil {
			return err
		}
		left -= a.Fen + a.Charges
	}
	if left > 0 && len(p.Advices) > 0 {
		return put(int64(before.Count)+1, left, 0, 0, p.Advices[0].By)
	}
	return nil
}

// paidIn lists what banks said of a party's payments for a closed cycle while another
// was open.
func (r *Reading) paidIn(open, closed, party string) (list []books.Settlement, err error) {
	rows, err := r.tx.Query(
		`SELECT r.payment, r.number, r.debtor, r.fen, r.charges, r.booked, b.date FROM receipts r JOIN batches b ON b.key = r.batch
		WHERE r.cycle = ? AND b.cycle = ? AND (r.debtor = ? OR r.creditor = ?) ORDER BY r.key`, closed, open, party,
		party)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n, advice int64
		var debtor string
		var fen, charges amount.Units
		var booked, told date.Date
		if err := rows.Scan(&n, &advice, &debtor, &fen, &charges, &booked, &told); err != nil {
			return nil, inIndex(err)
		}
		if booked == 0 {
			booked = told
		}
		s := books.Settlement{ID: fmt.Sprintf("%s-payment-%d-%d", closed, n, advice), Date: booked}
		if debtor == party {
			s.Paid = fen + charges // both left the debtor's account
		} else {
			s.Received, s.Charges = fen, charges
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
