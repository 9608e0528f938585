package index

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"tallystick/chaincode/amount"
	"tallystick/chaincode/codec"
	"tallystick/chaincode/command"
	"tallystick/chaincode/date"
	"tallystick/chaincode/fault"
	"tallystick/chaincode/number"
	"tallystick/chaincode/row"
	"tallystick/chaincode/settlement"
	"tallystick/client/index/internal/database"
)

// Obligation is one thing that a debtor owes a creditor, whose amount is known: a line
// of a statement.
type Obligation struct {
	ID    number.Row   `json:"id"`
	Cause command.Kind `json:"-"`
	Cycle string       `json:"cycle"` // that it belongs to
	Date  date.Date    `json:"date"`  // business date
	settlement.Owe
	Block uint64 `json:"block"`
	Tx    string `json:"tx"`
}

// Unpaid says whether it is the rest of a payment, which is owed again: what it was made of
// was netted. What else is carried over never was.
func (o Obligation) Unpaid() bool {
	return o.Kind == settlement.Carried && o.Cause != command.CarryStatement && o.Cause != command.TakeBack
}

// TakenBack says whether it is what a bank took back of a payment, which is owed again.
func (o Obligation) TakenBack() bool {
	return o.Kind == settlement.Carried && o.Cause == command.TakeBack
}

// obligations writes what one batch made the parties owe each other. It never changes.
func (f *fold) obligations(key string, _ []string, all settlement.Obligations, c change) error {
	for _, o := range all.List {
		pair := settlement.PairOf(o.Debtor, o.Creditor)
		if err := f.put("obligations", lineOf(key, o.Index, o.Ord), o.In(all.Cycle), all.Cycle, pair[0], pair[1],
			o.Debtor, o.Creditor, int64(o.Kind), o.Scene, o.Programme,
			int64(o.Points), int64(o.Fen), int64(o.Rest.Num), int64(o.Rest.Den), int64(o.Model), int64(o.Cause),
			int64(all.Date), 0, 0, "", []byte{}, c.block, c.tx); err != nil {
			return err
		}
	}
	for _, h := range all.Hidden {
		sum, err := h.Sum.MarshalBinary()
		if err != nil {
			return err
		}
		pair := settlement.PairOf(h.Debtor, h.Creditor)
		if err := f.put("obligations", lineOf(key, h.Index, h.Ord), all.Cycle, all.Cycle, pair[0], pair[1], h.Debtor,
			h.Creditor, 0, h.Scene, "",
			0, 0, 0, 0, 0, int64(h.Cause), int64(all.Date), 1, h.Back, h.Fee.String(), sum, c.block, c.tx); err != nil {
			return err
		}
	}
	return nil
}

// rounded writes the lines of a statement that its close made: what all fractions come to. They are of the cycle, and
// were made in the next one.
func (f *fold) rounded(p settlement.Pair, c change) error {
	batch := p.Rounded.By
	batch.Index = 0
	for ord, o := range []settlement.Owe{{Debtor: p.A, Creditor: p.B, Fen: p.Rounded.A},
		{Debtor: p.B, Creditor: p.A, Fen: p.Rounded.B}} {
		if o.Fen == 0 {
			continue
		}
		key := lineOf(string(row.Obligations(batch.Party, batch.Lane, batch.Seq)), p.Rounded.By.Index, uint8(ord)) +
			"/" + p.A + "/" + p.B
		if err := f.put("obligations", key, p.Cycle, "", p.A, p.B, o.Debtor, o.Creditor, int64(settlement.Rounding), "",
			"",
			0, int64(o.Fen), 0, 0, 0, int64(command.Compute), int64(p.Rounded.Date), 0, 0, "", []byte{}, c.block,
			c.tx); err != nil {
			return err
		}
	}
	return nil
}

// lineOf is the key of one obligation of a batch.
func lineOf(batch string, index uint16, ord uint8) string {
	return fmt.Sprintf("%s/%03x%02x", batch, index, ord)
}

// lineID reads what lineOf writes.
func lineID(key string) (number.Row, error) {
	parts := strings.Split(key, "/") // ob/PARTY/LANE SEQ 000/INDEX ORD, and A/B where it is rounded
	if len(parts) != 4 && len(parts) != 6 || len(parts[2]) != 15 || len(parts[3]) != 5 {
		return number.Row{}, fmt.Errorf("index: obligation %.90q", key)
	}
	var values [4]uint64
	for i, digits := range []string{parts[2][:2], parts[2][2:12], parts[3][:3], parts[3][3:]} {
		v, err := strconv.ParseUint(digits, 16, 64)
		if err != nil {
			return number.Row{}, fmt.Errorf("index: obligation %.90q: %w", key, err)
		}
		values[i] = v
	}
	return number.Command{Party: parts[1], Lane: uint8(values[0]), Seq: values[1], Index: uint16(values[2])}.Row(
		int(values[3])), nil
}

const obligationColumns = "key, cycle, made, debtor, creditor, kind, scene, programme, points, fen, num, den, model, cause, date, block, tx"

func scanObligation(rows database.Result) (o Obligation, err error) {
	var key, made string
	if err := rows.Scan(&key, &o.Cycle, &made, &o.Debtor, &o.Creditor, &o.Kind, &o.Scene, &o.Programme, &o.Points,
		&o.Fen, &o.Rest.Num, &o.Rest.Den, &o.Model,
		&o.Cause, &o.Date, &o.Block, &o.Tx); err != nil {
		return Obligation{}, inIndex(err)
	}
	if made != o.Cycle {
		o.Of = o.Cycle
	}
	o.ID, err = lineID(key)
	return o, err
}

// Lines visits the lines of two parties' statement for a cycle, in the order of their ids' keys, one
// at a time however many there are.
func (r *Reading) Lines(cycle, a, b string) iter.Seq2[Obligation, error] {
	pair := settlement.PairOf(a, b)
	return r.eachObligation(
		"SELECT "+obligationColumns+" FROM obligations WHERE cycle = ? AND a = ? AND b = ? AND hidden = 0 ORDER BY key",
		cycle, pair[0], pair[1])
}

// Obligations visits all obligations of a cycle whose amounts are known, in the order of their ids' keys.
func (r *Reading) Obligations(cycle string) iter.Seq2[Obligation, error] {
	return r.eachObligation("SELECT "+obligationColumns+" FROM obligations WHERE cycle = ? AND hidden = 0 ORDER BY key",
		cycle)
}

func (r *Reading) eachObligation(query string, args ...any) iter.Seq2[Obligation, error] {
	return func(yield func(Obligation, error) bool) {
		rows, err := r.tx.Query(query, args...)
		if err != nil {
			yield(Obligation{}, inIndex(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			o, err := scanObligation(rows)
			if !yield(o, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Obligation{}, err)
		}
	}
}

// Gross is how many obligations of a cycle are known, what they come to, and how many are still hidden.
type Gross struct {
	Height uint64       `json:"height"`
	Count  uint64       `json:"count"`
	Fen    amount.Units `json:"fen"`
	Hidden uint64       `json:"hidden"` // deliveries and returns; they become one obligation a sum when it is opened
}

// Gross sums up a cycle's obligations.
func (r *Reading) Gross(cycle string) (g Gross, err error) {
	g.Height = r.height
	err = r.tx.QueryRow(
		"SELECT COALESCE(SUM(1 - hidden), 0), COALESCE(SUM(fen), 0), COALESCE(SUM(hidden), 0) FROM obligations WHERE cycle = ?",
		cycle).Scan(&g.Count, &g.Fen, &g.Hidden)
	if err != nil {
		return g, inIndex(err)
	}
	return g, nil
}

// CycleRoot computes the root of a cycle from the obligations in this index's blocks, lane by lane: what
// the ledger has in the cycle's Close, derived anew.
func (r *Reading) CycleRoot(cycle string) (root codec.Hash, err error) {
	var lanes []settlement.Lane
	rows, err := r.tx.Query(
		`SELECT key, debtor, creditor, kind, scene, programme, points, fen, num, den, model, cause, hidden, back, fee, sum
			FROM obligations WHERE made = ? AND cycle = made ORDER BY key`, cycle)
	if err != nil {
		return nil, inIndex(err)
	}
	defer rows.Close()
	for rows.Next() {
		if lanes, err = linkRow(rows, lanes); err != nil {
			return nil, err
		}
	}
	return settlement.Root(lanes), rows.Err()
}

// linkRow links one more obligation to its lane's chain. They come batch by batch, each batch's in the
// order of its commands, as they arose.
func linkRow(rows database.Result, lanes []settlement.Lane) ([]settlement.Lane, error) {
	var key, fee string
	var o settlement.Obligation
	var hidden, back bool
	var sum []byte
	if err := rows.Scan(&key, &o.Debtor, &o.Creditor, &o.Kind, &o.Scene, &o.Programme, &o.Points, &o.Fen, &o.Rest.Num,
		&o.Rest.Den, &o.Model, &o.Cause, &hidden, &back, &fee, &sum); err != nil {
		return nil, inIndex(err)
	}
	id, err := lineID(key)
	if err != nil {
		return nil, err
	}
	o.Index, o.Ord = id.Command.Index, id.Ord
	n := len(lanes)
	if n == 0 || lanes[n-1].Party != id.Command.Party || lanes[n-1].Number != id.Command.Lane {
		lanes, n = append(lanes, settlement.Lane{Party: id.Command.Party, Number: id.Command.Lane}), n+1
	}
	if !hidden {
		// The sums don't matter here, and a lane's may be above any limit.
		lanes[n-1].Positions.Chain = settlement.Positions{Chain: lanes[n-1].Positions.Chain}.Bind(o)
		return lanes, nil
	}
	h := settlement.Hidden{
		Index: o.Index, Ord: o.Ord, Cause: o.Cause, Scene: o.Scene, Debtor: o.Debtor, Creditor: o.Creditor, Back: back,
	}
	if h.Fee, err = amount.ParseRate(fee); err != nil {
		return nil, fmt.Errorf("index: fee %.40q: %w", fee, err)
	}
	if err := h.Sum.UnmarshalBinary(sum); err != nil {
		return nil, inIndex(err)
	}
	lanes[n-1].Positions = lanes[n-1].Positions.NoteHidden(h)
	return lanes, nil
}

// Closed is a closed cycle. NOT_FOUND.
func (r *Reading) Closed(cycle string) (settlement.Close, error) {
	return oneOf(r, "entries", row.Close(cycle), "closed cycle "+cycle)
}

// Pair is the statement of two parties as the ledger has it. NOT_FOUND.
func (r *Reading) Pair(cycle, a, b string) (settlement.Pair, error) {
	return oneOf(r, "facts", row.Pair(cycle, a, b), "statement of "+a+" and "+b+" for cycle "+cycle)
}

// Netting is what was netted of a cycle. NOT_FOUND.
func (r *Reading) Netting(cycle string) (settlement.Netting, error) {
	return oneOf(r, "facts", row.Netting(cycle), "netting of cycle "+cycle)
}

// SettlementModels lists all settlement models that ever took effect, by number from 1, without whom they bind.
func (r *Reading) SettlementModels() ([]settlement.Model, error) {
	return factsIn(r, row.SettlementModels())
}

// Pairs lists the statements of a cycle, by parties.
func (r *Reading) Pairs(cycle string) ([]settlement.Pair, error) {
	return factsIn(r, row.PairsOf(cycle))
}

// Payments lists the payments of a cycle, by number.
func (r *Reading) Payments(cycle string) ([]settlement.Payment, error) {
	return factsIn(r, row.PaymentsOf(cycle))
}

// Dispute is a dispute with its number.
type Dispute struct {
	Number number.Command `json:"number"`
	settlement.Dispute
}

// Disputes lists the disputes of a cycle, or of all with "", by number.
func (r *Reading) Disputes(cycle string) (list []Dispute, err error) {
	list = []Dispute{}
	err = r.rows(func(key string, _ uint64, value []byte) error {
		named, err := row.Read(key, value)
		if err != nil {
			return inIndex(err)
		}
		n, err := number.ParseCommand(named.ID)
		if one := named.Row.(settlement.Dispute); cycle == "" || one.Cycle == cycle {
			list = append(list, Dispute{n, one})
		}
		return err
	}, "SELECT key, block, row FROM entries WHERE kind = ? ORDER BY key", "dispute")
	return list, err
}

// oneOf is a row of a table by its key. NOT_FOUND.
func oneOf[T any](r *Reading, table string, key row.Key[T], what string) (one T, err error) {
	list, err := facts[T](r, "SELECT key, block, row FROM "+table+" WHERE key = ?", string(key))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "there is no %s", what)
	}
	if err != nil {
		return one, err
	}
	return list[0], nil
}

// factsIn lists the rows of a range.
func factsIn[T any](r *Reading, in row.Range[T]) ([]T, error) {
	from, to := in.Bounds()
	return facts[T](r, "SELECT key, block, row FROM facts WHERE key >= ? AND key < ? ORDER BY key", from, to)
}
